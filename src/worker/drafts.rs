//! Drafts: kept, loaded and dropped, strictly in the order in which that was asked, or an older
//! text could end up on top of a newer one.

use super::{Hands, Journal, Owed};
use crate::app::{Message, ReqId};
use crate::domain::Draft;
use crate::domain::kept::DraftId;

/// What is to be done with a draft.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) req: ReqId,
    pub(super) slot: String,
    pub(super) what: What,
    /// The journal in use when it was asked for.
    pub(super) journal: Journal,
}

#[derive(Debug)]
pub(super) enum What {
    Save(Draft),
    Drop,
    Load,
    /// Keep a text that was thrown away for the list of drafts.
    PutAside(Draft),
    List,
    Restore(DraftId),
}

impl Errand {
    pub(super) fn owed(&self) -> Owed {
        match self.what {
            What::Save(_) | What::Drop | What::PutAside(_) => Owed::DraftKept(self.req),
            What::Load => Owed::DraftLoaded(self.req),
            What::List => Owed::DraftsListed(self.req),
            What::Restore(_) => Owed::DraftRestored(self.req),
        }
    }

    pub(super) async fn carry_out(self, hands: &Hands) -> Message {
        let Self { req, slot, what, journal } = self;
        match what {
            What::Save(draft) => {
                let result = journal.save_draft(slot, draft, hands.context.now()).await;
                Message::DraftKept { req, result }
            }
            What::Drop => Message::DraftKept { req, result: journal.drop_draft(slot).await },
            What::Load => Message::DraftLoaded { req, result: journal.load_draft(slot).await },
            What::PutAside(draft) => {
                let result = journal.put_draft_aside(slot, draft, hands.context.now()).await;
                Message::DraftKept { req, result }
            }
            What::List => {
                Message::DraftsListed { req, result: journal.list_drafts(hands.context.now()).await }
            }
            What::Restore(id) => {
                let result = journal.restore_draft(id, hands.context.now()).await;
                Message::DraftRestored { req, result: result.map(Box::new) }
            }
        }
    }
}
