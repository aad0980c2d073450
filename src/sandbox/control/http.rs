//! The control interface over HTTP: JSON in, JSON out, under `/_sandbox/`.
//!
//! Errors are a status above 399 and `{"error": "…"}`. Pages of a browser are refused, and so is every
//! name that is not this machine's, so that no web site can reach into it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, OriginalUri, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::super::clock::Clock;
use super::super::counters::Counters;
use super::super::lock::lock;
use super::super::shared::ServerState;
use super::super::store::{Database, OutcomeRule};
use super::forms::{ClockForm, FaultForm, ModesForm, TasksForm, command};
use super::hosts;
use super::operations::PAGE;
use crate::domain::JsonObject;
use crate::domain::wire::{time_in, time_out};

/// Where all of it lies.
pub(in crate::sandbox) const PREFIX: &str = "/_sandbox/";

/// Every path and what it does, as `GET /_sandbox/` tells it.
const PATHS: &[(&str, &str)] = &[
    ("GET clock", "the time of the sandbox, and whether it can be moved"),
    ("POST clock", "moves a virtual clock: advance_ms, advance_seconds or set"),
    ("POST tick", "one round of the dispatcher"),
    ("GET faults", "the faults that wait"),
    ("POST faults", "scripts a fault, or a list of them: fault, command, app, calls, when, ms, code, info"),
    ("DELETE faults", "no fault waits any more"),
    ("GET outcomes", "how dispatches shall end"),
    ("POST outcomes", "sets how they end: failure, app, task, title, account, times"),
    ("DELETE outcomes", "they end as they would by themselves"),
    ("GET modes", "delay_ms, list_lag_ms, rewrite_msg_random"),
    ("POST modes", "switches them"),
    ("GET counters", "calls by application and command"),
    ("DELETE counters", "counts from nothing again"),
    ("GET tasks", "the tasks as they are: ?app=N&after=ID&limit=N"),
    ("POST calls/COMMAND", "a call as another operator makes it, without signature and rate"),
];

fn router(shared: Arc<ServerState>) -> Router {
    Router::new()
        .route("/_sandbox/", get(paths))
        .route("/_sandbox/clock", get(clock).post(move_clock))
        .route("/_sandbox/tick", post(tick))
        .route("/_sandbox/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/_sandbox/outcomes", get(outcomes).post(set_outcome).delete(clear_outcomes))
        .route("/_sandbox/modes", get(modes).post(switch))
        .route("/_sandbox/counters", get(counters).delete(reset_counters))
        .route("/_sandbox/tasks", get(tasks))
        .route("/_sandbox/calls/{command}", post(call))
        .fallback(no_path)
        .method_not_allowed_fallback(other_methods)
        // The sandbox has its own.
        .layer(DefaultBodyLimit::disable())
        .with_state(shared)
}

/// An answer: its status, and JSON with a line end, for it is read in terminals.
struct Reply(StatusCode, Value);

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(format!("{}\n", self.1)));
        *response.status_mut() = self.0;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}

struct RequestError(StatusCode, String);

impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        Reply(self.0, json!({ "error": self.1 })).into_response()
    }
}

type Handled = Result<Reply, RequestError>;

/// What every handler gets of the sandbox.
type Sandbox = State<Arc<ServerState>>;

fn done(value: Value) -> Reply {
    Reply(StatusCode::OK, value)
}

fn wrong(words: impl Into<String>) -> RequestError {
    RequestError(StatusCode::BAD_REQUEST, words.into())
}

fn broken(words: String) -> RequestError {
    RequestError(StatusCode::INTERNAL_SERVER_ERROR, words)
}

/// Answers a request to the control interface that came to this address of the machine.
pub(in crate::sandbox) async fn answer(
    shared: &Arc<ServerState>,
    parts: Parts,
    local: Option<IpAddr>,
    body: Result<Vec<u8>, String>,
) -> Response {
    let body = admit(shared, &parts, local).and_then(|()| body.map_err(wrong));
    match body {
        Err(problem) => problem.into_response(),
        Ok(body) => {
            let request = Request::from_parts(parts, Body::from(body));
            let Ok(response) = router(Arc::clone(shared)).oneshot(request).await;
            response
        }
    }
}

