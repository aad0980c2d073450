//! Writes: noted before they are sent, sent once, and never repeated because of a doubt.
//!
//! A write whose outcome is not known goes to [`reconcile`], which only ever asks.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::reconcile;
use super::{End, Hands};
use crate::app::{Message, ReqId, Verdict, Write, Written};
use crate::domain::kept::Origin;
use crate::domain::wire;
use crate::domain::{Failure, NewTask, TaskId};
use crate::store::NewIntent;

/// A write as it was sent, and when it can have reached the service, by this machine's clock.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) write: Write,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

/// The answer, and what the journal is to know once it was given.
pub(super) async fn write(
    hands: &Hands,
    req: ReqId,
    write: Write,
    origin: Option<Origin>,
) -> (Message, Option<End>) {
    let write = with_random(write, hands.outside.roll());
    let from = hands.outside.now();
    // Whoever has to cancel a wrong push on a full disk must still be able to: the note is missed,
    // the write is not.
    let entry = hands.journal.begin(from, intent(&write, hands.client.sdkappid()), origin).await;
    let entry = match entry {
        Ok(entry) => entry,
        Err(why) => {
            hands.note(format!("the journal has no entry of this write: {why}")).await;
            None
        }
    };
    super::log::sending(req, &write);
    let result = send(hands, &write).await;
    if let Err(failure) = &result
        && failure.leaves_write_unknown()
    {
        let failure = failure.clone();
        hands.tell(Message::OutcomeUnknown { req, failure }).await;
        let sent = Sent { write, from, to: hands.outside.now() };
        // What cannot be told stays open: the next start looks once more, and says so again.
        let verdict = reconcile::settle(hands, &sent).await.verdict;
        let end = entry.zip(outcome_of_verdict(&verdict)).map(|(entry, outcome)| End { entry, outcome });
        return (Message::Settled { req, verdict }, end);
    }
    let outcome = match &result {
        Ok(written) => {
            if let Written::Created(id) = written {
                hands.claims.claim(*id);
            }
            outcome_of(*written)
        }
        Err(failure) => json!({"result": "refused", "code": failure.code(), "why": failure.words().what}),
    };
    (Message::Wrote { req, result }, entry.map(|entry| End { entry, outcome }))
}

async fn send(hands: &Hands, write: &Write) -> Result<Written, Failure> {
    match write {
        Write::Create(new) => hands.client.add(new).await.map(Written::Created),
        Write::Modify(change) => hands.client.modify(change).await.map(Written::Modified),
        Write::Cancel { id, kind } => hands.client.delete(*id, kind).await.map(Written::Cancelled),
    }
}

/// A create gets a `MsgRandom` of our own choice, by which it can be told from its likes.
fn with_random(write: Write, random: u32) -> Write {
    match write {
        Write::Create(mut new) => {
            new.content.0.entry("MsgRandom").or_insert_with(|| json!(random));
            Write::Create(new)
        }
        Write::Modify(_) | Write::Cancel { .. } => write,
    }
}

/// The `MsgRandom` in the content of a create.
pub(super) fn random_of(new: &NewTask) -> Option<&Value> {
    new.content.0.get("MsgRandom")
}

fn intent(write: &Write, sdkappid: u64) -> NewIntent {
    let body = match write {
        Write::Create(new) => wire::add_body(sdkappid, new),
        Write::Modify(change) => {
            let (kind, at, content) = (&change.kind, change.scheduled_at, change.content.as_ref());
            wire::modify_body(sdkappid, change.id, kind, at, content)
        }
        Write::Cancel { id, kind } => wire::delete_body(sdkappid, *id, kind),
    };
    let msg_random = match write {
        Write::Create(new) => random_of(new).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()),
        Write::Modify(_) | Write::Cancel { .. } => None,
    };
    NewIntent { command: write.command().name().to_owned(), task: write.task(), body, msg_random }
}

fn outcome_of(written: Written) -> Value {
    json!({"result": written.word(), "task": written.task().to_string()})
}

/// The task that a create has made, out of the journal.
pub(super) fn created_in(outcome: &Value) -> Option<TaskId> {
    let id = (outcome.get("result")? == "created").then(|| outcome.get("task"))??;
    id.as_str()?.parse().ok().map(TaskId)
}

/// `None` leaves the entry open: it is still not known how the write ended.
pub(super) fn outcome_of_verdict(verdict: &Verdict) -> Option<Value> {
    match verdict {
        Verdict::Done(written) => Some(outcome_of(*written)),
        Verdict::NotDone => Some(json!({"result": "not done"})),
        Verdict::Several(ids) => {
            let tasks: Vec<String> = ids.iter().map(ToString::to_string).collect();
            Some(json!({"result": "several", "tasks": tasks}))
        }
        Verdict::CannotTell(_) => None,
    }
}
