//! The picker of the order: by which column, and in which direction.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use crate::keymap::Action;

use super::board::range::set_sort;
use super::board::{Column, Sort};
use super::list::Rows;
use super::next::Next;
use super::shared::Shared;

/// The orders that are offered: the times first, each with its usual direction first.
pub const CHOICES: [Sort; 12] = [
    Sort { column: Column::Scheduled, ascending: true },
    Sort { column: Column::Scheduled, ascending: false },
    Sort { column: Column::Created, ascending: false },
    Sort { column: Column::Created, ascending: true },
    Sort { column: Column::Status, ascending: true },
    Sort { column: Column::Status, ascending: false },
    Sort { column: Column::Who, ascending: true },
    Sort { column: Column::Who, ascending: false },
    Sort { column: Column::Title, ascending: true },
    Sort { column: Column::Title, ascending: false },
    Sort { column: Column::Sender, ascending: true },
    Sort { column: Column::Sender, ascending: false },
];

/// The picker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortPicker {
    /// Index into [`CHOICES`].
    pub at: usize,
}

/// An order in words.
pub fn words(sort: Sort) -> &'static str {
    match (sort.column, sort.ascending) {
        (Column::Scheduled, true) => "by scheduled time, earliest first",
        (Column::Scheduled, false) => "by scheduled time, latest first",
        (Column::Created, true) => "by creation time, oldest first",
        (Column::Created, false) => "by creation time, newest first",
        (Column::Status, true) => "by status, pending first",
        (Column::Status, false) => "by status, failed first",
        (Column::Who, true) => "by audience, A to Z",
        (Column::Who, false) => "by audience, Z to A",
        (Column::Title, true) => "by title, A to Z",
        (Column::Title, false) => "by title, Z to A",
        (Column::Sender, true) => "by sender, A to Z",
        (Column::Sender, false) => "by sender, Z to A",
    }
}

/// The head of a column was pressed: its order, or the order turned round.
pub(super) fn by_column(shared: &mut Shared, column: Column) {
    let sort = shared.board.sort;
    // What was created last is what somebody looks for there.
    let ascending = if sort.column == column { !sort.ascending } else { column != Column::Created };
    let sort = Sort { column, ascending };
    shared.say(format!("sorted {}", words(sort)));
    set_sort(shared, sort);
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
        let sort = shared.board.sort;
        let reversed = Sort { ascending: !sort.ascending, ..sort };
        Self { at: CHOICES.iter().position(|choice| *choice == reversed).unwrap_or(0) }
    }

    /// A key in the picker.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        match action {
            Action::Down => self.at = (self.at + 1).min(CHOICES.len() - 1),
            Action::Up => self.at = self.at.saturating_sub(1),
            Action::Choose => {
                if let Some(sort) = CHOICES.get(self.at) {
                    set_sort(shared, *sort);
                }
                return Next::close();
            }
            Action::Back | Action::Close => return Next::close(),
            _ => {}
        }
        Next::stay()
    }
}
