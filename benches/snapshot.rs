//! Figures of the tasks that are kept for the next start: how long it takes to keep and to read them, what is written,
//! and how long an entry of the journal waits meanwhile.
//!
//! `cargo bench --bench snapshot` keeps 100,000 tasks (`-- 1000000` makes it a million) in a new folder below the
//! working directory, so on its disk. Nothing is asserted; run it on a machine that does nothing else.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use pushdeck::domain::schedule::Row;
use pushdeck::domain::wire;
use pushdeck::store::{FILE, NewIntent, Store};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const APP: &str = "bench 88888888 localhost";

/// Tasks in one lot, as the worker tells them.
const LOT: usize = 500;

fn present() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_240_000, 0).unwrap_or_default()
}

/// As the service gives them: half a kilobyte, a third of them in Chinese.
fn task(n: u64, seconds: i64, version: u32) -> Arc<str> {
    let due = wire::time_out(present() + chrono::TimeDelta::seconds(seconds));
    let (title, desc) = match n % 3 {
        0 => ("股票早报", "今日要闻与行情"),
        1 => ("Your order is on its way", "It arrives between 14:00 and 18:00"),
        _ => ("Flash sale", "Everything at half the price until midnight"),
    };
    json!({"TaskID": 1_000_000_000 + n, "Sdkappid": 88_888_888, "CreateAt": "2026-11-01 08:00:00", "Type": "User",
        "SchedAt": due, "Content": {"From_Account": "administrator", "MsgRandom": 271_828_182 + n, "To_Account":
        [format!("user_{n}"), format!("user_{}", n * 7)], "OfflinePushInfo": {"Title": title, "Desc": desc,
        "Ext": format!("{{\"page\":\"orders\",\"number\":{n},\"version\":{version}}}"), "PushFlag": 0}},
        "Title": title, "Desc": desc, "Status": "pending", "DispatchSuccess": 0, "DispatchErr": "", "PushTaskID": ""})
    .to_string()
    .into()
}

/// Bytes that this process gave the system to write; nothing where that is not known.
fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

fn report(name: &str, began: Instant, bytes: u64) {
    #[expect(clippy::cast_precision_loss, reason = "megabytes to one decimal")]
    let megabytes = bytes as f64 / 1e6;
    println!("{name:<58} {:>8.3} s {megabytes:>9.1} MB written", began.elapsed().as_secs_f64());
}

fn keep(store: &Store, name: &str, tasks: &[Arc<str>]) -> Outcome<()> {
    let (began, before) = (Instant::now(), written());
    store.keep_snapshot(APP, present(), tasks)?;
    report(name, began, written() - before);
    Ok(())
}

fn read(store: &Store) -> Outcome<()> {
    let (began, mut first, mut rows, mut lot) = (Instant::now(), None, 0, Vec::new());
    store.read_snapshot(APP, present(), |task, _| {
        lot.extend(wire::read_task_text(&task).map(|task| Row::of(&task)));
        if lot.len() == LOT {
            rows += lot.len();
            lot.clear();
            first.get_or_insert_with(|| began.elapsed());
        }
        true
    })?;
    let first: Duration = first.unwrap_or_else(|| began.elapsed());
    println!("{:<58} {:>8.3} s", format!("read, the first {LOT} made ready"), first.as_secs_f64());
    report(&format!("read, all {} made ready", rows + lot.len()), began, 0);
    Ok(())
}

/// Writes entries into the journal until it is told to stop; says how long they took.
fn entries(store: &Store, stop: &AtomicBool) -> Outcome<Vec<Duration>> {
    let what =
        NewIntent { command: "add_sched_task".to_owned(), task: None, body: json!({}), msg_random: None };
    let mut took = Vec::new();
    while !stop.load(Ordering::Relaxed) || took.len() < 20 {
        let began = Instant::now();
        store.begin_intent(APP, present(), &what)?;
        took.push(began.elapsed());
        std::thread::sleep(Duration::from_millis(5));
    }
    took.sort_unstable();
    Ok(took)
}

fn waits(name: &str, took: &[Duration]) {
    let of = |at: usize| took.get(at).copied().unwrap_or_default().as_secs_f64() * 1e3;
    let (middle, last) = (of(took.len() / 2), of(took.len().saturating_sub(1)));
    println!("{name:<58} {middle:>8.1} ms in the middle, {last:.1} ms at most, of {}", took.len());
}

fn main() -> Outcome<()> {
    let tasks = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(100_000_u64);
    let folder = tempfile::tempdir_in(".")?;
    let store = Store::open(&folder.path().join(FILE))?;
    let due = |n: u64| i64::try_from(n * 7919 % (30 * 86_400)).unwrap_or(0) - 7 * 86_400;
    let mut all: Vec<Arc<str>> = (0..tasks).map(|n| task(n, due(n), 1)).collect();
    println!("{tasks} tasks, {} bytes of JSON\n", all.iter().map(|task| task.len()).sum::<usize>());

    waits("an entry of the journal, nothing beside it", &entries(&store, &AtomicBool::new(true))?);
    let stop = AtomicBool::new(false);
    let took = std::thread::scope(|scope| {
        let beside = scope.spawn(|| entries(&store, &stop));
        let kept = keep(&store, "keep all of them, for the first time", &all);
        stop.store(true, Ordering::Relaxed);
        let took = beside.join().unwrap_or_else(|_| Err("the journal fell over".into()));
        kept.and(took)
    })?;
    waits("an entry of the journal, while they are kept", &took);
    keep(&store, "keep them again as they are", &all)?;
    for (n, at) in (0..tasks).step_by(100).zip((0..all.len()).step_by(100)) {
        if let Some(one) = all.get_mut(at) {
            *one = task(n, due(n), 2);
        }
    }
    keep(&store, "keep them with one in a hundred changed", &all)?;
    read(&store)?;
    Ok(())
}
