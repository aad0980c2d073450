//! The review: the only place from which anything is written.
//!
//! It never takes Enter, hears nothing when it opens, and its default is always no. What is confirmed is
//! what was on the screen: whenever that changes, the typing begins anew.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an action or key that means nothing here does nothing here"
)]

use std::time::Duration;

use crossterm::event::{KeyEvent, KeyEventKind};

use crate::domain::profile::{AppKey, Environment};
use crate::domain::{Audience, Change, Draft, Kind, NewTask, Task, TaskId, when};
use crate::keymap::Action;

use super::effect::{Effect, Terms, Waived, Write};
use super::message::{Moment, ReqId, Verdict};
use super::remote::Remote;
use super::state::{Layer, Setup, State};

mod again;
pub mod compare;
mod confirm;
mod desk;
mod doubt;
mod elsewhere;
mod foot;
mod fresh;
mod gone;
mod level;
pub mod lines;
mod outcome;
mod quiet;
mod sight;
#[cfg(test)]
mod tests;
mod verification;
mod warnings;

pub use again::{Remedy, remedy};
pub use confirm::{on_drawn, on_input, on_tick};
pub use desk::Desk;
pub use doubt::{deed, learn, on_checked, on_searched, progress, search_now};
pub use elsewhere::on_ended_elsewhere;
pub use fresh::{compare_with_list, on_got};
pub use level::ConfirmLevel;
pub use outcome::{
    Verification, WriteOutcome, acknowledge, has_notice, on_settled, on_stopped, on_unknown, on_wrote,
    open_notice, take_up,
};
pub use sight::{LineKey, in_sight};

use compare::Version;
use doubt::Obstacle;
use fresh::ask_fresh;
use level::level_of;
use quiet::Guard;
use sight::Seen;

/// On a copy older than this nothing is confirmed: a newer one is waited for.
const TOO_OLD: Duration = Duration::from_secs(30);

/// What is to be written.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A new task.
    Create(NewTask),
    /// A change of a task that stands.
    Modify {
        /// The version that the operator started from.
        base: Box<Task>,
        /// What changes.
        change: Change,
    },
    /// The task is taken away.
    Cancel(Box<Task>),
}

/// The form that the request came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The name of its draft.
    pub slot: String,
    /// Its text when the review was asked for.
    pub draft: Draft,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// Nothing is sent; the operator thinks.
    Asking,
    /// Nothing is sent yet; it will be then, by [`Moment::running`], unless a key is pressed.
    Counting {
        /// When.
        until: Duration,
        /// Whether it has ended: it is sent once the keys that wait were heard.
        ended: bool,
    },
    /// Sent; see [`State::pending`] for what is known.
    Sent {
        /// The question.
        req: ReqId,
        /// When.
        at: Moment,
    },
    /// Over.
    Over(WriteOutcome),
}

/// Whether it may be confirmed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// Yes.
    Yes,
    /// Not yet: something is asked for.
    Wait(String),
    /// No, and why.
    No(String),
}

/// The review.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// What is to be written.
    pub subject: Subject,
    /// The form it came from; `None` for a cancel.
    pub source: Option<Source>,
    /// The task as it is now.
    pub fresh: Remote<Task>,
    /// What was typed to confirm.
    pub typed: String,
    /// How far it is.
    pub stage: Stage,
    /// Lines scrolled off the top.
    pub scroll: u16,
    /// The write that it became.
    pub req: Option<ReqId>,
    /// What the operator has to know before confirming once more: nothing was sent, and why.
    pub notice: Option<String>,
    /// What a cancel will do without, as the operator was told (U11).
    waived: Waived,
    /// Whether it may become a second push: the confirmation is one level higher (W2).
    raised: bool,
    /// The copy of the task that was shown last.
    seen: Option<Box<Task>>,
    /// The row of the task in the last list that had it.
    listed: Option<Box<Task>>,
    /// The app that it was opened on (W8).
    app: AppKey,
    /// Why it cannot be sent any more, found out when the fresh copy came.
    barred: Option<String>,
    fresh_at: Option<Duration>,
    /// The input guard.
    guard: Guard,
    /// What was typed before the key that is looked at now; only a character goes on with it.
    held: String,
    /// Whether what was typed is no beginning of what is wanted: quiet is waited for.
    spoiled: bool,
    /// The lines that were on the screen.
    seen_lines: Seen,
    /// All that must be seen, as it was when the typing began.
    digest: Option<u64>,
    /// A row came while the task was asked for: it may be newer than that answer.
    ask_again: bool,
}

