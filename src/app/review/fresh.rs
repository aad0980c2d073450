//! The task as it is now: asked for when the review opens and while the operator thinks. A change is
//! laid over it, so that what somebody else changed is not taken back.

use crate::domain::{Failure, Task};
use crate::keymap::{Action, Scope};

use super::super::compare::differs;
use super::super::effect::Effect;
use super::super::form;
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::super::write::Subject;
use super::super::writes::GONE;
use super::learn::{learn, learn_gone};
use super::model::Review;
use super::screens::Screens;
use super::{gone, verification};

/// A fresh copy came, or did not.
pub(in crate::app) fn on_got(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    result: Result<Task, Failure>,
) -> Vec<Effect> {
    let now = shared.now.running;
    let Some(review) = screens.review().filter(|review| review.fresh.asking == Some(req)) else {
        let mut learnt = match &result {
            Ok(task) => learn(shared, screens, &[task]),
            Err(_) => Vec::new(),
        };
        learnt.extend(gone::on_read(shared, screens, req, &result));
        learnt.extend(verification::on_verification(shared, screens, req, result));
        return learnt;
    };
    if !review.is_asking() {
        review.fresh.settle(req, result);
        return Vec::new();
    }
    match result {
        Ok(task) => {
            review.fresh.settle(req, Ok(task.clone()));
            // A row that came meanwhile may be newer than this answer.
            let again = std::mem::take(&mut review.ask_again)
                && review.listed.as_deref().is_some_and(|row| differs(row, &task));
            take(shared, screens, task.clone());
            let mut effects = learn(shared, screens, &[&task]);
            if let Some(review) = screens.review().filter(|_| again) {
                effects.extend(review.ask_fresh(shared));
            }
            effects
        }
        Err(failure) => {
            // Nothing but the service refuses a cancel (U11): it says what is missing and asks.
            if review.cancels() && failure.code() != Some(GONE) {
                let words = failure.words().what;
                review.notice = Some(format!("the task could not be read: {words}"));
                review.waived.fresh_copy = true;
            }
            let gone = review.base().filter(|_| failure.code() == Some(GONE)).map(|task| task.id);
            review.fresh.settle(req, Err(failure));
            review.begin_anew(now);
            gone.map(|id| learn_gone(shared, screens, id)).unwrap_or_default()
        }
    }
}

/// The task as it is now, from whatever answer: what differs clears what was typed, and a change is laid
/// over it.
pub(super) fn take(shared: &Shared, screens: &mut Screens<'_>, fresh: Task) {
    let now = shared.now.running;
    let Screens { form, review: Some(review), .. } = screens else { return };
    let before = review.seen.replace(Box::new(fresh.clone()));
    let before = before.as_deref().or(review.base()).cloned();
    review.fresh.value = Some(fresh.clone());
    review.fresh.failure = None;
    review.fresh_at = Some(now);
    if std::mem::take(&mut review.waived.fresh_copy) {
        // What else it does without is still said.
        if !review.waived.journal {
            review.notice = None;
        }
        review.begin_anew(now);
    }
    let changed = before.is_some_and(|before| differs(&before, &fresh));
    let is_change = matches!(review.subject, Subject::Modify { .. });
    let is_behind = |form: &&mut form::Form| form.purpose.task().is_some_and(|task| differs(task, &fresh));
    match form.as_deref_mut() {
        Some(form) if is_change && is_behind(&form) => {
            review.show_anew(now);
            lay_over(shared, review, form, &fresh);
        }
        form => {
            if changed {
                review.show_anew(now);
            }
            // Without its form a change cannot be made to fit the task as it is now.
            if form.is_none() && is_change && review.moved() {
                let back = shared.key(Scope::Review, Action::Back);
                review.bar(format!("the task changed meanwhile; {back}, then edit it as it is now"));
            }
        }
    }
}

/// A list has the task of the review, too: where its row is another than before, or than the copy, the
/// task is asked for at once, and what was typed does not count. A list may be older than the copy, so
/// it does not take its place.
pub(in crate::app) fn compare_with_list(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    tasks: &[&Task],
) -> Vec<Effect> {
    let Some(review) = screens.review().filter(|review| review.is_asking()) else { return Vec::new() };
    let Some(id) = review.base().map(|task| task.id) else { return Vec::new() };
    let Some(row) = tasks.iter().find(|task| task.id == id) else { return Vec::new() };
    let known = review.listed.as_deref().or(review.standing());
    let is_news = known.is_some_and(|known| differs(known, row));
    review.listed = Some(Box::new(Task::clone(row)));
    if !is_news {
        return Vec::new();
    }
    review.begin_anew(shared.now.running);
    if review.fresh.asking.is_some() {
        review.ask_again = true;
        return Vec::new();
    }
    review.fresh.value = None;
    review.ask_fresh(shared)
}

/// The task moved under the operator's hands: the change is laid over it as it is now, so that what
/// somebody else changed is not taken back.
fn lay_over(shared: &Shared, review: &mut Review, form: &mut form::Form, fresh: &Task) {
    let (now, zone) = (shared.server_now(), shared.setup.zone);
    if *review.kind() != fresh.kind {
        review.bar(format!("its type is {} now; nothing is requested", fresh.kind.wire()));
        return;
    }
    form.lay_over(fresh, zone);
    let draft = form.draft.clone();
    match form.request(now, zone) {
        Ok(form::FormRequest::Modify(change)) => {
            if let Subject::Modify { change: old, .. } = &mut review.subject {
                *old = change;
            }
            if let Some(source) = &mut review.source {
                source.draft = draft;
            }
            review.barred = None;
        }
        Ok(form::FormRequest::Nothing | form::FormRequest::Create(_)) => {
            review.bar("the task is already as you want it: nothing is left to send");
        }
        Err(problems) => {
            let first = problems.first().map(|(field, problem)| form::fields::words(problem, *field));
            let first = first.unwrap_or_default();
            let back = shared.key(Scope::Review, Action::Back);
            review.bar(format!("with what changed meanwhile it is not valid: {first}; {back} goes back"));
        }
    }
}
