//! What became of a write: told in the review while that is on top, else in a note. No answer ever
//! takes the keys away from what the operator is doing.

use std::sync::Arc;

use crate::domain::kept::DraftOrigin;
use crate::domain::{Failure, NewTask, Problem, TaskId, duplicate, text, when};
use crate::keymap::{Action, Scope};

use super::super::board::ask as board;
use super::super::board::go_to;
use super::super::effect::{Effect, Priority};
use super::super::form;
use super::super::pending::{PendingWrite, Reading, Reviewed, Verification, WriteOutcome};
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::super::write::{OpenWrite, Sight, Subject, Verdict, Write, Written};
use super::super::writes::{self, GONE, deed};
use super::model::ReviewStage;
use super::screens::Screens;
use super::words;

/// A write was done, or certainly not.
pub(in crate::app) fn on_wrote(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    result: Result<Written, Failure>,
) -> Vec<Effect> {
    if shared.pending_write(req).is_none() {
        return Vec::new();
    }
    match result {
        Ok(written) => done(shared, screens, req, written),
        Err(failure) => refused(shared, screens, req, failure),
    }
}

/// A write's outcome is not known.
pub(in crate::app) fn on_unknown(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    failure: Failure,
    open: OpenWrite,
) -> Vec<Effect> {
    let now = shared.now.running;
    let Some(write) = shared.pending_write_mut(req) else { return Vec::new() };
    let what = failure.words().what;
    write.doubt = Some(failure);
    write.entry = open.entry;
    // With the number by which it can be told from others.
    write.write = open.write;
    write.sent.utc = open.sent;
    write.opens_at = now + open.opens_in;
    let deed = deed(&write.write);
    if screens.shown(req).is_none() {
        shared.warn(format!("{deed}: outcome not known, {what}; what happened is being checked"));
    }
    Vec::new()
}

/// A write's outcome was found out.
pub(in crate::app) fn on_settled(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    verdict: Verdict,
) -> Vec<Effect> {
    if shared.pending_write(req).is_none() {
        return Vec::new();
    }
    match verdict {
        Verdict::Done(written) => done(shared, screens, req, written),
        Verdict::NotDone => {
            keep_verdict(shared, screens, req, Verdict::NotDone);
            board::reload(shared)
        }
        Verdict::Several(ids) => {
            let effects = several(shared, screens, req, &ids);
            keep_verdict(shared, screens, req, Verdict::Several(ids));
            effects
        }
        Verdict::CannotTell(words) => {
            keep_verdict(shared, screens, req, Verdict::CannotTell(words));
            board::reload(shared)
        }
    }
}

/// A create that stands more than once: its text is used up, its tasks are on the table.
fn several(shared: &mut Shared, screens: &mut Screens<'_>, req: ReqId, ids: &[TaskId]) -> Vec<Effect> {
    shared.board.selected = ids.first().copied().or(shared.board.selected);
    let source = shared.pending_write(req).and_then(|write| write.source().cloned());
    if let Some(Write::Create(new)) = shared.pending_write(req).map(|write| write.write.clone()) {
        stands_by_now(shared, screens, req, &new, ids);
    }
    let mut effects = use_up(shared, screens, req, source, ids.first().copied());
    effects.extend(board::reload(shared));
    effects
}

/// A verdict that the operator must see stays with the write until the notice is closed.
fn keep_verdict(shared: &mut Shared, screens: &mut Screens<'_>, req: ReqId, verdict: Verdict) {
    let Some(outcome) = writes::outcome_of(&verdict) else { return };
    let now = shared.now;
    let Some(write) = shared.pending_write_mut(req) else { return };
    match &verdict {
        Verdict::NotDone => {
            write.doubt = None;
            write.sight = Some((Sight::NotThere, now));
        }
        Verdict::CannotTell(_) => {
            let detail = "pushdeck did not wait for the answer".to_owned();
            write.doubt.get_or_insert(Failure::Cut { detail });
        }
        Verdict::Done(_) | Verdict::Several(_) => {}
    }
    write.verdict = Some(verdict);
    write.next_search = None;
    write.acknowledged = false;
    let (deed, task) = (deed(&write.write), write.task());
    let last_run = if write.inherited { " (of the last run)" } else { "" };
    let found = match &outcome {
        WriteOutcome::Several(ids) => writes::stand_twice(ids),
        WriteOutcome::CannotTell(words) => format!("whether it was done could not be determined: {words}"),
        WriteOutcome::NotDone => writes::not_done(&write.write).to_owned(),
        WriteOutcome::Done { .. }
        | WriteOutcome::Refused(_)
        | WriteOutcome::NothingSent(_)
        | WriteOutcome::Gone { .. } => String::new(),
    };
    let key = shared.key(Scope::Tasks, Action::Back);
    let words = format!("{deed}{last_run}: {found} · {key} at the table shows it");
    if let Some(id) = task {
        shared.failed.insert(id, found);
    }
    end(shared, screens, req, outcome, &words, true);
}

