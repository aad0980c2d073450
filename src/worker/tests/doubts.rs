//! Writes in doubt beside others: of earlier runs, of other operators, among many.

use super::*;
use crate::app::OpenWrite;
use crate::app::ReqId;
use crate::app::Verdict;
use crate::store::{IntentId, NewIntent};

fn store() -> Arc<Store> {
    memory()
}

fn with(store: &Arc<Store>, server: &MockServer) -> Bench {
    Bench::start_with(server, QUICK, Journal::new(Some(Arc::clone(store)), "acme"), 64)
}

/// A create that another run wrote down just before.
fn noted(store: &Store, title: &str, number: u32) -> IntentId {
    let new = NewTask { kind: Kind::All, scheduled_at: due(), content: content(title) };
    let mut body = crate::domain::wire::add_body(APP, &new);
    body["Content"]["MsgRandom"] = number.into();
    let command = "add_sched_task".to_owned();
    let what = NewIntent { command, task: None, body, msg_random: Some(number) };
    store.begin_intent("acme", now(), &what).unwrap()
}

/// The same, and that it was done.
fn known(store: &Store, title: &str, number: u32, task: u64) {
    let outcome = json!({"result": "created", "task": task.to_string()});
    let entry = noted(store, title, number);
    store.close_intent(entry, now(), &outcome).unwrap();
}

/// A server that cuts creates off, while another process notes that it is about to send the very same.
async fn beside_another(
    store: &Arc<Store>,
    lists: impl Fn(&Request) -> Act + Send + Sync + 'static,
) -> MockServer {
    let store = Arc::clone(store);
    let noted_once = std::sync::Once::new();
    cutting(move |_, request| {
        noted_once.call_once(|| {
            noted(&store, "t", 55);
        });
        lists(request)
    })
    .await
}

impl Bench {
    /// Checks the one write that was left open.
    async fn settle(&mut self) -> Verdict {
        let Some(Message::LeftOpen(left)) = self.next().await else { panic!("nothing was left open") };
        let [open]: [OpenWrite; 1] = left.try_into().unwrap();
        self.ask(Effect::Settle { req: ReqId(1), open }).await;
        match self.next().await {
            Some(Message::Settled { req: ReqId(1), verdict }) => verdict,
            other => panic!("{other:?}"),
        }
    }
}

// --- what stays open -------------------------------------------------------------------------

#[tokio::test]
async fn what_can_never_be_told_is_open_for_one_more_start_and_then_no_longer() {
    let store = store();
    // It only takes away, and the service keeps what is left out.
    let server = cutting(|_, _| Act::Json(ok(json!({"TaskInfo": info(7, "t", 1, now())})))).await;
    let mut less = content("t");
    less.set("OfflinePushInfo.Desc", None);
    let change = Change { id: TaskId(7), kind: Kind::All, scheduled_at: None, content: Some(less) };
    let mut bench = with(&store, &server);
    assert!(matches!(bench.verdict(Write::Modify(change)).await, Verdict::CannotTell(_)));
    bench.close().await;
    assert_eq!(store.open_intents("acme").unwrap().len(), 1, "a crash now must not hide it");

    let mut bench = with(&store, &server);
    let Verdict::CannotTell(why) = bench.settle().await else { panic!("told") };
    assert!(why.contains("OfflinePushInfo.Desc besides"), "{why}");
    bench.close().await;
    assert_eq!(store.open_intents("acme").unwrap(), []);
    let closed = store.journal("acme", 1).unwrap()[0].closed.clone().unwrap();
    assert_eq!(closed.outcome, json!({"result": "cannot tell", "why": why}));
}

#[tokio::test]
async fn what_could_not_be_looked_into_stays_open_however_often_it_is_tried() {
    let store = store();
    noted(&store, "t", 55);
    let server = cutting(|_, _| Act::Json(fail(90104))).await;
    for _ in 0..2 {
        let mut bench = with(&store, &server);
        assert!(matches!(bench.settle().await, Verdict::CannotTell(_)));
        bench.close().await;
        assert_eq!(store.open_intents("acme").unwrap().len(), 1);
    }
}

#[tokio::test]
async fn how_a_write_ended_is_not_written_down_when_nobody_was_there_to_hear_it() {
    let store = store();
    let server = MockServer::start(|_, _| Act::Json(ok(json!({"TaskID": 7})))).await;
    let bench = with(&store, &server);
    bench.ask(Effect::Write { req: ReqId(1), write: cancel(TaskId(7)), terms: terms() }).await;
    let Bench { effects, messages, worker } = bench;
    drop((effects, messages));
    worker.await.unwrap();
    assert_eq!(server.count("delete_sched_task"), 1);
    assert_eq!(store.open_intents("acme").unwrap().len(), 1, "the next start has to tell it");
}

#[tokio::test]
async fn the_first_answer_after_a_silence_proves_nothing_yet() {
    // The service hung, with the create before it; the list is answered first when it goes on.
    let server = cutting(|number, _| match number {
        // Such a page is not asked for again at once.
        0..5 => Act::Page(404, "<html>"),
        // A search reads the list twice.
        5..7 => page(&[]),
        _ => page(&[info(9, "t", 77, now())]),
    })
    .await;
    let verdict = Bench::start(&server).verdict(create("t")).await;
    assert_eq!(verdict, Verdict::Done(Written::Created(TaskId(9))));
}

// --- whose task it is ------------------------------------------------------------------------

