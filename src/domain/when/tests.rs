use chrono::{DateTime, Duration, Offset, Utc};
use proptest::prelude::*;

use super::super::query::Range;
use super::super::wire::time_in;
use super::super::zone::Zone;
use super::wall_clock::is_plain;
use super::*;

/// The last second that the wire can write.
const LAST_SECOND: i64 = 253_402_300_799;
const SHANGHAI: Zone = Zone::named("Asia/Shanghai").unwrap();

fn now() -> DateTime<Utc> {
    // Saturday, 14:03:22 in Shanghai.
    time_in("2026-11-21 06:03:22").unwrap()
}

fn read(entry: &str) -> String {
    match parse(entry, now(), SHANGHAI) {
        Ok(at) => super::super::wire::time_out(at),
        Err(problem) => format!("{problem:?}"),
    }
}

#[test]
fn a_clock_that_is_set_wrong_shows_what_the_wire_can_write() {
    use std::time::Duration;
    let shown = |seconds| super::super::wire::time_out(shown_by_clock(Duration::from_secs(seconds)));
    assert_eq!(shown(0), "1970-01-01 00:00:00");
    assert_eq!(shown(1_795_240_000), "2026-11-21 05:46:40");
    for beyond in [253_402_300_799, 253_402_300_800, 1 << 40, u64::MAX] {
        assert_eq!(shown(beyond), "9999-12-31 23:59:59");
    }
    assert_eq!(shown_by_clock(Duration::MAX).timestamp_subsec_nanos(), 999_999_999);
}

proptest! {
    #[test]
    fn nothing_panics_whatever_the_clock_shows(seconds in 0..=LAST_SECOND, apart in -LAST_SECOND..=LAST_SECOND, at_end in any::<bool>()) {
        let now = DateTime::from_timestamp(if at_end { LAST_SECOND - seconds % 172_800 } else { seconds }, 0).unwrap();
        let other = DateTime::from_timestamp((seconds + apart).clamp(0, LAST_SECOND), 0).unwrap();
        for zone in [SHANGHAI, Zone::UTC, Zone::named("America/New_York").unwrap(), Zone::named("Pacific/Kiritimati").unwrap()] {
            for entry in ["tomorrow 9:00", "+5200w", "in 3d", "1 jan 9:00", "sat 18:30", "today 23:59 +14", "14:30 -12"] {
                if let Ok(at) = parse(entry, now, zone) {
                    editable(at, zone);
                }
            }
            stamp(other, zone, now);
            editable(other, zone);
        }
        from_now(other, now);
    }
}

