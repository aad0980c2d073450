//! The changes that were seen, and how many of which.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use crate::domain::{TaskId, text};

/// So many are kept.
const MOST: usize = 500;

/// What became of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It is new.
    Created,
    /// It fires at another time, and may differ besides.
    Moved,
    /// It says something else, or goes to others.
    Edited,
    /// It is not there any more, and did not go out.
    Gone,
    /// It went out.
    Sent,
    /// Its dispatch failed; what the service says of it.
    Failed(String),
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenChange {
    /// Of which task.
    pub id: TaskId,
    /// Its title, cleaned and cut.
    pub title: String,
    /// When it fires now, or was to fire.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// What became of it.
    pub what: What,
    /// When that was seen, by the service's clock.
    pub seen_at: DateTime<Utc>,
}

/// How many of which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// By others.
    pub created: u64,
    /// By others.
    pub moved: u64,
    /// By others.
    pub edited: u64,
    /// By others.
    pub gone: u64,
    /// Went out.
    pub sent: u64,
    /// Did not.
    pub failed: u64,
}

impl Tally {
    /// One more.
    pub(super) fn count(&mut self, what: &What) {
        let counted = match what {
            What::Created => &mut self.created,
            What::Moved => &mut self.moved,
            What::Edited => &mut self.edited,
            What::Gone => &mut self.gone,
            What::Sent => &mut self.sent,
            What::Failed(_) => &mut self.failed,
        };
        *counted += 1;
    }

    /// `2 moved, 1 gone`: what others did.
    pub(super) fn by_others(&self) -> String {
        let parts =
            [(self.created, "created"), (self.moved, "moved"), (self.edited, "edited"), (self.gone, "gone")];
        listed(&parts)
    }

    /// `3 sent, 1 failed, 2 created by others`, for whoever was away.
    pub(super) fn words(&self) -> String {
        let dispatched = listed(&[(self.sent, "sent"), (self.failed, "failed")]);
        let others = self.by_others();
        let others = if others.is_empty() { others } else { format!("{others} by others") };
        let parts: Vec<String> = [dispatched, others].into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { "nothing changed".to_owned() } else { parts.join(", ") }
    }
}

pub(super) fn listed(parts: &[(u64, &str)]) -> String {
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, word)| format!("{} {word}", text::grouped(*count))).collect::<Vec<_>>().join(", ")
}

/// The changes that were seen, the newest last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    pub(super) seen: VecDeque<SeenChange>,
    /// Those that are still to be told.
    pub(super) untold: Vec<SeenChange>,
    /// How many of which since the operator, or the service, was away.
    pub(super) missed: Option<Tally>,
}

impl Changes {
    /// All that are kept, the newest last.
    pub fn seen(&self) -> impl DoubleEndedIterator<Item = &SeenChange> {
        self.seen.iter()
    }

    pub(super) fn push(&mut self, change: SeenChange) {
        if self.seen.len() == MOST {
            self.seen.pop_front();
        }
        self.seen.push_back(change.clone());
        match &mut self.missed {
            Some(tally) => tally.count(&change.what),
            // That everything goes out as it should is no news.
            None if change.what == What::Sent => {}
            None if self.untold.len() < MOST => self.untold.push(change),
            None => {}
        }
    }
}
