//! Tasks that an answer brought are taken up into the schedule, whoever asked: the look at what is due, the reading of
//! the whole range, a single task that was read, the last run's snapshot.

use std::sync::Arc;

use crate::domain::schedule::{Put, Row, TextPart};
use crate::domain::{Task, TaskId, text, wire};

use super::super::shared::Shared;
use super::rows::{follow_cursor, show_changes};
use super::{changes, ended};

/// Takes tasks up that the list brought.
pub(super) fn take_listed(shared: &mut Shared, tasks: &[Arc<Task>]) {
    for task in tasks {
        let pass = shared.board.sync.pass();
        if !shared.board.own.is_empty() && !shared.board.own.gives_way(task, shared.now.running) {
            // It was seen; what it says is older than what is known.
            shared.board.schedule.see_changed(task.id, pass);
            continue;
        }
        if !shared.board.schedule.see(task.id, task.json.text(), pass) {
            take(shared, task);
        }
    }
    shared.board.has_answer = true;
    show_changes(shared);
}

/// Takes a task up as it is, whatever the list says.
pub(super) fn take(shared: &mut Shared, task: &Task) {
    let pass = shared.board.sync.pass();
    put(shared, Row::of(task), pass, Some(task));
}

/// Takes up what the last run has seen, where nothing newer is known.
pub(super) fn take_recalled(shared: &mut Shared, rows: Vec<Row>) {
    for row in rows {
        if shared.board.schedule.slot(row.id()).is_none() {
            put(shared, row, 0, None);
        }
    }
    shared.board.has_answer = true;
    show_changes(shared);
}

fn put(shared: &mut Shared, row: Row, pass: u32, task: Option<&Task>) {
    let schedule = &mut shared.board.schedule;
    // What the last run has seen counts for nothing here.
    let was_read =
        schedule.slot(row.id()).and_then(|slot| schedule.get(slot)).is_some_and(|held| held.pass > 0);
    let put = schedule.put(row, pass);
    let slot = put.slot();
    match put {
        Put::Same(_) => return,
        Put::New(_) => {
            if let Some(task) = task {
                changes::came(shared, task);
            }
        }
        Put::Changed(_, before) => {
            let (now, server_now) = (shared.now, shared.connection.server_now(shared.now));
            if let (Some(old), Some(new)) = (wire::read_task_text(&before.into()), task) {
                shared.board.note_change(&old, new, now, server_now);
                if was_read {
                    changes::changed(shared, &old, new);
                    ended::changed(shared, &old, new);
                }
            }
        }
    }
    let board = &mut shared.board;
    board.listing.touch(slot);
    if let Some(held) = board.schedule.get(slot) {
        let who = text::width(board.schedule.words(held).part(TextPart::Who));
        board.read.widest_who = board.read.widest_who.max(who);
        board.extent.take(held);
    }
}

/// A task is not there any more.
pub(super) fn remove(shared: &mut Shared, id: TaskId) {
    if let Some(task) = shared.board.task(id) {
        changes::went(shared, &task);
        ended::went(shared, &task);
    }
    if let Some(slot) = shared.board.schedule.remove(id) {
        shared.board.listing.touch(slot);
    }
}

/// The rows that are on the screen are read, whatever changed.
pub(in crate::app) fn read_screen(shared: &mut Shared) {
    follow_cursor(shared);
    let rows = super::viewport::Viewport::of(shared).most_rows();
    shared.board.read_screen(rows);
}
