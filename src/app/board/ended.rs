//! What becomes of tasks is told to whoever does not look: of watched ones that they ended, of all that they failed.

use crate::domain::{Outcome, Task, text};

use super::super::effect::Effect;
use super::super::shared::Shared;

/// Cells of a title.
const TITLE: usize = 40;
/// So many that end together are told one by one.
const ONE_BY_ONE: usize = 3;

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