/// A create turned out to stand while the same push at the same time is under review, to be sent again:
/// that stops. Who wants a second one all the same begins anew, and is told what stands.
pub(super) fn stands_by_now(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    new: &NewTask,
    ids: &[TaskId],
) {
    let now = shared.now.running;
    for id in ids {
        shared.over.record_created(*id, new.clone());
    }
    let is_same =
        |other: &NewTask| duplicate::is_same(new, &other.kind, Some(other.scheduled_at), &other.content);
    let Some(review) = screens.review().filter(|review| review.is_asking() && review.req != Some(req)) else {
        return;
    };
    if matches!(&review.subject, Subject::Create(other) if is_same(other)) {
        let names = writes::numbers(ids);
        let back = shared.key(Scope::Review, Action::Back);
        review.bar(format!("it already exists as {names}, made by the attempt before; {back} leaves"));
        review.begin_anew(now);
    }
}

/// Shows how it ended: in the review if that is on top, else in a note.
///
/// What went wrong stays until it is acknowledged (U9), also when the review that showed it is closed.
pub(super) fn end(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    outcome: WriteOutcome,
    words: &str,
    bad: bool,
) {
    if let Some(review) = screens.shown(req) {
        review.stage = ReviewStage::Over(outcome);
        review.show_result(shared.now.running, words, bad);
    } else if bad {
        shared.keep_result(req, words, true);
    } else {
        shared.say(words);
    }
}

fn done(shared: &mut Shared, screens: &mut Screens<'_>, req: ReqId, written: Written) -> Vec<Effect> {
    let mut other = None;
    if let (Some(Write::Create(new)), Written::Created(id)) =
        (shared.pending_write(req).map(|pending| pending.write.clone()), written)
    {
        other = shared.over.duplicate_of(id, &new);
        stands_by_now(shared, screens, req, &new, &[id]);
    }
    let Some(pending) = writes::take_off(shared, req) else { return Vec::new() };
    let words = done_words(shared, &pending, written, other);
    let in_doubt = pending.doubt.is_some() || pending.verdict.is_some();
    let id = written.task();
    shared.failed.remove(&id);
    let source = pending.source().cloned();
    let mut effects = use_up(shared, screens, req, source, Some(id));
    let is_shown = screens.shown(req).is_some();
    match written {
        Written::Cancelled(_) => {
            let reviewed = pending.reviewed.as_ref().and_then(|reviewed| reviewed.subject.base());
            let task = shared.board.task(id).or_else(|| reviewed.map(|task| Arc::new(task.clone())));
            if let Some(task) = task {
                go_to::strike(shared, task);
            }
        }
        // Elsewhere the operator is busy with another task.
        Written::Created(_) | Written::Modified(_) if is_shown => go_to::await_task(shared, id),
        Written::Created(_) | Written::Modified(_) => {}
    }
    let verification = verify(shared, pending, written);
    if let Verification::Asked(asked) = verification {
        effects.push(Effect::Get { req: asked, id, priority: Priority::Write });
    }
    end(shared, screens, req, WriteOutcome::Done { words: words.clone(), verification }, &words, false);
    if (in_doubt && !is_shown) || other.is_some() {
        shared.keep_result(req, words, other.is_some());
    }
    effects.extend(board::reload(shared));
    effects
}

/// Reads the task of a write that is done, to see that it stands as meant.
fn verify(shared: &mut Shared, write: PendingWrite, written: Written) -> Verification {
    match written {
        Written::Created(id) | Written::Modified(id) if write.reviewed.is_some() => {
            let req = shared.ask();
            shared.over.verifying.push(Reading { req, id, write });
            Verification::Asked(req)
        }
        Written::Created(_) | Written::Modified(_) | Written::Cancelled(_) => Verification::None,
    }
}

