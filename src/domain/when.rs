//! Times for people: entry that cannot be misread, stamps with their zone, countdowns and ages.
//!
//! The present and the zone are arguments. An entry that could mean two things is refused with the
//! two things in words, never guessed.

use chrono::{
    DateTime, Datelike, Duration, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset,
    TimeZone, Timelike, Utc, Weekday,
};

use super::zone::Zone;

/// Why a time entry was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhenProblem {
    /// Nothing was entered.
    Empty,
    /// A day without a time of day.
    NoTime,
    /// Not understood; holds examples.
    NotUnderstood,
    /// That wall-clock time does not exist there: the clocks are put forward.
    Gap {
        /// The zone in which it does not exist.
        zone: String,
    },
    /// That wall-clock time happens twice there: the clocks are put back.
    Twice {
        /// The earlier reading, as it can be typed.
        first: String,
        /// The later reading, as it can be typed.
        second: String,
    },
}

impl WhenProblem {
    /// What the operator reads under the field.
    pub fn words(&self) -> String {
        match self {
            Self::Empty => "when? e.g. tomorrow 9:00, +90m, 2026-11-22 09:00, sat 18:30 UTC".to_owned(),
            Self::NoTime => "at what time of that day? e.g. tomorrow 9:00".to_owned(),
            Self::NotUnderstood => {
                "not understood; try tomorrow 9:00, +90m, 2026-11-22 09:00, sat 18:30 UTC".to_owned()
            }
            Self::Gap { zone } => {
                format!("that time does not exist in {zone}: the clocks go forward over it; choose another")
            }
            Self::Twice { first, second } => {
                format!("that time happens twice (clocks go back): type {first} or {second}")
            }
        }
    }
}

/// How far a span may reach; beyond it arithmetic with dates would leave the calendar of the wire.
const FARTHEST: i64 = 100 * 366 * 86_400;

/// Reads a time entry. `zone` holds for entries that name none; whole seconds.
///
/// Forms: `+90m`, `+2h30m`, `in 3d`; `14:30`, `9am`, `noon` (today); `today|tomorrow|sat|22 nov|
/// 2026-11-22` with a time; ISO 8601; `@1763700000`. Each but the first and the last may end with
/// `UTC`, `Z`, `+08:00` or a zone name such as `Asia/Shanghai`.
///
/// # Errors
/// Says what is missing or what the entry could mean.
pub fn parse(entry: &str, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, WhenProblem> {
    let entry = entry.trim().to_lowercase();
    if entry.is_empty() {
        return Err(WhenProblem::Empty);
    }
    if let Some(seconds) = entry.strip_prefix('@') {
        let seconds = seconds.parse().ok().filter(|s| (0..253_402_300_800).contains(s));
        return seconds.and_then(|s| DateTime::from_timestamp(s, 0)).ok_or(WhenProblem::NotUnderstood);
    }
    if let Some(span) = entry.strip_prefix('+').or_else(|| entry.strip_prefix("in ")) {
        let span = read_span(span).ok_or(WhenProblem::NotUnderstood)?;
        // Rounded up: what is said to be two hours away should not read "in 1h 59m".
        let part = if whole(now) == now { Duration::zero() } else { Duration::seconds(1) };
        let from = whole(now).checked_add_signed(part);
        return from.and_then(|from| from.checked_add_signed(span)).ok_or(WhenProblem::NotUnderstood);
    }
    let (rest, place) = split_place(&entry, zone);
    let today = place.naive(now).date();
    let (day, rest) = parse_day(rest, today).ok_or(WhenProblem::NotUnderstood)?;
    let rest = rest.trim().trim_start_matches("at ").trim();
    if rest.is_empty() {
        return Err(WhenProblem::NoTime);
    }
    let time = parse_time(rest).ok_or(WhenProblem::NotUnderstood)?;
    place.instant(day.and_time(time))
}

/// The last second that the wire can write: the end of the year 9999.
const LAST: i64 = 253_402_300_799;

/// The time that a system's clock shows, so long after 1970. A clock that is set to what no calendar of
/// the wire holds shows the nearest that it does: no arithmetic with it leaves the calendar. For one that
/// is set before 1970 pass nothing.
pub fn shown_by_clock(since_1970: std::time::Duration) -> DateTime<Utc> {
    let seconds = i64::try_from(since_1970.as_secs()).unwrap_or(LAST).min(LAST);
    DateTime::from_timestamp(seconds, since_1970.subsec_nanos()).unwrap_or_default()
}

/// The wall clock there. At the very ends of the calendar it stands a few days inside them: there is no local
/// time beyond.
fn local<Z: TimeZone>(at: DateTime<Utc>, zone: &Z) -> DateTime<Z> {
    let margin = Duration::days(2);
    at.clamp(DateTime::<Utc>::MIN_UTC + margin, DateTime::<Utc>::MAX_UTC - margin).with_timezone(zone)
}

/// Where a wall-clock time is meant.
#[derive(Clone, Copy)]
enum ZoneOrOffset {
    Zone(Zone),
    Offset(FixedOffset),
}

impl ZoneOrOffset {
    fn naive(self, at: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Zone(tz) => local(at, &tz).naive_local(),
            Self::Offset(offset) => local(at, &offset).naive_local(),
        }
    }

    fn instant(self, wall: NaiveDateTime) -> Result<DateTime<Utc>, WhenProblem> {
        match self {
            Self::Offset(offset) => match offset.from_local_datetime(&wall) {
                MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Ok(at.to_utc()),
                MappedLocalTime::None => Err(WhenProblem::NotUnderstood),
            },
            Self::Zone(tz) => match tz.from_local_datetime(&wall) {
                MappedLocalTime::Single(at) => Ok(at.to_utc()),
                MappedLocalTime::Ambiguous(first, second) => Err(WhenProblem::Twice {
                    first: format!("{} {}", wall.format("%Y-%m-%d %H:%M:%S"), first.offset().fix()),
                    second: format!("{} {}", wall.format("%Y-%m-%d %H:%M:%S"), second.offset().fix()),
                }),
                MappedLocalTime::None => Err(WhenProblem::Gap { zone: tz.name().to_owned() }),
            },
        }
    }
}

