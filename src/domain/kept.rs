//! Drafts as they are kept on disk: what there is for a form, and what became of each.

use chrono::{DateTime, Utc};

use super::draft::Draft;
use super::task::TaskId;

/// The database's number of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DraftId(pub i64);

/// The draft that a write was made from.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftOrigin {
    /// Its slot.
    pub slot: String,
    /// Its text at that time.
    pub draft: Draft,
}

/// What there is for a form that opens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundDraft {
    /// The newest draft to go on with, and when it was saved.
    pub draft: Option<(Draft, DateTime<Utc>)>,
    /// The task that was made from it once, if it was taken back from the list of drafts.
    pub created_as: Option<TaskId>,
    /// Whether another living process has a draft in the same slot.
    pub elsewhere: bool,
    /// Whether the last text was sent, and its outcome is not known.
    pub sent: bool,
}

/// What became of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftState {
    /// The form of its slot goes on with it.
    Current,
    /// The same, in another process that lives.
    Elsewhere,
    /// It was sent, and the outcome is not known yet.
    Sent,
    /// It was sent, and the outcome never became known.
    Unknown,
    /// This task was made from it.
    Created(TaskId),
    /// It was discarded, or replaced by another one. `aside` in the database.
    Archived,
}

/// A draft in the list of drafts.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptDraft {
    /// Its number.
    pub id: DraftId,
    /// The form that it belongs to.
    pub slot: String,
    /// The text.
    pub draft: Draft,
    /// When it was saved, or became what it is.
    pub at: DateTime<Utc>,
    /// What became of it.
    pub state: DraftState,
}
