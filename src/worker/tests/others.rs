//! Two pushdecks on one database: what the other has open is told, and taken over only from the dead.

use super::*;
use crate::app::OpenWrite;
use crate::app::ReqId;
use crate::app::Verdict;
use crate::store::{FILE, IntentId, NewIntent};

/// Two databases on one file stand for two processes: locks belong to whoever opened the file.
fn two() -> (tempfile::TempDir, Arc<Store>, Store) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    let (here, there) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
    (dir, Arc::new(here), there)
}

fn begin(store: &Store, id: u64, at: DateTime<Utc>) -> IntentId {
    let body = crate::domain::wire::delete_body(APP, TaskId(id), &Kind::All);
    let command = "delete_sched_task".to_owned();
    let what = NewIntent { command, task: Some(TaskId(id)), body, msg_random: None };
    store.begin_intent("acme", at, &what).unwrap()
}

fn long_ago() -> DateTime<Utc> {
    now() - TimeDelta::hours(1)
}

/// A worker whose service is never needed.
fn bench(server: &MockServer, store: &Arc<Store>) -> Bench {
    Bench::start_with(server, QUICK, Journal::new(Some(Arc::clone(store)), "acme"), 64)
}

async fn left_open(bench: &mut Bench) -> Vec<(i64, bool)> {
    let Some(Message::LeftOpen(left)) = bench.next().await else { panic!("nothing was left open") };
    left.iter().map(|open: &OpenWrite| (open.entry.unwrap(), open.elsewhere)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_the_other_has_open_is_told_as_its_own_and_its_end_when_it_writes_that_down() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (_dir, here, there) = two();
    let first = begin(&there, 7, now());
    let mut bench = bench(&server, &here);
    assert_eq!(left_open(&mut bench).await, [(first.0, true)]);
    // One that it began since is told too, once it is clear that its answer does not come at once.
    let young = begin(&there, 8, now());
    let second = begin(&there, 9, long_ago());
    assert_eq!(left_open(&mut bench).await, [(second.0, true)]);
    assert!(there.close_intent(first, now(), &json!({"result": "cancelled", "task": "7"})).unwrap());
    let verdict = Verdict::Done(Written::Cancelled(TaskId(7)));
    assert_eq!(bench.next().await, Some(Message::EndedElsewhere { entry: first.0, verdict }));
    assert!(there.close_intent(young, now(), &json!({"result": "refused"})).unwrap());
    assert_eq!(here.open_intents("acme").unwrap().len(), 1, "nothing is closed from here");
    assert_eq!(bench.close().await, []);
    assert_eq!(server.requests().len(), 0, "it is checked where it was sent");
}

#[tokio::test(start_paused = true)]
async fn when_the_other_dies_its_writes_are_taken_over_without_a_restart() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (_dir, here, there) = two();
    let first = begin(&there, 7, now());
    let mut bench = bench(&server, &here);
    assert_eq!(left_open(&mut bench).await, [(first.0, true)]);
    // It began another one that nobody was told of.
    let second = begin(&there, 8, now());
    drop(there);
    assert_eq!(left_open(&mut bench).await, [(first.0, false), (second.0, false)]);
    assert!(here.open_intents("acme").unwrap().iter().all(|intent| !intent.elsewhere));
    assert_eq!(bench.close().await, []);
}

#[tokio::test(start_paused = true)]
async fn another_process_with_a_service_of_its_own_is_no_concern() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (_dir, here, there) = two();
    begin(&there, 7, now());
    let journal = Journal::new(Some(Arc::clone(&here)), "acme").of_own_service();
    let bench = Bench::start_with(&server, QUICK, journal, 64);
    drop(there);
    tokio::time::sleep(Duration::from_mins(2)).await;
    assert_eq!(bench.close().await, []);
    assert!(here.open_intents("acme").unwrap()[0].elsewhere, "it is left to whoever closes it");
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_held_at_the_start_only_delays_it() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (dir, here, there) = two();
    let entry = begin(&there, 7, now());
    drop(there);
    let holder = rusqlite::Connection::open(dir.path().join(FILE)).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut bench = bench(&server, &here);
    let Some(Message::Noted(words)) = bench.next().await else { panic!("not said") };
    assert!(words.contains("held by another program"), "{words}");
    assert_eq!(left_open(&mut bench).await, [(entry.0, true)], "for now it counts as another's");
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(left_open(&mut bench).await, [(entry.0, false)]);
}

#[tokio::test]
async fn an_end_that_could_not_be_written_down_while_another_held_the_journal_is_written_down_later() {
    let answer = Arc::new(Notify::new());
    let when = Arc::clone(&answer);
    let server =
        MockServer::start(move |_, _| Act::JsonWhen(Arc::clone(&when), ok(json!({"TaskID": 7})))).await;
    let (dir, here, _there) = two();
    let mut bench = bench(&server, &here);
    bench.ask(Effect::Write { req: ReqId(1), write: cancel(TaskId(7)), terms: terms() }).await;
    while server.count("delete_sched_task") == 0 {
        tokio::task::yield_now().await;
    }
    let holder = rusqlite::Connection::open(dir.path().join(FILE)).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    answer.notify_one();
    let told = bench.next().await;
    assert!(matches!(&told, Some(Message::Wrote { result: Ok(_), .. })), "{told:?}");
    // A try waits a second.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(here.open_intents("acme").unwrap().len(), 1);
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(bench.close().await, [], "nothing to report");
    assert_eq!(here.open_intents("acme").unwrap(), []);
}
