//! From pending over dispatching to dispatched, and what a restart makes of it.

use super::*;

fn state(task: &Value) -> (&str, i64, &str) {
    let text = |key: &str| task[key].as_str().unwrap();
    (text("Status"), task["DispatchSuccess"].as_i64().unwrap(), text("DispatchErr"))
}

#[tokio::test]
async fn a_due_task_is_dispatching_for_a_while_and_then_dispatched() {
    let bench = bench().await;
    let id = bench
        .add(
            "User",
            &later(2),
            json!({"From_Account": WHO, "To_Account": ["anna"], "MsgRandom": 255, "OfflinePushInfo": {}}),
        )
        .await;
    bench.pass(1999).await;
    assert_eq!(state(&bench.get(id).await), ("pending", 0, ""));
    bench.pass(1).await;
    let task = bench.get(id).await;
    assert_eq!((state(&task), &task["PushTaskID"]), (("dispatching", 0, ""), &json!("")));
    bench.pass(499).await;
    assert_eq!(state(&bench.get(id).await).0, "dispatching");
    bench.pass(1).await;
    let task = bench.get(id).await;
    assert_eq!(state(&task), ("dispatched", 1, ""));
    let push_id = task["PushTaskID"].as_str().unwrap();
    let front = format!("batch_{:08x}_{APP:08x}_2000", bench.clock.now().timestamp());
    assert!(push_id.starts_with(&front) && push_id.ends_with("_000000ff"), "{push_id}");
    bench.pass(3_600_000).await;
    assert_eq!(bench.get(id).await, task, "never a second time");
}

#[tokio::test]
async fn what_is_dispatching_or_dispatched_can_no_longer_be_changed() {
    let bench = bench().await;
    let id = bench.add("All", &later(1), everyone("t")).await;
    let modify = json!({"TaskID": id, "Type": "All", "SchedAt": later(900)});
    let delete = json!({"TaskID": id, "Type": "All"});
    for (code, word) in [(90107, "dispatching"), (90106, "dispatched")] {
        bench.pass(1000).await;
        let answer = bench.call("modify_sched_task", modify.clone()).await;
        refused(&answer, code, true);
        assert_eq!(answer["ErrorInfo"], format!("modify failed: task {word}"));
        let answer = bench.call("delete_sched_task", delete.clone()).await;
        refused(&answer, code, true);
        assert_eq!(answer["ErrorInfo"], format!("delete failed: task {word}"));
    }
}

#[tokio::test]
async fn a_task_that_is_meant_to_fail_fails_and_the_others_do_not() {
    let bench = bench().await;
    bench.running.fail_title("bad", "push failed: 90047").await.unwrap();
    let bad = bench.add("All", &later(1), everyone("bad")).await;
    let good = bench.add("All", &later(1), everyone("good")).await;
    bench.pass(1000).await;
    bench.pass(500).await;
    let task = bench.get(bad).await;
    assert_eq!((state(&task), &task["PushTaskID"]), (("dispatched", 0, "push failed: 90047"), &json!("")));
    assert_eq!(state(&bench.get(good).await), ("dispatched", 1, ""));
}

#[tokio::test]
async fn a_dispatch_without_length_is_over_at_once() {
    let bench = bench_with(None, |o| o.dispatch_duration_ms = 0).await;
    let id = bench.add("All", &later(1), everyone("t")).await;
    bench.pass(1000).await;
    assert_eq!(state(&bench.get(id).await).0, "dispatched");
}

#[tokio::test]
async fn a_clock_put_back_does_not_hold_a_dispatch_up() {
    let bench = bench().await;
    let id = bench.add("All", &later(1), everyone("t")).await;
    bench.pass(1000).await;
    bench.clock.set(at(NOW));
    bench.running.tick().await;
    assert_eq!(state(&bench.get(id).await).0, "dispatched");
}

#[tokio::test]
async fn the_first_minute_of_the_demo_has_a_success_and_a_failure() {
    let options = |o: &mut Options| {
        o.dispatch_duration_ms = 2500;
        // What is due is looked at, whenever it was created.
        o.list_time_field = ListTimeField::SchedAt;
    };
    let bench = bench_with(Some(Seed::default()), options).await;
    let near = json!({"Offset": 0, "Want": 9, "OrderBy": "schedat", "Asc": true, "BeginTime": later(0), "EndTime": later(60)});
    let look = async || {
        let answer = bench.call("list_sched_task", near.clone()).await;
        let tasks = answer["Tasks"].as_array().unwrap().clone();
        assert_eq!(tasks.len(), 2, "two tasks are due in the first minute");
        tasks
    };
    for (second, first, second_task) in [
        (19, "pending", "pending"),
        (20, "dispatching", "pending"),
        (22, "dispatching", "pending"),
        (23, "dispatched", "pending"),
        (45, "dispatched", "dispatching"),
        (48, "dispatched", "dispatched"),
    ] {
        bench.clock.set(at(NOW) + TimeDelta::seconds(second));
        bench.running.tick().await;
        let tasks = look().await;
        assert_eq!(
            (&tasks[0]["Status"], &tasks[1]["Status"]),
            (&json!(first), &json!(second_task)),
            "{second} s"
        );
    }
    let tasks = look().await;
    assert_eq!(state(&tasks[0]), ("dispatched", 1, ""));
    assert!(tasks[1]["DispatchErr"].as_str().unwrap().starts_with("push failed: code 90"), "{}", tasks[1]);
}

