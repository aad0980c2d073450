//! What becomes known of writes of unknown outcome: searches, and whatever a list or a get brings, are held
//! against them (W2).

use std::time::Duration;

use serde_json::Value;

use crate::domain::{Content, Task, TaskId, duplicate};

use super::super::compare::Version;
use super::super::effect::Effect;
use super::super::pending::PendingWrite;
use super::super::request::{Moment, ReqId};
use super::super::shared::Shared;
use super::super::write::{Sight, Verdict, Write, Written};
use super::super::writes;
use super::outcome;
use super::screens::Screens;

/// A search has not settled it; the worker goes on.
pub(in crate::app) fn on_checked(
    shared: &mut Shared,
    req: ReqId,
    sight: Sight,
    next_in: Duration,
    opens_in: Duration,
) {
    let now = shared.now;
    let Some(write) = shared.pending_write_mut(req) else { return };
    write.next_search = Some(now.running + next_in);
    take(write, sight, opens_in, now);
}

fn take(write: &mut PendingWrite, sight: Sight, opens_in: Duration, now: Moment) {
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
pub(in crate::app) fn on_searched(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    sight: Sight,
    opens_in: Duration,
) -> Vec<Effect> {
    let now = shared.now;
    let Some(write) = shared.writes.iter_mut().find(|write| write.searching == Some(req)) else {
        return Vec::new();
    };
    write.searching = None;
    let own = write.req;
    let was_open = write.is_open();
    match sight {
        Sight::Settled(verdict @ (Verdict::Done(_) | Verdict::Several(_))) => {
            outcome::on_settled(shared, screens, own, verdict)
        }
        // What the worker still searches for is the worker's to settle.
        Sight::Settled(verdict) if !was_open => outcome::on_settled(shared, screens, own, verdict),
        other => {
            let is_missing = other == Sight::NotThere && opens_in.is_zero();
            take(write, other, opens_in, now);
            let turns = !was_open && is_missing && write.verdict != Some(Verdict::NotDone);
            if turns { outcome::on_settled(shared, screens, own, Verdict::NotDone) } else { Vec::new() }
        }
    }
}

/// What a list or a get brought is held against every write of unknown outcome, settled or not: "not
/// there" is only as old as the last sight.
pub(in crate::app) fn learn(shared: &mut Shared, screens: &mut Screens<'_>, tasks: &[&Task]) -> Vec<Effect> {
    let mut effects = Vec::new();
    let unsure = |write: &&PendingWrite| match &write.verdict {
        // What another pushdeck has open is that one's to tell.
        None => write.in_doubt() && write.elsewhere.is_none(),
        Some(verdict) => matches!(verdict, Verdict::NotDone | Verdict::CannotTell(_)),
    };
    let reqs: Vec<ReqId> = shared.writes.iter().filter(unsure).map(|write| write.req).collect();
    for req in reqs {
        effects.extend(learn_of(shared, screens, req, tasks));
    }
    effects
}

fn learn_of(shared: &mut Shared, screens: &mut Screens<'_>, req: ReqId, tasks: &[&Task]) -> Vec<Effect> {
    let Some(write) = shared.pending_write(req) else { return Vec::new() };
    let is_open = write.is_open();
    match &write.write {
        Write::Create(new) => {
            if let Some(id) =
                tasks.iter().find(|task| has_number_of(&task.content, &new.content)).map(|t| t.id)
            {
                // The journal, and with it the draft, is told by a search that finds the same.
                let mut effects: Vec<Effect> = writes::search(shared, req).into_iter().collect();
                effects.extend(outcome::on_settled(
                    shared,
                    screens,
                    req,
                    Verdict::Done(Written::Created(id)),
                ));
                return effects;
            }
            let known: Vec<_> = shared.over.created().map(|(id, _)| *id).collect();
            let like = |task: &&&Task| {
                duplicate::is_same(new, &task.kind, task.scheduled_at, &task.content)
                    && !write.likenesses.contains(&task.id)
                    && !known.contains(&task.id)
            };
            // The service may have put its own number in place of ours: the worker can tell.
            let Some(id) = tasks.iter().find(like).map(|task| task.id) else { return Vec::new() };
            if is_open || write.searching.is_some() {
                return Vec::new();
            }
            if let Some(write) = shared.pending_write_mut(req) {
                write.likenesses.insert(id);
            }
            writes::search(shared, req).into_iter().collect()
        }
        Write::Modify(change) if !is_open => {
            let id = change.id;
            let meant = write.reviewed.as_ref().map(|reviewed| reviewed.meant.clone());
            let stands = tasks.iter().find(|task| task.id == id);
            let same = stands.is_some_and(|task| meant.is_some_and(|meant| Version::of(task) == meant));
            if same {
                outcome::on_settled(shared, screens, req, Verdict::Done(Written::Modified(id)))
            } else {
                Vec::new()
            }
        }
        Write::Modify(_) | Write::Cancel { .. } => Vec::new(),
    }
}

/// The task is not there any more, as the service says: a cancel of it that nobody could tell of is over.
pub(super) fn learn_gone(shared: &mut Shared, screens: &mut Screens<'_>, id: TaskId) -> Vec<Effect> {
    let unsure = |write: &&PendingWrite| {
        let cancels = matches!(&write.write, Write::Cancel { id: own, .. } if *own == id);
        let open = write.in_doubt() || matches!(write.verdict, Some(Verdict::NotDone));
        cancels && open && write.elsewhere.is_none()
    };
    let reqs: Vec<ReqId> = shared.writes.iter().filter(unsure).map(|write| write.req).collect();
    let done = Verdict::Done(Written::Cancelled(id));
    reqs.into_iter().flat_map(|req| outcome::on_settled(shared, screens, req, done.clone())).collect()
}

fn has_number_of(content: &Content, sent: &Content) -> bool {
    let number = |content: &Content| content.at("MsgRandom").and_then(Value::as_u64);
    number(sent).is_some_and(|own| number(content) == Some(own))
}
