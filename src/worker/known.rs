//! What all tasks of the worker share: what was learnt of the service's list, which tasks belong to which
//! create, and the connection that waits to be taken into use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::journal::Journal;
use crate::api::Client;
use crate::domain::query::Order;
use crate::domain::{ListLimits, Query, TaskId};
use crate::store::IntentId;

/// Of a delay seen, so many times must pass.
const TIMES: u32 = 3;

/// What was learnt, for every user of the worker.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedLimits(Arc<Mutex<LearntLimits>>);

#[derive(Debug, Default)]
pub(super) struct LearntLimits {
    pub(super) known: ListLimits,
    /// A question that is refused whatever less is asked for.
    pub(super) hopeless: Option<Query>,
    /// The order of the table.
    pub(super) order: Order,
    pub(super) probing: Option<Order>,
    pub(super) is_unsaved: bool,
    /// Whether the worker serves another app by now.
    pub(super) is_retired: bool,
    pub(super) surplus_said: bool,
}

impl SharedLimits {
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut LearntLimits) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Begins with what another run has learnt.
    pub(super) fn knowing(known: ListLimits) -> Self {
        Self(Arc::new(Mutex::new(LearntLimits { known, ..LearntLimits::default() })))
    }

    /// The worker serves another app from here on: what is learnt of this one is told no more.
    pub(super) fn retire(&self) {
        self.with(|state| state.is_retired = true);
    }
}

/// The longest delay seen, for every user of the worker.
#[derive(Clone, Debug, Default)]
pub(super) struct ListingDelay(Arc<Mutex<LearntDelay>>);

#[derive(Debug, Default)]
pub(super) struct LearntDelay {
    pub(super) longest: Duration,
    /// One is measured at a time: the list has five calls a second for everybody.
    pub(super) is_measuring: bool,
    /// So long that one has not been shown yet.
    pub(super) at_least: Duration,
}

impl ListingDelay {
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut LearntDelay) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How long after a create "not there" is believed, if never before `least`. It grows while a task
    /// that was created is not shown.
    pub(super) fn believed_after(&self, least: Duration) -> Duration {
        least.max(self.with(|state| state.longest.max(state.at_least).saturating_mul(TIMES)))
    }

    /// Keeps a delay that is longer than any before; says whether it was.
    pub(super) fn seen(&self, delay: Duration) -> bool {
        self.with(|state| {
            let is_longer = delay > state.longest;
            state.longest = state.longest.max(delay);
            is_longer
        })
    }
}

/// The tasks that one of this program's creates is known to have made: none may be taken for another's.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates(Arc<Mutex<HashMap<TaskId, Candidate>>>);

#[derive(Clone, Copy, Debug)]
struct Candidate {
    entry: Option<IntentId>,
    /// It only looks like what was asked for: another create of the very same may have made it.
    by_likeness: bool,
}

impl Candidates {
    /// For the create of this entry. Says whether no other create had it: one may be searched
    /// for several times.
    pub(super) fn take(&self, id: TaskId, entry: Option<IntentId>) -> bool {
        self.put(id, Candidate { entry, by_likeness: false })
    }

    pub(super) fn take_by_likeness(&self, id: TaskId, entry: Option<IntentId>) -> bool {
        self.put(id, Candidate { entry, by_likeness: true })
    }

    fn put(&self, id: TaskId, candidate: Candidate) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.entry(id).or_insert(candidate).entry == candidate.entry
    }

    fn of(&self, id: TaskId) -> Option<Candidate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }

    pub(super) fn is_taken(&self, id: TaskId, by_other_than: Option<IntentId>) -> bool {
        self.of(id).is_some_and(|candidate| candidate.entry != by_other_than)
    }

    /// Whether it was taken for nothing but its likeness.
    pub(super) fn is_guess(&self, id: TaskId) -> bool {
        self.of(id).is_some_and(|candidate| candidate.by_likeness)
    }
}

/// The connection that was read last and is not in use yet.
#[derive(Clone, Debug, Default)]
pub(super) struct StagedClient(Arc<Mutex<Option<(Client, Journal)>>>);

impl StagedClient {
    pub(super) fn put(&self, client: Client, journal: Journal) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((client, journal));
    }

    pub(super) fn take(&self) -> Option<(Client, Journal)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
