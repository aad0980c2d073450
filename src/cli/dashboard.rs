//! `pushdeck`: the dashboard on what was settled.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::background::Background;
use super::clock::present;
use super::console::{Console, Exit};
use super::plan::{Plan, Target, plan, rereading};
use crate::app::{Message, Moment, PendingWrite, Setup, State, Verdict, Write, writes};
use crate::config::{Env, Flags};
use crate::domain::{text, wire};
use crate::term::Clipboard;
use crate::theme::Themes;
use crate::tui::{OpenedApp, Opener, WorkerEnds};
use crate::{term, tui};

/// Keys that may wait while a frame is drawn.
const INPUT_QUEUE: usize = 1024;
/// Questions that may wait for the worker.
const EFFECT_QUEUE: usize = 256;
/// Answers that may wait for the loop.
const ANSWER_QUEUE: usize = 1024;

/// Names of terminals that cannot place a cursor.
const CANNOT_PLACE_A_CURSOR: [&str; 4] = ["", "dumb", "unknown", "emacs"];

/// What to do on such a one.
fn without_screen(term: &str) -> String {
    let what =
        if term.is_empty() { "TERM is not set".to_owned() } else { format!("TERM is {}", text::clean(term)) };
    let commands = super::args::commands().join(" · ");
    format!(
        "{what}: the dashboard needs a terminal that can place a cursor; if yours can, name it, such as \
         TERM=xterm-256color pushdeck\nwithout a screen: {commands}"
    )
}

/// What the environment says about the terminal.
#[derive(Clone, Debug)]
struct TerminalOptions {
    themes: Themes,
    /// Whether the terminal is asked for its background.
    asks: bool,
    env: Env,
    /// Debug builds break themselves after so long, to show that the terminal is given back.
    breaks_after: Option<Duration>,
}

impl TerminalOptions {
    fn of(env: &Env, themes: Themes) -> Self {
        let breaks_after = env.text("PUSHDECK_DEBUG_PANIC_AFTER_MS").filter(|_| cfg!(debug_assertions));
        let breaks_after = breaks_after.and_then(|text| text.parse().ok()).map(Duration::from_millis);
        let asks = themes.listens() && term::can_be_asked(|name| env.text(name));
        Self { themes, asks, env: env.clone(), breaks_after }
    }
}

/// Opens the dashboard and stays until it is closed.
pub(super) async fn run(flags: &Flags, mut console: Console<'_>) -> Exit {
    if !console.stdout_is_terminal {
        console.print_error(
            &"standard output is not a terminal, and the dashboard needs one; start pushdeck without a pipe or a \
              redirection, and over ssh with: ssh -t HOST pushdeck",
        );
        return Exit::Usage;
    }
    let plan = match plan(flags, &console.env, console.system_zone.as_deref()) {
        Ok(plan) => plan,
        Err(err) => {
            console.print_error(&err);
            return Exit::Usage;
        }
    };
    let themes = match Themes::read(&plan.theme, |name| console.env.text(name)) {
        Ok(themes) => themes,
        Err(err) => {
            console.print_error(&err);
            return Exit::Usage;
        }
    };
    let term = console.env.text("TERM").unwrap_or_default();
    if CANNOT_PLACE_A_CURSOR.contains(&term.as_str()) {
        console.print_error(&without_screen(&term));
        return Exit::Usage;
    }
    let options = TerminalOptions::of(&console.env, themes);
    let profiles = Profiles::of(flags, &console);
    match Box::pin(open(plan, options, profiles)).await {
        Ok(()) => Exit::Done,
        Err(words) => {
            if term::takes_words() {
                console.print_error(&words);
            } else {
                // Without the words: they name what was written. The journal holds it.
                tracing::warn!(event = "unsaid", why = "the terminal does not accept output");
            }
            Exit::Failed
        }
    }
}

