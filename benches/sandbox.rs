//! Figures of the sandbox: calls a second, times of answers, memory, many tasks due at once.
//!
//! `cargo bench --bench sandbox` starts the real binary on a new database file with 100,000 tasks
//! (`-- 1000000` makes it a million), calls it from 16 connections, and prints what it measured.
//! Nothing is asserted; run it on a machine that does nothing else. The caller shares the cores
//! with the sandbox, so the sandbox alone would be faster.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pushdeck::usersig;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::SecretString;
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const APP: u64 = 88_888_888;
const WHO: &str = "administrator";
const KEY: &str = "made-up-key-of-the-bench";
const CONNECTIONS: u64 = 16;

/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(5);

const DAY: i64 = 86_400;

/// Tasks that are due in the same second.
const DUE: usize = 1000;

struct Sandbox {
    child: Child,
    address: String,
}

impl Sandbox {
    fn start(path: &Path, tasks: u64) -> Outcome<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pushdeck"))
            .args(["sandbox", "--secret-key-env", "BENCH_KEY", "--sdkappid", &APP.to_string()])
            .args(["--tasks", &tasks.to_string(), "--first-task-id", "1"])
            .args(["--rate-limit-per-second", "0", "--max-active-tasks", "0", "--db"])
            .arg(path)
            .env("BENCH_KEY", KEY)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.as_mut() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let address =
            line.trim().strip_prefix("listening on http://").ok_or("it does not listen")?.to_owned();
        Ok(Self { child, address })
    }

    /// Megabytes of memory: now, and at most so far.
    fn memory(&self) -> Outcome<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
            let kilobytes = line.trim_start_matches(':').split_whitespace().next().unwrap_or("0");
            kilobytes.parse::<f64>().unwrap_or(0.0) / 1024.0
        };
        Ok((megabytes("VmRSS"), megabytes("VmHWM")))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection that stays open.
struct Wire {
    stream: BufReader<TcpStream>,
    query: String,
    line: String,
    body: Vec<u8>,
}

impl Wire {
    fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        let sig = usersig::sign(&SecretString::from(KEY), APP, WHO, now(), DAY.unsigned_abs(), None)?;
        let query =
            format!("sdkappid={APP}&identifier={WHO}&usersig={}&random=7&contenttype=json", sig.expose());
        Ok(Self { stream: BufReader::new(stream), query, line: String::new(), body: Vec::new() })
    }

    /// Makes a call that must succeed; the body of the answer stays in `self.body`.
    fn call(&mut self, command: &str, body: &str) -> Outcome<()> {
        let request = format!(
            "POST /v4/timpush/{command}?{} HTTP/1.1\r\nHost: sandbox\r\nContent-Length: {}\r\n\r\n{body}",
            self.query,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut length = 0;
        loop {
            self.line.clear();
            if self.stream.read_line(&mut self.line)? == 0 {
                return Err("the connection was closed".into());
            }
            if let Some((name, value)) = self.line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
            if self.line == "\r\n" {
                break;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        if self.body.starts_with(b"{\"ActionStatus\":\"OK\"") {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&self.body).into_owned().into())
    }
}

fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the process that is measured has the real clock")]
    chrono::Utc::now().timestamp()
}

