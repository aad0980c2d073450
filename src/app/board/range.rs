//! Which range is asked for: the one that the table begins with, the operator's own, and what becomes of
//! either when the service does not take it or reads it in another way (W9).

use chrono::{DateTime, Utc};

use crate::domain::limits::{self, ListLimits, RangeOf};
use crate::domain::query::Range;
use crate::domain::{Failure, Query};

use super::super::effect::Effect;
use super::super::message::ReqId;
use super::super::state::{Layer, State};
use super::{Edge, reload};

/// No page came. A range that the operator asked for and the service does not take is no trouble of the
/// connection: what is shown stays the question.
pub(super) fn on_not_listed(state: &mut State, failure: Failure) -> Vec<Effect> {
    state.board.turns = 0;
    let asked = state.board.asked.clone().filter(|asked| asked.exact);
    let is_new = asked != state.board.shown_query;
    if let Some(asked) = asked.filter(|_| is_new && failure.is_answer()) {
        state.warn(refused_words(state, &asked, &failure));
        state.board.query = match &state.board.shown_query {
            Some(shown) => shown.clone(),
            None => Query { exact: false, ..asked },
        };
        state.board.edge = None;
        return Vec::new();
    }
    state.connection.failed(failure, state.now);
    Vec::new()
}

fn refused_words(state: &State, asked: &Query, failure: &Failure) -> String {
    let length = asked.range.length();
    let why = failure.words().what;
    match state.limits.longest_taken() {
        Some(longest) if longest < length => format!(
            "the service refused a range of {}; the longest that it has taken is {} · {why}",
            limits::in_words(length),
            limits::in_words(longest)
        ),
        Some(_) | None => format!("the service refused the question · {why}"),
    }
}

/// The worker asks for less than was wanted, because the service does not take more.
pub fn on_narrowed(state: &mut State, req: ReqId, query: Query) {
    if state.board.remote.asking != Some(req) {
        return;
    }
    state.board.is_narrowed |= query.range != state.board.query.range;
    state.board.query = query.clone();
    state.board.asked = Some(query);
}

/// Something was learnt of the service's list. What is new is said once; where the range is of the
/// creation time, the table's own is moved so that what is due is shown.
pub fn on_learnt(state: &mut State, known: ListLimits, is_new: bool) -> Vec<Effect> {
    let before = std::mem::replace(&mut state.limits, known);
    if is_new {
        let rows = state.limits.rows_a_page().filter(|rows| *rows < state.setup.page_size);
        if let Some(rows) = rows
            && before.rows_a_page() != Some(rows)
        {
            state.say(format!(
                "the service gives at most {rows} rows a page; paging goes by the rows that come"
            ));
        }
        if let Some(words) = state.limits.range_words()
            && before.range_words().is_none()
        {
            state.say(words);
        }
    }
    // Under an open dialog rows stay where they are; a tick without one does it.
    let is_dialog = state.layers.iter().any(|layer| !matches!(layer, Layer::Detail));
    if is_dialog { Vec::new() } else { adapt_range(state) }
}

/// Asks for the range that the table begins with anew, where the service turned out to read ranges in
/// another way.
pub(super) fn adapt_range(state: &mut State) -> Vec<Effect> {
    if !state.board.is_default_range || is_of_creation(state) == state.board.is_of_creation {
        return Vec::new();
    }
    set_default_range(state);
    begin_anew(state, Edge::Present)
}

fn is_of_creation(state: &State) -> bool {
    state.limits.range_of(state.board.query.order) == RangeOf::Created
}

/// The range that the table begins with, for a service that reads ranges as this one does.
fn set_default_range(state: &mut State) {
    let now = state.server_now();
    state.board.is_of_creation = is_of_creation(state);
    state.board.query.range =
        if state.board.is_of_creation { Range::of_creation_around(now) } else { Range::around(now) };
}

/// The operator asks for this very range.
pub fn set_range(state: &mut State, range: Range) {
    let query = &mut state.board.query;
    let same = |a: DateTime<Utc>, b: DateTime<Utc>| a.timestamp() == b.timestamp();
    if same(query.range.begin, range.begin) && same(query.range.end, range.end) {
        return;
    }
    query.range = range;
    query.exact = true;
    state.board.is_default_range = false;
    state.board.is_narrowed = false;
}

/// Asks anew, from the first page, after the question itself was changed.
pub fn ask_anew(state: &mut State) -> Vec<Effect> {
    if state.board.is_default_range && is_of_creation(state) != state.board.is_of_creation {
        set_default_range(state);
    }
    begin_anew(state, Edge::First)
}

pub(super) fn begin_anew(state: &mut State, edge: Edge) -> Vec<Effect> {
    state.board.seam = None;
    state.board.turns = 0;
    state.board.seek = None;
    state.board.locating = None;
    state.board.dead_end = None;
    state.board.query.page_size = state.setup.page_size;
    turn_to(state, 0, edge)
}

pub(super) fn turn_to(state: &mut State, offset: u64, edge: Edge) -> Vec<Effect> {
    state.board.query.offset = offset;
    state.board.edge = Some(edge);
    reload(state)
}

pub(super) fn move_range(state: &mut State, steps: i32) -> Vec<Effect> {
    state.board.query.range = state.board.query.range.moved(steps);
    state.board.is_default_range = false;
    ask_anew(state)
}
