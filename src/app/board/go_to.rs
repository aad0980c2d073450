//! Going to one task: after a write, or by its number. It is selected and in sight, also while the list does not bring
//! it yet.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::domain::query::Range;
use crate::domain::{Failure, Task, TaskId, catalog, text};

use super::super::effect::{Effect, Priority};
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::arrive;
use super::range::read_anew;
use super::rows::{show_own, show_waiting};

/// Selects a task as it was just read, and brings it into sight.
pub(in crate::app) fn go_to_task(shared: &mut Shared, task: &Arc<Task>) -> Vec<Effect> {
    show_waiting(shared);
    shared.board.own.keep(Arc::clone(task), shared.now.running);
    arrive::take(shared, task);
    bring_into_range(shared, task)
}

/// Selects a task that is held and shows it. Where it lies outside of what is shown, the range changes, which is said.
pub(super) fn bring_into_range(shared: &mut Shared, task: &Task) -> Vec<Effect> {
    let id = task.id;
    await_task(shared, id);
    let effects = match widen(shared, task) {
        Some(words) => {
            shared.say(words);
            read_anew(shared)
        }
        None => Vec::new(),
    };
    shared.board.opening = None;
    await_task(shared, id);
    show_own(shared);
    effects
}

/// A task is selected that is still to be read: until it is there no other takes its place.
pub(in crate::app) fn await_task(shared: &mut Shared, id: TaskId) {
    if shared.board.selected != Some(id) {
        shared.detail.rewind();
    }
    shared.board.opening = None;
    shared.board.gone_to = Some(id);
    shared.board.shown_anyway = Some(id);
    if let Some(slot) = shared.board.schedule.slot(id) {
        // It is shown whatever the filter says.
        shared.board.listing.touch(slot);
    }
    shared.board.set_selected(Some(id));
}

/// It could not be read: another row may be selected in its place.
pub(in crate::app) fn give_up(shared: &mut Shared, id: TaskId) {
    if shared.board.gone_to == Some(id) {
        shared.board.gone_to = None;
        show_own(shared);
    }
}

/// A task was cancelled here: it stays in its place, struck.
pub(in crate::app) fn strike(shared: &mut Shared, task: Arc<Task>) {
    if shared.board.schedule.slot(task.id).is_none() {
        arrive::take(shared, &task);
    }
    shared.board.own.cancel(task, shared.now.running);
    show_own(shared);
}

/// Changes what is shown so that a task lies in it, and says how.
fn widen(shared: &mut Shared, task: &Task) -> Option<String> {
    let board = &mut shared.board;
    let mut said = Vec::new();
    let keyword = text::fold(&board.keyword);
    let has_it = |words: &str| text::fold(words).contains(&keyword);
    let is_found = keyword.is_empty() || has_it(&task.title) || has_it(&task.desc);
    if !is_found {
        said.push(format!("the find \"{}\" is closed", text::clean(&board.keyword)));
        board.keyword.clear();
    }
    if let Some(at) = task.scheduled_at.filter(|at| !board.range.holds(*at)) {
        let half = board.range.length() / 2;
        let begin = at.checked_sub_signed(half).unwrap_or(at);
        let end = at.checked_add_signed(half.max(TimeDelta::days(1))).unwrap_or(at);
        board.range = Range { begin, end };
        said.push("the range is another".to_owned());
    }
    (!said.is_empty()).then(|| format!("to show #{} {}", task.id, said.join(", and ")))
}

/// A task that the list does not bring is read again by itself, as the list is.
pub(super) fn read_again(shared: &mut Shared) -> Option<Effect> {
    if !shared.connection.may_ask(shared.now) {
        return None;
    }
    let id = shared.board.own.due(shared.now.running)?;
    let req = shared.ask();
    shared.board.own.asked(id, req);
    Some(Effect::Get { req, id, priority: Priority::Background })
}

/// It was read again. Says whether that was the question.
pub(in crate::app) fn on_read_again(
    shared: &mut Shared,
    req: ReqId,
    result: &Result<Box<Task>, Failure>,
) -> bool {
    let is_gone = result.as_ref().is_err_and(|failure| failure.code() == Some(catalog::INVALID_REQUEST));
    let task = result.as_ref().ok().map(Box::as_ref);
    let Some(id) = shared.board.own.read(req, task, is_gone, shared.now.running) else { return false };
    if let Some(task) = task {
        arrive::take(shared, task);
    }
    if is_gone {
        arrive::remove(shared, id);
        give_up(shared, id);
        shared.say_beside(&format!("#{id} is not there any more"));
    }
    show_own(shared);
    true
}
