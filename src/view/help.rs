//! The help page: every key, from the key table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::help::{HelpLine, HelpPage, longest_scroll, page_area};
use crate::theme::Theme;

use super::cells::put;
use super::overlay::overlay;

/// Room of the keys before their texts.
const KEYS: u16 = 15;

/// Draws the page, in two columns where beside is room.
pub(super) fn render(state: &State, page: &HelpPage, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (place, count) = page_area(state.size);
    let longest = longest_scroll(page, &state.setup.keys, state.size);
    let title = if longest > 0 { "Help · j k scroll" } else { "Help" };
    let inner = overlay(title, place.intersection(area), buf, theme);
    let columns = page.columns(&state.setup.keys, count);
    let width = inner.width / u16::try_from(count).unwrap_or(1).max(1);
    let scroll = usize::from(page.scroll.min(longest));
    for (column, x) in columns.iter().zip((inner.x..inner.right()).step_by(usize::from(width.max(1)))) {
        for (y, line) in (inner.y..inner.bottom()).zip(column.iter().skip(scroll)) {
            let room = width.saturating_sub(1);
            match line {
                HelpLine::Heading(scope) => {
                    put(buf, x, y, room, scope.title(), theme.bold());
                }
                HelpLine::Keys(binding) => {
                    put(buf, x, y, KEYS.min(room), binding.labels(), theme.accent());
                    let beside = x.saturating_add(KEYS);
                    put(buf, beside, y, room.saturating_sub(KEYS), binding.action.help(), theme.plain());
                }
                HelpLine::Blank => {}
            }
        }
    }
}
