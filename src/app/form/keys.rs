//! What the keys do in the form: move, choose, type.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::Kind;
use crate::domain::fields::{Field, Group};
use crate::keymap::Action;

use super::super::shared::Shared;
use super::super::text_field::breaks_line;
use super::fields::{self, FormField};
use super::model::{Form, Purpose};

/// The order in which ←/→ offers the types: the smallest audience first.
const KINDS: [Kind; 3] = [Kind::User, Kind::Tag, Kind::All];

/// A key in the form, but those that leave it; says whether it means something here.
pub(super) fn on_key(form: &mut Form, event: KeyEvent, action: Option<Action>) -> bool {
    match action {
        Some(Action::NextField) => step(form, 1),
        Some(Action::PreviousField) => step(form, -1),
        Some(Action::NextGroup) => step_group(form, true),
        Some(Action::PreviousGroup) => step_group(form, false),
        Some(Action::ToggleGroup) => toggle(form),
        Some(Action::NextChoice) if !form.focus.takes_text() => choose(form, true),
        Some(Action::PreviousChoice) if !form.focus.takes_text() => choose(form, false),
        _ => return typed(form, event),
    }
    true
}

/// A paste into the field that has the keys.
pub(in crate::app) fn on_paste(shared: &mut Shared, form: &mut Form, text: &str) {
    match form.focus {
        field if field.takes_text() => {
            let changed = form.entry.paste(text);
            form.take_entry(changed);
        }
        FormField::Kind | FormField::Time | FormField::Section(_) | FormField::Field(_) => {
            shared.drop_paste();
        }
    }
}

fn step(form: &mut Form, by: isize) {
    let fields = form.fields();
    let at = fields.iter().position(|field| *field == form.focus).unwrap_or(0);
    let count = fields.len();
    let next = at.checked_add_signed(by).map_or(count.saturating_sub(1), |next| next % count.max(1));
    if let Some(field) = fields.get(next) {
        form.go(*field);
    }
}

/// To the first place of the next stretch of the form, or of the one before.
fn step_group(form: &mut Form, forward: bool) {
    let mut starts: Vec<FormField> = Vec::new();
    for field in form.fields() {
        if starts.last().is_none_or(|last| last.stretch() != field.stretch()) {
            starts.push(field);
        }
    }
    let Some(at) = starts.iter().position(|field| field.stretch() == form.focus.stretch()) else { return };
    let next = if forward {
        (at + 1).min(starts.len().saturating_sub(1))
    } else if starts.get(at) == Some(&form.focus) {
        at.saturating_sub(1)
    } else {
        at
    };
    if let Some(field) = starts.get(next) {
        form.go(*field);
    }
}

/// Opens or folds the group that has the keys; outside of the folding ones, all of them.
fn toggle(form: &mut Form) {
    if matches!(form.purpose, Purpose::Time(_)) {
        return;
    }
    match form.focus.group().filter(|group| fields::folds(*group)) {
        Some(group) => fold_section(form, group, form.open.contains(&group)),
        None if form.open.len() < Group::ALL.iter().filter(|group| fields::folds(**group)).count() => {
            form.open = Group::ALL.into_iter().filter(|group| fields::folds(*group)).collect();
        }
        None => form.open.clear(),
    }
}

fn fold_section(form: &mut Form, group: Group, away: bool) {
    if away {
        form.open.retain(|open| *open != group);
        form.go(FormField::Section(group));
    } else if !form.open.contains(&group) {
        form.open.push(group);
    }
}

/// Opens a group and goes to its first field.
fn enter_section(form: &mut Form, group: Group) {
    fold_section(form, group, false);
    let first = fields::fields_of(group, form.draft.kind.as_ref()).next();
    if let Some(field) = first {
        form.go(FormField::Field(field));
    }
}

/// To the group beside this one, on the line of those that fold.
fn step_beside(form: &mut Form, forward: bool) {
    let by = if forward { 1 } else { -1 };
    let fields = form.fields();
    let at = fields.iter().position(|field| *field == form.focus);
    let beside = at.and_then(|at| fields.get(at.checked_add_signed(by)?));
    if let Some(field @ FormField::Section(_)) = beside {
        form.go(*field);
    }
}

