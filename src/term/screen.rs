//! Frames on their way to the terminal.
//!
//! The loop hands a frame over, writes what the terminal takes at once, and goes on; what it does not
//! take a thread of its own writes. While the terminal does not take anything the newest frame waits and
//! replaces the one before it, so frames are passed over and nothing else is. What is written is the
//! difference to what was really written before, so that a frame that was passed over is missing in no picture.

mod draw;

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::ResetColor;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::{mpsc, watch};

use crate::app::AppNumber;
use crate::app::lines::LineKey;

/// The most that may wait beside frames: a copied text or two, each in two forms for tmux.
const MOST_WAITING: usize = 512 * 1024;

/// Of so many frames is told, should the loop not have heard of one before the next was written.
const MOST_FRAMES: usize = 16;

/// The frame that is on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The app whose state it shows.
    pub app: AppNumber,
    /// The time of the state that it shows, as it was given to [`Screen::show`].
    pub rendered: Duration,
    /// Columns and rows that it was drawn for.
    pub size: (u16, u16),
    /// The lines of the review that are on it, as they were given.
    pub lines: Vec<LineKey>,
    /// The loop is to be woken when it is on the screen; else it hears of it when it wakes by itself.
    pub awaited: bool,
}

/// How far the writing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is on the screen yet.
    #[default]
    Nothing,
    /// Frames are.
    Frames {
        /// How many there were in all.
        count: u64,
        /// The last ones, the newest at the end: whoever hears late hears of all of them.
        last: VecDeque<Shown>,
    },
    /// The terminal is gone; why.
    Failed(String),
}

#[derive(Debug)]
struct Frame {
    buffer: Buffer,
    /// Where the cursor is shown; `None` hides it.
    cursor: Option<Position>,
    shown: Shown,
}

/// What waits to be written.
#[derive(Debug, Default)]
struct Waiting {
    /// Bytes that go first, and are not passed over.
    first: Vec<u8>,
    frame: Option<Frame>,
    /// Whether the frame has to be drawn in full.
    anew: bool,
    /// A buffer that is not in use any more.
    spare: Option<Buffer>,
}

/// Where frames go in the end.
pub trait Output: Write + fmt::Debug + Send + 'static {
    /// Writes what is taken at once, and never waits; how much that is.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize>;
}

#[derive(Debug)]
struct Shared {
    waiting: Mutex<Waiting>,
    pen: Mutex<Pen>,
    written: watch::Sender<Progress>,
    is_open: fn() -> bool,
}

/// Who writes: held from the moment something is taken to be written until it is, or until the terminal
/// takes no more of it at once.
#[derive(Debug)]
pub(super) struct Pen {
    out: Box<dyn Output>,
    /// What was written last, and where it left the cursor.
    on_screen: Buffer,
    cursor: Option<Position>,
    /// What was begun and not taken yet, and the frame that is on the screen after it.
    rest: Vec<u8>,
    begun: Option<Frame>,
}

