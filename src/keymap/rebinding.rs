//! The keys of the config over those that are built in, and what is refused.
//!
//! Whatever is accepted keeps the rules: nothing is confirmed by a key of the table and no small letter
//! cancels (U1, U2), `d`, `x` and what belongs to terminals keep their meaning (U3), where text is typed
//! every printable key is text (U5), Esc goes back (U6), and from every screen a key leads on.

#![expect(clippy::wildcard_enum_match_arm, reason = "of most keys and actions there is nothing to say")]

use crossterm::event::{KeyCode, KeyModifiers};

use crate::config::{ActionKeys, ConfigError, Origin, ScopeKeys, Sourced, advice, told};

use super::{Action, KEYMAP, Key, Keymap, Row, Scope};

/// A row of the table with keys of which some may be the config's.
struct Bound {
    scope: Scope,
    action: Action,
    keys: Vec<(Key, Option<Origin>)>,
    hinted: bool,
}

/// What was found wrong so far.
type Faults = Vec<(Origin, String)>;

impl Keymap {
    /// The table with the keys of the config in place of its own.
    ///
    /// # Errors
    /// Everything that is wrong with them, each with its line.
    pub fn with(written: &[ScopeKeys]) -> Result<Self, ConfigError> {
        let mut faults = Faults::new();
        let built_in = |row: &Row| Bound {
            scope: row.scope,
            action: row.action,
            keys: row.keys.iter().map(|key| (*key, None)).collect(),
            hinted: row.hinted,
        };
        let mut table: Vec<Bound> = KEYMAP.iter().map(built_in).collect();
        for ScopeKeys { scope: name, actions } in written {
            let Some(scope) = Scope::ALL.into_iter().find(|scope| scope.name() == name.value) else {
                faults.push((name.origin.clone(), unknown_scope(&name.value)));
                continue;
            };
            for ActionKeys { action, keys } in actions {
                let at =
                    KEYMAP.iter().position(|row| row.scope == scope && row.action.name() == action.value);
                let Some((row, bound)) = at.and_then(|at| KEYMAP.get(at).zip(table.get_mut(at))) else {
                    faults.push((action.origin.clone(), unknown_action(scope, &action.value)));
                    continue;
                };
                let before = faults.len();
                bound.keys = read(row, keys, &mut faults);
                if faults.len() == before
                    && let Some(why) = leads_nowhere(bound)
                {
                    faults.push((action.origin.clone(), why));
                }
            }
        }
        clashes(&table, &mut faults);
        if !faults.is_empty() {
            return Err(ConfigError::of_all(faults));
        }
        let rows = table.into_iter().map(|Bound { scope, action, keys, hinted }| {
            (scope, action, keys.into_iter().map(|(key, _)| key).collect(), hinted)
        });
        Ok(Self::of(rows.collect()))
    }
}

fn unknown_scope(name: &str) -> String {
    let names = Scope::ALL.map(Scope::name);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    format!("there is no [keys.{}]{}", told(name), advice(name, &names))
}

