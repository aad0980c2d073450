//! The whole state of the dashboard; only [`super::update()`] changes it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::profile::{AppKey, Environment};
use crate::domain::{Failure, ListLimits, Query, Task, TaskId};
use crate::keymap::Scope;

use super::board::Board;
use super::calls::{CallList, Calls, OneCall};
use super::connection::ConnectionStatus;
use super::detail::Detail;
use super::drafts::DraftList;
use super::effect::{Effect, Write};
use super::filter::FilterLine;
use super::find::Find;
use super::form::{Drafts, Form};
use super::frame::{self, Areas};
use super::help::HelpPage;
use super::message::{Moment, OpenWrite, ReqId, Sight, Verdict};
use super::palette::Palette;
use super::reload::Reloaded;
use super::review::{Desk, Review};
use super::sort::SortPicker;

/// What was settled before the first screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Name of the profile, which the operator also types to confirm.
    pub profile: String,
    /// What is at stake.
    pub environment: Environment,
    /// Region or host, for the header.
    pub place: String,
    /// The app.
    pub sdkappid: u64,
    /// The same app with its profile and host, which every write carries (W8).
    pub app: AppKey,
    /// Sender of new tasks.
    pub from_account: String,
    /// The app's zone.
    pub zone: Tz,
    /// Rows a page.
    pub page_size: u32,
    /// Time between two refreshes.
    pub refresh: Duration,
    /// Something to say once at the start, such as "no config file: embedded sandbox".
    pub notice: Option<String>,
}

/// What lies over the board; the last one gets the keys.
#[derive(Clone, Debug)]
pub enum Layer {
    /// The detail of the selected task, on the whole body.
    Detail,
    /// The line of the local filter.
    Filter(Box<FilterLine>),
    /// The form of a server-side find.
    Find(Box<Find>),
    /// The picker of the order.
    Sort(SortPicker),
    /// The form of a task.
    Form(Box<Form>),
    /// The review before a write.
    Review(Box<Review>),
    /// The list of drafts.
    Drafts(Box<DraftList>),
    /// The API log.
    Calls(CallList),
    /// One attempt of the API log.
    Call(OneCall),
    /// The help page.
    Help(HelpPage),
    /// The palette.
    Palette(Box<Palette>),
}

impl Layer {
    /// The scope of its keys.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Detail => Scope::Detail,
            Self::Filter(_) => Scope::Filter,
            Self::Find(_) => Scope::Find,
            Self::Sort(_) => Scope::Sort,
            Self::Form(_) => Scope::Form,
            Self::Review(_) => Scope::Review,
            Self::Drafts(_) => Scope::Drafts,
            Self::Calls(_) => Scope::Calls,
            Self::Call(_) => Scope::Call,
            Self::Help(_) => Scope::Help,
            Self::Palette(_) => Scope::Palette,
        }
    }

    /// Whether printable keys are text here (rule 5 of the hand).
    pub fn takes_text(&self) -> bool {
        match self {
            Self::Filter(_) | Self::Find(_) | Self::Form(_) | Self::Review(_) | Self::Palette(_) => true,
            Self::Detail
            | Self::Sort(_)
            | Self::Drafts(_)
            | Self::Calls(_)
            | Self::Call(_)
            | Self::Help(_) => false,
        }
    }
}

/// One line of what just happened, shown in place of the hints for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The words.
    pub text: String,
    /// Whether something went wrong.
    pub bad: bool,
    /// When it goes, by [`Moment::running`].
    pub until: Duration,
}

/// A write that was sent and is not settled, or was settled in a way the operator must see.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingWrite {
    /// Its question.
    pub req: ReqId,
    /// What was sent.
    pub write: Write,
    /// When.
    pub sent: Moment,
    /// Why its outcome is not known; `None` while the answer is simply awaited.
    pub doubt: Option<Failure>,
    /// Whether an earlier run sent it.
    pub inherited: bool,
    /// The journal's number of it where another pushdeck that lives has it open: that one finds out
    /// what became of it, and here nothing of it is ever sent again.
    pub elsewhere: Option<i64>,
    /// What was found out, where the operator still has to act on it.
    pub verdict: Option<Verdict>,
    /// The journal's number of it, once that is known.
    pub entry: Option<i64>,
    /// What the last search that was answered showed, and when.
    pub sight: Option<(Sight, Moment)>,
    /// Why the last search was not answered; `None` after one that was.
    pub silence: Option<Failure>,
    /// When it is searched for next, by [`Moment::running`].
    pub next_search: Option<Duration>,
    /// Until then "not there" is too early to be believed of a create, by [`Moment::running`].
    pub opens_at: Duration,
    /// A search that was asked for here.
    pub searching: Option<ReqId>,
    /// Listed tasks that look like it and were searched for already.
    pub likenesses: HashSet<TaskId>,
    /// Whether the operator has acknowledged the verdict.
    pub acknowledged: bool,
}

