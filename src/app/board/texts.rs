//! What the rows say of themselves. It is composed once for the tasks of a page, not once a frame.

use std::sync::Arc;

use crate::domain::{Task, text};

/// As much of a text as the widest column could show, in characters.
const MOST: usize = 400;

/// What a row says, cleaned.
#[derive(Clone, Debug)]
pub struct RowText {
    /// Who gets it, in short.
    pub who: String,
    /// In whose name.
    pub sender: String,
    /// The title.
    pub title: String,
}

/// What all rows of the page say.
#[derive(Clone, Debug)]
pub struct RowTexts {
    /// Row by row, in the order of [`super::table::Board::tasks`].
    pub rows: Vec<RowText>,
    /// Cells of the longest [`RowText::who`].
    pub widest_who: usize,
}

impl RowTexts {
    pub(super) fn of(tasks: &[Arc<Task>]) -> Self {
        let rows: Vec<RowText> = tasks.iter().map(|task| RowText::of(task)).collect();
        let widest_who = rows.iter().map(|row| text::width(&row.who)).max().unwrap_or(0);
        Self { rows, widest_who }
    }
}

impl RowText {
    fn of(task: &Task) -> Self {
        Self {
            who: text::clean(&task.audience_in_short()).into_owned(),
            sender: one_cell(task.content.text("From_Account")),
            title: one_cell(&task.title),
        }
    }
}

fn one_cell(words: &str) -> String {
    text::clean(&text::head(words, MOST)).into_owned()
}
