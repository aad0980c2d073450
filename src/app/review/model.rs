//! The review as it stands: what is to be written, what was seen and typed, how far it is.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::kept::DraftOrigin;
use chrono::{DateTime, Utc};

use crate::domain::profile::{AppKey, Environment};
use crate::domain::{Audience, Kind, Task, Zone};
use crate::keymap::Scope;

use super::super::compare::{self, Difference, Version, differs};
use super::super::effect::{Effect, Priority};
use super::super::pending::WriteOutcome;
use super::super::remote::Remote;
use super::super::request::{Moment, ReqId};
use super::super::setup::Setup;
use super::super::shared::Shared;
use super::super::write::{Subject, Terms, Waived, Write};
use super::level::{ConfirmLevel, level_of};
use super::quiet::InputGuard;
use super::sight::{Seen, Text};

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
pub enum ReviewStage {
    /// Nothing is sent; the operator thinks.
    Asking,
    /// Nothing is sent yet; it will be then, by [`Moment::running`], unless a key is pressed.
    Counting {
        /// When.
        until: Duration,
        /// Whether it has ended: it is sent once the keys that wait were heard.
        ended: bool,
    },
    /// Sent; see `Shared::pending_write` for what is known.
    Sent {
        /// The question.
        req: ReqId,
        /// When.
        at: Moment,
    },
    /// Over.
    Over(WriteOutcome),
}

/// The review.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "any of them may hold beside any other")]
pub struct Review {
    /// What is to be written.
    pub subject: Subject,
    /// The form it came from; `None` for a cancel.
    pub source: Option<DraftOrigin>,
    /// The task as it is now.
    pub fresh: Remote<Task>,
    /// What was typed to confirm.
    pub typed: String,
    /// How far it is.
    pub stage: ReviewStage,
    /// Lines scrolled off the top.
    pub scroll: u16,
    /// The write that it became.
    pub req: Option<ReqId>,
    /// What the operator has to know before confirming once more: nothing was sent, and why.
    pub notice: Option<String>,
    /// What a cancel will do without, as the operator was told (U11).
    pub(super) waived: Waived,
    /// Whether it may become a second push: the confirmation is one level higher (W2).
    pub(super) raised: bool,
    /// The copy of the task that was shown last.
    pub(super) seen: Option<Box<Task>>,
    /// The row of the task in the last list that had it.
    pub(super) listed: Option<Box<Task>>,
    /// The app that it was opened on (W8).
    pub(in crate::app) app: AppKey,
    /// Why it cannot be sent any more, found out when the fresh copy came.
    pub(super) barred: Option<String>,
    pub(super) fresh_at: Option<Duration>,
    /// The input guard.
    pub(super) guard: InputGuard,
    /// What was typed before the key that is looked at now; only a character goes on with it.
    pub(super) held: String,
    /// Whether what was typed is no beginning of what is wanted: quiet is waited for.
    pub(super) spoiled: bool,
    /// The lines that were on the screen.
    pub(super) seen_lines: Seen,
    /// Its text and the room that it was composed for, as the state was after the last message.
    pub(super) text: Option<((u16, u16), Arc<Text>)>,
    /// All that must be seen, as it was when the typing began.
    pub(super) digest: Option<u64>,
    /// A row came while the task was asked for: it may be newer than that answer.
    pub(super) ask_again: bool,
    /// Whether the fields of the vendors are shown one by one.
    pub(super) unfolded: bool,
    /// How it ended, as long as that has not stood on the screen for a moment without a key: whoever closes
    /// the review until then has not read it.
    pub(super) unread: Option<UnreadResult>,
}

/// How a write ended, in one line, for whoever closed the review too early to have read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnreadResult {
    pub(super) words: String,
    /// Whether it must be acknowledged.
    pub(super) bad: bool,
}

impl Review {
    pub(super) fn new(subject: Subject, source: Option<DraftOrigin>, shared: &Shared) -> Self {
        Self {
            subject,
            source,
            fresh: Remote::default(),
            typed: String::new(),
            stage: ReviewStage::Asking,
            scroll: 0,
            req: None,
            notice: None,
            waived: Waived::default(),
            raised: false,
            seen: None,
            listed: None,
            app: shared.setup.app.clone(),
            barred: None,
            fresh_at: None,
            guard: InputGuard::since(shared.now.running),
            held: String::new(),
            spoiled: false,
            seen_lines: Seen::default(),
            text: None,
            digest: None,
            ask_again: false,
            unfolded: false,
            unread: None,
        }
    }

    /// The task that is changed or taken away, as the operator knew it.
    pub(super) fn base(&self) -> Option<&Task> {
        self.subject.base()
    }

    /// The task as it is now, as far as is known.
    pub(super) fn standing(&self) -> Option<&Task> {
        self.fresh.value.as_ref().or(self.base())
    }

    /// Its type.
    pub(super) fn kind(&self) -> &Kind {
        self.subject.kind()
    }

