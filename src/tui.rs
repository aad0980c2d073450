//! The loop of the dashboard: messages in, one frame out.
//!
//! It wakes for input, for the worker, for a signal, and when something on screen changes with
//! time; takes everything that waits into account; and then draws once, so that 500 keys cost one
//! frame. It never waits for the terminal: frames are handed over, and news of those that are on the
//! screen come back. Its ends are channels, so that tests run the real loop. It decides nothing: that
//! is `app`'s.

mod signals;

use std::io;
use std::time::Duration;

use crossterm::event::KeyEventKind;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::app::PendingWrite;
use crate::app::{Effect, Message, Moment, PendingReply, State, update};
use crate::domain::Failure;
use crate::domain::failure::NotSent;
use crate::keymap::{Action, Keymap, Scope};
use crate::term::{self, Clipboard, Notifier, Progress, Screen, Shown};
use crate::theme::Themes;
use crate::view;

pub use signals::{listen as listen_for_signals, outlive_full_files};

/// The most messages that one frame may wait for, so that a flood cannot stop the drawing.
const BATCH: usize = 4096;
/// How long the worker may take to finish the writes under way.
const WRITES_WAIT: Duration = Duration::from_secs(12);
/// How long it may take when there are none: to put drafts on disk.
const NO_WRITES_WAIT: Duration = Duration::from_secs(2);
/// So soon after the first a second signal is an echo of it.
const ECHO: Duration = Duration::from_secs(1);

/// The ends of the channels that the loop works with, all bounded (I6), and its hands on the terminal.
#[derive(Debug)]
pub struct Channels {
    /// Keys, pastes and sizes: see [`crate::term::listen`]. When it closes, the loop ends.
    pub input: mpsc::Receiver<Message>,
    /// Requests to end, from signals and panics: see [`listen_for_signals`].
    pub signals: mpsc::Receiver<Message>,
    /// What the worker answers. It closes its end once it has finished after `effects` was closed.
    pub worker: mpsc::Receiver<Message>,
    /// What the worker is asked to do. Dropped to make it finish.
    pub effects: mpsc::Sender<Effect>,
    /// Where frames go.
    pub screen: Screen,
    /// Which of them are on the screen.
    pub written: watch::Receiver<Progress>,
    /// Where copied texts go.
    pub clipboard: Clipboard,
    /// How whoever does not look is told.
    pub notifier: Notifier,
    /// Gives the terminal back and stops the process: [`crate::term::suspend`].
    pub suspend: fn() -> io::Result<()>,
    /// Takes it over again: [`crate::term::retake`].
    pub retake: fn() -> io::Result<()>,
}

/// Does something with the terminal as a whole.
type TerminalCall = fn() -> io::Result<()>;

/// How the loop ended.
#[derive(Debug)]
pub struct Ended {
    /// The last state: `writes` still holds what was not settled, for a last word on the terminal.
    pub state: State,
    /// Frames drawn.
    pub frames: u64,
    /// Why the terminal cannot be used any more, when that is why it ended.
    pub failed: Option<io::Error>,
}

/// Runs the dashboard until it is left. `first` are the effects of [`State::start`]. `clock` reads
/// this machine's clocks.
///
/// After [`Effect::Quit`] the writes under way are waited for (I5), up to 12 s; the key that quits or a signal
/// in that time leaves at once. A terminal that is gone does not cut that short, and what it is that
/// was left is in [`Ended`] also then.
pub async fn run(
    themes: &Themes,
    state: State,
    first: Vec<Effect>,
    ends: Channels,
    clock: impl Fn() -> Moment,
) -> Ended {
    let Channels { input, signals, worker, effects, screen, written, clipboard, notifier, suspend, retake } =
        ends;
    let mut inbox =
        Inbox { input: Some(input), signals: Some(signals), worker: Some(worker), written: Some(written) };
    let mut state_loop = Loop {
        state,
        effects: Some(effects),
        screen: screen.clone(),
        clipboard,
        notifier,
        heard: 0,
        leave: false,
        suspend: false,
        retake: false,
        refused: Vec::new(),
    };
    let mut painter = Painter { screen, themes, frames: 0 };
    state_loop.carry_out(first);
    let failed = turn(&mut painter, &mut state_loop, &mut inbox, (suspend, retake), &clock).await.err();
    finish(&mut painter, &mut state_loop, &mut inbox, &clock).await;
    state_loop.clipboard.finish();
    Ended { state: state_loop.state, frames: painter.frames, failed }
}

