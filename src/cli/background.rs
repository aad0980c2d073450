//! What works beside the screens: embedded sandbox, local database, worker, on a thread of their own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chrono::SecondsFormat;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::clock::present;
use super::plan::{NOTHING_TO_READ, Plan, Target};
use crate::api::{Client, Connection, Context, Timeouts};
use crate::app::{Effect, Message, PendingReply, Setup};
use crate::config::Credential;
use crate::domain::{Failure, Priority};
use crate::sandbox::{self, Bound, Credentials, Options, Running, Seed};
use crate::store::{Opened, Store};
use crate::worker::{self, Journal, Pace, ReadConfig, Reload, Telling, Tools};

/// How long work that nobody waits for may hold up the end of the program.
pub const LEAVE: Duration = Duration::from_secs(1);

const UNEXPECTED: &str = "a start-up step failed unexpectedly";

/// The thread. It has its own, so that no answer, however long, holds up a key, and only one, so that
/// nothing wakes others while nothing happens.
#[derive(Debug)]
pub(super) struct Background {
    leave: oneshot::Sender<()>,
    ended: oneshot::Receiver<()>,
}

impl Background {
    /// Starts it: it carries out what is asked for until nobody can ask any more.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub(super) fn start(
        plan: Plan,
        reload: Reload,
        asked: mpsc::Receiver<Effect>,
        answers: mpsc::Sender<Message>,
    ) -> Result<Self, String> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|err| format!("a thread cannot be started: {err}"))?;
        let (leave, left) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let work = move || {
            runtime.block_on(work_until(left, plan, reload, asked, answers));
            runtime.shutdown_timeout(LEAVE);
            // Nobody waits for it any more.
            let _ = end.send(());
        };
        let spawned = thread::Builder::new().name("background".to_owned()).spawn(work);
        spawned.map_err(|err| format!("a thread cannot be started: {err}"))?;
        Ok(Self { leave, ended })
    }

    /// Breaks off what is still under way, and returns when the embedded sandbox has ended.
    pub(super) async fn stop(self) {
        drop(self.leave);
        // Gone without a word is ended as well.
        let _ = self.ended.await;
    }
}

async fn work_until(
    left: oneshot::Receiver<()>,
    plan: Plan,
    reload: Reload,
    asked: mpsc::Receiver<Effect>,
    answers: mpsc::Sender<Message>,
) {
    let (stop_later, mut embedded) = oneshot::channel();
    tokio::select! {
        () = work(plan, reload, stop_later, open_store, asked, answers) => {}
        _ = left => {}
    }
    if let Ok(running) = embedded.try_recv() {
        Running::stop(running).await;
    }
}

/// Makes ready what the worker works with, and works. Until then drafts are kept and the rest waits. Where it
/// fails everything that is asked for is answered with the reason, until a question of the operator finds that
/// it can be done.
async fn work(
    plan: Plan,
    reload: Reload,
    stop_later: oneshot::Sender<Running>,
    open_store: impl FnOnce(Option<PathBuf>, Option<String>) -> OpenedStore + Send + 'static,
    mut asked: mpsc::Receiver<Effect>,
    answers: mpsc::Sender<Message>,
) {
    let (client, prepared) = make_ready(plan, reload, stop_later, open_store, &answers).await;
    // Before the client: a key that is said by a command, or is missing, takes nothing from the screen.
    let telling = Telling::begin(&prepared.journal, &answers, present());
    let mut making = Some(client);
    let (mut waiting, mut detail) = (Vec::new(), String::new());
    loop {
        tokio::select! {
            made = made(&mut making), if making.is_some() => match made {
                Ok(client) => {
                    return worker::run_after(waiting, telling, prepared.tools(client), asked, answers).await;
                }
                Err(words) => {
                    tracing::warn!(event = "trouble", words);
                    for effect in waiting.drain(..) {
                        refuse(&effect, &words, &answers).await;
                    }
                    detail = words;
                }
            },
            effect = asked.recv() => {
                // Without it nobody can ask any more.
                let Some(effect) = effect else { return };
                if let Some(answer) = prepared.keep_draft(&effect).await {
                    // When the receiver is gone, nobody wants to know.
                    let _ = answers.send(answer).await;
                } else if making.is_some() || prepared.is_to_be_tried_for(&effect) {
                    making.get_or_insert_with(|| prepared.try_again());
                    waiting.push(effect);
                } else {
                    refuse(&effect, &detail, &answers).await;
                }
            }
        }
    }
}

/// The client that is being made, or why there is none.
async fn made(making: &mut Option<JoinHandle<Result<Client, String>>>) -> Result<Client, String> {
    let Some(handle) = making else { return std::future::pending().await };
    let made = handle.await;
    *making = None;
    made.unwrap_or_else(|_| Err(UNEXPECTED.to_owned()))
}

