//! The questions of the table, as every part of it asks them.

use crate::domain::Priority;

use super::super::effect::Effect;
use super::super::filter::terms::Filter;
use super::super::shared::Shared;
use super::table::Edge;

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
    let (now, doubted) = (shared.server_now(), shared.doubted());
    shared.board.replace(page, now, &doubted);
    follow_cursor(shared);
}

/// Another filter for the table.
pub(crate) fn set_filter(shared: &mut Shared, filter: Filter) {
    let (now, doubted) = (shared.server_now(), shared.doubted());
    shared.board.set_filter(filter, now, &doubted);
    follow_cursor(shared);
}

/// Keeps the selected row on screen.
pub fn follow_cursor(shared: &mut Shared) {
    let rows = shared.areas().map_or(1, |areas| areas.rows()).max(1);
    let count = shared.board.visible.len();
    let cursor = shared.board.cursor().unwrap_or(0);
    let top = shared.board.top.min(count.saturating_sub(rows));
    shared.board.top = if cursor < top {
        cursor
    } else if cursor >= top + rows {
        cursor + 1 - rows
    } else {
        top
    };
}
