//! What became of a write: told in the review while that is on top, else in a note. No answer ever
//! takes the keys away from what the operator is doing.

use crate::domain::{Failure, NewTask, Problem, Task, TaskId, duplicate, text, when};

use super::super::board;
use super::super::effect::{Effect, Priority, Write};
use super::super::form;
use super::super::message::{Moment, OpenWrite, ReqId, Sight, Stop, Verdict, Written};
use super::super::state::{Layer, PendingWrite, State};
use super::compare::{Difference, Version};
use super::desk::{Asked, Sent};
use super::doubt::deed;
use super::verification::open_mismatch;
use super::{Review, Source, Stage, Subject, doubt, elsewhere, fresh, gone, outcome_of};

/// How a write ended.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteOutcome {
    /// It was done.
    Done {
        /// What stands now.
        words: String,
        /// Whether it stands as it was meant.
        verification: Verification,
    },
    /// It was certainly not done.
    Refused(Failure),
    /// Nothing was sent after it was confirmed, and why.
    NothingSent(String),
    /// The task is not there any more: of a cancel nothing is left to do.
    Gone {
        /// Whether it was to be cancelled.
        cancels: bool,
    },
    /// Its outcome was unknown, and it was proven not to have been done.
    NotDone,
    /// A create that stands more than once.
    Several(Vec<TaskId>),
    /// Whether it was done could not be found out; says what to look at.
    CannotTell(String),
}

/// Whether what stands is what was meant (rule 3 of the wire).
#[derive(Clone, Debug, PartialEq)]
pub enum Verification {
    /// There is nothing to prove: the task is gone.
    None,
    /// The task was asked for again.
    Asked(ReqId),
    /// Time, audience and content are as meant.
    Holds,
    /// It stands otherwise.
    Fails {
        /// What differs: meant and standing.
        found: Vec<Difference>,
        /// The task as it stands.
        stands: Box<Task>,
        /// What was meant.
        meant: Version,
    },
    /// The task could not be read.
    Unread(Failure),
}

/// A write was done, or certainly not.
pub fn on_wrote(state: &mut State, req: ReqId, result: Result<Written, Failure>) -> Vec<Effect> {
    if state.pending_write(req).is_none() {
        return Vec::new();
    }
    match result {
        Ok(written) => done(state, req, written),
        Err(failure) => refused(state, req, failure),
    }
}

/// Writes of an earlier run whose outcome is not known: what happened is checked, and only what could
/// collide with one of them waits for it.
pub fn take_up(state: &mut State, left: Vec<OpenWrite>) -> Vec<Effect> {
    let left = elsewhere::sort_out(state, left);
    if left.is_empty() {
        return Vec::new();
    }
    let mut named: Vec<String> = left.iter().take(2).map(|open| deed(&open.write)).collect();
    if left.len() > named.len() {
        named.push(text::counted((left.len() - named.len()) as u64, "other write", "other writes"));
    }
    let named = named.join(" and ");
    state.warn(format!(
        "{named} of the last run: outcome not known; what happened is being checked, nothing is sent again"
    ));
    let mut effects = Vec::new();
    for open in left {
        let req = state.ask();
        let detail = "pushdeck ended before the answer came".to_owned();
        let utc = open.sent;
        let age = (state.now.utc - utc).to_std().unwrap_or_default();
        let sent = Moment { utc, running: state.now.running.saturating_sub(age) };
        state.writes.push(PendingWrite {
            doubt: Some(Failure::Cut { detail }),
            inherited: true,
            entry: open.entry,
            opens_at: state.now.running + open.opens_in,
            ..PendingWrite::new(req, open.write.clone(), sent)
        });
        effects.push(Effect::Settle { req, open });
    }
    effects
}

/// A write's outcome is not known.
pub fn on_unknown(state: &mut State, req: ReqId, failure: Failure, open: OpenWrite) -> Vec<Effect> {
    let now = state.now.running;
    let Some(write) = state.writes.iter_mut().find(|write| write.req == req) else { return Vec::new() };
    let what = failure.words().what;
    write.doubt = Some(failure);
    write.entry = open.entry;
    // With the number by which it can be told from others.
    write.write = open.write;
    write.sent.utc = open.sent;
    write.opens_at = now + open.opens_in;
    let deed = deed(&write.write);
    if shown(state, req).is_none() {
        state.warn(format!("{deed}: outcome not known, {what}; what happened is being checked"));
    }
    Vec::new()
}