impl PendingWrite {
    /// A write that was just sent.
    pub fn new(req: ReqId, write: Write, sent: Moment) -> Self {
        Self {
            req,
            write,
            sent,
            doubt: None,
            inherited: false,
            elsewhere: None,
            verdict: None,
            entry: None,
            sight: None,
            silence: None,
            next_search: None,
            opens_at: Duration::ZERO,
            searching: None,
            likenesses: HashSet::new(),
            acknowledged: false,
        }
    }

    /// Whether its outcome is being searched for, or its answer awaited.
    pub fn is_open(&self) -> bool {
        self.verdict.is_none()
    }

    /// For the worker, to be searched for.
    pub fn to_search(&self) -> OpenWrite {
        let (entry, write, sent) = (self.entry, self.write.clone(), self.sent.utc);
        OpenWrite { entry, write, sent, opens_in: Duration::ZERO, elsewhere: self.elsewhere.is_some() }
    }

    /// The task it changes; a create has none yet.
    pub fn task(&self) -> Option<TaskId> {
        self.write.task()
    }

    /// Whether this program has to find out, or to wait for, how it ends.
    pub fn is_open_here(&self) -> bool {
        self.verdict.is_none() && self.elsewhere.is_none()
    }

    /// Whether the row shows `?UNK`.
    pub fn in_doubt(&self) -> bool {
        self.doubt.is_some()
    }
}

/// What was found out about a write, in one line that names task and action. It stays on the screen
/// until it is acknowledged (U9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteResult {
    /// The write's question.
    pub req: ReqId,
    /// The words.
    pub words: String,
    /// Whether something went wrong.
    pub bad: bool,
}

/// The whole state.
#[derive(Clone, Debug)]
pub struct State {
    /// What was settled before the first screen.
    pub setup: Setup,
    /// The last reading of the clocks.
    pub now: Moment,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The zone in which times are shown.
    pub zone: Tz,
    /// The connection.
    pub connection: ConnectionStatus,
    /// What the service's list takes, as far as it is known.
    pub limits: ListLimits,
    /// The task table.
    pub board: Board,
    /// The detail pane.
    pub detail: Detail,
    /// What lies over the board, the innermost last.
    pub layers: Vec<Layer>,
    /// Writes sent and not settled.
    pub writes: Vec<PendingWrite>,
    /// What belongs to writes beyond their bare request: their forms, and the verifications asked for.
    pub desk: Desk,
    /// Drafts of forms that were left.
    pub drafts: Drafts,
    /// The last attempts at calls, for the API log.
    pub calls: Calls,
    /// What just happened.
    pub note: Option<Note>,
    /// What was found out about writes and waits to be acknowledged, oldest first (U9).
    pub results: VecDeque<WriteResult>,
    /// Tasks whose last write failed, was not done, or never became clear; why.
    pub failed: HashMap<TaskId, String>,
    /// When the last key was pressed, by [`Moment::running`].
    pub last_key: Option<Duration>,
    /// Whether leaving was asked for while a write is under way; the next ask leaves.
    pub leaving: bool,
    /// The question for the config, read again.
    pub reloading: Option<ReqId>,
    /// The config that was read and is being taken into use, and the question under which.
    pub adopting: Option<(ReqId, Box<Reloaded>)>,
    next_req: u64,
}

/// How long a note stays.
const NOTE_STAYS: Duration = Duration::from_secs(5);
/// How long a note of trouble stays.
const BAD_NOTE_STAYS: Duration = Duration::from_secs(10);

impl State {
    /// The state before the first answer, and what to ask for first.
    pub fn start(setup: Setup, now: Moment, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let zone = setup.zone;
        let board = Board::new(&setup, now.utc);
        let mut state = Self {
            setup,
            now,
            size,
            zone,
            connection: ConnectionStatus::default(),
            limits: ListLimits::default(),
            board,
            detail: Detail::default(),
            layers: Vec::new(),
            writes: Vec::new(),
            desk: Desk::default(),
            drafts: Drafts::default(),
            calls: Calls::default(),
            note: None,
            results: VecDeque::new(),
            failed: HashMap::new(),
            last_key: None,
            leaving: false,
            reloading: None,
            adopting: None,
            next_req: 0,
        };
        if let Some(notice) = state.setup.notice.clone() {
            state.say(notice);
        }
        let effects = super::board::reload(&mut state);
        (state, effects)
    }

