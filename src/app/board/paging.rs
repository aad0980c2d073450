//! Which rows are asked for, and whether those that came join what was shown. The service has no
//! cursor: rows are named by their place, and places move when tasks come and go. So pages overlap by a
//! few rows, the rows that came move the offset, and a page that does not join is asked for elsewhere
//! until it does: no task is skipped without a word (W9).

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::domain::{Failure, Order, Page, Query, Task, TaskId, text};

use super::super::effect::{Effect, Priority};
use super::super::state::State;
use super::{Edge, PAST_ROWS, ask, turn_to};

/// Rows of the page before that are read again.
const OVERLAP: u64 = 3;
/// So often a page is asked for until it joins.
const MOST_TRIES: u32 = 20;

/// On which side of the shown rows the page has to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
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
    side: Side,
    /// The rows that are shown, in order.
    ids: Vec<TaskId>,
    /// The time of the row at the seam, by which rows are sorted.
    at: Option<DateTime<Utc>>,
    /// Above them: up to which row the page has to reach.
    end: u64,
    total: u64,
    tries: u32,
}

impl Seam {
    fn of(state: &State, side: Side, end: u64) -> Self {
        let board = &state.board;
        let row = if side == Side::Below { board.tasks.last() } else { board.tasks.first() };
        let order = board.query.order;
        Self {
            side,
            ids: board.tasks.iter().map(|task| task.id).collect(),
            at: row.and_then(|task| time_of(task, order)),
            end,
            total: board.total,
            tries: 0,
        }
    }

