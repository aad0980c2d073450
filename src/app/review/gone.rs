//! A write that the service refused with the code that also says "no such task": the task is read again,
//! so that the operator is told whether it is gone, and not that a request was invalid.

use crate::domain::{Failure, Task, TaskId};

use super::super::effect::{Effect, Priority};
use super::super::message::ReqId;
use super::super::state::State;
use super::{Stage, WriteOutcome, doubt};

/// The code for a task that is not there.
pub(super) const GONE: i64 = 90104;

/// A task that is read again after a refusal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reread {
    req: ReqId,
    /// The write that was refused.
    write: ReqId,
    id: TaskId,
    cancels: bool,
    /// What the write was to do.
    deed: String,
}

/// What it means that the task is gone.
pub(super) fn words(cancels: bool) -> String {
    let left = if cancels { "nothing is left to do" } else { "it cannot be changed any more" };
    format!("it is not there any more (cancelled already, perhaps by somebody else); {left}")
}

/// Reads the task of a refused write again, where it may be gone.
pub(super) fn read_again(
    state: &mut State,
    write: ReqId,
    task: Option<TaskId>,
    failure: &Failure,
    (deed, cancels): (String, bool),
) -> Option<Effect> {
    let id = task.filter(|_| failure.code() == Some(GONE))?;
    let req = state.ask();
    state.desk.rereads.push(Reread { req, write, id, cancels, deed });
    Some(Effect::Get { req, id, priority: Priority::Write })
}

/// The task was read again; says whether that was asked for here.
pub(super) fn on_read(state: &mut State, req: ReqId, result: &Result<Task, Failure>) -> Vec<Effect> {
    let Some(at) = state.desk.rereads.iter().position(|reread| reread.req == req) else { return Vec::new() };
    let Reread { write, id, cancels, deed, .. } = state.desk.rereads.remove(at);
    // What stands was refused for what it is: that was said.
    if result.as_ref().err().and_then(Failure::code) != Some(GONE) {
        return Vec::new();
    }
    let effects = doubt::learn_gone(state, id);
    state.failed.remove(&id);
    let refused = |stage: &Stage| matches!(stage, Stage::Over(WriteOutcome::Refused(_)));
    let shows = state.review().is_some_and(|review| review.req == Some(write) && refused(&review.stage));
    if shows && let Some(review) = state.review_mut() {
        review.stage = Stage::Over(WriteOutcome::Gone { cancels });
    } else {
        state.keep_result(write, format!("{deed}: {}", words(cancels)), !cancels);
    }
    effects
}
