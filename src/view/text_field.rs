//! A text field of one line, with its cursor in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::text_field::TextField;
use crate::domain::text;
use crate::theme::Theme;

use super::cells::put;

/// Draws the field on one line; with `focused` its cursor too, and the text scrolled so far that
/// the cursor is in sight.
pub(super) fn line(entry: &TextField, focused: bool, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let whole = entry.text();
    if !focused {
        put(buf, area.x, area.y, area.width, &text::clean(&whole), theme.plain());
        return;
    }
    let (shown, column) = around(&whole, entry.cursor().1, usize::from(area.width));
    cursor_line(&shown, column, theme, area, buf);
    if entry.is_selected() {
        selected(area, buf);
    }
}

/// Shows that the next thing typed takes the place of the whole text of a line.
pub(super) fn selected(area: Rect, buf: &mut Buffer) {
    let is_text = |x: &u16| buf.cell((*x, area.y)).is_some_and(|cell| cell.symbol() != " ");
    let Some(last) = (area.x..area.right()).rev().find(is_text) else { return };
    let text = Rect { width: last + 1 - area.x, height: 1, ..area };
    buf.set_style(text, Style::new().add_modifier(Modifier::REVERSED));
}

/// Characters that may share a cell before the rest of a line is not looked at.
pub(super) const CHARS_PER_CELL: usize = 4;

/// The piece of a line around its cursor that can be seen in so many cells, safe to print, and the
/// cursor's column in it.
pub(super) fn around(line: &str, column: usize, cells: usize) -> (String, usize) {
    let reach = cells * CHARS_PER_CELL + 1;
    let skipped = column.saturating_sub(reach);
    let before: String = line.chars().skip(skipped).take(column - skipped).collect();
    let behind: String = line.chars().skip(column).take(reach).collect();
    let (before, behind) = (text::clean(&before), text::clean(&behind));
    (format!("{before}{behind}"), before.chars().count())
}

/// Draws one line of a text with its cursor at a column, counted in characters.
pub(super) fn cursor_line(whole: &str, column: usize, theme: &Theme, area: Rect, buf: &mut Buffer) {
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
