//! One window of a pass, and what becomes of it with each page: it goes on, ends, fails, or is read in parts.

use chrono::{DateTime, Utc};

use crate::domain::coverage::WindowState;
use crate::domain::query::{Order, Range};

use super::plan::halved;
use super::reading::{RowKey, Step, WindowReading};

/// Why a window failed that never kept still.
pub(super) const MOVES: &str = "changes faster than it can be read";

/// Why a window failed whose pages cannot be joined.
const ONE_ROW: &str = "the service gives one task at a time, and several are of the same second";

/// More tasks than that are not read into memory.
pub(super) const MOST_TASKS: u64 = 2_000_000;

/// How often a window is read as it is before it is read in halves.
const TRIES: u8 = 2;

#[derive(Clone, Debug)]
pub(super) enum PieceState {
    /// Not asked for yet.
    Waiting,
    Reading(WindowReading),
    Fresh {
        at: DateTime<Utc>,
        total: u64,
    },
    Failed(String),
}

#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Its own number.
    pub(super) number: u64,
    /// The window of the plan that it is a part of.
    pub(super) planned: u64,
    pub(super) order: Order,
    pub(super) ascending: bool,
    pub(super) range: Range,
    pub(super) state: PieceState,
    pub(super) tries: u8,
}

impl Piece {
    pub(super) fn new(number: u64, order: Order, (range, ascending): (Range, bool)) -> Self {
        Self { number, planned: number, order, ascending, range, state: PieceState::Waiting, tries: 0 }
    }

    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.state, PieceState::Waiting)
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, PieceState::Fresh { .. } | PieceState::Failed(_))
    }

    pub(super) fn fail(&mut self, why: impl Into<String>) {
        self.state = PieceState::Failed(why.into());
    }

    pub(super) fn reading_mut(&mut self) -> Option<&mut WindowReading> {
        match &mut self.state {
            PieceState::Reading(reading) => Some(reading),
            PieceState::Waiting | PieceState::Fresh { .. } | PieceState::Failed(_) => None,
        }
    }

    /// The number of the row to ask from, if anything is to be asked for now.
    pub(super) fn ask(&mut self, page_size: u64, now: DateTime<Utc>) -> Option<u64> {
        if self.is_waiting() {
            self.state = PieceState::Reading(WindowReading::new(self.range, self.ascending, now));
        }
        self.reading_mut()?.ask(page_size)
    }

    fn part(&self, range: Range, state: PieceState) -> Self {
        let Self { number, planned, order, ascending, range: _, state: _, tries: _ } = *self;
        Self { number, planned, order, ascending, range, state, tries: 0 }
    }

    /// These ranges of it, to be read.
    pub(super) fn parts(&self, ranges: impl IntoIterator<Item = Range>) -> Vec<Self> {
        ranges.into_iter().map(|range| self.part(range, PieceState::Waiting)).collect()
    }

    /// Takes a page; gives what is to stand in its place, where that is something else.
    pub(super) fn take(&mut self, offset: u64, rows: Vec<RowKey>, total: u64) -> Option<Vec<Self>> {
        let came = rows.len();
        let PieceState::Reading(reading) = &mut self.state else { return None };
        if total > MOST_TASKS {
            self.fail(format!("the service counts {total} tasks here: more than are read"));
            return None;
        }
        match reading.take(offset, rows, total) {
            Step::GoesOn => None,
            Step::Ends => {
                self.state = PieceState::Fresh { at: reading.began, total };
                None
            }
            Step::Moved => self.in_parts(),
            Step::CannotJoin => self.in_halves(ONE_ROW),
            Step::Short => {
                let rows = reading.rows.len();
                self.tries += 1;
                if came > 0 || rows > 0 || self.tries >= TRIES {
                    self.fail(format!("the service counts {total} tasks here and gives {rows}"));
                } else {
                    self.state = PieceState::Waiting;
                }
                None
            }
        }
    }

    /// Something moved while it was read. As little as possible is read again: what came is asked for its total, in
    /// ever smaller parts where that is another; the rest begins anew.
    fn in_parts(&mut self) -> Option<Vec<Self>> {
        let PieceState::Reading(reading) = &self.state else { return None };
        let parts = if reading.is_known {
            reading.in_two().map(|parts| parts.map(|part| self.part(part.range(), PieceState::Reading(part))))
        } else {
            reading.cut().map(|(part, rest)| {
                [self.part(part.range(), PieceState::Reading(part)), self.part(rest, PieceState::Waiting)]
            })
        };
        if let Some(parts) = parts {
            return Some(parts.into());
        }
        self.tries += 1;
        if self.tries < TRIES {
            self.state = PieceState::Waiting;
            return None;
        }
        self.in_halves(MOVES)
    }

    fn in_halves(&mut self, why: &str) -> Option<Vec<Self>> {
        let halves = halved(self.range, self.ascending).map(|halves| self.parts(halves));
        if halves.is_none() {
            self.fail(why);
        }
        halves
    }

    pub(super) fn window_state(&self) -> WindowState {
        match &self.state {
            PieceState::Waiting => WindowState::Waiting,
            PieceState::Reading(reading) => match reading.total {
                None => WindowState::Waiting,
                Some(total) => WindowState::Reading { came: (reading.rows.len() as u64).min(total), total },
            },
            PieceState::Fresh { at, total } => WindowState::Fresh { at: *at, total: *total },
            PieceState::Failed(why) => WindowState::Failed(why.clone()),
        }
    }
}
