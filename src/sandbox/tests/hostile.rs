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
        use rand::SeedableRng;
        let store = Store::open(None, 1).unwrap();
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
            let app = &apps(&credentials(), &options)[0];
            let (now, options) = (at(NOW), &options);
            let mut call =
                calls::Call { app, now, options, list_lag_ms: 0, rewrite_msg_random: false, rng: &mut rng };
            if let Err(refusal) = calls::carry_out(command, &body, &mut call, &store) {
                prop_assert!(matches!(refusal.code, 90104 | 90106..=90110), "{refusal:?}");
            }
        }
    }
}
