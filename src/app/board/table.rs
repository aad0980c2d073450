//! The rows of the task table: what was asked, what is shown, what is selected. What is asked when is
//! decided beside it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::filter::FilterContext;
use crate::domain::schedule::Row;
use crate::domain::{Order, Outcome, Page, Query, Status, Task, TaskId};

use super::super::filter::terms::Filter;
use super::super::lines::Memo;
use super::super::remote::Remote;
use super::super::request::{Moment, ReqId};
use super::super::setup::Setup;
use super::own::{OwnRows, SoughtTask, reaches};
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
    /// The place that is sought, with a little of what lies before it.
    Sought,
}

/// What is sought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seek {
    /// The task; none is the present.
    pub(super) task: Option<TaskId>,
    /// The time by which it stands in the order; none is the present.
    pub(super) at: Option<DateTime<Utc>>,
    /// Between which rows it must be.
    pub(super) span: Option<(u64, u64)>,
    pub(super) tries: u32,
}

impl Seek {
    /// The present.
    pub(super) fn present() -> Self {
        Self { task: None, at: None, span: None, tries: 0 }
    }

    /// A task, by its time in the order that is asked for.
    pub(super) fn task(id: TaskId, at: DateTime<Utc>) -> Self {
        Self { task: Some(id), at: Some(at), span: None, tries: 0 }
    }
}

/// Rows that stay on screen above the next task to come, or above one that was gone to.
pub(super) const ROWS_BEFORE: usize = 4;

