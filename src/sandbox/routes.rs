//! HTTP: reads a request, walks it through the pipeline, writes the answer.
//!
//! The status is 200 whatever happened. No lock is held over an await; the store is touched on
//! blocking threads only. Nothing that a client sends may make this panic.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::calls::{Call, carry_out};
use super::clock::Clock;
use super::dispatch;
use super::gate::{self, App, Rate};
use super::options::Options;
use super::rules::Refusal;
use super::store::Store;
use crate::domain::JsonObject;
use crate::domain::wire::Command;

/// How long the parts of a body may take.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// What all calls and the dispatcher share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) apps: Vec<App>,
    /// `None` after the stop.
    pub(super) store: Mutex<Option<Store>>,
    pub(super) rate: Mutex<Rate>,
    pub(super) rng: Mutex<StdRng>,
    pub(super) delay_ms: AtomicU64,
    pub(super) stopping: watch::Receiver<bool>,
}

/// A lock whose holder panicked is still good: every write is one transaction.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Random numbers for one call, so that nobody waits for another's.
    fn fork_rng(&self) -> StdRng {
        StdRng::from_rng(&mut *lock(&self.rng))
    }

    /// One round of the dispatcher on a blocking thread; how long the next may wait.
    pub(super) async fn dispatch(self: &Arc<Self>) -> Duration {
        let shared = Arc::clone(self);
        let round = tokio::task::spawn_blocking(move || {
            let store = lock(&shared.store);
            let now = shared.options.clock.now();
            let store = store.as_ref()?;
            dispatch::round(store, now, &shared.options, &mut shared.fork_rng()).ok()
        });
        let otherwise = Duration::from_millis(self.options.tick_ms.max(1));
        round.await.ok().flatten().unwrap_or(otherwise)
    }
}

/// The service: every method and path goes through the same pipeline.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(serve).with_state(shared)
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // The body is read before anything is refused, else the client may be cut off while sending.
    let body = tokio::time::timeout(BODY_PATIENCE, read(body, shared.options.max_body_bytes)).await;
    let body = body.unwrap_or_else(|_| Err(Refusal::new(60008, "the request body did not arrive in time")));
    let path = parts.uri.path();
    let answer = walk(&shared, &parts.method, path, parts.uri.query().unwrap_or(""), body).await;
    let text = answer.text(&shared);
    wait(&shared).await;

    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Clock::Virtual(clock) = &shared.options.clock
        && let Ok(date) = HeaderValue::from_str(&http_date(clock.now()))
    {
        headers.insert(header::DATE, date);
    }
    response
}

fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The slow network of the options; a stop ends the wait.
async fn wait(shared: &Shared) {
    let delay = shared.delay_ms.load(Ordering::Relaxed);
    if delay == 0 {
        return;
    }
    let mut stopping = shared.stopping.clone();
    tokio::select! {
        () = tokio::time::sleep(Duration::from_millis(delay)) => {}
        // Changed or gone: either way it is over.
        _ = stopping.wait_for(|stop| *stop) => {}
    }
}

/// The whole body, at most `most` bytes. A longer one is read on for a while, so that the client
/// gets to read the refusal.
async fn read(mut body: Body, most: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let mut seen: usize = 0;
    loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        let data = match frame {
            None if seen > most => break,
            None => return Ok(bytes),
            Some(Err(_)) => return Err(Refusal::new(60003, "the request body was cut off")),
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
        };
        seen = seen.saturating_add(data.len());
        if seen > most.saturating_mul(16) {
            break;
        }
        if seen <= most {
            bytes.extend_from_slice(&data);
        }
    }
    Err(Refusal::new(60003, format!("the request body is larger than {most} bytes")))
}

/// What is answered, before it is text.
struct Answer {
    outcome: Result<JsonObject, Refusal>,
    /// Failures of create, modify and delete carry `TaskID: 0`, once they got as far as the body.
    with_task_id: bool,
}

impl Answer {
    fn text(self, shared: &Shared) -> String {
        let mut answer = JsonObject::new();
        let mut put = |key: &str, value: Value| answer.insert(key.to_owned(), value);
        match self.outcome {
            Ok(fields) => {
                put("ActionStatus", json!("OK"));
                put("ErrorInfo", json!(""));
                put("ErrorCode", json!(0));
                for (key, value) in fields {
                    put(&key, value);
                }
            }
            Err(refusal) => {
                put("ActionStatus", json!("FAIL"));
                put("ErrorInfo", json!(refusal.info));
                put("ErrorCode", json!(refusal.code));
                if self.with_task_id {
                    put("TaskID", json!(0));
                }
                if !refusal.invalid_accounts.is_empty() {
                    put("InvalidUserID", json!(refusal.invalid_accounts));
                }
            }
        }
        if shared.options.request_id {
            put("RequestId", json!(format!("{:032x}", lock(&shared.rng).random::<u128>())));
        }
        Value::Object(answer).to_string()
    }
}

/// The pipeline (section 8.1): steps 1 to 9 here, the rest with the store in hand.
async fn walk(
    shared: &Arc<Shared>,
    method: &Method,
    path: &str,
    query: &str,
    body: Result<Vec<u8>, Refusal>,
) -> Answer {
    let now = shared.options.clock.now();
    let admitted = admit(shared, method, path, query, body, now);
    let (command, sdkappid, body) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => return Answer { outcome: Err(refusal), with_task_id: false },
    };
    let worker = Arc::clone(shared);
    let done = tokio::task::spawn_blocking(move || {
        let store = lock(&worker.store);
        let Some(store) = store.as_ref() else { return Err(Refusal::internal()) };
        let mut rng = worker.fork_rng();
        let mut call = Call { sdkappid, now, options: &worker.options, rng: &mut rng };
        carry_out(command, &body, &mut call, store)
    });
    let outcome = done.await.unwrap_or_else(|_| Err(Refusal::internal()));
    Answer { outcome, with_task_id: command.writes() }
}

fn admit(
    shared: &Shared,
    method: &Method,
    path: &str,
    query: &str,
    body: Result<Vec<u8>, Refusal>,
    now: DateTime<Utc>,
) -> Result<(Command, u64, JsonObject), Refusal> {
    if method != Method::POST {
        return Err(Refusal::new(60002, format!("{method} is not POST")));
    }
    let name = path.strip_prefix("/v4/timpush/");
    let command = Command::ALL
        .into_iter()
        .find(|command| Some(command.name()) == name)
        .ok_or_else(|| Refusal::new(60009, "the requested resource does not exist"))?;
    let parameters = gate::parameters(query, &shared.options)?;
    let body = gate::body(&body?)?;
    let app = gate::admit(&parameters, &shared.apps, now.timestamp())?;
    let limit = shared.options.rate_limit_per_second;
    lock(&shared.rate).take(app.sdkappid, command, now.timestamp_millis(), limit)?;
    Ok((command, app.sdkappid, body))
}
