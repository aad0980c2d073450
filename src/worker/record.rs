//! A write as the journal holds it: what is noted before it is sent, and how it ended.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::dependencies::Dependencies;
use crate::app::{OpenWrite, Verdict, Write, Written};
use crate::domain::wire::{self, Command};
use crate::domain::{Change, Content, Failure, Kind, NewTask, TaskId};
use crate::store::{Intent, IntentId, NewIntent};

/// Why nothing was found out when the program ends first.
pub(super) const STOPPED: &str =
    "pushdeck was stopped before the outcome was known; check the list before you send anything again";

/// A write that was handed over may wait so long for its turn and its answer: one that was noted
/// longer ago than this is not under way any more, whatever stood before it.
pub(super) const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(10);

/// What the journal says of a write whose outcome can never be told.
const CANNOT_TELL: &str = "cannot tell";

/// A write as it was sent, and when it can have reached the service, by this machine's clock.
#[derive(Clone, Debug)]
pub(super) struct SentWrite {
    pub(super) write: Write,
    pub(super) entry: Option<IntentId>,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

/// The `MsgRandom` in the content of a create.
pub(super) fn random_of(new: &NewTask) -> Option<&Value> {
    new.content.0.get("MsgRandom")
}

pub(super) fn intent(write: &Write, sdkappid: u64) -> NewIntent {
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

pub(super) fn outcome_of(written: Written) -> Value {
    json!({"result": written.word(), "task": written.task().to_string()})
}

/// The task that a create has made, out of the journal.
pub(super) fn created_in(outcome: &Value) -> Option<TaskId> {
    let id = (outcome.get("result")? == "created").then(|| outcome.get("task"))??;
    id.as_str()?.parse().ok().map(TaskId)
}

/// What the journal says of a write that was searched for and not found: likely, and not certain.
const NOT_DONE: &str = "not done";
/// The result in the journal of a write that the service refused.
const REFUSED: &str = "refused";
/// The result in the journal of a create that stands more than once.
const SEVERAL: &str = "several";

/// How the journal marks a task that was taken for the create's by its likeness. It is in files on disk,
/// which other versions read too, so the word stays.
const BY_LIKENESS: &str = "looks";

/// Whether the journal leaves room for doubt: nothing is known, or it was only not found.
pub(super) fn leaves_doubt(outcome: Option<&Value>) -> bool {
    let result = |outcome: &Value| outcome.get("result").and_then(Value::as_str).map(str::to_owned);
    outcome.is_none_or(|outcome| matches!(result(outcome).as_deref(), Some(NOT_DONE | CANNOT_TELL)))
}

/// Whether the journal took a task for the create's by nothing but its likeness.
pub(super) fn is_guess(outcome: &Value) -> bool {
    outcome.get("by").is_some_and(|by| by == BY_LIKENESS)
}

/// `None` leaves the entry open: it is still not known how the write ended.
pub(super) fn outcome_of_verdict(deps: &Dependencies, verdict: &Verdict) -> Option<Value> {
    match verdict {
        Verdict::Done(Written::Created(id)) if deps.candidates.is_guess(*id) => {
            Some(json!({"result": "created", "task": id.to_string(), "by": BY_LIKENESS}))
        }
        Verdict::Done(written) => Some(outcome_of(*written)),
        Verdict::NotDone => Some(json!({"result": NOT_DONE})),
        Verdict::Several(ids) => {
            let tasks: Vec<String> = ids.iter().map(ToString::to_string).collect();
            Some(json!({"result": SEVERAL, "tasks": tasks}))
        }
        Verdict::CannotTell(_) => None,
    }
}

/// The outcome of a write that the service refused, for the journal.
pub(super) fn outcome_of_refusal(failure: &Failure) -> Value {
    json!({"result": REFUSED, "code": failure.code(), "why": failure.words().what})
}

/// What the journal says of how a write ended.
pub(super) fn verdict_of(outcome: Option<&Value>) -> Verdict {
    let cannot_tell = || Verdict::CannotTell("the other pushdeck could not determine it".to_owned());
    let Some(outcome) = outcome else { return cannot_tell() };
    let id = |value: &Value| value.as_str()?.parse().ok().map(TaskId);
    let task = || outcome.get("task").and_then(id);
    let ids =
        || outcome.get("tasks").and_then(Value::as_array).map(|all| all.iter().filter_map(id).collect());
    let found = match outcome.get("result").and_then(Value::as_str) {
        Some("created") => created_in(outcome).map(|id| Verdict::Done(Written::Created(id))),
        Some("modified") => task().map(|id| Verdict::Done(Written::Modified(id))),
        Some("cancelled") => task().map(|id| Verdict::Done(Written::Cancelled(id))),
        Some(NOT_DONE | REFUSED) => Some(Verdict::NotDone),
        Some(SEVERAL) => ids().map(Verdict::Several),
        _ => None,
    };
    found.unwrap_or_else(cannot_tell)
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

/// Nobody knows how long a write waited for its turn after it was noted.
pub(super) fn waited(age: TimeDelta) -> Duration {
    (age - LONGEST_WAIT).to_std().unwrap_or_default()
}

/// An entry as the loop knows it; `None` for one that is no write.
pub(super) fn read(deps: &Dependencies, intent: Intent) -> Option<OpenWrite> {
    let Intent { id: IntentId(entry), begun: sent, what, elsewhere, .. } = intent;
    let write = write_of(&what)?;
    let mut deps = deps.clone();
    deps.waited = waited(deps.context.now() - sent);
    let opens_in = deps.opens_after(&write);
    Some(OpenWrite { entry: Some(entry), write, sent, opens_in, elsewhere })
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn what_another_wrote_down_is_read_as_it_was_meant() {
        let of = |outcome: Value| verdict_of(Some(&outcome));
        let created = of(json!({"result": "created", "task": "9"}));
        assert_eq!(created, Verdict::Done(Written::Created(TaskId(9))));
        let cancelled = of(json!({"result": "cancelled", "task": "9"}));
        assert_eq!(cancelled, Verdict::Done(Written::Cancelled(TaskId(9))));
        assert_eq!(of(json!({"result": "refused", "code": 1})), Verdict::NotDone);
        let several = of(json!({"result": "several", "tasks": ["1", "2"]}));
        assert_eq!(several, Verdict::Several(vec![TaskId(1), TaskId(2)]));
        for odd in [json!({}), json!(7), json!({"result": "created"}), json!({"result": "new"})] {
            assert!(matches!(of(odd), Verdict::CannotTell(_)));
        }
        assert!(matches!(verdict_of(None), Verdict::CannotTell(_)));
    }
}
