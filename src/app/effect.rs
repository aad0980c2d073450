//! Everything that the worker or the terminal may be asked to do. Names are imperatives.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::json::SharedText;
use crate::domain::kept::DraftId;
use crate::domain::{Draft, Query, TaskId};

pub use super::request::Wanted;
pub use crate::domain::priority::Priority;

use super::clip::Clip;
use super::request::ReqId;
use super::switch::SwitchTo;
use super::write::{OpenWrite, Terms, Write};

/// Everything the worker or the terminal may be asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Read a page. A newer one with a lower request number still under way is withdrawn.
    List {
        /// The question.
        req: ReqId,
        /// What is asked.
        query: Query,
        /// Who waits.
        priority: Priority,
    },
    /// Read the whole of a range, window by window, as the budget allows. A newer one takes the place of an older
    /// one under way.
    Sync {
        /// The question.
        req: ReqId,
        /// What is wanted.
        wanted: Wanted,
    },
    /// Keep what is held on disk, for the next start.
    KeepSnapshot {
        /// The question.
        req: ReqId,
        /// All of it, as JSON, the nearest to the present first.
        tasks: Arc<[SharedText]>,
        /// How old it is: when the oldest part of it was read, by the service's clock.
        read_at: DateTime<Utc>,
    },
    /// Read one task.
    Get {
        /// The question.
        req: ReqId,
        /// Which.
        id: TaskId,
        /// Who waits.
        priority: Priority,
    },
    /// Change something at the service.
    Write {
        /// The question.
        req: ReqId,
        /// What.
        write: Write,
        /// On what terms.
        terms: Terms,
    },
    /// Search once, now, for what became of a write. Only reads.
    Search {
        /// The question.
        req: ReqId,
        /// The write.
        open: OpenWrite,
    },
    /// Find out what became of a write of an earlier run. Only reads.
    Settle {
        /// The question.
        req: ReqId,
        /// The write.
        open: OpenWrite,
    },
    /// Read the config and the key again; nothing is changed by it.
    Reload {
        /// The question.
        req: ReqId,
    },
    /// Work with what was read last, from the next effect on.
    Adopt {
        /// The question.
        req: ReqId,
    },
    /// Keep the draft of the form on disk. `slot` names what it is for (`new`, or `edit 123`).
    SaveDraft {
        /// The question.
        req: ReqId,
        /// Which draft.
        slot: String,
        /// Its text.
        draft: Draft,
    },
    /// Forget the draft on disk: it was sent, or thrown away on purpose.
    DropDraft {
        /// The question.
        req: ReqId,
        /// Which draft.
        slot: String,
    },
    /// Read the draft on disk.
    LoadDraft {
        /// The question.
        req: ReqId,
        /// Which draft.
        slot: String,
    },
    /// Keep a text that was thrown away, for the list of drafts only.
    ArchiveDraft {
        /// The question.
        req: ReqId,
        /// The form that it belongs to.
        slot: String,
        /// The text.
        draft: Draft,
    },
    /// Read every draft on disk, also those that are used up.
    ListDrafts {
        /// The question.
        req: ReqId,
    },
    /// Make a draft of the list the one that its form goes on with.
    RestoreDraft {
        /// The question.
        req: ReqId,
        /// Which.
        id: DraftId,
    },
    /// Put a text on the clipboard; [`super::Message::Copied`] tells by which means.
    Copy(Box<Clip>),
    /// Ring the bell, and have the terminal tell the desktop.
    Notify {
        /// Whose.
        title: String,
        /// What happened.
        words: String,
    },
    /// Have the mouse reported from now on, or leave it to the terminal.
    CaptureMouse(bool),
    /// Draw everything anew, for a screen that something else wrote over.
    Repaint,
    /// Give the terminal back and stop the process, until somebody makes it go on.
    Suspend,
    /// Take the terminal over once more: something else had it.
    TakeTerminal,
    /// Put another app on the screen, or all of them; [`super::Apps`] does it.
    Switch(SwitchTo),
    /// Open the app of a profile beside those that are open; [`super::Apps::opened`] is told.
    OpenProfile(String),
    /// Leave. Writes under way are waited for, reads are not.
    Quit,
}
