//! Starts the sandbox: listener, database, dispatcher.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::admission::App;
use super::clock::Clock;
use super::credentials::Credentials;
use super::engine::Engine;
use super::options::Options;
use super::running::Running;
use super::seed::{self, Seed};
use super::shared::ServerState;
use super::store::{Database, OpenError};
use super::{dispatch, listener};
use crate::usersig;

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
    bind(listen).await?.serve(options, credentials, seed).await
}

/// The address, taken: whoever connects waits until it is served.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    /// Where it listens; the port is a real one.
    pub addr: SocketAddr,
}

/// Takes the address.
///
/// # Errors
/// When it cannot be listened on.
pub async fn bind(listen: SocketAddr) -> Result<Bound, StartError> {
    let refused = |error| StartError::Listen { addr: listen, error };
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    let addr = listener.local_addr().map_err(refused)?;
    Ok(Bound { listener, addr })
}

impl Bound {
    /// Starts the sandbox there, as [`start`] does.
    ///
    /// # Errors
    /// A database or credentials that cannot be used.
    pub async fn serve(
        self,
        options: Options,
        credentials: Credentials,
        seed: Option<Seed>,
    ) -> Result<Running, StartError> {
        let Self { listener, addr } = self;
        let now = options.clock.now();
        let apps = apps(&credentials, &options);
        check(&apps)?;
        let engine = open_beside(&options, credentials, seed, now).await?;

        let (stop, stopping) = watch::channel(false);
        let shared = Arc::new(ServerState::new(options, apps, engine, stopping));
        let server = tokio::spawn(listener::serve(listener, Arc::clone(&shared)));
        let dispatcher = match shared.options.clock {
            Clock::Real => Some(tokio::spawn(dispatch_by_itself(Arc::clone(&shared)))),
            Clock::Virtual(_) => None,
        };
        Ok(Running { addr, shared, stop, server, dispatcher })
    }
}

/// Opens the database where it may wait for a disk.
async fn open_beside(
    options: &Options,
    credentials: Credentials,
    seed: Option<Seed>,
    now: DateTime<Utc>,
) -> Result<Engine, StartError> {
    let path = options.db.clone();
    let database = |error: OpenError| StartError::Database {
        detail: path.as_ref().map_or_else(|| error.to_string(), |_| format!("{error}; {}", error.advice)),
        path,
    };
    let opening = options.clone();
    let opened = tokio::task::spawn_blocking(move || open(&opening, &credentials, seed, now)).await;
    opened.unwrap_or_else(|_| Err(OpenError::unknown())).map_err(database)
}

/// All applications, the first one first.
pub(super) fn apps(first: &Credentials, options: &Options) -> Vec<App> {
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

fn check(apps: &[App]) -> Result<(), StartError> {
    let mut seen = BTreeSet::new();
    for App { sdkappid, key, admins, .. } in apps {
        if *sdkappid == 0 || i64::try_from(*sdkappid).is_err() {
            return Err(StartError::Credentials("sdkappid must be a positive number".to_owned()));
        }
        if !seen.insert(sdkappid) {
            return Err(StartError::Credentials(format!("the sdkappid {sdkappid} is named twice")));
        }
        for admin in admins {
            usersig::check_signer(key, admin).map_err(|error| StartError::Credentials(error.to_string()))?;
        }
    }
    Ok(())
}

fn open(
    options: &Options,
    who: &Credentials,
    seed: Option<Seed>,
    now: DateTime<Utc>,
) -> Result<Engine, OpenError> {
    let store = Database::open(options.db.as_deref(), options.first_task_id)?;
    let first = i64::try_from(who.sdkappid).unwrap_or(i64::MAX);
    store.recover(now.timestamp().saturating_sub(options.misfire_grace_seconds))?;
    store.atomically(|store| {
        let new = store.is_new()?;
        store.note_app(first)?;
        for app in &options.apps {
            store.note_app(i64::try_from(app.sdkappid).unwrap_or(i64::MAX))?;
        }
        if let Some(seed) = seed.filter(|_| new) {
            seed::fill(seed, now, first, &who.identifier, store)?;
        }
        Ok::<(), OpenError>(())
    })?;
    Engine::start(store)
}

async fn written(shared: &ServerState) {
    shared.written.notified().await;
    tokio::time::sleep(AFTER_A_WRITE).await;
}

/// So long the dispatcher waits for more writes before it looks what is due.
const AFTER_A_WRITE: Duration = Duration::from_millis(100);

async fn dispatch_by_itself(shared: Arc<ServerState>) {
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
