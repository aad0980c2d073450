//! What stands between the confirmation and the write, and what is learnt of the list's delay.

use super::*;
use crate::app::ReqId;
use crate::app::Verdict;
use crate::app::{OpenWrite, Sight, Stop, Terms, Waived};
use crate::domain::{Task, wire};
use tokio::time::Instant;

fn with(store: &Arc<Store>, server: &MockServer) -> Bench {
    Bench::start_with(server, QUICK, Journal::new(Some(Arc::clone(store)), "acme"), 64)
}

fn task(id: u64, title: &str) -> Task {
    wire::read_task(info(id, title, 1, now()).as_object().unwrap()).unwrap()
}

fn seen(task: Task) -> Terms {
    Terms { seen: Some(Box::new(task)), ..terms() }
}

impl Bench {
    async fn write(&mut self, write: Write, terms: Terms) -> Message {
        self.ask(Effect::Write { req: ReqId(9), write, terms }).await;
        self.next().await.unwrap()
    }
}

fn stopped(message: &Message) -> &Stop {
    match message {
        Message::Stopped { req: ReqId(9), why } => why,
        other => panic!("{other:?}"),
    }
}

// --- the app ---------------------------------------------------------------------------------------

#[tokio::test]
async fn a_write_that_was_confirmed_for_another_app_is_not_sent() {
    let server = MockServer::start(|_, _| Act::Json(ok(json!({"TaskID": 7})))).await;
    let mut bench = Bench::start(&server);
    let other = Terms { app: "another".into(), ..terms() };
    for write in [create("t"), modify(TaskId(7), "t"), cancel(TaskId(7))] {
        assert_eq!(stopped(&bench.write(write, other.clone()).await), &Stop::OtherApp);
    }
    assert!(server.requests().is_empty());
}

// --- a create after a doubt ------------------------------------------------------------------------

#[tokio::test]
async fn a_create_after_a_doubt_is_looked_for_right_before_and_not_sent_when_it_stands() {
    // The list lags: it shows the first only when the verdict was "not there" already.
    let is_late = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let shows = Arc::clone(&is_late);
    let number = Arc::new(AtomicU32::new(0));
    let sent = Arc::clone(&number);
    let server = MockServer::start(move |_, request| {
        if request.command == "add_sched_task" {
            let random = request.body["Content"]["MsgRandom"].as_u64().unwrap();
            sent.store(random.try_into().unwrap(), Ordering::Relaxed);
            return Act::Close;
        }
        if !shows.load(Ordering::Relaxed) {
            return page(&[]);
        }
        page(&[info(9, "t", number.load(Ordering::Relaxed), now())])
    })
    .await;
    let store = memory();
    let mut bench = with(&store, &server);
    assert_eq!(bench.verdict(create("t")).await, Verdict::NotDone);
    is_late.store(true, Ordering::Relaxed);
    // The journal is told last: until then the entry is open, and counts as a doubt as well.
    let message = bench.write(create("t"), terms()).await;
    assert_eq!(stopped(&message), &Stop::Stands { id: TaskId(9), entry: 1 });
    assert_eq!(server.count("add_sched_task"), 1);
    // Other words to the same people have nothing to do with it.
    assert!(matches!(bench.write(create("u"), terms()).await, Message::OutcomeUnknown { .. }));
}

#[tokio::test]
async fn what_the_next_run_finds_right_before_a_create_is_written_down_whatever_the_time_it_is_meant_for() {
    let store = memory();
    let server = cutting(|_, _| page(&[])).await;
    let mut bench = with(&store, &server);
    assert_eq!(bench.verdict(create("t")).await, Verdict::NotDone);
    bench.close().await;
    let number = store.journal("acme", 1).unwrap()[0].what.msg_random.unwrap();

    let server = MockServer::start(move |_, request| match request.command.as_str() {
        "list_sched_task" => page(&[info(9, "t", number, now())]),
        _ => Act::Json(ok(json!({"TaskID": 10}))),
    })
    .await;
    let mut bench = with(&store, &server);
    let mut shifted = create("t");
    if let Write::Create(new) = &mut shifted {
        new.scheduled_at += TimeDelta::hours(5);
    }
    let message = bench.write(shifted, terms()).await;
    assert_eq!(stopped(&message), &Stop::Stands { id: TaskId(9), entry: 1 }, "by +5h it is no other push");
    let closed = store.journal("acme", 1).unwrap()[0].closed.clone().unwrap();
    assert_eq!(closed.outcome, json!({"result": "created", "task": "9"}));
    assert_eq!(server.count("add_sched_task"), 0);
}

#[tokio::test]
async fn a_create_after_a_doubt_is_not_sent_while_nobody_can_say_whether_it_stands() {
    let is_silent = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let silent = Arc::clone(&is_silent);
    let server = MockServer::start(move |_, request| {
        let is_list = request.command == "list_sched_task" && !silent.load(Ordering::Relaxed);
        if is_list { page(&[]) } else { Act::Close }
    })
    .await;
    let mut bench = Bench::start(&server);
    assert_eq!(bench.verdict(create("t")).await, Verdict::NotDone);
    is_silent.store(true, Ordering::Relaxed);
    assert!(matches!(stopped(&bench.write(create("t"), terms()).await), Stop::Unread(_)));
    assert_eq!(server.count("add_sched_task"), 1);
}

