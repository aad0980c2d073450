//! The two operators of an app as the parent sees them: processes on one state directory that are
//! started, counted along with, killed, stopped for a while, started again, and cut off from the service.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use pushdeck::store::Store;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use super::dose::Dose;
use super::owners::{self, Event};
use super::process::{DICE, FOLDER, Folder, KEY, RUN, TIDY};
use super::proxy::Proxy;
use super::service::Process;

/// No pair says nothing for so long unless something hangs.
const PATIENCE: Duration = Duration::from_mins(8);

/// How often the parent looks whether a pause is over.
const TICK: Duration = Duration::from_millis(20);

/// Runs after the plan is done, until the journal holds nothing open.
const MOST_TIDYING: usize = 6;

/// What becomes of the service for a while, at the pair's so many-th event, and for so long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outage {
    pub(crate) kind: OutageKind,
    pub(crate) at: usize,
    pub(crate) lasts: Duration,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum OutageKind {
    /// Connections are refused.
    Closed,
    /// Connections stand, nothing is answered, and what was asked meanwhile is done afterwards. Holds the
    /// service's process.
    Hangs(u32),
}

pub(crate) struct Pair {
    pub(crate) app: u64,
    pub(crate) dose: Dose,
    pub(crate) folders: [Folder; 2],
    pub(crate) key: String,
    pub(crate) proxy: Proxy,
    pub(crate) rng: StdRng,
    pub(crate) outages: VecDeque<Outage>,
    pub(crate) figures: Figures,
}

/// What happened to them.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) kills: usize,
    pub(crate) stops: usize,
    pub(crate) outages: usize,
    pub(crate) unreachable: usize,
    /// Entries that were told as being checked by the other, and that the other closed.
    pub(crate) elsewhere: usize,
    pub(crate) told_by_journal: usize,
    pub(crate) stands: usize,
    pub(crate) no_journal: usize,
    /// Runs after the plan was done.
    pub(crate) tidying: usize,
    /// Everything that they printed.
    pub(crate) said: String,
    pub(crate) noted: Vec<String>,
}

impl Figures {
    fn hear(&mut self, event: &str) {
        match event {
            "unreachable" => self.unreachable += 1,
            "elsewhere" => self.elsewhere += 1,
            "told by the journal" => self.told_by_journal += 1,
            "stands" => self.stands += 1,
            "no journal" => self.no_journal += 1,
            _ => {}
        }
        if let Some(words) = event.strip_prefix("noted ") {
            self.noted.push(words.to_owned());
        }
    }
}

/// What is done to an operator at his so many-th event of a run.
#[derive(Clone, Copy, Debug)]
struct Incident {
    at: usize,
    what: What,
    /// How long he is away.
    lasts: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Kill,
    Stop,
}

/// One of the two.
struct OperatorState {
    name: char,
    running: Option<Running>,
    /// Runs so far.
    runs: usize,
    /// Events of this run.
    events: usize,
    incidents: VecDeque<Incident>,
    /// Until then he is away: dead or stopped.
    away: Option<(What, Instant)>,
    is_done: bool,
}

impl Pair {
    /// Until both plans are done and the journal holds nothing open.
    pub(crate) fn work(mut self) -> (u64, Figures) {
        let (said, heard) = sync_channel(10_000);
        let mut operators: Vec<OperatorState> = (0..2).map(|number| self.operator(number)).collect();
        for number in 0..2 {
            self.start(&mut operators, number, &said);
        }
        let (mut events, mut last) = (0, Instant::now());
        let mut outage = None;
        while operators.iter().any(|operator| !operator.is_done) {
            match heard.recv_timeout(TICK) {
                Ok((number, run, Some(line))) => {
                    last = Instant::now();
                    events += self.hear(&mut operators, number, run, &line);
                }
                Ok((number, run, None)) => self.ended(&mut operators, number, run),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("nobody can speak"),
            }
            self.come_back(&mut operators, &said);
            self.weather(events, &mut outage);
            assert!(last.elapsed() < PATIENCE, "{}: nothing was heard for {PATIENCE:?}", self.app);
        }
        self.end_outage(&mut outage);
        self.tidy(&mut operators, &said, &heard);
        (self.app, self.figures)
    }

