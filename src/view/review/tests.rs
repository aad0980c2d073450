//! The review as it looks, at three sizes as a snapshot and at every size without a panic.

use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::json;

use crate::app::testing::{board, ctrl, draw, feed, key, later, quiet, tasks, typed};
use crate::app::{Effect, Message, ReqId, State, Verdict, Written};
use crate::domain::profile::Environment;
use crate::domain::{Failure, Task, TaskId};
use crate::theme::{Depth, Theme};
use crate::view::testing::{at_every_size, body, drawn, lines_of, rows, screen};

/// Answers the question for a fresh copy with this task, and lets the input guard pass.
fn fresh(state: &mut State, effects: &[Effect], task: Task) {
    let get = |effect: &Effect| {
        let Effect::Get { req, .. } = effect else { return None };
        Some(*req)
    };
    let req = effects.iter().find_map(get).unwrap();
    feed(state, [Message::Got { req, result: Ok(Box::new(task)) }]);
    quiet(state, 1);
}

/// Pages on until all that must be seen was on the screen.
fn read(state: &mut State) {
    for _ in 0..100 {
        if !screen(state).contains("to see: PgDn") {
            break;
        }
        feed(state, [key(KeyCode::PageDown)]);
        draw(state, state.now);
    }
    quiet(state, 2);
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
    let effects = feed(
        &mut state,
        [typed("e"), vec![key(KeyCode::End)], typed(" only today"), vec![ctrl('s')]].concat(),
    );
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
    feed(&mut state, [ctrl('s')]);
    quiet(&mut state, 1);
    state
}

fn sent(mut state: State, confirmation: &str) -> (State, ReqId) {
    read(&mut state);
    let mut effects = feed(&mut state, typed(confirmation));
    effects.extend(quiet(&mut state, 3));
    effects.extend(feed(&mut state, [Message::Ticked(later(5))]));
    let req = write_of(&effects);
    (state, req)
}

/// A create for everyone in PROD, whose size the profile states, with fields for every vendor.
fn create_for_all(size: (u16, u16), text: &str) -> State {
    let mut state = board(size);
    state.setup.audience_all = Some(1_200_000);
    feed(&mut state, typed("na"));
    let form = state.form_mut().unwrap();
    form.draft.scheduled = "mon 9:00".to_owned();
    form.draft.put("OfflinePushInfo.Title", "Flash sale");
    form.draft.put("OfflinePushInfo.Desc", text);
    for (path, value) in [
        ("ApnsInfo.Sound", "ding.caf"),
        ("ApnsInfo.BadgeMode", "0"),
        ("ApnsInfo.InterruptionLevel", "critical"),
        ("AndroidInfo.OPPOChannelID", "sale"),
        ("HarmonyInfo.Title", "Flash sale for Harmony"),
        ("HarmonyInfo.Sound", "ding"),
    ] {
        form.draft.put(&format!("OfflinePushInfo.{path}"), value);
    }
    feed(&mut state, [ctrl('s')]);
    quiet(&mut state, 1);
    state
}

/// A create for tags, in the sandbox.
fn create_for_tags(size: (u16, u16)) -> State {
    let mut state = board(size);
    state.setup.environment = Environment::Sandbox;
    feed(&mut state, typed("nt"));
    let form = state.form_mut().unwrap();
    form.draft.scheduled = "mon 9:00".to_owned();
    form.draft.put("Condition.TagsAnd", "vip\nberlin");
    form.draft.put("OfflinePushInfo.Title", "Hello");
    form.draft.put("OfflinePushInfo.Desc", "Only for you.");
    feed(&mut state, [ctrl('s')]);
    quiet(&mut state, 1);
    state
}

