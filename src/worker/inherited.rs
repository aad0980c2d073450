//! Writes of an earlier run that are open in the journal: pushdeck was killed, or left, before their
//! outcome was known. They are told to the loop at the start and looked into; nothing is sent.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;

use super::Hands;
use super::reconcile;
use super::writes::{Sent, outcome_of_verdict};
use crate::app::{Message, OpenWrite, ReqId, Write};
use crate::domain::wire::{self, Command};
use crate::domain::{Change, Content, Kind, NewTask, TaskId};
use crate::store::{Intent, IntentId, NewIntent};

/// A call that was not given up before this is not under way any more.
const LONGEST_CALL: TimeDelta = TimeDelta::seconds(30);
/// When a write of long ago is looked for: no list lags so far behind.
const LOOKS: [Duration; 4] =
    [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(5)];

/// Tells which writes are open. One that cannot be read any more is said, and stays in the journal.
pub(super) async fn announce(hands: &Hands) {
    let intents = match hands.journal.left_open().await {
        Ok(intents) => intents,
        Err(why) => {
            hands.note(format!("whether writes of the last run are open cannot be told: {why}")).await;
            return;
        }
    };
    let count = intents.len();
    let open: Vec<OpenWrite> = intents.into_iter().filter_map(read).collect();
    if open.len() < count {
        let lost = count - open.len();
        hands.note(format!("{lost} open entries of the journal cannot be read; look at the list")).await;
    }
    if !open.is_empty() {
        hands.tell(Message::LeftOpen(open)).await;
    }
}

/// Looks into one and closes its entry when the outcome is known.
pub(super) async fn settle(hands: &Hands, req: ReqId, open: OpenWrite) -> Message {
    let OpenWrite { entry, write, sent } = open;
    let mut hands = hands.clone();
    if hands.outside.now() - sent > LONGEST_CALL {
        hands.looks = LOOKS;
    }
    let sent = Sent { write, from: sent, to: sent + LONGEST_CALL };
    let verdict = reconcile::settle(&hands, &sent).await;
    if let Some(outcome) = outcome_of_verdict(&verdict) {
        hands.close(Some(IntentId(entry)), outcome).await;
    }
    Message::Settled { req, verdict }
}

fn read(intent: Intent) -> Option<OpenWrite> {
    let Intent { id: IntentId(entry), begun: sent, what, .. } = intent;
    Some(OpenWrite { entry, write: write_of(&what)?, sent })
}

/// The write that an entry was made of.
fn write_of(what: &NewIntent) -> Option<Write> {
    let body = what.body.as_object()?;
    let kind = Kind::from_wire(body.get("Type")?.as_str()?);
    let time = body.get("SchedAt").and_then(Value::as_str).and_then(wire::time_in);
    let content = body.get("Content").and_then(Value::as_object).cloned().map(Content);
    let task = || body.get("TaskID").and_then(Value::as_u64).map(TaskId);
    match Command::ALL.into_iter().find(|command| command.name() == what.command)? {
        Command::Add => Some(Write::Create(NewTask { kind, scheduled_at: time?, content: content? })),
        Command::Modify => Some(Write::Modify(Change { id: task()?, kind, scheduled_at: time, content })),
        Command::Delete => Some(Write::Cancel { id: task()?, kind }),
        Command::Get | Command::List => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_of_the_journal_is_the_write_that_it_was() {
        let content =
            Content(json!({"OfflinePushInfo": {"Title": "t"}, "MsgRandom": 7}).as_object().unwrap().clone());
        let at = wire::time_in("2026-11-22 01:00:00").unwrap();
        let new = NewTask { kind: Kind::All, scheduled_at: at, content: content.clone() };
        let change = Change { id: TaskId(9), kind: Kind::Tag, scheduled_at: None, content: Some(content) };
        let cases = [
            (Command::Add, wire::add_body(1, &new), Write::Create(new.clone())),
            (
                Command::Modify,
                wire::modify_body(1, change.id, &change.kind, None, change.content.as_ref()),
                Write::Modify(change.clone()),
            ),
            (
                Command::Delete,
                wire::delete_body(1, TaskId(9), &Kind::User),
                Write::Cancel { id: TaskId(9), kind: Kind::User },
            ),
        ];
        for (command, body, write) in cases {
            let what = NewIntent { command: command.name().to_owned(), task: None, body, msg_random: None };
            assert_eq!(write_of(&what), Some(write));
        }
        let odd = NewIntent { command: "odd".into(), task: None, body: json!({}), msg_random: None };
        assert_eq!(write_of(&odd), None);
    }
}
