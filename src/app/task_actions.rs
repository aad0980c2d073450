//! The keys that mean the same on the table and in the detail: what can be done with the selected task.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use std::sync::Arc;

use crate::keymap::{Action, Scope};

use super::board::ask::read_again;
use super::board::pins;
use super::board::rows::follow_cursor;
use super::form::model::Purpose;
use super::frame::Placement;
use super::next::{Destination, Next};
use super::shared::Shared;
use super::writes;

/// A key that means the same on the table and in the detail.
pub(super) fn on_action(shared: &mut Shared, action: Action) -> Next {
    match action {
        Action::New => return Next::open(Destination::Form(Purpose::New, None)),
        Action::Menu => return Next::open(Destination::Screen(Scope::Menu)),
        Action::Refresh => return refresh(shared),
        Action::Acknowledge => writes::acknowledge(shared),
        Action::Zone => shared.switch_zone(),
        Action::MovePane => {
            move_pane(shared);
            follow_cursor(shared);
        }
        action if action.is_of_task() => return act_on_selected(shared, action),
        _ => {}
    }
    Next::stay()
}

fn refresh(shared: &mut Shared) -> Next {
    shared.connection.try_now();
    let mut effects = writes::search_now(shared);
    effects.extend(read_again(shared));
    effects.into()
}

/// Moves the detail pane: right, below, off, and back to where there is room.
fn move_pane(shared: &mut Shared) {
    let next = match shared.detail.placement {
        Placement::Auto => match shared.areas().and_then(|areas| areas.detail) {
            Some(detail) if detail.x > 0 => Placement::Below,
            Some(_) => Placement::Off,
            None => Placement::Right,
        },
        Placement::Right => Placement::Below,
        Placement::Below => Placement::Off,
        Placement::Off => Placement::Auto,
    };
    shared.detail.placement = next;
    if shared.areas().is_some_and(|areas| areas.detail.is_none()) {
        shared.detail.focused = false;
        if next != Placement::Off {
            let key = shared.key(Scope::Tasks, Action::Open);
            shared.say(format!("no room for the detail pane at this size; {key} shows the details"));
        }
    }
}

/// Why no task is there to be acted on.
fn no_task(shared: &Shared) -> String {
    match shared.board.selected {
        Some(id) if shared.board.task(id).is_some() => format!("the filter hides #{id}"),
        Some(id) => format!("#{id} is still being read"),
        None => "there is no task here".to_owned(),
    }
}

/// Why an action of a task cannot be done with the selected one; `None` while it can, and for every other.
pub(super) fn why_not(shared: &Shared, action: Action) -> Option<String> {
    if !action.is_of_task() {
        return None;
    }
    let Some(task) = shared.selected() else { return Some(no_task(shared)) };
    let is_cancelled = shared.board.own.is_cancelled(task.id);
    match action {
        Action::Cancel | Action::Edit | Action::EditTime if is_cancelled => {
            Some("it was cancelled from here".to_owned())
        }
        Action::Cancel => task.cannot_be_cancelled(),
        Action::Edit | Action::EditTime => {
            let locked = task.locked_because().or_else(|| writes::unknown_kind(task));
            locked.or_else(|| writes::busy(shared, task.id))
        }
        Action::Watch => pins::why_not(task),
        _ => None,
    }
}

fn act_on_selected(shared: &mut Shared, action: Action) -> Next {
    let refusal = why_not(shared, action);
    let Some(task) = shared.selected().cloned() else {
        shared.say(refusal.unwrap_or_default());
        return Next::stay();
    };
    if let Some(why) = refusal {
        let what = match action {
            Action::Cancel => "cancelled",
            Action::Watch => "watched",
            _ => "changed",
        };
        shared.warn(format!("#{} cannot be {what}: {why}", task.id));
        return Next::stay();
    }
    if action == Action::Watch {
        pins::toggle(shared, &task);
        return Next::stay();
    }
    let form = |purpose| Destination::Form(purpose, None);
    let copy = |task| Box::new(Arc::unwrap_or_clone(task));
    Next::open(match action {
        Action::Open => Destination::Screen(Scope::Detail),
        Action::Copy => Destination::Screen(Scope::Copy),
        Action::NewFromThis => form(Purpose::From(task.id)),
        Action::Cancel => Destination::cancel(&task),
        Action::EditTime => form(Purpose::Time(copy(task))),
        _ => form(Purpose::Edit(copy(task))),
    })
}
