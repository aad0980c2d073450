//! A terminal for the real binary: a pseudo-terminal, a screen that can be asked, and a patient
//! wait that ends the moment the screen shows what is waited for.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::secrets::tells;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a test waits for something that must come. Only a failing test ever waits so long.
const PATIENCE: Duration = Duration::from_secs(30);

struct Shared {
    parser: Mutex<(vt100::Parser, bool)>,
    changed: Condvar,
    /// Every byte that the program wrote.
    raw: Mutex<Vec<u8>>,
}

/// The program in its terminal.
pub(crate) struct Terminal {
    shared: Arc<Shared>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    home: tempfile::TempDir,
    settings_before: String,
}

/// What to start, and where.
pub(crate) struct Start {
    args: Vec<String>,
    env: Vec<(String, String)>,
    size: (u16, u16),
    home: tempfile::TempDir,
}

impl Start {
    /// The binary with these arguments, in a home of its own.
    pub(crate) fn new(args: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let args = args.iter().map(|&a| a.to_owned()).collect();
        Self { args, env: Vec::new(), size: (120, 40), home }
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

    /// Starts the program.
    pub(crate) fn open(self) -> Terminal {
        let (columns, rows) = self.size;
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_pushdeck"));
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
        });
        let mut reader = pair.master.try_clone_reader().unwrap();
        let feed = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            let mut waiting = Vec::new();
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                waiting.extend_from_slice(&buffer[..n]);
                feed.raw.lock().unwrap().extend_from_slice(&buffer[..n]);
                let whole = whole_frames(&waiting);
                feed.parser.lock().unwrap().0.process(&waiting[..whole]);
                waiting.drain(..whole);
                feed.changed.notify_all();
            }
            let mut last = feed.parser.lock().unwrap();
            last.0.process(&waiting);
            last.1 = true;
            feed.changed.notify_all();
        });
        let writer = pair.master.take_writer().unwrap();
        Terminal { shared, master: pair.master, writer, child, home: self.home, settings_before }
    }
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
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Every byte that the program wrote so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.shared.raw.lock().unwrap().clone()
    }

    /// Another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.shared.parser.lock().unwrap().0.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &pid]).status().unwrap();
        assert!(sent.success());
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
pub(crate) const CTRL_S: &str = "\x13";
pub(crate) const CTRL_C: &str = "\x03";
