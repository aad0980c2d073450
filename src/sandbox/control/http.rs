//! The control interface over HTTP: JSON in, JSON out, under `/_sandbox/`.
//!
//! Errors are a status above 399 and `{"error": "…"}`. Pages of a browser are refused, and so is every
//! name that is not this machine's, so that no web site can reach into it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::clock::Clock;
use super::super::counters::Counters;
use super::super::faults::{Fault, FaultKind, When};
use super::super::lock::lock;
use super::super::shared::Shared;
use super::super::store::OutcomeRule;
use super::hosts;
use super::operations::{PAGE, milliseconds};
use crate::domain::JsonObject;
use crate::domain::text::nearest;
use crate::domain::wire::{Command, time_in, time_out};

/// Where all of it lies.
pub(in crate::sandbox) const PREFIX: &str = "/_sandbox/";

/// Every place and what it does, as `GET /_sandbox/` tells it.
const PLACES: &[(&str, &str)] = &[
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

struct Problem(StatusCode, String);

type Outcomes = Result<Value, Problem>;

fn wrong(words: impl Into<String>) -> Problem {
    Problem(StatusCode::BAD_REQUEST, words.into())
}

fn broken(words: String) -> Problem {
    Problem(StatusCode::INTERNAL_SERVER_ERROR, words)
}

/// Answers a request to the control interface that came to this address of the machine.
pub(in crate::sandbox) async fn answer(
    shared: &Arc<Shared>,
    parts: &Parts,
    local: Option<IpAddr>,
    body: Result<&[u8], String>,
) -> Response {
    let done = match (admit(shared, parts, local), body) {
        (Err(refused), _) => Err(refused),
        (Ok(()), Err(words)) => Err(wrong(words)),
        (Ok(()), Ok(body)) => {
            place(shared, &parts.method, parts.uri.path(), parts.uri.query().unwrap_or(""), body).await
        }
    };
    let (status, value) = match done {
        Ok(value) => (StatusCode::OK, value),
        Err(Problem(status, words)) => (status, json!({ "error": words })),
    };
    let mut response = Response::new(Body::from(format!("{value}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Whether this comes from a program of somebody who knows where he is.
fn admit(shared: &Shared, parts: &Parts, local: Option<IpAddr>) -> Result<(), Problem> {
    let forbidden = |words: String| Problem(StatusCode::FORBIDDEN, words);
    if parts.headers.contains_key(header::ORIGIN) {
        return Err(forbidden("pages of a browser may not control the sandbox".to_owned()));
    }
    let more = &shared.options.control_hosts;
    hosts::check(&parts.uri, &parts.headers, local, more).map_err(forbidden)
}

async fn place(shared: &Arc<Shared>, method: &Method, path: &str, query: &str, body: &[u8]) -> Outcomes {
    let name = path.strip_prefix(PREFIX).unwrap_or("");
    match (method.as_str(), name) {
        ("GET", "") => {
            Ok(Value::Object(PLACES.iter().map(|(place, what)| ((*place).to_owned(), json!(what))).collect()))
        }
        ("GET", "clock") => Ok(clock(shared)),
        ("POST", "clock") => move_clock(shared, read(body)?).await,
        ("POST", "tick") => {
            while shared.dispatch().await.is_zero() {}
            Ok(clock(shared))
        }
        ("GET", "faults") => Ok(faults(shared)),
        ("POST", "faults") => {
            let script = script(shared, body)?;
            lock(&shared.script).add(script).map_err(wrong)?;
            Ok(faults(shared))
        }
        ("DELETE", "faults") => {
            lock(&shared.script).clear();
            Ok(faults(shared))
        }
        ("GET", "outcomes") => outcomes(shared).await,
        ("POST", "outcomes") => {
            let outcome = outcome(shared, read(body)?)?;
            shared.set_outcome(outcome).await.map_err(broken)?;
            outcomes(shared).await
        }
        ("DELETE", "outcomes") => {
            shared.on_store(|store| store.forget_rules().map(drop)).await.map_err(broken)?;
            outcomes(shared).await
        }
        ("GET", "modes") => Ok(modes(shared)),
        ("POST", "modes") => {
            switch(shared, &read(body)?);
            Ok(modes(shared))
        }
        ("GET", "counters") => Ok(counters(shared)),
        ("DELETE", "counters") => {
            *lock(&shared.counters) = Counters::default();
            Ok(counters(shared))
        }
        ("GET", "tasks") => tasks(shared, query).await,
        ("POST", call) if call.starts_with("calls/") => {
            let command = command(call.strip_prefix("calls/").unwrap_or(""))?;
            let body: JsonObject = read(body)?;
            serde_json::from_str(&shared.call(command, body).await).map_err(|err| broken(err.to_string()))
        }
        (_, name) => Err(nowhere(name)),
    }
}

fn nowhere(name: &str) -> Problem {
    let stem = name.split('/').next().unwrap_or("");
    let methods: Vec<&str> = PLACES
        .iter()
        .filter_map(|(place, _)| place.split_once(' '))
        .filter(|(_, place)| place.split('/').next() == Some(stem) && (*place == name || stem == "calls"))
        .map(|(method, _)| method)
        .collect();
    if methods.is_empty() {
        let words = "there is no such place; GET /_sandbox/ names them all";
        return Problem(StatusCode::NOT_FOUND, words.to_owned());
    }
    let words = format!("{PREFIX}{name} takes {}", methods.join(", "));
    Problem(StatusCode::METHOD_NOT_ALLOWED, words)
}

/// The body as JSON; nothing counts as `{}`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|err| wrong(format!("the body does not fit: {err}")))
}

fn command(name: &str) -> Result<Command, Problem> {
    let names = || Command::ALL.into_iter().map(Command::name);
    Command::ALL.into_iter().find(|command| command.name() == name).ok_or_else(|| {
        let near = nearest(name, names()).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        let all = names().collect::<Vec<_>>().join(", ");
        wrong(format!("there is no command \"{name}\"{near} (there are {all})"))
    })
}

fn known(shared: &Shared, app: u64) -> Result<u64, Problem> {
    if shared.apps.iter().any(|known| known.sdkappid == app) {
        return Ok(app);
    }
    let all: Vec<String> = shared.apps.iter().map(|app| app.sdkappid.to_string()).collect();
    Err(wrong(format!("there is no app {app} (there are {})", all.join(", "))))
}

fn clock(shared: &Shared) -> Value {
    let movable = match &shared.options.clock {
        Clock::Real => false,
        Clock::Virtual(_) => true,
    };
    let now = shared.options.clock.now();
    json!({ "now": time_out(now), "unix_ms": now.timestamp_millis(), "virtual": movable })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockForm {
    advance_ms: Option<u64>,
    advance_seconds: Option<u64>,
    set: Option<String>,
}

async fn move_clock(shared: &Arc<Shared>, form: ClockForm) -> Outcomes {
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
    Ok(clock(shared))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultForm {
    fault: String,
    command: Option<String>,
    app: Option<u64>,
    calls: Option<u32>,
    when: Option<String>,
    ms: Option<u64>,
    code: Option<i64>,
    info: Option<String>,
}

const FAULTS: &[&str] = &["pass", "drop", "delay", "bad-gateway", "truncate", "not-json", "code"];

/// One fault, or a list of them, of which all or none are taken.
fn script(shared: &Shared, body: &[u8]) -> Result<Vec<Fault>, Problem> {
    if !body.trim_ascii_start().starts_with(b"[") {
        return Ok(vec![fault(shared, read(body)?)?]);
    }
    let forms: Vec<FaultForm> = read(body)?;
    let named = |(at, form): (usize, FaultForm)| {
        fault(shared, form).map_err(|Problem(status, words)| Problem(status, format!("number {at}: {words}")))
    };
    (1..).zip(forms).map(named).collect()
}

fn fault(shared: &Shared, form: FaultForm) -> Result<Fault, Problem> {
    let when = match form.when.as_deref() {
        None if form.fault == "truncate" => When::After,
        None | Some("before") => When::Before,
        Some("after") => When::After,
        Some(other) => return Err(wrong(format!("\"when\" is \"{other}\"; it must be before or after"))),
    };
    let what = match form.fault.as_str() {
        "pass" => FaultKind::Pass,
        "drop" => FaultKind::Drop,
        "delay" => {
            FaultKind::Delay(Duration::from_millis(form.ms.ok_or_else(|| wrong("a delay needs \"ms\""))?))
        }
        "bad-gateway" => FaultKind::BadGateway,
        "truncate" if when == When::Before => {
            return Err(wrong("truncate is always after the work, for there must be an answer to cut"));
        }
        "truncate" => FaultKind::Truncate,
        "not-json" => FaultKind::NotJson,
        "code" => {
            let code = form.code.filter(|code| *code != 0);
            let code = code.ok_or_else(|| wrong("the fault code needs a \"code\" other than 0"))?;
            let info = form.info.unwrap_or_else(|| "injected failure".to_owned());
            FaultKind::Code { code, info }
        }
        other => {
            let all = FAULTS.join(", ");
            return Err(wrong(format!("there is no fault \"{other}\" (there are {all})")));
        }
    };
    let calls = form.calls.unwrap_or(1);
    if calls == 0 {
        return Err(wrong("\"calls\" must be 1 or more"));
    }
    Ok(Fault {
        command: form.command.as_deref().map(command).transpose()?,
        sdkappid: form.app.map(|app| known(shared, app)).transpose()?,
        calls,
        when,
        what,
    })
}

fn faults(shared: &Shared) -> Value {
    let shown = |fault: &Fault| {
        let (name, extra) = match &fault.what {
            FaultKind::Pass => ("pass", json!({})),
            FaultKind::Drop => ("drop", json!({})),
            FaultKind::Delay(delay) => ("delay", json!({ "ms": milliseconds(*delay) })),
            FaultKind::BadGateway => ("bad-gateway", json!({})),
            FaultKind::Truncate => ("truncate", json!({})),
            FaultKind::NotJson => ("not-json", json!({})),
            FaultKind::Code { code, info } => ("code", json!({ "code": code, "info": info })),
        };
        let mut value = json!({
            "fault": name,
            "command": fault.command.map(Command::name),
            "app": fault.sdkappid,
            "calls": fault.calls,
            "when": match fault.when { When::Before => "before", When::After => "after" },
        });
        if let (Some(value), Value::Object(extra)) = (value.as_object_mut(), extra) {
            value.extend(extra);
        }
        value
    };
    json!({ "faults": lock(&shared.script).waiting().iter().map(shown).collect::<Vec<_>>() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutcomeForm {
    app: Option<u64>,
    task: Option<i64>,
    title: Option<String>,
    account: Option<String>,
    /// `null` is a success; so it must be written.
    #[serde(deserialize_with = "given")]
    failure: Option<String>,
    times: Option<u32>,
}

/// Reading it here makes a missing field an error.
fn given<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(value)
}

fn outcome(shared: &Shared, form: OutcomeForm) -> Result<OutcomeRule, Problem> {
    if form.failure.as_ref().is_some_and(String::is_empty) {
        return Err(wrong("\"failure\" must be a text that is not empty, or null for a success"));
    }
    if form.times == Some(0) {
        return Err(wrong("\"times\" must be 1 or more"));
    }
    Ok(OutcomeRule {
        sdkappid: form.app.map(|app| known(shared, app)).transpose()?,
        task: form.task,
        title: form.title,
        account: form.account,
        failure: form.failure,
        times: form.times,
    })
}

async fn outcomes(shared: &Shared) -> Outcomes {
    let outcomes = shared.outcomes().await.map_err(broken)?;
    let shown = |outcome: &OutcomeRule| {
        json!({
            "app": outcome.sdkappid, "task": outcome.task, "title": outcome.title,
            "account": outcome.account, "failure": outcome.failure, "times": outcome.times,
        })
    };
    Ok(json!({ "outcomes": outcomes.iter().map(shown).collect::<Vec<_>>() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModesForm {
    delay_ms: Option<u64>,
    list_lag_ms: Option<u64>,
    rewrite_msg_random: Option<bool>,
}

fn switch(shared: &Shared, form: &ModesForm) {
    let modes = &shared.modes;
    if let Some(ms) = form.delay_ms {
        modes.delay_ms.store(ms, Ordering::Relaxed);
    }
    if let Some(ms) = form.list_lag_ms {
        modes.list_lag_ms.store(ms, Ordering::Relaxed);
    }
    if let Some(on) = form.rewrite_msg_random {
        modes.rewrite_msg_random.store(on, Ordering::Relaxed);
    }
}

fn modes(shared: &Shared) -> Value {
    let modes = &shared.modes;
    json!({
        "delay_ms": modes.delay_ms.load(Ordering::Relaxed),
        "list_lag_ms": modes.list_lag_ms.load(Ordering::Relaxed),
        "rewrite_msg_random": modes.rewrite_msg_random.load(Ordering::Relaxed),
    })
}

fn counters(shared: &Shared) -> Value {
    let counters = lock(&shared.counters).clone();
    let mut value = serde_json::to_value(counters).unwrap_or_default();
    if let Some(value) = value.as_object_mut() {
        value.insert("connections".to_owned(), json!(shared.peers.count()));
    }
    value
}

async fn tasks(shared: &Shared, query: &str) -> Outcomes {
    let first = shared.apps.first().map_or(0, |app| app.sdkappid);
    let (mut app, mut after, mut limit) = (first, 0, PAGE);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let number = || value.parse::<i64>().map_err(|_| wrong(format!("\"{name}\" must be a number")));
        match name {
            "app" => app = known(shared, u64::try_from(number()?).unwrap_or(0))?,
            "after" => after = number()?,
            "limit" => limit = number()?,
            other => {
                return Err(wrong(format!("unknown parameter \"{other}\" (there are app, after, limit)")));
            }
        }
    }
    let truth = shared.truth(app, after, limit).await.map_err(broken)?;
    Ok(json!({
        "app": app,
        "now": time_out(shared.options.clock.now()),
        "active": truth.active,
        "deleted": truth.deleted,
        "tasks": truth.tasks,
        "next": truth.next,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_sandbox_names_every_place() {
        let page = include_str!("../../../docs/sandbox.md");
        for (place, _) in PLACES {
            assert!(page.contains(&format!("`{place}`")), "{place}");
        }
    }
}
