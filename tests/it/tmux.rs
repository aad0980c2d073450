//! A short journey inside of tmux, which many operators sit in. Skipped, and said so, where it is not
//! installed.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_secs(30);

/// A tmux server of its own, with one window.
struct Tmux {
    folder: tempfile::TempDir,
}

impl Tmux {
    fn start(escape_time: &str) -> Self {
        let tmux = Self { folder: tempfile::tempdir().unwrap() };
        let home = tmux.folder.path().to_str().unwrap().to_owned();
        let keep = format!("set-option -g escape-time {escape_time}");
        std::fs::write(tmux.folder.path().join("conf"), keep).unwrap();
        let size = ["-x", "110", "-y", "32"];
        let args =
            [&["new-session", "-d", "-s", "it"], &size[..], &["-c", &home, "PS1='shell> ' exec /bin/sh"]]
                .concat();
        tmux.run(&args);
        tmux
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Runs one of its commands and gives what it prints.
    fn run(&self, args: &[&str]) -> String {
        let home = self.folder.path();
        let output = Command::new("tmux")
            .arg("-S")
            .arg(self.socket())
            .arg("-f")
            .arg(home.join("conf"))
            .args(args)
            .env_remove("TMUX")
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("TERM", "xterm-256color")
            .output()
            .unwrap();
        assert!(output.status.success(), "tmux {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn keys(&self, keys: &[&str]) {
        self.run(&[&["send-keys", "-t", "it"], keys].concat());
    }

    fn screen(&self) -> String {
        self.run(&["capture-pane", "-p", "-t", "it"])
    }

    fn wait(&self, what: &str, is: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if is(&screen) {
                return screen;
            }
            assert!(Instant::now() < deadline, "waited for {what} in vain; the screen is\n{screen}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn see(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text))
    }

    fn gone(&self, text: &str) {
        self.wait(&format!("{text} to go"), |screen| !screen.contains(text));
    }

    /// What tmux knows of the pane.
    fn told(&self, format: &str) -> String {
        self.run(&["display-message", "-p", "-t", "it", format]).trim().to_owned()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // The last session may have ended it already.
        let socket = self.socket();
        let _ = Command::new("tmux").arg("-S").arg(socket).arg("kill-server").output();
    }
}

fn is_installed() -> bool {
    Command::new("tmux").arg("-V").output().is_ok_and(|output| output.status.success())
}

/// A person in front of it: presses keys there, then goes away.
fn attach(tmux: &Tmux, meanwhile: impl FnOnce(&mut dyn Write)) {
    let size = PtySize { rows: 32, cols: 110, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new("tmux");
    command.args(["-S".as_ref(), tmux.socket().as_os_str(), "attach-session".as_ref()]);
    command.env("TERM", "xterm-256color");
    command.env_remove("TMUX");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let drain = thread::spawn(move || {
        let mut buffer = [0; 8192];
        while matches!(reader.read(&mut buffer), Ok(1..)) {}
    });
    let deadline = Instant::now() + PATIENCE;
    while tmux.told("#{session_attached}") != "1" {
        assert!(Instant::now() < deadline, "nobody is attached");
        thread::sleep(Duration::from_millis(20));
    }
    let mut writer = pair.master.take_writer().unwrap();
    meanwhile(&mut writer);
    tmux.run(&["detach-client", "-s", "it"]);
    child.wait().unwrap();
    drop(writer);
    drop(pair.master);
    drain.join().unwrap();
}

#[test]
fn it_works_in_tmux() {
    if !is_installed() {
        // Not by a macro, whose words nobody sees when the test passes.
        writeln!(std::io::stderr(), "SKIPPED tmux::it_works_in_tmux: tmux is not installed").unwrap();
        return;
    }
    for escape_time in ["0", "500"] {
        journey(&Tmux::start(escape_time));
    }
}

fn journey(tmux: &Tmux) {
    let program = env!("CARGO_BIN_EXE_pushdeck");
    tmux.see("shell>");
    tmux.keys(&[&format!("{program} --sandbox; echo \"left $((40 + 2))\""), "Enter"]);
    tmux.see("PEND");
    tmux.see("n new  e edit");
    tmux.keys(&["?"]);
    tmux.see("cancel the task, through review");
    tmux.keys(&["C-l"]);
    tmux.keys(&["Escape"]);
    tmux.gone("cancel the task, through review");
    // What is copied stands in the buffer of tmux, under its own settings.
    tmux.keys(&["y"]);
    let screen = tmux.see("Copy of #");
    let id: String =
        screen.split("Copy of #").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    tmux.keys(&["Enter"]);
    tmux.see("copied by tmux");
    assert_eq!(tmux.run(&["show-buffer"]), id);
    assert_eq!(
        tmux.told("#{mouse_standard_flag} #{mouse_button_flag} #{mouse_all_flag} #{mouse_sgr_flag}"),
        "1 0 0 1"
    );
    let before = tmux.told("#{pane_pid}");
    for (columns, rows) in [("80", "24"), ("110", "32")] {
        tmux.run(&["resize-window", "-t", "it", "-x", columns, "-y", rows]);
        let last_row = rows.parse::<usize>().unwrap();
        tmux.wait("the hints on the last row", |screen| {
            screen.lines().nth(last_row - 1).is_some_and(|row| row.contains("details"))
        });
    }
    attach(tmux, |keyboard| {
        keyboard.write_all(b"n").unwrap();
        tmux.see("New push");
        keyboard.write_all(b"\x1b").unwrap();
        tmux.gone("New push");
        // A report of the mouse that was cut.
        keyboard.write_all(b"\x1b[<0;1").unwrap();
        // A key that comes at once may be taken for more of it; one that is pressed again is not.
        let deadline = Instant::now() + PATIENCE;
        while !tmux.screen().contains("cancel the task, through review") {
            assert!(Instant::now() < deadline, "the keyboard is gone:\n{}", tmux.screen());
            tmux.keys(&["?"]);
            thread::sleep(Duration::from_millis(250));
        }
        tmux.keys(&["q"]);
    });
    tmux.keys(&["C-l"]);
    tmux.see("n new  e edit");
    // The shell in the pane is its parent: ctrl-z goes there.
    tmux.keys(&["C-z"]);
    tmux.see("shell>");
    assert_eq!(tmux.told("#{alternate_on} #{cursor_flag} #{mouse_any_flag}"), "0 1 0");
    tmux.keys(&["fg", "Enter"]);
    tmux.see("n new  e edit");
    assert_eq!(tmux.told("#{mouse_any_flag}"), "1");
    tmux.keys(&["q"]);
    tmux.see("shell>");
    assert_eq!(tmux.told("#{alternate_on} #{cursor_flag} #{mouse_any_flag}"), "0 1 0");
    assert_eq!(tmux.told("#{pane_pid}"), before);
    tmux.keys(&["echo \"still $((40 + 3))\"", "Enter"]);
    tmux.see("still 43");
}
