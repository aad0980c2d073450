//! Which rows are asked for, and whether those that came join what was shown. The service has no
//! cursor: rows are named by their place, and places move when tasks come and go. So pages overlap by a
//! few rows, the rows that came move the offset, and a page that does not join is asked for elsewhere
//! until it does: no task is skipped without a word (W9).

use crate::domain::{Page, Query, text};

use crate::keymap::{Action, Scope};

use super::super::effect::{Effect, Priority};
use super::super::shared::Shared;
use super::ask::{ask, most_rows, turn_to};
use super::seam::{Seam, Side};
use super::table::Edge;

/// Rows of the page before that are read again.
const OVERLAP: u64 = 3;
/// So often a page is asked for until it joins.
const MOST_TRIES: u32 = 20;

/// The most rows that a page has, as far as it is known.
pub(super) fn step(shared: &Shared) -> u64 {
    let most = most_rows(shared);
    u64::from(shared.limits.rows_a_page().map_or(most, |rows| rows.clamp(1, most)))
}

/// Whether a page that was turned to has not come yet.
pub(super) fn is_turning(shared: &Shared) -> bool {
    shared.board.seam.as_ref().is_some_and(|seam| seam.side != Side::Same)
        && shared.board.remote.asking.is_some()
}

/// The question for the rows that are shown, if nothing but other rows of it is asked for now.
fn shown(shared: &Shared) -> Option<Query> {
    let shown = shared.board.shown_query.clone()?;
    let now = &shared.board.query;
    let same = Query { offset: now.offset, page_size: now.page_size, ..shown.clone() };
    (same == *now).then_some(shown)
}

/// Why there is no page to turn to in that direction, as far as is known.
pub(in crate::app) fn no_page(shared: &Shared, forward: bool) -> Option<String> {
    let Some(shown) = shown(shared) else { return Some("the first page has not come yet".to_owned()) };
    if !forward {
        return (shown.offset == 0).then(|| "this is the first page".to_owned());
    }
    let (came, total) = (shared.board.came, shared.board.total);
    let end = shown.offset + came;
    if end >= total || came == 0 {
        return Some("this is the last page".to_owned());
    }
    (shared.board.dead_end == Some((end, total))).then(|| dead_end_words(shared, total, end))
}

/// Turns a page, or once more when the page before has come.
pub(super) fn turn(shared: &mut Shared, forward: bool, edge: Edge) -> Vec<Effect> {
    if is_turning(shared) {
        shared.board.turns += if forward { 1 } else { -1 };
        return Vec::new();
    }
    shared.board.turns = 0;
    shared.board.seek = None;
    if let Some(why) = no_page(shared, forward) {
        shared.say(why);
        return Vec::new();
    }
    let Some(shown) = shown(shared) else { return Vec::new() };
    if forward { next_page(shared, &shown) } else { previous_page(shared, &shown, edge) }
}

/// The turn that was asked for while the last one was under way.
pub(super) fn turn_on(shared: &mut Shared) -> Vec<Effect> {
    let turns = shared.board.turns;
    if turns == 0 || is_turning(shared) {
        return Vec::new();
    }
    let effects = turn(shared, turns > 0, Edge::First);
    if !effects.is_empty() {
        shared.board.turns = turns - turns.signum();
    }
    effects
}

fn next_page(shared: &mut Shared, shown: &Query) -> Vec<Effect> {
    let came = shared.board.came;
    let end = shown.offset + came;
    shared.board.seam = Some(shared.board.seam(Side::Below, 0));
    shared.board.query.page_size = most_rows(shared);
    turn_to(shared, end - OVERLAP.min(came / 2), Edge::First)
}

fn previous_page(shared: &mut Shared, shown: &Query, edge: Edge) -> Vec<Effect> {
    let step = step(shared);
    let end = shown.offset + OVERLAP.min(step / 2).min(shared.board.came / 2);
    let offset = end.saturating_sub(step);
    shared.board.seam = Some(shared.board.seam(Side::Above, end));
    // At the beginning a whole page, so that it is the one that the table began with.
    let rows = if offset == 0 { step } else { end - offset };
    shared.board.query.page_size = u32::try_from(rows).unwrap_or(most_rows(shared)).max(1);
    turn_to(shared, offset, edge)
}

