//! How many tasks each saved filter finds: counted a slice at a time, so that no key waits for it.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::filter::{FilterContext, Run, SavedFilter};
use crate::domain::schedule::Slot;
use crate::domain::{Filter, Schedule, Zone};

/// The saved filters and what was counted of each.
#[derive(Clone, Debug, Default)]
pub struct Tabs {
    counted: Vec<Counted>,
    /// Which one is counted now, and how far that has come; `None` when all are.
    under_way: Option<(usize, Run, u64)>,
    /// Of which tasks they are counted, and since when, by [`super::super::request::Moment::running`].
    of: Vec<Slot>,
    began: Option<Duration>,
}

/// They are counted that often.
const EVERY: Duration = Duration::from_secs(1);
/// And that often where there are many tasks.
const EVERY_OF_MANY: Duration = Duration::from_secs(10);
/// So many tasks are not many.
const FEW: usize = 5000;

#[derive(Clone, Debug)]
struct Counted {
    filter: Filter,
    count: Option<u64>,
}

impl Tabs {
    /// Whether it is time to count anew, of so many tasks. While many are read they are counted with every second, too.
    pub fn is_due(&self, count: usize, running: Duration) -> bool {
        let every = if count < FEW || count != self.of.len() { EVERY } else { EVERY_OF_MANY };
        self.under_way.is_none() && self.began.is_none_or(|at| running >= at + every)
    }

    /// Counts anew, of these tasks. What was counted before of the same filters is shown until then.
    pub fn restart(
        &mut self,
        saved: &[SavedFilter],
        zone: Zone,
        (now, running): (DateTime<Utc>, Duration),
        of: &[Slot],
    ) {
        (self.of, self.began) = (of.to_vec(), Some(running));
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

    /// Goes on for as long as a key can wait. Says whether everything is counted.
    pub fn go_on(&mut self, schedule: &Schedule, context: &FilterContext<'_>) -> bool {
        let Some((number, run, count)) = &mut self.under_way else { return true };
        let is_over = run.go_on(schedule, &self.of, context);
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::schedule::Row;
    use crate::domain::wire::{read_task, time_in};

    fn schedule() -> Schedule {
        let mut schedule = Schedule::default();
        for (id, kind, status) in [(1, "All", "pending"), (2, "User", "pending"), (3, "All", "dispatched")] {
            let info = format!(
                r#"{{"TaskID":{id},"Type":"{kind}","SchedAt":"2026-11-21 08:00:00","Status":"{status}","Content":{{}}}}"#
            );
            schedule.put(Row::of(&read_task(&serde_json::from_str(&info).unwrap()).unwrap()), 0);
        }
        schedule.settle();
        schedule
    }

    fn counts(tabs: &Tabs) -> [Option<u64>; 3] {
        [0, 1, 2].map(|number| tabs.count(number))
    }

    #[test]
    fn every_saved_filter_is_counted_and_shows_its_last_count_until_the_next() {
        let (none, now) = (HashSet::new(), time_in("2026-11-21 07:30:00").unwrap());
        let context = FilterContext::new(now, &none, &none);
        let mut schedule = schedule();
        let mut tabs = Tabs::default();
        assert!(tabs.go_on(&schedule, &context), "there is nothing to count");
        let mut saved = SavedFilter::built_in();
        tabs.restart(&saved, Zone::UTC, (now, Duration::ZERO), schedule.by_time());
        let mut times = 0;
        assert_eq!(counts(&tabs), [None; 3]);
        while !tabs.go_on(&schedule, &context) {
            times += 1;
        }
        assert_eq!((counts(&tabs), times), ([Some(3), Some(0), Some(1)], 2));
        assert!(tabs.go_on(&schedule, &context), "it is over");
        // What is counted anew shows what it was; a filter that was changed has no count.
        schedule.remove(crate::domain::TaskId(1));
        schedule.settle();
        saved[1].filter = "2".to_owned();
        tabs.restart(&saved, Zone::UTC, (now, Duration::ZERO), schedule.by_time());
        assert_eq!(counts(&tabs), [Some(3), None, Some(1)]);
        while !tabs.go_on(&schedule, &context) {}
        assert_eq!(counts(&tabs), [Some(2), Some(1), Some(0)]);
        tabs.restart(&saved[..1], Zone::UTC, (now, Duration::ZERO), schedule.by_time());
        assert_eq!(counts(&tabs), [Some(2), None, None]);
    }
}
