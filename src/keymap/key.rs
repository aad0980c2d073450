//! One key: what a terminal reports, and how hints, help and the config write it.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that is none of these is written as it is")]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::text;

/// One key with its modifiers. Shift is part of the character, not a modifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The key.
    pub code: KeyCode,
    /// Control and Alt.
    pub mods: KeyModifiers,
}

impl Key {
    pub(super) const fn plain(code: KeyCode) -> Self {
        Self { code, mods: KeyModifiers::NONE }
    }

    pub(super) const fn char(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }

    pub(super) const fn ctrl(c: char) -> Self {
        Self { code: KeyCode::Char(c), mods: KeyModifiers::CONTROL }
    }

    /// As terminals report it, with the differences between them taken out.
    pub(super) fn of(event: &KeyEvent) -> Self {
        let kept = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        match event.code {
            // Some terminals report shift-tab as a shifted tab.
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Self::plain(KeyCode::BackTab),
            KeyCode::Char(c) if kept.contains(KeyModifiers::CONTROL) => {
                Self { code: KeyCode::Char(c.to_ascii_lowercase()), mods: kept }
            }
            code => Self { code, mods: kept },
        }
    }

    /// The event of its press.
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.mods)
    }

    /// Whether it is text where text is taken.
    pub fn is_printable(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.mods.is_empty()
    }

    /// As help and hints write it.
    pub fn label(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "space".to_owned(),
            KeyCode::Char(c) => c.to_string(),
            KeyCode::F(number) => format!("F{number}"),
            code => NAMES
                .iter()
                .find(|(known, ..)| *known == code)
                .map_or_else(|| format!("{code:?}"), |(_, name, _)| (*name).to_owned()),
        };
        let ctrl = if self.mods.contains(KeyModifiers::CONTROL) { "ctrl-" } else { "" };
        let alt = if self.mods.contains(KeyModifiers::ALT) { "alt-" } else { "" };
        format!("{ctrl}{alt}{name}")
    }
}

impl Key {
    /// A key as the config writes it: as [`Self::label`] does, or by a name that a keyboard has on it.
    ///
    /// # Errors
    /// Why no terminal sends this key by itself, and what to write instead.
    pub fn read(written: &str) -> Result<Self, String> {
        let (mut mods, mut has_shift, mut name) = (KeyModifiers::NONE, false, written);
        while let Some((before, rest)) = name.split_once('-').filter(|(_, rest)| !rest.is_empty()) {
            match before.to_ascii_lowercase().as_str() {
                "ctrl" => mods |= KeyModifiers::CONTROL,
                "alt" => mods |= KeyModifiers::ALT,
                "shift" => has_shift = true,
                _ => return Err(unknown(written)),
            }
            name = rest;
        }
        if mods == KeyModifiers::CONTROL | KeyModifiers::ALT {
            return Err("write ctrl- or alt- before a key, not both: few terminals send both".to_owned());
        }
        let lower = name.to_lowercase();
        let mut chars = name.chars();
        let code = match (named(&lower), chars.next(), chars.next()) {
            (Some(code), ..) => code,
            (None, Some(c), None) => return character(c, mods, has_shift),
            _ if lower == "space" => return character(' ', mods, has_shift),
            _ => return Err(unknown(written)),
        };
        match code {
            KeyCode::Tab if has_shift && mods.is_empty() => Ok(Self::plain(KeyCode::BackTab)),
            _ if has_shift => {
                Err("shift counts only with Tab: write shift-Tab, or a capital letter".to_owned())
            }
            KeyCode::Enter | KeyCode::Esc | KeyCode::Tab | KeyCode::BackTab | KeyCode::Backspace
                if !mods.is_empty() =>
            {
                let plain = Self::plain(code).label();
                Err(format!("most terminals send plain {plain} for it; take another key"))
            }
            code => Ok(Self { code, mods }),
        }
    }
}

/// A key that is one character.
fn character(c: char, mods: KeyModifiers, has_shift: bool) -> Result<Key, String> {
    let is_text =
        (c == ' ' || !c.is_whitespace()) && !text::acts(c) && text::width(c.encode_utf8(&mut [0; 4])) > 0;
    if !is_text {
        return Err("this is no character that a key types".to_owned());
    }
    if has_shift {
        return Err(format!("shift is part of the character: write \"{}\"", c.to_uppercase()));
    }
    if mods.is_empty() {
        return Ok(Key::char(c));
    }
    let lower = c.to_ascii_lowercase();
    if mods == KeyModifiers::ALT {
        // The others begin what a terminal sends for function keys and answers.
        let is_sent = c.is_ascii_alphanumeric() && !"OPX".contains(c);
        return if is_sent {
            Ok(Key { code: KeyCode::Char(c), mods })
        } else {
            Err("alt- goes with letters and digits, but for O, P and X; take another key".to_owned())
        };
    }
    let same = match lower {
        'i' => Some("Tab"),
        'm' => Some("Enter"),
        '[' => Some("Esc"),
        _ => None,
    };
    match same {
        Some(same) => {
            Err(format!("for a terminal it is the same key as {same}; write {same}, or take another"))
        }
        None if lower.is_ascii_lowercase() || " \\".contains(lower) => Ok(Key::ctrl(lower)),
        None => Err("ctrl- goes with the letters a to z; few terminals send it with others".to_owned()),
    }
}

/// The key with this name in small letters.
fn named(lower: &str) -> Option<KeyCode> {
    if let Some(number) = lower.strip_prefix('f').and_then(|number| number.parse().ok()) {
        return (1..=12).contains(&number).then_some(KeyCode::F(number));
    }
    let is_it = |(_, shown, others): &&(KeyCode, &str, &[&str])| {
        shown.to_lowercase() == lower || others.contains(&lower)
    };
    NAMES.iter().find(is_it).map(|(code, ..)| *code)
}

/// What to say of a name that is none.
fn unknown(written: &str) -> String {
    let shown: Vec<&str> = NAMES.iter().map(|(_, shown, _)| *shown).chain(["space"]).collect();
    let lower: Vec<String> = shown.iter().map(|name| name.to_lowercase()).collect();
    let near = text::nearest(written, lower.iter().map(String::as_str));
    let near = near.and_then(|near| shown.iter().find(|name| name.to_lowercase() == near));
    let advice = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
    let list = shown.join(", ");
    format!("no key has this name{advice} Write a character, or F1 to F12, {list}; before it ctrl- or alt-")
}

/// The keys that have a name: as it is shown, and how else it may be written.
const NAMES: [(KeyCode, &str, &[&str]); 15] = [
    (KeyCode::Enter, "Enter", &["return"]),
    (KeyCode::Esc, "Esc", &["escape"]),
    (KeyCode::Tab, "Tab", &[]),
    (KeyCode::BackTab, "shift-Tab", &["backtab"]),
    (KeyCode::Up, "↑", &["up"]),
    (KeyCode::Down, "↓", &["down"]),
    (KeyCode::Left, "←", &["left"]),
    (KeyCode::Right, "→", &["right"]),
    (KeyCode::PageUp, "PgUp", &["pageup"]),
    (KeyCode::PageDown, "PgDn", &["pagedown", "pgdown"]),
    (KeyCode::Home, "Home", &[]),
    (KeyCode::End, "End", &[]),
    (KeyCode::Insert, "Insert", &["ins"]),
    (KeyCode::Delete, "Delete", &["del"]),
    (KeyCode::Backspace, "Backspace", &[]),
];
