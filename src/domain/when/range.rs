//! A range of time in words, for what is searched for: `next week`, `last night`, `mon`, `21 nov → 28 nov`.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc};

use super::super::query::Range;
use super::super::zone::Zone;
use super::day::{self, Lean, SaidDay};
use super::entry::{absolute, ahead, either, read_span, signed, tidy};
use super::problem::WhenProblem;
use super::wall_clock::{ZoneOrOffset, is_plain, split_place};
use super::words::{day_time, stamp, whole, zone_label};

/// A night begins at this hour and ends at the other one.
const NIGHT: (u32, u32) = (18, 6);

/// What stands between the two ends of a range.
const BETWEEN: [&str; 5] = ["→", "..", "–", " to ", " - "];

/// Reads a range. A single moment is a range that ends as it begins.
///
/// Forms: every time of a new task but a bare span; `today|tomorrow|yesterday`, a date or a weekday (the
/// whole day); `this|next|last week|month`, `nov`, `last night`; `last 24h`, `next 7 days`; `-7d` and `+3d`
/// (moments); and two of these with `→`, `..` or `to` between them.
///
/// # Errors
/// Says what is missing or what the entry could mean.
pub fn parse_range(entry: &str, now: DateTime<Utc>, zone: Zone) -> Result<Range, WhenProblem> {
    let entry = tidy(entry);
    let ends = BETWEEN.iter().find_map(|between| entry.split_once(between));
    let Some((from, to)) = ends else { return one(&entry, now, zone) };
    let begin = one(from.trim(), now, zone)?.begin;
    let to = to.trim();
    let end = one(to, now, zone).map(|to| to.end);
    // The day that a weekday at the end names comes behind the beginning.
    let is_weekday = to.split(' ').next().is_some_and(|word| day::weekday(word).is_some());
    if is_weekday && !end.as_ref().is_ok_and(|end| *end >= begin) {
        return one(to, begin, zone).map(|to| Range { begin, end: to.end });
    }
    Ok(Range { begin, end: end? })
}

fn one(entry: &str, now: DateTime<Utc>, zone: Zone) -> Result<Range, WhenProblem> {
    let moment = |at: DateTime<Utc>| Range { begin: at, end: at };
    if let Some(span) = signed(entry) {
        let at = if span < Duration::zero() { back(now, -span) } else { ahead(now, span) };
        return at.map(moment);
    }
    if read_span(entry).is_some() {
        return Err(WhenProblem::NoSign { span: entry.to_owned() });
    }
    let (rest, place) = split_place(entry, zone);
    let words: Vec<&str> = rest.split_whitespace().collect();
    if let [which @ ("last" | "past" | "next"), span @ ..] = words.as_slice()
        && let Some(span) = read_span(&span.join(" "))
    {
        let now = whole(now);
        return Ok(match *which {
            "next" => Range { begin: now, end: ahead(now, span)? },
            _ => Range { begin: back(now, span)?, end: now },
        });
    }
    let today = place.naive(now).date();
    match stretch(&words, today) {
        Some(Stretch::Days(first, last)) => return days(first, last, place),
        Some(Stretch::Night(evening)) => return night(evening, place),
        None => {}
    }
    match day::take(&words, today, Lean::Nearest)? {
        (SaidDay::Day(date), []) => days(date, date, place),
        (SaidDay::Either(first, second), []) => Err(either(first, second, "")),
        _ => absolute(entry, now, zone, Lean::Nearest).map(moment),
    }
}

fn back(now: DateTime<Utc>, span: Duration) -> Result<DateTime<Utc>, WhenProblem> {
    whole(now).checked_sub_signed(span).ok_or(WhenProblem::NotUnderstood)
}

/// What a few words name.
enum Stretch {
    /// From the beginning of one day to the end of another.
    Days(NaiveDate, NaiveDate),
    /// The night that begins on that evening.
    Night(NaiveDate),
}

