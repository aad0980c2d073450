//! The picker of the order: by which time, and in which direction.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an action or key that means nothing here does nothing here"
)]

use crate::domain::Order;
use crate::keymap::Action;

use super::board;
use super::effect::Effect;
use super::state::{Layer, State};

/// The orders that the service knows.
pub const CHOICES: [(Order, bool); 4] =
    [(Order::Scheduled, true), (Order::Scheduled, false), (Order::Created, true), (Order::Created, false)];

/// The picker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortPicker {
    /// Index into [`CHOICES`].
    pub at: usize,
}

/// An order in words.
pub fn words(order: Order, ascending: bool) -> &'static str {
    match (order, ascending) {
        (Order::Scheduled, true) => "by scheduled time, earliest first",
        (Order::Scheduled, false) => "by scheduled time, latest first",
        (Order::Created, true) => "by creation time, oldest first",
        (Order::Created, false) => "by creation time, newest first",
    }
}

/// Opens the picker on the order turned round, so that `s s` reverses.
pub fn open(state: &mut State) {
    let query = &state.board.query;
    let reversed = (query.order, !query.ascending);
    let at = CHOICES.iter().position(|choice| *choice == reversed).unwrap_or(0);
    state.layers.push(Layer::Sort(SortPicker { at }));
}

/// A key in the picker.
pub fn on_action(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Layer::Sort(picker)) = state.layers.last_mut() else { return Vec::new() };
    match action {
        Action::Down => picker.at = (picker.at + 1).min(CHOICES.len() - 1),
        Action::Up => picker.at = picker.at.saturating_sub(1),
        Action::Choose => {
            let chosen = CHOICES.get(picker.at).copied();
            state.layers.pop();
            if let Some((order, ascending)) = chosen {
                state.board.query.order = order;
                state.board.query.ascending = ascending;
                return board::ask_anew(state);
            }
        }
        Action::Back | Action::Close => {
            state.layers.pop();
        }
        _ => {}
    }
    Vec::new()
}