/// Nothing was sent after it was confirmed: the operator is shown why, and what can be done.
pub fn on_stopped(state: &mut State, req: ReqId, why: Stop) -> Vec<Effect> {
    let Some(write) = state.pending_write(req) else { return Vec::new() };
    let (deed, task, sent) = (deed(&write.write), write.task(), write.write.clone());
    let cancels = matches!(write.write, Write::Cancel { .. });
    drop(close_books(state, req));
    let words = match &why {
        Stop::Moved(_) => "it changed since you looked".to_owned(),
        Stop::Gone => gone::words(cancels),
        Stop::Stands { id, .. } => format!("it stands already as #{id}, made by the try before"),
        Stop::Unread(failure) => {
            format!("what must be read right before could not be read: {}", failure.words().what)
        }
        Stop::NoJournal(why) => format!("the journal cannot be written: {why}"),
        Stop::Elsewhere => "another pushdeck has sent the same push, and checks what became of it".to_owned(),
        Stop::OtherApp => "another app is in use by now".to_owned(),
    };
    let mut effects = Vec::new();
    if let Stop::Stands { id, entry } = why {
        let earlier = state.writes.iter().find(|write| write.entry == Some(entry)).map(|write| write.req);
        if let Some(earlier) = earlier {
            effects.extend(on_settled(state, earlier, Verdict::Done(Written::Created(id))));
        } else if let Write::Create(new) = sent {
            // Made by an earlier run: whoever tries once more is warned of it.
            state.desk.remember(id, new);
        }
    }
    if let (Stop::Gone, Some(id)) = (&why, task) {
        effects.extend(doubt::learn_gone(state, id));
    }
    if shown(state, req).is_none() {
        if let Some(id) = task.filter(|_| why != Stop::Gone) {
            state.failed.insert(id, words.clone());
        }
        state.keep_result(req, format!("{deed}: nothing was sent, {words}"), true);
        return effects;
    }
    match why {
        Stop::Moved(now) => {
            reopen(state, format!("nothing was sent: {words}; look again"), |_| {});
            effects.extend(fresh::take(state, *now));
        }
        Stop::Unread(_) => reopen(state, format!("nothing was sent: {words}"), |review| {
            review.waived.fresh_copy = review.cancels();
        }),
        Stop::NoJournal(_) => reopen(state, format!("nothing was sent: {words}"), |review| {
            review.waived.journal = review.cancels();
        }),
        Stop::Gone => end(state, req, WriteOutcome::Gone { cancels }, "", true),
        Stop::Stands { .. } | Stop::Elsewhere | Stop::OtherApp => {
            let outcome = WriteOutcome::NothingSent(format!("nothing was sent: {words}"));
            end(state, req, outcome, "", true);
        }
    }
    effects.extend(board::reload(state));
    effects
}

/// The review asks once more.
fn reopen(state: &mut State, notice: String, change: impl FnOnce(&mut Review)) {
    let now = state.now.running;
    if let Some(review) = state.review_mut() {
        change(review);
        review.notice = Some(notice);
        review.req = None;
        review.begin_anew(now);
    }
}

/// A write's outcome was found out.
pub fn on_settled(state: &mut State, req: ReqId, verdict: Verdict) -> Vec<Effect> {
    if state.pending_write(req).is_none() {
        return Vec::new();
    }
    match verdict {
        Verdict::Done(written) => done(state, req, written),
        Verdict::NotDone => {
            keep_verdict(state, req, Verdict::NotDone);
            board::reload(state)
        }
        Verdict::Several(ids) => {
            let effects = several(state, req, &ids);
            keep_verdict(state, req, Verdict::Several(ids));
            effects
        }
        Verdict::CannotTell(words) => {
            keep_verdict(state, req, Verdict::CannotTell(words));
            board::reload(state)
        }
    }
}

/// A create that stands more than once: its text is used up, its tasks are on the table.
fn several(state: &mut State, req: ReqId, ids: &[TaskId]) -> Vec<Effect> {
    state.board.selected = ids.first().copied().or(state.board.selected);
    let source = state.desk.sent.iter().find(|sent| sent.req == req).and_then(|sent| sent.source.clone());
    if let Some(Write::Create(new)) = state.pending_write(req).map(|write| write.write.clone()) {
        stands_by_now(state, req, &new, ids);
    }
    let mut effects = use_up(state, req, source, ids.first().copied());
    effects.extend(board::reload(state));
    effects
}

