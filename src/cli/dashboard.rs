//! `pushdeck`: settings to one plan, then the dashboard on it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::SecondsFormat;
use tokio::sync::mpsc;

use super::{Exit, World, present};
use crate::api::{self, Client, Context, Timeouts};
use crate::app::PendingWrite;
use crate::app::{Effect, Message, Moment, Setup, State, Verdict, Write};
use crate::config::{self, ConfigError, Credential, Env, Flags, Origin, Profile, Settings, paths};
use crate::domain::profile::Environment;
use crate::domain::{text, wire};
use crate::sandbox::{self, Credentials, Options, Running, Seed};
use crate::store::{self, Opened, Store};
use crate::theme::{Depth, Theme};
use crate::worker::{self, Journal, Pace, Read, Reload, Tools};
use crate::{term, tui};

/// The name that the embedded sandbox has on screen.
const SANDBOX_NAME: &str = "sandbox";

/// Under which name the drafts and the journal of the embedded sandbox are kept.
const EMBEDDED_KEY: &str = "(embedded)";

/// Everything that is settled before anything starts.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the screens need.
    pub setup: Setup,
    /// Where the calls go.
    pub target: Target,
    /// The local database; `None` keeps drafts and journal in memory, as there is no home directory.
    pub store: Option<PathBuf>,
    /// Under which name drafts and journal are kept: profile, app and host, so that a renamed or
    /// re-pointed profile never meets the open writes of another app.
    pub store_key: String,
}

/// Where the calls go.
#[derive(Clone, Debug)]
pub enum Target {
    /// A server inside this process, started with the dashboard and gone with it.
    Embedded,
    /// Somewhere else.
    Service(Connection),
}

const NOTHING_TO_READ: &str =
    "this is the embedded sandbox; to use a profile, leave and start pushdeck without --sandbox";

/// Keys that may wait while a frame is drawn.
const INPUT_QUEUE: usize = 1024;
/// Questions that may wait for the worker.
const EFFECT_QUEUE: usize = 256;
/// Answers that may wait for the loop.
const ANSWER_QUEUE: usize = 1024;

/// What the environment says about the terminal.
#[derive(Clone, Copy, Debug)]
struct Look {
    depth: Depth,
    /// Debug builds break themselves after so long, to show that the terminal is given back.
    breaks_after: Option<Duration>,
}

impl Look {
    fn of(env: &Env) -> Self {
        let breaks_after = env.text("PUSHDECK_DEBUG_PANIC_AFTER_MS").filter(|_| cfg!(debug_assertions));
        let breaks_after = breaks_after.and_then(|text| text.parse().ok()).map(Duration::from_millis);
        Self { depth: Depth::of(|name| env.text(name)), breaks_after }
    }
}

/// What the calls need.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Base URL without a path.
    pub endpoint: String,
    /// The app.
    pub sdkappid: u64,
    /// The administrator who signs.
    pub identifier: String,
    /// What he signs with.
    pub credential: Credential,
    /// A PEM file of further authorities to trust.
    pub ca_file: Option<PathBuf>,
}

impl From<Connection> for api::Connection {
    fn from(from: Connection) -> Self {
        let Connection { endpoint, sdkappid, identifier, credential, ca_file } = from;
        let credential = match credential {
            Credential::Key(key) => api::Credential::Key(key),
            Credential::Sig(sig) => api::Credential::Sig(sig),
        };
        Self { base_url: endpoint, sdkappid, identifier, credential, ca_file }
    }
}

/// Reads settings and secret. May wait ten seconds for a `secret_key_command`.
///
/// # Errors
/// Everything that is wrong with them.
pub fn plan(flags: &Flags, env: &Env, system_zone: Option<&str>) -> Result<Plan, ConfigError> {
    let settings = config::load(flags, env, system_zone)?;
    let store = paths::state_dir(env).map(|dir| dir.join(store::FILE));
    match &settings.profile {
        Some(profile) => service(&settings, profile, env, store),
        None => Ok(embedded(&settings, flags, store)),
    }
}

