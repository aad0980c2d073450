//! A text field of one line, with its cursor in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::entry::Entry;
use crate::domain::text;
use crate::theme::Theme;

use super::put;

/// Draws the field on one line; with `focused` its cursor too, and the text scrolled so far that
/// the cursor is in sight.
pub fn line(entry: &Entry, focused: bool, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let whole = entry.text();
    let whole = text::clean(&whole);
    if !focused {
        put(buf, area.x, area.y, area.width, &whole, theme.plain());
        return;
    }
    cursor_line(&whole, entry.cursor().1, theme, area, buf);
}

/// Draws one line of a text with its cursor at a column, counted in characters.
pub fn cursor_line(whole: &str, column: usize, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let before: String = whole.chars().take(column).collect();
    let room = usize::from(area.width);
    // The cursor stands on a cell of its own, also behind the last character.
    let hidden = (text::width(&before) + 2).saturating_sub(room);
    let mut skipped = 0;
    let mut shown = String::new();
    for grapheme in whole.graphemes(true) {
        if skipped < hidden {
            skipped += text::width(grapheme);
        } else {
            shown.push_str(grapheme);
        }
    }
    buf.set_stringn(area.x, area.y, &shown, room, theme.plain());
    let cursor = u16::try_from(text::width(&before).saturating_sub(skipped)).unwrap_or(u16::MAX);
    let cursor = Position::new(area.x.saturating_add(cursor).min(area.right() - 1), area.y);
    if let Some(cell) = buf.cell_mut(cursor) {
        cell.modifier.insert(Modifier::REVERSED);
    }
}