/// A verdict that the operator must see stays with the write until the notice is closed.
fn keep_verdict(state: &mut State, req: ReqId, verdict: Verdict) {
    let Some(outcome) = outcome_of(&verdict) else { return };
    let now = state.now;
    let Some(write) = state.writes.iter_mut().find(|write| write.req == req) else { return };
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
        WriteOutcome::Several(ids) => stand_twice(ids),
        WriteOutcome::CannotTell(words) => format!("whether it was done could not be found out: {words}"),
        WriteOutcome::NotDone => not_done(&write.write).to_owned(),
        WriteOutcome::Done { .. }
        | WriteOutcome::Refused(_)
        | WriteOutcome::NothingSent(_)
        | WriteOutcome::Gone { .. } => String::new(),
    };
    let words = format!("{deed}{last_run}: {found} · Esc at the table shows it");
    if let Some(id) = task {
        state.failed.insert(id, found);
    }
    end(state, req, outcome, &words, true);
}

/// `2 of them stand: #1, #2`.
pub(super) fn stand_twice(ids: &[TaskId]) -> String {
    let names: Vec<String> = ids.iter().map(|id| format!("#{id}")).collect();
    let count = match ids.len() {
        2 => "two".to_owned(),
        more => more.to_string(),
    };
    format!("{count} of them stand: {}; keep one and cancel the rest with D", names.join(", "))
}

/// Not done as far as is known, in words.
pub(super) fn not_done(write: &Write) -> &'static str {
    match write {
        Write::Create(_) => "not there; it may be sent again, after one more look",
        Write::Modify(_) => "not done: the task stands unchanged; safe to send again",
        Write::Cancel { .. } => "not done: the task stands, or has gone out; safe to try again",
    }
}

/// The review that shows this write, if it is on top: also after it said that nobody knows.
pub(super) fn shown(state: &mut State, req: ReqId) -> Option<&mut Review> {
    state.review_mut().filter(|review| match &review.stage {
        Stage::Sent { req: own, .. } => *own == req,
        Stage::Over(WriteOutcome::NotDone | WriteOutcome::CannotTell(_)) => review.req == Some(req),
        Stage::Asking | Stage::Counting { .. } | Stage::Over(_) => false,
    })
}

/// A create turned out to stand while the same push at the same time is under review, to be sent again:
/// that stops. Who wants a second one all the same begins anew, and is told what stands.
pub(super) fn stands_by_now(state: &mut State, req: ReqId, new: &NewTask, ids: &[TaskId]) {
    let now = state.now.running;
    for id in ids {
        state.desk.remember(*id, new.clone());
    }
    let is_same = |other: &NewTask| {
        other.scheduled_at.timestamp() == new.scheduled_at.timestamp()
            && duplicate::same_push((&other.kind, &other.content), (&new.kind, &new.content))
    };
    let reviews = state.layers.iter_mut().filter_map(|layer| match layer {
        Layer::Review(review) => Some(review),
        _ => None,
    });
    let names: Vec<String> = ids.iter().map(|id| format!("#{id}")).collect();
    for review in reviews.filter(|review| review.is_asking() && review.req != Some(req)) {
        if matches!(&review.subject, Subject::Create(other) if is_same(other)) {
            let names = names.join(", ");
            review.barred = Some(format!("it stands already as {names}, made by the try before; Esc leaves"));
            review.begin_anew(now);
        }
    }
}

/// Shows how it ended: in the review if that is on top, else in a note.
///
/// What went wrong stays until it is acknowledged (U9), also when the review that showed it is closed.
fn end(state: &mut State, req: ReqId, outcome: WriteOutcome, words: &str, bad: bool) {
    if let Some(review) = shown(state, req) {
        review.stage = Stage::Over(outcome);
        review.scroll = 0;
    } else if bad {
        state.keep_result(req, words, true);
    } else {
        state.say(words);
    }
}

/// Takes a write that is settled off the lists.
fn close_books(state: &mut State, req: ReqId) -> Option<Sent> {
    state.writes.retain(|write| write.req != req);
    state.desk.take(req)
}

