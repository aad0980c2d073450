//! A text on its way to a clipboard, by every means that there is: the terminal (OSC 52), which works over SSH
//! and may refuse silently; tmux, which has a buffer of its own and hands it on; and the programs of the desktop,
//! where somebody sits at this machine. None stands in for another: each reaches a clipboard that the others
//! may not.
//!
//! Programs run on a thread beside the loop, by their name and without a shell, with the text on standard
//! input. Not by a crate: what `arboard` puts on a clipboard of X11 or Wayland is gone with the program, and it
//! would bring forty crates more. These programs stay behind and keep it.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::mpsc;

use super::screen::Screen;
use crate::app::{Clip, Copied, Message};
use crate::domain::text;

/// The longest text that is given to a terminal, in bytes: encoded it stays below what the strictest takes.
const MOST: usize = 74_994;
/// GNU screen drops what is longer in one piece.
const PIECE: usize = 240;
/// So long a program may take.
const PROGRAM_WAIT: Duration = Duration::from_secs(3);
/// How often it is asked whether it is over.
const PAUSE: Duration = Duration::from_millis(5);

/// What a program gets to know of the environment: what it needs to find its display, and no key.
const ENVIRONMENT: [&str; 17] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "DISPLAY",
    "XAUTHORITY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "TMUX",
    "TMUX_PANE",
    "WSL_DISTRO_NAME",
    "WSL_INTEROP",
    "WSLENV",
];

/// A program that takes a text on standard input.
#[derive(Debug, PartialEq, Eq)]
struct Program {
    name: &'static str,
    args: &'static [&'static str],
    /// Whether it reads UTF-16, as programs of Windows do.
    is_wide: bool,
}

const fn program(name: &'static str, args: &'static [&'static str]) -> Program {
    Program { name, args, is_wide: false }
}

/// `-w` also gives it to the terminal in front of tmux, where `set-clipboard` is not off.
const TMUX: &[Program] = &[program("tmux", &["load-buffer", "-w", "-"])];
const MAC: &[Program] = &[program("pbcopy", &[])];
const WINDOWS: &[Program] = &[Program { name: "clip.exe", args: &[], is_wide: true }];
const WAYLAND: &[Program] = &[program("wl-copy", &[])];
const X11: &[Program] =
    &[program("xclip", &["-selection", "clipboard", "-in"]), program("xsel", &["--clipboard", "--input"])];

/// What stands between this program and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Between {
    Nothing,
    Tmux,
    Screen,
}

/// How texts get to a clipboard here.
#[derive(Clone, Debug)]
pub struct Clipboard {
    between: Between,
    /// Of each group the first that is installed is run.
    groups: Vec<&'static [Program]>,
    environment: Vec<(&'static str, String)>,
    queue: Arc<(Mutex<Queue>, Condvar)>,
    to: mpsc::Sender<Message>,
}

/// What waits for the thread that runs programs. A newer text takes the place of one that waits.
#[derive(Debug, Default)]
struct Queue {
    next: Option<(Clip, Result<(), String>)>,
    is_running: bool,
}

impl Clipboard {
    /// By what the environment says; `to` hears how it went.
    pub fn new(get: impl Fn(&str) -> Option<String>, to: mpsc::Sender<Message>) -> Self {
        let is_set = |name: &str| get(name).is_some_and(|value| !value.is_empty());
        let between = Between::of(&get);
        let is_remote = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].into_iter().any(is_set);
        let desktop = match () {
            () if is_remote => None,
            () if cfg!(target_os = "macos") => Some(MAC),
            () if is_set("WSL_DISTRO_NAME") => Some(WINDOWS),
            () if is_set("WAYLAND_DISPLAY") => Some(WAYLAND),
            () if is_set("DISPLAY") => Some(X11),
            () => None,
        };
        let groups = is_set("TMUX").then_some(TMUX).into_iter().chain(desktop).collect();
        let environment = ENVIRONMENT.into_iter().filter_map(|name| Some((name, get(name)?))).collect();
        Self { between, groups, environment, queue: Arc::default(), to }
    }

