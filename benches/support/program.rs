//! The real program in a pseudo-terminal, and a sandbox in a process of its own for it to talk to.

use std::error::Error;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

const APP: u64 = 88_888_888;
const KEY: &str = "made-up-key-of-the-bench";
const PATIENCE: Duration = Duration::from_secs(20);

/// What is measured: the program of this build, or another one that `PUSHDECK_BIN` names, to compare the two.
fn binary() -> OsString {
    std::env::var_os("PUSHDECK_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_pushdeck").into())
}

/// A sandbox in a process of its own, so that what it takes is not counted.
pub(crate) struct Sandbox {
    child: std::process::Child,
    base_url: String,
}

impl Sandbox {
    pub(crate) fn start(tasks: u64) -> Outcome<Self> {
        let mut child = Command::new(binary())
            .args(["sandbox", "--secret-key-env", "BENCH_KEY", "--sdkappid", &APP.to_string(), "--seed", "7"])
            .args(["--tasks", &tasks.to_string()])
            .env("BENCH_KEY", KEY)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.as_mut() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let base_url = line.trim().strip_prefix("listening on ").ok_or("it does not listen")?.to_owned();
        Ok(Self { child, base_url })
    }

    /// A config file whose profile is this service.
    pub(crate) fn config(&self, folder: &Path) -> Outcome<String> {
        let path = folder.join("config.toml");
        let text = format!(
            "default_profile = \"acme\"\n[profiles.acme]\nenvironment = \"prod\"\nendpoint = \"{}\"\n\
             sdkappid = {APP}\nidentifier = \"administrator\"\nsecret_key_env = \"BENCH_KEY\"\n\
             timezone = \"Asia/Shanghai\"\n",
            self.base_url
        );
        std::fs::write(&path, text)?;
        Ok(path.to_string_lossy().into_owned())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The dashboard in a terminal.
pub(crate) struct Program {
    output: Receiver<(Instant, Vec<u8>)>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: vt100::Parser,
    began: Instant,
    /// Everything that was written since it was asked last.
    written: Vec<u8>,
}

impl Program {
    /// Starts it with these arguments, in a terminal of so many columns and rows.
    pub(crate) fn start(home: &Path, (columns, rows): (u16, u16), args: &[&str]) -> Outcome<Self> {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new(binary());
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env("HOME", home);
        command.env("XDG_CONFIG_HOME", home.join("config"));
        command.env("XDG_STATE_HOME", home.join("state"));
        command.env("BENCH_KEY", KEY);
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
        let screen = vt100::Parser::new(cells(rows), cells(columns), 0);
        Ok(Self { output, writer, child, screen, began, written: Vec::new() })
    }

    /// How long after the start the screen first was as asked.
    pub(crate) fn until(&mut self, is: impl Fn(&str) -> bool) -> Outcome<Duration> {
        loop {
            let at = self.next(PATIENCE)?;
            if is(&self.screen.screen().contents()) {
                return Ok(at - self.began);
            }
        }
    }

    /// What comes next within a time, and when it came.
    pub(crate) fn next(&mut self, longest: Duration) -> Outcome<Instant> {
        let (at, bytes) = self.output.recv_timeout(longest)?;
        self.screen.process(&bytes);
        self.written.extend_from_slice(&bytes);
        Ok(at)
    }

    /// Takes what comes until nothing did for a while, and forgets it.
    pub(crate) fn quiet(&mut self) {
        while self.next(Duration::from_millis(120)).is_ok() {}
        self.written.clear();
    }

    /// Takes what comes for a while; how much it was.
    pub(crate) fn rest(&mut self, time: Duration) -> usize {
        let end = Instant::now() + time;
        self.written.clear();
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            // Nothing came: that is the end of it.
            let _ = self.next(left);
        }
        self.written.len()
    }

    pub(crate) fn send(&mut self, keys: &[u8]) -> Outcome<()> {
        self.writer.write_all(keys)?;
        Ok(self.writer.flush()?)
    }

    /// Presses a key while nothing else happens; how much was written until its frame was there.
    pub(crate) fn bytes_of(&mut self, keys: &[u8]) -> Outcome<usize> {
        self.quiet();
        self.send(keys)?;
        self.next(PATIENCE)?;
        // A frame ends as a synchronized update does, and comes in pieces where it is long.
        while !self.written.ends_with(b"\x1b[?2026l") {
            self.next(PATIENCE)?;
        }
        Ok(self.written.len())
    }

    /// The threads' time on a processor so far; the kernel counts it in nanoseconds.
    pub(crate) fn processor(&self) -> Outcome<Duration> {
        let mut sum = 0;
        for thread in std::fs::read_dir(self.proc()?.join("task"))? {
            let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            sum += text.split_whitespace().next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(sum))
    }

    /// How often its threads were switched to of their own will: how often something woke them.
    pub(crate) fn wakes(&self) -> Outcome<u64> {
        let mut sum = 0;
        for thread in std::fs::read_dir(self.proc()?.join("task"))? {
            sum +=
                number(&std::fs::read_to_string(thread?.path().join("status"))?, "voluntary_ctxt_switches:");
        }
        Ok(sum)
    }

    /// Memory in KiB: resident, and the part of that which is the program's own.
    pub(crate) fn memory(&self) -> Outcome<(u64, u64)> {
        let status = std::fs::read_to_string(self.proc()?.join("status"))?;
        Ok((number(&status, "VmRSS:"), number(&status, "RssAnon:")))
    }

    fn proc(&self) -> Outcome<std::path::PathBuf> {
        let id = self.child.process_id().ok_or("it has no number")?;
        Ok(Path::new("/proc").join(id.to_string()))
    }
}

/// The number behind a word at the beginning of a line.
fn number(text: &str, word: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(word)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
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
