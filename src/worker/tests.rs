//! The worker as the loop uses it: effects in, messages out, over real HTTP to the sandbox and to a
//! server that misbehaves.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test names the message it expects and no other")]

use crate::app::ReqId;
use crate::app::Verdict;
use crate::domain::Failure;
use crate::domain::failure::NotSent;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;
use crate::api::Timeouts;
use crate::api::mock_server::{self, APP, Act, KEY, MockServer, Request, WHO, fail, ok};
use crate::app::{Write, Written};
use crate::domain::kept::FoundDraft;
use crate::domain::wire::{time_in, time_out};
use crate::domain::{Change, Content, Draft, Kind, NewTask, Page, Priority, Query, TaskId};
use crate::sandbox::{self, Clock, Credentials, Options, VirtualClock};
use crate::store::Store;

mod before;
mod doubts;
mod limits;
mod others;
mod reconcile;
mod reload;
mod snapshot;
mod sync;

fn now() -> DateTime<Utc> {
    time_in("2026-11-21 06:00:00").unwrap()
}

/// Looks that follow each other at once; nothing here depends on how long they take.
const QUICK: Pace = Pace {
    searches: [
        Duration::from_millis(1),
        Duration::from_millis(2),
        Duration::from_millis(3),
        Duration::from_millis(4),
    ],
    search_every: Duration::from_millis(1),
    least_doubt: Duration::from_millis(4),
    delay_searches: &[],
    longest_call: Duration::from_millis(5),
    others: Duration::from_secs(15),
    shutdown_grace: Duration::from_mins(1),
};

const PATIENT: Timeouts = Timeouts { connect: Duration::from_mins(1), total: Duration::from_mins(1) };

/// Dice that never show the same twice, nor a number that a test gives to a task itself.
static ROLLS: AtomicU32 = AtomicU32::new(1_000_000);

/// Reads the same connection again, now for the app 7 under another name.
fn rereading(connection: crate::api::Connection) -> Reload {
    Reload::by(move || {
        let connection = crate::api::Connection { sdkappid: 7, ..connection.clone() };
        let mut setup = crate::app::testing::setup();
        setup.sdkappid = 7;
        Ok(ReadConfig { setup, connection, store_key: "other 7".to_owned() })
    })
}

/// On the terms of the app that the benches work on, without a version that was seen.
fn terms() -> crate::app::Terms {
    crate::app::Terms { app: "acme".into(), ..crate::app::Terms::default() }
}

fn memory() -> Arc<Store> {
    Arc::new(Store::open_in_memory().unwrap())
}

/// A worker at work.
struct Bench {
    effects: Option<mpsc::Sender<Effect>>,
    messages: mpsc::Receiver<Message>,
    worker: JoinHandle<()>,
}

impl Bench {
    fn start(server: &MockServer) -> Self {
        Self::start_with(server, QUICK, Journal::new(Some(memory()), "acme"), 64)
    }

    fn start_with(server: &MockServer, pace: Pace, journal: Journal, room: usize) -> Self {
        let context = Context::new(now, || ROLLS.fetch_add(1, Ordering::Relaxed));
        let client = Arc::new(Client::new(&server.connection(), PATIENT, context.clone()).unwrap());
        let (effects, todo) = mpsc::channel(64);
        let (answers, messages) = mpsc::channel(room);
        let tools = Tools { pace, client, journal, context, reload: rereading(server.connection()) };
        let worker = tokio::spawn(run(tools, todo, answers));
        Self { effects: Some(effects), messages, worker }
    }

    async fn ask(&self, effect: Effect) {
        self.effects.as_ref().unwrap().send(effect).await.unwrap();
    }

    /// The next message that is about an effect.
    async fn next(&mut self) -> Option<Message> {
        loop {
            match self.messages.recv().await? {
                Message::Called(_)
                | Message::Signed { .. }
                | Message::Checked { .. }
                | Message::Learnt { .. } => {}
                message => return Some(message),
            }
        }
    }

