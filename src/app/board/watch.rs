//! The look at what can change soon: what is due about now, and what is on the screen. It is asked for often, by one
//! page; all the rest waits for the next pass over the range.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::limits::RangeOf;
use crate::domain::query::Range;
use crate::domain::schedule::{HeldTask, NO_TIME, TaskState};
use crate::domain::{Order, Page, Priority, Query, TaskId};

use super::super::effect::Effect;
use super::super::shared::Shared;
use super::sync;

/// What lies so far back may still change by itself.
const BACK: TimeDelta = TimeDelta::minutes(2);
/// What lies so far ahead is looked at.
const AHEAD: TimeDelta = TimeDelta::minutes(15);
/// The most rows that the service gives a page (documents, *List scheduled tasks*: `Want`).
const MOST_WANTED: u32 = 100;
/// Rows that are asked for before the one that is meant, because some may have come or gone.
const MARGIN: u64 = 3;
/// While something is due it is looked at that often: two calls a second at most.
const DUE_PACE: Duration = Duration::from_millis(600);
/// So near to its time a task is due.
const DUE_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// What is looked at in turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Turn {
    /// What is due.
    #[default]
    Due,
    /// What is on the screen.
    Screen,
    /// What was created last, which other ways of asking would not show.
    Newest,
}

/// The looks, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    turn: Turn,
    /// The page that follows the last one, where what is looked at does not fit on one.
    next: Option<Query>,
    /// The tasks that pages of this look have brought so far.
    came: HashSet<TaskId>,
}

impl Watch {
    /// The next look begins at its beginning.
    pub(super) fn again(&mut self) {
        self.next = None;
    }
}

/// Time between two looks.
pub(in crate::app) fn pace(shared: &Shared) -> Duration {
    let pace = shared.pace();
    if shared.board.goes_out_within(DUE_WITHIN, shared.server_now()) { pace.min(DUE_PACE) } else { pace }
}

/// The next look.
pub(super) fn poll(shared: &mut Shared, priority: Priority) -> Vec<Effect> {
    let query = match shared.board.watch.next.take() {
        Some(next) => next,
        None => {
            shared.board.watch.came.clear();
            next_query(shared)
        }
    };
    let req = shared.ask();
    shared.board.remote.ask(req);
    shared.board.asked = Some(query.clone());
    shared.board.asked_at = Some(shared.now.running);
    vec![Effect::List { req, query, priority }]
}

fn due(shared: &Shared) -> Range {
    let now = shared.server_now();
    Range { begin: now - BACK, end: now + AHEAD }
}

/// From the first task on the screen to the last.
fn on_screen(shared: &Shared) -> Option<Range> {
    let (_, rows) = shared.board.on_screen();
    let times = || rows.iter().filter_map(|row| row.task.scheduled_at);
    Some(Range { begin: times().min()?, end: times().max()? })
}

fn next_query(shared: &mut Shared) -> Query {
    if shared.limits.range_of(Order::Scheduled) == RangeOf::Created {
        return by_creation(shared);
    }
    let due = due(shared);
    let board = &mut shared.board;
    let turn = std::mem::take(&mut board.watch.turn);
    let query = |range| Query { range, ..Query::around(due.begin, MOST_WANTED) };
    if !board.has_answer {
        // Nothing is known yet: whatever comes next.
        return query(Range { begin: due.begin, end: board.range.end.max(due.end) });
    }
    let Some(screen) = on_screen(shared) else { return query(due) };
    let both = Range { begin: due.begin.min(screen.begin), end: due.end.max(screen.end) };
    if shared.board.schedule.between(both).len() < MOST_WANTED as usize {
        return query(both);
    }
    // They do not fit on one page: one after the other.
    if turn == Turn::Due {
        shared.board.watch.turn = Turn::Screen;
        return query(due);
    }
    query(screen)
}

