//! What is asked for in turn, and how far each question has come.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::domain::{Query, TaskId};

/// What is looked at in turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Turn {
    /// What is due.
    #[default]
    Due,
    /// What is on the screen.
    Screen,
    /// What was created last, which other ways of asking would not show.
    Newest,
}

/// The looks, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    pub(super) turn: Turn,
    /// The look at what goes out just now.
    pub(super) near: Pages,
    /// The look at the rest.
    pub(super) rest: Pages,
    /// Whether the last page is of what goes out just now.
    pub(super) is_near: bool,
    /// Questions so far.
    pub(super) polls: u32,
}

/// The pages of one look.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    /// The page that follows the last one, where what is looked at does not fit on one.
    pub(super) next: Option<Query>,
    /// The tasks that they have brought so far.
    pub(super) came: HashSet<TaskId>,
    /// As many rows must have come, as far as it is known beforehand.
    pub(super) until: u64,
    /// From when on what is due must be among them.
    pub(super) begin: Option<DateTime<Utc>>,
}

impl Watch {
    /// The next look begins at its beginning.
    pub(super) fn again(&mut self) {
        (self.near.next, self.rest.next) = (None, None);
    }
}
