//! The wall clock of an app over a stretch of time, made once: it is asked for every task.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::when::offset_and_year;
use super::super::zone::Zone;
use super::policy::DAY;

/// The clocks are put forward or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockChange {
    /// When, in seconds since 1970.
    pub at: i64,
    /// By how many seconds forward; back where negative.
    pub by: i64,
}

impl ClockChange {
    /// Whether a wall clock time around it does not exist, or exists twice.
    fn touches(self, at: i64) -> bool {
        (self.at - self.by.abs()..self.at + self.by.abs()).contains(&at)
    }
}

/// How far the wall clock is ahead, from each change on.
#[derive(Clone, Debug)]
pub(super) struct WallClock {
    /// From when on, and so many seconds ahead; the first holds from the beginning.
    stretches: Vec<(i64, i64)>,
}

impl WallClock {
    /// The clock between two times.
    pub(super) fn of(zone: Zone, begin: i64, end: i64) -> Self {
        let ahead = |at: i64| i64::from(offset_and_year(time(at), zone).0);
        let mut stretches = vec![(i64::MIN, ahead(begin))];
        let mut from = begin;
        while from < end {
            let until = (from + DAY).min(end);
            let (before, behind) = (ahead(from), ahead(until));
            if before != behind {
                stretches.push((change(from, until, ahead), behind));
            }
            from = until;
        }
        Self { stretches }
    }

    fn number(&self, at: i64) -> usize {
        self.stretches.partition_point(|(from, _)| *from <= at).saturating_sub(1)
    }

    fn ahead(&self, at: i64) -> i64 {
        self.stretches.get(self.number(at)).map_or(0, |(_, ahead)| *ahead)
    }

    /// The number of the day that it shows, and the second of that day.
    pub(super) fn day(&self, at: i64) -> (i64, i64) {
        let local = at.saturating_add(self.ahead(at));
        (local.div_euclid(DAY), local.rem_euclid(DAY))
    }

    /// The stretch around a time in which the day is the same and no clock is put.
    pub(super) fn stretch(&self, at: i64) -> SameDay {
        let (day, second) = self.day(at);
        let number = self.number(at);
        let bound = |number: usize| self.stretches.get(number).map(|(from, _)| *from);
        let until = (at + DAY - second).min(bound(number + 1).unwrap_or(i64::MAX));
        let midnight = at - second;
        let from = midnight.max(bound(number).unwrap_or(i64::MIN));
        let is_near = |change: Option<i64>| change.is_some_and(|at| from - DAY < at && at < until + DAY);
        let is_near_change = (number > 0 && is_near(bound(number))) || is_near(bound(number + 1));
        SameDay { from, until, day, midnight, is_near_change }
    }

    /// When the clocks are put next.
    pub(super) fn next_change(&self, at: i64) -> Option<i64> {
        self.stretches.get(self.number(at) + 1).map(|(from, _)| *from)
    }

    /// The change of the clocks that a time lies around.
    pub(super) fn change_at(&self, at: i64) -> Option<ClockChange> {
        let number = self.number(at);
        let before = |number: usize| {
            let (_, before) = self.stretches.get(number.checked_sub(1)?)?;
            let (from, ahead) = self.stretches.get(number)?;
            Some(ClockChange { at: *from, by: ahead - before })
        };
        [before(number), before(number + 1)].into_iter().flatten().find(|change| change.touches(at))
    }
}

/// A stretch in which the day is the same and no clock is put: most tasks lie in that of the one before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SameDay {
    from: i64,
    until: i64,
    /// The number of the day.
    pub(super) day: i64,
    /// When that day began, or would have, by the offset of this stretch.
    pub(super) midnight: i64,
    /// Whether a change of the clocks may be so near that it matters.
    pub(super) is_near_change: bool,
}

impl SameDay {
    /// Whether a time lies in it.
    pub(super) fn holds(&self, at: i64) -> bool {
        self.from <= at && at < self.until
    }
}

/// When the offset changes between two times, which have different ones.
fn change(mut same: i64, mut other: i64, ahead: impl Fn(i64) -> i64) -> i64 {
    let before = ahead(same);
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        if ahead(middle) == before { same = middle } else { other = middle }
    }
    other
}

pub(super) fn time(at: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(at.clamp(-62_000_000_000, 250_000_000_000))
}
