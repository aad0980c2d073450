//! The client: one async method for each of the five calls.
//!
//! Each attempt waits for its turn in the budget, carries a fresh `random`, and is reported to the
//! observer. No redirect is followed and no library repeats a request by itself: the one table in
//! [`super::retry`] decides alone.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;
use tokio::time::Instant;

use super::http::{Timeouts, base_of, date_of, endpoint, http_client, read_body};
use super::rate_limiter::RateLimiter;
use super::signer::{Signature, Signer};
use super::{fault, retry};
use crate::domain::call::{self, Address, Call, End};
use crate::domain::catalog;
use crate::domain::wire::{self, Answer, Command, KnownRows};
use crate::domain::{Change, Failure, Kind, NewTask, Page, Priority, Query, Task, TaskId};
use crate::usersig::Credential;
use crate::usersig::UserSig;

/// The code for a signature past its end; the call had no effect.
const EXPIRED: i64 = 70001;

/// A refusal that is larger than this is not read a second time for its `RequestId`.
const MOST_REFUSAL: usize = 64 * 1024;

/// Where the service is and who calls it.
#[derive(Clone, Debug)]
pub struct Connection {
    /// `https://` and a domain, or the address of a sandbox.
    pub base_url: String,
    /// `sdkappid` of the URL and `Sdkappid` of the body.
    pub sdkappid: u64,
    /// An administrator of the app.
    pub identifier: String,
    /// What proves it.
    pub credential: Credential,
    /// A PEM file of further authorities to trust, besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// Where time and chance come from; tests bring their own.
#[derive(Clone)]
pub struct Context {
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    random: Arc<dyn Fn() -> u32 + Send + Sync>,
}

impl Context {
    /// `clock` reads this machine's time; `random` gives any number, each as likely.
    pub fn new(
        clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        random: impl Fn() -> u32 + Send + Sync + 'static,
    ) -> Self {
        Self { clock: Arc::new(clock), random: Arc::new(random) }
    }

    /// This machine's time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// A random number.
    pub fn random(&self) -> u32 {
        (self.random)()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Context")
    }
}

/// What the client tells while it works.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An attempt is finished, well or not.
    Called(Arc<Call>),
    /// A new signature is in use and holds until then.
    Signed(DateTime<Utc>),
}

type Observer = Arc<dyn Fn(Event) + Send + Sync>;

/// The way to the service. Clones share the connection pool, the budget and the signature.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    observer: Option<Observer>,
}

struct Shared {
    http: reqwest::Client,
    transport: fault::Transport,
    base: Url,
    address: Arc<Address>,
    signer: Signer,
    limiter: Arc<RateLimiter>,
    timeouts: Timeouts,
    context: Context,
    /// The service's clock minus this machine's, once an answer has told.
    skew: Mutex<Option<TimeDelta>>,
    /// Until when an answer has asked for no further calls (`Retry-After`).
    asked_to_wait: Mutex<Option<Instant>>,
    /// The rows of the last list: most of them come again.
    rows: Mutex<KnownRows>,
}

impl Shared {
    fn new(connection: &Connection, timeouts: Timeouts, context: Context) -> Result<Self, Failure> {
        let base = base_of(&connection.base_url)?;
        let Connection { sdkappid, identifier, credential, ca_file, .. } = connection;
        let signer = Signer::new(*sdkappid, identifier, credential, context.now())?;
        let http = http_client(&base, ca_file.as_deref(), timeouts)?;
        let base_url = base.as_str().strip_suffix('/').unwrap_or(base.as_str()).to_owned();
        let address = Address { base_url, sdkappid: *sdkappid, identifier: identifier.clone() };
        Ok(Self {
            http,
            transport: fault::Transport::to(&base),
            base,
            address: Arc::new(address),
            signer,
            limiter: Arc::new(RateLimiter::default()),
            timeouts,
            context,
            skew: Mutex::new(None),
            asked_to_wait: Mutex::new(None),
            rows: Mutex::default(),
        })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.shared.address).finish_non_exhaustive()
    }
}

impl Client {
    /// Checks the connection settings and makes or looks at the signature; sends nothing.
    ///
    /// # Errors
    /// `Local`, in words for the operator.
    pub fn new(connection: &Connection, timeouts: Timeouts, context: Context) -> Result<Self, Failure> {
        let shared = Shared::new(connection, timeouts, context)?;
        Ok(Self { shared: Arc::new(shared), observer: None })
    }

