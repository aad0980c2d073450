//! Which part of the schedule was read, how long ago, and what is missing: what may be said of the number of tasks.
//!
//! A window is a stretch of time by one of the two times of a task. Nothing is called complete of which a window is
//! missing.

use chrono::{DateTime, TimeDelta, Utc};

use super::limits::RangeOf;
use super::query::{Order, Range};

/// A task that was created so shortly before may not be listed yet.
const LISTING_DELAY: TimeDelta = TimeDelta::minutes(1);

/// What became of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowState {
    /// Not asked for yet.
    Waiting,
    /// Some of its rows came: so many, of so many that the service counts.
    Reading {
        /// Rows that came.
        came: u64,
        /// Rows in all.
        total: u64,
    },
    /// It was read to its end, and nothing moved meanwhile; this pass began to read it then, by the service's clock.
    Fresh {
        /// When its first page was asked for.
        at: DateTime<Utc>,
        /// Tasks in it.
        total: u64,
    },
    /// It could not be read, and why.
    Failed(String),
}

/// A stretch of time, and which time of a task it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeWindow {
    /// By which time; it is also the order in which it is asked for.
    pub order: Order,
    /// From when to when.
    pub range: Range,
    /// What became of it.
    pub state: WindowState,
}

impl TimeWindow {
    /// One that was not asked for yet.
    pub fn waiting(order: Order, range: Range) -> Self {
        Self { order, range, state: WindowState::Waiting }
    }

    /// Whether it was read to its end.
    pub fn is_fresh(&self) -> bool {
        matches!(self.state, WindowState::Fresh { .. })
    }
}

/// What a pass of reading covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The range of scheduled time of which all tasks are wanted.
    pub range: Range,
    /// Which time the service's ranges are of, as far as it is known.
    pub reading: RangeOf,
    /// Its windows; together they hold every task that fires in the range, as far as that can be known.
    pub windows: Vec<TimeWindow>,
    /// Tasks that were created before this were not looked for, where the reading asks for it.
    pub created_since: Option<DateTime<Utc>>,
}

impl Coverage {
    /// Whether every window was read to its end.
    pub fn is_complete(&self) -> bool {
        !self.windows.is_empty() && self.windows.iter().all(TimeWindow::is_fresh)
    }

    /// Whether a task with these times would be among the rows that came, if it were there as it was before the pass
    /// began: one that did not come is gone then, or was moved meanwhile. As long as it is not known which time the
    /// service's ranges are of, it has to lie in what was read by both.
    ///
    /// Of a pass with a keyword it holds only for tasks with that keyword. The very end of what was read does not
    /// count: whether a range holds its end is nowhere documented.
    pub fn would_have_shown(&self, scheduled: Option<DateTime<Utc>>, created: Option<DateTime<Utc>>) -> bool {
        let (Some(scheduled), Some(created)) = (scheduled, created) else { return false };
        let holds = |order: Order, time: DateTime<Utc>| {
            self.windows.iter().filter(|window| window.order == order).any(|window| {
                let is_inside = window.range.begin <= time && time < window.range.end;
                let is_read = match window.state {
                    WindowState::Fresh { at, .. } => created + LISTING_DELAY < at,
                    WindowState::Waiting | WindowState::Reading { .. } | WindowState::Failed(_) => false,
                };
                is_inside && is_read
            })
        };
        match self.reading {
            RangeOf::Scheduled => holds(Order::Scheduled, scheduled),
            RangeOf::Created => holds(Order::Created, created),
            RangeOf::Unknown | RangeOf::Unclear => [Order::Scheduled, Order::Created]
                .into_iter()
                .any(|order| holds(order, scheduled) && holds(order, created)),
        }
    }

    /// Windows that are missing, of how many.
    pub fn missing(&self) -> (usize, usize) {
        let missing = self.windows.iter().filter(|window| !window.is_fresh()).count();
        (missing, self.windows.len())
    }

    /// Windows that could not be read.
    pub fn failed(&self) -> impl Iterator<Item = (&TimeWindow, &str)> {
        self.windows.iter().filter_map(|window| match &window.state {
            WindowState::Failed(why) => Some((window, why.as_str())),
            WindowState::Waiting | WindowState::Reading { .. } | WindowState::Fresh { .. } => None,
        })
    }

