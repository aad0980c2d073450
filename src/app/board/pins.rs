//! Tasks that are watched until they end: then the bell rings and the desktop is told. A dispatch that failed is told
//! whether its task was watched or not.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::domain::schedule::TaskState;
use crate::domain::{Outcome, Priority, Task, TaskId, text};

use super::super::effect::Effect;
use super::super::shared::Shared;
use super::sync;

/// So near to its time a watched task is read by itself.
const NEAR: TimeDelta = TimeDelta::minutes(1);
/// One that is dispatched for so long is read like any other.
const DISPATCHING_AT_MOST: TimeDelta = TimeDelta::minutes(15);
/// Cells of a title.
const TITLE: usize = 40;
/// So many that end together are told one by one.
const ONE_BY_ONE: usize = 3;

/// The watched tasks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pins {
    ids: BTreeSet<TaskId>,
    /// Which was read last.
    last: Option<TaskId>,
    /// What is still to be told.
    ended: Vec<String>,
}

impl Pins {
    /// Whether a task is watched.
    pub fn has(&self, id: TaskId) -> bool {
        self.ids.contains(&id)
    }
}

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

/// A task is another than it was.
pub(super) fn changed(shared: &mut Shared, old: &Task, new: &Task) {
    let (before, after) = (old.outcome(), new.outcome());
    if before == after {
        return;
    }
    let is_watched = shared.board.pins.has(new.id);
    let words = match after {
        Outcome::Failed if new.dispatch_err.trim().is_empty() => format!("{} failed", name(new)),
        Outcome::Failed => format!("{} failed: {}", name(new), text::clean(&new.dispatch_err)),
        Outcome::Sent if is_watched => format!("{} was sent", name(new)),
        Outcome::Sent | Outcome::Pending | Outcome::Dispatching | Outcome::Unclear(_) => return,
    };
    shared.board.pins.ids.remove(&new.id);
    if is_watched && after == Outcome::Sent {
        shared.say_beside(&words);
    }
    shared.board.pins.ended.push(words);
}

/// A task is not there any more.
pub(super) fn went(shared: &mut Shared, task: &Task) {
    if shared.board.pins.ids.remove(&task.id) && !shared.board.own.is_cancelled(task.id) {
        shared.board.pins.ended.push(format!("{} is gone", name(task)));
    }
}

fn name(task: &Task) -> String {
    let title = text::clean(&task.title);
    if title.trim().is_empty() {
        format!("#{}", task.id)
    } else {
        format!("#{} \"{}\"", task.id, text::cut(&title, TITLE))
    }
}

/// What ended is told to whoever does not look: all of it at once, where there is much.
pub(super) fn notify(shared: &mut Shared) -> Option<Effect> {
    if shared.board.pins.ended.is_empty() {
        return None;
    }
    let ended = std::mem::take(&mut shared.board.pins.ended);
    let more = ended.len().saturating_sub(ONE_BY_ONE);
    let mut words = ended.into_iter().take(ONE_BY_ONE).collect::<Vec<_>>().join(" · ");
    if more > 0 {
        words = format!("{words} · {more} more");
    }
    let profile = shared.setup.profile.clone();
    shared.setup.notify.then_some(Effect::Notify { title: format!("pushdeck {profile}"), words })
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
