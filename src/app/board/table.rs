//! The task table: the tasks that are held, which of them are shown, what is selected. What is asked when is
//! decided beside it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::filter::{FilterContext, Run};
use crate::domain::query::Range;
use crate::domain::schedule::{self, HeldTask, NO_TIME, Schedule, Slot};
use crate::domain::{Filter, Outcome, Phase, Query, Task, TaskId};

use super::super::remote::Remote;
use super::super::request::Moment;
use super::absence::Away;
use super::column::Column;
use super::extent::Extent;
use super::listing::{Listing, Sort};
use super::own::{OwnRows, SoughtTask};
use super::passes::Sync;
use super::pinned::Pins;
use super::reading::{ReadTask, ReadTasks};
use super::seen::Changes;
use super::turns::Watch;

/// A changed cell is marked for two ticks.
const MARK: Duration = Duration::from_secs(2);
/// A task that is dispatched for so long is looked at like any other.
const DISPATCHING_AT_MOST: TimeDelta = TimeDelta::minutes(15);

/// Where the table goes by itself, until the operator goes somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// To the next task to come.
    Present,
    /// To the first row.
    First,
}

/// Rows that stay on screen above the next task to come, or above one that was gone to.
pub(in crate::app) const ROWS_BEFORE: usize = 4;

/// How many tasks of the range are in which state.
pub type TaskCounts = [u64; schedule::TaskState::ALL.len()];

/// Tasks that should be over by now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// Pending although their time has come.
    pub late: u64,
    /// Dispatched for too long.
    pub stuck: u64,
    /// When the next one becomes either, in seconds.
    next: Option<i64>,
}

/// A filter on its way through the tasks that may pass it.
#[derive(Clone, Debug)]
struct Filtering {
    run: Run,
    candidates: Vec<Slot>,
}

/// The task table.
#[derive(Clone, Debug)]
pub struct Board {
    /// Every task that is held.
    pub schedule: Schedule,
    /// The rows.
    pub listing: Listing,
    /// Tasks that fire in this range are shown.
    pub range: Range,
    /// What the service was asked to find; empty is nothing.
    pub keyword: String,
    /// What it has found.
    pub(super) found: HashSet<TaskId>,
    /// The order of the rows.
    pub sort: Sort,
    /// The local filter.
    pub filter: Filter,
    filtering: Option<Filtering>,
    /// The look at what is due, and at what is on the screen: what is under way, and why the last one failed.
    pub remote: Remote<()>,
    pub(super) asked: Option<Query>,
    pub(super) asked_at: Option<Duration>,
    pub(super) watch: Watch,
    /// How much of the range was read.
    pub sync: Sync,
    /// Whether anything came yet.
    pub has_answer: bool,
    /// What the operator wrote or asked for by its number: the list may tell otherwise for a while.
    pub own: OwnRows,
    /// What changed without this pushdeck having written it.
    pub changes: Changes,
    /// The tasks that are watched until they end.
    pub pins: Pins,
    /// When nothing was known of the service for a while.
    pub(super) away: Away,
    /// The selected task.
    pub selected: Option<TaskId>,
    /// Its row.
    pub(super) cursor: Option<usize>,
    /// The task that was gone to: it is shown also where the filter would hide it, as long as it is selected.
    pub(super) gone_to: Option<TaskId>,
    /// That one is shown although the filter hides it, until another filter is typed.
    pub(in crate::app) shown_anyway: Option<TaskId>,
    /// The question for a task by its number.
    pub(super) sought: Option<SoughtTask>,
    /// First row on screen.
    pub top: usize,
    pub(super) opening: Option<Opening>,
    /// What was seen to change since the start: when which task was first in which state.
    pub seen: HashMap<TaskId, Vec<(DateTime<Utc>, Outcome)>>,
    pub(super) marks: HashMap<(TaskId, Column), Duration>,
    /// The tasks that were read whole lately.
    pub(super) read: ReadTasks,
    pub(super) extent: Extent,
    /// For which second the filter was judged last.
    pub(super) judged_at: i64,
    /// How many tasks of the range are in which state.
    pub counts: TaskCounts,
    /// Of what they were counted: the version of the schedule, the range, and what was cancelled here. `None` where a
    /// find leaves out more.
    counted: Option<(u64, Range, HashSet<TaskId>)>,
    /// How many of the pending ones are late, and how many of those that are dispatched are stuck.
    pub overdue: Overdue,
    /// The service's time in seconds with the last tick.
    second: i64,
}

