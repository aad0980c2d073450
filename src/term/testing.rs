//! A terminal for tests of what is written.

use std::io;
use std::sync::{Arc, Mutex};

use super::Output;

/// A terminal that takes everything at once, and keeps it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape(pub(crate) Arc<Mutex<Vec<u8>>>);

impl io::Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output for Tape {
    fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(self, bytes)
    }
}
