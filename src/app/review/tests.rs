use crate::app::Layer;
use crate::app::Moment;
use crate::app::ReqId;
use crate::app::Setup;
use crate::app::State;
use crate::app::Verdict;
use crate::app::Write;
use crate::app::pending::Verification;
use crate::app::pending::WriteOutcome;
use crate::app::testing::open_cancel;
use crate::domain::Audience;
use crate::domain::Kind;
use crate::domain::Task;
use crate::domain::TaskId;
use crate::domain::profile::Environment;
use crossterm::event::{KeyCode, KeyEventState, KeyModifiers};
use serde_json::json;
use std::time::Duration;

use super::super::effect::Priority;
use super::super::update::update;
use super::level::level_of;
use super::*;
use crate::app::testing::{self, drawn, feed, press, type_in};
use crate::app::{Message, OpenWrite, Written};
use crate::domain::Failure;
use crate::domain::failure::NotSent;
use crate::domain::wire::{read_task, time_in};

/// 14:03:22 in Shanghai.
const NOW: &str = "2026-11-21 06:03:22";

fn moment(ms: u64) -> Moment {
    let running = Duration::from_millis(ms);
    Moment { utc: time_in(NOW).unwrap() + running, running }
}

fn start(environment: Environment) -> State {
    let setup = Setup { environment, refresh: Duration::from_hours(1), ..testing::setup() };
    State::start(setup, moment(0), (100, 45)).0
}

fn tick(state: &mut State, ms: u64) -> Vec<Effect> {
    update(state, Message::Ticked(moment(ms)))
}

/// A frame of the state as it is comes to the terminal.
fn draw(state: &mut State) {
    testing::draw(state, state.now);
}

/// Time goes on by so much: two ticks, with no key between them, and the frames around them.
fn wait(state: &mut State, ms: u64) -> Vec<Effect> {
    let at = u64::try_from(state.now.running.as_millis()).unwrap() + ms;
    draw(state);
    let mut effects = tick(state, at);
    draw(state);
    effects.extend(tick(state, at));
    draw(state);
    effects
}

/// Types without a pause, and keeps still after it.
fn say(state: &mut State, text: &str) -> Vec<Effect> {
    let mut effects = type_in(state, text);
    effects.extend(wait(state, 500));
    effects
}

/// Time goes on by so much, in steps as the loop makes them.
fn pass(state: &mut State, ms: u64) -> Vec<Effect> {
    let steps = std::iter::repeat_n(100, usize::try_from(ms / 100).unwrap()).chain([ms % 100]);
    steps.flat_map(|step| wait(state, step)).collect()
}

fn ctrl(state: &mut State, c: char) -> Vec<Effect> {
    feed(state, [testing::ctrl(c)])
}

fn note(state: &State) -> &str {
    state.note.as_ref().map_or("", |note| note.text.as_str())
}

