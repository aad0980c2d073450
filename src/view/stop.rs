//! What fires next: when, to whom and what, the nearest first.

use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::board::texts::who;
use crate::app::stop::{StopList, next};
use crate::domain::{Audience, Phase, Task, text, when};
use crate::theme::Theme;

use super::cells::put;
use super::overlay::overlay;

/// Room of the countdown.
const DUE: u16 = 9;
/// Room of the time.
const TIME: u16 = 24;
/// Room of the audience.
const WHO: u16 = 20;
/// Room of the longest mark of all, with a gap.
const EVERYONE: u16 = 11;
/// A title needs so much room beside the other columns, or the time leaves.
const TITLE: u16 = 16;

/// Draws the list, the chosen one in sight, or that there is nothing.
pub(super) fn render(state: &State, list: &StopList, theme: &Theme, buf: &mut Buffer) {
    let rows = list.rows(state);
    let inner = overlay("What fires next, nearest first", rows.frame, buf, theme);
    if inner.is_empty() {
        return;
    }
    let ids = next(state);
    if ids.is_empty() {
        put(buf, inner.x, inner.y, inner.width, "nothing is pending within 12 hours", theme.muted());
    }
    for (y, id) in (inner.y..inner.bottom()).zip(ids.iter().skip(rows.top)) {
        if let Some(task) = state.board.task(*id) {
            row(state, &task, list.is_chosen(*id), theme, Rect { y, height: 1, ..inner }, buf);
        }
    }
}

fn row(state: &State, task: &Task, chosen: bool, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let now = state.server_now();
    let phase = Phase::of_task(task, now);
    let style = match phase {
        Some(phase) if phase.is_urgent() => theme.danger(),
        Some(_) => theme.warn(),
        None => theme.plain(),
    };
    let due = match (phase.and_then(Phase::word), task.scheduled_at) {
        // How late it is, for where there is no room for its time.
        (Some(word), Some(at)) => format!("{word} {}", when::age((now - at).max(TimeDelta::zero()))),
        (Some(_), None) | (None, _) => {
            task.scheduled_at.map_or_else(|| "?".to_owned(), |at| when::distance(at, now))
        }
    };
    let column =
        |words: &str, room: u16| text::pad(&text::cut(words, usize::from(room) - 1), usize::from(room));
    let mut x = put(buf, area.x, area.y, area.width, if chosen { "▸ " } else { "  " }, theme.accent());
    let due = format!("{} ", text::pad_left(&due, usize::from(DUE) - 1));
    x = put(buf, x, area.y, area.right().saturating_sub(x), &due, style);
    if area.right().saturating_sub(x) >= TIME + WHO + TITLE {
        let at = task.scheduled_at.map_or_else(String::new, |at| when::stamp(at, state.zone, now));
        x = put(buf, x, area.y, TIME, &column(&at, TIME), theme.plain());
    }
    let is_everyone = matches!(task.audience(), Audience::Everyone);
    let who_style = if is_everyone { theme.everyone() } else { theme.plain() };
    // The title has half of what is left where that is little; that it reaches everyone is never cut.
    let left = area.right().saturating_sub(x);
    let room = WHO.min((left / 2).max(EVERYONE)).min(left).max(1);
    x = put(buf, x, area.y, room, &column(&who(&task.audience_in_short(), is_everyone), room), who_style);
    let title = text::clean(&task.title);
    put(buf, x, area.y, area.right().saturating_sub(x), &title, theme.plain());
    if chosen {
        buf.set_style(area, theme.selected());
    }
}
