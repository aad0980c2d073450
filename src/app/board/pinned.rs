//! The tasks that are watched until they end, and what of them is still to be told.

use std::collections::BTreeSet;

use crate::domain::TaskId;

/// The watched tasks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pins {
    pub(super) ids: BTreeSet<TaskId>,
    /// Which was read last.
    pub(super) last: Option<TaskId>,
    /// What is still to be told.
    pub(super) ended: Vec<String>,
}

impl Pins {
    /// Whether a task is watched.
    pub fn has(&self, id: TaskId) -> bool {
        self.ids.contains(&id)
    }
}
