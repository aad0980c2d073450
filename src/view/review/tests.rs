//! The review as it looks, at three sizes as a snapshot and at every size without a panic.

use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::json;

use crate::app::testing::{board, ctrl, feed, key, later, tasks, typed};
use crate::app::{Effect, Message, ReqId, State, Verdict, Written};
use crate::domain::profile::Environment;
use crate::domain::{Failure, Task, TaskId};
use crate::theme::{Depth, Theme};
use crate::view::testing::{at_every_size, drawn, rows, screen};

/// Answers the question for a fresh copy with this task, and lets the deafness pass.
fn fresh(state: &mut State, effects: &[Effect], task: Task) {
    let get = |effect: &Effect| {
        let Effect::Get { req, .. } = effect else { return None };
        Some(*req)
    };
    let req = effects.iter().find_map(get).unwrap();
    feed(state, [Message::Got { req, result: Ok(Box::new(task)) }, Message::Ticked(later(1))]);
}

fn write_of(effects: &[Effect]) -> ReqId {
    let write = |effect: &Effect| {
        let Effect::Write { req, .. } = effect else { return None };
        Some(*req)
    };
    effects.iter().find_map(write).unwrap()
}

fn flash_sale() -> Task {
    tasks().into_iter().find(|task| task.id == TaskId(1_234_567_890)).unwrap()
}

fn cancel(size: (u16, u16)) -> State {
    let mut state = board(size);
    let effects = feed(&mut state, typed("D"));
    fresh(&mut state, &effects, flash_sale());
    state
}

fn edit(size: (u16, u16), theirs: Task) -> State {
    let mut state = board(size);
    let effects = feed(&mut state, [typed("e"), typed(" only today"), vec![ctrl('s')]].concat());
    fresh(&mut state, &effects, theirs);
    state
}

/// A create for two accounts, outside PROD, with Chinese text.
fn create(size: (u16, u16)) -> State {
    let mut state = board(size);
    state.setup.environment = Environment::Test;
    feed(&mut state, typed("nu"));
    let form = state.form_mut().unwrap();
    form.draft.scheduled = "+1m".to_owned();
    form.draft.put("To_Account", "anna\n王小明");
    form.draft.put("OfflinePushInfo.Title", "股票早报 · 今日行情与热点解读");
    form.draft.put("OfflinePushInfo.Desc", "沪指收涨 0.8%，新能源板块领涨。点击查看今日热点与明日展望。");
    form.draft.put("OfflinePushInfo.PushFlag", "1");
    feed(&mut state, [ctrl('s'), Message::Ticked(later(1))]);
    state
}

fn sent(mut state: State, confirmation: &str) -> (State, ReqId) {
    let mut effects = feed(&mut state, typed(confirmation));
    effects.extend(feed(&mut state, [Message::Ticked(later(5))]));
    let req = write_of(&effects);
    (state, req)
}

