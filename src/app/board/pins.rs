//! Tasks that are watched until they end: then the bell rings and the desktop is told. A dispatch that failed is told
//! whether its task was watched or not.

use chrono::TimeDelta;

use crate::domain::schedule::TaskState;
use crate::domain::{Outcome, Priority, Task, TaskId};

use super::super::effect::Effect;
use super::super::shared::Shared;
use super::sync;

/// So near to its time a watched task is read by itself.
const NEAR: TimeDelta = TimeDelta::minutes(1);
/// One that is dispatched for so long is read like any other.
const DISPATCHING_AT_MOST: TimeDelta = TimeDelta::minutes(15);

/// The operator wants to be told when the task ends, or not any more.
pub(in crate::app) fn toggle(shared: &mut Shared, task: &Task) {
    let pins = &mut shared.board.pins;
    if pins.ids.remove(&task.id) {
        shared.say(format!("#{} is not watched any more", task.id));
        return;
    }
    pins.ids.insert(task.id);
    let how = if shared.setup.notify { "the bell rings and the desktop is told" } else { "this line says" };
    shared.say(format!("#{} is watched: {how} when it ends", task.id));
}

/// Why a task cannot be watched.
pub(in crate::app) fn why_not(task: &Task) -> Option<String> {
    match task.outcome() {
        Outcome::Sent | Outcome::Failed => Some("it is over".to_owned()),
        Outcome::Pending | Outcome::Dispatching | Outcome::Unclear(_) => None,
    }
}

/// Whether a watched task is near its time, or goes out now.
pub(super) fn is_near(shared: &Shared) -> bool {
    near(shared).next().is_some()
}

fn near(shared: &Shared) -> impl Iterator<Item = TaskId> {
    let now = shared.server_now();
    let is_near = move |id: &&TaskId| {
        let schedule = &shared.board.schedule;
        let Some(held) = schedule.slot(**id).and_then(|slot| schedule.get(slot)) else { return false };
        let Some(over) = held.scheduled_at().map(|at| now - at) else { return false };
        match held.state {
            TaskState::Pending => over.abs() <= NEAR,
            TaskState::Dispatching => over <= DISPATCHING_AT_MOST,
            TaskState::Sent | TaskState::Failed | TaskState::Unclear => false,
        }
    };
    shared.board.pins.ids.iter().filter(is_near).copied()
}

/// The watched tasks that are near their time are read one after the other.
pub(super) fn read(shared: &mut Shared) -> Option<Effect> {
    let last = shared.board.pins.last;
    let next = near(shared).find(|id| Some(*id) > last).or_else(|| near(shared).next())?;
    shared.board.pins.last = Some(next);
    sync::read_one(shared, next, Priority::Due)
}