// --- a task that is otherwise by now ---------------------------------------------------------------

#[tokio::test]
async fn a_task_that_somebody_changed_a_moment_ago_is_neither_overwritten_nor_cancelled() {
    let server = MockServer::start(|_, request| match request.command.as_str() {
        "get_sched_task" => Act::Json(ok(json!({"TaskInfo": info(7, "theirs", 1, now())}))),
        _ => Act::Json(ok(json!({"TaskID": 7}))),
    })
    .await;
    let mut bench = Bench::start(&server);
    for write in [modify(TaskId(7), "mine"), cancel(TaskId(7))] {
        let message = bench.write(write.clone(), seen(task(7, "base"))).await;
        let Stop::Moved(now) = stopped(&message) else { panic!("{message:?}") };
        assert_eq!(now.title, "theirs");
        // What was seen is what stands: it goes out.
        let message = bench.write(write, seen(task(7, "theirs"))).await;
        assert!(matches!(message, Message::Wrote { result: Ok(_), .. }), "{message:?}");
    }
    assert_eq!((server.count("modify_sched_task"), server.count("delete_sched_task")), (1, 1));
}

#[tokio::test]
async fn a_task_that_is_gone_is_said_to_be_gone_and_one_that_cannot_be_read_is_cancelled_only_when_told_so() {
    let server = MockServer::start(|_, request| match request.command.as_str() {
        "get_sched_task" => Act::Json(fail(90104)),
        _ => Act::Json(ok(json!({"TaskID": 7}))),
    })
    .await;
    let mut bench = Bench::start(&server);
    for write in [modify(TaskId(7), "mine"), cancel(TaskId(7))] {
        assert_eq!(stopped(&bench.write(write, seen(task(7, "t"))).await), &Stop::Gone);
    }
    assert_eq!(server.count("delete_sched_task"), 0, "it would read like a fault of the request");

    let server = MockServer::start(|_, request| match request.command.as_str() {
        "get_sched_task" => Act::Close,
        _ => Act::Json(ok(json!({"TaskID": 7}))),
    })
    .await;
    let mut bench = Bench::start(&server);
    let unseen = Waived { fresh_copy: true, journal: false };
    let told = Terms { waived: unseen, ..seen(task(7, "t")) };
    for (write, terms) in [
        (modify(TaskId(7), "mine"), seen(task(7, "t"))),
        (modify(TaskId(7), "mine"), told.clone()),
        (cancel(TaskId(7)), seen(task(7, "t"))),
    ] {
        assert!(matches!(stopped(&bench.write(write, terms).await), Stop::Unread(_)));
    }
    let message = bench.write(cancel(TaskId(7)), told).await;
    assert!(matches!(message, Message::Wrote { result: Ok(Written::Cancelled(_)), .. }), "{message:?}");
}

// --- the journal -----------------------------------------------------------------------------------

#[tokio::test]
async fn without_a_journal_nothing_is_sent_but_a_cancel_that_was_confirmed_once_more() {
    let server = MockServer::start(|_, request| match request.command.as_str() {
        "list_sched_task" => page(&[]),
        _ => Act::Json(ok(json!({"TaskID": 7}))),
    })
    .await;
    let mut bench = Bench::start_with(&server, QUICK, Journal::new(None, "acme"), 64);
    let told = Terms { waived: Waived { journal: true, fresh_copy: false }, ..terms() };
    for (write, terms) in [
        (create("t"), terms()),
        (create("t"), told.clone()),
        (modify(TaskId(7), "t"), told.clone()),
        (cancel(TaskId(7)), terms()),
    ] {
        let message = bench.write(write, terms).await;
        let Stop::NoJournal(why) = stopped(&message) else { panic!("{message:?}") };
        assert!(why.contains("no local database"), "{why}");
    }
    assert!(server.requests().is_empty(), "{:?}", server.requests());
    bench.ask(Effect::Write { req: ReqId(9), write: cancel(TaskId(7)), terms: told }).await;
    let Some(Message::Noted(words)) = bench.next().await else { panic!("not said") };
    assert!(words.starts_with("the journal has no entry of this cancel"), "{words}");
    assert!(matches!(bench.next().await, Some(Message::Wrote { result: Ok(_), .. })));
}

// --- an outage, and the delay of the list ----------------------------------------------------------

