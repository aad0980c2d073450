//! Moving through the rows: one by one, by screenfuls, and under the selected one.

use crate::domain::TaskId;
use crate::keymap::Action;

use super::super::shared::Shared;
use super::rows::follow_cursor;
use super::viewport::Viewport;

/// Selects a row; behind the last one it is the last.
pub(super) fn select_row(shared: &mut Shared, row: usize) {
    let row = row.min(shared.board.count().saturating_sub(1));
    let before = shared.board.selected;
    shared.board.set_row(row);
    if shared.board.selected != before {
        shared.detail.rewind();
    }
    // The operator is somewhere: nothing takes him elsewhere.
    shared.board.opening = None;
    follow_cursor(shared);
}

/// Selects a task that is on the screen.
pub(in crate::app) fn select(shared: &mut Shared, id: TaskId) {
    let (first, rows) = shared.board.on_screen();
    if let Some(row) = rows.iter().position(|read| read.task.id == id) {
        select_row(shared, first + row);
    }
}

/// Moves the rows under the selected one, which is taken along at the edge of the screen.
pub(in crate::app) fn scroll(shared: &mut Shared, action: Action, lines: usize) {
    let view = Viewport::of(shared);
    let count = shared.board.count();
    let top = shared.board.top;
    let top = if action == Action::Up { top.saturating_sub(lines) } else { top + lines };
    let top = top.min(view.last_top(count));
    shared.board.top = top;
    let last = (top + view.rows_from(top, count)).saturating_sub(1).max(top);
    let row = shared.board.cursor().unwrap_or(top).clamp(top, last);
    select_row(shared, row);
}

/// Why there is no page to turn to in that direction.
pub(in crate::app) fn no_page(shared: &Shared, forward: bool) -> Option<String> {
    let board = &shared.board;
    if !board.has_answer {
        return Some("the first page has not come yet".to_owned());
    }
    let shown = Viewport::of(shared).rows_from(board.top, board.count());
    if forward {
        (board.top + shown >= board.count()).then(|| "this is the last page".to_owned())
    } else {
        (board.top == 0).then(|| "this is the first page".to_owned())
    }
}

/// Turns a page: the row behind the last one on the screen becomes the first, or the one before the first the last.
pub(super) fn turn(shared: &mut Shared, forward: bool) {
    if let Some(why) = no_page(shared, forward) {
        shared.say(why);
        return;
    }
    let view = Viewport::of(shared);
    let (top, count) = (shared.board.top, shared.board.count());
    let top = if forward {
        top + view.rows_from(top, count)
    } else {
        top.checked_sub(1).map_or(0, |last| view.top_for(last, 0))
    };
    shared.board.top = top.min(view.last_top(count));
    select_row(shared, shared.board.top);
}