    /// Whether no task can lie between the rows of this page and those that were shown.
    fn joins(&self, asked: &Query, page: &Page, came: u64) -> bool {
        let known = |task: &Task| self.ids.contains(&task.id);
        let beyond = |task: Option<&Task>, earlier: bool| {
            let (Some(at), Some(seam)) = (task.and_then(|task| time_of(task, asked.order)), self.at) else {
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
    fn next(&self, asked: &Query, page: &Page, came: u64) -> (u64, u32) {
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

fn time_of(task: &Task, order: Order) -> Option<DateTime<Utc>> {
    match order {
        Order::Scheduled => task.scheduled_at,
        Order::Created => task.created_at,
    }
}

/// The most rows that a page has, as far as it is known.
fn step(state: &State) -> u64 {
    let most = state.setup.page_size.max(1);
    u64::from(state.limits.rows_a_page().map_or(most, |rows| rows.clamp(1, most)))
}

/// Whether a page that was turned to has not come yet.
fn is_turning(state: &State) -> bool {
    state.board.seam.as_ref().is_some_and(|seam| seam.side != Side::Same)
        && state.board.remote.asking.is_some()
}

/// The question for the rows that are shown, if nothing but other rows of it is asked for now.
fn shown(state: &State) -> Option<Query> {
    let shown = state.board.shown_query.clone()?;
    let now = &state.board.query;
    let same = Query { offset: now.offset, page_size: now.page_size, ..shown.clone() };
    (same == *now).then_some(shown)
}

/// Turns a page, or once more when the page before has come.
pub(super) fn turn(state: &mut State, forward: bool, edge: Edge) -> Vec<Effect> {
    if is_turning(state) {
        state.board.turns += if forward { 1 } else { -1 };
        return Vec::new();
    }
    state.board.turns = 0;
    let Some(shown) = shown(state) else {
        state.say("the first page has not come yet");
        return Vec::new();
    };
    if forward { next_page(state, &shown) } else { previous_page(state, &shown, edge) }
}

/// The turn that was asked for while the last one was under way.
pub(super) fn turn_on(state: &mut State) -> Vec<Effect> {
    let turns = state.board.turns;
    if turns == 0 || is_turning(state) {
        return Vec::new();
    }
    let effects = turn(state, turns > 0, Edge::First);
    if !effects.is_empty() {
        state.board.turns = turns - turns.signum();
    }
    effects
}

fn next_page(state: &mut State, shown: &Query) -> Vec<Effect> {
    let came = state.board.came;
    let end = shown.offset + came;
    if end >= state.board.total || came == 0 {
        state.say("this is the last page");
        return Vec::new();
    }
    if state.board.dead_end == Some((end, state.board.total)) {
        say_dead_end(state, end);
        return Vec::new();
    }
    state.board.seam = Some(Seam::of(state, Side::Below, 0));
    state.board.query.page_size = state.setup.page_size;
    turn_to(state, end - OVERLAP.min(came / 2), Edge::First)
}

fn previous_page(state: &mut State, shown: &Query, edge: Edge) -> Vec<Effect> {
    if shown.offset == 0 {
        state.say("this is the first page");
        return Vec::new();
    }
    let step = step(state);
    let end = shown.offset + OVERLAP.min(step / 2).min(state.board.came / 2);
    let offset = end.saturating_sub(step);
    state.board.seam = Some(Seam::of(state, Side::Above, end));
    // At the beginning a whole page, so that it is the one that the table began with.
    let rows = if offset == 0 { step } else { end - offset };
    state.board.query.page_size = u32::try_from(rows).unwrap_or(state.setup.page_size).max(1);
    turn_to(state, offset, edge)
}

/// Looks whether a page joins what was shown. If not, says so or asks for other rows, and gives what is
/// to be done in place of showing it.
pub(super) fn rejoin(state: &mut State, asked: &Query, page: &Page, came: u64) -> Option<Vec<Effect>> {
    if came == 0 && asked.offset > 0 {
        return Some(nothing_there(state, asked, page));
    }
    let is_refresh = state.board.shown_query.as_ref() == Some(asked) && !state.board.tasks.is_empty();
    let seam = state.board.seam.take();
    let mut seam = seam.or_else(|| is_refresh.then(|| Seam::of(state, Side::Same, 0)))?;
    if seam.joins(asked, page, came) {
        let has_news = page.tasks.iter().any(|task| !seam.ids.contains(&task.id));
        if seam.side == Side::Below && seam.tries == 0 && !has_news && asked.offset + came < page.total {
            return Some(dead_end(state, page));
        }
        if seam.side != Side::Same {
            say_moved(state, &seam, page);
            state.board.joined = seam.ids.into_iter().collect();
        }
        return None;
    }
    let (offset, size) = seam.next(asked, page, came);
    seam.tries += 1;
    if seam.tries > MOST_TRIES || (offset, size) == (asked.offset, asked.page_size) {
        state
            .warn("tasks may be missing here: the list changes faster than it can be read; r reads it again");
        return None;
    }
    seam.end += page.total.saturating_sub(seam.total);
    seam.total = page.total;
    let priority = if seam.side == Side::Same { Priority::Background } else { Priority::Page };
    (state.board.query.offset, state.board.query.page_size) = (offset, size);
    if seam.side == Side::Same
        && let Some(shown) = &mut state.board.shown_query
    {
        // They are the same rows, only their place has changed.
        shown.offset = offset;
    }
    state.board.seam = Some(seam);
    Some(ask(state, priority))
}

/// There are no rows so far behind: the set shrank under the page, or the service counts more tasks than
/// it gives.
fn nothing_there(state: &mut State, asked: &Query, page: &Page) -> Vec<Effect> {
    let is_behind = shown(state).is_some_and(|shown| shown.offset < asked.offset);
    if page.total > asked.offset && is_behind {
        return dead_end(state, page);
    }
    let offset = page.total.min(asked.offset).saturating_sub(step(state));
    state.board.query.page_size = state.setup.page_size;
    if let Some(seam) = &mut state.board.seam {
        seam.total = page.total;
    }
    state.board.query.offset = offset;
    ask(state, Priority::Page)
}

/// What is shown is the end of what the service gives, although it counts more.
fn dead_end(state: &mut State, page: &Page) -> Vec<Effect> {
    state.board.seam = None;
    state.board.turns = 0;
    if let Some(shown) = shown(state) {
        let end = shown.offset + state.board.came;
        state.board.query = shown;
        state.board.edge = None;
        state.board.total = page.total;
        state.board.dead_end = Some((end, page.total));
        say_dead_end(state, end);
    }
    Vec::new()
}

fn say_dead_end(state: &mut State, end: u64) {
    let (total, end) = (text::grouped(state.board.total), text::grouped(end));
    state.warn(format!("the service counts {total} tasks but gives none after row {end}; r reads it again"));
}

/// The set moved while it was paged through.
fn say_moved(state: &mut State, seam: &Seam, page: &Page) {
    let (before, now) = (state.board.total, page.total);
    let counted = |number: u64| text::counted(number, "task", "tasks");
    if now != before {
        let (by, word) = if now > before { (now - before, "more") } else { (before - now, "fewer") };
        state.say(format!("the list changed while paging: {} {word} than before", counted(by)));
    } else if seam.tries > 0 {
        state.say("the list changed while paging; it goes on from the last row that was shown");
    }
}

/// Where the next task to come is not on the page that came, asks where it is: first how many tasks lie
/// before the present, which one call tells where a range is of the scheduled time; then by halves.
pub(super) fn seek_present(state: &mut State, asked: &Query, came: u64) -> Vec<Effect> {
    let board = &state.board;
    let seek = board.seek;
    if !(asked.order == Order::Scheduled && asked.ascending) {
        return Vec::new();
    }
    let now = state.server_now();
    let next = board.tasks.iter().position(|task| task.scheduled_at.is_some_and(|at| at >= now));
    let (mut low, mut high, tries) = seek.unwrap_or((0, board.total, 0));
    match next {
        Some(row) if row > 0 || asked.offset == 0 => return found(state),
        Some(_) => high = asked.offset,
        None if asked.offset + came >= board.total => return found(state),
        None => low = asked.offset + came,
    }
    if low >= high || tries > MOST_TRIES {
        return found(state);
    }
    state.board.seek = Some((low, high, tries + 1));
    if seek.is_none() {
        return locate_present(state);
    }
    let middle = low + (high - low) / 2;
    turn_to(state, middle.saturating_sub(PAST_ROWS as u64), Edge::Present)
}

fn found(state: &mut State) -> Vec<Effect> {
    state.board.seek = None;
    Vec::new()
}

/// Asks how many tasks lie before the present: that tells on which page it is.
fn locate_present(state: &mut State) -> Vec<Effect> {
    let req = state.ask();
    let mut query = state.board.query.clone();
    query.range.end = state.server_now().clamp(query.range.begin, query.range.end);
    query.offset = 0;
    query.page_size = 1;
    state.board.locating = Some(req);
    vec![Effect::List { req, query, priority: Priority::Page }]
}

pub(super) fn on_located(state: &mut State, result: Result<Page, Failure>) -> Vec<Effect> {
    state.board.locating = None;
    // Without an answer the first page stays; nothing is lost but a shortcut.
    let Ok(found) = result else { return Vec::new() };
    let offset = offset_of_present(state, found.total);
    if offset == 0 || state.board.query.offset != 0 || state.board.edge.is_some() {
        return Vec::new();
    }
    turn_to(state, offset, Edge::Present)
}

/// So many tasks lie before the present: a few of them stand above it, and the page is full.
fn offset_of_present(state: &State, before: u64) -> u64 {
    let last = state.board.total.saturating_sub(step(state));
    before.saturating_sub(PAST_ROWS as u64).min(last)
}

/// The rows of the page before are seen already: which row is new on this side.
pub(super) fn first_new<'a>(
    mut rows: impl Iterator<Item = &'a Task>,
    joined: &HashSet<TaskId>,
) -> Option<TaskId> {
    rows.find(|task| !joined.contains(&task.id)).map(|task| task.id)
}
