//! A whole range read over real HTTP, from sandboxes that read the list in their own ways.

use std::collections::BTreeSet;

use super::*;
use crate::app::{ReqId, Wanted};
use crate::domain::Coverage;
use crate::domain::coverage::TimeWindow;
use crate::domain::limits::RangeOf;
use crate::domain::query::Range;
use crate::sandbox::{ListTimeField, Seed, WantOverflow};

/// A sandbox with seeded tasks, whose clock stands.
struct Fixture {
    running: sandbox::Running,
    server: MockServer,
}

impl Fixture {
    async fn with(tasks: usize, options: Options) -> Self {
        let options =
            Options { clock: Clock::Virtual(VirtualClock::new(now())), rate_limit_per_second: 0, ..options };
        let credentials =
            Credentials { sdkappid: APP, identifier: WHO.to_owned(), key: SecretString::from(KEY) };
        let anywhere: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let seed = Some(Seed { tasks, ..Seed::default() });
        let running = sandbox::start(anywhere, options, credentials, seed).await.unwrap();
        let address = running.addr;
        let server = MockServer::start(move |_, _| Act::Relay(address, 1)).await;
        Self { running, server }
    }

    /// Every task that fires in the range.
    async fn firing(&self, range: Range) -> BTreeSet<TaskId> {
        let truth = self.running.truth(APP, 0).await.unwrap();
        let is_inside = |task: &&Value| range.holds(time_in(task["SchedAt"].as_str().unwrap()).unwrap());
        truth.tasks.iter().filter(is_inside).map(|task| TaskId(task["TaskID"].as_u64().unwrap())).collect()
    }

    fn lists(&self) -> Vec<Value> {
        self.server.requests().into_iter().map(|request| request.body).collect()
    }
}

fn wanted() -> Wanted {
    let range = Range { begin: now() - TimeDelta::days(7), end: now() + TimeDelta::days(24) };
    let (history, keyword) = (TimeDelta::days(90), String::new());
    Wanted { range, history, keyword, page_size: 100, priority: Priority::Page }
}

fn sync(req: u64) -> Effect {
    Effect::Sync { req: ReqId(req), wanted: wanted() }
}

/// What a pass has brought.
struct Read {
    rows: BTreeSet<TaskId>,
    pages: usize,
    result: Result<Coverage, Failure>,
}

