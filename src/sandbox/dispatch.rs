//! The dispatcher: due tasks go from pending over dispatching to dispatched.
//!
//! A round is a function of the store and a time, so that tests need no waiting. It never sends a
//! task twice and never retries a failed one.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rand::{Rng, RngExt};

use super::admission::App;
use super::options::Options;
use super::store::{Database, DispatchResult, Dispatching, OutcomeRule, PushCount};
use crate::domain::JsonObject;

/// Most tasks of one step of a round, so that calls get their turn between the rounds.
const BATCH: i64 = 1000;

/// Tasks are due at whole seconds: rounds that are no further apart than this begin each on time.
pub(super) const EVERY_SECOND: u64 = 1000;

/// The longest sleep, also when nothing is due: the clock may be put forward, and what was kept long enough
/// goes.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);

/// What a round needs besides the store.
pub(super) struct Dispatcher<'a, R> {
    pub(super) options: &'a Options,
    pub(super) apps: &'a [App],
    pub(super) rng: &'a mut R,
}

impl<R: Rng> Dispatcher<'_, R> {
    /// One round. Gives how long the next one may wait: not at all when there is more to do.
    pub(super) fn round(&mut self, store: &Database, now: DateTime<Utc>) -> rusqlite::Result<Duration> {
        let now_ms = now.timestamp_millis();
        let stay = self.stay();
        let mut full = self.finish(store, now, stay)?;
        let started = store.start_due(now_ms, BATCH)?;
        if started > 0 && stay == 0 {
            full |= self.finish(store, now, stay)?;
        }
        full |= is_full(started) || self.forget(store, now)?;
        if full {
            return Ok(Duration::ZERO);
        }
        self.until_next(store, now_ms)
    }

    /// Until the next dispatch begins or ends. Where rounds are further apart than the seconds in which
    /// tasks are due, a start waits for the next round.
    fn until_next(&self, store: &Database, now_ms: i64) -> rusqlite::Result<Duration> {
        let end = store.dispatching_since()?.map(|since| since.saturating_add(self.stay()));
        let (due, longest) = if self.options.tick_ms > EVERY_SECOND {
            (None, Duration::from_millis(self.options.tick_ms))
        } else {
            (store.next_due()?.map(|second| second.saturating_mul(1000)), LONGEST_SLEEP)
        };
        let left = end.into_iter().chain(due).min().map_or(i64::MAX, |at| at.saturating_sub(now_ms));
        let left = Duration::from_millis(u64::try_from(left.max(1)).unwrap_or(u64::MAX));
        Ok(left.min(longest))
    }

    /// All rounds between two times of a virtual clock: each task goes at its own second.
    pub(super) fn walk(
        &mut self,
        store: &Database,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> rusqlite::Result<()> {
        let mut now = from.min(to);
        loop {
            while self.round(store, now)?.is_zero() {}
            if now >= to {
                return Ok(());
            }
            let due = store.next_due()?.map(|second| second.saturating_mul(1000));
            let over = store.dispatching_since()?.map(|since| since.saturating_add(self.stay()));
            let (at, end) = (now.timestamp_millis(), to.timestamp_millis());
            let next = due.into_iter().chain(over).min().unwrap_or(end).clamp(at + 1, end);
            now = DateTime::from_timestamp_millis(next).unwrap_or(to);
        }
    }

    fn stay(&self) -> i64 {
        i64::try_from(self.options.dispatch_duration_ms).unwrap_or(i64::MAX)
    }

    /// Removes what was kept long enough.
    fn forget(&self, store: &Database, now: DateTime<Utc>) -> rusqlite::Result<bool> {
        let days = self.options.retention_days;
        if days <= 0 {
            return Ok(false);
        }
        let before = now.timestamp().saturating_sub(days.saturating_mul(86_400));
        store.forget(before, BATCH).map(is_full)
    }

    /// Ends the dispatches that lasted long enough; whether there may be more.
    fn finish(&mut self, store: &Database, now: DateTime<Utc>, stay: i64) -> rusqlite::Result<bool> {
        let now_ms = now.timestamp_millis();
        let tasks = store.leaving(now_ms.saturating_sub(stay), now_ms, BATCH)?;
        if tasks.is_empty() {
            return Ok(false);
        }
        let mut rules = store.rules()?;
        let mut pushed = HashMap::new();
        for task in &tasks {
            let content: JsonObject = serde_json::from_str(&task.content).unwrap_or_default();
            let failure = match rules.iter().position(|(_, rule)| fits(rule, task, &content)) {
                Some(at) => ruled(store, &mut rules, at)?,
                None => self.limited(store, task, &mut pushed)?,
            };
            if let Some(failure) = &failure {
                store.end(task.id, DispatchResult::Failed(failure))?;
            } else {
                let random = content.get("MsgRandom").and_then(serde_json::Value::as_u64);
                let random = random.and_then(|n| u32::try_from(n).ok());
                let id = push_id(&task.kind, task.sdkappid, now.timestamp(), random, self.rng);
                store.end(task.id, DispatchResult::Sent(&id))?;
            }
        }
        for (sdkappid, pushed) in pushed {
            store.note_pushed(sdkappid, pushed)?;
        }
        Ok(is_full(tasks.len()))
    }

    /// The failure by a limit of the push API, when those are enforced. They are for pushes to all
    /// and by tag; what counts is the second in which the dispatch began.
    fn limited(
        &self,
        store: &Database,
        task: &Dispatching,
        pushed: &mut HashMap<i64, PushCount>,
    ) -> rusqlite::Result<Option<String>> {
        if !self.options.enforce_push_limits || task.kind == "User" {
            return Ok(None);
        }
        let app = self.apps.iter().find(|app| i64::try_from(app.sdkappid) == Ok(task.sdkappid));
        let most = app.map_or(self.options.push_limit_per_day, |app| app.push_limit_per_day);
        let before = match pushed.get(&task.sdkappid) {
            Some(pushed) => *pushed,
            None => store.pushed(task.sdkappid)?,
        };
        let second = task.started_ms.div_euclid(1000);
        let day = second.div_euclid(86_400) * 86_400;
        let count = if before.day == day { before.count } else { 0 };
        if most > 0 && count >= most {
            return Ok(Some(format!("push failed: code 90047, the daily limit of {most} pushes is reached")));
        }
        if before.second == second {
            return Ok(Some("push failed: code 90024, more than one push in a second".to_owned()));
        }
        pushed.insert(task.sdkappid, PushCount { day, count: count + 1, second });
        Ok(None)
    }
}