/// Opens the screens; returns when the operator has left and the terminal is restored.
///
/// Nothing that waits for a disk or a network stands before the first frame: the key, sandbox, database and
/// certificates are made ready beside it, and what is asked for meanwhile waits in its queue.
async fn open(plan: Plan, options: TerminalOptions, profiles: Profiles) -> Result<(), String> {
    if let Target::Service(service) = &plan.target {
        service.check(present())?;
    }
    let (notes, signals) = mpsc::channel(8);
    let (keys, input) = mpsc::channel(INPUT_QUEUE);
    tui::listen_for_signals(notes.clone()).map_err(|err| format!("cannot listen for signals: {err}"))?;
    let started = Arc::clone(&profiles.started);
    let setup = plan.setup.clone();
    let worker = profiles.start(plan)?;
    let queues = Queues { input, signals, worker };
    let opener = Opener::by(move |profile| profiles.open(profile));
    let ended = draw(setup, options, queues, (keys, notes), opener).await;
    // The loop has waited as long as it should; what reads are left are of use to nobody.
    let all: Vec<Background> = started.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
    for background in all {
        background.stop().await;
    }
    let ended = ended.map_err(|err| format!("the terminal cannot be used: {err}"))?;
    parting_words(&ended).map_or(Ok(()), Err)
}

/// How the app of a profile is opened: from the config as it is then.
#[derive(Clone, Debug)]
struct Profiles {
    flags: Flags,
    env: Env,
    system_zone: Option<String>,
    /// What works beside the screens, to be waited for at the end.
    started: Arc<Mutex<Vec<Background>>>,
}

impl Profiles {
    fn of(flags: &Flags, console: &Console<'_>) -> Self {
        let (env, system_zone) = (console.env.clone(), console.system_zone.clone());
        Self { flags: flags.clone(), env, system_zone, started: Arc::default() }
    }

    /// Starts the worker of an app.
    fn start(&self, plan: Plan) -> Result<WorkerEnds, String> {
        let (effects, asked) = mpsc::channel(EFFECT_QUEUE);
        let (answering, answers) = mpsc::channel(ANSWER_QUEUE);
        let Self { flags, env, system_zone, started } = self;
        let reload = rereading(flags, env.clone(), system_zone.clone(), plan.setup.profile.clone());
        let background = Background::start(plan, reload, asked, answering)?;
        started.lock().unwrap_or_else(PoisonError::into_inner).push(background);
        Ok(WorkerEnds { answers, effects })
    }

    /// Opens the app of another profile.
    fn open(&self, profile: &str) -> Result<OpenedApp, String> {
        let flags = Flags { profile: Some(profile.to_owned()), ..self.flags.clone() };
        let mut plan = plan(&flags, &self.env, self.system_zone.as_deref()).map_err(|err| err.to_string())?;
        if let Target::Service(service) = &plan.target {
            service.check(present())?;
        }
        plan.setup.notice = None;
        let setup = plan.setup.clone();
        Ok(OpenedApp { setup, worker: self.start(plan)? })
    }
}

/// Why the terminal failed, if it did, and what was left open, also then.
fn parting_words(ended: &tui::Ended) -> Option<String> {
    let failed = ended.failed.as_ref().map(|err| format!("the terminal cannot be used: {err}"));
    let words: Vec<String> = failed.into_iter().chain(last_words(&ended.states)).collect();
    (!words.is_empty()).then(|| words.join("\n"))
}

/// The loop's ends of its queues.
struct Queues {
    input: mpsc::Receiver<Message>,
    signals: mpsc::Receiver<Message>,
    worker: WorkerEnds,
}

