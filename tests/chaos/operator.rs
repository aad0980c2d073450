//! The client under test, in a process of its own: the real worker, and an operator who follows a
//! plan, believes what he is told, and is killed in the middle of it.

use std::collections::{HashMap, VecDeque};
use std::env;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use pushdeck::api::{Client, Connection, Context, Credential};
use pushdeck::app::{Effect, Message, OpenWrite, ReqId, Terms, Write};
use pushdeck::domain::query::{Order, Range};
use pushdeck::domain::{Content, Kind, NewTask, Priority, Query, Task, TaskId};
use pushdeck::store::{IntentId, Store};
use pushdeck::worker::{self, Journal, Reload, Tools};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::mpsc;

use super::dose;
use super::inherit::{self, Books, Found};
use super::ledger::{self, Ledger, Line, Note, Open, Progress};
use super::owners::{self, Event};
use super::plan::{Due, Plan, Step};
use super::process::{DICE, FOLDER, Folder, KEY, RUN, TIDY, note_down, now, tell, time};

mod answers;

pub(crate) use answers::refusal;

/// How often an operator looks up from what he waits for.
const TICK: Duration = Duration::from_millis(50);

/// How long a run that is there to tidy up waits for something to do: what the worker cannot tell stays open.
const TIDYING: Duration = Duration::from_secs(5);

/// How long one waits before he tries again what could not be sent, in a real run.
const PAUSE: Duration = Duration::from_secs(4);

/// Follows the plan to its end, or to the kill.
pub(crate) fn work() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = Folder(env::var(FOLDER).unwrap().into());
        let run = env::var(RUN).unwrap();
        owners::note(&folder.owners(), &run, Event::Begins(now().timestamp_millis()));
        let plan: Plan = serde_json::from_slice(&std::fs::read(folder.plan()).unwrap()).unwrap();
        let store = open(&folder).await;
        let (effects, todo) = mpsc::channel(1024);
        let (answers, messages) = mpsc::channel(1024);
        let context = context();
        let connection = Connection {
            base_url: plan.address.clone(),
            sdkappid: plan.app,
            identifier: "administrator".to_owned(),
            credential: Credential::Key(SecretString::from(env::var(KEY).unwrap())),
            ca_file: None,
        };
        let speed = plan.dose.speed;
        let client = Arc::new(Client::new(&connection, dose::timeouts(speed), context.clone()).unwrap());
        let journal = Journal::new(Some(Arc::clone(&store)), &plan.app.to_string());
        let reload = Reload::never("an operator has no config");
        let tools = Tools { pace: dose::pace(speed), client, journal, context, reload };
        let mut operator = Operator::sit_down(plan, (&folder, run.clone()), Arc::clone(&store), effects);
        let worker = tokio::spawn(worker::run(tools, todo, answers));
        operator.work(messages).await;
        drop(operator);
        worker.await.unwrap();
        // Before the lock is let go, which is with the store.
        owners::note(&folder.owners(), &run, Event::Ends);
        drop(store);
        tell("finished");
    });
}

/// The other one may be stopped while it writes: then it is tried again, as a person does.
async fn open(folder: &Folder) -> Arc<Store> {
    loop {
        match Store::open(&folder.store()) {
            Ok(store) => return Arc::new(store),
            Err(err) if err.to_string().contains("held by another program") => {
                tell("locked out");
                tokio::time::sleep(TICK).await;
            }
            Err(err) => panic!("{err}"),
        }
    }
}

fn context() -> Context {
    let dice = Mutex::new(StdRng::seed_from_u64(env::var(DICE).unwrap().parse().unwrap()));
    Context::new(now, move || dice.lock().unwrap().random())
}

/// What a question was asked for.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// The task as it is, before it is changed.
    Fresh(usize),
    Write(usize),
    /// A write of an earlier run: the story and the place in it, and whether its end is known by now.
    Settle(Found),
    /// A write of the other operator, who is dead.
    SettleForTheOther,
    /// The operator checks for himself.
    ReadTask(usize),
    ReadList(usize),
}

struct Operator {
    plan: Plan,
    ledger: Ledger,
    stories: Vec<Progress>,
    store: Arc<Store>,
    effects: mpsc::Sender<Effect>,
    /// Where it is noted what this run takes over, and its name.
    owners: (PathBuf, String),
    asked: HashMap<ReqId, Asked>,
    last: u64,
    /// Writes of earlier runs that are open in the journal, by their entries: to be settled here, or
    /// being checked by the other.
    inherited: HashMap<i64, Found>,
    /// Of lists only the newest is answered, so they are read one by one.
    lists: VecDeque<usize>,
    /// Since when nothing is there of a create that he checks himself.
    missing: HashMap<usize, Instant>,
    /// Stories that are left alone until then.
    held: HashMap<usize, Instant>,
}

