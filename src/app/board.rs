//! The task table: what is asked, what is shown, what is selected, and when rows may move.
//!
//! The selected row is a task, never a row number. Rows do not move under an open dialog or just
//! after a key (U4): a new order waits, and values of rows that stay are renewed in
//! place meanwhile.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::failure::NotSent;
use crate::domain::{Failure, Page, Priority, Query, TaskId};
use crate::keymap::{Action, Scope};

use super::effect::Effect;
use super::filter::saved;
use super::filter::terms::Filter;
use super::next::{Destination, Next};
use super::request::ReqId;
use super::shared::Shared;
use super::{task_actions, writes};

pub(super) mod ask;
pub(super) mod by_id;
pub mod columns;
pub(super) mod go_to;
pub(super) mod hit;
pub mod offer;
mod own;
pub(super) mod paging;
pub(super) mod range;
mod seam;
mod seek;
pub mod table;
pub mod texts;
pub mod viewport;

pub(super) use ask::on_resized;
pub use ask::{follow_cursor, reload};
pub use range::{on_learnt, on_narrowed};
pub use table::Column;

use ask::{ask, set_filter};
use table::Edge;
use viewport::Viewport;

/// Rows stay where they are for so long after a key.
const HOLD: Duration = Duration::from_millis(1500);
/// So near to its time a task is due about now.
const DUE_ABOUT: TimeDelta = TimeDelta::seconds(10);
/// Sorts a page as the query says: the service's own sample shows that its order is no promise.
fn sort_page(page: &mut Page, query: &Query) {
    page.tasks.sort_by_key(|task| (query.order.time_of(task), task.id));
    if !query.ascending {
        page.tasks.reverse();
    }
    let mut seen = HashSet::new();
    page.tasks.retain(|task| seen.insert(task.id));
}

/// Time went on: rows that waited may move now, and the page is asked for again when it is due.
pub fn on_tick(shared: &mut Shared) -> Vec<Effect> {
    if !is_held(shared) {
        ask::show_waiting(shared);
        let effects = range::adapt_range(shared);
        if !effects.is_empty() {
            return effects;
        }
    }
    let mut effects: Vec<Effect> = go_to::read_again(shared).into_iter().collect();
    if is_due(shared) {
        // It is watched ahead of what refreshes by itself.
        let due_now = shared.board.goes_out_within(DUE_ABOUT, shared.server_now());
        effects.extend(ask(shared, if due_now { Priority::Due } else { Priority::Background }));
    }
    effects
}

/// Whether the page is old, and may be asked for.
fn is_due(shared: &Shared) -> bool {
    let is_old = shared.board.asked_at.is_none_or(|at| shared.now.running >= at + shared.pace());
    is_old && !shared.board.is_asking() && shared.connection.may_ask(shared.now)
}

/// Somebody looks again: what is old by now is asked for at once.
pub(super) fn on_focused(shared: &mut Shared) -> Vec<Effect> {
    if is_due(shared) { ask(shared, Priority::Page) } else { Vec::new() }
}

/// Whether rows must stay where they are.
pub(super) fn is_held(shared: &Shared) -> bool {
    let just_pressed = shared.last_key.is_some_and(|at| shared.now.running < at + HOLD);
    shared.lies_over.dialog || just_pressed
}

/// What became of a question for a page.
#[derive(Debug)]
pub enum PageAnswer {
    /// It came, and [`take`] shows it.
    Page(Arrived),
    /// Nothing is to be shown of it; what is to be done instead.
    Other(Vec<Effect>),
}

/// A page that came.
#[derive(Debug)]
pub struct Arrived {
    /// The rows, in order.
    pub page: Page,
    /// What was asked.
    asked: Query,
    /// Rows that came, repeats included.
    came: u64,
}

/// A page came, or did not.
pub fn on_listed(shared: &mut Shared, req: ReqId, result: Result<Page, Failure>) -> PageAnswer {
    if shared.board.locating == Some(req) {
        return PageAnswer::Other(seek::on_located(shared, result));
    }
    let settled = result.as_ref().map(|_| ()).map_err(Clone::clone);
    if !shared.board.remote.settle(req, settled) {
        return PageAnswer::Other(Vec::new());
    }
    let now = shared.now;
    let mut page = match result {
        Ok(page) => page,
        Err(Failure::NotSent { reason: NotSent::Withdrawn, .. }) => return PageAnswer::Other(Vec::new()),
        Err(failure) => return PageAnswer::Other(range::on_not_listed(shared, failure)),
    };
    shared.connection.succeeded(now);
    shared.presence.answered_pace = shared.pace();
    let Some(asked) = shared.board.asked.clone() else { return PageAnswer::Other(Vec::new()) };
    let came = page.tasks.len() as u64;
    sort_page(&mut page, &asked);
    let server_now = shared.server_now();
    shared.board.compare(&page, now, server_now);
    PageAnswer::Page(Arrived { page, asked, came })
}

/// Shows a page that came, or asks for other rows where it does not join those that are shown.
pub fn take(shared: &mut Shared, Arrived { page, asked, came }: Arrived) -> Vec<Effect> {
    if let Some(instead) = paging::rejoin(shared, &asked, &page, came) {
        return instead;
    }
    let seeks = shared.board.edge == Some(Edge::Sought);
    show(shared, page, asked.clone(), came);
    if seeks { seek::go_on(shared, &asked, came) } else { paging::turn_on(shared) }
}

