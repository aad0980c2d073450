//! Drafts: kept, loaded and dropped, strictly in the order in which that was asked, or an older
//! text could end up on top of a newer one.

use super::dependencies::Dependencies;
use super::journal::Journal;
use crate::app::{Message, PendingReply, ReqId};
use crate::domain::Draft;
use crate::domain::kept::DraftId;

/// What is to be done with a draft.
#[derive(Debug)]
pub(super) struct DraftJob {
    pub(super) req: ReqId,
    /// The reply that it waits for.
    pub(super) reply: PendingReply,
    pub(super) slot: String,
    pub(super) what: DraftWork,
    /// The journal in use when it was asked for.
    pub(super) journal: Journal,
}

#[derive(Debug)]
pub(super) enum DraftWork {
    Save(Draft),
    Drop,
    Load,
    /// Keep a text that was thrown away for the list of drafts.
    Archive(Draft),
    List,
    Restore(DraftId),
}

impl DraftJob {
    pub(super) async fn carry_out(self, deps: &Dependencies) -> Message {
        let Self { req, slot, what, journal, .. } = self;
        match what {
            DraftWork::Save(draft) => {
                let result = journal.save_draft(slot, draft, deps.context.now()).await;
                Message::DraftKept { req, result }
            }
            DraftWork::Drop => Message::DraftKept { req, result: journal.drop_draft(slot).await },
            DraftWork::Load => Message::DraftLoaded { req, result: journal.load_draft(slot).await },
            DraftWork::Archive(draft) => {
                let result = journal.archive_draft(slot, draft, deps.context.now()).await;
                Message::DraftKept { req, result }
            }
            DraftWork::List => {
                Message::DraftsListed { req, result: journal.list_drafts(deps.context.now()).await }
            }
            DraftWork::Restore(id) => {
                let result = journal.restore_draft(id, deps.context.now()).await;
                Message::DraftRestored { req, result: result.map(Box::new) }
            }
        }
    }
}
