//! The keys that mean the same on the table and in the detail: what can be done with the selected task.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use std::sync::Arc;

use crate::domain::Zone;
use crate::keymap::Action;

use super::board::ask::{follow_cursor, read_again};
use super::form::model::Purpose;
use super::frame::Placement;
use super::next::{Destination, Next};
use super::shared::Shared;
use super::writes;

/// A key that means the same on the table and in the detail.
pub(super) fn on_action(shared: &mut Shared, action: Action) -> Next {
    match action {
        Action::New => return Next::open(Destination::Form(Purpose::New, None)),
        Action::Refresh => return refresh(shared),
        Action::Acknowledge => writes::acknowledge(shared),
        Action::Zone => {
            shared.zone = if shared.zone == shared.setup.zone { Zone::UTC } else { shared.setup.zone };
            let zone = shared.zone.name();
            shared.say(format!("times are shown in {zone}"));
        }
        Action::MovePane => {
            move_pane(shared);
            follow_cursor(shared);
        }
        Action::NewFromThis | Action::Edit | Action::EditTime | Action::Cancel => {
            return act_on_selected(shared, action);
        }
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
            shared.say("no room for the detail pane at this size; Enter shows the details");
        }
    }
}

fn act_on_selected(shared: &mut Shared, action: Action) -> Next {
    let Some(task) = shared.selected().cloned() else {
        shared.say(match shared.board.selected {
            Some(id) if shared.board.task(id).is_some() => format!("the filter hides #{id}"),
            Some(id) => format!("#{id} is still being read"),
            None => "there is no task here".to_owned(),
        });
        return Next::stay();
    };
    if action == Action::NewFromThis {
        return Next::open(Destination::Form(Purpose::From(task.id), None));
    }
    if shared.board.own.is_cancelled(task.id) {
        shared.say(format!("#{} was cancelled from here", task.id));
        return Next::stay();
    }
    if action == Action::Cancel {
        return Next::open(Destination::cancel(&task));
    }
    if let Some(why) = task.locked_because() {
        shared.warn(format!("#{} cannot be changed: {why}", task.id));
        return Next::stay();
    }
    if let Some(why) = writes::busy(shared, task.id) {
        shared.warn(why);
        return Next::stay();
    }
    let task = Box::new(Arc::unwrap_or_clone(task));
    let purpose = if action == Action::EditTime { Purpose::Time(task) } else { Purpose::Edit(task) };
    Next::open(Destination::Form(purpose, None))
}