fn scenes(size: (u16, u16)) -> Vec<(&'static str, State)> {
    let mut asking = board(size);
    feed(&mut asking, typed("D"));
    let mut typing = cancel(size);
    read(&mut typing);
    let mut wrong = typing.clone();
    let mut complete = typing.clone();
    feed(&mut typing, typed("78"));
    feed(&mut wrong, typed("75"));
    feed(&mut complete, typed("7890"));
    let mut counting = edit(size, flash_sale());
    read(&mut counting);
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
    let (mut created, req) = sent(create(size), "y");
    let mut refused = created.clone();
    let failure = Failure::Refused {
        code: 90108,
        info: "some accounts are invalid".into(),
        invalid_accounts: vec!["王小明".into()],
    };
    feed(&mut refused, [Message::Wrote { req, result: Err(failure) }]);
    let mut several = created.clone();
    let verdict = Verdict::Several(vec![TaskId(1_234_567_900), TaskId(1_234_567_901)]);
    feed(&mut several, [Message::Settled { req, verdict }]);
    let mut not_done = created.clone();
    feed(&mut not_done, [Message::Settled { req, verdict: Verdict::NotDone }]);
    feed(&mut created, [Message::Wrote { req, result: Ok(Written::Created(TaskId(1_234_567_900))) }]);
    let mut unfolded = create_for_all(size, "Everything 30 % off.");
    read(&mut unfolded);
    let mut counting_all = unfolded.clone();
    feed(&mut unfolded, [ctrl('o')]);
    feed(&mut counting_all, typed("all acme"));
    let long = "Everything 30 % off until midnight. ".repeat(110);
    vec![
        ("asking", asking),
        ("cancel", cancel(size)),
        ("typing", typing),
        ("wrong", wrong),
        ("complete", complete),
        ("change", edit(size, flash_sale())),
        ("counting", counting),
        ("moved", edit(size, theirs)),
        ("locked", locked),
        ("create", create(size)),
        ("not_done", not_done),
        ("sending", sending),
        ("unknown", unknown),
        ("gone", gone),
        ("created", created),
        ("refused", refused),
        ("several", several),
        ("tags", create_for_tags(size)),
        ("all", create_for_all(size, "Everything 30 % off.")),
        ("long", create_for_all(size, &long)),
        ("unfolded", unfolded),
        ("counting_all", counting_all),
    ]
}

fn snapshots(size: (u16, u16)) {
    for (name, state) in scenes(size) {
        insta::assert_snapshot!(format!("{}x{}_{name}", size.0, size.1), body(&state));
    }
}

#[test]
fn the_hints_of_the_review() {
    let sizes = [(200, 60), (120, 40), (80, 24), (40, 12), (30, 8)];
    insta::assert_snapshot!("hints", lines_of(scenes, &sizes, |areas| areas.hint));
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
fn the_review_at_200x60() {
    snapshots((200, 60));
}

#[test]
fn the_review_at_30x8() {
    snapshots((30, 8));
}

#[test]
fn whom_it_reaches_is_in_sight_at_every_size_and_what_to_type_once_all_was_read() {
    let (least_width, least_height) = crate::app::frame::LEAST;
    // The cancel, and one other scene in turn.
    let which = |step: usize, count: usize| vec![1, step % count];
    at_every_size(scenes((80, 24)), which, |name, (width, height), buf| {
        if width < least_width || height < least_height || name != "cancel" {
            return;
        }
        let shown = rows(buf).concat();
        let asks =
            ["type 7890", "to see: ", "read who", "hold still"].iter().any(|words| shown.contains(words));
        assert!(asks && shown.contains("EVERYONE"), "at {width}x{height}: {shown}");
    });
}

/// An operator who presses keys at random, at one size after the other. Some frames never reach the
/// terminal. What the others showed since the last change is kept.
struct Hand {
    state: State,
    /// The task as it stands: what is asked for is answered with it.
    task: Task,
    random: u64,
    /// What the frames showed, row by row.
    shown: String,
    effects: Vec<Effect>,
}

impl Hand {
    fn roll(&mut self, sides: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % sides
    }

    /// What happens, and then a second of quiet. Every frame but those that are lost is looked at.
    fn does(&mut self, messages: Vec<Message>, is_lost: bool) {
        self.takes(messages);
        for step in 0..3 {
            if !is_lost && step < 2 {
                self.shown.push_str(&rows(&drawn(&self.state, Depth::None)).join(" "));
                let now = self.state.now;
                draw(&mut self.state, now);
            }
            let by = Duration::from_millis(if step == 0 { 450 } else { 5 });
            let now = self.state.now;
            let then = crate::app::Moment { utc: now.utc + by, running: now.running + by };
            self.takes(vec![Message::Ticked(then)]);
        }
    }

    fn takes(&mut self, messages: Vec<Message>) {
        for effect in feed(&mut self.state, messages) {
            if let Effect::Get { req, .. } = effect {
                let result = Ok(Box::new(self.task.clone()));
                feed(&mut self.state, [Message::Got { req, result }]);
            }
            self.effects.push(effect);
        }
    }

    /// Pages from the first line to the last.
    fn reads_all(&mut self) {
        feed(&mut self.state, (0..200).map(|_| key(KeyCode::PageUp)));
        self.does(Vec::new(), false);
        for _ in 0..60 {
            if !screen(&self.state).contains("to see: PgDn") {
                break;
            }
            self.does(vec![key(KeyCode::PageDown)], false);
        }
    }

    /// The first word of the title, as the review knows it.
    fn title(&self) -> String {
        let task = self.state.review().and_then(|review| review.fresh.value.as_ref()).unwrap_or(&self.task);
        task.content.text("OfflinePushInfo.Title").split(' ').next().unwrap().to_owned()
    }

    fn has_sent(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::Write { .. }))
    }
}