fn done(state: &mut State, req: ReqId, written: Written) -> Vec<Effect> {
    let Some(pending) = state.pending_write(req).cloned() else { return Vec::new() };
    let mut other = None;
    if let (Write::Create(new), Written::Created(id)) = (&pending.write, written) {
        other = state.desk.duplicate_of(id, new);
        stands_by_now(state, req, new, &[id]);
    }
    let sent = close_books(state, req);
    let mut words = match &sent {
        Some(sent) => stands(state, sent, written),
        None => format!("#{} {}", written.task(), past(written)),
    };
    let in_doubt = pending.doubt.is_some() || pending.verdict.is_some();
    if in_doubt {
        let last_run = if pending.inherited { " (of the last run)" } else { "" };
        words = format!("{}{last_run} was done after all: {words}", deed(&pending.write));
    }
    if let Some(other) = other {
        words = format!("{words} · SENT TWICE: #{other} is the same push, cancel one of them");
    }
    let id = written.task();
    state.failed.remove(&id);
    let source = sent.as_ref().and_then(|sent| sent.source.clone());
    let mut effects = use_up(state, req, source, Some(id));
    let mut verification = Verification::None;
    match written {
        Written::Created(id) | Written::Modified(id) => {
            // Elsewhere the operator has another task under the hands.
            if shown(state, req).is_some() {
                state.board.selected = Some(id);
            }
            if let Some(sent) = sent {
                let asked = state.ask();
                let deed = deed(&pending.write);
                state.desk.verifications.push(Asked { req: asked, id, meant: sent.meant, deed });
                verification = Verification::Asked(asked);
                effects.push(Effect::Get { req: asked, id, priority: Priority::Write });
            }
        }
        Written::Cancelled(_) => {}
    }
    let is_shown = shown(state, req).is_some();
    end(state, req, WriteOutcome::Done { words: words.clone(), verification }, &words, false);
    if (in_doubt && !is_shown) || other.is_some() {
        state.keep_result(req, words, other.is_some());
    }
    effects.extend(board::reload(state));
    effects
}

fn past(written: Written) -> &'static str {
    match written {
        Written::Created(_) => "was created",
        Written::Modified(_) => "is changed",
        Written::Cancelled(_) => "is cancelled",
    }
}

/// What stands now, in words.
fn stands(state: &State, sent: &Sent, written: Written) -> String {
    let kind = match &sent.subject {
        Subject::Create(new) => &new.kind,
        Subject::Modify { change, .. } => &change.kind,
        Subject::Cancel(task) => &task.kind,
    };
    let who = sent.meant.content.audience(kind).in_words(&state.setup.profile);
    let (now, zone) = (state.server_now(), state.setup.zone);
    let at = sent.meant.scheduled_at.map_or_else(
        || "at a time that the service does not tell".to_owned(),
        |at| format!("{} ({})", when::stamp(at, zone, now), when::from_now(at, now)),
    );
    match written {
        Written::Created(id) => format!("#{id} created: goes out {at} to {who}"),
        Written::Modified(id) => format!("#{id} is changed: goes out {at} to {who}"),
        Written::Cancelled(id) => format!("#{id} is cancelled: nothing will be sent"),
    }
}

/// The text was sent: its draft goes, and its form too if this review lies over it.
fn use_up(state: &mut State, req: ReqId, source: Option<Source>, id: Option<TaskId>) -> Vec<Effect> {
    let (Some(source), Some(id)) = (source, id) else { return Vec::new() };
    let effects = form::sent(state, &source.slot, &source.draft, id);
    if shown(state, req).is_some() {
        form::close(state, &source.slot);
    }
    effects
}

