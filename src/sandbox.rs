//! A faithful server of the same five calls: axum on SQLite, for the demo, for tests and for training.
//!
//! It is a shell: it listens, waits and reads the clock. It shares only `domain` and `usersig` with
//! the client (I3), and it reads request bodies in its own way, so that a mistake on one side shows
//! on the other. It never lets a key or a signature out, save in [`profile_toml`], whose purpose
//! that is. What it does where the documents are silent is said in [`Options`].

use std::collections::BTreeSet;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{CryptoRng, RngExt, SeedableRng};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

mod answer;
mod calls;
mod clock;
mod control;
mod counters;
mod dispatch;
mod engine;
mod faults;
mod gate;
mod listener;
mod lockout;
pub mod options;
mod routes;
mod rules;
mod seed;
mod store;
#[cfg(test)]
mod tests;

pub use clock::{Clock, VirtualClock};
pub use control::{Outcome, Truth};
pub use counters::{Count, Counters};
pub use faults::{Fault, FaultKind, When};
pub use options::{AppOptions, ErrorStyle, Limits, ListTimeField, ModifyContent, Options, WantOverflow};
pub use seed::Seed;

use crate::usersig;
use engine::Engine;
use gate::App;
use routes::{Modes, Shared};
use store::{OpenError, Store};

/// The application that the sandbox serves when none is named.
pub const DEFAULT_SDKAPPID: u64 = 1_400_000_001;

/// The administrator of that application.
pub const DEFAULT_IDENTIFIER: &str = "administrator";

/// A lock whose holder panicked is still good: no value is left half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a name or an address by which the control interface may be called, as [`Options`] hold it.
///
/// # Errors
/// What it must look like.
pub fn host_name(text: &str) -> Result<String, String> {
    let name = control::host(text).filter(|name| text.trim_end_matches('.').eq_ignore_ascii_case(name));
    name.ok_or_else(|| "it must be a name or an address, without a port".to_owned())
}

/// The first application that the sandbox serves, and who may call for it. Others are in
/// [`Options::apps`].
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Its number.
    pub sdkappid: u64,
    /// The UserID of its App administrator.
    pub identifier: String,
    /// Its secret key, as text.
    pub key: SecretString,
}

impl Credentials {
    /// The default application with a key made on the spot.
    pub fn made(rng: &mut impl CryptoRng) -> Self {
        Self { sdkappid: DEFAULT_SDKAPPID, identifier: DEFAULT_IDENTIFIER.to_owned(), key: make_key(rng) }
    }
}

/// A secret key of the shape that the console gives: 64 hex digits.
pub fn make_key(rng: &mut impl CryptoRng) -> SecretString {
    let digit = || char::from_digit(rng.random_range(0..16), 16).unwrap_or('0');
    SecretString::from(std::iter::repeat_with(digit).take(64).collect::<String>())
}

/// Why the sandbox could not start.
#[derive(Debug)]
pub enum StartError {
    /// The address cannot be listened on.
    Listen {
        /// The address.
        addr: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// The database cannot be used.
    Database {
        /// The file; `None` for the one in memory.
        path: Option<PathBuf>,
        /// Why, and what to do about it.
        detail: String,
    },
    /// The application, the identifier or the key cannot be used.
    Credentials(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { addr, error } => {
                write!(f, "cannot listen on {addr}: {error}; choose another address, port 0 takes a free one")
            }
            Self::Database { path: Some(path), detail } => {
                write!(f, "cannot use the database {}: {detail}", path.display())
            }
            Self::Database { path: None, detail } => write!(f, "cannot make the database: {detail}"),
            Self::Credentials(detail) => write!(f, "cannot serve this application: {detail}"),
        }
    }
}

impl std::error::Error for StartError {}

/// A sandbox that serves. When it is dropped it ends as well, only without waiting.
#[derive(Debug)]
pub struct Running {
    /// Where it listens, with the port that it got.
    pub addr: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    dispatcher: Option<JoinHandle<()>>,
}

/// Starts the sandbox: when this returns, calls are answered. Demo data goes only into a database
/// that is new; it does not count against the quota of tasks, so that there is room for others.
///
/// # Errors
/// An address, a database or credentials that cannot be used.
pub async fn start(
    listen: SocketAddr,
    options: Options,
    credentials: Credentials,
    seed: Option<Seed>,
) -> Result<Running, StartError> {
    let now = options.clock.now();
    let apps = apps(&credentials, &options);
    check(&apps, now.timestamp())?;
    let refused = |error| StartError::Listen { addr: listen, error };
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    let addr = listener.local_addr().map_err(refused)?;

    let path = options.db.clone();
    let database = |error: OpenError| StartError::Database {
        detail: path.as_ref().map_or_else(|| error.to_string(), |_| format!("{error}; {}", error.advice)),
        path,
    };
    let opening = options.clone();
    let opened = tokio::task::spawn_blocking(move || open(&opening, &credentials, seed, now)).await;
    let engine = opened.unwrap_or_else(|_| Err(OpenError::unknown())).map_err(database)?;

    let (stop, stopping) = watch::channel(false);
    let shared = Arc::new(Shared {
        apps,
        engine: Arc::new(engine),
        rate: Mutex::default(),
        lockout: Mutex::default(),
        rng: Mutex::new(options.random_seed.map_or_else(rand::make_rng, StdRng::seed_from_u64)),
        modes: Modes::of(&options),
        script: Mutex::default(),
        written: Notify::new(),
        counters: Mutex::default(),
        peers: listener::Peers::default(),
        moving: tokio::sync::Mutex::default(),
        large: Shared::large(),
        stopping,
        options,
    });
    let server = tokio::spawn(listener::serve(listener, Arc::clone(&shared)));
    let dispatcher = match shared.options.clock {
        Clock::Real => Some(tokio::spawn(dispatch_by_itself(Arc::clone(&shared)))),
        Clock::Virtual(_) => None,
    };
    Ok(Running { addr, shared, stop, server, dispatcher })
}

