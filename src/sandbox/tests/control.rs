//! Faults, clock, outcomes and the look behind the wire, over the control interface and in process.

use super::*;
use crate::domain::JsonObject;
use crate::domain::wire::Command;

async fn controlled() -> Bench {
    bench_with(None, |o| o.control = true).await
}

impl Bench {
    /// A request to the control interface: status and JSON.
    async fn ask(&self, method: &str, place: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/_sandbox/{place}", self.running.base_url());
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.http.request(method, url).body(body).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/json");
        (answer.status().as_u16(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
    }

    async fn tell(&self, method: &str, place: &str, body: Value) -> Value {
        let (status, value) = self.ask(method, place, body).await;
        assert_eq!(status, 200, "{value}");
        value
    }

    /// A create as it goes over the wire: status and text, or nothing when the connection broke.
    async fn create(&self, title: &str) -> Option<(u16, String)> {
        let url =
            format!("{}/v4/timpush/add_sched_task?{}", self.running.base_url(), query(self.clock.now()));
        let body = json!({"Sdkappid": APP, "Type": "All", "SchedAt": later(600), "Content": everyone(title)});
        let answer = self.http.post(url).body(body.to_string()).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.text().await.ok()?))
    }

    async fn titles(&self) -> Vec<String> {
        let truth = self.running.truth(APP, 0).await.unwrap();
        truth.tasks.iter().map(|task| task["Title"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn without_the_flag_there_is_no_control_interface() {
    let bench = bench().await;
    refused(&bench.send("POST", "/_sandbox/clock", &query(at(NOW)), "{}").await, 60009, false);
    refused(&bench.send("GET", "/_sandbox/", "", "").await, 60002, false);
}

/// Status of a request with these lines in its head.
async fn status(bench: &Bench, first: &str, lines: &str) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(bench.running.addr).await.unwrap();
    let request = format!("{first} HTTP/1.1\r\n{lines}connection: close\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn only_names_of_this_machine_control_the_sandbox() {
    let bench = bench_with(None, |o| {
        o.control = true;
        o.control_hosts.insert("bench.example".to_owned());
    })
    .await;
    let port = bench.running.addr.port();
    bench.running.add_fault(Fault::next(Command::Get, When::Before, FaultKind::Drop)).unwrap();
    // A page that made its own name mean this machine: to the browser it is no other origin.
    for first in ["GET /_sandbox/", "GET /_sandbox/tasks", "DELETE /_sandbox/faults", "POST /_sandbox/tick"] {
        let lines = format!("host: rebound.example:{port}\r\n");
        assert_eq!(status(&bench, first, &lines).await, 403, "{first}");
    }
    assert_eq!(bench.running.faults().len(), 1, "nothing was done");
    for (host, expected) in [
        (format!("host: 127.0.0.1:{port}\r\n"), 200),
        (format!("host: localhost:{port}\r\n"), 200),
        ("host: [::1]\r\n".to_owned(), 200),
        ("host: bench.example\r\n".to_owned(), 200),
        ("host: localhost\r\norigin: http://localhost\r\n".to_owned(), 403),
        ("host: localhost\r\nhost: rebound.example\r\n".to_owned(), 403),
        (String::new(), 403),
    ] {
        assert_eq!(status(&bench, "GET /_sandbox/clock", &host).await, expected, "{host}");
    }
    let absolute = "GET http://rebound.example/_sandbox/clock";
    assert_eq!(status(&bench, absolute, "host: localhost\r\n").await, 403);
    // The service itself asks nobody for his name for it, as before.
    assert_eq!(status(&bench, "GET /v4/timpush/get_sched_task", "host: any.example\r\n").await, 200);
    let (_, words) = bench.ask("GET", "clock", Value::Null).await;
    assert_eq!(words["virtual"], true, "reqwest calls it by its address");
}

#[tokio::test]
async fn a_dropped_create_was_done_or_not_as_the_script_says() {
    let bench = controlled().await;
    for (when, kept) in [("before", false), ("after", true)] {
        bench
            .tell("POST", "faults", json!({"fault": "drop", "when": when, "command": "add_sched_task"}))
            .await;
        assert_eq!(bench.create(when).await, None, "no answer");
        assert_eq!(bench.titles().await.contains(&when.to_owned()), kept, "{when}");
    }
    assert_eq!(bench.create("next").await.unwrap().0, 200, "only one call each");
}

#[tokio::test]
async fn every_kind_of_broken_answer_goes_over_the_wire() {
    let bench = controlled().await;
    bench.tell("POST", "faults", json!({"fault": "bad-gateway"})).await;
    let (status, text) = bench.create("502").await.unwrap();
    assert!(status == 502 && text.starts_with("<html>"), "{text}");
    bench.tell("POST", "faults", json!({"fault": "bad-gateway", "when": "after"})).await;
    assert_eq!(bench.create("502 after").await.unwrap().0, 502);
    bench.tell("POST", "faults", json!({"fault": "not-json"})).await;
    let (status, text) = bench.create("no json").await.unwrap();
    assert!(status == 200 && serde_json::from_str::<Value>(&text).is_err(), "{text}");
    bench.tell("POST", "faults", json!({"fault": "truncate"})).await;
    assert_eq!(bench.create("cut").await, None, "the body ends before its time");
    bench.tell("POST", "faults", json!({"fault": "code", "code": 90105, "info": "oh"})).await;
    let (_, text) = bench.create("code before").await.unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    refused(&answer, 90105, true);
    assert_eq!(answer["ErrorInfo"], "oh");
    bench.tell("POST", "faults", json!({"fault": "code", "code": 60008, "when": "after"})).await;
    assert!(bench.create("code after").await.unwrap().1.contains("60008"));
    assert_eq!(
        bench.titles().await,
        ["502 after", "cut", "code after"],
        "the work of the others was not done"
    );
}

#[tokio::test]
async fn a_truncated_answer_begins_like_the_whole_one() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let bench = controlled().await;
    bench.tell("POST", "faults", json!({"fault": "truncate"})).await;
    let body = format!("{{\"Sdkappid\":{APP},\"TaskID\":5}}");
    let request = format!(
        "POST /v4/timpush/get_sched_task?{} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        query(at(NOW)),
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(bench.running.addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let promised: usize = head
        .to_ascii_lowercase()
        .split("content-length: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(body.starts_with("{\"ActionStatus\":\"FAIL\"") && body.len() == promised / 2, "{answer}");
}

#[tokio::test]
async fn a_delay_before_holds_the_work_back_and_one_after_only_the_answer() {
    let bench = std::sync::Arc::new(controlled().await);
    let create = |title: &'static str| {
        let bench = std::sync::Arc::clone(&bench);
        tokio::spawn(async move { bench.create(title).await })
    };
    bench
        .running
        .add_fault(Fault::next(Command::Add, When::After, FaultKind::Delay(Duration::from_hours(1))))
        .unwrap();
    let after = create("after");
    while bench.titles().await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!after.is_finished(), "done, but not answered");
    after.abort();
    bench
        .running
        .add_fault(Fault::next(Command::Add, When::Before, FaultKind::Delay(Duration::from_hours(1))))
        .unwrap();
    let before = create("before");
    while !bench.running.faults().is_empty() {
        tokio::task::yield_now().await;
    }
    bench.create("other").await.unwrap();
    assert_eq!(bench.titles().await, ["after", "other"], "others are not held up");
    before.abort();
    bench
        .running
        .add_fault(Fault::next(Command::Get, When::Before, FaultKind::Delay(Duration::from_millis(1))))
        .unwrap();
    assert_eq!(bench.call("get_sched_task", json!({"TaskID": 1})).await["ErrorCode"], 90104);
}

#[tokio::test]
async fn a_fault_waits_for_a_call_that_was_let_in_and_is_shown_until_then() {
    let bench = controlled().await;
    let asked = json!({"fault": "code", "code": 90105, "info": "x", "calls": 2, "app": APP, "command": "get_sched_task", "when": "after"});
    let shown = bench.tell("POST", "faults", asked.clone()).await;
    assert_eq!(shown["faults"], json!([asked]));
    let unsigned = bench
        .send("POST", "/v4/timpush/get_sched_task", &query(at(NOW)).replace("usersig=", "usersig=x"), "{}")
        .await;
    assert_eq!(unsigned["ErrorCode"], 70003);
    assert_eq!(bench.call("get_sched_task", json!({"TaskID": 1})).await["ErrorCode"], 90105);
    assert_eq!(bench.tell("GET", "faults", Value::Null).await["faults"][0]["calls"], 1);
    assert_eq!(bench.tell("DELETE", "faults", Value::Null).await, json!({"faults": []}));
    assert_eq!(bench.call("get_sched_task", json!({"TaskID": 1})).await["ErrorCode"], 90104);
}

#[tokio::test]
async fn a_script_of_faults_and_passes_meets_the_calls_of_its_app_and_command_in_its_order() {
    let bench = controlled().await;
    let of = |fault: &str, when: &str, calls: u32| json!({"fault": fault, "when": when, "calls": calls, "app": APP, "command": "add_sched_task"});
    let script = json!([of("pass", "before", 2), of("bad-gateway", "before", 1), of("pass", "before", 1)]);
    let mut shown = script.clone();
    shown.as_array_mut().unwrap().push(of("drop", "after", 1));
    assert_eq!(bench.tell("POST", "faults", script).await["faults"].as_array().unwrap().len(), 3);
    let more = bench.tell("POST", "faults", json!([of("drop", "after", 1)])).await;
    assert_eq!(more["faults"], shown);
    assert_eq!(bench.call("get_sched_task", json!({"TaskID": 1})).await["ErrorCode"], 90104);
    let mut met = Vec::new();
    for title in ["a", "b", "c", "d", "e", "f"] {
        met.push(bench.create(title).await.map_or(0, |(status, _)| status));
    }
    assert_eq!(met, [200, 200, 502, 200, 0, 200]);
    assert_eq!(bench.titles().await, ["a", "b", "d", "e", "f"]);
    let counters = bench.tell("GET", "counters", Value::Null).await;
    let of_create = &counters["apps"][APP.to_string()]["add_sched_task"];
    assert_eq!((&of_create["calls"], &of_create["faults"]), (&json!(6), &json!(2)), "a pass is no fault");
}

#[tokio::test]
async fn of_a_script_with_a_mistake_nothing_is_taken_and_the_mistake_is_named() {
    let bench = controlled().await;
    let script = json!([{"fault": "pass", "calls": 2}, {"fault": "delay"}]);
    let (status, answer) = bench.ask("POST", "faults", script).await;
    assert_eq!((status, &answer["error"]), (400, &json!("number 2: a delay needs \"ms\"")));
    assert_eq!(bench.running.faults(), []);
}

#[tokio::test]
async fn work_that_was_held_back_is_done_although_the_client_has_left() {
    let bench = controlled().await;
    let hour = FaultKind::Delay(Duration::from_hours(1));
    bench.running.add_fault(Fault::next(Command::Add, When::Before, hour)).unwrap();
    let bench = std::sync::Arc::new(bench);
    let of_client = std::sync::Arc::clone(&bench);
    let client = tokio::spawn(async move { of_client.create("late").await });
    while !bench.running.faults().is_empty() {
        tokio::task::yield_now().await;
    }
    client.abort();
    // Whoever looks now sees that nobody is there and nothing was done.
    while bench.running.connections() > 0 {
        tokio::task::yield_now().await;
    }
    assert!(bench.titles().await.is_empty());
    tokio::time::pause();
    tokio::time::advance(Duration::from_hours(2)).await;
    tokio::time::resume();
    while bench.titles().await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.titles().await, ["late"]);
}

#[tokio::test]
async fn moving_the_clock_dispatches_each_task_at_its_own_second_before_the_answer() {
    let bench = controlled().await;
    let first = bench.add("All", &later(10), everyone("a")).await;
    let second = bench.add("All", &later(20), everyone("b")).await;
    let moved = bench.tell("POST", "clock", json!({"advance_seconds": 20})).await;
    assert_eq!((&moved["now"], &moved["virtual"]), (&json!(later(20)), &json!(true)));
    let (a, b) = (bench.get(first).await, bench.get(second).await);
    assert_eq!((&a["Status"], &b["Status"]), (&json!("dispatched"), &json!("dispatching")));
    // It began at second 10 and stayed half a second; the id holds the whole second of its end.
    let sent = format!("{:08x}_", at(NOW).timestamp() + 10);
    assert!(a["PushTaskID"].as_str().unwrap().starts_with(&sent), "{a}");
    bench.tell("POST", "clock", json!({"advance_ms": 500})).await;
    assert_eq!(bench.get(second).await["Status"], "dispatched");
    let back = bench.tell("POST", "clock", json!({"set": NOW})).await;
    assert_eq!(back["now"], NOW);
    assert_eq!(bench.running.advance(Duration::from_secs(1)).await.unwrap(), at(&later(1)));
    assert_eq!(bench.running.set_clock(at(&later(9))).await.unwrap(), bench.running.now());
    assert!(bench.running.advance(Duration::from_secs(u64::MAX / 4000)).await.is_err());
}

#[tokio::test]
async fn a_real_clock_cannot_be_moved_and_says_so() {
    let options = Options { control: true, ..Options::default() };
    let running = start(loopback(), options, credentials(), None).await.unwrap();
    let url = format!("{}/_sandbox/clock", running.base_url());
    let answer = client().post(url).body(r#"{"advance_ms":1}"#).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    assert!(answer.text().await.unwrap().contains("--clock virtual"));
}

#[tokio::test]
async fn outcomes_are_set_for_the_next_dispatch_by_title_by_account_and_by_app() {
    let bench = controlled().await;
    let user = |account: &str| json!({"From_Account": WHO, "To_Account": ["x", account], "OfflinePushInfo": {"Title": "u"}});
    bench.tell("POST", "outcomes", json!({"failure": "bad title", "title": "t"})).await;
    bench.tell("POST", "outcomes", json!({"failure": "no anna", "account": "anna"})).await;
    bench.tell("POST", "outcomes", json!({"failure": "only once", "times": 1, "app": APP})).await;
    let ids = [
        bench.add("All", &later(1), everyone("t")).await,
        bench.add("User", &later(1), user("anna")).await,
        bench.add("All", &later(1), everyone("first other")).await,
        bench.add("All", &later(1), everyone("second other")).await,
        bench.add("User", &later(1), user("bela")).await,
        bench.add("All", &later(1), everyone("t")).await,
    ];
    bench.tell("POST", "clock", json!({"advance_seconds": 2})).await;
    let mut ends = Vec::new();
    for id in ids {
        ends.push(bench.get(id).await["DispatchErr"].as_str().unwrap().to_owned());
    }
    assert_eq!(ends, ["bad title", "no anna", "only once", "", "", "bad title"]);
    let left = bench.tell("GET", "outcomes", Value::Null).await;
    assert_eq!(left["outcomes"].as_array().unwrap().len(), 2, "the one for one dispatch is used up: {left}");
    assert_eq!(bench.tell("DELETE", "outcomes", Value::Null).await, json!({"outcomes": []}));
}

#[tokio::test]
async fn an_earlier_outcome_decides_and_a_success_can_be_one() {
    let bench = controlled().await;
    bench.tell("POST", "outcomes", json!({"failure": null, "times": 1})).await;
    bench.running.fail_title("t", "always").await.unwrap();
    let (one, two) =
        (bench.add("All", &later(1), everyone("t")).await, bench.add("All", &later(1), everyone("t")).await);
    bench.running.advance(Duration::from_secs(2)).await.unwrap();
    assert_eq!(
        (&bench.get(one).await["DispatchErr"], &bench.get(two).await["DispatchErr"]),
        (&json!(""), &json!("always"))
    );
}

#[tokio::test]
async fn a_list_can_lag_behind_and_a_msg_random_can_be_rewritten() {
    let bench = controlled().await;
    bench.tell("POST", "modes", json!({"list_lag_ms": 3000, "rewrite_msg_random": true})).await;
    let mut content = everyone("t");
    content["MsgRandom"] = json!(7);
    let id = bench.add("All", &later(600), content).await;
    assert_ne!(bench.get(id).await["Content"]["MsgRandom"], 7);
    let total = async || bench.call("list_sched_task", listing::everything()).await["Total"].clone();
    assert_eq!(total().await, 0);
    bench.pass(2999).await;
    assert_eq!(total().await, 0);
    bench.pass(1).await;
    assert_eq!(total().await, 1);
    let modes = bench.tell("POST", "modes", json!({"list_lag_ms": 0, "delay_ms": 1})).await;
    assert_eq!(modes, json!({"delay_ms": 1, "list_lag_ms": 0, "rewrite_msg_random": true}));
    bench.running.set_list_lag(Duration::from_secs(1));
    bench.running.set_rewrite_msg_random(false);
    let modes = bench.tell("GET", "modes", Value::Null).await;
    assert_eq!(modes, json!({"delay_ms": 1, "list_lag_ms": 1000, "rewrite_msg_random": false}));
}

#[tokio::test]
async fn counters_tell_calls_refusals_and_faults_by_app_and_command() {
    let bench = bench_with(None, |o| {
        o.control = true;
        o.rate_limit_per_second = 3;
    })
    .await;
    bench.tell("POST", "faults", json!({"fault": "bad-gateway", "command": "add_sched_task"})).await;
    bench.create("502").await.unwrap();
    for _ in 0..5 {
        bench.call("get_sched_task", json!({"TaskID": 1})).await;
    }
    bench.send("POST", "/nowhere", "", "").await;
    let counters = bench.tell("GET", "counters", Value::Null).await;
    assert_eq!((&counters["requests"], &counters["turned_away"]), (&json!(7), &json!(1)));
    let app = &counters["apps"][APP.to_string()];
    assert_eq!(app["get_sched_task"], json!({"calls": 5, "over_limit": 2, "failed": 3, "faults": 0}));
    assert_eq!(app["add_sched_task"], json!({"calls": 1, "over_limit": 0, "failed": 0, "faults": 1}));
    assert_eq!(bench.running.counters().of(APP, Command::Get).over_limit, 2);
    bench.tell("DELETE", "counters", Value::Null).await;
    assert_eq!(bench.running.counters(), Counters::default());
}

#[tokio::test]
async fn the_truth_has_every_task_and_how_many_were_deleted() {
    let bench = controlled().await;
    let ids = [
        bench.add("All", &later(1), everyone("a")).await,
        bench.add("All", &later(600), everyone("b")).await,
        bench.add("All", &later(700), everyone("c")).await,
    ];
    bench.call("delete_sched_task", json!({"TaskID": ids[1], "Type": "All"})).await;
    bench.running.advance(Duration::from_secs(5)).await.unwrap();
    let truth = bench.tell("GET", "tasks", Value::Null).await;
    assert_eq!((&truth["deleted"], &truth["active"], &truth["next"]), (&json!(1), &json!(1), &Value::Null));
    assert_eq!(truth["tasks"], json!([bench.get(ids[0]).await, bench.get(ids[2]).await]));
    let page = bench.tell("GET", &format!("tasks?app={APP}&limit=1"), Value::Null).await;
    assert_eq!((&page["tasks"][0]["TaskID"], &page["next"]), (&json!(ids[0]), &json!(ids[0])));
    let page = bench.tell("GET", &format!("tasks?after={}&limit=1", ids[0]), Value::Null).await;
    assert_eq!((&page["tasks"][0]["TaskID"], &page["next"]), (&json!(ids[2]), &Value::Null));
}

#[tokio::test]
async fn another_operator_works_past_signature_rate_and_faults_but_not_past_the_rules() {
    let bench = bench_with(None, |o| {
        o.control = true;
        o.rate_limit_per_second = 1;
    })
    .await;
    bench.tell("POST", "faults", json!({"fault": "drop"})).await;
    let create = json!({"Type": "All", "SchedAt": later(60), "Content": everyone("theirs")});
    for _ in 0..3 {
        assert_eq!(bench.tell("POST", "calls/add_sched_task", create.clone()).await["ErrorCode"], 0);
    }
    let id = bench.tell("POST", "calls/add_sched_task", create).await["TaskID"].clone();
    let modify = json!({"TaskID": id, "Type": "All", "SchedAt": later(90)});
    assert_eq!(bench.tell("POST", "calls/modify_sched_task", modify).await["ErrorCode"], 0);
    let delete = json!({"TaskID": id, "Type": "Tag"}).as_object().unwrap().clone();
    assert_eq!(bench.running.call(Command::Delete, delete).await["ErrorCode"], 90104);
    let delete = json!({"TaskID": id, "Type": "All"}).as_object().unwrap().clone();
    assert_eq!(bench.running.call(Command::Delete, delete).await["ErrorCode"], 0);
    let elsewhere = json!({"Sdkappid": 5, "TaskID": 1}).as_object().unwrap().clone();
    assert_eq!(bench.running.call(Command::Get, elsewhere).await["ErrorCode"], 90104);
    assert_eq!(bench.running.call(Command::List, JsonObject::new()).await["ErrorCode"], 90104);
    assert_eq!(bench.running.counters().requests, 0, "nothing of it is a call");
    assert_eq!(bench.running.faults().len(), 1, "the fault still waits");
}

#[tokio::test]
async fn a_control_request_that_does_not_fit_says_what_would() {
    let bench = controlled().await;
    for (method, place, body, status, words) in [
        ("GET", "nowhere", Value::Null, 404, "GET /_sandbox/ names them all"),
        ("DELETE", "clock", Value::Null, 405, "/_sandbox/clock takes GET, POST"),
        ("GET", "calls/get_sched_task", Value::Null, 405, "takes POST"),
        (
            "POST",
            "calls/get_task",
            json!({}),
            400,
            "there is no command \"get_task\" (there are add_sched_task,",
        ),
        ("POST", "calls/get_sched_tasks", json!({}), 400, "did you mean get_sched_task?"),
        ("POST", "calls/get_sched_task", json!([]), 400, "the body does not fit"),
        ("POST", "clock", json!({}), 400, "give one of advance_ms, advance_seconds and set"),
        ("POST", "clock", json!({"set": "noon"}), 400, "YYYY-MM-DD HH:MM:SS"),
        ("POST", "clock", json!({"advance_seconds": u64::MAX}), 400, "too far"),
        ("POST", "clock", json!({"advance_seconds": 400_000_000_000_u64}), 400, "beyond the calendar"),
        ("POST", "clock", json!({"minutes": 1}), 400, "unknown field `minutes`"),
        (
            "POST",
            "faults",
            json!({"fault": "fire"}),
            400,
            "expected one of `pass`, `drop`, `delay`, `bad-gateway`, `truncate`, `not-json`, `code`",
        ),
        ("POST", "faults", json!({"fault": "delay"}), 400, "a delay needs \"ms\""),
        ("POST", "faults", json!({"fault": "code"}), 400, "needs a \"code\""),
        ("POST", "faults", json!({"fault": "truncate", "when": "before"}), 400, "always after the work"),
        ("POST", "faults", json!({"fault": "drop", "when": "later"}), 400, "expected `before` or `after`"),
        ("POST", "faults", json!({"fault": "drop", "calls": 0}), 400, "1 or more"),
        ("POST", "faults", json!({"fault": "drop", "app": 5}), 400, "there is no app 5 (there are 88888888)"),
        ("POST", "outcomes", json!({"title": "t"}), 400, "missing field `failure`"),
        ("POST", "outcomes", json!({"failure": ""}), 400, "or null for a success"),
        ("POST", "outcomes", json!({"failure": "x", "times": 0}), 400, "1 or more"),
        (
            "GET",
            "tasks?page=1",
            Value::Null,
            400,
            "unknown field `page`, expected one of `app`, `after`, `limit`",
        ),
        ("GET", "tasks?after=x", Value::Null, 400, "after: invalid digit"),
    ] {
        let (got, answer) = bench.ask(method, place, body).await;
        assert_eq!(got, status, "{method} {place}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(words), "{method} {place}: {answer}");
    }
    let (_, places) = bench.ask("GET", "", Value::Null).await;
    assert!(places.as_object().unwrap().len() >= 15, "{places}");
    let url = format!("{}/_sandbox/clock", bench.running.base_url());
    let page = bench.http.get(url).header("origin", "http://evil.example").send().await.unwrap();
    assert_eq!(page.status().as_u16(), 403);
}
