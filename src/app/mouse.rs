//! What is done with the mouse, as far as anybody wants to hear of it.

use ratatui::layout::Position;

/// What was done with the mouse, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What.
    pub kind: MouseKind,
    /// On which cell, which may be none of the screen.
    pub position: Position,
}

/// What was done with the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// Its left button was pressed.
    Press,
    /// Its wheel was turned away from the operator.
    WheelUp,
    /// Its wheel was turned towards the operator.
    WheelDown,
}
