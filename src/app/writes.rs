//! What is decided about writes apart from any screen: what is known of them, what stands in the way of
//! others, what is searched for, and what of them is still to be told.

use std::time::Duration;

use crate::domain::kept::DraftOrigin;
use crate::domain::{Change, Draft, Kind, NewTask, Task, TaskId, catalog, text, when};
use crate::keymap::{Action, Scope};

use super::compare::Version;
use super::effect::Effect;
use super::pending::{Mismatch, PendingWrite, WriteOutcome};
use super::request::ReqId;
use super::shared::Shared;
use super::write::{Sight, Subject, Verdict, Write};

/// The code for a task that is not there.
pub(super) const GONE: i64 = catalog::INVALID_REQUEST;
/// After so long a write is not on its way any more, also where nobody ever closes it: then the fresh
/// copy of the task says what stands.
const SURELY_OVER: Duration = Duration::from_mins(10);

/// What it means that the task is gone.
pub(super) fn gone_words(cancels: bool) -> String {
    let left = if cancels { "nothing is left to do" } else { "it cannot be changed any more" };
    format!("it is not there any more (cancelled already, perhaps by somebody else); {left}")
}

/// What happened to a write is not known yet: which one, and when it is searched for next.
pub(super) fn being_checked(shared: &Shared, write: &PendingWrite) -> String {
    let what = deed(&write.write);
    if !write.in_doubt() && write.searching.is_none() {
        return format!("{what} is under way; wait for its outcome");
    }
    let key = shared.key(Scope::Review, Action::Refresh);
    format!("{what}: {} · {key} searches now", progress(shared, write))
}

/// How far the search for a write is, in words: what was seen last, and what comes next.
pub fn progress(shared: &Shared, write: &PendingWrite) -> String {
    let now = shared.now.running;
    let next = match (write.searching, write.next_search) {
        (Some(_), _) => "searching now".to_owned(),
        (None, Some(at)) if at > now => format!("next search in {}", seconds(at.saturating_sub(now))),
        (None, Some(_)) => "searching now".to_owned(),
        (None, None) => "checking what happened".to_owned(),
    };
    let seen = match &write.sight {
        Some((Sight::NotThere, at)) => {
            let age = seconds(now.saturating_sub(at.running));
            let left = write.opens_at.saturating_sub(now);
            let open = if left.is_zero() || write.task().is_some() {
                String::new()
            } else {
                format!(", not conclusive for another {}", seconds(left))
            };
            let what = if write.task().is_some() { "not done" } else { "not there" };
            format!("{what} {age} ago{open}")
        }
        Some((Sight::Unclear(_), _)) => "not clear yet".to_owned(),
        Some((Sight::Settled(_) | Sight::NoAnswer(_), _)) | None => String::new(),
    };
    let silence = write
        .silence
        .as_ref()
        .map(|failure| format!("the service gives no answer ({})", failure.words().what));
    let parts = [seen, silence.unwrap_or_default(), next];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

pub(super) fn seconds(span: Duration) -> String {
    when::age(chrono::TimeDelta::from_std(span).unwrap_or(chrono::TimeDelta::MAX))
}

/// What a write does, by its task: `the create of "Flash sale"`, `the cancel of #42`.
pub(super) fn deed(write: &Write) -> String {
    match write {
        Write::Create(new) => {
            let title = text::clean(new.content.text("OfflinePushInfo.Title")).into_owned();
            if title.trim().is_empty() {
                "the create of a task without a title".to_owned()
            } else {
                format!("the create of \"{title}\"")
            }
        }
        Write::Modify(change) => format!("the change of #{}", change.id),
        Write::Cancel { id, .. } => format!("the cancel of #{id}"),
    }
}

/// A write to the task that is not settled, in words.
pub(super) fn busy(shared: &Shared, id: TaskId) -> Option<String> {
    let open = shared.writes.iter().find(|write| write.task() == Some(id) && write.is_open());
    open.map(|write| being_checked(shared, write))
}

/// Whether a draft was sent and its outcome is still awaited.
pub(super) fn is_on_its_way(shared: &Shared, slot: &str, draft: &Draft) -> bool {
    let is_it = |source: &DraftOrigin| source.slot == slot && source.draft == *draft;
    // Once a search was answered the review says what is known, and asks for more.
    let is_open = |write: &PendingWrite| write.is_open() && write.sight.is_none();
    shared.writes.iter().any(|write| write.source().is_some_and(is_it) && is_open(write))
}

/// Why the text of a form must not be sent now: it, or another change of its task, is on its way.
pub(super) fn keeps_from_sending(
    shared: &Shared,
    source: &DraftOrigin,
    task: Option<TaskId>,
) -> Option<String> {
    if is_on_its_way(shared, &source.slot, &source.draft) {
        return Some(
            "this very task was requested and the outcome is not known yet; nothing is requested twice"
                .to_owned(),
        );
    }
    busy(shared, task?)
}

/// How far what another pushdeck has open stands in the way: it may be looked at here, and never sent.
pub(super) fn bars(shared: &Shared, write: &PendingWrite) -> Option<String> {
    write.elsewhere?;
    let is_old = shared.now.running >= write.sent.running + SURELY_OVER;
    match &write.write {
        Write::Create(_) => Some(format!("{} is being checked in another pushdeck", deed(&write.write))),
        Write::Modify(_) | Write::Cancel { .. } if is_old => None,
        Write::Modify(_) | Write::Cancel { .. } => {
            Some(format!("{} is under way in another pushdeck", deed(&write.write)))
        }
    }
}

/// The operator wants to know now: everything in doubt is searched for.
pub(super) fn search_now(shared: &mut Shared) -> Vec<Effect> {
    let wanted = |write: &PendingWrite| {
        let in_doubt = write.in_doubt() || matches!(write.verdict, Some(Verdict::NotDone));
        in_doubt && write.searching.is_none() && !write.acknowledged
    };
    let reqs: Vec<ReqId> =
        shared.writes.iter().filter(|write| wanted(write)).map(|write| write.req).collect();
    reqs.into_iter().filter_map(|req| search(shared, req)).collect()
}

pub(super) fn search(shared: &mut Shared, req: ReqId) -> Option<Effect> {
    let asked = shared.ask();
    let write = shared.pending_write_mut(req)?;
    write.searching = Some(asked);
    Some(Effect::Search { req: asked, open: write.to_search() })
}

/// `2 of them stand: #1, #2`.
pub(super) fn stand_twice(ids: &[TaskId]) -> String {
    let count = match ids.len() {
        2 => "two".to_owned(),
        more => more.to_string(),
    };
    format!("{count} of them exist: {}; keep one and cancel the rest with D", numbers(ids))
}

/// `#1, #2`.
pub fn numbers(ids: &[TaskId]) -> String {
    let names: Vec<String> = ids.iter().map(|id| format!("#{id}")).collect();
    names.join(", ")
}

/// Not done as far as is known, in words.
pub(super) fn not_done(write: &Write) -> &'static str {
    match write {
        Write::Create(_) => "not there; it may be requested again, after one more search",
        Write::Modify(_) => "not done: the task is unchanged; safe to request again",
        Write::Cancel { .. } => "not done: the task is still there, or has gone out; safe to try again",
    }
}