/// Takes the zone off the end of an entry.
fn split_place(entry: &str, default: Zone) -> (&str, ZoneOrOffset) {
    let utc = ZoneOrOffset::Zone(Zone::UTC);
    for suffix in ["utc", "gmt", "z"] {
        if let Some(rest) = entry.strip_suffix(suffix)
            && rest.ends_with(|c: char| c.is_ascii_digit() || c == ' ' || c == 'm')
        {
            return (rest.trim_end(), utc);
        }
    }
    if let Some((rest, last)) = entry.rsplit_once(' ')
        && last.contains('/')
        && let Some(zone) = Zone::all().find(|zone| zone.name().eq_ignore_ascii_case(last))
    {
        return (rest.trim_end(), ZoneOrOffset::Zone(zone));
    }
    // An offset stands behind a time of day: behind the last colon, blank, or `t`.
    if let Some(at) = entry.rfind(['+', '-'])
        && let (Some(rest), Some(tail)) = (entry.get(..at), entry.get(at..))
        && (rest.contains(':') || rest.ends_with(' '))
        && let Some(offset) = parse_offset(tail)
    {
        return (rest.trim_end(), ZoneOrOffset::Offset(offset));
    }
    (entry, ZoneOrOffset::Zone(default))
}

/// `+8`, `+08`, `+0530`, `+05:30`.
fn parse_offset(text: &str) -> Option<FixedOffset> {
    let (sign, digits) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number =
        |s: &str| (s.len() <= 2 && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<i32>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

/// Reads a span: `90m`, `2h30m`, `1d 6h`, `2 weeks`; at most a hundred years.
pub fn read_span(text: &str) -> Option<Duration> {
    let mut seconds: i64 = 0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let tail = tail.trim_start();
        let unit_end = tail.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit_end)?;
        let factor = match unit {
            "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 7 * 86_400,
            _ => return None,
        };
        seconds = seconds.checked_add(number.parse::<i64>().ok()?.checked_mul(factor)?)?;
        rest = tail.trim_start();
    }
    (seconds <= FARTHEST).then(|| Duration::seconds(seconds))
}

