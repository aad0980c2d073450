//! Where a screen wants to go: what it returns beside the effects. No screen calls another one; it names
//! what is to be opened, and `layer` opens it.

use crate::domain::Task;
use crate::domain::kept::DraftOrigin;
use crate::domain::kept::KeptDraft;
use crate::domain::query::Range;
use crate::keymap::{Action, Scope};

use super::effect::Effect;
use super::form::model::Purpose;
use super::write::Subject;
use super::writes::Notice;

/// What a screen returns for a key, a paste or an action.
#[derive(Debug, Default)]
pub struct Next {
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// Where to go.
    pub go: Go,
}

/// Where to go.
#[derive(Debug, Default)]
pub enum Go {
    /// Nowhere.
    #[default]
    Stay,
    /// Back to what lies below; from the table, out of the program.
    Close,
    /// Back to the table, out of all screens.
    CloseAll,
    /// To a screen over this one.
    Open(Destination),
    /// Back, and there an action is carried out as its key would (the palette).
    Run(Action),
}

/// What is to be opened.
#[derive(Debug)]
pub enum Destination {
    /// A screen that begins with nothing but the shared state, by the scope of its keys.
    Screen(Scope),
    /// The form; with a draft of the list, which the disk has made that form's own.
    Form(Purpose, Option<Box<KeptDraft>>),
    /// The review of a write.
    Review(Box<(Subject, Option<DraftOrigin>)>),
    /// The review that tells what was found out about a write.
    Notice(Box<Notice>),
    /// One attempt of the API log, by its number.
    Call(u64),
    /// The tasks of one bar of the timeline: its stretch, also in words.
    Bucket(Range, String),
}

impl Destination {
    /// The review of a write.
    pub(super) fn review(subject: Subject, source: Option<DraftOrigin>) -> Self {
        Self::Review(Box::new((subject, source)))
    }

    /// The review of a cancel.
    pub(super) fn cancel(task: &Task) -> Self {
        Self::review(Subject::Cancel(Box::new(task.clone())), None)
    }
}

impl Next {
    /// Nothing to do, nowhere to go.
    pub(super) fn stay() -> Self {
        Self::default()
    }

    /// Back to what lies below.
    pub(super) fn close() -> Self {
        Go::Close.into()
    }

    /// To a screen over this one.
    pub(super) fn open(target: Destination) -> Self {
        Go::Open(target).into()
    }
}

impl From<Vec<Effect>> for Next {
    fn from(effects: Vec<Effect>) -> Self {
        Self { effects, go: Go::Stay }
    }
}

impl From<Go> for Next {
    fn from(go: Go) -> Self {
        Self { effects: Vec::new(), go }
    }
}
