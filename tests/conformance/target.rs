//! Where the cases go: a sandbox that is started for them, or any base URL.

use std::env;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use pushdeck::domain::wire::time_in;
use pushdeck::sandbox::{self, Clock, Credentials, Options, Running, VirtualClock};
use pushdeck::usersig;
use secrecy::SecretString;

/// The application of the sandbox under test. The key is made up; the vectors of UserSig have it too.
pub(crate) const APP: u64 = 88_888_888;
pub(crate) const WHO: &str = "administrator";
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Where the clock of a sandbox begins.
const BEGIN: &str = "2026-11-21 06:00:00";

/// How far apart the cases on one sandbox lie, so that none sees another's tasks in a list.
const APART: TimeDelta = TimeDelta::days(100);

/// Who calls, and where.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) base_url: String,
    pub(crate) sdkappid: u64,
    pub(crate) identifier: String,
    pub(crate) key: SecretString,
    pub(crate) http: reqwest::Client,
}

impl Caller {
    /// A UserSig of this application at that time.
    pub(crate) fn sign(&self, now: DateTime<Utc>) -> String {
        let sig = usersig::sign(&self.key, self.sdkappid, &self.identifier, now.timestamp(), 3600, None);
        sig.unwrap().expose().to_owned()
    }

    /// The query of an honest call.
    pub(crate) fn query(&self, sig: &str) -> String {
        let Self { sdkappid, identifier, .. } = self;
        format!("sdkappid={sdkappid}&identifier={identifier}&usersig={sig}&random=7&contenttype=json")
    }
}

/// The service that the environment names, if it names one.
pub(crate) fn remote() -> Option<Caller> {
    let base_url = env::var("PUSHDECK_CONFORMANCE_URL").ok()?;
    let needed = |name: &str| env::var(name).unwrap_or_else(|_| panic!("{name} must be set as well"));
    let number = needed("PUSHDECK_CONFORMANCE_SDKAPPID");
    Some(Caller {
        sdkappid: number.parse().unwrap_or_else(|_| panic!("PUSHDECK_CONFORMANCE_SDKAPPID is no number")),
        identifier: needed("PUSHDECK_CONFORMANCE_IDENTIFIER"),
        key: SecretString::from(needed("PUSHDECK_CONFORMANCE_KEY")),
        http: client(base_url.starts_with("https")),
        base_url: base_url.trim_end_matches('/').to_owned(),
    })
}

/// A client; `tls` looks for the system's certificates.
pub(crate) fn client(tls: bool) -> reqwest::Client {
    // A second installation changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().timeout(std::time::Duration::from_secs(20));
    let builder = if tls { builder } else { builder.no_proxy().tls_certs_only(Vec::new()) };
    builder.build().unwrap()
}

/// A sandbox in the runner's hands: its options, its clock, its file.
pub(crate) struct Own {
    pub(crate) running: Running,
    pub(crate) clock: VirtualClock,
    pub(crate) caller: Caller,
    /// Where the next case begins.
    next: DateTime<Utc>,
    options: Options,
    _file: Option<tempfile::TempDir>,
}

impl Own {
    /// Starts one; with a database file when it is to be restarted.
    pub(crate) async fn start(table: &toml::Table, with_file: bool) -> Self {
        let file = with_file.then(|| tempfile::tempdir().unwrap());
        let clock = VirtualClock::new(time_in(BEGIN).unwrap());
        let mut options = options(table);
        options.clock = Clock::Virtual(clock.clone());
        options.db = file.as_ref().map(|dir| dir.path().join("tasks.db"));
        let running = launch(&options).await;
        let caller = Caller {
            base_url: running.base_url(),
            sdkappid: APP,
            identifier: WHO.to_owned(),
            key: SecretString::from(KEY),
            http: client(false),
        };
        Self { running, next: clock.now(), clock, caller, options, _file: file }
    }

    /// Puts the clock so far from the cases before that lists do not meet.
    pub(crate) fn set_apart(&mut self) {
        // A case may have let time pass.
        self.next = self.next.max(self.clock.now().with_nanosecond(0).unwrap()) + APART;
        self.clock.set(self.next);
    }

    /// Lets the dispatcher end what it began, out of the window of any limit of rate.
    pub(crate) async fn settle(&self) {
        self.running.advance(Duration::from_secs(10)).await.unwrap();
    }

    /// Ends it, lets time pass, starts it again on the same file.
    pub(crate) async fn restart(self, after: TimeDelta) -> Self {
        self.running.stop().await;
        self.clock.set(self.clock.now() + after);
        let running = launch(&self.options).await;
        let caller = Caller { base_url: running.base_url(), ..self.caller };
        Self { running, caller, ..self }
    }
}

async fn launch(options: &Options) -> Running {
    let credentials = Credentials { sdkappid: APP, identifier: WHO.to_owned(), key: SecretString::from(KEY) };
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    sandbox::start(anywhere, options.clone(), credentials, None).await.unwrap()
}

/// The options of a case, read as an options file is; no limit of rate unless it names one.
fn options(table: &toml::Table) -> Options {
    let mut table = table.clone();
    table.entry("rate_limit_per_second").or_insert(toml::Value::Integer(0));
    let file = toml::Table::from_iter([("sandbox".to_owned(), toml::Value::Table(table))]);
    let no_keys = |name: &str| Err(format!("no variable {name} here"));
    let read = Options::from_file(Path::new("case"), &file.to_string(), &no_keys);
    read.unwrap_or_else(|err| panic!("{err}"))
}