/// Takes a day off the front; without one it is today.
fn parse_day(text: &str, today: NaiveDate) -> Option<(NaiveDate, &str)> {
    let text = text.trim();
    let (first, rest) = text
        .split_once([' ', 't'])
        .filter(|(f, _)| f.contains('-'))
        .or_else(|| text.split_once(' '))
        .unwrap_or((text, ""));
    match first {
        "today" => return Some((today, rest)),
        "tomorrow" => return Some((today.succ_opt()?, rest)),
        _ => {}
    }
    if let Ok(date) = NaiveDate::parse_from_str(first, "%Y-%m-%d") {
        return first.len().eq(&10).then_some((date, rest));
    }
    if let Some(day) = weekday(first) {
        // `Sat 21 Nov 14:15`, as the screen writes it: the date decides, and must be that weekday.
        if let Some((date, after)) = day_and_month(rest, today) {
            return (date.weekday() == day).then_some((date, after));
        }
        let ahead = (7 + day.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7;
        let ahead = if ahead == 0 { 7 } else { ahead };
        return Some((today.checked_add_signed(Duration::days(i64::from(ahead)))?, rest));
    }
    day_and_month(text, today).or(Some((today, text)))
}

/// `22 nov`, `22 nov 2026`; without a year the next such day.
fn day_and_month(text: &str, today: NaiveDate) -> Option<(NaiveDate, &str)> {
    let (day, rest) = text.trim().split_once(' ')?;
    let day: u32 = day.parse().ok()?;
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let month = month(name)?;
    if let Some((year, after)) = rest.split_once(' ').or(Some((rest, "")))
        && year.len() == 4
        && let Ok(year) = year.parse()
    {
        return Some((NaiveDate::from_ymd_opt(year, month, day)?, after));
    }
    let this = NaiveDate::from_ymd_opt(today.year(), month, day);
    let date = this
        .filter(|date| *date >= today)
        .or_else(|| NaiveDate::from_ymd_opt(today.year() + 1, month, day))?;
    Some((date, rest))
}

fn weekday(word: &str) -> Option<Weekday> {
    (word.len() >= 3 && word.bytes().all(|b| b.is_ascii_lowercase())).then(|| word.parse().ok())?
}

fn month(word: &str) -> Option<u32> {
    (word.len() >= 3 && word.bytes().all(|b| b.is_ascii_lowercase()))
        .then(|| word.parse::<chrono::Month>().ok())?
        .map(|m| m.number_from_month())
}

/// `14:30`, `14:30:15`, `9am`, `9:30 pm`, `noon`. Midnight is refused as a word: it begins one day
/// and ends another.
fn parse_time(text: &str) -> Option<NaiveTime> {
    if text == "noon" {
        return NaiveTime::from_hms_opt(12, 0, 0);
    }
    let (clock, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim_end(), Some(0)),
        (_, Some(clock)) => (clock.trim_end(), Some(12)),
        (None, None) => (text, None),
    };
    let mut parts = clock.split(':');
    let mut number = |needed: bool| match parts.next() {
        Some(p) if (1..=2).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()) => {
            p.parse::<u32>().ok()
        }
        Some(_) => None,
        None => (!needed).then_some(0),
    };
    let hour = number(true)?;
    // `14` alone could be a day; minutes are needed unless am or pm says that it is a time.
    let minute = number(half.is_none())?;
    let second = number(false)?;
    if parts.next().is_some() {
        return None;
    }
    let hour = match half {
        Some(_) if hour == 0 || hour > 12 => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// The same time without its fraction of a second.
pub fn whole(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at)
}

