//! A database that many processes serve, one after the other, each until it is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::Figures;
use super::known::{Asked, Known};
use super::process::{APP, PATIENCE, Process, Server, Wire};
use super::writer::Writer;

/// Connections that write at the same time.
const WRITERS: usize = 4;

/// How far a dispatch had come.
#[derive(Debug)]
pub(crate) enum Left {
    /// Nobody can know whether it went out: it must not go again.
    Begun,
    /// With this `PushTaskID`.
    Sent(String),
}

/// A database, and everything that was asked of it.
pub(crate) struct File {
    pub(crate) path: std::path::PathBuf,
    pub(crate) known: Vec<Known>,
    pub(crate) deleted: BTreeSet<i64>,
    /// How the dispatch of a task stood when the process died.
    pub(crate) left: BTreeMap<i64, Left>,
    /// The greatest `TaskID` that was ever seen.
    pub(crate) last_id: i64,
    pub(crate) lives: u64,
    pub(crate) names: u32,
    pub(crate) figures: Figures,
}

impl File {
    pub(crate) fn new(dir: &Path, names: u32) -> Self {
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
    pub(crate) fn live_and_die(&mut self, rng: &mut StdRng) {
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
    pub(crate) fn die_at_start(&mut self, rng: &mut StdRng) {
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

    pub(crate) fn write_until_killed(&mut self, server: Server, rng: &mut StdRng) {
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
    pub(crate) fn compare(&mut self, mut there: BTreeMap<i64, Value>) {
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
    pub(crate) fn check_the_file(&mut self) {
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
        let Ok(mut tasks) = db.prepare("select id, stage, push_id from task where stage > 0") else {
            assert!(self.known.is_empty(), "the table of tasks is gone");
            return;
        };
        let mut rows = tasks.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (id, stage, push): (i64, i64, String) =
                (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
            if stage == 1 {
                self.left.insert(id, Left::Begun);
            } else if !push.is_empty() {
                self.left.insert(id, Left::Sent(push));
            }
        }
    }

    /// The last start is not disturbed: everything due goes out, the process ends by itself.
    pub(crate) fn end_well(&mut self) {
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

pub(crate) fn integrity(path: &Path) -> String {
    let db = rusqlite::Connection::open(path).unwrap();
    db.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap()
}

/// Waits for so many requests and answers.
pub(crate) fn wait_for(seen: &Receiver<()>, events: usize) {
    for _ in 0..events {
        seen.recv_timeout(PATIENCE).expect("the writers have stopped");
    }
}