#[tokio::test]
async fn a_task_that_an_earlier_run_has_made_is_not_taken_for_the_fruit_of_this_one() {
    let store = store();
    known(&store, "t", 55, 9);
    // The service gave it a number of its own.
    let server = cutting(|_, _| page(&[info(9, "t", 1, now())])).await;
    assert_eq!(with(&store, &server).verdict(create("t")).await, Verdict::NotDone);
}

#[tokio::test]
async fn where_the_service_keeps_numbers_a_likeness_of_another_operator_is_not_ours() {
    let store = store();
    known(&store, "other", 55, 9);
    let server = cutting(|_, _| page(&[info(9, "other", 55, now()), info(10, "t", 1, now())])).await;
    let mut bench = with(&store, &server);
    assert_eq!(bench.verdict(create("t")).await, Verdict::NotDone);
    // How it ended is written down after it was told; another start before that would ask again.
    bench.close().await;

    let other_store = memory();
    known(&other_store, "other", 55, 9);
    let changed = cutting(|_, _| page(&[info(9, "other", 2, now()), info(10, "t", 1, now())])).await;
    let verdict = with(&other_store, &changed).verdict(create("t")).await;
    assert_eq!(verdict, Verdict::Done(Written::Created(TaskId(10))));
}

#[tokio::test]
async fn a_task_with_the_number_of_another_create_belongs_to_that_one() {
    let store = store();
    let server = beside_another(&store, |_| page(&[info(10, "t", 55, now())])).await;
    let mut bench = with(&store, &server);
    assert_eq!(bench.verdict(create("t")).await, Verdict::NotDone);
}

#[tokio::test]
async fn a_likeness_is_taken_only_at_the_last_search_and_its_duplicate_is_then_never_called_not_done() {
    let store = store();
    let server = beside_another(&store, |_| page(&[info(10, "t", 1, now())])).await;
    let mut bench = with(&store, &server);
    assert_eq!(bench.verdict(create("t")).await, Verdict::Done(Written::Created(TaskId(10))));
    assert_eq!(server.count("list_sched_task"), 8);
    // The other one finds it taken.
    let other = store.open_intents("acme").unwrap().into_iter().find(|open| open.what.msg_random == Some(55));
    let write = super::super::record::write_of(&other.unwrap().what).unwrap();
    let open = OpenWrite { entry: Some(2), write, sent: now(), opens_in: Duration::ZERO, elsewhere: false };
    // Nobody can say which of the two has made it: sending the other again could make one too many.
    let cannot_tell = |message: Option<Message>| match message {
        Some(Message::Settled { req: ReqId(2), verdict: Verdict::CannotTell(why) }) => why.contains("#10"),
        _ => false,
    };
    bench.ask(Effect::Settle { req: ReqId(2), open: open.clone() }).await;
    assert!(cannot_tell(bench.next().await));
    bench.close().await;
    // The next run knows it from the journal.
    let mut bench = with(&store, &server);
    bench.ask(Effect::Settle { req: ReqId(2), open }).await;
    let settled = loop {
        match bench.next().await {
            Some(Message::LeftOpen(_)) => {}
            other => break other,
        }
    };
    assert!(cannot_tell(settled));
}

#[tokio::test]
async fn a_likeness_may_be_older_by_as_much_as_the_services_clock_is_unknown() {
    let server = cutting(|_, _| page(&[info(9, "t", 1, now() - TimeDelta::seconds(8))])).await;
    assert_eq!(Bench::start(&server).verdict(create("t")).await, Verdict::Done(Written::Created(TaskId(9))));
}

// --- lists that are long, or change while they are read ----------------------------------------

#[tokio::test]
async fn a_task_that_slips_between_two_pages_when_one_before_it_goes_is_found_at_the_last_look() {
    let other = |id| info(id, "other", 5, now());
    let by_creation = AtomicU32::new(0);
    let server = cutting(move |_, request| {
        if request.body["OrderBy"] == "schedat" {
            return page(&[]);
        }
        let (total, tasks) = match by_creation.fetch_add(1, Ordering::Relaxed) {
            // It shows up late.
            0..3 => (0, vec![]),
            3 => (4, vec![other(1), other(2), other(3)]),
            // The first was cancelled, and everything moved up by one.
            4 => (3, vec![]),
            _ => (3, vec![other(2), other(3), info(6, "t", 1, now())]),
        };
        Act::Json(ok(json!({"Total": total, "Tasks": tasks})))
    })
    .await;
    let verdict = Bench::start(&server).verdict(create("t")).await;
    assert_eq!(verdict, Verdict::Done(Written::Created(TaskId(6))));
}

#[tokio::test]
async fn one_whole_list_is_proof_when_it_shows_that_its_range_concerns_its_own_time() {
    // Too many are due at that second; of those made at that time one is due on another day.
    let of = |schedat: bool, told: bool| {
        move |_: usize, request: &Request| match (request.body["OrderBy"] == "schedat") == schedat {
            true => Act::Json(ok(json!({"Total": 5_000, "Tasks": []}))),
            false if told && schedat => page(&[info(9, "other", 5, now())]),
            false if told => page(&[info(9, "other", 5, now() - TimeDelta::days(1))]),
            false => page(&[]),
        }
    };
    for schedat in [true, false] {
        let server = cutting(of(schedat, true)).await;
        assert_eq!(Bench::start(&server).verdict(create("t")).await, Verdict::NotDone);
        let server = cutting(of(schedat, false)).await;
        let verdict = Bench::start(&server).verdict(create("t")).await;
        assert!(matches!(verdict, Verdict::CannotTell(_)), "{verdict:?}");
    }
}
