//! Figures a person feels: from start to the first table, and from a key to its frame.
//!
//! `cargo bench` drives the real binary in a pseudo-terminal on the embedded sandbox and prints
//! what it measured. Nothing is asserted; run it on a machine that does nothing else.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::error::Error;
use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Program {
    output: Receiver<(Instant, Vec<u8>)>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: vt100::Parser,
    began: Instant,
}

impl Program {
    fn start(home: &std::path::Path) -> Outcome<Self> {
        let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_pushdeck"));
        command.arg("--sandbox");
        command.env("TERM", "xterm-256color");
        command.env("HOME", home);
        command.env("XDG_CONFIG_HOME", home.join("config"));
        command.env("XDG_STATE_HOME", home.join("state"));
        let mut reader = pair.master.try_clone_reader()?;
        let writer = pair.master.take_writer()?;
        let (sender, output) = sync_channel(1024);
        let began = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        std::thread::spawn(move || {
            let mut buffer = [0; 16_384];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if sender.send((Instant::now(), buffer[..n].to_vec())).is_err() {
                    break;
                }
            }
            drop(pair.master);
        });
        Ok(Self { output, writer, child, screen: vt100::Parser::new(cells(40), cells(120), 0), began })
    }

    /// When the screen first was as asked.
    fn until(&mut self, is: impl Fn(&str) -> bool) -> Outcome<Instant> {
        loop {
            let (at, bytes) = self.output.recv_timeout(Duration::from_secs(20))?;
            self.screen.process(&bytes);
            if is(&self.screen.screen().contents()) {
                return Ok(at);
            }
        }
    }

    /// Waits until nothing came for a while.
    fn quiet(&mut self) {
        while let Ok((_, bytes)) = self.output.recv_timeout(Duration::from_millis(120)) {
            self.screen.process(&bytes);
        }
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap_or(NonZero::<u16>::MIN)
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
    let mut figures = Vec::new();
    for _ in 0..15 {
        let home = tempfile::tempdir()?;
        let mut program = Program::start(home.path())?;
        let shown = program.until(|screen| screen.contains("PEND"))?;
        figures.push(shown - program.began);
    }
    print("start to first table, embedded sandbox", figures);
    Ok(())
}

fn keys() -> Outcome<()> {
    let home = tempfile::tempdir()?;
    let mut program = Program::start(home.path())?;
    program.until(|screen| screen.contains("PEND"))?;
    let mut figures = Vec::new();
    for i in 0..100 {
        program.quiet();
        let sent = Instant::now();
        program.writer.write_all(if i % 2 == 0 { b"j" } else { b"k" })?;
        program.writer.flush()?;
        let (at, bytes) = program.output.recv_timeout(Duration::from_secs(5))?;
        program.screen.process(&bytes);
        figures.push(at - sent);
    }
    print("key to first byte of its frame", figures);
    Ok(())
}

fn main() -> Outcome<()> {
    // `cargo test --benches` calls it too; there is nothing to measure in a debug build.
    if std::env::args().any(|arg| arg == "--bench") {
        startup()?;
        keys()?;
    }
    Ok(())
}
