//! The real sandbox on a file, killed at random moments: nothing acknowledged may be lost, nothing
//! may be half there, nothing may be dispatched twice.
//!
//! Several connections create, change, delete and read tasks, and half of the tasks are due at once,
//! so that the dispatcher works at the same time. `SIGKILL` comes after a random number of requests
//! and answers, or while the process starts. After each start the whole database is compared with
//! what was acknowledged. `PUSHDECK_KILLS` sets the number of kills, `PUSHDECK_KILL_SEED` repeats a
//! run.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what goes wrong here is the failure of the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use pushdeck::usersig;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use secrecy::SecretString;
use serde_json::{Value, json};

const APP: u64 = 88_888_888;
const WHO: &str = "administrator";
const KEY: &str = "made-up-key-of-the-kill-test";

/// Connections that write at the same time.
const WRITERS: usize = 4;

/// Kills of one database; then a new one begins, so that comparing stays quick.
const KILLS_OF_A_FILE: usize = 25;

/// No answer takes so long unless something hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// When a task is due that shall stay pending, Unix seconds (2200).
const FAR: i64 = 7_258_118_400;

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let kills: usize = env::var("PUSHDECK_KILLS").map_or(200, |text| text.parse().unwrap());
    let given = env::var("PUSHDECK_KILL_SEED").ok();
    let seed: u64 = given.map_or_else(|| rand::rng().random(), |text| text.parse().unwrap());
    println!("PUSHDECK_KILL_SEED={seed}");
    let lanes = 2;
    let of_lanes: Vec<_> = (0..lanes)
        .map(|lane| {
            let mine = kills / lanes + usize::from(lane < kills % lanes);
            let rng = StdRng::seed_from_u64(seed ^ (lane as u64) << 32);
            std::thread::spawn(move || lane_of_kills(mine, rng))
        })
        .collect();
    // All of them are waited for, so that no process is left behind when one has failed.
    let ended: Vec<_> = of_lanes.into_iter().map(std::thread::JoinHandle::join).collect();
    let mut all = Figures::default();
    for lane in ended {
        // Its panic has been printed; the seed repeats it.
        all.add(&lane.unwrap_or_else(|_| panic!("failed with PUSHDECK_KILL_SEED={seed}")));
    }
    println!("{all:?}");
    assert_eq!(all.kills, kills);
    assert!(all.acknowledged > kills && all.in_flight > 0, "too little happened: {all:?}");
    assert!(all.sent > 0 && all.interrupted > 0, "no kill met the dispatcher at work: {all:?}");
}

/// What happened, to show that the test tested something.
#[derive(Debug, Default)]
struct Figures {
    kills: usize,
    /// Writes that were answered.
    acknowledged: usize,
    /// Writes under way when the kill came.
    in_flight: usize,
    /// Those of them that had been done.
    in_flight_done: usize,
    sent: usize,
    interrupted: usize,
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.acknowledged += other.acknowledged;
        self.in_flight += other.in_flight;
        self.in_flight_done += other.in_flight_done;
        self.sent += other.sent;
        self.interrupted += other.interrupted;
    }
}

fn lane_of_kills(kills: usize, mut rng: StdRng) -> Figures {
    let mut figures = Figures::default();
    while figures.kills < kills {
        let dir = tempfile::tempdir().unwrap();
        let mut file = File::new(dir.path(), rng.random());
        for _ in 0..KILLS_OF_A_FILE.min(kills - figures.kills) {
            file.live_and_die(&mut rng);
            figures.kills += 1;
        }
        file.end_well();
        figures.add(&file.figures);
    }
    figures
}

// ---------------------------------------------------------------------------------------- the process

/// A process that is gone when nobody holds it any more, also when the test fails.
struct Process(Child);