impl Review {
    fn new(subject: Subject, source: Option<Source>, state: &State) -> Self {
        Self {
            subject,
            source,
            fresh: Remote::default(),
            typed: String::new(),
            stage: Stage::Asking,
            scroll: 0,
            req: None,
            notice: None,
            waived: Waived::default(),
            raised: false,
            seen: None,
            listed: None,
            app: state.setup.app.clone(),
            barred: None,
            fresh_at: None,
            guard: Guard::since(state.now.running),
            held: String::new(),
            spoiled: false,
            seen_lines: Seen::default(),
            digest: None,
            ask_again: false,
        }
    }

    /// The task that is changed or taken away, as the operator knew it.
    pub fn base(&self) -> Option<&Task> {
        match &self.subject {
            Subject::Create(_) => None,
            Subject::Modify { base, .. } | Subject::Cancel(base) => Some(base),
        }
    }

    /// The task as it is now, as far as is known.
    pub fn standing(&self) -> Option<&Task> {
        self.fresh.value.as_ref().or(self.base())
    }

    /// Its type.
    pub fn kind(&self) -> &Kind {
        match &self.subject {
            Subject::Create(new) => &new.kind,
            Subject::Modify { change, .. } => &change.kind,
            Subject::Cancel(task) => &task.kind,
        }
    }

    /// What stands when it is done; for a cancel, what goes.
    pub fn meant(&self) -> Version {
        let standing = self.standing();
        let at = standing.and_then(|task| task.scheduled_at);
        let content = standing.map(|task| task.content.clone()).unwrap_or_default();
        match &self.subject {
            Subject::Create(new) => Version::new(Some(new.scheduled_at), &new.content),
            Subject::Modify { change, .. } => {
                Version::new(change.scheduled_at.or(at), change.content.as_ref().unwrap_or(&content))
            }
            Subject::Cancel(_) => Version::new(at, &content),
        }
    }

    /// Who is addressed when it is done.
    pub fn audience(&self) -> Audience {
        self.meant().content.audience(self.kind())
    }

    /// Whether the fresh copy differs from what the operator started from.
    pub fn moved(&self) -> bool {
        match (self.base(), &self.fresh.value) {
            (Some(base), Some(fresh)) => differs(base, fresh),
            (Some(_) | None, Some(_) | None) => false,
        }
    }

    /// The level: the worst of what stands and what is meant.
    pub fn level(&self, environment: Environment) -> ConfirmLevel {
        let after = level_of(environment, &self.audience());
        let before = self.standing().map(|task| level_of(environment, &task.audience()));
        let level = before.map_or(after, |before| before.max(after));
        let level = if self.raised { level.next() } else { level };
        match self.subject {
            // What is not sent can be set up again; it is not made harder than the PROD rule.
            Subject::Cancel(_) => level.min(ConfirmLevel::Middle),
            Subject::Create(_) | Subject::Modify { .. } => level,
        }
    }

    /// What has to be typed.
    pub fn wanted(&self, setup: &Setup) -> String {
        match self.level(setup.environment) {
            ConfirmLevel::Low => "y".to_owned(),
            ConfirmLevel::Middle => self.base().map_or_else(|| setup.profile.clone(), |task| task.id.tail()),
            ConfirmLevel::High => format!("all {}", setup.profile),
        }
    }