/// Turns until it is left.
///
/// # Errors
/// When the terminal is gone.
async fn turn(
    painter: &mut Painter<'_>,
    state_loop: &mut Loop,
    inbox: &mut Inbox,
    (suspend, retake): (TerminalCall, TerminalCall),
    clock: &impl Fn() -> Moment,
) -> io::Result<()> {
    while !state_loop.leave {
        painter.draw(state_loop)?;
        let mut until = Instant::now() + state_loop.wake_in();
        let woken = loop {
            match inbox.wake(until).await {
                // It changes nothing that is shown, so no frame follows it.
                Woken::Progress(news) => {
                    hear(state_loop, &news, clock)?;
                    until = until.min(Instant::now() + state_loop.wake_in());
                }
                // It is shown with the answer that follows it, or with the next second: one frame for both.
                Woken::By(message) if state_loop.state.shows_later(&message) => state_loop.take(*message),
                Woken::By(message) => break Some(*message),
                Woken::Time => break None,
            }
        };
        state_loop.take(Message::Ticked(clock()));
        for message in std::mem::take(&mut state_loop.refused).into_iter().chain(woken) {
            state_loop.take(message);
        }
        for queue in [&mut inbox.signals, &mut inbox.input, &mut inbox.worker] {
            state_loop.drain(queue.as_mut());
        }
        if std::mem::take(&mut state_loop.retake) {
            retake()?;
            painter.screen.repaint();
        }
        if std::mem::take(&mut state_loop.suspend)
            && !state_loop.leave
            && let Err(error) = suspend()
        {
            state_loop.state.warn(format!("not suspended: {error}"));
        }
    }
    Ok(())
}

/// Takes news of a frame.
fn hear(state_loop: &mut Loop, news: &Progress, clock: &impl Fn() -> Moment) -> io::Result<()> {
    match news {
        Progress::Nothing => {}
        Progress::Frames { count, last } => {
            let fresh = usize::try_from(count - state_loop.heard).unwrap_or(usize::MAX);
            state_loop.heard = *count;
            for shown in last.iter().skip(last.len().saturating_sub(fresh)) {
                let Shown { rendered, size, lines, awaited } = shown.clone();
                // Nobody waits for the others.
                if awaited {
                    state_loop.take(Message::Drawn { at: clock(), rendered, size, lines });
                }
            }
        }
        Progress::Failed(why) => return Err(io::Error::other(why.clone())),
    }
    Ok(())
}

/// Lets the worker finish what is under way.
async fn finish(
    painter: &mut Painter<'_>,
    state_loop: &mut Loop,
    inbox: &mut Inbox,
    clock: &impl Fn() -> Moment,
) {
    let began = Instant::now();
    let mut settled = None;
    while inbox.worker.is_some() {
        let open = || state_loop.state.writes.iter().filter(|write| write.is_open_here());
        let pending = open().count() > 0;
        if open().all(PendingWrite::in_doubt) {
            // Without its sender the worker finishes and then closes its own end. Before that the
            // answer to a write may still ask for something: its draft has to go.
            state_loop.effects = None;
        }
        let end = if pending {
            began + WRITES_WAIT
        } else {
            *settled.get_or_insert_with(Instant::now) + NO_WRITES_WAIT
        };
        let left = end.saturating_duration_since(Instant::now());
        // What is still being made ready has begun nothing, unless a text waits for the disk.
        let is_idle =
            state_loop.state.connection.signed_until.is_none() && !state_loop.state.drafts.waits_for_disk();
        if left.is_zero() || (is_idle && !pending) {
            return;
        }
        if pending {
            let seconds = left.as_secs_f64().ceil();
            let key = state_loop.state.key(Scope::Global, Action::Quit);
            let words =
                format!("waiting for a write to finish, {seconds:.0} s at most; {key} leaves at once");
            state_loop.state.warn(words);
            // A terminal that is gone is no reason not to wait.
            let _ = painter.draw(state_loop);
        }
        tokio::select! {
            message = next(&mut inbox.worker) => match message {
                Some(message) => state_loop.take(message),
                None => return,
            },
            // A window that closes often sends its signal twice: the echo is no second wish.
            message = next(&mut inbox.signals), if inbox.signals.is_some() => {
                if message == Some(Message::EndAsked) && began.elapsed() >= ECHO {
                    return;
                }
            }
            message = next(&mut inbox.input), if inbox.input.is_some() => {
                if message.is_some_and(|message| asks_to_quit(&state_loop.state.setup.keys, &message)) {
                    return;
                }
            }
            () = tokio::time::sleep(left.min(Duration::from_secs(1))) => state_loop.take(Message::Ticked(clock())),
        }
    }
}

