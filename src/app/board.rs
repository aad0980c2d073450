//! The task table: what is asked, what is shown, what is selected, and when rows may move.
//!
//! The selected row is a task, never a row number. Rows do not move under an open dialog or just
//! after a key (rule 4 of the hand): a new order waits, and values of rows that stay are renewed in
//! place meanwhile.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an action or key that means nothing here does nothing here"
)]

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::failure::NotSent;
use crate::domain::{Failure, Order, Outcome, Page, Query, Status, Task, TaskId};
use crate::keymap::Action;

use super::effect::{Effect, Priority};
use super::filter::{self, Filter};
use super::message::{Moment, ReqId};
use super::remote::Remote;
use super::state::{Layer, Setup, State};
use super::{detail, find, form, review, sort};

mod paging;
mod range;

use paging::{Seam, on_located};
use range::{adapt_range, begin_anew, move_range, on_not_listed, turn_to};
pub use range::{ask_anew, on_learnt, on_narrowed, set_range};

/// Rows stay where they are for so long after a key.
const HOLD: Duration = Duration::from_millis(1500);
/// So near to its time a task is due about now.
const DUE_ABOUT: TimeDelta = TimeDelta::seconds(10);
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
enum Edge {
    First,
    Last,
    /// The next task to come, with a little of what was before it.
    Present,
}

