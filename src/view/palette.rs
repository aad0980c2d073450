//! The palette: a line to type in, and the actions that fit.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::State;
use crate::app::palette::Palette;
use crate::domain::text;
use crate::theme::Theme;

use super::cells::put;
use super::overlay::overlay;
use super::text_field;

/// Room of the names before their texts.
const NAME: u16 = 16;
/// Room of the keys behind them.
const KEYS: u16 = 12;
/// The least room in which what an action does is worth saying.
const HELP: u16 = 20;

/// Draws the line and the actions below it, the chosen one in sight.
pub(super) fn render(state: &State, palette: &Palette, theme: &Theme, buf: &mut Buffer) -> Option<Position> {
    let offers = palette.offers(&state.setup.keys, &state.history);
    let rows = palette.rows(state);
    let inner = overlay("Do", rows.frame, buf, theme);
    if inner.is_empty() {
        return None;
    }
    let x = put(buf, inner.x, inner.y, inner.width, ": ", theme.accent());
    let beside = Rect { x, width: inner.right().saturating_sub(x), height: 1, ..inner };
    let cursor = text_field::line(&palette.entry, true, theme, beside, buf);
    let list = rows.area;
    if let Some(id) = palette.task()
        && !list.is_empty()
    {
        let x = put(buf, list.x, list.y, list.width, "▸ ", theme.accent());
        let room = list.right().saturating_sub(x);
        put(buf, x, list.y, room, &format!("go to task #{id}, asked for if it is not loaded"), theme.plain());
        buf.set_style(Rect { height: 1, ..list }, theme.selected());
    } else if offers.is_empty() && !list.is_empty() {
        put(buf, list.x, list.y, list.width, "no action here has that name", theme.muted());
    }
    for (y, (i, binding)) in (list.y..list.bottom()).zip(offers.iter().enumerate().skip(rows.top)) {
        let pointer = if i == palette.at { "▸ " } else { "  " };
        let x = put(buf, list.x, y, list.width, pointer, theme.accent());
        let room = list.right().saturating_sub(x);
        put(buf, x, y, room, &text::pad(&binding.action.name(), usize::from(NAME)), theme.plain());
        let x = x.saturating_add(NAME);
        let room = list.right().saturating_sub(x).saturating_sub(KEYS);
        // A few letters of a sentence help nobody.
        if room >= HELP {
            put(buf, x, y, room, binding.action.help(), theme.muted());
        }
        let keys = binding.labels();
        let width = u16::try_from(text::width(keys)).unwrap_or(0).min(KEYS);
        put(buf, list.right().saturating_sub(width), y, width, keys, theme.accent());
        if i == palette.at {
            buf.set_style(Rect { y, height: 1, ..list }, theme.selected());
        }
    }
    cursor
}