/// All applications, the first one first.
fn apps(first: &Credentials, options: &Options) -> Vec<App> {
    let first = App {
        sdkappid: first.sdkappid,
        key: first.key.clone(),
        admins: vec![first.identifier.clone()],
        max_active_tasks: options.max_active_tasks,
        known_accounts: options.known_accounts.clone(),
        known_attributes: options.known_attributes.clone(),
        push_limit_per_day: options.push_limit_per_day,
    };
    let further = options.apps.iter().map(|app| App {
        sdkappid: app.sdkappid,
        key: app.key.clone(),
        admins: app.admins.clone(),
        max_active_tasks: app.max_active_tasks.unwrap_or(options.max_active_tasks),
        known_accounts: app.known_accounts.clone().unwrap_or_else(|| options.known_accounts.clone()),
        known_attributes: app.known_attributes.clone().unwrap_or_else(|| options.known_attributes.clone()),
        push_limit_per_day: app.push_limit_per_day.unwrap_or(options.push_limit_per_day),
    });
    std::iter::once(first).chain(further).collect()
}

fn check(apps: &[App], now: i64) -> Result<(), StartError> {
    let mut seen = BTreeSet::new();
    for App { sdkappid, key, admins, .. } in apps {
        if *sdkappid == 0 || i64::try_from(*sdkappid).is_err() {
            return Err(StartError::Credentials("sdkappid must be a positive number".to_owned()));
        }
        if !seen.insert(sdkappid) {
            return Err(StartError::Credentials(format!("the sdkappid {sdkappid} is named twice")));
        }
        for admin in admins {
            usersig::sign(key, *sdkappid, admin, now, 1, None)
                .map_err(|error| StartError::Credentials(error.to_string()))?;
        }
    }
    Ok(())
}

fn open(
    options: &Options,
    who: &Credentials,
    seed: Option<Seed>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Engine, OpenError> {
    let store = Store::open(options.db.as_deref(), options.first_task_id)?;
    let first = i64::try_from(who.sdkappid).unwrap_or(i64::MAX);
    store.recover(now.timestamp().saturating_sub(options.misfire_grace_seconds))?;
    store.atomically(|store| {
        let new = store.is_new()?;
        store.note_app(first, 0)?;
        for app in &options.apps {
            store.note_app(i64::try_from(app.sdkappid).unwrap_or(i64::MAX), 0)?;
        }
        if let Some(seed) = seed.filter(|_| new) {
            let seeded = seed::fill(seed, now, first, &who.identifier, store)?;
            store.note_app(first, seeded)?;
        }
        Ok::<(), OpenError>(())
    })?;
    Engine::start(store)
}

async fn written(shared: &Shared) {
    shared.written.notified().await;
    tokio::time::sleep(AFTER_A_WRITE).await;
}

/// So long the dispatcher waits for more writes before it looks what is due.
const AFTER_A_WRITE: Duration = Duration::from_millis(100);

async fn dispatch_by_itself(shared: Arc<Shared>) {
    let mut stopping = shared.stopping.clone();
    loop {
        let wait = shared.dispatch().await;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            // A write may have brought something that is due sooner; of many in a row one round is enough.
            () = written(&shared), if shared.options.tick_ms <= dispatch::EVERY_SECOND => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

impl Running {
    /// What a profile names as its endpoint: `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        let mut addr = self.addr;
        if addr.ip().is_unspecified() {
            addr.set_ip(if addr.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
        }
        format!("http://{addr}")
    }

    /// What was put right with the database file at the start: sentences for the operator.
    pub fn notes(&self) -> &[String] {
        self.shared.engine.notes()
    }

    /// What the operator must know of the database file while it runs: a sentence each time there is
    /// something new. The first one counts as seen.
    pub fn warnings(&self) -> watch::Receiver<String> {
        self.shared.engine.warnings()
    }

    /// Ends it: calls that were accepted are answered, then the database is closed.
    pub async fn stop(self) {
        let Self { shared, stop, server, dispatcher, .. } = self;
        stop.send_replace(true);
        // It ends by itself, in bounded time; a panic of its own changes nothing here.
        let _ = server.await;
        if let Some(dispatcher) = dispatcher {
            // As before.
            let _ = dispatcher.await;
        }
        // The file is free when this returns, even while a late call still holds `shared`.
        shared.engine.stop().await;
    }
}

/// Where a profile takes the key from.
#[derive(Clone, Copy, Debug)]
pub enum ProfileKey<'a> {
    /// An environment variable of this name.
    Env(&'a str),
    /// The key itself, for one that was made on the spot.
    Text(&'a SecretString),
}

/// A ready-made configuration for this sandbox. With [`ProfileKey::Text`] it holds the key: it is
/// meant for the operator's eyes and file, not for a log.
pub fn profile_toml(base_url: &str, sdkappid: u64, identifier: &str, key: ProfileKey<'_>) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let key = match key {
        ProfileKey::Env(name) => format!("secret_key_env = {}", quoted(name)),
        ProfileKey::Text(key) => format!("secret_key = {}", quoted(key.expose_secret())),
    };
    format!(
        "default_profile = \"sandbox\"\n\n[profiles.sandbox]\nenvironment = \"sandbox\"\nendpoint = {}\n\
         sdkappid = {sdkappid}\nidentifier = {}\n{key}\n",
        quoted(base_url),
        quoted(identifier),
    )
}
