//! What an empty table offers: where nothing on it fits, what was typed may be the number of a task, or words that
//! stand on another page.

use crate::domain::{TaskId, text};

use super::super::effect::Effect;
use super::super::filter::terms::Filter;
use super::super::shared::Shared;
use super::ask::set_filter;
use super::by_id::{go_to_id, typed_id};
use super::range::ask_anew;

/// What one key does where no row is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmptyOffer {
    /// It goes to that task.
    Task(TaskId),
    /// It searches all pages for these words.
    Words(String),
}

impl EmptyOffer {
    /// What the key does, in words that follow it; first as long as can be.
    pub fn wordings(&self) -> [String; 3] {
        match self {
            Self::Task(id) => [format!("goes to task #{id}"), format!("goes to #{id}"), format!("#{id}")],
            Self::Words(words) => [
                format!("searches all pages for \"{}\"", text::clean(words)),
                "searches all pages".to_owned(),
                "finds more".to_owned(),
            ],
        }
    }
}

/// What is offered; `None` while there are rows, or nothing is known yet.
pub fn offer(shared: &Shared) -> Option<EmptyOffer> {
    let board = &shared.board;
    if board.rows().len() > 0 || board.shown_query.is_none() {
        return None;
    }
    if board.filter.is_on() {
        let words = board.filter.words();
        let words = (!words.is_empty()).then_some(EmptyOffer::Words(words));
        return typed_id(&board.filter.text).map(EmptyOffer::Task).or(words);
    }
    // An answer to another question says nothing of this one.
    typed_id(&board.query.keyword).filter(|_| board.is_current()).map(EmptyOffer::Task)
}

/// Does what is offered. A filter that hid everything goes, as far as it is what is asked for now; `filter` takes its
/// place.
pub(in crate::app) fn take_up(shared: &mut Shared, offer: EmptyOffer, filter: Filter) -> Vec<Effect> {
    match offer {
        EmptyOffer::Task(id) => {
            set_filter(shared, filter);
            go_to_id(shared, id)
        }
        EmptyOffer::Words(words) => {
            let rest = shared.board.filter.without_words();
            let rest = shared.read_filter(&rest);
            set_filter(shared, rest);
            shared.board.query.keyword = words;
            ask_anew(shared)
        }
    }
}
