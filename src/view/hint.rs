//! The last two lines: what just happened, and which keys do what here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::app::State;
use crate::app::hints::{Hint, hints};
use crate::domain::text;
use crate::keymap::{Action, Scope};
use crate::theme::Theme;

use super::cells::put;

/// Draws what just happened, else the oldest result that waits to be acknowledged; how many wait
/// stands at the right end either way. A message never covers the hints.
pub(super) fn message(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let line = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let key = state.key(Scope::Tasks, Action::Acknowledge);
    let waiting = match state.results.len() {
        0 => String::new(),
        1 => format!("{key} acknowledges"),
        more => format!("{key} acknowledges · {more} results"),
    };
    let kept = u16::try_from(text::width(&waiting)).unwrap_or(u16::MAX);
    let said = state.note.as_ref().map(|note| (&note.text, note.bad));
    let said = said.or_else(|| state.results.front().map(|result| (&result.words, result.bad)));
    let Some((words, bad)) = said else { return };
    Clear.render(area, buf);
    let words = text::clean(words);
    let (words, style) =
        if bad { (format!("! {words}"), theme.danger()) } else { (words.into_owned(), theme.plain()) };
    let gap = if kept > 0 { 2 } else { 0 };
    let room = line.width.saturating_sub(kept + gap);
    // Where there is hardly room the message counts for more than the key, which help names, too.
    let (room, kept) = if room < line.width / 2 { (line.width, 0) } else { (room, kept) };
    let mut lines = text::wrap(&words, usize::from(room)).into_iter();
    let first = lines.next().unwrap_or_default();
    let rest = lines.collect::<Vec<_>>().join(" ");
    let mut last = &first;
    if !rest.is_empty() {
        // A long one takes the line above, too, where only borders stand.
        let above = Rect { y: area.y.saturating_sub(1), ..area };
        Clear.render(above, buf);
        put(buf, line.x, above.y, line.width, &first, style);
        last = &rest;
    }
    put(buf, line.x, line.y, room, last, style);
    if kept > 0 {
        put(buf, line.right().saturating_sub(kept), line.y, kept, &waiting, theme.accent());
    }
}

/// Draws the hints where they stand.
pub(super) fn keys(state: &State, theme: &Theme, row: Rect, buf: &mut Buffer) {
    for Hint { binding, area } in hints(state, row) {
        let room = |x: u16| area.right().saturating_sub(x);
        let x = put(buf, area.x, area.y, area.width, binding.label(), theme.accent()).saturating_add(1);
        put(buf, x, area.y, room(x), binding.action.hint(), theme.muted());
    }
}
