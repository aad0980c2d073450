//! A terminal for the real binary: a pseudo-terminal that answers queries as a current terminal does, a
//! screen that can be asked, and a patient wait that ends the moment the screen shows what is waited for.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::secrets::tells;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a test waits for something that must come. Only a failing test ever waits so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A review that still asks so long after it was answered has not taken the answer.
const ASKS_AGAIN: Duration = Duration::from_secs(5);

struct Shared {
    parser: Mutex<(vt100::Parser, bool)>,
    changed: Condvar,
    /// Every byte that the program wrote.
    raw: Mutex<Vec<u8>>,
    /// How often the whole screen was cleared in what the parser has taken.
    clears: AtomicUsize,
    /// Whether nothing more than the first bytes is read for now.
    stalled: AtomicBool,
    /// What is answered to the question for the background.
    background: Option<&'static [u8]>,
}

/// What programs ask a terminal, and what it says.
const ANSWERS: &[(&[u8], &[u8])] = &[
    (b"\x1b[6n", b"\x1b[12;40R"),
    (b"\x1b[5n", b"\x1b[0n"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[0c", b"\x1b[?62;22c"),
    (b"\x1b[>c", b"\x1b[>41;390;0c"),
    (b"\x1b[?u", b"\x1b[?0u"),
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    (b"\x1b]10;?", b"\x1b]10;rgb:d3d3/d7d7/cfcf\x1b\\"),
];
/// The question for the background, and the answer of a dark terminal.
const BACKGROUND: &[u8] = b"\x1b]11;?";
pub(crate) const DARK: &[u8] = b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\";
pub(crate) const LIGHT: &[u8] = b"\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\";
const CLEAR: &[u8] = b"\x1b[2J";

/// The program in its terminal.
pub(crate) struct Terminal {
    shared: Arc<Shared>,
    master: Box<dyn MasterPty + Send>,
    writer: Arc<Mutex<Box<dyn Write + Send>>>,
    child: Box<dyn Child + Send + Sync>,
    home: tempfile::TempDir,
    settings_before: String,
    reading: std::thread::Thread,
}

/// What to start, and where.
pub(crate) struct Start {
    args: Vec<String>,
    env: Vec<(String, String)>,
    size: (u16, u16),
    home: tempfile::TempDir,
    script: Option<&'static str>,
    stalled: bool,
    background: Option<&'static [u8]>,
}

impl Start {
    /// The binary with these arguments, in a home of its own.
    pub(crate) fn new(args: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let args = args.iter().map(|&a| a.to_owned()).collect();
        Self {
            args,
            env: Vec::new(),
            size: (120, 40),
            home,
            script: None,
            stalled: false,
            background: Some(DARK),
        }
    }

    pub(crate) fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes the configuration file that the program will find.
    pub(crate) fn config(self, text: &str) -> Self {
        let folder = self.home.path().join("config/pushdeck");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.toml"), text).unwrap();
        self
    }

    /// Writes a theme beside it.
    pub(crate) fn write_theme(&mut self, name: &str, text: &str) {
        let folder = self.home.path().join("config/pushdeck/themes");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.toml")), text).unwrap();
    }

    /// Keeps the configuration file from others, as a secret in it requires.
    pub(crate) fn private_config(self) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let file = self.home.path().join("config/pushdeck/config.toml");
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
        self
    }

    /// The same home again, as after a crash.
    pub(crate) fn home(mut self, home: tempfile::TempDir) -> Self {
        self.home = home;
        self
    }

    /// Starts it by a shell that runs this script, in which `"$@"` is the program with its arguments.
    pub(crate) fn by_script(mut self, script: &'static str) -> Self {
        self.script = Some(script);
        self
    }

    /// Reads the first bytes of the program, and no more before [`Terminal::read_on`].
    pub(crate) fn stalled(mut self) -> Self {
        self.stalled = true;
        self
    }

    /// Answers the question for the background so, or not at all.
    pub(crate) fn background(mut self, answer: Option<&'static [u8]>) -> Self {
        self.background = answer;
        self
    }

    /// Starts the program.
    pub(crate) fn open(self) -> Terminal {
        let (columns, rows) = self.size;
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let program = env!("CARGO_BIN_EXE_pushdeck");
        let mut command = CommandBuilder::new(if self.script.is_some() { "/bin/sh" } else { program });
        if let Some(script) = self.script {
            command.args(["-c", script, "sh", program]);
        }
        command.args(&self.args);
        command.env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("TZ", "UTC");
        command.env("HOME", self.home.path());
        command.env("XDG_CONFIG_HOME", self.home.path().join("config"));
        command.env("XDG_STATE_HOME", self.home.path().join("state"));
        for (name, value) in &self.env {
            command.env(name, value);
        }
        let settings_before = settings(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let shared = Arc::new(Shared {
            parser: Mutex::new((vt100::Parser::new(cells(rows), cells(columns), 0), false)),
            changed: Condvar::new(),
            raw: Mutex::default(),
            clears: AtomicUsize::new(0),
            stalled: AtomicBool::new(self.stalled),
            background: self.background,
        });
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let feed = Arc::clone(&shared);
        let to_program = Arc::clone(&writer);
        let reading = std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            let mut waiting = Vec::new();
            let (mut seen, mut counted) = (0, 0);
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                waiting.extend_from_slice(&buffer[..n]);
                let mut raw = feed.raw.lock().unwrap();
                raw.extend_from_slice(&buffer[..n]);
                seen = answer(&raw, seen, &feed, &to_program);
                let whole = whole_frames(&waiting);
                let taken = raw.len() - (waiting.len() - whole);
                let clears = raw[counted..taken].windows(CLEAR.len()).filter(|bytes| *bytes == CLEAR).count();
                // The next one may begin with the last bytes of these.
                counted = counted.max(taken.saturating_sub(CLEAR.len() - 1));
                drop(raw);
                let mut parser = feed.parser.lock().unwrap();
                parser.0.process(&waiting[..whole]);
                // A frame counts when it is on the screen: its first bytes may come long before its last.
                feed.clears.fetch_add(clears, Ordering::SeqCst);
                drop(parser);
                waiting.drain(..whole);
                feed.changed.notify_all();
                while feed.stalled.load(Ordering::SeqCst) {
                    std::thread::park();
                }
            }
            let mut last = feed.parser.lock().unwrap();
            last.0.process(&waiting);
            last.1 = true;
            feed.changed.notify_all();
        });
        let reading = reading.thread().clone();
        Terminal { shared, master: pair.master, writer, child, home: self.home, settings_before, reading }
    }
}

