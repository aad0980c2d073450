//! The whole range is read, pass after pass: when a pass begins, what it brings, and what may be said of the number of
//! tasks meanwhile. What was read when the last run ended is shown until then, with its age.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::failure::NotSent;
use crate::domain::schedule::{Row, Slot, TaskState};
use crate::domain::{Coverage, Failure, Page, Priority, Task, TaskId, catalog};

use super::super::effect::{Effect, Wanted};
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::arrive;
use super::passes::Complete;
use super::rows::show_changes;
use super::table::Opening;

/// At least so long lies between two passes.
const PAUSE: Duration = Duration::from_mins(1);
/// And so many times as long as the last one took.
const PAUSE_TIMES: u32 = 2;
/// What is held is kept on disk that often.
const KEEP_EVERY: Duration = Duration::from_mins(5);
/// So many tasks that no pass brought any more are asked for by themselves at the same time.
const RECHECKS: usize = 2;

/// What is wanted for the table as it is.
fn wanted(shared: &Shared, priority: Priority) -> Wanted {
    let board = &shared.board;
    Wanted {
        range: board.range,
        history: shared.setup.history,
        keyword: board.keyword.clone(),
        page_size: shared.setup.page_size,
        priority,
    }
}

/// Reads the whole range, from the beginning.
pub(super) fn begin(shared: &mut Shared, priority: Priority) -> Vec<Effect> {
    let wanted = wanted(shared, priority);
    let (req, now) = (shared.ask(), shared.now.running);
    let sync = &mut shared.board.sync;
    if !sync.wanted.as_ref().is_some_and(|before| before.is_same(&wanted)) {
        sync.coverage = None;
    }
    sync.pass += 1;
    (sync.asking, sync.wanted, sync.began) = (Some(req), Some(wanted.clone()), now);
    vec![Effect::Sync { req, wanted }]
}

/// Begins a pass where it is time for one, keeps what was read, and reads what was missed.
pub(super) fn on_tick(shared: &mut Shared) -> Vec<Effect> {
    let now = shared.now.running;
    for id in shared.board.own.let_go(shared.board.selected, now) {
        // Only the service can say whether it is there.
        shared.board.sync.missed.push_back(id);
    }
    if !shared.connection.may_ask(shared.now) {
        return Vec::new();
    }
    let mut effects = recheck(shared);
    let sync = &shared.board.sync;
    let pause = sync.ended.map(|ended| {
        let took = ended.saturating_sub(sync.began);
        ended + PAUSE.max(took * PAUSE_TIMES)
    });
    let is_due = sync.asking.is_none() && pause.is_none_or(|at| now >= at);
    if is_due {
        effects.extend(begin(shared, Priority::Background));
    }
    effects
}

/// Reads what was missed, a few at a time.
pub(super) fn recheck(shared: &mut Shared) -> Vec<Effect> {
    let mut effects = Vec::new();
    while shared.board.sync.checking.len() < RECHECKS {
        let Some(id) = shared.board.sync.missed.pop_front() else { break };
        if shared.board.sync.checking.values().any(|asked| *asked == id) {
            continue;
        }
        let req = shared.ask();
        shared.board.sync.checking.insert(req, id);
        effects.push(Effect::Get { req, id, priority: Priority::Background });
    }
    effects
}

/// Reads one task, unless that is under way.
pub(super) fn read_one(shared: &mut Shared, id: TaskId, priority: Priority) -> Option<Effect> {
    if shared.board.sync.checking.values().any(|asked| *asked == id) {
        return None;
    }
    let req = shared.ask();
    shared.board.sync.checking.insert(req, id);
    Some(Effect::Get { req, id, priority })
}

/// Whether a pass that began then or later is over.
pub(super) fn has_read_since(shared: &Shared, at: Duration) -> bool {
    let sync = &shared.board.sync;
    sync.began >= at && sync.asking.is_none() && sync.ended.is_some()
}

/// All is read once more, whenever it was read last.
pub(super) fn read_again_at_once(shared: &mut Shared) -> Vec<Effect> {
    begin(shared, Priority::Background)
}

/// A task that was missed was read, or is not there any more; says whether that was the question.
pub(in crate::app) fn on_rechecked(
    shared: &mut Shared,
    req: ReqId,
    result: &Result<Box<Task>, Failure>,
) -> bool {
    let Some(id) = shared.board.sync.checking.remove(&req) else { return false };
    match result {
        Ok(task) => arrive::take_listed(shared, &[Arc::new(Task::clone(task))]),
        Err(failure) if failure.code() == Some(catalog::INVALID_REQUEST) => {
            if !shared.board.own.keeps(id, shared.board.selected, shared.now.running) {
                arrive::remove(shared, id);
                show_changes(shared);
            }
        }
        // The next pass tells.
        Err(_) => {}
    }
    true
}

/// Tasks are to be read by themselves: the list should have brought them, and did not.
pub(super) fn miss(shared: &mut Shared, ids: impl IntoIterator<Item = TaskId>) {
    let sync = &mut shared.board.sync;
    for id in ids {
        if !sync.missed.contains(&id) {
            sync.missed.push_back(id);
        }
    }
}

