//! Every step of the pipeline gives its code, and an earlier step goes before a later one.

use super::*;

const GET: &str = "/v4/timpush/get_sched_task";

/// A request that is wrong at every step; each entry mends one and names the code of the next.
#[tokio::test]
async fn each_step_is_refused_before_the_next() {
    let bench = bench_with(None, |o| o.rate_limit_per_second = 1).await;
    let now = at(NOW).timestamp();
    let sign = |key: &str, app: u64, who: &str, at: i64| {
        usersig::sign(&SecretString::from(key), app, who, at, 60, None).unwrap().expose().to_owned()
    };
    let with = |app: u64, who: &str, sig: &str| {
        format!("sdkappid={app}&identifier={who}&usersig={sig}&random=7&contenttype=json")
    };
    let nobody = with(APP, "guest", &sign(KEY, APP, "guest", now));
    let honest = with(APP, WHO, &sign(KEY, APP, WHO, now));
    let nowhere = "/v4/timpush/push";
    for (method, path, query, body, code) in [
        ("GET", nowhere, String::new(), "", 60002),
        ("POST", nowhere, String::new(), "", 60009),
        ("POST", GET, String::new(), "", 60012),
        ("POST", GET, "sdkappid=x".into(), "", 60025),
        ("POST", GET, with(1, "guest", ""), "", 60003),
        ("POST", GET, with(1, "guest", ""), "{}", 70020),
        ("POST", GET, with(APP, "guest", ""), "{}", 70003),
        ("POST", GET, with(APP, "guest", &sign("x", APP + 1, "other", now - 61)), "{}", 70014),
        ("POST", GET, with(APP, "guest", &sign("x", APP, "other", now - 61)), "{}", 70013),
        ("POST", GET, with(APP, "guest", &sign("x", APP, "guest", now - 61)), "{}", 70001),
        ("POST", GET, with(APP, "guest", &sign("x", APP, "guest", now - 60)), "{}", 70009),
        ("POST", GET, nobody, "{}", 60010),
    ] {
        let answer = bench.send(method, path, &query, body).await;
        refused(&answer, code, false);
    }
    // None of those was counted; this one is, and the next one is one too many.
    refused(&bench.send("POST", GET, &honest, "{}").await, 90104, false);
    refused(&bench.send("POST", GET, &honest, "{}").await, 60007, false);
}

#[tokio::test]
async fn a_create_is_refused_in_the_order_content_time_accounts_quota() {
    let bench = bench_with(None, |o| {
        o.known_accounts = Some(["anna".to_owned()].into());
        o.max_active_tasks = 1;
    })
    .await;
    let info = json!({"Title": "t"});
    bench
        .add("User", &later(9), json!({"From_Account": "a", "To_Account": ["anna"], "OfflinePushInfo": info}))
        .await;

    let mut body =
        json!({"Sdkappid": 1, "Type": "user", "SchedAt": later(0), "Content": {"To_Account": ["zoe"]}});
    let expect = async |body: &Value, code: i64| {
        let answer = bench.call("add_sched_task", body.clone()).await;
        refused(&answer, code, true);
        answer
    };
    expect(&body, 90104).await;
    body["Sdkappid"] = json!(APP);
    expect(&body, 90104).await;
    body["Type"] = json!("User");
    expect(&body, 90104).await;
    body["Content"]["From_Account"] = json!("a");
    body["Content"]["OfflinePushInfo"] = info;
    expect(&body, 90110).await;
    body["SchedAt"] = json!(later(60));
    assert_eq!(expect(&body, 90108).await["InvalidUserID"], json!(["zoe"]));
    body["Content"]["To_Account"] = json!(["anna"]);
    expect(&body, 90109).await;
}