    /// Gives a text to the terminal, and to a thread for the programs. What came of it is told at once where
    /// there is no program, and else when they are done.
    pub fn copy(&self, screen: &Screen, clip: Clip) -> Option<Message> {
        let bytes = self.between.sequence(&clip.text).ok_or_else(|| {
            let (whole, most) = (text::grouped(clip.text.len() as u64), text::grouped(MOST as u64));
            format!("terminals accept {most} bytes, and these are {whole}")
        });
        let terminal = bytes.and_then(|bytes| screen.send(&bytes).map_err(|err| err.to_string()));
        if self.groups.is_empty() {
            return Some(told(clip, terminal, Vec::new()));
        }
        let mut queue = self.queue();
        queue.next = Some((clip, terminal));
        if queue.is_running {
            return None;
        }
        let worker = self.clone();
        match thread::Builder::new().name("clipboard".to_owned()).spawn(move || worker.work()) {
            Ok(_) => {
                queue.is_running = true;
                None
            }
            Err(err) => {
                let (clip, terminal) = queue.next.take()?;
                Some(told(clip, terminal, vec![("a program".to_owned(), Err(err.to_string()))]))
            }
        }
    }

    /// Waits until what was begun is done, but not for ever: a program that reads half of a text copies half.
    pub fn finish(&self) {
        let (_, is_idle) = &*self.queue;
        // What does not come to its end within its own time never does.
        drop(is_idle.wait_timeout_while(self.queue(), PROGRAM_WAIT, |queue| queue.is_running));
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // It is replaced as a whole.
        self.queue.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the programs for the text that waits, until none does.
    fn work(&self) {
        loop {
            let mut queue = self.queue();
            let Some((clip, terminal)) = queue.next.take() else {
                queue.is_running = false;
                self.queue.1.notify_all();
                return;
            };
            drop(queue);
            let programs =
                self.groups.iter().filter_map(|group| self.run_first(group, &clip.text, &terminal));
            let told = told(clip.clone(), terminal.clone(), programs.collect());
            // The loop may have ended.
            let _ = self.to.blocking_send(told);
        }
    }

    /// Runs the first program of a group that is installed. That none is matters only where the terminal
    /// was not given it either.
    fn run_first(
        &self,
        group: &[Program],
        text: &str,
        terminal: &Result<(), String>,
    ) -> Option<(String, Result<(), String>)> {
        for program in group {
            match self.run(program, text) {
                Err(err) if err.kind() == io::ErrorKind::NotFound => {}
                Err(err) => return Some((program.name.to_owned(), Err(err.to_string()))),
                Ok(status) if status.success() => return Some((program.name.to_owned(), Ok(()))),
                Ok(status) => return Some((program.name.to_owned(), Err(status.to_string()))),
            }
        }
        let names = group.iter().map(|program| program.name).collect::<Vec<_>>().join(" or ");
        terminal.is_err().then(|| (names, Err("not installed".to_owned())))
    }

    fn run(&self, program: &Program, text: &str) -> io::Result<ExitStatus> {
        let bytes = if program.is_wide { wide(text) } else { text.as_bytes().to_vec() };
        let mut command = Command::new(program.name);
        command
            .args(program.args)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        if cfg!(target_os = "macos") {
            // Else it takes the text for Mac Roman.
            command.env("LC_CTYPE", "UTF-8");
        }
        // A group of its own: what stays behind to keep the text is not stopped with this job.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // One that does not read would hold up who writes.
            thread::Builder::new().name("clipboard-text".to_owned()).spawn(move || {
                // A program that does not want all of it says so by its end.
                let _ = stdin.write_all(&bytes);
            })?;
        }
        wait(&mut child, PROGRAM_WAIT)
    }
}

fn told(clip: Clip, terminal: Result<(), String>, programs: Vec<(String, Result<(), String>)>) -> Message {
    Message::Copied(Box::new(Copied { label: clip.label, terminal, programs }))
}