#[tokio::test]
async fn a_service_that_is_silent_is_asked_until_it_answers_and_only_answers_count() {
    let server = cutting(|number, _| match number {
        // More than the usual searches, with all the attempts of each.
        0..26 => Act::Close,
        _ => page(&[]),
    })
    .await;
    let bench = Bench::start(&server);
    bench.ask(Effect::Write { req: ReqId(1), write: create("t"), terms: terms() }).await;
    let mut bench = bench;
    let mut silent = 0;
    loop {
        match bench.messages.recv().await.unwrap() {
            Message::Checked { sight: Sight::NoAnswer(_), .. } => silent += 1,
            Message::Settled { verdict, .. } => {
                assert_eq!(verdict, Verdict::NotDone);
                break;
            }
            _ => {}
        }
    }
    assert!(silent > 4, "{silent}");
}

#[tokio::test]
async fn the_longest_delay_of_the_list_is_learnt_from_our_own_creates_and_kept_for_the_next_run() {
    const SEARCHES: &[Duration] = &[Duration::from_millis(5); 6];
    let lists = AtomicU32::new(0);
    let server = MockServer::start(move |_, request| match request.command.as_str() {
        "add_sched_task" => Act::Json(ok(json!({"TaskID": 9}))),
        // Each time both ways of listing are asked.
        "list_sched_task" if lists.fetch_add(1, Ordering::Relaxed) < 4 => page(&[]),
        _ => page(&[info(9, "t", 1, now())]),
    })
    .await;
    let store = memory();
    let pace = Pace { delay_searches: SEARCHES, ..QUICK };
    let journal = Journal::new(Some(Arc::clone(&store)), "acme");
    let mut bench = Bench::start_with(&server, pace, journal, 64);
    assert!(matches!(bench.write(create("t"), terms()).await, Message::Wrote { .. }));
    let known = loop {
        if let Some(known) = store.fact("acme", "listing_delay_ms").unwrap() {
            break known.parse::<u64>().unwrap();
        }
        tokio::task::yield_now().await;
    };
    assert!(known >= 5, "{known}");
    bench.close().await;

    // Sending again opens after three times as long, in the next run too.
    store.put_fact("acme", "listing_delay_ms", "30000").unwrap();
    let server = cutting(|_, _| page(&[])).await;
    let mut bench = with(&store, &server);
    let Message::OutcomeUnknown { open, .. } = bench.write(create("v"), terms()).await else { panic!() };
    assert_eq!(open.opens_in, Duration::from_secs(90));
}

#[tokio::test]
async fn while_a_created_task_is_not_listed_not_there_is_believed_of_no_other() {
    const SEARCHES: &[Duration] = &[Duration::from_millis(1), Duration::from_millis(40)];
    let store = memory();
    // The first create is confirmed, the second cut off; the list shows neither.
    let server = MockServer::start(|number, request| match request.command.as_str() {
        "add_sched_task" if number == 0 => Act::Json(ok(json!({"TaskID": 7}))),
        "add_sched_task" => Act::Close,
        _ => page(&[]),
    })
    .await;
    let pace = Pace { delay_searches: SEARCHES, ..QUICK };
    let journal = Journal::new(Some(Arc::clone(&store)), "acme");
    let mut bench = Bench::start_with(&server, pace, journal, 64);
    assert!(matches!(bench.write(create("t"), terms()).await, Message::Wrote { result: Ok(_), .. }));
    // It is not known yet how long the list takes: not shorter than it has taken so far.
    let began = Instant::now();
    assert_eq!(bench.verdict(create("u")).await, Verdict::NotDone);
    assert!(began.elapsed() >= Duration::from_millis(40), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_search_that_is_asked_for_later_amends_what_the_journal_took_for_not_done() {
    let store = memory();
    let shows = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_there = Arc::clone(&shows);
    let server =
        cutting(
            move |_, _| {
                if is_there.load(Ordering::Relaxed) { page(&[info(9, "t", 55, now())]) } else { page(&[]) }
            },
        )
        .await;
    let mut bench = with(&store, &server);
    assert_eq!(bench.verdict(create("t")).await, Verdict::NotDone);
    while !store.open_intents("acme").unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let what = store.journal("acme", 1).unwrap()[0].what.clone();
    let write = super::super::record::write_of(&what).unwrap();
    let open = OpenWrite { entry: Some(1), write, sent: now(), opens_in: Duration::ZERO, elsewhere: false };
    bench.ask(Effect::Search { req: ReqId(5), open: open.clone() }).await;
    let opens_in = Duration::from_millis(4);
    let nothing = Message::Searched { req: ReqId(5), sight: Sight::NotThere, opens_in };
    assert_eq!(bench.next().await, Some(nothing));
    shows.store(true, Ordering::Relaxed);
    bench.ask(Effect::Search { req: ReqId(6), open }).await;
    let done = Verdict::Done(Written::Created(TaskId(9)));
    let found = Message::Searched { req: ReqId(6), sight: Sight::Settled(done), opens_in };
    assert_eq!(bench.next().await, Some(found));
    bench.close().await;
    let closed = store.journal("acme", 1).unwrap()[0].closed.clone().unwrap();
    assert_eq!(closed.outcome, json!({"result": "created", "task": "9", "by": "looks"}));
}