/// Answers every query that begins at `from` or later, and says where those begin that came only in
/// part.
fn answer(raw: &[u8], from: usize, shared: &Shared, to: &Mutex<Box<dyn Write + Send>>) -> usize {
    let background = shared.background.map(|answer| (BACKGROUND, answer));
    let answers = || ANSWERS.iter().copied().chain(background);
    let mut at = from;
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some((_, answer)) = answers().find(|(query, _)| rest.starts_with(query)) {
            // The program may have ended meanwhile.
            let _ = to.lock().unwrap().write_all(answer);
        } else if answers().any(|(query, _)| query.starts_with(rest)) {
            break;
        }
        at += 1;
    }
    at
}

/// How many of these bytes end with a whole frame: what stands inside of an open synchronized update
/// is not on the screen yet, as in a terminal that knows such updates.
fn whole_frames(bytes: &[u8]) -> usize {
    const BEGIN: &[u8] = b"\x1b[?2026h";
    const END: &[u8] = b"\x1b[?2026l";
    let find =
        |of: &[u8], from: usize| bytes[from..].windows(of.len()).position(|w| w == of).map(|at| from + at);
    let mut at = 0;
    while let Some(begin) = find(BEGIN, at) {
        let Some(end) = find(END, begin) else { return begin };
        at = end + END.len();
    }
    // The last bytes may be the beginning of a beginning.
    let split = (1..BEGIN.len()).rev().find(|n| bytes.ends_with(&BEGIN[..*n]));
    bytes.len() - split.unwrap_or(0)
}

