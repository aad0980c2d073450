//! A scheduled push task as the service describes it (`TaskInfo`), and the words for its state.
//!
//! Unknown values of `Status` are kept and shown as they are, never refused.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::content::{Audience, Content};
use super::json::{JsonObject, RawText};
use super::kind::Kind;
use super::text;

/// The service's number of a task. A push id (`PushTaskID`) is another thing and a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u64);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl TaskId {
    /// The last four digits, which the operator types to confirm.
    pub fn tail(self) -> String {
        format!("{:04}", self.0 % 10_000)
    }
}

/// `Status` as the service gives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Waits for its time; the only state in which it can be changed or cancelled.
    Pending,
    /// Is being handed to the push service right now.
    Dispatching,
    /// Was handed over, or could not be: see [`Outcome`].
    Dispatched,
    /// A value this program does not know.
    Other(String),
}

impl Status {
    /// The value of `Status` on the wire.
    pub fn wire(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Dispatching => "dispatching",
            Self::Dispatched => "dispatched",
            Self::Other(name) => name,
        }
    }

    /// From the value of `Status`.
    pub fn from_wire(name: &str) -> Self {
        match name {
            "pending" => Self::Pending,
            "dispatching" => Self::Dispatching,
            "dispatched" => Self::Dispatched,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// What the operator calls the state of a task: `Status` and `DispatchSuccess` read together
/// (documents, *List scheduled tasks*: only the pair tells a failure).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Still to come.
    Pending,
    /// Happening now.
    Dispatching,
    /// Handed to the push service. Not the same as delivered.
    Sent,
    /// The dispatch failed. Whether anyone got it is not known: no document promises that nobody did.
    Failed,
    /// A `Status` this program does not know.
    Unclear(String),
}

impl Outcome {
    /// The fixed-width word of the status column, at most six cells.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pending => "PEND",
            Self::Dispatching => ">>DISP",
            Self::Sent => "OK",
            Self::Failed => "FAIL",
            Self::Unclear(_) => "?",
        }
    }

    /// The state in plain words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Pending => "pending: will be sent at its time".to_owned(),
            Self::Dispatching => "dispatching: being sent right now".to_owned(),
            Self::Sent => "sent: handed to the push service (delivery is not reported here)".to_owned(),
            Self::Failed => "failed: the dispatch failed; whether anyone got it is not known".to_owned(),
            Self::Unclear(status) => {
                format!("the service calls it \"{status}\", which pushdeck does not know")
            }
        }
    }
}

/// One scheduled task (`TaskInfo`). It is shared and never changed: a row that comes again as it was is the
/// same task, which is told apart at once by its `Eq`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// `TaskID`.
    pub id: TaskId,
    /// `Sdkappid`.
    pub sdkappid: u64,
    /// `CreateAt`; `None` when the service gave something that is no time.
    pub created_at: Option<DateTime<Utc>>,
    /// `SchedAt`; `None` when the service gave something that is no time.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// `Type`.
    pub kind: Kind,
    /// `Content`, unknown fields included.
    pub content: Content,
    /// `Title`, else `Content.OfflinePushInfo.Title`, else empty.
    pub title: String,
    /// `Desc`, else `Content.OfflinePushInfo.Desc`, else empty.
    pub desc: String,
    /// `Status`.
    pub status: Status,
    /// `DispatchSuccess` is 1.
    pub dispatch_success: bool,
    /// `DispatchErr`.
    pub dispatch_err: String,
    /// `PushTaskID`: opaque, empty before a successful dispatch.
    pub push_task_id: String,
    /// The whole object as it came, for the JSON view and for fields this program does not know.
    pub raw: JsonObject,
    /// The same to the byte.
    pub json: RawText,
}

impl Task {
    /// The state in the operator's terms.
    pub fn outcome(&self) -> Outcome {
        match &self.status {
            Status::Pending => Outcome::Pending,
            Status::Dispatching => Outcome::Dispatching,
            Status::Dispatched if self.dispatch_success => Outcome::Sent,
            Status::Dispatched => Outcome::Failed,
            Status::Other(name) => Outcome::Unclear(name.clone()),
        }
    }

    /// Who gets it.
    pub fn audience(&self) -> Audience {
        self.content.audience(&self.kind)
    }

    /// The same in the few words of a column. Of many accounts none is copied: it is asked for at every
    /// frame.
    pub fn audience_in_short(&self) -> String {
        let accounts = self.content.at("To_Account").and_then(Value::as_array).map_or(0, Vec::len);
        if self.kind == Kind::User && accounts > 1 {
            return text::counted(accounts as u64, "account", "accounts");
        }
        self.audience().short()
    }

    /// Why this task cannot be cancelled any more, as the service itself says; `None` while it may. A state
    /// that this program does not know is left to the service to judge (U11).
    pub fn cannot_be_cancelled(&self) -> Option<String> {
        match self.outcome() {
            Outcome::Pending | Outcome::Unclear(_) => None,
            Outcome::Dispatching | Outcome::Sent | Outcome::Failed => self.locked_because(),
        }
    }

    /// Why this task cannot be changed or cancelled any more; `None` while it can.
    pub fn locked_because(&self) -> Option<String> {
        match self.outcome() {
            Outcome::Pending => None,
            Outcome::Dispatching => Some(
                "it is being dispatched right now: the push can no longer be changed or stopped (90107)".to_owned(),
            ),
            Outcome::Sent => Some(
                "it was already dispatched: a sent push cannot be changed or cancelled (90106)".to_owned(),
            ),
            Outcome::Failed => Some(
                "its dispatch failed, and a finished task cannot be changed (90106); whether anyone got it is not known; a new task can be made from it".to_owned(),
            ),
            Outcome::Unclear(status) => Some(format!("its state is \"{status}\", which pushdeck does not know")),
        }
    }
}
