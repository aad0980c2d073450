//! What no honest client sends: every answer is still 200 with a code, and the sandbox lives on.

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

async fn lives(bench: &Bench) {
    assert_eq!(bench.call("list_sched_task", listing::everything()).await["ErrorCode"], 0);
}

#[tokio::test]
async fn methods_and_paths_that_are_not_ours() {
    let bench = bench().await;
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
        refused(&bench.send(method, "/v4/timpush/get_sched_task", "", "").await, 60002, false);
    }
    for path in [
        "/",
        "/v4/timpush/",
        "/v4/timpush/push",
        "/v4/timpush/Get_sched_task",
        "/v4/timpush/get_sched_task/",
        "/v4/timpush/get%5fsched_task",
        "//v4/timpush/get_sched_task",
    ] {
        refused(&bench.send("POST", path, &query(at(NOW)), "{}").await, 60009, false);
    }
    lives(&bench).await;
}

#[tokio::test]
async fn bodies_that_are_too_large_too_deep_or_no_text() {
    let bench = bench().await;
    let large = "x".repeat(1 << 20);
    let fits = json!({"Sdkappid": APP, "TaskID": 1, "x": large.get(..1_000_000)}).to_string();
    refused(&bench.raw("get_sched_task", fits).await, 90104, false);
    let answer =
        bench.raw("get_sched_task", json!({"Sdkappid": APP, "TaskID": 1, "x": large}).to_string()).await;
    refused(&answer, 60003, false);
    assert!(answer["ErrorInfo"].as_str().unwrap().contains("larger than 1048576"));
    refused(&bench.raw("get_sched_task", "[".repeat(500_000)).await, 60003, false);
    refused(&bench.raw("get_sched_task", vec![0xff; 4000]).await, 60003, false);
    refused(&bench.raw("get_sched_task", vec![0; 4000]).await, 60003, false);
    lives(&bench).await;
}

