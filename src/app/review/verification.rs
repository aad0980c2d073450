//! The verification of a write: the task is read again after it, and what does not stand as it was meant stays
//! on the screen until it is acknowledged (U9).

use crate::domain::{Change, Failure, Task};

use super::super::message::ReqId;
use super::super::state::{Layer, State};
use super::compare::{self, Version};
use super::desk::Wrong;
use super::outcome::{Verification, WriteOutcome};
use super::{Review, Stage, Subject};

/// The verification of a write came, or did not.
pub(super) fn on_verification(state: &mut State, req: ReqId, result: Result<Task, Failure>) {
    let Some(at) = state.desk.verifications.iter().position(|asked| asked.req == req) else { return };
    let asked = state.desk.verifications.remove(at);
    let (zone, now) = (state.setup.zone, state.server_now());
    let (id, deed) = (asked.id, &asked.deed);
    if !matches!(&result, Ok(task) if Version::new(task.scheduled_at, &task.content) == asked.meant) {
        state.failed.insert(id, "it does not stand as meant, or could not be verified".to_owned());
    }
    let (verification, words, bad) = match result {
        Ok(task) => {
            let stands = Version::new(task.scheduled_at, &task.content);
            let found = compare::differences(&asked.meant, &stands, zone, now);
            if found.is_empty() {
                (
                    Verification::Holds,
                    format!("#{id} verified: time, audience and content are as meant"),
                    false,
                )
            } else {
                let names: Vec<&str> = found.iter().map(|difference| difference.name.as_str()).collect();
                let words = format!("{deed}: #{id} does not stand as meant, {} differ", names.join(", "));
                let stands = Box::new(task);
                (Verification::Fails { found, stands, meant: asked.meant }, words, true)
            }
        }
        Err(failure) => {
            let words = format!("{deed}: #{id} could not be verified, {}", failure.words().what);
            (Verification::Unread(failure), words, true)
        }
    };
    if let Some(review) = state.review_mut()
        && let Stage::Over(WriteOutcome::Done { verification: shown, .. }) = &mut review.stage
        && *shown == Verification::Asked(req)
    {
        *shown = verification;
    } else if let Verification::Fails { stands, .. } = &verification {
        let words = format!("{words} · Esc at the table shows it");
        let wrong = Wrong { stands: stands.clone(), verification };
        state.desk.wrong.push(wrong);
        state.keep_result(req, words, true);
    } else if bad {
        state.keep_result(req, words, true);
    } else {
        state.say(words);
    }
}

/// Shows a task that does not stand as it was meant.
pub(super) fn open_mismatch(state: &mut State) -> bool {
    let Some(Wrong { stands, verification }) = state.desk.wrong.pop() else { return false };
    let (id, kind) = (stands.id, stands.kind.clone());
    let subject =
        Subject::Modify { base: stands, change: Change { id, kind, scheduled_at: None, content: None } };
    let mut review = Review::new(subject, None, state);
    review.stage = Stage::Over(WriteOutcome::Done { words: format!("#{id} was written"), verification });
    state.layers.push(Layer::Review(Box::new(review)));
    true
}