#[tokio::test]
async fn with_the_real_clock_it_dispatches_by_itself() {
    let options = Options { tick_ms: 5, dispatch_duration_ms: 0, ..Options::default() };
    let running =
        start(loopback(), options, credentials(), Some(Seed { tasks: 0, number: 1 })).await.unwrap();
    let add = |store: &store::Database| store.add(&store::NewRow::pending(7, 1, "t"));
    let id = running.shared.engine.write(add).await.unwrap().unwrap();
    let done = async || {
        let found = running.shared.engine.read(move |store| store.get(7, id)).await.unwrap().unwrap();
        found.unwrap().stage == store::TaskStage::Dispatched
    };
    while !done().await {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    running.stop().await;
}

/// Stops a sandbox on a file and starts another on it, `seconds` later.
async fn restarted(bench: Bench, file: &std::path::Path, seconds: u64, seed: Option<Seed>) -> Bench {
    let now = bench.clock.now() + TimeDelta::seconds(i64::try_from(seconds).unwrap());
    bench.running.stop().await;
    bench_with(seed, |o| {
        o.db = Some(file.to_owned());
        o.clock = Clock::Virtual(VirtualClock::new(now));
    })
    .await
    .with_its_clock()
}

impl Bench {
    fn with_its_clock(mut self) -> Self {
        if let Clock::Virtual(clock) = &self.running.shared.options.clock {
            self.clock = clock.clone();
        }
        self
    }
}

async fn on_file(file: &std::path::Path, seed: Option<Seed>) -> Bench {
    bench_with(seed, |o| o.db = Some(file.to_owned())).await
}

#[tokio::test]
async fn a_restart_keeps_every_task_and_goes_on_with_the_ids() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sandbox.db");
    let bench = on_file(&file, None).await;
    let id = bench.add("All", &later(600), everyone("t")).await;
    let last = bench.add("All", &later(600), everyone("gone")).await;
    bench.call("delete_sched_task", json!({"TaskID": last, "Type": "All"})).await;
    let before = bench.get(id).await;
    let bench = restarted(bench, &file, 1, None).await;
    assert_eq!(bench.get(id).await, before);
    assert!(bench.add("All", &later(600), everyone("t")).await > last);
}

#[tokio::test]
async fn an_interrupted_dispatch_has_failed_and_is_never_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sandbox.db");
    let bench = on_file(&file, None).await;
    let id = bench.add("All", &later(1), everyone("t")).await;
    bench.pass(1000).await;
    let bench = restarted(bench, &file, 1, None).await;
    assert_eq!(state(&bench.get(id).await), ("dispatched", 0, "interrupted"));
    bench.pass(10_000).await;
    assert_eq!(state(&bench.get(id).await), ("dispatched", 0, "interrupted"));
}

#[tokio::test]
async fn a_missed_task_is_sent_within_the_grace_and_has_failed_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sandbox.db");
    let bench = on_file(&file, None).await;
    let old = bench.add("All", &later(10), everyone("t")).await;
    let young = bench.add("All", &later(11), everyone("t")).await;
    let bench = restarted(bench, &file, 3611, None).await;
    bench.pass(0).await;
    bench.pass(500).await;
    assert_eq!(state(&bench.get(old).await), ("dispatched", 0, "missed schedule"));
    assert_eq!(state(&bench.get(young).await), ("dispatched", 1, ""));
}

#[tokio::test]
async fn demo_data_goes_only_into_a_new_database() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sandbox.db");
    let seed = Some(Seed { tasks: 30, number: 1 });
    let bench = on_file(&file, seed).await;
    let bench = restarted(bench, &file, 1, seed).await;
    assert_eq!(bench.call("list_sched_task", listing::everything()).await["Total"], 30);
}

#[tokio::test]
async fn a_database_that_is_not_free_or_not_ours_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sandbox.db");
    let words = async |path: &std::path::Path| {
        let options = Options { db: Some(path.to_owned()), ..Options::default() };
        start(loopback(), options, credentials(), None).await.unwrap_err().to_string()
    };
    let bench = on_file(&file, None).await;
    assert!(words(&file).await.contains("another sandbox is using this file"));
    bench.running.stop().await;

    let other = dir.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("create table mine (x)").unwrap();
    assert!(words(&other).await.contains("another program"));

    rusqlite::Connection::open(&file).unwrap().execute_batch("pragma user_version = 99").unwrap();
    assert!(words(&file).await.contains("another version of pushdeck"));

    let text = dir.path().join("text.db");
    std::fs::write(&text, "this is a text, not a database, and long enough to be read as one").unwrap();
    assert!(words(&text).await.contains("cannot use the database"));
    assert!(words(&dir.path().join("none/at/all.db")).await.contains("cannot use the database"));
}
