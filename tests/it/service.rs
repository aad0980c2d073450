//! The service of a journey: the sandbox over real HTTP, and a network to it that can be cut.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use pushdeck::domain::wire::Command;
use pushdeck::sandbox::{self, Credentials, Fault, ListTimeField, Options, Running, Seed};
use pushdeck::usersig::{self, UserSig};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// The app of the journeys.
pub(crate) const SDKAPPID: u64 = 1_400_000_042;
/// Its key: made up, of no real app.
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// What the network to the service is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// Everything passes.
    Open,
    /// Connections are taken, and nothing is ever said on them.
    Silent,
    /// Requests arrive, answers do not: the connection is cut in their place.
    AnswersLost,
    /// Connections are cut at once, those that stand too.
    Cut,
}

/// Carries a journey out under each reading of the list page, beside each other: the documents do not say which time of
/// a task has to lie in the range of a list. The journey gets the options of the demo with the reading in it.
pub(crate) fn for_every_reading(journey: impl Fn(Options) + Sync) {
    use ListTimeField::{CreateAt, Either, OrderBy, SchedAt};
    let journey = &journey;
    let failed: Vec<ListTimeField> = std::thread::scope(|scope| {
        let under = [OrderBy, CreateAt, SchedAt, Either].map(|list_time_field| {
            let options = Options { list_time_field, ..Options::demo() };
            let named = std::thread::Builder::new().name(format!("under {list_time_field:?}"));
            (list_time_field, named.spawn_scoped(scope, move || journey(options)).unwrap())
        });
        under.into_iter().filter_map(|(field, journey)| journey.join().err().map(|_| field)).collect()
    });
    assert!(failed.is_empty(), "it fails where the range of a list is of: {failed:?}");
}

/// The sandbox behind a network that can be cut.
pub(crate) struct Service {
    network: watch::Sender<Network>,
    listening: watch::Sender<bool>,
    address: SocketAddr,
    // Fields are dropped in order: the sandbox ends before its runtime.
    running: Running,
    runtime: Runtime,
}