/// Rows of the past that stay on screen above the next task to come.
const PAST_ROWS: usize = 4;

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
    pub tasks: Vec<Task>,
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
    visible: Vec<usize>,
    waiting: Option<Page>,
    /// Rows that came for the page that is shown, repeats included: they move the offset.
    pub came: u64,
    /// How the page that is asked for has to join the rows that are shown.
    seam: Option<Seam>,
    /// Rows of the page before that the new one shows again.
    joined: HashSet<TaskId>,
    /// Pages to be turned once the one that is asked for has come.
    turns: i32,
    /// Where the service gives no more rows although it counts more.
    dead_end: Option<(u64, u64)>,
    /// Between which rows the present is looked for, and how often it was.
    seek: Option<(u64, u64, u32)>,
    /// Whether the range is the one that the table begins with.
    pub is_default_range: bool,
    /// Whether that is the one for a service that filters by creation.
    is_of_creation: bool,
    /// Whether the range is shorter than was asked for, because the service does not take more.
    pub is_narrowed: bool,
    asked: Option<Query>,
    asked_at: Option<Duration>,
    edge: Option<Edge>,
    /// The question for how many tasks lie before the present, which tells its page.
    locating: Option<ReqId>,
    marks: HashMap<(TaskId, Column), Duration>,
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
        }
    }

    /// The rows that pass the filter, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Task> {
        self.visible.iter().map(|i| &self.tasks[*i])
    }

    /// The row of the selected task among [`Self::rows`].
    pub fn cursor(&self) -> Option<usize> {
        let id = self.selected?;
        self.visible.iter().position(|i| self.tasks.get(*i).is_some_and(|task| task.id == id))
    }

    /// The selected task.
    pub fn selected_task(&self) -> Option<&Task> {
        let id = self.selected?;
        self.tasks.iter().find(|task| task.id == id)
    }

    /// The task of that number, if it is on the page.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// Rows that came, went or moved and wait for a quiet moment.
    pub fn waiting_changes(&self) -> usize {
        let Some(page) = &self.waiting else { return 0 };
        let gone = self.tasks.iter().filter(|old| !page.tasks.iter().any(|new| new.id == old.id)).count();
        let come = page.tasks.iter().filter(|new| self.task(new.id).is_none()).count();
        let stay = |of: &[Task], other: &[Task]| {
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

    /// Whether an answer is waited for.
    fn is_asking(&self) -> bool {
        self.remote.asking.is_some() || self.locating.is_some()
    }

    /// Whether a cell changed within the last two ticks.
    pub fn is_marked(&self, id: TaskId, column: Column, now: Moment) -> bool {
        self.marks.get(&(id, column)).is_some_and(|until| now.running < *until)
    }

    /// Another filter; the selected task stays selected if it passes.
    fn set_filter(&mut self, filter: Filter, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        let row = self.cursor().unwrap_or(0);
        self.filter = filter;
        self.refilter(now, doubted);
        self.keep_selected(row);
    }

    fn refilter(&mut self, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        let passing = self.tasks.iter().enumerate();
        let passing = passing.filter(|(_, task)| self.filter.passes(task, doubted.contains(&task.id), now));
        self.visible = passing.map(|(i, _)| i).collect();
    }

    /// Selects the task nearest to a row when the selected one is gone.
    fn keep_selected(&mut self, row: usize) {
        if self.cursor().is_none() {
            let row = row.min(self.visible.len().saturating_sub(1));
            self.selected = self.visible.get(row).and_then(|i| self.tasks.get(*i)).map(|task| task.id);
        }
    }

    /// Puts a page on screen. `now` is the service's.
    fn replace(&mut self, page: Page, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        let row = self.cursor().unwrap_or(0);
        self.tasks = page.tasks;
        self.total = page.total;
        self.waiting = None;
        let joined = std::mem::take(&mut self.joined);
        self.refilter(now, doubted);
        let visible = || self.visible.iter().filter_map(|i| self.tasks.get(*i));
        match self.edge.take() {
            Some(Edge::First) => self.selected = paging::first_new(visible(), &joined),
            Some(Edge::Last) => {
                let new = paging::first_new(visible().rev(), &joined);
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
    fn first_to_come(&self, now: DateTime<Utc>) -> Option<usize> {
        let forward = self.query.order == Order::Scheduled && self.query.ascending;
        let mut rows = self.rows();
        rows.position(|task| task.scheduled_at.is_some_and(|at| at >= now)).filter(|_| forward)
    }

    /// Renews the values of rows that stay; order, arrivals and departures wait.
    fn renew_in_place(&mut self, page: Page, now: DateTime<Utc>, doubted: &HashSet<TaskId>) {
        for old in &mut self.tasks {
            if let Some(new) = page.tasks.iter().find(|new| new.id == old.id) {
                old.clone_from(new);
            }
        }
        self.refilter(now, doubted);
        self.waiting = Some(page);
    }

    /// Notes what differs from the rows on screen, and which states were seen when.
    fn compare(&mut self, page: &Page, now: Moment, server_now: DateTime<Utc>) {
        self.marks.retain(|_, until| now.running < *until);
        for new in &page.tasks {
            let outcome = new.outcome();
            let seen = self.seen.entry(new.id).or_default();
            if seen.last().is_none_or(|(_, last)| *last != outcome) {
                seen.push((server_now, outcome.clone()));
            }
            let Some(old) = self.tasks.iter().find(|old| old.id == new.id) else { continue };
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

/// Another filter for the table.
pub fn set_filter(state: &mut State, filter: Filter) {
    let (now, doubted) = (state.server_now(), state.doubted());
    state.board.set_filter(filter, now, &doubted);
    follow_cursor(state);
}

/// Sorts a page as the query says: the service's own sample shows that its order is no promise.
fn sort_page(page: &mut Page, query: &Query) {
    page.tasks.sort_by_key(|task| {
        let at = match query.order {
            Order::Scheduled => task.scheduled_at,
            Order::Created => task.created_at,
        };
        (at, task.id)
    });
    if !query.ascending {
        page.tasks.reverse();
    }
    let mut seen = HashSet::new();
    page.tasks.retain(|task| seen.insert(task.id));
}

/// Asks for the page as the operator wants it now.
pub fn reload(state: &mut State) -> Vec<Effect> {
    ask(state, Priority::Page)
}

fn ask(state: &mut State, priority: Priority) -> Vec<Effect> {
    let req = state.ask();
    let query = state.board.query.clone();
    state.board.remote.ask(req);
    state.board.asked = Some(query.clone());
    state.board.asked_at = Some(state.now.running);
    vec![Effect::List { req, query, priority }]
}

/// Time went on: rows that waited may move now, and the page is asked for again when it is due.
pub fn on_tick(state: &mut State) -> Vec<Effect> {
    if !is_held(state)
        && let Some(page) = state.board.waiting.take()
    {
        let (now, doubted) = (state.server_now(), state.doubted());
        state.board.replace(page, now, &doubted);
        follow_cursor(state);
    }
    if !is_held(state) {
        let effects = adapt_range(state);
        if !effects.is_empty() {
            return effects;
        }
    }
    let due = state.board.asked_at.is_none_or(|at| state.now.running >= at + state.setup.refresh);
    if !due || state.board.is_asking() || !state.connection.may_ask(state.now) {
        return Vec::new();
    }
    let now = state.server_now();
    let due_now = state.board.tasks.iter().any(|task| is_due_about(task, now));
    ask(state, if due_now { Priority::Due } else { Priority::Background })
}

/// Whether a task goes out about now: it is watched ahead of what refreshes by itself.
fn is_due_about(task: &Task, now: DateTime<Utc>) -> bool {
    match task.status {
        Status::Dispatching => true,
        Status::Pending => task.scheduled_at.is_some_and(|at| (at - now).abs() <= DUE_ABOUT),
        Status::Dispatched | Status::Other(_) => false,
    }
}

/// Whether rows must stay where they are.
fn is_held(state: &State) -> bool {
    let dialog = state.layers.iter().any(|layer| !matches!(layer, Layer::Detail));
    let just_pressed = state.last_key.is_some_and(|at| state.now.running < at + HOLD);
    dialog || just_pressed
}

/// A page came, or did not.
pub fn on_listed(state: &mut State, req: ReqId, result: Result<Page, Failure>) -> Vec<Effect> {
    if state.board.locating == Some(req) {
        return on_located(state, result);
    }
    let settled = result.as_ref().map(|_| ()).map_err(Clone::clone);
    if !state.board.remote.settle(req, settled) {
        return Vec::new();
    }
    let now = state.now;
    let mut page = match result {
        Ok(page) => page,
        Err(Failure::NotSent { reason: NotSent::Withdrawn, .. }) => return Vec::new(),
        Err(failure) => return on_not_listed(state, failure),
    };
    state.connection.succeeded(now);
    let Some(asked) = state.board.asked.clone() else { return Vec::new() };
    let came = page.tasks.len() as u64;
    sort_page(&mut page, &asked);
    let server_now = state.server_now();
    state.board.compare(&page, now, server_now);
    let mut effects = review::learn(state, &page.tasks);
    effects.extend(review::compare_with_list(state, &page.tasks));
    if let Some(instead) = paging::rejoin(state, &asked, &page, came) {
        effects.extend(instead);
        return effects;
    }
    let seeks_present = state.board.edge == Some(Edge::Present);
    show(state, page, asked.clone(), came);
    if seeks_present {
        effects.extend(paging::seek_present(state, &asked, came));
    } else {
        effects.extend(paging::turn_on(state));
    }
    effects
}

/// Puts a page on screen, at once or when rows may move.
fn show(state: &mut State, page: Page, asked: Query, came: u64) {
    let new_question = state.board.shown_query.as_ref() != Some(&asked);
    let same_rows = page.tasks.iter().map(|t| t.id).eq(state.board.tasks.iter().map(|t| t.id));
    let (now, doubted) = (state.server_now(), state.doubted());
    if new_question || same_rows || !is_held(state) {
        if new_question {
            state.board.top = 0;
        }
        state.board.replace(page, now, &doubted);
    } else {
        state.board.total = page.total;
        state.board.renew_in_place(page, now, &doubted);
    }
    state.board.came = came;
    state.board.shown_query = Some(asked);
    follow_cursor(state);
}

/// Keeps the selected row on screen.
pub fn follow_cursor(state: &mut State) {
    let rows = state.areas().map_or(1, |areas| areas.rows()).max(1);
    let count = state.board.visible.len();
    let cursor = state.board.cursor().unwrap_or(0);
    let top = state.board.top.min(count.saturating_sub(rows));
    state.board.top = if cursor < top {
        cursor
    } else if cursor >= top + rows {
        cursor + 1 - rows
    } else {
        top
    };
}

fn select_row(state: &mut State, row: usize) {
    let row = row.min(state.board.visible.len().saturating_sub(1));
    let id = state.board.rows().nth(row).map(|task| task.id);
    if id != state.board.selected {
        state.board.selected = id;
        state.detail.rewind();
    }
    follow_cursor(state);
}

/// A key on the table.
pub fn on_action(state: &mut State, action: Action) -> Vec<Effect> {
    let row = state.board.cursor().unwrap_or(0);
    let last = state.board.visible.len().saturating_sub(1);
    let screenful = state.areas().map_or(1, |areas| areas.rows()).max(1);
    match action {
        Action::Down => select_row(state, row + 1),
        Action::Up => select_row(state, row.saturating_sub(1)),
        Action::First => select_row(state, 0),
        Action::Last => select_row(state, last),
        Action::PageDown if row == last => return paging::turn(state, true, Edge::First),
        Action::PageDown => select_row(state, row + screenful),
        Action::PageUp if row == 0 => return paging::turn(state, false, Edge::Last),
        Action::PageUp => select_row(state, row.saturating_sub(screenful)),
        Action::HalfDown => select_row(state, row + screenful.div_ceil(2)),
        Action::HalfUp => select_row(state, row.saturating_sub(screenful.div_ceil(2))),
        Action::NextPage => return paging::turn(state, true, Edge::First),
        Action::PreviousPage => return paging::turn(state, false, Edge::First),
        Action::RangeForward => return move_range(state, 1),
        Action::RangeBack => return move_range(state, -1),
        Action::Filter => filter::open(state),
        Action::Find => find::open(state),
        Action::Sort => sort::open(state),
        Action::SwitchPane => {
            if state.areas().is_some_and(|areas| areas.detail.is_some()) {
                state.detail.focused = true;
            } else if state.selected().is_some() {
                state.layers.push(Layer::Detail);
            }
        }
        Action::Open => {
            if state.selected().is_some() {
                state.layers.push(Layer::Detail);
            }
        }
        Action::Back => return step_back(state),
        Action::Close => return super::update::leave(state),
        _ => return on_task_action(state, action),
    }
    Vec::new()
}

/// A key that means the same on the table and in the detail.
pub fn on_task_action(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::New => return form::open_new(state),
        Action::Refresh => {
            state.connection.try_now();
            state.board.dead_end = None;
            let mut effects = review::search_now(state);
            if let Some(page) = state.board.waiting.take() {
                let (now, doubted) = (state.server_now(), state.doubted());
                state.board.replace(page, now, &doubted);
                follow_cursor(state);
            }
            effects.extend(reload(state));
            return effects;
        }
        Action::Acknowledge => review::acknowledge(state),
        Action::Zone => {
            state.zone = if state.zone == state.setup.zone { chrono_tz::Tz::UTC } else { state.setup.zone };
            let zone = state.zone.name();
            state.say(format!("times are shown in {zone}"));
        }
        Action::MovePane => {
            detail::move_pane(state);
            follow_cursor(state);
        }
        Action::NewFromThis | Action::Edit | Action::EditTime | Action::Cancel => {
            return act_on_selected(state, action);
        }
        _ => {}
    }
    Vec::new()
}

fn act_on_selected(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(task) = state.selected().cloned() else {
        state.say("no task is selected");
        return Vec::new();
    };
    if action == Action::NewFromThis {
        return form::open_from(state, &task);
    }
    if action == Action::Cancel {
        return review::open_cancel(state, &task);
    }
    if let Some(why) = task.locked_because() {
        state.warn(format!("#{} cannot be changed: {why}", task.id));
        return Vec::new();
    }
    if let Some(why) = review::busy(state, task.id) {
        state.warn(why);
        return Vec::new();
    }
    match action {
        Action::EditTime => form::open_time(state, &task),
        _ => form::open_edit(state, &task),
    }
}

/// Esc on the table: takes back the filter, then the find.
fn step_back(state: &mut State) -> Vec<Effect> {
    if review::open_notice(state) {
        return Vec::new();
    }
    if !state.board.filter.text.is_empty() {
        set_filter(state, Filter::default());
        return Vec::new();
    }
    if !state.board.query.keyword.is_empty() {
        state.board.query.keyword.clear();
        return begin_anew(state, Edge::Present);
    }
    state.say("nothing to go back from; q leaves");
    Vec::new()
}

#[cfg(test)]
mod tests;
