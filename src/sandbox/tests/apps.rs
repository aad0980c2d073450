//! Several applications beside each other, and the options that are off unless asked for.

use std::collections::BTreeSet;

use super::*;

const OTHER: u64 = 77_777_777;
const OTHER_KEY: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

fn other() -> AppOptions {
    AppOptions {
        sdkappid: OTHER,
        key: SecretString::from(OTHER_KEY),
        admins: vec!["ops".to_owned(), "dev".to_owned()],
        max_active_tasks: Some(2),
        known_accounts: Some(Some(BTreeSet::from(["anna".to_owned()]))),
        known_attributes: None,
        push_limit_per_day: Some(1),
    }
}

fn signed(app: u64, key: &str, who: &str) -> String {
    let sig = usersig::sign(&SecretString::from(key), app, who, at(NOW).timestamp(), 3600, None).unwrap();
    format!("sdkappid={app}&identifier={who}&usersig={}&contenttype=json", sig.expose())
}

impl Bench {
    async fn as_other(&self, who: &str, command: &str, mut body: Value) -> Value {
        body["Sdkappid"] = json!(OTHER);
        let query = signed(OTHER, OTHER_KEY, who);
        self.send("POST", &format!("/v4/timpush/{command}"), &query, body.to_string()).await
    }
}

#[tokio::test]
async fn each_application_has_its_own_key_admins_tasks_quota_and_accounts() {
    let bench = bench_with(None, |o| {
        o.apps = vec![other()];
        o.rate_limit_per_second = 4;
    })
    .await;
    let create = json!({"Type": "All", "SchedAt": later(60), "Content": everyone("t")});
    assert_eq!(bench.as_other("ops", "add_sched_task", create.clone()).await["ErrorCode"], 0);
    assert_eq!(bench.as_other("dev", "add_sched_task", create.clone()).await["ErrorCode"], 0);
    refused(&bench.as_other("ops", "add_sched_task", create.clone()).await, 90109, true);
    let to = |account: &str| {
        json!({"Type": "User", "SchedAt": later(60),
        "Content": {"From_Account": WHO, "To_Account": [account], "OfflinePushInfo": {}}})
    };
    refused(&bench.as_other("ops", "add_sched_task", to("bela")).await, 90108, true);
    refused(&bench.as_other("ops", "add_sched_task", create.clone()).await, 60007, false);

    let mine = bench.call("add_sched_task", to("bela")).await;
    assert_eq!(mine["ErrorCode"], 0, "the first application knows everybody, and has calls left");
    assert_eq!(
        bench.as_other("ops", "get_sched_task", json!({"TaskID": mine["TaskID"]})).await["ErrorCode"],
        90104
    );
    assert_eq!(bench.as_other("ops", "list_sched_task", listing::everything()).await["Total"], 2);
    assert_eq!(bench.call("list_sched_task", listing::everything()).await["Total"], 1);
    assert_eq!(
        bench.as_other("administrator", "get_sched_task", json!({"TaskID": 1})).await["ErrorCode"],
        60010
    );
    let mixed = bench.send("POST", "/v4/timpush/get_sched_task", &signed(OTHER, KEY, "ops"), "{}").await;
    assert_eq!(mixed["ErrorCode"], 70009);
    assert!(!format!("{:?}", bench.running).contains(OTHER_KEY));
}

#[tokio::test]
async fn the_same_application_twice_and_a_key_that_cannot_sign_are_refused_at_the_start() {
    let begin = |change: fn(&mut AppOptions)| {
        let mut app = other();
        change(&mut app);
        start(loopback(), Options { apps: vec![app], ..Options::default() }, credentials(), None)
    };
    let words = begin(|app| app.sdkappid = APP).await.unwrap_err().to_string();
    assert!(words.contains("88888888 is named twice"), "{words}");
    for wrong in
        [begin(|app| app.key = SecretString::from("")), begin(|app| app.admins = vec![String::new()])]
    {
        assert!(matches!(wrong.await, Err(StartError::Credentials(_))));
    }
}

#[tokio::test]
async fn ten_wrong_signatures_lock_out_for_a_minute_where_that_is_asked_for() {
    let wrong = query(at(NOW)).replace("usersig=", "usersig=x");
    for (on, code) in [(false, 0), (true, 70050)] {
        let bench = bench_with(None, |o| o.auth_lockout = on).await;
        bench.add("All", &later(600), everyone("t")).await;
        for _ in 0..10 {
            let answer = bench.send("POST", "/v4/timpush/list_sched_task", &wrong, "{}").await;
            refused(&answer, 70003, false);
        }
        assert_eq!(bench.call("list_sched_task", listing::everything()).await["ErrorCode"], code);
        bench.clock.advance(Duration::from_mins(1));
        assert_eq!(bench.call("list_sched_task", listing::everything()).await["ErrorCode"], 0);
    }
}