#[test]
fn entries_mean_the_profiles_zone_unless_they_say_otherwise() {
    for (entry, utc) in [
        ("2026-11-22 09:00", "2026-11-22 01:00:00"),
        ("2026-11-22 09:00 UTC", "2026-11-22 09:00:00"),
        ("2026-11-22T09:00:05Z", "2026-11-22 09:00:05"),
        ("2026-11-22 09:00+09:00", "2026-11-22 00:00:00"),
        ("2026-11-22 09:00 -0530", "2026-11-22 14:30:00"),
        ("2026-11-22 09:00 Europe/Berlin", "2026-11-22 08:00:00"),
        ("tomorrow 9am", "2026-11-22 01:00:00"),
        ("tomorrow at 9:30 pm", "2026-11-22 13:30:00"),
        ("today 18:00", "2026-11-21 10:00:00"),
        ("18:00", "2026-11-21 10:00:00"),
        ("18:00 utc", "2026-11-21 18:00:00"),
        ("noon utc", "2026-11-21 12:00:00"),
        ("mon 08:15", "2026-11-23 00:15:00"),
        ("saturday 08:15", "2026-11-28 00:15:00"),
        ("Sat 21 Nov 14:15:26", "2026-11-21 06:15:26"),
        ("Sat 21 Nov 14:15:26 +08", "2026-11-21 06:15:26"),
        ("22 nov 9:00", "2026-11-22 01:00:00"),
        ("1 jan 9:00", "2027-01-01 01:00:00"),
        ("1 jan 2028 9:00", "2028-01-01 01:00:00"),
        ("+90m", "2026-11-21 07:33:22"),
        ("+2h30m", "2026-11-21 08:33:22"),
        ("in 1d 6h", "2026-11-22 12:03:22"),
        ("@1800000000", "2027-01-15 08:00:00"),
        ("1800000000", "2027-01-15 08:00:00"),
        ("tomorrow 9", "2026-11-22 01:00:00"),
        ("Tomorrow at  9", "2026-11-22 01:00:00"),
        ("tomorrow 9 utc", "2026-11-22 09:00:00"),
        ("tomorrow 9 -05", "2026-11-22 14:00:00"),
        ("today 23", "2026-11-21 15:00:00"),
        ("next monday 9", "2026-11-23 01:00:00"),
        ("next sat 9", "2026-11-28 01:00:00"),
        ("mon 18:30", "2026-11-23 10:30:00"),
        ("mon 9", "2026-11-23 01:00:00"),
        ("nov 23 9:00", "2026-11-23 01:00:00"),
        ("23 nov 9:00", "2026-11-23 01:00:00"),
        ("nov 23, 2027, 9", "2027-11-23 01:00:00"),
        ("23rd november 9pm", "2026-11-23 13:00:00"),
        ("mon nov 23 9", "2026-11-23 01:00:00"),
        ("Mon 2026-11-23 9", "2026-11-23 01:00:00"),
        ("2026-11-22 9", "2026-11-22 01:00:00"),
        ("29 feb 9", "2028-02-29 01:00:00"),
        ("Fri 20 Nov 14:15:26", "2026-11-20 06:15:26"),
        ("yesterday 9", "2026-11-20 01:00:00"),
        ("2h", "2026-11-21 08:03:22"),
        ("2h 30m", "2026-11-21 08:33:22"),
    ] {
        assert_eq!(read(entry), utc, "{entry}");
    }
}

#[test]
fn what_could_be_misread_is_refused() {
    for entry in [
        "soon",
        "25",
        "25:00",
        "tomorrow 24",
        "next 9",
        "nov 9:00",
        "23 nov 26",
        "-30m",
        "13pm",
        "2026-02-30 09:00",
        "+",
        "+5",
        "+5x",
        "13/2/2026 9:00",
        "123456789",
        "12345678901",
        "@x",
        "9:00:00:00",
    ] {
        assert_eq!(read(entry), "NotUnderstood", "{entry}");
    }
    assert_eq!(read(""), "Empty");
    for day in ["tomorrow", "2026-11-22", "mon", "next monday", "nov 23", "23 nov 2027", "mon 23 nov", "at"] {
        assert_eq!(read(day), if day == "at" { "NotUnderstood" } else { "NoTime" }, "{day}");
    }
    for week in ["next week", "this week 9:00", "last night", "next month 9"] {
        assert_eq!(read(week), "NotAMoment", "{week}");
    }
}

#[test]
fn what_could_mean_two_things_is_refused_with_both_in_words() {
    let words = |entry: &str| parse(entry, now(), SHANGHAI).unwrap_err().words();
    for (entry, says) in [
        ("9", "an hour or a day? type 9:00, or the day too: tomorrow 9"),
        // It is Saturday, 14:03: half past six is still to come.
        ("sat 18:30", "that could be Sat 21 Nov 18:30 or Sat 28 Nov 18:30: type one of them"),
        ("this fri 9:00", "NotUnderstood"),
        ("1/2/2026 9:00", "that could be 1 Feb or 2 Jan: type one of them"),
        ("midnight", "midnight ends one day and begins the next: type 0:00 and its day"),
        ("fri 21 nov 14:15", "the weekday does not fit: that date is Sat 21 Nov 2026"),
        ("fri 2026-11-21 14:15", "the weekday does not fit: that date is Sat 21 Nov 2026"),
    ] {
        if says == "NotUnderstood" {
            // The one of this week is over.
            assert_eq!(read(entry), "2026-11-27 01:00:00", "{entry}");
        } else {
            assert_eq!(words(entry), says, "{entry}");
        }
    }
    let tuesday = time_in("2026-11-24 06:00:00").unwrap();
    let words = |entry: &str| parse(entry, tuesday, SHANGHAI).unwrap_err().words();
    assert_eq!(words("next fri 9"), "that could be Fri 27 Nov 09:00 or Fri 4 Dec 09:00: type one of them");
    // What it offers is taken.
    for (offered, utc) in [("Fri 4 Dec 09:00", "2026-12-04 01:00:00"), ("next mon 9", "2026-11-30 01:00:00")]
    {
        let at = parse(offered, tuesday, SHANGHAI).map(super::super::wire::time_out);
        assert_eq!(at.as_deref(), Ok(utc), "{offered}");
    }
}