#[tokio::test]
async fn a_modify_is_refused_in_the_order_task_type_state_content_time_accounts() {
    let bench = bench_with(None, |o| o.known_accounts = Some(["anna".to_owned()].into())).await;
    let content = json!({"From_Account": "a", "To_Account": ["anna"], "OfflinePushInfo": {"Title": "t"}});
    let gone = bench.add("User", &later(1), content.clone()).await;
    bench.pass(1000).await;
    let open = bench.add("User", &later(600), content).await;

    let bad = json!({"To_Account": [], "OfflinePushInfo": {"PushFlag": 9}});
    let body = |id: i64, kind: &str, content: &Value, time: i64| json!({"TaskID": id, "Type": kind, "SchedAt": later(time), "Content": content});
    let strangers = json!({"To_Account": ["zoe"]});
    for (body, code) in [
        (body(7, "User", &bad, 0), 90104),
        (body(gone, "All", &bad, 0), 90104),
        (body(gone, "User", &bad, 0), 90107),
        (body(open, "User", &bad, 0), 90104),
        (body(open, "User", &strangers, 0), 90110),
        (body(open, "User", &strangers, 60), 90108),
    ] {
        refused(&bench.call("modify_sched_task", body).await, code, true);
    }
    assert_eq!(bench.get(open).await["SchedAt"], later(600), "all or nothing");
}

#[tokio::test]
async fn five_calls_a_second_for_each_command_and_not_one_more() {
    let bench =
        bench_with(None, |o| o.rate_limit_per_second = Options::default().rate_limit_per_second).await;
    let one = async || bench.call("get_sched_task", json!({"TaskID": 1})).await["ErrorCode"].clone();
    for _ in 0..5 {
        assert_eq!(one().await, 90104);
        bench.clock.advance(Duration::from_millis(100));
    }
    assert_eq!(one().await, 60007);
    bench.clock.advance(Duration::from_millis(499));
    assert_eq!(one().await, 60007);
    let other = bench.call("delete_sched_task", json!({"TaskID": 1, "Type": "All"})).await;
    assert_eq!(other["ErrorCode"], 90104, "every command has its own window");
    bench.clock.advance(Duration::from_millis(1));
    assert_eq!(one().await, 90104, "the first is a second old");
    assert_eq!(one().await, 60007);
}

#[tokio::test]
async fn every_answer_has_the_common_fields_and_a_request_id_of_its_own() {
    let bench = bench().await;
    let ok = bench
        .call("add_sched_task", json!({"Type": "All", "SchedAt": later(60), "Content": everyone("t")}))
        .await;
    assert_eq!(
        (&ok["ActionStatus"], &ok["ErrorInfo"], &ok["ErrorCode"]),
        (&json!("OK"), &json!(""), &json!(0))
    );
    let fail = bench.send("POST", "/", "", "").await;
    assert_ne!(ok["RequestId"], fail["RequestId"]);
    assert!(fail["RequestId"].as_str().is_some_and(|id| id.len() == 32));
    let quiet = bench_with(None, |o| o.request_id = false).await;
    assert_eq!(quiet.send("POST", "/", "", "").await.get("RequestId"), None);
}

#[tokio::test]
async fn a_virtual_clock_shows_in_the_date_header() {
    let bench = bench().await;
    let answer = bench.http.get(bench.running.base_url()).send().await.unwrap();
    assert_eq!(answer.headers()["date"], "Sat, 21 Nov 2026 06:00:00 GMT");
}

#[tokio::test]
async fn the_real_clock_gives_a_date_header_too() {
    let running = start(loopback(), Options::default(), credentials(), None).await.unwrap();
    let answer = client().get(running.base_url()).send().await.unwrap();
    assert!(answer.headers().contains_key("date"));
    running.stop().await;
}

#[tokio::test]
async fn a_stop_answers_what_is_under_way_and_ends_the_delay() {
    let bench = bench_with(None, |o| o.delay_ms = 3_600_000).await;
    let url = format!("{}/v4/timpush/add_sched_task?{}", bench.running.base_url(), query(bench.clock.now()));
    let body = json!({"Sdkappid": APP, "Type": "All", "SchedAt": later(60), "Content": everyone("t")});
    let slow = tokio::spawn(bench.http.post(url).body(body.to_string()).send());
    while bench.running.truth(APP, 0).await.unwrap().active == 0 {
        tokio::task::yield_now().await;
    }
    bench.running.stop().await;
    let answer: Value = serde_json::from_slice(&slow.await.unwrap().unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!(answer["ErrorCode"], 0);
}

#[tokio::test]
async fn the_delay_holds_the_answer_back_and_can_be_changed_while_it_runs() {
    let bench = bench().await;
    bench.running.set_delay(Duration::from_millis(30));
    let before = std::time::Instant::now();
    bench.send("POST", "/", "", "").await;
    assert!(before.elapsed() >= Duration::from_millis(30));
    bench.running.set_delay(Duration::ZERO);
    bench.send("POST", "/", "", "").await;
}