fn service(
    settings: &Settings,
    profile: &Profile,
    env: &Env,
    store: Option<PathBuf>,
) -> Result<Plan, ConfigError> {
    let credential = config::resolve_secret(profile, env)?;
    let endpoint = &profile.endpoint.value;
    let host = host_of(endpoint);
    let name = &profile.name.value;
    let store_key = store_key(profile);
    let notice = match &profile.name.origin {
        origin @ Origin::Env(_) => Some(format!("profile {name}, chosen by {origin}")),
        Origin::Default | Origin::System | Origin::File(_) | Origin::Flag(_) => None,
    };
    let setup = Setup {
        profile: name.clone(),
        environment: profile.environment.value,
        place: profile.region.map_or(host, |region| region.label).to_owned(),
        sdkappid: profile.sdkappid.value,
        from_account: profile.from_account.value.clone(),
        zone: settings.timezone.value,
        page_size: profile.page_size.value,
        refresh: settings.refresh.value,
        notice,
        app: store_key.as_str().into(),
    };
    let target = Target::Service(Connection {
        endpoint: endpoint.clone(),
        sdkappid: setup.sdkappid,
        identifier: profile.identifier.value.clone(),
        credential,
        ca_file: profile.ca_file.as_ref().map(|file| file.value.clone()),
    });
    Ok(Plan { setup, target, store, store_key })
}

/// Under which name drafts and journal of a profile are kept.
pub(super) fn store_key(profile: &Profile) -> String {
    format!("{} {} {}", profile.name.value, profile.sdkappid.value, host_of(&profile.endpoint.value))
}

fn host_of(endpoint: &str) -> &str {
    endpoint.split_once("://").map_or(endpoint, |(_, host)| host)
}

fn embedded(settings: &Settings, flags: &Flags, store: Option<PathBuf>) -> Plan {
    let why = match &settings.file {
        _ if flags.sandbox => "asked for by --sandbox",
        Some(_) => "the config file has no profile",
        None => "there is no config file",
    };
    let setup = Setup {
        app: EMBEDDED_KEY.into(),
        profile: SANDBOX_NAME.to_owned(),
        environment: Environment::Sandbox,
        place: "embedded".to_owned(),
        sdkappid: sandbox::DEFAULT_SDKAPPID,
        from_account: sandbox::DEFAULT_IDENTIFIER.to_owned(),
        zone: settings.timezone.value,
        page_size: config::file::PAGE_SIZE,
        refresh: settings.refresh.value,
        notice: Some(format!("embedded sandbox, {why}: nothing is sent to anybody")),
    };
    Plan { setup, target: Target::Embedded, store, store_key: EMBEDDED_KEY.to_owned() }
}

/// Opens the dashboard and stays until it is closed.
pub(super) async fn run(flags: &Flags, mut world: World<'_>) -> Exit {
    if !world.stdout_is_terminal {
        world.complain(
            &"standard output is not a terminal, and the dashboard needs one; start pushdeck without a pipe or a \
              redirection, and over ssh with: ssh -t HOST pushdeck",
        );
        return Exit::Usage;
    }
    let plan = match plan(flags, &world.env, world.system_zone.as_deref()) {
        Ok(plan) => plan,
        Err(err) => {
            world.complain(&err);
            return Exit::Usage;
        }
    };
    let look = Look::of(&world.env);
    let reload = rereading(flags, world.env.clone(), world.system_zone.clone(), plan.setup.profile.clone());
    match open(plan, look, reload).await {
        Ok(()) => Exit::Done,
        Err(words) => {
            if term::takes_words() {
                world.complain(&words);
            } else {
                // Without the words: they name what was written. The journal holds it.
                tracing::warn!(event = "unsaid", why = "the terminal takes nothing");
            }
            Exit::Failed
        }
    }
}

/// How `:reload` reads the settings again: as at the start, but always those of the profile in use.
fn rereading(flags: &Flags, env: Env, system_zone: Option<String>, profile: String) -> Reload {
    let flags = Flags { profile: Some(profile), ..flags.clone() };
    Reload::by(move || {
        let Plan { mut setup, target, store_key, .. } =
            plan(&flags, &env, system_zone.as_deref()).map_err(|err| err.to_string())?;
        setup.notice = None;
        match target {
            Target::Service(connection) => Ok(Read { setup, connection: connection.into(), store_key }),
            Target::Embedded => Err(NOTHING_TO_READ.to_owned()),
        }
    })
}

async fn open(plan: Plan, look: Look, reload: Reload) -> Result<(), String> {
    let Plan { setup, target, store, store_key } = plan;
    match target {
        Target::Service(connection) => show(setup, connection, (store, store_key), look, reload).await,
        Target::Embedded => {
            let (running, connection) = start_embedded().await?;
            let reload = Reload::never(NOTHING_TO_READ);
            let result = show(setup, connection, (store, store_key), look, reload).await;
            running.stop().await;
            result
        }
    }
}

