//! How many tasks each saved filter finds: counted a slice at a time, so that no key waits for it.

use chrono::{DateTime, Utc};

use crate::domain::filter::{Context, Run, SavedFilter};
use crate::domain::schedule::Slot;
use crate::domain::{Filter, Schedule, Zone};

/// The saved filters and what was counted of each.
#[derive(Clone, Debug, Default)]
pub struct Tabs {
    counted: Vec<Counted>,
    /// Which one is counted now, and how far that has come; `None` when all are.
    under_way: Option<(usize, Run, u64)>,
}

#[derive(Clone, Debug)]
struct Counted {
    filter: Filter,
    count: Option<u64>,
}

impl Tabs {
    /// Counts anew. What was counted before of the same filters is shown until then.
    pub fn restart(&mut self, saved: &[SavedFilter], zone: Zone, now: DateTime<Utc>) {
        let before = std::mem::take(&mut self.counted);
        let count = |number: usize, saved: &SavedFilter| {
            let old = before.get(number).filter(|old| old.filter.text == saved.filter);
            old.and_then(|old| old.count)
        };
        let counted = saved.iter().enumerate().map(|(number, saved)| Counted {
            filter: Filter::read(&saved.filter, zone, now),
            count: count(number, saved),
        });
        self.counted = counted.collect();
        self.begin(0);
    }

    fn begin(&mut self, number: usize) {
        let next = self.counted.get(number);
        self.under_way = next.map(|next| (number, Run::new(next.filter.clone()), 0));
    }

    /// Goes on for as long as a key can wait. The list stays the same until everything is counted, and says so then.
    pub fn go_on(&mut self, schedule: &Schedule, slots: &[Slot], context: &Context<'_>) -> bool {
        let Some((number, run, count)) = &mut self.under_way else { return true };
        let is_over = run.go_on(schedule, slots, context);
        *count += run.take().len() as u64;
        if is_over {
            let (number, count) = (*number, *count);
            if let Some(counted) = self.counted.get_mut(number) {
                counted.count = Some(count);
            }
            self.begin(number + 1);
        }
        self.under_way.is_none()
    }

    /// How many tasks the saved filter of that number finds, as far as it was counted.
    pub fn count(&self, number: usize) -> Option<u64> {
        self.counted.get(number)?.count
    }
}
