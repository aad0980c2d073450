//! Drafts: kept, loaded and dropped, strictly in the order in which that was asked, or an older
//! text could end up on top of a newer one.

use super::journal::Journal;
use super::log;
use crate::api::Context;
use crate::app::{Effect, Message, PendingReply, ReqId};
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

/// Does what is asked for a draft, which needs no client, and gives the answer. `None` where the effect asks
/// for something else, which is left as it is.
pub async fn keep_draft(effect: &Effect, journal: &Journal, context: &Context) -> Option<Message> {
    let answer = DraftJob::of(effect.clone(), journal)?.carry_out(context).await;
    log::note_down(&answer);
    Some(answer)
}

impl DraftJob {
    /// The work that an effect asks for, where it is about a draft.
    pub(super) fn of(effect: Effect, journal: &Journal) -> Option<Self> {
        let reply = PendingReply::to(&effect)?;
        let (req, slot, what) = match effect {
            Effect::SaveDraft { req, slot, draft } => (req, slot, DraftWork::Save(draft)),
            Effect::DropDraft { req, slot } => (req, slot, DraftWork::Drop),
            Effect::LoadDraft { req, slot } => (req, slot, DraftWork::Load),
            Effect::ArchiveDraft { req, slot, draft } => (req, slot, DraftWork::Archive(draft)),
            Effect::ListDrafts { req } => (req, String::new(), DraftWork::List),
            Effect::RestoreDraft { req, id } => (req, String::new(), DraftWork::Restore(id)),
            Effect::List { .. }
            | Effect::Get { .. }
            | Effect::Write { .. }
            | Effect::Search { .. }
            | Effect::Settle { .. }
            | Effect::Reload { .. }
            | Effect::Adopt { .. }
            | Effect::Copy(_)
            | Effect::Notify { .. }
            | Effect::CaptureMouse(_)
            | Effect::Repaint
            | Effect::Suspend
            | Effect::Switch(_)
            | Effect::OpenProfile(_)
            | Effect::TakeTerminal
            | Effect::Sync { .. }
            | Effect::KeepSnapshot { .. }
            | Effect::Quit => return None,
        };
        Some(Self { req, reply, slot, what, journal: journal.clone() })
    }

    pub(super) async fn carry_out(self, context: &Context) -> Message {
        let Self { req, slot, what, journal, .. } = self;
        match what {
            DraftWork::Save(draft) => {
                let result = journal.save_draft(slot, draft, context.now()).await;
                Message::DraftKept { req, result }
            }
            DraftWork::Drop => Message::DraftKept { req, result: journal.drop_draft(slot).await },
            DraftWork::Load => Message::DraftLoaded { req, result: journal.load_draft(slot).await },
            DraftWork::Archive(draft) => {
                let result = journal.archive_draft(slot, draft, context.now()).await;
                Message::DraftKept { req, result }
            }
            DraftWork::List => {
                Message::DraftsListed { req, result: journal.list_drafts(context.now()).await }
            }
            DraftWork::Restore(id) => {
                let result = journal.restore_draft(id, context.now()).await;
                Message::DraftRestored { req, result: result.map(Box::new) }
            }
        }
    }
}
