//! Writes of an earlier run that are open in the journal: pushdeck was killed, or left, before their
//! outcome was known. They are taken over by one process, told to the loop and checked; nothing
//! is sent. Those of a process that lives are only told: see [`others`](super::others).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::dependencies::{Dependencies, WriteEnd};
use super::others::Others;
use super::reconcile;
use super::record::{LONGEST_WAIT, SentWrite, outcome_of_verdict, read, waited};
use crate::app::{Message, OpenWrite, ReqId, Sight, Verdict, Write};
use crate::store::IntentId;

/// When a write of long ago is searched for: no list lags so far behind. Of one that was noted a minute
/// ago nobody knows how long it waited for its turn, so it counts as just sent.
const LATE_SEARCHES: [Duration; 4] =
    [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(5)];

/// Tells which writes are open, and gives those that others have open. One that cannot be read any
/// more is said, and stays in the journal.
pub(super) async fn announce(deps: &Dependencies) -> Others {
    if let Some(why) = deps.journal.lock_trouble() {
        let words = format!("whether another pushdeck still runs is not known, as it has no lock: {why}");
        deps.note(words).await;
    }
    // What cannot be taken over now counts as another's for now, and is tried again.
    let taken = deps.journal.take_over().await.map(drop);
    let intents = match taken.and(deps.journal.left_open().await) {
        Ok(intents) => intents,
        Err(why) => {
            deps.note(format!("whether writes of the last run are open is not known: {why}")).await;
            deps.journal.left_open().await.unwrap_or_default()
        }
    };
    let others = Others::of(&intents);
    let count = intents.len();
    let open: Vec<OpenWrite> = intents.into_iter().filter_map(|intent| read(deps, intent)).collect();
    if open.len() < count {
        let lost = count - open.len();
        deps.note(format!("{lost} open entries of the journal cannot be read; check the list")).await;
    }
    if !open.is_empty() {
        deps.tell(Message::LeftOpen(open)).await;
    }
    others
}

/// Finds out about one. Its entry is to be closed when the outcome is known, or never will be: that was
/// told often enough then, and need not be told at every start from now on.
pub(super) async fn settle(deps: &Dependencies, req: ReqId, open: OpenWrite) -> (Message, Option<WriteEnd>) {
    let mut deps = deps.clone();
    let age = deps.context.now() - open.sent;
    deps.searches = searches(age, deps.searches, deps.longest_call);
    deps.waited = waited(age);
    let entry = open.entry.map(IntentId);
    let sent = sent(&deps, open);
    let found = reconcile::settle(&deps, &sent, req).await;
    let outcome = match &found.verdict {
        Verdict::CannotTell(why) => found.is_final.then(|| json!({"result": "cannot tell", "why": why})),
        verdict @ (Verdict::Done(_) | Verdict::NotDone | Verdict::Several(_)) => {
            outcome_of_verdict(&deps, verdict)
        }
    };
    let end = entry.zip(outcome).map(|(entry, outcome)| WriteEnd { entry, outcome, created: None });
    (Message::Settled { req, verdict: found.verdict }, end)
}

/// Searches once, now. What is proven by it goes into the journal, also over an earlier "not done".
pub(super) async fn search(deps: &Dependencies, req: ReqId, open: OpenWrite) -> (Message, Option<WriteEnd>) {
    let entry = open.entry.map(IntentId);
    let opens_in = opens_in(deps, &open.write, open.sent);
    let sight = reconcile::search(deps, &sent(deps, open)).await;
    let outcome = match &sight {
        Sight::Settled(verdict) => outcome_of_verdict(deps, verdict),
        Sight::NotThere | Sight::NoAnswer(_) | Sight::Unclear(_) => None,
    };
    let end = entry.zip(outcome).map(|(entry, outcome)| WriteEnd { entry, outcome, created: None });
    (Message::Searched { req, sight, opens_in }, end)
}

fn sent(deps: &Dependencies, open: OpenWrite) -> SentWrite {
    let OpenWrite { entry, write, sent, .. } = open;
    let to = deps.context.now().clamp(sent + deps.longest_call, sent + LONGEST_WAIT);
    SentWrite { write, entry: entry.map(IntentId), from: sent, to }
}

/// How long "not there" is still too early to be believed.
fn opens_in(deps: &Dependencies, write: &Write, sent: DateTime<Utc>) -> Duration {
    let opens = TimeDelta::from_std(deps.opens_after(write)).unwrap_or(TimeDelta::MAX);
    let age = deps.context.now() - sent;
    opens.checked_sub(&age).and_then(|left| left.to_std().ok()).unwrap_or_default()
}

/// When a write of that age is searched for, if one just sent is searched for at `usual`.
fn searches(age: TimeDelta, usual: [Duration; 4], longest_call: TimeDelta) -> [Duration; 4] {
    if age > LONGEST_WAIT {
        return LATE_SEARCHES;
    }
    let [first, second, third, last] = usual;
    // Another pushdeck may be sending it right now.
    let rest = (longest_call - age).to_std().unwrap_or_default();
    [first, second, third, last.max(rest)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_write_of_long_ago_is_searched_for_in_haste_and_none_is_given_up_while_it_may_be_under_way() {
        let usual = [2, 5, 10, 20].map(Duration::from_secs);
        let of = |seconds| searches(TimeDelta::seconds(seconds), usual, TimeDelta::seconds(30));
        assert_eq!(of(601), LATE_SEARCHES);
        // It may have waited for its turn all the time, and have been sent just before the crash.
        assert_eq!((of(600), of(31)), (usual, usual));
        assert_eq!(of(1), [2, 5, 10, 29].map(Duration::from_secs));
        // A clock that was put back.
        assert_eq!(of(-5), [2, 5, 10, 35].map(Duration::from_secs));
    }
}
