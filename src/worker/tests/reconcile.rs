//! What became of a write: against a service that answers as told, and against the sandbox.

use super::*;
use crate::sandbox::ListTimeField;

fn sent_random(server: &MockServer) -> u32 {
    let requests = server.requests();
    let create = requests.iter().find(|request| request.command == "add_sched_task").unwrap();
    create.body["Content"]["MsgRandom"].as_u64().unwrap().try_into().unwrap()
}

#[tokio::test]
async fn a_create_that_shows_up_late_is_found_and_only_an_empty_last_look_proves_it_not_done() {
    // A search reads the list twice: by due time and by creation.
    let server = cutting(|number, _| match number {
        0..4 => page(&[]),
        _ => page(&[info(9, "t", 77, now())]),
    })
    .await;
    assert_eq!(Bench::start(&server).verdict(create("t")).await, Verdict::Done(Written::Created(TaskId(9))));

    // Four searches of two lists each, and five lists a second: this one takes two seconds.
    let server = cutting(|_, _| page(&[])).await;
    assert_eq!(Bench::start(&server).verdict(create("t")).await, Verdict::NotDone);
    assert_eq!((server.count("list_sched_task"), server.count("add_sched_task")), (8, 1));
}

#[tokio::test]
async fn a_likeness_is_not_enough_when_it_is_older_or_was_made_by_ourselves() {
    let older = now() - TimeDelta::minutes(2);
    let other = info(10, "another title", 2, now());
    let server = cutting(move |_, _| page(&[info(9, "t", 1_000, older), other.clone()])).await;
    assert_eq!(Bench::start(&server).verdict(create("t")).await, Verdict::NotDone);

    let creates = AtomicU32::new(0);
    let server = MockServer::start(move |_, request| match request.command.as_str() {
        "add_sched_task" if creates.fetch_add(1, Ordering::Relaxed) == 0 => {
            Act::Json(ok(json!({"TaskID": 9})))
        }
        "add_sched_task" => Act::Close,
        _ => page(&[info(9, "t", 1_000, now())]),
    })
    .await;
    let store = memory();
    let mut bench = Bench::start_with(&server, QUICK, Journal::new(Some(Arc::clone(&store)), "acme"), 64);
    bench.ask(Effect::Write { req: ReqId(0), write: create("t"), terms: terms() }).await;
    assert!(matches!(bench.next().await, Some(Message::Wrote { result: Ok(_), .. })));
    // The journal hears of it after the operator; until then the next one would be stopped.
    while !store.open_intents("acme").unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.verdict(create("t")).await, Verdict::NotDone);
}

#[tokio::test]
async fn several_that_look_alike_are_left_to_the_operator() {
    let server = cutting(|_, _| page(&[info(9, "t", 1_000, now()), info(10, "t", 1_001, now())])).await;
    let verdict = Bench::start(&server).verdict(create("t")).await;
    assert_eq!(verdict, Verdict::Several(vec![TaskId(9), TaskId(10)]));
}

#[tokio::test]
async fn a_list_that_fails_or_is_not_whole_proves_nothing() {
    let server = cutting(|_, _| Act::Json(fail(90104))).await;
    assert!(matches!(Bench::start(&server).verdict(create("t")).await, Verdict::CannotTell(_)));

    let server = cutting(|_, _| Act::Json(ok(json!({"Total": 5, "Tasks": []})))).await;
    let Verdict::CannotTell(why) = Bench::start(&server).verdict(create("t")).await else { panic!("told") };
    assert!(why.contains("went on changing"), "{why}");
}

#[tokio::test]
async fn a_list_that_gives_less_than_it_was_asked_for_is_read_to_its_end() {
    let tasks: Vec<Value> = (1..=5).map(|id| info(id, "other", 500, now())).collect();
    let server = cutting(move |_, request| {
        let offset = usize::try_from(request.body["Offset"].as_u64().unwrap()).unwrap();
        let mut all = tasks.clone();
        all.push(info(6, "t", 1_000, now()));
        let some: Vec<Value> = all.iter().skip(offset).take(3).cloned().collect();
        Act::Json(ok(json!({"Total": all.len(), "Tasks": some})))
    })
    .await;
    let mut bench = Bench::start(&server);
    assert_eq!(bench.verdict(create("t")).await, Verdict::Done(Written::Created(TaskId(6))));
}

