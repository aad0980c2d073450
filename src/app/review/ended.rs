//! How far a write is, or how it ended: the first lines of the review once it was confirmed.

use super::super::compare::Difference;
use super::super::lines::{Lines, Tone};
use super::super::pending::{Verification, WriteOutcome};
use super::super::shared::Shared;
use super::super::writes;
use super::model::{Review, ReviewStage};
use super::words;

/// How far a write is, or how it ended. `rows` writes what differs.
pub(super) fn outcome(
    out: &mut Lines,
    shared: &Shared,
    review: &Review,
    rows: impl Fn(&mut Lines, &[Difference]),
) {
    match &review.stage {
        ReviewStage::Asking | ReviewStage::Counting { .. } => return,
        ReviewStage::Sent { req, at } => {
            let age = writes::seconds(shared.now.running.saturating_sub(at.running));
            let write = shared.pending_write(*req);
            match write.and_then(|write| write.doubt.as_ref()) {
                None => out.say(Tone::Watch, &format!("{} {age}", words::asking(review))),
                Some(failure) => {
                    out.say(Tone::Bad, &format!("?UNK outcome not known: {}", failure.words().what));
                    let progress = write.map(|write| writes::progress(shared, write)).unwrap_or_default();
                    out.say(
                        Tone::Watch,
                        &format!("Requested {age} ago. What happened is being checked: {progress}."),
                    );
                    out.say(Tone::Plain, "Nothing is requested again automatically.");
                }
            }
        }
        ReviewStage::Over(outcome) => ended(out, shared, review, outcome, rows),
    }
    out.blank();
}

fn ended(
    out: &mut Lines,
    shared: &Shared,
    review: &Review,
    outcome: &WriteOutcome,
    rows: impl Fn(&mut Lines, &[Difference]),
) {
    match outcome {
        WriteOutcome::Done { words, verification } => {
            out.say(Tone::Good, &format!("✓ {words}"));
            proven(out, verification, rows);
        }
        WriteOutcome::Refused(failure) => {
            let words = failure.words();
            out.say(Tone::Bad, &format!("✗ Not done: {}.", words.what));
            out.say(Tone::Plain, &words.next);
        }
        WriteOutcome::NotDone => {
            let write = review.write();
            out.say(Tone::Watch, &format!("✗ {}: {}", writes::deed(&write), writes::not_done(&write)));
            if let Some(write) = review.req.and_then(|req| shared.pending_write(req)) {
                let age = writes::seconds(shared.now.running.saturating_sub(write.sent.running));
                out.say(Tone::Plain, &format!("Requested {age} ago; {}.", writes::progress(shared, write)));
            }
        }
        WriteOutcome::NothingSent(words) => out.say(Tone::Bad, &format!("✗ {words}.")),
        WriteOutcome::Gone { cancels } => {
            let (tone, words) =
                (if *cancels { Tone::Watch } else { Tone::Bad }, writes::gone_words(*cancels));
            out.say(tone, &format!("✗ {}: {words}.", writes::deed(&review.write())));
        }
        WriteOutcome::Several(ids) => {
            out.say(Tone::Bad, &format!("✗ {}.", writes::stand_twice(ids)));
        }
        WriteOutcome::CannotTell(words) => {
            out.say(Tone::Bad, "?UNK whether it was done could not be determined.");
            out.say(Tone::Plain, words);
            let stays = "Nothing was requested again. Check the table before you request this once more.";
            out.say(Tone::Plain, stays);
        }
    }
}

fn proven(out: &mut Lines, verification: &Verification, rows: impl Fn(&mut Lines, &[Difference])) {
    match verification {
        Verification::None => {}
        Verification::Asked(_) => out.say(Tone::Watch, "reading the task back, to verify it…"),
        Verification::Holds => out.say(Tone::Good, "✓ verified: time, audience and content are as intended"),
        Verification::Fails { found, .. } => {
            out.say(Tone::Bad, "✗ it is NOT as intended (intended ≠ actual):");
            rows(out, found);
        }
        Verification::Unread(failure) => {
            out.say(Tone::Bad, &format!("it could not be verified: {}", failure.words().what));
        }
    }
}
