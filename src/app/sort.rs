//! The picker of the order: by which time, and in which direction.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use crate::domain::Order;
use crate::keymap::Action;

use super::board::range::ask_anew;
use super::next::{Go, Next};
use super::shared::Shared;

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

impl SortPicker {
    /// The picker on the order turned round, so that `s s` reverses.
    pub(super) fn open(shared: &Shared) -> Self {
        let query = &shared.board.query;
        let reversed = (query.order, !query.ascending);
        Self { at: CHOICES.iter().position(|choice| *choice == reversed).unwrap_or(0) }
    }

    /// A key in the picker.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        match action {
            Action::Down => self.at = (self.at + 1).min(CHOICES.len() - 1),
            Action::Up => self.at = self.at.saturating_sub(1),
            Action::Choose => {
                let Some((order, ascending)) = CHOICES.get(self.at).copied() else { return Next::close() };
                shared.board.query.order = order;
                shared.board.query.ascending = ascending;
                return Next { effects: ask_anew(shared), go: Go::Close };
            }
            Action::Back | Action::Close => return Next::close(),
            _ => {}
        }
        Next::stay()
    }
}
