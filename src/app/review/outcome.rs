//! What became of a write: told in the review while that is on top, else in a note. No answer ever
//! takes the keys away from what the operator is doing.

use std::collections::VecDeque;

use crate::domain::{Change, Draft, Failure, NewTask, Problem, Task, TaskId, duplicate, text, when};

use super::super::board;
use super::super::effect::{Effect, Lane, Write};
use super::super::form;
use super::super::message::{Moment, OpenWrite, ReqId, Sight, Stop, Verdict, Written};
use super::super::state::{Layer, State, Underway};
use super::compare::{self, Difference, Version};
use super::doubt::deed;
use super::{Review, Source, Stage, Subject, elsewhere, ending_of, fresh};

/// How a write ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// It was done.
    Done {
        /// What stands now.
        words: String,
        /// Whether it stands as it was meant.
        proof: Proof,
    },
    /// It was certainly not done.
    Refused(Failure),
    /// Nothing was sent after it was confirmed, and why.
    NothingSent(String),
    /// Its outcome was unknown, and it was proven not to have been done.
    NotDone,
    /// A create that stands more than once.
    Several(Vec<TaskId>),
    /// Whether it was done could not be found out; says what to look at.
    CannotTell(String),
}

/// Whether what stands is what was meant (rule 3 of the wire).
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
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

/// A write that was sent: where it came from and what it was meant to do.
#[derive(Clone, Debug, PartialEq)]
struct Sent {
    req: ReqId,
    subject: Subject,
    source: Option<Source>,
    meant: Version,
}

impl Sent {
    fn task(&self) -> Option<TaskId> {
        match &self.subject {
            Subject::Create(_) => None,
            Subject::Modify { base, .. } | Subject::Cancel(base) => Some(base.id),
        }
    }
}

/// A proof that was asked for.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    req: ReqId,
    id: TaskId,
    meant: Version,
}

/// A task that does not stand as it was meant, found out while the operator was elsewhere.
#[derive(Clone, Debug, PartialEq)]
struct Wrong {
    stands: Box<Task>,
    proof: Proof,
}

/// Writes that were sent, and proofs that were asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    sent: Vec<Sent>,
    proofs: Vec<Asked>,
    wrong: Vec<Wrong>,
    /// Creates that stand, the last ones: also those of a run that died, whose drafts may lie there still.
    created: VecDeque<(TaskId, NewTask)>,
}

/// So many creates are remembered.
const MOST_CREATED: usize = 100;

impl Desk {
    pub(super) fn sent(&mut self, req: ReqId, subject: Subject, source: Option<Source>, meant: Version) {
        self.sent.push(Sent { req, subject, source, meant });
    }

    /// The creates that are known to have been done, the last ones.
    pub(super) fn created(&self) -> impl Iterator<Item = &(TaskId, NewTask)> {
        self.created.iter()
    }

    /// What a write was meant to make.
    pub(super) fn meant(&self, req: ReqId) -> Option<&Version> {
        self.sent.iter().find(|sent| sent.req == req).map(|sent| &sent.meant)
    }

    fn remember(&mut self, id: TaskId, new: NewTask) {
        if self.created.len() == MOST_CREATED {
            self.created.pop_front();
        }
        self.created.push_back((id, new));
    }

    /// The write that was made from a draft.
    pub(super) fn of_draft(&self, slot: &str, draft: &Draft) -> Option<ReqId> {
        let from = |sent: &&Sent| sent.source.as_ref().is_some_and(|s| s.slot == slot && s.draft == *draft);
        self.sent.iter().rev().find(from).map(|sent| sent.req)
    }

    /// A create that is known to have been done and is the same push.
    fn duplicate_of(&self, id: TaskId, new: &NewTask) -> Option<TaskId> {
        let same = |(other, old): &&(TaskId, NewTask)| {
            *other != id && duplicate::is_duplicate(new, &old.kind, Some(old.scheduled_at), &old.content)
        };
        self.created.iter().find(same).map(|(id, _)| *id)
    }

