//! The real loop, on a backend in memory, with time that stands still unless a test moves it.

use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use std::io::Write as _;
use std::num::NonZero;
use std::sync::{Arc, Mutex};

mod bytes;

use super::*;
use crate::app::PendingWrite;
use crate::app::testing::{asked, connecting, key, now, setup, tasks, typed, with_page};
use crate::app::{Write, Written};
use crate::domain::{Kind, Page, TaskId};
use crate::term;
use crate::theme::{Depth, Theme};

const SIZE: (u16, u16) = (80, 24);

/// The other ends of the channels.
struct Far {
    input: mpsc::Sender<Message>,
    signals: mpsc::Sender<Message>,
    worker: mpsc::Sender<Message>,
    effects: mpsc::Receiver<Effect>,
    terminal: TestTerminal,
}

/// A terminal in memory.
#[derive(Clone)]
struct TestTerminal(Arc<Mutex<(vt100::Parser, Vec<u8>)>>);

impl TestTerminal {
    fn new() -> Self {
        let cells = |count| NonZero::new(count).unwrap();
        let parser = vt100::Parser::new(cells(SIZE.1), cells(SIZE.0), 0);
        Self(Arc::new(Mutex::new((parser, Vec::new()))))
    }

    /// All that was written to it.
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().1.clone()
    }
}

impl io::Write for TestTerminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut terminal = self.0.lock().unwrap();
        terminal.0.process(bytes);
        terminal.1.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl std::fmt::Debug for TestTerminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestTerminal")
    }
}

impl term::Output for TestTerminal {
    fn write_now(&mut self, _: &[u8]) -> io::Result<usize> {
        Ok(0)
    }
}

fn ends(room: usize) -> (Channels, Far) {
    let (ends, far, mut writer) = stalled_ends(room);
    tokio::spawn(async move { while writer.next().await {} });
    (ends, far)
}

/// The same, and nothing is written before the test does it.
fn stalled_ends(room: usize) -> (Channels, Far, term::FrameWriter) {
    let (to_input, input) = mpsc::channel(1024);
    let (to_signals, signals) = mpsc::channel(4);
    let (to_worker, worker) = mpsc::channel(64);
    let (effects, from_effects) = mpsc::channel(room);
    let terminal = TestTerminal::new();
    let (screen, writer, written) = term::screen(terminal.clone(), || true, || Ok(SIZE));
    let far =
        Far { input: to_input, signals: to_signals, worker: to_worker, effects: from_effects, terminal };
    let (suspend, retake) = (|| Ok(()), || Ok(()));
    let clipboard = term::Clipboard::new(|_| None, far.signals.clone());
    let notifier = term::Notifier::new(|_| None);
    let worker = WorkerEnds { answers: worker, effects };
    let open = Opener::by(|_| Err("there is none".to_owned()));
    let ends =
        Channels { input, signals, worker, open, screen, written, clipboard, notifier, suspend, retake };
    (ends, far, writer)
}

/// A clock that goes with tokio's, which a test can stop.
fn clock() -> impl Fn() -> Moment {
    let began = Instant::now();
    move || {
        let since = began.elapsed();
        Moment { utc: now().utc + TimeDelta::from_std(since).unwrap(), running: now().running + since }
    }
}

fn shown(terminal: &TestTerminal) -> String {
    terminal.0.lock().unwrap().0.screen().contents()
}

async fn run_with(state: State, ends: Channels) -> Ended {
    run(&Themes::new(Depth::Indexed), state, Vec::new(), ends, clock()).await
}

fn ctrl_c() -> Message {
    Message::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL))
}

fn write(state: &mut State) -> crate::app::ReqId {
    let req = state.ask();
    let write = Write::Cancel { id: TaskId(1_234_567_890), kind: Kind::All };
    state.writes.push(PendingWrite::new(req, write, now()));
    req
}

