//! Totals of lists that were counted already: who turns pages or asks again and again need not wait for
//! a hundred thousand tasks to be counted each time.

use std::collections::HashMap;

use super::query::ListRange;

/// More ranges than clients ask for at a time.
const MOST: usize = 256;

/// What was counted since the last change.
#[derive(Debug, Default)]
pub(super) struct Totals {
    version: (i64, i64),
    counted: HashMap<ListRange, i64>,
}

impl Totals {
    /// The total of this range, when it was counted in this version of the database.
    pub(super) fn get(&self, version: (i64, i64), range: &ListRange) -> Option<i64> {
        if version == self.version { self.counted.get(range).copied() } else { None }
    }

    /// Keeps a total.
    pub(super) fn keep(&mut self, version: (i64, i64), range: ListRange, total: i64) {
        if version != self.version || self.counted.len() >= MOST {
            self.counted.clear();
        }
        self.version = version;
        self.counted.insert(range, total);
    }
}
