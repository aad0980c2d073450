//! The tasks of the last time: told at the start and kept on disk.

use super::*;
use crate::domain::json::SharedText;

/// A database on a disk: in memory no tasks are kept.
fn on_disk() -> (tempfile::TempDir, Arc<Store>) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("state.db")).unwrap();
    (dir, Arc::new(store))
}

fn task(id: u64, minutes: i64) -> Arc<str> {
    let mut task = info(id, "t", 1, now());
    task["SchedAt"] = json!(time_out(now() + TimeDelta::minutes(minutes)));
    task.to_string().into()
}

fn keep(req: u64, tasks: &[Arc<str>]) -> Effect {
    let tasks = tasks.iter().map(|task| SharedText::within(Arc::clone(task), 0, task.len())).collect();
    Effect::KeepSnapshot { req: ReqId(req), tasks, read_at: now() - TimeDelta::hours(1) }
}

fn start(server: &MockServer, journal: Journal) -> Bench {
    Bench::start_with(server, QUICK, journal, 64)
}

/// The tasks that are told, and how many came in one message, until so many are there.
async fn told(bench: &mut Bench, tasks: usize) -> (Vec<u64>, Vec<usize>) {
    let (mut ids, mut lots) = (Vec::new(), Vec::new());
    while ids.len() < tasks {
        let Some(Message::Recalled { rows, read_at }) = bench.next().await else { panic!("{ids:?}") };
        assert_eq!(read_at, now() - TimeDelta::hours(1));
        ids.extend(rows.iter().map(|row| row.id().0));
        lots.push(rows.len());
    }
    (ids, lots)
}

#[tokio::test]
async fn what_was_kept_is_told_at_the_next_start_the_nearest_first_and_what_is_no_task_is_passed_over() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (_dir, store) = on_disk();
    let mut bench = start(&server, Journal::new(Some(Arc::clone(&store)), "acme"));
    let tasks = [task(3, 60), "[]".into(), task(u64::MAX, -1), r#"{"Title":"no id"}"#.into(), task(2, 5)];
    bench.ask(keep(1, &tasks)).await;
    assert_eq!(bench.next().await, Some(Message::SnapshotKept { req: ReqId(1), result: Ok(()) }));
    assert_eq!(bench.close().await, []);

    let mut bench = start(&server, Journal::new(Some(store), "acme"));
    assert_eq!(told(&mut bench, 3).await.0, [u64::MAX, 2, 3]);
    assert_eq!(bench.close().await, []);
}

#[tokio::test]
async fn many_are_told_in_lots_and_the_first_question_does_not_wait_for_them() {
    let server = MockServer::start(|_, _| page(&[])).await;
    let (_dir, store) = on_disk();
    let tasks: Vec<_> = (0..1234).map(|n| task(n, i64::try_from(n).unwrap())).collect();
    store.keep_snapshot("acme", now() - TimeDelta::hours(1), &tasks).unwrap();
    // There is room for one message, and nobody takes it until the service was asked.
    let mut bench = Bench::start_with(&server, QUICK, Journal::new(Some(Arc::clone(&store)), "acme"), 1);
    bench.ask(list(1)).await;
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let (mut rows, mut is_listed) = (0, false);
    while rows < 1234 || !is_listed {
        match bench.messages.recv().await.unwrap() {
            Message::Recalled { rows: lot, .. } => {
                assert!(lot.len() <= 500, "{}", lot.len());
                assert_eq!(lot[0].id().0, rows, "the nearest first");
                rows += lot.len() as u64;
            }
            Message::Listed { .. } => is_listed = true,
            _ => {}
        }
    }
    bench.close().await;
}

#[tokio::test]
async fn the_end_does_not_wait_until_all_is_told() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (_dir, store) = on_disk();
    let tasks: Vec<_> = (0..3000).map(|n| task(n, 0)).collect();
    store.keep_snapshot("acme", now(), &tasks).unwrap();
    let bench = Bench::start_with(&server, QUICK, Journal::new(Some(store), "acme"), 1);
    let Bench { effects, messages, worker } = bench;
    drop(effects);
    let mut messages = messages;
    while messages.recv().await.is_some_and(|message| !matches!(message, Message::Recalled { .. })) {}
    // Whoever does not listen any more does not hold it up either.
    drop(messages);
    worker.await.unwrap();
}