#[test]
fn a_change_starts_from_the_scheduled_time() {
    // Mon 23 Nov, 09:00 in Shanghai, which is Sunday evening in New York.
    let from = time_in("2026-11-23 01:00:00").unwrap();
    let change = |entry: &str| match parse_change(entry, Some(from), now(), SHANGHAI) {
        Ok(at) => super::super::wire::time_out(at),
        Err(problem) => problem.words(),
    };
    for (entry, utc) in [
        ("10:30", "2026-11-23 02:30:00"),
        ("at 10:30", "2026-11-23 02:30:00"),
        ("9am", "2026-11-23 01:00:00"),
        ("10:30 utc", "2026-11-23 10:30:00"),
        ("18:30 America/New_York", "2026-11-22 23:30:00"),
        ("+30m", "2026-11-23 01:30:00"),
        ("+1d 2h", "2026-11-24 03:00:00"),
        ("-30m", "2026-11-23 00:30:00"),
        ("tomorrow 9", "2026-11-22 01:00:00"),
        ("mon 9", "2026-11-23 01:00:00"),
        ("in 2h", "2026-11-21 08:03:22"),
        ("2026-11-22 09:00", "2026-11-22 01:00:00"),
        ("2h", "later or earlier? type +2h or -2h"),
        ("1h 30m", "later or earlier? type +1h 30m or -1h 30m"),
        ("mon", "at what time of that day? e.g. tomorrow 9"),
        ("9", "an hour or a day? type 9:00, or the day too: tomorrow 9"),
        ("", "when? e.g. tomorrow 9, +90m, 2026-11-22 09:00, mon 18:30 UTC"),
        ("next week", "that is no moment; name a day and an hour, e.g. mon 9"),
    ] {
        assert_eq!(change(entry), utc, "{entry}");
    }
    for entry in ["+30m", "10:30"] {
        assert_eq!(parse_change(entry, None, now(), SHANGHAI), Err(WhenProblem::NothingToCountFrom));
    }
    assert!(parse_change("tomorrow 9", None, now(), SHANGHAI).is_ok());
}

#[test]
fn only_what_counts_from_the_scheduled_time_goes_with_it() {
    for entry in ["+30m", "-1h", "10:30", "9 pm", "10:30 utc", "noon"] {
        assert!(on_scheduled(entry, Some(now()), SHANGHAI).is_some_and(|read| read.is_ok()), "{entry}");
    }
    for entry in ["tomorrow 9", "mon 9", "2026-11-22 09:00", "in 2h", "@1800000000", "1800000000", "x", ""] {
        assert_eq!(on_scheduled(entry, Some(now()), SHANGHAI), None, "{entry}");
    }
}

fn ranged(entry: &str, zone: Zone) -> String {
    match parse_range(entry, now(), zone) {
        Ok(found) => range(found, zone, now()),
        Err(problem) => problem.words(),
    }
}

