//! Which tasks are shown: the range that the table begins with, the operator's own, and what the service was asked to
//! find. What of it is held already shows at once; the rest is read.

use chrono::{DateTime, Utc};

use crate::domain::limits::ListLimits;
use crate::domain::query::Range;
use crate::domain::{Priority, Query};

use super::super::effect::Effect;
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::ask::reload;
use super::listing::Sort;
use super::rows::list_anew;
use super::sync;
use super::table::Opening;

/// The worker asks for less than was wanted, because the service does not take more.
pub fn on_narrowed(shared: &mut Shared, req: ReqId, query: Query) {
    if shared.board.remote.asking == Some(req) {
        shared.board.asked = Some(query);
    }
}

/// Something was learnt of the service's list. What is new is said once.
pub fn on_learnt(shared: &mut Shared, known: ListLimits, is_new: bool) {
    let before = std::mem::replace(&mut shared.limits, known);
    if !is_new {
        return;
    }
    if let Some(words) = shared.limits.range_words()
        && before.range_words().is_none()
    {
        shared.say_beside(&format!("{words}; longer ones are read in pieces"));
    }
}

/// The operator asks for this very range.
pub(crate) fn set_range(shared: &mut Shared, range: Range) {
    let same = |a: DateTime<Utc>, b: DateTime<Utc>| a.timestamp() == b.timestamp();
    let board = &mut shared.board;
    if !(same(board.range.begin, range.begin) && same(board.range.end, range.end)) {
        board.range = range;
    }
}

/// The range, or what is to be found, is another: what is held of it is shown, and the whole is read.
pub(crate) fn read_anew(shared: &mut Shared) -> Vec<Effect> {
    shared.board.found.clear();
    open_anew(shared);
    sync::begin(shared, Priority::Page)
}

/// The table opens anew: around now where that lies in the range, else at its beginning.
pub(super) fn open_anew(shared: &mut Shared) {
    let now = shared.server_now();
    let is_around_now = shared.board.range.holds(now) && shared.board.sort.is_by_time();
    shared.board.opening = Some(if is_around_now { Opening::Present } else { Opening::First });
    shared.board.gone_to = None;
    list_anew(shared);
    shared.detail.rewind();
    if shared.board.sync.complete().is_some() {
        shared.board.opening = None;
    }
}

/// Rows in another order.
pub(crate) fn set_sort(shared: &mut Shared, sort: Sort) {
    shared.board.sort = sort;
    shared.board.opening = None;
    list_anew(shared);
}

/// Back to the view with which the table opens: by scheduled time, earliest first, around now. The range stays where
/// it holds the present; what was found by a keyword stays found.
pub(super) fn return_to_now(shared: &mut Shared) -> Vec<Effect> {
    let now = shared.server_now();
    shared.board.sort = Sort::default();
    if shared.board.range.holds(now) {
        open_anew(shared);
        return reload(shared);
    }
    shared.board.range = Range::around(now);
    read_anew(shared)
}

pub(super) fn move_range(shared: &mut Shared, steps: i32) -> Vec<Effect> {
    shared.board.range = shared.board.range.moved(steps);
    read_anew(shared)
}