/// What may still come; a queue that is closed is gone.
struct Inbox {
    input: Option<mpsc::Receiver<Message>>,
    signals: Option<mpsc::Receiver<Message>>,
    worker: Option<mpsc::Receiver<Message>>,
    written: Option<watch::Receiver<Progress>>,
}

/// What the loop woke for.
enum Woken {
    /// Something happened.
    By(Box<Message>),
    /// A frame was written, or cannot be.
    Progress(Progress),
    /// Time went on.
    Time,
}

impl Inbox {
    /// Waits for the first thing that happens.
    async fn wake(&mut self, until: Instant) -> Woken {
        let message = tokio::select! {
            // Without input nobody can leave by a key.
            message = next(&mut self.input), if self.input.is_some() => Some(message.unwrap_or(Message::EndAsked)),
            message = next(&mut self.signals), if self.signals.is_some() => message,
            message = next(&mut self.worker), if self.worker.is_some() => {
                Some(message.unwrap_or_else(|| Message::Noted(WORKER_GONE.to_owned())))
            }
            news = news(&mut self.written), if self.written.is_some() => return Woken::Progress(news),
            () = tokio::time::sleep_until(until) => None,
        };
        message.map_or(Woken::Time, |message| Woken::By(Box::new(message)))
    }
}

/// The next news of frames. Without a thread that writes there is no terminal.
async fn news(written: &mut Option<watch::Receiver<Progress>>) -> Progress {
    let gone = || Progress::Failed("the thread that writes to it has ended".to_owned());
    let Some(news) = written else { return gone() };
    if news.changed().await.is_ok() {
        return news.borrow_and_update().clone();
    }
    *written = None;
    gone()
}

/// The next message; a queue that turns out closed is taken away.
async fn next(queue: &mut Option<mpsc::Receiver<Message>>) -> Option<Message> {
    let message = queue.as_mut()?.recv().await;
    if message.is_none() {
        *queue = None;
    }
    message
}

const WORKER_GONE: &str = "the part of pushdeck that talks to the service has ended; leave and start again";
const TOO_MUCH: &str = "too many requests are pending: this one was not made; try again in a moment";

fn asks_to_quit(keys: &Keymap, message: &Message) -> bool {
    let Message::Key(key) = message else { return false };
    key.kind == KeyEventKind::Press && keys.lookup(&[Scope::Global], key) == Some(Action::Quit)
}

/// Draws frames and counts them.
struct Painter<'a> {
    screen: Screen,
    themes: &'a Themes,
    frames: u64,
}

impl Painter<'_> {
    fn draw(&mut self, state_loop: &mut Loop) -> io::Result<()> {
        // The terminal's own word counts: of many changes of size in a row the last event may be lost.
        let size = self.screen.size()?;
        if state_loop.state.size != size {
            state_loop.take(Message::Resized { columns: size.0, rows: size.1 });
        }
        let state = &state_loop.state;
        let theme = self.themes.on(state.terminal.is_light);
        let awaited = state.review().is_some();
        let shown = Shown { rendered: state.now.running, size, lines: state.in_sight(), awaited };
        self.screen.show(shown, |area, buffer| view::render(state, theme, area, buffer));
        self.frames += 1;
        Ok(())
    }
}

