//! Figures a person feels: from start to the first frame and the first table, and from a key to its frame. And what the
//! dashboard takes of the machine and the line: memory, processor and bytes at rest, bytes of a key.
//!
//! `cargo bench --bench dashboard` drives the real binary in a pseudo-terminal and prints what it measured. For start and
//! keys it runs the embedded sandbox; for the others the sandbox is a process of its own, which does not count. Nothing is
//! asserted; run it on a machine that does nothing else. `-- start`, `keys`, `rest` or `bytes` measures only that.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

#[path = "support/program.rs"]
mod program;

use std::time::{Duration, Instant};

use program::{Outcome, Program, Sandbox};

const LARGE: (u16, u16) = (120, 40);
const SMALL: (u16, u16) = (80, 24);

/// How long it is watched at rest.
const REST: Duration = Duration::from_secs(30);

/// So many tasks an app has as a rule.
const TASKS: u64 = 20;

fn print(name: &str, mut figures: Vec<Duration>) {
    figures.sort();
    let at = |share: usize| figures.get((figures.len() - 1) * share / 100).copied().unwrap_or_default();
    let ms = |d: Duration| d.as_secs_f64() * 1000.0;
    let (median, p95, most) = (ms(at(50)), ms(at(95)), ms(at(100)));
    println!(
        "{name:<44} n {:>3}   median {median:7.2} ms   p95 {p95:7.2} ms   max {most:7.2} ms",
        figures.len()
    );
}

fn startup() -> Outcome<()> {
    let (mut frames, mut tables) = (Vec::new(), Vec::new());
    for _ in 0..15 {
        let home = tempfile::tempdir()?;
        let mut program = Program::start(home.path(), LARGE, &["--sandbox"])?;
        frames.push(program.until(|screen| screen.contains("1 Tasks"))?);
        tables.push(program.until(|screen| screen.contains("PEND"))?);
    }
    print("start to first frame, embedded sandbox", frames);
    print("start to first table, embedded sandbox", tables);
    Ok(())
}

fn keys() -> Outcome<()> {
    let home = tempfile::tempdir()?;
    let mut program = Program::start(home.path(), LARGE, &["--sandbox"])?;
    program.until(|screen| screen.contains("PEND"))?;
    let mut figures = Vec::new();
    for i in 0..100 {
        program.quiet();
        let sent = Instant::now();
        program.send(if i % 2 == 0 { b"j" } else { b"k" })?;
        figures.push(program.next(Duration::from_secs(5))? - sent);
    }
    print("key to first byte of its frame", figures);
    Ok(())
}

/// The dashboard on a sandbox in another process, once everything was read.
fn at_rest(home: &std::path::Path, service: &Sandbox, size: (u16, u16)) -> Outcome<Program> {
    let config = service.config(home)?;
    let mut program = Program::start(home, size, &["--config", &config])?;
    program.until(|screen| screen.contains("PEND"))?;
    program.rest(Duration::from_secs(3));
    Ok(program)
}

/// Memory, processor, wakes and bytes while nobody does anything: first while two tasks of the demo go out, and what is due
/// is looked at twice a second, then while nothing is due within a minute.
fn rest() -> Outcome<()> {
    for size in [LARGE, SMALL] {
        let home = tempfile::tempdir()?;
        let service = Sandbox::start(TASKS)?;
        let mut program = at_rest(home.path(), &service, size)?;
        watched("while tasks go out", &mut program, size)?;
        program.rest(REST);
        watched("at rest", &mut program, size)?;
    }
    Ok(())
}

fn watched(when: &str, program: &mut Program, (columns, rows): (u16, u16)) -> Outcome<()> {
    let (cpu, wakes) = (program.processor()?, program.wakes()?);
    let began = Instant::now();
    let bytes = program.rest(REST);
    let time = began.elapsed().as_secs_f64();
    let cpu = 100.0 * program.processor()?.saturating_sub(cpu).as_secs_f64() / time;
    #[expect(clippy::cast_precision_loss, reason = "figures need no more digits")]
    let (bytes, wakes) = (bytes as f64 / time, (program.wakes()? - wakes) as f64 / time);
    let (resident, own) = program.memory()?;
    println!(
        "{when:<18} {columns}x{rows}, {TASKS} tasks, {time:.0} s: {cpu:.2} % of a core, {bytes:.0} bytes/s, \
         {wakes:.1} wakes/s, {:.1} MiB resident, {:.1} of them its own",
        kib(resident),
        kib(own),
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures need no more digits")]
fn kib(count: u64) -> f64 {
    count as f64 / 1024.0
}

/// What keys are pressed, what each is, and what leads back.
const KEYS: [(&str, &[u8], &[u8]); 11] = [
    ("j", b"j", b""),
    ("k", b"k", b""),
    ("PgDn", b"\x1b[6~", b""),
    ("PgUp", b"\x1b[5~", b""),
    ("Enter: the detail", b"\r", b"\x1b[27u"),
    ("2: the timeline", b"2", b"1"),
    ("?: the help", b"?", b"?"),
    (":: the palette", b":", b"\x1b[27u"),
    ("@: the API log", b"@", b"@"),
    ("n: a form", b"n", b"\x1b[27u"),
    ("x: the menu", b"x", b"\x1b[27u"),
];

/// How many bytes of a key go to the terminal, by its frame.
fn bytes() -> Outcome<()> {
    for size in [LARGE, SMALL] {
        let home = tempfile::tempdir()?;
        let service = Sandbox::start(128)?;
        let mut program = at_rest(home.path(), &service, size)?;
        for (name, key, back) in KEYS {
            let mut figures = Vec::new();
            for _ in 0..7 {
                figures.push(program.bytes_of(key)?);
                if !back.is_empty() {
                    program.bytes_of(back)?;
                }
            }
            figures.sort_unstable();
            let (median, most) = (figures[3], figures[6]);
            println!("bytes at {}x{} of {name:<24} median {median:>6}   max {most:>6}", size.0, size.1);
        }
    }
    Ok(())
}

/// A part of the bench by its name.
type Part = (&'static str, fn() -> Outcome<()>);

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` calls it too; there is nothing to measure in a debug build.
    if !args.iter().any(|arg| arg == "--bench") {
        return Ok(());
    }
    let parts: [Part; 4] = [("start", startup), ("keys", keys), ("rest", rest), ("bytes", bytes)];
    let is_named = parts.iter().any(|(name, _)| args.iter().any(|arg| arg == name));
    for (name, measure) in parts {
        if !is_named || args.iter().any(|arg| arg == name) {
            measure()?;
        }
    }
    Ok(())
}
