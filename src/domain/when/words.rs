//! Times as a person reads them: stamps with their zone, countdowns and ages.

use chrono::{DateTime, Datelike, Duration, Offset, Timelike, Utc};

use super::super::zone::Zone;
use super::wall_clock::{is_plain, local};

/// The last second that the wire can write: the end of the year 9999.
const LAST: i64 = 253_402_300_799;

/// The time that a system's clock shows, so long after 1970. A clock that is set to what no calendar of
/// the wire holds shows the nearest that it does: no arithmetic with it leaves the calendar. For one that
/// is set before 1970 pass nothing.
pub fn shown_by_clock(since_1970: std::time::Duration) -> DateTime<Utc> {
    let seconds = i64::try_from(since_1970.as_secs()).unwrap_or(LAST).min(LAST);
    DateTime::from_timestamp(seconds, since_1970.subsec_nanos()).unwrap_or_default()
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
    if is_plain(at, zone) { plain } else { format!("{plain} {}", there.offset().fix()) }
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

/// A span to the second, without the units of which there are none: `1h 30m`, `2d`, `1d 5s`. Negative
/// spans count as zero.
pub fn exact_span(span: Duration) -> String {
    let s = span.num_seconds().max(0);
    let units = [(s / 86_400, "d"), (s / 3600 % 24, "h"), (s / 60 % 60, "m"), (s % 60, "s")];
    let said = units.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}"));
    let said = said.collect::<Vec<_>>().join(" ");
    if said.is_empty() { "0s".to_owned() } else { said }
}

/// How a time was moved: `1h 30m later`, `30m EARLIER`.
pub fn moved(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let apart = to - from;
    if apart < Duration::zero() {
        format!("{} EARLIER", exact_span(-apart))
    } else {
        format!("{} later", exact_span(apart))
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

/// The same where "in" is clear: `12m 04s`, `3m ago`, `now`.
pub fn distance(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let words = from_now(at, now);
    words.strip_prefix("in ").map_or(words.clone(), str::to_owned)
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
