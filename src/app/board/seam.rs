//! The seam between the rows that are shown and those that are asked for: whether a page joins, and where
//! to ask next if it does not.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::{Order, Page, Query, Task, TaskId};

/// On which side of the shown rows the page has to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// It follows them.
    Below,
    /// It comes before them.
    Above,
    /// It takes their place.
    Same,
}

/// The seam between the rows that are shown and those that are asked for.
#[derive(Clone, Debug)]
pub(super) struct Seam {
    pub(super) side: Side,
    /// The rows that are shown, in order.
    pub(super) ids: Vec<TaskId>,
    /// The time of the row at the seam, by which rows are sorted.
    pub(super) at: Option<DateTime<Utc>>,
    /// Above them: up to which row the page has to reach.
    pub(super) end: u64,
    pub(super) total: u64,
    pub(super) tries: u32,
}

impl Seam {
    pub(super) fn of((tasks, total): (&[Arc<Task>], u64), order: Order, side: Side, end: u64) -> Self {
        let row = if side == Side::Below { tasks.last() } else { tasks.first() };
        Self {
            side,
            ids: tasks.iter().map(|task| task.id).collect(),
            at: row.and_then(|task| order.time_of(task)),
            end,
            total,
            tries: 0,
        }
    }

    /// Whether no task can lie between the rows of this page and those that were shown.
    pub(super) fn joins(&self, asked: &Query, page: &Page, came: u64) -> bool {
        let known = |task: &Arc<Task>| self.ids.contains(&task.id);
        let beyond = |task: Option<&Arc<Task>>, earlier: bool| {
            let (Some(at), Some(seam)) = (task.and_then(|task| asked.order.time_of(task)), self.at) else {
                return false;
            };
            if earlier == asked.ascending { at < seam } else { at > seam }
        };
        let (first, last) = (page.tasks.first(), page.tasks.last());
        let starts_before = asked.offset == 0 || beyond(first, true);
        match self.side {
            // Pages of one row cannot overlap: there the number of tasks has to do.
            Side::Below if self.ids.len() < 2 => starts_before || page.total >= self.total,
            Side::Below => starts_before || page.tasks.iter().any(known),
            Side::Above if self.ids.len() < 2 => asked.offset + came >= self.end && page.total <= self.total,
            Side::Above => {
                let is_end = asked.offset + came >= page.total;
                is_end || page.tasks.iter().any(known) || beyond(last, false)
            }
            Side::Same => {
                let head: Vec<&TaskId> = self.ids.iter().take(3).collect();
                let has_head = page.tasks.iter().any(|task| head.contains(&&task.id));
                let leads_up = first.is_some_and(|task| !known(task)) && page.tasks.iter().any(known);
                starts_before || has_head || leads_up
            }
        }
    }

    /// Where to ask next, and for how many rows.
    pub(super) fn next(&self, asked: &Query, page: &Page, came: u64) -> (u64, u32) {
        let a_page = came.saturating_sub(1).max(1);
        let fewer = self.total.saturating_sub(page.total);
        let more = page.total.saturating_sub(self.total);
        let size = asked.page_size;
        match self.side {
            Side::Below => (asked.offset.saturating_sub(if fewer > 0 { fewer } else { a_page }), size),
            Side::Same => {
                let stays = |id: &&TaskId| !page.tasks.iter().any(|task| task.id == **id);
                let gone = self.ids.iter().take_while(stays).count() as u64;
                (asked.offset.saturating_sub(fewer.max(gone).max(1)), size)
            }
            Side::Above if asked.offset + came < self.end => {
                // The service gives fewer than were asked for: their end is what matters.
                (self.end - came, u32::try_from(came.max(1)).unwrap_or(size))
            }
            Side::Above => (asked.offset + if more > 0 { more } else { a_page }, size),
        }
    }
}
