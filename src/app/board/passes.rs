//! How much of what is wanted was read: the pass under way, the last one that read everything, and what is kept.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{Coverage, TaskId};

use super::super::request::{Moment, ReqId, Wanted};

/// A pass that read everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Complete {
    /// What it covered.
    pub coverage: Coverage,
    /// When it ended, and when it began, by [`Moment::running`].
    pub ended: Duration,
    /// When its first page was asked for.
    pub began: Duration,
    pub(super) wanted: Wanted,
}

/// The state of the reading.
#[derive(Clone, Debug, Default)]
pub struct Sync {
    pub(super) asking: Option<ReqId>,
    pub(super) wanted: Option<Wanted>,
    /// What the pass under way has read so far, or the last one.
    pub(super) coverage: Option<Coverage>,
    pub(super) complete: Option<Complete>,
    pub(super) began: Duration,
    pub(super) ended: Option<Duration>,
    pub(super) pass: u32,
    pub(super) recalled: Option<DateTime<Utc>>,
    pub(super) kept: Option<Duration>,
    pub(super) keeping: Option<ReqId>,
    /// Tasks that were not brought any more, to be read one by one.
    pub(super) missed: VecDeque<TaskId>,
    pub(super) checking: BTreeMap<ReqId, TaskId>,
}

/// How much of what is shown was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Reach {
    /// All of it, that long ago.
    Whole(Duration),
    /// What the last run has seen, then; the rest is being read.
    Recalled(DateTime<Utc>),
    /// Not all of it: so many windows of how many are missing.
    Part {
        /// Missing.
        missing: usize,
        /// In all.
        windows: usize,
    },
    /// Nothing yet.
    Nothing,
}

impl Sync {
    /// The pass that is under way, or the last one.
    pub(super) fn pass(&self) -> u32 {
        self.pass
    }

    /// What the pass under way has read, and since when it goes on; `None` while none is.
    pub fn progress(&self, now: Moment) -> Option<(&Coverage, Duration)> {
        self.asking?;
        Some((self.coverage.as_ref()?, now.running.saturating_sub(self.began)))
    }

    /// The last pass that read all of what is wanted now.
    pub fn complete(&self) -> Option<&Complete> {
        self.complete
            .as_ref()
            .filter(|complete| self.wanted.as_ref().is_some_and(|wanted| complete.wanted.is_same(wanted)))
    }

    /// What is known of the coverage: of the last complete pass, else of the one under way.
    pub fn coverage(&self) -> Option<&Coverage> {
        self.complete().map(|complete| &complete.coverage).or(self.coverage.as_ref())
    }

    /// How much of what is shown was read.
    pub fn reach(&self, now: Moment) -> Reach {
        if let Some(complete) = self.complete() {
            return Reach::Whole(now.running.saturating_sub(complete.began));
        }
        if let Some(at) = self.recalled {
            return Reach::Recalled(at);
        }
        let (missing, windows) = self.coverage.as_ref().map_or((0, 0), Coverage::missing);
        if windows == 0 { Reach::Nothing } else { Reach::Part { missing, windows } }
    }
}

impl Wanted {
    /// Whether the same is wanted, by whomever.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.range == other.range && self.keyword == other.keyword && self.history == other.history
    }
}
