//! Reads a range of the schedule to its end, and knows when it has: which windows, which pages of them, what is
//! read again because it moved, and what of it all is certain.
//!
//! Pure: [`Pass::next`] gives questions, [`Pass::on_page`] and [`Pass::on_failure`] take what became of them, in any
//! order. Nothing that the service says is believed but the tasks of a page, and a total that stays and is as many
//! tasks as came. When [`Pass::coverage`] is complete, every task that was there before the pass began and was left
//! alone is among the rows that came. Against any service it ends: see `Pass::may_ask`.

mod piece;
mod plan;
mod reading;

use chrono::{DateTime, TimeDelta, Utc};

use super::Failure;
use super::coverage::{Coverage, TimeWindow, WindowState};
use super::limits::{ListLimits, RangeOf};
use super::query::{Order, Page, Query, Range};
use piece::{MOST_TASKS, MOVES, Piece};
use reading::RowKey;

/// Calls that every window may take, and how many times its pages.
const CALLS_A_WINDOW: u64 = 16;
const TIMES_ITS_PAGES: u64 = 8;

/// How many times in a row the service may say that there were too many calls.
const MOST_REFUSALS: u32 = 5;

/// The windows whose first pages come before anything else: what is next, and what was just now.
const NEAREST: usize = 2;

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its number; whoever answers names it.
    pub number: u64,
    /// What is asked.
    pub query: Query,
}

/// What a failure means for the pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// It is about one window, or is asked once more.
    GoesOn,
    /// Nothing else would be answered either.
    Stops,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    number: u64,
    piece: u64,
    epoch: u32,
    offset: u64,
}

/// A pass of reading.
#[derive(Clone, Debug)]
pub struct Pass {
    range: Range,
    created_since: DateTime<Utc>,
    keyword: String,
    page_size: u32,
    began: DateTime<Utc>,
    reading: RangeOf,
    longest: Option<TimeDelta>,
    /// The windows as planned, or what became of them, the nearest to the present first.
    pieces: Vec<Piece>,
    asked: Vec<Asked>,
    numbers: u64,
    questions: u64,
    calls_left: u64,
    has_answer: bool,
    refusals: u32,
}

