//! Control over a running sandbox: its faults, its clock, its outcomes, and a look behind the wire.
//!
//! Here for programs in the same process; [`http`] is the same for others. Nothing here is part of
//! the service that is imitated, and nothing here passes signature or rate.

mod hosts;
mod http;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;

use super::answer::task_info;
use super::clock::Clock;
use super::counters::Counters;
use super::engine::Lost;
use super::faults::Fault;
use super::routes::Shared;
use super::rules;
use super::store::{OutcomeRule, Store};
use super::{Running, lock};
use crate::domain::JsonObject;
use crate::domain::wire::Command;

pub(super) use hosts::host;
pub(super) use http::{PREFIX, answer};

/// How dispatches shall end. What is given must fit; nothing given fits every dispatch. Of several
/// outcomes that fit the one that was set first decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Only tasks of this application.
    pub sdkappid: Option<u64>,
    /// Only this task.
    pub task: Option<i64>,
    /// Only tasks with this title.
    pub title: Option<String>,
    /// Only tasks with this account among the recipients.
    pub account: Option<String>,
    /// `DispatchErr`; `None` is a success.
    pub failure: Option<String>,
    /// For how many dispatches; `None` for all.
    pub times: Option<u32>,
}

/// Some of the tasks as they are, whoever may see them.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// Tasks in the shape of `TaskInfo`, by `TaskID`.
    pub tasks: Vec<Value>,
    /// There are more; the next question is for ids above this.
    pub next: Option<i64>,
    /// How many tasks of the application were deleted so far.
    pub deleted: i64,
    /// Pending and dispatching tasks that count for the quota.
    pub active: i64,
}

/// Most tasks in one answer.
const PAGE: i64 = 10_000;

impl Running {
    /// From now on every answer waits this long before it is sent: a slow network.
    pub fn set_delay(&self, delay: Duration) {
        self.shared.modes.delay_ms.store(milliseconds(delay), Ordering::Relaxed);
    }

    /// From now on a list does not show tasks that were created less than this ago.
    pub fn set_list_lag(&self, lag: Duration) {
        self.shared.modes.list_lag_ms.store(milliseconds(lag), Ordering::Relaxed);
    }

    /// From now on a create puts another `MsgRandom` in the place of the one that was sent, or not.
    pub fn set_rewrite_msg_random(&self, on: bool) {
        self.shared.modes.rewrite_msg_random.store(on, Ordering::Relaxed);
    }

    /// Scripts a fault behind those that wait.
    ///
    /// # Errors
    /// Too many wait.
    pub fn add_fault(&self, fault: Fault) -> Result<(), String> {
        lock(&self.shared.script).add(vec![fault])
    }

    /// The faults that wait.
    pub fn faults(&self) -> Vec<Fault> {
        lock(&self.shared.script).waiting().to_vec()
    }

    /// No fault waits any more.
    pub fn clear_faults(&self) {
        lock(&self.shared.script).clear();
    }

    /// How often what was called.
    pub fn counters(&self) -> Counters {
        lock(&self.shared.counters).clone()
    }

    /// Counts from nothing again.
    pub fn reset_counters(&self) {
        *lock(&self.shared.counters) = Counters::default();
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.shared.peers.count()
    }

    /// One round of the dispatcher at the clock's present. Only with a virtual clock is there need.
    pub async fn tick(&self) {
        while self.shared.dispatch().await.is_zero() {}
    }

