//! Writes that were confirmed: one record of each, from its sending until nothing of it is left to be told.
//!
//! Only data; what is decided about them stands in `writes` and `review`.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use crate::domain::kept::DraftOrigin;
use crate::domain::{Failure, NewTask, Task, TaskId, duplicate};

use super::compare::{Difference, Version};
use super::request::{Moment, ReqId};
use super::write::{OpenWrite, Sight, Subject, Verdict, Write};

/// What the review showed when it was confirmed.
#[derive(Clone, Debug, PartialEq)]
pub struct Reviewed {
    /// What was to be written.
    pub subject: Subject,
    /// The form that it came from.
    pub source: Option<DraftOrigin>,
    /// What stands when it is done.
    pub meant: Version,
}

/// A write that was sent and is not settled, or was settled in a way the operator must see.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingWrite {
    /// Its question.
    pub req: ReqId,
    /// What was sent.
    pub write: Write,
    /// When.
    pub sent: Moment,
    /// Why its outcome is not known; `None` while the answer is simply awaited.
    pub doubt: Option<Failure>,
    /// Whether an earlier run sent it.
    pub inherited: bool,
    /// The journal's number of it where another pushdeck that lives has it open: that one finds out
    /// what became of it, and here nothing of it is ever sent again.
    pub elsewhere: Option<i64>,
    /// What was found out, where the operator still has to act on it.
    pub verdict: Option<Verdict>,
    /// The journal's number of it, once that is known.
    pub entry: Option<i64>,
    /// What the last search that was answered showed, and when.
    pub sight: Option<(Sight, Moment)>,
    /// Why the last search was not answered; `None` after one that was.
    pub silence: Option<Failure>,
    /// When it is searched for next, by [`Moment::running`].
    pub next_search: Option<Duration>,
    /// Until then "not there" is too early to be believed of a create, by [`Moment::running`].
    pub opens_at: Duration,
    /// A search that was asked for here.
    pub searching: Option<ReqId>,
    /// Listed tasks that look like it and were searched for already.
    pub likenesses: HashSet<TaskId>,
    /// Whether the operator has acknowledged the verdict.
    pub acknowledged: bool,
    /// What the review showed; `None` for a write of an earlier run or of another pushdeck.
    pub reviewed: Option<Reviewed>,
}

impl PendingWrite {
    /// A write that was just sent.
    pub fn new(req: ReqId, write: Write, sent: Moment) -> Self {
        Self {
            req,
            write,
            sent,
            doubt: None,
            inherited: false,
            elsewhere: None,
            verdict: None,
            entry: None,
            sight: None,
            silence: None,
            next_search: None,
            opens_at: Duration::ZERO,
            searching: None,
            likenesses: HashSet::new(),
            acknowledged: false,
            reviewed: None,
        }
    }

    /// Whether its outcome is being searched for, or its answer awaited.
    pub(super) fn is_open(&self) -> bool {
        self.verdict.is_none()
    }

    /// For the worker, to be searched for.
    pub(super) fn to_search(&self) -> OpenWrite {
        let (entry, write, sent) = (self.entry, self.write.clone(), self.sent.utc);
        OpenWrite { entry, write, sent, opens_in: Duration::ZERO, elsewhere: self.elsewhere.is_some() }
    }

    /// The form that it came from.
    pub(super) fn source(&self) -> Option<&DraftOrigin> {
        self.reviewed.as_ref()?.source.as_ref()
    }

    /// The task it changes; a create has none yet.
    pub(super) fn task(&self) -> Option<TaskId> {
        self.write.task()
    }

    /// Whether this program has to find out, or to wait for, how it ends.
    pub fn is_open_here(&self) -> bool {
        self.verdict.is_none() && self.elsewhere.is_none()
    }

    /// Whether the row shows `?UNK`.
    pub fn in_doubt(&self) -> bool {
        self.doubt.is_some()
    }
}

/// What was found out about a write, in one line that names task and action. It stays on the screen
/// until it is acknowledged (U9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteResult {
    /// The write's question.
    pub req: ReqId,
    /// The words.
    pub words: String,
    /// Whether something went wrong.
    pub bad: bool,
}

/// How a write ended.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteOutcome {
    /// It was done.
    Done {
        /// What stands now.
        words: String,
        /// Whether it stands as it was meant.
        verification: Verification,
    },
    /// It was certainly not done.
    Refused(Failure),
    /// Nothing was sent after it was confirmed, and why.
    NothingSent(String),
    /// The task is not there any more: of a cancel nothing is left to do.
    Gone {
        /// Whether it was to be cancelled.
        cancels: bool,
    },
    /// Its outcome was unknown, and it was proven not to have been done.
    NotDone,
    /// A create that stands more than once.
    Several(Vec<TaskId>),
    /// Whether it was done could not be determined; says what to look at.
    CannotTell(String),
}

/// Whether what stands is what was meant (W3).
#[derive(Clone, Debug, PartialEq)]
pub enum Verification {
    /// There is nothing to prove: the task is gone.
    None,
    /// The task was asked for again.
    Asked(ReqId),
    /// Time, audience and content are as meant.
    Holds,
    /// It stands otherwise.
    Fails {
        /// What differs: meant and standing.
        found: Vec<Difference>,
        /// The task as it stands.
        stands: Box<Task>,
        /// What was meant.
        meant: Version,
    },
    /// The task could not be read.
    Unread(Failure),
}

/// A write that is over, and whose task is being read: whether it stands as meant, or is there at all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    /// The question for the task.
    pub(super) req: ReqId,
    pub(super) id: TaskId,
    pub(super) write: PendingWrite,
}

/// A write that is done, and whose task does not stand as it was meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mismatch {
    pub(super) stands: Box<Task>,
    pub(super) verification: Verification,
}

/// Writes that are over, as far as something of them is still to be read or compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverWrites {
    pub(super) verifying: Vec<Reading>,
    pub(super) mismatches: Vec<Mismatch>,
    /// Of writes that were refused with the code that also says "no such task".
    pub(super) rereads: Vec<Reading>,
    /// Creates that stand, the last ones: also those of a run that died, whose drafts may lie there still.
    created: VecDeque<(TaskId, NewTask)>,
}

/// So many creates are recorded.
const MOST_CREATED: usize = 100;

impl OverWrites {
    /// The creates that are known to have been done, the last ones.
    pub(super) fn created(&self) -> impl Iterator<Item = &(TaskId, NewTask)> {
        self.created.iter()
    }

    /// A create is known to have been done.
    pub(super) fn record_created(&mut self, id: TaskId, new: NewTask) {
        if self.created.len() == MOST_CREATED {
            self.created.pop_front();
        }
        self.created.push_back((id, new));
    }

    /// A create that is known to have been done and is the same push.
    pub(super) fn duplicate_of(&self, id: TaskId, new: &NewTask) -> Option<TaskId> {
        let same = |(other, old): &&(TaskId, NewTask)| {
            *other != id && duplicate::is_duplicate(new, &old.kind, Some(old.scheduled_at), &old.content)
        };
        self.created.iter().find(same).map(|(id, _)| *id)
    }
}