/// A size of at least one cell.
fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap_or(NonZero::<u16>::MIN)
}

/// The line settings, so that they can be compared.
fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap().local_flags)
}

impl Terminal {
    /// The text of the screen, row by row.
    pub(crate) fn screen(&self) -> String {
        self.shared.parser.lock().unwrap().0.screen().contents()
    }

    /// Waits until the first cell of a text has this colour.
    pub(crate) fn see_colour(&self, text: &str, colour: vt100::Color) {
        let deadline = Instant::now() + PATIENCE;
        let mut guard = self.shared.parser.lock().unwrap();
        loop {
            let screen = guard.0.screen();
            let (rows, columns) = screen.size();
            let (rows, columns) = (rows.get(), columns.get());
            let is = (0..rows).any(|row| {
                let line = screen.contents_between(row, 0, row, columns);
                let column = line.find(text).map(|at| line.get(..at).unwrap().chars().count());
                let cell = column.and_then(|column| screen.cell(row, u16::try_from(column).unwrap()));
                cell.is_some_and(|cell| cell.fgcolor() == colour)
            });
            if is {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "\"{text}\" never was {colour:?}:\n{}", screen.contents());
            (guard, _) = self.shared.changed.wait_timeout(guard, left).unwrap();
        }
    }

    /// Waits until the cursor stands behind this text, or is hidden where there is none.
    pub(crate) fn see_cursor_behind(&self, text: Option<&str>) {
        let deadline = Instant::now() + PATIENCE;
        let mut guard = self.shared.parser.lock().unwrap();
        loop {
            let screen = guard.0.screen();
            let (row, column) = screen.cursor_position();
            let before = screen.contents_between(row, 0, row, column);
            let is_there = match text {
                Some(text) => !screen.hide_cursor() && before.ends_with(text),
                None => screen.hide_cursor(),
            };
            if is_there {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "no cursor behind {text:?} but at {column},{row}:\n{}",
                screen.contents()
            );
            (guard, _) = self.shared.changed.wait_timeout(guard, left).unwrap();
        }
    }

    /// Waits until the screen is as asked; fails with the screen when it never is.
    pub(crate) fn wait(&self, what: &str, mut is: impl FnMut(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut guard = self.shared.parser.lock().unwrap();
        loop {
            let text = guard.0.screen().contents();
            if is(&text) {
                return text;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for {what} in vain; the screen is\n{text}");
            assert!(!guard.1, "the program ended while waiting for {what}; the screen is\n{text}");
            (guard, _) = self.shared.changed.wait_timeout(guard, left).unwrap();
        }
    }

    /// Waits for a piece of text.
    pub(crate) fn see(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text))
    }

    /// Waits for a row that holds all these pieces, and gives it.
    pub(crate) fn row(&self, pieces: &[&str]) -> String {
        let holds = |line: &&str| pieces.iter().all(|piece| line.contains(piece));
        let screen = self.wait(&pieces.join(" + "), |screen| screen.lines().any(|line| holds(&line)));
        screen.lines().find(holds).unwrap().to_owned()
    }

    /// Waits until a piece of text is gone.
    pub(crate) fn gone(&self, text: &str) {
        self.wait(&format!("{text} to go"), |screen| !screen.contains(text));
    }