    /// The time the sandbox shows.
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.options.clock.now()
    }

    /// Moves the virtual clock ahead; what became due on the way was dispatched at its own second
    /// when this returns.
    ///
    /// # Errors
    /// The clock is the real one, or the database failed.
    pub async fn advance(&self, by: Duration) -> Result<DateTime<Utc>, String> {
        self.shared.advance(by).await
    }

    /// Puts the virtual clock to a time. Ahead it is as [`Running::advance`].
    ///
    /// # Errors
    /// The clock is the real one, or the database failed.
    pub async fn set_clock(&self, to: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
        self.shared.move_clock(|_| Some(to)).await
    }

    /// Sets how dispatches shall end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_outcome(&self, outcome: Outcome) -> Result<(), String> {
        self.shared.set_outcome(outcome).await.map(drop)
    }

    /// From now on every dispatch of a task with this title fails with this text.
    ///
    /// # Errors
    /// What the database says.
    pub async fn fail_title(&self, title: &str, failure: &str) -> Result<(), String> {
        let (title, failure) = (Some(title.to_owned()), Some(failure.to_owned()));
        self.set_outcome(Outcome { title, failure, ..Outcome::default() }).await
    }

    /// Dispatches end as they would by themselves again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn clear_outcomes(&self) -> Result<(), String> {
        self.shared.on_store(|store| store.forget_rules().map(drop)).await
    }

    /// Calls a command as another operator would, past signature, rate and faults. A missing
    /// `Sdkappid` is the first application's. Gives the answer that went over the wire otherwise.
    pub async fn call(&self, command: Command, body: JsonObject) -> Value {
        let text = self.shared.call(command, body).await;
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// The tasks of an application as they are, with ids above `after`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn truth(&self, sdkappid: u64, after: i64) -> Result<Truth, String> {
        self.shared.truth(sdkappid, after, PAGE).await
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Shared {
    async fn on_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        match self.engine.write(work).await {
            Ok(done) => done.map_err(|err| err.to_string()),
            Err(Lost) => Err("the database is not to be written to, or the sandbox has stopped".to_owned()),
        }
    }

    async fn advance(self: &Arc<Self>, by: Duration) -> Result<DateTime<Utc>, String> {
        let by = TimeDelta::from_std(by).map_err(|_| "that is too far".to_owned())?;
        self.move_clock(|now| now.checked_add_signed(by)).await
    }

    async fn move_clock(
        self: &Arc<Self>,
        to: impl FnOnce(DateTime<Utc>) -> Option<DateTime<Utc>>,
    ) -> Result<DateTime<Utc>, String> {
        let Clock::Virtual(clock) = &self.options.clock else {
            return Err("the clock is the real one; start with --clock virtual to move it".to_owned());
        };
        let _alone = self.moving.lock().await;
        let from = clock.now();
        let to = to(from).filter(|to| (0..=9999).contains(&chrono::Datelike::year(to)));
        let to = to.ok_or("that is beyond the calendar")?;
        let (shared, clock) = (Arc::clone(self), clock.clone());
        self.on_store(move |store| {
            shared.with_dispatcher(|dispatcher| dispatcher.walk(store, from, to))?;
            clock.set(to);
            Ok(to)
        })
        .await
    }

    async fn set_outcome(&self, outcome: Outcome) -> Result<i64, String> {
        let sdkappid = outcome.sdkappid.map(i64::try_from).transpose();
        let rule = OutcomeRule {
            id: 0,
            sdkappid: sdkappid.map_err(|_| "no such application".to_owned())?,
            task_id: outcome.task,
            title: outcome.title,
            account: outcome.account,
            failure: outcome.failure,
            remaining: outcome.times.map(i64::from),
        };
        self.on_store(move |store| store.rule(&rule)).await
    }

    async fn outcomes(&self) -> Result<Vec<Outcome>, String> {
        let rules = self.on_store(Store::rules).await?;
        let shown = |rule: OutcomeRule| Outcome {
            sdkappid: rule.sdkappid.and_then(|app| u64::try_from(app).ok()),
            task: rule.task_id,
            title: rule.title,
            account: rule.account,
            failure: rule.failure,
            times: rule.remaining.map(|times| u32::try_from(times).unwrap_or(u32::MAX)),
        };
        Ok(rules.into_iter().map(shown).collect())
    }

    async fn call(self: &Arc<Self>, command: Command, mut body: JsonObject) -> String {
        if let Some(first) = self.apps.first()
            && rules::given(&body, "Sdkappid").is_none()
        {
            body.insert("Sdkappid".to_owned(), first.sdkappid.into());
        }
        let named = body.get("Sdkappid").and_then(Value::as_u64);
        // One that does not exist is refused by the call itself, against the first.
        let app = self.apps.iter().position(|app| Some(app.sdkappid) == named).unwrap_or(0);
        let answer = self.carry_out(command, app, body, self.options.clock.now()).await;
        self.text(&answer)
    }

    async fn truth(&self, sdkappid: u64, after: i64, most: i64) -> Result<Truth, String> {
        let app = i64::try_from(sdkappid).map_err(|_| "no such application".to_owned())?;
        let most = most.clamp(1, PAGE);
        let (mut stored, deleted, active) = self
            .on_store(move |store| {
                Ok((store.after(app, after, most + 1)?, store.deleted(app)?, store.active(app)?))
            })
            .await?;
        let more = i64::try_from(stored.len()).is_ok_and(|count| count > most);
        if more {
            stored.pop();
        }
        let next = stored.last().map(|task| task.id).filter(|_| more);
        let tasks = stored.iter().map(|task| {
            let mut text = String::new();
            task_info(&mut text, task);
            serde_json::from_str(&text).map_err(|err| err.to_string())
        });
        Ok(Truth { tasks: tasks.collect::<Result<_, _>>()?, next, deleted, active })
    }
}
