//! Which part of the schedule was read, how long ago, and what is missing: what may be said of the number of tasks.
//!
//! A window is a stretch of time by one of the two times of a task. Nothing is called complete of which a window is
//! missing.

use chrono::{DateTime, Utc};

use super::limits::RangeOf;
use super::query::{Order, Range};

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
pub struct Window {
    /// By which time; it is also the order in which it is asked for.
    pub order: Order,
    /// From when to when.
    pub range: Range,
    /// What became of it.
    pub state: WindowState,
}

impl Window {
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
    pub windows: Vec<Window>,
    /// Tasks that were created before this were not looked for, where the reading asks for it.
    pub created_since: Option<DateTime<Utc>>,
}

impl Coverage {
    /// Whether every window was read to its end.
    pub fn is_complete(&self) -> bool {
        !self.windows.is_empty() && self.windows.iter().all(Window::is_fresh)
    }

    /// Windows that are missing, of how many.
    pub fn missing(&self) -> (usize, usize) {
        let missing = self.windows.iter().filter(|window| !window.is_fresh()).count();
        (missing, self.windows.len())
    }

    /// Windows that could not be read.
    pub fn failed(&self) -> impl Iterator<Item = (&Window, &str)> {
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
}