/// A server on a free port of this machine, and what it takes to call it.
pub(super) async fn start_embedded() -> Result<(Running, Connection), String> {
    let credentials = Credentials::made(&mut rand::rng());
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let Credentials { sdkappid, identifier, key } = credentials.clone();
    let running = sandbox::start(listen, Options::demo(), credentials, Some(Seed::default()))
        .await
        .map_err(|err| format!("the embedded sandbox did not start: {err}"))?;
    let endpoint = running.base_url();
    let credential = Credential::Key(key);
    Ok((running, Connection { endpoint, sdkappid, identifier, credential, ca_file: None }))
}

/// Opens the screens; returns when the operator has left and the terminal is restored.
async fn show(
    mut setup: Setup,
    connection: Connection,
    (store, store_key): (Option<PathBuf>, String),
    look: Look,
    reload: Reload,
) -> Result<(), String> {
    let context = Context::new(present, rand::random);
    let client = Client::new(&connection.into(), Timeouts::default(), context.clone())
        .map_err(|failure| failure.words().what)?;
    let store = match open_store(store).await {
        Ok(store) => store,
        Err(words) => {
            setup.notice = Some(format!("drafts and journal are not kept on disk: {words}"));
            None
        }
    };
    if let Some(words) = store.as_ref().and_then(|store| Opened::summary(store.opened())) {
        tracing::warn!(event = "mended", words);
        let before = setup.notice.take().map(|notice| format!(" · {notice}")).unwrap_or_default();
        setup.notice = Some(words + &before);
    }
    if let Some(store) = store.as_ref().filter(|_| store_key == EMBEDDED_KEY) {
        forget_open_writes(store, &store_key).await;
    }
    tracing::info!(
        event = "profile",
        profile = setup.profile,
        environment = setup.environment.name(),
        app = setup.sdkappid,
        place = setup.place,
        signature_until = %client.sig_until().to_rfc3339_opts(SecondsFormat::Secs, true),
    );
    let (notes, signals) = mpsc::channel(8);
    let (keys, input) = mpsc::channel(INPUT_QUEUE);
    let (effects, asked) = mpsc::channel(EFFECT_QUEUE);
    let (answers, answered) = mpsc::channel(ANSWER_QUEUE);
    let mut journal = Journal::new(store, &store_key);
    if store_key == EMBEDDED_KEY {
        journal = journal.of_own_service();
    }
    let tools = Tools { pace: Pace::default(), client: Arc::new(client), journal, context, reload };
    let work = tokio::spawn(worker::run_with(tools, asked, answers));
    tui::listen_for_signals(notes.clone()).map_err(|err| format!("cannot listen for signals: {err}"))?;
    let queues = Queues { input, signals, worker: answered, effects };
    let ended = draw(setup, look, queues, keys, notes).await;
    // The loop has waited as long as it should; what reads are left are of use to nobody.
    work.abort();
    let ended = ended.map_err(|err| format!("the terminal cannot be used: {err}"))?;
    parting_words(&ended).map_or(Ok(()), Err)
}

/// Why the terminal failed, if it did, and what was left open, also then.
fn parting_words(ended: &tui::Ended) -> Option<String> {
    let failed = ended.failed.as_ref().map(|err| format!("the terminal cannot be used: {err}"));
    let words: Vec<String> = failed.into_iter().chain(last_words(&ended.state)).collect();
    (!words.is_empty()).then(|| words.join("\n"))
}

/// The loop's ends of its queues.
struct Queues {
    input: mpsc::Receiver<Message>,
    signals: mpsc::Receiver<Message>,
    worker: mpsc::Receiver<Message>,
    effects: mpsc::Sender<Effect>,
}

/// Takes the terminal, runs the loop, and gives the terminal back.
async fn draw(
    setup: Setup,
    look: Look,
    queues: Queues,
    keys: mpsc::Sender<Message>,
    panics: mpsc::Sender<Message>,
) -> io::Result<tui::Ended> {
    let began = Instant::now();
    let clock = move || {
        let running = began.elapsed();
        assert!(look.breaks_after.is_none_or(|after| running < after), "asked for by a test");
        Moment { utc: present(), running }
    };
    let size = term::size()?;
    let (state, first) = State::start(setup, clock(), size);
    let theme = Theme::new(look.depth);
    term::give_back_on_panic(panics);
    let (guard, screen, written) = term::take()?;
    term::listen(keys)?;
    let Queues { input, signals, worker, effects } = queues;
    let (suspend, retake) = (term::suspend, term::retake);
    let ends = tui::Ends { input, signals, worker, effects, screen, written, suspend, retake };
    let ended = tui::run(&theme, state, first, ends, clock).await;
    drop(guard);
    Ok(ended)
}