fn unknown_action(scope: Scope, name: &str) -> String {
    let elsewhere: Vec<String> = KEYMAP
        .iter()
        .filter(|row| row.action.name() == name)
        .map(|row| format!("[keys.{}]", row.scope.name()))
        .collect();
    let here = scope.name();
    if !elsewhere.is_empty() {
        return format!("\"{name}\" is no action of [keys.{here}]; it belongs to {}", elsewhere.join(", "));
    }
    let names: Vec<String> =
        KEYMAP.iter().filter(|row| row.scope == scope).map(|row| row.action.name()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    format!("there is no action \"{}\" in [keys.{here}]{}", told(name), advice(name, &names))
}

/// The keys that the config gives to this row, without those that are refused.
fn read(row: &Row, keys: &[Sourced<String>], faults: &mut Faults) -> Vec<(Key, Option<Origin>)> {
    let mut found: Vec<(Key, Option<Origin>)> = Vec::new();
    for Sourced { value, origin } in keys {
        let refused = match Key::read(value) {
            Err(why) => Some(format!("\"{}\" cannot be bound: {why}", told(value))),
            Ok(key) if found.iter().any(|(other, _)| *other == key) => {
                Some(format!("\"{}\" stands twice for \"{}\"", key.label(), row.action.name()))
            }
            Ok(key) => {
                let why = refusal(row, key);
                if why.is_none() {
                    found.push((key, Some(origin.clone())));
                }
                why.map(|why| format!("\"{}\" cannot be \"{}\": {why}", key.label(), row.action.name()))
            }
        };
        faults.extend(refused.map(|words| (origin.clone(), words)));
    }
    found
}

/// Why a key may not do this, whatever else is bound; `None` when it may.
fn refusal(row: &Row, key: Key) -> Option<String> {
    let Row { scope, action, keys, .. } = row;
    if keys.contains(&key) {
        return None;
    }
    let here = scope.name();
    kept_for_others(*action, key).or_else(|| {
        if scope.takes_text() && key.is_printable() {
            return Some(format!("in [keys.{here}] it is text"));
        }
        if scope.takes_text() && key.code == KeyCode::Enter {
            return Some("Enter never confirms, and does there what it does in text".to_owned());
        }
        let counts_in_text = scope.takes_text() || *scope == Scope::Global;
        (counts_in_text && edits_text(key)).then(|| {
            let also = if scope.takes_text() { "there" } else { "where text is typed" };
            format!("it moves or edits {also}")
        })
    })
}

/// Why a key is not free for this action, in any scope.
fn kept_for_others(action: Action, key: Key) -> Option<String> {
    let ctrl = key.mods.contains(KeyModifiers::CONTROL);
    let why = match key.code {
        KeyCode::Char('a' | 'b' | 'h' | 'j' | 'k' | ' ' | '\\') if ctrl => {
            "it belongs to terminals, tmux or input methods"
        }
        KeyCode::Char('c') if ctrl && action != Action::Quit => "it is kept for \"quit\"",
        KeyCode::Char('z') if ctrl && action != Action::Suspend => "it is kept for \"suspend\"",
        KeyCode::Char('l') if ctrl && action != Action::Repaint => "it is kept for \"repaint\"",
        KeyCode::Esc if action != Action::Back && action != Action::Close => "it only ever goes back",
        KeyCode::Char('x') if key.is_printable() && action != Action::Menu => "x only ever opens a menu",
        KeyCode::Char('d') if key.is_printable() && action.takes_away() => "d never deletes",
        _ if action.takes_away() && !is_deliberate(key) => {
            "it takes something away: take a capital letter, a function key, Delete, or ctrl- with a letter"
        }
        _ => return None,
    };
    Some(why.to_owned())
}

/// Whether nobody presses it in passing (U1).
fn is_deliberate(key: Key) -> bool {
    match key.code {
        // Esc and a letter that follows it closely are the letter with alt.
        KeyCode::Char(c) if key.mods.is_empty() => c.is_uppercase(),
        KeyCode::Char(_) => key.mods == KeyModifiers::CONTROL,
        KeyCode::F(_) | KeyCode::Delete => true,
        _ => false,
    }
}

/// Whether a text field does something with it.
fn edits_text(key: Key) -> bool {
    match key.code {
        KeyCode::F(_) | KeyCode::Insert => false,
        KeyCode::Char(c) if key.mods.contains(KeyModifiers::CONTROL) => "defknpruvwxy".contains(c),
        KeyCode::Char(c) if key.mods.contains(KeyModifiers::ALT) => "bdfhnpv".contains(c),
        // What is text is said before.
        KeyCode::Char(_) => false,
        _ => true,
    }
}

/// Why these keys are too few: an action that nothing leads to, a screen that nothing leads out of.
fn leads_nowhere(bound: &Bound) -> Option<String> {
    let (scope, action) = (bound.scope, bound.action);
    if action == Action::Quit {
        let leaves_text = bound.keys.iter().any(|(key, _)| !key.is_printable());
        return (!leaves_text).then(|| {
            "\"quit\" needs a key that is no text, such as ctrl-c: it counts where text is typed, too"
                .to_owned()
        });
    }
    if !bound.keys.is_empty() {
        return None;
    }
    let name = action.name();
    match action {
        Action::Back => Some("\"back\" needs a key: without one nothing leads out of this screen".to_owned()),
        Action::Help | Action::Palette => Some(format!("\"{name}\" needs a key: by it the others are found")),
        _ if scope.takes_text() => Some(format!(
            "\"{name}\" needs a key: the palette cannot be opened in [keys.{}], where text is typed",
            scope.name()
        )),
        _ => None,
    }
}

/// Every key of the config that two actions have: in one scope, or there and everywhere.
fn clashes(table: &[Bound], faults: &mut Faults) {
    for (at, bound) in table.iter().enumerate() {
        for (key, origin) in &bound.keys {
            let Some(origin) = origin else { continue };
            let meets = |(other_at, other): &(usize, &Bound)| {
                let has = other.keys.iter().find(|(other_key, _)| other_key == key);
                // Of two keys of the config the later one in the table is named.
                has.is_some_and(|(_, of)| of.is_none() || *other_at < at)
                    && *other_at != at
                    && overlaps(bound, other, *key)
            };
            if let Some((_, other)) = table.iter().enumerate().find(meets) {
                faults.push((origin.clone(), clash(bound, other, *key)));
            }
        }
    }
}

/// Whether a key counts for both at the same time.
fn overlaps(one: &Bound, other: &Bound, key: Key) -> bool {
    let is_text = |bound: &Bound| bound.scope.takes_text() && key.is_printable();
    let is_everywhere = one.scope == Scope::Global || other.scope == Scope::Global;
    one.scope == other.scope || (is_everywhere && !is_text(one) && !is_text(other))
}

fn clash(bound: &Bound, other: &Bound, key: Key) -> String {
    let (key, action, taken) = (key.label(), bound.action.name(), other.action.name());
    let (here, there) = (bound.scope.name(), other.scope.name());
    let place = if here == there { "there".to_owned() } else { format!("in [keys.{there}]") };
    format!(
        "\"{key}\" cannot be \"{action}\" in [keys.{here}]: it is \"{taken}\" {place}; give one of them \
         another key"
    )
}
