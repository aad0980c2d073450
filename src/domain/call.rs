//! What is kept of one attempt at a call: never its URL, its body or its signature.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::lane::Lane;
use super::wire::Command;

/// One attempt at one call, finished: feeds the budget in the header, the skew and the API log.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Which of the five.
    pub command: Command,
    /// Who was waiting for it.
    pub lane: Lane,
    /// When it was sent, by this machine's clock.
    pub sent: DateTime<Utc>,
    /// How long the answer took.
    pub took: Duration,
    /// The service's `Date` header.
    pub server_date: Option<DateTime<Utc>>,
    /// `ErrorCode`: 0 for success, `None` when there was no readable answer.
    pub code: Option<i64>,
}

/// How far the service's clock is ahead of this machine's, to about a second: its `Date` header has
/// whole seconds, cut off, and was written about half-way. Both are corrected for.
pub fn skew(server_date: DateTime<Utc>, sent: DateTime<Utc>, took: Duration) -> TimeDelta {
    let half_way = TimeDelta::from_std(took / 2).unwrap_or_default();
    server_date + TimeDelta::milliseconds(500) - (sent + half_way)
}