#[tokio::test(start_paused = true)]
async fn five_hundred_keys_cost_one_frame() {
    let (ends, far) = ends(64);
    for _ in 0..250 {
        far.input.try_send(key(KeyCode::Char('j'))).unwrap();
        far.input.try_send(key(KeyCode::Char('k'))).unwrap();
    }
    far.input.try_send(key(KeyCode::Char('j'))).unwrap();
    let run = run_with(with_page(SIZE, tasks()), ends);
    let quit = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        far.input.send(key(KeyCode::Char('q'))).await.unwrap();
        drop(far.worker);
    };
    let (ended, ()) = tokio::join!(run, quit);
    assert_eq!(ended.frames, 2, "one at the start, one for all keys");
    assert_eq!(ended.states[0].selected().map(|task| task.id), Some(tasks()[5].id));
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_worker_reaches_the_screen() {
    let (ends, far) = ends(64);
    let (state, req) = connecting(SIZE);
    far.worker.try_send(Message::Listed { req, result: Ok(Page::new(128, tasks())) }).unwrap();
    let run = run_with(state, ends);
    let quit = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    let (ended, ()) = tokio::join!(run, quit);
    assert_eq!(ended.states[0].board.in_range(), 10);
    assert!(shown(&far.terminal).contains("Lunch time"), "{}", shown(&far.terminal));
}

/// Nothing goes out just now: what does is looked at more often.
fn calm() -> Vec<crate::domain::Task> {
    let mut tasks = tasks();
    tasks.retain(|task| task.outcome() != crate::domain::Outcome::Dispatching);
    tasks
}