    /// Types.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.bytes_in(keys.as_bytes());
    }

    /// Confirms the review that is open by typing what it asks for, and waits for what comes of it. A program that was held up
    /// for a second takes nothing for a confirmation (U2): it asks once more, and what it asks for is typed once more.
    pub(crate) fn confirm(&mut self, asked: &str, typed: &str, comes: &str) -> String {
        self.see(asked);
        for _ in 0..5 {
            self.keys(typed);
            let at = Instant::now();
            let asks_again = |screen: &str| screen.contains(asked) && at.elapsed() > ASKS_AGAIN;
            let screen = self.wait(comes, |screen| screen.contains(comes) || asks_again(screen));
            if screen.contains(comes) {
                return screen;
            }
        }
        panic!("no confirmation is taken:\n{}", self.screen());
    }

    /// Sends any bytes, as a terminal might.
    pub(crate) fn bytes_in(&mut self, bytes: &[u8]) {
        let mut writer = self.writer.lock().unwrap();
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    /// Presses ctrl-l and waits until everything was drawn anew; gives the screen.
    pub(crate) fn repaint(&mut self) -> String {
        let before = self.shared.clears.load(Ordering::SeqCst);
        self.keys(CTRL_L);
        let shared = Arc::clone(&self.shared);
        self.wait("everything to be drawn anew", |_| shared.clears.load(Ordering::SeqCst) > before)
    }

    /// Waits until the mouse is reported, or is not: presses and the wheel, and no motion.
    pub(crate) fn see_mouse(&self, is_on: bool) {
        use vt100::MouseProtocolMode as Mode;
        let wanted = if is_on { Mode::PressRelease } else { Mode::None };
        let deadline = Instant::now() + PATIENCE;
        let mut guard = self.shared.parser.lock().unwrap();
        while guard.0.screen().mouse_protocol_mode() != wanted {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the mouse never became {wanted:?}");
            (guard, _) = self.shared.changed.wait_timeout(guard, left).unwrap();
        }
    }

    /// Waits until the program has left the alternate screen.
    pub(crate) fn see_shell(&self) {
        let is_back = |parser: &vt100::Parser| !parser.screen().alternate_screen();
        let deadline = Instant::now() + PATIENCE;
        let mut guard = self.shared.parser.lock().unwrap();
        while !is_back(&guard.0) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the terminal is not given back:\n{}", guard.0.screen().contents());
            (guard, _) = self.shared.changed.wait_timeout(guard, left).unwrap();
        }
    }

    /// The file of the terminal.
    pub(crate) fn tty(&self) -> PathBuf {
        self.master.tty_name().unwrap()
    }

    /// The program where a shell started it.
    pub(crate) fn job(&self) -> u32 {
        let shell = self.child.process_id().unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
            if let Some(pid) = children.split_whitespace().next() {
                return pid.parse().unwrap();
            }
            assert!(Instant::now() < deadline, "the shell started nothing");
            std::thread::yield_now();
        }
    }

    /// Waits until a process is stopped.
    pub(crate) fn see_stopped(pid: u32) {
        let deadline = Instant::now() + PATIENCE;
        let is_stopped = || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
            stat.rsplit_once(')').unwrap().1.trim_start().starts_with('T')
        };
        while !is_stopped() {
            assert!(Instant::now() < deadline, "it is not stopped");
            std::thread::yield_now();
        }
    }

    /// Waits for the first bytes of the program.
    pub(crate) fn see_first_bytes(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.shared.raw.lock().unwrap().is_empty() {
            assert!(Instant::now() < deadline, "it draws nothing");
            std::thread::yield_now();
        }
    }

    /// Reads again what the program writes.
    pub(crate) fn read_on(&self) {
        self.shared.stalled.store(false, Ordering::SeqCst);
        self.reading.unpark();
    }

    /// Every byte that the program wrote so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.shared.raw.lock().unwrap().clone()
    }

    /// The texts that were given to the terminal's clipboard.
    pub(crate) fn copied(&self) -> Vec<String> {
        let bytes = self.bytes();
        let text = String::from_utf8_lossy(&bytes);
        let sequences = text.split("\x1b]52;c;").skip(1);
        let decoded = sequences.map(|rest| STANDARD.decode(rest.split('\x1b').next().unwrap()).unwrap());
        decoded.map(|bytes| String::from_utf8(bytes).unwrap()).collect()
    }

    /// Another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.shared.parser.lock().unwrap().0.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        kill(name, self.child.process_id().unwrap());
    }

    /// Waits for the end where nothing may come of the terminal any more, and gives the exit code.
    pub(crate) fn end_unseen(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "the program does not end");
            std::thread::yield_now();
        }
    }

    /// Fails unless the line settings are as they were before the program.
    pub(crate) fn assert_line_restored(&self) {
        assert_eq!(settings(&*self.master), self.settings_before, "the line settings were changed");
    }

    /// The most memory that the program had so far, in kB, where the system tells.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.process_id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches("kB").trim().parse().ok()
    }

    /// Waits for the end and gives the exit code.
    pub(crate) fn end(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        let mut guard = self.shared.parser.lock().unwrap();
        while !guard.1 {
            let left = deadline.saturating_duration_since(Instant::now());
            let text = guard.0.screen().contents();
            assert!(!left.is_zero(), "the program does not end; the screen is\n{text}");
            (guard, _) = self.shared.changed.wait_timeout(guard, left).unwrap();
        }
        drop(guard);
        self.child.wait().unwrap().exit_code()
    }

    /// Fails unless the terminal is as it was before the program.
    pub(crate) fn assert_restored(&self) {
        let guard = self.shared.parser.lock().unwrap();
        let screen = guard.0.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was left on");
        assert!(!screen.hide_cursor(), "the cursor was left hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste was left on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!(settings(&*self.master), self.settings_before, "the line settings were changed");
    }

    /// Writes another configuration file into the home of the program.
    pub(crate) fn write_config(&self, text: &str) {
        std::fs::write(self.home.path().join("config/pushdeck/config.toml"), text).unwrap();
    }

    /// Where the program keeps its state.
    pub(crate) fn state_home(&self) -> PathBuf {
        self.home.path().join("state")
    }

    /// The home of a program that has ended.
    pub(crate) fn into_home(mut self) -> tempfile::TempDir {
        self.assert_no_secret();
        std::mem::replace(&mut self.home, tempfile::tempdir().unwrap())
    }

    /// Kills the program with SIGKILL once a text is in its database, and gives its home.
    pub(crate) fn into_home_when_saved(mut self, text: &str) -> tempfile::TempDir {
        let folder = self.home.path().join("state/pushdeck");
        let holds = |path: PathBuf| {
            let bytes = std::fs::read(path).unwrap_or_default();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        };
        let saved = || std::fs::read_dir(&folder).unwrap().flatten().any(|file| holds(file.path()));
        let deadline = Instant::now() + PATIENCE;
        while !saved() {
            assert!(Instant::now() < deadline, "\"{text}\" never came to the disk");
            std::thread::yield_now();
        }
        self.signal("KILL");
        self.child.wait().unwrap();
        std::mem::replace(&mut self.home, tempfile::tempdir().unwrap())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        if !std::thread::panicking() {
            self.assert_no_secret();
        }
    }
}

impl Terminal {
    /// Fails when the key or a signature went to the screen or to a file of the program (I8). Every
    /// journey ends with this.
    fn assert_no_secret(&self) {
        let raw = self.shared.raw.lock().unwrap();
        assert!(!tells(&raw), "a secret went to the screen");
        let mut folders = vec![self.home.path().join("state")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                match std::fs::read(entry.path()) {
                    Ok(bytes) => assert!(!tells(&bytes), "a secret went to {}", entry.path().display()),
                    Err(_) => folders.push(entry.path()),
                }
            }
        }
    }
}

pub(crate) const ENTER: &str = "\r";
pub(crate) const ESC: &str = "\x1b";
pub(crate) const TAB: &str = "\t";
pub(crate) const CTRL_G: &str = "\x07";
pub(crate) const CTRL_S: &str = "\x13";
pub(crate) const CTRL_C: &str = "\x03";
pub(crate) const CTRL_L: &str = "\x0c";
pub(crate) const CTRL_Z: &str = "\x1a";

/// Sends a signal by name.
pub(crate) fn kill(name: &str, pid: u32) {
    let sent = std::process::Command::new("kill").args(["-s", name, &pid.to_string()]).status().unwrap();
    assert!(sent.success());
}
