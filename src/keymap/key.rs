//! One key: what a terminal reports, and how hints, help and the config write it.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that is none of these is written as it is")]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

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
