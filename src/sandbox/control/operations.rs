//! What can be done to a running sandbox, whoever asks for it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::answer::task_info;
use super::super::clock::Clock;
use super::super::engine::Lost;
use super::super::rules;
use super::super::shared::ServerState;
use super::super::store::{Database, OutcomeRule};
use crate::domain::JsonObject;
use crate::domain::wire::Command;

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
pub(super) const PAGE: i64 = 10_000;

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl ServerState {
    pub(super) async fn on_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        match self.engine.write(work).await {
            Ok(done) => done.map_err(|err| err.to_string()),
            Err(Lost) => Err("the database is not to be written to, or the sandbox has stopped".to_owned()),
        }
    }

    pub(super) async fn advance(self: &Arc<Self>, by: Duration) -> Result<DateTime<Utc>, String> {
        let by = TimeDelta::from_std(by).map_err(|_| "that is too far".to_owned())?;
        self.move_clock(|now| now.checked_add_signed(by)).await
    }

    pub(super) async fn move_clock(
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

    pub(super) async fn set_outcome(&self, rule: OutcomeRule) -> Result<(), String> {
        self.on_store(move |store| store.add_rule(&rule).map(drop)).await
    }

    pub(super) async fn outcomes(&self) -> Result<Vec<OutcomeRule>, String> {
        let rules = self.on_store(Database::rules).await?;
        Ok(rules.into_iter().map(|(_, rule)| rule).collect())
    }

    pub(super) async fn call(self: &Arc<Self>, command: Command, mut body: JsonObject) -> String {
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

    pub(super) async fn truth(&self, sdkappid: u64, after: i64, most: i64) -> Result<Truth, String> {
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