/// Whether this comes from a program of somebody who knows where he is.
fn admit(shared: &ServerState, parts: &Parts, local: Option<IpAddr>) -> Result<(), RequestError> {
    let forbidden = |words: String| RequestError(StatusCode::FORBIDDEN, words);
    if parts.headers.contains_key(header::ORIGIN) {
        return Err(forbidden("pages of a browser may not control the sandbox".to_owned()));
    }
    let more = &shared.options.control_hosts;
    hosts::check(&parts.uri, &parts.headers, local, more).map_err(forbidden)
}

async fn paths() -> Reply {
    done(Value::Object(PATHS.iter().map(|(path, what)| ((*path).to_owned(), json!(what))).collect()))
}

async fn no_path() -> RequestError {
    RequestError(StatusCode::NOT_FOUND, "there is no such path; GET /_sandbox/ names them all".to_owned())
}

async fn other_methods(OriginalUri(uri): OriginalUri) -> RequestError {
    let stem = |path: &str| path.split('/').next().unwrap_or("").to_owned();
    let asked = stem(uri.path().strip_prefix(PREFIX).unwrap_or(""));
    let paths = PATHS.iter().filter_map(|(path, _)| path.split_once(' '));
    let methods: Vec<&str> =
        paths.filter(|(_, path)| stem(path) == asked).map(|(method, _)| method).collect();
    let words = format!("{} takes {}", uri.path(), methods.join(", "));
    RequestError(StatusCode::METHOD_NOT_ALLOWED, words)
}

/// The body as JSON, whatever its type is called; nothing counts as `{}`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, RequestError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|err| wrong(format!("the body does not fit: {err}")))
}

fn known(shared: &ServerState, app: Option<u64>) -> Result<(), String> {
    let Some(app) = app.filter(|app| shared.apps.iter().all(|known| known.sdkappid != *app)) else {
        return Ok(());
    };
    let all: Vec<String> = shared.apps.iter().map(|app| app.sdkappid.to_string()).collect();
    Err(format!("there is no app {app} (there are {})", all.join(", ")))
}

async fn clock(State(shared): Sandbox) -> Reply {
    let is_virtual = match &shared.options.clock {
        Clock::Real => false,
        Clock::Virtual(_) => true,
    };
    let now = shared.options.clock.now();
    done(json!({ "now": time_out(now), "unix_ms": now.timestamp_millis(), "virtual": is_virtual }))
}

async fn move_clock(State(shared): Sandbox, body: Bytes) -> Handled {
    let form: ClockForm = read(&body)?;
    let moved = match (form.advance_ms, form.advance_seconds, form.set) {
        (Some(ms), None, None) => shared.advance(Duration::from_millis(ms)).await,
        (None, Some(seconds), None) => shared.advance(Duration::from_secs(seconds)).await,
        (None, None, Some(text)) => {
            let to = time_in(&text);
            let to = to.ok_or_else(|| wrong("\"set\" must be a time: YYYY-MM-DD HH:MM:SS (UTC)"))?;
            shared.move_clock(|_| Some(to)).await
        }
        _ => return Err(wrong("give one of advance_ms, advance_seconds and set")),
    };
    moved.map_err(wrong)?;
    Ok(clock(State(shared)).await)
}

async fn tick(State(shared): Sandbox) -> Reply {
    while shared.dispatch().await.is_zero() {}
    clock(State(shared)).await
}

async fn faults(State(shared): Sandbox) -> Reply {
    let faults: Vec<FaultForm> = lock(&shared.script).waiting().iter().map(FaultForm::from).collect();
    done(json!({ "faults": faults }))
}

/// One fault, or a list of them, of which all or none are taken.
async fn add_faults(State(shared): Sandbox, body: Bytes) -> Handled {
    let fault = |form: FaultForm| known(&shared, form.app).and_then(|()| form.fault());
    let script = if body.trim_ascii_start().starts_with(b"[") {
        let forms: Vec<FaultForm> = read(&body)?;
        let numbered = |(at, form)| fault(form).map_err(|words| format!("number {at}: {words}"));
        (1..).zip(forms).map(numbered).collect()
    } else {
        fault(read(&body)?).map(|fault| vec![fault])
    };
    lock(&shared.script).add(script.map_err(wrong)?).map_err(wrong)?;
    Ok(faults(State(shared)).await)
}

