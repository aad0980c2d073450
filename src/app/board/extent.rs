//! From when to when the held tasks reach: by it the columns of times know what they have to show.

use chrono::{DateTime, Utc};

use crate::domain::schedule::{HeldTask, NO_TIME};

/// From the earliest time of any task that is held to the latest. It only grows, so that columns do not move with the
/// rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    ends: Option<(i64, i64)>,
    /// Whether some are due at another second than the first of a minute.
    pub(super) seconds: bool,
}

/// Clocks are not turned twice within so many days.
const CLOCK_CHANGE: i64 = 20 * 86_400;
/// So many samples are taken between the ends.
const SAMPLES: i64 = 60;

impl Extent {
    /// A task is held.
    pub(super) fn take(&mut self, held: &HeldTask) {
        for at in [held.scheduled, held.created].into_iter().filter(|at| *at != NO_TIME) {
            let (first, last) = self.ends.unwrap_or((at, at));
            self.ends = Some((first.min(at), last.max(at)));
        }
        self.seconds |= held.scheduled != NO_TIME && held.scheduled % 60 != 0;
    }

    /// Times between the ends, near enough to each other that no change of the clocks lies unseen between two.
    pub(super) fn samples(self, now: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let (first, last) = self.ends.unwrap_or((now.timestamp(), now.timestamp()));
        let step = ((last - first) / SAMPLES).max(CLOCK_CHANGE);
        let between =
            (0..=SAMPLES).map(move |n| first.saturating_add(n * step)).take_while(move |at| *at < last);
        between.chain([last]).filter_map(|at| DateTime::from_timestamp(at, 0))
    }
}
