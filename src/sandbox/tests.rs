//! The sandbox over real HTTP, with a clock that the tests move: nothing here waits for time to pass.

use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rand::SeedableRng;
use rand::rngs::StdRng;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::*;
use crate::domain::wire::{time_in, time_out};
use crate::usersig;

mod apps;
mod commands;
mod control;
mod database;
mod dispatching;
mod documents;
mod hostile;
mod listing;
mod pipeline;

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const APP: u64 = 88_888_888;
const WHO: &str = "administrator";
const NOW: &str = "2026-11-21 06:00:00";

fn at(text: &str) -> DateTime<Utc> {
    time_in(text).unwrap()
}

/// `seconds` from [`NOW`], as the wire writes it.
fn later(seconds: i64) -> String {
    time_out(at(NOW) + TimeDelta::seconds(seconds))
}

/// A running sandbox, its clock, and a client.
struct Bench {
    running: Running,
    clock: VirtualClock,
    http: reqwest::Client,
}

/// One application, virtual clock at [`NOW`], no limit of rate, and what `change` makes of it.
async fn bench_with(seed: Option<Seed>, change: impl FnOnce(&mut Options)) -> Bench {
    let clock = VirtualClock::new(at(NOW));
    let mut options = Options {
        clock: Clock::Virtual(clock.clone()),
        rate_limit_per_second: 0,
        random_seed: Some(1),
        ..Options::default()
    };
    change(&mut options);
    let running = start(loopback(), options, credentials(), seed).await.unwrap();
    Bench { running, clock, http: client() }
}

async fn bench() -> Bench {
    bench_with(None, |_| {}).await
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn credentials() -> Credentials {
    Credentials { sdkappid: APP, identifier: WHO.to_owned(), key: SecretString::from(KEY) }
}

fn client() -> reqwest::Client {
    // A second installation changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tls_certs_only(Vec::new()).build().unwrap()
}

/// The query of an honest call at `now`.
fn query(now: DateTime<Utc>) -> String {
    let sig = usersig::sign(&SecretString::from(KEY), APP, WHO, now.timestamp(), 3600, None).unwrap();
    format!("sdkappid={APP}&identifier={WHO}&usersig={}&random=7&contenttype=json", sig.expose())
}

impl Bench {
    /// Any request; the answer's status must be 200 and its body JSON.
    async fn send(&self, method: &str, path: &str, query: &str, body: impl Into<reqwest::Body>) -> Value {
        let url = format!("{}{path}?{query}", self.running.base_url());
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let answer = self.http.request(method, url).body(body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(answer.headers()["content-type"], "application/json");
        let text = answer.bytes().await.unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// An honest call with this text as its body.
    async fn raw(&self, command: &str, body: impl Into<reqwest::Body>) -> Value {
        self.send("POST", &format!("/v4/timpush/{command}"), &query(self.clock.now()), body).await
    }

    /// An honest call; `Sdkappid` is filled in where it is missing.
    async fn call(&self, command: &str, mut body: Value) -> Value {
        body.as_object_mut().unwrap().entry("Sdkappid").or_insert(json!(APP));
        self.raw(command, body.to_string()).await
    }

    /// Makes a task and gives its id.
    async fn add(&self, kind: &str, sched_at: &str, content: Value) -> i64 {
        let body = json!({"Type": kind, "SchedAt": sched_at, "Content": content});
        let answer = self.call("add_sched_task", body).await;
        assert_eq!(answer["ErrorCode"], 0, "{answer}");
        answer["TaskID"].as_i64().unwrap()
    }

    async fn get(&self, id: i64) -> Value {
        let answer = self.call("get_sched_task", json!({"TaskID": id})).await;
        assert_eq!(answer["ErrorCode"], 0, "{answer}");
        answer["TaskInfo"].clone()
    }

    /// Moves the clock and lets the dispatcher look.
    async fn pass(&self, milliseconds: u64) {
        self.clock.advance(Duration::from_millis(milliseconds));
        self.running.tick().await;
    }
}

fn everyone(title: &str) -> Value {
    json!({"From_Account": WHO, "OfflinePushInfo": {"Title": title, "Desc": "d"}})
}

/// Asserts the code of a refusal and the shape that goes with it (documents, "`RESTful` API overview").
#[track_caller]
fn refused(answer: &Value, code: i64, task_id: bool) {
    assert_eq!(answer["ErrorCode"], code, "{answer}");
    assert_eq!(answer["ActionStatus"], "FAIL");
    assert!(answer["ErrorInfo"].as_str().is_some_and(|info| !info.is_empty()), "{answer}");
    assert_eq!(answer.get("TaskID"), task_id.then_some(&json!(0)), "{answer}");
    for absent in ["TaskInfo", "Total", "Tasks"] {
        assert_eq!(answer.get(absent), None, "{answer}");
    }
}

#[tokio::test]
async fn it_tells_what_cannot_be_served() {
    let with = |change: fn(&mut Credentials)| {
        let mut credentials = credentials();
        change(&mut credentials);
        start(loopback(), Options::default(), credentials, None)
    };
    for wrong in [
        with(|c| c.sdkappid = 0),
        with(|c| c.sdkappid = u64::MAX),
        with(|c| c.identifier.clear()),
        with(|c| c.key = SecretString::from("")),
    ] {
        assert!(matches!(wrong.await, Err(StartError::Credentials(_))));
    }
    let taken = bench().await;
    let again = start(taken.running.addr, Options::default(), credentials(), None).await.unwrap_err();
    assert!(again.to_string().contains("choose another address"), "{again}");
}

#[test]
fn a_made_key_is_64_hex_digits_and_never_the_same() {
    let mut rng = StdRng::seed_from_u64(1);
    let (one, two) = (make_key(&mut rng), make_key(&mut rng));
    assert_ne!(one.expose_secret(), two.expose_secret());
    assert_eq!(one.expose_secret().len(), 64);
    assert!(one.expose_secret().bytes().all(|b| b.is_ascii_hexdigit()));
    let made = Credentials::made(&mut rng);
    assert!(!format!("{made:?}").contains(made.key.expose_secret()));
}

#[test]
fn the_ready_made_profile_is_toml_whatever_is_in_it() {
    let text = profile_toml("http://127.0.0.1:1", 7, "o\"dd", ProfileKey::Env("MY_KEY"));
    let profile = text.parse::<toml::Table>().unwrap();
    let sandbox = &profile["profiles"]["sandbox"];
    assert_eq!(sandbox["identifier"].as_str(), Some("o\"dd"));
    assert_eq!(sandbox["sdkappid"].as_integer(), Some(7));
    assert_eq!(sandbox["secret_key_env"].as_str(), Some("MY_KEY"));
    assert_eq!(sandbox["environment"].as_str(), Some("sandbox"));
    let with_key = profile_toml("http://127.0.0.1:1", 7, "a", ProfileKey::Text(&SecretString::from("k")));
    assert!(with_key.contains("secret_key = \"k\""));
}

#[tokio::test]
async fn the_base_url_can_be_called_even_when_it_listens_everywhere() {
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let running = start(everywhere, Options::default(), credentials(), None).await.unwrap();
    assert_eq!(running.base_url(), format!("http://127.0.0.1:{}", running.addr.port()));
    running.stop().await;
}
