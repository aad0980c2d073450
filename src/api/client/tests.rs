//! The client against a server that misbehaves, over real TCP.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::super::http::MOST_BODY;
use super::*;
use crate::api::mock_server::{self, APP, Act, KEY, MockServer, WHO, fail, ok};
use crate::domain::Content;
use crate::domain::failure::NotSent;
use crate::domain::wire::time_in;
use crate::usersig;

fn now() -> DateTime<Utc> {
    time_in("2026-11-21 06:00:00").unwrap()
}

/// A clock that stands still, and random that count.
fn context() -> Context {
    let rolls = AtomicU32::new(0);
    Context::new(now, move || rolls.fetch_add(1, Ordering::Relaxed))
}

/// Long enough never to matter on a slow machine.
const PATIENT: Timeouts = Timeouts { connect: Duration::from_mins(1), total: Duration::from_mins(1) };

/// For servers that never answer: it does not matter how slow the machine is.
const HASTY: Timeouts = Timeouts { total: Duration::from_millis(200), ..PATIENT };

fn client_with(connection: &Connection, timeouts: Timeouts) -> (Client, Arc<Mutex<Vec<Event>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    let client = Client::new(connection, timeouts, context()).unwrap();
    (client.observed_by(move |event| seen.lock().unwrap().push(event)), events)
}

fn client(server: &MockServer) -> Client {
    client_with(&server.connection(), PATIENT).0
}

fn new_task() -> NewTask {
    let content = json!({"From_Account": "administrator", "OfflinePushInfo": {"Title": "t"}});
    let content = Content(content.as_object().unwrap().clone());
    NewTask { kind: Kind::All, scheduled_at: now() + TimeDelta::days(1), content }
}

fn query() -> Query {
    Query::around(now(), 50)
}

/// Sends a write of each command and gives back how each failed.
async fn write_all(client: &Client) -> Vec<Failure> {
    let id = TaskId(7);
    let change = Change { id, kind: Kind::All, scheduled_at: Some(now()), content: None };
    vec![
        client.add(&new_task()).await.unwrap_err(),
        client.modify(&change).await.unwrap_err(),
        client.delete(id, &Kind::All).await.unwrap_err(),
    ]
}

fn codes(events: &Mutex<Vec<Event>>) -> Vec<Option<i64>> {
    calls(events).iter().map(|call| call.code()).collect()
}

/// The records of all attempts.
fn calls(events: &Mutex<Vec<Event>>) -> Vec<Arc<Call>> {
    let events = events.lock().unwrap();
    let call = |event: &Event| match event {
        Event::Called(call) => Some(Arc::clone(call)),
        Event::Signed(_) => None,
    };
    events.iter().filter_map(call).collect()
}