#[tokio::test(start_paused = true)]
async fn the_clock_on_screen_goes_on_by_itself() {
    let (ends, far) = ends(64);
    let run = run_with(with_page(SIZE, calm()), ends);
    let quit = async {
        tokio::time::sleep(Duration::from_millis(3500)).await;
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    let (ended, ()) = tokio::join!(run, quit);
    assert!(shown(&far.terminal).contains("14:03:25 +08"), "{}", shown(&far.terminal));
    assert_eq!(ended.frames, 4, "one at the start and one a second");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_brings_nothing_new_is_shown_with_the_next_second() {
    let (ends, mut far) = ends(64);
    let state = with_page(SIZE, calm());
    let page = Page::new(9, state.board.tasks());
    let run = run_with(state, ends);
    let worker = async {
        let mut answer = async |page: &Page| {
            let Some(Effect::List { req, .. }) = far.effects.recv().await else { panic!() };
            far.worker.send(Message::Listed { req, result: Ok(page.clone()) }).await.unwrap();
        };
        answer(&page).await;
        answer(&page).await;
        let mut more = calm();
        let mut news = more[5].clone();
        news.title = "Something new".to_owned();
        more.push(crate::app::testing::with_id(news, 129));
        answer(&Page::new(10, more)).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(shown(&far.terminal).contains("Something new"), "{}", shown(&far.terminal));
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    let (ended, ()) = tokio::join!(run, worker);
    let seconds = ended.states[0].now.running.saturating_sub(now().running).as_secs();
    assert_eq!(ended.frames, 1 + seconds + 1, "one at the start, one a second, and one for news");
}

#[tokio::test(start_paused = true)]
async fn leaving_waits_for_a_write_and_takes_its_answer() {
    let (ends, mut far) = ends(64);
    let mut state = with_page(SIZE, tasks());
    let req = write(&mut state);
    far.input.try_send(ctrl_c()).unwrap();
    far.input.try_send(ctrl_c()).unwrap();
    let run = run_with(state, ends);
    let worker = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        let done = Message::Wrote { req, result: Ok(Written::Cancelled(TaskId(1_234_567_890))) };
        far.worker.send(done).await.unwrap();
        while far.effects.recv().await.is_some() {}
        drop(far.worker);
    };
    let began = Instant::now();
    tokio::join!(run, worker);
    assert_eq!(began.elapsed(), Duration::from_secs(3));
    assert!(shown(&far.terminal).contains("waiting for a write to finish"), "{}", shown(&far.terminal));
}

#[tokio::test(start_paused = true)]
async fn the_draft_of_a_create_that_succeeds_while_leaving_goes() {
    let (ends, mut far) = ends(64);
    let mut state = with_page(SIZE, tasks());
    state.setup.environment = crate::domain::profile::Environment::Test;
    let mut messages = typed("na");
    messages.push(key(KeyCode::Tab));
    messages.extend(typed("Hello"));
    messages.extend([KeyCode::Tab, KeyCode::Tab].map(key));
    messages.extend(typed("tomorrow 9:00"));
    messages.push(crate::app::testing::ctrl('s'));
    crate::app::testing::feed(&mut state, messages);
    crate::app::testing::quiet(&mut state, 1);
    crate::app::testing::feed(&mut state, typed("acme"));
    let effects = crate::app::testing::quiet(&mut state, 2);
    let sent = effects.iter().find_map(|effect| {
        let Effect::Write { req, .. } = effect else { return None };
        Some(*req)
    });
    let req = sent.unwrap();
    far.signals.try_send(Message::EndAsked).unwrap();
    let run = run_with(state, ends);
    let worker = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        far.worker.send(Message::Wrote { req, result: Ok(Written::Created(TaskId(5))) }).await.unwrap();
        let mut dropped = false;
        while let Some(effect) = far.effects.recv().await {
            dropped |= matches!(effect, Effect::DropDraft { .. });
        }
        drop(far.worker);
        dropped
    };
    let (ended, dropped) = tokio::join!(run, worker);
    assert!(dropped && ended.states[0].writes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_behind_the_wish_to_leave_confirms_nothing() {
    let (ends, mut far) = ends(64);
    let mut state = with_page(SIZE, tasks());
    let cancel = tasks()[5].clone();
    let effects = crate::app::testing::open_cancel(&mut state, &cancel);
    let [Effect::Get { req, .. }] = effects[..] else { panic!("{effects:?}") };
    let then = Message::Got { req, result: Ok(Box::new(cancel)) };
    crate::app::testing::feed(&mut state, [then]);
    far.signals.try_send(Message::EndAsked).unwrap();
    for key in typed("7891") {
        far.input.try_send(key).unwrap();
    }
    // The review has been on the screen for long: no input guard hides what is looked at here.
    crate::app::testing::quiet(&mut state, 2);
    let themes = Themes::new(Depth::Indexed);
    let run = run(&themes, state, Vec::new(), ends, || crate::app::testing::later(2));
    let worker = async {
        let mut writes = 0;
        while let Some(effect) = far.effects.recv().await {
            writes += usize::from(matches!(effect, Effect::Write { .. }));
        }
        drop(far.worker);
        writes
    };
    let (_, writes) = tokio::join!(run, worker);
    assert_eq!(writes, 0);
}

#[tokio::test(start_paused = true)]
async fn a_write_is_not_waited_for_longer_than_twelve_seconds() {
    let (ends, far) = ends(64);
    let mut state = with_page(SIZE, tasks());
    write(&mut state);
    far.signals.try_send(Message::EndAsked).unwrap();
    let began = Instant::now();
    let ended = run_with(state, ends).await;
    assert_eq!(began.elapsed(), WRITES_WAIT);
    assert_eq!(ended.states[0].writes.len(), 1, "the caller can say what was left");
}

#[tokio::test(start_paused = true)]
async fn a_second_wish_leaves_at_once_but_the_echo_of_a_signal_does_not() {
    for insist in [Message::EndAsked, ctrl_c()] {
        let (ends, far) = ends(64);
        let mut state = with_page(SIZE, tasks());
        write(&mut state);
        far.signals.try_send(Message::EndAsked).unwrap();
        let run = run_with(state, ends);
        let by_signal = insist == Message::EndAsked;
        let again = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            far.signals.send(Message::EndAsked).await.unwrap();
            tokio::time::sleep(Duration::from_millis(4900)).await;
            let to = if by_signal { &far.signals } else { &far.input };
            to.send(insist).await.unwrap();
        };
        let began = Instant::now();
        tokio::join!(run, again);
        assert_eq!(began.elapsed(), Duration::from_secs(5));
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_input_ends_the_loop_but_not_the_wait_for_a_write() {
    let (ends, far) = ends(64);
    drop(far.input);
    let ended = run_with(with_page(SIZE, tasks()), ends).await;
    assert_eq!(ended.frames, 1);
    drop(far.worker);

    let (ends, far) = self::ends(64);
    let mut state = with_page(SIZE, tasks());
    write(&mut state);
    far.input.try_send(Message::EndAsked).unwrap();
    drop(far.input);
    let began = Instant::now();
    run_with(state, ends).await;
    assert_eq!(began.elapsed(), WRITES_WAIT);
    drop(far.worker);
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_finds_no_place_is_noted_and_answered() {
    let (ends, far) = ends(1);
    let (state, effects) = State::start(setup(), now(), SIZE);
    let lost = asked(&effects);
    let fill = vec![Effect::LoadDraft { req: lost, slot: "new".to_owned() }];
    let first = fill.into_iter().chain(effects).collect();
    let themes = Themes::new(Depth::Indexed);
    let run = run(&themes, state, first, ends, clock());
    let quit = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    let (ended, ()) = tokio::join!(run, quit);
    let state = &ended.states[0];
    assert_ne!(state.board.remote.asking, Some(lost), "the question is answered");
    assert!(!state.connection.stopped, "and asked again later");
    assert!(shown(&far.terminal).contains("too many requests are pending"), "{}", shown(&far.terminal));
}

fn copy(text: &str) -> Effect {
    let label = crate::app::ClipLabel { what: "it".to_owned(), remark: None, warns: false };
    Effect::Copy(Box::new(crate::app::Clip { text: text.to_owned(), label }))
}

#[tokio::test(start_paused = true)]
async fn what_is_copied_goes_to_the_terminal_and_a_terminal_that_takes_nothing_is_said() {
    let (ends, far, mut writer) = stalled_ends(64);
    far.signals.try_send(Message::EndAsked).unwrap();
    let (themes, state) = (Themes::new(Depth::Indexed), with_page(SIZE, tasks()));
    let copies = vec![copy("a"), copy("b")];
    let ended = run(&themes, state.clone(), copies, ends, clock()).await;
    let note = ended.states[0].shared.note.clone().unwrap().text;
    assert_eq!(note, "it sent to the terminal (OSC 52), which may refuse it silently");
    while writer.next().await {}
    let first = far.terminal.bytes();
    assert!(first.starts_with(b"\x1b]52;c;YQ==\x1b\\\x1b]52;c;Yg==\x1b\\"), "each once, in order");

    let (ends, far, writer) = stalled_ends(64);
    far.signals.try_send(Message::EndAsked).unwrap();
    let copies = vec![copy(&"c".repeat(70_000)); 8];
    let ended = run(&themes, state, copies, ends, clock()).await;
    let note = ended.states[0].shared.note.clone().unwrap().text;
    assert_eq!(note, "it not copied; the terminal does not accept it");
    drop(writer);
}

#[test]
fn every_effect_but_those_of_the_terminal_has_a_local_answer() {
    let (mut state, effects) = State::start(setup(), now(), SIZE);
    let req = state.ask();
    let id = TaskId(1);
    let slot = || "new".to_owned();
    let others = vec![
        Effect::Get { req, id, priority: crate::app::Priority::Page },
        Effect::Write {
            req,
            write: Write::Cancel { id, kind: Kind::All },
            terms: crate::app::Terms::default(),
        },
        Effect::SaveDraft { req, slot: slot(), draft: crate::domain::Draft::default() },
        Effect::DropDraft { req, slot: slot() },
        Effect::LoadDraft { req, slot: slot() },
    ];
    for effect in effects.into_iter().chain(others) {
        let named = format!("{effect:?}");
        assert!(refusal(&effect, withdrawn()).is_some(), "{named}");
    }
    assert!(!withdrawn().leaves_write_unknown(), "a refused write certainly was not sent");
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_gone_is_said_and_the_keys_still_work() {
    let (ends, far) = ends(64);
    drop(far.worker);
    drop(far.effects);
    let run = run_with(with_page(SIZE, tasks()), ends);
    let keys = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        for message in typed("j") {
            far.input.send(message).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        far.input.send(key(KeyCode::Char('q'))).await.unwrap();
    };
    let (ended, ()) = tokio::join!(run, keys);
    assert!(shown(&far.terminal).contains("talks to the service has ended"), "{}", shown(&far.terminal));
    assert_eq!(ended.states[0].selected().map(|task| task.id), Some(tasks()[5].id));
}

#[tokio::test(start_paused = true)]
async fn a_repaint_removes_what_others_wrote_and_asks_nothing() {
    let (ends, far) = ends(64);
    let run = run_with(with_page(SIZE, tasks()), ends);
    let wait = || tokio::time::sleep(Duration::from_millis(10));
    let keys = async {
        wait().await;
        far.input.send(key(KeyCode::Char('j'))).await.unwrap();
        wait().await;
        let picture = shown(&far.terminal);
        far.terminal.clone().write_all(b"\x1b[12;5H#####").unwrap();
        far.input.send(key(KeyCode::Char('?'))).await.unwrap();
        far.input.send(key(KeyCode::Esc)).await.unwrap();
        wait().await;
        assert_ne!(shown(&far.terminal), picture);
        far.input.send(crate::app::testing::ctrl('l')).await.unwrap();
        wait().await;
        assert_eq!(shown(&far.terminal), picture);
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    tokio::join!(run, keys);
    let bytes = far.terminal.bytes();
    assert!(!bytes.windows(4).any(|window| window == b"\x1b[6n"), "the cursor was asked for");
}

#[tokio::test(start_paused = true)]
async fn a_terminal_that_takes_nothing_stops_neither_the_clock_nor_the_end() {
    let (ends, far, mut writer) = stalled_ends(64);
    let mut state = with_page(SIZE, tasks());
    write(&mut state);
    let run = run_with(state, ends);
    let end = async {
        tokio::time::sleep(Duration::from_millis(3500)).await;
        far.signals.send(Message::EndAsked).await.unwrap();
    };
    let began = Instant::now();
    let (ended, ()) = tokio::join!(run, end);
    assert!(ended.frames >= 4, "one at the start and one a second: {}", ended.frames);
    assert_eq!(began.elapsed(), Duration::from_millis(3500) + WRITES_WAIT);
    assert_eq!(ended.states[0].writes.len(), 1, "the caller can say what was left");
    // It takes something again: the newest picture, whole.
    assert!(writer.next().await && !writer.next().await);
    assert!(shown(&far.terminal).contains("waiting for a write to finish, 1 s at most"));
}

/// How many writes were asked for by now.
fn writes(far: &mut Far) -> usize {
    std::iter::from_fn(|| far.effects.try_recv().ok())
        .filter(|effect| matches!(effect, Effect::Write { .. }))
        .count()
}

#[tokio::test(start_paused = true)]
async fn the_input_guard_of_a_review_counts_from_the_moment_its_frame_was_written() {
    let (ends, mut far, mut writer) = stalled_ends(64);
    let mut state = with_page(SIZE, tasks());
    let cancel = tasks()[5].clone();
    let effects = crate::app::testing::open_cancel(&mut state, &cancel);
    let [Effect::Get { req, .. }] = effects[..] else { panic!("{effects:?}") };
    far.worker.try_send(Message::Got { req, result: Ok(Box::new(cancel)) }).unwrap();
    let run = run_with(state, ends);
    let typing = async {
        // Long after it was decided, and drawn, the terminal takes the picture.
        tokio::time::sleep(Duration::from_secs(5)).await;
        writer.next().await;
        assert!(shown(&far.terminal).contains("Cancel"), "{}", shown(&far.terminal));
        tokio::spawn(async move { while writer.next().await {} });
        // Too early, too soon after that, and after half a second of quiet.
        for (after, sent) in [(1, 0), (300, 0), (1_100, 1)] {
            tokio::time::sleep(Duration::from_millis(after)).await;
            for message in typed("7891") {
                far.input.send(message).await.unwrap();
            }
            let quiet = if sent == 0 { 1 } else { 600 };
            tokio::time::sleep(Duration::from_millis(quiet)).await;
            assert_eq!(writes(&mut far), sent, "{}", shown(&far.terminal));
        }
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    tokio::join!(run, typing);
}

#[tokio::test(start_paused = true)]
async fn after_a_terminal_error_writes_are_waited_for_and_named() {
    let (ends, far) = ends(64);
    let mut state = with_page(SIZE, tasks());
    write(&mut state);
    let (failing, written) = watch::channel(Progress::Nothing);
    let fail = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        failing.send_replace(Progress::Failed("Input/output error".to_owned()));
    };
    let began = Instant::now();
    let (ended, ()) = tokio::join!(run_with(state, Channels { written, ..ends }), fail);
    assert_eq!(ended.failed.unwrap().to_string(), "Input/output error");
    assert_eq!(began.elapsed(), Duration::from_secs(1) + WRITES_WAIT);
    assert_eq!(ended.states[0].writes.len(), 1);
    drop(far);
}

#[tokio::test(start_paused = true)]
async fn a_stop_gives_the_terminal_back_and_going_on_takes_it_and_draws_in_full() {
    thread_local! {
        static DONE: std::cell::RefCell<Vec<&'static str>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    let (ends, far) = ends(64);
    let (suspend, retake) = (
        || {
            DONE.with_borrow_mut(|done| done.push("back"));
            Ok(())
        },
        || {
            DONE.with_borrow_mut(|done| done.push("taken"));
            Ok(())
        },
    );
    let run = run_with(with_page(SIZE, tasks()), Channels { suspend, retake, ..ends });
    let wait = || tokio::time::sleep(Duration::from_millis(10));
    let keys = async {
        wait().await;
        far.input.send(key(KeyCode::Char('j'))).await.unwrap();
        wait().await;
        for asked in [crate::app::testing::ctrl('z'), Message::StopAsked] {
            let picture = shown(&far.terminal);
            let by = if asked == Message::StopAsked { &far.signals } else { &far.input };
            by.send(asked).await.unwrap();
            wait().await;
            far.terminal.clone().write_all(b"\x1b[2J\x1b[Hoperator@host $ fg").unwrap();
            far.signals.send(Message::WentOn).await.unwrap();
            wait().await;
            assert_eq!(shown(&far.terminal), picture);
        }
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    tokio::join!(run, keys);
    assert_eq!(DONE.take(), ["back", "taken", "back", "taken"]);
}

#[tokio::test(start_paused = true)]
async fn where_nobody_could_bring_it_back_it_does_not_stop_and_says_so() {
    let (ends, far) = ends(64);
    let suspend = || Err(io::Error::other("there is no shell here"));
    let run = run_with(with_page(SIZE, tasks()), Channels { suspend, ..ends });
    let keys = async {
        far.input.send(crate::app::testing::ctrl('z')).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1100)).await;
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    tokio::join!(run, keys);
    assert!(
        shown(&far.terminal).contains("not suspended: there is no shell here"),
        "{}",
        shown(&far.terminal)
    );
}

#[test]
fn every_screen_is_drawn_whatever_the_clock_shows() {
    use chrono::DateTime;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    let last = crate::domain::when::shown_by_clock(Duration::MAX);
    let theme = Theme::new(Depth::Indexed);
    for utc in
        [DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::days(1), last - TimeDelta::days(1), last]
    {
        for (name, mut state) in crate::app::testing::screens(SIZE) {
            let running = state.now.running + Duration::from_secs(1);
            let keys = [typed("n"), vec![crate::app::testing::ctrl('s')], typed("]][[")].concat();
            let at = Message::Ticked(Moment { utc, running });
            crate::app::testing::feed(&mut state, std::iter::once(at).chain(keys));
            let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
            view::render(&state, &theme, buffer.area, &mut buffer);
            assert_ne!(buffer, Buffer::empty(buffer.area), "{name} at {utc}");
        }
        // From the first moment on.
        let (mut state, _) = State::start(setup(), Moment { utc, running: Duration::ZERO }, SIZE);
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        crate::app::testing::feed(&mut state, typed("nu"));
        view::render(&state, &theme, buffer.area, &mut buffer);
    }
}
