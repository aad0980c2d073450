//! The form of a server-side find: keyword and range. It costs a call, and says so.

use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;

use crate::domain::query::Range;
use crate::domain::when;
use crate::keymap::Action;

use super::board;
use super::effect::Effect;
use super::entry::Entry;
use super::state::{Layer, State};

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
    pub entries: [Entry; 3],
    /// Which has the keys.
    pub focus: usize,
    /// What is wrong, by field.
    pub problem: Option<(usize, String)>,
}

/// Opens the form with what is asked now.
pub fn open(state: &mut State) {
    let query = &state.board.query;
    let entries = [
        Entry::line(&query.keyword),
        Entry::line(&when::editable(query.range.begin, state.zone)),
        Entry::line(&when::editable(query.range.end, state.zone)),
    ];
    state.layers.push(Layer::Find(Box::new(Find { entries, focus: 0, problem: None })));
}

/// A key in the form.
pub fn on_key(state: &mut State, event: KeyEvent, action: Option<Action>) -> Vec<Effect> {
    let (now, zone) = (state.server_now(), state.zone);
    let Some(Layer::Find(find)) = state.layers.last_mut() else { return Vec::new() };
    match action {
        Some(Action::Back) => {
            state.layers.pop();
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
        }
    }
    Vec::new()
}

/// A paste into the field that has the keys.
pub fn on_paste(state: &mut State, pasted: &str) {
    let Some(Layer::Find(find)) = state.layers.last_mut() else { return };
    if let Some(entry) = find.entries.get_mut(find.focus) {
        entry.paste(pasted);
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