/// Takes a write that is settled off the list.
pub(super) fn take_off(shared: &mut Shared, req: ReqId) -> Option<PendingWrite> {
    let at = shared.writes.iter().position(|write| write.req == req)?;
    Some(shared.writes.remove(at))
}

/// The operator closed a review that was over: a verdict that waited to be seen was seen. A text of
/// which nobody knows whether it stands is kept in mind, should it be sent once more.
///
/// A create that was not found is kept, and held against every later list: it may still appear.
pub(super) fn closed(shared: &mut Shared, req: ReqId) {
    shared.results.retain(|result| result.req != req);
    let Some(write) = shared.pending_write_mut(req) else { return };
    match &write.verdict {
        Some(Verdict::CannotTell(_) | Verdict::NotDone) if write.task().is_none() => {
            write.acknowledged = true;
        }
        Some(Verdict::CannotTell(_)) => shared.writes.retain(|write| write.req != req),
        Some(Verdict::Done(_) | Verdict::NotDone | Verdict::Several(_)) => drop(take_off(shared, req)),
        None => {}
    }
}

/// Why there is nothing of which the operator could take note, if there is nothing.
pub(super) fn nothing_to_acknowledge(shared: &Shared) -> Option<&'static str> {
    let is_marked = shared.board.selected.is_some_and(|id| shared.failed.contains_key(&id));
    (shared.results.is_empty() && !is_marked).then_some("there is nothing to acknowledge")
}

/// The operator takes note of the result that is shown.
pub(super) fn acknowledge(shared: &mut Shared) {
    if let Some(result) = shared.results.pop_front() {
        closed(shared, result.req);
        return;
    }
    if let Some(why) = nothing_to_acknowledge(shared) {
        shared.say(why);
        return;
    }
    // What was said of it was acknowledged before; now the mark of its row is.
    if let Some(id) = shared.board.selected.filter(|id| shared.failed.remove(id).is_some()) {
        shared.say(format!("the mark of #{id} is removed"));
    }
}