    /// What stands when it is done; for a cancel, what goes.
    pub(super) fn meant(&self) -> Version {
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
    pub(super) fn audience(&self) -> Audience {
        self.meant().content.audience(self.kind())
    }

    /// Whether the fresh copy differs from what the operator started from.
    pub(super) fn moved(&self) -> bool {
        match (self.base(), &self.fresh.value) {
            (Some(base), Some(fresh)) => differs(base, fresh),
            (Some(_) | None, Some(_) | None) => false,
        }
    }

    /// The level: the worst of what stands and what is meant.
    pub(super) fn level(&self, environment: Environment) -> ConfirmLevel {
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
    pub(super) fn wanted(&self, setup: &Setup) -> String {
        match self.level(setup.environment) {
            ConfirmLevel::Low => "y".to_owned(),
            ConfirmLevel::Middle => self.base().map_or_else(|| setup.profile.clone(), |task| task.id.tail()),
            ConfirmLevel::High => format!("all {}", setup.profile),
        }
    }

    /// What it does, in one word.
    pub(super) fn verb(&self) -> &'static str {
        match self.subject {
            Subject::Create(_) => "create",
            Subject::Modify { .. } => "change",
            Subject::Cancel(_) => "cancel",
        }
    }

    /// What it does, a verb first: `cancel #1000042`.
    pub(super) fn deed(&self) -> String {
        match self.base() {
            None => format!("{} this task", self.verb()),
            Some(task) => format!("{} #{}", self.verb(), task.id),
        }
    }

    /// The scope of its keys.
    pub(in crate::app) fn scope(&self) -> Scope {
        if self.is_over() { Scope::Result } else { Scope::Review }
    }

    /// Whether it only tells how it ended.
    pub fn is_over(&self) -> bool {
        self.outcome().is_some()
    }

    /// How it ended, when it is over.
    pub(super) fn outcome(&self) -> Option<&WriteOutcome> {
        match &self.stage {
            ReviewStage::Over(outcome) => Some(outcome),
            ReviewStage::Asking | ReviewStage::Counting { .. } | ReviewStage::Sent { .. } => None,
        }
    }

    /// What a cancel will do without, in words.
    pub(super) fn does_without(&self) -> Option<&'static str> {
        match (self.waived.journal, self.waived.fresh_copy) {
            (true, true) => Some("unseen and without an entry in the journal"),
            (true, false) => Some("without an entry in the journal"),
            (false, true) => Some("unseen"),
            (false, false) => None,
        }
    }

    pub(super) fn cancels(&self) -> bool {
        matches!(self.subject, Subject::Cancel(_))
    }

    /// Whether keys still do nothing because it has just opened or changed.
    pub(super) fn ignores_input(&self, now: Moment) -> bool {
        self.guard.is_closed(now.running)
    }

    /// It is over, or something else about that came: the next frame shows it first.
    pub(super) fn show_result(&mut self, now: Duration, words: impl Into<String>, bad: bool) {
        self.scroll = 0;
        self.guard = InputGuard::since(now);
        self.unread = Some(UnreadResult { words: words.into(), bad });
    }

    /// Whether the operator still thinks, or may stop it.
    pub(super) fn is_asking(&self) -> bool {
        matches!(self.stage, ReviewStage::Asking | ReviewStage::Counting { .. })
    }

    /// Whether the whole confirmation stands there and only quiet is waited for.
    pub(super) fn is_complete(&self, shared: &Shared) -> bool {
        self.stage == ReviewStage::Asking && !self.spoiled && self.typed == self.wanted(&shared.setup)
    }

    /// How soon something of it changes by itself.
    pub(in crate::app) fn wake_in(&self, now: Duration) -> Duration {
        let longest = Duration::from_millis(100);
        if matches!(self.stage, ReviewStage::Counting { ended: true, .. }) {
            return Duration::from_millis(10);
        }
        self.guard.wake_in(now).map_or(longest, |soon| soon.min(longest))
    }

    /// On what terms it is sent.
    pub(super) fn terms(&self) -> Terms {
        let seen = self.standing().cloned().map(Box::new);
        let origin = self.source.clone();
        Terms { app: self.app.clone(), seen, origin, waived: self.waived }
    }

    /// Asks for the task as it is now, ahead of everything else.
    pub(super) fn ask_fresh(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let Some(id) = self.base().map(|task| task.id) else { return Vec::new() };
        let req = shared.ask();
        self.fresh.ask(req);
        vec![Effect::Get { req, id, priority: Priority::Write }]
    }

    /// Old to new, from the task as it stands. Times are written in `zone`.
    pub(super) fn pending_changes(&self, zone: Zone, now: DateTime<Utc>) -> Vec<Difference> {
        let (Subject::Modify { .. }, Some(standing)) = (&self.subject, self.standing()) else {
            return Vec::new();
        };
        let standing = Version::of(standing);
        compare::differences(&standing, &self.meant(), zone, now)
    }

    /// It cannot be sent any more, and why.
    pub(super) fn bar(&mut self, why: impl Into<String>) {
        self.barred = Some(why.into());
    }

    /// What was typed does not count; the guard holds from the next frame on.
    pub(super) fn begin_anew(&mut self, now: Duration) {
        self.typed.clear();
        self.held.clear();
        self.stage = ReviewStage::Asking;
        self.guard = InputGuard::since(now);
        (self.spoiled, self.digest) = (false, None);
    }

    /// The same, and all must be seen again, from its beginning: something in it has changed.
    pub(super) fn show_anew(&mut self, now: Duration) {
        self.begin_anew(now);
        self.scroll = 0;
        self.seen_lines.forget();
    }

    pub(super) fn write(&self) -> Write {
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