    /// A client by other settings in the place of this one: the budget goes on where the app is the
    /// same, and so does the observer. Calls of this one are not disturbed.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn renewed(&self, connection: &Connection) -> Result<Self, Failure> {
        let old = &*self.shared;
        let mut shared = Shared::new(connection, old.timeouts, old.context.clone())?;
        if shared.address.sdkappid == old.address.sdkappid {
            shared.limiter = Arc::clone(&old.limiter);
        }
        Ok(Self { shared: Arc::new(shared), observer: self.observer.clone() })
    }

    /// The same client, telling everything to `observer`, which must not block.
    #[must_use]
    pub fn observed_by(&self, observer: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self { shared: Arc::clone(&self.shared), observer: Some(Arc::new(observer)) }
    }

    /// The app that is called for.
    pub fn sdkappid(&self) -> u64 {
        self.shared.address.sdkappid
    }

    /// The end of the signature in use.
    pub fn sig_until(&self) -> DateTime<Utc> {
        self.shared.signer.until()
    }

    /// Whether the signature was made elsewhere and cannot be renewed here.
    pub fn sig_is_given(&self) -> bool {
        self.shared.signer.is_given()
    }

    /// The service's clock minus this machine's, to about a second; `None` before the first answer.
    pub fn skew(&self) -> Option<TimeDelta> {
        *self.shared.skew.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The service's time, as far as it is known.
    pub fn service_now(&self) -> DateTime<Utc> {
        self.shared.context.now() + self.skew().unwrap_or_default()
    }

    /// For how long an answer has asked for no further calls (`Retry-After`).
    pub fn asked_to_wait(&self) -> Duration {
        let until = *self.shared.asked_to_wait.lock().unwrap_or_else(PoisonError::into_inner);
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    /// `add_sched_task`. Sent again only where it certainly did nothing.
    pub async fn add(&self, new: &NewTask) -> Result<TaskId, Failure> {
        let answer =
            self.call(Command::Add, Priority::Write, &wire::add_body(self.sdkappid(), new), 0).await?;
        wire::read_task_id(&answer)
    }

    /// `modify_sched_task`. Sent again only where it certainly did nothing.
    pub async fn modify(&self, change: &Change) -> Result<TaskId, Failure> {
        let Change { id, kind, scheduled_at, content } = change;
        let body = wire::modify_body(self.sdkappid(), *id, kind, *scheduled_at, content.as_ref());
        let answer = self.call(Command::Modify, Priority::Write, &body, 0).await?;
        about(*id, &answer)
    }

    /// `delete_sched_task`. Sent again only where it certainly did nothing.
    pub async fn delete(&self, id: TaskId, kind: &Kind) -> Result<TaskId, Failure> {
        let body = wire::delete_body(self.sdkappid(), id, kind);
        let answer = self.call(Command::Delete, Priority::Write, &body, 0).await?;
        about(id, &answer)
    }

    /// `get_sched_task`.
    pub async fn get(&self, id: TaskId, priority: Priority) -> Result<Task, Failure> {
        let answer = self.call(Command::Get, priority, &wire::get_body(self.sdkappid(), id), 0).await?;
        let task = wire::read_task_info(answer)?;
        if task.id == id { Ok(task) } else { Err(about_another(task.id)) }
    }

    /// `list_sched_task`.
    pub async fn list(&self, query: &Query, priority: Priority) -> Result<Page, Failure> {
        self.list_counted(query, priority).await.map(|(page, _)| page)
    }

    /// `list_sched_task`, and how many rows more came than were asked for: those are not kept.
    pub async fn list_counted(&self, query: &Query, priority: Priority) -> Result<(Page, u64), Failure> {
        let want = usize::try_from(query.page_size).unwrap_or(usize::MAX);
        let answer =
            self.call(Command::List, priority, &wire::list_body(self.sdkappid(), query), want).await?;
        let surplus = answer.surplus;
        let (page, rows) = wire::read_list(answer)?;
        *self.shared.rows.lock().unwrap_or_else(PoisonError::into_inner) = rows;
        Ok((page, surplus))
    }

    /// One call with all its attempts. Of a list at most `want` rows are kept.
    async fn call(
        &self,
        command: Command,
        priority: Priority,
        body: &Value,
        want: usize,
    ) -> Result<Answer, Failure> {
        let request = Request { want, ..Request::new(command, priority, body) };
        let (mut sent, mut counted) = (0, 0);
        let mut was_renewed = false;
        loop {
            sent += 1;
            if priority == Priority::Background {
                // Nobody waits for it, so it does as it was asked.
                tokio::time::sleep(self.asked_to_wait()).await;
            }
            let (used, result) = self.attempt(&request, sent).await;
            let failure = match result {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            // The service looks at the signature before anything else, so nothing was done.
            if failure.code() == Some(EXPIRED)
                && !was_renewed
                && let Some(used) = used
                && let Some(made) = self.shared.signer.replace(&used, self.service_now())
            {
                self.tell_if_new(&made?);
                was_renewed = true;
                continue;
            }
            counted += 1;
            let jitter = f64::from(self.shared.context.random()) / f64::from(u32::MAX);
            let pause = retry::decide(command, &failure, counted, jitter);
            match pause.and_then(|pause| retry::as_asked(pause, self.asked_to_wait())) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failure),
            }
        }
    }

    /// Waits for the turn, then sends once; also gives the signature it was sent with.
    async fn attempt(&self, request: &Request, number: u32) -> (Option<UserSig>, Result<Answer, Failure>) {
        let permit = self.shared.limiter.pass(request.command, request.priority).await;
        let signature = match self.shared.signer.signature(self.service_now()) {
            Ok(signature) => signature,
            Err(failure) => return (None, Err(failure)),
        };
        self.tell_if_new(&signature);
        let mut record = Record::begin(self, request, number);
        let result = self.exchange(request, &signature.sig, &mut record).await;
        let result = fault::scrub(result, &self.shared.signer.secrets(&signature.sig));
        record.call.end = match &result {
            Ok(_) => End::Done,
            Err(failure) => End::of(failure),
        };
        let code = record.call.code();
        drop(record);
        if code.is_some_and(catalog::is_rate_limit) {
            permit.refused();
        }
        // Only the service's own answers tell how long the way to it is.
        if code.is_some() {
            permit.answered();
        }
        (Some(signature.sig), result)
    }

    async fn exchange(
        &self,
        request: &Request,
        sig: &UserSig,
        record: &mut Record<'_>,
    ) -> Result<Answer, Failure> {
        let shared = &*self.shared;
        let query = [
            ("sdkappid", shared.address.sdkappid.to_string()),
            ("identifier", shared.address.identifier.clone()),
            ("usersig", sig.expose().to_owned()),
            ("random", record.call.random.to_string()),
            ("contenttype", "json".to_owned()),
        ];
        let sending = shared
            .http
            .post(endpoint(&shared.base, request.command))
            .query(&query)
            .header(CONTENT_TYPE, "application/json")
            .body(request.body.clone());
        let total = shared.timeouts.total;
        let response = sending
            .send()
            .await
            .map_err(|error| fault::of_send(&error.without_url(), total, &shared.transport))?;
        let status = response.status().as_u16();
        record.call.status = Some(status);
        let date = date_of(&response);
        record.call.retry_after = self.retry_after(&response, date);
        let bytes = read_body(response, total, &mut record.call.bytes_received).await?;
        let result = {
            let rows = shared.rows.lock().unwrap_or_else(PoisonError::into_inner);
            read_answer(status, &bytes, request.want, &rows)
        };
        // A page that is not the service's tells neither its time nor its code.
        if result.as_ref().map_or_else(|failure| failure.code().is_some(), |_| true) {
            record.call.server_date = date;
            let id = request_id(&result, &bytes);
            record.call.request_id = id.map(|id| fault::scrub_text(&id, &shared.signer.secrets(sig)));
        }
        result
    }

    /// For how long the answer asks for no further calls; kept for whoever calls next.
    fn retry_after(&self, response: &reqwest::Response, date: Option<DateTime<Utc>>) -> Option<Duration> {
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let now = date.unwrap_or_else(|| self.service_now());
        let wait = retry::after(response.status().as_u16(), header?, now)?;
        *self.shared.asked_to_wait.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Instant::now() + wait);
        Some(wait)
    }

    fn tell_if_new(&self, signature: &Signature) {
        if signature.is_new {
            self.tell(Event::Signed(signature.until));
        }
    }

    fn tell(&self, event: Event) {
        note_down(&event);
        if let Some(observer) = &self.observer {
            observer(event);
        }
    }

    fn learn_skew(&self, server_date: DateTime<Utc>, sent: DateTime<Utc>, took: Duration) {
        // Nobody knows when in that time the service wrote its date. Only where this process, or the machine,
        // was stopped is it more than an answer is waited for: then it tells nothing.
        let by_clock = (self.shared.context.now() - sent).to_std().unwrap_or_default();
        if took.max(by_clock) > self.shared.timeouts.total {
            return;
        }
        let skew = call::skew(server_date, sent, took);
        *self.shared.skew.lock().unwrap_or_else(PoisonError::into_inner) = Some(skew);
    }
}