#[tokio::test]
async fn every_fault_of_a_write_leads_to_one_request_and_one_verdict() {
    for fault in [Act::Close, Act::Garbage, Act::HalfBody, Act::Page(502, "<html>"), Act::Json(fail(90105))] {
        let act = fault.clone();
        let server = MockServer::start(move |_, request| match request.command.as_str() {
            "get_sched_task" => Act::Json(fail(90104)),
            _ => act.clone(),
        })
        .await;
        let verdict = Bench::start(&server).verdict(cancel(TaskId(7))).await;
        assert_eq!(verdict, Verdict::Done(Written::Cancelled(TaskId(7))), "{fault:?}");
        assert_eq!(server.count("delete_sched_task"), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_task_that_went_out_was_not_cancelled_and_one_that_is_gone_was_perhaps_changed() {
    let mut sent = info(7, "t", 1, now());
    sent["Status"] = "dispatched".into();
    let server = cutting(move |_, _| Act::Json(ok(json!({"TaskInfo": sent})))).await;
    assert_eq!(Bench::start(&server).verdict(cancel(TaskId(7))).await, Verdict::NotDone);
    assert_eq!(server.count("get_sched_task"), 1);

    let server = cutting(|_, _| Act::Json(fail(90104))).await;
    let Verdict::CannotTell(why) = Bench::start(&server).verdict(modify(TaskId(7), "t")).await else {
        panic!("told")
    };
    assert!(why.contains("task 7 is gone"), "{why}");
}

// --- the same against the sandbox, with the way to it cut before or after it -----------------

/// What the way does to a write; reads always pass.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The request never arrives.
    CutBefore,
    /// It arrives, the answer does not.
    CutAfter,
    /// A broken gateway sends it twice.
    Twice,
}

struct Service {
    running: sandbox::Running,
    /// A worker on an undisturbed way.
    direct: Bench,
}

/// Which time of a task the range of a list concerns: nobody says, so what is found out must be right under each.
const READINGS: [ListTimeField; 4] =
    [ListTimeField::OrderBy, ListTimeField::CreateAt, ListTimeField::SchedAt, ListTimeField::Either];

impl Service {
    async fn start() -> Self {
        Self::reading(Options::default().list_time_field).await
    }

    async fn reading(list_time_field: ListTimeField) -> Self {
        let clock = Clock::Virtual(VirtualClock::new(now()));
        // The budget of the undisturbed way is not known to the disturbed one.
        let options = Options { clock, rate_limit_per_second: 0, list_time_field, ..Options::default() };
        let key = SecretString::from(KEY);
        let credentials = Credentials { sdkappid: APP, identifier: WHO.to_owned(), key };
        let anywhere: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let running = sandbox::start(anywhere, options, credentials, None).await.unwrap();
        let address = running.addr;
        let server = MockServer::start(move |_, _| Act::Relay(address, 1)).await;
        Self { direct: Bench::start(&server), running }
    }

    /// A worker whose writes are treated so.
    async fn by(&self, way: Fault) -> (MockServer, Bench) {
        let address = self.running.addr;
        let server = MockServer::start(move |_, request| match (request.command.as_str(), way) {
            ("list_sched_task" | "get_sched_task", _) => Act::Relay(address, 1),
            (_, Fault::CutBefore) => Act::Close,
            (_, Fault::CutAfter) => Act::RelayAndCut(address, 1),
            (_, Fault::Twice) => Act::RelayAndCut(address, 2),
        })
        .await;
        let bench = Bench::start(&server);
        (server, bench)
    }

    async fn create(&mut self, title: &str) -> TaskId {
        self.direct.ask(Effect::Write { req: ReqId(1), write: create(title), terms: terms() }).await;
        match self.direct.next().await.unwrap() {
            Message::Wrote { result: Ok(Written::Created(id)), .. } => id,
            other => panic!("{other:?}"),
        }
    }

    async fn all(&mut self) -> Page {
        self.direct.ask(list(2)).await;
        match self.direct.next().await.unwrap() {
            Message::Listed { result, .. } => result.unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_by_its_number_among_its_likes_whatever_a_range_is_of() {
    for reading in READINGS {
        let mut service = Service::reading(reading).await;
        let like = service.create("t").await;
        let (server, mut bench) = service.by(Fault::CutAfter).await;
        let verdict = bench.verdict(create("t")).await;
        let Verdict::Done(Written::Created(id)) = verdict else { panic!("{reading:?}: {verdict:?}") };
        assert_ne!(id, like);
        let page = service.all().await;
        let found = page.tasks.iter().find(|task| task.id == id).unwrap();
        assert_eq!(found.content.at("MsgRandom"), Some(&json!(sent_random(&server))));
        assert_eq!((page.total, server.count("add_sched_task")), (2, 1));
    }
}

#[tokio::test]
async fn a_create_that_never_arrived_is_proven_not_done_and_one_that_arrived_twice_is_shown_twice() {
    for reading in READINGS {
        let mut service = Service::reading(reading).await;
        let (server, mut bench) = service.by(Fault::CutBefore).await;
        assert_eq!(bench.verdict(create("t")).await, Verdict::NotDone, "{reading:?}");
        assert_eq!((service.all().await.total, server.count("add_sched_task")), (0, 1));

        let (_server, mut bench) = service.by(Fault::Twice).await;
        let Verdict::Several(mut ids) = bench.verdict(create("t")).await else { panic!("{reading:?}") };
        let mut there: Vec<TaskId> = service.all().await.tasks.iter().map(|task| task.id).collect();
        ids.sort();
        there.sort();
        assert_eq!((ids.len(), &ids), (2, &there));
    }
}

#[tokio::test]
async fn a_change_and_a_cancel_are_proven_by_reading_the_task() {
    let mut service = Service::start().await;
    let id = service.create("old").await;
    let (_server, mut bench) = service.by(Fault::CutBefore).await;
    assert_eq!(bench.verdict(modify(id, "new")).await, Verdict::NotDone);
    let (_server, mut bench) = service.by(Fault::CutBefore).await;
    assert_eq!(bench.verdict(cancel(id)).await, Verdict::NotDone);
    assert_eq!(service.all().await.tasks[0].title, "old");

    let (server, mut bench) = service.by(Fault::CutAfter).await;
    assert_eq!(bench.verdict(modify(id, "new")).await, Verdict::Done(Written::Modified(id)));
    assert_eq!(service.all().await.tasks[0].title, "new");
    assert_eq!(bench.verdict(cancel(id)).await, Verdict::Done(Written::Cancelled(id)));
    assert_eq!(service.all().await.total, 0);
    assert_eq!((server.count("modify_sched_task"), server.count("delete_sched_task")), (1, 1));
}

#[tokio::test]
async fn a_change_that_only_takes_away_is_not_taken_for_done_because_the_rest_is_there() {
    let mut service = Service::start().await;
    let id = service.create("t").await;
    let mut less = content("t");
    less.set("OfflinePushInfo.Desc", None);
    let change = Change { id, kind: Kind::All, scheduled_at: None, content: Some(less) };
    let (_server, mut bench) = service.by(Fault::CutBefore).await;
    let Verdict::CannotTell(why) = bench.verdict(Write::Modify(change)).await else { panic!("told") };
    assert!(why.contains("OfflinePushInfo.Desc besides"), "{why}");
}

#[tokio::test]
async fn where_nobody_listens_a_write_is_certainly_not_done() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let connection = mock_server::connection(&format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    let context = Context::new(now, || u32::MAX);
    let client = Arc::new(Client::new(&connection, PATIENT, context.clone()).unwrap());
    let (effects, todo) = mpsc::channel(1);
    let (answers, messages) = mpsc::channel(64);
    let (pace, reload) = (Pace::default(), Reload::never("there is no config to read"));
    let tools = Tools { pace, client, journal: Journal::new(Some(memory()), "acme"), context, reload };
    let worker = tokio::spawn(run(tools, todo, answers));
    let mut bench = Bench { effects: Some(effects), messages, worker };
    bench.ask(Effect::Write { req: ReqId(1), write: create("t"), terms: terms() }).await;
    match bench.next().await {
        Some(Message::Wrote { result: Err(Failure::NotSent { reason: NotSent::Refused, .. }), .. }) => {}
        other => panic!("{other:?}"),
    }
}
