//! The detail of the selected task: gives the lines that `app` composed their look.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::detail::{ViewMode, lines};
use crate::app::frame::inside;
use crate::app::{Layer, State};
use crate::theme::Theme;

use super::cells::{self, put, style_of};

/// Draws the pane, or the whole body when the detail lies over it.
pub fn render(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let has_keys = match state.layers.last() {
        None => state.detail.focused,
        Some(layer) => matches!(layer, Layer::Detail),
    };
    let border = if has_keys { theme.accent() } else { theme.muted() };
    let room = inside(area);
    let text = lines::lines(state, usize::from(room.width));
    let height = usize::from(room.height);
    let scroll = usize::from(state.detail.scroll).min(text.len().saturating_sub(height));
    cells::border(&title(state), border, area, buf);
    if text.len() > height {
        let shown = format!(" {}–{} of {} ", scroll + 1, scroll + height, text.len());
        cells::foot(&shown, true, border, area, buf);
    }
    for (y, line) in (room.y..room.bottom()).zip(text.iter().skip(scroll)) {
        let mut x = room.x;
        for part in line {
            x = put(buf, x, y, room.right().saturating_sub(x), &part.text, style_of(part.tone, theme));
        }
    }
}

fn title(state: &State) -> String {
    let Some(task) = state.selected() else { return " Detail ".to_owned() };
    match state.detail.mode {
        ViewMode::Task => format!(" #{} ", task.id),
        ViewMode::Json => format!(" #{} · JSON ", task.id),
    }
}
