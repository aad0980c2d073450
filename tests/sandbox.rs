//! `pushdeck sandbox` as a process of its own: how it ends, and what it leaves behind.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use pushdeck::usersig;
use secrecy::SecretString;
use serde_json::{Value, json};

const APP: u64 = 1_400_000_001;
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

struct Sandbox {
    child: Child,
    host: String,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sandbox {
    fn start(db: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pushdeck"))
            .args(["sandbox", "--control", "--tasks", "0", "--secret-key-env", "SANDBOX_TEST_KEY", "--db"])
            .arg(db)
            .env("SANDBOX_TEST_KEY", KEY)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let host = line.trim().strip_prefix("listening on http://").unwrap().to_owned();
        Self { child, host }
    }

    fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}",
            body.len()
        );
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
        stream
    }

    fn control(&self, method: &str, place: &str, body: &str) -> Value {
        answer(self.send(method, &format!("/_sandbox/{place}"), body))
    }

    fn create(&self, title: &str) -> TcpStream {
        let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
        let sig = usersig::sign(&SecretString::from(KEY), APP, "administrator", now, 3600, None).unwrap();
        let query =
            format!("sdkappid={APP}&identifier=administrator&usersig={}&contenttype=json", sig.expose());
        let content = json!({"From_Account": "a", "OfflinePushInfo": {"Title": title}});
        let body =
            json!({"Sdkappid": APP, "Type": "All", "SchedAt": "2999-01-01 00:00:00", "Content": content});
        self.send("POST", &format!("/v4/timpush/add_sched_task?{query}"), &body.to_string())
    }

    fn titles(&self) -> Vec<String> {
        let truth = self.control("GET", "tasks", "");
        truth["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["Title"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn answer(mut stream: TcpStream) -> Value {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn both_signals_answer_what_was_accepted_and_end_with_zero() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("tasks.db");
    for (signal, known) in [("-INT", 1), ("-TERM", 2)] {
        let mut sandbox = Sandbox::start(&db);
        let idle = TcpStream::connect(&sandbox.host).unwrap();
        sandbox.control("POST", "faults", r#"{"fault":"delay","ms":3600000,"when":"after"}"#);
        let waiting = sandbox.create(signal);
        while sandbox.titles().len() < known {
            std::thread::yield_now();
        }
        let pid = sandbox.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert_eq!(answer(waiting)["ErrorCode"], 0);
        assert_eq!(sandbox.child.wait().unwrap().code(), Some(0));
        drop(idle);
    }
    assert_eq!(Sandbox::start(&db).titles(), ["-INT", "-TERM"]);
}