fn scenes(size: (u16, u16)) -> Vec<(&'static str, State)> {
    let mut asking = board(size);
    feed(&mut asking, typed("D"));
    let mut typing = cancel(size);
    feed(&mut typing, typed("78"));
    let mut wrong = cancel(size);
    feed(&mut wrong, typed("75"));
    let mut counting = edit(size, flash_sale());
    feed(&mut counting, typed("all acme"));
    let mut theirs = flash_sale();
    theirs.content.set("OfflinePushInfo.Title", Some(json!("Flash sale, longer")));
    theirs.scheduled_at = theirs.scheduled_at.map(|at| at + chrono::TimeDelta::hours(1));
    let mut late = flash_sale();
    late.status = crate::domain::Status::Dispatching;
    let mut locked = board(size);
    let effects = feed(&mut locked, typed("D"));
    fresh(&mut locked, &effects, late);
    let (sending, req) = sent(cancel(size), "7890");
    let mut unknown = sending.clone();
    let failure = Failure::TimedOut { after: Duration::from_secs(10) };
    let message = crate::app::testing::unknown(&unknown, req, failure);
    feed(&mut unknown, [message, Message::Ticked(later(17))]);
    let mut gone = sending.clone();
    feed(&mut gone, [Message::Wrote { req, result: Ok(Written::Cancelled(TaskId(1_234_567_890))) }]);
    let (mut stands, req) = sent(create(size), "y");
    let mut refused = stands.clone();
    let failure = Failure::Refused {
        code: 90108,
        info: "some accounts are invalid".into(),
        invalid_accounts: vec!["王小明".into()],
    };
    feed(&mut refused, [Message::Wrote { req, result: Err(failure) }]);
    let mut several = stands.clone();
    let verdict = Verdict::Several(vec![TaskId(1_234_567_900), TaskId(1_234_567_901)]);
    feed(&mut several, [Message::Settled { req, verdict }]);
    let mut not_done = stands.clone();
    feed(&mut not_done, [Message::Settled { req, verdict: Verdict::NotDone }]);
    feed(&mut stands, [Message::Wrote { req, result: Ok(Written::Created(TaskId(1_234_567_900))) }]);
    vec![
        ("asking", asking),
        ("cancel", cancel(size)),
        ("typing", typing),
        ("wrong", wrong),
        ("change", edit(size, flash_sale())),
        ("counting", counting),
        ("moved", edit(size, theirs)),
        ("locked", locked),
        ("create", create(size)),
        ("not_done", not_done),
        ("sending", sending),
        ("unknown", unknown),
        ("gone", gone),
        ("stands", stands),
        ("refused", refused),
        ("several", several),
    ]
}

fn snapshots(size: (u16, u16)) {
    for (name, state) in scenes(size) {
        insta::assert_snapshot!(format!("{}x{}_{name}", size.0, size.1), screen(&state));
    }
}

#[test]
fn the_review_at_80x24() {
    snapshots((80, 24));
}

#[test]
fn the_review_at_120x40() {
    snapshots((120, 40));
}

#[test]
fn the_review_at_40x12() {
    snapshots((40, 12));
}

#[test]
fn what_to_type_and_whom_it_reaches_are_in_sight_at_every_size() {
    let (least_width, least_height) = crate::app::frame::LEAST;
    // The cancel, and one other scene in turn.
    let which = |step: usize, count: usize| vec![1, step % count];
    at_every_size(scenes((80, 24)), which, |name, (width, height), buf| {
        if width < least_width || height < least_height || name != "cancel" {
            return;
        }
        let shown = rows(buf).concat();
        for words in ["EVERYONE", "type 7890"] {
            assert!(shown.contains(words), "{words} at {width}x{height}");
        }
    });
}

#[test]
fn the_text_scrolls_to_its_end_and_no_further() {
    let mut state = edit((40, 12), flash_sale());
    let first = rows(&drawn(&state, Depth::Full));
    for _ in 0..60 {
        feed(&mut state, [key(KeyCode::Down)]);
    }
    let last = rows(&drawn(&state, Depth::Full));
    assert_ne!(first, last);
    assert!(!last.concat().contains("more line"), "{last:#?}");
    let scroll = state.review().unwrap().scroll;
    feed(&mut state, [key(KeyCode::Up)]);
    assert_eq!(state.review().unwrap().scroll, scroll - 1);
}

#[test]
fn in_prod_the_frame_warns() {
    let theme = Theme::new(Depth::Full);
    let corner = |state: &State| {
        let buf = drawn(state, Depth::Full);
        let y = rows(&buf).iter().position(|row| row.starts_with("┌ C")).unwrap();
        buf[(0, u16::try_from(y).unwrap())].style().fg
    };
    assert_eq!(corner(&cancel((40, 24))), theme.danger().fg);
    assert_eq!(corner(&create((40, 24))), theme.accent().fg);
}

#[test]
fn the_review_fits_areas_that_are_no_screen() {
    let theme = Theme::new(Depth::None);
    for (_, state) in scenes((80, 24)) {
        let review = state.review().unwrap();
        for width in 0..=12 {
            for height in 0..=8 {
                let mut buf = Buffer::empty(Rect::new(0, 0, 12, 8));
                super::render(&state, review, &theme, Rect::new(1, 1, width, height), &mut buf);
            }
        }
    }
}
