//! The detail pane: where it stands, what of the task is shown, how far it is scrolled.

use super::super::frame::Placement;

/// How the task is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ViewMode {
    /// In words, with the phone.
    #[default]
    Task,
    /// As the service gave it.
    Json,
}

/// The detail pane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Where the operator wants it.
    pub placement: Placement,
    /// Whether the pane has the keys.
    pub focused: bool,
    /// What of the task is shown.
    pub mode: ViewMode,
    /// Lines scrolled off the top.
    pub scroll: u16,
}

impl Detail {
    /// Another task was selected: its text begins at its beginning.
    pub fn rewind(&mut self) {
        self.scroll = 0;
    }
}