#[test]
fn ranges_are_said_in_words() {
    for (entry, found) in [
        ("today", "Sat 21 Nov 00:00:00 → Sat 21 Nov 23:59:59 +08"),
        ("tomorrow", "Sun 22 Nov 00:00:00 → Sun 22 Nov 23:59:59 +08"),
        ("Yesterday", "Fri 20 Nov 00:00:00 → Fri 20 Nov 23:59:59 +08"),
        ("this week", "Mon 16 Nov 00:00:00 → Sun 22 Nov 23:59:59 +08"),
        ("next week", "Mon 23 Nov 00:00:00 → Sun 29 Nov 23:59:59 +08"),
        ("last week", "Mon 09 Nov 00:00:00 → Sun 15 Nov 23:59:59 +08"),
        ("this month", "Sun 01 Nov 00:00:00 → Mon 30 Nov 23:59:59 +08"),
        ("next month", "Tue 01 Dec 00:00:00 → Thu 31 Dec 23:59:59 +08"),
        ("last month", "Thu 01 Oct 00:00:00 → Sat 31 Oct 23:59:59 +08"),
        ("jan", "Fri 01 Jan 2027 00:00:00 → Sun 31 Jan 2027 23:59:59 +08"),
        ("last night", "Fri 20 Nov 18:00:00 → Sat 21 Nov 05:59:59 +08"),
        ("mon", "Mon 23 Nov 00:00:00 → Mon 23 Nov 23:59:59 +08"),
        ("next mon", "Mon 23 Nov 00:00:00 → Mon 23 Nov 23:59:59 +08"),
        ("14 nov", "Sat 14 Nov 00:00:00 → Sat 14 Nov 23:59:59 +08"),
        ("nov 14 2025", "Fri 14 Nov 2025 00:00:00 → Fri 14 Nov 2025 23:59:59 +08"),
        ("2026-11-23", "Mon 23 Nov 00:00:00 → Mon 23 Nov 23:59:59 +08"),
        ("next week utc", "Mon 23 Nov 08:00:00 → Mon 30 Nov 07:59:59 +08"),
        ("last 24h", "Fri 20 Nov 14:03:22 → Sat 21 Nov 14:03:22 +08"),
        ("next 7 days", "Sat 21 Nov 14:03:22 → Sat 28 Nov 14:03:22 +08"),
        ("mon to wed", "Mon 23 Nov 00:00:00 → Wed 25 Nov 23:59:59 +08"),
        ("sun → wed", "Sun 22 Nov 00:00:00 → Wed 25 Nov 23:59:59 +08"),
        ("mon to sat", "Mon 23 Nov 00:00:00 → Sat 28 Nov 23:59:59 +08"),
        ("25 nov to mon", "Wed 25 Nov 00:00:00 → Mon 30 Nov 23:59:59 +08"),
        ("14 nov..28 nov", "Sat 14 Nov 00:00:00 → Sat 28 Nov 23:59:59 +08"),
        ("-7d → tomorrow 9", "Sat 14 Nov 14:03:22 → Sun 22 Nov 09:00:00 +08"),
        ("-7d", "Sat 14 Nov 14:03:22 → Sat 14 Nov 14:03:22 +08"),
        ("tomorrow 9", "Sun 22 Nov 09:00:00 → Sun 22 Nov 09:00:00 +08"),
        ("sat", "that could be Sat 21 Nov or Sat 28 Nov: type one of them"),
        ("last fri", "that could be Fri 13 Nov or Fri 20 Nov: type one of them"),
        ("sat 18:30", "that could be Sat 21 Nov 18:30 or Sat 28 Nov 18:30: type one of them"),
        ("2h", "later or earlier? type +2h or -2h"),
        ("9", "an hour or a day? type 9:00, or the day too: tomorrow 9"),
        ("next", "not understood; try tomorrow 9, +90m, 2026-11-22 09:00, mon 18:30 UTC"),
        ("", "when? e.g. tomorrow 9, +90m, 2026-11-22 09:00, mon 18:30 UTC"),
        (" to ", "not understood; try tomorrow 9, +90m, 2026-11-22 09:00, mon 18:30 UTC"),
    ] {
        assert_eq!(ranged(entry, SHANGHAI), found, "{entry}");
    }
}

