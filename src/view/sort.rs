//! The picker of the order.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::sort::{CHOICES, SortPicker, words};
use crate::theme::Theme;

use super::cells::put;
use super::overlay::overlay;

/// Draws the orders, the chosen one marked as in the table, the one in use with a dot.
pub(super) fn render(state: &State, picker: SortPicker, theme: &Theme, buf: &mut Buffer) {
    let rows = picker.rows(state);
    let inner = overlay("Sort", rows.frame, buf, theme);
    for (y, (i, sort)) in (inner.y..inner.bottom()).zip(CHOICES.iter().enumerate().skip(rows.top)) {
        let chosen = i == picker.at;
        let in_use = *sort == state.board.sort;
        let pointer = if chosen { "▸ " } else { "  " };
        let x = put(buf, inner.x, y, inner.width, pointer, theme.accent());
        let room = inner.right().saturating_sub(x);
        let x = put(buf, x, y, room, words(*sort), theme.plain());
        if in_use {
            put(buf, x + 2, y, inner.right().saturating_sub(x + 2), "● now", theme.mark());
        }
        if chosen {
            buf.set_style(Rect { y, height: 1, ..inner }, theme.selected());
        }
    }
}