/// Puts a page on screen, at once or when rows may move.
fn show(shared: &mut Shared, page: Page, asked: Query, came: u64) {
    let before = shared.board.shown_query.as_ref();
    let new_question = before.is_none_or(|shown| !shown.begins_as(&asked));
    let is_longer = before.is_some_and(|shown| shown.page_size < asked.page_size);
    let same_rows = page.tasks.iter().map(|t| t.id).eq(shared.board.listed.iter().map(|t| t.id));
    let (now, running, doubted) = (shared.server_now(), shared.now.running, shared.doubted());
    shared.board.came = came;
    shared.board.shown_query = Some(asked);
    if new_question || is_longer || same_rows || !is_held(shared) {
        if new_question {
            shared.board.top = 0;
        }
        shared.board.replace(page, (now, running), &doubted);
    } else {
        shared.board.total = page.total;
        shared.board.renew_in_place(page, now, &doubted);
    }
    shared.board.note_upcoming(now, running);
    follow_cursor(shared);
}

fn select_row(shared: &mut Shared, row: usize) {
    let row = row.min(shared.board.visible.len().saturating_sub(1));
    let id = shared.board.rows().nth(row).map(|task| task.id);
    if id != shared.board.selected {
        shared.board.selected = id;
        shared.detail.rewind();
        // The operator is somewhere: nothing takes him to another place.
        shared.board.seek = None;
    }
    follow_cursor(shared);
}

/// Selects a task that is on the screen.
pub(super) fn select(shared: &mut Shared, id: TaskId) {
    let row = shared.board.rows().position(|task| task.id == id);
    if let Some(row) = row {
        select_row(shared, row);
    }
}

/// Moves the rows under the selected one, which is taken along at the edge of the screen.
pub(super) fn scroll(shared: &mut Shared, action: Action, lines: usize) {
    let view = Viewport::of(shared);
    let count = shared.board.visible.len();
    let top = shared.board.top;
    let top = if action == Action::Up { top.saturating_sub(lines) } else { top + lines };
    let top = top.min(view.last_top(count));
    shared.board.top = top;
    let last = (top + view.rows_from(top, count)).saturating_sub(1).max(top);
    let row = shared.board.cursor().unwrap_or(top).clamp(top, last);
    select_row(shared, row);
}

/// A row on: behind the last one the next page. A key that is held does not run through pages unseen.
fn step_down(shared: &mut Shared, row: usize, last: usize) -> Vec<Effect> {
    let is_more = row == last && !shared.board.ends().1;
    if is_more && shared.board.shown_query.is_some() {
        return if paging::is_turning(shared) { Vec::new() } else { paging::turn(shared, true, Edge::First) };
    }
    select_row(shared, row + 1);
    Vec::new()
}

/// A row back: above the first one the page before.
fn step_up(shared: &mut Shared, row: usize) -> Vec<Effect> {
    if row == 0 && !shared.board.ends().0 {
        return if paging::is_turning(shared) { Vec::new() } else { paging::turn(shared, false, Edge::Last) };
    }
    select_row(shared, row.saturating_sub(1));
    Vec::new()
}

/// A key on the table.
pub fn on_action(shared: &mut Shared, action: Action) -> Next {
    let row = shared.board.cursor().or_else(|| by_id::row_before(shared)).unwrap_or(0);
    let last = shared.board.visible.len().saturating_sub(1);
    let screenful = Viewport::of(shared).most_rows();
    match action {
        Action::Down => return step_down(shared, row, last).into(),
        Action::Up => return step_up(shared, row).into(),
        Action::First => select_row(shared, 0),
        Action::Last => select_row(shared, last),
        Action::PageDown if row == last => return paging::turn(shared, true, Edge::First).into(),
        Action::PageDown => select_row(shared, row + screenful),
        Action::PageUp if row == 0 => return paging::turn(shared, false, Edge::Last).into(),
        Action::PageUp => select_row(shared, row.saturating_sub(screenful)),
        Action::HalfDown => select_row(shared, row + screenful.div_ceil(2)),
        Action::HalfUp => select_row(shared, row.saturating_sub(screenful.div_ceil(2))),
        Action::NextPage => return paging::turn(shared, true, Edge::First).into(),
        Action::PreviousPage => return paging::turn(shared, false, Edge::First).into(),
        Action::Now => return range::return_to_now(shared).into(),
        Action::RangeForward => return range::move_range(shared, 1).into(),
        Action::RangeBack => return range::move_range(shared, -1).into(),
        Action::Filter => return Next::open(Destination::Screen(Scope::Filter)),
        Action::NextFilter | Action::PreviousFilter => saved::step(shared, action == Action::NextFilter),
        Action::Find => return Next::open(Destination::Screen(Scope::Find)),
        Action::Sort => return Next::open(Destination::Screen(Scope::Sort)),
        Action::SwitchPane if shared.areas().is_some_and(|areas| areas.detail.is_some()) => {
            shared.detail.focused = true;
        }
        Action::SwitchPane | Action::Open if shared.selected().is_some() => {
            return Next::open(Destination::Screen(Scope::Detail));
        }
        Action::Open if let Some(offer) = offer::offer(shared) => {
            return offer::take_up(shared, offer, Filter::default()).into();
        }
        Action::Back => return step_back(shared),
        Action::Close => return Next::close(),
        _ => return task_actions::on_action(shared, action),
    }
    Next::stay()
}

/// Esc on the table: shows what was found out, else takes back the filter, then the find.
fn step_back(shared: &mut Shared) -> Next {
    if let Some(notice) = writes::next_notice(shared) {
        return Next::open(Destination::Notice(Box::new(notice)));
    }
    if !shared.board.filter.text.is_empty() {
        set_filter(shared, Filter::default());
        return Next::stay();
    }
    if !shared.board.query.keyword.is_empty() {
        shared.board.query.keyword.clear();
        return range::begin_at_now(shared).into();
    }
    let key = shared.key(Scope::Tasks, Action::Close);
    shared.say(format!("nothing to go back from; {key} leaves"));
    Next::stay()
}

#[cfg(test)]
mod tests;