    /// What it does, in one word.
    pub fn verb(&self) -> &'static str {
        match self.subject {
            Subject::Create(_) => "create",
            Subject::Modify { .. } => "change",
            Subject::Cancel(_) => "cancel",
        }
    }

    /// What it does, a verb first: `cancel #1000042`.
    pub fn deed(&self) -> String {
        match self.base() {
            None => format!("{} this task", self.verb()),
            Some(task) => format!("{} #{}", self.verb(), task.id),
        }
    }

    /// How it ended, when it is over.
    fn outcome(&self) -> Option<&WriteOutcome> {
        match &self.stage {
            Stage::Over(outcome) => Some(outcome),
            Stage::Asking | Stage::Counting { .. } | Stage::Sent { .. } => None,
        }
    }

    /// What a cancel will do without, in words.
    fn does_without(&self) -> Option<&'static str> {
        match (self.waived.journal, self.waived.fresh_copy) {
            (true, true) => Some("unseen and without an entry in the journal"),
            (true, false) => Some("without an entry in the journal"),
            (false, true) => Some("unseen"),
            (false, false) => None,
        }
    }

    fn cancels(&self) -> bool {
        matches!(self.subject, Subject::Cancel(_))
    }

    /// Whether keys still do nothing because it has just opened or changed.
    pub fn ignores_input(&self, now: Moment) -> bool {
        self.guard.is_closed(now.running)
    }

    /// Whether the operator still thinks, or may stop it.
    pub(super) fn is_asking(&self) -> bool {
        matches!(self.stage, Stage::Asking | Stage::Counting { .. })
    }

    /// Whether the whole confirmation stands there and only quiet is waited for.
    fn is_complete(&self, state: &State) -> bool {
        self.stage == Stage::Asking && !self.spoiled && self.typed == self.wanted(&state.setup)
    }

    /// How soon something of it changes by itself.
    pub(super) fn wake_in(&self, now: Duration) -> Duration {
        let longest = Duration::from_millis(100);
        if matches!(self.stage, Stage::Counting { ended: true, .. }) {
            return Duration::from_millis(10);
        }
        self.guard.wake_in(now).map_or(longest, |soon| soon.min(longest))
    }

    /// Whether it may be confirmed now.
    pub fn ready(&self, state: &State) -> Ready {
        if state.areas().is_none() {
            return Ready::No("there is no room to show it; make the window larger".to_owned());
        }
        if let Some(why) = &self.barred {
            return Ready::No(why.clone());
        }
        if let Some(Obstacle::Waits(why)) = doubt::obstacle(state, self) {
            return Ready::Wait(why);
        }
        if self.base().is_some()
            && let Some(not_yet) = self.copy_is_missing(state)
        {
            return not_yet;
        }
        let new_time = match &self.subject {
            Subject::Create(new) => Some(new.scheduled_at),
            Subject::Modify { change, .. } => change.scheduled_at,
            Subject::Cancel(_) => None,
        };
        if let Some(at) = new_time.filter(|at| *at <= state.server_now()) {
            let at = when::stamp(at, state.setup.zone, state.server_now());
            return Ready::No(format!("{at} is past by now; Esc goes back, choose a later time"));
        }
        Ready::Yes
    }

    /// What is wrong with the copy of the task as it is now. A cancel that was told to do without one
    /// needs none (U11).
    fn copy_is_missing(&self, state: &State) -> Option<Ready> {
        let cancels = self.cancels();
        if let Some(failure) = &self.fresh.failure {
            if failure.code() == Some(gone::GONE) {
                return Some(Ready::No(gone::words(cancels)));
            }
            let words = failure.words();
            let why = format!("{}; {} · ctrl-r asks again", words.what, words.next);
            return (!self.waived.fresh_copy).then_some(Ready::No(why));
        }
        let Some(fresh) = &self.fresh.value else {
            let wait = "asking for the task as it is now…".to_owned();
            return (!self.waived.fresh_copy).then_some(Ready::Wait(wait));
        };
        let locked = if cancels { fresh.cannot_be_cancelled() } else { fresh.locked_because() };
        if let Some(why) = locked.or_else(|| unknown_kind(fresh).filter(|_| !cancels)) {
            return Some(Ready::No(why));
        }
        let is_old = self.fresh_at.is_some_and(|at| state.now.running >= at + TOO_OLD);
        let wait = "asking for the task as it is now, the last answer is old…".to_owned();
        (is_old && !self.waived.fresh_copy).then_some(Ready::Wait(wait))
    }

    /// On what terms it is sent.
    fn terms(&self) -> Terms {
        let seen = self.standing().cloned().map(Box::new);
        let origin = elsewhere::origin_of(self.source.as_ref());
        Terms { app: self.app.clone(), seen, origin, waived: self.waived }
    }

    /// What was typed does not count; the guard holds from the next frame on.
    fn begin_anew(&mut self, now: Duration) {
        self.typed.clear();
        self.held.clear();
        self.stage = Stage::Asking;
        self.guard = Guard::since(now);
        (self.spoiled, self.digest) = (false, None);
    }

    /// The same, and all must be seen again: something in it has changed.
    fn show_anew(&mut self, now: Duration) {
        self.begin_anew(now);
        self.seen_lines.forget();
    }

    fn write(&self) -> Write {
        match &self.subject {
            Subject::Create(new) => Write::Create(new.clone()),
            Subject::Modify { change, .. } => Write::Modify(change.clone()),
            Subject::Cancel(task) => {
                let kind = self.fresh.value.as_ref().unwrap_or(task).kind.clone();
                Write::Cancel { id: task.id, kind }
            }
        }
    }
}

