//! Writes: checked and noted before they are sent, sent once, and never repeated because of a doubt.
//!
//! A write whose outcome is not known goes to [`reconcile`], which only ever asks.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::before;
use super::reconcile;
use super::{End, Hands};
use crate::app::{Message, OpenWrite, ReqId, Stop, Terms, Verdict, Write, Written};
use crate::domain::wire;
use crate::domain::{Failure, NewTask, TaskId};
use crate::store::{IntentId, NewIntent};

/// A write as it was sent, and when it can have reached the service, by this machine's clock.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) write: Write,
    pub(super) entry: Option<IntentId>,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

/// The answer, and what the journal is to know once it was given.
pub(super) async fn write(hands: &Hands, req: ReqId, write: Write, terms: &Terms) -> (Message, Option<End>) {
    if let Err(why) = before::check(hands, &write, terms).await {
        return (Message::Stopped { req, why }, None);
    }
    let write = with_random(write, hands.context.roll());
    let from = hands.context.now();
    let what = intent(&write, hands.client.sdkappid());
    let entry = match hands.journal.begin(from, what, terms.origin.clone()).await {
        Ok(entry) => Some(entry),
        Err(why) if matches!(write, Write::Cancel { .. }) && terms.waived.journal => {
            hands.note(format!("the journal has no entry of this cancel: {why}")).await;
            None
        }
        Err(why) => return (Message::Stopped { req, why: Stop::NoJournal(why) }, None),
    };
    super::log::sending(req, &write);
    let result = send(hands, &write).await;
    if let Err(failure) = &result
        && failure.leaves_write_unknown()
    {
        let sent = Sent { write, entry, from, to: hands.context.now() };
        return unknown(hands, req, failure.clone(), sent).await;
    }
    let created = match (&result, &write) {
        (Ok(Written::Created(id)), Write::Create(new)) => {
            hands.claims.claim(*id, entry);
            Some((*id, new.scheduled_at))
        }
        (Ok(_) | Err(_), _) => None,
    };
    let outcome = match &result {
        Ok(written) => outcome_of(*written),
        Err(failure) => json!({"result": "refused", "code": failure.code(), "why": failure.words().what}),
    };
    (Message::Wrote { req, result }, entry.map(|entry| End { entry, outcome, created }))
}

/// The outcome is not known: it is told, searched for, and told once more.
async fn unknown(hands: &Hands, req: ReqId, failure: Failure, sent: Sent) -> (Message, Option<End>) {
    let open = Box::new(OpenWrite {
        entry: sent.entry.map(|IntentId(entry)| entry),
        write: sent.write.clone(),
        sent: sent.from,
        opens_in: hands.opens_after(&sent.write),
        elsewhere: false,
    });
    hands.tell(Message::OutcomeUnknown { req, failure, open }).await;
    // What cannot be told stays open: the next start looks once more, and says so again.
    let verdict = reconcile::settle(hands, &sent, req).await.verdict;
    let outcome = outcome_of_verdict(hands, &verdict);
    let end = sent.entry.zip(outcome).map(|(entry, outcome)| End { entry, outcome, created: None });
    (Message::Settled { req, verdict }, end)
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

/// What the journal says of a write that was searched for and not found: likely, and no proof.
const NOT_DONE: &str = "not done";

/// Whether the journal leaves room for doubt: nothing is known, or it was only not found.
pub(super) fn leaves_doubt(outcome: Option<&Value>) -> bool {
    let result = |outcome: &Value| outcome.get("result").and_then(Value::as_str).map(str::to_owned);
    outcome
        .is_none_or(|outcome| matches!(result(outcome).as_deref(), Some(NOT_DONE | reconcile::CANNOT_TELL)))
}

/// Whether the journal took a task for the create's by nothing but its looks.
pub(super) fn is_guess(outcome: &Value) -> bool {
    outcome.get("by").is_some_and(|by| by == "looks")
}

/// `None` leaves the entry open: it is still not known how the write ended.
pub(super) fn outcome_of_verdict(hands: &Hands, verdict: &Verdict) -> Option<Value> {
    match verdict {
        Verdict::Done(Written::Created(id)) if hands.claims.is_guess(*id) => {
            Some(json!({"result": "created", "task": id.to_string(), "by": "looks"}))
        }
        Verdict::Done(written) => Some(outcome_of(*written)),
        Verdict::NotDone => Some(json!({"result": NOT_DONE})),
        Verdict::Several(ids) => {
            let tasks: Vec<String> = ids.iter().map(ToString::to_string).collect();
            Some(json!({"result": "several", "tasks": tasks}))
        }
        Verdict::CannotTell(_) => None,
    }
}
