//! The rows of one window as its pages come, and whether each page joins the one before.
//!
//! The service knows nothing but numbers of rows, and rows move under them. Two pages join where they share rows: in
//! any order that stays as it is, nothing that was there all the time lies between them then. Where rows of the same
//! second change places, a page joins also by beginning earlier than the one before it ends.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::domain::query::{Order, Page, Range};
use crate::domain::task::TaskId;

use super::plan::between;

/// How often a page that does not join is asked for again, from further back each time.
const TRIES: u32 = 3;

/// One row, as far as it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowKey {
    pub(super) id: TaskId,
    /// The time by which the window orders, in seconds since 1970; of a row without one the earliest there is.
    pub(super) at: i64,
}

impl RowKey {
    /// The rows of a page.
    pub(super) fn of(page: &Page, order: Order) -> Vec<Self> {
        let at = |time: Option<DateTime<Utc>>| time.map_or(i64::MIN, |time| time.timestamp());
        page.tasks.iter().map(|task| Self { id: task.id, at: at(order.time_of(task)) }).collect()
    }
}

/// What a page brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Its rows are taken, or asked for again; there is more to come.
    GoesOn,
    /// The window was read to its end, and nothing moved.
    Ends,
    /// Something moved: the total, rows, or more than pages can be joined over.
    Moved,
    /// The service gives one row at a time, and such pages cannot be joined.
    CannotJoin,
    /// No rows came although the service counts more.
    Short,
}

/// How many rows of a page are asked for once more with the next one. One would do where rows keep their order; two
/// tell a service that turns rows of the same second around. More would only cost calls.
pub(super) fn shared_rows(page_size: u64) -> u64 {
    match page_size {
        0 | 1 => 0,
        2 => 1,
        3.. => 2,
    }
}

/// The page that was joined last.
#[derive(Clone, Debug, Default)]
struct Last {
    offset: u64,
    rows: Vec<RowKey>,
}

impl Last {
    fn end(&self) -> u64 {
        self.offset + self.rows.len() as u64
    }

    /// Its rows from this number on.
    fn from(&self, offset: u64) -> &[RowKey] {
        let skipped = usize::try_from(offset.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        self.rows.get(skipped..).unwrap_or_default()
    }
}

/// A window while it is read.
#[derive(Clone, Debug)]
pub(super) struct WindowReading {
    /// When its first page was asked for, by the service's clock.
    pub(super) began: DateTime<Utc>,
    /// What every page must say; `None` before the first one.
    pub(super) total: Option<u64>,
    /// The rows, in the order in which they came.
    pub(super) rows: Vec<RowKey>,
    /// All of its rows are known from a window that held it; only its end and its total are asked for.
    pub(super) is_known: bool,
    /// Another number whenever pages under way are of no more use.
    pub(super) epoch: u32,
    ascending: bool,
    range: Range,
    /// Whether the rows came in the order that was asked for, and lie in the range by it.
    in_order: bool,
    last: Last,
    /// Pages that came before the one that they follow.
    early: Vec<Last>,
    under_way: Vec<u64>,
    /// Rows that are asked for next.
    next: Option<u64>,
    again: Vec<u64>,
    /// Rows of a page, as they come.
    page_size: u64,
    asked_again: u32,
    stuck: u32,
}

impl WindowReading {
    pub(super) fn new(range: Range, ascending: bool, began: DateTime<Utc>) -> Self {
        Self {
            began,
            total: None,
            rows: Vec::new(),
            is_known: false,
            epoch: 0,
            ascending,
            range,
            in_order: true,
            last: Last::default(),
            early: Vec::new(),
            under_way: Vec::new(),
            next: Some(0),
            again: Vec::new(),
            page_size: 0,
            asked_again: 0,
            stuck: 0,
        }
    }

    /// A part of this window: its rows came already, what remains is to ask for its end.
    fn known(&self, range: Range, rows: &[RowKey]) -> Self {
        let size = usize::try_from(self.page_size).unwrap_or(usize::MAX);
        let tail = rows.get(rows.len().saturating_sub(size)..).unwrap_or_default();
        let count = rows.len() as u64;
        Self {
            total: Some(count),
            rows: rows.to_vec(),
            is_known: true,
            last: Last { offset: count - tail.len() as u64, rows: tail.to_vec() },
            next: Some(count.saturating_sub(shared_rows(self.page_size))),
            page_size: self.page_size,
            ..Self::new(range, self.ascending, self.began)
        }
    }