fn wait(child: &mut Child, longest: Duration) -> io::Result<ExitStatus> {
    let end = Instant::now() + longest;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= end {
            // It may have ended just now.
            let _ = child.kill();
            child.wait()?;
            return Err(io::Error::other(format!("no end within {} s", longest.as_secs())));
        }
        thread::sleep(PAUSE);
    }
}

/// UTF-16 with its mark in front, by which programs of Windows know it.
fn wide(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

impl Between {
    /// By what the environment says.
    pub(super) fn of(get: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| get(name).is_some_and(|value| !value.is_empty());
        let is_tmux = is_set("TMUX") || get("TERM").is_some_and(|term| term.starts_with("tmux"));
        match () {
            () if is_tmux => Self::Tmux,
            () if is_set("STY") => Self::Screen,
            () => Self::Nothing,
        }
    }

    /// A short sequence, as it reaches the terminal in front.
    pub(super) fn through(self, sequence: &str) -> String {
        match self {
            Self::Nothing => sequence.to_owned(),
            Self::Tmux => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
            // Its end would end what is passed on: there a bell ends it.
            Self::Screen => format!("\x1bP{}\x1b\\", sequence.replace("\x1b\\", "\x07")),
        }
    }

    /// The bytes that ask the terminal to take a text (OSC 52); `None` for one that is too long.
    fn sequence(self, text: &str) -> Option<Vec<u8>> {
        if text.len() > MOST {
            return None;
        }
        let encoded = STANDARD.encode(text);
        let plain = format!("\x1b]52;c;{encoded}\x1b\\");
        let bytes = match self {
            Self::Nothing => plain,
            // tmux takes the first where `set-clipboard` is on, and hands the second on where
            // `allow-passthrough` is.
            Self::Tmux => format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
            Self::Screen => {
                let inner = format!("\x1b]52;c;{encoded}\x07");
                let mut pieces = String::new();
                for piece in inner.as_bytes().chunks(PIECE) {
                    pieces = pieces + "\x1bP" + &String::from_utf8_lossy(piece) + "\x1b\\";
                }
                pieces
            }
        };
        Some(bytes.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::super::{is_taken, line, screen, size};
    use super::*;

    fn here(variables: &[(&str, &str)]) -> Clipboard {
        let (to, _) = mpsc::channel(1);
        with(variables, to)
    }

    fn with(variables: &[(&str, &str)], to: mpsc::Sender<Message>) -> Clipboard {
        let variables: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let get = |name: &str| variables.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Clipboard::new(get, to)
    }

    fn clip(text: &str) -> Clip {
        let label = crate::app::ClipLabel { what: "it".to_owned(), remark: None, warns: false };
        Clip { text: text.to_owned(), label }
    }

    #[test]
    fn a_copied_text_is_one_sequence_of_plain_characters_whatever_it_holds() {
        let sequence = |between: Between, text| String::from_utf8(between.sequence(text).unwrap()).unwrap();
        let text = "it's 早报\u{1b}";
        assert_eq!(sequence(Between::Nothing, text), "\x1b]52;c;aXQncyDml6nmiqUb\x1b\\");
        assert_eq!(
            sequence(Between::Tmux, text),
            "\x1b]52;c;aXQncyDml6nmiqUb\x1b\\\x1bPtmux;\x1b\x1b]52;c;aXQncyDml6nmiqUb\x1b\x1b\\\x1b\\"
        );
        assert_eq!(sequence(Between::Screen, text), "\x1bP\x1b]52;c;aXQncyDml6nmiqUb\x07\x1b\\");
    }

    #[test]
    fn screen_gets_it_in_pieces_that_together_are_the_sequence() {
        let text = "x".repeat(10_000);
        let bytes = Between::Screen.sequence(&text).unwrap();
        let sent = String::from_utf8(bytes).unwrap();
        let pieces: Vec<&str> =
            sent.split_terminator("\x1b\\").map(|piece| piece.strip_prefix("\x1bP").unwrap()).collect();
        assert!(pieces.iter().all(|piece| piece.len() <= 256), "the oldest screen takes 256 bytes");
        assert_eq!(pieces.concat(), format!("\x1b]52;c;{}\x07", STANDARD.encode(&text)));
    }

    #[test]
    fn a_text_that_is_too_long_for_a_terminal_is_not_cut() {
        assert!(Between::Nothing.sequence(&"x".repeat(MOST)).is_some());
        assert!(Between::Tmux.sequence(&"x".repeat(MOST + 1)).is_none());
    }

    #[test]
    fn programs_of_the_desktop_run_only_where_somebody_sits_at_this_machine() {
        let groups = |variables: &[(&str, &str)]| here(variables).groups;
        if cfg!(target_os = "macos") {
            assert_eq!(groups(&[]), [MAC]);
            return;
        }
        assert!(groups(&[]).is_empty());
        assert_eq!(groups(&[("DISPLAY", ":0")]), [X11]);
        assert_eq!(groups(&[("DISPLAY", ":0"), ("WAYLAND_DISPLAY", "wayland-0")]), [WAYLAND]);
        assert_eq!(groups(&[("WSL_DISTRO_NAME", "Ubuntu"), ("DISPLAY", ":0")]), [WINDOWS]);
        assert_eq!(groups(&[("TMUX", "/tmp/x,1,0"), ("DISPLAY", ":0")]), [TMUX, X11]);
        for remote in ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"] {
            assert!(groups(&[("DISPLAY", "localhost:10.0"), (remote, "1")]).is_empty());
            assert_eq!(groups(&[("TMUX", "/tmp/x,1,0"), (remote, "1")]), [TMUX]);
        }
    }

    #[test]
    fn nothing_is_written_to_a_terminal_that_was_not_taken() {
        let nothing = line::Outlet::open(is_taken).unwrap();
        let (closed, _, _) = screen(nothing, is_taken, size);
        let Some(Message::Copied(told)) = here(&[("TERM", "xterm")]).copy(&closed, clip("x")) else {
            panic!()
        };
        assert_eq!(told.terminal, Err("the terminal was given back".to_owned()));
    }

    /// Has a clipboard run this script in place of its programs, and gives what was told.
    fn run_script(script: &str, text: &str) -> Copied {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("xclip");
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let (to, mut from) = mpsc::channel(1);
        let variables =
            [("PATH", path.as_str()), ("HOME", folder.path().to_str().unwrap()), ("KEY", "hidden")];
        let clipboard = Clipboard { groups: vec![X11], ..with(&variables, to) };
        let (closed, _, _) = screen(line::Outlet::open(is_taken).unwrap(), is_taken, size);
        assert_eq!(clipboard.copy(&closed, clip(text)), None, "nobody waits for it");
        clipboard.finish();
        let Some(Message::Copied(told)) = from.blocking_recv() else { panic!() };
        let got = fs::read_to_string(folder.path().join("got")).unwrap_or_default();
        Copied { label: crate::app::ClipLabel { what: got, ..told.label }, ..*told }
    }

    #[test]
    fn a_program_gets_the_text_on_its_input_and_no_key_of_the_environment() {
        let long = "早报 $(id) `id`\n".repeat(20_000);
        let told = run_script("[ -z \"$KEY\" ] && cat > \"$HOME/got\"", &long);
        assert!(told.label.what == long, "{} of {} bytes", told.label.what.len(), long.len());
        assert_eq!(told.programs, [("xclip".to_owned(), Ok(()))]);
    }

    #[test]
    fn a_program_that_fails_is_named() {
        let told = run_script("exit 3", "x");
        assert_eq!(told.programs, [("xclip".to_owned(), Err("exit status: 3".to_owned()))]);
    }

    #[test]
    fn windows_gets_utf_16() {
        assert_eq!(wide("a早"), [0xff, 0xfe, 0x61, 0x00, 0xe9, 0x65]);
    }
}
