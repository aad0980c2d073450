//! Writes of unknown outcome: what is known of them by now, what asks again, and how far they stand in
//! the way of others. Whatever a list or a get brings is held against them (W2).

use std::time::Duration;

use serde_json::Value;

use crate::domain::{Content, NewTask, Task, TaskId, duplicate, text, when};

use super::super::effect::{Effect, Write};
use super::super::message::{ReqId, Sight, Verdict, Written};
use super::super::state::{PendingWrite, State};
use super::compare::Version;
use super::{Review, Stage, Subject, elsewhere, outcome};

/// How far another write stands in the way of the one under review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// It may be confirmed one level higher: this may become a second push.
    Raises(String),
    /// It may not be confirmed yet.
    Waits(String),
}

/// What stands in the way; the worst of it. A cancel is never held up (U11).
pub(super) fn obstacle(state: &State, review: &Review) -> Option<Obstacle> {
    let others = state.writes.iter().filter(|write| Some(write.req) != review.req);
    let found: Vec<Obstacle> = match &review.subject {
        Subject::Create(new) => others.filter_map(|write| of_create(state, write, new)).collect(),
        Subject::Modify { base, .. } => {
            let open = others.filter(|write| write.task() == Some(base.id) && write.is_open());
            let waits = |write: &PendingWrite| match write.elsewhere {
                Some(_) => elsewhere::bars(state, write),
                None => Some(being_checked(state, write)),
            };
            open.filter_map(waits).map(Obstacle::Waits).collect()
        }
        Subject::Cancel(_) => Vec::new(),
    };
    let waits = found.iter().position(|one| matches!(one, Obstacle::Waits(_))).unwrap_or(0);
    found.into_iter().nth(waits)
}

/// Only what could be the same push stands in the way of a create.
fn of_create(state: &State, write: &PendingWrite, new: &NewTask) -> Option<Obstacle> {
    let Write::Create(old) = &write.write else { return None };
    if !duplicate::is_duplicate(new, &old.kind, Some(old.scheduled_at), &old.content) {
        return None;
    }
    if let Some(why) = elsewhere::bars(state, write) {
        return Some(Obstacle::Waits(why));
    }
    let too_early = state.now.running < write.opens_at;
    let raises = || Some(Obstacle::Raises(may_be_second(state, write)));
    match &write.verdict {
        Some(Verdict::Done(_) | Verdict::Several(_)) => None,
        Some(_) if write.searching.is_some() => Some(Obstacle::Waits(being_checked(state, write))),
        Some(Verdict::NotDone) => too_early.then(raises).flatten(),
        Some(Verdict::CannotTell(_)) => raises(),
        // Until a search was answered nothing at all is known.
        None if write.sight.is_none() => Some(Obstacle::Waits(being_checked(state, write))),
        None => raises(),
    }
}

fn may_be_second(state: &State, write: &PendingWrite) -> String {
    let left = write.opens_at.saturating_sub(state.now.running);
    let until = if left.is_zero() { String::new() } else { format!(" for {}", seconds(left)) };
    format!(
        "this may become a second push: {} was sent {} ago and may still appear{until}",
        deed(&write.write),
        seconds(state.now.running.saturating_sub(write.sent.running)),
    )
}

/// What happened to a write is not known yet: which one, and when it is searched for next.
pub(super) fn being_checked(state: &State, write: &PendingWrite) -> String {
    let what = deed(&write.write);
    if !write.in_doubt() && write.searching.is_none() {
        return format!("{what} is being sent; wait for its outcome");
    }
    format!("{what}: {} · ctrl-r searches now", progress(state, write))
}

