//! What the terminal says of itself. It decides nothing: views take the theme and the emoji that fit it.

/// An answer of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalAnswer {
    /// Its background.
    Background {
        /// Whether dark text is to stand on it.
        is_light: bool,
    },
    /// Whether it shows characters that are joined, such as those of a family, as one.
    ShowsJoined(bool),
}

/// What is known of the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TerminalTraits {
    /// Whether its background is a light one; `None` until it has said so.
    pub is_light: Option<bool>,
    /// Whether it shows joined characters as one.
    pub shows_joined: bool,
}

impl TerminalTraits {
    pub(super) fn learn(&mut self, answer: TerminalAnswer) {
        match answer {
            TerminalAnswer::Background { is_light } => self.is_light = Some(is_light),
            TerminalAnswer::ShowsJoined(shows) => self.shows_joined = shows,
        }
    }
}