/// Answers that it cannot be done.
async fn refuse(effect: &Effect, detail: &str, answers: &mpsc::Sender<Message>) {
    let Some(reply) = PendingReply::to(effect) else { return };
    // When the receiver is gone, nobody wants to know.
    let _ = answers.send(reply.refused(Failure::Local { detail: detail.to_owned() })).await;
}

/// What the worker works with, but for its client.
struct Preparation {
    setup: Setup,
    store_key: String,
    journal: Journal,
    context: Context,
    reload: Reload,
    is_embedded: bool,
}

impl Preparation {
    fn tools(self, client: Client) -> Tools {
        let Self { setup, journal, context, reload, .. } = self;
        tracing::info!(
            event = "profile",
            profile = setup.profile,
            environment = setup.environment.name(),
            app = setup.sdkappid,
            place = setup.place,
            signature_until = %client.sig_until().to_rfc3339_opts(SecondsFormat::Secs, true),
        );
        Tools { pace: Pace::default(), client: Arc::new(client), journal, context, reload }
    }

    async fn keep_draft(&self, effect: &Effect) -> Option<Message> {
        worker::keep_draft(effect, &self.journal, &self.context).await
    }

    /// Whether somebody asks for what may be there by now: the tasks by hand, or the config.
    fn is_to_be_tried_for(&self, effect: &Effect) -> bool {
        let by_hand =
            matches!(effect, Effect::Sync { wanted, .. } if wanted.priority != Priority::Background);
        let is_asked_for = by_hand || matches!(effect, Effect::List { .. } | Effect::Reload { .. });
        is_asked_for && !self.is_embedded
    }

    /// Makes a client by what the config says now.
    fn try_again(&self) -> JoinHandle<Result<Client, String>> {
        let (reload, context, key) = (self.reload.clone(), self.context.clone(), self.store_key.clone());
        let made = on_thread(move || {
            let ReadConfig { connection, store_key, .. } = reload.read()?;
            if store_key != key {
                return Err("the config names another app or host now; leave and start again".to_owned());
            }
            new_client(&connection, context)
        });
        tokio::spawn(async { made.await? })
    }
}

async fn make_ready(
    plan: Plan,
    reload: Reload,
    stop_later: oneshot::Sender<Running>,
    open_store: impl FnOnce(Option<PathBuf>, Option<String>) -> OpenedStore + Send + 'static,
    answers: &mpsc::Sender<Message>,
) -> (JoinHandle<Result<Client, String>>, Preparation) {
    let Plan { setup, target, store, store_key, theme: _ } = plan;
    let is_embedded = matches!(target, Target::Embedded);
    let key = store_key.clone();
    let store = on_thread(move || open_store(store, is_embedded.then_some(key)));
    let context = Context::new(present, rand::random);
    let client = tokio::spawn(make_client(target, stop_later, context.clone(), answers.clone()));
    // Before the client, and also where there is none: drafts are kept, and what is to be said of them is said.
    let (store, trouble) = store.await.unwrap_or_else(|words| (None, Some(words)));
    if let Some(words) = trouble {
        // When the receiver is gone, nobody wants to know.
        let _ = answers.send(Message::Noted(words)).await;
    }
    let mut journal = Journal::new(store, &store_key);
    if is_embedded {
        journal = journal.of_own_service();
    }
    let reload = if is_embedded { Reload::never(NOTHING_TO_READ) } else { reload };
    (client, Preparation { setup, store_key, journal, context, reload, is_embedded })
}

async fn make_client(
    target: Target,
    stop_later: oneshot::Sender<Running>,
    context: Context,
    answers: mpsc::Sender<Message>,
) -> Result<Client, String> {
    match target {
        Target::Service(service) => {
            let connect = move || new_client(&service.connect().map_err(|err| err.to_string())?, context);
            on_thread(connect).await?
        }
        Target::Embedded => {
            let embedded = Embedded::bind().await?;
            let connection = embedded.connection.clone();
            // Its tasks are made beside the client.
            tokio::spawn(async move {
                match embedded.start().await {
                    // Nobody waits for it when the screens are gone already; then it ends with this program.
                    Ok(running) => drop(stop_later.send(running)),
                    // Every call is refused from now on, and this is why.
                    Err(words) => drop(answers.send(Message::Noted(words)).await),
                }
            });
            // Their thread begins first: they take longer. For the client nothing is read from a disk.
            tokio::task::yield_now().await;
            new_client(&connection, context)
        }
    }
}

fn new_client(connection: &Connection, context: Context) -> Result<Client, String> {
    Client::new(connection, Timeouts::default(), context).map_err(|failure| failure.words().what)
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
        result.await.map_err(|_| UNEXPECTED.to_owned())
    }
}