    /// Rows that came so far, and rows that the service counts in the windows of which that is known; `None` as long
    /// as it is not known of some.
    pub fn progress(&self) -> (u64, Option<u64>) {
        let (mut came, mut all) = (0, Some(0));
        for window in &self.windows {
            let (of_window, total) = match window.state {
                WindowState::Waiting => (0, None),
                WindowState::Reading { came, total } => (came.min(total), Some(total)),
                WindowState::Fresh { total, .. } => (total, Some(total)),
                WindowState::Failed(_) => (0, Some(0)),
            };
            came += of_window;
            all = all.zip(total).map(|(all, total)| all + total);
        }
        (came, all)
    }

    /// How many hundredths of the windows were read, each counted as one, whatever it holds: what can be said as long
    /// as not all of them were counted.
    pub fn percent_of_windows(&self) -> u64 {
        let of_window = |window: &TimeWindow| match window.state {
            WindowState::Waiting => 0,
            WindowState::Reading { came, total } => came.min(total) * 100 / total.max(1),
            WindowState::Fresh { .. } | WindowState::Failed(_) => 100,
        };
        let read: u64 = self.windows.iter().map(of_window).sum();
        read / (self.windows.len() as u64).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(hours)
    }

    fn window(order: Order, begin: i64, end: i64, state: WindowState) -> TimeWindow {
        TimeWindow { order, range: Range { begin: at(begin), end: at(end) }, state }
    }

    fn fresh(total: u64) -> WindowState {
        WindowState::Fresh { at: at(0), total }
    }

    fn of(reading: RangeOf, windows: Vec<TimeWindow>) -> Coverage {
        Coverage { range: Range { begin: at(-48), end: at(48) }, reading, windows, created_since: None }
    }

    #[test]
    fn what_is_gone_is_told_by_the_time_that_the_ranges_are_of() {
        let both = |reading| {
            of(
                reading,
                vec![
                    window(Order::Scheduled, 0, 48, fresh(1)),
                    window(Order::Scheduled, -48, 0, WindowState::Failed("no".to_owned())),
                    window(Order::Created, -24, 24, fresh(1)),
                ],
            )
        };
        let shows = |reading, scheduled, created| {
            both(reading).would_have_shown(Some(at(scheduled)), Some(at(created)))
        };
        assert!(shows(RangeOf::Scheduled, 3, -99), "whenever it was created");
        assert!(!shows(RangeOf::Scheduled, -3, -4), "its window could not be read");
        assert!(shows(RangeOf::Created, 99, -3), "whenever it fires");
        assert!(!shows(RangeOf::Created, 3, -99));
        for unknown in [RangeOf::Unknown, RangeOf::Unclear] {
            assert!(shows(unknown, 3, -3), "both lie in what was read by creation");
            assert!(!shows(unknown, 3, -99) && !shows(unknown, 99, -3));
        }
        assert!(!shows(RangeOf::Scheduled, 48, -3), "the very end may not belong to it");
        assert!(!shows(RangeOf::Scheduled, 3, 0), "it is too new to be listed");
        assert!(!both(RangeOf::Scheduled).would_have_shown(None, Some(at(-3))));
    }

    #[test]
    fn nothing_is_complete_of_which_a_window_is_missing() {
        let one = window(Order::Scheduled, 0, 48, fresh(7));
        assert!(!of(RangeOf::Scheduled, vec![]).is_complete());
        assert!(of(RangeOf::Scheduled, vec![one.clone()]).is_complete());
        let reading = WindowState::Reading { came: 3, total: 9 };
        let coverage =
            of(RangeOf::Scheduled, vec![one.clone(), window(Order::Scheduled, -48, 0, reading.clone())]);
        assert_eq!((coverage.is_complete(), coverage.missing()), (false, (1, 2)));
        assert_eq!(coverage.progress(), (10, Some(16)));
        let waiting = TimeWindow::waiting(Order::Created, one.range);
        let coverage = of(RangeOf::Unknown, vec![one, waiting]);
        assert_eq!(coverage.progress(), (7, None));
        assert!((1..100).contains(&coverage.percent_of_windows()), "{}", coverage.percent_of_windows());
    }
}
