//! The rows of the table: which tasks of the schedule, in which order. Rows that come, go or move can be made to wait
//! (U4); what a row says is renewed at once, for it is read from the schedule.

use std::cmp::Ordering;

use crate::domain::schedule::{HeldTask, Schedule, Slot, TextPart, merge};

use super::column::Column;

/// By which column rows are sorted, and in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: Column,
    /// Whether the least comes first.
    pub ascending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: Column::Scheduled, ascending: true }
    }
}

impl Sort {
    /// Whether the earliest task comes first: only there the table is divided into what was and what is to come.
    pub fn is_by_time(self) -> bool {
        self == Self::default()
    }

    fn compare(self, schedule: &Schedule, a: &HeldTask, b: &HeldTask) -> Ordering {
        let words = |part: TextPart| schedule.words(a).part(part).cmp(schedule.words(b).part(part));
        let by_column = match self.column {
            Column::Scheduled => Ordering::Equal,
            Column::Created => a.created.cmp(&b.created),
            Column::Status => a.state.cmp(&b.state),
            Column::Who => words(TextPart::Who),
            Column::Title => words(TextPart::Title),
            Column::Sender => words(TextPart::From),
        };
        let order = by_column.then_with(|| (a.scheduled, a.id).cmp(&(b.scheduled, b.id)));
        if self.ascending { order } else { order.reverse() }
    }

    fn compare_slots(self, schedule: &Schedule, a: Slot, b: Slot) -> Ordering {
        match (schedule.get(a), schedule.get(b)) {
            (Some(a), Some(b)) => self.compare(schedule, a, b),
            _ => Ordering::Equal,
        }
    }
}

/// The rows, in order.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    slots: Vec<Slot>,
    /// Slots of which something changed since the rows were put in order.
    touched: Vec<Slot>,
    waiting: usize,
    version: u64,
}

impl Listing {
    /// The rows, in order.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Another number whenever the rows may be others.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Rows that would come, go or move if they were put in order now.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Something of this task changed.
    pub(super) fn touch(&mut self, slot: Slot) {
        self.touched.push(slot);
    }

    /// Whether anything changed since the rows were put in order.
    pub(super) fn is_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// All rows anew.
    pub(super) fn replace(&mut self, schedule: &Schedule, sort: Sort, mut slots: Vec<Slot>) {
        if sort.column == Column::Scheduled {
            // They come in the order of their time.
            if !sort.ascending {
                slots.reverse();
            }
        } else {
            slots.sort_unstable_by(|a, b| sort.compare_slots(schedule, *a, *b));
        }
        self.slots = slots;
        self.waiting = 0;
        self.version += 1;
    }

    /// Puts what changed where it belongs now. `belongs` says whether a task is shown at all.
    pub(super) fn apply(&mut self, schedule: &Schedule, sort: Sort, belongs: impl Fn(Slot) -> bool) {
        self.waiting = 0;
        let Some(mask) = Mask::of(&self.touched) else { return };
        self.touched.clear();
        self.version += 1;
        self.slots.retain(|slot| !mask.has(*slot));
        let new = mask.slots().filter(|slot| belongs(*slot)).collect();
        merge(&mut self.slots, new, |a, b| sort.compare_slots(schedule, *a, *b));
    }

    /// Counts what waits.
    pub(super) fn count_waiting(&mut self, schedule: &Schedule, sort: Sort, belongs: impl Fn(Slot) -> bool) {
        self.waiting = 0;
        let Some(mask) = Mask::of(&self.touched) else { return };
        let mut there = 0;
        let in_order = |a: Option<&Slot>, b: Option<&Slot>| {
            a.zip(b).is_none_or(|(a, b)| sort.compare_slots(schedule, *a, *b) != Ordering::Greater)
        };
        for (row, slot) in self.slots.iter().enumerate().filter(|(_, slot)| mask.has(**slot)) {
            there += 1;
            let before = row.checked_sub(1).and_then(|row| self.slots.get(row));
            let stays = belongs(*slot)
                && in_order(before, Some(slot))
                && in_order(Some(slot), self.slots.get(row + 1));
            self.waiting += usize::from(!stays);
        }
        let wanted = mask.slots().filter(|slot| belongs(*slot)).count();
        let is_there = self.slots.iter().filter(|slot| mask.has(**slot) && belongs(**slot)).count();
        debug_assert!(is_there <= there);
        self.waiting += wanted - is_there;
    }
}

/// Which slots are meant.
struct Mask(Vec<bool>);

impl Mask {
    fn of(slots: &[Slot]) -> Option<Self> {
        let last = slots.iter().max()?;
        let mut mask = vec![false; *last as usize + 1];
        for slot in slots {
            if let Some(is_meant) = mask.get_mut(*slot as usize) {
                *is_meant = true;
            }
        }
        Some(Self(mask))
    }

    fn has(&self, slot: Slot) -> bool {
        self.0.get(slot as usize).copied().unwrap_or(false)
    }

    fn slots(&self) -> impl Iterator<Item = Slot> {
        self.0.iter().zip(0..).filter_map(|(is_meant, slot)| is_meant.then_some(slot))
    }
}