fn refused(state: &mut State, req: ReqId, failure: Failure) -> Vec<Effect> {
    let Some(write) = state.pending_write(req).map(|pending| pending.write.clone()) else {
        return Vec::new();
    };
    let sent = close_books(state, req);
    if let Some(source) = sent.as_ref().and_then(|sent| sent.source.as_ref())
        && let Some(problem) = problem_of(&failure)
    {
        let slot = source.slot.clone();
        form::show_refusal(state, &slot, problem);
    }
    let said = failure.words();
    if let Some(id) = write.task() {
        state.failed.insert(id, said.what.clone());
    }
    let (deed, cancels) = (deed(&write), matches!(write, Write::Cancel { .. }));
    let words = format!("{deed} failed: {} · {}", said.what, said.next);
    // The task is in another state than the table shows: look at once.
    let look = matches!(failure.code(), Some(gone::GONE | 90106 | 90107));
    let mut effects: Vec<Effect> =
        gone::read_again(state, req, write.task(), &failure, (deed, cancels)).into_iter().collect();
    end(state, req, WriteOutcome::Refused(failure), &words, true);
    if look {
        effects.extend(board::reload(state));
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
        90110 => Some(Problem::coded("SchedAt", 90110, "the service did not take this time")),
        _ => None,
    }
}

/// The operator closed a review that was over: a verdict that waited to be seen was seen. A text of
/// which nobody knows whether it stands is remembered, should it be sent once more.
///
/// A create that was not found is remembered, and held against every later list: it may still appear.
pub(super) fn closed(state: &mut State, req: ReqId) {
    state.results.retain(|result| result.req != req);
    let Some(write) = state.writes.iter_mut().find(|write| write.req == req) else { return };
    match &write.verdict {
        Some(Verdict::CannotTell(_) | Verdict::NotDone) if write.task().is_none() => {
            write.acknowledged = true;
        }
        Some(Verdict::CannotTell(_)) => state.writes.retain(|write| write.req != req),
        Some(Verdict::Done(_) | Verdict::NotDone | Verdict::Several(_)) => drop(close_books(state, req)),
        None => {}
    }
}

/// The operator takes note of the result that is shown.
pub fn acknowledge(state: &mut State) {
    if let Some(result) = state.results.pop_front() {
        closed(state, result.req);
        return;
    }
    // What was said of it was acknowledged before; now the mark of its row is.
    let marked = state.board.selected.filter(|id| state.failed.remove(id).is_some());
    match marked {
        Some(id) => state.say(format!("the mark of #{id} is taken away")),
        None => state.say("nothing waits to be acknowledged"),
    }
}

/// A write is sent in the place of what was not done: nobody must be offered to send that again.
pub(super) fn supersede(state: &mut State, write: &Write) {
    state.results.retain(|result| {
        let old = state.writes.iter().find(|old| old.req == result.req);
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
    let reqs: Vec<ReqId> = state.writes.iter().filter(superseded).map(|old| old.req).collect();
    for req in reqs {
        closed(state, req);
    }
}

/// Whether something that was found out about a write waits to be read.
pub fn has_notice(state: &State) -> bool {
    state.writes.iter().any(|write| !write.acknowledged && write.elsewhere.is_none())
        || !state.desk.wrong.is_empty()
        || !state.desk.verifications.is_empty()
}

/// Shows what was found out about a write while the operator was elsewhere; says whether there was
/// anything.
pub fn open_notice(state: &mut State) -> bool {
    let unread = state.writes.iter().filter(|write| !write.acknowledged);
    let waiting =
        unread.into_iter().find_map(|write| Some((write.req, outcome_of(write.verdict.as_ref()?)?)));
    let Some((req, outcome)) = waiting else { return open_mismatch(state) };
    let sent = state.desk.sent.iter().find(|sent| sent.req == req);
    let known = sent.map(|sent| (sent.subject.clone(), sent.source.clone()));
    let Some((subject, source)) = known.or_else(|| Some((of_last_run(state, req)?, None))) else {
        state.writes.retain(|write| write.req != req);
        return false;
    };
    let mut review = Review::new(subject, source, state);
    review.stage = Stage::Over(outcome);
    review.req = Some(req);
    state.layers.push(Layer::Review(Box::new(review)));
    true
}

/// What a write of an earlier run was about, as far as that can be told now.
fn of_last_run(state: &State, req: ReqId) -> Option<Subject> {
    match &state.pending_write(req)?.write {
        Write::Create(new) => {
            // Another create takes another number.
            let content = new.content.without_random();
            Some(Subject::Create(NewTask { content, ..new.clone() }))
        }
        Write::Modify(change) => {
            let base = Box::new(state.board.task(change.id)?.clone());
            Some(Subject::Modify { base, change: change.clone() })
        }
        Write::Cancel { id, .. } => Some(Subject::Cancel(Box::new(state.board.task(*id)?.clone()))),
    }
}
