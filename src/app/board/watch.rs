//! The look at what can change soon: what is due about now, and what is on the screen. It is asked for often, by one
//! page; all the rest waits for the next pass over the range.
//!
//! Where more is about to change than one page holds, three of four looks are at what goes out just now, page after
//! page; the fourth is at the rest, or reads a task that is watched.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::limits::RangeOf;
use crate::domain::query::Range;
use crate::domain::schedule::{HeldTask, NO_TIME, TaskState};
use crate::domain::{Order, Page, Priority, Query, TaskId};

use super::super::effect::Effect;
use super::super::shared::Shared;
use super::turns::Turn;
use super::{pins, sync};

/// What lies so far back may still change by itself.
const BACK: TimeDelta = TimeDelta::minutes(2);
/// What lies so far ahead is looked at.
const AHEAD: TimeDelta = TimeDelta::minutes(15);
/// Rows that are asked for before the one that is meant, because some may have come or gone.
const MARGIN: u64 = 3;
/// While something is due it is looked at that often: two calls a second at most.
const DUE_PACE: Duration = Duration::from_millis(500);
/// So near to its time a task is due.
const DUE_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// What goes out so soon goes out just now: it may change before the look after the next.
const JUST_NOW: TimeDelta = TimeDelta::seconds(3);
/// While something is due every so many looks are one at the rest.
const REST_EVERY: u32 = 4;

/// Time between two looks.
pub(in crate::app) fn pace(shared: &Shared) -> Duration {
    let pace = shared.pace();
    if shared.board.goes_out_within(DUE_WITHIN, shared.server_now()) { pace.min(DUE_PACE) } else { pace }
}

/// The next look.
pub(super) fn poll(shared: &mut Shared, priority: Priority) -> Vec<Effect> {
    let Some(query) = next_page(shared, priority) else {
        // A task that is watched is read in its place.
        let read = pins::read(shared);
        shared.board.asked_at = Some(shared.now.running);
        return read.into_iter().collect();
    };
    let req = shared.ask();
    shared.board.remote.ask(req);
    shared.board.asked = Some(query.clone());
    shared.board.asked_at = Some(shared.now.running);
    vec![Effect::List { req, query, priority }]
}

/// The next page of either look; `None` where it is time for a task that is watched.
fn next_page(shared: &mut Shared, priority: Priority) -> Option<Query> {
    let near = near(shared);
    let each = if near.is_some() { 2 * REST_EVERY } else { REST_EVERY };
    let watch = &mut shared.board.watch;
    watch.polls += 1;
    let goes_on = watch.near.next.is_some();
    let Some(near) = near.filter(|_| goes_on || !watch.polls.is_multiple_of(REST_EVERY)) else {
        // Whoever asks by a key waits for the list.
        let is_for_pins =
            watch.polls.is_multiple_of(each) && priority != Priority::Page && pins::is_near(shared);
        return (!is_for_pins).then(|| next_of_rest(shared));
    };
    watch.is_near = true;
    if let Some(next) = watch.near.next.take() {
        return Some(next);
    }
    watch.near.came.clear();
    watch.near.begin = Some(near.begin);
    if shared.limits.range_of(Order::Scheduled) == RangeOf::Created {
        let count = shared.board.schedule.between(near).len() as u64;
        let Some(query) = page_of(shared, near) else { return Some(next_of_rest(shared)) };
        shared.board.watch.near.until = query.offset + MARGIN + count;
        return Some(query);
    }
    Some(Query { range: near, ..Query::around(near.begin, shared.setup.page_size) })
}

fn next_of_rest(shared: &mut Shared) -> Query {
    let watch = &mut shared.board.watch;
    watch.is_near = false;
    if let Some(next) = watch.rest.next.take() {
        return next;
    }
    watch.rest.came.clear();
    next_query(shared)
}

