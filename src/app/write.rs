//! A write, from what is asked to what became of it: plain values that effects and messages carry.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::kept::DraftOrigin;
use crate::domain::profile::AppKey;
use crate::domain::wire::Command;
use crate::domain::{Change, Failure, Kind, NewTask, Task, TaskId};

/// One change at the service. Sent again only where the first certainly did nothing (I5).
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// `add_sched_task`
    Create(NewTask),
    /// `modify_sched_task`
    Modify(Change),
    /// `delete_sched_task`
    Cancel {
        /// The task.
        id: TaskId,
        /// Its type, which the call must name.
        kind: Kind,
    },
}

impl Write {
    /// The call that makes it.
    pub fn command(&self) -> Command {
        match self {
            Self::Create(_) => Command::Add,
            Self::Modify(_) => Command::Modify,
            Self::Cancel { .. } => Command::Delete,
        }
    }

    /// The task that it changes; a create has none yet.
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Self::Create(_) => None,
            Self::Modify(change) => Some(change.id),
            Self::Cancel { id, .. } => Some(*id),
        }
    }
}

/// On what terms a write was confirmed. The worker sends nothing when one of them does not hold, and
/// says which: [`super::Message::Stopped`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// The app whose row or form the review was opened on (W8).
    pub app: AppKey,
    /// The task as it was on the screen when it was confirmed: one that is otherwise by now is not
    /// touched. `None` for a create.
    pub seen: Option<Box<Task>>,
    /// The draft that it was made from: it belongs to this write from now on.
    pub origin: Option<DraftOrigin>,
    /// What a cancel does without, because the operator was told and confirmed once more (U11).
    pub waived: Waived,
}

/// What is missing and was done without. Only a cancel may do without anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waived {
    /// The entry in the journal.
    pub journal: bool,
    /// The look at the task right before.
    pub fresh_copy: bool,
}

/// A write that the service has confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// A new task stands.
    Created(TaskId),
    /// The change was taken.
    Modified(TaskId),
    /// The task is gone.
    Cancelled(TaskId),
}

impl Written {
    /// The task that was written.
    pub fn task(self) -> TaskId {
        match self {
            Self::Created(id) | Self::Modified(id) | Self::Cancelled(id) => id,
        }
    }

    /// What was done, in one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Modified(_) => "modified",
            Self::Cancelled(_) => "cancelled",
        }
    }
}

/// A write whose outcome is not known: it may or may not have been done.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenWrite {
    /// The journal's number of it; `None` for a cancel that went out without one.
    pub entry: Option<i64>,
    /// What was, perhaps, sent.
    pub write: Write,
    /// When it was written down, by this machine's clock.
    pub sent: DateTime<Utc>,
    /// How long after now "not there" is still too early to be believed, and sending again too risky.
    pub opens_in: Duration,
    /// Whether another pushdeck that lives has it open: that one finds out what became of it.
    pub elsewhere: bool,
}

/// What one search for a write of unknown outcome showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It is proven how it ended.
    Settled(Verdict),
    /// Nothing of it is there. That becomes likely with time, and is never proven (W2).
    NotThere,
    /// The service did not answer; that counts as no search.
    NoAnswer(Failure),
    /// The service answered, and still the outcome is not known; why.
    Unclear(String),
}

/// Why a write was not sent after it was confirmed.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// The task is otherwise than it was on the screen; as it is now.
    Moved(Box<Task>),
    /// The task is not there any more.
    Gone,
    /// An earlier create of unknown outcome, the same push, turned out to stand.
    Stands {
        /// The task.
        id: TaskId,
        /// The journal's number of that create.
        entry: i64,
    },
    /// What had to be read right before could not be read.
    Unread(Failure),
    /// The journal cannot be written, and nothing is sent that it does not hold.
    NoJournal(String),
    /// Another pushdeck that lives has sent the same push, and checks what became of it.
    Elsewhere,
    /// The worker serves another app by now.
    OtherApp,
}

/// What was found out about a write whose outcome was unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was done after all.
    Done(Written),
    /// Not done, as far as the last search shows: for a change or a cancel that is certain, for a create
    /// it is as old as that search.
    NotDone,
    /// A create that stands more than once: the operator chooses which to cancel.
    Several(Vec<TaskId>),
    /// Could not be found out; says what to look at.
    CannotTell(String),
}

/// What is to be written.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A new task.
    Create(NewTask),
    /// A change of a task that stands.
    Modify {
        /// The version that the operator started from.
        base: Box<Task>,
        /// What changes.
        change: Change,
    },
    /// The task is taken away.
    Cancel(Box<Task>),
}

impl Subject {
    /// The task as the operator found it; none where it is to be made.
    pub(super) fn base(&self) -> Option<&Task> {
        match self {
            Self::Create(_) => None,
            Self::Modify { base, .. } | Self::Cancel(base) => Some(base),
        }
    }

    /// The type of the task.
    pub(super) fn kind(&self) -> &Kind {
        match self {
            Self::Create(new) => &new.kind,
            Self::Modify { change, .. } => &change.kind,
            Self::Cancel(task) => &task.kind,
        }
    }
}
