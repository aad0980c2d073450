//! Figures of reading the whole schedule: how long it takes, how many calls, how near to what the service allows, and
//! how much of a core.
//!
//! `cargo bench --bench sync` starts the real binary as a sandbox on a new database file with 10,000 tasks and its
//! limit of five calls a second, and reads it as the dashboard does, over real HTTP. `-- 100000` reads so many tasks
//! (that takes 200 s and more), `-- 100000 200` from a service whose answers take 200 ms. The sandbox is a process of
//! its own and does not count. Nothing is asserted; run it on a machine that does nothing else.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]
#![expect(clippy::wildcard_enum_match_arm, reason = "only what is counted is named")]

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use pushdeck::api::{Client, Connection, Context, Credential, Timeouts};
use pushdeck::app::{Effect, Message, Priority, ReqId, Wanted};
use pushdeck::domain::query::Range;
use pushdeck::domain::schedule::Row;
use pushdeck::domain::{Coverage, Schedule};
use pushdeck::worker::{self, Journal, Pace, Reload, Tools};
use secrecy::SecretString;
use tokio::sync::mpsc;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const APP: u64 = 88_888_888;
const WHO: &str = "administrator";
const KEY: &str = "made-up-key-of-the-bench";

/// Calls a second that the service allows.
const ALLOWED: f64 = 5.0;

/// `USER_HZ`, in which the system counts.
const TICKS_A_SECOND: f64 = 100.0;

struct Sandbox {
    child: Child,
    base_url: String,
}

impl Sandbox {
    fn start(path: &Path, tasks: u64, delay: u64) -> Outcome<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pushdeck"))
            .args(["sandbox", "--secret-key-env", "BENCH_KEY", "--sdkappid", &APP.to_string()])
            .args(["--tasks", &tasks.to_string(), "--delay-ms", &delay.to_string(), "--db"])
            .arg(path)
            .env("BENCH_KEY", KEY)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.as_mut() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let base_url = line.trim().strip_prefix("listening on ").ok_or("it does not listen")?.to_owned();
        Ok(Self { child, base_url })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "the process that is measured has the real clock")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Seconds of processor time that this process has used.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // User and system time are the 14th and 15th of all fields; the first two are cut off.
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS_A_SECOND
}

#[derive(Default)]
struct Counted {
    pages: u64,
    calls: u64,
    refused: u64,
    first: Option<Duration>,
}

/// Reads everything and holds it; the order in time is made once, at the end.
async fn read(base_url: String, wanted: Wanted) -> Outcome<(Coverage, Counted, Schedule)> {
    let context = Context::new(now, || 7);
    let credential = Credential::Key(SecretString::from(KEY));
    let identifier = WHO.to_owned();
    let connection = Connection { base_url, sdkappid: APP, identifier, credential, ca_file: None };
    let client = Client::new(&connection, Timeouts::default(), context.clone())
        .map_err(|failure| failure.words().what)?;
    let journal = Journal::new(None, "bench");
    let reload = Reload::never("a bench reads no config");
    let tools = Tools { pace: Pace::default(), client: Arc::new(client), journal, context, reload };
    let (effects, todo) = mpsc::channel(4);
    let (answers, mut messages) = mpsc::channel(256);
    let worker = tokio::spawn(worker::run(tools, todo, answers));
    let began = Instant::now();
    effects.send(Effect::Sync { req: ReqId(1), wanted }).await?;
    let (mut counted, mut schedule) = (Counted::default(), Schedule::default());
    loop {
        match messages.recv().await.ok_or("the worker is gone")? {
            Message::Called(call) => {
                counted.calls += 1;
                counted.refused += u64::from(call.code() != Some(0));
            }
            Message::SyncRead { page, .. } => {
                counted.pages += 1;
                counted.first.get_or_insert_with(|| began.elapsed());
                for task in &page.tasks {
                    schedule.put(Row::of(task), 1);
                }
            }
            Message::Synced { result, .. } => {
                schedule.settle();
                drop(effects);
                drop(messages);
                worker.await?;
                return Ok((*result.map_err(|failure| failure.words().what)?, counted, schedule));
            }
            _ => {}
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures need no more digits")]
fn main() -> Outcome<()> {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (tasks, delay) =
        (numbers.first().copied().unwrap_or(10_000), numbers.get(1).copied().unwrap_or_default());
    let folder = tempfile::tempdir()?;
    let sandbox = Sandbox::start(&folder.path().join("sandbox.db"), tasks, delay)?;
    let range = Range { begin: now() - TimeDelta::days(7), end: now() + TimeDelta::days(24) };
    let (history, keyword) = (TimeDelta::days(90), String::new());
    let wanted = Wanted { range, history, keyword, page_size: 100, priority: Priority::Page };

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (began, before) = (Instant::now(), processor());
    let (coverage, counted, schedule) = runtime.block_on(read(sandbox.base_url.clone(), wanted))?;
    let (seconds, used) = (began.elapsed().as_secs_f64(), processor() - before);

    let (calls, held) = (counted.calls as f64, schedule.len());
    let pages = held.div_ceil(100) as f64;
    let first = counted.first.unwrap_or_default().as_secs_f64() * 1000.0;
    println!("{tasks} tasks at the service, answers after {delay} ms; complete: {}", coverage.is_complete());
    println!("held                 {held:>10} tasks in {} windows", coverage.windows.len());
    println!("first page           {first:>10.0} ms");
    println!(
        "the whole            {seconds:>10.1} s, {:.3} of its pages at five a second",
        seconds * ALLOWED / pages
    );
    println!(
        "calls                {calls:>10} for {pages} pages ({:.3}), {} refused, {} told",
        calls / pages,
        counted.refused,
        counted.pages
    );
    println!(
        "rate                 {:>10.2} a second, {:.1} % of what is allowed",
        calls / seconds,
        calls / seconds / ALLOWED * 100.0
    );
    println!("processor            {used:>10.2} s, {:.2} % of a core", used / seconds * 100.0);
    Ok(())
}
