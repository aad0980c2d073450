//! Which screens there are, and which one is shown: `[1 Tasks]  2 Timeline`.

use crate::app::{Layer, State};
use crate::keymap::{Action, Scope};
use crate::theme::Theme;

use super::cells::Segment;

/// The screens by their keys; the shown one stands in brackets. They leave a narrow line in one.
pub(super) fn screens(state: &State, theme: &Theme, leaves: u8) -> Vec<Segment> {
    let is_timeline = state.layers.iter().any(|layer| matches!(layer, Layer::Timeline(_)));
    let all = [(Action::Tasks, "Tasks", !is_timeline), (Action::Timeline, "Timeline", is_timeline)];
    let named = all.into_iter().enumerate().map(|(at, (action, name, is_shown))| {
        let key = state.key(Scope::Global, action);
        let gap = if at == 0 { "" } else { "  " };
        if is_shown {
            Segment::new(gap, format!("[{key} {name}]"), theme.bold(), leaves)
        } else {
            Segment::new(gap, format!("{key} {name}"), theme.muted(), leaves)
        }
    });
    named.collect()
}
