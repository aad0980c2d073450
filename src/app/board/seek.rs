//! Where in the order a time stands, and the page around it: that of the present, with which the table opens, or of a
//! task that was gone to. The service knows rows by their number only, so the number is found out.

use crate::domain::failure::NotSent;
use crate::domain::limits::RangeOf;
use crate::domain::{Failure, Order, Page, Query};

use super::super::effect::{Effect, Priority};
use super::super::shared::Shared;
use super::ask::{follow_cursor, turn_to};
use super::own::reaches;
use super::paging::step;
use super::table::{Edge, ROWS_BEFORE, Seek};
use super::viewport::Viewport;

/// So often it is asked before the nearest page has to do.
const MOST_TRIES: u32 = 20;

/// A page came while something is sought: it is there, or the next question. First how many tasks lie before it,
/// which one call tells where a range is of the scheduled time; then by halves.
pub(super) fn go_on(shared: &mut Shared, asked: &Query, came: u64) -> Vec<Effect> {
    let Some(seek) = shared.board.seek else { return Vec::new() };
    if seek.task.is_none() && !(asked.order == Order::Scheduled && asked.ascending) {
        return found(shared);
    }
    let board = &shared.board;
    let sought = seek.at.unwrap_or_else(|| shared.server_now());
    let row = board.listed.iter().position(|task| reaches(asked, task, sought));
    let end = asked.offset + came;
    let (mut low, mut high) = seek.span.unwrap_or((0, board.total));
    match row {
        Some(row) if row > 0 || asked.offset == 0 => {
            return settle(shared, asked, came, asked.offset + row as u64);
        }
        Some(_) => high = asked.offset,
        None if end >= board.total => return settle(shared, asked, came, end),
        None => low = end,
    }
    if low >= high || seek.tries > MOST_TRIES {
        return settle(shared, asked, came, high);
    }
    let is_first = seek.span.is_none();
    shared.board.seek = Some(Seek { span: Some((low, high)), tries: seek.tries + 1, ..seek });
    if is_first && can_count(shared) { count_before(shared) } else { halve(shared, low, high) }
}

/// Looks for a task from where the table is: nothing moves on the screen before its page is there.
pub(super) fn begin(shared: &mut Shared, seek: Seek) -> Vec<Effect> {
    let (low, high) = (0, shared.board.total);
    shared.board.seek = Some(Seek { span: Some((low, high)), ..seek });
    if can_count(shared) { count_before(shared) } else { halve(shared, low, high) }
}

fn halve(shared: &mut Shared, low: u64, high: u64) -> Vec<Effect> {
    let middle = low + high.saturating_sub(low) / 2;
    turn_to(shared, middle.saturating_sub(rows_before(shared)).max(low), Edge::Sought)
}

/// It is the row of this number. Where the page does not hold that row, leaves rows of the screen free that others
/// could take, or begins with it, it is asked for once more from a little before that row.
fn settle(shared: &mut Shared, asked: &Query, came: u64, row: u64) -> Vec<Effect> {
    let Some(seek) = shared.board.seek else { return Vec::new() };
    let before = rows_before(shared);
    let offset = offset_for(shared, row);
    let (end, total) = (asked.offset + came, shared.board.total);
    let room = Viewport::of(shared).most_rows() as u64;
    let is_here = (asked.offset..end).contains(&row) || row >= total;
    let is_short = end.saturating_sub(row.saturating_sub(before)) < room && end < total;
    let is_bare = row < asked.offset + before && asked.offset > 0;
    if (is_here && !is_short && !is_bare) || offset == asked.offset || seek.tries > MOST_TRIES {
        return found(shared);
    }
    shared.board.seek = Some(Seek { tries: MOST_TRIES + 1, ..seek });
    turn_to(shared, offset, Edge::Sought)
}

/// Rows of a page: what is known, and not more than came just now where there were more.
fn rows_a_page(shared: &Shared) -> u64 {
    let (step, board) = (step(shared), &shared.board);
    if board.came > 0 && !board.ends().1 { step.min(board.came) } else { step }
}

/// Rows above it on its page; where a page has few rows, fewer.
fn rows_before(shared: &Shared) -> u64 {
    (ROWS_BEFORE as u64).min(rows_a_page(shared).saturating_sub(1))
}

fn found(shared: &mut Shared) -> Vec<Effect> {
    shared.board.seek = None;
    follow_cursor(shared);
    Vec::new()
}

/// The first row of a page on which a few rows stand above that one, and which is full.
fn offset_for(shared: &Shared, row: u64) -> u64 {
    let last = shared.board.total.saturating_sub(rows_a_page(shared));
    row.saturating_sub(rows_before(shared)).min(last)
}

/// Whether the number of tasks up to a time tells the row: not where a range is of another time than the order.
fn can_count(shared: &Shared) -> bool {
    let query = &shared.board.query;
    let is_of_creation = shared.limits.range_of(query.order) == RangeOf::Created;
    query.order == Order::Scheduled && query.ascending && !is_of_creation
}

/// Asks how many tasks lie before it.
fn count_before(shared: &mut Shared) -> Vec<Effect> {
    let req = shared.ask();
    let mut query = shared.board.query.clone();
    let sought = shared.board.seek.and_then(|seek| seek.at).unwrap_or_else(|| shared.server_now());
    query.range.end = sought.clamp(query.range.begin, query.range.end);
    query.offset = 0;
    query.page_size = 1;
    shared.board.locating = Some(req);
    vec![Effect::List { req, query, priority: Priority::Page }]
}

pub(super) fn on_located(shared: &mut Shared, result: Result<Page, Failure>) -> Vec<Effect> {
    shared.board.locating = None;
    let Some(seek) = shared.board.seek else { return Vec::new() };
    let counted = match result {
        Ok(counted) => counted,
        Err(Failure::NotSent { reason: NotSent::Withdrawn, .. }) => {
            // The page was asked for once more meanwhile: when it is there, the search begins again.
            shared.board.edge.get_or_insert(Edge::Sought);
            shared.board.seek = Some(Seek { span: None, ..seek });
            return Vec::new();
        }
        // Without an answer the page stays; nothing is lost but a shortcut.
        Err(_) => return found(shared),
    };
    let offset = offset_for(shared, counted.total);
    if shared.board.edge.is_some() {
        return Vec::new();
    }
    if offset == shared.board.query.offset {
        return found(shared);
    }
    turn_to(shared, offset, Edge::Sought)
}
