//! The mouse: what stands where it points, and what a press or its wheel means there. It selects and scrolls,
//! and runs what a hint names; it confirms nothing.

use ratatui::layout::{Position, Rect};

use crate::keymap::{Action, Key};

use super::board::hit::{self, TableHit};
use super::hints::hints;
use super::layer::Layer;
use super::mouse::{Mouse, MouseKind};
use super::state::State;

/// What a press or the wheel means where it points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PointedAt {
    /// Nothing.
    Nothing,
    /// What a key of the layer on top means, so many times.
    Layer(Action, usize),
    /// Lines of the detail, up or down.
    Detail(Action),
    /// The keys go to the detail pane.
    FocusDetail,
    /// Rows of the table, up or down.
    Table(Action),
    /// Something on the table.
    OnTable(TableHit),
    /// The row of the list on top that the wheel chooses.
    Wheel(usize),
    /// A row of the list on top.
    Row(usize),
    /// A hint: its key.
    Hint(Key),
}

/// Lines that one step of the wheel moves a text by.
pub(super) const LINES: usize = 3;

/// What it means; with a review on top only its wheel means something (U2).
pub(super) fn meaning(state: &State, mouse: Mouse) -> PointedAt {
    let wheel = match mouse.kind {
        MouseKind::Press => return pressed(state, mouse.position),
        MouseKind::WheelUp => Action::Up,
        MouseKind::WheelDown => Action::Down,
    };
    let Some(areas) = state.areas() else { return PointedAt::Nothing };
    match state.layers.last() {
        Some(Layer::Detail) => PointedAt::Detail(wheel),
        Some(Layer::Review(_) | Layer::Help(_) | Layer::Call(_)) => PointedAt::Layer(wheel, LINES),
        Some(
            Layer::Sort(_)
            | Layer::Menu(_)
            | Layer::Copy(_)
            | Layer::Drafts(_)
            | Layer::Bucket(_)
            | Layer::Stop(_)
            | Layer::Calls(_)
            | Layer::Profiles(_),
        ) => PointedAt::Layer(wheel, 1),
        Some(Layer::Overview(_)) => PointedAt::Layer(wheel, LINES),
        Some(Layer::Timeline(_)) => {
            let along = if wheel == Action::Up { Action::Earlier } else { Action::Later };
            PointedAt::Layer(along, 1)
        }
        Some(palette @ Layer::Palette(_)) => {
            // Its arrow up also recalls what was run before: nobody means that by the wheel.
            palette.wheel_row(state, wheel == Action::Up).map_or(PointedAt::Nothing, PointedAt::Wheel)
        }
        // To go to another field under somebody who types would put words where they do not belong.
        Some(Layer::Form(_) | Layer::Find(_)) => PointedAt::Nothing,
        Some(Layer::Filter(_)) | None => {
            let is_on = |area: Rect| area.contains(mouse.position);
            match areas.detail {
                Some(pane) if is_on(pane) => PointedAt::Detail(wheel),
                _ if is_on(areas.table) => PointedAt::Table(wheel),
                _ => PointedAt::Nothing,
            }
        }
    }
}

fn pressed(state: &State, position: Position) -> PointedAt {
    let Some(areas) = state.areas() else { return PointedAt::Nothing };
    if matches!(state.layers.last(), Some(Layer::Review(_))) {
        return PointedAt::Nothing;
    }
    if areas.hint.contains(position) {
        let hint = hints(state, areas.hint).into_iter().find(|hint| hint.area.contains(position));
        let key = hint.and_then(|hint| hint.binding.keys.first().copied());
        return key.map_or(PointedAt::Nothing, PointedAt::Hint);
    }
    if let Some(layer) = state.layers.last() {
        let row = layer.row_at(state, position);
        return row.map_or(PointedAt::Nothing, PointedAt::Row);
    }
    match areas.detail {
        Some(pane) if pane.contains(position) => PointedAt::FocusDetail,
        _ => hit::at(state, position).map_or(PointedAt::Nothing, PointedAt::OnTable),
    }
}

#[cfg(test)]
mod tests;
