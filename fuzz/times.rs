//! A time entry may be anything, and so may the present: nothing is guessed, and nothing falls.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use pushdeck::domain::{Zone, when};

use super::answers::is_plain;
use super::input::{Input, spelled};

const WORDS: &[&str] = &[
    " ",
    " ",
    " ",
    ":",
    "+",
    "-",
    "@",
    "/",
    ",",
    "0",
    "1",
    "9",
    "14",
    "30",
    "59",
    "60",
    "24",
    "31",
    "2026",
    "1763700000",
    "253402300799",
    "253402300800",
    "9223372036854775807",
    "99999999999999999999",
    "today",
    "tomorrow",
    "yesterday",
    "next",
    "last",
    "this",
    "week",
    "month",
    "night",
    "to",
    "→",
    "..",
    "mon",
    "sat",
    "saturday",
    "jan",
    "feb",
    "29 feb",
    "nov",
    "november",
    "22 nov 2026",
    "2026-11-22",
    "2026-03-29",
    "0000-01-01",
    "9999-12-31",
    "99999-12-31",
    "-0001-01-01",
    "14:30",
    "02:30",
    "14:30:15",
    "25:61",
    "23:59:60",
    "9am",
    "12pm",
    "0pm",
    "noon",
    "midnight",
    "at ",
    "in ",
    "s",
    "m",
    "h",
    "d",
    "w",
    "weeks",
    "2h30m",
    "+90m",
    "+106751991167d",
    "t",
    "z",
    "utc",
    "gmt",
    "asia/shanghai",
    "europe/berlin",
    "america/new_york",
    "africa/monrovia",
    "+08:00",
    "+0530",
    "-14",
    "+15:00",
    "K",
    "İ",
    "ſat",
    "٣",
    "９",
    "é",
    "\u{a0}",
    "\u{301}",
];

pub(crate) fn hold(bytes: &[u8]) {
    let mut input = Input(bytes);
    let zone = input.one_of(&Zone::all().collect::<Vec<_>>());
    let (now, at) = (instant(&mut input), instant(&mut input));
    let rest = input.0;
    read(&String::from_utf8_lossy(rest), now, zone);
    read(&spelled(rest, WORDS), now, zone);
    is_shown(at, now, zone);
    goes_back(at, now, zone);
}

/// The ends of all calendars, the wire's, the clock changes, or a while away from one of them.
fn instant(input: &mut Input<'_>) -> DateTime<Utc> {
    let second = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    let from = input.one_of(&[
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
        second(-62_135_596_800),
        second(-1),
        second(0),
        second(1_774_746_000),
        second(1_795_240_000),
        second(1_795_240_000),
        second(253_402_300_799),
    ]);
    let shift = i64::from_le_bytes(input.number().to_le_bytes());
    let span =
        [1_000, 100_000_000_000, 40_000_000_000_000, i64::MAX / 1_000_000][usize::from(input.byte()) % 4];
    let by = TimeDelta::try_milliseconds(shift % span).unwrap_or_default();
    from.checked_add_signed(by).unwrap_or(from)
}

fn read(entry: &str, now: DateTime<Utc>, zone: Zone) {
    let from = Some(when::whole(now));
    for read in [when::parse(entry, now, zone), when::parse_change(entry, from, now, zone)] {
        match read {
            Ok(at) => {
                is_shown(at, now, zone);
                // In whole seconds, as the wire has them.
                assert_eq!(when::whole(at), at, "{entry:?}");
            }
            Err(problem) => assert!(!problem.words().is_empty() && is_plain(&problem.words()), "{problem:?}"),
        }
    }
    assert_eq!(when::parse(entry, now, zone), when::parse(entry, now, zone));
    match when::parse_range(entry, now, zone) {
        Ok(found) => assert!(is_plain(&when::range(found, zone, now)), "{found:?}"),
        Err(problem) => assert!(!problem.words().is_empty() && is_plain(&problem.words()), "{problem:?}"),
    }
}

fn is_shown(at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) {
    for text in [
        when::stamp(at, zone, now),
        when::day_time(at, zone, now),
        when::clock(at, zone),
        when::zone_label(at, zone),
        when::editable(at, zone),
        when::from_now(at, now),
        when::age(at - now),
        when::span(at - now),
        when::exact_span(at - now),
        when::moved(now, at),
    ] {
        assert!(!text.is_empty() && text.len() < 60 && is_plain(&text), "{text:?}");
    }
}

/// What a field shows is read as what was meant; zones had odd seconds before that.
fn goes_back(at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) {
    let at = when::whole(at);
    if (1973..9999).contains(&at.year()) {
        let text = when::editable(at, zone);
        assert_eq!(when::parse(&text, now, zone), Ok(at), "{text} in {zone}");
        let text = when::stamp(at, zone, now);
        assert_eq!(when::parse(&text, now, zone), Ok(at), "{text} in {zone}");
    }
}