#[test]
fn a_day_without_midnight_begins_when_the_clocks_have_gone_forward() {
    let cairo = Zone::named("Africa/Cairo").unwrap();
    assert_eq!(ranged("2027-04-30", cairo), "Fri 30 Apr 2027 01:00:00 → Fri 30 Apr 2027 23:59:59 +03");
    // The day when they go back has an hour more.
    let berlin = Zone::named("Europe/Berlin").unwrap();
    let day = parse_range("2027-10-31", now(), berlin).unwrap();
    assert_eq!(day.length(), Duration::hours(25) - Duration::seconds(1));
    assert_eq!(range(day, berlin, now()), "Sun 31 Oct 2027 00:00:00 +02 → Sun 31 Oct 2027 23:59:59 +01");
    // Samoa went over the date line: it has no such day.
    let apia = Zone::named("Pacific/Apia").unwrap();
    assert_eq!(
        parse_range("2011-12-30", now(), apia),
        Err(WhenProblem::Gap { zone: "Pacific/Apia".to_owned() })
    );
}

#[test]
fn hours_that_do_not_exist_or_exist_twice_are_asked_about() {
    let berlin = Zone::named("Europe/Berlin").unwrap();
    let gap = parse("2027-03-28 02:30", now(), berlin);
    assert_eq!(gap, Err(WhenProblem::Gap { zone: "Europe/Berlin".into() }));
    let twice = parse("2027-10-31 02:30", now(), berlin);
    let Err(WhenProblem::Twice { first, second }) = twice else { panic!("{twice:?}") };
    assert_eq!(
        (first.as_str(), second.as_str()),
        ("2027-10-31 02:30:00 +02:00", "2027-10-31 02:30:00 +01:00")
    );
    assert_eq!(
        parse(&first, now(), berlin).map(super::super::wire::time_out).unwrap(),
        "2027-10-31 00:30:00"
    );
    assert_eq!(
        parse(&second, now(), berlin).map(super::super::wire::time_out).unwrap(),
        "2027-10-31 01:30:00"
    );
}

#[test]
fn times_are_written_with_their_zone() {
    let at = time_in("2026-11-21 06:15:26").unwrap();
    assert_eq!(stamp(at, SHANGHAI, now()), "Sat 21 Nov 14:15:26 +08");
    assert_eq!(stamp(at, Zone::UTC, now()), "Sat 21 Nov 06:15:26 UTC");
    assert_eq!(stamp(at, Zone::named("Asia/Kolkata").unwrap(), now()), "Sat 21 Nov 11:45:26 +05:30");
    assert_eq!(
        stamp(time_in("2027-01-01 00:00:00").unwrap(), Zone::UTC, now()),
        "Fri 01 Jan 2027 00:00:00 UTC"
    );
}

#[test]
fn how_a_time_was_moved_is_said_to_the_second() {
    let to = |seconds| moved(now(), now() + Duration::seconds(seconds));
    assert_eq!(to(5400), "1h 30m later");
    assert_eq!(to(-1800), "30m EARLIER");
    assert_eq!(to(2 * 86_400 + 5), "2d 5s later");
    assert_eq!(to(0), "0s later");
}

#[test]
fn spans_and_ages_are_said_like_speech() {
    assert_eq!(span(Duration::seconds(724)), "12m 04s");
    assert_eq!(span(Duration::seconds(3720)), "1h 02m");
    assert_eq!(span(Duration::seconds(-5)), "0s");
    assert_eq!(from_now(now() + Duration::seconds(724), now()), "in 12m 04s");
    assert_eq!(from_now(now() - Duration::seconds(190), now()), "3m ago");
    assert_eq!(from_now(now(), now()), "now");
}

