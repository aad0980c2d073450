//! The day at the front of an entry: a date, a weekday, a word.

use chrono::{Datelike, Duration, NaiveDate, Weekday};

use super::problem::WhenProblem;

/// Where a day is looked for that could be of several years.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lean {
    /// Ahead: what is scheduled is to come.
    Ahead,
    /// Nearest to today: what is searched for may be past.
    Nearest,
}

/// The day that stands at the front of an entry.
#[derive(Clone, Copy)]
pub(super) enum SaidDay {
    /// None.
    Nothing,
    /// This one.
    Day(NaiveDate),
    /// Two days are called so, the earlier one first.
    Either(NaiveDate, NaiveDate),
}

/// Takes a day off the front; the words behind it are left.
pub(super) fn take<'a, 'b>(
    words: &'b [&'a str],
    today: NaiveDate,
    lean: Lean,
) -> Result<(SaidDay, &'b [&'a str]), WhenProblem> {
    let beyond = || WhenProblem::NotUnderstood;
    match words {
        ["today", rest @ ..] => Ok((SaidDay::Day(today), rest)),
        ["tomorrow", rest @ ..] => Ok((SaidDay::Day(today.succ_opt().ok_or_else(beyond)?), rest)),
        ["yesterday", rest @ ..] => Ok((SaidDay::Day(today.pred_opt().ok_or_else(beyond)?), rest)),
        [which @ ("this" | "next" | "last"), word, rest @ ..] if weekday(word).is_some() => {
            let day = weekday(word).and_then(|day| of_a_week(which, day, today)).ok_or_else(beyond)?;
            Ok((day, rest))
        }
        [first, rest @ ..] => {
            if let Some(date) = iso(first) {
                return Ok((SaidDay::Day(date), rest));
            }
            let Some(day) = weekday(first) else { return date_or_nothing(words, today, lean) };
            // `Sat 21 Nov 14:15`, as the screen writes it: the date decides, and must be that weekday.
            if let Some((date, after)) = day_and_month(rest) {
                return Ok((SaidDay::Day(date.on(day, today)?), after));
            }
            if let [first, after @ ..] = rest
                && let Some(date) = iso(first)
            {
                return Ok((SaidDay::Day(fits(date, day)?), after));
            }
            Ok((coming(day, today).ok_or_else(beyond)?, rest))
        }
        [] => Ok((SaidDay::Nothing, words)),
    }
}

fn date_or_nothing<'a, 'b>(
    words: &'b [&'a str],
    today: NaiveDate,
    lean: Lean,
) -> Result<(SaidDay, &'b [&'a str]), WhenProblem> {
    if let Some((date, after)) = day_and_month(words) {
        return Ok((SaidDay::Day(date.of_its_year(today, lean).ok_or(WhenProblem::NotUnderstood)?), after));
    }
    match words.first().and_then(|first| slashed(first)) {
        Some(problem) => Err(problem),
        None => Ok((SaidDay::Nothing, words)),
    }
}

/// `2026-11-22`.
pub(super) fn iso(word: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(word, "%Y-%m-%d").ok().filter(|_| word.len() == 10)
}

/// A date of which the year may be missing.
pub(super) struct PartDate {
    day: u32,
    month: u32,
    year: Option<i32>,
}

/// `22 nov`, `nov 22`, `22 nov 2026`.
fn day_and_month<'a, 'b>(words: &'b [&'a str]) -> Option<(PartDate, &'b [&'a str])> {
    let [first, second, rest @ ..] = words else { return None };
    let (day, month) = match (number(first), month(second)) {
        (Some(day), Some(month)) => (day, month),
        _ => (number(second)?, month(first)?),
    };
    let year = rest.first().filter(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()));
    let (year, rest) = match year {
        Some(year) => (Some(year.parse().ok()?), rest.get(1..)?),
        None => (None, rest),
    };
    Some((PartDate { day, month, year }, rest))
}

/// `9`, `23`, `23rd`: no more than two digits.
fn number(word: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    let is_short = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_short.then(|| digits.parse().ok())?
}

