//! What fires when: the tasks of a stretch of time, counted by hour, day, week or month, by type and by state.
//!
//! It is made in one pass over the tasks of the stretch, and no task is read for it.

mod zoom;

use chrono::{DateTime, TimeDelta, Utc};

use super::query::Range;
use super::schedule::{HeldTask, KindCode, Schedule, TaskState};
use super::when::offset_and_year;
use super::zone::Zone;

pub use zoom::Zoom;

/// The rows of a timeline: one for each type.
pub const KINDS: [KindCode; 4] = [KindCode::All, KindCode::Tag, KindCode::User, KindCode::Other];

/// Tasks by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateCounts([u32; TaskState::ALL.len()]);

impl StateCounts {
    /// How many are in this state.
    pub fn of(&self, state: TaskState) -> u32 {
        self.0.get(state as usize).copied().unwrap_or(0)
    }

    /// How many there are.
    pub fn all(&self) -> u32 {
        self.0.iter().sum()
    }

    fn count(&mut self, state: TaskState) {
        if let Some(count) = self.0.get_mut(state as usize) {
            *count += 1;
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
        self
    }
}

/// One bar: what fires in an hour, a day, a week or a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its first second.
    pub begin: DateTime<Utc>,
    /// The first second behind it.
    pub end: DateTime<Utc>,
    /// By how many seconds the clocks are put forward in it; negative where they are put back, 0 where they are not.
    pub clocks_by: i32,
    counts: Vec<StateCounts>,
}

impl Bucket {
    /// Its tasks of a type.
    pub fn of(&self, kind: KindCode) -> StateCounts {
        self.row(kind as usize)
    }

    /// Its tasks of a row: of a type by its number, or of an app.
    pub fn row(&self, row: usize) -> StateCounts {
        self.counts.get(row).copied().unwrap_or_default()
    }

    /// Its tasks of all types.
    pub fn all(&self) -> StateCounts {
        self.counts.iter().fold(StateCounts::default(), StateCounts::and)
    }

    /// The same stretch, its last second included.
    pub fn range(&self) -> Range {
        Range { begin: self.begin, end: self.end - TimeDelta::seconds(1) }
    }

    /// Whether a time lies in it.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.begin <= at && at < self.end
    }
}

/// Buckets side by side, each from where the one before ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// What each stands for.
    pub zoom: Zoom,
    /// By whose wall clock.
    pub zone: Zone,
    /// The buckets, at least one.
    pub buckets: Vec<Bucket>,
}

impl Timeline {
    /// So many buckets from the one on in which `first` lies.
    pub fn of(schedule: &Schedule, zoom: Zoom, first: DateTime<Utc>, count: usize, zone: Zone) -> Self {
        let buckets = empty(zoom, first, count.max(1), zone, KINDS.len());
        let mut made = Self { zoom, zone, buckets };
        made.count_in(schedule, |held| held.kind as usize);
        made
    }

    /// The same of several apps, a row for each.
    pub fn by_app<'s>(
        schedules: impl IntoIterator<Item = &'s Schedule>,
        (zoom, first, count, zone): (Zoom, DateTime<Utc>, usize, Zone),
    ) -> Self {
        let schedules: Vec<&Schedule> = schedules.into_iter().collect();
        let buckets = empty(zoom, first, count.max(1), zone, schedules.len());
        let mut made = Self { zoom, zone, buckets };
        for (row, schedule) in schedules.into_iter().enumerate() {
            made.count_in(schedule, |_| row);
        }
        made
    }

    /// Counts the tasks of a schedule, which stand in their order in time, in the row of each.
    fn count_in(&mut self, schedule: &Schedule, row_of: impl Fn(&HeldTask) -> usize) {
        let Some(range) = self.range() else { return };
        let mut rest = self.buckets.iter_mut();
        let Some(mut bucket) = rest.next() else { return };
        let mut end = bucket.end.timestamp();
        for held in schedule.between(range).iter().filter_map(|slot| schedule.get(*slot)) {
            while held.scheduled >= end {
                let Some(next) = rest.next() else { return };
                bucket = next;
                end = bucket.end.timestamp();
            }
            if let Some(counts) = bucket.counts.get_mut(row_of(held)) {
                counts.count(held.state);
            }
        }
    }

    /// The bucket in which a time lies.
    pub fn at(&self, at: DateTime<Utc>) -> Option<usize> {
        let behind = self.buckets.partition_point(|bucket| bucket.end <= at);
        self.buckets.get(behind).is_some_and(|bucket| bucket.begin <= at).then_some(behind)
    }

    /// From its first second to its last.
    pub fn range(&self) -> Option<Range> {
        let (first, last) = self.buckets.first().zip(self.buckets.last())?;
        Some(Range { begin: first.begin, end: last.range().end })
    }

    /// The most tasks that a row has in one bucket.
    pub fn most(&self, kind: KindCode) -> u32 {
        self.buckets.iter().map(|bucket| bucket.of(kind).all()).max().unwrap_or(0)
    }

    /// Everything in it.
    pub fn all(&self) -> StateCounts {
        self.buckets.iter().fold(StateCounts::default(), |sum, bucket| sum.and(&bucket.all()))
    }

    /// Whether there is a task of this type.
    pub fn has(&self, kind: KindCode) -> bool {
        self.most(kind) > 0
    }
}

/// Buckets without tasks.
fn empty(zoom: Zoom, first: DateTime<Utc>, count: usize, zone: Zone, rows: usize) -> Vec<Bucket> {
    let ahead = |at: DateTime<Utc>| offset_and_year(at, zone).0;
    let mut begin = zoom.begin(first, zone);
    let mut before = ahead(begin - TimeDelta::seconds(1));
    let mut buckets = Vec::with_capacity(count);
    for _ in 0..count {
        let end = zoom.next(begin, zone);
        let behind = ahead(end - TimeDelta::seconds(1));
        buckets.push(Bucket {
            begin,
            end,
            clocks_by: behind - before,
            counts: vec![StateCounts::default(); rows],
        });
        (begin, before) = (end, behind);
    }
    buckets
}

#[cfg(test)]
mod tests;

/// Counts for tests of others.
#[cfg(test)]
pub(crate) mod testing {
    use super::{StateCounts, TaskState};

    /// So many by state, in the order of [`TaskState::ALL`].
    pub(crate) fn counts(by_state: [u32; TaskState::ALL.len()]) -> StateCounts {
        StateCounts(by_state)
    }
}
