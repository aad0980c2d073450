//! What the documents leave open about the list is learnt (W9): the table and the worker together,
//! against sandboxes that read it in their own way.

use super::*;
use crate::app::Verdict;
use crate::app::{Moment, State, update};
use crate::domain::limits::RangeOf;
use crate::domain::{ListLimits, Order};
use crate::sandbox::{ListTimeField, WantOverflow};

/// A sandbox with options of its own, and the requests that it got.
struct Fixture {
    running: sandbox::Running,
    clock: VirtualClock,
    server: MockServer,
}

impl Fixture {
    async fn with(options: Options) -> Self {
        let clock = VirtualClock::new(now());
        let options = Options {
            clock: Clock::Virtual(clock.clone()),
            rate_limit_per_second: 0,
            max_active_tasks: 0,
            ..options
        };
        let credentials =
            Credentials { sdkappid: APP, identifier: WHO.to_owned(), key: SecretString::from(KEY) };
        let anywhere: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let running = sandbox::start(anywhere, options, credentials, None).await.unwrap();
        let address = running.addr;
        let server = MockServer::start(move |_, _| Act::Relay(address, 1)).await;
        Self { running, clock, server }
    }

    /// A push to everyone that was created so many days ago and is due in so many.
    async fn add(&self, title: &str, created: i64, due: i64) {
        let then = now() - TimeDelta::days(created);
        self.clock.set(then);
        let context = Context::new(move || then, || ROLLS.fetch_add(1, Ordering::Relaxed));
        let connection = mock_server::connection(&self.running.base_url());
        let client = Client::new(&connection, PATIENT, context).unwrap();
        let scheduled_at = now() + TimeDelta::days(due);
        client.add(&NewTask { kind: Kind::All, scheduled_at, content: content(title) }).await.unwrap();
        self.clock.set(now());
    }

    fn lists(&self) -> Vec<Value> {
        let lists = self.server.requests().into_iter().filter(|r| r.command == "list_sched_task");
        lists.map(|request| request.body).collect()
    }
}

/// The table, and the worker that asks for it.
struct Screen {
    state: State,
    bench: Bench,
}

impl Screen {
    async fn open(fixture: &Fixture, store: &Arc<Store>) -> Self {
        let setup = crate::app::Setup { page_size: 50, ..crate::app::testing::setup() };
        let moment = Moment { utc: now(), running: Duration::from_secs(1) };
        let (state, effects) = State::start(setup, moment, (120, 40));
        let journal = Journal::new(Some(Arc::clone(store)), "acme");
        let bench = Bench::start_with(&fixture.server, QUICK, journal, 64);
        for effect in effects {
            bench.ask(effect).await;
        }
        Self { state, bench }
    }

    /// Goes on until the state is so.
    async fn until(&mut self, is_so: impl Fn(&State) -> bool) {
        let waiting = async {
            while !is_so(&self.state) {
                let message = self.bench.messages.recv().await.unwrap();
                for effect in update(&mut self.state, message) {
                    self.bench.ask(effect).await;
                }
            }
        };
        let done = tokio::time::timeout(Duration::from_mins(1), waiting).await;
        assert!(
            done.is_ok(),
            "it never came to that: {:?} {:?}",
            self.state.note,
            self.state.connection.failure
        );
    }

    fn titles(&self) -> Vec<String> {
        self.state.board.rows().iter().map(|task| task.title.clone()).collect()
    }
}

/// Whether the whole range was read.
fn is_read(state: &State) -> bool {
    state.board.sync.complete().is_some()
}

