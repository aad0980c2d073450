//! The client under test, in a process of its own: the real worker, and an operator who follows a
//! plan, believes what he is told, and is killed in the middle of it.

use std::collections::{HashMap, VecDeque};
use std::env;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use pushdeck::api::{Client, Connection, Credential, Outside, Timeouts};
use pushdeck::app::{Effect, Message, OpenWrite, ReqId, Terms, Verdict, Write, Written};
use pushdeck::domain::query::{Order, Range};
use pushdeck::domain::{
    Change, Content, Failure, Kind, Lane, NewTask, Page, Query, Status, Task, TaskId, failure::NotSent,
};
use pushdeck::store::Store;
use pushdeck::worker::{self, Journal};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::inherit::{Books, Found};
use super::ledger::{self, By, Ledger, Line, Note, Open, Progress};
use super::plan::{self, Due, Edit, Plan, Step};

/// Stories that are told at the same time.
const AT_ONCE: usize = 20;

/// No end of a task.
const GONE: i64 = 90104;

/// Where a process of the operator finds its things.
pub(crate) struct Folder(pub(crate) PathBuf);

/// Names of the environment.
pub(crate) const FOLDER: &str = "PUSHDECK_CHAOS_FOLDER";
pub(crate) const KEY: &str = "PUSHDECK_CHAOS_KEY";
pub(crate) const DICE: &str = "PUSHDECK_CHAOS_DICE";

impl Folder {
    pub(crate) fn plan(&self) -> PathBuf {
        self.0.join("plan.json")
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.0.join("ledger")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.0.join("state").join(pushdeck::store::FILE)
    }
}

/// Tells the parent what happens: one line each, so that it can count.
pub(crate) fn tell(what: &str) {
    println!("@ {what}");
}

/// Follows the plan to its end, or to the kill.
pub(crate) fn work() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = Folder(env::var(FOLDER).unwrap().into());
        let plan: Plan = serde_json::from_slice(&std::fs::read(folder.plan()).unwrap()).unwrap();
        let store = Arc::new(Store::open(&folder.store()).unwrap());
        let (effects, todo) = mpsc::channel(1024);
        let (answers, messages) = mpsc::channel(1024);
        let outside = outside();
        let connection = Connection {
            base_url: plan.address.clone(),
            sdkappid: plan.app,
            identifier: "administrator".to_owned(),
            credential: Credential::Key(SecretString::from(env::var(KEY).unwrap())),
            ca_file: None,
        };
        let client = Client::new(&connection, Timeouts::default(), outside.clone()).unwrap();
        let profile = plan.app.to_string();
        let journal = Journal::new(Some(Arc::clone(&store)), &profile);
        let mut operator = Operator::sit_down(plan, &folder, &store, effects);
        let worker = tokio::spawn(worker::run(Arc::new(client), journal, todo, answers, outside));
        operator.work(messages).await;
        drop(operator);
        worker.await.unwrap();
        tell("finished");
    });
}

fn outside() -> Outside {
    let dice = Mutex::new(StdRng::seed_from_u64(env::var(DICE).unwrap().parse().unwrap()));
    Outside::new(now, move || dice.lock().unwrap().random())
}

#[expect(clippy::disallowed_methods, reason = "the processes under test have the real clock")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

/// What a question was asked for.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// The task as it is, before it is changed.
    Fresh(usize),
    Write(usize),
    /// A write of an earlier run: the story and the place in it, and whether its end is known by now.
    Settle(Found),
    /// The operator looks for himself.
    LookAtTask(usize),
    LookAtList(usize),
}

struct Operator {
    plan: Plan,
    ledger: Ledger,
    stories: Vec<Progress>,
    effects: mpsc::Sender<Effect>,
    asked: HashMap<ReqId, Asked>,
    last: u64,
    /// Writes of earlier runs, by their entries in the journal.
    inherited: HashMap<i64, Found>,
    /// Of lists only the newest is answered, so they are read one by one.
    lists: VecDeque<usize>,
}

impl Operator {
    /// Reads what is known of the runs before, and completes it from the journal.
    fn sit_down(plan: Plan, folder: &Folder, store: &Store, effects: mpsc::Sender<Effect>) -> Self {
        let lines = ledger::read(&folder.ledger());
        let mut ledger = Ledger::open(&folder.ledger());
        let mut stories = ledger::progress(&lines, plan.stories.len());
        let books = Books::compare(&plan, &lines, &stories, store);
        for line in &books.learned {
            ledger.write(line);
            stories[line.story].hear(&line.note);
        }
        Self {
            plan,
            ledger,
            stories,
            effects,
            asked: HashMap::new(),
            last: 0,
            inherited: books.open,
            lists: VecDeque::new(),
        }
    }