/// A text of which no two pieces are alike.
fn unlike(kind: u32, length: u32) -> Vec<String> {
    match kind {
        0 => (0..length).map(|n| char::from_u32(0x4e00 + n * 7).unwrap().to_string()).collect(),
        _ => (0..length).map(|n| format!("word{n}x")).collect(),
    }
}

/// A cancel of a task far ahead, with such a text.
fn long_cancel(size: (u16, u16), title: &str, text: &str) -> (State, Task) {
    let mut state = board(size);
    let mut task = flash_sale();
    task.scheduled_at = Some(crate::app::testing::now().utc + chrono::TimeDelta::seconds(900_100));
    task.content.set("OfflinePushInfo.Title", Some(json!(title)));
    task.content.set("OfflinePushInfo.Desc", Some(json!(text)));
    crate::app::testing::open_cancel(&mut state, &task);
    (state, task)
}

#[test]
fn whatever_is_pressed_nothing_is_confirmed_before_who_when_and_what_were_shown_at_that_size() {
    let sizes = [(30, 8), (40, 12), (60, 9), (80, 24), (120, 40)];
    let mut held_back = 0;
    for (kind, length) in [(0, 90), (1, 25)] {
        for (at, size) in sizes.into_iter().enumerate() {
            let pieces = unlike(kind, length);
            let text = pieces.join(if kind == 0 { "" } else { " " });
            let (state, task) = long_cancel(size, "Titlehead of a sale Titletail", &text);
            let random = u64::try_from(at).unwrap() + u64::from(length);
            let mut hand = Hand { state, task, random, shown: String::new(), effects: Vec::new() };
            // It was asked for as it is now.
            hand.does(vec![ctrl('r')], false);
            hand.does(vec![ctrl('r')], false);
            for step in 0..36 {
                let is_lost = hand.roll(4) == 0;
                match hand.roll(if step < 20 { 9 } else { 6 }) {
                    0 | 1 => hand.does(vec![key(KeyCode::Down)], is_lost),
                    2 => hand.does(vec![key(KeyCode::PageDown)], is_lost),
                    3 => hand.does(vec![key(KeyCode::Up)], is_lost),
                    4 | 5 => hand.does(typed("7890"), is_lost),
                    6 => {
                        // There and back: what was seen at the other size does not count at this one.
                        let other = sizes[usize::try_from(hand.roll(5)).unwrap()];
                        for (columns, rows) in [other, size] {
                            if other != size {
                                hand.shown.clear();
                            }
                            hand.does(vec![Message::Resized { columns, rows }], is_lost);
                        }
                    }
                    7 => {
                        // Somebody else changes it, and it is asked for again, if that is heard.
                        let words = format!("Titlehead{step} of a sale Titletail");
                        hand.task.content.set("OfflinePushInfo.Title", Some(json!(words)));
                        let before = hand.title();
                        hand.takes(vec![ctrl('r')]);
                        if hand.title() != before {
                            hand.shown.clear();
                        }
                        hand.does(Vec::new(), is_lost);
                    }
                    _ => hand.does(Vec::new(), is_lost),
                }
                if hand.has_sent() {
                    break;
                }
                held_back += 1;
            }
            if !hand.has_sent() {
                hand.reads_all();
                hand.does(typed("7890"), false);
            }
            assert!(hand.has_sent(), "{size:?}: it can be confirmed in the end: {}", screen(&hand.state));
            let clocks = ["00:05:02", "+08", "16:05:02", "UTC", "10d"];
            let title = hand.title();
            let who = ["EVERYONE", "acme", title.as_str(), "Titletail"];
            for words in clocks.into_iter().chain(who).chain(pieces.iter().map(String::as_str)) {
                assert!(hand.shown.contains(words), "{words} was never shown at {size:?} ({kind}, {length})");
            }
        }
    }
    assert!(held_back > 50, "{held_back}");
}

#[test]
fn the_text_scrolls_to_its_end_and_no_further() {
    let mut state = edit((40, 12), flash_sale());
    let first = rows(&drawn(&state, Depth::Indexed));
    for _ in 0..60 {
        feed(&mut state, [key(KeyCode::Down)]);
    }
    let last = rows(&drawn(&state, Depth::Indexed));
    assert_ne!(first, last);
    assert!(!last.concat().contains("more line"), "{last:#?}");
    let scroll = state.review().unwrap().scroll;
    feed(&mut state, [key(KeyCode::Up)]);
    assert_eq!(state.review().unwrap().scroll, scroll - 1);
}

#[test]
fn in_prod_the_frame_warns() {
    let theme = Theme::new(Depth::Indexed);
    let corner = |state: &State| {
        let buf = drawn(state, Depth::Indexed);
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
