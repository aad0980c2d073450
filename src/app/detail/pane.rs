//! The detail pane: where it stands, what of the task is shown, how far it is scrolled.

use std::sync::Arc;

use crate::domain::{Task, TaskId, Zone};

use crate::keymap::Keymap;

use super::super::frame::Placement;
use super::super::lines::Memo;

/// How the task is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ViewMode {
    /// In words, with the phone.
    #[default]
    Task,
    /// As the service gave it.
    Json,
}

/// The detail pane.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Where the operator wants it.
    pub placement: Placement,
    /// Whether the pane has the keys.
    pub focused: bool,
    /// What of the task is shown.
    pub mode: ViewMode,
    /// Lines scrolled off the top.
    pub scroll: u16,
    /// Its text, as it was composed last.
    pub(super) text: Memo<MadeOf>,
    /// The fields of its content, for a width.
    pub(super) fields: Memo<(Arc<Task>, usize)>,
}

/// What the text of the detail is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MadeOf {
    pub(super) task: Option<Arc<Task>>,
    pub(super) mode: ViewMode,
    pub(super) zone: Zone,
    pub(super) profile: String,
    pub(super) keys: Keymap,
    /// The service's time in seconds: ages and countdowns turn with it.
    pub(super) second: i64,
    pub(super) is_cancelled: bool,
    pub(super) is_watched: bool,
    /// Which task is selected, also where it is not shown.
    pub(super) selected: Option<TaskId>,
    pub(super) failed: Option<String>,
    /// How many states the task was seen in; that only grows.
    pub(super) seen: usize,
    pub(super) width: usize,
}

impl Detail {
    /// Another task was selected: its text begins at its beginning.
    pub fn rewind(&mut self) {
        self.scroll = 0;
    }
}