#[tokio::test]
async fn dispatched_tasks_are_forgotten_after_the_retention_and_pending_ones_are_not() {
    let bench = bench_with(None, |o| o.retention_days = 2).await;
    let old = bench.add("All", &later(10), everyone("old")).await;
    let young = bench.add("All", &later(3600), everyone("young")).await;
    let pending = bench.add("All", &later(9 * 86_400), everyone("pending")).await;
    bench.running.set_clock(at(&later(10 + 2 * 86_400))).await.unwrap();
    assert_eq!(bench.get(old).await["Status"], "dispatched", "exactly two days are kept");
    bench.running.advance(Duration::from_secs(1)).await.unwrap();
    assert_eq!(bench.call("get_sched_task", json!({"TaskID": old})).await["ErrorCode"], 90104);
    assert_eq!(bench.get(young).await["Status"], "dispatched");
    assert_eq!(bench.get(pending).await["Status"], "pending");
    assert_eq!(bench.running.truth(APP, 0).await.unwrap().deleted, 1);
}

#[tokio::test]
async fn attributes_that_do_not_exist_are_refused_in_both_styles() {
    for (style, code) in [(ErrorStyle::Sched, 90104), (ErrorStyle::Push, 90033)] {
        let bench = bench_with(None, |o| {
            o.known_attributes = Some(BTreeSet::from(["tier".to_owned()]));
            o.content_error_style = style;
        })
        .await;
        let tagged = |attribute: &str| {
            let mut content = everyone("t");
            content["Condition"] = json!({"AttrsAnd": {"tier": "gold"}, "AttrsOr": {attribute: "x"}});
            json!({"Type": "Tag", "SchedAt": later(60), "Content": content})
        };
        assert_eq!(bench.call("add_sched_task", tagged("tier")).await["ErrorCode"], 0);
        let answer = bench.call("add_sched_task", tagged("colour")).await;
        refused(&answer, code, true);
        assert!(answer["ErrorInfo"].as_str().unwrap().contains("\"colour\" is not an attribute"), "{answer}");
    }
}

#[tokio::test]
async fn the_limits_of_the_push_api_hit_at_dispatch_where_they_are_enforced() {
    let bench = bench_with(None, |o| {
        o.enforce_push_limits = true;
        o.push_limit_per_day = 3;
        o.apps = vec![other()];
    })
    .await;
    let mut ids = Vec::new();
    for seconds in [10, 10, 11, 12, 13] {
        ids.push(bench.add("All", &later(seconds), everyone("t")).await);
    }
    let user = json!({"From_Account": WHO, "To_Account": ["anna"], "OfflinePushInfo": {}});
    ids.push(bench.add("User", &later(13), user).await);
    ids.push(bench.add("All", &later(86_400), everyone("tomorrow")).await);
    let create = json!({"Type": "All", "SchedAt": later(13), "Content": everyone("t")});
    bench.as_other("ops", "add_sched_task", create).await;
    bench.running.set_clock(at(&later(86_500))).await.unwrap();
    let mut ends = Vec::new();
    for id in ids {
        let text =
            bench.call("get_sched_task", json!({"TaskID": id})).await["TaskInfo"]["DispatchErr"].clone();
        let text = text.as_str().unwrap().to_owned();
        ends.push(["90024", "90047"].into_iter().find(|code| text.contains(code)).unwrap_or("ok"));
        assert_eq!(text.is_empty(), *ends.last().unwrap() == "ok");
    }
    assert_eq!(ends, ["ok", "90024", "ok", "ok", "90047", "ok", "ok"]);
    let theirs = bench.running.truth(OTHER, 0).await.unwrap().tasks;
    assert_eq!(theirs[0]["DispatchErr"], "", "another application has limits of its own");
}

#[tokio::test]
async fn a_thousand_tasks_of_the_same_second_go_in_one_step_and_more_of_them_in_several() {
    let bench = bench_with(None, |o| o.max_active_tasks = 0).await;
    let shared = std::sync::Arc::clone(&bench.running.shared);
    let add = |store: &store::Database| -> rusqlite::Result<()> {
        let app = i64::try_from(APP).unwrap();
        let due = at(&later(5)).timestamp();
        for _ in 0..2500 {
            store.add(&store::NewRow::pending(app, due, "t"))?;
        }
        Ok(())
    };
    shared.engine.write(add).await.unwrap().unwrap();
    bench.clock.advance(Duration::from_secs(5));
    assert!(shared.dispatch().await.is_zero(), "there is more to do");
    bench.running.tick().await;
    bench.pass(500).await;
    let truth = bench.running.truth(APP, 0).await.unwrap();
    assert_eq!((truth.tasks.len(), truth.active), (2500, 0));
    let ids: BTreeSet<&str> = truth.tasks.iter().map(|task| task["PushTaskID"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2500, "each was sent once, under an id of its own");
}
