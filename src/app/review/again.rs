//! After a write that is over: the way to send it once more, or to put right what does not stand as
//! it was meant. It only opens a review; the review sends.

use serde_json::Value;

use crate::domain::catalog::{self, Class};
use crate::domain::failure::NotSent;
use crate::domain::{Change, Content, Failure, JsonObject, Task};

use super::super::compare::Version;
use super::super::effect::Effect;
use super::super::pending::{Verification, WriteOutcome};
use super::super::shared::Shared;
use super::super::write::Subject;
use super::super::writes;
use super::doubt;
use super::model::{Review, ReviewStage};

/// What one key offers when a write is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// It was certainly not done: review it again, to send it once more.
    SendAgain,
    /// It does not stand as it was meant: review a change that puts it right.
    PutRight,
}

/// What can be done about this outcome; `None` where nothing can, or where it is not proven that
/// sending repeats nothing.
pub(super) fn remedy(outcome: &WriteOutcome) -> Option<Remedy> {
    match outcome {
        WriteOutcome::NotDone => Some(Remedy::SendAgain),
        WriteOutcome::Refused(failure) => may_pass(failure).then_some(Remedy::SendAgain),
        WriteOutcome::Done { verification: Verification::Fails { .. }, .. } => Some(Remedy::PutRight),
        // It could not be told: the review says what it may become, and asks one level higher.
        WriteOutcome::CannotTell(_) => None,
        WriteOutcome::Done { .. }
        | WriteOutcome::Several(_)
        | WriteOutcome::NothingSent(_)
        | WriteOutcome::Gone { .. } => None,
    }
}

/// Whether a create of unknown outcome may be sent again before that is known: a search was answered
/// and has not found it.
pub(super) fn may_send_again_early(shared: &Shared, review: &Review) -> bool {
    let ReviewStage::Sent { req, .. } = review.stage else { return false };
    let searched = shared.pending_write(req).is_some_and(|write| write.in_doubt() && write.sight.is_some());
    searched && matches!(review.subject, Subject::Create(_))
}

/// Whether the same request may be taken another time. What is wrong with the request itself is put
/// right in its form.
fn may_pass(failure: &Failure) -> bool {
    match failure {
        Failure::NotSent { reason, .. } => *reason != NotSent::Withdrawn,
        Failure::Local { .. } => true,
        Failure::Refused { code, .. } => catalog::find(*code).is_some_and(|entry| match entry.class {
            Class::RateLimit | Class::Quota | Class::Auth | Class::NotAdmin | Class::Service => true,
            Class::InvalidRequest | Class::InvalidAccount | Class::State | Class::Server => false,
        }),
        Failure::TimedOut { .. } | Failure::Cut { .. } | Failure::Unreadable { .. } => false,
    }
}

/// Reviews again what this outcome offers, in the place of the review that is over.
pub(super) fn open(shared: &mut Shared, review: &mut Review) -> Vec<Effect> {
    // A search has not found it: whoever cannot wait may say so, one level higher.
    let so_far = may_send_again_early(shared, review).then_some(WriteOutcome::NotDone);
    let Some(outcome) = review.outcome().or(so_far.as_ref()).cloned() else { return Vec::new() };
    let Some(remedy) = remedy(&outcome) else { return Vec::new() };
    // What was found out was seen.
    if let Some(req) = review.req {
        writes::closed(shared, req);
    }
    let (subject, source) = match (remedy, outcome) {
        (
            Remedy::PutRight,
            WriteOutcome::Done { verification: Verification::Fails { stands, meant, .. }, .. },
        ) => {
            let change = putting_right(&stands, &meant);
            (Subject::Modify { base: stands, change }, None)
        }
        (Remedy::SendAgain | Remedy::PutRight, _) => (review.subject.clone(), review.source.clone()),
    };
    *review = Review::new(subject, source, shared);
    doubt::reconsider(shared, review);
    review.ask_fresh(shared)
}

/// The change that makes the task what was meant. What stands too much is sent as `null`: a service
/// that merges takes it away by that, one that replaces does not mind.
fn putting_right(stands: &Task, meant: &Version) -> Change {
    let standing = Version::of(stands);
    let content = (standing.content != meant.content).then(|| {
        let mut content = meant.content.0.clone();
        take_away(&standing.content.0, &mut content);
        Content(content)
    });
    Change {
        id: stands.id,
        kind: stands.kind.clone(),
        scheduled_at: meant.scheduled_at.filter(|at| Some(*at) != stands.scheduled_at),
        content,
    }
}

fn take_away(standing: &JsonObject, meant: &mut JsonObject) {
    for (key, value) in standing {
        match (value, meant.get_mut(key)) {
            (Value::Object(standing), Some(Value::Object(meant))) => take_away(standing, meant),
            (_, Some(_)) => {}
            (_, None) => {
                meant.insert(key.clone(), Value::Null);
            }
        }
    }
}
