//! Everything that can happen, in one queue and one order. Names are past events.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;

use super::clip::Copied;
use super::lines::LineKey;
use super::mouse::Mouse;
use super::request::{Moment, ReqId};
use super::setup::Reloaded;
use super::terminal::TerminalAnswer;
use super::write::{OpenWrite, Sight, Stop, Verdict, Written};

pub use crate::domain::call::Call;
use crate::domain::kept::{FoundDraft, KeptDraft};
use crate::domain::schedule::Row;
use crate::domain::{Coverage, Failure, ListLimits, Page, Query, Task, TaskId};
use crate::keymap::Action;

/// Everything that can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Time went on. Comes before every batch of other messages, and by itself while something on
    /// screen changes with time.
    Ticked(Moment),
    /// A frame is on the screen: the terminal has taken the whole of it. It comes for the newest frame
    /// that was written, not for those that were passed over.
    Drawn {
        /// When that was heard of.
        at: Moment,
        /// Which state it shows: its `now`, by [`Moment::running`]. What changed later is not on it.
        rendered: Duration,
        /// Columns and rows that it was drawn for.
        size: (u16, u16),
        /// The lines of the review that were on it: see [`super::State::in_sight`].
        lines: Vec<LineKey>,
    },
    /// A key event of any kind; `update` acts on presses, and on repeats where they only move.
    Key(KeyEvent),
    /// The mouse was pressed, or its wheel turned.
    Mouse(Mouse),
    /// The terminal has the keyboard now, or has it no more (mode 1004); not every terminal tells.
    Focused(bool),
    /// Text pasted in one piece (bracketed paste).
    Pasted(String),
    /// The terminal has this size now.
    Resized {
        /// Cells across.
        columns: u16,
        /// Cells down.
        rows: u16,
    },
    /// The terminal said what it is like, which it was asked when it was taken over.
    Answered(TerminalAnswer),
    /// The process was asked to end (SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGXCPU).
    EndAsked,
    /// The process was asked to stop, as a job does (SIGTSTP).
    StopAsked,
    /// The process goes on after it was stopped, by whomever (SIGCONT).
    WentOn,
    /// This app is on the screen now, or not any more; others may be open beside it.
    OnScreen(bool),
    /// The operator comes from the board of all profiles.
    CameFor {
        /// The task that was chosen there.
        id: Option<TaskId>,
        /// What is to be done here.
        action: Option<Action>,
    },
    /// The operator wants every app to ask its service now.
    RefreshAsked,
    /// Something the operator should read that belongs to no question.
    Noted(String),
    /// A text for the clipboard was given away, or nobody took it.
    Copied(Box<Copied>),
    /// The signature in use holds until then.
    Signed {
        /// End of its validity.
        until: DateTime<Utc>,
        /// Whether it was made elsewhere, so that it cannot be renewed.
        given: bool,
    },
    /// The journal holds writes of earlier runs, or of another pushdeck, whose outcome is not known.
    /// Comes at the start, and when another pushdeck left one open later, or died over one.
    LeftOpen(Vec<OpenWrite>),
    /// A write that another pushdeck had open is over.
    EndedElsewhere {
        /// The journal's number of it.
        entry: i64,
        /// How, as that one wrote it down.
        verdict: Verdict,
    },
    /// An attempt at a call is finished. Not an answer to an effect.
    Called(Arc<Call>),
    /// What was learnt of the service's list. Not an answer to an effect.
    Learnt {
        /// All that is known.
        limits: Box<ListLimits>,
        /// Whether it was learnt just now, not by another run.
        is_new: bool,
    },
    /// Not final: what is asked under this number in the end, because the service does not take more.
    Narrowed {
        /// The question.
        req: ReqId,
        /// What is asked.
        query: Query,
    },
    /// Answer to [`super::Effect::List`].
    Listed {
        /// The question.
        req: ReqId,
        /// The page, or why not.
        result: Result<Page, Failure>,
    },
    /// Not final: a page of what [`super::Effect::Sync`] reads.
    SyncRead {
        /// The question.
        req: ReqId,
        /// Its rows.
        page: Page,
        /// What was read so far, this page included.
        coverage: Box<Coverage>,
    },
    /// Answer to [`super::Effect::Sync`].
    Synced {
        /// The question.
        req: ReqId,
        /// What was read; windows that could not be read say so. An error where the pass was stopped: the service
        /// cannot be reached, or does not take the signature.
        result: Result<Box<Coverage>, Failure>,
    },
    /// Tasks as they were when this app was looked at last; not an answer to an effect. It comes at the start, in
    /// pieces, the nearest to the present first.
    Recalled {
        /// The tasks.
        rows: Vec<Row>,
        /// When they were read, by the service's clock.
        read_at: DateTime<Utc>,
    },
    /// Answer to [`super::Effect::KeepSnapshot`].
    SnapshotKept {
        /// The question.
        req: ReqId,
        /// Why it is not on disk, if it is not.
        result: Result<(), String>,
    },
    /// Answer to [`super::Effect::Get`].
    Got {
        /// The question.
        req: ReqId,
        /// The task, or why not.
        result: Result<Box<Task>, Failure>,
    },
    /// Answer to [`super::Effect::Write`] when the outcome is certain.
    Wrote {
        /// The question.
        req: ReqId,
        /// What was done, or why it certainly was not.
        result: Result<Written, Failure>,
    },
    /// Answer to [`super::Effect::Write`] when nothing was sent, and why.
    Stopped {
        /// The question.
        req: ReqId,
        /// Why.
        why: Stop,
    },
    /// Not final: the outcome of the write is not known; what happened is being checked.
    OutcomeUnknown {
        /// The question.
        req: ReqId,
        /// What went wrong.
        failure: Failure,
        /// The write as it was sent, with the `MsgRandom` by which it can be told from others.
        open: Box<OpenWrite>,
    },
    /// Not final: a search for a write of unknown outcome has not settled it.
    Checked {
        /// The question.
        req: ReqId,
        /// What it showed.
        sight: Sight,
        /// When the next one follows.
        next_in: Duration,
        /// See [`OpenWrite::opens_in`].
        opens_in: Duration,
    },
    /// Answer to [`super::Effect::Search`].
    Searched {
        /// The question.
        req: ReqId,
        /// What it showed.
        sight: Sight,
        /// See [`OpenWrite::opens_in`].
        opens_in: Duration,
    },
    /// Final answer to a write whose outcome was unknown, and to [`super::Effect::Settle`].
    Settled {
        /// The question.
        req: ReqId,
        /// What was found out.
        verdict: Verdict,
    },
    /// Answer to [`super::Effect::Reload`].
    Reloaded {
        /// The question.
        req: ReqId,
        /// What was read, or what is wrong with it.
        result: Result<Box<Reloaded>, String>,
    },
    /// Answer to [`super::Effect::Adopt`].
    Adopted {
        /// The question.
        req: ReqId,
        /// Why not, if not.
        result: Result<(), Failure>,
    },
    /// Answer to [`super::Effect::LoadDraft`].
    DraftLoaded {
        /// The question.
        req: ReqId,
        /// What there is on disk, or why it cannot be read.
        result: Result<FoundDraft, String>,
    },
    /// Answer to [`super::Effect::ListDrafts`].
    DraftsListed {
        /// The question.
        req: ReqId,
        /// Every draft, the newest first, or why they cannot be read.
        result: Result<Vec<KeptDraft>, String>,
    },
    /// Answer to [`super::Effect::RestoreDraft`].
    DraftRestored {
        /// The question.
        req: ReqId,
        /// The draft, which its form goes on with now, or why not.
        result: Result<Box<KeptDraft>, String>,
    },
    /// Answer to [`super::Effect::SaveDraft`], [`super::Effect::DropDraft`] and
    /// [`super::Effect::ArchiveDraft`].
    DraftKept {
        /// The question.
        req: ReqId,
        /// Why it is not on disk, if it is not.
        result: Result<(), String>,
    },
}