    /// A new number for a question.
    pub fn ask(&mut self) -> ReqId {
        self.next_req += 1;
        ReqId(self.next_req)
    }

    /// The service's time, by which countdowns run and the past is judged (rule 6 of the wire).
    pub fn server_now(&self) -> DateTime<Utc> {
        self.connection.server_now(self.now)
    }

    /// Shows what happened.
    pub fn say(&mut self, text: impl Into<String>) {
        self.note = Some(Note { text: text.into(), bad: false, until: self.now.running + NOTE_STAYS });
    }

    /// Shows what went wrong.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.note = Some(Note { text: text.into(), bad: true, until: self.now.running + BAD_NOTE_STAYS });
    }

    /// Where things stand; `None` when the screen is too small for anything.
    pub fn areas(&self) -> Option<Areas> {
        frame::areas(self.size, self.detail.placement)
    }

    /// Keeps a result on the screen until it is acknowledged, in place of an older one of the same write.
    pub fn keep_result(&mut self, req: ReqId, words: impl Into<String>, bad: bool) {
        self.results.retain(|result| result.req != req);
        self.results.push_back(WriteResult { req, words: words.into(), bad });
    }

    /// The scopes whose keys mean something now, innermost first.
    pub fn scopes(&self) -> Vec<Scope> {
        let inner = match self.layers.last() {
            Some(layer) => layer.scope(),
            None if self.detail.focused => Scope::Detail,
            None => Scope::Tasks,
        };
        vec![inner, Scope::Global]
    }

    /// The selected task, from the page that is shown.
    pub fn selected(&self) -> Option<&Task> {
        self.board.selected_task()
    }

    /// The form on top or under the review, if one is open.
    pub fn form(&self) -> Option<&Form> {
        self.layers.iter().rev().find_map(|layer| match layer {
            Layer::Form(form) => Some(&**form),
            Layer::Detail
            | Layer::Filter(_)
            | Layer::Find(_)
            | Layer::Sort(_)
            | Layer::Review(_)
            | Layer::Drafts(_)
            | Layer::Calls(_)
            | Layer::Call(_)
            | Layer::Help(_)
            | Layer::Palette(_) => None,
        })
    }

    /// The form, to be changed.
    pub fn form_mut(&mut self) -> Option<&mut Form> {
        self.layers.iter_mut().rev().find_map(|layer| match layer {
            Layer::Form(form) => Some(&mut **form),
            Layer::Detail
            | Layer::Filter(_)
            | Layer::Find(_)
            | Layer::Sort(_)
            | Layer::Review(_)
            | Layer::Drafts(_)
            | Layer::Calls(_)
            | Layer::Call(_)
            | Layer::Help(_)
            | Layer::Palette(_) => None,
        })
    }

    /// The review, if it lies on top.
    pub fn review(&self) -> Option<&Review> {
        match self.layers.last() {
            Some(Layer::Review(review)) => Some(review),
            _ => None,
        }
    }

    /// The review on top, to be changed.
    pub fn review_mut(&mut self) -> Option<&mut Review> {
        match self.layers.last_mut() {
            Some(Layer::Review(review)) => Some(review),
            _ => None,
        }
    }

    /// The write under way that has this number.
    pub fn pending_write(&self, req: ReqId) -> Option<&PendingWrite> {
        self.writes.iter().find(|write| write.req == req)
    }

    /// The tasks to which a write is in doubt: their rows show `?UNK`.
    pub fn doubted(&self) -> HashSet<TaskId> {
        let doubted = |write: &&PendingWrite| write.in_doubt() && !write.acknowledged;
        self.writes.iter().filter(doubted).filter_map(PendingWrite::task).collect()
    }

    /// The question that the table asks now.
    pub fn query(&self) -> &Query {
        &self.board.query
    }

    /// How long nothing on screen changes by itself: the loop sleeps so long at the most.
    pub fn wake_in(&self) -> Duration {
        if let Some(review) = self.review() {
            return review.wake_in(self.now.running);
        }
        // The clock and the countdowns turn with the second.
        let into = u64::from(self.now.utc.timestamp_subsec_millis());
        Duration::from_millis(1000 - into.min(999))
    }
}
