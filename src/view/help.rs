//! The help page: every key, from the key table.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::State;
use crate::app::help::{HelpLine, HelpPage, page_area};
use crate::domain::text;
use crate::keymap::{Action, Scope};
use crate::theme::Theme;

use super::cells::put;
use super::overlay::{at_the_foot, overlay};
use super::text_field;

/// Room of the pointer.
const POINTER: u16 = 2;
/// Room of the keys before their texts, where a column is wide, and where it is not.
const KEYS: [u16; 2] = [13, 9];
/// From this width on a column is wide.
const WIDE: u16 = 40;

/// Draws the page, in two columns where beside is room; says where the cursor of a search stands.
pub(super) fn render(
    state: &State,
    page: &HelpPage,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let (place, count) = page_area(state);
    let place = place.intersection(area);
    let mut inner = overlay("Help", place, buf, theme);
    let cursor = page.search.as_ref().and_then(|search| {
        let line = Rect { height: inner.height.min(1), ..inner };
        inner = Rect { y: inner.y + line.height, height: inner.height - line.height, ..inner };
        let sign = format!("{} ", state.key(Scope::Help, Action::Search));
        let x = put(buf, line.x, line.y, line.width, &sign, theme.accent());
        text_field::line(search, true, theme, Rect { x, width: line.right().saturating_sub(x), ..line }, buf)
    });
    let columns = page.columns(&state.setup.keys, count);
    let room = page.room(state);
    let scroll = page.scroll(&columns, room);
    let width = inner.width / u16::try_from(count).unwrap_or(1).max(1);
    for (column, x) in columns.iter().zip((inner.x..inner.right()).step_by(usize::from(width.max(1)))) {
        for (y, line) in (inner.y..inner.bottom()).zip(column.iter().skip(scroll)) {
            let row = Rect { x, y, width: width.saturating_sub(1), height: 1 };
            one(line, page.at, theme, row, buf);
        }
    }
    let lines = columns.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    if lines == 0 {
        put(buf, inner.x, inner.y, inner.width, "no key and no action has these words", theme.muted());
    }
    let [_, text_room] = rooms(width.saturating_sub(1));
    let chosen = columns.iter().flatten().find_map(|line| match line {
        HelpLine::Keys(number, binding) if *number == page.at => Some(binding.action.help()),
        HelpLine::Keys(..) | HelpLine::Heading(_) | HelpLine::Blank => None,
    });
    if let Some(whole) = chosen.filter(|help| text::width(help) > usize::from(text_room)) {
        // What the column cuts off.
        let whole = text::cut(whole, usize::from(place.width.saturating_sub(6)));
        at_the_foot(&format!(" {whole} "), theme.plain(), place, buf);
    } else if lines > room {
        let last = (scroll + room).min(lines);
        at_the_foot(&format!(" {}–{last} of {lines} ", scroll + 1), theme.muted(), place, buf);
    }
    cursor
}

/// The room of the keys and of the texts beside them, of a column.
fn rooms(column: u16) -> [u16; 2] {
    let [wide, narrow] = KEYS;
    let keys = if column < WIDE { narrow } else { wide };
    [keys, column.saturating_sub(POINTER + keys)]
}

fn one(line: &HelpLine<'_>, chosen: usize, theme: &Theme, row: Rect, buf: &mut Buffer) {
    match line {
        HelpLine::Heading(scope) => {
            put(buf, row.x, row.y, row.width, scope.title(), theme.bold());
        }
        HelpLine::Keys(number, binding) => {
            let [keys, room] = rooms(row.width);
            let x = row.x.saturating_add(POINTER);
            let keys_room = row.width.saturating_sub(POINTER).min(keys).saturating_sub(1);
            put(buf, x, row.y, keys_room, binding.labels(), theme.accent());
            put(buf, x.saturating_add(keys), row.y, room, binding.action.help(), theme.plain());
            if *number == chosen {
                put(buf, row.x, row.y, row.width.min(1), "▸", theme.accent());
                buf.set_style(row, theme.selected());
            }
        }
        HelpLine::Blank => {}
    }
}
