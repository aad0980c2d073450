//! Control for programs in the same process.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::counters::Counters;
use super::super::faults::Fault;
use super::super::lock::lock;
use super::super::running::Running;
use super::super::store::OutcomeRule;
use super::operations::{PAGE, Truth, milliseconds};
use crate::domain::JsonObject;
use crate::domain::wire::Command;

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

    /// From now on every dispatch of a task with this title fails with this text.
    ///
    /// # Errors
    /// What the database says.
    pub async fn fail_title(&self, title: &str, failure: &str) -> Result<(), String> {
        let (title, failure) = (Some(title.to_owned()), Some(failure.to_owned()));
        self.shared.set_outcome(OutcomeRule { title, failure, ..OutcomeRule::default() }).await
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
