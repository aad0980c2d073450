//! The menu of what can be done here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::menu::{ActionMenu, why_not};
use crate::domain::text;
use crate::theme::Theme;

use super::cells::put;
use super::overlay::overlay;

/// Room of the keys before their texts.
const KEY: u16 = 9;

/// Draws the actions, each with its key; one that cannot be done now is muted, with the reason.
pub(super) fn render(state: &State, menu: &ActionMenu, theme: &Theme, buf: &mut Buffer) {
    let rows = menu.rows(state);
    let task = state.selected().map(|task| format!(" · #{}", task.id)).unwrap_or_default();
    overlay(&format!("What can be done here{task}"), rows.frame, buf, theme);
    let area = rows.area;
    let items = menu.items(&state.setup.keys);
    for (y, (i, binding)) in (area.y..area.bottom()).zip(items.iter().enumerate().skip(rows.top)) {
        let chosen = i == menu.at;
        let why = why_not(state, binding.action);
        let room = |x: u16| area.right().saturating_sub(x);
        let x = put(buf, area.x, y, area.width, if chosen { "▸ " } else { "  " }, theme.accent());
        let key_style = if why.is_some() { theme.muted() } else { theme.accent() };
        let x = put(buf, x, y, room(x), &text::pad(binding.label(), usize::from(KEY)), key_style);
        let style = if why.is_some() { theme.muted() } else { theme.plain() };
        let words = match why {
            Some(why) => format!("{} · {why}", binding.action.hint()),
            None => binding.action.help().to_owned(),
        };
        put(buf, x, y, room(x), &words, style);
        if chosen {
            buf.set_style(Rect { y, height: 1, ..area }, theme.selected());
        }
    }
}
