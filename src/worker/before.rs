//! What stands between the confirmation and the write: the app is the one that was reviewed, the task
//! is still as it was on the screen, and no earlier create of unknown outcome turns out to stand. It
//! only reads.

use chrono::TimeDelta;

use super::dependencies::{Dependencies, WriteEnd};
use super::reconcile;
use super::record::{LONGEST_WAIT, SentWrite, leaves_doubt, outcome_of_verdict, write_of};
use crate::app::differs;
use crate::app::{Sight, Stop, Terms, Verdict, Write, Written};
use crate::domain::catalog::INVALID_REQUEST;
use crate::domain::{NewTask, Priority, Task, TaskId, duplicate};
use crate::store::Intent;

/// Doubts of so long ago are searched for before the same push is created again.
const DOUBTED_FOR: TimeDelta = TimeDelta::days(2);

/// Whether the write may be sent now; why not, if not.
pub(super) async fn check(deps: &Dependencies, write: &Write, terms: &Terms) -> Result<(), Stop> {
    if terms.app != *deps.journal.app() {
        return Err(Stop::OtherApp);
    }
    match (write, &terms.seen) {
        (Write::Create(new), _) => no_doubt(deps, new).await,
        (Write::Modify(change), Some(seen)) => as_seen(deps, change.id, seen).await,
        (Write::Cancel { id, .. }, Some(seen)) => match as_seen(deps, *id, seen).await {
            Err(Stop::Unread(_)) if terms.waived.fresh_copy => Ok(()),
            other => other,
        },
        (Write::Modify(_) | Write::Cancel { .. }, None) => Ok(()),
    }
}

/// The task must still be what the operator saw (W3).
async fn as_seen(deps: &Dependencies, id: TaskId, seen: &Task) -> Result<(), Stop> {
    match deps.client.get(id, Priority::Write).await {
        Ok(now) if differs(seen, &now) => Err(Stop::Moved(Box::new(now))),
        Ok(_) => Ok(()),
        Err(failure) if failure.code() == Some(INVALID_REQUEST) => Err(Stop::Gone),
        Err(failure) => Err(Stop::Unread(failure)),
    }
}

/// "Not there" is never proven (W2): every create of the same push whose outcome is in doubt is searched
/// for once more, right before this one is sent.
async fn no_doubt(deps: &Dependencies, new: &NewTask) -> Result<(), Stop> {
    let since = deps.context.now() - DOUBTED_FOR;
    let known = deps.journal.creates_since(since).await.map_err(Stop::NoJournal)?;
    let doubted = known.into_iter().filter(|intent| {
        leaves_doubt(intent.closed.as_ref().map(|closed| &closed.outcome)) && is_same_push(intent, new)
    });
    for intent in doubted {
        search(deps, intent).await?;
    }
    Ok(())
}

fn is_same_push(intent: &Intent, new: &NewTask) -> bool {
    let Some(Write::Create(before)) = write_of(&intent.what) else { return false };
    duplicate::same_push((&before.kind, &before.content), (&new.kind, &new.content))
}

async fn search(deps: &Dependencies, intent: Intent) -> Result<(), Stop> {
    let Some(write) = write_of(&intent.what) else { return Ok(()) };
    let to = (intent.begun + LONGEST_WAIT).min(deps.context.now()).max(intent.begun);
    let is_elsewhere = intent.elsewhere && intent.closed.is_none();
    let sent = SentWrite { write, entry: Some(intent.id), from: intent.begun, to };
    let sight = reconcile::search(deps, &sent).await;
    amend(deps, &intent, &sight).await;
    let stands = |id| Err(Stop::Stands { id, entry: intent.id.0 });
    match sight {
        Sight::Settled(Verdict::Done(Written::Created(id))) => stands(id),
        Sight::Settled(Verdict::Several(ids)) => ids.first().map_or(Ok(()), |id| stands(*id)),
        Sight::NoAnswer(failure) => Err(Stop::Unread(failure)),
        // That one may be about to send it, or finds out what became of it.
        _ if is_elsewhere => Err(Stop::Elsewhere),
        // Neither is certain, and neither bars for ever: the review has said so, and asked for more.
        Sight::Settled(_) | Sight::NotThere | Sight::Unclear(_) => Ok(()),
    }
}

/// A create that the journal holds to be not done, also one of an earlier run, stands after all: its draft
/// is used up by that. What is still open is for whoever settles it.
async fn amend(deps: &Dependencies, intent: &Intent, sight: &Sight) {
    let (Some(_), Sight::Settled(verdict)) = (&intent.closed, sight) else { return };
    let Some(outcome) = outcome_of_verdict(deps, verdict) else { return };
    deps.close(WriteEnd { entry: intent.id, outcome, created: None }).await;
}
