//! Tasks that the operator's own doing put on the table: what was just written, what was cancelled, what was asked
//! for by its number. The list may bring them late, on another page, or not at all.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{Outcome, Query, Task, TaskId};

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
    /// Whether the task was cancelled here, and the list does not say otherwise.
    pub fn is_cancelled(&self, id: TaskId) -> bool {
        self.rows.iter().any(|row| row.task.id == id && row.is_cancelled)
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

    /// Takes off what the list tells as well, or tells otherwise for too long, and what nobody looks at any
    /// more. `selected` stays, for it is looked at.
    pub(super) fn settle(&mut self, listed: &[Arc<Task>], selected: Option<TaskId>, now: Duration) {
        self.rows.retain(|row| {
            let age = now.saturating_sub(row.since);
            let there = listed.iter().find(|task| task.id == row.task.id);
            if row.is_cancelled {
                // What was cancelled does not go out: if it does, the service did not take the cancel.
                let is_late = |task: &Arc<Task>| task.outcome() == Outcome::Pending && age <= LISTED_BY;
                return age <= STRUCK_FOR && there.is_none_or(is_late);
            }
            match there {
                // A task that goes out goes on by itself: there the list is ahead of what was read before.
                Some(task) => {
                    age <= LISTED_BY && task.outcome() == Outcome::Pending && differs(task, &row.task)
                }
                None => age <= LISTED_BY || selected == Some(row.task.id),
            }
        });
    }

    /// The rows of a page with these among them, each at its place. Of those that lie on another page only
    /// `wanted` is shown, at the end that is nearer.
    pub(super) fn merged(
        &self,
        listed: &[Arc<Task>],
        query: &Query,
        (is_first, is_last): (bool, bool),
        wanted: Option<TaskId>,
    ) -> Vec<Arc<Task>> {
        let mut all: Vec<Arc<Task>> = listed.to_vec();
        let key = |task: &Task| (query.order.time_of(task), task.id);
        for OwnRow { task, .. } in &self.rows {
            all.retain(|old| old.id != task.id);
            let before =
                |old: &Arc<Task>| if query.ascending { key(old) < key(task) } else { key(old) > key(task) };
            let at = all.partition_point(before);
            let is_here = (at > 0 || is_first) && (at < all.len() || is_last);
            if is_here || wanted == Some(task.id) {
                all.insert(at, Arc::clone(task));
            }
        }
        all
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

/// Where a task stands in an order; later rows are greater.
pub(super) fn reaches(query: &Query, task: &Task, sought: DateTime<Utc>) -> bool {
    query.order.time_of(task).is_some_and(|at| if query.ascending { at >= sought } else { at <= sought })
}