/// The task table.
#[derive(Clone, Debug)]
pub struct Board {
    /// What is asked.
    pub query: Query,
    /// The question under way and why the last one failed.
    pub remote: Remote<()>,
    /// What was asked for the rows that are shown; `None` before the first answer.
    pub shown_query: Option<Query>,
    /// The rows that are shown, in order: those of the page, and the operator's own among them.
    pub tasks: Vec<Arc<Task>>,
    /// The rows of the page, in order, as the list brought them.
    pub(super) listed: Vec<Arc<Task>>,
    /// What the operator wrote or asked for by its number, beside what the list brings.
    pub own: OwnRows,
    /// What comes next, as it was seen last, and when that was.
    pub(super) upcoming: (Vec<Arc<Task>>, Duration),
    /// Matches in all.
    pub total: u64,
    /// The local filter.
    pub filter: Filter,
    /// The selected task.
    pub selected: Option<TaskId>,
    /// The task that was gone to: it is shown also where the filter would hide it, as long as it is selected.
    pub(super) gone_to: Option<TaskId>,
    /// That one is shown although the filter hides it, until another filter is typed.
    pub(in crate::app) shown_anyway: Option<TaskId>,
    /// The question for a task by its number.
    pub(super) sought: Option<SoughtTask>,
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
    /// The place that is sought.
    pub(super) seek: Option<Seek>,
    /// Whether the range is the one that the table begins with.
    pub is_default_range: bool,
    /// Whether that is the one for a service that filters by creation.
    pub(super) is_of_creation: bool,
    /// Whether the range is shorter than was asked for, because the service does not take more.
    pub is_narrowed: bool,
    pub(super) asked: Option<Query>,
    pub(super) asked_at: Option<Duration>,
    pub(super) edge: Option<Edge>,
    /// The question for how many tasks lie before the place that is sought, which tells its page.
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
            listed: Vec::new(),
            own: OwnRows::default(),
            upcoming: (Vec::new(), Duration::ZERO),
            total: 0,
            filter: Filter::default(),
            selected: None,
            gone_to: None,
            shown_anyway: None,
            sought: None,
            top: 0,
            seen: HashMap::new(),
            visible: Vec::new(),
            waiting: None,
            came: 0,
            seam: None,
            joined: HashSet::new(),
            turns: 0,
            dead_end: None,
            seek: Some(Seek::present()),
            is_default_range: true,
            is_of_creation: false,
            is_narrowed: false,
            asked: None,
            asked_at: None,
            edge: Some(Edge::Sought),
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
        let gone = self.listed.iter().filter(|old| !page.tasks.iter().any(|new| new.id == old.id)).count();
        let come = page.tasks.iter().filter(|new| !self.listed.iter().any(|old| old.id == new.id)).count();
        let stay = |of: &[Arc<Task>], other: &[Arc<Task>]| {
            of.iter().map(|t| t.id).filter(|id| other.iter().any(|o| o.id == *id)).collect::<Vec<_>>()
        };
        let (before, after) = (stay(&self.listed, &page.tasks), stay(&page.tasks, &self.listed));
        let moved = before.iter().zip(&after).filter(|(a, b)| a != b).count();
        gone + come + moved
    }

    /// Whether the rows on screen answer the question that is asked now, perhaps with fewer rows.
    pub fn is_current(&self) -> bool {
        self.shown_query.as_ref().is_some_and(|shown| shown.begins_as(&self.query))
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
            && self.listed.len() == page.tasks.len()
            && self.listed.iter().zip(&page.tasks).all(same)
    }

    /// Whether a task goes out that soon, or goes out now.
    pub(in crate::app) fn goes_out_within(&self, span: TimeDelta, now: DateTime<Utc>) -> bool {
        self.tasks.iter().any(|task| match task.status {
            Status::Dispatching => true,
            Status::Pending => task.scheduled_at.is_some_and(|at| (at - now).abs() <= span),
            Status::Dispatched | Status::Other(_) => false,
        })
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
        Seam::of((&self.listed, self.total), self.query.order, side, end)
    }

    /// Another filter; the selected task stays selected if it passes.
    pub(super) fn set_filter(&mut self, filter: Filter, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        let row = self.cursor().unwrap_or(0);
        self.filter = filter;
        self.refilter(now, doubted);
        self.keep_selected(row);
    }

    pub(super) fn refilter(&mut self, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        let gone_to = self.gone_to.filter(|id| self.shown_anyway == Some(*id) && self.selected == Some(*id));
        let cancelled = HashSet::new();
        let context = FilterContext::new(now, doubted, &cancelled);
        let passes =
            |task: &Task| gone_to == Some(task.id) || self.filter.passes_row(&Row::of(task), &context);
        let passing = self.tasks.iter().enumerate().filter(|(_, task)| passes(task));
        self.visible = passing.map(|(i, _)| i).collect();
    }

    /// Selects the task nearest to a row when the selected one is gone. Where there is no row to select the task
    /// is kept in mind: it may come back with the next letter of a filter. One that was gone to is waited for.
    pub(super) fn keep_selected(&mut self, row: usize) {
        let is_awaited = self.selected.is_some() && self.selected == self.gone_to;
        if self.cursor().is_none() && !self.visible.is_empty() && !is_awaited {
            let row = row.min(self.visible.len().saturating_sub(1));
            self.selected = self.visible.get(row).and_then(|i| self.tasks.get(*i)).map(|task| task.id);
        }
    }

    /// Puts a page on screen. `now` is the service's, `running` this machine's.
    pub(super) fn replace(
        &mut self,
        page: Page,
        (now, running): (DateTime<Utc>, Duration),
        doubted: &HashSet<TaskId>,
    ) {
        let row = self.cursor().unwrap_or(0);
        self.listed = page.tasks;
        self.total = page.total;
        self.waiting = None;
        let joined = std::mem::take(&mut self.joined);
        self.own.settle(&self.listed, self.selected, running);
        self.merge(now, doubted);
        let visible = || self.visible.iter().filter_map(|i| self.tasks.get(*i));
        match self.edge.take() {
            Some(Edge::First) => self.selected = first_new(visible(), &joined),
            Some(Edge::Last) => {
                let new = first_new(visible().rev(), &joined);
                self.selected = new.or_else(|| visible().next_back().map(|task| task.id));
            }
            Some(Edge::Sought) => self.select_sought(now),
            None => {}
        }
        let row = if self.selected.is_none() { 0 } else { row };
        self.keep_selected(row);
    }

    /// Puts the operator's own rows among those of the page.
    pub(super) fn merge(&mut self, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        let query = self.shown_query.as_ref().unwrap_or(&self.query);
        let wanted = self.gone_to.filter(|id| self.selected == Some(*id));
        self.tasks = self.own.merged(&self.listed, query, self.ends(), wanted);
        self.refilter(now, doubted);
    }

    /// Whether a task lies on the page that is shown, listed or not.
    pub(super) fn is_on_page(&self, id: TaskId) -> bool {
        let query = self.shown_query.as_ref().unwrap_or(&self.query);
        self.own.merged(&self.listed, query, self.ends(), None).iter().any(|task| task.id == id)
    }

    /// Whether the page that is shown is the first, and whether it is the last.
    pub fn ends(&self) -> (bool, bool) {
        let offset = self.shown_query.as_ref().map_or(0, |query| query.offset);
        (offset == 0, offset + self.came >= self.total)
    }

    /// The row of the place that is sought is selected, with a little of what lies before it.
    fn select_sought(&mut self, now: DateTime<Utc>) {
        let Some(seek) = &self.seek else { return };
        let row = match seek.task {
            Some(id) => self.rows().position(|task| task.id == id),
            None => self.first_to_come(now),
        };
        // Where the present lies on no page that came yet, the first row is a beginning.
        let first = if seek.task.is_none() { self.rows().next() } else { None };
        let found = row.and_then(|row| self.rows().nth(row)).or(first).map(|task| task.id);
        self.selected = found.or(self.selected);
        if let Some(row) = row {
            self.top = row.saturating_sub(ROWS_BEFORE);
        }
    }

    /// The row of the next task to come, where rows are in the order of their time, earliest first.
    pub(super) fn first_to_come(&self, now: DateTime<Utc>) -> Option<usize> {
        let query = self.shown_query.as_ref().unwrap_or(&self.query);
        if query.order != Order::Scheduled || !query.ascending {
            return None;
        }
        self.rows().position(|task| reaches(query, task, now))
    }

    /// The row above which the present lies, where rows are in the order of their scheduled time and the
    /// present is on this page; behind the last row it is their number.
    pub fn now_line(&self, now: DateTime<Utc>) -> Option<usize> {
        let query = self.shown_query.as_ref()?;
        if query.order != Order::Scheduled || self.visible.is_empty() {
            return None;
        }
        let is_behind = |task: &Arc<Task>| reaches(query, task, now);
        let row = self.rows().position(is_behind);
        let (is_first, is_last) = self.ends();
        match row {
            Some(0) if !is_first && self.listed.first().is_none_or(is_behind) => None,
            Some(row) => Some(row),
            None => (is_last || self.listed.last().is_some_and(is_behind)).then_some(self.visible.len()),
        }
    }

    /// The next task to come, as far as it is known, and when that was seen.
    pub fn next_to_come(&self, now: DateTime<Utc>) -> Option<(&Arc<Task>, Duration)> {
        let (tasks, seen) = &self.upcoming;
        let comes = |task: &&Arc<Task>| {
            task.outcome() == Outcome::Pending
                && task.scheduled_at.is_some_and(|at| at >= now)
                && !self.own.is_cancelled(task.id)
        };
        tasks.iter().find(comes).map(|task| (task, *seen))
    }

    /// Keeps in mind what comes next, where this page tells it.
    pub(super) fn note_upcoming(&mut self, now: DateTime<Utc>, running: Duration) {
        let Some(query) = &self.shown_query else { return };
        if query.order != Order::Scheduled || !query.ascending || !query.keyword.is_empty() {
            return;
        }
        let Some(row) = self.tasks.iter().position(|task| reaches(query, task, now)) else { return };
        if row > 0 || query.offset == 0 {
            self.upcoming = (self.tasks.iter().skip(row).cloned().collect(), running);
        }
    }

    /// Renews the values of rows that stay; order, arrivals and departures wait.
    pub(super) fn renew_in_place(&mut self, page: Page, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        for old in &mut self.listed {
            if let Some(new) = page.tasks.iter().find(|new| new.id == old.id) {
                old.clone_from(new);
            }
        }
        self.merge(now, doubted);
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