/// Whether a page belongs to the pass under way.
pub(in crate::app) fn is_asked(shared: &Shared, req: ReqId) -> bool {
    shared.board.sync.asking == Some(req)
}

/// A page of the pass came.
pub(in crate::app) fn on_read(shared: &mut Shared, page: &Page, coverage: Coverage) {
    let now = shared.now;
    shared.connection.succeeded(now);
    let board = &mut shared.board;
    if !board.keyword.is_empty() {
        board.found.extend(page.tasks.iter().map(|task| task.id));
        for task in &page.tasks {
            // It may have been held before it was found.
            if let Some(slot) = board.schedule.slot(task.id) {
                board.listing.touch(slot);
            }
        }
    }
    board.sync.coverage = Some(coverage);
    arrive::take_listed(shared, &page.tasks);
}

/// The pass is over.
pub(in crate::app) fn on_synced(
    shared: &mut Shared,
    req: ReqId,
    result: Result<Coverage, Failure>,
) -> Vec<Effect> {
    if !is_asked(shared, req) {
        return Vec::new();
    }
    let now = shared.now;
    let sync = &mut shared.board.sync;
    (sync.asking, sync.ended) = (None, Some(now.running));
    let coverage = match result {
        Ok(coverage) => coverage,
        Err(Failure::NotSent { reason: NotSent::Withdrawn, .. }) => {
            sync.ended = None;
            return Vec::new();
        }
        Err(failure) => {
            sync.ended = None;
            shared.connection.failed(failure, now);
            return Vec::new();
        }
    };
    shared.connection.succeeded(now);
    shared.board.has_answer = true;
    shared.board.sync.coverage = Some(coverage.clone());
    if !coverage.is_complete() {
        return Vec::new();
    }
    if shared.board.keyword.is_empty() {
        drop_gone(shared, &coverage);
    }
    let sync = &mut shared.board.sync;
    sync.recalled = None;
    if let Some(wanted) = sync.wanted.clone() {
        sync.complete = Some(Complete { coverage, ended: now.running, began: sync.began, wanted });
    }
    show_changes(shared);
    if shared.board.opening == Some(Opening::Present) {
        // It has found its place: from here on nothing moves by itself.
        shared.board.opening = None;
    }
    keep(shared).into_iter().collect()
}

/// Takes away what a complete pass would have brought, and did not. What is still to come is asked for before it goes.
fn drop_gone(shared: &mut Shared, coverage: &Coverage) {
    let (board, now) = (&shared.board, shared.now.running);
    let pass = board.sync.pass;
    let held = board.schedule.by_time().iter().filter_map(|slot| board.schedule.get(*slot));
    let gone = held.filter(|held| {
        held.pass != pass
            && coverage.would_have_shown(held.scheduled_at(), held.created_at())
            && !board.own.keeps(held.id, board.selected, now)
    });
    let (open, over): (Vec<_>, Vec<_>) = gone
        .map(|held| (held.id, held.state))
        .partition(|(_, state)| matches!(state, TaskState::Pending | TaskState::Dispatching));
    for (id, _) in over {
        arrive::remove(shared, id);
    }
    miss(shared, open.into_iter().map(|(id, _)| id));
}

/// What is held goes on disk, for the next start.
fn keep(shared: &mut Shared) -> Option<Effect> {
    let now = shared.now.running;
    let board = &shared.board;
    let is_due = board.sync.kept.is_none_or(|at| now >= at + KEEP_EVERY);
    if !is_due || board.sync.keeping.is_some() || !board.keyword.is_empty() {
        return None;
    }
    let server_now = shared.server_now();
    let by_time = board.schedule.by_time();
    let held = |slot: &u32| board.schedule.get(*slot);
    let ahead = by_time
        .partition_point(|slot| held(slot).is_some_and(|held| held.scheduled < server_now.timestamp()));
    let (past, to_come) = by_time.split_at_checked(ahead).unwrap_or((by_time, &[]));
    let nearest: Vec<Slot> = to_come.iter().chain(past.iter().rev()).copied().collect();
    let tasks = shared.board.schedule.share(nearest);
    let req = shared.ask();
    (shared.board.sync.keeping, shared.board.sync.kept) = (Some(req), Some(now));
    Some(Effect::KeepSnapshot { req, tasks: tasks.into(), read_at: server_now })
}

/// It is on disk, or is not: then the next pass tries again.
pub(in crate::app) fn on_kept(shared: &mut Shared, req: ReqId, result: &Result<(), String>) {
    if shared.board.sync.keeping == Some(req) {
        shared.board.sync.keeping = None;
        if result.is_err() {
            shared.board.sync.kept = None;
        }
    }
}

/// What the last run has seen.
pub(in crate::app) fn on_recalled(shared: &mut Shared, rows: Vec<Row>, read_at: DateTime<Utc>) {
    if shared.board.sync.complete.is_some() {
        return;
    }
    shared.board.sync.recalled = Some(read_at);
    arrive::take_recalled(shared, rows);
}
