//! What confirms a write and what does not: the quiet, the level, the countdown, what must have been seen.

use super::*;

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
    assert_eq!(review(&state).stage, ReviewStage::Asking);
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
    assert!(foot(&state).contains("that does not match"), "{}", foot(&state));
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
    assert!(matches!(review(&state).stage, ReviewStage::Sent { .. }));
}

#[test]
fn everyone_in_prod_takes_a_sentence_and_a_countdown_that_any_key_stops() {
    let mut state = create(Environment::Prod, "All");
    assert_eq!(writes(&say(&mut state, "acme")), []);
    assert_eq!(type_in(&mut state, "all acme"), []);
    assert!(matches!(review(&state).stage, ReviewStage::Counting { .. }));
    assert_eq!(writes(&pass(&mut state, 2_999)), []);
    assert_eq!(press(&mut state, KeyCode::Char(' ')), []);
    assert_eq!((&review(&state).stage, review(&state).typed.as_str()), (&ReviewStage::Asking, ""));
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
        assert_eq!(review(&state).stage, ReviewStage::Asking);
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
        assert!(matches!(review(&state).stage, ReviewStage::Counting { .. }));
        stop(&mut state, key);
        assert_eq!((&review(&state).stage, review(&state).typed.as_str()), (&ReviewStage::Asking, ""));
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