impl Service {
    /// A service with these options and demo data.
    pub(crate) fn start(options: Options, seed: Option<Seed>) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let credentials = Credentials {
            sdkappid: SDKAPPID,
            identifier: "administrator".to_owned(),
            key: SecretString::from(KEY),
        };
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (running, listener) = runtime.block_on(async {
            let running = sandbox::start(anywhere, options, credentials, seed).await.unwrap();
            (running, TcpListener::bind(anywhere).await.unwrap())
        });
        let address = listener.local_addr().unwrap();
        let (network, state) = watch::channel(Network::Open);
        let (listening, mut closed) = watch::channel(true);
        let target: SocketAddr = running.base_url().trim_start_matches("http://").parse().unwrap();
        runtime.spawn(async move {
            loop {
                tokio::select! {
                    Ok((from, _)) = listener.accept() => {
                        tokio::spawn(carry(from, target, state.clone()));
                    }
                    _ = closed.changed() => return,
                }
            }
        });
        Self { network, listening, address, running, runtime }
    }

    /// From now on the network is like this.
    pub(crate) fn network(&self, network: Network) {
        self.network.send_replace(network);
    }

    /// Calls that were refused as too many, of all commands together.
    pub(crate) fn refused(&self) -> u64 {
        let all = self.running.counters();
        all.apps.values().flat_map(|commands| commands.values()).map(|count| count.over_limit).sum()
    }

    /// Nobody answers at the address any more, and what stood is cut.
    pub(crate) fn stop_listening(&self) {
        self.listening.send_replace(false);
        self.network.send_replace(Network::Cut);
    }

    /// The next calls that fit go wrong.
    pub(crate) fn fault(&self, fault: Fault) {
        self.running.add_fault(fault).unwrap();
    }

    /// Requests that arrived since the counters were last reset.
    pub(crate) fn requests(&self) -> u64 {
        self.running.counters().requests
    }

    /// Calls of one command since the counters were last reset.
    pub(crate) fn calls_of(&self, command: Command) -> u64 {
        self.running.counters().of(SDKAPPID, command).calls
    }

    /// Counts from nothing again.
    pub(crate) fn reset_counters(&self) {
        self.running.reset_counters();
    }

    /// Every answer comes this much later.
    pub(crate) fn delay(&self, delay: Duration) {
        self.running.set_delay(delay);
    }

    /// The dispatch of tasks with this title will fail.
    pub(crate) fn fail_title(&self, title: &str, failure: &str) {
        self.block_on(self.running.fail_title(title, failure)).unwrap();
    }

    /// A configuration whose only profile is this service.
    pub(crate) fn config(&self, environment: &str) -> String {
        self.config_with(environment, "page_size = 100")
    }

    /// The same with other lines.
    pub(crate) fn config_with(&self, environment: &str, lines: &str) -> String {
        format!("default_profile = \"acme\"\n{}{lines}\n", self.profile("acme", environment))
    }

    /// A profile of this name, for a config that has several.
    pub(crate) fn profile(&self, name: &str, environment: &str) -> String {
        format!(
            "\n[profiles.{name}]\nenvironment = \"{environment}\"\nendpoint = \"http://{}\"\n\
             sdkappid = {SDKAPPID}\nidentifier = \"administrator\"\nsecret_key_env = \"ACME_IM_KEY\"\n\
             timezone = \"Asia/Shanghai\"\n",
            self.address
        )
    }

    /// Makes a task for everyone at a time (UTC), as another operator would, and gives its number.
    pub(crate) fn add(&self, title: &str, at: &str) -> u64 {
        let content =
            json!({"From_Account": "administrator", "OfflinePushInfo": {"Title": title, "Desc": "text"}});
        let body = json!({"Sdkappid": SDKAPPID, "Type": "All", "SchedAt": at, "Content": content});
        self.call("add_sched_task", &body)["TaskID"].as_u64().unwrap()
    }

    /// One call past the network that can be cut; fails unless it succeeds.
    pub(crate) fn call(&self, command: &str, body: &Value) -> Value {
        let sig = signature();
        let url = format!(
            "{}/v4/timpush/{command}?sdkappid={SDKAPPID}&identifier=administrator&usersig={}&random=1&contenttype=json",
            self.running.base_url(),
            sig.expose()
        );
        let answer = self.post(&url, body.to_string());
        assert_eq!(answer["ErrorCode"], 0, "{command} {body}: {answer}");
        answer
    }

    /// One request, and its answer.
    pub(crate) fn post(&self, url: &str, body: String) -> Value {
        // It fails only when there is a provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        self.block_on(async {
            let client = reqwest::Client::builder().no_proxy().tls_certs_only(Vec::new()).build().unwrap();
            let answer = client.post(url).body(body).send().await.unwrap();
            serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
        })
    }

    /// What the service holds of a task.
    pub(crate) fn task(&self, id: u64) -> Value {
        self.call("get_sched_task", &json!({"Sdkappid": SDKAPPID, "TaskID": id}))["TaskInfo"].clone()
    }

    /// Every task of a type that was created within the last day or so.
    pub(crate) fn tasks(&self, kind: &str) -> Vec<Value> {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let time = |at: u64| {
            let at = chrono::DateTime::from_timestamp(i64::try_from(at).unwrap(), 0).unwrap();
            pushdeck::domain::wire::time_out(at)
        };
        let body = json!({"Sdkappid": SDKAPPID, "Offset": 0, "Want": 100, "OrderBy": "createat", "Asc": true,
            "BeginTime": time(now - 86_400), "EndTime": time(now + 86_400)});
        let answer = self.call("list_sched_task", &body);
        let all = answer["Tasks"].as_array().unwrap();
        all.iter().filter(|task| task["Type"] == kind).cloned().collect()
    }

    /// Runs something on the service's runtime.
    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

/// A signature of the app's administrator that holds for ten minutes.
pub(crate) fn signature() -> UserSig {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let key = SecretString::from(KEY);
    usersig::sign(&key, SDKAPPID, "administrator", i64::try_from(now).unwrap(), 600, None).unwrap()
}

async fn carry(mut from: TcpStream, target: SocketAddr, mut network: watch::Receiver<Network>) {
    loop {
        let now = *network.borrow_and_update();
        match now {
            Network::Cut => return,
            Network::Silent => {
                // Held open until the network changes.
                if network.changed().await.is_err() {
                    return;
                }
            }
            Network::AnswersLost => {
                let Ok(mut to) = TcpStream::connect(target).await else { return };
                let mut request = [0; 16_384];
                let Ok(n @ 1..) = from.read(&mut request).await else { return };
                let mut answer = [0; 1];
                if to.write_all(&request[..n]).await.is_ok() {
                    // The first byte of the answer says that the work is done; nobody hears of it.
                    let _ = to.read(&mut answer).await;
                }
                return;
            }
            Network::Open => {
                let Ok(mut to) = TcpStream::connect(target).await else { return };
                tokio::select! {
                    // Either side may end it at any time; that is what is being tested.
                    _ = copy_bidirectional(&mut from, &mut to) => return,
                    changed = network.changed() => {
                        if changed.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    }
}
