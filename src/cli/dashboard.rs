//! `pushdeck`: settings to one plan, then the dashboard on it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use chrono::SecondsFormat;
use tokio::sync::{mpsc, oneshot};

use super::clock::present;
use super::console::{Console, Exit};
use crate::api::signer::Signer;
use crate::api::{Client, Connection, Context, Timeouts};
use crate::app::{Effect, Message, Moment, PendingReply, PendingWrite, Setup, State, Verdict, Write, writes};
use crate::config::{self, ConfigError, Credential, Env, Flags, Origin, Profile, Settings, paths};
use crate::domain::profile::Environment;
use crate::domain::{Failure, text, wire};
use crate::sandbox::{self, Credentials, Options, Running, Seed};
use crate::store::{self, Opened, Store};
use crate::theme::{Depth, Theme};
use crate::worker::{self, Journal, Pace, ReadConfig, Reload, Tools};
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
struct TerminalOptions {
    depth: Depth,
    /// Debug builds break themselves after so long, to show that the terminal is given back.
    breaks_after: Option<Duration>,
}

impl TerminalOptions {
    fn of(env: &Env) -> Self {
        let breaks_after = env.text("PUSHDECK_DEBUG_PANIC_AFTER_MS").filter(|_| cfg!(debug_assertions));
        let breaks_after = breaks_after.and_then(|text| text.parse().ok()).map(Duration::from_millis);
        Self { depth: Depth::of(|name| env.text(name)), breaks_after }
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
        base_url: endpoint.clone(),
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
pub(super) async fn run(flags: &Flags, mut console: Console<'_>) -> Exit {
    if !console.stdout_is_terminal {
        console.print_error(
            &"standard output is not a terminal, and the dashboard needs one; start pushdeck without a pipe or a \
              redirection, and over ssh with: ssh -t HOST pushdeck",
        );
        return Exit::Usage;
    }
    let plan = match plan(flags, &console.env, console.system_zone.as_deref()) {
        Ok(plan) => plan,
        Err(err) => {
            console.print_error(&err);
            return Exit::Usage;
        }
    };
    let options = TerminalOptions::of(&console.env);
    let reload =
        rereading(flags, console.env.clone(), console.system_zone.clone(), plan.setup.profile.clone());
    match open(plan, options, reload).await {
        Ok(()) => Exit::Done,
        Err(words) => {
            if term::takes_words() {
                console.print_error(&words);
            } else {
                // Without the words: they name what was written. The journal holds it.
                tracing::warn!(event = "unsaid", why = "the terminal does not accept output");
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
            Target::Service(connection) => Ok(ReadConfig { setup, connection, store_key }),
            Target::Embedded => Err(NOTHING_TO_READ.to_owned()),
        }
    })
}

/// Opens the screens; returns when the operator has left and the terminal is restored.
///
/// Nothing that waits for a disk or a network stands before the first frame: sandbox, database and
/// certificates are made ready beside it, and what is asked for meanwhile waits in its queue.
async fn open(plan: Plan, options: TerminalOptions, reload: Reload) -> Result<(), String> {
    if let Target::Service(Connection { sdkappid, identifier, credential, .. }) = &plan.target {
        // That of another app, or one that has ended, is refused before anything opens (W4).
        Signer::new(*sdkappid, identifier, credential, present()).map_err(|failure| failure.words().what)?;
    }
    let (notes, signals) = mpsc::channel(8);
    let (keys, input) = mpsc::channel(INPUT_QUEUE);
    let (effects, asked) = mpsc::channel(EFFECT_QUEUE);
    let (answers, answered) = mpsc::channel(ANSWER_QUEUE);
    tui::listen_for_signals(notes.clone()).map_err(|err| format!("cannot listen for signals: {err}"))?;
    let setup = plan.setup.clone();
    let (stop_later, mut embedded) = oneshot::channel();
    let work = tokio::spawn(work(plan, reload, stop_later, open_store, asked, answers));
    let queues = Queues { input, signals, worker: answered, effects };
    let ended = draw(setup, options, queues, keys, notes).await;
    // The loop has waited as long as it should; what reads are left are of use to nobody.
    work.abort();
    if let Ok(running) = embedded.try_recv() {
        Running::stop(running).await;
    }
    let ended = ended.map_err(|err| format!("the terminal cannot be used: {err}"))?;
    parting_words(&ended).map_or(Ok(()), Err)
}

/// Makes ready what the worker works with, and works. Where that fails everything that is asked for is
/// answered with the reason.
async fn work(
    plan: Plan,
    reload: Reload,
    stop_later: oneshot::Sender<Running>,
    open_store: impl FnOnce(Option<PathBuf>, Option<String>) -> OpenedStore + Send + 'static,
    mut asked: mpsc::Receiver<Effect>,
    answers: mpsc::Sender<Message>,
) {
    match make_ready(plan, reload, stop_later, open_store, &answers).await {
        Ok(tools) => worker::run(tools, asked, answers).await,
        Err(detail) => {
            tracing::warn!(event = "trouble", words = detail);
            while let Some(effect) = asked.recv().await {
                let refused = |reply: PendingReply| reply.refused(Failure::Local { detail: detail.clone() });
                if let Some(message) = PendingReply::to(&effect).map(refused)
                    && answers.send(message).await.is_err()
                {
                    return;
                }
            }
        }
    }
}

async fn make_ready(
    plan: Plan,
    reload: Reload,
    stop_later: oneshot::Sender<Running>,
    open_store: impl FnOnce(Option<PathBuf>, Option<String>) -> OpenedStore + Send + 'static,
    answers: &mpsc::Sender<Message>,
) -> Result<Tools, String> {
    let Plan { setup, target, store, store_key } = plan;
    let is_embedded = matches!(target, Target::Embedded);
    let key = store_key.clone();
    let store = on_thread(move || open_store(store, is_embedded.then_some(key)));
    let connection = match target {
        Target::Service(connection) => connection,
        Target::Embedded => {
            let (running, connection) = start_embedded().await?;
            // Nobody waits for it when the screens are gone already; then it ends with this program.
            let _ = stop_later.send(running);
            connection
        }
    };
    let context = Context::new(present, rand::random);
    let for_client = context.clone();
    let client = on_thread(move || Client::new(&connection, Timeouts::default(), for_client)).await?;
    let client = client.map_err(|failure| failure.words().what)?;
    let (store, trouble) = store.await.unwrap_or_else(|words| (None, Some(words)));
    if let Some(words) = trouble {
        // When the receiver is gone, nobody wants to know.
        let _ = answers.send(Message::Noted(words)).await;
    }
    tracing::info!(
        event = "profile",
        profile = setup.profile,
        environment = setup.environment.name(),
        app = setup.sdkappid,
        place = setup.place,
        signature_until = %client.sig_until().to_rfc3339_opts(SecondsFormat::Secs, true),
    );
    let mut journal = Journal::new(store, &store_key);
    if is_embedded {
        journal = journal.of_own_service();
    }
    let reload = if is_embedded { Reload::never(NOTHING_TO_READ) } else { reload };
    Ok(Tools { pace: Pace::default(), client: Arc::new(client), journal, context, reload })
}

/// Does what may wait for a disk, beginning now. The thread belongs to nobody: who leaves meanwhile does
/// not wait for it.
fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Result<T, String>> {
    let (done, result) = oneshot::channel();
    let spawned = thread::Builder::new().name("start".to_owned()).spawn(move || {
        // Nobody waits for it any more.
        let _ = done.send(work());
    });
    async move {
        spawned.map_err(|err| format!("a thread cannot be started: {err}"))?;
        result.await.map_err(|_| "a start-up step failed unexpectedly".to_owned())
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
    let base_url = running.base_url();
    let credential = Credential::Key(key);
    Ok((running, Connection { base_url, sdkappid, identifier, credential, ca_file: None }))
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
    options: TerminalOptions,
    queues: Queues,
    keys: mpsc::Sender<Message>,
    panics: mpsc::Sender<Message>,
) -> io::Result<tui::Ended> {
    let began = Instant::now();
    let clock = move || {
        let running = began.elapsed();
        assert!(options.breaks_after.is_none_or(|after| running < after), "asked for by a test");
        Moment { utc: present(), running }
    };
    let size = term::size()?;
    let (state, first) = State::start(setup, clock(), size);
    let theme = Theme::new(options.depth);
    term::give_back_on_panic(panics);
    let (guard, screen, written) = term::take()?;
    term::listen(keys)?;
    let Queues { input, signals, worker, effects } = queues;
    let (suspend, retake) = (term::suspend, term::retake);
    let ends = tui::Channels { input, signals, worker, effects, screen, written, suspend, retake };
    let ended = tui::run(&theme, state, first, ends, clock).await;
    drop(guard);
    Ok(ended)
}

/// The local database, where it can be opened, and what is to be said about it.
type OpenedStore = (Option<Arc<Store>>, Option<String>);

/// Opens the local database. Of the embedded sandbox of before, `embedded`, the
/// tasks are gone: what became of writes to it is no question.
fn open_store(path: Option<PathBuf>, embedded: Option<String>) -> OpenedStore {
    let Some(path) = path else { return (None, None) };
    let store = match Store::open(&path) {
        Ok(store) => store,
        Err(err) => return (None, Some(format!("drafts and journal are not kept on disk: {err}"))),
    };
    let mended = Opened::summary(store.opened());
    if let Some(words) = &mended {
        tracing::warn!(event = "permissions", words);
    }
    if let Some(key) = embedded {
        let outcome = serde_json::json!({"result": "the embedded sandbox is gone"});
        // That of another pushdeck that lives is not gone: only what belongs to nobody else is closed.
        // Entries that stay open only cost a needless search.
        let _ = store.take_over(&key).and_then(|_| store.close_own_intents(&key, present(), &outcome));
    }
    (Some(Arc::new(store)), mended)
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
    Some(format!("left before the outcome was known, check before you send again:\n{}", open.join("\n")))
}

fn in_doubt(write: &PendingWrite) -> String {
    let stands = match &write.verdict {
        Some(Verdict::Several(ids)) => format!(", which exists more than once: {}", writes::numbers(ids)),
        Some(Verdict::NotDone) => ", which was not found by the last search".to_owned(),
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
        assert_eq!(connection.base_url, "https://adminapisgp.im.qcloud.com");
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
        assert!(last_words(&state).unwrap().contains("exists more than once: #1, #2"));
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
    async fn what_is_asked_waits_for_a_database_that_is_slow_to_open_and_is_answered_once_it_is_there() {
        let plan = plan(&Flags { sandbox: true, ..Flags::default() }, &Env::default(), None).unwrap();
        let (opens, opened) = std::sync::mpsc::sync_channel::<()>(0);
        let slow = move |_, _| {
            opened.recv().unwrap();
            (None, Some("not kept".to_owned()))
        };
        let (effects, asked) = mpsc::channel(4);
        let (answers, mut answered) = mpsc::channel(64);
        let (stop_later, embedded) = oneshot::channel();
        let working = tokio::spawn(work(plan, Reload::never(""), stop_later, slow, asked, answers));
        let now = present();
        let query = crate::domain::Query::around(now, 5);
        let priority = crate::domain::Priority::Page;
        effects.send(Effect::List { req: crate::app::ReqId(7), query, priority }).await.unwrap();
        let running = embedded.await.unwrap();
        // The sandbox is there, and still nothing was asked of it.
        assert!(answered.try_recv().is_err());
        opens.send(()).unwrap();
        assert_eq!(answered.recv().await, Some(Message::Noted("not kept".to_owned())));
        let listed = loop {
            if let Message::Listed { result, .. } = answered.recv().await.unwrap() {
                break result;
            }
        };
        assert!(listed.is_ok());
        drop(effects);
        working.await.unwrap();
        Running::stop(running).await;
    }

    #[tokio::test]
    async fn what_cannot_be_made_ready_is_the_answer_to_everything_that_is_asked() {
        let connection = Connection {
            base_url: "https://127.0.0.1:9".to_owned(),
            sdkappid: 1,
            identifier: "administrator".to_owned(),
            credential: Credential::Key("0123456789abcdef0123456789abcdef".into()),
            ca_file: Some("/nowhere/ca.pem".into()),
        };
        let mut plan = plan(&Flags { sandbox: true, ..Flags::default() }, &Env::default(), None).unwrap();
        plan.target = Target::Service(connection);
        let (effects, asked) = mpsc::channel(4);
        let (answers, mut answered) = mpsc::channel(4);
        let (stop_later, _embedded) = oneshot::channel();
        let working =
            tokio::spawn(work(plan, Reload::never(""), stop_later, |_, _| (None, None), asked, answers));
        effects.send(Effect::Reload { req: crate::app::ReqId(7) }).await.unwrap();
        let Some(Message::Reloaded { result: Err(words), .. }) = answered.recv().await else { panic!() };
        assert!(words.contains("/nowhere/ca.pem"), "{words}");
        drop(effects);
        working.await.unwrap();
    }

    #[tokio::test]
    async fn the_embedded_sandbox_listens_on_this_machine_under_the_shown_app() {
        let (running, connection) = start_embedded().await.unwrap();
        let host = connection.base_url.strip_prefix("http://127.0.0.1:").unwrap();
        let port: u16 = host.parse().unwrap();
        tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let plan = plan(&Flags { sandbox: true, ..Flags::default() }, &Env::default(), None).unwrap();
        assert_eq!(connection.sdkappid, plan.setup.sdkappid);
        assert_eq!(connection.identifier, plan.setup.from_account);
        running.stop().await;
    }
}