/// A server on a free port of this machine, which is yet to be started, and what it takes to call it. Who
/// calls before it is started waits for it.
pub(super) struct Embedded {
    bound: Bound,
    credentials: Credentials,
    pub(super) connection: Connection,
}

impl Embedded {
    pub(super) async fn bind() -> Result<Self, String> {
        let credentials = Credentials::made(&mut rand::rng());
        let Credentials { sdkappid, identifier, key } = credentials.clone();
        let bound = sandbox::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.map_err(not_started)?;
        let base_url = format!("http://{}", bound.addr);
        let connection =
            Connection { base_url, sdkappid, identifier, credential: Credential::Key(key), ca_file: None };
        Ok(Self { bound, credentials, connection })
    }

    /// Makes its tasks, and serves.
    pub(super) async fn start(self) -> Result<Running, String> {
        let Self { bound, credentials, .. } = self;
        bound.serve(Options::demo(), credentials, Some(Seed::default())).await.map_err(not_started)
    }
}

fn not_started(err: sandbox::StartError) -> String {
    format!("the embedded sandbox did not start: {err}")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::plan::plan;
    use crate::config::{Env, Flags};

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

    /// Of a profile whose certificates are not there.
    fn without_certificates() -> Plan {
        let config = tempfile::NamedTempFile::new().unwrap();
        let profile = "[profiles.acme]\nenvironment = \"test\"\nendpoint = \"https://127.0.0.1:9\"\n\
            sdkappid = 1\nidentifier = \"administrator\"\nsecret_key_env = \"ACME_IM_KEY\"\n\
            ca_file = \"/nowhere/ca.pem\"\n";
        std::fs::write(config.path(), profile).unwrap();
        let env = Env::of([("ACME_IM_KEY", "0123456789abcdef0123456789abcdef")]);
        let flags = Flags { config: Some(config.path().to_owned()), ..Flags::default() };
        plan(&flags, &env, None).unwrap()
    }

    #[tokio::test]
    async fn what_cannot_be_made_ready_is_the_answer_to_everything_that_is_asked() {
        let plan = without_certificates();
        let (effects, asked) = mpsc::channel(4);
        let (answers, mut answered) = mpsc::channel(4);
        let (stop_later, _embedded) = oneshot::channel();
        let reload = |id| Effect::Reload { req: crate::app::ReqId(id) };
        effects.send(reload(6)).await.unwrap();
        let working = tokio::spawn(work(
            plan,
            Reload::never("still nowhere"),
            stop_later,
            |_, _| (None, Some("not kept".to_owned())),
            asked,
            answers,
        ));
        assert_eq!(answered.recv().await, Some(Message::Noted("not kept".to_owned())));
        let Some(Message::Reloaded { result: Err(words), .. }) = answered.recv().await else { panic!() };
        // It was asked before that was known, or just after.
        assert!(words.contains("/nowhere/ca.pem") || words == "still nowhere", "{words}");
        // What is asked for once that is known tries again.
        effects.send(reload(7)).await.unwrap();
        let Some(Message::Reloaded { result: Err(words), .. }) = answered.recv().await else { panic!() };
        assert_eq!(words, "still nowhere");
        drop(effects);
        working.await.unwrap();
    }

    #[tokio::test]
    async fn the_tasks_of_the_last_time_are_told_also_where_there_is_no_client() {
        let plan = without_certificates();
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(&folder.path().join("state.db")).unwrap());
        let task = Arc::from(r#"{"TaskID":7,"Title":"t"}"#);
        store.keep_snapshot(&plan.store_key, present(), &[task]).unwrap();
        let (effects, asked) = mpsc::channel(4);
        let (answers, mut answered) = mpsc::channel(4);
        let (stop_later, _embedded) = oneshot::channel();
        let opened = move |_, _| (Some(store), None);
        let working = tokio::spawn(work(plan, Reload::never("nowhere"), stop_later, opened, asked, answers));
        let Some(Message::Recalled { rows, .. }) = answered.recv().await else { panic!("not told") };
        assert_eq!(rows.iter().map(|row| row.id().0).collect::<Vec<_>>(), [7]);
        drop(effects);
        working.await.unwrap();
        assert_eq!(answered.recv().await, None, "nobody holds the end of the answers open");
    }

    #[tokio::test]
    async fn the_embedded_sandbox_listens_on_this_machine_under_the_shown_app() {
        let embedded = Embedded::bind().await.unwrap();
        let connection = embedded.connection.clone();
        let host = connection.base_url.strip_prefix("http://127.0.0.1:").unwrap();
        let port: u16 = host.parse().unwrap();
        tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let plan = plan(&Flags { sandbox: true, ..Flags::default() }, &Env::default(), None).unwrap();
        assert_eq!(connection.sdkappid, plan.setup.sdkappid);
        assert_eq!(connection.identifier, plan.setup.from_account);
        embedded.start().await.unwrap().stop().await;
    }
}