/// Where a range is of the creation time the tasks that are meant are found by their place in the order: the page of
/// the known ones, or the tasks that were created last.
fn by_creation(shared: &mut Shared) -> Query {
    let now = shared.server_now();
    let turn = shared.board.watch.turn;
    let (meant, next) = match turn {
        Turn::Due => (Some(due(shared)), Turn::Screen),
        Turn::Screen => (on_screen(shared), Turn::Newest),
        Turn::Newest => (None, Turn::Due),
    };
    shared.board.watch.turn = next;
    if let Some(query) = meant.and_then(|meant| page_of(shared, meant)) {
        return query;
    }
    shared.board.watch.turn = Turn::Due;
    let range = Range { begin: now - shared.setup.history, end: now + TimeDelta::days(1) };
    Query { order: Order::Created, ascending: false, range, ..Query::around(now, MOST_WANTED) }
}

/// The page on which the known tasks stand that fire then.
fn page_of(shared: &Shared, meant: Range) -> Option<Query> {
    let schedule = &shared.board.schedule;
    let created = schedule.between(meant).iter().filter_map(|slot| schedule.get(*slot));
    let created: Vec<i64> = created.map(|held| held.created).filter(|at| *at != NO_TIME).collect();
    let at = |seconds: i64| DateTime::<Utc>::from_timestamp(seconds, 0);
    let (first, last) = (at(*created.iter().min()?)?, at(*created.iter().max()?)?);
    let longest = shared.limits.longest();
    let begin = longest.map_or(first, |longest| first.max(last - longest));
    let range = Range { begin, end: last };
    let is_before = |held: &HeldTask| {
        held.scheduled < meant.begin.timestamp() && held.created_at().is_some_and(|at| range.holds(at))
    };
    let before = schedule.by_time().iter().filter_map(|slot| schedule.get(*slot));
    let rank = before.filter(|held| is_before(held)).count() as u64;
    Some(Query { range, offset: rank.saturating_sub(MARGIN), ..Query::around(meant.begin, MOST_WANTED) })
}

/// A page of a look came. What it should have brought, and did not, is asked for by itself.
pub(super) fn on_page(shared: &mut Shared, asked: &Query, page: &Page) {
    let came = page.tasks.len() as u64;
    let watch = &mut shared.board.watch;
    watch.came.extend(page.tasks.iter().map(|task| task.id));
    let is_by_creation = shared.limits.range_of(Order::Scheduled) == RangeOf::Created;
    let end = asked.offset + came;
    if !is_by_creation && end < page.total && came > 0 && asked.range.length() < TimeDelta::hours(1) {
        // More is due than one page holds.
        watch.next = Some(Query { offset: end, ..asked.clone() });
        return;
    }
    let is_whole = end >= page.total;
    let came = std::mem::take(&mut watch.came);
    let board = &shared.board;
    let meant = match shared.limits.range_of(Order::Scheduled) {
        RangeOf::Scheduled if is_whole => asked.range,
        // It is asked for by its number: that does no harm where the range is of another time after all.
        RangeOf::Unknown if is_whole && !came.is_empty() => asked.range,
        RangeOf::Created if asked.order == Order::Scheduled => {
            // What is due must be there; the rest of the page may have moved on.
            let now = shared.server_now();
            Range { begin: now - BACK, end: now }
        }
        RangeOf::Scheduled | RangeOf::Created | RangeOf::Unknown | RangeOf::Unclear => return,
    };
    let held = board.schedule.between(meant).iter().filter_map(|slot| board.schedule.get(*slot));
    let missed = held.filter(|held| {
        let is_open = matches!(held.state, TaskState::Pending | TaskState::Dispatching);
        let is_kept = board.own.keeps(held.id, board.selected, shared.now.running);
        is_open && !is_kept && !held.is_gone && !came.contains(&held.id)
    });
    let missed: Vec<TaskId> = missed.map(|held| held.id).collect();
    sync::miss(shared, missed);
}
