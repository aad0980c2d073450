//! The line in which a filter is typed, in place of the message.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

use crate::app::State;
use crate::app::board::offer::{EmptyOffer, offer};
use crate::app::filter::FilterLine;
use crate::domain::text;
use crate::keymap::{Action, Scope};
use crate::theme::Theme;

use super::cells::put;
use super::text_field;

/// Draws the slash, the text, and at the right how many rows pass or what is not understood.
pub(super) fn render(
    state: &State,
    filter: &FilterLine,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    Clear.render(area, buf);
    let board = &state.board;
    let (words, style) = match &board.filter.problem {
        Some(problem) => (format!("! {}", text::clean(problem)), theme.danger()),
        None if let Some(offer) = offer(state) => {
            (offered(state, &offer, usize::from(area.width / 2).saturating_sub(2)), theme.accent())
        }
        None => (format!("shows {} of {}", board.count(), board.in_range()), theme.muted()),
    };
    let x = put(buf, area.x, area.y, area.width, " /", theme.accent());
    // Half of the line at least belongs to the text.
    let most = area.width / 2;
    let right = u16::try_from(text::width(&words)).unwrap_or(u16::MAX).min(most.saturating_sub(2));
    let start = area.right().saturating_sub(right + 1);
    put(buf, start, area.y, right, &words, style);
    let field = Rect { x, width: start.saturating_sub(x + 1), ..area };
    text_field::line(&filter.entry, true, theme, field, buf)
}

/// What Enter does where no row passes, as far as there is room.
fn offered(state: &State, offer: &EmptyOffer, room: usize) -> String {
    let key = state.key(Scope::Filter, Action::KeepFilter);
    let [long, short, shortest] = offer.wordings();
    let ways =
        [format!("no row · {key} {long}"), format!("no row · {key} {short}"), format!("{key} {short}")];
    let fitting = ways.into_iter().find(|words| text::width(words) <= room);
    fitting.unwrap_or_else(|| format!("{key} {shortest}"))
}
