//! What the filter costs over many tasks: a key in its line, the longest slice of that, and what a task takes in
//! memory beside its own JSON.
//!
//! `cargo bench --bench filter` prints it for 100,000 tasks and for 1,000,000; other numbers can be named behind
//! `--`. Nothing is asserted; run it on a machine that does nothing else.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::collections::HashSet;
use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pushdeck::app::{Message, Moment, State, update};
use pushdeck::domain::filter::{FilterContext, Run};
use pushdeck::domain::schedule::{Row, Slot};
use pushdeck::domain::{Filter, Schedule, Zone, wire};

#[path = "support/setup.rs"]
mod setup;

/// How often each figure is taken.
const TIMES: usize = 15;
/// Seconds over which the tasks are scheduled: 6 days back and 22 ahead, all of which the table shows.
const SPREAD: u64 = 28 * 86_400;

const TITLES: [(&str, &str); 10] = [
    ("Flash sale", "Everything 30 % off until midnight. Only today, only in the app."),
    ("Order shipped", "Your order is on its way and arrives tomorrow before 18:00."),
    ("股票早报", "昨日两市成交额九千亿元，科技板块领涨，查看今日要闻。"),
    ("Weekend in Lisbon", "Flights from 59 EUR. Book by Sunday and save a third."),
    ("限时优惠", "全场八折，满三百减五十，今晚十二点结束，点击查看。"),
    ("Lions won 3:1", "Watch the highlights and the interview with the coach."),
    ("Your points expire soon", "250 points expire on Friday. Use them for a coffee."),
    ("Lesson 12 is ready", "Ten minutes a day are enough. Keep your streak of 21 days."),
    ("天气预警", "今天下午有雷阵雨，出门请带伞，注意行车安全。"),
    ("Payment received", "We received 128.50 EUR. Thank you for paying on time."),
];
const AUDIENCES: [(&str, &str); 5] = [
    ("All", r#""To_All":1"#),
    ("Tag", r#""Condition":{"TagsOr":["vip","gold"]}"#),
    ("Tag", r#""Condition":{"TagsAnd":["上海","new_user"]}"#),
    ("User", r#""To_Account":["anna_1994"]"#),
    ("User", r#""To_Account":["bela_k","carlos77","dina_2001"]"#),
];

/// The same numbers every time, spread well.
fn spread(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^= mixed >> 29;
    mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 16
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_241_002, 0).unwrap_or_default()
}

fn json(number: u64) -> String {
    let random = spread(number);
    let pick = |of: usize, salt: u64| usize::try_from(spread(random ^ salt) % of as u64).unwrap_or(0);
    let (title, desc) = TITLES[pick(TITLES.len(), 1)];
    let (kind, audience) = AUDIENCES[pick(AUDIENCES.len(), 2)];
    let seconds = i64::try_from(random % SPREAD).unwrap_or(0) - 6 * 86_400;
    let at = now() + TimeDelta::seconds(seconds);
    let created = at - TimeDelta::hours(30);
    let (status, success, error) = match seconds {
        1.. => ("pending", 0, ""),
        _ if pick(50, 3) == 0 => {
            ("dispatched", 0, "push failed: code 90047, the number of pushes is used up")
        }
        _ => ("dispatched", 1, ""),
    };
    let id = 1_000_000_000 + number;
    let (at, created) = (at.format("%Y-%m-%d %H:%M:%S"), created.format("%Y-%m-%d %H:%M:%S"));
    format!(
        r#"{{"TaskID":{id},"Sdkappid":1400000001,"Type":"{kind}","CreateAt":"{created}","SchedAt":"{at}","Status":"{status}","DispatchSuccess":{success},"DispatchErr":"{error}","PushTaskID":"","Title":"{title}","Desc":"{desc}","Content":{{"From_Account":"administrator",{audience},"MsgRandom":{random},"OfflinePushInfo":{{"PushFlag":0,"Title":"{title}","Desc":"{desc}","Ext":"{{\"page\":\"sale\"}}"}}}}}}"#
    )
}

/// Bytes of this process that are in memory.
fn resident() -> Result<usize, Box<dyn Error>> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    Ok(pages.split(' ').nth(1).ok_or("no such figure")?.parse::<usize>()? * 4096)
}

/// Reads so many tasks, and prints what one takes.
fn hold(count: u64) -> Result<Schedule, Box<dyn Error>> {
    let mut schedule = Schedule::default();
    let before = resident()?;
    let (mut texts, mut words) = (0, 0);
    for number in 0..count {
        let json = json(number);
        texts += json.len();
        let task = wire::read_task_text(&json.into()).ok_or("not a task")?;
        let row = Row::of(&task);
        words += row.words().searched.len();
        drop(task);
        schedule.put(row, 0);
        // As they come in pages.
        if number % 100_000 == 99_999 {
            schedule.settle();
        }
    }
    schedule.settle();
    let taken = resident()?.saturating_sub(before);
    let each = |bytes: usize| bytes / usize::try_from(count).unwrap_or(1).max(1);
    println!(
        "  a task in memory: {} bytes, which are its JSON as it came ({}), its words to be searched ({}), and {} besides",
        each(taken),
        each(texts),
        each(words),
        each(taken.saturating_sub(texts + words)),
    );
    Ok(schedule)
}

/// Runs a filter in slices, as keys would; prints the whole and the longest slice.
fn run(name: &str, schedule: &Schedule, slots: &[Slot], filter: &str) -> Vec<Slot> {
    let none = HashSet::new();
    let mut figures = Vec::new();
    let mut longest = Duration::ZERO;
    let (mut slices, mut passing) = (0, Vec::new());
    for _ in 0..TIMES {
        let began = Instant::now();
        let context = FilterContext::new(now(), &none, &none);
        let mut run = Run::new(Filter::read(filter, Zone::UTC, now()));
        slices = 0;
        loop {
            let slice = Instant::now();
            let is_over = run.go_on(schedule, slots, &context);
            longest = longest.max(slice.elapsed());
            slices += 1;
            if is_over {
                break;
            }
        }
        passing = run.take();
        figures.push(began.elapsed());
    }
    figures.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let at = |share: usize| ms(figures.get((TIMES - 1) * share / 100).copied().unwrap_or_default());
    println!(
        "  {name:<40} median {:7.2} ms   p95 {:7.2} ms   longest of {slices:>3} slices {:6.2} ms   {:>9} of {} pass",
        at(50),
        at(95),
        ms(longest),
        passing.len(),
        slots.len()
    );
    passing
}

/// The dashboard with so many tasks, as they are recalled at a start.
fn dashboard(count: u64) -> Result<State, Box<dyn Error>> {
    let mut state = State::start(setup::setup()?, at_second(0), (160, 48)).0;
    for piece in 0..count.div_ceil(500) {
        let numbers = (piece * 500)..((piece + 1) * 500).min(count);
        let tasks = numbers.filter_map(|number| wire::read_task_text(&json(number).into()));
        let rows = tasks.map(|task| Row::of(&task)).collect();
        update(&mut state, Message::Recalled { rows, read_at: now() });
    }
    for second in 1..40 {
        update(&mut state, Message::Ticked(at_second(second)));
    }
    Ok(state)
}

fn at_second(second: u64) -> Moment {
    let running = Duration::from_secs(1000 + second);
    Moment { utc: now() + TimeDelta::seconds(i64::try_from(second).unwrap_or(0)), running }
}

/// Keys in the line of the filter of the dashboard: the key itself, and everything until the rows are there.
fn keys(name: &str, state: &mut State, typed: &str) {
    let mut press = |code: KeyCode| {
        let began = Instant::now();
        update(state, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        let (key, mut longest, mut messages) = (began.elapsed(), began.elapsed(), 1);
        // The loop wakes at once where something is left to be done.
        while state.wake_in().is_zero() && messages < 10_000 {
            let slice = Instant::now();
            update(state, Message::Ticked(state.now));
            longest = longest.max(slice.elapsed());
            messages += 1;
        }
        (key, longest, began.elapsed(), messages)
    };
    let mut figures = Vec::new();
    press(KeyCode::Char('/'));
    for _ in 0..TIMES {
        for c in typed.chars() {
            figures.push(press(KeyCode::Char(c)));
        }
        for _ in typed.chars() {
            press(KeyCode::Backspace);
        }
    }
    press(KeyCode::Esc);
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let middle = |of: fn(&(Duration, Duration, Duration, i32)) -> Duration| {
        let mut all: Vec<Duration> = figures.iter().map(of).collect();
        all.sort();
        ms(all.get(all.len() / 2).copied().unwrap_or_default())
    };
    let messages = figures.iter().map(|figure| figure.3).max().unwrap_or_default();
    println!(
        "  {name:<40} median {:7.2} ms until the rows are there   {:6.2} ms the key alone   {:6.2} ms its longest \
         message of {messages}",
        middle(|figure| figure.2),
        middle(|figure| figure.0),
        middle(|figure| figure.1),
    );
}

fn measure(count: u64) -> Result<(), Box<dyn Error>> {
    println!("{count} tasks");
    let schedule = hold(count)?;
    let all = schedule.by_time();
    // In the order of time they lie anywhere in memory; in the order in which they were read, side by side.
    let mut as_read = all.to_vec();
    as_read.sort_unstable();
    run("a new word that stands nowhere", &schedule, all, "zebra");
    run("the same, in the order in memory", &schedule, &as_read, "zebra");
    run("two new words that stand nowhere", &schedule, all, "!zebra 斑马");
    run("a new word that stands everywhere", &schedule, all, "1");
    run("a Chinese word", &schedule, all, "早报");
    let sale = run("a word, typed: \"sal\"", &schedule, all, "sal");
    run("the same, typed on: \"sale\"", &schedule, &sale, "sale");
    run("tag~vip", &schedule, all, "tag~vip");
    run("to=anna_1994", &schedule, all, "to=anna_1994");
    run("in<2h", &schedule, all, "in<2h");
    run("status=failed", &schedule, all, "status=failed");
    run("status=failed at=\"last night\" quota", &schedule, all, "status=failed at=\"last night\" quota");
    drop(schedule);
    let mut state = dashboard(count)?;
    println!("  the dashboard shows {} rows of {}", state.board.count(), state.board.schedule.len());
    keys("a key: z, which stands nowhere", &mut state, "z");
    keys("a key: s, which stands in most", &mut state, "s");
    keys("a key: 1, which stands everywhere", &mut state, "1");
    keys("keys: s, a, l, e", &mut state, "sale");
    keys("keys: !s, which stand in few", &mut state, "!s");
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` calls it too; there is nothing to measure in a debug build.
    if !std::env::args().any(|arg| arg == "--bench") {
        return Ok(());
    }
    let named: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    for count in if named.is_empty() { vec![100_000, 1_000_000] } else { named } {
        measure(count)?;
    }
    Ok(())
}
