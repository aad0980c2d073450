//! The sandbox's clock: the real one, or one that a test moves by hand.
//!
//! The only place of the sandbox that reads the machine's time.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use crate::domain::when;
use crate::domain::wire::time_in;

/// Where "now" comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    Real,
    /// A clock that stands still until it is moved. Nothing is dispatched by itself then: see
    /// [`Running::tick`](super::Running::tick).
    Virtual(VirtualClock),
}

impl Clock {
    /// The present, in UTC.
    pub(super) fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the sandbox is a shell; this is its one clock")]
            Self::Real => {
                let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
                // Not `Utc::now`, which panics before 1970.
                when::shown_by_clock(since_1970.unwrap_or_default())
            }
            Self::Virtual(clock) => clock.now(),
        }
    }
}

impl FromStr for Clock {
    type Err = String;

    /// Reads `real`, `virtual` (from now on), or the time at which a virtual clock starts.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let start = match text {
            "real" => return Ok(Self::Real),
            "virtual" => Some(Self::Real.now()),
            time => time_in(time),
        };
        let allowed = || "it must be real, virtual, or a time such as 2030-01-01 00:00:00 (UTC)".to_owned();
        start.map(|start| Self::Virtual(VirtualClock::new(start))).ok_or_else(allowed)
    }
}

/// A clock that stands still; copies of it show the same time.
#[derive(Clone, Debug)]
pub struct VirtualClock(Arc<AtomicI64>);

impl VirtualClock {
    /// A clock that shows `now`, to the millisecond.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(now.timestamp_millis())))
    }

    /// The time it shows.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }

    /// Puts it to another time, which may be an earlier one.
    pub fn set(&self, now: DateTime<Utc>) {
        self.0.store(now.timestamp_millis(), Ordering::SeqCst);
    }

    /// Moves it ahead.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::SeqCst);
    }
}
