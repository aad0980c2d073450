//! The last line: what just happened, or which keys do what here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::domain::text;
use crate::keymap::{self, Action, Binding};
use crate::theme::Theme;

use super::put;

/// Draws the note while there is one, else the keys of where the operator is.
pub fn render(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let room = area.width.saturating_sub(2);
    let Some(note) = &state.note else {
        keys(state, theme, Rect { x: area.x + 1, width: room, ..area }, buf);
        return;
    };
    let words = text::clean(&note.text);
    if note.bad {
        put(buf, area.x + 1, area.y, room, &format!("! {words}"), theme.danger());
    } else {
        put(buf, area.x + 1, area.y, room, &words, theme.plain());
    }
}

/// Draws as many keys as fit, each whole; the one for help has its place kept.
pub(super) fn keys(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let takes_text = state.layers.last().is_some_and(crate::app::Layer::takes_text);
    let bindings = state.scopes().into_iter().flat_map(keymap::of_scope).filter(|binding| binding.hinted);
    // In a text field `?` is text.
    let bindings: Vec<&Binding> =
        bindings.filter(|binding| !(takes_text && binding.action == Action::Help)).collect();
    let (help, others): (Vec<&Binding>, Vec<&Binding>) =
        bindings.into_iter().partition(|binding| binding.action == Action::Help);
    let kept: u16 = help.iter().map(|binding| length(binding)).sum();
    let mut x = area.x;
    for binding in others {
        if x + length(binding) + kept > area.right() + 2 {
            break;
        }
        x = one(binding, x, area, theme, buf);
    }
    for binding in help {
        x = one(binding, x, area, theme, buf);
    }
}

/// Cells that a key, its word and the gap behind them take.
fn length(binding: &Binding) -> u16 {
    let cells = text::width(&label(binding)) + 1 + text::width(binding.action.hint()) + 2;
    u16::try_from(cells).unwrap_or(u16::MAX)
}

fn label(binding: &Binding) -> String {
    binding.keys.first().map(|key| key.label()).unwrap_or_default()
}

fn one(binding: &Binding, x: u16, area: Rect, theme: &Theme, buf: &mut Buffer) -> u16 {
    let room = |x: u16| area.right().saturating_sub(x);
    let x = put(buf, x, area.y, room(x), &label(binding), theme.accent());
    let x = put(
        buf,
        x.saturating_add(1),
        area.y,
        room(x.saturating_add(1)),
        binding.action.hint(),
        theme.muted(),
    );
    x.saturating_add(2)
}