    /// The number of the row to ask from, if anything is to be asked for now.
    pub(super) fn ask(&mut self, page_size: u64) -> Option<u64> {
        if let Some(offset) = self.again.pop() {
            self.under_way.push(offset);
            return Some(offset);
        }
        let offset = self.next.take()?;
        self.under_way.push(offset);
        if let Some(total) = self.total {
            let size = self.page_size.min(page_size);
            let end = offset + size;
            self.next = (end < total).then(|| end - shared_rows(size));
        }
        Some(offset)
    }

    /// The question got no answer, and is asked once more.
    pub(super) fn ask_again(&mut self, offset: u64) {
        self.under_way.retain(|other| *other != offset);
        self.again.push(offset);
    }

    /// Rows of a page, as they come; at least 1.
    pub(super) fn page_size(&self) -> u64 {
        self.page_size.max(1)
    }

    /// Takes a page that was asked for from this row on.
    pub(super) fn take(&mut self, offset: u64, rows: Vec<RowKey>, total: u64) -> Step {
        self.under_way.retain(|other| *other != offset);
        let Some(expected) = self.total else { return self.begin(rows, total) };
        if total != expected {
            return Step::Moved;
        }
        let came = rows.len() as u64;
        self.early.push(Last { offset, rows });
        while let Some(page) = self.following() {
            match self.join(page) {
                Step::GoesOn => {}
                step @ (Step::Ends | Step::Moved | Step::CannotJoin | Step::Short) => return step,
            }
        }
        if self.last.end() >= expected {
            return self.end();
        }
        let follows = |offset: &u64| *offset <= self.last.end();
        if !(self.under_way.iter().chain(&self.next).chain(&self.again).any(follows)) {
            // Fewer rows came than those that are under way begin behind.
            self.page_size = came.max(2);
            return self.go_on_from(shared_rows(self.page_size));
        }
        Step::GoesOn
    }

    fn begin(&mut self, rows: Vec<RowKey>, total: u64) -> Step {
        self.total = Some(total);
        self.page_size = rows.len() as u64;
        if rows.is_empty() && total > 0 {
            return Step::Short;
        }
        self.append(&rows);
        self.last = Last { offset: 0, rows };
        if self.page_size >= total {
            return self.end();
        }
        self.go_on_from(shared_rows(self.page_size))
    }

    /// The next page in the order of rows that follows what came, if none before it is under way.
    fn following(&mut self) -> Option<Last> {
        let (at, page) = self.early.iter().enumerate().min_by_key(|(_, page)| page.offset)?;
        let mut asked = self.under_way.iter().chain(&self.again);
        let is_next = page.offset <= self.last.end() && asked.all(|offset| *offset > page.offset);
        is_next.then(|| self.early.swap_remove(at))
    }

    fn join(&mut self, page: Last) -> Step {
        let shared = self.last.from(page.offset);
        if page.end() <= self.last.end() && self.total.is_some_and(|total| self.last.end() < total) {
            return self.come_to_nothing(&page);
        }
        if page.offset >= self.last.end() && self.stuck > 0 {
            // There are rows behind what came; now to one of them that joins.
            self.page_size = page.rows.len() as u64;
            let one = self.page_size <= 1;
            return if one { Step::CannotJoin } else { self.go_on_from(shared_rows(self.page_size)) };
        }
        let is_same = !shared.is_empty() && page.rows.starts_with(shared);
        if !is_same && !self.begins_before_the_end(&page, shared) {
            self.asked_again += 1;
            if self.asked_again > TRIES {
                return Step::Moved;
            }
            let further = shared_rows(self.page_size) << (self.asked_again + 1);
            return self.go_on_from(further.min(self.page_size.saturating_sub(1)));
        }
        (self.asked_again, self.stuck) = (0, 0);
        self.page_size = self.page_size.max(page.rows.len() as u64);
        let new: Vec<RowKey> = if is_same {
            page.rows.get(shared.len()..).unwrap_or_default().to_vec()
        } else {
            page.rows.iter().filter(|row| !self.last.rows.contains(row)).copied().collect()
        };
        self.append(&new);
        self.last = page;
        Step::GoesOn
    }

    /// The page brought nothing new: it is seen whether anything stands behind at all.
    fn come_to_nothing(&mut self, page: &Last) -> Step {
        if self.stuck > TRIES || (page.rows.is_empty() && page.offset >= self.last.end()) {
            return Step::Short;
        }
        self.see_behind()
    }

    fn see_behind(&mut self) -> Step {
        self.stuck += 1;
        self.withdraw();
        self.next = Some(self.last.end());
        Step::GoesOn
    }