async fn clear_faults(State(shared): Sandbox) -> Reply {
    lock(&shared.script).clear();
    faults(State(shared)).await
}

async fn outcomes(State(shared): Sandbox) -> Handled {
    Ok(done(json!({ "outcomes": shared.outcomes().await.map_err(broken)? })))
}

async fn set_outcome(State(shared): Sandbox, body: Bytes) -> Handled {
    let rule: OutcomeRule = read(&body)?;
    if rule.failure.as_ref().is_some_and(String::is_empty) {
        return Err(wrong("\"failure\" must be a text that is not empty, or null for a success"));
    }
    if rule.times == Some(0) {
        return Err(wrong("\"times\" must be 1 or more"));
    }
    known(&shared, rule.sdkappid).map_err(wrong)?;
    shared.set_outcome(rule).await.map_err(broken)?;
    outcomes(State(shared)).await
}

async fn clear_outcomes(State(shared): Sandbox) -> Handled {
    shared.on_store(Database::forget_rules).await.map_err(broken)?;
    outcomes(State(shared)).await
}

async fn modes(State(shared): Sandbox) -> Reply {
    let modes = &shared.modes;
    done(json!(ModesForm {
        delay_ms: Some(modes.delay_ms.load(Ordering::Relaxed)),
        list_lag_ms: Some(modes.list_lag_ms.load(Ordering::Relaxed)),
        rewrite_msg_random: Some(modes.rewrite_msg_random.load(Ordering::Relaxed)),
    }))
}

async fn switch(State(shared): Sandbox, body: Bytes) -> Handled {
    let form: ModesForm = read(&body)?;
    if let Some(ms) = form.delay_ms {
        shared.modes.delay_ms.store(ms, Ordering::Relaxed);
    }
    if let Some(ms) = form.list_lag_ms {
        shared.modes.list_lag_ms.store(ms, Ordering::Relaxed);
    }
    if let Some(on) = form.rewrite_msg_random {
        shared.modes.rewrite_msg_random.store(on, Ordering::Relaxed);
    }
    Ok(modes(State(shared)).await)
}

async fn counters(State(shared): Sandbox) -> Reply {
    let counters = lock(&shared.counters).clone();
    let mut value = serde_json::to_value(counters).unwrap_or_default();
    if let Some(value) = value.as_object_mut() {
        value.insert("connections".to_owned(), json!(shared.peers.count()));
    }
    done(value)
}

async fn reset_counters(State(shared): Sandbox) -> Reply {
    *lock(&shared.counters) = Counters::default();
    counters(State(shared)).await
}

async fn tasks(State(shared): Sandbox, query: Result<Query<TasksForm>, QueryRejection>) -> Handled {
    let Query(form) = query.map_err(|refused| wrong(refused.body_text()))?;
    known(&shared, form.app).map_err(wrong)?;
    let app = form.app.or_else(|| shared.apps.first().map(|app| app.sdkappid)).unwrap_or(0);
    let (after, limit) = (form.after.unwrap_or(0), form.limit.unwrap_or(PAGE));
    let truth = shared.truth(app, after, limit).await.map_err(broken)?;
    Ok(done(json!({
        "app": app,
        "now": time_out(shared.options.clock.now()),
        "active": truth.active,
        "deleted": truth.deleted,
        "tasks": truth.tasks,
        "next": truth.next,
    })))
}

async fn call(State(shared): Sandbox, Path(name): Path<String>, body: Bytes) -> Handled {
    let command = command(&name).map_err(wrong)?;
    let body: JsonObject = read(&body)?;
    let text = shared.call(command, body).await;
    Ok(done(serde_json::from_str(&text).map_err(|err| broken(err.to_string()))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_sandbox_names_every_path() {
        let page = include_str!("../../../docs/sandbox.md");
        for (path, _) in PATHS {
            assert!(page.contains(&format!("`{path}`")), "{path}");
        }
    }
}
