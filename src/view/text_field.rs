//! A text field of one line, with its cursor in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::text_field::TextField;
use crate::domain::text;
use crate::theme::Theme;

use super::cells::{put, put_graphemes};

/// Draws the field on one line; with `focused` scrolled so far that its cursor is in sight, and says
/// where that stands.
pub(super) fn line(
    entry: &TextField,
    focused: bool,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let whole = entry.text();
    if !focused {
        put(buf, area.x, area.y, area.width, &text::clean(&whole), theme.plain());
        return None;
    }
    let (shown, column) = around(&whole, entry.cursor().1, usize::from(area.width));
    let cursor = cursor_line(&shown, column, theme, area, buf);
    if entry.is_selected() {
        selected(theme, area, buf);
    }
    cursor
}

/// Shows that the next thing typed takes the place of the whole text of a line.
pub(super) fn selected(theme: &Theme, area: Rect, buf: &mut Buffer) {
    let is_text = |x: &u16| buf.cell((*x, area.y)).is_some_and(|cell| cell.symbol() != " ");
    let Some(last) = (area.x..area.right()).rev().find(is_text) else { return };
    let text = Rect { width: last + 1 - area.x, height: 1, ..area };
    buf.set_style(text, theme.selected());
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

/// Draws one line of a text, scrolled so far that the column of its cursor, counted in characters, is in
/// sight; says where that is.
pub(super) fn cursor_line(
    whole: &str,
    column: usize,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let room = usize::from(area.width);
    let before = cells_before(whole, column);
    // The cursor stands on a cell of its own, also behind the last character, and what it stands on is seen whole.
    let on = whole.chars().skip(column).collect::<String>();
    let under = on.graphemes(true).next().map_or(1, text::width);
    let hidden = (before + under.max(2)).saturating_sub(room);
    let mut skipped = 0;
    let mut shown = String::new();
    for grapheme in whole.graphemes(true) {
        if skipped < hidden {
            skipped += text::width(grapheme);
        } else {
            shown.push_str(grapheme);
        }
    }
    put_graphemes(buf, (area.x, area.y), area.width, &shown, theme.plain());
    let cursor = u16::try_from(before.saturating_sub(skipped)).unwrap_or(u16::MAX);
    Some(Position::new(area.x.saturating_add(cursor).min(area.right() - 1), area.y))
}

/// Cells of a line before a column. What a reader takes for one character is not divided.
fn cells_before(whole: &str, column: usize) -> usize {
    let (mut chars, mut cells) = (0, 0);
    for grapheme in whole.graphemes(true) {
        chars += grapheme.chars().count();
        if chars > column {
            break;
        }
        cells += text::width(grapheme);
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Depth;

    const TEXTS: [&str; 8] = [
        "",
        "plain words of a title",
        "股票早报 · 今日行情与热点解读",
        "e\u{301}e\u{301}\u{323}n ế",
        "🔥🔥 sale 🇸🇬🇨🇳 !",
        "ที่นี่ क्षि 각",
        "שלום עולם 123 السلام عليكم",
        "a｡ﾊﾝｶｸ b",
    ];

    /// The line in a field of so many cells, with its cursor at a column.
    fn drawn(text: &str, column: usize, cells: u16) -> (Buffer, Position) {
        let mut buf = Buffer::empty(Rect::new(0, 0, cells + 2, 1));
        let area = Rect::new(1, 0, cells, 1);
        let (shown, column) = around(text, column, usize::from(cells));
        let cursor = cursor_line(&shown, column, &Theme::new(Depth::None), area, &mut buf);
        (buf, cursor.unwrap())
    }

    #[test]
    fn the_cursor_stands_on_the_character_that_it_is_before_at_every_width() {
        for text in TEXTS {
            let clean = text::clean(text);
            for cells in 5..=40 {
                let mut column = 0;
                for grapheme in clean.graphemes(true).map(Some).chain([None]) {
                    let (buf, cursor) = drawn(&clean, column, cells);
                    let at = format!("\"{text}\" at {column} in {cells} cells: {buf:?}");
                    assert!(cursor.x >= 1 && cursor.x <= cells, "{at}");
                    let on = buf[cursor].symbol().trim_end_matches(text::LEFT_TO_RIGHT);
                    assert_eq!(on, grapheme.unwrap_or(" "), "{at}");
                    assert!(buf[(0, 0)].symbol() == " " && buf[(cells + 1, 0)].symbol() == " ", "{at}");
                    column += grapheme.map_or(0, |grapheme| grapheme.chars().count());
                }
            }
        }
    }

    #[test]
    fn a_field_of_one_or_two_cells_keeps_its_cursor() {
        for text in TEXTS {
            for cells in 1..3 {
                for column in 0..=text.chars().count() {
                    let (_, cursor) = drawn(text, column, cells);
                    assert!(cursor.x >= 1 && cursor.x <= cells);
                }
            }
        }
    }

    #[test]
    fn within_what_a_reader_takes_for_one_character_the_cursor_stands_at_its_beginning() {
        assert_eq!(cells_before("ae\u{301}b", 2), 1);
        assert_eq!(cells_before("ae\u{301}b", 3), 2);
        assert_eq!(cells_before("早报", 1), 2);
    }
}
