//! The real loop, on a backend in memory, with time that stands still unless a test moves it.

use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;

use super::*;
use crate::app::state::Underway;
use crate::app::testing::{asked, connecting, key, now, setup, tasks, typed, with_page};
use crate::app::{Write, Written};
use crate::domain::{Kind, Page, TaskId};
use crate::theme::Depth;

const SIZE: (u16, u16) = (80, 24);

/// The other ends of the channels.
struct Far {
    input: mpsc::Sender<Message>,
    signals: mpsc::Sender<Message>,
    worker: mpsc::Sender<Message>,
    effects: mpsc::Receiver<Effect>,
}

fn ends(room: usize) -> (Ends, Far) {
    let (to_input, input) = mpsc::channel(1024);
    let (to_signals, signals) = mpsc::channel(4);
    let (to_worker, worker) = mpsc::channel(64);
    let (effects, from_effects) = mpsc::channel(room);
    let far = Far { input: to_input, signals: to_signals, worker: to_worker, effects: from_effects };
    (Ends { input, signals, worker, effects, copy: |_| Ok(()) }, far)
}

/// A clock that goes with tokio's, which a test can stop.
fn clock() -> impl Fn() -> Moment {
    let began = Instant::now();
    move || {
        let since = began.elapsed();
        Moment { utc: now().utc + TimeDelta::from_std(since).unwrap(), running: now().running + since }
    }
}

fn terminal() -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap()
}

fn shown(terminal: &Terminal<TestBackend>) -> String {
    terminal.backend().to_string()
}

async fn run_with(terminal: &mut Terminal<TestBackend>, state: State, ends: Ends) -> Ended {
    run(terminal, &Theme::new(Depth::Full), state, Vec::new(), ends, clock()).await.unwrap()
}

fn ctrl_c() -> Message {
    Message::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL))
}

fn write(state: &mut State) -> crate::app::ReqId {
    let req = state.ask();
    let write = Write::Cancel { id: TaskId(1_234_567_890), kind: Kind::All };
    state.writes.push(Underway::new(req, write, now()));
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
    let mut terminal = terminal();
    let run = run_with(&mut terminal, with_page(SIZE, 128, tasks()), ends);
    let quit = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        far.input.send(key(KeyCode::Char('q'))).await.unwrap();
        drop(far.worker);
    };
    let (ended, ()) = tokio::join!(run, quit);
    assert_eq!(ended.frames, 2, "one at the start, one for all keys");
    assert_eq!(ended.state.selected().map(|task| task.id), Some(tasks()[5].id));
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_worker_reaches_the_screen() {
    let (ends, far) = ends(64);
    let (state, req) = connecting(SIZE);
    far.worker.try_send(Message::Listed { req, result: Ok(Page { total: 128, tasks: tasks() }) }).unwrap();
    let mut terminal = terminal();
    let run = run_with(&mut terminal, state, ends);
    let quit = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    let (ended, ()) = tokio::join!(run, quit);
    assert_eq!(ended.state.board.total, 128);
    assert!(shown(&terminal).contains("Lunch time"), "{}", shown(&terminal));
}

