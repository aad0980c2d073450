//! The list of what fires next, nearest first, over everything that is held: for whoever has to stop something in a
//! hurry. Nothing is written from here; each leads to the review of its cancel.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use chrono::TimeDelta;

use crate::domain::TaskId;
use crate::domain::query::Range;
use crate::domain::schedule::{HeldTask, TaskState};
use crate::keymap::Action;

use super::frame::centred;
use super::list::{self, Rows};
use super::next::{Destination, Next};
use super::shared::Shared;

/// What is late by so much at most stands there, too.
const BACK: TimeDelta = TimeDelta::hours(24);
/// So far ahead it goes.
const AHEAD: TimeDelta = TimeDelta::hours(12);
/// So many are listed.
const MOST: usize = 500;
/// Widest list, and its height.
const SIZE: (u16, u16) = (96, 24);

/// The list.
#[derive(Clone, Copy, Debug, Default)]
pub struct StopList {
    /// The chosen row.
    pub at: usize,
    /// Its task: it stays the chosen one when others come or go.
    chosen: Option<TaskId>,
}

/// What fires next, the nearest first.
pub fn next(shared: &Shared) -> Vec<TaskId> {
    let (board, now) = (&shared.board, shared.server_now());
    let held = board.schedule.between(Range { begin: now - BACK, end: now + AHEAD });
    let held = held.iter().filter_map(|slot| board.schedule.get(*slot));
    let is_open = |held: &&HeldTask| {
        let can_be_stopped = matches!(held.state, TaskState::Pending | TaskState::Unclear);
        can_be_stopped && !held.is_gone && !board.own.is_cancelled(held.id)
    };
    held.filter(is_open).map(|held| held.id).take(MOST).collect()
}

impl StopList {
    /// The list, with the nearest chosen.
    pub(super) fn open(shared: &Shared) -> Self {
        Self { at: 0, chosen: next(shared).first().copied() }
    }

    /// Where it lies, and where its rows stand.
    pub fn rows(&self, shared: &Shared) -> Rows {
        let ground = shared.areas().map(|areas| areas.ground()).unwrap_or_default();
        let frame = centred(ground, SIZE.0, ground.height.min(SIZE.1));
        Rows::within(frame, next(shared).len(), 0, self.at)
    }

    /// A row is chosen, by key or by mouse.
    pub(super) fn choose(&mut self, shared: &Shared, row: usize) {
        let ids = next(shared);
        self.at = row.min(ids.len().saturating_sub(1));
        self.chosen = ids.get(self.at).copied();
    }

    /// Time went on: the chosen task stays chosen; where it is gone, the row stays.
    pub(super) fn follow(&mut self, shared: &Shared) {
        let ids = next(shared);
        let row = self.chosen.and_then(|id| ids.iter().position(|other| *other == id));
        self.at = row.unwrap_or(self.at).min(ids.len().saturating_sub(1));
        self.chosen = ids.get(self.at).copied();
    }

    /// A key in the list.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        // What was on the screen is what is meant, whatever went off the list since.
        match action {
            Action::Back | Action::Close => return Next::close(),
            Action::Review | Action::Cancel => {
                let task = self.chosen.and_then(|id| shared.board.task(id));
                let Some(task) = task else {
                    shared.say("there is nothing to cancel here");
                    return Next::stay();
                };
                return Next::open(Destination::cancel(&task));
            }
            _ => {}
        }
        self.follow(shared);
        let rows = self.rows(shared);
        if let Some(at) = list::moved(action, self.at, rows.all, rows.count()) {
            self.choose(shared, at);
        }
        Next::stay()
    }
}