impl Operator {
    /// Reads what is known of the runs before, and completes it from the journal.
    fn sit_down(
        plan: Plan,
        (folder, run): (&Folder, String),
        store: Arc<Store>,
        effects: mpsc::Sender<Effect>,
    ) -> Self {
        let lines = ledger::read(&folder.ledger());
        let mut ledger = Ledger::open(&folder.ledger());
        let mut stories = ledger::progress(&lines, plan.stories.len());
        let books = Books::compare(&plan, &lines, &stories, &store);
        for line in &books.learned {
            ledger.write(line);
            stories[line.story].hear(&line.note);
        }
        Self {
            plan,
            ledger,
            stories,
            store,
            effects,
            owners: (folder.owners(), run),
            asked: HashMap::new(),
            last: 0,
            inherited: books.open,
            lists: VecDeque::new(),
            missing: HashMap::new(),
            held: HashMap::new(),
        }
    }

    async fn work(&mut self, mut messages: mpsc::Receiver<Message>) {
        let began = Instant::now();
        let tidies_for = if env::var_os(TIDY).is_some() { TIDYING } else { Duration::ZERO };
        for story in 0..self.stories.len() {
            if self.stories[story].open == Some(Open::CannotTell) {
                self.check_by_reading(story).await;
            }
        }
        loop {
            self.hand_out().await;
            let is_done = (0..self.stories.len()).all(|story| self.is_finished(story));
            if is_done && self.asked.is_empty() && (self.is_tidy() || began.elapsed() >= tidies_for) {
                return;
            }
            match tokio::time::timeout(TICK, messages.recv()).await {
                Ok(message) => self.hear(message.expect("the worker ended by itself")).await,
                Err(_) => self.check_what_is_open().await,
            }
        }
    }

    fn is_tidy(&self) -> bool {
        self.store.open_intents(&self.plan.app.to_string()).is_ok_and(|open| open.is_empty())
    }

    /// Reads in the journal what the other has found out, and searches once more for what is missing.
    async fn check_what_is_open(&mut self) {
        let entries: Vec<i64> = self.inherited.keys().copied().collect();
        for entry in entries {
            self.read_journal(entry).await;
        }
        let now = Instant::now();
        let again: Vec<usize> = self.missing.keys().copied().collect();
        for story in again {
            let is_checking = self.lists.contains(&story) || self.is_asked(story);
            if !is_checking && self.held.get(&story).is_none_or(|until| *until <= now) {
                self.check_by_reading(story).await;
            }
        }
    }

    /// An entry that was open at the start may have been closed by the other.
    async fn read_journal(&mut self, entry: i64) {
        let Some(found) = self.inherited.get(&entry).copied() else { return };
        let Ok(Some(intent)) = self.store.intent(IntentId(entry)) else { return };
        let Some(closed) = intent.closed else { return };
        self.inherited.remove(&entry);
        tell("told by the journal");
        let Found { story, at, is_known } = found;
        let note = inherit::learned(&self.plan, story, at, &closed.outcome);
        if is_known {
            let note = Note::Afterwards(format!("{note:?}"));
            return self.ledger.write(&Line { story, at, note });
        }
        assert_eq!(self.stories[story].at, at);
        let is_doubtful = matches!(note, Note::CannotTell(_));
        self.note(story, note);
        if is_doubtful {
            self.check_by_reading(story).await;
        }
    }

    /// What is open of dead runs is this one's to settle; the rest is being checked by the other.
    async fn on_left_open(&mut self, left: Vec<OpenWrite>) {
        for open in left {
            let entry = open.entry.unwrap();
            if open.elsewhere {
                tell("elsewhere");
                continue;
            }
            owners::note(&self.owners.0, &self.owners.1, Event::Takes(entry));
            let what = self.inherited.remove(&entry).map_or(Asked::SettleForTheOther, Asked::Settle);
            let req = self.ask(what);
            self.send(Effect::Settle { req, open }).await;
        }
    }

    fn ask(&mut self, what: Asked) -> ReqId {
        self.last += 1;
        let req = ReqId(self.last);
        self.asked.insert(req, what);
        req
    }

    async fn send(&self, effect: Effect) {
        self.effects.send(effect).await.unwrap();
    }