/// When goes out what goes out just now: from the first task that should have begun to. `None` where nothing does, or
/// where one page shows it with all the rest.
fn near(shared: &Shared) -> Option<Range> {
    let (board, now) = (&shared.board, shared.server_now());
    if !board.has_answer || !board.goes_out_within(DUE_WITHIN, now) {
        return None;
    }
    let is_by_creation = shared.limits.range_of(Order::Scheduled) == RangeOf::Created;
    let all = on_screen(shared).map_or(due(shared), |screen| both(due(shared), screen));
    if !is_by_creation && board.schedule.between(all).len() < shared.setup.page_size as usize {
        return None;
    }
    let end = now + JUST_NOW;
    let held = board.schedule.between(Range { begin: now - BACK, end });
    let mut held = held.iter().filter_map(|slot| board.schedule.get(*slot));
    let first = held.find(|held| matches!(held.state, TaskState::Pending | TaskState::Dispatching));
    let begin = first.and_then(HeldTask::scheduled_at).unwrap_or(now - TimeDelta::seconds(1));
    Some(Range { begin, end })
}

fn both(one: Range, other: Range) -> Range {
    Range { begin: one.begin.min(other.begin), end: one.end.max(other.end) }
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
    let rows = shared.setup.page_size;
    let query = |range| Query { range, ..Query::around(due.begin, rows) };
    if !board.has_answer {
        // Nothing is known yet: whatever comes next.
        return query(Range { begin: due.begin, end: board.range.end.max(due.end) });
    }
    let Some(screen) = on_screen(shared) else { return query(due) };
    let both = both(due, screen);
    if shared.board.schedule.between(both).len() < shared.setup.page_size as usize {
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
    Query { order: Order::Created, ascending: false, range, ..Query::around(now, shared.setup.page_size) }
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
    Some(Query {
        range,
        offset: rank.saturating_sub(MARGIN),
        ..Query::around(meant.begin, shared.setup.page_size)
    })
}

/// A page of a look came. What it should have brought, and did not, is asked for by itself.
pub(super) fn on_page(shared: &mut Shared, asked: &Query, page: &Page) {
    let came = page.tasks.len() as u64;
    let watch = &mut shared.board.watch;
    let is_near = watch.is_near;
    let pages = if is_near { &mut watch.near } else { &mut watch.rest };
    pages.came.extend(page.tasks.iter().map(|task| task.id));
    let is_by_creation = shared.limits.range_of(Order::Scheduled) == RangeOf::Created;
    let end = asked.offset + came;
    let until = match is_by_creation {
        true if is_near => pages.until.min(page.total),
        true => 0,
        false => page.total,
    };
    if end < until && came > 0 && (is_near || asked.range.length() < TimeDelta::hours(1)) {
        // More is due than one page holds.
        pages.next = Some(Query { offset: end, ..asked.clone() });
        return;
    }
    let is_whole = end >= page.total;
    let (came, begin) = (std::mem::take(&mut pages.came), pages.begin);
    let board = &shared.board;
    let meant = match shared.limits.range_of(Order::Scheduled) {
        RangeOf::Scheduled if is_whole => asked.range,
        // It is asked for by its number: that does no harm where the range is of another time after all.
        RangeOf::Unknown if is_whole && !came.is_empty() => asked.range,
        RangeOf::Created if is_near => {
            // What is due must be there; the rest of the page may have moved on.
            let now = shared.server_now();
            Range { begin: begin.unwrap_or(now), end: now }
        }
        RangeOf::Scheduled | RangeOf::Created | RangeOf::Unknown | RangeOf::Unclear => return,
    };
    let held = board.schedule.between(meant).iter().filter_map(|slot| board.schedule.get(*slot));
    let missed = held.filter(|held| {
        let is_open = matches!(held.state, TaskState::Pending | TaskState::Dispatching);
        let is_kept = board.own.keeps(held.id, board.selected, shared.now.running);
        is_open && !is_kept && !held.is_gone() && !came.contains(&held.id)
    });
    let missed: Vec<TaskId> = missed.map(|held| held.id).collect();
    sync::miss(shared, missed);
}