impl Progress {
    /// One more frame is on the screen.
    fn add(&mut self, shown: Shown) {
        match self {
            Self::Nothing => *self = Self::Frames { count: 1, last: VecDeque::from([shown]) },
            Self::Frames { count, last } => {
                *count += 1;
                if last.len() == MOST_FRAMES {
                    last.pop_front();
                }
                last.push_back(shown);
            }
            // What failed once is over, also when the loop has not heard of it yet.
            Self::Failed(_) => {}
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nothing in here can be half done.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what waits, with the pen in hand; whether all of it was written.
    fn write(&self, pen: &mut Pen, may_wait: bool) -> bool {
        pen.write(self, may_wait).unwrap_or_else(|error| {
            pen.rest.clear();
            pen.begun = None;
            self.written.send_replace(Progress::Failed(error.to_string()));
            true
        })
    }
}

impl Pen {
    fn write(&mut self, shared: &Shared, may_wait: bool) -> io::Result<bool> {
        if !self.finish(shared, may_wait)? {
            return Ok(false);
        }
        let mut waiting = shared.waiting();
        self.rest = std::mem::take(&mut waiting.first);
        self.begun = waiting.frame.take();
        let mut anew = self.begun.is_some() && std::mem::take(&mut waiting.anew);
        drop(waiting);
        let of_first = self.rest.len();
        if let Some(frame) = &self.begun {
            let area = frame.buffer.area;
            anew |= self.on_screen.area != area;
            if anew {
                self.on_screen.resize(area);
                self.on_screen.reset();
            }
            let before = Picture { buffer: &self.on_screen, cursor: self.cursor };
            let after = Picture { buffer: &frame.buffer, cursor: frame.cursor };
            encode(&before, &after, anew, &mut self.rest)?;
        }
        let size = self.rest.len();
        let is_done = self.finish(shared, may_wait)?;
        if self.rest.len() == size && !is_done {
            self.put_back(shared, of_first, anew);
        }
        Ok(is_done)
    }

    /// Nothing of it was taken: it waits again, and a newer frame may take its place.
    fn put_back(&mut self, shared: &Shared, of_first: usize, anew: bool) {
        let mut waiting = shared.waiting();
        self.rest.truncate(of_first);
        self.rest.append(&mut waiting.first);
        waiting.first = std::mem::take(&mut self.rest);
        let begun = self.begun.take();
        waiting.frame = waiting.frame.take().or(begun);
        waiting.anew |= anew;
    }

    /// Goes on with what was begun; whether it is written.
    fn finish(&mut self, shared: &Shared, may_wait: bool) -> io::Result<bool> {
        if may_wait && !self.rest.is_empty() {
            self.out.write_all(&self.rest)?;
            self.out.flush()?;
            self.rest.clear();
        } else if !self.rest.is_empty() {
            let count = self.out.write_now(&self.rest)?;
            self.rest.drain(..count);
        }
        if !self.rest.is_empty() {
            return Ok(false);
        }
        let Some(Frame { buffer, cursor, shown }) = self.begun.take() else { return Ok(true) };
        if !(shared.is_open)() {
            // It was given back meanwhile: nobody saw the whole of it.
            shared.waiting().anew = true;
            return Ok(true);
        }
        self.cursor = cursor;
        let old = std::mem::replace(&mut self.on_screen, buffer);
        shared.waiting().spare = Some(old);
        let awaited = shown.awaited;
        shared.written.send_if_modified(|progress| {
            progress.add(shown);
            awaited
        });
        Ok(true)
    }
}

/// The loop's end: takes frames and never waits.
#[derive(Clone, Debug)]
pub struct Screen {
    shared: Arc<Shared>,
    bell: mpsc::Sender<()>,
    size: fn() -> io::Result<(u16, u16)>,
}

/// The thread's end: writes what the terminal did not take at once.
#[derive(Debug)]
pub struct FrameWriter {
    shared: Arc<Shared>,
    bell: mpsc::Receiver<()>,
}

/// Both ends, and where the loop hears of what was written. `is_open` says whether the terminal may be
/// drawn on now, `size` how large it is.
pub fn screen(
    out: impl Output,
    is_open: fn() -> bool,
    size: fn() -> io::Result<(u16, u16)>,
) -> (Screen, FrameWriter, watch::Receiver<Progress>) {
    let (ring, bell) = mpsc::channel(1);
    let (written, progress) = watch::channel(Progress::default());
    let pen =
        Pen { out: Box::new(out), on_screen: Buffer::default(), cursor: None, rest: Vec::new(), begun: None };
    let (waiting, pen) = (Mutex::default(), Mutex::new(pen));
    let shared = Arc::new(Shared { waiting, pen, written, is_open });
    let screen = Screen { shared: Arc::clone(&shared), bell: ring, size };
    (screen, FrameWriter { shared, bell }, progress)
}

impl Screen {
    /// How large the terminal is now.
    ///
    /// # Errors
    /// When it is gone.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        (self.size)()
    }

    /// Hands a frame over: `paint` fills it, and says where the cursor is shown. `shown` comes back when it is on
    /// the screen.
    pub fn show(&self, shown: Shown, paint: impl FnOnce(Rect, &mut Buffer) -> Option<Position>) {
        let area = Rect::new(0, 0, shown.size.0, shown.size.1);
        let mut buffer = self.shared.waiting().spare.take().unwrap_or_default();
        buffer.resize(area);
        buffer.reset();
        let cursor = paint(area, &mut buffer);
        let mut waiting = self.shared.waiting();
        if let Some(passed_over) = waiting.frame.replace(Frame { buffer, cursor, shown }) {
            waiting.spare = Some(passed_over.buffer);
        }
        drop(waiting);
        self.write_now();
    }

    /// Writes what the terminal takes at once, and leaves the rest to the thread.
    fn write_now(&self) {
        // Who holds the pen may have looked already: then the thread looks again.
        let written = self.shared.pen.try_lock().is_ok_and(|mut pen| self.shared.write(&mut pen, false));
        if !written {
            self.ring();
        }
    }

    /// The next frame is drawn in full, whatever is on the screen.
    pub fn repaint(&self) {
        self.shared.waiting().anew = true;
    }

    /// Begins on a terminal that shows something else: `bytes` go first, nothing that waits is written,
    /// and the next frame is drawn in full. Call it with the pen held.
    pub(super) fn begin(&self, bytes: &[u8]) {
        let mut waiting = self.shared.waiting();
        (waiting.first, waiting.frame, waiting.anew) = (bytes.to_vec(), None, true);
    }

    /// Waits until nothing is being written, and keeps it so for as long as the pen is held. `None` when
    /// the one who writes does not come to an end.
    pub(super) fn pen(&self, longest: Duration) -> Option<MutexGuard<'_, Pen>> {
        const STEP: Duration = Duration::from_millis(5);
        let mut waited = Duration::ZERO;
        loop {
            let pen = match self.shared.pen.try_lock() {
                Ok(pen) => Some(pen),
                Err(TryLockError::Poisoned(pen)) => Some(pen.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            };
            // What is left of something is written by the thread, which was rung for it.
            if let Some(pen) = pen.filter(|pen| pen.rest.is_empty()) {
                return Some(pen);
            }
            if waited >= longest {
                return None;
            }
            thread::sleep(STEP);
            waited += STEP;
        }
    }

    /// Writes something that is no frame, between two of them.
    ///
    /// # Errors
    /// When the terminal was given back, or takes nothing any more.
    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        if !(self.shared.is_open)() {
            return Err(io::Error::other("the terminal was given back"));
        }
        let mut waiting = self.shared.waiting();
        if waiting.first.len() + bytes.len() > MOST_WAITING {
            return Err(io::Error::other("the terminal does not accept it"));
        }
        waiting.first.extend_from_slice(bytes);
        drop(waiting);
        self.write_now();
        Ok(())
    }

