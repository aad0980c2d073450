//! The terminal: taken over and given back, drawn on frame by frame, listened to.
//!
//! Whatever happens (drop, panic, signal, suspension) the terminal is given back once and whole, and
//! within a bounded time, also when it takes nothing any more. Reading runs on a thread of its own, and so
//! does what the terminal does not take at once: neither ever holds up the loop. The terminal is
//! asked once what it is like, when it is taken over; nothing waits for the answer, and it is never taken for keys.

mod answer;
mod clipboard;
mod decode;
mod guard;
mod input;
mod job;
mod line;
mod notify;
mod screen;
#[cfg(test)]
pub(crate) mod testing;

pub use answer::can_be_asked;
pub use clipboard::Clipboard;
pub use guard::{
    TakenTerminal, TerminalGuard, capture_mouse, give_back, give_back_on_panic, is_taken, retake, suspend,
    take,
};
pub use input::listen;
pub use line::{size, takes_words};
pub use notify::Notifier;
pub use screen::{FrameWriter, Output, Progress, Screen, Shown, screen};