/// Into the log, where one was asked for. Bodies stay out of it: they name people.
fn note_down(event: &Event) {
    let call = match event {
        Event::Signed(until) => {
            tracing::info!(event = "signed", until = %until.to_rfc3339_opts(SecondsFormat::Secs, true));
            return;
        }
        Event::Called(call) => call,
    };
    let words = Some(call.words()).filter(|_| call.end != End::Done);
    tracing::info!(
        event = "call",
        sent = %call.sent.to_rfc3339_opts(SecondsFormat::Millis, true),
        app = call.address.sdkappid,
        command = call.command.name(),
        priority = call.priority.word(),
        attempt = call.attempt,
        task = call.task.map(|task| task.0),
        ms = u64::try_from(call.took.as_millis()).unwrap_or(u64::MAX),
        bytes_sent = call.bytes_sent,
        bytes_received = call.bytes_received,
        status = call.status,
        ok = call.end == End::Done,
        code = call.code(),
        words,
        request_id = call.request_id.as_deref(),
    );
}

/// One call, the same for all its attempts.
struct Request {
    command: Command,
    priority: Priority,
    task: Option<TaskId>,
    body: String,
    /// As much of the body as its records keep.
    kept: Arc<str>,
    /// The most rows of a list that are kept.
    want: usize,
}

