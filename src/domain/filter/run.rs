//! A filter on its way through many tasks, in slices that keep no key waiting.
//!
//! Tasks are judged in the order in which they lie in memory, whatever the order of the list: side by side they take a
//! twentieth of the time that they take one here and one there.

use super::super::schedule::{Schedule, Slot};
use super::clauses::Filter;
use super::context::FilterContext;

/// What one slice may cost, in bytes that are searched. It takes 1 ms on a machine of today; no slice may take 8 on a
/// slow one.
const SLICE: usize = 8 << 20;
/// What a task costs besides the bytes of its words.
const TASK: usize = 64;
/// What it costs more where few of its neighbours are judged as well: then it has to be fetched.
const APART: usize = 512;
/// Of 64 neighbours so many are few.
const FEW: u32 = 16;
/// What it costs to note a task, and to take one over: it may lie anywhere in the notes.
const NOTE: usize = 16;

/// A filter and how far it has come. The list that it goes through is the caller's, and stays the same until it is
/// over; what is judged is each task as it is when its turn comes.
#[derive(Clone, Debug)]
pub struct Run {
    filter: Filter,
    searches: usize,
    stage: Stage,
    /// A bit for every slot: whether it is on the list and may still pass.
    bits: Vec<u64>,
    passing: Vec<Slot>,
}

/// What is done now, and with which one it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The list is noted.
    Noting(usize),
    /// What was noted is judged, by the number of its bits.
    Judging(usize),
    /// What passed is taken over in the order of the list.
    Taking(usize),
    Over,
}

impl Run {
    /// Before the first task.
    pub fn new(filter: Filter) -> Self {
        let searches = filter.searches();
        Self { filter, searches, stage: Stage::Noting(0), bits: Vec::new(), passing: Vec::new() }
    }

    /// Goes on through the list for as long as one key can wait. Says whether it is over.
    pub fn go_on(&mut self, schedule: &Schedule, slots: &[Slot], context: &FilterContext<'_>) -> bool {
        self.go_on_within(SLICE, schedule, slots, context)
    }

    /// The same with another bound; a little is always done.
    pub(super) fn go_on_within(
        &mut self,
        most: usize,
        schedule: &Schedule,
        slots: &[Slot],
        context: &FilterContext<'_>,
    ) -> bool {
        let mut cost = 0;
        while self.stage != Stage::Over {
            cost += match self.stage {
                Stage::Noting(from) => self.note(from, most.saturating_sub(cost), slots),
                Stage::Judging(from) => self.judge(from, most.saturating_sub(cost), schedule, context),
                Stage::Taking(from) => self.take_over(from, most.saturating_sub(cost), slots),
                Stage::Over => 0,
            };
            if cost >= most {
                break;
            }
        }
        self.is_over()
    }

    fn note(&mut self, from: usize, most: usize, slots: &[Slot]) -> usize {
        let part = next(slots, from, most);
        for slot in part {
            let (at, bit) = position(*slot);
            if at >= self.bits.len() {
                self.bits.resize(at + 1, 0);
            }
            if let Some(bits) = self.bits.get_mut(at) {
                *bits |= bit;
            }
        }
        let done = from + part.len();
        self.stage = if done < slots.len() { Stage::Noting(done) } else { Stage::Judging(0) };
        part.len() * NOTE
    }

    fn judge(&mut self, from: usize, most: usize, schedule: &Schedule, context: &FilterContext<'_>) -> usize {
        let mut cost = 0;
        let (filter, searches) = (&self.filter, self.searches);
        for (at, bits) in self.bits.iter_mut().enumerate().skip(from) {
            cost += 1;
            let mut left = *bits;
            let each = TASK + if left.count_ones() < FEW { APART } else { 0 };
            while left != 0 {
                let bit = left & left.wrapping_neg();
                left ^= bit;
                let held = slot_at(at, bit).and_then(|slot| schedule.get(slot));
                if !held.is_some_and(|held| filter.passes(schedule, held, context)) {
                    *bits ^= bit;
                }
                cost += each + held.map_or(0, |held| held.length_of_words() * searches);
            }
            if cost >= most {
                self.stage = Stage::Judging(at + 1);
                return cost;
            }
        }
        self.stage = Stage::Taking(0);
        cost
    }

    fn take_over(&mut self, from: usize, most: usize, slots: &[Slot]) -> usize {
        let part = next(slots, from, most);
        let bits = &self.bits;
        let passes = |slot: &&Slot| {
            let (at, bit) = position(**slot);
            bits.get(at).is_some_and(|bits| bits & bit != 0)
        };
        self.passing.extend(part.iter().filter(passes));
        let done = from + part.len();
        self.stage = if done < slots.len() { Stage::Taking(done) } else { Stage::Over };
        part.len() * NOTE
    }

    /// Whether every task of the list was judged, and all that pass are there.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// What is searched for.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Those that pass, in the order of the list, as far as they were taken over.
    pub fn passing(&self) -> &[Slot] {
        &self.passing
    }

    /// The same, taken out: what is taken over later is all that is there the next time.
    pub fn take(&mut self) -> Vec<Slot> {
        std::mem::take(&mut self.passing)
    }
}

/// As many of the list as may be noted for that cost, one at least.
fn next(slots: &[Slot], from: usize, most: usize) -> &[Slot] {
    let rest = slots.get(from..).unwrap_or_default();
    rest.get(..(most / NOTE).max(1)).unwrap_or(rest)
}

/// Where the bit of a slot is.
fn position(slot: Slot) -> (usize, u64) {
    (slot as usize / 64, 1 << (slot % 64))
}

fn slot_at(at: usize, bit: u64) -> Option<Slot> {
    Slot::try_from(at * 64 + bit.trailing_zeros() as usize).ok()
}