    async fn work(&mut self, mut messages: mpsc::Receiver<Message>) {
        if !self.inherited.is_empty() {
            self.settle(&mut messages).await;
        }
        for story in 0..self.stories.len() {
            if self.stories[story].open == Some(Open::CannotTell) {
                self.look(story).await;
            }
        }
        loop {
            self.hand_out().await;
            if self.asked.is_empty() {
                break;
            }
            let message = messages.recv().await.expect("the worker ended by itself");
            self.hear(message).await;
        }
        assert!(
            self.stories.iter().enumerate().all(|(number, _)| self.is_finished(number)),
            "it stands still"
        );
    }

    /// As the dashboard: everything that is open is looked into before anything is written.
    async fn settle(&mut self, messages: &mut mpsc::Receiver<Message>) {
        let left = loop {
            match messages.recv().await.expect("the worker ended by itself") {
                Message::LeftOpen(left) => break left,
                other => self.pass_over(&other),
            }
        };
        let mut entries: Vec<i64> = left.iter().filter_map(|open| open.entry).collect();
        let mut expected: Vec<i64> = self.inherited.keys().copied().collect();
        entries.sort_unstable();
        expected.sort_unstable();
        assert_eq!(entries, expected, "not what the journal holds open");
        for open in left {
            self.settle_one(open).await;
        }
        while self.asked.values().any(|asked| matches!(asked, Asked::Settle(_))) {
            let message = messages.recv().await.expect("the worker ended by itself");
            self.hear(message).await;
        }
    }

