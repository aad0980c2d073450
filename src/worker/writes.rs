//! Writes: checked and noted before they are sent, sent once, and never repeated because of a doubt.
//!
//! A write whose outcome is not known goes to [`reconcile`], which only ever asks.

use serde_json::json;

use super::dependencies::{Dependencies, WriteEnd};
use super::record::{SentWrite, intent, outcome_of, outcome_of_refusal, outcome_of_verdict};
use super::{before, reconcile};
use crate::app::{Message, OpenWrite, ReqId, Stop, Terms, Write, Written};
use crate::domain::Failure;
use crate::store::IntentId;

/// The answer, and what the journal is to know once it was given.
pub(super) async fn write(
    deps: &Dependencies,
    req: ReqId,
    write: Write,
    terms: &Terms,
) -> (Message, Option<WriteEnd>) {
    if let Err(why) = before::check(deps, &write, terms).await {
        return (Message::Stopped { req, why }, None);
    }
    let write = with_random(write, deps.context.random());
    let from = deps.context.now();
    let what = intent(&write, deps.client.sdkappid());
    let entry = match deps.journal.begin(from, what, terms.origin.clone()).await {
        Ok(entry) => Some(entry),
        Err(why) if matches!(write, Write::Cancel { .. }) && terms.waived.journal => {
            deps.note(format!("the journal has no entry of this cancel: {why}")).await;
            None
        }
        Err(why) => return (Message::Stopped { req, why: Stop::NoJournal(why) }, None),
    };
    super::log::sending(req, &write);
    let result = send(deps, &write).await;
    if let Err(failure) = &result
        && failure.leaves_write_unknown()
    {
        let sent = SentWrite { write, entry, from, to: deps.context.now() };
        return unknown(deps, req, failure.clone(), sent).await;
    }
    let created = match (&result, &write) {
        (Ok(Written::Created(id)), Write::Create(new)) => {
            deps.candidates.take(*id, entry);
            Some((*id, new.scheduled_at))
        }
        (Ok(_) | Err(_), _) => None,
    };
    let outcome = match &result {
        Ok(written) => outcome_of(*written),
        Err(failure) => outcome_of_refusal(failure),
    };
    (Message::Wrote { req, result }, entry.map(|entry| WriteEnd { entry, outcome, created }))
}

/// The outcome is not known: it is told, searched for, and told once more.
async fn unknown(
    deps: &Dependencies,
    req: ReqId,
    failure: Failure,
    sent: SentWrite,
) -> (Message, Option<WriteEnd>) {
    let open = Box::new(OpenWrite {
        entry: sent.entry.map(|IntentId(entry)| entry),
        write: sent.write.clone(),
        sent: sent.from,
        opens_in: deps.opens_after(&sent.write),
        elsewhere: false,
    });
    deps.tell(Message::OutcomeUnknown { req, failure, open }).await;
    // What stays unknown stays open: the next start searches once more, and says so again.
    let verdict = reconcile::settle(deps, &sent, req).await.verdict;
    let outcome = outcome_of_verdict(deps, &verdict);
    let end = sent.entry.zip(outcome).map(|(entry, outcome)| WriteEnd { entry, outcome, created: None });
    (Message::Settled { req, verdict }, end)
}

async fn send(deps: &Dependencies, write: &Write) -> Result<Written, Failure> {
    match write {
        Write::Create(new) => deps.client.add(new).await.map(Written::Created),
        Write::Modify(change) => deps.client.modify(change).await.map(Written::Modified),
        Write::Cancel { id, kind } => deps.client.delete(*id, kind).await.map(Written::Cancelled),
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
