//! What all calls and the dispatcher share, and what they do with it.
//!
//! No lock is held over an await.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::{Notify, Semaphore, SemaphorePermit, watch};

use super::admission::{App, Rate};
use super::answer::CallAnswer;
use super::calls::{CallContext, carry_out};
use super::counters::Counters;
use super::dispatch::Dispatcher;
use super::engine::{Engine, Lost};
use super::faults::Script;
use super::lock::lock;
use super::lockout::Lockout;
use super::options::Options;
use super::peers::Peers;
use super::rules::Refusal;
use super::store::Database;
use crate::domain::JsonObject;
use crate::domain::wire::Command;

/// A body above this is worked on as one of few at a time: as JSON it may become many times as large.
/// While it arrives it has only the budget of its own connection, so that whoever stalls holds up
/// nobody else.
const LARGE: usize = 64 << 10;

/// How many of those.
const LARGE_AT_ONCE: usize = 4;

/// What all calls and the dispatcher share.
#[derive(Debug)]
pub(super) struct ServerState {
    pub(super) options: Options,
    pub(super) apps: Vec<App>,
    pub(super) engine: Arc<Engine>,
    pub(super) rate: Mutex<Rate>,
    pub(super) lockout: Mutex<Lockout>,
    pub(super) rng: Mutex<StdRng>,
    pub(super) modes: Modes,
    pub(super) script: Mutex<Script>,
    pub(super) counters: Mutex<Counters>,
    pub(super) peers: Peers,
    /// Held by whoever moves a virtual clock.
    pub(super) moving: tokio::sync::Mutex<()>,
    pub(super) large: Semaphore,
    /// Tells the dispatcher of a write.
    pub(super) written: Notify,
    pub(super) stopping: watch::Receiver<bool>,
}

/// What can be switched while it runs.
#[derive(Debug, Default)]
pub(super) struct Modes {
    pub(super) delay_ms: AtomicU64,
    pub(super) list_lag_ms: AtomicU64,
    pub(super) rewrite_msg_random: AtomicBool,
}

impl Modes {
    fn of(options: &Options) -> Self {
        Self {
            delay_ms: options.delay_ms.into(),
            list_lag_ms: options.list_lag_ms.into(),
            rewrite_msg_random: options.rewrite_msg_random.into(),
        }
    }
}

impl ServerState {
    pub(super) fn new(
        options: Options,
        apps: Vec<App>,
        engine: Engine,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            apps,
            engine: Arc::new(engine),
            rate: Mutex::default(),
            lockout: Mutex::default(),
            rng: Mutex::new(options.random_seed.map_or_else(rand::make_rng, StdRng::seed_from_u64)),
            modes: Modes::of(&options),
            script: Mutex::default(),
            counters: Mutex::default(),
            peers: Peers::default(),
            moving: tokio::sync::Mutex::default(),
            large: Semaphore::new(LARGE_AT_ONCE),
            written: Notify::new(),
            stopping,
            options,
        }
    }

    /// What a large body needs to be worked on; held over no wait that a client or a script decides.
    pub(super) async fn permit(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        if bytes <= LARGE {
            return None;
        }
        // It is never closed.
        self.large.acquire().await.ok()
    }

    /// Random numbers for one call, so that nobody waits for another's.
    fn fork_rng(&self) -> StdRng {
        StdRng::from_rng(&mut *lock(&self.rng))
    }

    /// One round of the dispatcher; how long the next may wait.
    pub(super) async fn dispatch(self: &Arc<Self>) -> Duration {
        let shared = Arc::clone(self);
        let round = self.engine.write(move |store| {
            let now = shared.options.clock.now();
            shared.with_dispatcher(|dispatcher| dispatcher.round(store, now))
        });
        let otherwise = Duration::from_millis(self.options.tick_ms.max(1));
        round.await.ok().and_then(Result::ok).unwrap_or(otherwise)
    }

    pub(super) fn with_dispatcher<T>(&self, work: impl FnOnce(&mut Dispatcher<'_, StdRng>) -> T) -> T {
        let mut rng = self.fork_rng();
        work(&mut Dispatcher { options: &self.options, apps: &self.apps, rng: &mut rng })
    }

    /// Steps 10 to 16 of the pipeline for the application in that place of the list.
    pub(super) async fn carry_out(
        self: &Arc<Self>,
        command: Command,
        app: usize,
        body: JsonObject,
        now: DateTime<Utc>,
    ) -> CallAnswer {
        let shared = Arc::clone(self);
        let work = move |store: &Database| {
            let app = shared.apps.get(app).ok_or_else(Refusal::internal)?;
            let mut call = CallContext {
                app,
                now,
                options: &shared.options,
                list_lag_ms: shared.modes.list_lag_ms.load(Ordering::Relaxed),
                rewrite_msg_random: shared.modes.rewrite_msg_random.load(Ordering::Relaxed),
                rng: &mut shared.fork_rng(),
            };
            carry_out(command, &body, &mut call, store)
        };
        let done = if command.writes() {
            let done = self.engine.write(work).await;
            self.written.notify_one();
            done
        } else {
            self.engine.read(work).await
        };
        let outcome = done.unwrap_or_else(|Lost| Err(Refusal::internal()));
        CallAnswer { outcome, with_task_id: command.writes() }
    }

    /// The body of an answer.
    pub(super) fn text(&self, answer: &CallAnswer) -> String {
        answer.text(self.options.request_id.then(|| lock(&self.rng).random()))
    }
}