impl Board {
    /// The table before the first answer: scheduled time, earliest first, 7 days back to 23 ahead.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            schedule: Schedule::default(),
            listing: Listing::default(),
            range: Range::around(now),
            keyword: String::new(),
            found: HashSet::new(),
            sort: Sort::default(),
            filter: Filter::default(),
            filtering: None,
            remote: Remote::default(),
            asked: None,
            asked_at: None,
            watch: Watch::default(),
            sync: Sync::default(),
            has_answer: false,
            own: OwnRows::default(),
            changes: Changes::default(),
            pins: Pins::default(),
            away: Away::default(),
            selected: None,
            cursor: None,
            gone_to: None,
            shown_anyway: None,
            sought: None,
            top: 0,
            opening: Some(Opening::Present),
            seen: HashMap::new(),
            marks: HashMap::new(),
            read: ReadTasks::default(),
            extent: Extent::default(),
            judged_at: 0,
            counts: TaskCounts::default(),
            counted: None,
            overdue: Overdue::default(),
            second: now.timestamp(),
        }
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.listing.len()
    }

    /// The task of a row.
    pub fn row(&self, row: usize) -> Option<&HeldTask> {
        self.listing.slots().get(row).and_then(|slot| self.schedule.get(*slot))
    }

    /// The row of a task.
    pub(super) fn row_of(&self, id: TaskId) -> Option<usize> {
        let slot = self.schedule.slot(id)?;
        self.listing.slots().iter().position(|there| *there == slot)
    }

    /// The row of the selected task.
    pub fn cursor(&self) -> Option<usize> {
        self.cursor
    }

    /// The rows that are on the screen, as they were read last, and the first of them.
    pub fn on_screen(&self) -> (usize, &[ReadTask]) {
        self.read.on_screen()
    }

    /// Cells of the longest audience of any row.
    pub fn widest_who(&self) -> usize {
        self.read.widest_who
    }

    /// The selected task.
    pub fn selected_task(&self) -> Option<&Arc<Task>> {
        self.read.get(self.selected?).map(|read| &read.task)
    }

    /// The task of that number, if it is held.
    pub fn task(&self, id: TaskId) -> Option<Arc<Task>> {
        let held = self.schedule.get(self.schedule.slot(id)?)?;
        match self.read.get(id).filter(|read| read.is_of(&self.schedule, held)) {
            Some(read) => Some(Arc::clone(&read.task)),
            None => self.schedule.read(held).map(Arc::new),
        }
    }

    /// The tasks whose scheduled time lies in a range, and that are not over.
    pub fn to_come(&self, range: Range) -> impl Iterator<Item = Arc<Task>> {
        let held = self.schedule.between(range).iter().filter_map(|slot| self.schedule.get(*slot));
        let open = held
            .filter(|held| matches!(held.state, schedule::TaskState::Pending | schedule::TaskState::Unclear));
        open.filter_map(|held| self.task(held.id))
    }

    /// Rows that came, went or moved and wait for a quiet moment.
    pub fn waiting_changes(&self) -> usize {
        self.listing.waiting()
    }

    /// Whether a task goes out that soon, or goes out now.
    pub(in crate::app) fn goes_out_within(&self, span: TimeDelta, now: DateTime<Utc>) -> bool {
        let range = Range { begin: now - DISPATCHING_AT_MOST.max(span), end: now + span };
        let held = self.schedule.between(range).iter().rev().filter_map(|slot| self.schedule.get(*slot));
        let earliest = (now - span).timestamp();
        held.into_iter().any(|held| match held.state {
            schedule::TaskState::Dispatching => true,
            schedule::TaskState::Pending => held.scheduled >= earliest,
            schedule::TaskState::Sent | schedule::TaskState::Failed | schedule::TaskState::Unclear => false,
        })
    }

    /// Whether a cell changed within the last two ticks.
    pub fn is_marked(&self, id: TaskId, column: Column, now: Moment) -> bool {
        self.marks.get(&(id, column)).is_some_and(|until| now.running < *until)
    }

    /// The first row whose time has not come, where rows are in the order of their time.
    pub(super) fn first_to_come(&self, now: DateTime<Utc>) -> Option<usize> {
        if !self.sort.is_by_time() {
            return None;
        }
        let row = self.first_from(now);
        (row < self.count()).then_some(row)
    }

    /// The first row that is scheduled at that time or later; their number where none is. Rows are in the order of
    /// their time, the earliest first.
    fn first_from(&self, at: DateTime<Utc>) -> usize {
        let is_before = |slot: &Slot| {
            let at = at.timestamp() + i64::from(at.timestamp_subsec_nanos() > 0);
            self.schedule.get(*slot).is_some_and(|held| held.scheduled < at)
        };
        self.listing.slots().partition_point(is_before)
    }

    /// The row above which the present lies, where rows are in the order of their scheduled time; behind the last
    /// row it is their number.
    pub fn now_line(&self, now: DateTime<Utc>) -> Option<usize> {
        if self.sort.column != Column::Scheduled || self.listing.is_empty() || !self.range.holds(now) {
            return None;
        }
        if self.sort.ascending {
            return Some(self.first_from(now));
        }
        let is_ahead =
            |slot: &Slot| self.schedule.get(*slot).is_some_and(|held| held.scheduled > now.timestamp());
        Some(self.listing.slots().partition_point(is_ahead))
    }

    /// The next task to come, as far as it is known.
    pub fn next_to_come(&self, now: DateTime<Utc>) -> Option<&HeldTask> {
        let by_time = self.schedule.by_time();
        let from = by_time.partition_point(|slot| {
            self.schedule.get(*slot).is_some_and(|held| held.scheduled < now.timestamp())
        });
        let mut ahead = by_time.iter().skip(from).filter_map(|slot| self.schedule.get(*slot));
        ahead.find(|held| held.state == schedule::TaskState::Pending && !self.own.is_cancelled(held.id))
    }

    /// Whether a task is shown on the table, filter and all.
    fn belongs(&self, slot: Slot, context: &FilterContext<'_>) -> bool {
        let Some(held) = self.schedule.get(slot).filter(|held| !held.is_gone()) else { return false };
        if self.is_shown_anyway(held.id) {
            return true;
        }
        self.is_candidate(held) && self.filter.passes(&self.schedule, held, context)
    }

    /// Whether a task is shown where no filter is on.
    fn is_candidate(&self, held: &HeldTask) -> bool {
        let is_inside = held.scheduled_at().is_none_or(|at| self.range.holds(at));
        !held.is_gone() && is_inside && (self.keyword.is_empty() || self.found.contains(&held.id))
    }

    fn is_shown_anyway(&self, id: TaskId) -> bool {
        self.gone_to == Some(id) && self.selected == Some(id) && self.shown_anyway == Some(id)
    }

    /// Begins to list all rows anew: of another range, in another order, through another filter. `narrower` says that
    /// only what is listed already can pass.
    pub(super) fn begin_listing(&mut self, narrower: bool) {
        self.schedule.settle();
        self.count_states();
        let is_whole = self.filtering.is_none() && !self.listing.is_touched();
        let candidates: Vec<Slot> = if narrower && is_whole && self.sort.column == Column::Scheduled {
            let listed = self.listing.slots().iter().copied();
            if self.sort.ascending { listed.collect() } else { listed.rev().collect() }
        } else {
            self.candidates()
        };
        let run = Run::new(self.filter.clone());
        self.filtering = Some(Filtering { run, candidates });
    }

    /// Everything that is shown where no filter is on, in the order of its time. Few are looked at for that: in that
    /// order each lies somewhere else in memory.
    fn candidates(&self) -> Vec<Slot> {
        let by_time = self.schedule.by_time();
        let is_timeless =
            |slot: &Slot| self.schedule.get(*slot).is_some_and(|held| held.scheduled == NO_TIME);
        let timeless = by_time.get(..by_time.partition_point(is_timeless)).unwrap_or_default();
        let mut candidates = [timeless, self.schedule.between(self.range)].concat();
        if !self.keyword.is_empty() {
            let is_found = |slot: &Slot| self.schedule.get(*slot).is_some_and(|held| self.is_candidate(held));
            candidates.retain(is_found);
        }
        candidates
    }

    /// Goes on with it for as long as a key can wait; says whether the rows are there.
    pub(super) fn go_on_listing(&mut self, context: &FilterContext<'_>) -> bool {
        let Some(mut filtering) = self.filtering.take() else { return false };
        if !filtering.run.go_on(&self.schedule, &filtering.candidates, context) {
            self.filtering = Some(filtering);
            return false;
        }
        let mut shown = filtering.run.take();
        if let Some(slot) =
            self.selected.filter(|id| self.is_shown_anyway(*id)).and_then(|id| self.schedule.slot(id))
            && !shown.contains(&slot)
        {
            // It is put in its place with the next change.
            shown.push(slot);
            self.listing.touch(slot);
        }
        self.listing.replace(&self.schedule, self.sort, shown);
        let mut listing = std::mem::take(&mut self.listing);
        listing.apply(&self.schedule, self.sort, |slot| self.belongs(slot, context));
        self.listing = listing;
        self.schedule.sweep();
        true
    }

    /// Whether rows are being listed anew.
    pub(in crate::app) fn is_listing(&self) -> bool {
        self.filtering.is_some()
    }

    /// Puts what changed where it belongs now, or counts it where rows must not move. Says whether rows moved.
    pub(super) fn list_changes(&mut self, context: &FilterContext<'_>, is_held: bool) -> bool {
        self.schedule.settle();
        self.count_states();
        if self.filtering.is_some() {
            // They are put in order once that is over.
            return false;
        }
        let mut listing = std::mem::take(&mut self.listing);
        let belongs = |slot| self.belongs(slot, context);
        let moves = !is_held || listing.is_empty();
        if moves {
            listing.apply(&self.schedule, self.sort, belongs);
            self.schedule.sweep();
        } else {
            listing.count_waiting(&self.schedule, self.sort, belongs);
        }
        self.listing = listing;
        moves
    }

    /// How many tasks of the range are in which state; those that were cancelled here are none any more.
    fn count_states(&mut self) {
        // A key in the filter changes nothing of it.
        let counted = Some((self.schedule.version(), self.range, self.own.cancelled()));
        if self.counted == counted {
            return;
        }
        self.counted = counted.filter(|_| self.keyword.is_empty());
        let (mut counts, mut overdue) = (TaskCounts::default(), Overdue::default());
        let now = self.second;
        for held in self.schedule.between(self.range).iter().filter_map(|slot| self.schedule.get(*slot)) {
            let is_counted = !held.is_gone() && (self.keyword.is_empty() || self.found.contains(&held.id));
            if is_counted && !self.own.is_cancelled(held.id) {
                counts[held.state as usize] += 1;
                match Phase::of(held.state, held.scheduled, now) {
                    Some(Phase::Late) => overdue.late += 1,
                    Some(Phase::Stuck) => overdue.stuck += 1,
                    Some(Phase::Soon | Phase::Imminent) | None => {
                        let from = Phase::overdue_from(held.state, held.scheduled);
                        overdue.next = overdue.next.into_iter().chain(from).min();
                    }
                }
            }
        }
        (self.counts, self.overdue) = (counts, overdue);
    }

    /// Time went on: what is overdue now is counted anew where it changed.
    pub(super) fn turn_to(&mut self, second: i64) {
        self.second = second;
        if self.overdue.next.is_some_and(|next| second >= next) {
            self.counted = None;
            self.count_states();
        }
    }

    /// Tasks of the range, whatever the filter hides.
    pub fn in_range(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Selects a task, or none.
    pub(super) fn set_selected(&mut self, id: Option<TaskId>) {
        self.selected = id;
        self.cursor = id.and_then(|id| self.row_of(id));
        self.read_selected();
    }

    /// The same, of which the row is known.
    pub(super) fn set_row(&mut self, row: usize) {
        self.selected = self.row(row).map(|held| held.id);
        self.cursor = self.selected.is_some().then_some(row);
        self.read_selected();
    }

    fn read_selected(&mut self) {
        let held =
            self.selected.and_then(|id| self.schedule.slot(id)).and_then(|slot| self.schedule.get(slot));
        if let Some(held) = held {
            self.read.read(&self.schedule, held);
        }
    }

    /// Reads the rows that are on the screen, as far as they are not read already.
    pub(super) fn read_screen(&mut self, rows: usize) {
        let of = (self.schedule.version(), self.listing.version(), self.top, rows, self.selected);
        if self.read.shown_of.replace(of) == Some(of) {
            return;
        }
        let shown = self.listing.slots().get(self.top..).unwrap_or_default().iter().take(rows);
        let held = shown.filter_map(|slot| self.schedule.get(*slot));
        self.read.show(&self.schedule, self.top, held, self.selected);
        self.read_selected();
    }

    /// Notes what differs from what was held before, and which states were seen when.
    pub(super) fn note_change(&mut self, old: &Task, new: &Task, now: Moment, server_now: DateTime<Utc>) {
        self.marks.retain(|_, until| now.running < *until);
        let (before, after) = (old.outcome(), new.outcome());
        if before != after {
            self.seen.entry(new.id).or_default().push((server_now, after.clone()));
        }
        let until = now.running + MARK;
        for (column, differs) in [
            (Column::Status, before != after),
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

#[cfg(test)]
impl Board {
    /// Every task that is held, the earliest first.
    pub(crate) fn tasks(&self) -> Vec<Arc<Task>> {
        let held = self.schedule.by_time().iter().filter_map(|slot| self.schedule.get(*slot));
        held.filter_map(|held| self.schedule.read(held)).map(Arc::new).collect()
    }

    /// The rows, in order.
    pub(crate) fn rows(&self) -> Vec<Arc<Task>> {
        (0..self.count()).filter_map(|row| self.schedule.read(self.row(row)?)).map(Arc::new).collect()
    }

    /// Holds these tasks and no other; their JSON says what they say.
    pub(crate) fn hold(&mut self, tasks: impl IntoIterator<Item = Task>) {
        (self.schedule, self.counted) = (Schedule::default(), None);
        for task in tasks {
            self.schedule.put(schedule::Row::of(&task), 0);
        }
        let none = HashSet::new();
        let context = FilterContext::new(self.range.begin, &none, &none);
        self.begin_listing(false);
        assert!(self.go_on_listing(&context));
        self.set_selected(self.selected);
        self.read_screen(50);
    }
}
