//! The detail of the selected task: where it stands, what of it is shown, how far it is scrolled.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an action or key that means nothing here does nothing here"
)]

use crate::keymap::Action;

use super::effect::Effect;
use super::frame::Placement;
use super::state::{Layer, State};

/// Which face of the task is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Face {
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
    pub face: Face,
    /// Lines scrolled off the top; the view stops at the end of the text.
    pub scroll: u16,
}

impl Detail {
    /// Another task was selected: its text begins at its beginning.
    pub fn rewind(&mut self) {
        self.scroll = 0;
    }
}

/// Moves the pane: right, below, off, and back to where there is room.
pub fn move_pane(state: &mut State) {
    let next = match state.detail.placement {
        Placement::Auto => match state.areas().and_then(|areas| areas.detail) {
            Some(detail) if detail.x > 0 => Placement::Below,
            Some(_) => Placement::Off,
            None => Placement::Right,
        },
        Placement::Right => Placement::Below,
        Placement::Below => Placement::Off,
        Placement::Off => Placement::Auto,
    };
    state.detail.placement = next;
    if state.areas().is_some_and(|areas| areas.detail.is_none()) {
        state.detail.focused = false;
        if next != Placement::Off {
            state.say("no room for the detail pane at this size; Enter shows the details");
        }
    }
}

/// A key in the detail, in the pane or on the whole body.
pub fn on_action(state: &mut State, action: Action) -> Vec<Effect> {
    let screenful = state.areas().map_or(1, |areas| areas.table.height.saturating_sub(3).max(1));
    let detail = &mut state.detail;
    match action {
        Action::Down => detail.scroll = detail.scroll.saturating_add(1),
        Action::Up => detail.scroll = detail.scroll.saturating_sub(1),
        Action::PageDown => detail.scroll = detail.scroll.saturating_add(screenful),
        Action::PageUp => detail.scroll = detail.scroll.saturating_sub(screenful),
        Action::HalfDown => detail.scroll = detail.scroll.saturating_add(screenful / 2),
        Action::HalfUp => detail.scroll = detail.scroll.saturating_sub(screenful / 2),
        Action::First => detail.scroll = 0,
        Action::Last => detail.scroll = u16::MAX,
        Action::NextView => {
            detail.scroll = 0;
            detail.face = match detail.face {
                Face::Task => Face::Json,
                Face::Json => Face::Task,
            };
        }
        Action::Open => {
            if state.layers.is_empty() {
                state.layers.push(Layer::Detail);
            }
        }
        Action::Back | Action::Close | Action::SwitchPane => {
            if state.layers.pop().is_none() {
                state.detail.focused = false;
            }
        }
        _ => return super::board::on_task_action(state, action),
    }
    // The view knows how long the text is and reports nothing back (I2); the scroll is kept within
    // the text here, by the same count of lines.
    state.detail.scroll = state.detail.scroll.min(super::detail::longest_scroll(state));
    Vec::new()
}

/// The farthest scroll that makes sense: the lines of the text as JSON bound both faces.
pub fn longest_scroll(state: &State) -> u16 {
    let lines = state.selected().map_or(0, |task| {
        serde_json::to_string_pretty(&task.raw).map_or(0, |text| text.lines().count() + text.len() / 30)
    });
    u16::try_from(lines + 40).unwrap_or(u16::MAX)
}
