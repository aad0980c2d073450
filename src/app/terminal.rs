//! What the terminal says of itself. It decides nothing: views take the theme that fits it.

/// An answer of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalAnswer {
    /// Its background.
    Background {
        /// Whether dark text is to stand on it.
        is_light: bool,
    },
}

/// What is known of the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TerminalTraits {
    /// Whether its background is a light one; `None` until it has said so.
    pub is_light: Option<bool>,
}

impl TerminalTraits {
    pub(super) fn learn(&mut self, answer: TerminalAnswer) {
        match answer {
            TerminalAnswer::Background { is_light } => self.is_light = Some(is_light),
        }
    }
}
