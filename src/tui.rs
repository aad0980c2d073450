//! The loop of the dashboard: messages in, one frame out.
//!
//! It wakes for input, for the worker, for a signal, and when something on screen changes with
//! time; takes everything that waits into account; and then draws once, so that 500 keys cost one
//! frame. It never waits for the terminal: frames are handed over, and news of those that are on the
//! screen come back. Its ends are channels, so that tests run the real loop. It decides nothing: that
//! is `app`'s.

mod opening;
mod signals;

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::KeyEventKind;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::app::{AppEffect, AppNumber, Apps, Effect, Message, Moment, PendingReply, PendingWrite, State};
use crate::domain::Failure;
use crate::domain::failure::NotSent;
use crate::keymap::{Action, Keymap, Scope};
use crate::term::{self, Clipboard, Notifier, Progress, Screen, Shown};
use crate::theme::Themes;
use crate::view;
use opening::ProfileOpened;

pub use opening::{OpenedApp, Opener, WorkerEnds};
pub use signals::{listen as listen_for_signals, outlive_full_files};

/// The most messages that one frame may wait for, so that a flood cannot stop the drawing.
const BATCH: usize = 4096;
/// How long the worker may take to finish the writes under way.
const WRITES_WAIT: Duration = Duration::from_secs(12);
/// How long it may take when there are none: to put drafts on disk.
const NO_WRITES_WAIT: Duration = Duration::from_secs(2);
/// Apps that may be opened at once and wait for the loop.
const MOST_OPENED: usize = 16;
/// So soon after the first a second signal is an echo of it.
const ECHO: Duration = Duration::from_secs(1);