    async fn settle_one(&mut self, open: OpenWrite) {
        let found = self.inherited[&open.entry.unwrap()];
        let req = self.ask(Asked::Settle(found));
        self.send(Effect::Settle { req, open }).await;
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

    fn is_busy(&self, story: usize) -> bool {
        self.lists.contains(&story)
            || self.asked.values().any(|asked| match *asked {
                Asked::Fresh(of) | Asked::Write(of) | Asked::LookAtTask(of) | Asked::LookAtList(of) => {
                    of == story
                }
                Asked::Settle(_) => false,
            })
    }

    /// Begins stories, or goes on with them, until enough are under way.
    async fn hand_out(&mut self) {
        let mut busy = (0..self.stories.len()).filter(|story| self.is_busy(*story)).count();
        for story in 0..self.stories.len() {
            if busy == AT_ONCE {
                return;
            }
            if self.is_finished(story) || self.is_busy(story) {
                continue;
            }
            self.go_on(story).await;
            busy += 1;
        }
    }

    async fn go_on(&mut self, story: usize) {
        let at = self.stories[story].at;
        match self.plan.stories[story].step(at).unwrap() {
            Step::Create => {
                let due = match self.plan.stories[story].due {
                    Due::At(at) => at,
                    Due::Soon(seconds) => now().timestamp() + seconds,
                };
                let content = content(self.plan.stories[story].content(story));
                let new = NewTask { kind: self.kind(story), scheduled_at: time(due), content };
                self.hand_over(story, Some(due), Write::Create(new)).await;
            }
            Step::Modify(_) => {
                let req = self.ask(Asked::Fresh(story));
                self.send(Effect::Get { req, id: self.task(story), lane: Lane::Write }).await;
            }
            Step::Cancel => {
                let (id, kind) = (self.task(story), self.kind(story));
                self.hand_over(story, None, Write::Cancel { id, kind }).await;
            }
        }
    }

    /// From here on the operator does not know whether it is done until he is told.
    async fn hand_over(&mut self, story: usize, due: Option<i64>, write: Write) {
        assert_eq!(self.stories[story].open, None, "a second write of story {story}");
        self.note(story, Note::Handed { due });
        let req = self.ask(Asked::Write(story));
        let app = self.plan.app.to_string().as_str().into();
        let terms = Terms { app, ..Terms::default() };
        self.send(Effect::Write { req, write, terms }).await;
        tell("handed");
    }

    fn kind(&self, story: usize) -> Kind {
        Kind::from_wire(&self.plan.stories[story].kind)
    }

    fn task(&self, story: usize) -> TaskId {
        TaskId(self.stories[story].task.unwrap())
    }

    async fn hear(&mut self, message: Message) {
        match message {
            Message::Wrote { req, result } => {
                let Asked::Write(story) = self.take(req) else { panic!("{req:?} was no write") };
                self.on_wrote(story, result);
            }
            Message::OutcomeUnknown { req, failure, .. } => {
                let Some(Asked::Write(story)) = self.asked.get(&req).copied() else { panic!("{req:?}") };
                self.note(story, Note::Unknown(failure.words().what));
                tell("unknown");
            }
            Message::Settled { req, verdict } => match self.take(req) {
                Asked::Write(story) => self.on_verdict(story, verdict, By::Verdict).await,
                Asked::Settle(Found { story, at, is_known: false }) => {
                    assert_eq!(self.stories[story].at, at);
                    self.on_verdict(story, verdict, By::Inherited).await;
                }
                Asked::Settle(Found { story, at, is_known: true }) => {
                    let note = Note::Afterwards(format!("{verdict:?}"));
                    self.ledger.write(&Line { story, at, note });
                    tell("settled");
                }
                other => panic!("{other:?} was settled"),
            },
            Message::Got { req, result } => match self.take(req) {
                Asked::Fresh(story) => self.on_fresh(story, result).await,
                Asked::LookAtTask(story) => self.on_looked_at_task(story, result).await,
                other => panic!("{other:?} was answered with a task"),
            },
            Message::Listed { req, result } => {
                let Asked::LookAtList(story) = self.take(req) else { panic!("{req:?} was no list") };
                self.on_looked_at_list(story, result).await;
            }
            other => self.pass_over(&other),
        }
    }

    fn take(&mut self, req: ReqId) -> Asked {
        self.asked.remove(&req).unwrap_or_else(|| panic!("{req:?} was answered twice, or never asked"))
    }

    #[expect(clippy::unused_self, reason = "it belongs to what is heard")]
    fn pass_over(&self, message: &Message) {
        match message {
            Message::Called(_) | Message::Signed { .. } => {}
            Message::Noted(words) => tell(&format!("noted {words}")),
            other => panic!("unexpected: {other:?}"),
        }
    }

    fn on_wrote(&mut self, story: usize, result: Result<Written, Failure>) {
        match result {
            Ok(written) => self.done(story, written, By::Answer),
            Err(failure) => {
                if matches!(&failure, Failure::NotSent { reason: NotSent::Refused, .. }) {
                    tell("unreachable");
                }
                self.refused(story, failure.code(), By::Answer);
            }
        }
    }

    fn done(&mut self, story: usize, written: Written, by: By) {
        let step = self.plan.stories[story].step(self.stories[story].at).unwrap();
        let id = match (step, written) {
            (Step::Create, Written::Created(id))
            | (Step::Modify(_), Written::Modified(id))
            | (Step::Cancel, Written::Cancelled(id)) => id,
            other => panic!("story {story}: {other:?}"),
        };
        self.note(story, Note::Done(id.0, by));
    }

    fn refused(&mut self, story: usize, code: Option<i64>, by: By) {
        self.note(story, refusal(&self.plan, story, self.stories[story].at, code, by));
    }

    async fn on_verdict(&mut self, story: usize, verdict: Verdict, by: By) {
        match verdict {
            Verdict::Done(written) => self.done(story, written, by),
            Verdict::NotDone => self.note(story, Note::NotDone(by)),
            Verdict::Several(ids) => panic!("story {story} stands more than once: {ids:?}"),
            Verdict::CannotTell(words) => {
                self.note(story, Note::CannotTell(words));
                tell("cannot tell");
                if by == By::Verdict {
                    self.look(story).await;
                }
            }
        }
    }

    /// The worker has given up, so the operator reads the service himself.
    async fn look(&mut self, story: usize) {
        match self.plan.stories[story].step(self.stories[story].at).unwrap() {
            Step::Create => {
                self.lists.push_back(story);
                self.read_next_list().await;
            }
            Step::Modify(_) | Step::Cancel => {
                let req = self.ask(Asked::LookAtTask(story));
                self.send(Effect::Get { req, id: self.task(story), lane: Lane::Page }).await;
            }
        }
    }

    async fn read_next_list(&mut self) {
        if self.asked.values().any(|asked| matches!(asked, Asked::LookAtList(_))) {
            return;
        }
        let Some(story) = self.lists.pop_front() else { return };
        let hour = TimeDelta::hours(1);
        let query = Query {
            order: Order::Created,
            ascending: true,
            range: Range { begin: time(self.plan.began) - hour, end: now() + hour },
            keyword: plan::title(story),
            offset: 0,
            page_size: 100,
            exact: false,
        };
        let req = self.ask(Asked::LookAtList(story));
        self.send(Effect::List { req, query, lane: Lane::Page }).await;
    }

    async fn on_looked_at_list(&mut self, story: usize, result: Result<Page, Failure>) {
        match result {
            Ok(Page { tasks, .. }) => match tasks.as_slice() {
                [] => self.note(story, Note::NotDone(By::Look)),
                [task] => self.note(story, Note::Done(task.id.0, By::Look)),
                several => panic!("story {story} stands more than once: {several:?}"),
            },
            Err(failure) => {
                is_to_be_asked_again(&failure);
                self.lists.push_front(story);
            }
        }
        self.read_next_list().await;
    }

    async fn on_looked_at_task(&mut self, story: usize, result: Result<Box<Task>, Failure>) {
        let at = self.stories[story].at;
        let id = self.task(story);
        let note = match (self.plan.stories[story].step(at).unwrap(), result) {
            (Step::Cancel, Err(failure)) if failure.code() == Some(GONE) => Note::Done(id.0, By::Look),
            (Step::Modify(edit), Ok(task)) if is_as_asked(&task, edit, at) => Note::Done(id.0, By::Look),
            (_, Ok(_)) => Note::NotDone(By::Look),
            (_, Err(failure)) => {
                is_to_be_asked_again(&failure);
                return self.look(story).await;
            }
        };
        self.note(story, note);
    }

    /// The change is made from the task as it is, as in the review.
    async fn on_fresh(&mut self, story: usize, result: Result<Box<Task>, Failure>) {
        let task = match result {
            Ok(task) => task,
            Err(failure) => {
                is_to_be_asked_again(&failure);
                return;
            }
        };
        if task.status != Status::Pending {
            self.note(story, Note::TooLate(By::Look));
            return;
        }
        let at = self.stories[story].at;
        let Some(Step::Modify(edit)) = self.plan.stories[story].step(at) else { panic!("{story} {at}") };
        let (due, content) = changed(&task, edit, at);
        let change = Change { id: task.id, kind: task.kind.clone(), scheduled_at: due.map(time), content };
        self.hand_over(story, due, Write::Modify(change)).await;
    }
}

/// What is noted when the service said no.
pub(crate) fn refusal(plan: &Plan, story: usize, at: usize, code: Option<i64>, by: By) -> Note {
    match code {
        Some(90106 | 90107) if at > 0 => Note::TooLate(by),
        // It waited until its time was past; it gets another.
        Some(90110) if at == 0 && matches!(plan.stories[story].due, Due::Soon(_)) => Note::Refused(code, by),
        None | Some(60007 | 90109) => Note::Refused(code, by),
        other => panic!("story {story}, write {at}: refused with {other:?}"),
    }
}

/// Trouble that passes; anything else is a failure of the test.
fn is_to_be_asked_again(failure: &Failure) {
    match failure {
        Failure::NotSent { reason: NotSent::Refused, .. } => tell("unreachable"),
        Failure::NotSent { .. } | Failure::Local { .. } => panic!("{failure:?}"),
        Failure::TimedOut { .. } | Failure::Cut { .. } | Failure::Unreadable { .. } => {}
        Failure::Refused { code: 60007 | 60008 | 90105, .. } => {}
        Failure::Refused { .. } => panic!("{failure:?}"),
    }
}

/// The new time and the new content that an edit asks for.
fn changed(task: &Task, edit: Edit, at: usize) -> (Option<i64>, Option<Content>) {
    let mut content = task.content.without_random();
    content.set("OfflinePushInfo.Desc", Some(json!(plan::text(at))));
    match edit {
        Edit::Text => (None, Some(content)),
        Edit::Time(due) => (Some(due), None),
        Edit::TextAndTime(due) => (Some(due), Some(content)),
        Edit::TakeAway => {
            content.set("OfflinePushInfo.Ext", None);
            (None, Some(content))
        }
    }
}

fn is_as_asked(task: &Task, edit: Edit, at: usize) -> bool {
    let has_text = task.content.text("OfflinePushInfo.Desc") == plan::text(at);
    let has_time = |due| task.scheduled_at == Some(time(due));
    match edit {
        Edit::Text | Edit::TakeAway => has_text,
        Edit::Time(due) => has_time(due),
        Edit::TextAndTime(due) => has_text && has_time(due),
    }
}

fn content(value: Value) -> Content {
    match value {
        Value::Object(object) => Content(object),
        other => panic!("{other}"),
    }
}

pub(crate) fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}