/// What was done, in words; `other` is a task that is the same push.
fn done_words(shared: &Shared, pending: &PendingWrite, written: Written, other: Option<TaskId>) -> String {
    let mut words = match &pending.reviewed {
        Some(reviewed) => now_done(shared, reviewed, written),
        None => format!("#{} {}", written.task(), past(written)),
    };
    if pending.doubt.is_some() || pending.verdict.is_some() {
        let last_run = if pending.inherited { " (of the last run)" } else { "" };
        words = format!("{}{last_run} was done after all: {words}", deed(&pending.write));
    }
    match other {
        Some(other) => format!("{words} · CREATED TWICE: #{other} is the same push, cancel one of them"),
        None => words,
    }
}

fn past(written: Written) -> &'static str {
    match written {
        Written::Created(_) => "was created",
        Written::Modified(_) => "was changed",
        Written::Cancelled(_) => "was cancelled",
    }
}

/// What was done, and what the push does now: two things.
fn now_done(shared: &Shared, reviewed: &Reviewed, written: Written) -> String {
    let who = reviewed.meant.content.audience(reviewed.subject.kind()).in_words(&shared.setup.profile);
    let (now, zone) = (shared.server_now(), shared.setup.zone);
    let at = reviewed.meant.scheduled_at.map_or_else(
        || "at a time that the service does not give".to_owned(),
        |at| format!("{} ({})", words::stamp(at, zone, now), when::from_now(at, now)),
    );
    match written {
        Written::Created(id) => format!("#{id} created: the push goes out {at} to {who}"),
        Written::Modified(id) => format!("#{id} changed: the push goes out {at} to {who}"),
        Written::Cancelled(id) => format!("#{id} cancelled: its push does not go out"),
    }
}

/// The text was sent: its draft goes, and its form too if this review lies over it.
fn use_up(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    source: Option<DraftOrigin>,
    id: Option<TaskId>,
) -> Vec<Effect> {
    let (Some(source), Some(id)) = (source, id) else { return Vec::new() };
    let effects = form::forget(shared, screens.form(), (&source.slot, &source.draft), id);
    if screens.shown(req).is_some() {
        screens.used_up = Some(source.slot);
    }
    effects
}

fn refused(shared: &mut Shared, screens: &mut Screens<'_>, req: ReqId, failure: Failure) -> Vec<Effect> {
    let Some(pending) = writes::take_off(shared, req) else { return Vec::new() };
    let is_covered = screens.review.is_some();
    if let Some(source) = pending.source()
        && let Some(problem) = problem_of(&failure)
        && let Some(form) = screens.form().filter(|form| form.slot == source.slot)
    {
        form.on_refusal(problem, is_covered);
    }
    let said = failure.words();
    let task = pending.task();
    if let Some(id) = task {
        shared.failed.insert(id, said.what.clone());
    }
    let words = format!("{} failed: {} · {}", deed(&pending.write), said.what, said.next);
    let code = failure.code();
    let mut effects = Vec::new();
    if let Some(id) = task.filter(|_| code == Some(GONE)) {
        // The operator is told whether it is gone, and not that a request was invalid.
        let reread = shared.ask();
        shared.over.rereads.push(Reading { req: reread, id, write: pending });
        effects.push(Effect::Get { req: reread, id, priority: Priority::Write });
    }
    end(shared, screens, req, WriteOutcome::Refused(failure), &words, true);
    // The task is in another state than the table shows: look at once.
    if matches!(code, Some(GONE | 90106 | 90107)) {
        effects.extend(board::reload(shared));
    }
    effects
}

/// The field that the service found fault with.
fn problem_of(failure: &Failure) -> Option<Problem> {
    let Failure::Refused { code, invalid_accounts, .. } = failure else { return None };
    match code {
        90108 if !invalid_accounts.is_empty() => {
            let names: Vec<_> = invalid_accounts.iter().map(|name| text::clean(name)).collect();
            Some(Problem::coded("To_Account", 90108, format!("no such accounts: {}", names.join(", "))))
        }
        90108 => Some(Problem::coded("To_Account", 90108, "some of these accounts do not exist")),
        90110 => Some(Problem::coded("SchedAt", 90110, "the service did not accept this time")),
        _ => None,
    }
}
