//! `pushdeck sandbox` as a process of its own: how it ends, and what it leaves behind.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use pushdeck::usersig;
use secrecy::SecretString;
use serde_json::{Value, json};

const APP: u64 = 1_400_000_001;
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

struct Sandbox {
    child: Child,
    host: String,
    said: BufReader<ChildStderr>,
}

fn command(db: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pushdeck"));
    command
        .args(["sandbox", "--control", "--tasks", "0", "--secret-key-env", "SANDBOX_TEST_KEY", "--db"])
        .arg(db)
        .env("SANDBOX_TEST_KEY", KEY);
    command
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
        let mut child = command(db).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let host = line.trim().strip_prefix("listening on http://").unwrap().to_owned();
        let said = BufReader::new(child.stderr.take().unwrap());
        Self { child, host, said }
    }

    /// The next line on standard error.
    fn says(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line
    }

    fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}",
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

#[test]
fn a_second_process_on_the_same_file_is_refused_under_any_name_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["tasks.db", "symbolic.db", "hard.db"].map(|name| dir.path().join(name));
    let first = Sandbox::start(&names[0]);
    std::os::unix::fs::symlink(&names[0], &names[1]).unwrap();
    std::fs::hard_link(&names[0], &names[2]).unwrap();
    for name in &names {
        let second = command(name).output().unwrap();
        let words = String::from_utf8(second.stderr).unwrap();
        assert_eq!((second.status.code(), second.stdout.as_slice()), (Some(1), &[][..]), "{words}");
        assert!(words.contains("another sandbox is using this file, maybe under another name"), "{words}");
    }
    assert_eq!(answer(first.create("the first goes on"))["ErrorCode"], 0);
    drop(first);
    // A kill frees it as well.
    assert_eq!(Sandbox::start(&names[1]).titles(), ["the first goes on"]);
}

#[test]
fn a_file_that_is_removed_while_it_is_served_is_told_and_acknowledges_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (db, away) = (dir.path().join("tasks.db"), dir.path().join("away.db"));
    let mut sandbox = Sandbox::start(&db);
    assert_eq!(answer(sandbox.create("before"))["ErrorCode"], 0);
    std::fs::rename(&db, &away).unwrap();
    assert_eq!(answer(sandbox.create("lost"))["ErrorCode"], 90105);
    let line = sandbox.says();
    assert!(line.starts_with("warning: the database ") && line.contains("was removed"), "{line}");
    std::fs::rename(&away, &db).unwrap();
    // The dispatcher sees it within a second, this call at once.
    assert_eq!(answer(sandbox.create("after"))["ErrorCode"], 0);
    assert!(sandbox.says().contains("is back in its place"));
    drop(sandbox);
    assert_eq!(Sandbox::start(&db).titles(), ["before", "after"]);
}

#[test]
fn a_file_that_others_could_read_is_made_private_with_a_word() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("tasks.db");
    drop(Sandbox::start(&db));
    // It was killed, so its journal is still there.
    for name in ["tasks.db", "tasks.db-wal"] {
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(dir.path().join(name), open).unwrap();
    }
    let mut sandbox = Sandbox::start(&db);
    for name in ["tasks.db ", "tasks.db-wal "] {
        let line = sandbox.says();
        assert!(line.contains(name) && line.contains("it is private now (mode 0600)"), "{line}");
    }
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}