    fn take(&mut self, req: ReqId) -> Option<Sent> {
        let at = self.sent.iter().position(|sent| sent.req == req)?;
        Some(self.sent.remove(at))
    }
}

/// A write was done, or certainly not.
pub fn on_wrote(state: &mut State, req: ReqId, result: Result<Written, Failure>) -> Vec<Effect> {
    if state.underway(req).is_none() {
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
    let counted = text::counted(left.len() as u64, "write", "writes");
    state.warn(format!(
        "{counted} of the last run: the outcome is not known; what happened is being checked, nothing is sent again"
    ));
    let mut effects = Vec::new();
    for open in left {
        let req = state.ask();
        let detail = "pushdeck ended before the answer came".to_owned();
        let utc = open.sent;
        let age = (state.now.utc - utc).to_std().unwrap_or_default();
        let sent = Moment { utc, running: state.now.running.saturating_sub(age) };
        state.writes.push(Underway {
            doubt: Some(Failure::Cut { detail }),
            inherited: true,
            entry: open.entry,
            opens_at: state.now.running + open.opens_in,
            ..Underway::new(req, open.write.clone(), sent)
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
    let Some(write) = state.underway(req) else { return Vec::new() };
    let (deed, task, sent) = (deed(&write.write), write.task(), write.write.clone());
    drop(close_books(state, req));
    let words = match &why {
        Stop::Moved(_) => "it changed since you looked".to_owned(),
        Stop::Gone => "it is not there any more: somebody has cancelled it".to_owned(),
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
    if shown(state, req).is_none() {
        if let Some(id) = task {
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
        Stop::Gone | Stop::Stands { .. } | Stop::Elsewhere | Stop::OtherApp => {
            let ending = Ending::NothingSent(format!("nothing was sent: {words}"));
            end(state, req, ending, "", true);
        }
    }
    effects.extend(board::reload(state));
    effects
}

/// The review asks once more.
fn reopen(state: &mut State, notice: String, change: impl FnOnce(&mut Review)) {
    let now = state.now;
    if let Some(review) = state.review_mut() {
        change(review);
        review.notice = Some(notice);
        review.req = None;
        review.begin_anew(now);
    }
}

/// A write's outcome was found out.
pub fn on_settled(state: &mut State, req: ReqId, verdict: Verdict) -> Vec<Effect> {
    if state.underway(req).is_none() {
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
    let mut effects = use_up(state, req, source, ids.first().copied());
    effects.extend(board::reload(state));
    effects
}

/// A verdict that the operator must see stays with the write until the notice is closed.
fn keep_verdict(state: &mut State, req: ReqId, verdict: Verdict) {
    let Some(ending) = ending_of(&verdict) else { return };
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
    let found = match &ending {
        Ending::Several(ids) => stand_twice(ids),
        Ending::CannotTell(words) => format!("whether it was done could not be found out: {words}"),
        Ending::NotDone => not_done(&write.write).to_owned(),
        Ending::Done { .. } | Ending::Refused(_) | Ending::NothingSent(_) => String::new(),
    };
    let words = format!("{deed}{last_run}: {found} · Esc at the table shows it");
    if let Some(id) = task {
        state.failed.insert(id, found);
    }
    end(state, req, ending, &words, true);
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

/// The review that shows this write, if it is on top.
fn shown(state: &mut State, req: ReqId) -> Option<&mut Review> {
    state.review_mut().filter(|review| matches!(review.stage, Stage::Sent { req: own, .. } if own == req))
}

/// Shows how it ended: in the review if that is on top, else in a note.
///
/// What went wrong stays until it is acknowledged (U9), also when the review that showed it is closed.
fn end(state: &mut State, req: ReqId, ending: Ending, words: &str, bad: bool) {
    if let Some(review) = shown(state, req) {
        review.stage = Stage::Over(ending);
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
    let Some(underway) = state.underway(req).cloned() else { return Vec::new() };
    let mut other = None;
    if let (Write::Create(new), Written::Created(id)) = (&underway.write, written) {
        other = state.desk.duplicate_of(id, new);
        state.desk.remember(id, new.clone());
    }
    let sent = close_books(state, req);
    let mut words = match &sent {
        Some(sent) => stands(state, sent, written),
        None => format!("#{} {}", written.task(), past(written)),
    };
    let in_doubt = underway.doubt.is_some() || underway.verdict.is_some();
    if in_doubt {
        let last_run = if underway.inherited { " (of the last run)" } else { "" };
        words = format!("{}{last_run} was done after all: {words}", deed(&underway.write));
    }
    if let Some(other) = other {
        words = format!("{words} · SENT TWICE: #{other} is the same push, cancel one of them");
    }
    let id = written.task();
    state.failed.remove(&id);
    let source = sent.as_ref().and_then(|sent| sent.source.clone());
    let mut effects = use_up(state, req, source, Some(id));
    let mut proof = Proof::None;
    match written {
        Written::Created(id) | Written::Modified(id) => {
            // Elsewhere the operator has another task under the hands.
            if shown(state, req).is_some() {
                state.board.selected = Some(id);
            }
            if let Some(sent) = sent {
                let asked = state.ask();
                state.desk.proofs.push(Asked { req: asked, id, meant: sent.meant });
                proof = Proof::Asked(asked);
                effects.push(Effect::Get { req: asked, id, lane: Lane::Write });
            }
        }
        Written::Cancelled(_) => {}
    }
    let is_shown = shown(state, req).is_some();
    end(state, req, Ending::Done { words: words.clone(), proof }, &words, false);
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
        |at| format!("{} · {}", when::stamp(at, zone, now), when::from_now(at, now)),
    );
    match written {
        Written::Created(id) => format!("#{id} created: goes to {who} · {at}"),
        Written::Modified(id) => format!("#{id} is changed: goes to {who} · {at}"),
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
    let sent = close_books(state, req);
    if let Some(source) = sent.as_ref().and_then(|sent| sent.source.as_ref())
        && let Some(problem) = problem_of(&failure)
    {
        let slot = source.slot.clone();
        form::show_refusal(state, &slot, problem);
    }
    let said = failure.words();
    if let Some(id) = sent.as_ref().and_then(Sent::task) {
        state.failed.insert(id, said.what.clone());
    }
    let deed = match sent.map(|sent| sent.subject) {
        Some(Subject::Create(new)) => format!("{} failed", deed(&Write::Create(new))),
        None => "not done".to_owned(),
        Some(Subject::Modify { base, .. }) => format!("#{} not changed", base.id),
        Some(Subject::Cancel(task)) => format!("#{} not cancelled", task.id),
    };
    let words = format!("{deed}: {} · {}", said.what, said.next);
    // The task is in another state than the table shows: look at once.
    let look = matches!(failure.code(), Some(90104 | 90106 | 90107));
    end(state, req, Ending::Refused(failure), &words, true);
    if look { board::reload(state) } else { Vec::new() }
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

/// The proof of a write came, or did not.
pub(super) fn on_proof(state: &mut State, req: ReqId, result: Result<Task, Failure>) {
    let Some(at) = state.desk.proofs.iter().position(|asked| asked.req == req) else { return };
    let asked = state.desk.proofs.remove(at);
    let (zone, now) = (state.setup.zone, state.server_now());
    if !matches!(&result, Ok(task) if Version::new(task.scheduled_at, &task.content) == asked.meant) {
        state.failed.insert(asked.id, "it does not stand as meant, or could not be verified".to_owned());
    }
    let (proof, words, bad) = match result {
        Ok(task) => {
            let stands = Version::new(task.scheduled_at, &task.content);
            let found = compare::differences(&asked.meant, &stands, zone, now);
            if found.is_empty() {
                (
                    Proof::Holds,
                    format!("#{} verified: time, audience and content are as meant", asked.id),
                    false,
                )
            } else {
                let names: Vec<&str> = found.iter().map(|difference| difference.name.as_str()).collect();
                let words = format!("#{} does not stand as meant: {} differ", asked.id, names.join(", "));
                let stands = Box::new(task);
                (Proof::Fails { found, stands, meant: asked.meant }, words, true)
            }
        }
        Err(failure) => {
            let words = format!("#{} could not be verified: {}", asked.id, failure.words().what);
            (Proof::Unread(failure), words, true)
        }
    };
    if let Some(review) = state.review_mut()
        && let Stage::Over(Ending::Done { proof: shown, .. }) = &mut review.stage
        && *shown == Proof::Asked(req)
    {
        *shown = proof;
    } else if let Proof::Fails { stands, .. } = &proof {
        let words = format!("{words} · Esc at the table shows it");
        let wrong = Wrong { stands: stands.clone(), proof };
        state.desk.wrong.push(wrong);
        state.keep_result(req, words, true);
    } else if bad {
        state.keep_result(req, words, true);
    } else {
        state.say(words);
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
    let Some(result) = state.results.pop_front() else {
        state.say("nothing waits to be acknowledged");
        return;
    };
    closed(state, result.req);
}

/// A write is sent in the place of what was not done: nobody must be offered to send that again.
pub(super) fn overtake(state: &mut State, write: &Write) {
    state.results.retain(|result| {
        let old = state.writes.iter().find(|old| old.req == result.req);
        // What is sent again is the answer to what was said of it.
        old.is_none_or(|old| {
            old.verdict != Some(Verdict::NotDone) || old.task() != write.task() || old.task().is_none()
        })
    });
    let same = |old: &Underway| match (&old.write, write) {
        (Write::Create(old), Write::Create(new)) => {
            let version = |new: &NewTask| Version::new(Some(new.scheduled_at), &new.content);
            old.kind == new.kind && version(old) == version(new)
        }
        (Write::Create(_), _) | (_, Write::Create(_)) => false,
        (Write::Modify(_) | Write::Cancel { .. }, new) => old.task() == new.task(),
    };
    let overtaken = |old: &&Underway| old.verdict == Some(Verdict::NotDone) && same(old);
    let reqs: Vec<ReqId> = state.writes.iter().filter(overtaken).map(|old| old.req).collect();
    for req in reqs {
        closed(state, req);
    }
}

/// Whether something that was found out about a write waits to be read.
pub fn has_notice(state: &State) -> bool {
    state.writes.iter().any(|write| !write.acknowledged && write.elsewhere.is_none())
        || !state.desk.wrong.is_empty()
        || !state.desk.proofs.is_empty()
}

/// Shows what was found out about a write while the operator was elsewhere; says whether there was
/// anything.
pub fn open_notice(state: &mut State) -> bool {
    let unread = state.writes.iter().filter(|write| !write.acknowledged);
    let waiting = unread.into_iter().find_map(|write| Some((write.req, ending_of(write.verdict.as_ref()?)?)));
    let Some((req, ending)) = waiting else { return open_wrong(state) };
    let sent = state.desk.sent.iter().find(|sent| sent.req == req);
    let known = sent.map(|sent| (sent.subject.clone(), sent.source.clone()));
    let Some((subject, source)) = known.or_else(|| Some((of_last_run(state, req)?, None))) else {
        state.writes.retain(|write| write.req != req);
        return false;
    };
    let mut review = Review::new(subject, source, state);
    review.stage = Stage::Over(ending);
    review.req = Some(req);
    state.layers.push(Layer::Review(Box::new(review)));
    true
}

/// What a write of an earlier run was about, as far as that can be told now.
fn of_last_run(state: &State, req: ReqId) -> Option<Subject> {
    match &state.underway(req)?.write {
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

/// Shows a task that does not stand as it was meant.
fn open_wrong(state: &mut State) -> bool {
    let Some(Wrong { stands, proof }) = state.desk.wrong.pop() else { return false };
    let (id, kind) = (stands.id, stands.kind.clone());
    let subject =
        Subject::Modify { base: stands, change: Change { id, kind, scheduled_at: None, content: None } };
    let mut review = Review::new(subject, None, state);
    review.stage = Stage::Over(Ending::Done { words: format!("#{id} was written"), proof });
    state.layers.push(Layer::Review(Box::new(review)));
    true
}