impl Process {
    fn spawn(path: &Path, number: u64) -> Self {
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

struct Server {
    process: Process,
    address: String,
}

impl Server {
    /// Starts it; when this returns, calls are answered.
    fn start(path: &Path, number: u64) -> Self {
        let mut process = Process::spawn(path, number);
        let mut line = String::new();
        BufReader::new(process.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("the first line is {line:?}")).to_owned();
        Self { process, address }
    }
}

/// A connection that stays open: bytes out, bytes in.
struct Wire {
    stream: BufReader<TcpStream>,
    query: String,
}

impl Wire {
    fn open(address: &str) -> std::io::Result<Self> {
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

    fn ask(&mut self, command: &str, body: &Value) -> std::io::Result<()> {
        let (query, body) = (&self.query, body.to_string());
        let request = format!(
            "POST /v4/timpush/{command}?{query} HTTP/1.1\r\nHost: sandbox\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())
    }

    fn answer(&mut self) -> std::io::Result<Value> {
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

    fn call(&mut self, command: &str, body: &Value) -> std::io::Result<Value> {
        self.ask(command, body)?;
        self.answer()
    }

    /// Every task there is, by id; `Total` must agree.
    fn everything(&mut self) -> BTreeMap<i64, Value> {
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

// ------------------------------------------------------------------------------------------ the model

/// A task as its writer knows it. All that it says follows from its name and its version.
#[derive(Clone, Debug)]
struct Known {
    name: String,
    number: u32,
    /// Due at once, and changed in its content only; else far away, and changed in its time as well.
    due: bool,
    sched_at: i64,
    id: Option<i64>,
    /// The version that was acknowledged; 0 is none.
    version: u32,
    /// What was asked and not answered when the process died.
    asked: Option<Asked>,
    /// Its last shape, once it was seen dispatched: that never changes.
    end: Option<Value>,
    /// It was seen dispatching: it never is pending again.
    begun: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Create, or change to this version.
    Version(u32),
    Delete,
}

fn time(at: i64) -> String {
    chrono::DateTime::from_timestamp(at, 0).unwrap().format("%Y-%m-%d %H:%M:%S").to_string()
}

impl Known {
    fn content(&self, version: u32) -> Value {
        let Self { name, number, .. } = self;
        // Long enough to lie on more than one page of the database now and then.
        let ext = format!("{name}/{version};").repeat(1 + (version as usize * 7 + *number as usize) % 60);
        json!({"From_Account": WHO, "MsgRandom": number, "OfflinePushInfo": {
            "Title": format!("{name} v{version}"), "Desc": format!("text {version}"), "Ext": ext}})
    }

    fn sched_at(&self, version: u32) -> String {
        time(if self.due { self.sched_at } else { self.sched_at + i64::from(version) })
    }

    fn add_body(&self) -> Value {
        json!({"Sdkappid": APP, "Type": "All", "SchedAt": self.sched_at(1), "Content": self.content(1)})
    }

    fn modify_body(&self, version: u32) -> Value {
        let mut body =
            json!({"Sdkappid": APP, "TaskID": self.id, "Type": "All", "Content": self.content(version)});
        if !self.due {
            body["SchedAt"] = json!(self.sched_at(version));
        }
        body
    }

    fn delete_body(&self) -> Value {
        json!({"Sdkappid": APP, "TaskID": self.id, "Type": "All"})
    }

    /// Whether the task is this one in that version, in every field.
    fn is(&self, task: &Value, version: u32) -> bool {
        let content = self.content(version);
        let info = &content["OfflinePushInfo"];
        task["Content"] == content
            && task["SchedAt"] == json!(self.sched_at(version))
            && task["Title"] == info["Title"]
            && task["Desc"] == info["Desc"]
            && task["Type"] == "All"
    }

    /// Compares what was read with what is known of its dispatch, and remembers it.
    fn watch(&mut self, task: &Value) {
        if let Some(end) = &self.end {
            assert_eq!(end, task, "a task that was dispatched has changed");
            return;
        }
        let text = |key: &str| task[key].as_str().unwrap().to_owned();
        let (failure, push) = (text("DispatchErr"), text("PushTaskID"));
        match (text("Status").as_str(), task["DispatchSuccess"].as_i64()) {
            ("pending", Some(0)) => assert!(!self.begun, "a dispatch began anew: {task}"),
            ("dispatching", Some(0)) => self.begun = true,
            ("dispatched", Some(1)) => {
                assert!(failure.is_empty() && push.ends_with(&format!("_{:08x}", self.number)), "{task}");
                self.end = Some(task.clone());
                return;
            }
            ("dispatched", Some(0)) => {
                assert!(failure == "interrupted" && push.is_empty(), "{task}");
                self.end = Some(task.clone());
                return;
            }
            _ => panic!("no state: {task}"),
        }
        assert!(failure.is_empty() && push.is_empty(), "{task}");
        assert!(self.due || text("Status") == "pending", "dispatched before its time: {task}");
    }
}

/// How far a dispatch had come.
#[derive(Debug)]
enum Left {
    /// Nobody can know whether it went out: it must not go again.
    Begun,
    /// With this `PushTaskID`.
    Sent(String),
}

/// A database, and everything that was asked of it.
struct File {
    path: std::path::PathBuf,
    known: Vec<Known>,
    deleted: BTreeSet<i64>,
    /// How the dispatch of a task stood when the process died.
    left: BTreeMap<i64, Left>,
    /// The greatest `TaskID` that was ever seen.
    last_id: i64,
    lives: u64,
    names: u32,
    figures: Figures,
}

impl File {
    fn new(dir: &Path, names: u32) -> Self {
        Self {
            path: dir.join("tasks.db"),
            known: Vec::new(),
            deleted: BTreeSet::new(),
            left: BTreeMap::new(),
            last_id: 0,
            lives: 0,
            // Names of different files differ as well.
            names: names & 0x3fff_ffff,
            figures: Figures::default(),
        }
    }

    /// Starts the process, compares, writes, kills.
    fn live_and_die(&mut self, rng: &mut StdRng) {
        self.lives += 1;
        if rng.random_range(0..8) == 0 {
            self.die_at_start(rng);
        } else {
            let server = Server::start(&self.path, self.lives);
            let mut wire = Wire::open(&server.address).unwrap();
            let there = wire.everything();
            self.compare(there);
            self.write_until_killed(server, rng);
        }
        self.check_the_file();
    }

    /// The kill comes while the process starts: opens the file, puts it right, listens.
    fn die_at_start(&mut self, rng: &mut StdRng) {
        let mut process = Process::spawn(&self.path, self.lives);
        let stdout = process.0.stdout.take().unwrap();
        let (told, started) = sync_channel(1);
        let reader = std::thread::spawn(move || {
            let mut line = String::new();
            // An error is the end of the process, and that is all there is to know.
            let _ = BufReader::new(stdout).read_line(&mut line);
            // Nobody may be waiting any more.
            let _ = told.send(());
        });
        // Either its first line or a random moment before it; both are right.
        let _ = started.recv_timeout(Duration::from_micros(rng.random_range(0..60_000)));
        drop(process);
        reader.join().unwrap();
    }

    fn write_until_killed(&mut self, server: Server, rng: &mut StdRng) {
        let killed = Arc::new(AtomicBool::new(false));
        let (events, seen) = sync_channel(4096);
        let mut shares: Vec<Vec<Known>> = vec![Vec::new(); WRITERS];
        for (i, known) in self.known.drain(..).enumerate() {
            shares[i % WRITERS].push(known);
        }
        let writers: Vec<_> = shares
            .into_iter()
            .map(|known| {
                self.names += 1 << 12;
                let mut writer = Writer {
                    known,
                    names: self.names,
                    deleted: Vec::new(),
                    acknowledged: 0,
                    killed: Arc::clone(&killed),
                    events: events.clone(),
                    rng: StdRng::from_rng(rng),
                };
                let address = server.address.clone();
                std::thread::spawn(move || {
                    writer.write(&address);
                    writer
                })
            })
            .collect();
        drop(events);
        wait_for(&seen, rng.random_range(1..160));
        // Not only between two of them: any moment is right.
        std::thread::sleep(Duration::from_micros(rng.random_range(0..4000)));
        killed.store(true, Ordering::SeqCst);
        drop(server);
        drop(seen);
        for writer in writers {
            let writer = writer.join().unwrap();
            self.known.extend(writer.known);
            self.deleted.extend(writer.deleted);
            self.figures.acknowledged += writer.acknowledged;
        }
        self.figures.in_flight += self.known.iter().filter(|known| known.asked.is_some()).count();
    }

    /// What is there against what was acknowledged.
    fn compare(&mut self, mut there: BTreeMap<i64, Value>) {
        for id in &self.deleted {
            assert!(!there.contains_key(id), "task {id} was deleted and is back");
        }
        let by_title = |there: &BTreeMap<i64, Value>, name: &str| {
            let front = format!("{name} v");
            let mut found = there.iter().filter(|(_, t)| t["Title"].as_str().unwrap().starts_with(&front));
            let id = found.next().map(|(id, _)| *id);
            assert!(found.next().is_none(), "{name} was created twice");
            id
        };
        for mut known in std::mem::take(&mut self.known) {
            let id = known.id.or_else(|| by_title(&there, &known.name));
            let asked = known.asked.take();
            let Some(task) = id.and_then(|id| there.remove(&id)) else {
                match asked {
                    Some(Asked::Delete) => self.deleted.extend(known.id),
                    Some(Asked::Version(1)) if known.version == 0 => continue,
                    None | Some(Asked::Version(_)) => panic!("lost: {known:?}"),
                }
                self.figures.in_flight_done += 1;
                continue;
            };
            let fits = |version: u32| version > 0 && known.is(&task, version);
            match asked {
                Some(Asked::Version(version)) if fits(version) => {
                    known.version = version;
                    self.figures.in_flight_done += 1;
                }
                None | Some(Asked::Delete | Asked::Version(_)) => {
                    assert!(fits(known.version), "not as acknowledged: {known:?}\nbut {task}");
                }
            }
            if known.id.is_none() {
                assert!(id > Some(self.last_id), "a TaskID was given twice: {task}");
            }
            known.id = id;
            match id.and_then(|id| self.left.remove(&id)) {
                Some(Left::Begun) => {
                    assert_eq!(task["DispatchErr"], "interrupted", "it may go twice: {task}");
                }
                Some(Left::Sent(push)) => assert_eq!(task["PushTaskID"], push, "it went twice: {task}"),
                None => {}
            }
            known.watch(&task);
            self.known.push(known);
        }
        assert!(there.is_empty(), "tasks from nowhere: {there:?}");
        self.last_id = self.known.iter().filter_map(|known| known.id).max().unwrap_or(0).max(self.last_id);
    }

    /// SQLite's own check, on a copy, so that the next start finds the file as the kill left it; and
    /// a look at the dispatches that the kill met.
    fn check_the_file(&mut self) {
        let copy = tempfile::tempdir().unwrap();
        for end in ["", "-wal"] {
            let from = format!("{}{end}", self.path.display());
            if Path::new(&from).exists() {
                std::fs::copy(&from, copy.path().join(format!("copy.db{end}"))).unwrap();
            }
        }
        let copy = copy.path().join("copy.db");
        if !copy.exists() {
            return;
        }
        assert_eq!(integrity(&copy), "ok");
        let db = rusqlite::Connection::open(&copy).unwrap();
        let Ok(mut tasks) = db.prepare("select id, state, push_id from task where state > 0") else {
            assert!(self.known.is_empty(), "the table of tasks is gone");
            return;
        };
        let mut rows = tasks.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (id, state, push): (i64, i64, String) =
                (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
            if state == 1 {
                self.left.insert(id, Left::Begun);
            } else if !push.is_empty() {
                self.left.insert(id, Left::Sent(push));
            }
        }
    }

    /// The last start is not disturbed: everything due goes out, the process ends by itself.
    fn end_well(&mut self) {
        let mut server = Server::start(&self.path, self.lives);
        let mut wire = Wire::open(&server.address).unwrap();
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < PATIENCE, "what was due does not go out: {:?}", self.known);
            let there = wire.everything();
            self.compare(there);
            if self.known.iter().all(|known| !known.due || known.end.is_some()) {
                break;
            }
        }
        for known in &mut self.known {
            let answer = wire.call("get_sched_task", &json!({"Sdkappid": APP, "TaskID": known.id})).unwrap();
            known.watch(&answer["TaskInfo"]);
            let Some(end) = &known.end else { continue };
            let sent = end["DispatchSuccess"] == 1;
            self.figures.sent += usize::from(sent);
            self.figures.interrupted += usize::from(!sent);
        }
        let ended = Command::new("kill").arg(server.process.0.id().to_string()).status().unwrap();
        assert!(ended.success());
        assert_eq!(server.process.0.wait().unwrap().code(), Some(0), "SIGTERM ends it well");
        assert_eq!(integrity(&self.path), "ok");
    }
}

fn integrity(path: &Path) -> String {
    let db = rusqlite::Connection::open(path).unwrap();
    db.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap()
}

/// Waits for so many requests and answers.
fn wait_for(seen: &Receiver<()>, events: usize) {
    for _ in 0..events {
        seen.recv_timeout(PATIENCE).expect("the writers have stopped");
    }
}

// ---------------------------------------------------------------------------------------- the writers

/// One connection that writes until the process is gone.
struct Writer {
    known: Vec<Known>,
    names: u32,
    deleted: Vec<i64>,
    acknowledged: usize,
    killed: Arc<AtomicBool>,
    events: SyncSender<()>,
    rng: StdRng,
}

impl Writer {
    fn write(&mut self, address: &str) {
        let outcome = self.until_cut_off(address);
        let error = outcome.expect_err("it only ends when it is cut off");
        assert!(self.killed.load(Ordering::SeqCst), "cut off by a living process: {error}");
    }

    fn until_cut_off(&mut self, address: &str) -> std::io::Result<std::convert::Infallible> {
        let mut wire = Wire::open(address)?;
        loop {
            let choice = self.rng.random_range(0..10);
            let open: Vec<usize> = (0..self.known.len()).filter(|at| self.known[*at].end.is_none()).collect();
            match (choice, open.choose(&mut self.rng).copied()) {
                (0..5, _) | (_, None) => self.add(&mut wire)?,
                (5..8, Some(at)) => self.modify(&mut wire, at)?,
                (8, Some(at)) => self.delete(&mut wire, at)?,
                (_, Some(at)) => self.get(&mut wire, at)?,
            }
        }
    }

    /// Asks, and tells of it before and after. Nobody may be listening any more.
    fn call(&self, wire: &mut Wire, command: &str, body: &Value) -> std::io::Result<Value> {
        wire.ask(command, body)?;
        let _ = self.events.send(());
        let answer = wire.answer()?;
        let _ = self.events.send(());
        Ok(answer)
    }

    fn add(&mut self, wire: &mut Wire) -> std::io::Result<()> {
        self.names += 1;
        let due = self.rng.random();
        #[expect(clippy::disallowed_methods, reason = "the process under test has the real clock")]
        let now = chrono::Utc::now().timestamp();
        let known = Known {
            name: format!("t{}", self.names),
            number: self.names,
            due,
            sched_at: if due { now + i64::from(self.rng.random::<bool>()) } else { FAR },
            id: None,
            version: 0,
            asked: Some(Asked::Version(1)),
            end: None,
            begun: false,
        };
        let body = known.add_body();
        self.known.push(known);
        let answer = self.call(wire, "add_sched_task", &body)?;
        if due && answer["ErrorCode"] == 90110 {
            // The second went by while the call was on its way.
            self.known.pop();
            return Ok(());
        }
        assert_eq!(answer["ErrorCode"], 0, "{answer}");
        let known = self.known.last_mut().unwrap();
        known.id = answer["TaskID"].as_i64();
        (known.version, known.asked) = (1, None);
        self.acknowledged += 1;
        Ok(())
    }

    fn modify(&mut self, wire: &mut Wire, at: usize) -> std::io::Result<()> {
        let version = self.known[at].version + 1;
        self.known[at].asked = Some(Asked::Version(version));
        let body = self.known[at].modify_body(version);
        let answer = self.call(wire, "modify_sched_task", &body)?;
        let known = &mut self.known[at];
        known.asked = None;
        if answer["ErrorCode"] == 0 {
            assert!(!known.begun, "a change after the dispatch began: {answer}");
            known.version = version;
            self.acknowledged += 1;
        } else {
            known.refused(&answer);
        }
        Ok(())
    }

    fn delete(&mut self, wire: &mut Wire, at: usize) -> std::io::Result<()> {
        self.known[at].asked = Some(Asked::Delete);
        let body = self.known[at].delete_body();
        let answer = self.call(wire, "delete_sched_task", &body)?;
        self.known[at].asked = None;
        if answer["ErrorCode"] == 0 {
            let known = self.known.remove(at);
            assert!(!known.begun, "deleted after the dispatch began: {answer}");
            self.deleted.extend(known.id);
            self.acknowledged += 1;
        } else {
            self.known[at].refused(&answer);
        }
        Ok(())
    }

    fn get(&mut self, wire: &mut Wire, at: usize) -> std::io::Result<()> {
        let body = json!({"Sdkappid": APP, "TaskID": self.known[at].id});
        let answer = self.call(wire, "get_sched_task", &body)?;
        let known = &mut self.known[at];
        let task = &answer["TaskInfo"];
        assert!(known.is(task, known.version), "not as acknowledged: {known:?}\nbut {answer}");
        known.watch(task);
        Ok(())
    }
}

impl Known {
    /// A change may only be refused because the dispatch has begun.
    fn refused(&mut self, answer: &Value) {
        let code = answer["ErrorCode"].as_i64();
        assert!(self.due && matches!(code, Some(90106 | 90107)), "{answer} for {self:?}");
        self.begun = true;
    }
}
