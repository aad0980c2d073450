//! A faithful server of the same five calls: axum on SQLite, for the demo, for tests and for training.
//!
//! It is a shell: it listens, waits and reads the clock. It shares only `domain` and `usersig` with
//! the client (I3), and it reads request bodies in its own way, so that a mistake on one side shows
//! on the other. It never lets a key or a signature out, save in [`profile_toml`], whose purpose
//! that is. What it does where the documents are silent is said in [`Options`].

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::serve::ListenerExt;
use rand::rngs::StdRng;
use rand::{CryptoRng, RngExt, SeedableRng};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

mod calls;
mod clock;
mod dispatch;
mod gate;
mod options;
mod routes;
mod rules;
mod seed;
mod store;
#[cfg(test)]
mod tests;

pub use clock::{Clock, VirtualClock};
pub use options::{ErrorStyle, ListTimeField, ModifyContent, Options, WantOverflow};
pub use seed::Seed;

use crate::usersig;
use routes::{Shared, lock};
use store::{OpenError, Store};

/// The application that the sandbox serves when none is named.
pub const DEFAULT_SDKAPPID: u64 = 1_400_000_001;

/// The administrator of that application.
pub const DEFAULT_IDENTIFIER: &str = "administrator";

/// How long calls under way may take to end after a stop.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// The one application that the sandbox serves, and who may call for it.
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
        /// Why.
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
                write!(f, "cannot use the database {}: {detail}; name another file", path.display())
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
    check(&credentials, now.timestamp())?;
    let refused = |error| StartError::Listen { addr: listen, error };
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    let addr = listener.local_addr().map_err(refused)?;

    let path = options.db.clone();
    let database = |error: OpenError| StartError::Database { path, detail: error.to_string() };
    let (opening, who) = (options.clone(), credentials.clone());
    let opened = tokio::task::spawn_blocking(move || open(&opening, &who, seed, now)).await;
    let store = opened.unwrap_or_else(|_| Err(OpenError::unknown())).map_err(database)?;

    let (stop, stopping) = watch::channel(false);
    let Credentials { sdkappid, identifier, key } = credentials;
    let shared = Arc::new(Shared {
        apps: vec![gate::App { sdkappid, key, admins: vec![identifier] }],
        store: Mutex::new(Some(store)),
        rate: Mutex::default(),
        rng: Mutex::new(options.random_seed.map_or_else(rand::make_rng, StdRng::seed_from_u64)),
        delay_ms: options.delay_ms.into(),
        stopping,
        options,
    });
    let server = tokio::spawn(serve(listener, Arc::clone(&shared)));
    let dispatcher = match shared.options.clock {
        Clock::Real => Some(tokio::spawn(dispatch_by_itself(Arc::clone(&shared)))),
        Clock::Virtual(_) => None,
    };
    Ok(Running { addr, shared, stop, server, dispatcher })
}

fn check(credentials: &Credentials, now: i64) -> Result<(), StartError> {
    let Credentials { sdkappid, identifier, key } = credentials;
    if *sdkappid == 0 || i64::try_from(*sdkappid).is_err() {
        return Err(StartError::Credentials("sdkappid must be a positive number".to_owned()));
    }
    match usersig::sign(key, *sdkappid, identifier, now, 1, None) {
        Ok(_) => Ok(()),
        Err(error) => Err(StartError::Credentials(error.to_string())),
    }
}

fn open(
    options: &Options,
    who: &Credentials,
    seed: Option<Seed>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Store, OpenError> {
    let store = Store::open(options.db.as_deref(), options.first_task_id)?;
    let app = i64::try_from(who.sdkappid).unwrap_or(i64::MAX);
    store.recover(now.timestamp().saturating_sub(options.misfire_grace_seconds))?;
    store.atomically(|store| {
        let seeded = match seed {
            Some(seed) if store.is_new()? => seed::plant(seed, now, app, &who.identifier, store)?,
            Some(_) | None => 0,
        };
        store.note_app(app, seeded)?;
        Ok::<(), OpenError>(())
    })?;
    Ok(store)
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut stopping = shared.stopping.clone();
    let listener = listener.tap_io(|stream| {
        // Only speed is lost when this fails.
        let _ = stream.set_nodelay(true);
    });
    let service = axum::serve(listener, routes::router(shared)).with_graceful_shutdown(async move {
        // Changed or gone: either way it is over.
        let _ = stopping.wait_for(|stop| *stop).await;
    });
    // Never ends with an error: failed accepts are retried inside.
    let _ = service.await;
}

async fn dispatch_by_itself(shared: Arc<Shared>) {
    let mut stopping = shared.stopping.clone();
    loop {
        let wait = shared.dispatch().await;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
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

    /// From now on every answer waits this long before it is sent: a slow network.
    pub fn set_delay(&self, delay: Duration) {
        let ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.shared.delay_ms.store(ms, Ordering::Relaxed);
    }

    /// One round of the dispatcher at the clock's present. Only with a virtual clock is there need.
    pub async fn tick(&self) {
        // How long until the next round concerns only the dispatcher's own loop.
        let _ = self.shared.dispatch().await;
    }

    /// From now on every dispatch of a task with this title fails with this text.
    ///
    /// # Errors
    /// What the database says.
    pub async fn fail_title(&self, title: &str, failure: &str) -> Result<(), String> {
        let (shared, title, failure) = (Arc::clone(&self.shared), title.to_owned(), failure.to_owned());
        let work = move || {
            let store = lock(&shared.store);
            let store = store.as_ref().ok_or("the sandbox has stopped")?;
            store.fail_title(&title, &failure).map_err(|err| err.to_string())
        };
        tokio::task::spawn_blocking(work).await.map_err(|err| err.to_string())?
    }

    /// Ends it: calls under way are answered, then the database is closed.
    pub async fn stop(self) {
        let Self { shared, stop, mut server, dispatcher, .. } = self;
        stop.send_replace(true);
        if tokio::time::timeout(STOP_PATIENCE, &mut server).await.is_err() {
            server.abort();
        }
        if let Some(dispatcher) = dispatcher {
            // It ends by itself; a panic of its own changes nothing here.
            let _ = dispatcher.await;
        }
        // The file is free when this returns, even while a late call still holds `shared`.
        let _ = tokio::task::spawn_blocking(move || drop(lock(&shared.store).take())).await;
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
