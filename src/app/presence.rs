//! Whether somebody is there, as far as the terminal tells, and what was done with the mouse last.

use std::time::Duration;

use crate::domain::TaskId;
use crate::keymap::Scope;

use super::request::Moment;

/// Two presses this near to each other are one double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// What was pressed. It is known by what it is, not by where it stands: rows may have moved between two presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    /// A task of the table.
    Task(TaskId),
    /// A row of a list.
    Row(Scope, usize),
}

/// Whether somebody is there.
#[derive(Clone, Debug)]
pub struct Presence {
    /// Whether the terminal has the keyboard, as far as it tells.
    pub is_focused: bool,
    /// Whether this app is on the screen; others may be open beside it.
    pub is_on_screen: bool,
    /// Whether the mouse is reported; else the terminal selects text with it.
    pub mouse: bool,
    /// The time between refreshes when the last answer came.
    pub(super) answered_pace: Duration,
    /// When the program was to stop for a while, until it is known whether it did.
    pub(super) stopped_at: Option<Moment>,
    /// What was pressed last, and when.
    last_press: Option<(Duration, Pressed)>,
}

impl Presence {
    /// At the start, when somebody has just typed the command.
    pub(super) fn new(mouse: bool, pace: Duration) -> Self {
        Self {
            is_focused: true,
            is_on_screen: true,
            mouse,
            answered_pace: pace,
            stopped_at: None,
            last_press: None,
        }
    }

    /// Whether somebody can see what changes.
    pub(super) fn is_looked_at(&self) -> bool {
        self.is_focused && self.is_on_screen
    }

    /// Whether a press is the second one of a double click; keeps in mind what was pressed.
    pub(super) fn is_second(&mut self, now: Duration, pressed: Pressed) -> bool {
        let last = self.last_press.take();
        let is_second = last.is_some_and(|(at, before)| before == pressed && now <= at + DOUBLE);
        // A third press begins anew.
        self.last_press = (!is_second).then_some((now, pressed));
        is_second
    }
}