#[tokio::test]
async fn another_app_has_its_own_and_hears_no_more_of_the_one_before() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (_dir, store) = on_disk();
    let read_at = now() - TimeDelta::hours(1);
    let tasks: Vec<_> = (0..5000).map(|n| task(n, 0)).collect();
    store.keep_snapshot("acme", read_at, &tasks).unwrap();
    store.keep_snapshot("other 7", read_at, &[task(7777, 0)]).unwrap();
    let mut bench = Bench::start_with(&server, QUICK, Journal::new(Some(store), "acme"), 1);
    bench.ask(Effect::Reload { req: ReqId(1) }).await;
    bench.ask(Effect::Adopt { req: ReqId(2) }).await;
    let mut is_adopted = false;
    loop {
        match bench.next().await.unwrap() {
            Message::Recalled { rows, .. } if is_adopted => {
                assert_eq!(rows.iter().map(|row| row.id().0).collect::<Vec<_>>(), [7777]);
                break;
            }
            Message::Reloaded { result, .. } => {
                result.unwrap();
                // Asked for before that was known, perhaps.
                bench.ask(Effect::Adopt { req: ReqId(3) }).await;
            }
            Message::Adopted { result, .. } => is_adopted |= result.is_ok(),
            Message::Recalled { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    bench.close().await;
}

#[tokio::test]
async fn of_the_service_in_this_process_nothing_is_kept_and_nothing_is_told() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (_dir, store) = on_disk();
    store.keep_snapshot("acme", now(), &[task(1, 0)]).unwrap();
    let journal = Journal::new(Some(Arc::clone(&store)), "acme").of_own_service();
    let mut bench = start(&server, journal);
    bench.ask(keep(1, &[task(2, 0)])).await;
    assert_eq!(bench.next().await, Some(Message::SnapshotKept { req: ReqId(1), result: Ok(()) }));
    assert_eq!(bench.close().await, []);
    let mut there = Vec::new();
    store.read_snapshot("acme", now(), |task, _| (there.push(task), true).1).unwrap();
    assert_eq!(there, [task(1, 0)]);
}

#[tokio::test]
async fn of_several_that_are_kept_at_once_the_newest_stays() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (_dir, store) = on_disk();
    let mut bench = start(&server, Journal::new(Some(Arc::clone(&store)), "acme"));
    for req in 1..=9 {
        bench.ask(keep(req, &[task(req, 0)])).await;
    }
    let mut answers = Vec::new();
    while answers.len() < 9 {
        answers.extend(bench.next().await.as_ref().and_then(answered));
    }
    let mut there = Vec::new();
    store.read_snapshot("acme", now(), |task, _| (there.push(task), true).1).unwrap();
    assert_eq!(there, [task(9, 0)]);
    bench.close().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_said_and_holds_nothing_up() {
    let server = MockServer::start(|_, _| page(&[])).await;
    let (dir, store) = on_disk();
    std::fs::write(dir.path().join("snapshot.db"), "no database ".repeat(500)).unwrap();
    let mut bench = start(&server, Journal::new(Some(store), "acme"));
    let Some(Message::Noted(words)) = bench.next().await else { panic!("nothing was said") };
    assert!(words.starts_with("the tasks of the last time cannot be shown: "), "{words}");
    bench.ask(keep(1, &[task(1, 0)])).await;
    let Some(Message::SnapshotKept { req: ReqId(1), result: Err(why) }) = bench.next().await else {
        panic!("kept?")
    };
    assert!(why.contains("snapshot.db cannot be read"), "{why}");
    bench.ask(list(2)).await;
    assert_eq!(bench.next().await, Some(Message::Listed { req: ReqId(2), result: Ok(Page::default()) }));
}