/// How far the search for a write is, in words: what was seen last, and what comes next.
pub fn progress(state: &State, write: &PendingWrite) -> String {
    let now = state.now.running;
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
                format!(", too early to be believed for {}", seconds(left))
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

fn seconds(span: Duration) -> String {
    when::age(chrono::TimeDelta::from_std(span).unwrap_or(chrono::TimeDelta::MAX))
}

/// What a write does, by its task: `the create of "Flash sale"`, `the cancel of #42`.
pub fn deed(write: &Write) -> String {
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

/// A search has not settled it; the worker goes on.
pub fn on_checked(state: &mut State, req: ReqId, sight: Sight, next_in: Duration, opens_in: Duration) {
    let now = state.now;
    let Some(write) = state.writes.iter_mut().find(|write| write.req == req) else { return };
    write.next_search = Some(now.running + next_in);
    take(write, sight, opens_in, now);
}

fn take(write: &mut PendingWrite, sight: Sight, opens_in: Duration, now: super::super::Moment) {
    write.opens_at = now.running + opens_in;
    match sight {
        Sight::NoAnswer(failure) => write.silence = Some(failure),
        answered => {
            write.silence = None;
            write.sight = Some((answered, now));
        }
    }
}

/// A search that was asked for here is over.
pub fn on_searched(state: &mut State, req: ReqId, sight: Sight, opens_in: Duration) -> Vec<Effect> {
    let now = state.now;
    let Some(write) = state.writes.iter_mut().find(|write| write.searching == Some(req)) else {
        return Vec::new();
    };
    write.searching = None;
    let own = write.req;
    let was_open = write.is_open();
    let is_late = now.running + opens_in <= now.running;
    match sight {
        Sight::Settled(verdict @ (Verdict::Done(_) | Verdict::Several(_))) => {
            outcome::on_settled(state, own, verdict)
        }
        // What the worker still searches for is the worker's to settle.
        other if was_open => {
            take(write, other, opens_in, now);
            Vec::new()
        }
        Sight::Settled(verdict) => outcome::on_settled(state, own, verdict),
        Sight::NotThere => {
            take(write, Sight::NotThere, opens_in, now);
            let turned = is_late && write.verdict != Some(Verdict::NotDone);
            if turned { outcome::on_settled(state, own, Verdict::NotDone) } else { Vec::new() }
        }
        other => {
            take(write, other, opens_in, now);
            Vec::new()
        }
    }
}

/// The operator wants to know now: everything in doubt is searched for.
pub fn search_now(state: &mut State) -> Vec<Effect> {
    let wanted = |write: &PendingWrite| {
        let in_doubt = write.in_doubt() || matches!(write.verdict, Some(Verdict::NotDone));
        in_doubt && write.searching.is_none() && !write.acknowledged
    };
    let reqs: Vec<ReqId> = state.writes.iter().filter(|write| wanted(write)).map(|write| write.req).collect();
    reqs.into_iter().filter_map(|req| search(state, req)).collect()
}

fn search(state: &mut State, req: ReqId) -> Option<Effect> {
    let asked = state.ask();
    let write = state.writes.iter_mut().find(|write| write.req == req)?;
    write.searching = Some(asked);
    Some(Effect::Search { req: asked, open: write.to_search() })
}

/// What a list or a get brought is held against every write of unknown outcome, settled or not: "not
/// there" is only as old as the last sight.
pub fn learn(state: &mut State, tasks: &[Task]) -> Vec<Effect> {
    let mut effects = Vec::new();
    let unsure = |write: &&PendingWrite| match &write.verdict {
        // What another pushdeck has open is that one's to tell.
        None => write.in_doubt() && write.elsewhere.is_none(),
        Some(verdict) => matches!(verdict, Verdict::NotDone | Verdict::CannotTell(_)),
    };
    let reqs: Vec<ReqId> = state.writes.iter().filter(unsure).map(|write| write.req).collect();
    for req in reqs {
        effects.extend(learn_of(state, req, tasks));
    }
    effects
}

fn learn_of(state: &mut State, req: ReqId, tasks: &[Task]) -> Vec<Effect> {
    let Some(write) = state.pending_write(req) else { return Vec::new() };
    let is_open = write.is_open();
    match &write.write {
        Write::Create(new) => {
            if let Some(id) =
                tasks.iter().find(|task| has_number_of(&task.content, &new.content)).map(|t| t.id)
            {
                // The journal, and with it the draft, is told by a search that finds the same.
                let mut effects: Vec<Effect> = search(state, req).into_iter().collect();
                effects.extend(outcome::on_settled(state, req, Verdict::Done(Written::Created(id))));
                return effects;
            }
            let known: Vec<_> = state.desk.created().map(|(id, _)| *id).collect();
            let like = |task: &&Task| {
                task.scheduled_at.is_some_and(|at| at.timestamp() == new.scheduled_at.timestamp())
                    && duplicate::same_push((&task.kind, &task.content), (&new.kind, &new.content))
                    && !write.likenesses.contains(&task.id)
                    && !known.contains(&task.id)
            };
            // The service may have put its own number in place of ours: the worker can tell.
            let Some(id) = tasks.iter().find(like).map(|task| task.id) else { return Vec::new() };
            if is_open || write.searching.is_some() {
                return Vec::new();
            }
            if let Some(write) = state.writes.iter_mut().find(|write| write.req == req) {
                write.likenesses.insert(id);
            }
            search(state, req).into_iter().collect()
        }
        Write::Modify(change) if !is_open => {
            let id = change.id;
            let meant = state.desk.meant(req).cloned();
            let stands = tasks.iter().find(|task| task.id == id);
            let same = stands.is_some_and(|task| {
                meant.is_some_and(|meant| Version::new(task.scheduled_at, &task.content) == meant)
            });
            if same {
                outcome::on_settled(state, req, Verdict::Done(Written::Modified(id)))
            } else {
                Vec::new()
            }
        }
        Write::Modify(_) | Write::Cancel { .. } => Vec::new(),
    }
}

/// The task is not there any more, as the service says: a cancel of it that nobody could tell of is over.
pub(super) fn learn_gone(state: &mut State, id: TaskId) -> Vec<Effect> {
    let unsure = |write: &&PendingWrite| {
        let cancels = matches!(&write.write, Write::Cancel { id: own, .. } if *own == id);
        let open = write.in_doubt() || matches!(write.verdict, Some(Verdict::NotDone));
        cancels && open && write.elsewhere.is_none()
    };
    let reqs: Vec<ReqId> = state.writes.iter().filter(unsure).map(|write| write.req).collect();
    let done = Verdict::Done(Written::Cancelled(id));
    reqs.into_iter().flat_map(|req| outcome::on_settled(state, req, done.clone())).collect()
}

fn has_number_of(content: &Content, sent: &Content) -> bool {
    let number = |content: &Content| content.at("MsgRandom").and_then(Value::as_u64);
    number(sent).is_some_and(|own| number(content) == Some(own))
}

/// Time or news went on: where it makes another level of the confirmation, the typing begins anew.
pub(super) fn reconsider(state: &mut State) {
    let Some(review) = state.review() else { return };
    if !matches!(review.stage, Stage::Asking | Stage::Counting { .. }) {
        return;
    }
    let raised = matches!(obstacle(state, review), Some(Obstacle::Raises(_)));
    let now = state.now.running;
    if let Some(review) = state.review_mut().filter(|review| review.raised != raised) {
        review.raised = raised;
        review.begin_anew(now);
    }
}
