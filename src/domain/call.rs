//! What is kept of one attempt at a call: never its URL, its body or its signature.

use std::time::Duration;

use chrono::{DateTime, Utc};

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
