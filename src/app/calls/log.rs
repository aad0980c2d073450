//! The last attempts at calls. Writes are kept apart: what refreshes by itself does not push them out.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::call::{Call, End};

/// How many attempts at writes are kept, and how many at reads.
pub(super) const KEPT: usize = 500;

/// An attempt with its number, counted from 1.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The how manieth since the start.
    pub number: u64,
    /// The attempt.
    pub call: Arc<Call>,
}

/// The last attempts.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    writes: VecDeque<Attempt>,
    reads: VecDeque<Attempt>,
    made: u64,
}

impl Calls {
    /// Adds the newest; the oldest of its kind goes when there are too many.
    pub fn push(&mut self, call: Arc<Call>) {
        self.made += 1;
        let kept = if call.command.writes() { &mut self.writes } else { &mut self.reads };
        kept.push_back(Attempt { number: self.made, call });
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }

    /// The attempt with this number, while it is kept.
    pub fn get(&self, number: u64) -> Option<&Arc<Call>> {
        [&self.writes, &self.reads].into_iter().find_map(|kept| {
            let at = kept.binary_search_by_key(&number, |attempt| attempt.number).ok()?;
            kept.get(at).map(|attempt| &attempt.call)
        })
    }

    /// Those that are kept, oldest first: all of them, or only the writes.
    pub fn listed(&self, writes_only: bool) -> Vec<&Attempt> {
        let mut listed: Vec<&Attempt> = self.writes.iter().collect();
        if !writes_only {
            listed.extend(&self.reads);
            listed.sort_unstable_by_key(|attempt| attempt.number);
        }
        listed
    }

    /// How many were made since the start.
    pub fn made(&self) -> u64 {
        self.made
    }
}

/// How many of these failed.
pub fn failed(attempts: &[&Attempt]) -> usize {
    attempts.iter().filter(|attempt| matches!(attempt.call.end, End::Failed(_))).count()
}