async fn read(bench: &mut Bench, req: u64) -> Read {
    let (mut rows, mut pages, mut last) = (BTreeSet::new(), 0, None);
    loop {
        match bench.next().await.unwrap() {
            Message::SyncRead { req: of, page, coverage } if of == ReqId(req) => {
                pages += 1;
                rows.extend(page.tasks.iter().map(|task| task.id));
                last = Some(*coverage);
            }
            Message::Synced { req: of, result } if of == ReqId(req) => {
                let result = result.map(|coverage| *coverage);
                if let (Some(last), Ok(coverage)) = (&last, &result) {
                    assert_eq!(last.progress().0, coverage.progress().0, "the last page is all of it");
                }
                return Read { rows, pages, result };
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Reads all, and shows that it is all.
async fn is_read_whole(tasks: usize, options: Options) -> (Fixture, Read, Coverage) {
    let fixture = Fixture::with(tasks, options).await;
    let there = fixture.firing(wanted().range).await;
    let mut bench = Bench::start(&fixture.server);
    bench.ask(sync(1)).await;
    let read = read(&mut bench, 1).await;
    let coverage = read.result.clone().unwrap();
    assert!(coverage.is_complete(), "{coverage:?}");
    assert!(there.len() > tasks / 2 && there.is_subset(&read.rows));
    (fixture, read, coverage)
}

async fn is_whole_under(list_time_field: ListTimeField, reading: RangeOf) {
    let options = Options { list_time_field, list_max_range_days: 0, ..Options::default() };
    let (_, _, coverage) = is_read_whole(230, options).await;
    assert_eq!(coverage.reading, reading, "{list_time_field:?}");
    let since = (reading == RangeOf::Created).then(|| now() - TimeDelta::days(90));
    assert_eq!(coverage.created_since, since);
}

#[tokio::test]
async fn nothing_that_fires_in_the_range_is_missing_whichever_time_the_service_filters() {
    tokio::join!(
        is_whole_under(ListTimeField::OrderBy, RangeOf::Scheduled),
        is_whole_under(ListTimeField::CreateAt, RangeOf::Created),
        is_whole_under(ListTimeField::SchedAt, RangeOf::Scheduled),
        is_whole_under(ListTimeField::Either, RangeOf::Scheduled),
    );
}

#[tokio::test]
async fn ranges_that_the_service_does_not_take_are_read_in_parts() {
    let of = |list_time_field, days| {
        is_read_whole(90, Options { list_time_field, list_max_range_days: days, ..Options::default() })
    };
    let (long, short, created) = tokio::join!(
        of(ListTimeField::OrderBy, 31),
        of(ListTimeField::OrderBy, 7),
        of(ListTimeField::CreateAt, 31),
    );
    assert_eq!(long.2.windows.len(), 2);
    assert!(short.2.windows.len() >= 5, "{:?}", short.2);
    // Three months, and the last minutes.
    assert_eq!(created.2.windows.len(), 4, "{:?}", created.2);
}

#[tokio::test]
async fn pages_that_come_smaller_than_asked_for_are_read_on_by_what_came() {
    let of = |list_want_overflow| {
        is_read_whole(70, Options { list_max_want: 20, list_want_overflow, ..Options::default() })
    };
    tokio::join!(of(WantOverflow::Clamp), of(WantOverflow::Reject));
}

#[tokio::test]
async fn every_call_is_a_page_and_the_first_is_of_what_comes_next() {
    let options = Options { list_time_field: ListTimeField::OrderBy, ..Options::default() };
    let (fixture, read, coverage) = is_read_whole(520, options).await;
    let lists = fixture.lists();
    let rows = coverage.progress().0;
    // At most one page more for each window and twenty, and two to find out which time a range is of.
    let most = rows.div_ceil(100) * 105 / 100 + 2 + 2;
    assert!(lists.len() as u64 <= most, "{} calls for {rows} rows", lists.len());
    assert!(lists.len() - read.pages <= 2, "{} pages", read.pages);
    let time = |key: &str| time_in(lists[0][key].as_str().unwrap()).unwrap();
    assert_eq!((time("BeginTime"), &lists[0]["Asc"]), (now() - TimeDelta::minutes(2), &json!(true)));
    assert!(lists.iter().any(|list| list["Asc"] == json!(false)));
}

#[tokio::test]
async fn a_newer_pass_takes_the_place_of_an_older_one() {
    let server = MockServer::start(|number, _| if number == 0 { Act::Hang } else { page(&[]) }).await;
    let mut bench = Bench::start(&server);
    bench.ask(sync(1)).await;
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    bench.ask(sync(2)).await;
    assert_eq!(bench.next().await, Some(Message::Synced { req: ReqId(1), result: Err(withdrawn()) }));
    assert!(read(&mut bench, 2).await.result.unwrap().is_complete());
}

#[tokio::test]
async fn the_words_of_the_find_go_with_every_question_and_only_the_first_goes_before_others() {
    let server = MockServer::start(|_, _| page(&[info(1, "t", 1, now())])).await;
    let mut bench = Bench::start(&server);
    let wanted = Wanted { keyword: "sale".to_owned(), ..wanted() };
    bench.ask(Effect::Sync { req: ReqId(1), wanted }).await;
    let mut priorities = Vec::new();
    loop {
        match bench.messages.recv().await.unwrap() {
            Message::Called(call) => priorities.push(call.priority),
            Message::Synced { result, .. } => break assert!(result.unwrap().is_complete()),
            _ => {}
        }
    }
    assert_eq!(priorities[0], Priority::Page);
    assert!(priorities.iter().filter(|priority| **priority == Priority::Page).count() <= 2);
    // What finds out which time a range is of asks for all.
    let words: Vec<Value> = server.requests().iter().map(|list| list.body["Keyword"].clone()).collect();
    assert!(words.iter().filter(|word| **word != json!("sale")).count() <= 2, "{words:?}");
}

#[tokio::test]
async fn what_the_service_does_not_take_fails_alone_and_what_nobody_answers_ends_the_pass() {
    let refused = MockServer::start(|_, request| {
        // Nothing that has begun is listed.
        let begin = time_in(request.body["BeginTime"].as_str().unwrap()).unwrap();
        if begin < now() - TimeDelta::hours(1) { Act::Json(fail(90104)) } else { page(&[]) }
    })
    .await;
    let mut bench = Bench::start(&refused);
    bench.ask(sync(1)).await;
    let coverage = read(&mut bench, 1).await.result.unwrap();
    assert!(coverage.missing().0 >= 1 && coverage.windows.iter().any(TimeWindow::is_fresh), "{coverage:?}");
    assert_eq!(coverage.failed().count(), coverage.missing().0);

    let server = MockServer::start(|_, _| Act::Json(fail(70001))).await;
    let mut bench = Bench::start(&server);
    bench.ask(sync(1)).await;
    assert_eq!(read(&mut bench, 1).await.result.unwrap_err().code(), Some(70001));

    let server = MockServer::start(|_, _| Act::Close).await;
    let mut bench = Bench::start(&server);
    bench.ask(sync(1)).await;
    assert!(matches!(read(&mut bench, 1).await.result, Err(Failure::Cut { .. })));
}