/// A write is sent in the place of what was not done: nobody must be offered to send that again.
pub(super) fn supersede(shared: &mut Shared, write: &Write) {
    shared.results.retain(|result| {
        let old = shared.writes.iter().find(|old| old.req == result.req);
        // What is sent again is the answer to what was said of it.
        old.is_none_or(|old| {
            old.verdict != Some(Verdict::NotDone) || old.task() != write.task() || old.task().is_none()
        })
    });
    let same = |old: &PendingWrite| match (&old.write, write) {
        (Write::Create(old), Write::Create(new)) => {
            let version = |new: &NewTask| Version::new(Some(new.scheduled_at), &new.content);
            old.kind == new.kind && version(old) == version(new)
        }
        (Write::Create(_), _) | (_, Write::Create(_)) => false,
        (Write::Modify(_) | Write::Cancel { .. }, new) => old.task() == new.task(),
    };
    let superseded = |old: &&PendingWrite| old.verdict == Some(Verdict::NotDone) && same(old);
    let reqs: Vec<ReqId> = shared.writes.iter().filter(superseded).map(|old| old.req).collect();
    for req in reqs {
        closed(shared, req);
    }
}

/// Whether something that was found out about a write waits to be read.
pub(super) fn has_notice(shared: &Shared) -> bool {
    shared.writes.iter().any(|write| !write.acknowledged && write.elsewhere.is_none())
        || !shared.over.mismatches.is_empty()
        || !shared.over.verifying.is_empty()
}

/// What was found out about a write while the operator was elsewhere, for a review to show it.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What was, or was to be, written.
    pub(super) subject: Subject,
    /// The form that it came from.
    pub(super) source: Option<DraftOrigin>,
    /// How it ended.
    pub(super) outcome: WriteOutcome,
    /// The write, while it is on the list.
    pub(super) req: Option<ReqId>,
}

/// The next thing that was found out and waits to be read.
pub(super) fn next_notice(shared: &mut Shared) -> Option<Notice> {
    let unread = shared.writes.iter().filter(|write| !write.acknowledged);
    let waiting = unread.into_iter().find_map(|write| Some((write, outcome_of(write.verdict.as_ref()?)?)));
    let Some((write, outcome)) = waiting else { return next_mismatch(shared) };
    let req = write.req;
    let known = write.reviewed.clone().map(|reviewed| (reviewed.subject, reviewed.source));
    let Some((subject, source)) = known.or_else(|| Some((of_last_run(shared, write)?, None))) else {
        shared.writes.retain(|write| write.req != req);
        return None;
    };
    Some(Notice { subject, source, outcome, req: Some(req) })
}

/// A task that does not stand as it was meant.
fn next_mismatch(shared: &mut Shared) -> Option<Notice> {
    let Mismatch { stands, verification } = shared.over.mismatches.pop()?;
    let (id, kind) = (stands.id, stands.kind.clone());
    let change = Change { id, kind, scheduled_at: None, content: None };
    let outcome = WriteOutcome::Done { words: format!("#{id} was written"), verification };
    Some(Notice { subject: Subject::Modify { base: stands, change }, source: None, outcome, req: None })
}

/// What a write of an earlier run was about, as far as that can be told now.
fn of_last_run(shared: &Shared, write: &PendingWrite) -> Option<Subject> {
    match &write.write {
        Write::Create(new) => {
            // Another create takes another number.
            let content = new.content.without_random();
            Some(Subject::Create(NewTask { content, ..new.clone() }))
        }
        Write::Modify(change) => {
            let base = Box::new(std::sync::Arc::unwrap_or_clone(shared.board.task(change.id)?));
            Some(Subject::Modify { base, change: change.clone() })
        }
        Write::Cancel { id, .. } => {
            Some(Subject::Cancel(Box::new(std::sync::Arc::unwrap_or_clone(shared.board.task(*id)?))))
        }
    }
}

/// What was found out about a write, for the review that shows it.
pub(super) fn outcome_of(verdict: &Verdict) -> Option<WriteOutcome> {
    match verdict {
        Verdict::Done(_) => None,
        Verdict::NotDone => Some(WriteOutcome::NotDone),
        Verdict::Several(ids) => Some(WriteOutcome::Several(ids.clone())),
        Verdict::CannotTell(words) => Some(WriteOutcome::CannotTell(words.clone())),
    }
}

/// Why a task of a type that this program does not know is not touched.
pub(super) fn unknown_kind(task: &Task) -> Option<String> {
    match &task.kind {
        Kind::All | Kind::Tag | Kind::User => None,
        Kind::Other(name) => {
            let name = text::clean(name).into_owned();
            Some(format!("#{}: pushdeck does not know type \"{name}\" and leaves such a task alone", task.id))
        }
    }
}
