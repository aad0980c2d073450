//! The form of a server-side find: keyword and range. It costs a call, and says so.

use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;

use crate::domain::query::Range;
use crate::domain::{Zone, when};
use crate::keymap::{Action, Scope};

use super::board::range::{read_anew, set_range};
use super::next::{Go, Next};
use super::shared::Shared;
use super::text_field::TextField;

/// The fields of the form, in order.
pub const FIELDS: [(&str, &str); 3] = [
    ("Keyword", "in title or text, any letter case, or a TaskID; empty finds all"),
    ("From", "next week, last night, mon, 15 nov, today 9:00, -7d"),
    ("To", "fri, tomorrow 23:59, +23d; a long range is read in pieces"),
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
        let board = &shared.board;
        let before = [
            board.keyword.clone(),
            when::editable(board.range.begin, shared.zone),
            when::editable(board.range.end, shared.zone),
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
                    shared.board.keyword = keyword;
                    set_range(shared, range);
                    return Next { effects: read_anew(shared), go: Go::Close };
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
    let begin = find.entry_range(1, now, zone)?;
    // A week in From is the whole range, until somebody says another end.
    let range = if find.takes_both_ends(now, zone) {
        begin
    } else {
        Range { begin: begin.begin, end: find.entry_range(2, now, zone)?.end }
    };
    if range.begin > range.end {
        return Err((2, "is before From".to_owned()));
    }
    let [keyword, ..] = &find.entries;
    Ok((keyword.text().trim().to_owned(), range))
}

impl Find {
    /// What a time field says, a moment being a range that ends as it begins.
    fn entry_range(&self, field: usize, now: DateTime<Utc>, zone: Zone) -> Result<Range, (usize, String)> {
        let entry = self.entries.get(field).map(TextField::text).unwrap_or_default();
        when::parse_range(&entry, now, zone).map_err(|problem| (field, problem.words()))
    }

    /// Whether From names both ends: a week, a day, a night; and nobody has typed another end.
    pub fn takes_both_ends(&self, now: DateTime<Utc>, zone: Zone) -> bool {
        let [_, _, to] = &self.entries;
        let [_, _, to_before] = &self.before;
        let names_both = self.entry_range(1, now, zone).is_ok_and(|range| range.begin != range.end);
        names_both && to.text() == *to_before
    }

    /// Whether something is wrong with a field.
    pub fn has_problem(&self, field: usize) -> bool {
        self.problem.as_ref().is_some_and(|(at, _)| *at == field)
    }

    /// What a time field was understood as, and the same in short; `None` for the keyword, and while it is not
    /// understood.
    pub fn echo(&self, field: usize, now: DateTime<Utc>, zone: Zone) -> Option<[String; 2]> {
        if field == 0 {
            return None;
        }
        let both = self.takes_both_ends(now, zone);
        if field == 2 && both {
            let words = ["From names both ends; type another end here", "From names both ends"];
            return Some(words.map(str::to_owned));
        }
        let range = self.entry_range(field, now, zone).ok()?;
        let at = if field == 1 { range.begin } else { range.end };
        if field == 1 && both {
            return Some([when::range(range, zone, now), when::range_in_short(range, zone, now)]);
        }
        let stamp = when::stamp(at, zone, now);
        Some([format!("{stamp} · {}", when::from_now(at, now)), stamp])
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;
    use crate::app::Effect;
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
        assert!(state.layers.is_empty() && state.board.keyword.is_empty());
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

    /// What a find asks for, as it is written beside the field.
    fn asked(effects: &[Effect], state: &State) -> String {
        let Some(Effect::Sync { wanted, .. }) = effects.last() else { panic!("{effects:?}") };
        format!("{:?} {}", wanted.keyword, when::range(wanted.range, state.zone, state.server_now()))
    }

    #[test]
    fn all_of_next_week_with_a_word_takes_three_keys() {
        let mut state = board((120, 40));
        let mut keys = 0;
        let mut press = |state: &mut State, code| {
            keys += 1;
            feed(state, [key(code)])
        };
        press(&mut state, KeyCode::Char('f'));
        feed(&mut state, typed("sale"));
        press(&mut state, KeyCode::Tab);
        feed(&mut state, typed("next week"));
        let effects = press(&mut state, KeyCode::Enter);
        assert_eq!(asked(&effects, &state), "\"sale\" Mon 23 Nov 00:00:00 → Sun 29 Nov 23:59:59 +08");
        assert_eq!(keys, 3);
    }

    #[test]
    fn a_range_in_from_holds_until_another_end_is_typed() {
        let mut state = board((120, 40));
        feed(&mut state, [typed("f"), vec![key(KeyCode::Tab)], typed("mon")].concat());
        let (now, zone) = (state.server_now(), state.zone);
        let echoes = |state: &State| {
            let Some(Layer::Find(find)) = state.layers.last() else { panic!("no find") };
            [1, 2].map(|field| find.echo(field, now, zone).unwrap_or_default()[0].clone())
        };
        assert_eq!(
            echoes(&state),
            ["Mon 23 Nov 00:00:00 → Mon 23 Nov 23:59:59 +08", "From names both ends; type another end here"]
        );
        feed(&mut state, [vec![key(KeyCode::Tab)], typed("wed")].concat());
        assert_eq!(
            echoes(&state),
            ["Mon 23 Nov 00:00:00 +08 · in 1d 09h", "Wed 25 Nov 23:59:59 +08 · in 4d 09h"]
        );
        let effects = feed(&mut state, [key(KeyCode::Enter)]);
        assert_eq!(asked(&effects, &state), "\"\" Mon 23 Nov 00:00:00 → Wed 25 Nov 23:59:59 +08");
        // What is prefilled is what was asked; a moment in From leaves it alone.
        feed(&mut state, [typed("f"), vec![key(KeyCode::Tab)], typed("-7d")].concat());
        let effects = feed(&mut state, [key(KeyCode::Enter)]);
        assert_eq!(asked(&effects, &state), "\"\" Sat 14 Nov 14:03:22 → Wed 25 Nov 23:59:59 +08");
    }

    #[test]
    fn what_could_be_two_ranges_is_refused_and_nothing_is_asked() {
        let mut state = board((120, 40));
        for (from, says) in [
            ("sat", "that could be Sat 21 Nov or Sat 28 Nov: type one of them"),
            ("7d", "later or earlier? type +7d or -7d"),
            ("+40d", "is before From"),
        ] {
            feed(&mut state, [typed("f"), vec![key(KeyCode::Tab)], typed(from)].concat());
            assert!(feed(&mut state, [key(KeyCode::Enter)]).is_empty());
            let Some(Layer::Find(find)) = state.layers.last() else { panic!("no find") };
            assert_eq!(find.problem.as_ref().map(|(_, words)| words.as_str()), Some(says));
            feed(&mut state, [key(KeyCode::Esc)]);
            state.drafts.find = None;
        }
    }
}
