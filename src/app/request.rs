//! The number of a question, and a reading of the clocks.

use std::time::Duration;

use chrono::{DateTime, Utc};

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
