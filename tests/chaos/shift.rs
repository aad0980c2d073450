//! One operator as the parent sees him: a process that is started, counted along with, killed,
//! started again, and cut off from the service for a while.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use pushdeck::store::Store;
use rand::RngExt;
use rand::rngs::StdRng;

use super::operator::{DICE, FOLDER, Folder, KEY};
use super::service::Process;
use super::way::Way;

/// No operator says nothing for so long unless something hangs.
const PATIENCE: Duration = Duration::from_mins(5);

/// Runs after the plan is done, until the journal holds nothing open.
const MOST_TIDYING: usize = 6;

pub(crate) struct Shift {
    pub(crate) app: u64,
    pub(crate) folder: Folder,
    pub(crate) key: String,
    pub(crate) way: Way,
    pub(crate) rng: StdRng,
    /// How often he is killed.
    pub(crate) kills: usize,
    pub(crate) figures: Figures,
}

/// What happened to him.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) kills: usize,
    /// Kills that came while writes of the run before were being looked into.
    pub(crate) kills_at_start: usize,
    pub(crate) cuts: usize,
    pub(crate) unreachable: usize,
    /// Runs after the plan was done.
    pub(crate) tidying: usize,
    /// Everything that he printed.
    pub(crate) said: String,
    pub(crate) noted: Vec<String>,
}

impl Shift {
    /// Until the plan is done and the journal holds nothing open.
    pub(crate) fn work(mut self) -> (u64, Figures) {
        for run in 0..self.kills {
            // Every second one soon: while writes of the run before are looked into.
            let kill = self.rng.random_range(if run % 2 == 0 { 10..250 } else { 1..8 });
            self.run(kill, usize::MAX);
        }
        // The last run comes to its end; for a while nobody can be reached.
        let cut = self.rng.random_range(20..120);
        assert!(self.run(usize::MAX, cut));
        while !self.is_tidy() {
            self.figures.tidying += 1;
            assert!(self.figures.tidying <= MOST_TIDYING, "{}: writes stay open in the journal", self.app);
            assert!(self.run(usize::MAX, usize::MAX));
        }
        (self.app, self.figures)
    }

    fn is_tidy(&self) -> bool {
        let store = Store::open(&self.folder.store()).unwrap();
        store.open_intents(&self.app.to_string()).unwrap().is_empty()
    }

    /// One process, killed at its `kill`th event, its way closed at the `cut`th; says whether it came
    /// to its end.
    fn run(&mut self, kill: usize, cut: usize) -> bool {
        let mut run = Running::start(&self.folder, &self.key, self.rng.random());
        let (mut events, mut refused, mut has_handed) = (0, 0, false);
        let mut is_finished = false;
        while let Some(line) = run.next() {
            self.figures.said += &line;
            self.figures.said.push('\n');
            let Some(event) = line.strip_prefix("@ ") else { continue };
            events += 1;
            has_handed |= event == "handed";
            match event {
                "unreachable" => {
                    self.figures.unreachable += 1;
                    refused += 1;
                }
                "finished" => is_finished = true,
                _ => {}
            }
            if let Some(words) = event.strip_prefix("noted ") {
                self.figures.noted.push(words.to_owned());
            }
            if events == kill {
                run.process.0.kill().unwrap();
                self.figures.kills += 1;
                self.figures.kills_at_start += usize::from(!has_handed);
                break;
            }
            if events == cut {
                self.way.close();
                self.figures.cuts += 1;
                refused = 0;
            }
            if !self.way.is_open() && refused >= 2 {
                self.way.open();
            }
        }
        let (status, rest) = run.end();
        self.figures.said += &rest;
        if events == kill {
            return false;
        }
        let tail = self.figures.said.lines().rev().take(30).collect::<Vec<_>>().join("\n");
        assert!(
            status.success() && is_finished,
            "operator of {}: {status}, last words first:\n{tail}",
            self.app
        );
        if !self.way.is_open() {
            self.way.open();
        }
        true
    }
}

/// A process, and what it says.
struct Running {
    process: Process,
    lines: Receiver<String>,
    errors: Option<std::thread::JoinHandle<String>>,
}

impl Running {
    fn start(folder: &Folder, key: &str, dice: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["an_operator_follows_the_plan", "--exact", "--nocapture", "--test-threads", "1"])
            .env(FOLDER, &folder.0)
            .env(KEY, key)
            .env(DICE, dice.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (said, lines) = sync_channel(10_000);
        std::thread::spawn(move || {
            // A line that was cut off by the kill is the last, and of no use.
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    return;
                }
            }
        });
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        });
        Self { process: Process(child), lines, errors: Some(errors) }
    }

    /// The next line; `None` at the end.
    fn next(&self) -> Option<String> {
        use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(Disconnected) => None,
            Err(Timeout) => panic!("nothing was heard for {PATIENCE:?}"),
        }
    }

    fn end(mut self) -> (ExitStatus, String) {
        let status = self.process.0.wait().unwrap();
        let mut rest = String::new();
        while let Ok(line) = self.lines.recv() {
            rest += &line;
            rest.push('\n');
        }
        rest += &self.errors.take().unwrap().join().unwrap();
        (status, rest)
    }
}