/// The state, and where its effects go.
struct Loop {
    state: State,
    effects: Option<mpsc::Sender<Effect>>,
    screen: Screen,
    clipboard: Clipboard,
    notifier: Notifier,
    /// Of so many frames it was told that they are on the screen.
    heard: u64,
    leave: bool,
    suspend: bool,
    retake: bool,
    /// Answers to effects that found no place; they are taken with the next wake, so that a refusal
    /// cannot chase itself.
    refused: Vec<Message>,
}

impl Loop {
    fn take(&mut self, message: Message) {
        // Who leaves wants nothing more: what was typed behind that confirms nothing.
        if self.leave && matches!(message, Message::Key(_) | Message::Pasted(_) | Message::Mouse(_)) {
            return;
        }
        let effects = update(&mut self.state, message);
        self.carry_out(effects);
    }

    fn drain(&mut self, queue: Option<&mut mpsc::Receiver<Message>>) {
        let Some(queue) = queue else { return };
        for _ in 0..BATCH {
            let Ok(message) = queue.try_recv() else { return };
            self.take(message);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Copy(clip) => {
                    if let Some(copied) = self.clipboard.copy(&self.screen, *clip) {
                        self.take(copied);
                    }
                }
                Effect::CaptureMouse(on) => {
                    if let Err(error) = term::capture_mouse(&self.screen, on) {
                        self.state.warn(format!("the terminal was not told: {error}"));
                    }
                }
                Effect::Notify { title, words } => {
                    // Where the terminal takes nothing the message row says it all the same.
                    let _ = self.notifier.notify(&self.screen, &title, &words);
                }
                Effect::Repaint => self.screen.repaint(),
                Effect::Suspend => self.suspend = true,
                Effect::TakeTerminal => self.retake = true,
                Effect::Quit => self.leave = true,
                other @ (Effect::List { .. }
                | Effect::Sync { .. }
                | Effect::KeepSnapshot { .. }
                | Effect::Get { .. }
                | Effect::Write { .. }
                | Effect::Settle { .. }
                | Effect::Search { .. }
                | Effect::Reload { .. }
                | Effect::Adopt { .. }
                | Effect::SaveDraft { .. }
                | Effect::DropDraft { .. }
                | Effect::LoadDraft { .. }
                | Effect::ArchiveDraft { .. }
                | Effect::ListDrafts { .. }
                | Effect::RestoreDraft { .. }) => self.send(other),
            }
        }
    }

    /// Gives an effect to the worker. One that finds no place is answered here (I4).
    fn send(&mut self, effect: Effect) {
        let Some(effects) = &self.effects else {
            self.refused.extend(refusal(&effect, withdrawn()));
            return;
        };
        match effects.try_send(effect) {
            Ok(()) => {}
            Err(TrySendError::Full(effect)) => {
                self.state.warn(TOO_MUCH);
                self.refused.extend(refusal(&effect, withdrawn()));
            }
            Err(TrySendError::Closed(effect)) => {
                self.state.warn(WORKER_GONE);
                self.refused.extend(refusal(&effect, Failure::Local { detail: WORKER_GONE.to_owned() }));
            }
        }
    }

    fn wake_in(&self) -> Duration {
        if self.refused.is_empty() {
            self.state.wake_in()
        } else {
            // The answer is not to wait for the next second.
            Duration::from_millis(50).min(self.state.wake_in())
        }
    }
}

fn withdrawn() -> Failure {
    Failure::NotSent { reason: NotSent::Withdrawn, detail: TOO_MUCH.to_owned() }
}

/// The final answer to an effect that never left.
fn refusal(effect: &Effect, failure: Failure) -> Option<Message> {
    PendingReply::to(effect).map(|reply| reply.refused(failure))
}

#[cfg(test)]
mod tests;
