//! The local filter of loaded rows: typed terms and plain words, all of which must fit.
//!
//! It asks nothing of the server and is drawn differently from a find, which does.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Scope};

use super::board::ask::set_filter;
use super::next::Next;
use super::shared::Shared;
use super::text_field::TextField;

pub mod terms;

pub use terms::Filter;

/// The line in which a filter is typed; it takes effect while typing.
#[derive(Clone, Debug)]
pub struct FilterLine {
    /// The text field.
    pub entry: TextField,
    /// The filter to go back to on Esc.
    before: Filter,
}

/// Bytes of a filter.
const LONGEST: usize = 256;

impl FilterLine {
    /// The line, with what was typed when it was left by Esc, else with the filter that is on.
    pub(super) fn open(shared: &mut Shared) -> Self {
        let before = shared.board.filter.clone();
        let left = shared.drafts.filter.take();
        let entry = TextField::line(left.as_deref().unwrap_or(&before.text)).at_most(LONGEST);
        if let Some(text) = left {
            set_filter(shared, Filter::read(&text));
            shared.say("your last input is restored · ctrl-u empties the line");
        }
        Self { entry, before }
    }

    /// A key in the line.
    pub(super) fn on_key(&mut self, shared: &mut Shared, event: KeyEvent, action: Option<Action>) -> Next {
        match action {
            Some(Action::KeepFilter) => return Next::close(),
            Some(Action::Back) => {
                let typed = self.entry.text();
                if typed != self.before.text && !typed.trim().is_empty() {
                    shared.drafts.filter = Some(typed);
                    let key = shared.key(Scope::Tasks, Action::Filter);
                    shared.say(format!("the filter is unchanged · {key} restores what was typed"));
                }
                set_filter(shared, self.before.clone());
                return Next::close();
            }
            _ => {
                if self.entry.key(event) {
                    set_filter(shared, Filter::read(&self.entry.text()));
                }
                shared.say_left_out(self.entry.left_out());
            }
        }
        Next::stay()
    }

    /// A paste into the line.
    pub(super) fn on_paste(&mut self, shared: &mut Shared, pasted: &str) {
        self.entry.paste(pasted);
        set_filter(shared, Filter::read(&self.entry.text()));
        shared.say_left_out(self.entry.left_out());
    }
}