impl Pass {
    /// Reads every task that fires in the range, as far as tasks were created within `history` where the service's
    /// ranges are of the creation time. `now` is by the service's clock.
    pub fn new(
        range: Range,
        history: TimeDelta,
        keyword: String,
        page_size: u32,
        now: DateTime<Utc>,
        limits: &ListLimits,
    ) -> Self {
        let now = DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now);
        let mut pass = Self {
            range,
            created_since: plan::created_since(now, history),
            keyword,
            page_size,
            began: now,
            reading: limits.range_of(Order::Scheduled),
            longest: limits.longest(),
            pieces: Vec::new(),
            asked: Vec::new(),
            numbers: 0,
            questions: 0,
            calls_left: 0,
            has_answer: false,
            refusals: 0,
        };
        pass.plan();
        pass
    }

    /// The orders of the windows that the reading asks for: where it is not known, what fires in the range is in the
    /// ones or in the others.
    fn orders(&self) -> &'static [Order] {
        match self.reading {
            RangeOf::Scheduled => &[Order::Scheduled],
            RangeOf::Created => &[Order::Created],
            RangeOf::Unknown | RangeOf::Unclear => &[Order::Scheduled, Order::Created],
        }
    }

    /// Has the windows that the reading asks for, and no others.
    fn plan(&mut self) {
        let orders = self.orders();
        self.pieces.retain(|piece| orders.contains(&piece.order));
        for order in orders {
            if self.pieces.iter().any(|piece| piece.order == *order) {
                continue;
            }
            let planned = match order {
                Order::Scheduled => plan::by_scheduled_time(self.range, self.began, self.longest),
                Order::Created => plan::by_creation_time(self.created_since, self.began, self.longest),
            };
            for window in planned {
                let number = self.number();
                self.pieces.push(Piece::new(number, *order, window));
                self.calls_left += CALLS_A_WINDOW;
            }
        }
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Takes into account what was learnt of the service meanwhile. What was read stays read.
    pub fn learn(&mut self, limits: &ListLimits) {
        self.longest = limits.longest();
        let reading = limits.range_of(Order::Scheduled);
        if reading != self.reading {
            self.reading = reading;
            self.plan();
        }
    }

    /// The next question, if there is one before another answer comes: the first is asked alone.
    pub fn next(&mut self, now: DateTime<Utc>) -> Option<Question> {
        if !self.has_answer && !self.asked.is_empty() {
            return None;
        }
        if !self.may_ask() {
            return None;
        }
        let nearest = self.pieces.iter().take(NEAREST).position(Piece::is_waiting);
        let (at, offset) = nearest
            .into_iter()
            .chain(0..self.pieces.len())
            .find_map(|at| Some((at, self.ask_of(at, now)?)))?;
        let (piece, epoch) = self.pieces.get_mut(at).map(|piece| {
            let epoch = piece.reading_mut().map_or(0, |reading| reading.epoch);
            (&*piece, epoch)
        })?;
        let query = Query {
            order: piece.order,
            ascending: piece.ascending,
            range: piece.range,
            keyword: self.keyword.clone(),
            offset,
            page_size: self.page_size,
        };
        self.questions += 1;
        self.asked.push(Asked { number: self.questions, piece: piece.number, epoch, offset });
        self.calls_left -= 1;
        Some(Question { number: self.questions, query })
    }

    fn ask_of(&mut self, at: usize, now: DateTime<Utc>) -> Option<u64> {
        let piece = self.pieces.get(at)?;
        if piece.is_waiting() && self.longest.is_some_and(|longest| piece.range.length() > longest) {
            let parts = piece.parts(plan::outward(piece.range, piece.ascending, self.longest));
            self.plan_instead(at, parts);
        }
        self.pieces.get_mut(at)?.ask(u64::from(self.page_size), now)
    }

    /// Every window may take some calls, and some times the pages that its first answer tells of: what moves on and
    /// on is given up then, however it moves.
    fn may_ask(&mut self) -> bool {
        if self.calls_left > 0 {
            return true;
        }
        for piece in self.pieces.iter_mut().filter(|piece| !piece.is_over()) {
            piece.fail(MOVES);
        }
        false
    }

    /// These windows in the place of one that is longer than the service takes.
    fn plan_instead(&mut self, at: usize, parts: Vec<Piece>) {
        let mut planned = Vec::with_capacity(parts.len());
        for part in parts {
            let number = self.number();
            planned.push(Piece { number, planned: number, ..part });
        }
        self.calls_left += CALLS_A_WINDOW * planned.len() as u64;
        self.pieces.splice(at..=at, planned);
    }

    fn replace(&mut self, at: usize, parts: Vec<Piece>) {
        let parts: Vec<Piece> =
            parts.into_iter().map(|part| Piece { number: self.number(), ..part }).collect();
        self.pieces.splice(at..=at, parts);
    }

    /// Who asked, and which window it is about, if it is about one still.
    fn answered(&mut self, number: u64) -> Option<(usize, Asked)> {
        let at = self.asked.iter().position(|asked| asked.number == number)?;
        let asked = self.asked.swap_remove(at);
        let at = self.pieces.iter().position(|piece| piece.number == asked.piece)?;
        let epoch = self.pieces.get_mut(at)?.reading_mut()?.epoch;
        (epoch == asked.epoch).then_some((at, asked))
    }

    /// Takes a page, and what was asked for it in the end: the service may not take as long a range. Its rows are
    /// worth to be shown also where the page itself is of no use any more.
    pub fn on_page(&mut self, number: u64, query: &Query, page: &Page) {
        (self.has_answer, self.refusals) = (true, 0);
        let Some((at, asked)) = self.answered(number) else { return };
        let (at, offset) = if self.pieces.get(at).is_some_and(|piece| piece.range != query.range) {
            (self.narrow(at, query.range), 0)
        } else {
            (at, asked.offset)
        };
        let Some(piece) = self.pieces.get_mut(at) else { return };
        let is_first = piece.number == piece.planned
            && piece.reading_mut().is_some_and(|reading| reading.total.is_none());
        let rows = RowKey::of(page, piece.order);
        if is_first {
            let pages = page.total.min(MOST_TASKS).div_ceil((rows.len() as u64).max(1));
            self.calls_left += TIMES_ITS_PAGES * pages;
        }
        let instead = piece.take(offset, rows, page.total);
        let is_new = piece.is_waiting();
        if let Some(parts) = instead {
            self.replace(at, parts);
        } else if is_new {
            // What is under way was asked for the window as it was.
            let number = self.number();
            if let Some(piece) = self.pieces.get_mut(at) {
                piece.number = number;
            }
        }
    }

    /// The service takes only a part of the window: the others become windows of their own. Gives where the part
    /// stands, of which this is the first page.
    fn narrow(&mut self, at: usize, taken: Range) -> usize {
        let Some(piece) = self.pieces.get(at) else { return at };
        let Range { begin, end } = piece.range;
        let others = [Range { begin: taken.end, end }, Range { begin, end: taken.begin }];
        let others = others.into_iter().filter(|range| range.begin < range.end);
        let parts = piece.parts(std::iter::once(taken).chain(others));
        self.plan_instead(at, parts);
        if let Some(piece) = self.pieces.get_mut(at) {
            piece.ask(u64::from(self.page_size), self.began);
        }
        at
    }

    /// Takes a failure.
    pub fn on_failure(&mut self, number: u64, failure: &Failure) -> AfterFailure {
        let found = self.answered(number);
        if failure.code().is_some_and(super::catalog::is_rate_limit) {
            self.refusals += 1;
            if self.refusals > MOST_REFUSALS {
                return AfterFailure::Stops;
            }
            if let Some((at, asked)) = found
                && let Some(reading) = self.pieces.get_mut(at).and_then(Piece::reading_mut)
            {
                reading.ask_again(asked.offset);
            }
            return AfterFailure::GoesOn;
        }
        if !failure.is_answer() && !failure.is_too_large() {
            return AfterFailure::Stops;
        }
        self.has_answer = true;
        if let Some((at, _)) = found
            && let Some(piece) = self.pieces.get_mut(at)
        {
            piece.fail(failure.words().what);
        }
        AfterFailure::GoesOn
    }

    /// What was read so far.
    pub fn coverage(&self) -> Coverage {
        let mut windows: Vec<(u64, TimeWindow)> = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            let window = TimeWindow { order: piece.order, range: piece.range, state: piece.window_state() };
            let before = windows.last_mut().filter(|(planned, _)| *planned == piece.planned);
            if !before.is_some_and(|(_, before)| joined(before, &window)) {
                windows.push((piece.planned, window));
            }
        }
        Coverage {
            range: self.range,
            reading: self.reading,
            windows: windows.into_iter().map(|(_, window)| window).collect(),
            created_since: self.orders().contains(&Order::Created).then_some(self.created_since),
        }
    }
}

/// Makes one window of two parts that were both read to their end.
fn joined(before: &mut TimeWindow, window: &TimeWindow) -> bool {
    let (WindowState::Fresh { at, total }, WindowState::Fresh { at: other, total: others }) =
        (&mut before.state, &window.state)
    else {
        return false;
    };
    *at = (*at).min(*other);
    *total += *others;
    let (begin, end) = (before.range.begin.min(window.range.begin), before.range.end.max(window.range.end));
    before.range = Range { begin, end };
    true
}

#[cfg(test)]
mod tests;