impl PartDate {
    fn in_year(&self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }

    /// Without a year the one that is meant by itself.
    fn of_its_year(&self, today: NaiveDate, lean: Lean) -> Option<NaiveDate> {
        if let Some(year) = self.year {
            return self.in_year(year);
        }
        // The 29th of February comes every eighth year at the latest.
        let near = (-8..=8).filter_map(|years| self.in_year(today.year() + years));
        match lean {
            Lean::Ahead => near.filter(|date| *date >= today).min(),
            Lean::Nearest => near.min_by_key(|date| (*date - today).abs()),
        }
    }

    /// The one that falls on this weekday: without a year that tells this one from the next.
    fn on(&self, weekday: Weekday, today: NaiveDate) -> Result<NaiveDate, WhenProblem> {
        let this = self.of_its_year(today, Lean::Nearest).ok_or(WhenProblem::NotUnderstood)?;
        if self.year.is_none() {
            let mut near = [0, 1].into_iter().filter_map(|years| self.in_year(today.year() + years));
            if let Some(date) = near.find(|date| date.weekday() == weekday) {
                return Ok(date);
            }
        }
        fits(this, weekday)
    }
}

fn fits(date: NaiveDate, weekday: Weekday) -> Result<NaiveDate, WhenProblem> {
    if date.weekday() == weekday {
        return Ok(date);
    }
    Err(WhenProblem::OtherWeekday { day: date.format("%a %-d %b %Y").to_string() })
}

/// The next such day. Today is called so as well, and in a week it is once more.
fn coming(day: Weekday, today: NaiveDate) -> Option<SaidDay> {
    let ahead = (7 + from_monday(day) - from_monday(today.weekday())) % 7;
    let next = today.checked_add_signed(Duration::days(ahead))?;
    if ahead > 0 {
        return Some(SaidDay::Day(next));
    }
    Some(SaidDay::Either(today, today.checked_add_signed(Duration::weeks(1))?))
}

/// `next friday` is the next one to some and the one of next week to others: it is taken where both are
/// the same day.
fn of_a_week(which: &str, day: Weekday, today: NaiveDate) -> Option<SaidDay> {
    let (at, is) = (from_monday(day), from_monday(today.weekday()));
    let in_days = |days: i64| today.checked_add_signed(Duration::days(days));
    let ahead = (7 + at - is) % 7;
    let (by_distance, by_week) = match which {
        "next" => (if ahead == 0 { 7 } else { ahead }, at - is + 7),
        "last" => (ahead - 7, at - is - 7),
        _ => (ahead, at - is),
    };
    if by_distance == by_week {
        return Some(SaidDay::Day(in_days(by_week)?));
    }
    let (first, second) = (by_distance.min(by_week), by_distance.max(by_week));
    Some(SaidDay::Either(in_days(first)?, in_days(second)?))
}

pub(super) fn from_monday(day: Weekday) -> i64 {
    i64::from(day.num_days_from_monday())
}

pub(super) fn weekday(word: &str) -> Option<Weekday> {
    (word.len() >= 3 && word.bytes().all(|b| b.is_ascii_lowercase())).then(|| word.parse().ok())?
}

pub(super) fn month(word: &str) -> Option<u32> {
    (word.len() >= 3 && word.bytes().all(|b| b.is_ascii_lowercase()))
        .then(|| word.parse::<chrono::Month>().ok())?
        .map(|m| m.number_from_month())
}

/// `1/2`: the first of February to some, the second of January to others.
fn slashed(word: &str) -> Option<WhenProblem> {
    let mut parts = word.split('/');
    let (first, second) = (number(parts.next()?)?, number(parts.next()?)?);
    let named = |day: u32, month: u32| {
        let date = NaiveDate::from_ymd_opt(2024, month, day)?;
        Some(date.format("%-d %b").to_string())
    };
    Some(WhenProblem::Either { first: named(first, second)?, second: named(second, first)? })
        .filter(|_| first != second)
}