/// The zone as a person writes it behind a time: `UTC`, `+08`, `+05:30`.
pub fn zone_label(at: DateTime<Utc>, zone: Zone) -> String {
    let seconds = offset_and_year(at, zone).0;
    if seconds == 0 {
        return "UTC".to_owned();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    if minutes == 0 { format!("{sign}{hours:02}") } else { format!("{sign}{hours:02}:{minutes:02}") }
}

/// The offset from UTC there, in seconds, and the year of the wall clock: whether two times are written
/// alike is told by these, without writing them.
pub fn offset_and_year(at: DateTime<Utc>, zone: Zone) -> (i32, i32) {
    let there = local(at, &zone);
    (there.offset().fix().local_minus_utc(), there.year())
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Sat 21 Nov 14:15:26`, with the year where it is not this one. The caller shows the zone.
pub fn day_time(at: DateTime<Utc>, zone: Zone, now: DateTime<Utc>) -> String {
    // Written by hand: every row of the table does so at every frame, and to read a format is slower.
    let there = local(at, &zone);
    let month = MONTHS.get(there.month0() as usize).copied().unwrap_or_default();
    let year = there.year();
    let year = if year == local(now, &zone).year() { String::new() } else { format!("{year:04} ") };
    format!("{} {:02} {month} {year}{}", there.weekday(), there.day(), in_a_day(&there))
}

/// `14:15:26`. A leap second is the one before it once more.
fn in_a_day(there: &impl Timelike) -> String {
    format!("{:02}:{:02}:{:02}", there.hour(), there.minute(), there.second())
}

/// `Sat 21 Nov 14:15:26 +08`.
pub fn stamp(at: DateTime<Utc>, zone: Zone, now: DateTime<Utc>) -> String {
    format!("{} {}", day_time(at, zone, now), zone_label(at, zone))
}

/// `14:15:26`, without its zone.
pub fn clock(at: DateTime<Utc>, zone: Zone) -> String {
    in_a_day(&local(at, &zone))
}

/// A time as it can be typed back into a time field: `2026-11-21 14:15:26`, and with the offset
/// behind it where the wall clock alone would be ambiguous.
pub fn editable(at: DateTime<Utc>, zone: Zone) -> String {
    let there = local(at, &zone);
    let plain = there.format("%Y-%m-%d %H:%M:%S").to_string();
    match zone.from_local_datetime(&there.naive_local()) {
        MappedLocalTime::Single(_) => plain,
        MappedLocalTime::Ambiguous(..) | MappedLocalTime::None => format!("{plain} {}", there.offset().fix()),
    }
}

/// A time that means the same wherever it is typed: `2026-11-21 14:15:26 +08:00`.
pub fn portable(at: DateTime<Utc>, zone: Zone) -> String {
    let there = local(at, &zone);
    format!("{} {}", there.format("%Y-%m-%d %H:%M:%S"), there.offset().fix())
}

/// A span in two units: `12m 04s`, `1h 02m`, `3d 04h`, `7s`. Negative spans count as zero.
pub fn span(span: Duration) -> String {
    let s = span.num_seconds().max(0);
    match s {
        0..60 => format!("{s}s"),
        60..3600 => format!("{}m {:02}s", s / 60, s % 60),
        3600..86_400 => format!("{}h {:02}m", s / 3600, s / 60 % 60),
        _ => format!("{}d {:02}h", s / 86_400, s / 3600 % 24),
    }
}

/// A span in one unit, as ages are said: `2s`, `3m`, `1h`, `4d`.
pub fn age(span: Duration) -> String {
    let s = span.num_seconds().max(0);
    match s {
        0..60 => format!("{s}s"),
        60..3600 => format!("{}m", s / 60),
        3600..86_400 => format!("{}h", s / 3600),
        _ => format!("{}d", s / 86_400),
    }
}

/// How far a time is from now: `in 12m 04s`, `3m ago`, `now`.
pub fn from_now(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let ahead = at - now;
    if ahead.num_seconds() > 0 {
        format!("in {}", span(ahead))
    } else if ahead.num_seconds() > -1 {
        "now".to_owned()
    } else {
        format!("{} ago", age(-ahead))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::wire::time_in;
    use super::*;

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
        fn nothing_panics_whatever_the_clock_shows(seconds in 0..=LAST, apart in -LAST..=LAST, at_end in any::<bool>()) {
            let now = DateTime::from_timestamp(if at_end { LAST - seconds % 172_800 } else { seconds }, 0).unwrap();
            let other = DateTime::from_timestamp((seconds + apart).clamp(0, LAST), 0).unwrap();
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
        ] {
            assert_eq!(read(entry), utc, "{entry}");
        }
    }

    #[test]
    fn what_could_be_misread_is_refused() {
        for entry in [
            "soon",
            "9",
            "14",
            "25:00",
            "13pm",
            "2026-02-30 09:00",
            "fri 21 nov 14:15",
            "+",
            "+5",
            "+5x",
            "midnight",
            "1/2/2026 9:00",
            "@x",
            "9:00:00:00",
        ] {
            assert_eq!(read(entry), "NotUnderstood", "{entry}");
        }
        assert_eq!(read(""), "Empty");
        assert_eq!(read("tomorrow"), "NoTime");
        assert_eq!(read("2026-11-22"), "NoTime");
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
        }

        #[test]
        fn a_time_typed_back_is_the_same_time(seconds in 0i64..4_000_000_000, pick in any::<prop::sample::Index>()) {
            let zone = *pick.get(&Zone::all().collect::<Vec<_>>());
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let offset = at.with_timezone(&zone).offset().fix().local_minus_utc();
            // Offsets with seconds (before 1972) cannot be typed.
            prop_assume!(offset % 60 == 0);
            prop_assert_eq!(parse(&editable(at, zone), now(), zone), Ok(at));
        }
    }
}