/// The ends of the channels that the loop works with, all bounded (I6), and its hands on the terminal.
#[derive(Debug)]
pub struct Channels {
    /// Keys, pastes and sizes: see [`crate::term::listen`]. When it closes, the loop ends.
    pub input: mpsc::Receiver<Message>,
    /// Requests to end, from signals and panics: see [`listen_for_signals`].
    pub signals: mpsc::Receiver<Message>,
    /// The worker of the first app.
    pub worker: WorkerEnds,
    /// How other apps are opened.
    pub open: Opener,
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
    /// The last state of every app: `writes` still holds what was not settled, for a last word on the terminal.
    pub states: Vec<State>,
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
    let Channels { input, signals, worker, open, screen, written, clipboard, notifier, suspend, retake } =
        ends;
    let (to_opened, opened) = mpsc::channel(MOST_OPENED);
    let mut inbox = Inbox {
        input: Some(input),
        signals: Some(signals),
        workers: vec![Some(worker.answers)],
        opened,
        written: Some(written),
    };
    let mut state_loop = Loop {
        apps: Apps::new(state),
        workers: vec![Some(worker.effects)],
        open,
        to_opened,
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
    state_loop.carry_out(first.into_iter().map(|effect| (AppNumber(0), effect)).collect());
    let failed = turn(&mut painter, &mut state_loop, &mut inbox, (suspend, retake), &clock).await.err();
    finish(&mut painter, &mut state_loop, &mut inbox, &clock).await;
    state_loop.clipboard.finish();
    Ended { states: state_loop.apps.into_states(), frames: painter.frames, failed }
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
                Woken::By(from, message) if state_loop.shows_later(from, &message) => {
                    state_loop.take(from, *message);
                }
                Woken::By(from, message) => break Some((from, *message)),
                Woken::Opened(opened) => {
                    state_loop.opened(*opened, inbox);
                    break None;
                }
                Woken::Time => break None,
            }
        };
        state_loop.take(None, Message::Ticked(clock()));
        let refused = std::mem::take(&mut state_loop.refused);
        for (from, message) in refused.into_iter().map(|(app, message)| (Some(app), message)).chain(woken) {
            state_loop.take(from, message);
        }
        state_loop.drain_all(inbox);
        if std::mem::take(&mut state_loop.retake) {
            retake()?;
            painter.screen.repaint();
        }
        if std::mem::take(&mut state_loop.suspend)
            && !state_loop.leave
            && let Err(error) = suspend()
        {
            state_loop.apps.shown_mut().warn(format!("not suspended: {error}"));
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
                let Shown { app, rendered, size, lines, awaited } = shown.clone();
                // Nobody waits for the others.
                if awaited {
                    state_loop.take(Some(app), Message::Drawn { at: clock(), rendered, size, lines });
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
    while inbox.workers.iter().any(Option::is_some) {
        let mut pending = false;
        for (state, effects) in state_loop.apps.states().iter().zip(&mut state_loop.workers) {
            let open = || state.writes.iter().filter(|write| write.is_open_here());
            pending |= open().count() > 0;
            if open().all(PendingWrite::in_doubt) {
                // Without its sender the worker finishes and then closes its own end. Before that the
                // answer to a write may still ask for something: its draft has to go.
                *effects = None;
            }
        }
        let end = if pending {
            began + WRITES_WAIT
        } else {
            *settled.get_or_insert_with(Instant::now) + NO_WRITES_WAIT
        };
        let left = end.saturating_duration_since(Instant::now());
        // What is still being made ready has begun nothing, unless a text waits for the disk.
        let states = state_loop.apps.states().iter().zip(&inbox.workers);
        let is_idle = states
            .filter(|(_, worker)| worker.is_some())
            .all(|(state, _)| state.connection.signed_until.is_none() && !state.drafts.waits_for_disk());
        if left.is_zero() || (is_idle && !pending) {
            return;
        }
        if pending {
            let seconds = left.as_secs_f64().ceil();
            let shown = state_loop.apps.shown_mut();
            let key = shown.key(Scope::Global, Action::Quit);
            let words =
                format!("waiting for a write to finish, {seconds:.0} s at most; {key} leaves at once");
            shown.warn(words);
            // A terminal that is gone is no reason not to wait.
            let _ = painter.draw(state_loop);
        }
        tokio::select! {
            (app, message) = next_of(&mut inbox.workers) => {
                if let Some(message) = message {
                    state_loop.take(Some(app), message);
                }
            }
            // A window that closes often sends its signal twice: the echo is no second wish.
            message = next(&mut inbox.signals), if inbox.signals.is_some() => {
                if message == Some(Message::EndAsked) && began.elapsed() >= ECHO {
                    return;
                }
            }
            message = next(&mut inbox.input), if inbox.input.is_some() => {
                if message.is_some_and(|message| asks_to_quit(&state_loop.apps.shown().setup.keys, &message)) {
                    return;
                }
            }
            () = tokio::time::sleep(left.min(Duration::from_secs(1))) => {
                state_loop.take(None, Message::Ticked(clock()));
            }
        }
    }
}

/// What may still come; a queue that is closed is gone.
struct Inbox {
    input: Option<mpsc::Receiver<Message>>,
    signals: Option<mpsc::Receiver<Message>>,
    /// Of each app, by its number.
    workers: Vec<Option<mpsc::Receiver<Message>>>,
    opened: mpsc::Receiver<ProfileOpened>,
    written: Option<watch::Receiver<Progress>>,
}

/// What the loop woke for.
enum Woken {
    /// Something happened: to an app, or to all of it.
    By(Option<AppNumber>, Box<Message>),
    /// The app of a profile was opened, or cannot be.
    Opened(Box<ProfileOpened>),
    /// A frame was written, or cannot be.
    Progress(Progress),
    /// Time went on.
    Time,
}

impl Inbox {
    /// Waits for the first thing that happens.
    async fn wake(&mut self, until: Instant) -> Woken {
        let (from, message) = tokio::select! {
            // Without input nobody can leave by a key.
            message = next(&mut self.input), if self.input.is_some() => {
                (None, Some(message.unwrap_or(Message::EndAsked)))
            }
            message = next(&mut self.signals), if self.signals.is_some() => (None, message),
            (app, message) = next_of(&mut self.workers), if self.workers.iter().any(Option::is_some) => {
                (Some(app), Some(message.unwrap_or_else(|| Message::Noted(WORKER_GONE.to_owned()))))
            }
            // The loop has a sender itself: it never closes.
            Some(opened) = self.opened.recv() => return Woken::Opened(Box::new(opened)),
            news = news(&mut self.written), if self.written.is_some() => return Woken::Progress(news),
            () = tokio::time::sleep_until(until) => (None, None),
        };
        message.map_or(Woken::Time, |message| Woken::By(from, Box::new(message)))
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

/// The next message of any worker, and whose it is; a queue that turns out closed is taken away, which is told once.
async fn next_of(workers: &mut [Option<mpsc::Receiver<Message>>]) -> (AppNumber, Option<Message>) {
    poll_fn(|context| {
        for (number, worker) in workers.iter_mut().enumerate() {
            let Some(queue) = worker else { continue };
            if let Poll::Ready(message) = queue.poll_recv(context) {
                if message.is_none() {
                    *worker = None;
                }
                return Poll::Ready((AppNumber(number), message));
            }
        }
        Poll::Pending
    })
    .await
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
        if state_loop.apps.shown().size != size {
            state_loop.take(None, Message::Resized { columns: size.0, rows: size.1 });
        }
        let (app, state) = (state_loop.apps.on_screen(), state_loop.apps.shown());
        let theme = self.themes.on(state.terminal.is_light);
        let awaited = state.review().is_some();
        let shown = Shown { app, rendered: state.now.running, size, lines: state.in_sight(), awaited };
        self.screen.show(shown, |area, buffer| view::render(state, theme, area, buffer));
        self.frames += 1;
        Ok(())
    }
}

/// The states of the apps, and where their effects go.
struct Loop {
    apps: Apps,
    /// Of each app, by its number.
    workers: Vec<Option<mpsc::Sender<Effect>>>,
    open: Opener,
    to_opened: mpsc::Sender<ProfileOpened>,
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
    refused: Vec<(AppNumber, Message)>,
}

impl Loop {
    fn take(&mut self, from: Option<AppNumber>, message: Message) {
        // Who leaves wants nothing more: what was typed behind that confirms nothing.
        if self.leave && matches!(message, Message::Key(_) | Message::Pasted(_) | Message::Mouse(_)) {
            return;
        }
        let effects = self.apps.take(from, message);
        self.carry_out(effects);
    }

    /// Whether a message changes only what the next second changes anyway.
    fn shows_later(&self, from: Option<AppNumber>, message: &Message) -> bool {
        let on_screen = self.apps.on_screen();
        match from {
            // Another app has the screen: what is said of this one there can wait.
            Some(app) if app != on_screen => on_screen != AppNumber::OVERVIEW,
            Some(_) | None => self.apps.shown().shows_later(message),
        }
    }

    /// The app of a profile was opened, or cannot be.
    fn opened(&mut self, opened: ProfileOpened, inbox: &mut Inbox) {
        let ProfileOpened { profile, result } = opened;
        let result = result.map(|OpenedApp { setup, worker }| {
            inbox.workers.push(Some(worker.answers));
            self.workers.push(Some(worker.effects));
            setup
        });
        let effects = self.apps.opened(&profile, result);
        self.carry_out(effects);
    }

    /// Takes what waits: first what is asked of the process, then what was typed, then answers.
    fn drain_all(&mut self, inbox: &mut Inbox) {
        self.drain(None, inbox.signals.as_mut());
        self.drain(None, inbox.input.as_mut());
        for (number, worker) in inbox.workers.iter_mut().enumerate() {
            self.drain(Some(AppNumber(number)), worker.as_mut());
        }
    }

    fn drain(&mut self, from: Option<AppNumber>, queue: Option<&mut mpsc::Receiver<Message>>) {
        let Some(queue) = queue else { return };
        for _ in 0..BATCH {
            let Ok(message) = queue.try_recv() else { return };
            self.take(from, message);
        }
    }

    fn carry_out(&mut self, effects: Vec<AppEffect>) {
        for (app, effect) in effects {
            match effect {
                Effect::Copy(clip) => {
                    if let Some(copied) = self.clipboard.copy(&self.screen, *clip) {
                        self.take(Some(app), copied);
                    }
                }
                Effect::CaptureMouse(on) => {
                    if let Err(error) = term::capture_mouse(&self.screen, on) {
                        self.apps.shown_mut().warn(format!("the terminal was not told: {error}"));
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
                Effect::OpenProfile(profile) => self.open.begin(profile, &self.to_opened),
                // The apps have carried it out.
                Effect::Switch(_) => {}
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
                | Effect::RestoreDraft { .. }) => self.send(app, other),
            }
        }
    }

    /// Gives an effect to the worker. One that finds no place is answered here (I4).
    fn send(&mut self, app: AppNumber, effect: Effect) {
        let Some(effects) = self.workers.get(app.0).and_then(Option::as_ref) else {
            self.refuse(app, &effect, withdrawn());
            return;
        };
        match effects.try_send(effect) {
            Ok(()) => {}
            Err(TrySendError::Full(effect)) => {
                self.apps.shown_mut().warn(TOO_MUCH);
                self.refuse(app, &effect, withdrawn());
            }
            Err(TrySendError::Closed(effect)) => {
                self.apps.shown_mut().warn(WORKER_GONE);
                self.refuse(app, &effect, Failure::Local { detail: WORKER_GONE.to_owned() });
            }
        }
    }

    fn refuse(&mut self, app: AppNumber, effect: &Effect, failure: Failure) {
        self.refused.extend(refusal(effect, failure).map(|answer| (app, answer)));
    }

    fn wake_in(&self) -> Duration {
        // One that is not on the screen asks its service all the same.
        let all = self.apps.states().iter().map(State::wake_in).min();
        let wake_in = all.map_or(self.apps.shown().wake_in(), |all| all.min(self.apps.shown().wake_in()));
        // An answer is not to wait for the next second.
        if self.refused.is_empty() { wake_in } else { Duration::from_millis(50).min(wake_in) }
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
