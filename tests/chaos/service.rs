//! The service of a run: the real sandbox in a process of its own, and the parent's way into it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use pushdeck::domain::wire::time_out;
use pushdeck::usersig;
use rand::RngExt;
use rand::rngs::StdRng;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::process::{now, time};

/// The first app; the others follow.
pub(crate) const FIRST_APP: u64 = 1_400_000_101;

/// A process that is gone when nobody holds it any more, also when the test fails.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    /// `SIGKILL`.
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
    process: Process,
    /// What it says besides its address.
    said: Option<JoinHandle<String>>,
    http: reqwest::Client,
}

impl Service {
    /// Starts it with these further options and that many apps; when this returns, calls are answered.
    pub(crate) fn start(folder: &Path, options: &str, apps: u64, rng: &mut StdRng) -> Self {
        let key: String = (0..64).map(|_| char::from_digit(rng.random_range(0..16), 16).unwrap()).collect();
        let mut file = format!("[sandbox]\nmax_active_tasks = 0\n{options}\n");
        for app in FIRST_APP + 1..FIRST_APP + apps {
            writeln!(file, "[[sandbox.apps]]\nsdkappid = {app}\nkey_env = \"CHAOS_KEY\"").unwrap();
        }
        std::fs::write(folder.join("options.toml"), file).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_pushdeck"))
            .args(["sandbox", "--control", "--tasks", "0", "--secret-key-env", "CHAOS_KEY"])
            .args(["--sdkappid", &FIRST_APP.to_string(), "--seed", "1", "--options"])
            .arg(folder.join("options.toml"))
            .env("CHAOS_KEY", &key)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let process = Process(child);
        let mut out = BufReader::new(out);
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("the first line is {line:?}")).parse().unwrap();
        let said = std::thread::spawn(move || {
            let mut said = String::new();
            out.read_to_string(&mut said).unwrap();
            err.read_to_string(&mut said).unwrap();
            said
        });
        // It fails only when there is a provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().tls_certs_only(Vec::new()).build().unwrap();
        Self { address, key, process, said: Some(said), http }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// One request to the control interface.
    pub(crate) fn control(&self, runtime: &Runtime, method: &str, place: &str, body: &Value) -> Value {
        let url = format!("http://{}/_sandbox/{place}", self.address);
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer: Value = runtime.block_on(async {
            let answer = self.http.request(method, url).body(body).send().await.unwrap();
            serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
        });
        assert!(answer.get("error").is_none(), "{place}: {answer}");
        answer
    }

    /// Every task of an app by its number, as the list by creation gives them, page by page.
    pub(crate) fn everything(&self, runtime: &Runtime, app: u64, began: i64) -> BTreeMap<u64, Value> {
        let mut all = BTreeMap::new();
        loop {
            let body = json!({"Sdkappid": app, "Offset": all.len(), "Want": 100, "OrderBy": "createat",
                "Asc": true, "BeginTime": time_out(time(began - 3600)),
                "EndTime": time_out(time(now().timestamp() + 3600))});
            let mut page = self.call(runtime, app, "list_sched_task", &body);
            let tasks: Vec<Value> = serde_json::from_value(page["Tasks"].take()).unwrap();
            let is_last = tasks.is_empty();
            for task in tasks {
                let id = task["TaskID"].as_u64().unwrap();
                assert!(all.insert(id, task).is_none(), "task {id} is listed twice");
            }
            if is_last {
                assert_eq!(page["Total"], all.len(), "Total and the tasks do not agree");
                return all;
            }
        }
    }

    /// A call as any client makes it; one that comes too soon is made again.
    fn call(&self, runtime: &Runtime, app: u64, command: &str, body: &Value) -> Value {
        let key = SecretString::from(self.key.as_str());
        let sig = usersig::sign(&key, app, "administrator", now().timestamp(), 600, None).unwrap();
        let url = format!(
            "http://{}/v4/timpush/{command}?sdkappid={app}&identifier=administrator&usersig={}&random=1&contenttype=json",
            self.address,
            sig.expose()
        );
        loop {
            let answer: Value = runtime.block_on(async {
                let answer = self.http.post(&url).body(body.to_string()).send().await.unwrap();
                serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
            });
            match answer["ErrorCode"].as_i64() {
                Some(0) => return answer,
                Some(60007) => runtime.block_on(async {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }),
                _ => panic!("{command} {body}: {answer}"),
            }
        }
    }

    /// Ends it, and gives everything that it said.
    pub(crate) fn end(mut self) -> String {
        let said = self.said.take().unwrap();
        drop(self.process);
        said.join().unwrap()
    }
}
