//! The last line: what just happened, or which keys do what here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::app::State;
use crate::domain::text;
use crate::keymap::{self, Action, Binding};
use crate::theme::Theme;

use super::put;

/// Draws the keys of where the operator is, unless there is a note to be read.
pub fn render(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if state.note.is_none() {
        keys(state, theme, Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, buf);
    }
}

/// Draws the note while there is one; it is laid over everything. A long one takes the line above,
/// too, where only borders stand.
pub fn note(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(note) = &state.note else { return };
    let words = text::clean(&note.text);
    let (words, style) =
        if note.bad { (format!("! {words}"), theme.danger()) } else { (words.into_owned(), theme.plain()) };
    let room = area.width.saturating_sub(2);
    let mut lines = text::wrap(&words, usize::from(room)).into_iter();
    let Some(first) = lines.next() else { return };
    let rest = lines.collect::<Vec<_>>().join(" ");
    Clear.render(area, buf);
    if !rest.is_empty() {
        let above = Rect { y: area.y.saturating_sub(1), ..area };
        Clear.render(above, buf);
        put(buf, area.x + 1, above.y, room, &first, style);
        put(buf, area.x + 1, area.y, room, &rest, style);
        return;
    }
    put(buf, area.x + 1, area.y, room, &first, style);
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
