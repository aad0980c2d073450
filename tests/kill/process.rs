//! The real process, and a plain connection to it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pushdeck::usersig;
use secrecy::SecretString;
use serde_json::{Value, json};

pub(crate) const APP: u64 = 88_888_888;
pub(crate) const WHO: &str = "administrator";
const KEY: &str = "made-up-key-of-the-kill-test";

/// No answer takes so long unless something hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A process that is gone when nobody holds it any more, also when the test fails.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    pub(crate) fn spawn(path: &Path, number: u64) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_pushdeck"))
            .args([
                "sandbox",
                "--tasks",
                "0",
                "--secret-key-env",
                "KILL_TEST_KEY",
                "--sdkappid",
                &APP.to_string(),
            ])
            .args(["--rate-limit-per-second", "0", "--max-active-tasks", "0", "--min-lead-seconds", "0"])
            .args(["--list-max-range-days", "0", "--list-max-want", "10000"])
            .args(["--tick-ms", "5", "--dispatch-duration-ms", &(number % 4 * 10).to_string(), "--db"])
            .arg(path)
            .env("KILL_TEST_KEY", KEY)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn();
        Self(child.unwrap())
    }
}

impl Drop for Process {
    /// `SIGKILL`.
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: String,
}

impl Server {
    /// Starts it; when this returns, calls are answered.
    pub(crate) fn start(path: &Path, number: u64) -> Self {
        let mut process = Process::spawn(path, number);
        let mut line = String::new();
        BufReader::new(process.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("the first line is {line:?}")).to_owned();
        Self { process, address }
    }
}

/// A connection that stays open: bytes out, bytes in.
pub(crate) struct Wire {
    pub(crate) stream: BufReader<TcpStream>,
    pub(crate) query: String,
}

impl Wire {
    pub(crate) fn open(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        #[expect(clippy::disallowed_methods, reason = "the process under test has the real clock")]
        let now = chrono::Utc::now().timestamp();
        let sig = usersig::sign(&SecretString::from(KEY), APP, WHO, now, 3600, None).unwrap();
        let query =
            format!("sdkappid={APP}&identifier={WHO}&usersig={}&random=7&contenttype=json", sig.expose());
        Ok(Self { stream: BufReader::new(stream), query })
    }

    pub(crate) fn ask(&mut self, command: &str, body: &Value) -> std::io::Result<()> {
        let (query, body) = (&self.query, body.to_string());
        let request = format!(
            "POST /v4/timpush/{command}?{query} HTTP/1.1\r\nHost: sandbox\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())
    }

    pub(crate) fn answer(&mut self) -> std::io::Result<Value> {
        let cut_off = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let mut length = 0;
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 || !line.ends_with('\n') {
                return Err(cut_off());
            }
            let text = line.trim().to_ascii_lowercase();
            if let Some(value) = text.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if text.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body).unwrap())
    }

    pub(crate) fn call(&mut self, command: &str, body: &Value) -> std::io::Result<Value> {
        self.ask(command, body)?;
        self.answer()
    }

    /// Every task there is, by id; `Total` must agree.
    pub(crate) fn everything(&mut self) -> BTreeMap<i64, Value> {
        let body = json!({"Sdkappid": APP, "Offset": 0, "Want": 10_000, "OrderBy": "createat", "Asc": true,
            "BeginTime": "2000-01-01 00:00:00", "EndTime": "2300-01-01 00:00:00"});
        let mut answer = self.call("list_sched_task", &body).unwrap();
        assert_eq!(answer["ErrorCode"], 0, "{answer}");
        let tasks: Vec<Value> = serde_json::from_value(answer["Tasks"].take()).unwrap();
        assert_eq!(answer["Total"], tasks.len(), "Total and the tasks do not agree");
        let by_id: BTreeMap<i64, Value> =
            tasks.into_iter().map(|task| (task["TaskID"].as_i64().unwrap(), task)).collect();
        assert_eq!(answer["Total"], by_id.len(), "a task is listed twice");
        by_id
    }
}