#[tokio::test]
async fn content_that_is_nested_as_deep_as_json_may_is_kept_whole() {
    let bench = bench().await;
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let content = format!(r#"{{"From_Account":"a","OfflinePushInfo":{{}},"x":{deep}}}"#);
    let body = format!(r#"{{"Sdkappid":{APP},"Type":"All","SchedAt":"{}","Content":{content}}}"#, later(60));
    let id = bench.raw("add_sched_task", body).await["TaskID"].as_i64().unwrap();
    assert_eq!(bench.get(id).await["Content"]["x"].to_string(), deep);
}

#[tokio::test]
async fn texts_that_would_hurt_a_terminal_or_a_database_are_kept_as_they_are() {
    let bench = bench().await;
    for title in [
        "a\u{0}b",
        "\u{1b}[2J\u{7}",
        "'; drop table task; --",
        "\u{202e}rtl",
        "\u{10ffff}\u{fffe}",
        "%s%n",
        "👩‍👩‍👧‍👦",
    ] {
        let id = bench.add("All", &later(60), everyone(title)).await;
        assert_eq!(bench.get(id).await["Title"], title);
        let mut search = listing::everything();
        search["Keyword"] = json!(title);
        assert_eq!(bench.call("list_sched_task", search).await["Total"], 1, "{title:?}");
    }
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_disturbs_nobody() {
    let bench = bench().await;
    for begun in [
        "POST /v4/timpush/get_sched_task HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{\"a\"",
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "\u{16}\u{3}\u{1} hello",
        "GET",
    ] {
        let mut stream = tokio::net::TcpStream::connect(bench.running.addr).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // Whatever it says, or a reset: only that the connection ends is asked.
        let _ = stream.read_to_end(&mut answer).await;
    }
    lives(&bench).await;
}

#[tokio::test]
async fn many_calls_at_once_are_all_answered() {
    let bench = std::sync::Arc::new(bench().await);
    let calls: Vec<_> = (0..60)
        .map(|i| {
            let bench = std::sync::Arc::clone(&bench);
            tokio::spawn(async move { bench.add("All", &later(60), everyone(&format!("t{i}"))).await })
        })
        .collect();
    let mut ids = std::collections::BTreeSet::new();
    for call in calls {
        ids.insert(call.await.unwrap());
    }
    assert_eq!(ids.len(), 60);
}

#[tokio::test]
async fn no_answer_holds_the_key_or_the_signature() {
    let bench = bench().await;
    let sent = query(at(NOW)).replace("administrator", "somebody");
    let answer = bench.send("POST", "/v4/timpush/get_sched_task", &sent, "{}").await.to_string();
    let sig = sent.split("usersig=").nth(1).and_then(|rest| rest.split('&').next()).unwrap();
    assert!(!answer.contains(sig) && !answer.contains(KEY), "{answer}");
    assert!(!format!("{:?}", bench.running).contains(KEY));
}

async fn connect(bench: &Bench) -> tokio::net::TcpStream {
    tokio::net::TcpStream::connect(bench.running.addr).await.unwrap()
}

/// An honest get of a task that is not there, as it goes over the wire.
fn honest_get() -> String {
    let body = format!("{{\"Sdkappid\":{APP},\"TaskID\":1}}");
    let (query, length) = (query(at(NOW)), body.len());
    format!(
        "POST /v4/timpush/get_sched_task?{query} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// Everything until the connection ends.
async fn rest(stream: &mut tokio::net::TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn who_sends_too_slowly_is_cut_off() {
    let short = Duration::from_millis(40);
    let bench = bench_with(None, |o| {
        o.limits = ConnectionLimits { head: short, body: short, ..ConnectionLimits::default() }
    })
    .await;
    let mut head = connect(&bench).await;
    head.write_all(b"POST /v4/timpush/get_sched_task HTTP/1.1\r\nhost:").await.unwrap();
    assert!(!rest(&mut head).await.contains("200 OK"));
    let mut silent = connect(&bench).await;
    assert_eq!(rest(&mut silent).await, "");
    let mut body = connect(&bench).await;
    body.write_all(
        b"POST /v4/timpush/get_sched_task?sdkappid=1&identifier=a&usersig=b&contenttype=json HTTP/1.1\r\n\
        host: x\r\ncontent-length: 100\r\n\r\n{\"a\"",
    )
    .await
    .unwrap();
    let answer = rest(&mut body).await;
    assert!(answer.contains("60008") && answer.contains("connection: close"), "{answer}");
    lives(&bench).await;
}

#[tokio::test]
async fn connections_that_only_stand_there_keep_nobody_out() {
    let bench =
        bench_with(None, |o| o.limits = ConnectionLimits { connections: 8, ..ConnectionLimits::default() })
            .await;
    bench
        .running
        .add_fault(Fault::next(
            crate::domain::wire::Command::Get,
            When::After,
            FaultKind::Delay(Duration::from_hours(1)),
        ))
        .unwrap();
    let mut busy = connect(&bench).await;
    busy.write_all(honest_get().as_bytes()).await.unwrap();
    while !bench.running.faults().is_empty() {
        tokio::task::yield_now().await;
    }
    let mut idle = Vec::new();
    for i in 0..300 {
        let mut stream = connect(&bench).await;
        if i % 2 == 0 {
            stream.write_all(b"POST /v4/timpush/get_sched_task HTTP/1.1\r\n").await.unwrap();
        }
        idle.push(stream);
        assert!(bench.running.connections() <= 9);
    }
    lives(&bench).await;
    assert_eq!(rest(&mut idle[0]).await, "", "the oldest was closed");
    // The one that is being answered is not: a stop answers it.
    let answer = tokio::spawn(async move { rest(&mut busy).await });
    bench.running.stop().await;
    assert!(answer.await.unwrap().contains("90104"));
}

#[tokio::test]
async fn requests_that_come_all_at_once_are_answered_one_after_the_other() {
    let bench = bench().await;
    let mut stream = connect(&bench).await;
    let last = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(format!("{}{last}", honest_get().repeat(50)).as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert_eq!(answer.matches("\"ErrorCode\":90104").count(), 50);
    assert!(answer.ends_with('}') && answer.rfind("60002") > answer.rfind("90104"), "in their order");
}

#[tokio::test]
async fn heads_without_end_and_versions_of_the_future_end_the_connection() {
    let bench = bench().await;
    let endless = format!("POST / HTTP/1.1\r\nx: {}", "a".repeat(200_000));
    let many = format!("POST / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(5000));
    let query = format!("POST /?{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(200_000));
    for request in
        [endless.as_str(), &many, &query, "POST / HTTP/9.9\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    {
        let mut stream = connect(&bench).await;
        // It may be closed before all of it is sent.
        let _ = stream.write_all(request.as_bytes()).await;
        assert!(!rest(&mut stream).await.contains("\"ErrorCode\":0"));
    }
    lives(&bench).await;
}

#[tokio::test]
async fn many_large_bodies_at_once_are_all_answered() {
    let bench = std::sync::Arc::new(bench().await);
    let deep = format!("{{\"x\":[{}1]}}", "[],".repeat(300_000));
    let calls: Vec<_> = (0..24)
        .map(|_| {
            let (bench, body) = (std::sync::Arc::clone(&bench), deep.clone());
            tokio::spawn(async move { bench.raw("get_sched_task", body).await })
        })
        .collect();
    for call in calls {
        refused(&call.await.unwrap(), 90104, false);
    }
}

/// No answer of an undisturbed sandbox takes so long; a test that meets it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// An honest get with a body of 70 kB.
fn large_get() -> String {
    json!({"Sdkappid": APP, "TaskID": 1, "x": "x".repeat(70_000)}).to_string()
}

#[tokio::test]
async fn bodies_that_stall_hold_up_no_other_body_small_or_large() {
    let endless = ConnectionLimits { body: Duration::from_hours(1), ..ConnectionLimits::default() };
    let bench = bench_with(None, |o| o.limits = endless).await;
    let body = large_get();
    let head = format!(
        "POST /v4/timpush/get_sched_task?{} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        query(at(NOW)),
        body.len()
    );
    let mut stalled = Vec::new();
    for _ in 0..12 {
        let mut stream = connect(&bench).await;
        stream.write_all(head.as_bytes()).await.unwrap();
        // Its body is awaited from here on.
        let mut told = [0; 25];
        stream.read_exact(&mut told).await.unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(&body.as_bytes()[..69_000]).await.unwrap();
        stalled.push(stream);
    }
    for _ in 0..20 {
        let large = tokio::time::timeout(PATIENCE, bench.raw("get_sched_task", large_get()));
        refused(&large.await.expect("it waits for those that stall"), 90104, false);
    }
    lives(&bench).await;
    // Nor are those that stalled forgotten.
    stalled[0].write_all(&body.as_bytes()[69_000..]).await.unwrap();
    let mut answer = vec![0; 15];
    stalled[0].read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn large_bodies_that_a_script_holds_back_hold_up_no_other() {
    use crate::domain::wire::Command;
    let bench = std::sync::Arc::new(bench().await);
    for _ in 0..6 {
        let delay = FaultKind::Delay(Duration::from_hours(1));
        bench.running.add_fault(Fault::next(Command::Get, When::Before, delay)).unwrap();
    }
    let held: Vec<_> = (0..6)
        .map(|_| {
            let bench = std::sync::Arc::clone(&bench);
            tokio::spawn(async move { bench.raw("get_sched_task", large_get()).await })
        })
        .collect();
    let all_met = async {
        while !bench.running.faults().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, all_met).await.expect("they wait for one another");
    let large = tokio::time::timeout(PATIENCE, bench.raw("get_sched_task", large_get()));
    refused(&large.await.expect("it waits for the script of others"), 90104, false);
    held.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever_for_a_body_that_does_not_come() {
    let short = Duration::from_millis(40);
    let bench =
        bench_with(None, |o| o.limits = ConnectionLimits { stop: short, ..ConnectionLimits::default() })
            .await;
    let mut half = connect(&bench).await;
    let whole = honest_get();
    half.write_all(&whole.as_bytes()[..whole.len() - 3]).await.unwrap();
    lives(&bench).await;
    bench.running.stop().await;
    assert_eq!(rest(&mut half).await, "");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("User")),
        Just(json!(later(60))),
        Just(json!(APP)),
        Just(json!(1_000_000_001)),
    ];
    let key = prop_oneof![
        ".{0,6}",
        proptest::sample::select(
            [
                "Sdkappid",
                "Type",
                "SchedAt",
                "Content",
                "TaskID",
                "From_Account",
                "To_Account",
                "OfflinePushInfo",
                "Condition",
                "Want"
            ]
            .as_slice()
        )
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any JSON in any field of any command is answered with a documented code.
    #[test]
    fn any_json_is_answered(fields in proptest::collection::vec((any::<proptest::sample::Index>(), any_json()), 1..4)) {
        use crate::domain::wire::Command;
        use rand::{SeedableRng, rngs::StdRng};
        let store = store::Database::open(None, 1).unwrap();
        let options = Options::default();
        let whole = json!({"Sdkappid": APP, "TaskID": 1, "Type": "All", "SchedAt": later(60), "Content": everyone("t"),
            "Offset": 0, "Want": 1, "OrderBy": "schedat", "Asc": true, "BeginTime": later(0), "EndTime": later(9), "Keyword": ""});
        let mut body = whole.as_object().unwrap().clone();
        for (at, value) in fields {
            let keys: Vec<String> = body.keys().cloned().collect();
            body.insert(at.get(&keys).clone(), value);
        }
        for command in Command::ALL {
            let mut rng = StdRng::seed_from_u64(1);
            let app = &start::apps(&credentials(), &options)[0];
            let (now, options) = (at(NOW), &options);
            let mut call =
                calls::CallContext { app, now, options, list_lag_ms: 0, rewrite_msg_random: false, rng: &mut rng };
            if let Err(refusal) = calls::carry_out(command, &body, &mut call, &store) {
                prop_assert!(matches!(refusal.code, 90104 | 90106..=90110), "{refusal:?}");
            }
        }
    }
}
