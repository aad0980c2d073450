//! The local filter of loaded rows: typed terms and plain words, all of which must fit.
//!
//! It asks nothing of the server and is drawn differently from a find, which does.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Scope};

use crate::domain::{Filter, TaskId};

use super::board::offer::{offer, take_up};
use super::board::rows::{scroll_to, select, set_filter};
use super::next::{Go, Next};
use super::shared::Shared;
use super::text_field::TextField;

pub mod saved;
pub mod tabs;

/// The line in which a filter is typed; it takes effect while typing.
#[derive(Clone, Debug)]
pub struct FilterLine {
    /// The text field.
    pub entry: TextField,
    /// The filter to go back to on Esc.
    before: Filter,
    /// The task that was selected then, and the one that was shown in spite of that filter.
    selected: (Option<TaskId>, Option<TaskId>),
    /// The first row on the screen then.
    top: usize,
    /// Which of the kept filters was recalled, the newest being 0, and what was typed before.
    recalled: Option<(usize, String)>,
}

/// Time went on, or the zone is another one: a filter that names a day may mean another day by now.
pub fn renew(shared: &mut Shared) {
    let renewed = shared.board.filter.renewed(shared.zone, shared.server_now());
    if let Some(filter) = renewed {
        set_filter(shared, filter);
    }
}

/// Bytes of a filter.
const LONGEST: usize = 256;

impl FilterLine {
    /// The line, with what was typed when it was left by Esc, else with the filter that is on.
    pub(super) fn open(shared: &mut Shared) -> Self {
        let before = shared.board.filter.clone();
        let selected = (shared.board.selected, shared.board.shown_anyway);
        let top = shared.board.top;
        let left = shared.drafts.filter.take();
        let entry = TextField::line(left.as_deref().unwrap_or(&before.text)).at_most(LONGEST);
        if let Some(text) = left {
            let filter = shared.read_filter(&text);
            set_filter(shared, filter);
            shared.say("your last input is restored · ctrl-u empties the line");
        }
        Self { entry, before, selected, top, recalled: None }
    }

    /// A key in the line.
    pub(super) fn on_key(&mut self, shared: &mut Shared, event: KeyEvent, action: Option<Action>) -> Next {
        match action {
            Some(Action::KeepFilter) => return self.keep(shared),
            Some(Action::EarlierFilter) => self.recall(shared, true),
            Some(Action::LaterFilter) => self.recall(shared, false),
            Some(Action::Back) => {
                let typed = self.entry.text();
                if typed != self.before.text && !typed.trim().is_empty() {
                    shared.drafts.filter = Some(typed);
                    let key = shared.key(Scope::Tasks, Action::Filter);
                    shared.say(format!("the filter is unchanged · {key} restores what was typed"));
                }
                set_filter(shared, self.before.clone());
                select(shared, self.selected);
                scroll_to(shared, self.top);
                return Next::close();
            }
            _ => {
                if self.entry.key(event) {
                    self.recalled = None;
                    self.apply(shared);
                }
                shared.say_left_out(self.entry.left_out());
            }
        }
        Next::stay()
    }

    /// What is typed holds at once.
    fn apply(&self, shared: &mut Shared) {
        let filter = shared.read_filter(&self.entry.text());
        set_filter(shared, filter);
    }

    /// The arrows: through the filters that were kept, and back to what was typed.
    fn recall(&mut self, shared: &mut Shared, earlier: bool) {
        let typed = self.entry.text();
        let next = match (&self.recalled, earlier) {
            // The newest one may be what stands there already.
            (None, true) => (0..2).find(|at| shared.filters.line(*at).is_some_and(|line| line != typed)),
            (Some((at, _)), true) => Some(at + 1),
            (Some((at, _)), false) => at.checked_sub(1),
            (None, false) => return,
        };
        let text = match (next, self.recalled.take()) {
            (Some(at), before) => {
                let typed = before.as_ref().map_or(typed, |(_, typed)| typed.clone());
                let Some(line) = shared.filters.line(at) else {
                    self.recalled = before;
                    return;
                };
                self.recalled = Some((at, typed));
                line.to_owned()
            }
            (None, Some((_, typed))) => typed,
            (None, None) => return,
        };
        self.entry = TextField::line(&text).at_most(LONGEST);
        self.apply(shared);
    }

    /// Enter: the filter stays. Where it leaves no row, what was typed may be a task, or stand on another page.
    fn keep(&self, shared: &mut Shared) -> Next {
        let text = self.entry.text();
        if !text.trim().is_empty() {
            shared.filters.record(text.trim());
        }
        if let Some(offer) = offer(shared) {
            let effects = take_up(shared, offer, self.before.clone());
            return Next { effects, go: Go::Close };
        }
        if shared.board.count() == 0 {
            // Without the filter it is there again.
            select(shared, (self.selected.0, None));
        }
        Next::close()
    }

    /// A paste into the line.
    pub(super) fn on_paste(&mut self, shared: &mut Shared, pasted: &str) {
        self.entry.paste(pasted);
        self.recalled = None;
        self.apply(shared);
        shared.say_left_out(self.entry.left_out());
    }
}

#[cfg(test)]
mod tests;
