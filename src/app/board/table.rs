//! The rows of the task table: what was asked, what is shown, what is selected. What is asked when is
//! decided beside it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{Order, Outcome, Page, Query, Task, TaskId};

use super::super::filter::terms::Filter;
use super::super::lines::Memo;
use super::super::remote::Remote;
use super::super::request::{Moment, ReqId};
use super::super::setup::Setup;
use super::seam::{Seam, Side};
use super::texts::RowTexts;

/// A changed cell is marked for two ticks.
const MARK: Duration = Duration::from_secs(2);

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The state.
    Status,
    /// The scheduled time.
    Scheduled,
    /// Who gets it.
    Who,
    /// The title.
    Title,
}

/// Where the cursor goes once the page asked for is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    First,
    Last,
    /// The next task to come, with a little of what was before it.
    Present,
}

/// Rows of the past that stay on screen above the next task to come.
pub(super) const PAST_ROWS: usize = 4;

/// The task table.
#[derive(Clone, Debug)]
pub struct Board {
    /// What is asked.
    pub query: Query,
    /// The question under way and why the last one failed.
    pub remote: Remote<()>,
    /// What was asked for the rows that are shown; `None` before the first answer.
    pub shown_query: Option<Query>,
    /// The rows of the page, in order.
    pub tasks: Vec<Arc<Task>>,
    /// Matches in all.
    pub total: u64,
    /// The local filter.
    pub filter: Filter,
    /// The selected task.
    pub selected: Option<TaskId>,
    /// First row on screen, among those that pass the filter.
    pub top: usize,
    /// What was seen of each task since the start: when it was first in which state.
    pub seen: HashMap<TaskId, Vec<(DateTime<Utc>, Outcome)>>,
    pub(super) visible: Vec<usize>,
    pub(super) waiting: Option<Page>,
    /// Rows that came for the page that is shown, repeats included: they move the offset.
    pub came: u64,
    /// How the page that is asked for has to join the rows that are shown.
    pub(super) seam: Option<Seam>,
    /// Rows of the page before that the new one shows again.
    pub(super) joined: HashSet<TaskId>,
    /// Pages to be turned once the one that is asked for has come.
    pub(super) turns: i32,
    /// Where the service gives no more rows although it counts more.
    pub(super) dead_end: Option<(u64, u64)>,
    /// Between which rows the present is looked for, and how often it was.
    pub(super) seek: Option<(u64, u64, u32)>,
    /// Whether the range is the one that the table begins with.
    pub is_default_range: bool,
    /// Whether that is the one for a service that filters by creation.
    pub(super) is_of_creation: bool,
    /// Whether the range is shorter than was asked for, because the service does not take more.
    pub is_narrowed: bool,
    pub(super) asked: Option<Query>,
    pub(super) asked_at: Option<Duration>,
    pub(super) edge: Option<Edge>,
    /// The question for how many tasks lie before the present, which tells its page.
    pub(super) locating: Option<ReqId>,
    pub(super) marks: HashMap<(TaskId, Column), Duration>,
    texts: Memo<Vec<Arc<Task>>, RowTexts>,
}

impl Board {
    /// The table before the first answer: scheduled time, earliest first, 7 days back to 23 ahead.
    pub fn new(setup: &Setup, now: DateTime<Utc>) -> Self {
        let query = Query::around(now, setup.page_size);
        Self {
            query,
            remote: Remote::default(),
            shown_query: None,
            tasks: Vec::new(),
            total: 0,
            filter: Filter::default(),
            selected: None,
            top: 0,
            seen: HashMap::new(),
            visible: Vec::new(),
            waiting: None,
            came: 0,
            seam: None,
            joined: HashSet::new(),
            turns: 0,
            dead_end: None,
            seek: None,
            is_default_range: true,
            is_of_creation: false,
            is_narrowed: false,
            asked: None,
            asked_at: None,
            edge: Some(Edge::Present),
            locating: None,
            marks: HashMap::new(),
            texts: Memo::default(),
        }
    }

