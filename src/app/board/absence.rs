//! Since when nothing was known of the service.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// When nothing was known of the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Away {
    /// All is known.
    #[default]
    Not,
    /// Nothing comes, since then.
    Gone(DateTime<Utc>),
    /// It came again: since when it was away, until when, and when that was by [`Moment::running`].
    Back { since: DateTime<Utc>, until: DateTime<Utc>, at: Duration },
}
