//! The number of a question, what is asked for over many pages, and a reading of the clocks.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::Priority;
use crate::domain::query::Range;

/// The number of a question; every effect carries one and is answered by exactly one final message
/// with the same number (I4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReqId(pub u64);

/// One reading of this machine's clocks. The input guard, ticks and back-off count by `running`, which
/// never jumps; what is shown counts by `utc`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// This machine's clock.
    pub utc: DateTime<Utc>,
    /// Time since the program began.
    pub running: Duration,
}

/// What is to be read of the schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Every task that fires in this range.
    pub range: Range,
    /// How far back tasks may have been created, where the service's ranges are of the creation time.
    pub history: TimeDelta,
    /// Only tasks with this in title or text; empty is all.
    pub keyword: String,
    /// Rows that are asked for at once, 1 to 100.
    pub page_size: u32,
    /// Whether the operator waits for it.
    pub priority: Priority,
}