/// Whether a task is another one than it was (W3): its time, content, type or state.
pub fn differs(one: &Task, other: &Task) -> bool {
    let version = |task: &Task| Version::new(task.scheduled_at, &task.content);
    version(one) != version(other) || one.kind != other.kind || one.status != other.status
}

/// Why a task of a type that this program does not know is not touched.
pub(super) fn unknown_kind(task: &Task) -> Option<String> {
    match &task.kind {
        Kind::All | Kind::Tag | Kind::User => None,
        Kind::Other(name) => {
            let name = crate::domain::text::clean(name).into_owned();
            Some(format!("#{}: pushdeck does not know type \"{name}\" and leaves such a task alone", task.id))
        }
    }
}

/// Opens the review of a cancel.
pub fn open_cancel(state: &mut State, task: &Task) -> Vec<Effect> {
    if let Some(why) = task.cannot_be_cancelled() {
        state.warn(format!("#{} cannot be cancelled: {why}", task.id));
        return Vec::new();
    }
    open(state, Subject::Cancel(Box::new(task.clone())), None)
}

/// Opens the review of a new task.
pub(super) fn open_create(state: &mut State, new: NewTask, source: Source) -> Vec<Effect> {
    open(state, Subject::Create(new), Some(source))
}

/// Opens the review of a change.
pub(super) fn open_modify(state: &mut State, base: Task, change: Change, source: Source) -> Vec<Effect> {
    open(state, Subject::Modify { base: Box::new(base), change }, Some(source))
}

fn open(state: &mut State, subject: Subject, source: Option<Source>) -> Vec<Effect> {
    let review = Review::new(subject, source, state);
    state.layers.push(Layer::Review(Box::new(review)));
    doubt::reconsider(state);
    ask_fresh(state)
}

/// A write to the task that is not settled, in words.
pub(super) fn busy(state: &State, id: TaskId) -> Option<String> {
    let open = state.writes.iter().find(|write| write.task() == Some(id) && write.is_open());
    open.map(|write| doubt::being_checked(state, write))
}

