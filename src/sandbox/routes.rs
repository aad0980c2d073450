//! HTTP: reads a request, walks it through the pipeline, writes the answer.
//!
//! The status is 200 whatever happened, save for scripted faults. No lock is held over an await.
//! Nothing that a client sends may make this panic, or hold more memory than the limits allow.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use hyper::body::{Frame, SizeHint};
use tokio::sync::SemaphorePermit;

use super::admission;
use super::answer::{CallAnswer, Members};
use super::clock::Clock;
use super::control;
use super::faults::{Fault, FaultKind, When};
use super::lock::lock;
use super::peers::Peer;
use super::rules::Refusal;
use super::shared::ServerState;
use crate::domain::JsonObject;
use crate::domain::wire::Command;

/// The connection is to be closed without an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hangup;

impl fmt::Display for Hangup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("closed on purpose")
    }
}

impl std::error::Error for Hangup {}

/// What goes over the wire in the end.
enum Delivery {
    Whole(CallAnswer),
    /// The first half only.
    Half(CallAnswer),
    BadGateway,
    NotJson,
    Nothing,
}

const GATEWAY_PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

const NOT_JSON: &str = "upstream returned no content";

/// Every method and path goes through the same pipeline, but for those of the control interface.
pub(super) async fn serve(
    shared: Arc<ServerState>,
    peer: Arc<Peer>,
    request: Request,
) -> Result<Response, Hangup> {
    let (parts, body) = request.into_parts();
    // The body is read before anything is refused, else the client may be cut off while sending.
    let arrival = read(body, shared.options.max_body_bytes);
    let arrived = tokio::time::timeout(shared.options.limits.body, arrival).await;
    let arrived = arrived.unwrap_or_else(|_| {
        peer.last();
        Err(Refusal::new(60008, "the request body did not arrive in time"))
    });
    // From here on it is accepted, and will be answered even when the sandbox is told to stop.
    peer.busy(true);
    let large = shared.permit(arrived.as_ref().map_or(0, Vec::len)).await;
    if shared.options.control && parts.uri.path().starts_with(control::PREFIX) {
        let body = arrived.map_err(|refusal| refusal.info);
        let answer = control::answer(&shared, parts, peer.local, body).await;
        peer.busy(false);
        return Ok(answer);
    }
    let body = arrived.as_deref().map_err(Clone::clone);
    let sent = walk(&shared, &parts, body, large).await;
    wait(&shared, Duration::from_millis(shared.modes.delay_ms.load(Ordering::Relaxed))).await;
    let answer = respond(&shared, sent, peer.is_last());
    peer.busy(false);
    answer
}

fn respond(shared: &ServerState, sent: Delivery, last: bool) -> Result<Response, Hangup> {
    let (body, kind, status) = match sent {
        Delivery::Whole(answer) => (Body::from(shared.text(&answer)), "application/json", StatusCode::OK),
        Delivery::Half(answer) => {
            (Body::new(HalfBody::of(shared.text(&answer))), "application/json", StatusCode::OK)
        }
        Delivery::BadGateway => (Body::from(GATEWAY_PAGE), "text/html", StatusCode::BAD_GATEWAY),
        Delivery::NotJson => (Body::from(NOT_JSON), "text/plain", StatusCode::OK),
        Delivery::Nothing => return Err(Hangup),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if last {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if let Clock::Virtual(clock) = &shared.options.clock
        && let Ok(date) = HeaderValue::from_str(&http_date(clock.now()))
    {
        headers.insert(header::DATE, date);
    }
    Ok(response)
}

fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A slow network; a stop ends the wait.
async fn wait(shared: &ServerState, delay: Duration) {
    if delay.is_zero() {
        return;
    }
    let mut stopping = shared.stopping.clone();
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        // Changed or gone: either way it is over.
        _ = stopping.wait_for(|stop| *stop) => {}
    }
}

/// A body that ends in the middle, although its head promises the whole.
struct HalfBody {
    rest: Option<Bytes>,
    promised: u64,
    flushed: bool,
}

impl HalfBody {
    fn of(text: String) -> Self {
        let mut bytes = Bytes::from(text);
        let promised = bytes.len();
        bytes.truncate(promised / 2);
        Self { rest: Some(bytes), promised: u64::try_from(promised).unwrap_or(u64::MAX), flushed: false }
    }
}

impl HttpBody for HalfBody {
    type Data = Bytes;
    type Error = Hangup;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Hangup>>> {
        if let Some(bytes) = self.rest.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !self.flushed {
            // What was sent must leave before the connection is closed.
            self.flushed = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Hangup)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
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
        if seen > most {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&data);
        }
    }
    Err(Refusal::new(60003, format!("the request body is larger than {most} bytes")))
}