proptest! {
    #[test]
    fn no_entry_panics(entry in "\\PC{0,40}") {
        // The value does not matter here, only that there is one.
        let _ = parse(&entry, now(), SHANGHAI);
        let _ = parse_change(&entry, Some(now()), now(), SHANGHAI);
        let _ = parse_range(&entry, now(), SHANGHAI);
    }

    #[test]
    fn no_words_of_times_panic_and_what_they_mean_has_whole_seconds(
        words in prop::collection::vec(prop::sample::select(WORDS), 0..6),
        seconds in -LAST_SECOND..=LAST_SECOND,
        pick in any::<prop::sample::Index>(),
    ) {
        let zone = *pick.get(&Zone::all().collect::<Vec<_>>());
        let now = DateTime::from_timestamp(seconds, 7).unwrap();
        let entry = words.join(" ");
        for read in [parse(&entry, now, zone), parse_change(&entry, Some(whole(now)), now, zone)] {
            match read {
                Ok(at) => prop_assert_eq!(whole(at), at),
                Err(problem) => prop_assert!(!problem.words().is_empty()),
            }
        }
        if let Ok(found) = parse_range(&entry, now, zone) {
            prop_assert_eq!((whole(found.begin), whole(found.end)), (found.begin, found.end));
            range(found, zone, now);
        }
    }

    #[test]
    fn a_time_typed_back_is_the_same_time(seconds in 0i64..4_000_000_000, pick in any::<prop::sample::Index>()) {
        let zone = *pick.get(&Zone::all().collect::<Vec<_>>());
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let offset = at.with_timezone(&zone).offset().fix().local_minus_utc();
        // Offsets with seconds (before 1972) cannot be typed.
        prop_assume!(offset % 60 == 0);
        prop_assert_eq!(parse(&editable(at, zone), now(), zone), Ok(at));
        prop_assert_eq!(parse(&portable(at, zone), now(), Zone::UTC), Ok(at));
        // Whatever the screen writes with its zone, in the past, too.
        let written = stamp(at, zone, now());
        prop_assert_eq!(parse(&written, now(), zone), Ok(at), "{}", written);
        prop_assert_eq!(parse_change(&written, Some(now()), now(), zone), Ok(at), "{}", written);
        if is_plain(at, zone) {
            prop_assert_eq!(parse(&day_time(at, zone, now()), now(), zone), Ok(at));
        }
    }

    #[test]
    fn a_range_typed_back_is_the_same_range(
        begin in 100_000_000i64..4_000_000_000, length in 0i64..40_000_000, pick in any::<prop::sample::Index>(),
    ) {
        let zone = *pick.get(&Zone::all().collect::<Vec<_>>());
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let found = Range { begin: at(begin), end: at(begin + length) };
        let written = range(found, zone, now());
        prop_assert_eq!(parse_range(&written, now(), zone), Ok(found), "{}", written);
    }

    #[test]
    fn a_span_typed_back_is_the_same_span(seconds in 0i64..4_000_000_000) {
        let whole = Duration::seconds(seconds.min(3_000_000_000));
        prop_assert_eq!(read_span(&exact_span(whole)), Some(whole));
        let in_two_units = read_span(&span(whole)).unwrap();
        prop_assert!(in_two_units <= whole && (in_two_units == whole || whole >= Duration::hours(1)));
        let from = DateTime::UNIX_EPOCH;
        let entry = format!("+{}", exact_span(whole));
        prop_assert_eq!(parse_change(&entry, Some(from), now(), SHANGHAI), Ok(from + whole));
    }
}

/// What times are made of.
const WORDS: &[&str] = &[
    "today",
    "tomorrow",
    "yesterday",
    "this",
    "next",
    "last",
    "week",
    "month",
    "night",
    "mon",
    "saturday",
    "nov",
    "may",
    "29",
    "feb",
    "9",
    "31",
    "2026",
    "9999",
    "0001",
    "2026-11-22",
    "9999-12-31",
    "0:00",
    "02:30",
    "23:59:59",
    "9am",
    "noon",
    "midnight",
    "at",
    "in",
    "to",
    "→",
    "..",
    "-",
    "+",
    "+2h",
    "-2h",
    "2h",
    "5200w",
    "utc",
    "+14",
    "-12",
    "asia/shanghai",
    "america/new_york",
    "@0",
    "253402300799",
    "1800000000",
    "1/2",
];
