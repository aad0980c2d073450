//! What the rows say of themselves. It is composed once for a task, not once a frame.

use crate::domain::{Audience, Task, text};

/// As much of a text as the widest column could show, in characters.
const MOST: usize = 400;

/// What a row says, cleaned.
#[derive(Clone, Debug)]
pub struct RowText {
    /// Who gets it, in short.
    pub who: String,
    /// Whether that is everybody.
    pub is_everyone: bool,
    /// In whose name.
    pub sender: String,
    /// The title.
    pub title: String,
}

impl RowText {
    pub(in crate::app) fn of(task: &Task) -> Self {
        let is_everyone = matches!(task.audience(), Audience::Everyone);
        Self {
            who: who(&task.audience_in_short(), is_everyone),
            is_everyone,
            sender: one_cell(task.content.text("From_Account")),
            title: one_cell(&task.title),
        }
    }
}

/// An audience in the few words of a column; that of everybody carries its mark.
pub fn who(short: &str, is_everyone: bool) -> String {
    let short = text::clean(short);
    if is_everyone { format!("‼ {short}") } else { short.into_owned() }
}

fn one_cell(words: &str) -> String {
    text::clean(&text::head(words, MOST)).into_owned()
}