/// A sandbox that is gone took its tasks with it: what became of its writes is no question.
async fn forget_open_writes(store: &Arc<Store>, store_key: &str) {
    let (store, key, now) = (Arc::clone(store), store_key.to_owned(), present());
    // Entries that stay open only cost a needless look.
    let _ = tokio::task::spawn_blocking(move || {
        let outcome = serde_json::json!({"result": "the embedded sandbox is gone"});
        // That of another pushdeck that lives is not gone: only what belongs to nobody else is closed.
        let _ = store.take_over(&key).and_then(|_| store.close_own_intents(&key, now, &outcome));
    })
    .await;
}

/// The local database, opened on a thread that may wait for the disk.
async fn open_store(path: Option<PathBuf>) -> Result<Option<Arc<Store>>, String> {
    let Some(path) = path else { return Ok(None) };
    let opened = tokio::task::spawn_blocking(move || Store::open(&path)).await;
    match opened {
        Ok(Ok(store)) => Ok(Some(Arc::new(store))),
        Ok(Err(err)) => Err(err.to_string()),
        Err(_) => Err("the database could not be opened".to_owned()),
    }
}

/// What the operator must still read after the screens are gone: writes that were not settled, or
/// settled in a way that nobody has seen yet.
fn last_words(state: &State) -> Option<String> {
    // What another pushdeck has open is its own to tell.
    let unread = state.writes.iter().filter(|write| !write.acknowledged && write.elsewhere.is_none());
    let open: Vec<String> = unread.map(in_doubt).collect();
    if open.is_empty() {
        return None;
    }
    Some(format!("left before the outcome was known, look before you send again:\n{}", open.join("\n")))
}

