//! What the operator does, as messages, from a thread that waits for it.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::answer::ANSWERS_WAIT;
use super::decode::{Decoder, Input};
use super::guard::{has_asked, is_answered, is_taken};
use super::line::{self, Waited};
use crate::app::Message;

/// What one look at the terminal brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    /// So many bytes.
    Bytes(usize),
    /// Nothing, for as long as was asked.
    Quiet,
    /// It is gone.
    End,
}

/// Starts the thread that reads the terminal. It ends with the process, when nobody listens any
/// more, or when the terminal is gone; then it asks the loop to end.
///
/// # Errors
/// When there is no terminal, or no thread can be started.
pub fn listen(to: mpsc::Sender<Message>) -> io::Result<()> {
    let tty = line::keys()?;
    let began = Instant::now();
    let read = move |buffer: &mut [u8], longest| read(&tty, buffer, longest);
    let forward = move || forward(read, || began.elapsed(), || has_asked(ANSWERS_WAIT), &to);
    thread::Builder::new().name("input".to_owned()).spawn(forward).map(|_| ())
}

fn read(tty: &OwnedFd, buffer: &mut [u8], longest: Option<Duration>) -> io::Result<Read> {
    let waited = line::wait(tty.as_fd(), false, longest)?;
    if waited == Waited::Quiet {
        return Ok(Read::Quiet);
    }
    match rustix::io::read(tty, buffer)? {
        // In a shell's line settings that is ctrl-d.
        0 if waited == Waited::Ready && !is_taken() => Ok(Read::Bytes(0)),
        0 => Ok(Read::End),
        count => Ok(Read::Bytes(count)),
    }
}

/// Reads until the terminal or the listener is gone. A full queue makes it wait, which makes the
/// terminal wait, and loses nothing.
fn forward(
    mut read: impl FnMut(&mut [u8], Option<Duration>) -> io::Result<Read>,
    clock: impl Fn() -> Duration,
    expects: impl Fn() -> bool,
    to: &mpsc::Sender<Message>,
) {
    let mut decoder = Decoder::default();
    let mut buffer = vec![0; 16 * 1024];
    let mut got = Vec::new();
    loop {
        let longest = decoder.deadline().map(|deadline| deadline.saturating_sub(clock()));
        let read = read(&mut buffer, longest);
        decoder.expect(expects());
        match read {
            Ok(Read::Bytes(count)) => {
                decoder.feed(buffer.get(..count).unwrap_or_default(), clock(), &mut got);
            }
            // What waits in the terminal came in time, however late it is read: only a wait without
            // anything counts.
            Ok(Read::Quiet) => decoder.expire(&mut got),
            Err(error) if is_passing(&error) => continue,
            Ok(Read::End) | Err(_) => {
                // Nobody listens: then the loop has ended already.
                let _ = to.blocking_send(Message::EndAsked);
                return;
            }
        }
        for input in got.drain(..) {
            let message = match input {
                Input::Key(key) => Message::Key(key),
                Input::Paste(text) => Message::Pasted(text),
                Input::Mouse(mouse) => Message::Mouse(mouse),
                Input::Focus(here) => Message::Focused(here),
                Input::Answer(answer) => {
                    is_answered();
                    Message::Answered(answer)
                }
            };
            if to.blocking_send(message).is_err() {
                return;
            }
        }
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;

    fn key(code: KeyCode) -> Message {
        Message::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    /// What becomes of these reads, and how long each was ready to wait.
    fn forwarded(reads: Vec<io::Result<&'static [u8]>>) -> (Vec<Message>, Vec<Option<Duration>>) {
        let (to, mut from) = mpsc::channel(8);
        let (mut reads, mut waits) = (reads.into_iter(), Vec::new());
        let read = |buffer: &mut [u8], longest| {
            waits.push(longest);
            match reads.next() {
                Some(Ok(b"quiet")) => Ok(Read::Quiet),
                Some(Ok(bytes)) => {
                    buffer[..bytes.len()].copy_from_slice(bytes);
                    Ok(Read::Bytes(bytes.len()))
                }
                Some(Err(error)) => Err(error),
                None => Ok(Read::End),
            }
        };
        forward(read, || Duration::ZERO, || true, &to);
        drop(to);
        let mut got = Vec::new();
        while let Ok(message) = from.try_recv() {
            got.push(message);
        }
        (got, waits)
    }

    #[test]
    fn bytes_become_messages_in_order_and_a_terminal_that_is_gone_asks_for_the_end() {
        let interrupted = Err(io::Error::from(io::ErrorKind::Interrupted));
        let (got, waits) =
            forwarded(vec![Ok(b"j\x1b[200~ab\x1b[201~"), interrupted, Ok(b"\x1b[5n\x1b"), Ok(b"quiet")]);
        let is =
            [key(KeyCode::Char('j')), Message::Pasted("ab".to_owned()), key(KeyCode::Esc), Message::EndAsked];
        assert_eq!(got, is);
        let esc = Some(super::super::decode::ESC_WAIT);
        assert_eq!(waits, [None, None, None, esc, None], "at rest it waits without an end");
        let (got, _) = forwarded(vec![Err(io::Error::other("gone"))]);
        assert_eq!(got, [Message::EndAsked]);
    }

    #[test]
    fn the_thread_ends_when_nobody_listens() {
        let (to, from) = mpsc::channel(1);
        drop(from);
        let read = |buffer: &mut [u8], _| {
            buffer[0] = b'j';
            Ok(Read::Bytes(1))
        };
        forward(read, || Duration::ZERO, || true, &to);
    }
}
