//! The terminal: taken over and given back, drawn on frame by frame, listened to.
//!
//! Whatever happens (drop, panic, signal, suspension) the terminal is given back once and whole, and
//! within a bounded time, also when it takes nothing any more. Reading and writing run on a thread
//! each: neither ever holds up the loop. Nothing is asked of the terminal, for its answer would come
//! between the keys.

mod decode;
mod input;
mod job;
mod line;
mod screen;

use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use rustix::termios::Termios;
use tokio::sync::{mpsc, watch};

use crate::app::Message;

pub use input::listen;
pub use line::size;
pub use screen::{Progress, Screen, Shown, Writer, screen};

/// Whether the terminal is taken over now. One process has one terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// What it takes to give it back.
static LINE: Mutex<Option<Line>> = Mutex::new(None);
/// Held by who writes to the terminal.
static PEN: Mutex<()> = Mutex::new(());

/// How long the giving back waits for a frame that is being written, and then for its own bytes.
const PATIENCE: Duration = Duration::from_millis(300);

/// The line as it was.
#[derive(Debug)]
struct Line {
    tty: OwnedFd,
    before: Termios,
}

/// Holds the terminal; gives it back when dropped.
#[derive(Debug)]
pub struct Guard(());

/// What was taken over: the guard, where frames go, and where one hears of those that were written.
pub type Taken = (Guard, Screen, watch::Receiver<Progress>);

/// Takes the terminal over: raw mode, the alternate screen, pastes in one piece, no cursor.
///
/// # Errors
/// When standard output is no terminal, or the terminal cannot be set up; then it is given back.
pub fn take() -> io::Result<Taken> {
    if !io::stdout().is_terminal() {
        return Err(io::Error::other("standard output is no terminal, and the dashboard needs one"));
    }
    let tty = line::keys()?;
    let before = line::make_raw(tty.as_fd())?;
    *line_held() = Some(Line { tty, before });
    TAKEN.store(true, Ordering::SeqCst);
    // From here on dropping the guard gives the terminal back, also when the next step fails.
    let guard = Guard(());
    let (screen, writer, written) = screen(Pen(line::Outlet::open(is_taken)?), is_taken, size);
    thread::Builder::new().name("output".to_owned()).spawn(move || writer.run())?;
    enter(&screen)?;
    Ok((guard, screen, written))
}

/// Prepares a terminal that is taken over for the next frame, which is drawn in full.
///
/// # Errors
/// When the terminal takes nothing any more.
pub fn enter(screen: &Screen) -> io::Result<()> {
    let mut bytes = Vec::new();
    queue!(bytes, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    screen.repaint();
    screen.send(&bytes)
}

/// Whether the terminal is taken over.
pub fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Gives the terminal back; a second call does nothing. Waits for it, but not for ever.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let pen = take_pen();
    // A terminal that is gone cannot be given back, and nobody is left to be told.
    let _ = line::Outlet::open(|| true).and_then(|mut out| out.write_within(&leaving()?, PATIENCE));
    if let Some(line) = &*line_held() {
        let _ = line::set(line.tty.as_fd(), &line.before);
    }
    drop(pen);
}

/// Waits until nobody writes. Who writes sees that the terminal was given back and stops; one that does
/// not must not keep it.
fn take_pen() -> Option<MutexGuard<'static, ()>> {
    let step = Duration::from_millis(5);
    let mut waited = Duration::ZERO;
    loop {
        match PEN.try_lock() {
            Ok(pen) => return Some(pen),
            Err(std::sync::TryLockError::Poisoned(pen)) => return Some(pen.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) if waited >= PATIENCE => return None,
            Err(std::sync::TryLockError::WouldBlock) => thread::sleep(step),
        }
        waited += step;
    }
}

/// Gives the terminal back and stops the process, as a shell's ctrl-z does. When it goes on, the system
/// says so (SIGCONT), and [`retake`] is called.
///
/// # Errors
/// When nobody could make it go on; then nothing has changed.
pub fn suspend() -> io::Result<()> {
    job::can_stop()?;
    give_back();
    job::stop().or_else(|error| retake().and(Err(error)))
}

/// Takes the terminal over again after the process was stopped, whoever stopped it. [`enter`] follows.
///
/// # Errors
/// When the terminal is gone.
pub fn retake() -> io::Result<()> {
    let mut held = line_held();
    let Some(line) = &mut *held else { return Ok(()) };
    let found = line::make_raw(line.tty.as_fd())?;
    if !TAKEN.swap(true, Ordering::SeqCst) {
        // What was set meanwhile is what it will be given back with.
        line.before = found;
    }
    Ok(())
}

fn line_held() -> MutexGuard<'static, Option<Line>> {
    // It is replaced as a whole.
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes frames while the terminal is taken over.
#[derive(Debug)]
struct Pen(line::Outlet);

impl io::Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        // There is nothing in it that could be half done.
        let _pen = PEN.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn leaving() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(bytes, EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show)?;
    Ok(bytes)
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Asks the terminal to put a text on its clipboard (OSC 52), which also works over SSH. Whether it
/// does so is the terminal's choice, and it does not say.
///
/// # Errors
/// When the terminal takes nothing any more, or was given back.
pub fn copy(screen: &Screen, text: &str) -> io::Result<()> {
    screen.send(&clipboard(text))
}

fn clipboard(text: &str) -> Vec<u8> {
    format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(text)).into_bytes()
}

/// Gives the terminal back before a panic is reported, so that the report can be read, and asks the
/// loop to end: after a panic on any thread nothing that is shown can be trusted. Call it after
/// `color_eyre::install`, whose report it keeps.
pub fn give_back_on_panic(ends: mpsc::Sender<Message>) {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        give_back();
        report(info);
        // A full queue holds an end already, or the loop is gone.
        let _ = ends.try_send(Message::EndAsked);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_was_turned_on_is_turned_off() {
        let text = String::from_utf8(leaving().unwrap()).unwrap();
        for off in ["\u{1b}[?2026l", "\u{1b}[?2004l", "\u{1b}[?1049l", "\u{1b}[?25h"] {
            assert!(text.contains(off), "{off:?} is missing in {text:?}");
        }
    }

    #[test]
    fn a_copied_text_is_one_sequence_of_plain_characters_whatever_it_holds() {
        assert_eq!(clipboard("it's 早报\u{1b}"), b"\x1b]52;c;aXQncyDml6nmiqUb\x1b\\");
        let (closed, _, _) = screen(Vec::new(), is_taken, size);
        assert!(copy(&closed, "x").is_err(), "nothing is written to a terminal that was not taken");
    }

    #[test]
    fn a_terminal_that_was_not_taken_is_not_given_back() {
        assert!(!is_taken());
        give_back();
        drop(Guard(()));
        assert!(!is_taken());
        assert!(retake().is_ok() && !is_taken(), "nor is it taken again");
    }
}
