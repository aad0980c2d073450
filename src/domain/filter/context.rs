//! By what a task is judged: what is held of it, and what is known besides.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::super::phase::Phase;
use super::super::schedule::{KindCode, Row, TaskState};
use super::super::task::TaskId;

/// By what a task is judged beside its words.
pub(super) struct Facts {
    pub(super) id: TaskId,
    pub(super) scheduled: i64,
    pub(super) created: i64,
    pub(super) state: TaskState,
    pub(super) kind: KindCode,
}

impl Facts {
    pub(super) fn of(row: &Row) -> Self {
        let Row { id, scheduled, created, state, kind, .. } = *row;
        Self { id, scheduled, created, state, kind }
    }
}

/// What is known besides the tasks, while they are judged.
#[derive(Clone, Copy, Debug)]
pub struct FilterContext<'a> {
    /// The last whole second, and whether some of the next one has gone.
    pub(super) now: (i64, bool),
    doubted: &'a HashSet<TaskId>,
    cancelled: &'a HashSet<TaskId>,
}

impl<'a> FilterContext<'a> {
    /// The service's time, the tasks to which a write is in doubt, and those that were cancelled from here and may
    /// still be shown.
    pub fn new(now: DateTime<Utc>, doubted: &'a HashSet<TaskId>, cancelled: &'a HashSet<TaskId>) -> Self {
        Self { now: (now.timestamp(), now.timestamp_subsec_nanos() > 0), doubted, cancelled }
    }

    /// The states by which a task is found. One in doubt is in no other; one that was cancelled stays where it was,
    /// and is never late.
    pub(super) fn states(&self, facts: &Facts) -> States {
        let is_in = |ids: &HashSet<TaskId>| !ids.is_empty() && ids.contains(&facts.id);
        if is_in(self.doubted) {
            return States::DOUBTED;
        }
        let state = States::of(facts.state);
        if is_in(self.cancelled) {
            return state.or(States::CANCELLED);
        }
        match Phase::of(facts.state, facts.scheduled, self.now.0) {
            Some(Phase::Late) => state.or(States::LATE),
            Some(Phase::Stuck) => state.or(States::STUCK),
            Some(Phase::Soon | Phase::Imminent) | None => state,
        }
    }
}

/// Some of the states that a task may be in, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct States(u16);

impl States {
    const DOUBTED: Self = Self(1 << TaskState::ALL.len());
    const CANCELLED: Self = Self(1 << (TaskState::ALL.len() + 1));
    const LATE: Self = Self(1 << (TaskState::ALL.len() + 2));
    const STUCK: Self = Self(1 << (TaskState::ALL.len() + 3));

    fn of(state: TaskState) -> Self {
        Self(1 << state as u8)
    }

    /// Those whose names begin so.
    pub(super) fn called(beginning: &str) -> Self {
        let named = |(states, names): &(Self, &[&str])| {
            if names.iter().any(|name| name.starts_with(beginning)) { states.0 } else { 0 }
        };
        Self(NAMES.iter().map(named).fold(0, |all, one| all | one))
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether time alone brings a task into one of them.
    pub(super) fn come_with_time(self) -> bool {
        self.meets(Self::LATE.or(Self::STUCK))
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

/// What each state is called in a filter, the name of the column last.
const NAMES: [(States, &[&str]); 9] = [
    (States(1 << TaskState::Pending as u8), &["pending", "pend"]),
    (States(1 << TaskState::Dispatching as u8), &["dispatching", ">>disp"]),
    (States(1 << TaskState::Sent as u8), &["dispatched", "sent", "ok"]),
    (States(1 << TaskState::Failed as u8), &["dispatched", "failed", "fail"]),
    (States(1 << TaskState::Unclear as u8), &["unclear"]),
    (States::DOUBTED, &["unknown", "?unk"]),
    (States::CANCELLED, &["cancelled", "canc"]),
    (States::LATE, &["late"]),
    (States::STUCK, &["stuck"]),
];