    fn note(&mut self, story: usize, note: Note) {
        let is_final = note.is_final();
        let line = Line { story, at: self.stories[story].at, note };
        if env::var_os("PUSHDECK_CHAOS_KEEP").is_some() {
            note_down(&format!("{line:?}"));
        }
        self.ledger.write(&line);
        self.stories[story].hear(&line.note);
        if is_final {
            tell("known");
        }
    }

    fn is_finished(&self, story: usize) -> bool {
        let progress = &self.stories[story];
        progress.is_over || self.plan.stories[story].step(progress.at).is_none()
    }

    fn is_asked(&self, story: usize) -> bool {
        self.asked.values().any(|asked| match *asked {
            Asked::Fresh(of) | Asked::Write(of) | Asked::ReadTask(of) | Asked::ReadList(of) => of == story,
            Asked::Settle(found) => found.story == story && !found.is_known,
            Asked::SettleForTheOther => false,
        })
    }

    fn is_busy(&self, story: usize) -> bool {
        let is_open = self.inherited.values().any(|found| found.story == story && !found.is_known);
        is_open || self.lists.contains(&story) || self.missing.contains_key(&story) || self.is_asked(story)
    }

    /// Begins stories, or goes on with them, until enough are under way.
    async fn hand_out(&mut self) {
        let now = Instant::now();
        self.held.retain(|_, until| *until > now);
        let mut busy = (0..self.stories.len()).filter(|story| self.is_busy(*story)).count();
        for story in 0..self.stories.len() {
            if busy >= self.plan.dose.at_once {
                return;
            }
            if self.is_finished(story) || self.is_busy(story) || self.held.contains_key(&story) {
                continue;
            }
            self.go_on(story).await;
            busy += 1;
        }
    }

    /// It is tried again after a while.
    fn hold(&mut self, story: usize) {
        self.held.insert(story, Instant::now() + PAUSE / self.plan.dose.speed);
    }

    async fn go_on(&mut self, story: usize) {
        let at = self.stories[story].at;
        match self.plan.stories[story].step(at).unwrap() {
            Step::Create => {
                let due = match self.plan.stories[story].due {
                    Due::At(at) => at,
                    Due::Soon(seconds) => now().timestamp() + seconds,
                };
                let content = content(self.plan.stories[story].content(&self.plan.title(story)));
                let new = NewTask { kind: self.kind(story), scheduled_at: time(due), content };
                self.hand_over(story, Some(due), Write::Create(new), None).await;
            }
            Step::Modify(_) | Step::Cancel => {
                let req = self.ask(Asked::Fresh(story));
                self.send(Effect::Get { req, id: self.task(story), priority: Priority::Write }).await;
            }
        }
    }

    /// From here on the operator does not know whether it is done until he is told.
    async fn hand_over(&mut self, story: usize, due: Option<i64>, write: Write, seen: Option<Box<Task>>) {
        assert_eq!(self.stories[story].open, None, "a second write of story {story}");
        self.note(story, Note::Handed { due });
        let req = self.ask(Asked::Write(story));
        let app = self.plan.app.to_string().as_str().into();
        let terms = Terms { app, seen, ..Terms::default() };
        self.send(Effect::Write { req, write, terms }).await;
        tell("handed");
    }

    fn kind(&self, story: usize) -> Kind {
        Kind::from_wire(&self.plan.stories[story].kind)
    }

    fn task(&self, story: usize) -> TaskId {
        TaskId(self.stories[story].task.unwrap())
    }

    /// The worker has given up, so the operator reads the service himself.
    async fn check_by_reading(&mut self, story: usize) {
        match self.plan.stories[story].step(self.stories[story].at).unwrap() {
            Step::Create => {
                self.lists.push_back(story);
                self.read_next_list().await;
            }
            Step::Modify(_) | Step::Cancel => {
                let req = self.ask(Asked::ReadTask(story));
                self.send(Effect::Get { req, id: self.task(story), priority: Priority::Page }).await;
            }
        }
    }

    async fn read_next_list(&mut self) {
        if self.asked.values().any(|asked| matches!(asked, Asked::ReadList(_))) {
            return;
        }
        let Some(story) = self.lists.pop_front() else { return };
        let hour = TimeDelta::hours(1);
        let query = Query {
            order: Order::Created,
            ascending: true,
            range: Range { begin: time(self.plan.began) - hour, end: now() + hour },
            keyword: self.plan.title(story),
            offset: 0,
            page_size: 100,
        };
        let req = self.ask(Asked::ReadList(story));
        self.send(Effect::List { req, query, priority: Priority::Page }).await;
    }
}

fn content(value: Value) -> Content {
    match value {
        Value::Object(object) => Content(object),
        other => panic!("{other}"),
    }
}