fn time(at: i64) -> String {
    let at = chrono::DateTime::from_timestamp(at, 0).unwrap_or_default();
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Calls from so many connections for a while, and prints rate and times of answers.
fn measure(
    sandbox: &Sandbox,
    name: &str,
    connections: u64,
    command: &'static str,
    body: impl Fn(&mut StdRng) -> String + Clone + Send + 'static,
) -> Outcome<()> {
    let began = Instant::now();
    let callers: Vec<_> = (0..connections)
        .map(|number| {
            let (address, body) = (sandbox.address.clone(), body.clone());
            std::thread::spawn(move || -> Outcome<Vec<Duration>> {
                let mut wire = Wire::open(&address)?;
                let mut rng = StdRng::seed_from_u64(number);
                let mut times = Vec::new();
                while began.elapsed() < SPAN {
                    let body = body(&mut rng);
                    let sent = Instant::now();
                    wire.call(command, &body)?;
                    times.push(sent.elapsed());
                }
                Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.join().map_err(|_| "a caller panicked")??);
    }
    let seconds = began.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: usize| {
        let time = times.get((times.len().saturating_sub(1)) * share / 1000).copied().unwrap_or_default();
        time.as_secs_f64() * 1000.0
    };
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
    let rate = times.len() as f64 / seconds;
    println!(
        "{name:<60} {connections:>3} conn {rate:>9.0} /s   median {:>8.3} ms   p99 {:>8.3} ms   max {:>8.3} ms",
        at(500),
        at(990),
        at(1000)
    );
    Ok(())
}

/// A page of 20 tasks: by which time, from where to where.
#[derive(Clone, Copy)]
struct Asked {
    order: &'static str,
    ascending: bool,
    offset: u64,
    keyword: &'static str,
    begin: i64,
    end: i64,
}

impl Asked {
    fn body(&self) -> String {
        json!({"Sdkappid": APP, "Offset": self.offset, "Want": 20, "OrderBy": self.order, "Asc": self.ascending,
            "BeginTime": time(self.begin), "EndTime": time(self.end), "Keyword": self.keyword})
        .to_string()
    }

    /// How many tasks fit in all.
    fn total(&self, sandbox: &Sandbox) -> Outcome<u64> {
        let mut wire = Wire::open(&sandbox.address)?;
        wire.call("list_sched_task", &self.body())?;
        let answer: Value = serde_json::from_slice(&wire.body)?;
        Ok(answer["Total"].as_u64().ok_or("a list without a total")?)
    }
}

fn lists(sandbox: &Sandbox, tasks: u64) -> Outcome<()> {
    let begin = now() - 8 * DAY;
    let all =
        Asked { order: "schedat", ascending: true, offset: 0, keyword: "", begin, end: begin + 31 * DAY };
    // Of the past: a range is of the time of creation.
    let noon = now() / DAY * DAY - 2 * DAY + DAY / 2;
    let hour = Asked { begin: noon, end: noon + 3599, ..all };
    for (name, connections, asked) in [
        ("first page", CONNECTIONS, all),
        ("first page", 1, all),
        ("by createat, descending, first page", 1, Asked { order: "createat", ascending: false, ..all }),
        ("page in the middle", 1, Asked { offset: tasks / 2, ..all }),
        ("keyword \"order\"", 1, Asked { keyword: "order", ..all }),
        ("keyword \"order\", page in the middle", 1, Asked { keyword: "order", offset: tasks / 20, ..all }),
        ("keyword \"快递\"", 1, Asked { keyword: "快递", ..all }),
        ("keyword \"e\"", 1, Asked { keyword: "e", ..all }),
        ("keyword \"31415\"", 1, Asked { keyword: "31415", ..all }),
        ("keyword nobody has", 1, Asked { keyword: "zzzzzz", ..all }),
        ("one hour", 1, hour),
        ("one hour, keyword \"order\"", 1, Asked { keyword: "order", ..hour }),
        ("one hour, keyword \"快递\"", 1, Asked { keyword: "快递", ..hour }),
    ] {
        let name = format!("list 20 of {}: {name}", asked.total(sandbox)?);
        measure(sandbox, &name, connections, "list_sched_task", move |_| asked.body())?;
    }
    Ok(())
}

fn add_body(at: i64, title: &str) -> String {
    let info = json!({"Title": title, "Desc": "Your order is on its way", "Ext": "{\"page\":\"orders\"}"});
    json!({"Sdkappid": APP, "Type": "All", "SchedAt": time(at),
        "Content": {"From_Account": WHO, "OfflinePushInfo": info}})
    .to_string()
}

/// From the second in which many tasks are due until all of them are dispatched.
fn due(sandbox: &Sandbox) -> Outcome<()> {
    let mut wire = Wire::open(&sandbox.address)?;
    let at = now() + 6;
    let title = format!("due{at}");
    for _ in 0..DUE {
        wire.call("add_sched_task", &add_body(at, &title))?;
    }
    if now() >= at {
        return Err("the tasks were not made in time".into());
    }
    let body = |offset: usize| {
        json!({"Sdkappid": APP, "Offset": offset, "Want": 100, "OrderBy": "createat", "Asc": false,
            "BeginTime": time(at - 60), "EndTime": time(at + 60), "Keyword": title})
        .to_string()
    };
    let mut done = 0;
    while done < DUE {
        wire.call("list_sched_task", &body(DUE - 100 - done.min(DUE - 100)))?;
        let answer: Value = serde_json::from_slice(&wire.body)?;
        let tasks = answer["Tasks"].as_array().map_or(&[][..], Vec::as_slice);
        if tasks.iter().all(|task| task["Status"] == "dispatched") {
            done += tasks.len();
        }
    }
    #[expect(clippy::disallowed_methods, reason = "the process that is measured has the real clock")]
    let after = chrono::Utc::now().timestamp_millis() - at * 1000;
    println!(
        "{DUE} tasks due in one second: all dispatched {after} ms after it began (500 ms of them by option)"
    );
    Ok(())
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` calls it too; there is nothing to measure in a debug build.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let tasks: u64 = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("tasks.db");
    let began = Instant::now();
    drop(Sandbox::start(&path, tasks)?);
    let size = std::fs::metadata(&path)?.len() >> 20;
    println!("{tasks} tasks made in {:.1} s, {size} MB", began.elapsed().as_secs_f64());

    let began = Instant::now();
    let sandbox = Sandbox::start(&path, 0)?;
    println!("started on them in {:.0} ms", began.elapsed().as_secs_f64() * 1000.0);
    let get =
        move |rng: &mut StdRng| json!({"Sdkappid": APP, "TaskID": rng.random_range(1..=tasks)}).to_string();
    measure(&sandbox, "get", CONNECTIONS, "get_sched_task", get)?;
    lists(&sandbox, tasks)?;
    let far = now() + 40 * DAY;
    let add = move |rng: &mut StdRng| add_body(far + rng.random_range(0..DAY), "Order shipped");
    measure(&sandbox, "add, each on disk before its answer", CONNECTIONS, "add_sched_task", add)?;
    due(&sandbox)?;
    let (resident, most) = sandbox.memory()?;
    println!("memory: {resident:.0} MB, at most {most:.0} MB");
    Ok(())
}
