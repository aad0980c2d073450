//! The final answer that every effect gets (I4), also where nothing came of it: the one place that knows
//! which answer belongs to which effect.

use std::time::Duration;

use crate::domain::Failure;
use crate::domain::failure::NotSent;

use super::effect::Effect;
use super::message::Message;
use super::request::ReqId;
use super::write::{Sight, Verdict};

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    List,
    Sync,
    KeepSnapshot,
    Get,
    Write,
    Search,
    Settle,
    Reload,
    Adopt,
    LoadDraft,
    StoreDraft,
    ListDrafts,
    RestoreDraft,
}

/// The pending reply of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingReply {
    req: ReqId,
    asked: Asked,
}

impl PendingReply {
    /// The reply that this effect waits for; `None` for one that nobody answers.
    pub fn to(effect: &Effect) -> Option<Self> {
        let (req, asked) = match effect {
            Effect::List { req, .. } => (req, Asked::List),
            Effect::Sync { req, .. } => (req, Asked::Sync),
            Effect::KeepSnapshot { req, .. } => (req, Asked::KeepSnapshot),
            Effect::Get { req, .. } => (req, Asked::Get),
            Effect::Write { req, .. } => (req, Asked::Write),
            Effect::Search { req, .. } => (req, Asked::Search),
            Effect::Settle { req, .. } => (req, Asked::Settle),
            Effect::Reload { req } => (req, Asked::Reload),
            Effect::Adopt { req } => (req, Asked::Adopt),
            Effect::LoadDraft { req, .. } => (req, Asked::LoadDraft),
            Effect::SaveDraft { req, .. }
            | Effect::DropDraft { req, .. }
            | Effect::ArchiveDraft { req, .. } => (req, Asked::StoreDraft),
            Effect::ListDrafts { req } => (req, Asked::ListDrafts),
            Effect::RestoreDraft { req, .. } => (req, Asked::RestoreDraft),
            Effect::Copy(_)
            | Effect::Notify { .. }
            | Effect::CaptureMouse(_)
            | Effect::Repaint
            | Effect::Suspend
            | Effect::Switch(_)
            | Effect::OpenProfile(_)
            | Effect::TakeTerminal
            | Effect::Quit => {
                return None;
            }
        };
        Some(Self { req: *req, asked })
    }

    /// Nothing was done of it, and why.
    pub fn refused(self, failure: Failure) -> Message {
        let Self { req, asked } = self;
        match asked {
            Asked::List => Message::Listed { req, result: Err(failure) },
            Asked::Sync => Message::Synced { req, result: Err(failure) },
            Asked::KeepSnapshot => Message::SnapshotKept { req, result: Err(failure.words().what) },
            Asked::Get => Message::Got { req, result: Err(failure) },
            Asked::Write => Message::Wrote { req, result: Err(failure) },
            Asked::Settle => Message::Settled { req, verdict: Verdict::CannotTell(failure.words().what) },
            // Nothing was asked: that is no answer of the service.
            Asked::Search => {
                Message::Searched { req, sight: Sight::NoAnswer(failure), opens_in: Duration::ZERO }
            }
            Asked::Reload => Message::Reloaded { req, result: Err(failure.words().what) },
            Asked::Adopt => Message::Adopted { req, result: Err(failure) },
            Asked::LoadDraft => Message::DraftLoaded { req, result: Err(failure.words().what) },
            Asked::StoreDraft => Message::DraftKept { req, result: Err(failure.words().what) },
            Asked::ListDrafts => Message::DraftsListed { req, result: Err(failure.words().what) },
            Asked::RestoreDraft => Message::DraftRestored { req, result: Err(failure.words().what) },
        }
    }

    /// It was begun and stopped; of a write nobody knows what came of it. `words` say so.
    pub fn stopped(self, words: &str) -> Message {
        let Self { req, asked } = self;
        match asked {
            Asked::Write | Asked::Settle => {
                Message::Settled { req, verdict: Verdict::CannotTell(words.to_owned()) }
            }
            Asked::Search => {
                Message::Searched { req, sight: Sight::Unclear(words.to_owned()), opens_in: Duration::ZERO }
            }
            Asked::Reload
            | Asked::KeepSnapshot
            | Asked::LoadDraft
            | Asked::StoreDraft
            | Asked::ListDrafts
            | Asked::RestoreDraft => {
                let detail = "pushdeck was stopped before that was done".to_owned();
                self.refused(Failure::Local { detail })
            }
            Asked::List | Asked::Sync | Asked::Get | Asked::Adopt => {
                let reason = NotSent::Withdrawn;
                self.refused(Failure::NotSent { reason, detail: String::new() })
            }
        }
    }

    /// Whether it is waited for at the end of the program: what was written, here or at the service.
    pub fn outlasts_the_end(self) -> bool {
        match self.asked {
            Asked::Write | Asked::Settle | Asked::StoreDraft | Asked::RestoreDraft | Asked::KeepSnapshot => {
                true
            }
            Asked::List
            | Asked::Sync
            | Asked::Get
            | Asked::Search
            | Asked::Reload
            | Asked::Adopt
            | Asked::LoadDraft
            | Asked::ListDrafts => false,
        }
    }
}
