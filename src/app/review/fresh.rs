//! The task as it is now: asked for when the review opens and while the operator thinks. A change is
//! laid over it, so that what somebody else changed is not taken back.

use crate::domain::{Failure, Task};

use super::super::effect::{Effect, Priority};
use super::super::form;
use super::super::message::ReqId;
use super::super::state::State;
use super::gone::{self, GONE};
use super::{Review, Subject, differs, doubt, verification};

/// Asks for the task as it is now, ahead of everything else.
pub(super) fn ask_fresh(state: &mut State) -> Vec<Effect> {
    let Some(id) = state.review().and_then(|review| review.base().map(|task| task.id)) else {
        return Vec::new();
    };
    let req = state.ask();
    if let Some(review) = state.review_mut() {
        review.fresh.ask(req);
    }
    vec![Effect::Get { req, id, priority: Priority::Write }]
}

/// A fresh copy came, or did not.
pub fn on_got(state: &mut State, req: ReqId, result: Result<Task, Failure>) -> Vec<Effect> {
    let now = state.now.running;
    let Some(review) = state.review_mut().filter(|review| review.fresh.asking == Some(req)) else {
        let mut learnt = match &result {
            Ok(task) => doubt::learn(state, std::slice::from_ref(task)),
            Err(_) => Vec::new(),
        };
        learnt.extend(gone::on_read(state, req, &result));
        verification::on_verification(state, req, result);
        return learnt;
    };
    let thinks = review.is_asking();
    match result {
        Ok(task) if thinks => {
            review.fresh.settle(req, Ok(task.clone()));
            // A row that came meanwhile may be newer than this answer.
            let again = std::mem::take(&mut review.ask_again)
                && review.listed.as_deref().is_some_and(|row| differs(row, &task));
            let mut effects = take(state, task.clone());
            effects.extend(doubt::learn(state, &[task]));
            if again {
                effects.extend(ask_fresh(state));
            }
            effects
        }
        Err(failure) if thinks => {
            // Nothing but the service refuses a cancel (U11): it says what is missing and asks.
            if review.cancels() && failure.code() != Some(GONE) {
                let words = failure.words().what;
                review.notice = Some(format!("the task could not be read: {words}"));
                review.waived.fresh_copy = true;
            }
            let gone = review.base().filter(|_| failure.code() == Some(GONE)).map(|task| task.id);
            review.fresh.settle(req, Err(failure));
            review.begin_anew(now);
            gone.map(|id| doubt::learn_gone(state, id)).unwrap_or_default()
        }
        result => {
            review.fresh.settle(req, result);
            Vec::new()
        }
    }
}

/// The task as it is now, from whatever answer: what differs clears what was typed, and a change is laid
/// over it.
pub(super) fn take(state: &mut State, task: Task) -> Vec<Effect> {
    let now = state.now;
    let Some(review) = state.review_mut() else { return Vec::new() };
    let before = review.seen.replace(Box::new(task.clone()));
    let before = before.as_deref().or(review.base()).cloned();
    review.fresh.value = Some(task.clone());
    review.fresh.failure = None;
    review.fresh_at = Some(now.running);
    if std::mem::take(&mut review.waived.fresh_copy) {
        // What else it does without is still said.
        if !review.waived.journal {
            review.notice = None;
        }
        review.begin_anew(now.running);
    }
    let fresh = task;
    let changed = before.is_some_and(|before| differs(&before, &fresh));
    let is_change = matches!(review.subject, Subject::Modify { .. });
    let beside = |form: &form::Form| form.purpose.task().is_some_and(|task| differs(task, &fresh));
    let lay = is_change && state.form().is_some_and(beside);
    // Without its form a change cannot be made to fit the task as it is now.
    let strands = is_change && state.form().is_none() && state.review().is_some_and(Review::moved);
    if changed || lay {
        state.review_mut().into_iter().for_each(|review| review.show_anew(now.running));
    }
    if lay {
        lay_over(state, &fresh);
    } else if strands {
        bar(state, "the task changed meanwhile; Esc, then edit it as it is now".to_owned());
    }
    Vec::new()
}

/// A list has the task of the review, too: where its row is another than before, or than the copy, the
/// task is asked for at once, and what was typed does not count. A list may be older than the copy, so
/// it does not take its place.
pub fn compare_with_list(state: &mut State, tasks: &[Task]) -> Vec<Effect> {
    let now = state.now.running;
    let Some(review) = state.review_mut() else { return Vec::new() };
    if !review.is_asking() {
        return Vec::new();
    }
    let Some(id) = review.base().map(|task| task.id) else { return Vec::new() };
    let Some(row) = tasks.iter().find(|task| task.id == id) else { return Vec::new() };
    let known = review.listed.as_deref().or(review.standing());
    let is_news = known.is_some_and(|known| differs(known, row));
    review.listed = Some(Box::new(row.clone()));
    if !is_news {
        return Vec::new();
    }
    review.begin_anew(now);
    if review.fresh.asking.is_some() {
        review.ask_again = true;
        return Vec::new();
    }
    review.fresh.value = None;
    ask_fresh(state)
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
            let first = problems.first().map(|(field, problem)| form::fields::words(problem, *field));
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
