//! The tasks of the table that were read whole: those on the screen and the selected one. A task is held as JSON; it
//! is read, and what its row says is composed, once, and not once a frame.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::schedule::HeldTask;
use crate::domain::{Schedule, Task, TaskId, text};

use super::texts::RowText;

/// So many are kept beside those on the screen.
const MOST: usize = 256;

/// A task that was read whole.
#[derive(Clone, Debug)]
pub struct ReadTask {
    /// The task.
    pub task: Arc<Task>,
    /// What its row says.
    pub text: Arc<RowText>,
}

impl ReadTask {
    fn of(task: Arc<Task>) -> Self {
        let text = Arc::new(RowText::of(&task));
        Self { task, text }
    }

    /// Whether the task is held as it was read.
    pub(super) fn is_of(&self, schedule: &Schedule, held: &HeldTask) -> bool {
        **self.task.json.text() == *schedule.json(held)
    }
}

/// The tasks that were read lately.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadTasks {
    read: HashMap<TaskId, ReadTask>,
    first: usize,
    screen: Vec<ReadTask>,
    /// What the rows on the screen were read of: the versions of schedule and listing, the first row, how many, and
    /// the selected one. As long as that stays, they do.
    pub(super) shown_of: Option<(u64, u64, usize, usize, Option<TaskId>)>,
    /// Cells of the longest audience that was shown; columns do not move when rows do.
    pub(super) widest_who: usize,
}

impl ReadTasks {
    pub(super) fn on_screen(&self) -> (usize, &[ReadTask]) {
        (self.first, &self.screen)
    }

    pub(super) fn get(&self, id: TaskId) -> Option<&ReadTask> {
        self.read.get(&id)
    }

    /// Reads a task, unless it is held as it was read before.
    pub(super) fn read(&mut self, schedule: &Schedule, held: &HeldTask) -> Option<&ReadTask> {
        let is_known = self.read.get(&held.id).is_some_and(|read| read.is_of(schedule, held));
        if !is_known {
            let read = ReadTask::of(Arc::new(schedule.read(held)?));
            self.widest_who = self.widest_who.max(text::width(&read.text.who));
            self.read.insert(held.id, read);
        }
        self.read.get(&held.id)
    }

    /// The rows on the screen are these now.
    pub(super) fn show<'a>(
        &mut self,
        schedule: &Schedule,
        first: usize,
        rows: impl Iterator<Item = &'a HeldTask>,
        selected: Option<TaskId>,
    ) {
        self.first = first;
        let mut screen = std::mem::take(&mut self.screen);
        screen.clear();
        for held in rows {
            screen.extend(self.read(schedule, held).cloned());
        }
        self.screen = screen;
        if self.read.len() > self.screen.len() + MOST {
            let screen = &self.screen;
            let stays = |id: TaskId| selected == Some(id) || screen.iter().any(|read| read.task.id == id);
            self.read.retain(|id, _| stays(*id));
        }
    }
}
