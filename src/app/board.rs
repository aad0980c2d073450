//! The task table: what is asked, what is shown, what is selected, and when rows may move.
//!
//! The selected row is a task, never a row number. Rows do not move under an open dialog or just
//! after a key (U4): a new order waits, and values of rows that stay are renewed in
//! place meanwhile.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::failure::NotSent;
use crate::domain::{Failure, Filter, Page, Priority, Query, Task};
use crate::keymap::{Action, Scope};

use super::effect::Effect;
use super::filter::saved;
use super::next::{Destination, Next};
use super::request::{Moment, ReqId};
use super::shared::Shared;
use super::{filter, task_actions, writes};

mod absence;
mod arrive;
pub(super) mod ask;
mod away;
pub(super) mod by_id;
pub mod changes;
pub mod column;
pub mod columns;
mod ended;
mod extent;
pub(super) mod go_to;
pub(super) mod hit;
mod hold;
pub mod listing;
pub mod offer;
mod own;
pub mod passes;
pub mod pinned;
pub mod pins;
pub(super) mod range;
pub mod reading;
pub(super) mod rows;
pub mod seen;
pub(super) mod select;
pub mod sync;
pub mod table;
pub mod texts;
mod turns;
pub mod viewport;
mod watch;

pub(super) use arrive::read_screen;
pub use ask::reload;
pub use column::Column;
pub(super) use hold::is_held;
pub use listing::Sort;
pub use range::{on_learnt, on_narrowed};
pub(super) use select::{scroll, select};

use rows::set_filter;
use select::{select_row, turn};
use viewport::Viewport;

/// So near to its time a task is due about now.
const DUE_ABOUT: TimeDelta = TimeDelta::seconds(10);

/// The first questions.
pub(super) fn start(shared: &mut Shared) -> Vec<Effect> {
    let mut effects = reload(shared);
    effects.extend(sync::begin(shared, Priority::Background));
    effects
}

/// Time went on: rows that waited may move now, and what is due is looked at again.
pub fn on_tick(shared: &mut Shared, before: Moment) -> Vec<Effect> {
    let second = shared.server_now().timestamp();
    shared.board.turn_to(second);
    rows::go_on(shared);
    if !is_held(shared) {
        filter::renew(shared);
        rows::show_waiting(shared);
        rows::judge_by_time(shared);
    }
    rows::count_tabs(shared);
    let mut effects: Vec<Effect> = go_to::read_again(shared).into_iter().collect();
    effects.extend(away::on_tick(shared, before));
    effects.extend(sync::on_tick(shared));
    if is_due(shared) {
        // It is watched ahead of what refreshes by itself.
        let due_now = shared.board.goes_out_within(DUE_ABOUT, shared.server_now());
        effects.extend(watch::poll(shared, if due_now { Priority::Due } else { Priority::Background }));
    }
    effects
}

/// Says what changed, here and to whoever does not look.
pub(super) fn tell(shared: &mut Shared) -> Option<Effect> {
    changes::tell(shared);
    ended::notify(shared)
}

/// Whether what is shown is old, and may be asked for.
fn is_due(shared: &Shared) -> bool {
    let at = shared.board.asked_at.map_or(Duration::ZERO, |at| at + watch::pace(shared));
    let is_old = shared.now.running >= at;
    is_old && shared.board.remote.asking.is_none() && shared.connection.may_ask(shared.now)
}

/// Time until the next look, where that is oftener than every second.
pub(super) fn look_in(shared: &Shared) -> Option<Duration> {
    let pace = watch::pace(shared);
    let at = shared.board.asked_at? + pace;
    (pace < Duration::from_secs(1)).then(|| at.saturating_sub(shared.now.running))
}

/// Somebody looks again: what is old by now is asked for at once.
pub(super) fn on_focused(shared: &mut Shared) -> Vec<Effect> {
    if is_due(shared) { watch::poll(shared, Priority::Page) } else { Vec::new() }
}

/// A page came, or did not; gives what was asked for one that came and was asked for.
pub fn on_listed(shared: &mut Shared, req: ReqId, result: Result<&Page, Failure>) -> Option<Query> {
    let settled = result.as_ref().map(|_| ()).map_err(Clone::clone);
    if !shared.board.remote.settle(req, settled) {
        return None;
    }
    let now = shared.now;
    match result {
        Ok(_) => {
            shared.connection.succeeded(now);
            shared.presence.answered_pace = shared.pace();
            shared.board.asked.clone()
        }
        Err(Failure::NotSent { reason: NotSent::Withdrawn, .. }) => None,
        Err(failure) => {
            shared.connection.failed(failure, now);
            None
        }
    }
}

/// Whether a page brings nothing that is not shown already.
pub(super) fn shows_already(shared: &Shared, req: ReqId, page: &Page) -> bool {
    let board = &shared.board;
    let is_held = |task: &Arc<Task>| {
        let held = board.schedule.slot(task.id).and_then(|slot| board.schedule.get(slot));
        held.is_some_and(|held| *board.schedule.json(held) == **task.json.text())
    };
    board.remote.asking == Some(req) && board.waiting_changes() == 0 && page.tasks.iter().all(is_held)
}

/// Takes a page up that came.
pub fn take(shared: &mut Shared, asked: &Query, page: &Page) -> Vec<Effect> {
    arrive::take_listed(shared, &page.tasks);
    watch::on_page(shared, asked, page);
    sync::recheck(shared)
}

/// A key on the table.
pub fn on_action(shared: &mut Shared, action: Action) -> Next {
    let row = shared.board.cursor().or_else(|| by_id::row_before(shared)).unwrap_or(0);
    let last = shared.board.count().saturating_sub(1);
    let screenful = Viewport::of(shared).most_rows();
    match action {
        Action::Down => select_row(shared, row + 1),
        Action::Up => select_row(shared, row.saturating_sub(1)),
        Action::First => select_row(shared, 0),
        Action::Last => select_row(shared, last),
        Action::PageDown => select_row(shared, row + screenful),
        Action::PageUp => select_row(shared, row.saturating_sub(screenful)),
        Action::HalfDown => select_row(shared, row + screenful.div_ceil(2)),
        Action::HalfUp => select_row(shared, row.saturating_sub(screenful.div_ceil(2))),
        Action::NextPage => turn(shared, true),
        Action::PreviousPage => turn(shared, false),
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
    if !shared.board.keyword.is_empty() {
        shared.board.keyword.clear();
        return range::read_anew(shared).into();
    }
    let key = shared.key(Scope::Tasks, Action::Close);
    shared.say(format!("nothing to go back from; {key} leaves"));
    Next::stay()
}

#[cfg(test)]
mod tests;
