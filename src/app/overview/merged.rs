//! The tasks of several apps in one order of time. Nothing is copied: a row is found by halving, so that a key
//! costs the same however many tasks there are.

use crate::domain::TaskId;
use crate::domain::schedule::{HeldTask, Schedule, Slot};

/// By what rows are ordered: time, number of the app, task.
pub(super) type MergedKey = (i64, usize, TaskId);

/// The tasks of several apps.
pub(super) struct Merged<'s> {
    parts: Vec<(&'s Schedule, &'s [Slot])>,
}

impl<'s> Merged<'s> {
    /// Of slots that stand in the order of time in each app.
    pub(super) fn of(parts: Vec<(&'s Schedule, &'s [Slot])>) -> Self {
        Self { parts }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|(_, slots)| slots.len()).sum()
    }

    fn key(&self, app: usize, at: usize) -> Option<MergedKey> {
        let (schedule, slots) = self.parts.get(app)?;
        let held = schedule.get(*slots.get(at)?)?;
        Some((held.scheduled, app, held.id))
    }

    /// How many rows of each app stand before a key.
    fn before(&self, key: MergedKey) -> Vec<usize> {
        let count = |(app, (schedule, slots)): (usize, &(&Schedule, &[Slot]))| {
            let is_before =
                |slot: &Slot| schedule.get(*slot).is_some_and(|held| (held.scheduled, app, held.id) < key);
            slots.partition_point(is_before)
        };
        self.parts.iter().enumerate().map(count).collect()
    }

    /// The row at which a key stands, or would.
    pub(super) fn rank(&self, key: MergedKey) -> usize {
        self.before(key).iter().sum()
    }

    /// The key of a task, if its app holds it among these.
    pub(super) fn key_of(&self, app: usize, id: TaskId) -> Option<MergedKey> {
        let (schedule, slots) = self.parts.get(app)?;
        let held = schedule.get(schedule.slot(id)?)?;
        let at = slots.partition_point(|slot| {
            schedule.get(*slot).is_some_and(|other| (other.scheduled, other.id) < (held.scheduled, id))
        });
        self.key(app, at).filter(|key| key.2 == id)
    }

    /// The rows from one on, as many as are taken: the number of the app, and its task.
    pub(super) fn from(&self, row: usize) -> impl Iterator<Item = (usize, &'s HeldTask)> {
        let mut next = self.split_at(row);
        std::iter::from_fn(move || {
            let first = (0..next.len()).filter_map(|app| self.key(app, *next.get(app)?)).min()?;
            let at = next.get_mut(first.1)?;
            let (schedule, slots) = self.parts.get(first.1)?;
            let held = schedule.get(*slots.get(*at)?)?;
            *at += 1;
            Some((first.1, held))
        })
    }

    /// How many rows of each app stand before a row.
    fn split_at(&self, row: usize) -> Vec<usize> {
        let of_app = |app: usize| {
            let length = self.parts.get(app).map_or(0, |(_, slots)| slots.len());
            let (mut low, mut high) = (0, length);
            while low < high {
                let middle = low.midpoint(high);
                let is_before = self.key(app, middle).is_some_and(|key| self.rank(key) < row);
                if is_before {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            low
        };
        (0..self.parts.len()).map(of_app).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use serde_json::json;

    use crate::app::testing::task;
    use crate::domain::schedule::Row;

    use super::*;

    fn schedule(times: &[i64]) -> Schedule {
        let mut schedule = Schedule::default();
        for (seconds, n) in times.iter().zip(1..) {
            schedule.put(Row::of(&task(n, *seconds, "All", "pending", "t", &json!({}))), 1);
        }
        schedule.settle();
        schedule
    }

    proptest! {
        #[test]
        fn every_row_is_found_where_sorting_puts_it(
            times in proptest::collection::vec(proptest::collection::vec(0_i64..12, 0..9), 1..4)
        ) {
            let schedules: Vec<Schedule> = times.iter().map(|times| schedule(times)).collect();
            let merged = Merged::of(schedules.iter().map(|one| (one, one.by_time())).collect());
            let mut sorted: Vec<MergedKey> = Vec::new();
            for (app, schedule) in schedules.iter().enumerate() {
                let held = schedule.by_time().iter().filter_map(|slot| schedule.get(*slot));
                sorted.extend(held.map(|held| (held.scheduled, app, held.id)));
            }
            sorted.sort();
            prop_assert_eq!(merged.len(), sorted.len());
            for row in 0..=sorted.len() {
                let found: Vec<MergedKey> =
                    merged.from(row).map(|(app, held)| (held.scheduled, app, held.id)).collect();
                prop_assert_eq!(&found[..], &sorted[row..]);
            }
            for (row, key) in sorted.iter().enumerate() {
                prop_assert_eq!(merged.rank(*key), row);
                prop_assert_eq!(merged.key_of(key.1, key.2), Some(*key));
            }
        }
    }
}
