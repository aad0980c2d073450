//! What changed at the service without this pushdeck having written it: it is kept, gathered and told in few words.
//!
//! What the first reading brings is no change. A change counts once a task was read twice in this run and differs, or
//! was not there when everything had been read.

use chrono::TimeDelta;

use crate::domain::schedule::TaskState;
use crate::domain::{Content, Outcome, Task, TaskId, text, when};
use crate::keymap::{Action, Scope};

use super::super::shared::Shared;
use super::super::write::Write;
use super::seen::{SeenChange, Tally, What};

/// A task that was created so long before the last complete reading began was there then.
const CREATED_BEFORE: TimeDelta = TimeDelta::minutes(1);
/// Characters of a title in a message.
const TITLE: usize = 28;

/// Whether this pushdeck writes, or has just written, that task.
fn is_own(shared: &Shared, id: TaskId, content: Option<&Content>) -> bool {
    let random = |content: &Content| content.at("MsgRandom").cloned();
    let is_it = |write: &Write| match (write, content) {
        (Write::Create(new), Some(content)) => {
            random(&new.content).is_some() && random(&new.content) == random(content)
        }
        (write, _) => write.task() == Some(id),
    };
    let over = &shared.over;
    shared.board.own.has(id)
        || shared.writes.iter().any(|write| is_it(&write.write))
        || over.verifying.iter().chain(&over.rereads).any(|reading| reading.id == id)
        || over.created().any(|(created, _)| *created == id)
}

fn of(shared: &Shared, task: &Task, what: What) -> SeenChange {
    let title = text::cut(&text::clean(&task.title), TITLE).into_owned();
    let (id, scheduled_at, seen_at) = (task.id, task.scheduled_at, shared.server_now());
    SeenChange { id, title, scheduled_at, what, seen_at }
}

/// A task is there that was not.
pub(super) fn came(shared: &mut Shared, task: &Task) {
    let Some(complete) = shared.board.sync.complete() else { return };
    if is_own(shared, task.id, Some(&task.content)) {
        return;
    }
    let ago = TimeDelta::from_std(shared.now.running.saturating_sub(complete.began)).unwrap_or_default();
    let since = shared.server_now() - ago - CREATED_BEFORE;
    let is_new = task.created_at.is_none_or(|at| at >= since);
    if !is_new && !task.scheduled_at.is_some_and(|at| shared.board.range.holds(at)) {
        return;
    }
    // One that is older was moved to where it is looked for.
    let change = of(shared, task, if is_new { What::Created } else { What::Moved });
    shared.board.changes.push(change);
}

/// A task is another than it was when it was read before in this run.
pub(super) fn changed(shared: &mut Shared, old: &Task, new: &Task) {
    let (before, after) = (old.outcome(), new.outcome());
    let what = match &after {
        Outcome::Sent if before != after => Some(What::Sent),
        Outcome::Failed if before != after => {
            Some(What::Failed(text::clean(&new.dispatch_err).trim().to_owned()))
        }
        _ if is_own(shared, new.id, None) => None,
        _ if old.scheduled_at != new.scheduled_at => Some(What::Moved),
        _ if old.content != new.content || old.title != new.title || old.desc != new.desc => {
            Some(What::Edited)
        }
        Outcome::Pending | Outcome::Dispatching | Outcome::Sent | Outcome::Failed | Outcome::Unclear(_) => {
            None
        }
    };
    if let Some(what) = what {
        let change = of(shared, new, what);
        shared.board.changes.push(change);
    }
}

/// A task is not there any more.
pub(super) fn went(shared: &mut Shared, task: &Task) {
    let is_open = matches!(TaskState::from(&task.outcome()), TaskState::Pending | TaskState::Unclear);
    if is_open && !is_own(shared, task.id, None) {
        let change = of(shared, task, What::Gone);
        shared.board.changes.push(change);
    }
}

/// Says what changed, once there is room for it: several together, and never in the place of something else.
pub(super) fn tell(shared: &mut Shared) {
    let has_failed = shared.board.changes.untold.iter().any(|change| matches!(change.what, What::Failed(_)));
    let is_free = shared.note.as_ref().is_none_or(|note| has_failed && !note.bad);
    if shared.board.changes.untold.is_empty() || !is_free {
        return;
    }
    let untold = std::mem::take(&mut shared.board.changes.untold);
    let (failed, others): (Vec<SeenChange>, Vec<SeenChange>) =
        untold.into_iter().partition(|change| matches!(change.what, What::Failed(_)));
    if let Some(words) = failures(shared, &failed) {
        shared.board.changes.untold = others;
        shared.warn(words);
        return;
    }
    let words = match others.as_slice() {
        [] => return,
        [one] => one_in_words(shared, one),
        several => {
            let mut tally = Tally::default();
            for change in several {
                tally.count(&change.what);
            }
            format!(
                "{} by others: {}",
                text::counted(several.len() as u64, "change", "changes"),
                tally.by_others()
            )
        }
    };
    shared.say(words);
}

/// `#123 "Flash sale" moved to Sat 21 Nov 15:05 +08 by someone else`.
fn one_in_words(shared: &Shared, change: &SeenChange) -> String {
    let name = name(change);
    let at = change.scheduled_at.map(|at| when::stamp(at, shared.zone, shared.server_now()));
    let at = |word: &str| at.as_ref().map_or_else(String::new, |at| format!(" {word} {at}"));
    match &change.what {
        What::Created => format!("{name} was created{} by someone else", at("for")),
        What::Moved => format!("{name} moved{} by someone else", at("to")),
        What::Edited => format!("{name} was edited by someone else"),
        What::Gone => format!("{name} is gone: cancelled by someone else"),
        What::Sent => format!("{name} was sent"),
        What::Failed(why) => format!("{name} failed: {why}"),
    }
}

/// `#123 "Flash sale"`.
fn name(change: &SeenChange) -> String {
    if change.title.trim().is_empty() {
        format!("#{}", change.id)
    } else {
        format!("#{} \"{}\"", change.id, change.title)
    }
}

/// What failed, and what can be done about it.
fn failures(shared: &Shared, failed: &[SeenChange]) -> Option<String> {
    let [first, rest @ ..] = failed else { return None };
    let key = shared.key(Scope::Tasks, Action::NewFromThis);
    let what = match &first.what {
        What::Failed(why) if !why.is_empty() => format!("{} failed: {}", name(first), text::cut(why, 60)),
        _ => format!("{} failed", name(first)),
    };
    let more = if rest.is_empty() { String::new() } else { format!(" · {} more failed", rest.len()) };
    let go = if shared.board.selected == Some(first.id) {
        String::new()
    } else {
        format!("{}{} goes to it, ", shared.key(Scope::Global, Action::Palette), first.id)
    };
    Some(format!("{what}{more} · {go}{key}: new from this one, to the same audience"))
}