/// Takes the terminal, runs the loop, and gives the terminal back.
async fn draw(
    setup: Setup,
    options: TerminalOptions,
    queues: Queues,
    (keys, panics): (mpsc::Sender<Message>, mpsc::Sender<Message>),
    open: Opener,
) -> io::Result<tui::Ended> {
    let began = Instant::now();
    let breaks_after = options.breaks_after;
    let clock = move || {
        let running = began.elapsed();
        assert!(breaks_after.is_none_or(|after| running < after), "asked for by a test");
        Moment { utc: present(), running }
    };
    let size = term::size()?;
    let mouse = setup.mouse;
    let (state, first) = State::start(setup, clock(), size);
    let clipboard = Clipboard::new(|name| options.env.text(name), panics.clone());
    term::give_back_on_panic(panics);
    let (guard, screen, written) = term::take(mouse, options.asks)?;
    term::listen(keys)?;
    let Queues { input, signals, worker } = queues;
    let (suspend, retake) = (term::suspend, term::retake);
    let notifier = term::Notifier::new(|name| options.env.text(name));
    let ends =
        tui::Channels { input, signals, worker, open, screen, written, clipboard, notifier, suspend, retake };
    let ended = tui::run(&options.themes, state, first, ends, clock).await;
    drop(guard);
    Ok(ended)
}

/// What the operator must still read after the screens are gone: writes that were not settled, or
/// settled in a way that nobody has seen yet.
fn last_words(states: &[State]) -> Option<String> {
    let open = states.iter().flat_map(|state| {
        // What another pushdeck has open is its own to tell.
        let unread = state.writes.iter().filter(|write| !write.acknowledged && write.elsewhere.is_none());
        // Where there are several apps each write says whose it is.
        let of =
            if states.len() > 1 { format!("{}: ", text::clean(&state.setup.profile)) } else { String::new() };
        unread.map(move |write| format!("{of}{}", in_doubt(write)))
    });
    let open: Vec<String> = open.collect();
    if open.is_empty() {
        return None;
    }
    Some(format!("left before the outcome was known, check before you send again:\n{}", open.join("\n")))
}

fn in_doubt(write: &PendingWrite) -> String {
    let stands = match &write.verdict {
        Some(Verdict::Several(ids)) => format!(", which exists more than once: {}", writes::numbers(ids)),
        Some(Verdict::NotDone) => ", which was not found by the last search".to_owned(),
        Some(Verdict::CannotTell(_) | Verdict::Done(_)) | None => String::new(),
    };
    let deed = match &write.write {
        Write::Create(new) => {
            let title = text::clean(new.content.text("OfflinePushInfo.Title")).into_owned();
            format!("a create: \"{title}\", due {} UTC", wire::time_out(new.scheduled_at))
        }
        Write::Modify(change) => format!("a change of #{}", change.id),
        Write::Cancel { id, .. } => format!("a cancel of #{id}"),
    };
    deed + &stands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_name_every_write_whose_end_was_not_seen() {
        let mut state = crate::app::testing::in_doubt((80, 24));
        let stopped = Some(Verdict::CannotTell("pushdeck was stopped".to_owned()));
        state.writes.iter_mut().for_each(|write| write.verdict.clone_from(&stopped));
        let words = last_words(std::slice::from_ref(&state)).unwrap();
        assert!(words.contains("a create: \"Spring is here\"") && words.contains("a cancel of #"), "{words}");
        let ids = vec![crate::domain::TaskId(1), crate::domain::TaskId(2)];
        state.writes[0].verdict = Some(Verdict::Several(ids));
        assert!(last_words(std::slice::from_ref(&state)).unwrap().contains("exists more than once: #1, #2"));
        state.writes.clear();
        assert_eq!(last_words(std::slice::from_ref(&state)), None);
    }

    #[test]
    fn a_terminal_that_fails_is_named_together_with_what_is_open() {
        let state = crate::app::testing::in_doubt((80, 24));
        let failed = Some(io::Error::other("Input/output error"));
        let words = parting_words(&tui::Ended { states: vec![state], frames: 1, failed }).unwrap();
        assert!(words.starts_with("the terminal cannot be used: Input/output error\n"), "{words}");
        assert!(words.contains("a create: \"Spring is here\"") && words.contains("a cancel of #"), "{words}");
        let state = crate::app::testing::board((80, 24));
        assert_eq!(parting_words(&tui::Ended { states: vec![state], frames: 1, failed: None }), None);
    }
}