/// The pipeline: steps 1 to 9 here, the rest with the store in hand.
async fn walk(
    shared: &Arc<ServerState>,
    parts: &Parts,
    body: Result<&[u8], Refusal>,
    large: Option<SemaphorePermit<'_>>,
) -> Delivery {
    let now = shared.options.clock.now();
    lock(&shared.counters).requests += 1;
    let (command, app, body) = match admit(shared, parts, body, now) {
        Ok(admitted) => admitted,
        Err(refusal) => return Delivery::Whole(CallAnswer { outcome: Err(refusal), with_task_id: false }),
    };
    let sdkappid = shared.apps.get(app).map_or(0, |app| app.sdkappid);
    let Some(fault) = lock(&shared.script).take(sdkappid, command) else {
        let answer = shared.carry_out(command, app, body, now).await;
        lock(&shared.counters).at(sdkappid, command).failed += u64::from(answer.outcome.is_err());
        return Delivery::Whole(answer);
    };
    lock(&shared.counters).at(sdkappid, command).faults += 1;
    // A fault may wait for as long as its script says.
    drop(large);
    misbehave(shared, &fault, (command, app, body)).await
}

/// A call that meets a fault.
async fn misbehave(shared: &Arc<ServerState>, fault: &Fault, call: (Command, usize, JsonObject)) -> Delivery {
    let delay = if let FaultKind::Delay(delay) = fault.what { delay } else { Duration::ZERO };
    let (command, app, body) = call;
    let answer = if fault.works() {
        let held_back = if fault.when == When::Before { delay } else { Duration::ZERO };
        late(shared, held_back, (command, app, body)).await
    } else {
        CallAnswer { outcome: Ok(Members::default()), with_task_id: command.writes() }
    };
    if fault.when == When::After {
        wait(shared, delay).await;
    }
    match &fault.what {
        FaultKind::Drop => Delivery::Nothing,
        FaultKind::Pass | FaultKind::Delay(_) => Delivery::Whole(answer),
        FaultKind::BadGateway => Delivery::BadGateway,
        FaultKind::Truncate => Delivery::Half(answer),
        FaultKind::NotJson => Delivery::NotJson,
        FaultKind::Code { code, info } => {
            let outcome = Err(Refusal::new(*code, info.clone()));
            Delivery::Whole(CallAnswer { outcome, with_task_id: command.writes() })
        }
    }
}

/// The work, after a wait. It is done also when the client did not wait so long: what a service has
/// taken on it does not drop because a connection was closed.
async fn late(
    shared: &Arc<ServerState>,
    after: Duration,
    (command, app, body): (Command, usize, JsonObject),
) -> CallAnswer {
    let worker = Arc::clone(shared);
    let work = tokio::spawn(async move {
        wait(&worker, after).await;
        // The clock may have gone on while it waited.
        worker.carry_out(command, app, body, worker.options.clock.now()).await
    });
    work.await
        .unwrap_or_else(|_| CallAnswer { outcome: Err(Refusal::internal()), with_task_id: command.writes() })
}

fn admit(
    shared: &ServerState,
    parts: &Parts,
    body: Result<&[u8], Refusal>,
    now: DateTime<Utc>,
) -> Result<(Command, usize, JsonObject), Refusal> {
    let turned_away = |refusal| {
        lock(&shared.counters).turned_away += 1;
        refusal
    };
    let (command, app, body) = known(shared, parts, body, now).map_err(turned_away)?;
    let sdkappid = shared.apps.get(app).map_or(0, |app| app.sdkappid);
    let limit = shared.options.rate_limit_per_second;
    let taken = lock(&shared.rate).take(sdkappid, command, now.timestamp_millis(), limit);
    let mut counters = lock(&shared.counters);
    let count = counters.at(sdkappid, command);
    count.calls += 1;
    count.over_limit += u64::from(taken.is_err());
    taken.map(|()| (command, app, body))
}

/// Steps 1 to 8; the application by its place in the list.
fn known(
    shared: &ServerState,
    parts: &Parts,
    body: Result<&[u8], Refusal>,
    now: DateTime<Utc>,
) -> Result<(Command, usize, JsonObject), Refusal> {
    let Parts { method, uri, .. } = parts;
    if method != Method::POST {
        return Err(Refusal::new(60002, format!("{method} is not POST")));
    }
    let name = uri.path().strip_prefix("/v4/timpush/");
    let command = Command::ALL
        .into_iter()
        .find(|command| Some(command.name()) == name)
        .ok_or_else(|| Refusal::new(60009, "the requested resource does not exist"))?;
    let parameters = admission::parameters(uri.query().unwrap_or(""), &shared.options)?;
    let body = admission::body(body?)?;
    let lockout = shared.options.auth_lockout.then_some(&shared.lockout);
    let app = admission::admit(&parameters, &shared.apps, now.timestamp_millis(), lockout)?;
    Ok((command, app, body))
}