    /// Carries out one write and gives the verdict on its unknown outcome.
    async fn verdict(&mut self, write: Write) -> Verdict {
        let req = ReqId(1);
        self.ask(Effect::Write { req, write, terms: terms() }).await;
        let unknown = self.next().await.unwrap();
        assert!(matches!(&unknown, Message::OutcomeUnknown { req: ReqId(1), .. }), "{unknown:?}");
        match self.next().await.unwrap() {
            Message::Settled { req: ReqId(1), verdict } => verdict,
            other => panic!("{other:?}"),
        }
    }

    /// Closes the effects and gives everything that is still said.
    async fn close(mut self) -> Vec<Message> {
        self.effects = None;
        let mut rest = Vec::new();
        while let Some(message) = self.next().await {
            rest.push(message);
        }
        self.worker.await.unwrap();
        rest
    }
}

fn query() -> Query {
    Query::around(now(), 50)
}

fn list(req: u64) -> Effect {
    Effect::List { req: ReqId(req), query: query(), priority: Priority::Page }
}

fn get(req: u64) -> Effect {
    Effect::Get { req: ReqId(req), id: TaskId(7), priority: Priority::Page }
}

fn save(req: u64, text: &str) -> Effect {
    Effect::SaveDraft { req: ReqId(req), slot: "new".to_owned(), draft: Draft::new(text) }
}

fn due() -> DateTime<Utc> {
    now() + TimeDelta::days(1)
}

fn content(title: &str) -> Content {
    let content = json!({"From_Account": "administrator", "OfflinePushInfo": {"Title": title, "Desc": "d"}});
    Content(content.as_object().unwrap().clone())
}

fn create(title: &str) -> Write {
    Write::Create(NewTask { kind: Kind::All, scheduled_at: due(), content: content(title) })
}

fn modify(id: TaskId, title: &str) -> Write {
    let scheduled_at = Some(due() + TimeDelta::hours(1));
    Write::Modify(Change { id, kind: Kind::All, scheduled_at, content: Some(content(title)) })
}

fn cancel(id: TaskId) -> Write {
    Write::Cancel { id, kind: Kind::All }
}

/// Which effect a final message answers; `None` for what is not final.
fn answered(message: &Message) -> Option<ReqId> {
    match message {
        Message::Listed { req, .. }
        | Message::Synced { req, .. }
        | Message::SnapshotKept { req, .. }
        | Message::Got { req, .. }
        | Message::Wrote { req, .. }
        | Message::Settled { req, .. }
        | Message::Stopped { req, .. }
        | Message::Searched { req, .. }
        | Message::Reloaded { req, .. }
        | Message::Adopted { req, .. }
        | Message::DraftLoaded { req, .. }
        | Message::DraftKept { req, .. }
        | Message::DraftsListed { req, .. }
        | Message::DraftRestored { req, .. } => Some(*req),
        Message::OutcomeUnknown { .. }
        | Message::Checked { .. }
        | Message::LeftOpen(_)
        | Message::Learnt { .. }
        | Message::Narrowed { .. }
        | Message::SyncRead { .. }
        | Message::Recalled { .. }
        | Message::EndedElsewhere { .. }
        | Message::Ticked(_)
        | Message::Key(_)
        | Message::Pasted(_)
        | Message::Mouse(_)
        | Message::Focused(_)
        | Message::Resized { .. }
        | Message::EndAsked
        | Message::StopAsked
        | Message::WentOn
        | Message::Noted(_)
        | Message::OnScreen(_)
        | Message::CameFor { .. }
        | Message::RefreshAsked
        | Message::Signed { .. }
        | Message::Called(_)
        | Message::Copied(_)
        | Message::Answered(_)
        | Message::Drawn { .. } => None,
    }
}

fn withdrawn() -> Failure {
    Failure::NotSent { reason: NotSent::Withdrawn, detail: String::new() }
}

