//! Which windows a pass reads, and in which order: what is nearest to the present first.
//!
//! Neighbours share the second in which they meet: whether a range holds its end is nowhere documented.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::query::Range;

/// What fired so lately stands in the first window, with what comes next.
const LITTLE: TimeDelta = TimeDelta::minutes(2);

/// No clock of a service is further ahead of the one that the tasks are stamped by.
const AHEAD: TimeDelta = TimeDelta::days(1);

/// The longest window before anything was refused: what the sample of the documents spans is hardly more.
const USUAL: TimeDelta = TimeDelta::days(30);

/// No window is planned shorter, whatever was refused.
const SHORTEST: TimeDelta = TimeDelta::hours(1);

/// A range is planned as at most so many windows.
const MOST: i32 = 4096;

/// A window, and whether the earliest row is asked for first.
pub(super) type Planned = (Range, bool);

/// The windows of a range of scheduled time: what comes next, earliest first, and what was, latest first.
pub(super) fn by_scheduled_time(
    range: Range,
    now: DateTime<Utc>,
    longest: Option<TimeDelta>,
) -> Vec<Planned> {
    let (past, ahead) = divided(range, now - LITTLE);
    let mut past = past.map_or_else(Vec::new, |range| outward(range, false, longest)).into_iter();
    let mut ahead = ahead.map_or_else(Vec::new, |range| outward(range, true, longest)).into_iter();
    let mut planned = Vec::with_capacity(past.len() + ahead.len());
    loop {
        let next = [ahead.next().map(|range| (range, true)), past.next().map(|range| (range, false))];
        if next == [None, None] {
            return planned;
        }
        planned.extend(next.into_iter().flatten());
    }
}

/// Since when tasks may have been created to be read.
pub(super) fn created_since(now: DateTime<Utc>, history: TimeDelta) -> DateTime<Utc> {
    now.checked_sub_signed(history.abs()).unwrap_or(DateTime::UNIX_EPOCH)
}

/// The windows of creation time, the newest first. What is created meanwhile moves the first one only, which is
/// soon read again.
pub(super) fn by_creation_time(
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    longest: Option<TimeDelta>,
) -> Vec<Planned> {
    let (older, newest) = divided(Range { begin: since, end: now + AHEAD }, now - LITTLE);
    let ranges = [newest, older].into_iter().flatten();
    ranges.flat_map(|range| outward(range, false, longest)).map(|range| (range, false)).collect()
}

/// What lies before a time, and what lies from it on.
fn divided(range: Range, at: DateTime<Utc>) -> (Option<Range>, Option<Range>) {
    if at <= range.begin {
        return (None, Some(range));
    }
    if at >= range.end {
        return (Some(range), None);
    }
    (Some(Range { end: at, ..range }), Some(Range { begin: at, ..range }))
}

/// A range as windows that are taken, beginning with the end that comes first in this order.
pub(super) fn outward(range: Range, ascending: bool, longest: Option<TimeDelta>) -> Vec<Range> {
    let longest = longest.unwrap_or(USUAL).max(SHORTEST).max(range.length() / MOST);
    let mut windows = Vec::new();
    let mut rest = range;
    while rest.length() > longest {
        let window = if ascending {
            Range { end: rest.begin + longest, ..rest }
        } else {
            Range { begin: rest.end - longest, ..rest }
        };
        rest =
            if ascending { Range { begin: window.end, ..rest } } else { Range { end: window.begin, ..rest } };
        windows.push(window);
    }
    windows.push(rest);
    windows
}

/// A window as two that meet in its middle; `None` where none of its seconds lies between its ends: of a single
/// second, or two, it is not known whether a shorter range would hold anything.
pub(super) fn halved(range: Range, ascending: bool) -> Option<[Range; 2]> {
    let middle = between(range.begin, range.end)?;
    let (early, late) = (Range { end: middle, ..range }, Range { begin: middle, ..range });
    Some(if ascending { [early, late] } else { [late, early] })
}

/// The second halfway between two, if there is one.
pub(super) fn between(early: DateTime<Utc>, late: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let seconds = (late - early).num_seconds();
    (seconds > 1).then(|| early + TimeDelta::seconds(seconds / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(hours)
    }

    #[test]
    fn what_comes_next_is_read_first_and_then_what_was() {
        let range = Range { begin: at(-100), end: at(300) };
        let now = at(0) + LITTLE;
        assert_eq!(
            by_scheduled_time(range, now, Some(TimeDelta::hours(90))),
            [
                (Range { begin: at(0), end: at(90) }, true),
                (Range { begin: at(-90), end: at(0) }, false),
                (Range { begin: at(90), end: at(180) }, true),
                (Range { begin: at(-100), end: at(-90) }, false),
                (Range { begin: at(180), end: at(270) }, true),
                (Range { begin: at(270), end: at(300) }, true),
            ]
        );
        let past = Range { begin: at(-9), end: at(-3) };
        assert_eq!(by_scheduled_time(past, now, None), [(past, false)]);
        let ahead = Range { begin: at(3), end: at(9) };
        assert_eq!(by_scheduled_time(ahead, now, None), [(ahead, true)]);
    }

    #[test]
    fn no_window_is_longer_than_is_usual_before_anything_is_known() {
        let windows = outward(Range { begin: at(-24 * 90), end: at(0) }, false, None);
        let begins: Vec<_> = windows.iter().map(|window| (at(0) - window.begin).num_days()).collect();
        assert_eq!(begins, [30, 60, 90]);
    }

    #[test]
    fn the_newest_tasks_have_a_window_of_their_own() {
        let now = at(0) + LITTLE;
        let since = created_since(now, TimeDelta::days(20));
        assert_eq!(
            by_creation_time(since, now, None),
            [(Range { begin: at(0), end: now + AHEAD }, false), (Range { begin: since, end: at(0) }, false)]
        );
    }

    #[test]
    fn a_plan_is_bounded_and_leaves_no_gap_whatever_was_refused() {
        let range = Range { begin: at(0), end: at(24 * 366 * 40) };
        for ascending in [true, false] {
            let windows = outward(range, ascending, Some(TimeDelta::zero()));
            assert!(windows.len() <= MOST as usize + 1, "{}", windows.len());
            let mut sorted = windows.clone();
            sorted.sort_by_key(|window| window.begin);
            assert!(sorted.windows(2).all(|pair| pair[0].end == pair[1].begin));
            assert_eq!((sorted[0].begin, sorted[sorted.len() - 1].end), (range.begin, range.end));
        }
    }

    #[test]
    fn a_window_is_halved_down_to_two_seconds() {
        let second = TimeDelta::seconds(1);
        let range = Range { begin: at(0), end: at(0) + second * 2 };
        let [first, last] = halved(range, false).unwrap();
        assert_eq!(
            (first.begin, first.end, last.begin, last.end),
            (range.begin + second, range.end, range.begin, range.begin + second)
        );
        assert_eq!(halved(first, true), None);
    }
}
