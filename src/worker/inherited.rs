//! Writes of an earlier run that are open in the journal: pushdeck was killed, or left, before their
//! outcome was known. They are taken over by one process, told to the loop and looked into; nothing
//! is sent. Those of a process that lives are only told: see [`others`](super::others).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::others::Others;
use super::reconcile::{self, LONGEST_WAIT};
use super::writes::{Sent, outcome_of_verdict};
use super::{End, Hands};
use crate::app::{Message, OpenWrite, ReqId, Sight, Verdict, Write};
use crate::domain::wire::{self, Command};
use crate::domain::{Change, Content, Kind, NewTask, TaskId};
use crate::store::{Intent, IntentId, NewIntent};

/// When a write of long ago is looked for: no list lags so far behind. Of one that was noted a minute
/// ago nobody knows how long it waited for its turn, so it counts as just sent.
const LOOKS: [Duration; 4] =
    [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(5)];

/// Tells which writes are open, and gives those that others have open. One that cannot be read any
/// more is said, and stays in the journal.
pub(super) async fn announce(hands: &Hands) -> Others {
    if let Some(why) = hands.journal.lock_trouble() {
        hands
            .note(format!("whether another pushdeck still runs cannot be told, it has no lock: {why}"))
            .await;
    }
    // What cannot be taken over now counts as another's for now, and is tried again.
    let taken = hands.journal.take_over().await.map(drop);
    let intents = match taken.and(hands.journal.left_open().await) {
        Ok(intents) => intents,
        Err(why) => {
            hands.note(format!("whether writes of the last run are open cannot be told: {why}")).await;
            hands.journal.left_open().await.unwrap_or_default()
        }
    };
    let others = Others::of(&intents);
    let count = intents.len();
    let open: Vec<OpenWrite> = intents.into_iter().filter_map(|intent| read(hands, intent)).collect();
    if open.len() < count {
        let lost = count - open.len();
        hands.note(format!("{lost} open entries of the journal cannot be read; look at the list")).await;
    }
    if !open.is_empty() {
        hands.tell(Message::LeftOpen(open)).await;
    }
    others
}

/// Looks into one. Its entry is to be closed when the outcome is known, or never will be: that was
/// told often enough then, and need not be told at every start from now on.
pub(super) async fn settle(hands: &Hands, req: ReqId, open: OpenWrite) -> (Message, Option<End>) {
    let mut hands = hands.clone();
    let age = hands.context.now() - open.sent;
    hands.looks = looks(age, hands.looks, hands.longest_call);
    hands.waited = waited(age);
    let entry = open.entry.map(IntentId);
    let sent = sent(&hands, open);
    let found = reconcile::settle(&hands, &sent, req).await;
    let outcome = match &found.verdict {
        Verdict::CannotTell(why) => found.is_final.then(|| json!({"result": "cannot tell", "why": why})),
        verdict @ (Verdict::Done(_) | Verdict::NotDone | Verdict::Several(_)) => {
            outcome_of_verdict(&hands, verdict)
        }
    };
    let end = entry.zip(outcome).map(|(entry, outcome)| End { entry, outcome, created: None });
    (Message::Settled { req, verdict: found.verdict }, end)
}

/// Searches once, now. What is proven by it goes into the journal, also over an earlier "not done".
pub(super) async fn search(hands: &Hands, req: ReqId, open: OpenWrite) -> (Message, Option<End>) {
    let entry = open.entry.map(IntentId);
    let opens_in = opens_in(hands, &open.write, open.sent);
    let sight = reconcile::search(hands, &sent(hands, open)).await;
    let outcome = match &sight {
        Sight::Settled(verdict) => outcome_of_verdict(hands, verdict),
        Sight::NotThere | Sight::NoAnswer(_) | Sight::Unclear(_) => None,
    };
    let end = entry.zip(outcome).map(|(entry, outcome)| End { entry, outcome, created: None });
    (Message::Searched { req, sight, opens_in }, end)
}

fn sent(hands: &Hands, open: OpenWrite) -> Sent {
    let OpenWrite { entry, write, sent, .. } = open;
    let to = hands.context.now().clamp(sent + hands.longest_call, sent + LONGEST_WAIT);
    Sent { write, entry: entry.map(IntentId), from: sent, to }
}

/// Nobody knows how long a write waited for its turn after it was noted.
fn waited(age: TimeDelta) -> Duration {
    (age - LONGEST_WAIT).to_std().unwrap_or_default()
}

/// How long "not there" is still too early to be believed.
fn opens_in(hands: &Hands, write: &Write, sent: DateTime<Utc>) -> Duration {
    let opens = TimeDelta::from_std(hands.opens_after(write)).unwrap_or(TimeDelta::MAX);
    let age = hands.context.now() - sent;
    opens.checked_sub(&age).and_then(|left| left.to_std().ok()).unwrap_or_default()
}

/// When a write of that age is looked for, if one just sent is looked for at `usual`.
fn looks(age: TimeDelta, usual: [Duration; 4], longest_call: TimeDelta) -> [Duration; 4] {
    if age > LONGEST_WAIT {
        return LOOKS;
    }
    let [first, second, third, last] = usual;
    // Another pushdeck may be sending it right now.
    let rest = (longest_call - age).to_std().unwrap_or_default();
    [first, second, third, last.max(rest)]
}

/// An entry as the loop knows it; `None` for one that is no write.
pub(super) fn read(hands: &Hands, intent: Intent) -> Option<OpenWrite> {
    let Intent { id: IntentId(entry), begun: sent, what, elsewhere, .. } = intent;
    let write = write_of(&what)?;
    let mut hands = hands.clone();
    hands.waited = waited(hands.context.now() - sent);
    let opens_in = hands.opens_after(&write);
    Some(OpenWrite { entry: Some(entry), write, sent, opens_in, elsewhere })
}

/// The write that an entry was made of.
pub(super) fn write_of(what: &NewIntent) -> Option<Write> {
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
    fn only_a_write_of_long_ago_is_looked_for_in_haste_and_none_is_given_up_while_it_may_be_under_way() {
        let usual = [2, 5, 10, 20].map(Duration::from_secs);
        let of = |seconds| looks(TimeDelta::seconds(seconds), usual, TimeDelta::seconds(30));
        assert_eq!(of(601), LOOKS);
        // It may have waited for its turn all the time, and have been sent just before the crash.
        assert_eq!((of(600), of(31)), (usual, usual));
        assert_eq!(of(1), [2, 5, 10, 29].map(Duration::from_secs));
        // A clock that was put back.
        assert_eq!(of(-5), [2, 5, 10, 35].map(Duration::from_secs));
    }

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