/// `TaskInfo` as the service gives it.
fn info(id: u64, title: &str, random: u32, created_at: DateTime<Utc>) -> Value {
    let mut content = content(title).0;
    content.insert("MsgRandom".to_owned(), json!(random));
    json!({"TaskID": id, "Sdkappid": APP, "CreateAt": time_out(created_at), "Type": "All",
        "SchedAt": time_out(due()), "Content": content, "Title": title, "Desc": "d", "Status": "pending",
        "DispatchSuccess": 0, "DispatchErr": "", "PushTaskID": ""})
}

fn page(tasks: &[Value]) -> Act {
    Act::Json(ok(json!({"Total": tasks.len(), "Tasks": tasks})))
}

// --- reads ---------------------------------------------------------------------------------

#[tokio::test]
async fn of_two_lists_the_older_is_withdrawn_and_both_are_answered() {
    let server = MockServer::start(|number, _| if number == 0 { Act::Hang } else { page(&[]) }).await;
    let mut bench = Bench::start(&server);
    bench.ask(list(1)).await;
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    bench.ask(list(2)).await;
    let withdrawn = Message::Listed { req: ReqId(1), result: Err(withdrawn()) };
    assert_eq!(bench.next().await, Some(withdrawn));
    assert_eq!(bench.next().await, Some(Message::Listed { req: ReqId(2), result: Ok(Page::default()) }));
    assert_eq!(bench.close().await, []);
}

#[tokio::test]
async fn a_list_that_comes_late_does_not_push_out_a_newer_one() {
    let go = Arc::new(Notify::new());
    let when = Arc::clone(&go);
    let empty = ok(json!({"Total": 0, "Tasks": []}));
    let server = MockServer::start(move |_, _| Act::JsonWhen(Arc::clone(&when), empty.clone())).await;
    let mut bench = Bench::start(&server);
    bench.ask(list(5)).await;
    bench.ask(list(4)).await;
    assert_eq!(answered(&bench.next().await.unwrap()), Some(ReqId(4)));
    go.notify_one();
    assert_eq!(bench.next().await, Some(Message::Listed { req: ReqId(5), result: Ok(Page::default()) }));
}

