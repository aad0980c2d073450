//! A task by its number: what was typed or pasted may be a `TaskID`, and the task of it may lie on no page that was
//! read. It is asked for by itself; until it is there nothing else is selected, and if the service does not know it,
//! everything is as it was.

use std::sync::Arc;

use crate::domain::failure::NotSent;
use crate::domain::{Failure, Priority, Task, TaskId, catalog};
use crate::keymap::{Action, Scope};

use super::super::effect::Effect;
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::go_to::{await_task, bring_into_range, give_up, go_to_task};
use super::own::SoughtTask;
use super::rows::follow_cursor;

/// The `TaskID` that a text is, if it is one: digits, perhaps behind a `#`.
pub(in crate::app) fn typed_id(text: &str) -> Option<TaskId> {
    let text = text.trim();
    let digits = text.strip_prefix('#').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok().map(TaskId))?
}

/// Goes to the task of that number: at once where it is held, else when the service has given it.
pub(in crate::app) fn go_to_id(shared: &mut Shared, id: TaskId) -> Vec<Effect> {
    if let Some(task) = shared.board.schedule.task(id) {
        // It is not read again: what was not read just now takes the place of nothing.
        shared.board.sought = None;
        return bring_into_range(shared, &task);
    }
    // What was selected before the first of several such questions is what is gone back to.
    let before = shared.board.sought.filter(|sought| shared.board.selected == Some(sought.id));
    let before = before.map_or(shared.board.selected, |sought| sought.before);
    let req = shared.ask();
    shared.board.sought = Some(SoughtTask { req, id, before });
    await_task(shared, id);
    shared.say(format!("asking for #{id}…"));
    vec![Effect::Get { req, id, priority: Priority::Page }]
}

/// The row from which the operator asked for a task that has not come yet.
pub(super) fn row_before(shared: &Shared) -> Option<usize> {
    let before = shared.board.sought?.before?;
    shared.board.row_of(before)
}

/// It came, or did not; `None` where that was not the question.
pub(in crate::app) fn on_got(
    shared: &mut Shared,
    req: ReqId,
    result: &Result<Box<Task>, Failure>,
) -> Option<Vec<Effect>> {
    let SoughtTask { id, before, .. } = shared.board.sought.take_if(|sought| sought.req == req)?;
    // The operator is somewhere else by now: nothing takes him away from there.
    let is_left = shared.board.selected != Some(id);
    match result {
        Ok(_) if is_left => {
            let key = shared.key(Scope::Global, Action::Palette).to_owned();
            shared.say_beside(&format!("#{id} is there; {key} and the number go to it"));
        }
        Ok(task) => {
            shared.say_beside(&format!("#{id} is selected"));
            return Some(go_to_task(shared, &Arc::new(Task::clone(task))));
        }
        Err(failure) => {
            if !is_left {
                give_up(shared, id);
                let id = before.or(shared.board.selected);
                shared.board.set_selected(id);
                follow_cursor(shared);
            }
            match failure {
                Failure::NotSent { reason: NotSent::Withdrawn, .. } => {}
                failure if failure.code() == Some(catalog::INVALID_REQUEST) => {
                    shared.warn(format!("the service knows no task #{id}"));
                }
                failure => {
                    let words = failure.words();
                    shared.warn(format!("#{id} could not be read: {}; {}", words.what, words.next));
                }
            }
        }
    }
    Some(Vec::new())
}
