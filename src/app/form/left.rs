//! The texts of forms and lines that were left, and what the disk has still to answer for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{Draft, TaskId};

use super::super::request::ReqId;

/// The text of a form that was left.
#[derive(Clone, Debug)]
pub(super) struct Left {
    pub(super) draft: Draft,
    pub(super) at: DateTime<Utc>,
    pub(super) created_as: Option<TaskId>,
}

/// The texts of forms and lines that were left.
#[derive(Clone, Debug, Default)]
pub struct Drafts {
    /// What was typed into the filter line when it was left by Esc.
    pub filter: Option<String>,
    /// What was typed into the find form when it was left by Esc: keyword, from, to.
    pub find: Option<[String; 3]>,
    pub(super) kept: BTreeMap<String, Left>,
    /// The form that was left last, while its text is on its way to the disk.
    pub(super) leaving: Option<String>,
    /// What the disk was asked for, by slot.
    pub(super) loading: BTreeMap<ReqId, String>,
    /// Texts that were thrown away, on their way to the list of drafts.
    pub(super) archived: BTreeSet<ReqId>,
    pub(super) asked: BTreeMap<ReqId, (String, Option<Draft>)>,
    /// What the disk did not take: the text of a slot, or that it is to be forgotten.
    pub(super) failed: BTreeMap<String, Option<Draft>>,
    /// When that is tried again, by [`crate::app::Moment::running`].
    pub(super) retry_at: Duration,
    pub(super) disk_failed: bool,
}

impl Drafts {
    /// Whether a text is on its way to the disk.
    pub fn waits_for_disk(&self) -> bool {
        !self.asked.is_empty() || !self.archived.is_empty()
    }

    pub(super) fn asked(&mut self, req: ReqId, slot: String, draft: Option<Draft>) {
        self.failed.remove(&slot);
        self.asked.insert(req, (slot, draft));
    }
}