    fn operator(&mut self, number: usize) -> OperatorState {
        let Dose { kills, stops, .. } = self.dose;
        let mut what: Vec<What> =
            [What::Kill].repeat(kills).into_iter().chain([What::Stop].repeat(stops)).collect();
        what.shuffle(&mut self.rng);
        let most = if self.dose.is_full() { 120 } else { 16 };
        let incidents = what.into_iter().map(|what| {
            // Some soon: while writes of the run before are checked.
            let is_soon = self.rng.random_ratio(1, 3);
            let at = self.rng.random_range(if is_soon { 1..8 } else { 4..most });
            let real = match what {
                // Every second is started at once, the others are away until the other notices.
                What::Kill if self.rng.random_ratio(1, 2) => 0,
                What::Kill => 40,
                What::Stop => self.rng.random_range(10..=60),
            };
            Incident { at, what, lasts: self.dose.seconds(real) }
        });
        let incidents = incidents.collect();
        let name = ['a', 'b'][number];
        OperatorState { name, running: None, runs: 0, events: 0, incidents, away: None, is_done: false }
    }

    fn start(&mut self, operators: &mut [OperatorState], number: usize, said: &SyncSender<Said>) {
        let operator = &mut operators[number];
        let run = format!("{}{}", operator.name, operator.runs);
        let place = (number, operator.runs);
        operator.runs += 1;
        operator.events = 0;
        operator.running = Some(Running::start(
            &self.folders[number],
            (&run, &self.key, self.figures.tidying > 0),
            self.rng.random(),
            place,
            said.clone(),
        ));
    }

    /// One line of his; gives how many events it is.
    fn hear(&mut self, operators: &mut [OperatorState], number: usize, run: usize, line: &str) -> usize {
        self.figures.said += line;
        self.figures.said.push('\n');
        let operator = &mut operators[number];
        let Some(event) = line.strip_prefix("@ ").filter(|_| run + 1 == operator.runs) else { return 0 };
        operator.events += 1;
        self.figures.hear(event);
        let is_due = |incident: &&Incident| incident.at <= operator.events && operator.away.is_none();
        let Some(incident) = operator.incidents.front().copied().filter(|one| is_due(&one)) else { return 1 };
        let Some(running) = &mut operator.running else { return 1 };
        operator.incidents.pop_front();
        operator.away = Some((incident.what, Instant::now() + incident.lasts));
        match incident.what {
            What::Kill => {
                let name = format!("{}{run}", operator.name);
                owners::note(&self.folders[number].owners(), &name, Event::Killed);
                running.process.0.kill().unwrap();
                self.figures.kills += 1;
            }
            What::Stop => {
                signal("STOP", running.process.0.id());
                // The next one counts from here.
                operator.events = 0;
                self.figures.stops += 1;
            }
        }
        1
    }

    /// He has nothing more to say: the kill, or the end of his plan.
    fn ended(&mut self, operators: &mut [OperatorState], number: usize, run: usize) {
        let operator = &mut operators[number];
        assert_eq!(run + 1, operator.runs, "a run that was over ended once more");
        let Some(running) = operator.running.take() else { return };
        let (status, rest) = running.end();
        self.figures.said += &rest;
        if matches!(operator.away, Some((What::Kill, _))) {
            return;
        }
        let tail = self.figures.said.lines().rev().take(40).collect::<Vec<_>>().join("\n");
        assert!(
            status.success() && self.figures.said.contains("@ finished"),
            "operator {} of {}: {status}, last words first:\n{tail}",
            operator.name,
            self.app
        );
        operator.away = None;
        operator.is_done = true;
    }