fn stretch(words: &[&str], today: NaiveDate) -> Option<Stretch> {
    let by = |which: &str| match which {
        "this" => Some(0),
        "next" => Some(1),
        "last" => Some(-1),
        _ => None,
    };
    match words {
        ["last", "night"] => Some(Stretch::Night(today.pred_opt()?)),
        [which, "week"] => {
            let monday = Duration::days(7 * by(which)? - day::from_monday(today.weekday()));
            let monday = today.checked_add_signed(monday)?;
            Some(Stretch::Days(monday, monday.checked_add_signed(Duration::days(6))?))
        }
        [which, "month"] => {
            let months =
                today.year() * 12 + i32::try_from(today.month0()).ok()? + i32::try_from(by(which)?).ok()?;
            month(months.div_euclid(12), u32::try_from(months.rem_euclid(12)).ok()? + 1)
        }
        [name] => {
            let number = day::month(name)?;
            let years = [today.year(), today.year() - 1, today.year() + 1];
            let near = |year: &i32| {
                let middle = NaiveDate::from_ymd_opt(*year, number, 15);
                middle.map_or(i64::MAX, |middle| (middle - today).num_days().abs())
            };
            month(years.into_iter().min_by_key(near)?, number)
        }
        _ => None,
    }
}

fn month(year: i32, number: u32) -> Option<Stretch> {
    let first = NaiveDate::from_ymd_opt(year, number, 1)?;
    let (year, next) = if number == 12 { (year + 1, 1) } else { (year, number + 1) };
    Some(Stretch::Days(first, NaiveDate::from_ymd_opt(year, next, 1)?.pred_opt()?))
}

/// Whole days, to the last second.
fn days(first: NaiveDate, last: NaiveDate, place: ZoneOrOffset) -> Result<Range, WhenProblem> {
    between((Some(first), NaiveTime::MIN), (last.succ_opt(), NaiveTime::MIN), place)
}

fn night(evening: NaiveDate, place: ZoneOrOffset) -> Result<Range, WhenProblem> {
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    between((Some(evening), at(NIGHT.0)), (evening.succ_opt(), at(NIGHT.1)), place)
}

/// From the first instant of one wall-clock time to the last second before another.
fn between(
    (first, from): (Option<NaiveDate>, NaiveTime),
    (last, to): (Option<NaiveDate>, NaiveTime),
    place: ZoneOrOffset,
) -> Result<Range, WhenProblem> {
    let instant = |date: Option<NaiveDate>, time| date.and_then(|date| place.first_instant(date, time));
    let (Some(begin), Some(end)) = (instant(first, from), instant(last, to)) else {
        return Err(WhenProblem::NotUnderstood);
    };
    match end.checked_sub_signed(Duration::seconds(1)) {
        Some(end) if begin <= end => Ok(Range { begin, end }),
        // A day that was left out, or one beyond the calendar.
        Some(_) | None => Err(WhenProblem::Gap { zone: place.name() }),
    }
}

/// The same for a narrow screen: `Mon 23 Nov → Sun 29 Nov +08` where it is of whole days, else to the minute.
pub fn range_in_short(range: Range, zone: Zone, now: DateTime<Utc>) -> String {
    let (begin, end) = (day_time(range.begin, zone, now), day_time(range.end, zone, now));
    let of_days = begin.ends_with(" 00:00:00") && end.ends_with(" 23:59:59");
    let short = |written: &str| {
        let cut = if of_days { " 00:00:00".len() } else { ":00".len() };
        written.get(..written.len().saturating_sub(cut)).unwrap_or(written).to_owned()
    };
    format!("{} → {} {}", short(&begin), short(&end), zone_label(range.end, zone))
}

/// `Mon 23 Nov 00:00:00 → Sun 29 Nov 23:59:59 +08`: the zone stands once where it is the same at both ends.
pub fn range(range: Range, zone: Zone, now: DateTime<Utc>) -> String {
    let Range { begin, end } = range;
    let is_same = zone_label(begin, zone) == zone_label(end, zone);
    let from =
        if is_same && is_plain(begin, zone) { day_time(begin, zone, now) } else { stamp(begin, zone, now) };
    format!("{from} → {}", stamp(end, zone, now))
}