impl Request {
    fn new(command: Command, priority: Priority, body: &Value) -> Self {
        let task = body.get("TaskID").and_then(Value::as_u64).map(TaskId);
        let body = body.to_string();
        let kept = Call::kept(&body);
        Self { command, priority, task, body, kept, want: 0 }
    }
}

/// One attempt under way. It is reported when it ends, also when its future is dropped.
struct Record<'a> {
    client: &'a Client,
    began: Instant,
    call: Call,
}

impl<'a> Record<'a> {
    fn begin(client: &'a Client, request: &Request, attempt: u32) -> Self {
        let shared = &*client.shared;
        let call = Call {
            command: request.command,
            priority: request.priority,
            attempt,
            task: request.task,
            address: Arc::clone(&shared.address),
            random: shared.context.random(),
            body: Arc::clone(&request.kept),
            sent: shared.context.now(),
            took: Duration::ZERO,
            server_date: None,
            retry_after: None,
            bytes_sent: request.body.len() as u64,
            bytes_received: 0,
            status: None,
            request_id: None,
            end: End::GivenUp,
        };
        Self { client, began: Instant::now(), call }
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        self.call.took = self.began.elapsed();
        if let Some(date) = self.call.server_date {
            self.client.learn_skew(date, self.call.sent, self.call.took);
        }
        self.client.tell(Event::Called(Arc::new(self.call.clone())));
    }
}

/// [`wire::read_answer`], but what a gateway says is not believed, whatever it looks like.
fn read_answer(status: u16, body: &[u8], want: usize, known: &KnownRows) -> Result<Answer, Failure> {
    if (300..400).contains(&status) {
        let detail = "it points to another address, which is not followed".to_owned();
        return Err(Failure::Unreadable { status, detail });
    }
    match wire::read_answer(status, body, want, known) {
        Err(Failure::Refused { code, info, .. }) if status >= 500 => {
            Err(Failure::Unreadable { status, detail: format!("it names code {code}: {info}") })
        }
        result => result,
    }
}

/// `RequestId`, also of a refusal, whose other fields are gone by now.
fn request_id(result: &Result<Answer, Failure>, bytes: &[u8]) -> Option<String> {
    match result {
        Ok(answer) => answer.request_id.clone(),
        Err(_) if bytes.len() > MOST_REFUSAL => None,
        Err(_) => wire::read_request_id(bytes),
    }
}

/// A success that names no task is believed; one that names another is not.
fn about(id: TaskId, answer: &Answer) -> Result<TaskId, Failure> {
    match wire::read_task_id(answer) {
        Ok(named) if named != id => Err(about_another(named)),
        Ok(_) | Err(_) => Ok(id),
    }
}

fn about_another(named: TaskId) -> Failure {
    Failure::Unreadable { status: 200, detail: format!("it is about another task, {named}") }
}

#[cfg(test)]
mod tests;