#[tokio::test(start_paused = true)]
async fn the_clock_on_screen_goes_on_by_itself() {
    let (ends, far) = ends(64);
    let mut terminal = terminal();
    let run = run_with(&mut terminal, with_page(SIZE, 128, tasks()), ends);
    let quit = async {
        tokio::time::sleep(Duration::from_millis(3500)).await;
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    let (ended, ()) = tokio::join!(run, quit);
    assert!(shown(&terminal).contains("14:03:25 +08"), "{}", shown(&terminal));
    assert_eq!(ended.frames, 4, "one at the start and one a second");
}

#[tokio::test(start_paused = true)]
async fn leaving_waits_for_a_write_and_takes_its_answer() {
    let (ends, mut far) = ends(64);
    let mut state = with_page(SIZE, 128, tasks());
    let req = write(&mut state);
    far.input.try_send(ctrl_c()).unwrap();
    far.input.try_send(ctrl_c()).unwrap();
    let mut terminal = terminal();
    let run = run_with(&mut terminal, state, ends);
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
    assert!(shown(&terminal).contains("waiting for a write to finish"), "{}", shown(&terminal));
}

#[tokio::test(start_paused = true)]
async fn the_draft_of_a_create_that_succeeds_while_leaving_goes() {
    let (ends, mut far) = ends(64);
    let mut state = with_page(SIZE, 128, tasks());
    state.setup.environment = crate::domain::profile::Environment::Test;
    let mut messages = typed("na");
    messages.push(key(KeyCode::Tab));
    messages.extend(typed("tomorrow 9:00"));
    messages.push(key(KeyCode::Tab));
    messages.extend(typed("Hello"));
    messages.push(crate::app::testing::ctrl('s'));
    messages.push(Message::Ticked(crate::app::testing::later(1)));
    messages.extend(typed("acme"));
    let effects = crate::app::testing::feed(&mut state, messages);
    let sent = effects.iter().find_map(|effect| {
        let Effect::Write { req, .. } = effect else { return None };
        Some(*req)
    });
    let req = sent.unwrap();
    far.signals.try_send(Message::EndAsked).unwrap();
    let mut terminal = terminal();
    let run = run_with(&mut terminal, state, ends);
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
    assert!(dropped && ended.state.writes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_behind_the_wish_to_leave_confirms_nothing() {
    let (ends, mut far) = ends(64);
    let mut state = with_page(SIZE, 128, tasks());
    let cancel = tasks()[5].clone();
    let effects = crate::app::review::open_cancel(&mut state, &cancel);
    let [Effect::Get { req, .. }] = effects[..] else { panic!("{effects:?}") };
    let then =
        [Message::Got { req, result: Ok(Box::new(cancel)) }, Message::Ticked(crate::app::testing::later(1))];
    crate::app::testing::feed(&mut state, then);
    far.signals.try_send(Message::EndAsked).unwrap();
    for key in typed("7891") {
        far.input.try_send(key).unwrap();
    }
    // The review has been on the screen for long: no deafness hides what is looked at here.
    let seen = crate::app::testing::drawn(&state, now());
    crate::app::testing::feed(&mut state, [seen, Message::Ticked(crate::app::testing::later(2))]);
    let theme = Theme::new(Depth::Full);
    let mut terminal = terminal();
    let run = run(&mut terminal, &theme, state, Vec::new(), ends, || crate::app::testing::later(2));
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
    let mut state = with_page(SIZE, 128, tasks());
    write(&mut state);
    far.signals.try_send(Message::EndAsked).unwrap();
    let began = Instant::now();
    let ended = run_with(&mut terminal(), state, ends).await;
    assert_eq!(began.elapsed(), WRITES_WAIT);
    assert_eq!(ended.state.writes.len(), 1, "the caller can say what was left");
}

#[tokio::test(start_paused = true)]
async fn a_second_wish_leaves_at_once_but_the_echo_of_a_signal_does_not() {
    for insist in [Message::EndAsked, ctrl_c()] {
        let (ends, far) = ends(64);
        let mut state = with_page(SIZE, 128, tasks());
        write(&mut state);
        far.signals.try_send(Message::EndAsked).unwrap();
        let mut terminal = terminal();
        let run = run_with(&mut terminal, state, ends);
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
    let ended = run_with(&mut terminal(), with_page(SIZE, 128, tasks()), ends).await;
    assert_eq!(ended.frames, 1);
    drop(far.worker);

    let (ends, far) = self::ends(64);
    let mut state = with_page(SIZE, 128, tasks());
    write(&mut state);
    far.input.try_send(Message::EndAsked).unwrap();
    drop(far.input);
    let began = Instant::now();
    run_with(&mut terminal(), state, ends).await;
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
    let mut terminal = terminal();
    let theme = Theme::new(Depth::Full);
    let run = run(&mut terminal, &theme, state, first, ends, clock());
    let quit = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        far.signals.send(Message::EndAsked).await.unwrap();
        drop(far.worker);
    };
    let (ended, ()) = tokio::join!(run, quit);
    let state = ended.unwrap().state;
    assert_ne!(state.board.remote.asking, Some(lost), "the question is answered");
    assert!(!state.link.stopped, "and asked again later");
    assert!(shown(&terminal).contains("too much is under way"), "{}", shown(&terminal));
}

#[tokio::test(start_paused = true)]
async fn what_is_copied_goes_to_the_terminal_and_a_terminal_that_is_gone_is_said() {
    fn keep(text: &str) -> io::Result<()> {
        COPIED.with_borrow_mut(|copied| copied.push(text.to_owned()));
        if text == "a" { Ok(()) } else { Err(io::Error::other("the terminal was given back")) }
    }
    thread_local! {
        static COPIED: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    for (text, says) in [("a", ""), ("b", "not copied: the terminal was given back")] {
        let (ends, far) = ends(64);
        drop(far.worker);
        far.signals.try_send(Message::EndAsked).unwrap();
        let mut terminal = terminal();
        let theme = Theme::new(Depth::Full);
        let state = with_page(SIZE, 128, tasks());
        let ends = Ends { copy: keep, ..ends };
        run(&mut terminal, &theme, state, vec![Effect::Copy(text.to_owned())], ends, clock()).await.unwrap();
        assert!(shown(&terminal).contains(says), "{}", shown(&terminal));
    }
    assert_eq!(COPIED.take(), ["a", "b"], "each once, in order");
}

#[test]
fn every_effect_but_those_of_the_terminal_has_a_local_answer() {
    let (mut state, effects) = State::start(setup(), now(), SIZE);
    let req = state.ask();
    let id = TaskId(1);
    let slot = || "new".to_owned();
    let others = vec![
        Effect::Get { req, id, lane: crate::app::Lane::Page },
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
        assert!(refusal(effect, withdrawn()).is_some(), "{named}");
    }
    assert!(!withdrawn().leaves_write_unknown(), "a refused write certainly was not sent");
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_gone_is_said_and_the_keys_still_work() {
    let (ends, far) = ends(64);
    drop(far.worker);
    drop(far.effects);
    let mut terminal = terminal();
    let run = run_with(&mut terminal, with_page(SIZE, 128, tasks()), ends);
    let keys = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        for message in typed("j") {
            far.input.send(message).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        far.input.send(key(KeyCode::Char('q'))).await.unwrap();
    };
    let (ended, ()) = tokio::join!(run, keys);
    assert!(shown(&terminal).contains("talks to the service has ended"), "{}", shown(&terminal));
    assert_eq!(ended.state.selected().map(|task| task.id), Some(tasks()[5].id));
}

#[tokio::test(start_paused = true)]
async fn a_repaint_removes_what_others_wrote() {
    for (first, stays) in [(Vec::new(), true), (vec![Effect::Repaint], false)] {
        let (ends, far) = ends(64);
        let mut terminal = terminal();
        let foreign = Cell::new("#");
        terminal.backend_mut().draw([(40, 18, &foreign)].into_iter()).unwrap();
        far.signals.try_send(Message::EndAsked).unwrap();
        drop(far.worker);
        let theme = Theme::new(Depth::Full);
        let state = with_page(SIZE, 128, tasks());
        run(&mut terminal, &theme, state, first, ends, clock()).await.unwrap();
        assert!(shown(&terminal).contains("Lunch time"));
        assert_eq!(terminal.backend().buffer()[(40, 18)].symbol() == "#", stays);
    }
}
