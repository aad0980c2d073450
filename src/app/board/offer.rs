//! What an empty table offers: where nothing on it fits, what was typed may be the number of a task, or words that
//! were not read yet.

use crate::domain::{Filter, TaskId, text};

use super::super::effect::Effect;
use super::super::shared::Shared;
use super::by_id::{go_to_id, typed_id};
use super::range::read_anew;
use super::rows::set_filter;

/// What one key does where no row is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmptyOffer {
    /// It goes to that task.
    Task(TaskId),
    /// It asks the service for these words.
    Words(String),
}

impl EmptyOffer {
    /// What the key does, in words that follow it; first as long as can be.
    pub fn wordings(&self) -> [String; 3] {
        match self {
            Self::Task(id) => [format!("goes to task #{id}"), format!("goes to #{id}"), format!("#{id}")],
            Self::Words(words) => [
                format!("asks the service for \"{}\"", text::clean(words)),
                "asks the service".to_owned(),
                "finds more".to_owned(),
            ],
        }
    }
}

/// What is offered; `None` while there are rows, or nothing is known yet.
pub fn offer(shared: &Shared) -> Option<EmptyOffer> {
    let board = &shared.board;
    if board.count() > 0 || !board.has_answer {
        return None;
    }
    if board.filter.is_on() {
        let words = board.filter.words();
        // Where everything is held there is no more to be found.
        let is_whole = board.keyword.is_empty() && board.sync.complete().is_some();
        let words = (!words.is_empty() && !is_whole).then_some(EmptyOffer::Words(words));
        return typed_id(&board.filter.text).map(EmptyOffer::Task).or(words);
    }
    // As long as it is searched nothing can be said.
    typed_id(&board.keyword).filter(|_| board.sync.complete().is_some()).map(EmptyOffer::Task)
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
            shared.board.keyword = words;
            read_anew(shared)
        }
    }
}
