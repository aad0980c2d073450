//! The questions of the table, as every part of it asks them.

use crate::domain::{Priority, TaskId};

use super::super::effect::Effect;
use super::super::filter::terms::Filter;
use super::super::shared::Shared;
use super::table::Edge;
use super::viewport::Viewport;

/// The most rows that the service gives a page (documents, *List scheduled tasks*: `Want`).
const MOST_WANTED: u32 = 100;

/// Asks for the page as the operator wants it now.
pub fn reload(shared: &mut Shared) -> Vec<Effect> {
    ask(shared, Priority::Page)
}

pub(super) fn ask(shared: &mut Shared, priority: Priority) -> Vec<Effect> {
    let req = shared.ask();
    let query = shared.board.query.clone();
    shared.board.remote.ask(req);
    shared.board.asked = Some(query.clone());
    shared.board.asked_at = Some(shared.now.running);
    vec![Effect::List { req, query, priority }]
}

pub(super) fn turn_to(shared: &mut Shared, offset: u64, edge: Edge) -> Vec<Effect> {
    shared.board.query.offset = offset;
    shared.board.edge = Some(edge);
    reload(shared)
}

/// The operator wants the page anew: what waited is shown at once.
pub(in crate::app) fn read_again(shared: &mut Shared) -> Vec<Effect> {
    shared.board.dead_end = None;
    show_waiting(shared);
    reload(shared)
}

/// Shows the rows that came and waited.
pub(super) fn show_waiting(shared: &mut Shared) {
    let Some(page) = shared.board.waiting.take() else { return };
    let (now, doubted) = ((shared.server_now(), shared.now.running), shared.doubted());
    shared.board.replace(page, now, &doubted);
    follow_cursor(shared);
}

/// Rows that are asked for a page: what the settings say, and never fewer than there is room for.
pub(in crate::app) fn most_rows(shared: &Shared) -> u32 {
    let room = shared.areas().map_or(1, |areas| areas.rows());
    shared.setup.page_size.max(u32::try_from(room).unwrap_or(u32::MAX)).clamp(1, MOST_WANTED)
}

/// The screen has another size: where it has room for more rows than were asked for, they are asked for.
pub(in crate::app) fn on_resized(shared: &mut Shared) -> Vec<Effect> {
    follow_cursor(shared);
    let board = &shared.board;
    let room = Viewport::of(shared).most_rows() as u64;
    let is_short = board.came < room && !board.ends().1 && u64::from(board.query.page_size) < room;
    if board.shown_query.is_none() || !is_short || board.seam.is_some() {
        return Vec::new();
    }
    shared.board.query.page_size = most_rows(shared);
    reload(shared)
}

/// Puts the operator's own rows where they belong now, at once.
pub(in crate::app) fn show_own(shared: &mut Shared) {
    let (now, doubted) = (shared.server_now(), shared.doubted());
    let row = shared.board.cursor().unwrap_or(0);
    shared.board.merge(now, &doubted);
    shared.board.keep_selected(row);
    follow_cursor(shared);
}

/// Another filter for the table.
pub(crate) fn set_filter(shared: &mut Shared, filter: Filter) {
    let (now, doubted) = (shared.server_now(), shared.doubted());
    shared.board.shown_anyway = None;
    shared.board.set_filter(filter, now, &doubted);
    follow_cursor(shared);
}

/// Selects a task again that was selected before, also where it was shown in spite of the filter.
pub(crate) fn select(shared: &mut Shared, (id, anyway): (Option<TaskId>, Option<TaskId>)) {
    shared.board.shown_anyway = anyway;
    if id.is_some() && (id != shared.board.selected || anyway.is_some()) {
        shared.board.selected = id;
        shared.detail.rewind();
        // It may have gone meanwhile.
        show_own(shared);
    }
}

/// Keeps the selected row on screen.
pub fn follow_cursor(shared: &mut Shared) {
    let view = Viewport::of(shared);
    let board = &mut shared.board;
    // While a place is sought rows are still to come below.
    let last = if board.seek.is_some() { usize::MAX } else { view.last_top(board.visible.len()) };
    let top = board.top.min(last);
    // Where no row is selected the rows stay where they are.
    board.top = board.cursor().map_or(top, |row| view.top_for(row, top));
}