    fn ring(&self) {
        // A bell that rings already is heard for this, too; without a writer the end is near.
        let _ = self.bell.try_send(());
    }
}

impl FrameWriter {
    /// Writes until every [`Screen`] is gone. Blocks: call it on a thread of its own.
    pub fn run(mut self) {
        while self.bell.blocking_recv().is_some() {
            self.step();
        }
    }

    /// Waits for something to write, and writes it. Says when there is nothing more to come.
    #[cfg(test)]
    pub(crate) async fn next(&mut self) -> bool {
        let rang = self.bell.recv().await.is_some();
        if rang {
            self.step();
        }
        rang
    }

    /// Writes what waits now.
    fn step(&mut self) {
        // What a panic left half done is drawn over.
        let mut pen = self.shared.pen.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.write(&mut pen, true);
    }
}

/// What stands on a screen.
struct Picture<'a> {
    buffer: &'a Buffer,
    cursor: Option<Position>,
}

/// What turns one picture into another, as one synchronized update, so that a terminal never shows
/// half of it. The cursor is hidden while cells are written, for terminals that know no such update.
fn encode(before: &Picture<'_>, after: &Picture<'_>, anew: bool, to: &mut Vec<u8>) -> io::Result<()> {
    let mut cells = before.buffer.diff_iter(after.buffer).peekable();
    let is_same = !anew && cells.peek().is_none();
    if is_same && before.cursor == after.cursor {
        return Ok(());
    }
    queue!(to, BeginSynchronizedUpdate)?;
    if anew {
        queue!(to, ResetColor, Clear(ClearType::All), Hide)?;
    } else if before.cursor.is_some() && (!is_same || after.cursor.is_none()) {
        queue!(to, Hide)?;
    }
    if !is_same {
        draw::draw(cells, after.buffer, to)?;
    }
    if let Some(Position { x, y }) = after.cursor {
        queue!(to, MoveTo(x, y), Show)?;
    }
    queue!(to, EndSynchronizedUpdate)
}

#[cfg(test)]
mod tests;