/// Why the text of a form must not be sent now: it, or another change of its task, is on its way.
pub(super) fn under_way(state: &State, source: &Source) -> Option<String> {
    if is_on_its_way(state, &source.slot, &source.draft) {
        return Some(
            "this very text was sent and its outcome is not known yet; nothing is sent twice".to_owned(),
        );
    }
    let id = state.form().and_then(|form| form.purpose.task()).map(|task| task.id)?;
    busy(state, id)
}

/// Whether a draft was sent and its outcome is still awaited.
pub(super) fn is_on_its_way(state: &State, slot: &str, draft: &Draft) -> bool {
    // Once a search was answered the review says what is known, and asks for more.
    let open =
        |req: ReqId| state.pending_write(req).is_some_and(|write| write.is_open() && write.sight.is_none());
    state.desk.of_draft(slot, draft).is_some_and(open)
}

/// A key in the review.
pub fn on_key(state: &mut State, event: KeyEvent, action: Option<Action>) -> Vec<Effect> {
    let now = state.now;
    let Some(review) = state.review_mut() else { return Vec::new() };
    if event.kind != KeyEventKind::Press {
        return Vec::new();
    }
    if review.ignores_input(now) {
        // The way back is always open: it cannot send anything.
        return if action == Some(Action::Back) { leave(state) } else { Vec::new() };
    }
    match action {
        Some(Action::Back) => return leave(state),
        Some(Action::Refresh) => return refresh(state),
        Some(Action::Review) => return again::open(state),
        Some(action) => scroll(state, action),
        None => return confirm::typed(state, event),
    }
    Vec::new()
}

/// Asks now for what the review waits for: the task as it is, and what became of writes in doubt.
fn refresh(state: &mut State) -> Vec<Effect> {
    let mut effects = doubt::search_now(state);
    let now = state.now.running;
    let asks = |review: &&mut Review| review.stage == Stage::Asking && review.base().is_some();
    if let Some(review) = state.review_mut().filter(asks) {
        review.begin_anew(now);
        review.fresh.failure = None;
        review.fresh.value = None;
        review.waived.fresh_copy = false;
        // What bars it stays: only a task that moved again makes another change of it.
        effects.extend(ask_fresh(state));
    }
    effects
}

fn scroll(state: &mut State, action: Action) {
    let Some(review) = state.review() else { return };
    let page = lines::page(state, review, lines::room(state));
    let (at, most, room) = (page.scroll, page.most(), page.room.max(1));
    let at = match action {
        Action::Down => at + 1,
        Action::Up => at.saturating_sub(1),
        // No line is left out.
        Action::PageDown => at + room,
        Action::PageUp => at.saturating_sub(room),
        _ => at,
    };
    if let Some(review) = state.review_mut() {
        review.scroll = u16::try_from(at.min(most)).unwrap_or(u16::MAX);
    }
}

/// One step back. What was sent goes on; what was not is not sent.
fn leave(state: &mut State) -> Vec<Effect> {
    let Some(review) = state.review() else { return Vec::new() };
    let (how_far, write) = (review.stage.clone(), review.req);
    state.layers.pop();
    match how_far {
        Stage::Asking | Stage::Counting { .. } => {}
        Stage::Sent { .. } => state.say("it was sent and goes on; its outcome will be told here"),
        Stage::Over(_) => write.into_iter().for_each(|req| outcome::closed(state, req)),
    }
    Vec::new()
}

/// The screen was away for a while: what was typed before it went confirms nothing any more.
pub fn on_resumed(state: &mut State) {
    let now = state.now.running;
    if let Some(review) = state.review_mut().filter(|review| review.is_asking()) {
        review.show_anew(now);
    }
}

/// What was found out about a write, for the review that shows it.
fn outcome_of(verdict: &Verdict) -> Option<WriteOutcome> {
    match verdict {
        Verdict::Done(_) => None,
        Verdict::NotDone => Some(WriteOutcome::NotDone),
        Verdict::Several(ids) => Some(WriteOutcome::Several(ids.clone())),
        Verdict::CannotTell(words) => Some(WriteOutcome::CannotTell(words.clone())),
    }
}
