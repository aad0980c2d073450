//! The tasks of which the timeline is made, and how far all of them are held.

use chrono::{DateTime, Utc};

use crate::domain::query::Range;
use crate::domain::schedule::Schedule;

use super::super::shared::Shared;

/// The tasks of which the timeline is made.
pub fn schedule(shared: &Shared) -> &Schedule {
    &shared.board.schedule
}

/// From when to when all tasks are held, as far as that can be known; `None` where no range was read to its end.
pub fn whole_range(shared: &Shared) -> Option<Range> {
    let board = &shared.board;
    board.sync.complete().filter(|_| board.keyword.is_empty()).map(|complete| complete.coverage.range)
}

/// How much of a stretch of time is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// All tasks of it.
    Whole,
    /// Those of a part of it, or those that happened to come.
    Part,
    /// Nothing of it was asked for to its end.
    Nothing,
}

/// How much of a stretch of time is held, where all tasks of `whole` are.
pub fn reached(whole: Option<Range>, stretch: Range) -> Reached {
    match whole {
        Some(whole) if whole.begin <= stretch.begin && stretch.end <= whole.end => Reached::Whole,
        Some(whole) if whole.begin < stretch.end && stretch.begin < whole.end => Reached::Part,
        Some(_) | None => Reached::Nothing,
    }
}

/// What is to be said of a statement about a time, where not all tasks around it are held.
pub fn as_far_as_read(shared: &Shared, at: DateTime<Utc>) -> &'static str {
    let is_whole = whole_range(shared).is_some_and(|range| range.holds(at));
    if is_whole { "" } else { ", as far as tasks are read" }
}
