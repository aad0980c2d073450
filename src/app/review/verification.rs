//! The verification of a write: the task is read again after it, and what is not as intended
//! stays on the screen until it is acknowledged (U9).

use std::sync::Arc;

use crate::domain::{Failure, Task, TaskId};
use crate::keymap::{Action, Scope};

use super::super::board::go_to;
use super::super::compare::{self, Version};
use super::super::effect::Effect;
use super::super::pending::{Mismatch, Reading, Verification, WriteOutcome};
use super::super::request::ReqId;
use super::super::shared::Shared;
use super::super::writes::deed;
use super::model::ReviewStage;
use super::screens::Screens;

/// The verification of a write came, or did not.
pub(super) fn on_verification(
    shared: &mut Shared,
    screens: &mut Screens<'_>,
    req: ReqId,
    result: Result<Task, Failure>,
) -> Vec<Effect> {
    let Some(at) = shared.over.verifying.iter().position(|asked| asked.req == req) else { return Vec::new() };
    let Reading { id, write, .. } = shared.over.verifying.remove(at);
    let (zone, now) = (shared.setup.zone, shared.server_now());
    let deed = deed(&write.write);
    let effects = show_written(shared, id, &result);
    let Some(meant) = write.reviewed.map(|reviewed| reviewed.meant) else { return effects };
    if !matches!(&result, Ok(task) if Version::of(task) == meant) {
        shared.failed.insert(id, "it is not as intended, or could not be verified".to_owned());
    }
    let (verification, words, bad) = match result {
        Ok(task) => {
            let stands = Version::of(&task);
            let found = compare::differences(&meant, &stands, zone, now);
            if found.is_empty() {
                (
                    Verification::Holds,
                    format!("#{id} verified: time, audience and content are as intended"),
                    false,
                )
            } else {
                let names: Vec<&str> = found.iter().map(|difference| difference.name.as_str()).collect();
                let words = format!("{deed}: #{id} is not as intended, {} differ", names.join(", "));
                let stands = Box::new(task);
                (Verification::Fails { found, stands, meant }, words, true)
            }
        }
        Err(failure) => {
            let words = format!("{deed}: #{id} could not be verified, {}", failure.words().what);
            (Verification::Unread(failure), words, true)
        }
    };
    if let Some(review) = screens.review()
        && let ReviewStage::Over(WriteOutcome::Done { verification: shown, .. }) = &mut review.stage
        && *shown == Verification::Asked(req)
    {
        *shown = verification;
        if bad {
            review.show_result(shared.now.running, words, true);
        }
    } else if let Verification::Fails { stands, .. } = &verification {
        let key = shared.key(Scope::Tasks, Action::Back);
        let words = format!("{words} · {key} at the table shows it");
        let mismatch = Mismatch { stands: stands.clone(), verification };
        shared.over.mismatches.push(mismatch);
        shared.keep_result(req, words, true);
    } else if bad {
        shared.keep_result(req, words, true);
    } else {
        shared.say(words);
    }
    effects
}

/// The task that was just written comes into sight, unless the operator went to another one meanwhile.
fn show_written(shared: &mut Shared, id: TaskId, result: &Result<Task, Failure>) -> Vec<Effect> {
    match result {
        Ok(task) if shared.board.selected == Some(id) => go_to::go_to_task(shared, &Arc::new(task.clone())),
        Ok(_) => Vec::new(),
        Err(_) => {
            go_to::give_up(shared, id);
            Vec::new()
        }
    }
}
