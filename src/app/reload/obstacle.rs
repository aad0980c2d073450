//! What stands in the way of reading the config again, and what that stands in the way of.

use crate::keymap::Action;

use super::super::pending::PendingWrite;
use super::super::shared::Shared;

/// Why the config cannot be read again now.
pub(in crate::app) fn obstacle(shared: &Shared) -> Option<&'static str> {
    if shared.writes.iter().any(PendingWrite::is_open_here) {
        return Some("a write is under way; reload when its outcome is known");
    }
    let busy = shared.lies_over.form || shared.lies_over.review;
    busy.then_some("a form or a review is open; close it, then reload")
}

/// Why nothing may begin that ends in a write: the worker is just taking another connection into use.
pub(in crate::app) fn keeps_from(shared: &Shared, action: Action) -> Option<&'static str> {
    let is_adopting = shared.adopting.is_some() && action.begins_something();
    is_adopting.then_some("the new config is being applied; try again in a moment")
}
