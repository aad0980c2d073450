//! What a key costs on the table: the change of the state and its frame in 160×48 cells, with 20 tasks held, with
//! 100,000 and with 1,000,000, and the same frame by a bare ratatui table.
//!
//! `cargo bench --bench table` prints it, in the process itself, without a terminal. Nothing is asserted; run it on a
//! machine that does nothing else.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pushdeck::app::{Message, Moment, Setup, State, update};
use pushdeck::domain::filter::SavedFilter;
use pushdeck::domain::schedule::Row;
use pushdeck::domain::wire;
use pushdeck::theme::{Depth, Theme};
use pushdeck::view;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, StatefulWidget, Table, TableState};

#[path = "support/setup.rs"]
mod setup;

/// Columns and rows.
const SIZE: (u16, u16) = (160, 48);
/// Keys that are measured.
const KEYS: usize = 600;
/// Tasks that come in one message.
const LOT: u64 = 500;

fn now() -> Result<DateTime<Utc>, Box<dyn Error>> {
    Ok(Utc.timestamp_opt(1_795_241_002, 0).single().ok_or("no such time")?)
}

fn start() -> Result<State, Box<dyn Error>> {
    let setup = Setup { filters: SavedFilter::built_in(), ..setup::setup()? };
    let moment = Moment { utc: now()?, running: Duration::from_secs(1000) };
    Ok(State::start(setup, moment, SIZE).0)
}

fn row(number: u64, count: u64, now: DateTime<Utc>) -> Option<Row> {
    // A fifth of them lies in the past, the rest is spread over three weeks.
    let span = i64::try_from(number).ok()? * 1_800_000 / i64::try_from(count).ok()?;
    let at = wire::time_out(now + TimeDelta::seconds(span - 360_000));
    let (status, kind) = if span < 360_000 { ("dispatched", "Tag") } else { ("pending", "User") };
    let title = ["Order shipped", "Flash sale", "股票早报 · 今日行情", "Your table is ready"]
        [usize::try_from(number % 4).ok()?];
    let json = format!(
        r#"{{"TaskID":{},"Sdkappid":1400000001,"CreateAt":"2026-11-19 08:00:00","SchedAt":"{at}","Type":"{kind}","Title":"{title} {number}","Desc":"Everything 30 % off until midnight. Open the app and look.","Content":{{"From_Account":"administrator","To_Account":["user_{number}"],"MsgRandom":{number},"OfflinePushInfo":{{"PushFlag":0,"Title":"{title} {number}","Desc":"Everything 30 % off until midnight. Open the app and look."}}}},"Status":"{status}","DispatchSuccess":1,"DispatchErr":"","PushTaskID":""}}"#,
        1_000_000_000 + number
    );
    wire::read_task_text(&json.into()).map(|task| Row::of(&task))
}

fn holding(count: u64) -> Result<State, Box<dyn Error>> {
    let (mut state, now) = (start()?, now()?);
    let mut lot = Vec::new();
    for number in 0..count {
        lot.extend(row(number, count, now));
        if number % LOT == LOT - 1 || number + 1 == count {
            let rows = std::mem::take(&mut lot);
            update(&mut state, Message::Recalled { rows, read_at: now });
        }
    }
    Ok(state)
}

fn frame(state: &State, theme: &Theme) {
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut buf = Buffer::empty(area);
    view::render(state, theme, area, &mut buf);
    std::hint::black_box(&buf);
}

/// Figures of one row: the middle, and what nineteen in twenty stay under.
fn print(name: &str, mut figures: Vec<Duration>) -> f64 {
    figures.sort();
    let at = |share: usize| figures.get((figures.len() - 1) * share / 100).copied().unwrap_or_default();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("{name:<52} median {:7.3} ms   p95 {:7.3} ms", ms(at(50)), ms(at(95)));
    ms(at(50))
}

fn resident() -> Result<u64, Box<dyn Error>> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    Ok(statm.split_whitespace().nth(1).ok_or("no figure")?.parse::<u64>()? * 4096)
}

fn measure(count: u64) -> Result<f64, Box<dyn Error>> {
    let before = resident()?;
    let mut state = holding(count)?;
    let theme = Theme::new(Depth::Indexed);
    let moment = Moment { utc: now()?, running: Duration::from_secs(1001) };
    // What is counted in the background is over by then.
    for _ in 0..200 {
        update(&mut state, Message::Ticked(moment));
    }
    let mut figures = Vec::with_capacity(KEYS);
    let mut ticks = Vec::new();
    for number in 0..KEYS {
        // Thirty rows down and thirty up again: the screen moves with some of them.
        let code = if number / 30 % 2 == 0 { KeyCode::Char('j') } else { KeyCode::Char('k') };
        let began = Instant::now();
        update(&mut state, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        frame(&state, &theme);
        figures.push(began.elapsed());
    }
    for second in 0..20 {
        let moment = Moment {
            utc: moment.utc + TimeDelta::seconds(second),
            running: moment.running + Duration::from_secs(second.unsigned_abs()),
        };
        let began = Instant::now();
        update(&mut state, Message::Ticked(moment));
        frame(&state, &theme);
        ticks.push(began.elapsed());
    }
    let key = print(&format!("key to finished frame, {count} tasks"), figures);
    print(&format!("  a second that passes, {count} tasks"), ticks);
    for code in [KeyCode::Char('G'), KeyCode::Char('g')] {
        let began = Instant::now();
        update(&mut state, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        frame(&state, &theme);
        println!("  {code} {:7.3} ms", began.elapsed().as_secs_f64() * 1000.0);
    }
    let held = resident()?.saturating_sub(before);
    println!("  memory: {} bytes more for {count} tasks, {} each", held, held / count.max(1));
    Ok(key)
}

/// The same number of rows in a table of ratatui that knows nothing but its cells.
fn bare() -> f64 {
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let rows: Vec<[String; 5]> = (0..44)
        .map(|n| {
            [
                "PEND".to_owned(),
                format!("{n}m 04s"),
                "Sat 21 Nov 14:15".to_owned(),
                "‼ EVERYONE".to_owned(),
                format!("Flash sale {n}"),
            ]
        })
        .collect();
    let widths = [6, 8, 18, 20, 60].map(Constraint::Length);
    let mut selected = TableState::default();
    let mut figures = Vec::with_capacity(KEYS);
    for number in 0..KEYS {
        let began = Instant::now();
        selected.select(Some(number % 40));
        let table = Table::new(
            rows.iter().map(|row| ratatui::widgets::Row::new(row.iter().map(String::as_str))),
            widths,
        )
        .block(Block::bordered().title(" Tasks "))
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
        let mut buf = Buffer::empty(area);
        table.render(area, &mut buf, &mut selected);
        std::hint::black_box(&buf);
        figures.push(began.elapsed());
    }
    print("a bare ratatui table of 44 rows", figures)
}

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` calls it too; there is nothing to measure in a debug build.
    if !std::env::args().any(|arg| arg == "--bench") {
        return Ok(());
    }
    bare();
    let few = measure(20)?;
    let screenful = measure(60)?;
    for count in [100_000, 1_000_000] {
        let many = measure(count)?;
        println!(
            "  that is {:.2} × the figure for 20, {:.2} × that for a full screen",
            many / few,
            many / screenful
        );
    }
    Ok(())
}
