//! The last attempts at calls.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::call::{Call, End};

/// How many attempts are kept.
pub(super) const KEPT: usize = 500;

/// The last attempts, numbered from 1.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    pub(super) kept: VecDeque<Arc<Call>>,
    pub(super) made: u64,
}

impl Calls {
    /// Adds the newest; the oldest goes when there are too many.
    pub fn push(&mut self, call: Arc<Call>) {
        self.made += 1;
        self.kept.push_back(call);
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }

    /// The attempt with this number, while it is kept.
    pub fn get(&self, number: u64) -> Option<&Arc<Call>> {
        let at = number.checked_sub(self.oldest())?;
        self.kept.get(usize::try_from(at).ok()?)
    }

    /// All that are kept, oldest first.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &Arc<Call>> {
        self.kept.iter()
    }

    /// How many were made since the start.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// How many of those that are kept failed.
    pub fn failed(&self) -> usize {
        self.kept.iter().filter(|call| matches!(call.end, End::Failed(_))).count()
    }

    /// The number of the oldest that is kept.
    pub(super) fn oldest(&self) -> u64 {
        self.made + 1 - self.kept.len() as u64
    }
}