/// Looks whether a page joins what was shown. If not, says so or asks for other rows, and gives what is
/// to be done in place of showing it.
pub(super) fn rejoin(shared: &mut Shared, asked: &Query, page: &Page, came: u64) -> Option<Vec<Effect>> {
    if came == 0 && asked.offset > 0 {
        return Some(nothing_there(shared, asked, page));
    }
    let is_refresh = shared.board.shown_query.as_ref() == Some(asked) && !shared.board.listed.is_empty();
    let seam = shared.board.seam.take();
    let mut seam = seam.or_else(|| is_refresh.then(|| shared.board.seam(Side::Same, 0)))?;
    if seam.joins(asked, page, came) {
        let has_news = page.tasks.iter().any(|task| !seam.ids.contains(&task.id));
        if seam.side == Side::Below && seam.tries == 0 && !has_news && asked.offset + came < page.total {
            return Some(dead_end(shared, page));
        }
        if seam.side != Side::Same {
            say_moved(shared, &seam, page);
            shared.board.joined = seam.ids.into_iter().collect();
        }
        return None;
    }
    let (offset, size) = seam.next(asked, page, came);
    seam.tries += 1;
    if seam.tries > MOST_TRIES || (offset, size) == (asked.offset, asked.page_size) {
        let key = shared.key(Scope::Tasks, Action::Refresh);
        let words = format!(
            "tasks may be missing here: the list changes faster than it can be read; {key} reads it again"
        );
        shared.warn(words);
        return None;
    }
    seam.end += page.total.saturating_sub(seam.total);
    seam.total = page.total;
    let priority = if seam.side == Side::Same { Priority::Background } else { Priority::Page };
    (shared.board.query.offset, shared.board.query.page_size) = (offset, size);
    if seam.side == Side::Same
        && let Some(shown) = &mut shared.board.shown_query
    {
        // They are the same rows, only their place has changed.
        shown.offset = offset;
    }
    shared.board.seam = Some(seam);
    Some(ask(shared, priority))
}

/// There are no rows so far behind: the set shrank under the page, or the service counts more tasks than
/// it gives.
fn nothing_there(shared: &mut Shared, asked: &Query, page: &Page) -> Vec<Effect> {
    let is_behind = shown(shared).is_some_and(|shown| shown.offset < asked.offset);
    if page.total > asked.offset && is_behind {
        return dead_end(shared, page);
    }
    let offset = page.total.min(asked.offset).saturating_sub(step(shared));
    shared.board.query.page_size = most_rows(shared);
    if let Some(seam) = &mut shared.board.seam {
        seam.total = page.total;
    }
    shared.board.query.offset = offset;
    ask(shared, Priority::Page)
}

/// What is shown is the end of what the service gives, although it counts more.
fn dead_end(shared: &mut Shared, page: &Page) -> Vec<Effect> {
    shared.board.seam = None;
    shared.board.turns = 0;
    if let Some(shown) = shown(shared) {
        let end = shown.offset + shared.board.came;
        shared.board.query = shown;
        shared.board.edge = None;
        shared.board.total = page.total;
        shared.board.dead_end = Some((end, page.total));
        shared.warn(dead_end_words(shared, page.total, end));
    }
    Vec::new()
}

fn dead_end_words(shared: &Shared, total: u64, end: u64) -> String {
    let key = shared.key(Scope::Tasks, Action::Refresh);
    let (total, end) = (text::grouped(total), text::grouped(end));
    format!("the service counts {total} tasks but gives none after row {end}; {key} reads it again")
}

/// The set moved while it was paged through.
fn say_moved(shared: &mut Shared, seam: &Seam, page: &Page) {
    let (before, now) = (shared.board.total, page.total);
    let counted = |number: u64| text::counted(number, "task", "tasks");
    if now != before {
        let (by, word) = if now > before { (now - before, "more") } else { (before - now, "fewer") };
        shared.say_beside(&format!("the list changed while paging: {} {word} than before", counted(by)));
    } else if seam.tries > 0 {
        shared.say_beside("the list changed while paging; it goes on from the last row that was shown");
    }
}