fn assert_tells_no_secret(failure: &Failure) {
    let words = failure.words();
    let shown = format!("{failure:?} {} {}", words.what, words.next);
    for secret in ["usersig", "://", "eJ", KEY] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

/// Every way in which a request that arrived can stay without a readable answer.
fn faults() -> Vec<Act> {
    vec![
        Act::Close,
        Act::Garbage,
        Act::HalfBody,
        Act::Endless,
        Act::Long(MOST_BODY + 1),
        Act::Quote,
        Act::Redirect("http://127.0.0.1:9/".to_owned()),
        Act::Page(502, "<html>Bad Gateway</html>"),
        Act::Page(500, r#"{"ActionStatus":"FAIL","ErrorCode":90104,"ErrorInfo":"made up by a proxy"}"#),
        Act::Page(503, r#"{"ActionStatus":"OK","ErrorCode":0,"TaskID":7}"#),
        Act::Page(200, "<html>log in to the hotel network</html>"),
        Act::Page(200, ""),
        Act::Json(json!({"TaskID": 7})),
        Act::Json(ok(json!({"TaskID": 8}))),
        Act::Json(fail(60008)),
        Act::Json(fail(90105)),
        Act::Json(fail(12_345)),
    ]
}

#[tokio::test]
async fn a_write_that_may_have_arrived_is_sent_exactly_once_and_counts_as_unknown() {
    for fault in faults() {
        let act = fault.clone();
        // For a create any id is a success; what makes it unclear there is that there is none.
        let server = MockServer::start(move |_, request| match (&act, request.command.as_str()) {
            (Act::Json(body), "add_sched_task") if body["ErrorCode"] == 0 => Act::Json(ok(json!({}))),
            _ => act.clone(),
        })
        .await;
        for failure in write_all(&client(&server)).await {
            assert!(failure.leaves_write_unknown(), "{fault:?}: {failure:?}");
            assert_tells_no_secret(&failure);
        }
        for command in ["add_sched_task", "modify_sched_task", "delete_sched_task"] {
            assert_eq!(server.count(command), 1, "{command} after {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_write_without_an_answer_is_given_up_after_the_time_out_and_not_repeated() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (client, events) = client_with(&server.connection(), HASTY);
    for failure in write_all(&client).await {
        assert_eq!(failure, Failure::TimedOut { after: HASTY.total });
    }
    assert!(server.requests().len() <= 3, "a write was repeated");
    assert_eq!(codes(&events), [None; 3]);
}

#[tokio::test]
async fn a_refused_write_is_certain_and_not_repeated() {
    for code in [60007, 70003, 90106, 90107, 90108, 90110] {
        let server = MockServer::start(move |_, _| Act::Json(fail(code))).await;
        for failure in write_all(&client(&server)).await {
            assert_eq!(failure.code(), Some(code));
            assert!(!failure.leaves_write_unknown());
        }
        assert_eq!(server.requests().len(), 3, "{code}");
    }
}

#[tokio::test]
async fn where_nobody_listens_a_write_is_tried_three_times_and_certainly_not_done() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (client, events) = client_with(&mock_server::connection(&url), PATIENT);
    let failure = client.add(&new_task()).await.unwrap_err();
    assert!(matches!(&failure, Failure::NotSent { reason: NotSent::Refused, detail } if !detail.is_empty()));
    assert_tells_no_secret(&failure);
    assert_eq!(codes(&events), [None; 3]);
}

#[tokio::test]
async fn a_name_without_an_address_is_named_as_such() {
    // No resolver takes a label of more than 63 bytes, so none is asked.
    let url = format!("http://{}.localhost:9", "x".repeat(64));
    let (client, _) = client_with(&mock_server::connection(&url), PATIENT);
    let failure = client.list(&query(), Priority::Page).await.unwrap_err();
    assert!(matches!(&failure, Failure::NotSent { reason: NotSent::Dns, .. }), "{failure:?}");
    assert_tells_no_secret(&failure);
}

#[tokio::test]
async fn a_secure_connection_that_fails_or_hangs_sends_nothing() {
    // Plain HTTP listens there: the first bytes of TLS are no request, so it just waits for more.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let timeouts = Timeouts { connect: Duration::from_millis(200), ..PATIENT };
    let made = Client::new(&mock_server::connection(&url), timeouts, context());
    let client = match made {
        Ok(client) => client,
        Err(failure) => {
            assert!(failure.words().what.contains("CA store"), "{failure:?}");
            return;
        }
    };
    let hung = client.delete(TaskId(7), &Kind::All).await.unwrap_err();
    assert!(matches!(hung, Failure::NotSent { reason: NotSent::ConnectTimeout, .. }), "{hung:?}");

    let (client, events) = client_with(&mock_server::connection(&url), PATIENT);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // An error is a client that went away, which is its right.
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 no TLS here\r\n\r\n").await;
        }
    });
    let failure = client.delete(TaskId(7), &Kind::All).await.unwrap_err();
    assert!(matches!(failure, Failure::NotSent { reason: NotSent::Tls, .. }), "{failure:?}");
    assert_tells_no_secret(&failure);
    assert_eq!(codes(&events), [None]);
}

#[tokio::test]
async fn a_read_is_sent_again_and_every_attempt_is_reported() {
    for fault in [Act::Close, Act::Page(502, "<html>"), Act::Json(fail(90105)), Act::HalfBody] {
        let server = MockServer::start(move |number, _| match number {
            0 => fault.clone(),
            _ => Act::Json(ok(json!({"Total": 0, "Tasks": []}))),
        })
        .await;
        let (client, events) = client_with(&server.connection(), PATIENT);
        assert_eq!(client.list(&query(), Priority::Page).await, Ok(Page::default()));
        let codes = codes(&events);
        assert_eq!((codes.len(), codes[1]), (2, Some(0)));
    }
}

#[tokio::test]
async fn a_read_is_given_up_after_a_few_attempts() {
    let server = MockServer::start(|_, _| Act::Close).await;
    let client = client(&server);
    assert!(matches!(client.list(&query(), Priority::Page).await, Err(Failure::Cut { .. })));
    assert!(matches!(client.get(TaskId(7), Priority::Page).await, Err(Failure::Cut { .. })));
    assert_eq!((server.count("list_sched_task"), server.count("get_sched_task")), (2, 3));
}

#[tokio::test]
async fn every_attempt_has_the_documented_url_with_its_own_random() {
    let server = MockServer::start(|_, _| Act::Json(fail(90105))).await;
    assert!(client(&server).get(TaskId(7), Priority::Page).await.is_err());
    let requests = server.requests();
    let first = &requests[0];
    let names: Vec<_> = first.target.split_once('?').unwrap().1.split('&').collect();
    let names: Vec<_> = names.iter().map(|pair| pair.split_once('=').unwrap().0).collect();
    assert!(first.target.starts_with("/v4/timpush/get_sched_task?"));
    assert_eq!(names, ["sdkappid", "identifier", "usersig", "random", "contenttype"]);
    assert_eq!((first.query("sdkappid"), first.query("identifier")), (APP.to_string(), WHO.to_owned()));
    assert_eq!(first.query("contenttype"), "json");
    let key = secrecy::SecretString::from(KEY);
    assert!(usersig::verify(&first.query("usersig"), &key, APP, WHO, now().timestamp()).is_ok());
    assert_eq!(first.body, json!({"Sdkappid": APP, "TaskID": 7}));
    let mut randoms: Vec<_> = requests.iter().map(|request| request.query("random")).collect();
    randoms.dedup();
    assert_eq!(randoms.len(), 3);
}

#[tokio::test]
async fn a_path_in_the_endpoint_is_kept() {
    let server = MockServer::start(|_, _| Act::Json(fail(90104))).await;
    for (end, begins) in [("/", "/v4/timpush/"), ("", "/v4/timpush/")] {
        let (client, _) = client_with(&mock_server::connection(&format!("{}{end}", server.url())), PATIENT);
        assert!(client.get(TaskId(7), Priority::Page).await.is_err());
        assert!(server.requests().last().unwrap().target.starts_with(begins));
    }
    let url = Url::parse("https://gateway.example/push/").unwrap();
    assert_eq!(endpoint(&url, Command::Get).path(), "/push/v4/timpush/get_sched_task");
}

#[tokio::test]
async fn the_signature_does_not_follow_a_redirect() {
    let elsewhere = MockServer::start(|_, _| Act::Json(ok(json!({"TaskID": 7})))).await;
    let to = format!("{}/v4/timpush/add_sched_task", elsewhere.url());
    let server = MockServer::start(move |_, _| Act::Redirect(to.clone())).await;
    let failure = client(&server).add(&new_task()).await.unwrap_err();
    assert!(matches!(failure, Failure::Unreadable { status: 307, .. }), "{failure:?}");
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn an_expired_signature_is_made_anew_by_the_services_clock_and_the_call_sent_once_more() {
    let server = MockServer::start(|number, _| match number {
        0 => Act::JsonAt(fail(70001), "Tue, 24 Nov 2026 06:00:00 GMT"),
        _ => Act::Json(ok(json!({"TaskID": 9}))),
    })
    .await;
    let (client, events) = client_with(&server.connection(), PATIENT);
    assert_eq!(client.add(&new_task()).await, Ok(TaskId(9)));
    let sigs: Vec<_> = server.requests().iter().map(|request| request.query("usersig")).collect();
    let made = usersig::decode(&sigs[1]).unwrap().time - usersig::decode(&sigs[0]).unwrap().time;
    assert_eq!((sigs.len(), made), (2, 3 * 86_400));
    let until = client.sig_until();
    assert!(events.lock().unwrap().contains(&Event::Signed(until)));
    assert_eq!(codes(&events), [Some(70001), Some(0)]);
}

#[tokio::test]
async fn a_service_that_goes_on_refusing_the_signature_is_asked_twice_and_no_more() {
    let server = MockServer::start(|_, _| Act::Json(fail(70001))).await;
    assert_eq!(client(&server).get(TaskId(7), Priority::Page).await.unwrap_err().code(), Some(70001));
    assert_eq!(server.requests().len(), 2);
    for code in [70003, 70009, 70050] {
        let server = MockServer::start(move |_, _| Act::Json(fail(code))).await;
        assert_eq!(client(&server).get(TaskId(7), Priority::Page).await.unwrap_err().code(), Some(code));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn the_services_clock_is_learned_from_its_answers_only() {
    let date = "Sat, 21 Nov 2026 07:00:00 GMT";
    let server = MockServer::start(move |_, _| Act::JsonAt(fail(90104), date)).await;
    let client = client(&server);
    assert_eq!(client.skew(), None);
    assert!(client.get(TaskId(7), Priority::Page).await.is_err());
    let off = client.service_now() - time_in("2026-11-21 07:00:00").unwrap();
    assert!(off.abs() < TimeDelta::minutes(1), "{off}");
}

#[tokio::test]
async fn an_answer_about_another_task_is_not_believed() {
    let info = json!({"TaskInfo": {"TaskID": 8, "Type": "All", "Status": "pending", "Content": {}}});
    let server = MockServer::start(move |_, _| Act::Json(ok(info.clone()))).await;
    let failure = client(&server).get(TaskId(7), Priority::Page).await.unwrap_err();
    assert!(failure.words().what.contains("another task, 8"), "{failure:?}");
}

#[tokio::test]
async fn an_attempt_that_is_given_up_is_reported_too() {
    let server = MockServer::start(|_, _| Act::Hang).await;
    let (client, events) = client_with(&server.connection(), PATIENT);
    {
        let query = query();
        let asking = client.list(&query, Priority::Page);
        tokio::pin!(asking);
        while server.requests().is_empty() {
            assert!(tokio::time::timeout(Duration::from_millis(5), &mut asking).await.is_err());
        }
    }
    let calls = calls(&events);
    let [call] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!((&call.end, call.status, call.bytes_received), (&End::GivenUp, None, 0));
}

#[tokio::test]
async fn a_record_holds_what_it_takes_to_understand_the_attempt_and_to_make_it_again() {
    let refusal =
        json!({"ActionStatus": "FAIL", "ErrorCode": 90105, "ErrorInfo": "内部错误", "RequestId": "r-1"});
    let answer = ok(json!({"TaskInfo": {"TaskID": 7}, "RequestId": "r-2"}));
    let (first, last) = (refusal.clone(), answer.clone());
    let server = MockServer::start(move |number, _| match number {
        0 => Act::Json(first.clone()),
        _ => Act::Json(last.clone()),
    })
    .await;
    let (client, events) = client_with(&server.connection(), PATIENT);
    client.get(TaskId(7), Priority::Due).await.unwrap();
    let calls = calls(&events);
    assert_eq!(calls.len(), 2);
    for (number, (call, answer)) in calls.iter().zip([&refusal, &answer]).enumerate() {
        let request = &server.requests()[number];
        assert_eq!((call.command, call.priority, call.task), (Command::Get, Priority::Due, Some(TaskId(7))));
        assert_eq!((call.attempt as usize, call.status), (number + 1, Some(200)));
        assert_eq!(serde_json::from_str::<Value>(&call.body).unwrap(), request.body);
        assert_eq!((call.random.to_string(), call.sent), (request.query("random"), now()));
        assert_eq!(
            (call.bytes_sent, call.bytes_received),
            (call.body.len() as u64, answer.to_string().len() as u64)
        );
        assert_eq!(call.request_id.as_deref(), answer["RequestId"].as_str());
        let path = request.target.split_once('?').unwrap().0;
        assert_eq!(call.address.url(call.command), format!("{}{path}", server.url()));
    }
    assert!(Arc::ptr_eq(&calls[0].body, &calls[1].body) && Arc::ptr_eq(&calls[0].address, &calls[1].address));
    assert!(calls[0].words().ends_with("内部错误"), "{}", calls[0].words());
    assert_eq!((calls[1].end.clone(), calls[1].code()), (End::Done, Some(0)));
}

#[tokio::test]
async fn a_record_of_an_attempt_without_a_readable_answer_says_why_and_how_far_it_came() {
    for (fault, status, received, says) in [
        (Act::HalfBody, Some(200), 15, "before the answer was whole"),
        (Act::Close, None, 0, "before the answer was whole"),
        (Act::Page(502, "<html>Bad Gateway</html>"), Some(502), 24, "HTTP 502"),
        (Act::Redirect("http://127.0.0.1:9/".to_owned()), Some(307), 0, "HTTP 307"),
    ] {
        let act = fault.clone();
        let server = MockServer::start(move |_, _| act.clone()).await;
        let (client, events) = client_with(&server.connection(), PATIENT);
        client.delete(TaskId(7), &Kind::All).await.unwrap_err();
        let calls = calls(&events);
        let [call] = &calls[..] else { panic!("{calls:?}") };
        assert_eq!((call.status, call.bytes_received, call.code()), (status, received, None), "{fault:?}");
        assert!(call.words().contains(says), "{fault:?}: {}", call.words());
        assert_eq!(call.server_date, None);
    }
}

#[tokio::test]
async fn no_record_holds_the_key_or_anything_of_the_signature() {
    for fault in faults() {
        let act = fault.clone();
        let server = MockServer::start(move |_, request| {
            let Act::Json(mut body) = act.clone() else { return act.clone() };
            let sig = request.query("usersig");
            body["ErrorInfo"] = format!("you said usersig={sig}").into();
            body["RequestId"] = sig.into();
            Act::Json(body)
        })
        .await;
        let (client, events) = client_with(&server.connection(), PATIENT);
        // Some of these answers are successes.
        let _ = client.delete(TaskId(7), &Kind::All).await;
        for call in calls(&events) {
            let shown = format!("{call:?} {}", call.words());
            for secret in ["usersig=", "eJ", KEY] {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
        }
    }
}

#[test]
fn the_address_of_a_record_is_the_one_that_is_called() {
    for url in ["https://a.example", "https://a.example/", "http://[::1]:80/push/", "https://a.example/x//"] {
        let client = Client::new(&mock_server::connection(url), PATIENT, context()).unwrap();
        for command in Command::ALL {
            let called = endpoint(&client.shared.base, command);
            assert_eq!(client.shared.address.url(command), called.as_str());
        }
    }
}

#[test]
fn an_endpoint_that_cannot_be_used_is_refused_in_words() {
    for (url, says) in [
        ("not a url", "not a usable address"),
        ("ftp://example.com", "https:// or http://"),
        ("https://user:pass@example.com", "user name"),
        ("https://example.com/?usersig=1", "before any ?"),
    ] {
        let failure = Client::new(&mock_server::connection(url), PATIENT, context()).unwrap_err();
        let what = failure.words().what;
        assert!(what.contains(says) && !what.contains("pass@"), "{what}");
    }
}

#[tokio::test]
async fn a_signature_is_renewed_ahead_of_its_end_while_a_call_with_the_old_one_is_under_way() {
    let go = Arc::new(tokio::sync::Notify::new());
    let first_may_answer = Arc::clone(&go);
    let page = || ok(json!({"Total": 0, "Tasks": []}));
    let server = MockServer::start(move |number, _| match number {
        0 => Act::JsonWhen(Arc::clone(&first_may_answer), page()),
        _ => Act::Json(ok(json!({"TaskID": 9}))),
    })
    .await;
    let hours = Arc::new(AtomicU32::new(0));
    let later = Arc::clone(&hours);
    let clock = move || now() + TimeDelta::hours(later.load(Ordering::SeqCst).into());
    let client = Client::new(&server.connection(), PATIENT, Context::new(clock, || 7)).unwrap();
    let made_first = client.sig_until();
    let query = query();
    let slow = client.list(&query, Priority::Page);
    tokio::pin!(slow);
    while server.requests().is_empty() {
        assert!(tokio::time::timeout(Duration::from_millis(5), &mut slow).await.is_err());
    }
    // Two days it holds; with eleven hours left it is time for the next.
    hours.store(37, Ordering::SeqCst);
    assert_eq!(client.add(&new_task()).await, Ok(TaskId(9)));
    assert_eq!(client.sig_until() - made_first, TimeDelta::hours(37));
    go.notify_one();
    assert_eq!(slow.await, Ok(Page::default()));
    let sigs: Vec<_> = server.requests().iter().map(|request| request.query("usersig")).collect();
    assert_eq!(sigs.len(), 2, "nothing was sent twice");
    let key = secrecy::SecretString::from(KEY);
    for (sig, hours) in sigs.iter().zip([0, 37]) {
        let at = (now() + TimeDelta::hours(hours)).timestamp();
        let made = usersig::verify(sig, &key, APP, WHO, at).unwrap();
        assert_eq!(made.time, at);
    }
}

#[tokio::test]
async fn a_body_that_is_too_long_is_given_up_at_once_and_named_so() {
    for act in [Act::Endless, Act::Long(MOST_BODY + 1), Act::Long(31 * 1024 * 1024)] {
        let server = MockServer::start(move |_, _| act.clone()).await;
        let (client, events) = client_with(&server.connection(), PATIENT);
        let failure = client.list(&query(), Priority::Page).await.unwrap_err();
        assert!(failure.is_too_large(), "{failure:?}");
        assert!(failure.words().what.contains("larger than 4 MiB"), "{failure:?}");
        let received: u64 = calls(&events).iter().map(|call| call.bytes_received).sum();
        assert!(received <= MOST_BODY as u64 + (1 << 20), "{received} bytes were read");
        assert_eq!(server.count("list_sched_task"), 1, "the same would be as long once more");
    }
}

#[tokio::test]
async fn a_service_that_says_continue_without_end_is_given_up_after_the_time_out() {
    let server = MockServer::start(|_, _| Act::Continue).await;
    let (client, events) = client_with(&server.connection(), HASTY);
    let failure = client.list(&query(), Priority::Page).await.unwrap_err();
    assert_eq!(failure, Failure::TimedOut { after: HASTY.total });
    assert_eq!(calls(&events).iter().map(|call| call.bytes_received).sum::<u64>(), 0);
}

#[tokio::test]
async fn more_rows_than_were_asked_for_are_counted_and_not_kept() {
    let server = MockServer::start(|_, _| {
        let rows: Vec<_> = (1..=80).map(|id| json!({"TaskID": id})).collect();
        Act::Json(ok(json!({"Total": 200, "Tasks": rows})))
    })
    .await;
    let (page, surplus) = client(&server).list_counted(&query(), Priority::Page).await.unwrap();
    assert_eq!((page.tasks.len(), surplus, page.total), (50, 30, 200));
}

#[tokio::test]
async fn what_a_busy_service_asks_for_is_waited_for_and_told() {
    let server = MockServer::start(|number, request| match (number, request.command.as_str()) {
        (0, _) => Act::Wait(503, "1"),
        (_, "get_sched_task") => Act::Wait(429, "60"),
        _ => Act::Json(ok(json!({"Total": 0, "Tasks": []}))),
    })
    .await;
    let (client, events) = client_with(&server.connection(), PATIENT);
    let began = Instant::now();
    client.list(&query(), Priority::Page).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(calls(&events)[0].retry_after, Some(Duration::from_secs(1)));
    // A minute is too long to wait here: whoever asked gets to know, and asks when the time has come.
    client.get(TaskId(7), Priority::Page).await.unwrap_err();
    assert_eq!(server.count("get_sched_task"), 1);
    assert!(client.asked_to_wait() > Duration::from_secs(1), "{:?}", client.asked_to_wait());
    // Nobody waits for what refreshes by itself: it is not even sent before.
    let question = query();
    let background = client.list(&question, Priority::Background);
    tokio::time::timeout(Duration::from_millis(50), background).await.unwrap_err();
    assert_eq!(server.count("list_sched_task"), 2);
}

#[tokio::test]
async fn an_answer_that_took_longer_than_one_is_waited_for_tells_nothing_of_the_clock() {
    let server = MockServer::start(|_, _| Act::Close).await;
    let client = client(&server);
    let date = now() + chrono::TimeDelta::seconds(30);
    // This process was stopped, or the machine: the one shows in the time it took, the other by the clock.
    client.learn_skew(date, now(), Duration::from_hours(24));
    client.learn_skew(date, now() - chrono::TimeDelta::hours(24), Duration::from_millis(1));
    assert_eq!(client.skew(), None);
    client.learn_skew(date, now(), Duration::from_millis(1));
    assert!(client.skew().is_some());
}
