//! The picker of the order: by which time, and in which direction.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use crate::domain::Order;
use crate::keymap::Action;

use super::board::range::ask_anew;
use super::effect::Effect;
use super::list::Rows;
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

/// Asks for the rows in this order.
fn set(shared: &mut Shared, order: Order, ascending: bool) -> Vec<Effect> {
    shared.board.query.order = order;
    shared.board.query.ascending = ascending;
    ask_anew(shared)
}

/// The head of a column was pressed: its order, or the order turned round; what the service has no order by says
/// so.
pub(super) fn by_column(shared: &mut Shared, order: Option<Order>) -> Vec<Effect> {
    let Some(order) = order else {
        shared.say("the service sorts by scheduled or creation time only");
        return Vec::new();
    };
    let query = &shared.board.query;
    // What was created last is what somebody looks for there.
    let ascending = if query.order == order { !query.ascending } else { order == Order::Scheduled };
    shared.say(format!("sorted {}", words(order, ascending)));
    set(shared, order, ascending)
}

/// Widest picker.
const WIDEST: u16 = 46;

impl SortPicker {
    /// Where it lies, and where its rows stand.
    pub fn rows(self, shared: &Shared) -> Rows {
        Rows::in_overlay(shared, WIDEST, CHOICES.len(), 0, self.at)
    }

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
                return Next { effects: set(shared, order, ascending), go: Go::Close };
            }
            Action::Back | Action::Close => return Next::close(),
            _ => {}
        }
        Next::stay()
    }
}