    /// The rows that pass the filter, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Arc<Task>> {
        self.visible.iter().map(|i| &self.tasks[*i])
    }

    /// The rows that pass the filter, as their places in [`Self::tasks`].
    pub fn places(&self) -> &[usize] {
        &self.visible
    }

    /// What the rows say.
    pub fn texts(&self) -> Arc<RowTexts> {
        self.texts.get(self.tasks.clone(), || RowTexts::of(&self.tasks))
    }

    /// The row of the selected task among [`Self::rows`].
    pub fn cursor(&self) -> Option<usize> {
        let id = self.selected?;
        self.visible.iter().position(|i| self.tasks.get(*i).is_some_and(|task| task.id == id))
    }

    /// The selected task.
    pub fn selected_task(&self) -> Option<&Arc<Task>> {
        let id = self.selected?;
        self.tasks.iter().find(|task| task.id == id)
    }

    /// The task of that number, if it is on the page.
    pub fn task(&self, id: TaskId) -> Option<&Arc<Task>> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// Rows that came, went or moved and wait for a quiet moment.
    pub fn waiting_changes(&self) -> usize {
        let Some(page) = &self.waiting else { return 0 };
        let gone = self.tasks.iter().filter(|old| !page.tasks.iter().any(|new| new.id == old.id)).count();
        let come = page.tasks.iter().filter(|new| self.task(new.id).is_none()).count();
        let stay = |of: &[Arc<Task>], other: &[Arc<Task>]| {
            of.iter().map(|t| t.id).filter(|id| other.iter().any(|o| o.id == *id)).collect::<Vec<_>>()
        };
        let (before, after) = (stay(&self.tasks, &page.tasks), stay(&page.tasks, &self.tasks));
        let moved = before.iter().zip(&after).filter(|(a, b)| a != b).count();
        gone + come + moved
    }

    /// Whether the rows on screen answer the question that is asked now.
    pub fn is_current(&self) -> bool {
        self.shown_query.as_ref() == Some(&self.query)
    }

    /// Whether a page is what is shown, row by row, and answers what was asked for it.
    pub fn shows_already(&self, req: ReqId, page: &Page) -> bool {
        let is_refresh =
            self.remote.asking == Some(req) && self.asked == self.shown_query && self.is_current();
        let moves = self.waiting.is_some() || self.edge.is_some() || self.seam.is_some() || self.turns != 0;
        let same = |(old, new): (&Arc<Task>, &Arc<Task>)| Arc::ptr_eq(old, new);
        is_refresh
            && !moves
            && self.total == page.total
            && self.tasks.len() == page.tasks.len()
            && self.tasks.iter().zip(&page.tasks).all(same)
    }

    /// Whether an answer is waited for.
    pub(super) fn is_asking(&self) -> bool {
        self.remote.asking.is_some() || self.locating.is_some()
    }

    /// Whether a cell changed within the last two ticks.
    pub fn is_marked(&self, id: TaskId, column: Column, now: Moment) -> bool {
        self.marks.get(&(id, column)).is_some_and(|until| now.running < *until)
    }

    /// The seam at the rows that are shown.
    pub(super) fn seam(&self, side: Side, end: u64) -> Seam {
        Seam::of((&self.tasks, self.total), self.query.order, side, end)
    }

    /// Another filter; the selected task stays selected if it passes.
    pub(super) fn set_filter(&mut self, filter: Filter, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        let row = self.cursor().unwrap_or(0);
        self.filter = filter;
        self.refilter(now, doubted);
        self.keep_selected(row);
    }

    pub(super) fn refilter(&mut self, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        let passing = self.tasks.iter().enumerate();
        let passing = passing.filter(|(_, task)| self.filter.passes(task, doubted.contains(&task.id), now));
        self.visible = passing.map(|(i, _)| i).collect();
    }

    /// Selects the task nearest to a row when the selected one is gone.
    pub(super) fn keep_selected(&mut self, row: usize) {
        if self.cursor().is_none() {
            let row = row.min(self.visible.len().saturating_sub(1));
            self.selected = self.visible.get(row).and_then(|i| self.tasks.get(*i)).map(|task| task.id);
        }
    }

    /// Puts a page on screen. `now` is the service's.
    pub(super) fn replace(&mut self, page: Page, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        let row = self.cursor().unwrap_or(0);
        self.tasks = page.tasks;
        self.total = page.total;
        self.waiting = None;
        let joined = std::mem::take(&mut self.joined);
        self.refilter(now, doubted);
        let visible = || self.visible.iter().filter_map(|i| self.tasks.get(*i));
        match self.edge.take() {
            Some(Edge::First) => self.selected = first_new(visible(), &joined),
            Some(Edge::Last) => {
                let new = first_new(visible().rev(), &joined);
                self.selected = new.or_else(|| visible().next_back().map(|task| task.id));
            }
            Some(Edge::Present) => {
                let next = self.first_to_come(now);
                self.selected = next.and_then(|row| self.rows().nth(row)).map(|task| task.id);
                self.top = next.unwrap_or(0).saturating_sub(PAST_ROWS);
            }
            None => {}
        }
        let row = if self.selected.is_none() { 0 } else { row };
        self.keep_selected(row);
    }

    /// The row of the next task to come, in the one order in which there is such a row.
    pub(super) fn first_to_come(&self, now: DateTime<Utc>) -> Option<usize> {
        let forward = self.query.order == Order::Scheduled && self.query.ascending;
        let mut rows = self.rows();
        rows.position(|task| task.scheduled_at.is_some_and(|at| at >= now)).filter(|_| forward)
    }

    /// Renews the values of rows that stay; order, arrivals and departures wait.
    pub(super) fn renew_in_place(&mut self, page: Page, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        for old in &mut self.tasks {
            if let Some(new) = page.tasks.iter().find(|new| new.id == old.id) {
                old.clone_from(new);
            }
        }
        self.refilter(now, doubted);
        self.waiting = Some(page);
    }

    /// Notes what differs from the rows on screen, and which states were seen when.
    pub(super) fn compare(&mut self, page: &Page, now: Moment, server_now: DateTime<Utc>) {
        self.marks.retain(|_, until| now.running < *until);
        for new in &page.tasks {
            let outcome = new.outcome();
            let seen = self.seen.entry(new.id).or_default();
            if seen.last().is_none_or(|(_, last)| *last != outcome) {
                seen.push((server_now, outcome.clone()));
            }
            let Some(old) = self.tasks.iter().find(|old| old.id == new.id) else { continue };
            if Arc::ptr_eq(old, new) {
                continue;
            }
            let until = now.running + MARK;
            for (column, differs) in [
                (Column::Status, old.outcome() != outcome),
                (Column::Scheduled, old.scheduled_at != new.scheduled_at),
                (Column::Who, old.audience() != new.audience()),
                (Column::Title, old.title != new.title),
            ] {
                if differs {
                    self.marks.insert((new.id, column), until);
                }
            }
        }
    }
}

/// The rows of the page before are seen already: which row is new on this side.
fn first_new<'a>(mut rows: impl Iterator<Item = &'a Arc<Task>>, joined: &HashSet<TaskId>) -> Option<TaskId> {
    rows.find(|task| !joined.contains(&task.id)).map(|task| task.id)
}
