//! What belongs to writes beyond their bare request: where they came from, what they were to make, and
//! what was asked for to prove it.

use std::collections::VecDeque;

use crate::domain::{Draft, NewTask, Task, TaskId, duplicate};

use super::super::message::ReqId;
use super::compare::Version;
use super::gone::Reread;
use super::outcome::Verification;
use super::{Source, Subject};

/// A write that was sent: where it came from and what it was meant to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sent {
    pub(super) req: ReqId,
    pub(super) subject: Subject,
    pub(super) source: Option<Source>,
    pub(super) meant: Version,
}

/// A verification that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) req: ReqId,
    pub(super) id: TaskId,
    pub(super) meant: Version,
    /// What the write was to do, in words.
    pub(super) deed: String,
}

/// A task that does not stand as it was meant, found out while the operator was elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wrong {
    pub(super) stands: Box<Task>,
    pub(super) verification: Verification,
}

/// Writes that were sent, and verifications that were asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    pub(super) sent: Vec<Sent>,
    pub(super) verifications: Vec<Asked>,
    pub(super) wrong: Vec<Wrong>,
    /// Tasks that are read again after a refusal.
    pub(super) rereads: Vec<Reread>,
    /// Creates that stand, the last ones: also those of a run that died, whose drafts may lie there still.
    created: VecDeque<(TaskId, NewTask)>,
}

/// So many creates are remembered.
const MOST_CREATED: usize = 100;

impl Desk {
    pub(super) fn add(&mut self, req: ReqId, subject: Subject, source: Option<Source>, meant: Version) {
        self.sent.push(Sent { req, subject, source, meant });
    }

    /// The creates that are known to have been done, the last ones.
    pub(super) fn created(&self) -> impl Iterator<Item = &(TaskId, NewTask)> {
        self.created.iter()
    }

    /// What a write was meant to make.
    pub(super) fn meant(&self, req: ReqId) -> Option<&Version> {
        self.sent.iter().find(|sent| sent.req == req).map(|sent| &sent.meant)
    }

    pub(super) fn remember(&mut self, id: TaskId, new: NewTask) {
        if self.created.len() == MOST_CREATED {
            self.created.pop_front();
        }
        self.created.push_back((id, new));
    }

    /// The write that was made from a draft.
    pub(super) fn of_draft(&self, slot: &str, draft: &Draft) -> Option<ReqId> {
        let from = |sent: &&Sent| sent.source.as_ref().is_some_and(|s| s.slot == slot && s.draft == *draft);
        self.sent.iter().rev().find(from).map(|sent| sent.req)
    }

    /// A create that is known to have been done and is the same push.
    pub(super) fn duplicate_of(&self, id: TaskId, new: &NewTask) -> Option<TaskId> {
        let same = |(other, old): &&(TaskId, NewTask)| {
            *other != id && duplicate::is_duplicate(new, &old.kind, Some(old.scheduled_at), &old.content)
        };
        self.created.iter().find(same).map(|(id, _)| *id)
    }

    pub(super) fn take(&mut self, req: ReqId) -> Option<Sent> {
        let at = self.sent.iter().position(|sent| sent.req == req)?;
        Some(self.sent.remove(at))
    }
}