    /// Whoever was away for long enough goes on.
    fn come_back(&mut self, operators: &mut [OperatorState], said: &SyncSender<Said>) {
        for number in 0..operators.len() {
            let operator = &mut operators[number];
            let Some((what, until)) = operator.away else { continue };
            if until > Instant::now() {
                continue;
            }
            match (what, &operator.running) {
                (What::Stop, Some(running)) => signal("CONT", running.process.0.id()),
                (What::Stop, None) => {}
                // His last words have not come yet.
                (What::Kill, Some(_)) => continue,
                (What::Kill, None) => self.start(operators, number, said),
            }
            operators[number].away = None;
        }
    }

    fn weather(&mut self, events: usize, outage: &mut Option<(OutageKind, Instant)>) {
        if outage.is_some_and(|(_, until)| until <= Instant::now()) {
            self.end_outage(outage);
        }
        let is_due = |next: &&Outage| next.at <= events && outage.is_none();
        let Some(next) = self.outages.front().copied().filter(|next| is_due(&next)) else { return };
        self.outages.pop_front();
        match next.kind {
            OutageKind::Closed => self.proxy.close(),
            OutageKind::Hangs(service) => signal("STOP", service),
        }
        self.figures.outages += 1;
        *outage = Some((next.kind, Instant::now() + next.lasts));
    }

    fn end_outage(&mut self, outage: &mut Option<(OutageKind, Instant)>) {
        match outage.take() {
            Some((OutageKind::Closed, _)) => self.proxy.open(),
            Some((OutageKind::Hangs(service), _)) => signal("CONT", service),
            None => {}
        }
    }

    /// What is still open is taken over by one more run, as at the next start.
    fn tidy(&mut self, operators: &mut [OperatorState], said: &SyncSender<Said>, heard: &Receiver<Said>) {
        while !self.is_tidy() {
            self.figures.tidying += 1;
            assert!(self.figures.tidying <= MOST_TIDYING, "{}: writes stay open in the journal", self.app);
            operators[0].is_done = false;
            self.start(operators, 0, said);
            while !operators[0].is_done {
                match heard.recv_timeout(PATIENCE).unwrap() {
                    (number, run, Some(line)) => drop(self.hear(operators, number, run, &line)),
                    (number, run, None) => self.ended(operators, number, run),
                }
            }
        }
    }

    fn is_tidy(&self) -> bool {
        let store = Store::open(&self.folders[0].store()).unwrap();
        store.open_intents(&self.app.to_string()).unwrap().is_empty()
    }
}

fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args(["-s", name, &process.to_string()]).status().unwrap();
    assert!(sent.success(), "kill -s {name} {process}");
}

/// Who says it, in which run, and what; nothing at its end.
type Said = (usize, usize, Option<String>);

/// A process, and what it says.
struct Running {
    process: Process,
    errors: std::thread::JoinHandle<String>,
}

impl Running {
    fn start(
        folder: &Folder,
        (run, key, tidies): (&str, &str, bool),
        dice: u64,
        (number, count): (usize, usize),
        said: SyncSender<Said>,
    ) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        if tidies {
            command.env(TIDY, "1");
        }
        let mut child = command
            .args(["an_operator_follows_the_plan", "--exact", "--nocapture", "--test-threads", "1"])
            .env(FOLDER, &folder.0)
            .env(RUN, run)
            .env(KEY, key)
            .env(DICE, dice.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            // A line that was cut off by the kill is the last, and of no use.
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if said.send((number, count, Some(line))).is_err() {
                    return;
                }
            }
            // When nobody listens any more, the test has failed already.
            let _ = said.send((number, count, None));
        });
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        });
        Self { process: Process(child), errors }
    }

    fn end(mut self) -> (ExitStatus, String) {
        let status = self.process.0.wait().unwrap();
        (status, self.errors.join().unwrap())
    }
}

/// The dice of a pair.
pub(crate) fn dice(rng: &mut StdRng) -> StdRng {
    StdRng::seed_from_u64(rng.random())
}
