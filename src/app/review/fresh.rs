//! The task as it is now: asked for when the review opens and while the operator thinks. A change is
//! laid over it, so that what somebody else changed is not taken back.

use crate::domain::{Failure, Task};

use super::super::effect::{Effect, Lane};
use super::super::form;
use super::super::message::ReqId;
use super::super::state::State;
use super::{Review, Stage, Subject, differs, outcome};

/// Asks for the task as it is now, ahead of everything else.
pub(super) fn ask_fresh(state: &mut State) -> Vec<Effect> {
    let Some(id) = state.review().and_then(|review| review.base().map(|task| task.id)) else {
        return Vec::new();
    };
    let req = state.ask();
    if let Some(review) = state.review_mut() {
        review.fresh.ask(req);
    }
    vec![Effect::Get { req, id, lane: Lane::Write }]
}

/// A fresh copy came, or did not.
pub fn on_got(state: &mut State, req: ReqId, result: Result<Task, Failure>) -> Vec<Effect> {
    let now = state.now;
    let Some(review) = state.review_mut().filter(|review| review.fresh.asking == Some(req)) else {
        outcome::on_proof(state, req, result);
        return Vec::new();
    };
    let before = review.standing().cloned();
    let came = result.is_ok();
    review.fresh.settle(req, result);
    if !matches!(review.stage, Stage::Asking | Stage::Counting { .. }) {
        return Vec::new();
    }
    if !came {
        review.begin_anew(now);
        return Vec::new();
    }
    review.fresh_at = Some(now.running);
    let Some(fresh) = review.fresh.value.clone() else { return Vec::new() };
    let changed = before.is_some_and(|before| differs(&before, &fresh));
    let is_change = matches!(review.subject, Subject::Modify { .. });
    let beside = |form: &form::Form| form.purpose.task().is_some_and(|task| differs(task, &fresh));
    let lay = is_change && state.form().is_some_and(beside);
    // Without its form a change cannot be made to fit the task as it is now.
    let strands = is_change && state.form().is_none() && state.review().is_some_and(Review::moved);
    if changed || lay {
        state.review_mut().into_iter().for_each(|review| review.begin_anew(now));
    }
    if lay {
        lay_over(state, &fresh);
    } else if strands {
        bar(state, "the task changed meanwhile; Esc, then edit it as it is now".to_owned());
    }
    Vec::new()
}

/// The task moved under the operator's hands: the change is laid over it as it is now, so that what
/// somebody else changed is not taken back.
fn lay_over(state: &mut State, fresh: &Task) {
    let (now, zone) = (state.server_now(), state.setup.zone);
    if state.review().is_some_and(|review| *review.kind() != fresh.kind) {
        bar(state, format!("its type is {} now; nothing is sent", fresh.kind.wire()));
        return;
    }
    let Some(form) = state.form_mut() else { return };
    form.lay_over(fresh, zone);
    let draft = form.draft.clone();
    match form.request(now, zone) {
        Ok(form::Request::Modify(change)) => {
            let Some(review) = state.review_mut() else { return };
            if let Subject::Modify { change: old, .. } = &mut review.subject {
                *old = change;
            }
            if let Some(source) = &mut review.source {
                source.draft = draft;
            }
            review.barred = None;
        }
        Ok(form::Request::Nothing | form::Request::Create(_)) => {
            bar(state, "the task is already as you want it: nothing is left to send".to_owned());
        }
        Err(problems) => {
            let first = problems.first().map(|(spot, problem)| form::spots::words(problem, *spot));
            let first = first.unwrap_or_default();
            bar(state, format!("with what changed meanwhile it does not hold: {first}; Esc goes back"));
        }
    }
}

fn bar(state: &mut State, why: String) {
    if let Some(review) = state.review_mut() {
        review.barred = Some(why);
    }
}
