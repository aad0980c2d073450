//! What every part of the table does with what changed: the rows are put in order, or wait; one of them is selected
//! and in sight.

use crate::domain::filter::FilterContext;
use crate::domain::{Filter, TaskId};

use super::super::shared::Shared;
use super::hold::is_held;
use super::table::{Board, Opening, ROWS_BEFORE};
use super::viewport::Viewport;

/// Shows the rows that came and waited.
pub(super) fn show_waiting(shared: &mut Shared) {
    if shared.board.listing.is_touched() {
        list_changes(shared, false);
    }
}

/// Something changed in the schedule: rows move, or wait where they must not (U4).
pub(super) fn show_changes(shared: &mut Shared) {
    let is_held = is_held(shared);
    list_changes(shared, is_held);
}

/// What the operator did himself shows at once.
pub(in crate::app) fn show_own(shared: &mut Shared) {
    list_changes(shared, false);
}

fn list_changes(shared: &mut Shared, is_held: bool) {
    let (row, line) = position(shared);
    let moves = with_context(shared, |board, context| board.list_changes(context, is_held));
    if moves {
        settle(shared, row, line);
    }
}

/// All rows anew: the filter, the order or the range is another. Where there are very many it goes on with the next
/// message, and what is shown stays until then.
pub(super) fn list_anew(shared: &mut Shared) {
    shared.board.begin_listing(false);
    go_on(shared);
}

/// With every second other tasks may pass a filter that counts from now.
pub(super) fn judge_by_time(shared: &mut Shared) {
    let second = shared.server_now().timestamp();
    let is_new = std::mem::replace(&mut shared.board.judged_at, second) != second;
    if is_new && shared.board.filter.depends_on_time() && !shared.board.is_listing() {
        list_anew(shared);
    }
}

/// Goes on listing, where that is under way.
pub(super) fn go_on(shared: &mut Shared) {
    let (row, line) = position(shared);
    if with_context(shared, Board::go_on_listing) {
        settle(shared, row, line);
    }
}

/// The selected row, and its line on the screen.
fn position(shared: &Shared) -> (usize, usize) {
    let row = shared.board.cursor().unwrap_or(0);
    (row, row.saturating_sub(shared.board.top))
}

fn with_context<T>(shared: &mut Shared, work: impl FnOnce(&mut Board, &FilterContext<'_>) -> T) -> T {
    let (doubted, cancelled) = (shared.doubted(), shared.board.own.cancelled());
    let context = FilterContext::new(shared.server_now(), &doubted, &cancelled);
    work(&mut shared.board, &context)
}

/// Counts what the saved filters find, a little with every tick.
pub(super) fn count_tabs(shared: &mut Shared) {
    let (now, running) = (shared.server_now(), shared.now.running);
    let of = shared.board.schedule.between(shared.board.range);
    if of.is_empty() && !shared.board.has_answer {
        // Nothing is known yet, and that is no count of none.
        return;
    }
    if shared.tabs.is_due(of.len(), running) {
        shared.tabs.restart(&shared.setup.filters, shared.zone, (now, running), of);
    }
    let (doubted, cancelled) = (shared.doubted(), shared.board.own.cancelled());
    let context = FilterContext::new(now, &doubted, &cancelled);
    for _ in 0..SLICES {
        if shared.tabs.go_on(&shared.board.schedule, &context) {
            break;
        }
    }
}

/// Slices of the counting of saved filters with one tick.
const SLICES: usize = 4;

/// Rows came, went or moved. The selected task stays selected, on its line of the screen; where it is gone the one
/// nearest to its row is. As long as the operator went nowhere the table finds its place by itself.
fn settle(shared: &mut Shared, row: usize, line: usize) {
    let now = shared.server_now();
    let board = &mut shared.board;
    board.set_selected(board.selected);
    let opens_at = match board.opening {
        Some(Opening::Present) => board.first_to_come(now).or_else(|| board.count().checked_sub(1)),
        Some(Opening::First) => Some(0),
        None => None,
    };
    if let Some(row) = opens_at {
        board.set_row(row);
        board.top = row.saturating_sub(ROWS_BEFORE);
    } else {
        keep_selected(shared, row);
        let board = &mut shared.board;
        if let Some(row) = board.cursor() {
            board.top = row.saturating_sub(line);
        }
    }
    follow_cursor(shared);
}

/// Selects the task nearest to a row when the selected one is gone. Where there is no row to select the task
/// is kept in mind: it may come back with the next letter of a filter. One that was gone to is waited for.
fn keep_selected(shared: &mut Shared, row: usize) {
    let board = &mut shared.board;
    let is_awaited = board.selected.is_some() && board.selected == board.gone_to;
    if board.cursor().is_none() && board.count() > 0 && !is_awaited {
        board.set_row(row.min(board.count() - 1));
    }
}

/// Another filter for the table.
pub(crate) fn set_filter(shared: &mut Shared, filter: Filter) {
    shared.board.shown_anyway = None;
    let narrower = filter.narrows(&shared.board.filter);
    shared.board.filter = filter;
    shared.board.begin_listing(narrower);
    go_on(shared);
}

/// Selects a task again that was selected before, also where it was shown in spite of the filter.
pub(crate) fn select(shared: &mut Shared, (id, anyway): (Option<TaskId>, Option<TaskId>)) {
    shared.board.shown_anyway = anyway;
    if id.is_some() && (id != shared.board.selected || anyway.is_some()) {
        shared.board.set_selected(id);
        shared.detail.rewind();
        // It may have gone meanwhile.
        list_anew(shared);
    }
}

/// The rows are where they were on the screen before, as far as the selected one stays in sight.
pub(crate) fn scroll_to(shared: &mut Shared, top: usize) {
    shared.board.top = top;
    follow_cursor(shared);
}

/// Keeps the selected row on screen.
pub(crate) fn follow_cursor(shared: &mut Shared) {
    let view = Viewport::of(shared);
    let board = &mut shared.board;
    let top = board.top.min(view.last_top(board.count()));
    // Where no row is selected the rows stay where they are.
    board.top = board.cursor().map_or(top, |row| view.top_for(row, top));
}