fn in_doubt(write: &PendingWrite) -> String {
    let stands = match &write.verdict {
        Some(Verdict::Several(ids)) => {
            let names: Vec<String> = ids.iter().map(|id| format!("#{id}")).collect();
            format!(", which stands more than once: {}", names.join(", "))
        }
        Some(Verdict::NotDone) => ", which was not there when it was last looked for".to_owned(),
        Some(Verdict::CannotTell(_) | Verdict::Done(_)) | None => String::new(),
    };
    let deed = match &write.write {
        Write::Create(new) => {
            let title = text::clean(new.content.text("OfflinePushInfo.Title")).into_owned();
            format!("a create: \"{title}\", due {} UTC", wire::time_out(new.scheduled_at))
        }
        Write::Modify(change) => format!("a change of #{}", change.id),
        Write::Cancel { id, .. } => format!("a cancel of #{id}"),
    };
    deed + &stands
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    const CONFIG: &str = r#"
        [ui]
        refresh_seconds = 5
        [profiles.acme]
        environment = "prod"
        region = "singapore"
        sdkappid = 1400000009
        identifier = "ops"
        secret_key_env = "ACME_IM_KEY"
        timezone = "Asia/Tokyo"
        page_size = 20
        from_account = "shop"
        [profiles.local]
        environment = "sandbox"
        endpoint = "http://127.0.0.1:8080"
        sdkappid = 1400000001
        identifier = "administrator"
        usersig = "5up3rs3cr3t"
    "#;

    fn with_config(profile: &str, env: &[(&str, &str)]) -> Result<Plan, String> {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("c.toml");
        std::fs::write(&config, CONFIG).unwrap();
        let flags = Flags { config: Some(config), profile: Some(profile.to_owned()), sandbox: false };
        plan(&flags, &Env::of(env.iter().copied()), None).map_err(|err| err.to_string())
    }

    #[test]
    fn a_profile_becomes_a_plan() {
        let plan = with_config("acme", &[("ACME_IM_KEY", "5up3rs3cr3t"), ("HOME", "/home/op")]).unwrap();
        let setup = Setup {
            profile: "acme".to_owned(),
            environment: Environment::Prod,
            place: "Singapore".to_owned(),
            sdkappid: 1_400_000_009,
            from_account: "shop".to_owned(),
            zone: Tz::Asia__Tokyo,
            page_size: 20,
            refresh: Duration::from_secs(5),
            notice: None,
            app: "acme 1400000009 adminapisgp.im.qcloud.com".into(),
        };
        assert_eq!(plan.setup, setup);
        assert_eq!(plan.store, Some("/home/op/.local/state/pushdeck/state.db".into()));
        assert_eq!(plan.store_key, "acme 1400000009 adminapisgp.im.qcloud.com");
        assert!(!format!("{plan:?}").contains("5up3r"));
        let Target::Service(connection) = plan.target else { panic!("not embedded") };
        assert_eq!(connection.endpoint, "https://adminapisgp.im.qcloud.com");
        assert_eq!((connection.sdkappid, connection.identifier.as_str()), (1_400_000_009, "ops"));
        assert!(matches!(connection.credential, Credential::Key(_)));
    }

    #[test]
    fn an_endpoint_is_shown_by_its_host_and_a_given_signature_stays_one() {
        let plan = with_config("local", &[]).unwrap();
        assert_eq!((plan.setup.place.as_str(), plan.store), ("127.0.0.1:8080", None));
        assert!(matches!(plan.target, Target::Service(Connection { credential: Credential::Sig(_), .. })));
    }

    #[test]
    fn a_missing_secret_is_said_before_anything_opens() {
        let found = with_config("acme", &[]).unwrap_err();
        assert!(found.contains("the environment variable ACME_IM_KEY is not set"), "{found}");
    }

    #[test]
    fn without_a_profile_it_is_the_embedded_sandbox_and_says_why() {
        let flags = Flags { sandbox: true, ..Flags::default() };
        for (flags, why) in [(flags, "asked for by --sandbox"), (Flags::default(), "there is no config file")]
        {
            let plan = plan(&flags, &Env::of([("HOME", "/nowhere")]), Some("Asia/Shanghai")).unwrap();
            assert!(matches!(plan.target, Target::Embedded));
            assert_eq!((plan.setup.environment, plan.setup.zone), (Environment::Sandbox, Tz::Asia__Shanghai));
            let notice = plan.setup.notice.unwrap();
            assert_eq!(notice, format!("embedded sandbox, {why}: nothing is sent to anybody"));
        }
    }

    #[test]
    fn the_last_words_name_every_write_whose_end_was_not_seen() {
        let mut state = crate::app::testing::in_doubt((80, 24));
        let stopped = Some(Verdict::CannotTell("pushdeck was stopped".to_owned()));
        state.writes.iter_mut().for_each(|write| write.verdict.clone_from(&stopped));
        let words = last_words(&state).unwrap();
        assert!(words.contains("a create: \"Spring is here\"") && words.contains("a cancel of #"), "{words}");
        let ids = vec![crate::domain::TaskId(1), crate::domain::TaskId(2)];
        state.writes[0].verdict = Some(Verdict::Several(ids));
        assert!(last_words(&state).unwrap().contains("stands more than once: #1, #2"));
        state.writes.clear();
        assert_eq!(last_words(&state), None);
    }

    #[test]
    fn a_terminal_that_fails_is_named_together_with_what_is_open() {
        let state = crate::app::testing::in_doubt((80, 24));
        let failed = Some(io::Error::other("Input/output error"));
        let words = parting_words(&tui::Ended { state, frames: 1, failed }).unwrap();
        assert!(words.starts_with("the terminal cannot be used: Input/output error\n"), "{words}");
        assert!(words.contains("a create: \"Spring is here\"") && words.contains("a cancel of #"), "{words}");
        let state = crate::app::testing::board((80, 24));
        assert_eq!(parting_words(&tui::Ended { state, frames: 1, failed: None }), None);
    }

    #[tokio::test]
    async fn the_embedded_sandbox_listens_on_this_machine_under_the_shown_app() {
        let (running, connection) = start_embedded().await.unwrap();
        let host = connection.endpoint.strip_prefix("http://127.0.0.1:").unwrap();
        let port: u16 = host.parse().unwrap();
        tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let plan = plan(&Flags { sandbox: true, ..Flags::default() }, &Env::default(), None).unwrap();
        assert_eq!(connection.sdkappid, plan.setup.sdkappid);
        assert_eq!(connection.identifier, plan.setup.from_account);
        running.stop().await;
    }
}
