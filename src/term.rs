//! The terminal: taken over and given back, drawn on frame by frame, listened to.
//!
//! Whatever happens (drop, panic, signal, suspension) the terminal is given back once and whole, and
//! within a bounded time, also when it takes nothing any more. Reading runs on a thread of its own, and so
//! does what the terminal does not take at once: neither ever holds up the loop. Nothing is asked of the terminal, for its answer would come
//! between the keys.

mod decode;
mod guard;
mod input;
mod job;
mod line;
mod screen;

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use guard::{
    TakenTerminal, TerminalGuard, give_back, give_back_on_panic, is_taken, retake, suspend, take,
};
pub use input::listen;
pub use line::{size, takes_words};
pub use screen::{FrameWriter, Output, Progress, Screen, Shown, screen};

/// Asks the terminal to put a text on its clipboard (OSC 52), which also works over SSH. Whether it
/// does so is the terminal's choice, and it does not say.
///
/// # Errors
/// When the terminal does not accept output any more, or was given back.
pub fn copy(screen: &Screen, text: &str) -> io::Result<()> {
    screen.send(&clipboard(text))
}

fn clipboard(text: &str) -> Vec<u8> {
    format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(text)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_text_is_one_sequence_of_plain_characters_whatever_it_holds() {
        assert_eq!(clipboard("it's 早报\u{1b}"), b"\x1b]52;c;aXQncyDml6nmiqUb\x1b\\");
        let nothing = line::Outlet::open(is_taken).unwrap();
        let (closed, _, _) = screen(nothing, is_taken, size);
        assert!(copy(&closed, "x").is_err(), "nothing is written to a terminal that was not taken");
    }
}
