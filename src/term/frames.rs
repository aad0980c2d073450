//! A writer that sends what was drawn between two flushes as one frame: one write, wrapped in a
//! synchronized update, so that a terminal never shows half of it.

use std::io::{self, Write};

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};

/// Collects bytes until a flush. While `open` says no it drops them: nothing may be drawn over the
/// report of a panic.
#[derive(Debug)]
pub struct Frames<W> {
    out: W,
    open: fn() -> bool,
    frame: Vec<u8>,
}

impl<W: Write> Frames<W> {
    /// Frames for `out`.
    pub fn new(out: W, open: fn() -> bool) -> Self {
        Self { out, open, frame: Vec::new() }
    }
}

impl<W: Write> Write for Frames<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let frame = std::mem::take(&mut self.frame);
        if frame.is_empty() || !(self.open)() {
            return Ok(());
        }
        let mut whole = Vec::with_capacity(frame.len() + 16);
        queue!(whole, BeginSynchronizedUpdate)?;
        whole.extend_from_slice(&frame);
        queue!(whole, EndSynchronizedUpdate)?;
        self.out.write_all(&whole)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_two_flushes_is_one_synchronized_frame() {
        let mut frames = Frames::new(Vec::new(), || true);
        frames.write_all(b"ab").unwrap();
        frames.write_all(b"c").unwrap();
        frames.flush().unwrap();
        frames.flush().unwrap();
        assert_eq!(frames.out, b"\x1b[?2026habc\x1b[?2026l");
    }

    #[test]
    fn nothing_is_drawn_on_a_terminal_that_was_given_back() {
        let mut frames = Frames::new(Vec::new(), || false);
        frames.write_all(b"ab").unwrap();
        frames.flush().unwrap();
        assert!(frames.out.is_empty());
    }
}
