//! The menu of what can be copied.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::copy::{CopyMenu, ITEMS, name};
use crate::domain::text;
use crate::keymap::Scope;
use crate::theme::Theme;

use super::cells::put;
use super::overlay::overlay;

/// Room of the names before their texts.
const NAME: u16 = 12;

/// Draws a row for everything that can be copied, with its key, and what it is or why there is none.
pub(super) fn render(state: &State, menu: &CopyMenu, theme: &Theme, buf: &mut Buffer) {
    let rows = menu.rows(state);
    overlay(&format!("Copy of #{}", menu.task.id), rows.frame, buf, theme);
    let area = rows.area;
    for (y, (i, item)) in (area.y..area.bottom()).zip(ITEMS.into_iter().enumerate().skip(rows.top)) {
        let chosen = i == menu.at;
        let offer = menu.offer(state, item);
        let style = if offer.is_ok() { theme.plain() } else { theme.muted() };
        let room = |x: u16| area.right().saturating_sub(x);
        let x = put(buf, area.x, y, area.width, if chosen { "▸ " } else { "  " }, theme.accent());
        let key = state.setup.keys.key(Scope::Copy, item);
        let x = put(buf, x, y, room(x), &format!("{key}  "), theme.accent());
        let label = text::pad(name(item).unwrap_or_default(), usize::from(NAME));
        let x = put(buf, x, y, room(x), &label, style);
        let words = offer.unwrap_or_else(|why| why);
        put(buf, x, y, room(x), &words, theme.muted());
        if chosen {
            buf.set_style(Rect { y, height: 1, ..area }, theme.selected());
        }
    }
}
