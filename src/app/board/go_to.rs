//! Going to one task: after a write, or by its number. It is selected and in sight, whatever page it belongs to,
//! and also while the list does not bring it yet.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::domain::limits::RangeOf;
use crate::domain::query::Range;
use crate::domain::{Failure, Task, TaskId, catalog, text};

use super::super::effect::{Effect, Priority};
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::ask::{show_own, show_waiting};
use super::range::begin_seeking;
use super::seek;
use super::table::Seek;

/// Selects a task as it was just read, and brings it into sight: at once, and on the page to which it belongs when
/// that is there. Where it lies outside of what is asked for, the question changes, which is said.
pub(in crate::app) fn go_to_task(shared: &mut Shared, task: Arc<Task>) -> Vec<Effect> {
    let id = task.id;
    show_waiting(shared);
    shared.board.own.keep(Arc::clone(&task), shared.now.running);
    await_task(shared, id);
    show_own(shared);
    let query = &shared.board.query;
    let at = query.order.time_of(&task);
    if let Some(words) = widen(shared, &task) {
        shared.say(words);
        return at.map_or_else(Vec::new, |at| begin_seeking(shared, Seek::task(id, at)));
    }
    let (Some(at), false) = (at, shared.board.is_on_page(id)) else { return Vec::new() };
    if shared.board.shown_query.is_none() {
        // The first page is under way.
        shared.board.seek = Some(Seek::task(id, at));
        return Vec::new();
    }
    seek::begin(shared, Seek::task(id, at))
}

/// A task is selected that is still to be read: until it is there no other takes its place.
pub(in crate::app) fn await_task(shared: &mut Shared, id: TaskId) {
    if shared.board.selected != Some(id) {
        shared.detail.rewind();
    }
    shared.board.selected = Some(id);
    shared.board.gone_to = Some(id);
    shared.board.shown_anyway = Some(id);
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
    shared.board.own.cancel(task, shared.now.running);
    show_own(shared);
}

/// Changes the question so that a task lies in it, and says how.
fn widen(shared: &mut Shared, task: &Task) -> Option<String> {
    let query = &shared.board.query;
    let mut said = Vec::new();
    let keyword = text::fold(&query.keyword);
    let has_it = |words: &str| text::fold(words).contains(&keyword);
    let is_found = keyword.is_empty() || has_it(&task.title) || has_it(&task.desc);
    let by = match shared.limits.range_of(query.order) {
        RangeOf::Created => task.created_at,
        RangeOf::Scheduled | RangeOf::Unknown | RangeOf::Unclear => task.scheduled_at,
    };
    let is_inside = by.is_none_or(|at| query.range.holds(at));
    if !is_found {
        said.push(format!("the find \"{}\" is closed", text::clean(&query.keyword)));
        shared.board.query.keyword.clear();
    }
    if let (Some(at), false) = (by, is_inside) {
        let half = shared.board.query.range.length() / 2;
        let begin = at.checked_sub_signed(half).unwrap_or(at);
        let end = at.checked_add_signed(half.max(TimeDelta::days(1))).unwrap_or(at);
        shared.board.query.range = Range { begin, end };
        shared.board.query.exact = false;
        shared.board.is_default_range = false;
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
    if is_gone {
        give_up(shared, id);
        shared.say_beside(&format!("#{id} is not there any more"));
    }
    show_own(shared);
    true
}
