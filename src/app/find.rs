//! The form of a server-side find: keyword and range. It costs a call, and says so.

use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;

use crate::domain::query::Range;
use crate::domain::{Zone, when};
use crate::keymap::{Action, Scope};

use super::board::range::{ask_anew, set_range};
use super::next::{Go, Next};
use super::shared::Shared;
use super::text_field::TextField;

/// The fields of the form, in order.
pub const FIELDS: [(&str, &str); 3] = [
    ("Keyword", "in title or text, any letter case; empty finds all"),
    ("From", "e.g. today 00:00, 2026-11-15 00:00, -7d"),
    ("To", "e.g. tomorrow 23:59, +23d; as long a range as the service takes"),
];

/// The form.
#[derive(Clone, Debug)]
pub struct Find {
    /// Keyword, from, to.
    pub entries: [TextField; 3],
    /// Which has the keys.
    pub focus: usize,
    /// What is wrong, by field.
    pub problem: Option<(usize, String)>,
    /// What it opened with.
    before: [String; 3],
}

/// Bytes of each field: the documents name no limit for a keyword.
const LONGEST: [usize; 3] = [256, 128, 128];

impl Find {
    /// The form with what was typed when it was left by Esc, else with what is asked now.
    pub(super) fn open(shared: &mut Shared) -> Self {
        let query = &shared.board.query;
        let before = [
            query.keyword.clone(),
            when::editable(query.range.begin, shared.zone),
            when::editable(query.range.end, shared.zone),
        ];
        let left = shared.drafts.find.take();
        let [keyword, from, to] = left.as_ref().unwrap_or(&before);
        let [of_keyword, of_from, of_to] = LONGEST;
        // What was typed goes on; what stands there anyway makes room for what is typed.
        let field = |text: &str, most| {
            let field = TextField::line(text).at_most(most);
            if left.is_some() { field } else { field.prefilled() }
        };
        let entries = [field(keyword, of_keyword), field(from, of_from), field(to, of_to)];
        if left.is_some() {
            shared.say("your last input is restored · ctrl-u empties a field");
        }
        Self { entries, focus: 0, problem: None, before }
    }

    /// A key in the form.
    pub(super) fn on_key(&mut self, shared: &mut Shared, event: KeyEvent, action: Option<Action>) -> Next {
        let (now, zone) = (shared.server_now(), shared.zone);
        match action {
            Some(Action::Back) => {
                let typed = self.entries.each_ref().map(TextField::text);
                if typed != self.before {
                    shared.drafts.find = Some(typed);
                    let key = shared.key(Scope::Tasks, Action::Find);
                    shared.say(format!("nothing was searched · {key} restores what was typed"));
                }
                return Next::close();
            }
            Some(Action::NextField) => self.focus = (self.focus + 1) % FIELDS.len(),
            Some(Action::PreviousField) => self.focus = (self.focus + FIELDS.len() - 1) % FIELDS.len(),
            Some(Action::Ask) => match read(self, now, zone) {
                Ok((keyword, range)) => {
                    shared.board.query.keyword = keyword;
                    set_range(shared, range);
                    return Next { effects: ask_anew(shared), go: Go::Close };
                }
                Err(problem) => {
                    self.focus = problem.0;
                    self.problem = Some(problem);
                }
            },
            _ => {
                let changed = self.entries.get_mut(self.focus).is_some_and(|entry| entry.key(event));
                self.check(shared, changed);
            }
        }
        Next::stay()
    }

    /// A paste into the field that has the keys.
    pub(super) fn on_paste(&mut self, shared: &mut Shared, pasted: &str) {
        let changed = self.entries.get_mut(self.focus).is_some_and(|entry| entry.paste(pasted));
        self.check(shared, changed);
    }

    /// Reads what was typed anew, and says what the field did not take.
    fn check(&mut self, shared: &mut Shared, changed: bool) {
        if changed {
            self.problem = read(self, shared.server_now(), shared.zone).err();
        }
        shared.say_left_out(self.entries.get(self.focus).and_then(TextField::left_out));
    }
}

fn read(find: &Find, now: DateTime<Utc>, zone: Zone) -> Result<(String, Range), (usize, String)> {
    let [keyword, begin, end] = &find.entries;
    let begin = time(&begin.text(), now, zone).map_err(|why| (1, why))?;
    let end = time(&end.text(), now, zone).map_err(|why| (2, why))?;
    if begin > end {
        return Err((2, "is before From".to_owned()));
    }
    Ok((keyword.text().trim().to_owned(), Range { begin, end }))
}

/// A time entry; `-7d` looks back.
fn time(text: &str, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, String> {
    if let Some(back) = text.trim().strip_prefix('-') {
        let ahead = when::parse(&format!("+{back}"), now, zone).map_err(|problem| problem.words())?;
        return now.checked_sub_signed(ahead - when::whole(now)).ok_or_else(|| "is too far back".to_owned());
    }
    when::parse(text, now, zone).map_err(|problem| problem.words())
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;
    use crate::app::Layer;
    use crate::app::Message;
    use crate::app::State;
    use crate::app::testing::{board, feed, key, typed};

    fn texts(state: &State) -> [String; 3] {
        let Some(Layer::Find(find)) = state.layers.last() else { panic!("no find") };
        find.entries.each_ref().map(TextField::text)
    }

    #[test]
    fn esc_asks_nothing_and_loses_no_text() {
        let mut state = board((120, 40));
        feed(&mut state, typed("f30 j sale"));
        feed(&mut state, [key(KeyCode::Tab), key(KeyCode::End)]);
        feed(&mut state, typed(" UTC"));
        let left = texts(&state);
        assert_eq!(left[0], "30 j sale", "digits and letters of keys are text");
        assert!(feed(&mut state, [key(KeyCode::Esc)]).is_empty());
        assert!(state.layers.is_empty() && state.board.query.keyword.is_empty());
        feed(&mut state, typed("f"));
        assert_eq!(texts(&state), left);
        // What is asked needs no bringing back.
        assert!(!feed(&mut state, [key(KeyCode::Enter)]).is_empty());
        feed(&mut state, typed("f"));
        feed(&mut state, [key(KeyCode::Esc)]);
        assert_eq!(state.drafts.find, None);
    }

    #[test]
    fn a_paste_is_checked_as_keys_are_and_a_large_one_is_cut_and_said() {
        let mut state = board((120, 40));
        feed(&mut state, [typed("f"), vec![Message::Pasted("sale ".repeat(1 << 18))]].concat());
        assert_eq!(texts(&state)[0].len(), 256);
        let words = state.note.as_ref().map_or("", |note| note.text.as_str());
        assert!(words.starts_with("cut at 256 bytes: "), "{words}");
        feed(&mut state, [key(KeyCode::Tab), Message::Pasted("soon".to_owned())]);
        let Some(Layer::Find(find)) = state.layers.last() else { panic!("no find") };
        assert_eq!(find.problem.as_ref().map(|(field, _)| *field), Some(1));
    }
}
