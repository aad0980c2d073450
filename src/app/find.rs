//! The form of a server-side find: keyword and range. It costs a call, and says so.

use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;

use crate::domain::query::Range;
use crate::domain::when;
use crate::keymap::Action;

use super::board;
use super::effect::Effect;
use super::state::{Layer, State};
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

/// Opens the form with what was typed when it was left by Esc, else with what is asked now.
pub fn open(state: &mut State) {
    let query = &state.board.query;
    let before = [
        query.keyword.clone(),
        when::editable(query.range.begin, state.zone),
        when::editable(query.range.end, state.zone),
    ];
    let left = state.drafts.find.take();
    let [keyword, from, to] = left.as_ref().unwrap_or(&before);
    let [of_keyword, of_from, of_to] = LONGEST;
    let entries = [
        TextField::line(keyword).at_most(of_keyword),
        TextField::line(from).at_most(of_from),
        TextField::line(to).at_most(of_to),
    ];
    state.layers.push(Layer::Find(Box::new(Find { entries, focus: 0, problem: None, before })));
    if left.is_some() {
        state.say("what was typed before is here again · ctrl-u empties a field");
    }
}

/// A key in the form.
pub fn on_key(state: &mut State, event: KeyEvent, action: Option<Action>) -> Vec<Effect> {
    let (now, zone) = (state.server_now(), state.zone);
    let Some(Layer::Find(find)) = state.layers.last_mut() else { return Vec::new() };
    match action {
        Some(Action::Back) => {
            let typed = find.entries.each_ref().map(TextField::text);
            let before = find.before.clone();
            state.layers.pop();
            if typed != before {
                state.drafts.find = Some(typed);
                state.say("nothing was asked · f brings back what was typed");
            }
        }
        Some(Action::NextField) => find.focus = (find.focus + 1) % FIELDS.len(),
        Some(Action::PreviousField) => find.focus = (find.focus + FIELDS.len() - 1) % FIELDS.len(),
        Some(Action::Ask) => match read(find, now, zone) {
            Ok((keyword, range)) => {
                state.layers.pop();
                state.board.query.keyword = keyword;
                board::set_range(state, range);
                return board::ask_anew(state);
            }
            Err(problem) => {
                find.focus = problem.0;
                find.problem = Some(problem);
            }
        },
        _ => {
            if let Some(entry) = find.entries.get_mut(find.focus)
                && entry.key(event)
            {
                find.problem = read(find, now, zone).err();
            }
            say_left_out(state);
        }
    }
    Vec::new()
}

/// A paste into the field that has the keys.
pub fn on_paste(state: &mut State, pasted: &str) {
    let (now, zone) = (state.server_now(), state.zone);
    let Some(Layer::Find(find)) = state.layers.last_mut() else { return };
    if let Some(entry) = find.entries.get_mut(find.focus)
        && entry.paste(pasted)
    {
        find.problem = read(find, now, zone).err();
    }
    say_left_out(state);
}

fn say_left_out(state: &mut State) {
    let Some(Layer::Find(find)) = state.layers.last() else { return };
    if let Some(left_out) = find.entries.get(find.focus).and_then(TextField::left_out) {
        state.warn(left_out.words());
    }
}

fn read(find: &Find, now: DateTime<Utc>, zone: chrono_tz::Tz) -> Result<(String, Range), (usize, String)> {
    let [keyword, begin, end] = &find.entries;
    let begin = time(&begin.text(), now, zone).map_err(|why| (1, why))?;
    let end = time(&end.text(), now, zone).map_err(|why| (2, why))?;
    if begin > end {
        return Err((2, "is before From".to_owned()));
    }
    Ok((keyword.text().trim().to_owned(), Range { begin, end }))
}

/// A time entry; `-7d` looks back.
fn time(text: &str, now: DateTime<Utc>, zone: chrono_tz::Tz) -> Result<DateTime<Utc>, String> {
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
    use crate::app::Message;
    use crate::app::testing::{board, feed, key, typed};

    fn texts(state: &State) -> [String; 3] {
        let Some(Layer::Find(find)) = state.layers.last() else { panic!("no find") };
        find.entries.each_ref().map(TextField::text)
    }

    #[test]
    fn esc_asks_nothing_and_loses_no_text() {
        let mut state = board((120, 40));
        feed(&mut state, typed("f30 j sale"));
        feed(&mut state, [key(KeyCode::Tab)]);
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