    /// What is under way is of no use any more.
    fn withdraw(&mut self) {
        self.epoch += 1;
        self.under_way.clear();
        self.again.clear();
        self.early.clear();
    }

    /// Whether a page of which some rows of a second stand elsewhere joins all the same: what is in no page would be
    /// no earlier than the end of the one, and no later than the beginning of the other.
    fn begins_before_the_end(&self, page: &Last, shared: &[RowKey]) -> bool {
        let (Some(first), Some(last)) = (page.rows.first(), self.last.rows.last()) else { return false };
        self.in_order
            && self.is_before(first.at, last.at)
            && page.rows.windows(2).all(|pair| !self.is_before(pair[1].at, pair[0].at))
            && shared.iter().any(|row| page.rows.contains(row))
    }

    fn is_before(&self, one: i64, other: i64) -> bool {
        if self.ascending { one < other } else { one > other }
    }

    fn append(&mut self, rows: &[RowKey]) {
        let (begin, end) = (self.range.begin.timestamp(), self.range.end.timestamp());
        let mut before = self.rows.last().copied();
        for row in rows {
            let follows = before.is_none_or(|before| !self.is_before(row.at, before.at));
            self.in_order &= follows && (begin..=end).contains(&row.at);
            before = Some(*row);
        }
        self.rows.extend_from_slice(rows);
    }

    /// Asks for what follows, beginning so many rows back.
    fn go_on_from(&mut self, back: u64) -> Step {
        if back == 0 {
            return self.see_behind();
        }
        self.withdraw();
        self.next = Some(self.last.end().saturating_sub(back).max(self.last.offset));
        Step::GoesOn
    }

    /// All rows came that the service counts. It is true if they are so many tasks.
    fn end(&self) -> Step {
        let tasks: HashSet<TaskId> = self.rows.iter().map(|row| row.id).collect();
        if self.total == Some(tasks.len() as u64) { Step::Ends } else { Step::Moved }
    }

    /// The number of a row near this one with which another second begins; `None` where all are of the same, or out
    /// of order.
    fn boundary_near(&self, row: usize) -> Option<usize> {
        if !self.in_order {
            return None;
        }
        let is_boundary = |row: &usize| {
            *row > 0 && self.rows.get(row - 1).map(|row| row.at) != self.rows.get(*row).map(|row| row.at)
        };
        let before = (1..=row.min(self.rows.len().saturating_sub(1))).rev().find(is_boundary);
        before.or_else(|| (row + 1..self.rows.len()).find(is_boundary))
    }

    /// The times of this row and of the one before it.
    fn times_at(&self, row: usize) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let time = |row: usize| DateTime::from_timestamp(self.rows.get(row)?.at, 0);
        Some((time(row.checked_sub(1)?)?, time(row)?))
    }

    /// The part of the range whose rows come before, to the end of this second.
    fn until(&self, at: DateTime<Utc>) -> Range {
        if self.ascending { Range { end: at, ..self.range } } else { Range { begin: at, ..self.range } }
    }

    /// The part of the range whose rows come from this second on.
    fn from(&self, at: DateTime<Utc>) -> Range {
        if self.ascending { Range { begin: at, ..self.range } } else { Range { end: at, ..self.range } }
    }

    /// What was read so far, of which all rows are known, and the rest, which is read anew: it begins where no row
    /// was seen, or else with the last second that is known, for a range may not hold its end.
    pub(super) fn cut(&self) -> Option<(Self, Range)> {
        let row = self.boundary_near(self.rows.len().checked_sub(1)?)?;
        let (before, at) = self.times_at(row)?;
        let middle = between(before.min(at), before.max(at)).unwrap_or(before);
        Some((self.known(self.until(middle), self.rows.get(..row)?), self.from(middle)))
    }

    /// Two parts, of both of which all rows are known; `None` where they all fit on one page.
    pub(super) fn in_two(&self) -> Option<[Self; 2]> {
        if self.rows.len() as u64 <= self.page_size() {
            return None;
        }
        let row = self.boundary_near(self.rows.len() / 2)?;
        let (before, at) = self.times_at(row)?;
        let middle = between(before.min(at), before.max(at));
        let first = self.known(self.until(middle.unwrap_or(before)), self.rows.get(..row)?);
        Some([first, self.known(self.from(middle.unwrap_or(at)), self.rows.get(row..)?)])
    }

    pub(super) fn range(&self) -> Range {
        self.range
    }
}