/// Until it is on the disk.
async fn kept(store: &Arc<Store>) -> ListLimits {
    for _ in 0..3000 {
        if let Some(text) = store.fact("acme", "list_limits").unwrap() {
            return ListLimits::read(&text);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing was kept");
}

#[tokio::test]
async fn a_service_that_takes_seven_days_is_alive_at_the_first_start_and_known_at_the_second() {
    let fixture = Fixture::with(Options { list_max_range_days: 7, ..Options::default() }).await;
    fixture.add("soon", 0, 2).await;
    let store = memory();
    let mut screen = Screen::open(&fixture, &store).await;
    screen.until(is_read).await;
    assert_eq!(screen.titles(), ["soon"]);
    assert_eq!(screen.state.connection.failure, None);
    let words = screen.state.limits.range_words();
    assert_eq!(words.as_deref(), Some("the service takes ranges up to about 7 days"));
    assert!(fixture.lists().len() <= 40, "{:?}", fixture.lists().len());
    assert!(kept(&store).await.range_words().is_some());
    screen.bench.close().await;

    let before = fixture.lists().len();
    let mut screen = Screen::open(&fixture, &store).await;
    screen.until(is_read).await;
    assert_eq!(screen.titles(), ["soon"]);
    for list in &fixture.lists()[before..] {
        let time = |key: &str| time_in(list[key].as_str().unwrap()).unwrap();
        assert!((time("EndTime") - time("BeginTime")).num_days() <= 7, "it begins with what is known");
    }
}

#[tokio::test]
async fn a_service_that_refuses_fifty_rows_is_asked_for_fewer() {
    for (days, want) in [(31, 20), (7, 20), (31, 1)] {
        let fixture = Fixture::with(Options {
            list_max_want: want,
            list_want_overflow: WantOverflow::Reject,
            list_max_range_days: days,
            ..Options::default()
        })
        .await;
        fixture.add("soon", 0, 2).await;
        let store = memory();
        let mut screen = Screen::open(&fixture, &store).await;
        screen.until(is_read).await;
        assert_eq!(screen.titles(), ["soon"]);
        assert_eq!(screen.state.limits.rows_a_page().map(i64::from), Some(want));
        assert!(fixture.lists().len() <= 60, "{}", fixture.lists().len());
        let known = kept(&store).await;
        assert_eq!(known.rows_a_page().map(i64::from), Some(want));
    }
}

#[tokio::test]
async fn what_is_refused_whatever_less_is_asked_for_is_told_and_not_tried_again_and_again() {
    let server = MockServer::start(|_, _| Act::Json(fail(90104))).await;
    let mut bench = Bench::start(&server);
    for req in 1..=3 {
        bench.ask(list(req)).await;
        let Some(Message::Listed { result: Err(failure), .. }) = bench.next().await else { panic!() };
        assert_eq!(failure.code(), Some(90104));
    }
    assert!(server.count("list_sched_task") <= 10, "{}", server.count("list_sched_task"));
}

/// The four readings of the list page; what is due must be shown under each, or that it is not.
#[tokio::test]
async fn a_first_screen_shows_what_is_due_whichever_time_the_range_concerns() {
    use ListTimeField::{CreateAt, Either, OrderBy, SchedAt};
    for reading in [OrderBy, CreateAt, SchedAt, Either] {
        let fixture = Fixture::with(Options { list_time_field: reading, ..Options::default() }).await;
        fixture.add("old and due", 20, 2).await;
        let store = memory();
        let mut screen = Screen::open(&fixture, &store).await;
        screen.until(is_read).await;
        assert_eq!(screen.titles(), ["old and due"], "{reading:?}");
        let of = screen.state.limits.range_of(Order::Scheduled);
        assert_eq!(of == RangeOf::Created, reading == CreateAt, "{reading:?}: {of:?}");
        if reading == CreateAt {
            assert_eq!(kept(&store).await.range_of(Order::Scheduled), RangeOf::Created);
        }
    }
}

#[tokio::test]
async fn where_nothing_shows_which_time_the_range_concerns_that_is_said() {
    let options = Options { list_time_field: ListTimeField::CreateAt, ..Options::default() };
    let fixture = Fixture::with(options).await;
    // Nothing that is looked at tells which reading it is: then both are read, as far back as the profile says.
    fixture.add("very old and due", 40, 2).await;
    let mut screen = Screen::open(&fixture, &memory()).await;
    screen.until(is_read).await;
    assert_eq!(screen.titles(), ["very old and due"]);
    let coverage = screen.state.board.sync.coverage().unwrap();
    assert_eq!(coverage.created_since.map(|since| (now() - since).num_days()), Some(90));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_asked_for_in_smaller_pages() {
    let server = MockServer::start(|_, request| {
        let want = request.body["Want"].as_u64().unwrap();
        if want > 12 {
            return Act::Long(5 << 20);
        }
        let tasks: Vec<Value> = (1..=want).map(|id| info(id, "t", 1, now())).collect();
        Act::Json(ok(json!({"Total": 100, "Tasks": tasks})))
    })
    .await;
    let mut bench = Bench::start(&server);
    bench.ask(list(1)).await;
    let Some(Message::Narrowed { query, .. }) = bench.next().await else { panic!("not narrowed") };
    assert_eq!(query.page_size, 12);
    let Some(Message::Listed { result: Ok(page), .. }) = bench.next().await else { panic!("no page") };
    assert_eq!((page.tasks.len(), page.total), (12, 100));
}

#[tokio::test]
async fn more_rows_than_were_asked_for_are_said_once() {
    let server = MockServer::start(|_, _| {
        let tasks: Vec<Value> = (1..=80).map(|id| info(id, "t", 1, now())).collect();
        Act::Json(ok(json!({"Total": 200, "Tasks": tasks})))
    })
    .await;
    let mut bench = Bench::start(&server);
    let mut said = 0;
    for req in 1..=3 {
        bench.ask(list(req)).await;
        loop {
            match bench.next().await.unwrap() {
                Message::Noted(words) => {
                    assert!(words.contains("sent 80 rows where 50"), "{words}");
                    said += 1;
                }
                Message::Listed { result, .. } => break assert_eq!(result.unwrap().tasks.len(), 50),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(said, 1);
}

/// A create whose answer is lost, at a service that gives few rows or refuses many.
#[tokio::test]
async fn a_create_of_unknown_outcome_is_found_where_rows_are_capped_or_refused() {
    for overflow in [WantOverflow::Clamp, WantOverflow::Reject] {
        let options = Options { list_max_want: 3, list_want_overflow: overflow, ..Options::default() };
        let fixture = Fixture::with(options).await;
        for n in 0..4 {
            fixture.add(&format!("other {n}"), 0, 1).await;
        }
        let address = fixture.running.addr;
        let server = MockServer::start(move |_, request| match request.command.as_str() {
            "add_sched_task" => Act::RelayAndCut(address, 1),
            _ => Act::Relay(address, 1),
        })
        .await;
        let mut bench = Bench::start(&server);
        let verdict = bench.verdict(create("mine")).await;
        assert!(matches!(verdict, Verdict::Done(Written::Created(_))), "{overflow:?}: {verdict:?}");
        let (server, mut bench) = {
            let server = MockServer::start(move |_, request| match request.command.as_str() {
                "add_sched_task" => Act::Close,
                _ => Act::Relay(address, 1),
            })
            .await;
            let bench = Bench::start(&server);
            (server, bench)
        };
        assert_eq!(bench.verdict(create("never arrived")).await, Verdict::NotDone, "{overflow:?}");
        assert_eq!(server.count("add_sched_task"), 1);
    }
}