/// The next or previous value of a place that has choices; empty is one of them.
fn choose(form: &mut Form, forward: bool) {
    let values: Vec<String> = match form.focus {
        FormField::Time => return,
        FormField::Section(_) => return step_beside(form, forward),
        FormField::Kind => KINDS.iter().map(|kind| kind.wire().to_owned()).collect(),
        FormField::Field(_) => {
            let named = form.focus.choices().into_iter().map(|(value, _)| value);
            std::iter::once(String::new()).chain(named).collect()
        }
    };
    let at = values.iter().position(|value| value == form.text(form.focus).trim());
    let count = values.len();
    let next = match (at, forward) {
        (None, true) => 0,
        (None, false) => count - 1,
        (Some(at), true) => (at + 1) % count,
        (Some(at), false) => (at + count - 1) % count,
    };
    let Some(value) = values.get(next) else { return };
    match form.focus {
        FormField::Kind => set_kind(form, Some(Kind::from_wire(value))),
        FormField::Time | FormField::Section(_) => {}
        FormField::Field(field) => put_choice(form, field, value.clone()),
    }
}

fn set_kind(form: &mut Form, kind: Option<Kind>) {
    form.draft.kind = kind;
    form.changed();
}

/// A key that is no action of the form; says whether it means something here.
fn typed(form: &mut Form, event: KeyEvent) -> bool {
    let plain = is_plain(&event);
    let (line, _) = form.entry.cursor();
    let last = form.entry.rows().len().saturating_sub(1);
    match event.code {
        KeyCode::Up if plain && line == 0 => step(form, -1),
        KeyCode::Down if plain && line == last => step(form, 1),
        _ if breaks_line(&event) && !form.entry.is_multiline() => match form.focus {
            FormField::Section(group) => enter_section(form, group),
            FormField::Kind | FormField::Time | FormField::Field(_) => step(form, 1),
        },
        _ if form.focus.takes_text() => {
            let changed = form.entry.key(event);
            form.take_entry(changed);
        }
        _ => return choose_typed(form, event),
    }
    true
}

fn is_plain(event: &KeyEvent) -> bool {
    !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
}

/// Chooses what begins with the character that was typed; a deletion chooses nothing. Says whether there is
/// something to choose by it.
fn choose_typed(form: &mut Form, event: KeyEvent) -> bool {
    let none = matches!(event.code, KeyCode::Backspace | KeyCode::Delete)
        || (event.code == KeyCode::Char('u') && event.modifiers == KeyModifiers::CONTROL);
    let typed = match event.code {
        KeyCode::Char(c) if is_plain(&event) => Some(c),
        _ => None,
    };
    match form.focus {
        FormField::Section(_) | FormField::Time => return false,
        FormField::Kind => match typed {
            Some('u') => set_kind(form, Some(Kind::User)),
            Some('t') => set_kind(form, Some(Kind::Tag)),
            Some('a') => set_kind(form, Some(Kind::All)),
            _ if none => set_kind(form, None),
            _ => return false,
        },
        FormField::Field(field) => {
            let found = typed.and_then(|c| value_of(form, c));
            let Some(value) = found.or(none.then(String::new)) else { return false };
            put_choice(form, field, value);
        }
    }
    true
}

/// The value whose name or meaning begins with a character; of several the one behind the chosen one.
fn value_of(form: &Form, c: char) -> Option<String> {
    let begins = |words: &str| words.chars().next().is_some_and(|first| first.eq_ignore_ascii_case(&c));
    let choices = form.focus.choices().into_iter();
    let found: Vec<String> =
        choices.filter(|(value, means)| begins(value) || begins(means)).map(|(value, _)| value).collect();
    let chosen = form.text(form.focus);
    let behind = found.iter().position(|value| value == chosen).and_then(|at| found.get(at + 1));
    behind.or(found.first()).cloned()
}

fn put_choice(form: &mut Form, field: &'static Field, value: String) {
    form.draft.put(field.path, value);
    form.load_entry();
    form.changed();
}
