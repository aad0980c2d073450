//! The row of hints: which keys it names, and where each stands, for a click on one does what its key does.

use ratatui::layout::Rect;

use crate::domain::text;
use crate::keymap::{Action, Binding, Scope};

use super::layer::Layer;
use super::state::State;

/// A hint, where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Hint<'k> {
    /// The key and what it does.
    pub binding: &'k Binding,
    /// The cells of both.
    pub area: Rect,
}

/// Cells between a key and its word, and behind it.
const GAPS: u16 = 3;

/// As many hints as fit on this row, each whole; the one for help has its room kept.
pub fn hints(state: &State, row: Rect) -> Vec<Hint<'_>> {
    let row = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
    let takes_text = state.layers.last().is_some_and(Layer::takes_text);
    let mut scopes = state.scopes();
    // Of a menu its own: those of the screen below are its rows.
    scopes.truncate(1);
    scopes.push(Scope::Global);
    let bindings = scopes.into_iter().flat_map(|scope| state.setup.keys.of_scope(scope));
    let bindings = bindings.filter(|binding| binding.hinted && !binding.keys.is_empty());
    // In a text field `?` is text.
    let bindings = bindings.filter(|binding| !(takes_text && binding.action == Action::Help));
    let (help, others): (Vec<&Binding>, Vec<&Binding>) =
        bindings.partition(|binding| binding.action == Action::Help);
    let kept: u16 = help.iter().map(|binding| length(binding)).sum();
    let mut x = row.x;
    let mut fits = |binding: &Binding, kept: u16| {
        let length = length(binding);
        let area = Rect { x, width: length - (GAPS - 1), height: 1, ..row };
        x = x.saturating_add(length);
        // Behind the last one no gap is needed.
        (x + kept <= row.right() + (GAPS - 1)).then_some(area)
    };
    let others = others.into_iter().map_while(|binding| Some(Hint { binding, area: fits(binding, kept)? }));
    let mut hints: Vec<Hint<'_>> = others.collect();
    let mut x = hints.last().map_or(row.x, |last| last.area.right() + (GAPS - 1));
    for binding in help {
        let width = (length(binding) - (GAPS - 1)).min(row.right().saturating_sub(x));
        hints.push(Hint { binding, area: Rect { x, width, height: 1, ..row } });
        x = x.saturating_add(length(binding));
    }
    hints
}

/// Cells that a key, its word and the gap behind them take.
fn length(binding: &Binding) -> u16 {
    let cells = text::width(binding.label()) + text::width(binding.action.hint());
    u16::try_from(cells).unwrap_or(u16::MAX - GAPS) + GAPS
}