fn is_full(count: usize) -> bool {
    i64::try_from(count).is_ok_and(|count| count >= BATCH)
}

/// The outcome that a rule wants; the rule is used once more.
fn ruled(
    store: &Database,
    rules: &mut Vec<(i64, OutcomeRule)>,
    at: usize,
) -> rusqlite::Result<Option<String>> {
    let Some((id, rule)) = rules.get_mut(at) else { return Ok(None) };
    let failure = rule.failure.clone();
    if let Some(times) = &mut rule.times {
        *times = times.saturating_sub(1);
        let over = *times == 0;
        store.rule_used(*id)?;
        if over {
            rules.remove(at);
        }
    }
    Ok(failure)
}

fn fits(rule: &OutcomeRule, task: &Dispatching, content: &JsonObject) -> bool {
    let addressed = |account: &String| {
        let list = content.get("To_Account").and_then(serde_json::Value::as_array);
        list.is_some_and(|list| list.iter().any(|item| item.as_str() == Some(account)))
    };
    rule.task.is_none_or(|id| id == task.id)
        && rule.sdkappid.is_none_or(|app| i64::try_from(app) == Ok(task.sdkappid))
        && rule.title.as_ref().is_none_or(|title| *title == task.title)
        && rule.account.as_ref().is_none_or(addressed)
}

/// A `PushTaskID` of the shape that the documents' samples have (documents, *List scheduled tasks*): hex of the time, the
/// application, two random groups, `MsgRandom`; pushes to users begin with `batch_`.
pub(super) fn push_id(kind: &str, sdkappid: i64, at: i64, random: Option<u32>, rng: &mut impl Rng) -> String {
    let random = random.unwrap_or_else(|| rng.random());
    let front = if kind == "User" { "batch_" } else { "" };
    let (node, serial): (u64, u32) = (rng.random::<u64>() >> 20, rng.random());
    format!("{front}{at:08x}_{sdkappid:08x}_2000{node:011x}_{serial:08x}_{random:08x}")
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_push_id_has_the_shape_of_the_documents_sample() {
        let mut rng = StdRng::seed_from_u64(1);
        let sample = "69cf7344_537529d8_200003546b784eb_3a080d7b_5152250d";
        let made = push_id("All", 0x5375_29d8, 0x69cf_7344, Some(1_364_337_933), &mut rng);
        let lengths = |id: &str| id.split('_').map(str::len).collect::<Vec<_>>();
        assert_eq!(lengths(&made), lengths(sample));
        assert!(made.starts_with("69cf7344_537529d8_2000") && made.ends_with("_5152250d"), "{made}");
        assert!(push_id("User", 1, 1, None, &mut rng).starts_with("batch_00000001_"));
    }

    #[test]
    fn with_nothing_to_do_rounds_that_are_far_apart_come_every_tick_and_others_after_the_longest_sleep() {
        let store = Database::open(None, 1).unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        for (tick_ms, wait) in
            [(5, LONGEST_SLEEP), (1000, LONGEST_SLEEP), (1001, ms(1001)), (30_000, ms(30_000))]
        {
            let options = Options { tick_ms, ..Options::default() };
            let mut rng = StdRng::seed_from_u64(1);
            let mut dispatcher = Dispatcher { options: &options, apps: &[], rng: &mut rng };
            assert_eq!(dispatcher.round(&store, now).unwrap(), wait, "{tick_ms}");
        }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }
}
