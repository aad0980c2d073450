//! The terminal: taken over and given back, drawn on frame by frame, listened to.
//!
//! Whatever happens (drop, panic, signal) the terminal is given back once and whole. The reading
//! runs on a thread of its own: crossterm's polling misses events that wait, and a thread that
//! blocks costs nothing at rest.

mod frames;
mod input;

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use tokio::sync::mpsc;

use crate::app::Message;

pub use frames::Frames;
pub use input::listen;

/// Whether the terminal is taken over now. One process has one terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal that the dashboard draws on.
pub type Screen = Terminal<CrosstermBackend<Frames<io::Stdout>>>;

/// Holds the terminal; gives it back when dropped.
#[derive(Debug)]
pub struct Guard(());

/// Takes the terminal over: raw mode, the alternate screen, pastes in one piece, no cursor.
///
/// # Errors
/// When standard output is no terminal, or the terminal cannot be set up; then it is given back.
pub fn take() -> io::Result<(Guard, Screen)> {
    if !io::stdout().is_terminal() {
        return Err(io::Error::other("standard output is no terminal, and the dashboard needs one"));
    }
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    // From here on dropping the guard gives the terminal back, also when the next step fails.
    let guard = Guard(());
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    let screen = Terminal::new(CrosstermBackend::new(Frames::new(io::stdout(), is_taken)))?;
    Ok((guard, screen))
}

/// Whether the terminal is taken over.
pub fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Gives the terminal back; a second call does nothing.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // A terminal that is gone cannot be given back, and nobody is left to be told.
    let _ = leave(&mut io::stdout());
    let _ = disable_raw_mode();
}

fn leave(out: &mut impl Write) -> io::Result<()> {
    queue!(out, EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show)?;
    out.flush()
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Asks the terminal to put a text on its clipboard (OSC 52), which also works over SSH. Whether it
/// does so is the terminal's choice, and it does not say. Call it between frames.
///
/// # Errors
/// When the terminal cannot be written to, or was given back.
pub fn copy(text: &str) -> io::Result<()> {
    if !is_taken() {
        return Err(io::Error::other("the terminal was given back"));
    }
    let mut out = io::stdout().lock();
    out.write_all(&clipboard(text))?;
    out.flush()
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
        let mut bytes = Vec::new();
        leave(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        for off in ["\u{1b}[?2026l", "\u{1b}[?2004l", "\u{1b}[?1049l", "\u{1b}[?25h"] {
            assert!(text.contains(off), "{off:?} is missing in {text:?}");
        }
    }

    #[test]
    fn a_copied_text_is_one_sequence_of_plain_characters_whatever_it_holds() {
        assert_eq!(clipboard("it's 早报\u{1b}"), b"\x1b]52;c;aXQncyDml6nmiqUb\x1b\\");
        assert!(copy("x").is_err(), "nothing is written to a terminal that was not taken");
    }

    #[test]
    fn a_terminal_that_was_not_taken_is_not_given_back() {
        assert!(!is_taken());
        give_back();
        drop(Guard(()));
        assert!(!is_taken());
    }
}
