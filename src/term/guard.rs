//! Taking the terminal over and giving it back: one process has one terminal.
//!
//! It is given back once and whole by whoever comes first: the end, a panic, a signal, a suspension. That
//! waits for a frame that is being written, but not for ever.

use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::queue;
use crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use rustix::termios::Termios;
use tokio::sync::{mpsc, watch};

use super::answer::QUESTION;
use super::screen::{Progress, Screen, screen};
use super::{job, line};
use crate::app::Message;

/// When the terminal was asked last, and has not answered yet.
static ASKED: Mutex<Option<Instant>> = Mutex::new(None);
/// Whether the terminal is taken over now. One process has one terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether the mouse is reported while it is.
static MOUSE: AtomicBool = AtomicBool::new(false);
/// What it takes to give it back.
static LINE: Mutex<Option<HeldLine>> = Mutex::new(None);

/// How long the giving back waits for a frame that is being written, and then for its own bytes.
const PATIENCE: Duration = Duration::from_millis(300);

/// So late an answer hardly comes any more.
const ANSWER_IN: Duration = Duration::from_secs(1);

/// The line as it was, and who writes to it.
#[derive(Debug)]
struct HeldLine {
    tty: OwnedFd,
    before: Termios,
    screen: Screen,
    /// Whether it is asked for its background.
    asks: bool,
}

/// Holds the terminal; gives it back when dropped.
#[derive(Debug)]
pub struct TerminalGuard(());

/// What was taken over: the guard, where frames go, and where one hears of those that were written.
pub type TakenTerminal = (TerminalGuard, Screen, watch::Receiver<Progress>);

/// Takes the terminal over: raw mode, the alternate screen, pastes in one piece, no cursor, word of the focus,
/// and `mouse` says whether also of the mouse; and `asks` whether it is asked for its background.
///
/// # Errors
/// When standard output is not a terminal, or the terminal cannot be set up; then it is given back.
pub fn take(mouse: bool, asks: bool) -> io::Result<TakenTerminal> {
    MOUSE.store(mouse, Ordering::SeqCst);
    if !io::stdout().is_terminal() {
        return Err(io::Error::other("standard output is not a terminal, and the dashboard needs one"));
    }
    let tty = line::keys()?;
    let (screen, writer, written) = screen(line::Outlet::open(is_taken)?, is_taken, line::size);
    thread::Builder::new().name("output".to_owned()).spawn(move || writer.run())?;
    screen.begin(&entering(asks)?);
    let before = line::make_raw(tty.as_fd())?;
    *line_held() = Some(HeldLine { tty, before, screen: screen.clone(), asks });
    ask(asks);
    TAKEN.store(true, Ordering::SeqCst);
    Ok((TerminalGuard(()), screen, written))
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
    let held = line_held();
    let Some(line) = &*held else { return };
    // Who writes sees that it was given back, and stops; one who does not must not keep it.
    let pen = line.screen.pen(PATIENCE);
    // A terminal that is gone cannot be given back, and nobody is left to be told.
    let _ = line::Outlet::open(|| true).and_then(|mut out| out.write_within(&leaving()?, PATIENCE));
    if has_asked(ANSWER_IN) {
        // An answer that comes now would be typed into the shell.
        line::drop_input(line.tty.as_fd());
    }
    let _ = line::set(line.tty.as_fd(), &line.before);
    drop(pen);
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

/// Takes the terminal over again after the process was stopped, whoever stopped it. The next frame is
/// drawn in full.
///
/// # Errors
/// When the terminal is gone.
pub fn retake() -> io::Result<()> {
    let mut held = line_held();
    let Some(line) = &mut *held else { return Ok(()) };
    let found = line::make_raw(line.tty.as_fd())?;
    let _pen = line.screen.pen(PATIENCE);
    line.screen.begin(&entering(line.asks)?);
    ask(line.asks);
    if !TAKEN.swap(true, Ordering::SeqCst) {
        // What was set meanwhile is what it will be given back with.
        line.before = found;
    }
    Ok(())
}

/// The question is on its way with the next frame, if it is asked.
fn ask(asks: bool) {
    let now = asks.then(Instant::now);
    *ASKED.lock().unwrap_or_else(PoisonError::into_inner) = now;
}

/// Whether the terminal was asked so lately and has not answered yet.
pub(super) fn has_asked(lately: Duration) -> bool {
    let asked = *ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    asked.is_some_and(|at| at.elapsed() < lately)
}

/// It has answered.
pub(super) fn is_answered() {
    *ASKED.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

fn line_held() -> MutexGuard<'static, Option<HeldLine>> {
    // It is replaced as a whole.
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has the mouse reported from now on, or not; also after the terminal is taken again.
///
/// # Errors
/// When the terminal was given back, or takes nothing any more.
pub fn capture_mouse(screen: &Screen, on: bool) -> io::Result<()> {
    MOUSE.store(on, Ordering::SeqCst);
    screen.send(if on { MOUSE_ON } else { MOUSE_OFF })
}

/// Presses and the wheel, in the form that knows screens of any size. No motion: it would be a flood.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

fn entering(asks: bool) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(bytes, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, Hide)?;
    if MOUSE.load(Ordering::SeqCst) {
        bytes.extend_from_slice(MOUSE_ON);
    }
    if asks {
        bytes.extend_from_slice(QUESTION);
    }
    Ok(bytes)
}

fn leaving() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(bytes, EndSynchronizedUpdate)?;
    // Whether it was on or not: it may have been turned off a moment ago, and those bytes not taken.
    bytes.extend_from_slice(MOUSE_OFF);
    queue!(bytes, DisableFocusChange, DisableBracketedPaste, LeaveAlternateScreen, Show)?;
    Ok(bytes)
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        give_back();
    }
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
        let text = |bytes: io::Result<Vec<u8>>| String::from_utf8(bytes.unwrap()).unwrap();
        for mouse in [true, false] {
            MOUSE.store(mouse, Ordering::SeqCst);
            let (on, off) = (text(entering(false)), text(leaving()));
            let without = [("2004h", "2004l"), ("1049h", "1049l"), ("1004h", "1004l"), ("25l", "25h")];
            let with = [("1000h", "1000l"), ("1006h", "1006l")];
            for (set, reset) in without.iter().chain(with.iter().filter(|_| mouse)) {
                assert!(on.contains(&format!("\u{1b}[?{set}")), "{set} is missing in {on:?}");
                assert!(off.contains(&format!("\u{1b}[?{reset}")), "{reset} is missing in {off:?}");
            }
            let count = without.len() + if mouse { with.len() } else { 0 };
            assert!(off.contains("\u{1b}[?2026l") && on.matches('\u{1b}').count() == count, "{on:?}");
            assert!(off.contains("\u{1b}[?1000l"), "it is turned off in any case: {off:?}");
        }
    }

    #[test]
    fn a_terminal_that_was_not_taken_is_not_given_back() {
        assert!(!is_taken());
        give_back();
        drop(TerminalGuard(()));
        assert!(!is_taken());
        assert!(retake().is_ok() && !is_taken(), "nor is it taken again");
    }
}