#[tokio::test]
async fn a_task_is_read_and_every_attempt_is_reported() {
    let server = MockServer::start(|number, _| match number {
        0 => Act::Close,
        _ => Act::Json(ok(json!({"TaskInfo": info(7, "t", 1, now())}))),
    })
    .await;
    let mut bench = Bench::start(&server);
    bench.ask(get(3)).await;
    let mut codes = Vec::new();
    loop {
        match bench.messages.recv().await.unwrap() {
            Message::Called(call) => codes.push(call.code()),
            Message::Signed { until, given } => {
                assert_eq!((until, given), (now() + TimeDelta::days(2), false));
            }
            Message::Got { req, result } => {
                assert_eq!((req, result.unwrap().id), (ReqId(3), TaskId(7)));
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(codes, [None, Some(0)]);
}

// --- drafts --------------------------------------------------------------------------------

#[tokio::test]
async fn the_draft_that_was_saved_last_is_the_one_that_stands() {
    let store = Arc::new(Store::open_in_memory().unwrap());
    let server = MockServer::start(|_, _| Act::Hang).await;
    let mut bench = Bench::start_with(&server, QUICK, Journal::new(Some(store), "acme"), 64);
    for req in 0..20 {
        bench.ask(save(req, &req.to_string())).await;
    }
    bench.ask(Effect::LoadDraft { req: ReqId(20), slot: "new".to_owned() }).await;
    bench.ask(Effect::DropDraft { req: ReqId(21), slot: "new".to_owned() }).await;
    bench.ask(Effect::LoadDraft { req: ReqId(22), slot: "new".to_owned() }).await;
    for req in 0..20 {
        assert_eq!(bench.next().await, Some(Message::DraftKept { req: ReqId(req), result: Ok(()) }));
    }
    let found = FoundDraft { draft: Some((Draft::new("19"), now())), ..FoundDraft::default() };
    let loaded = Message::DraftLoaded { req: ReqId(20), result: Ok(found) };
    assert_eq!(bench.next().await, Some(loaded));
    assert_eq!(bench.next().await, Some(Message::DraftKept { req: ReqId(21), result: Ok(()) }));
    let nothing = Ok(FoundDraft::default());
    assert_eq!(bench.next().await, Some(Message::DraftLoaded { req: ReqId(22), result: nothing }));
}

#[tokio::test]
async fn without_a_database_the_operator_is_told_that_nothing_is_kept() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let mut bench = Bench::start_with(&server, QUICK, Journal::new(None, "acme"), 64);
    bench.ask(save(1, "x")).await;
    let Some(Message::DraftKept { result: Err(why), .. }) = bench.next().await else { panic!("kept?") };
    assert!(why.starts_with("not saved: "), "{why}");
    bench.ask(Effect::LoadDraft { req: ReqId(2), slot: "new".to_owned() }).await;
    let nothing = Ok(FoundDraft::default());
    assert_eq!(bench.next().await, Some(Message::DraftLoaded { req: ReqId(2), result: nothing }));
}

// --- shutdown ------------------------------------------------------------------------------

#[tokio::test]
async fn at_the_end_reads_are_withdrawn_and_the_write_is_waited_for() {
    let go = Arc::new(Notify::new());
    let when = Arc::clone(&go);
    let server = MockServer::start(move |_, request| match request.command.as_str() {
        "delete_sched_task" => Act::JsonWhen(Arc::clone(&when), ok(json!({"TaskID": 7}))),
        _ => Act::Hang,
    })
    .await;
    let mut bench = Bench::start(&server);
    for effect in [list(1), get(2), Effect::Write { req: ReqId(3), write: cancel(TaskId(7)), terms: terms() }]
    {
        bench.ask(effect).await;
    }
    while server.requests().len() < 3 {
        tokio::task::yield_now().await;
    }
    bench.effects = None;
    let mut reads = vec![bench.next().await.unwrap(), bench.next().await.unwrap()];
    reads.sort_by_key(answered);
    let listed = Message::Listed { req: ReqId(1), result: Err(withdrawn()) };
    assert_eq!(reads, [listed, Message::Got { req: ReqId(2), result: Err(withdrawn()) }]);
    assert!(!bench.worker.is_finished(), "the write was not waited for");
    go.notify_one();
    let wrote = Message::Wrote { req: ReqId(3), result: Ok(Written::Cancelled(TaskId(7))) };
    assert_eq!(bench.close().await, [wrote]);
    assert_eq!(server.count("delete_sched_task"), 1);
}

#[tokio::test]
async fn a_write_that_outlasts_the_grace_is_called_unknown() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let pace = Pace { shutdown_grace: Duration::from_millis(20), ..QUICK };
    let bench = Bench::start_with(&server, pace, Journal::new(Some(memory()), "acme"), 64);
    bench.ask(Effect::Write { req: ReqId(1), write: create("t"), terms: terms() }).await;
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let rest = bench.close().await;
    assert!(matches!(&rest[..], [Message::Settled { verdict: Verdict::CannotTell(_), .. }]), "{rest:?}");
}

#[tokio::test]
async fn the_end_does_not_wait_for_the_searches_to_come() {
    let server = MockServer::start(|_, _| Act::Close).await;
    let pace = Pace { searches: [Duration::from_hours(1); 4], ..QUICK };
    let mut bench = Bench::start_with(&server, pace, Journal::new(Some(memory()), "acme"), 64);
    bench.ask(Effect::Write { req: ReqId(1), write: create("t"), terms: terms() }).await;
    assert!(matches!(bench.next().await, Some(Message::OutcomeUnknown { .. })));
    let verdict = Verdict::CannotTell(record::STOPPED.to_owned());
    assert_eq!(bench.close().await, [Message::Settled { req: ReqId(1), verdict }]);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn every_effect_is_answered_exactly_once_whatever_happens_and_however_full_the_queue_is() {
    let acts =
        || vec![Act::Close, Act::Garbage, Act::Json(fail(90105)), Act::Json(fail(90106)), Act::HalfBody];
    for end_after in [0, 1, 9, 20, 40] {
        let server = MockServer::start(move |number, _| acts().swap_remove(number % 5)).await;
        let store = Arc::new(Store::open_in_memory().unwrap());
        let mut bench = Bench::start_with(&server, QUICK, Journal::new(Some(store), "acme"), 1);
        let asked = [create("a"), modify(TaskId(7), "b"), cancel(TaskId(7)), create("c")];
        let writes = asked.into_iter().enumerate();
        let writes = writes.map(|(n, write)| Effect::Write { req: ReqId(n as u64), write, terms: terms() });
        let others = (4..40).map(|n| match n % 4 {
            0 => list(n),
            1 => get(n),
            2 => save(n, "x"),
            _ => Effect::LoadDraft { req: ReqId(n), slot: "new".to_owned() },
        });
        let effects = bench.effects.take().unwrap();
        let asking = tokio::spawn(async move {
            for effect in writes.chain(others).chain([Effect::Repaint, Effect::Quit]).take(end_after) {
                effects.send(effect).await.unwrap();
            }
        });
        let mut answers: Vec<ReqId> = bench.close().await.iter().filter_map(answered).collect();
        asking.await.unwrap();
        answers.sort();
        let expected: Vec<ReqId> = (0..end_after.min(40) as u64).map(ReqId).collect();
        assert_eq!(answers, expected, "after {end_after}");
    }
}

// --- the journal ---------------------------------------------------------------------------

#[tokio::test]
async fn a_write_is_in_the_journal_before_it_is_sent_and_closed_when_its_end_is_known() {
    let store = Arc::new(Store::open_in_memory().unwrap());
    let (seen, there) = (Arc::new(Mutex::new(Vec::new())), Arc::clone(&store));
    let noted = Arc::clone(&seen);
    let server = MockServer::start(move |_, _| {
        noted.lock().unwrap_or_else(PoisonError::into_inner).extend(there.open_intents("acme").unwrap());
        Act::Json(ok(json!({"TaskID": 9})))
    })
    .await;
    let mut bench = Bench::start_with(&server, QUICK, Journal::new(Some(Arc::clone(&store)), "acme"), 64);
    bench.ask(Effect::Write { req: ReqId(1), write: create("t"), terms: terms() }).await;
    let wrote = Message::Wrote { req: ReqId(1), result: Ok(Written::Created(TaskId(9))) };
    assert_eq!(bench.next().await, Some(wrote));
    let seen = seen.lock().unwrap().clone();
    let sent = &server.requests()[0].body;
    assert_eq!((seen.len(), &seen[0].what.body), (1, sent));
    assert_eq!(seen[0].what.msg_random.map(Value::from).as_ref(), sent.pointer("/Content/MsgRandom"));
    bench.close().await;
    let closed = store.journal("acme", 1).unwrap().remove(0).closed.unwrap();
    assert_eq!(closed.outcome, json!({"result": "created", "task": "9"}));
}

#[tokio::test]
async fn a_write_whose_end_stays_unknown_stays_open_in_the_journal() {
    let store = Arc::new(Store::open_in_memory().unwrap());
    let server = MockServer::start(|_, request| match request.command.as_str() {
        "get_sched_task" => Act::Json(fail(70003)),
        _ => Act::Close,
    })
    .await;
    let mut bench = Bench::start_with(&server, QUICK, Journal::new(Some(Arc::clone(&store)), "acme"), 64);
    assert!(matches!(bench.verdict(cancel(TaskId(7))).await, Verdict::CannotTell(_)));
    assert_eq!(server.count("get_sched_task"), 1, "a refused signature was tried again");
    assert_eq!(store.open_intents("acme").unwrap().len(), 1);
}

/// Cuts every write, answers lists and gets as told by the number of lists and gets so far.
async fn cutting(read: impl Fn(usize, &Request) -> Act + Send + Sync + 'static) -> MockServer {
    let reads = AtomicU32::new(0);
    MockServer::start(move |_, request| match request.command.as_str() {
        "list_sched_task" | "get_sched_task" => read(reads.fetch_add(1, Ordering::Relaxed) as usize, request),
        _ => Act::Close,
    })
    .await
}
