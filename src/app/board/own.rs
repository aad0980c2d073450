//! Tasks that the operator's own doing put on the table: what was just written, what was cancelled, what was asked
//! for by its number. The list may bring them late, on another page, or not at all.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Outcome, Task, TaskId};

use super::super::compare::differs;
use super::super::request::ReqId;

/// So long a list may bring a task as it was before; then its word counts again.
const LISTED_BY: Duration = Duration::from_mins(1);
/// So long a cancelled task stays on the table, struck.
const STRUCK_FOR: Duration = Duration::from_hours(24);
/// A task that the list does not bring is read again by itself so often.
const READ_EVERY: Duration = Duration::from_secs(10);
/// So many are kept.
const MOST: usize = 1000;

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OwnRow {
    pub(super) task: Arc<Task>,
    /// Whether it was cancelled here.
    is_cancelled: bool,
    /// Since when, by [`super::super::request::Moment::running`].
    since: Duration,
    /// When it was read last.
    read_at: Duration,
    /// The question for it, read again.
    asked: Option<ReqId>,
}

/// The question for a task by its number, and what was selected before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SoughtTask {
    pub(super) req: ReqId,
    pub(super) id: TaskId,
    pub(super) before: Option<TaskId>,
}

/// All of them, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnRows {
    rows: Vec<OwnRow>,
}

impl OwnRows {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether the task is one of them.
    pub(super) fn has(&self, id: TaskId) -> bool {
        self.rows.iter().any(|row| row.task.id == id)
    }

    /// Whether the task was cancelled here, and the list does not say otherwise.
    pub fn is_cancelled(&self, id: TaskId) -> bool {
        self.rows.iter().any(|row| row.task.id == id && row.is_cancelled)
    }

    /// The tasks that were cancelled here.
    pub(super) fn cancelled(&self) -> HashSet<TaskId> {
        self.rows.iter().filter(|row| row.is_cancelled).map(|row| row.task.id).collect()
    }

    /// A task as it is now: it is shown so, whatever the list brings in the next minute.
    pub(super) fn keep(&mut self, task: Arc<Task>, now: Duration) {
        self.put(OwnRow { task, is_cancelled: false, since: now, read_at: now, asked: None });
    }

    /// A task was cancelled here.
    pub(super) fn cancel(&mut self, task: Arc<Task>, now: Duration) {
        self.put(OwnRow { task, is_cancelled: true, since: now, read_at: now, asked: None });
    }

    fn put(&mut self, row: OwnRow) {
        self.rows.retain(|old| old.task.id != row.task.id);
        if self.rows.len() == MOST {
            self.rows.remove(0);
        }
        self.rows.push(row);
    }

    /// Whether the list's word for a task counts: not where it may still tell how the task was before. Where it tells
    /// the same, or otherwise for too long, the task is nobody's own any more.
    pub(super) fn gives_way(&mut self, listed: &Task, now: Duration) -> bool {
        let Some(at) = self.rows.iter().position(|row| row.task.id == listed.id) else { return true };
        let Some(row) = self.rows.get(at) else { return true };
        let is_late = now.saturating_sub(row.since) <= LISTED_BY && listed.outcome() == Outcome::Pending;
        // What was cancelled does not go out: if it does, the service did not take the cancel. A task that goes out
        // goes on by itself: there the list is ahead of what was read before.
        let stays = is_late && (row.is_cancelled || differs(listed, &row.task));
        if !stays {
            self.rows.remove(at);
        }
        !stays
    }

    /// Whether a task is shown although no list brings it.
    pub(super) fn keeps(&self, id: TaskId, selected: Option<TaskId>, now: Duration) -> bool {
        let row = self.rows.iter().find(|row| row.task.id == id);
        row.is_some_and(|row| {
            let age = now.saturating_sub(row.since);
            if row.is_cancelled { age <= STRUCK_FOR } else { age <= LISTED_BY || selected == Some(id) }
        })
    }

    /// Takes off what is kept no longer, and gives those.
    pub(super) fn let_go(&mut self, selected: Option<TaskId>, now: Duration) -> Vec<TaskId> {
        let gone: Vec<TaskId> =
            self.rows.iter().map(|row| row.task.id).filter(|id| !self.keeps(*id, selected, now)).collect();
        self.rows.retain(|row| !gone.contains(&row.task.id));
        gone
    }

    /// The next one to be read again, if it is time.
    pub(super) fn due(&self, now: Duration) -> Option<TaskId> {
        let is_due = |row: &&OwnRow| {
            !row.is_cancelled && row.asked.is_none() && now.saturating_sub(row.read_at) >= READ_EVERY
        };
        self.rows.iter().find(is_due).map(|row| row.task.id)
    }

    /// It is read again under this question.
    pub(super) fn asked(&mut self, id: TaskId, req: ReqId) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.task.id == id) {
            row.asked = Some(req);
        }
    }

    /// It was read again: as it is, or it is not there any more. Gives the task if that question was one of these.
    pub(super) fn read(
        &mut self,
        req: ReqId,
        task: Option<&Task>,
        is_gone: bool,
        now: Duration,
    ) -> Option<TaskId> {
        let at = self.rows.iter().position(|row| row.asked == Some(req))?;
        let row = self.rows.get_mut(at)?;
        let id = row.task.id;
        (row.asked, row.read_at) = (None, now);
        if is_gone {
            self.rows.remove(at);
        } else if let Some(task) = task {
            row.task = Arc::new(task.clone());
        }
        Some(id)
    }
}
