//! Which range is asked for: the one that the table begins with, the operator's own, and what becomes of
//! either when the service does not take it or reads it in another way (W9).

use chrono::{DateTime, Utc};

use crate::domain::limits::{self, ListLimits, RangeOf};
use crate::domain::query::Range;
use crate::domain::{Failure, Order, Query};

use super::super::effect::Effect;
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::ask::{most_rows, turn_to};
use super::table::{Edge, Seek};

/// No page came. A range that the operator asked for and the service does not take is no trouble of the
/// connection: what is shown stays the question.
pub(super) fn on_not_listed(shared: &mut Shared, failure: Failure) -> Vec<Effect> {
    shared.board.turns = 0;
    let asked = shared.board.asked.clone().filter(|asked| asked.exact);
    let is_new = asked != shared.board.shown_query;
    if let Some(asked) = asked.filter(|_| is_new && failure.is_answer()) {
        shared.warn(refused_words(shared, &asked, &failure));
        shared.board.query = match &shared.board.shown_query {
            Some(shown) => shown.clone(),
            None => Query { exact: false, ..asked },
        };
        shared.board.edge = None;
        return Vec::new();
    }
    shared.connection.failed(failure, shared.now);
    Vec::new()
}

fn refused_words(shared: &Shared, asked: &Query, failure: &Failure) -> String {
    let length = asked.range.length();
    let why = failure.words().what;
    match shared.limits.longest_taken() {
        Some(longest) if longest < length => format!(
            "the service refused a range of {}; the longest that it has accepted is {} · {why}",
            limits::in_words(length),
            limits::in_words(longest)
        ),
        Some(_) | None => format!("the service refused the question · {why}"),
    }
}

/// The worker asks for less than was wanted, because the service does not take more.
pub fn on_narrowed(shared: &mut Shared, req: ReqId, query: Query) {
    if shared.board.remote.asking != Some(req) {
        return;
    }
    shared.board.is_narrowed |= query.range != shared.board.query.range;
    shared.board.query = query.clone();
    shared.board.asked = Some(query);
}

/// Something was learnt of the service's list. What is new is said once; where the range is of the
/// creation time, the table's own is moved so that what is due is shown.
pub fn on_learnt(shared: &mut Shared, known: ListLimits, is_new: bool) -> Vec<Effect> {
    let before = std::mem::replace(&mut shared.limits, known);
    if is_new {
        let rows = shared.limits.rows_a_page().filter(|rows| *rows < shared.setup.page_size);
        if let Some(rows) = rows
            && before.rows_a_page() != Some(rows)
        {
            shared.say_beside(&format!(
                "the service gives at most {rows} rows a page; paging goes by the rows that come"
            ));
        }
        if let Some(words) = shared.limits.range_words()
            && before.range_words().is_none()
        {
            shared.say_beside(&words);
        }
    }
    // Under an open dialog rows stay where they are; a tick without one does it.
    if shared.lies_over.dialog { Vec::new() } else { adapt_range(shared) }
}

/// Asks for the range that the table begins with anew, where the service turned out to read ranges in
/// another way.
pub(super) fn adapt_range(shared: &mut Shared) -> Vec<Effect> {
    if !shared.board.is_default_range || is_of_creation(shared) == shared.board.is_of_creation {
        return Vec::new();
    }
    set_default_range(shared);
    begin_at_now(shared)
}

fn is_of_creation(shared: &Shared) -> bool {
    shared.limits.range_of(shared.board.query.order) == RangeOf::Created
}

/// The range that the table begins with, for a service that reads ranges as this one does.
fn set_default_range(shared: &mut Shared) {
    let now = shared.server_now();
    shared.board.is_of_creation = is_of_creation(shared);
    shared.board.query.range =
        if shared.board.is_of_creation { Range::of_creation_around(now) } else { Range::around(now) };
}

/// The operator asks for this very range.
pub(crate) fn set_range(shared: &mut Shared, range: Range) {
    let query = &mut shared.board.query;
    let same = |a: DateTime<Utc>, b: DateTime<Utc>| a.timestamp() == b.timestamp();
    if same(query.range.begin, range.begin) && same(query.range.end, range.end) {
        return;
    }
    query.range = range;
    query.exact = true;
    shared.board.is_default_range = false;
    shared.board.is_narrowed = false;
}

/// Asks anew, from the first page, after the question itself was changed.
pub(crate) fn ask_anew(shared: &mut Shared) -> Vec<Effect> {
    if shared.board.is_default_range && is_of_creation(shared) != shared.board.is_of_creation {
        set_default_range(shared);
    }
    begin_anew(shared, Edge::First)
}

/// Asks anew, for the page around the present.
pub(super) fn begin_at_now(shared: &mut Shared) -> Vec<Effect> {
    begin_seeking(shared, Seek::present())
}

/// Asks anew, for the page around what is sought.
pub(super) fn begin_seeking(shared: &mut Shared, seek: Seek) -> Vec<Effect> {
    let effects = begin_anew(shared, Edge::Sought);
    shared.board.seek = Some(seek);
    effects
}

pub(super) fn begin_anew(shared: &mut Shared, edge: Edge) -> Vec<Effect> {
    shared.board.seam = None;
    shared.board.turns = 0;
    shared.board.seek = None;
    shared.board.locating = None;
    shared.board.dead_end = None;
    shared.board.query.page_size = most_rows(shared);
    turn_to(shared, 0, edge)
}

/// Back to the view with which the table opens: by scheduled time, earliest first, around now. The range stays where
/// it holds the present; what was found by a keyword stays found.
pub(super) fn return_to_now(shared: &mut Shared) -> Vec<Effect> {
    let now = shared.server_now();
    let query = &mut shared.board.query;
    (query.order, query.ascending) = (Order::Scheduled, true);
    if is_of_creation(shared) != shared.board.is_of_creation || !shared.board.query.range.holds(now) {
        set_default_range(shared);
        shared.board.query.exact = false;
        shared.board.is_default_range = true;
        shared.board.is_narrowed = false;
    }
    begin_at_now(shared)
}

pub(super) fn move_range(shared: &mut Shared, steps: i32) -> Vec<Effect> {
    shared.board.query.range = shared.board.query.range.moved(steps);
    shared.board.is_default_range = false;
    ask_anew(shared)
}
