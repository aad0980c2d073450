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
    /// The chosen task: it stays the chosen one when others come or go.
    chosen: Option<TaskId>,
    /// The row that it had, where the next one is chosen when it goes.
    at: usize,
}

/// What fires next, the nearest first.
pub fn next(shared: &Shared) -> Vec<TaskId> {
    let (board, now) = (&shared.board, shared.server_now());
    let held = board.schedule.between(Range { begin: now - BACK, end: now + AHEAD });
    let held = held.iter().filter_map(|slot| board.schedule.get(*slot));
    let is_open = |held: &&HeldTask| {
        let can_be_stopped = matches!(held.state, TaskState::Pending | TaskState::Unclear);
        can_be_stopped && !held.is_gone() && !board.own.is_cancelled(held.id)
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
        let ids = next(shared);
        Rows::within(frame, ids.len(), 0, self.row(&ids))
    }

    /// Whether this task is the chosen one. None is between the moment at which it went and the next tick.
    pub fn is_chosen(&self, id: TaskId) -> bool {
        self.chosen == Some(id)
    }

    /// The row of the chosen task, or the one nearest to where it went.
    fn row(&self, ids: &[TaskId]) -> usize {
        let row = self.chosen.and_then(|id| ids.iter().position(|other| *other == id));
        row.unwrap_or(self.at).min(ids.len().saturating_sub(1))
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
        self.at = self.row(&ids);
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

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;
    use crate::app::testing::{board, feed, key, later, press, task, typed};
    use crate::app::{Layer, Message, State};
    use crate::domain::schedule::Row;

    fn list(state: &State) -> &StopList {
        let Some(Layer::Stop(list)) = state.layers.last() else { panic!("{}", state.layers.len()) };
        list
    }

    fn marked(state: &State) -> Vec<TaskId> {
        next(state).into_iter().filter(|id| list(state).is_chosen(*id)).collect()
    }

    fn put(state: &mut State, id: u64, seconds: i64, status: &str) {
        let other = task(id, seconds, "All", status, "Other", &serde_json::json!({}));
        state.board.schedule.put(Row::of(&other), 1);
        state.board.schedule.settle();
    }

    #[test]
    fn the_task_that_is_marked_is_the_one_that_is_reviewed_whatever_comes_before_it_or_goes() {
        let mut state = board((120, 40));
        feed(&mut state, [typed(":stop"), vec![key(KeyCode::Enter)]].concat());
        let first = marked(&state);
        assert_eq!((first.len(), list(&state).row(&next(&state))), (1, 0));
        put(&mut state, 1, 60, "pending");
        assert_eq!((marked(&state), list(&state).row(&next(&state))), (first.clone(), 1));
        let reviewed = |state: &mut State| {
            press(state, KeyCode::Char('D'));
            state.review().and_then(|review| review.subject.base().map(|task| task.id))
        };
        assert_eq!(reviewed(&mut state.clone()), Some(first[0]));
        // It goes out: nothing is marked until the next one is.
        put(&mut state, first[0].0, 724, "dispatching");
        assert_eq!(marked(&state), []);
        feed(&mut state, [Message::Ticked(later(1))]);
        let after = marked(&state);
        assert!(after.len() == 1 && after != first, "{after:?}");
        assert_eq!(reviewed(&mut state), Some(after[0]));
    }
}
