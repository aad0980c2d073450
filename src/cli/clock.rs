//! The time of day, which the command line reads in this one place.

use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::domain::when;

/// This machine's clock.
#[expect(clippy::disallowed_methods, reason = "the one place where the command line reads the clock")]
pub(super) fn present() -> DateTime<Utc> {
    // Not `Utc::now`, which panics before 1970.
    when::shown_by_clock(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}
