//! The proof of a write: the task is read again after it, and what does not stand as it was meant stays
//! on the screen until it is acknowledged (U9).

use crate::domain::{Change, Failure, Task};

use super::super::message::ReqId;
use super::super::state::{Layer, State};
use super::compare::{self, Version};
use super::desk::Wrong;
use super::outcome::{Ending, Proof};
use super::{Review, Stage, Subject};

/// The proof of a write came, or did not.
pub(super) fn on_proof(state: &mut State, req: ReqId, result: Result<Task, Failure>) {
    let Some(at) = state.desk.proofs.iter().position(|asked| asked.req == req) else { return };
    let asked = state.desk.proofs.remove(at);
    let (zone, now) = (state.setup.zone, state.server_now());
    let (id, deed) = (asked.id, &asked.deed);
    if !matches!(&result, Ok(task) if Version::new(task.scheduled_at, &task.content) == asked.meant) {
        state.failed.insert(id, "it does not stand as meant, or could not be verified".to_owned());
    }
    let (proof, words, bad) = match result {
        Ok(task) => {
            let stands = Version::new(task.scheduled_at, &task.content);
            let found = compare::differences(&asked.meant, &stands, zone, now);
            if found.is_empty() {
                (Proof::Holds, format!("#{id} verified: time, audience and content are as meant"), false)
            } else {
                let names: Vec<&str> = found.iter().map(|difference| difference.name.as_str()).collect();
                let words = format!("{deed}: #{id} does not stand as meant, {} differ", names.join(", "));
                let stands = Box::new(task);
                (Proof::Fails { found, stands, meant: asked.meant }, words, true)
            }
        }
        Err(failure) => {
            let words = format!("{deed}: #{id} could not be verified, {}", failure.words().what);
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

/// Shows a task that does not stand as it was meant.
pub(super) fn open_wrong(state: &mut State) -> bool {
    let Some(Wrong { stands, proof }) = state.desk.wrong.pop() else { return false };
    let (id, kind) = (stands.id, stands.kind.clone());
    let subject =
        Subject::Modify { base: stands, change: Change { id, kind, scheduled_at: None, content: None } };
    let mut review = Review::new(subject, None, state);
    review.stage = Stage::Over(Ending::Done { words: format!("#{id} was written"), proof });
    state.layers.push(Layer::Review(Box::new(review)));
    true
}
