//! A moment as it is typed: for a new task, and for a change of a task's time.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

use super::super::zone::Zone;
use super::day::{self, Lean, SaidDay};
use super::problem::WhenProblem;
use super::wall_clock::{ZoneOrOffset, split_place};
use super::words::whole;

/// How far a span may reach; beyond it arithmetic with dates would leave the calendar of the wire.
const FARTHEST: i64 = 100 * 366 * 86_400;

/// Reads the time of a new task. `zone` holds for entries that name none; whole seconds.
///
/// Forms: `+90m`, `2h30m`, `in 3d`; `14:30`, `9am`, `noon` (today); `today|tomorrow|sat|next monday|
/// 22 nov|nov 22|2026-11-22` with a time, of which the hour is enough; ISO 8601; seconds since 1970 (ten
/// digits, or behind an `@`). All but spans and seconds may end with `UTC`, `Z`, `+08:00` or a zone name
/// such as `Asia/Shanghai`.
///
/// # Errors
/// Says what is missing or what the entry could mean.
pub fn parse(entry: &str, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, WhenProblem> {
    let entry = tidy(entry);
    match read_span(&entry) {
        Some(span) => ahead(now, span),
        None => absolute(&entry, now, zone, Lean::Ahead),
    }
}

/// Reads another time for a task that is scheduled for `from` (U10): `10:30` keeps its day, `+1h` and
/// `-30m` count from it, and everything else is as for a new task. A bare `2h` could be either.
///
/// # Errors
/// Says what is missing or what the entry could mean.
pub fn parse_change(
    entry: &str,
    from: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    zone: Zone,
) -> Result<DateTime<Utc>, WhenProblem> {
    on_scheduled(entry, from, zone).unwrap_or_else(|| absolute(&tidy(entry), now, zone, Lean::Ahead))
}

/// Reads what counts from the scheduled time; `None` for an entry that means the same whenever the task is
/// scheduled.
pub fn on_scheduled(
    entry: &str,
    from: Option<DateTime<Utc>>,
    zone: Zone,
) -> Option<Result<DateTime<Utc>, WhenProblem>> {
    let entry = tidy(entry);
    if entry.starts_with(['+', '-']) {
        return Some(match signed(&entry) {
            Some(span) => {
                let from = from.ok_or(WhenProblem::NothingToCountFrom);
                from.and_then(|from| from.checked_add_signed(span).ok_or(WhenProblem::NotUnderstood))
            }
            None => Err(WhenProblem::NotUnderstood),
        });
    }
    if read_span(&entry).is_some() {
        return Some(Err(WhenProblem::NoSign { span: entry }));
    }
    let (rest, place) = split_place(&entry, zone);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let time = parse_time(behind_at(&words), false).ok()?;
    let Some(from) = from else { return Some(Err(WhenProblem::NothingToCountFrom)) };
    Some(place.instant(place.naive(from).date().and_time(time)))
}

/// An entry without what makes no difference: letter case, commas, and how many blanks there are.
pub(super) fn tidy(entry: &str) -> String {
    let lower = entry.to_lowercase().replace(',', " ");
    let words: Vec<&str> = lower.split_whitespace().collect();
    let mut words = words.join(" ");
    // ISO 8601 has a `T` between date and time.
    if words.get(10..11) == Some("t") && words.get(..10).is_some_and(|date| day::iso(date).is_some()) {
        words.replace_range(10..11, " ");
    }
    words
}

/// `+90m`, `-7d`.
pub(super) fn signed(entry: &str) -> Option<Duration> {
    let later = entry.strip_prefix('+').and_then(read_span);
    later.or_else(|| entry.strip_prefix('-').and_then(read_span).map(|span| -span))
}

/// So long from now. Rounded up: what is said to be two hours away should not read "in 1h 59m".
pub(super) fn ahead(now: DateTime<Utc>, span: Duration) -> Result<DateTime<Utc>, WhenProblem> {
    let part = if whole(now) == now { Duration::zero() } else { Duration::seconds(1) };
    let from = whole(now).checked_add_signed(part);
    from.and_then(|from| from.checked_add_signed(span)).ok_or(WhenProblem::NotUnderstood)
}

/// Reads an entry that counts from now, or from nothing.
pub(super) fn absolute(
    entry: &str,
    now: DateTime<Utc>,
    zone: Zone,
    lean: Lean,
) -> Result<DateTime<Utc>, WhenProblem> {
    if entry.is_empty() {
        return Err(WhenProblem::Empty);
    }
    if let Some(digits) = epoch(entry) {
        let seconds = digits.parse().ok().filter(|s| (0..253_402_300_800).contains(s));
        return seconds.and_then(|s| DateTime::from_timestamp(s, 0)).ok_or(WhenProblem::NotUnderstood);
    }
    if let Some(span) = entry.strip_prefix('+').or_else(|| entry.strip_prefix("in ")) {
        return ahead(now, read_span(span).ok_or(WhenProblem::NotUnderstood)?);
    }
    let (rest, place) = split_place(entry, zone);
    let words: Vec<&str> = rest.split_whitespace().collect();
    if is_stretch(&words) {
        return Err(WhenProblem::NotAMoment);
    }
    let today = place.naive(now).date();
    let (day, rest) = day::take(&words, today, lean)?;
    if rest.is_empty() {
        return Err(WhenProblem::NoTime);
    }
    let is_said = !matches!(day, SaidDay::Nothing);
    let time = parse_time(behind_at(rest), is_said)?;
    let written = time.format("%H:%M").to_string();
    match day {
        SaidDay::Nothing => place.instant(today.and_time(time)),
        SaidDay::Day(date) => place.instant(date.and_time(time)),
        SaidDay::Either(first, second) => one_of((first, second), time, (place, now, lean), &written),
    }
}

/// Of two days that are called so the one that is still to come, if that is only one.
fn one_of(
    (first, second): (NaiveDate, NaiveDate),
    time: NaiveTime,
    (place, now, lean): (ZoneOrOffset, DateTime<Utc>, Lean),
    written: &str,
) -> Result<DateTime<Utc>, WhenProblem> {
    let earlier = place.instant(first.and_time(time));
    if lean == Lean::Ahead && earlier.is_ok_and(|at| at <= now) {
        return place.instant(second.and_time(time));
    }
    Err(either(first, second, written))
}

/// Two days, each as it can be typed, with what stood behind them.
pub(super) fn either(first: NaiveDate, second: NaiveDate, behind: &str) -> WhenProblem {
    let typed = |date: NaiveDate| format!("{} {behind}", date.format("%a %-d %b")).trim_end().to_owned();
    WhenProblem::Either { first: typed(first), second: typed(second) }
}

/// `@1763700000`, and the same without its sign where it has ten digits.
fn epoch(entry: &str) -> Option<&str> {
    let is_bare = entry.len() == 10 && entry.bytes().all(|b| b.is_ascii_digit());
    entry.strip_prefix('@').or(is_bare.then_some(entry))
}

/// Whether these words name a stretch of time that holds many moments.
fn is_stretch(words: &[&str]) -> bool {
    matches!(words, ["this" | "next" | "last" | "past", "week" | "month" | "night" | "year", ..])
}

/// The words behind an `at`, as one text.
fn behind_at(words: &[&str]) -> String {
    match words {
        ["at", rest @ ..] => rest.join(" "),
        _ => words.join(" "),
    }
}

/// `14:30`, `14:30:15`, `9am`, `9:30 pm`, `noon`; with a day before it the hour is enough. Midnight is
/// refused as a word: it begins one day and ends another.
fn parse_time(text: impl AsRef<str>, bare_hour: bool) -> Result<NaiveTime, WhenProblem> {
    let text = text.as_ref();
    let unclear = WhenProblem::NotUnderstood;
    match text {
        "noon" => return NaiveTime::from_hms_opt(12, 0, 0).ok_or(unclear),
        "midnight" => return Err(WhenProblem::Midnight),
        _ => {}
    }
    let (clock, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim_end(), Some(0)),
        (_, Some(clock)) => (clock.trim_end(), Some(12)),
        (None, None) => (text, None),
    };
    let parts: Option<Vec<u32>> = clock.split(':').map(two_digits).collect();
    let (hour, minute, second) = match parts.as_deref() {
        // `14` alone could be a day.
        Some([hour]) if half.is_none() && !bare_hour => {
            return Err(if *hour < 24 { WhenProblem::BareNumber { hour: *hour } } else { unclear });
        }
        Some([hour]) => (*hour, 0, 0),
        Some([hour, minute]) => (*hour, *minute, 0),
        Some([hour, minute, second]) => (*hour, *minute, *second),
        Some(_) | None => return Err(unclear),
    };
    let hour = match half {
        Some(_) if hour == 0 || hour > 12 => return Err(unclear),
        Some(half) => hour % 12 + half,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, second).ok_or(unclear)
}

fn two_digits(text: &str) -> Option<u32> {
    let is_short = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_short.then(|| text.parse().ok())?
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