fn writes(effects: &[Effect]) -> Vec<(ReqId, Write)> {
    let of = |effect: &Effect| match effect {
        Effect::Write { req, write, .. } => Some((*req, write.clone())),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

fn gets(effects: &[Effect]) -> Vec<ReqId> {
    let of = |effect: &Effect| match effect {
        Effect::Get { req, priority: Priority::Write, .. } => Some(*req),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

fn drops(effects: &[Effect]) -> Vec<String> {
    let of = |effect: &Effect| match effect {
        Effect::DropDraft { slot, .. } => Some(slot.clone()),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

fn task(kind: &str) -> Task {
    let audience = match kind {
        "Tag" => json!({"Condition": {"TagsOr": ["vip"]}}),
        "User" => json!({"To_Account": ["anna", "bela", "carl"]}),
        _ => json!({}),
    };
    let mut content = json!({"From_Account": "administrator", "MsgRandom": 7,
        "OfflinePushInfo": {"Title": "Order shipped", "Desc": "On Friday"}});
    content.as_object_mut().unwrap().extend(audience.as_object().unwrap().clone());
    let info = json!({"TaskID": 1_004_821, "Type": kind, "SchedAt": "2026-11-22 01:00:00",
        "Status": "pending", "Content": content});
    read_task(info.as_object().unwrap()).unwrap()
}

fn got(state: &mut State, req: ReqId, task: Task) -> Vec<Effect> {
    update(state, Message::Got { req, result: Ok(Box::new(task)) })
}

fn refused(code: i64) -> Failure {
    Failure::Refused { code, info: String::new(), invalid_accounts: Vec::new() }
}

fn review(state: &State) -> &Review {
    state.review().expect("a review on top")
}

fn unknown(state: &mut State, req: ReqId, failure: Failure) -> Vec<Effect> {
    let message = testing::unknown(state, req, failure);
    update(state, message)
}

fn open_write(write: Write) -> OpenWrite {
    OpenWrite { entry: Some(3), write, sent: moment(0).utc, opens_in: Duration::ZERO, elsewhere: false }
}

fn is_form(state: &State) -> bool {
    matches!(state.layers.last(), Some(Layer::Form(_)))
}

/// A cancel under review, the fresh copy there, no longer deaf.
fn cancel(environment: Environment, kind: &str) -> State {
    let mut state = start(environment);
    let effects = open_cancel(&mut state, &task(kind));
    let [req] = gets(&effects)[..] else { panic!("{effects:?}") };
    got(&mut state, req, task(kind));
    wait(&mut state, 500);
    state
}

/// A form of a new task, filled in.
fn filled(environment: Environment, kind: &str) -> State {
    let mut state = start(environment);
    press(&mut state, KeyCode::Char('n'));
    let form = state.form_mut().unwrap();
    form.draft.kind = Some(Kind::from_wire(kind));
    form.draft.scheduled = "tomorrow 9:00".into();
    form.draft.put("OfflinePushInfo.Title", "Hello");
    form.draft.put("To_Account", "anna\nbela");
    form.draft.put("Condition.TagsOr", "vip");
    state
}

/// A new task under review, no longer deaf.
fn create(environment: Environment, kind: &str) -> State {
    let mut state = filled(environment, kind);
    let effects = ctrl(&mut state, 's');
    assert_eq!((writes(&effects), gets(&effects)), (vec![], vec![]));
    wait(&mut state, 500);
    state
}

/// An edit of a task whose title becomes "Order shipped!", under review before the fresh copy came.
fn edit(environment: Environment, kind: &str) -> (State, ReqId) {
    let mut state = start(environment);
    crate::app::testing::open_edit(&mut state, &task(kind));
    type_in(&mut state, "!");
    let effects = ctrl(&mut state, 's');
    let [req] = gets(&effects)[..] else { panic!("{effects:?}") };
    wait(&mut state, 500);
    (state, req)
}

fn confirm(state: &mut State) -> ReqId {
    let wanted = review(state).wanted(&state.setup);
    let mut effects = wait(state, 500);
    effects.extend(say(state, &wanted));
    let [(req, _)] = writes(&effects)[..] else { panic!("{effects:?}") };
    req
}

#[test]
fn nothing_is_heard_for_400_ms_after_the_frame_that_shows_the_review() {
    let mut state = start(Environment::Test);
    let effects = open_cancel(&mut state, &task("Tag"));
    got(&mut state, gets(&effects)[0], task("Tag"));
    // Nothing reached the terminal yet: no time counts.
    tick(&mut state, 5_000);
    tick(&mut state, 5_010);
    assert!(review(&state).ignores_input(state.now));
    assert_eq!(writes(&say(&mut state, "4821")), []);
    state.layers.clear();
    let effects = open_cancel(&mut state, &task("Tag"));
    got(&mut state, gets(&effects)[0], task("Tag"));
    wait(&mut state, 399);
    assert!(!foot(&state).contains("4821"), "what cannot be typed yet is not asked for: {}", foot(&state));
    wait(&mut state, 1);
    assert!(foot(&state).contains("type 4821"), "{}", foot(&state));
    assert_eq!(writes(&say(&mut state, "4821")).len(), 1);
}

#[test]
fn keys_that_come_too_early_put_off_the_listening() {
    let mut state = start(Environment::Test);
    let effects = open_cancel(&mut state, &task("User"));
    got(&mut state, gets(&effects)[0], task("User"));
    wait(&mut state, 300);
    for _ in 0..20 {
        assert_eq!(writes(&press_and_pass(&mut state, 'y', 300)), []);
        assert!(!foot(&state).contains("press y"), "{}", foot(&state));
    }
    assert!(foot(&state).contains("hold still…"), "{}", foot(&state));
    wait(&mut state, 100);
    assert!(foot(&state).contains("press y"), "{}", foot(&state));
    assert_eq!(writes(&say(&mut state, "y")).len(), 1);
}

#[test]
fn a_confirmation_waits_for_quiet_and_any_further_key_takes_it_back() {
    let mut state = cancel(Environment::Test, "User");
    assert_eq!(writes(&press_and_pass(&mut state, 'y', 399)), []);
    assert!(foot(&state).contains("hold still… · any key stops it"), "{}", foot(&state));
    assert_eq!(writes(&press_and_pass(&mut state, ' ', 5_000)), []);
    let stops: [fn(&mut State); 5] = [
        |state| drop(ctrl(state, 'l')),
        |state| drop(press(state, KeyCode::Down)),
        |state| drop(update(state, Message::Pasted("x".into()))),
        |state| drop(update(state, Message::EndAsked)),
        // The tick that ends the quiet comes before the key that was pressed in time.
        |state| {
            let at = u64::try_from(state.now.running.as_millis()).unwrap();
            assert_eq!(tick(state, at + 350), []);
            press(state, KeyCode::Char('d'));
        },
    ];
    for stop in stops {
        let mut state = cancel(Environment::Test, "User");
        press(&mut state, KeyCode::Char('y'));
        wait(&mut state, 100);
        stop(&mut state);
        assert_eq!(writes(&pass(&mut state, 5_000)), []);
        assert_eq!(writes(&say(&mut state, "y")).len(), 1);
    }
    // One that was suspended meanwhile is not taken up when it goes on.
    let mut state = cancel(Environment::Test, "User");
    press(&mut state, KeyCode::Char('y'));
    assert_eq!(writes(&wait(&mut state, 2_000)), []);
    assert!(note(&state).contains("nothing was sent"), "{}", note(&state));
}

/// Presses a key, and time goes on by so much without another one.
fn press_and_pass(state: &mut State, c: char, ms: u64) -> Vec<Effect> {
    let mut effects = press(state, KeyCode::Char(c));
    effects.extend(pass(state, ms));
    effects
}

#[test]
fn repeats_releases_pastes_and_enter_confirm_nothing() {
    let mut state = cancel(Environment::Test, "User");
    for kind in [KeyEventKind::Repeat, KeyEventKind::Release] {
        let event = KeyEvent {
            code: KeyCode::Char('y'),
            modifiers: KeyModifiers::NONE,
            kind,
            state: KeyEventState::NONE,
        };
        assert_eq!(update(&mut state, Message::Key(event)), []);
        assert_eq!(writes(&wait(&mut state, 500)), []);
    }
    update(&mut state, Message::Pasted("y".into()));
    assert_eq!(writes(&wait(&mut state, 500)), []);
    assert_eq!(ctrl(&mut state, 'y'), []);
    assert_eq!(writes(&wait(&mut state, 500)), []);
    for _ in 0..3 {
        assert_eq!(press(&mut state, KeyCode::Enter), []);
        assert_eq!(writes(&wait(&mut state, 500)), []);
    }
    assert_eq!(review(&state).stage, Stage::Asking);
    assert_eq!(writes(&say(&mut state, "y")).len(), 1);
}

#[test]
fn the_level_follows_audience_and_environment() {
    let many = Audience::Accounts((0..11).map(|i| format!("u{i}")).collect());
    let few = Audience::Accounts(vec!["anna".into()]);
    let unclear = Audience::Unclear(String::new());
    let tags = task("Tag").audience();
    for (environment, audience, level) in [
        (Environment::Sandbox, &few, ConfirmLevel::Low),
        (Environment::Test, &few, ConfirmLevel::Low),
        (Environment::Test, &many, ConfirmLevel::Middle),
        (Environment::Test, &tags, ConfirmLevel::Middle),
        (Environment::Test, &Audience::Everyone, ConfirmLevel::Middle),
        (Environment::Test, &unclear, ConfirmLevel::Middle),
        (Environment::Prod, &few, ConfirmLevel::Middle),
        (Environment::Prod, &tags, ConfirmLevel::Middle),
        (Environment::Prod, &unclear, ConfirmLevel::High),
        (Environment::Prod, &Audience::Everyone, ConfirmLevel::High),
    ] {
        assert_eq!(level_of(environment, audience), level, "{environment:?} {audience:?}");
    }
    let wanted = |state: &State| review(state).wanted(&state.setup);
    assert_eq!(wanted(&create(Environment::Test, "User")), "y");
    assert_eq!(wanted(&create(Environment::Test, "All")), "acme");
    assert_eq!(wanted(&create(Environment::Prod, "User")), "acme");
    assert_eq!(wanted(&create(Environment::Prod, "All")), "all acme");
    assert_eq!(wanted(&cancel(Environment::Test, "User")), "y");
    assert_eq!(wanted(&cancel(Environment::Prod, "User")), "4821");
    assert_eq!(wanted(&cancel(Environment::Prod, "All")), "4821");
    assert_eq!(wanted(&edit(Environment::Prod, "All").0), "all acme");
}

#[test]
fn a_wrong_text_does_nothing_and_is_typed_anew_after_a_pause() {
    let mut state = cancel(Environment::Prod, "Tag");
    assert_eq!(writes(&say(&mut state, "y")), []);
    assert!(foot(&state).contains("that is something else"), "{}", foot(&state));
    assert_eq!(writes(&say(&mut state, "48210")), []);
    assert_eq!(writes(&say(&mut state, "48x21")), []);
    // What is taken back was typed all the same.
    type_in(&mut state, "482");
    press(&mut state, KeyCode::Backspace);
    assert_eq!(writes(&say(&mut state, "21")), []);
    type_in(&mut state, "48");
    pass(&mut state, 3_000);
    let sent = writes(&say(&mut state, "21"));
    assert_eq!(sent[0].1, Write::Cancel { id: TaskId(1_004_821), kind: Kind::Tag }, "slowly is no fault");
}

#[test]
fn one_confirmation_is_one_write_and_whatever_follows_is_none() {
    let mut state = create(Environment::Test, "Tag");
    assert_eq!(writes(&say(&mut state, "acmeacmeyyyy")), []);
    assert_eq!(writes(&say(&mut state, "acme")).len(), 1);
    assert_eq!(writes(&say(&mut state, "acmeyyyy")), []);
    assert_eq!(state.writes.len(), 1);
    press(&mut state, KeyCode::Enter);
    assert_eq!(writes(&wait(&mut state, 60_000)), []);
    assert!(matches!(review(&state).stage, Stage::Sent { .. }));
}

#[test]
fn everyone_in_prod_takes_a_sentence_and_a_countdown_that_any_key_stops() {
    let mut state = create(Environment::Prod, "All");
    assert_eq!(writes(&say(&mut state, "acme")), []);
    assert_eq!(type_in(&mut state, "all acme"), []);
    assert!(matches!(review(&state).stage, Stage::Counting { .. }));
    assert_eq!(writes(&pass(&mut state, 2_999)), []);
    assert_eq!(press(&mut state, KeyCode::Char(' ')), []);
    assert_eq!((&review(&state).stage, review(&state).typed.as_str()), (&Stage::Asking, ""));
    assert_eq!(writes(&pass(&mut state, 10_000)), []);
    type_in(&mut state, "all acme");
    press(&mut state, KeyCode::Esc);
    assert!(state.review().is_some(), "Esc stops the countdown first");
    wait(&mut state, 500);
    type_in(&mut state, "all acme");
    assert_eq!(writes(&pass(&mut state, 2_999)), []);
    let at = u64::try_from(state.now.running.as_millis()).unwrap();
    assert_eq!(writes(&tick(&mut state, at + 1)), [], "keys that wait are heard first");
    assert_eq!(writes(&tick(&mut state, at + 2)).len(), 1);
}

#[test]
fn whatever_is_done_during_the_countdown_stops_it() {
    let stops: [fn(&mut State); 5] = [
        |state| drop(ctrl(state, 'l')),
        |state| drop(ctrl(state, 'c')),
        |state| drop(update(state, Message::Pasted("x".into()))),
        |state| drop(update(state, Message::EndAsked)),
        // The last moment: the tick that ends it comes before the key that was pressed in time.
        |state| {
            pass(state, 2_900);
            let at = u64::try_from(state.now.running.as_millis()).unwrap();
            assert_eq!(tick(state, at + 150), []);
            press(state, KeyCode::Esc);
        },
    ];
    for stop in stops {
        let mut state = create(Environment::Prod, "All");
        type_in(&mut state, "all acme");
        wait(&mut state, 50);
        stop(&mut state);
        assert_eq!(review(&state).stage, Stage::Asking);
        assert_eq!(writes(&pass(&mut state, 5_000)), []);
    }
}

#[test]
fn after_a_stop_the_confirmation_begins_anew_and_nothing_is_sent() {
    let stop = |state: &mut State, key: bool| {
        let effects = if key { ctrl(state, 'z') } else { update(state, Message::StopAsked) };
        assert_eq!(effects.last(), Some(&Effect::Suspend));
        // An hour in one jump, as a process that was stopped sees it.
        assert_eq!(writes(&wait(state, 3_600_000)), []);
        assert_eq!(update(state, Message::WentOn), [Effect::TakeTerminal]);
    };
    for key in [false, true] {
        let mut state = create(Environment::Prod, "All");
        type_in(&mut state, "all ac");
        stop(&mut state, key);
        assert_eq!(writes(&type_in(&mut state, "me")), [], "what was typed before is gone");
        assert!(review(&state).ignores_input(state.now) && review(&state).typed.is_empty());
        wait(&mut state, 500);
        type_in(&mut state, "all acme");
        assert!(matches!(review(&state).stage, Stage::Counting { .. }));
        stop(&mut state, key);
        assert_eq!((&review(&state).stage, review(&state).typed.as_str()), (&Stage::Asking, ""));
        assert_eq!(writes(&pass(&mut state, 10_000)), []);
    }
}

#[test]
fn a_countdown_that_nobody_could_see_begins_anew() {
    let mut state = create(Environment::Prod, "All");
    type_in(&mut state, "all acme");
    draw(&mut state);
    let at = u64::try_from(state.now.running.as_millis()).unwrap();
    tick(&mut state, at + 3_600_000);
    assert_eq!(writes(&pass(&mut state, 2_900)), []);
    assert_eq!(writes(&pass(&mut state, 200)).len(), 1);

    let mut state = create(Environment::Prod, "All");
    type_in(&mut state, "all acme");
    let late = state.now.running + Duration::from_millis(900);
    let late = Moment { running: late, ..state.now };
    let seen = drawn(&state, late);
    update(&mut state, seen);
    assert_eq!(writes(&pass(&mut state, 2_900)), []);
    assert_eq!(writes(&pass(&mut state, 200)).len(), 1);
}

#[test]
fn keys_typed_before_the_review_was_on_the_screen_are_not_heard() {
    let mut state = filled(Environment::Test, "User");
    ctrl(&mut state, 's');
    // The terminal took the frame late; what was typed meanwhile waits behind it.
    testing::draw(&mut state, moment(2_000));
    assert_eq!(writes(&say(&mut state, "y")), []);
    assert_eq!(writes(&say(&mut state, "y")).len(), 1, "later frames change nothing");
}

#[test]
fn keys_that_wait_while_the_terminal_is_stalled_are_no_quiet() {
    let mut state = cancel(Environment::Test, "User");
    press(&mut state, KeyCode::Char('m'));
    draw(&mut state);
    // The next frame takes two seconds; right after the first key the second was pressed.
    let at = u64::try_from(state.now.running.as_millis()).unwrap();
    testing::draw(&mut state, moment(at + 2_000));
    assert_eq!(writes(&tick(&mut state, at + 2_000)), []);
    assert_eq!(writes(&say(&mut state, "y")), []);
}

#[test]
fn a_frame_of_another_size_or_of_an_earlier_state_was_not_seen() {
    let mut state = filled(Environment::Test, "User");
    let earlier = state.now.running;
    tick(&mut state, 100);
    ctrl(&mut state, 's');
    let late = moment(2_000);
    let Message::Drawn { rendered, size, lines, .. } = drawn(&state, late) else { panic!() };
    for (rendered, size) in [(earlier, size), (rendered, (size.0 - 1, size.1))] {
        update(&mut state, Message::Drawn { at: late, rendered, size, lines: lines.clone() });
        tick(&mut state, 9_000);
        tick(&mut state, 9_000);
        assert!(review(&state).ignores_input(state.now), "nothing of it was on the screen");
    }
    update(&mut state, Message::Drawn { at: moment(9_000), rendered, size, lines });
    assert!(review(&state).ignores_input(state.now));
    assert!(!review(&state).ignores_input(moment(9_400)));
}

#[test]
fn what_bars_a_change_is_not_lifted_by_asking_again() {
    let mut state = start(Environment::Test);
    crate::app::testing::open_edit(&mut state, &task("User"));
    state.form_mut().unwrap().draft.put("OfflinePushInfo.AndroidInfo.OPPONotifyLevel", "2");
    state.form_mut().unwrap().draft.put("OfflinePushInfo.AndroidInfo.OPPOCategory", "sale");
    let effects = ctrl(&mut state, 's');
    let mut theirs = task("User");
    theirs.content.set("OfflinePushInfo.AndroidInfo", Some(json!({"OPPONotifyLevel": 2})));
    theirs.content.set("OfflinePushInfo.AndroidInfo.OPPOCategory", Some(json!("sale")));
    theirs.content.set("OfflinePushInfo.Desc", Some(json!("theirs")));
    got(&mut state, gets(&effects)[0], theirs.clone());
    wait(&mut state, 500);
    assert!(matches!(review(&state).ready(&state), Ready::No(_)));
    let [again] = gets(&ctrl(&mut state, 'r'))[..] else { panic!("not asked again") };
    got(&mut state, again, theirs);
    wait(&mut state, 500);
    assert_eq!(writes(&say(&mut state, "y")), [], "their text would have been taken back");
}

#[test]
fn nothing_is_confirmed_on_a_screen_without_room_or_on_an_old_copy() {
    let mut state = cancel(Environment::Test, "User");
    update(&mut state, Message::Resized { columns: 20, rows: 5 });
    assert_eq!(writes(&say(&mut state, "y")), []);
    update(&mut state, Message::Resized { columns: 100, rows: 30 });
    wait(&mut state, 500);
    assert_eq!(gets(&wait(&mut state, 15_000)).len(), 1);
    wait(&mut state, 15_000);
    assert_eq!(writes(&say(&mut state, "y")), []);
    assert!(matches!(review(&state).ready(&state), Ready::Wait(_)));
}

#[test]
fn nothing_can_be_confirmed_before_the_fresh_copy_came() {
    let (mut state, req) = edit(Environment::Test, "User");
    assert!(matches!(review(&state).ready(&state), Ready::Wait(_)));
    assert_eq!(writes(&say(&mut state, "y")), []);
    let failure = Failure::NotSent { reason: NotSent::Refused, detail: String::new() };
    update(&mut state, Message::Got { req, result: Err(failure) });
    wait(&mut state, 500);
    assert_eq!(writes(&say(&mut state, "y")), []);
    let Ready::No(why) = review(&state).ready(&state) else { panic!("it is ready") };
    assert!(why.contains("nobody answers") && why.contains("ctrl-r"), "{why}");
    let [again] = gets(&ctrl(&mut state, 'r'))[..] else { panic!("not asked again") };
    got(&mut state, req, task("User"));
    assert!(matches!(review(&state).ready(&state), Ready::Wait(_)), "an old answer counts no more");
    got(&mut state, again, task("User"));
    wait(&mut state, 500);
    let [(_, Write::Modify(change))] = &writes(&say(&mut state, "y"))[..] else { panic!("no write") };
    assert_eq!(change.scheduled_at, None);
    let content = change.content.as_ref().unwrap();
    assert_eq!(content.text("OfflinePushInfo.Title"), "Order shipped!");
    assert_eq!(content.at("MsgRandom"), None);
    assert_eq!(content.text("OfflinePushInfo.Desc"), "On Friday");
}

#[test]
fn a_task_that_moved_is_shown_three_ways_and_the_change_lies_over_it_as_it_is_now() {
    let (mut state, req) = edit(Environment::Test, "User");
    let mut theirs = task("User");
    theirs.content.set("OfflinePushInfo.Title", Some(json!("Order late")));
    theirs.content.set("OfflinePushInfo.Desc", Some(json!("On Monday")));
    theirs.scheduled_at = time_in("2026-11-23 01:00:00");
    got(&mut state, req, theirs);
    assert!(review(&state).moved() && review(&state).ignores_input(state.now));
    let shown = text_of(&lines::body(&state, review(&state), 76).lines);
    for words in
        ["base   Order shipped", "theirs Order late", "mine   Order shipped!", "both of you", "as theirs"]
    {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    wait(&mut state, 500);
    let [(_, Write::Modify(change))] = &writes(&say(&mut state, "y"))[..] else { panic!("no write") };
    let content = change.content.as_ref().unwrap();
    assert_eq!(change.scheduled_at, None, "their time stays");
    assert_eq!(content.text("OfflinePushInfo.Title"), "Order shipped!");
    assert_eq!(content.text("OfflinePushInfo.Desc"), "On Monday", "their text stays");
}

#[test]
fn a_task_that_is_already_as_wanted_is_not_written() {
    let (mut state, req) = edit(Environment::Test, "User");
    let mut theirs = task("User");
    theirs.content.set("OfflinePushInfo.Title", Some(json!("Order shipped!")));
    got(&mut state, req, theirs);
    wait(&mut state, 500);
    assert_eq!(writes(&say(&mut state, "y")), []);
    assert!(matches!(review(&state).ready(&state), Ready::No(why) if why.contains("already")));
}

#[test]
fn a_task_that_is_dispatching_or_dispatched_by_now_is_refused_with_the_reason() {
    for (status, code) in [("dispatching", "90107"), ("dispatched", "90106")] {
        let mut state = start(Environment::Test);
        let effects = open_cancel(&mut state, &task("User"));
        let mut late = task("User");
        late.status = crate::domain::Status::from_wire(status);
        got(&mut state, gets(&effects)[0], late);
        wait(&mut state, 500);
        assert_eq!(writes(&say(&mut state, "y")), []);
        assert!(matches!(review(&state).ready(&state), Ready::No(why) if why.contains(code)));
    }
}

#[test]
fn what_changes_while_the_operator_thinks_stops_the_confirmation() {
    let mut state = cancel(Environment::Prod, "Tag");
    type_in(&mut state, "482");
    let [req] = gets(&wait(&mut state, 15_000))[..] else { panic!("not asked again") };
    let mut moved = task("Tag");
    moved.scheduled_at = time_in("2026-11-21 06:04:00");
    got(&mut state, req, moved);
    assert_eq!(review(&state).typed, "");
    assert!(text_of(&lines::body(&state, review(&state), 76).lines).contains("It changed since you looked"));
    assert_eq!(writes(&say(&mut state, "1")), []);
}

#[test]
fn a_time_that_passed_under_review_is_not_sent() {
    let mut state = filled(Environment::Test, "User");
    state.form_mut().unwrap().draft.scheduled = "+1m".into();
    ctrl(&mut state, 's');
    wait(&mut state, 61_000);
    assert_eq!(writes(&say(&mut state, "y")), []);
    assert!(matches!(review(&state).ready(&state), Ready::No(why) if why.contains("past")));
}

#[test]
fn esc_goes_back_to_the_form_with_all_text() {
    let mut state = create(Environment::Test, "Tag");
    type_in(&mut state, "acm");
    assert_eq!(writes(&press(&mut state, KeyCode::Esc)), []);
    assert!(is_form(&state));
    assert_eq!(state.form().unwrap().draft.entry("OfflinePushInfo.Title"), "Hello");
    assert!(state.writes.is_empty());
}

#[test]
fn a_create_that_succeeds_closes_the_form_drops_the_draft_and_is_verified() {
    let mut state = create(Environment::Test, "All");
    let meant = review(&state).meant();
    let req = confirm(&mut state);
    let effects = update(&mut state, Message::Wrote { req, result: Ok(Written::Created(TaskId(123))) });
    assert_eq!(drops(&effects), ["new"]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::List { .. })));
    assert_eq!((state.board.selected, state.writes.len()), (Some(TaskId(123)), 0));
    assert!(state.form().is_none());
    let Stage::Over(WriteOutcome::Done { words, .. }) = &review(&state).stage else { panic!("not over") };
    assert!(
        words.starts_with("#123 created: goes out Sun 22 Nov 09:00:00 +08 (in 18h 56m) to EVERYONE of acme"),
        "{words}"
    );
    let mut stands = task("All");
    stands.scheduled_at = meant.scheduled_at;
    stands.content = meant.content;
    stands.content.set("MsgRandom", Some(json!(99)));
    got(&mut state, gets(&effects)[0], stands);
    assert!(matches!(
        &review(&state).stage,
        Stage::Over(WriteOutcome::Done { verification: Verification::Holds, .. })
    ));
    press(&mut state, KeyCode::Enter);
    assert!(state.review().is_some());
    press(&mut state, KeyCode::Esc);
    assert!(state.layers.is_empty());
}

#[test]
fn a_change_that_does_not_stand_as_meant_is_told() {
    let (mut state, req) = edit(Environment::Test, "User");
    got(&mut state, req, task("User"));
    let req = confirm(&mut state);
    let effects =
        update(&mut state, Message::Wrote { req, result: Ok(Written::Modified(TaskId(1_004_821))) });
    assert_eq!(drops(&effects), ["edit 1004821"]);
    let mut stands = task("User");
    stands.content.set("OfflinePushInfo.Title", Some(json!("Order shipped!")));
    stands.content.set("To_Account", Some(json!(["anna"])));
    got(&mut state, gets(&effects)[0], stands);
    let shown = text_of(&lines::body(&state, review(&state), 76).lines);
    assert!(
        shown.contains("does NOT stand as meant") && shown.contains("anna, bela, carl ≠ anna"),
        "{shown}"
    );
}

#[test]
fn accounts_that_do_not_exist_are_named_and_the_form_is_kept() {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    let failure =
        Failure::Refused { code: 90108, info: String::new(), invalid_accounts: vec!["bela".into()] };
    update(&mut state, Message::Wrote { req, result: Err(failure) });
    let shown = text_of(&lines::body(&state, review(&state), 76).lines);
    assert!(shown.contains("(90108): bela"), "{shown}");
    assert!(state.writes.is_empty());
    press(&mut state, KeyCode::Esc);
    let form = state.form().expect("the form");
    assert_eq!(form.focus.label(), "To_Account");
    let problems = form.shown_problems(state.server_now(), state.setup.zone);
    assert_eq!(problems[0].1, "no such accounts: bela");
    ctrl(&mut state, 's');
    assert!(review(&state).ignores_input(state.now), "a new review is deaf again");
    wait(&mut state, 500);
    confirm(&mut state);
}

#[test]
fn a_state_that_moved_on_is_said_and_the_table_is_asked_again() {
    for code in [90106, 90107] {
        let mut state = cancel(Environment::Test, "User");
        let req = confirm(&mut state);
        let effects = update(&mut state, Message::Wrote { req, result: Err(refused(code)) });
        assert!(matches!(effects[..], [Effect::List { .. }]));
        assert!(text_of(&lines::body(&state, review(&state), 76).lines).contains(&code.to_string()));
    }
}

#[test]
fn an_unknown_outcome_is_shown_as_unknown_and_nothing_is_sent_again() {
    let mut state = cancel(Environment::Test, "User");
    let req = confirm(&mut state);
    let failure = Failure::TimedOut { after: Duration::from_secs(10) };
    assert_eq!(unknown(&mut state, req, failure), []);
    assert!(state.doubted().contains(&TaskId(1_004_821)));
    let shown = text_of(&lines::body(&state, review(&state), 76).lines);
    assert!(shown.contains("?UNK outcome not known") && shown.contains("Nothing is sent again"), "{shown}");
    press(&mut state, KeyCode::Esc);
    // Nothing but the service refuses a cancel (U11): what is not known yet is said.
    open_cancel(&mut state, &task("User"));
    let warned = warnings::warnings(&state, review(&state));
    assert!(warned.iter().any(|(_, words)| words.starts_with("the cancel of #1004821: ")), "{warned:?}");
}

#[test]
fn verdicts_end_the_doubt() {
    let doubted = |kind: &str| {
        let mut state = create(Environment::Test, kind);
        let req = confirm(&mut state);
        let failure = Failure::Cut { detail: String::new() };
        unknown(&mut state, req, failure);
        (state, req)
    };
    let (mut state, req) = doubted("User");
    let verdict = Verdict::Done(Written::Created(TaskId(5)));
    let effects = update(&mut state, Message::Settled { req, verdict });
    assert_eq!((drops(&effects), state.writes.len()), (vec!["new".to_owned()], 0));
    assert!(matches!(review(&state).stage, Stage::Over(WriteOutcome::Done { .. })));

    let (mut state, req) = doubted("User");
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    assert!(
        text_of(&lines::body(&state, review(&state), 76).lines).contains("not there; it may be sent again")
    );
    press(&mut state, KeyCode::Esc);
    assert!(is_form(&state) && state.writes.iter().all(|write| write.acknowledged));
    ctrl(&mut state, 's');
    wait(&mut state, 500);
    confirm(&mut state);

    let (mut state, req) = doubted("User");
    let verdict = Verdict::Several(vec![TaskId(1), TaskId(2)]);
    update(&mut state, Message::Settled { req, verdict });
    assert!(text_of(&lines::body(&state, review(&state), 76).lines).contains("two of them stand: #1, #2"));
    assert_eq!(state.writes.len(), 1);
    press(&mut state, KeyCode::Esc);
    assert!(state.writes.is_empty() && state.layers.is_empty());

    let (mut state, req) = doubted("User");
    let verdict = Verdict::CannotTell("look at the list by creation time".into());
    update(&mut state, Message::Settled { req, verdict });
    assert_eq!(state.writes.len(), 1);
    press(&mut state, KeyCode::Esc);
    assert!(is_form(&state) && state.writes[0].acknowledged);
}

#[test]
fn a_text_on_its_way_is_not_sent_a_second_time_but_another_one_may_be() {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    press(&mut state, KeyCode::Esc);
    assert!(is_form(&state));
    ctrl(&mut state, 's');
    assert!(is_form(&state) && note(&state).contains("nothing is sent twice"), "{}", note(&state));
    let sent = state.clone();
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Char('n'));
    assert_eq!(state.form().unwrap().draft.kind, None, "another task begins empty");
    assert!(note(&state).contains("outcome is being checked"), "{}", note(&state));
    // A word changed in it would make a second push: it does not come back by a key.
    ctrl(&mut state, 'x');
    assert_eq!(state.form().unwrap().draft.entry("OfflinePushInfo.Title"), "");
    let mut state = sent;
    // Done meanwhile: a note, and the form keeps the keys but does not send it again.
    let effects = update(&mut state, Message::Wrote { req, result: Ok(Written::Created(TaskId(9))) });
    assert_eq!(drops(&effects), ["new"]);
    assert!(is_form(&state) && note(&state).starts_with("#9 created"), "{}", note(&state));
    ctrl(&mut state, 's');
    assert!(is_form(&state) && note(&state).contains("stands as #9"), "{}", note(&state));
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Char('n'));
    assert_eq!(state.form().unwrap().draft.entry("OfflinePushInfo.Title"), "");
}

#[test]
fn a_draft_typed_while_another_is_on_its_way_survives_the_others_success() {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Char('n'));
    state.form_mut().unwrap().draft.put("OfflinePushInfo.Title", "second");
    tick(&mut state, 5_000);
    let effects = update(&mut state, Message::Wrote { req, result: Ok(Written::Created(TaskId(9))) });
    assert_eq!(drops(&effects), [""; 0]);
    assert_eq!(state.form().unwrap().draft.entry("OfflinePushInfo.Title"), "second");
}

#[test]
fn what_ends_elsewhere_is_a_note_and_waits_at_the_table_when_it_must_be_seen() {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    press(&mut state, KeyCode::Esc);
    let failure = Failure::Cut { detail: String::new() };
    unknown(&mut state, req, failure);
    assert!(is_form(&state) && note(&state).contains("outcome not known"));
    update(&mut state, Message::Settled { req, verdict: Verdict::CannotTell("look".into()) });
    assert!(is_form(&state) && state.writes.len() == 1);
    // The same text may be sent now, with a warning.
    ctrl(&mut state, 's');
    let shown = text_of(&lines::body(&state, review(&state), 200).lines);
    assert!(shown.contains("this may become a second push: the create of \"Hello\""), "{shown}");
    wait(&mut state, 500);
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    assert!(state.layers.is_empty());
    press(&mut state, KeyCode::Esc);
    assert!(matches!(review(&state).stage, Stage::Over(WriteOutcome::CannotTell(_))));
    wait(&mut state, 500);
    press(&mut state, KeyCode::Esc);
    assert!(state.layers.is_empty() && state.writes.iter().all(|write| write.acknowledged));
}

#[test]
fn answers_to_unknown_questions_change_nothing() {
    let mut state = cancel(Environment::Test, "Tag");
    let before = format!("{state:?}");
    for message in [
        Message::Wrote { req: ReqId(77), result: Ok(Written::Cancelled(TaskId(1))) },
        Message::Wrote { req: ReqId(77), result: Err(refused(90106)) },
        Message::OutcomeUnknown {
            req: ReqId(77),
            failure: refused(90105),
            open: Box::new(open_write(Write::Cancel { id: TaskId(1), kind: Kind::All })),
        },
        Message::Settled { req: ReqId(77), verdict: Verdict::NotDone },
        Message::Got { req: ReqId(77), result: Ok(Box::new(task("All"))) },
        Message::Got { req: ReqId(77), result: Err(refused(90104)) },
    ] {
        assert_eq!(update(&mut state, message), []);
        assert_eq!(format!("{state:?}"), before);
    }
}

#[test]
fn a_removed_field_is_warned_about_and_online_only_too() {
    let mut state = start(Environment::Test);
    crate::app::testing::open_edit(&mut state, &task("User"));
    let form = state.form_mut().unwrap();
    form.draft.put("OfflinePushInfo.Desc", "");
    form.draft.put("OfflinePushInfo.PushFlag", "1");
    ctrl(&mut state, 's');
    let said: Vec<String> = warnings::warnings(&state, review(&state)).into_iter().map(|(_, w)| w).collect();
    assert!(said.iter().any(|words| words.starts_with("Desc: the service may keep")), "{said:?}");
    assert!(said.iter().any(|words| words.starts_with("PushFlag 1")), "{said:?}");
}

#[test]
fn a_create_that_may_stand_already_is_told_before_another_one() {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    press(&mut state, KeyCode::Esc);
    state.form_mut().unwrap().draft.scheduled = "tomorrow 9:01".into();
    ctrl(&mut state, 's');
    let body = |state: &State| text_of(&lines::body(state, review(state), 200).lines);
    let Ready::Wait(why) = review(&state).ready(&state) else { panic!("it is ready") };
    assert_eq!(why, "the create of \"Hello\" is being sent; wait for its outcome");
    wait(&mut state, 500);
    press(&mut state, KeyCode::Esc);

    let failure = Failure::Cut { detail: String::new() };
    unknown(&mut state, req, failure);
    update(&mut state, Message::Settled { req, verdict: Verdict::CannotTell("look".into()) });
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    wait(&mut state, 500);
    press(&mut state, KeyCode::Esc);
    assert!(state.layers.is_empty() && state.writes[0].acknowledged, "the notice was seen");
    press(&mut state, KeyCode::Char('n'));
    state.form_mut().unwrap().draft.scheduled = "tomorrow 9:00".into();
    ctrl(&mut state, 's');
    assert!(body(&state).contains("this may become a second push"), "{}", body(&state));
}

#[test]
fn the_review_shows_all_that_is_sent() {
    let mut state = filled(Environment::Test, "User");
    let form = state.form_mut().unwrap();
    let names: Vec<String> = (0..12).map(|i| format!("user{i}")).collect();
    form.draft.put("To_Account", names.join("\n"));
    form.draft.put("OfflinePushInfo.Title", format!("{}titleends", "long ".repeat(9)));
    form.draft.put("OfflinePushInfo.Desc", format!("{}end of text", "word\n".repeat(6)));
    form.draft.base.set("Novel.deep", Some(json!("unknown here")));
    form.draft.base.set("OfflinePushInfo.Fresh", Some(json!(17)));
    ctrl(&mut state, 's');
    let shown = text_of(&lines::body(&state, review(&state), 76).lines);
    for words in ["user11", "titleends", "end of text", "unknown here", "Fresh"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
}

#[test]
fn a_message_of_a_template_of_other_languages_or_of_data_only_must_be_seen_too() {
    let must_see = |path: &str, value: serde_json::Value, words: &str| {
        let mut new = task("All");
        new.content.set("OfflinePushInfo.Title", Some(json!("")));
        new.content.set("OfflinePushInfo.Desc", Some(json!("")));
        new.content.set(path, Some(value));
        let mut state = start(Environment::Test);
        let effects = open_cancel(&mut state, &new);
        got(&mut state, gets(&effects)[0], new);
        // So wide that one window holds nothing but the first lines.
        update(&mut state, Message::Resized { columns: 60, rows: 9 });
        wait(&mut state, 500);
        let page = page::page(&state, review(&state), page::room(&state));
        let at = text_of(&page.text.lines).lines().position(|line| line.contains(words)).unwrap();
        assert!(page.text.musts.iter().any(|must| must.at == at), "{path}");
        assert!(foot(&state).contains("text"), "{}", foot(&state));
        assert_eq!(writes(&say(&mut state, "4821")), []);
    };
    must_see("OfflinePushInfo.Ext", json!("{\"page\":\"sale\"}"), "sale");
    must_see("OfflinePushInfo.PushTemplateId", json!("1400000000-1"), "1400000000-1");
    let german = json!([{"Language": "de", "Title": "Guten Tag", "Desc": "Hallo"}]);
    must_see("OfflinePushInfo.MultiLanguageContent", german, "Guten Tag");
}

/// The foot of the review as it is shown.
fn foot(state: &State) -> String {
    text_of(&page::page(state, review(state), page::room(state)).foot)
}

fn text_of(lines: &[super::super::lines::Line]) -> String {
    lines
        .iter()
        .map(|line| line.iter().map(|part| part.text.as_str()).collect::<String>())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn only_what_could_collide_with_a_write_of_the_last_run_waits_for_it() {
    let mut state = create(Environment::Test, "All");
    let write = Write::Cancel { id: TaskId(7), kind: Kind::All };
    let open = open_write(write);
    let effects = update(&mut state, Message::LeftOpen(vec![open.clone()]));
    let [Effect::Settle { req, open: asked }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(*asked, open);
    assert!(state.doubted().contains(&TaskId(7)));
    assert_eq!(review(&state).ready(&state), Ready::Yes, "another push has nothing to do with it");
    let mut seventh = task("User");
    seventh.id = TaskId(7);
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    assert_eq!(crate::app::testing::open_edit(&mut state, &seventh).len(), 1);
    type_in(&mut state, "!");
    ctrl(&mut state, 's');
    assert!(is_form(&state) && note(&state).contains("the cancel of #7: "), "{}", note(&state));
    let verdict = Verdict::Done(Written::Cancelled(TaskId(7)));
    update(&mut state, Message::Settled { req: *req, verdict });
    let result = &state.results[0].words;
    assert!(result.starts_with("the cancel of #7 (of the last run) was done after all"), "{result}");
    assert!(state.writes.is_empty());
}

#[test]
fn esc_goes_back_even_while_the_review_is_deaf() {
    let mut state = filled(Environment::Test, "All");
    ctrl(&mut state, 's');
    assert!(review(&state).ignores_input(state.now));
    assert_eq!(press(&mut state, KeyCode::Esc), []);
    assert!(state.review().is_none() && state.form().is_some());
}

mod again;
mod audit;
mod doubt;
mod elsewhere;
mod quiet;
