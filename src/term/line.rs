//! The terminal as the system has it: its line settings, its size, and bytes to it that never wait
//! for ever.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use super::screen::Output;
use filedescriptor::{POLLIN, POLLOUT, pollfd};
use nix::sys::termios::tcgetsid;
use rustix::fs::{Mode, OFlags, open};
use rustix::termios::{
    OptionalActions, QueueSelector, Termios, isatty, tcflush, tcgetattr, tcgetwinsize, tcsetattr, ttyname,
};

/// How long a write may wait before it looks whether it is still wanted.
const GLANCE: Duration = Duration::from_millis(50);
/// How long the end of the program waits for a terminal to take its last words.
const WORDS_WAIT: Duration = Duration::from_millis(500);
/// The most that is written in one go.
const PIECE: usize = 4096;
/// The size of a terminal that does not know its own.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// Where keys come from: standard input, or the terminal of the process.
///
/// # Errors
/// When there is neither.
pub(super) fn keys() -> io::Result<OwnedFd> {
    let stdin = io::stdin();
    if isatty(&stdin) {
        return stdin.as_fd().try_clone_to_owned();
    }
    Ok(open("/dev/tty", OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Columns and rows.
///
/// # Errors
/// When the terminal is gone.
pub fn size() -> io::Result<(u16, u16)> {
    let size = tcgetwinsize(io::stdout())?;
    let is_known = size.ws_col > 0 && size.ws_row > 0;
    Ok(if is_known { (size.ws_col, size.ws_row) } else { USUAL_SIZE })
}

/// Whether standard error takes words now. A terminal that stands still would keep the program from its
/// end for as long.
pub fn takes_words() -> bool {
    let stderr = io::stderr();
    let ready = || wait(stderr.as_fd(), true, Some(WORDS_WAIT)).is_ok_and(|waited| waited == Waited::Ready);
    !isatty(&stderr) || ready()
}

/// Turns raw mode on and gives the settings as they were.
pub(super) fn make_raw(tty: BorrowedFd<'_>) -> io::Result<Termios> {
    let before = tcgetattr(tty)?;
    let mut raw = before.clone();
    raw.make_raw();
    set(tty, &raw)?;
    Ok(before)
}

/// Throws away what came and was not read.
pub(super) fn drop_input(tty: BorrowedFd<'_>) {
    // Not every system can.
    let _ = tcflush(tty, QueueSelector::IFlush);
}

/// Puts settings in force at once.
pub(super) fn set(tty: BorrowedFd<'_>, settings: &Termios) -> io::Result<()> {
    // It is broken off when a job in the background is stopped for it and then goes on.
    Ok(rustix::io::retry_on_intr(|| tcsetattr(tty, OptionalActions::Now, settings))?)
}

/// Waits until bytes can be read or, with `to_write`, written. Says whether they can, and whether the
/// other end is gone.
pub(super) fn wait(tty: BorrowedFd<'_>, to_write: bool, longest: Option<Duration>) -> io::Result<Waited> {
    let events = if to_write { POLLOUT } else { POLLIN };
    let mut polled = [pollfd { fd: tty.as_raw_fd(), events, revents: 0 }];
    // Shorter than a millisecond is no time for `poll`.
    let longest = longest.map(|wait| wait + Duration::from_millis(1));
    match filedescriptor::poll(&mut polled, longest) {
        Ok(0) => Ok(Waited::Quiet),
        Ok(_) if polled[0].revents & (filedescriptor::POLLHUP | filedescriptor::POLLERR) != 0 => {
            Ok(Waited::HungUp)
        }
        Ok(_) => Ok(Waited::Ready),
        Err(filedescriptor::Error::Poll(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// What a [`wait`] ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// Nothing came.
    Quiet,
    /// It can be read or written.
    Ready,
    /// The other end is gone; what it left can still be read.
    HungUp,
}

/// Bytes to the terminal.
#[derive(Debug)]
pub(super) struct Outlet {
    tty: File,
    /// Whether a write gives up where it would have to wait.
    never_waits: bool,
    /// Whether the terminal is still ours: if not, what is left is not written.
    is_wanted: fn() -> bool,
}

impl Outlet {
    /// To the terminal of standard output.
    pub(super) fn open(is_wanted: fn() -> bool) -> io::Result<Self> {
        let own = reopen();
        let never_waits = own.is_some();
        let tty = own.map_or_else(|| io::stdout().as_fd().try_clone_to_owned(), Ok)?;
        Ok(Self { tty: File::from(tty), never_waits, is_wanted })
    }

    /// Writes a piece of it, if that can be done now; `None` when it cannot.
    fn write_piece(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        let piece = bytes.get(..PIECE).unwrap_or(bytes);
        match self.tty.write(piece) {
            Ok(count) => Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes all of it, if that can be done within this time. What the terminal has not taken before
    /// is thrown away for it.
    pub(super) fn write_within(&mut self, mut bytes: &[u8], longest: Duration) -> io::Result<()> {
        let end = Instant::now() + longest;
        while !bytes.is_empty() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            if wait(self.tty.as_fd(), true, Some(left.min(GLANCE)))? != Waited::Ready {
                // Not every system can; then it is a matter of time.
                let _ = tcflush(&self.tty, QueueSelector::OFlush);
            }
            let count = self.write_piece(bytes)?.unwrap_or(0);
            bytes = bytes.get(count..).unwrap_or_default();
        }
        Ok(())
    }
}

impl Output for Outlet {
    fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !(self.is_wanted)() {
            return Ok(bytes.len());
        }
        let mut written = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| self.never_waits && !rest.is_empty()) {
            let Some(count) = self.write_piece(rest)? else { break };
            written += count;
        }
        Ok(written)
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            if !(self.is_wanted)() {
                return Ok(bytes.len());
            }
            if let Some(count) = self.write_piece(bytes)? {
                return Ok(count);
            }
            match wait(self.tty.as_fd(), true, Some(GLANCE)) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal of standard output, opened once more: so that writing need not wait, and that holds for
/// nobody else who writes to it. `None` where it cannot be opened.
fn reopen() -> Option<OwnedFd> {
    let stdout = io::stdout();
    let flags = OFlags::WRONLY | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let by_name = ttyname(&stdout, Vec::new()).and_then(|name| open(name, flags, Mode::empty()));
    // After `su` it belongs to somebody else, and is still the terminal of this process.
    let by_session = || tcgetsid(&stdout).ok().and_then(|_| open("/dev/tty", flags, Mode::empty()).ok());
    by_name.ok().or_else(by_session)
}
