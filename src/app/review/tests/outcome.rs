//! What is told of a write after it was sent, and what becomes of its text.

use super::*;

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
    let ReviewStage::Over(WriteOutcome::Done { words, .. }) = &review(&state).stage else {
        panic!("not over")
    };
    assert!(
        words.starts_with(
            "#123 created: the push goes out Sun 22 Nov 09:00 +08 (in 18h 56m) to EVERYONE of acme"
        ),
        "{words}"
    );
    let mut stands = task("All");
    stands.scheduled_at = meant.scheduled_at;
    stands.content = meant.content;
    stands.content.set("MsgRandom", Some(json!(99)));
    got(&mut state, gets(&effects)[0], stands);
    assert!(matches!(
        &review(&state).stage,
        ReviewStage::Over(WriteOutcome::Done { verification: Verification::Holds, .. })
    ));
    press(&mut state, KeyCode::Enter);
    assert!(state.review().is_some(), "a key that was meant for something else closes nothing unread");
    wait(&mut state, 500);
    press(&mut state, KeyCode::Enter);
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
    let shown = text_of(&lines::body(&state, review(&state), (76, 40)).lines);
    assert!(shown.contains("is NOT as intended") && shown.contains("anna, bela, carl ≠ anna"), "{shown}");
}

#[test]
fn accounts_that_do_not_exist_are_named_and_the_form_is_kept() {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    let failure =
        Failure::Refused { code: 90108, info: String::new(), invalid_accounts: vec!["bela".into()] };
    update(&mut state, Message::Wrote { req, result: Err(failure) });
    let shown = text_of(&lines::body(&state, review(&state), (76, 40)).lines);
    assert!(shown.contains("(90108): bela"), "{shown}");
    assert!(state.writes.is_empty());
    press(&mut state, KeyCode::Esc);
    let form = state.form().expect("the form");
    assert_eq!(form.focus.label(), "To");
    let problems = form.shown_problems(state.server_now(), state.setup.zone);
    assert_eq!(problems[0].1, "no such accounts: bela");
    ctrl(&mut state, 's');
    assert!(review(&state).ignores_input(state.now), "a new review ignores input again");
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
        assert!(text_of(&lines::body(&state, review(&state), (76, 40)).lines).contains(&code.to_string()));
    }
}

#[test]
fn an_unknown_outcome_is_shown_as_unknown_and_nothing_is_sent_again() {
    let mut state = cancel(Environment::Test, "User");
    let req = confirm(&mut state);
    let failure = Failure::TimedOut { after: Duration::from_secs(10) };
    assert_eq!(unknown(&mut state, req, failure), []);
    assert!(state.doubted().contains(&TaskId(1_004_821)));
    let shown = text_of(&lines::body(&state, review(&state), (76, 40)).lines);
    assert!(
        shown.contains("?UNK outcome not known") && shown.contains("Nothing is requested again"),
        "{shown}"
    );
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
    assert!(matches!(review(&state).stage, ReviewStage::Over(WriteOutcome::Done { .. })));

    let (mut state, req) = doubted("User");
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    assert!(
        text_of(&lines::body(&state, review(&state), (76, 40)).lines)
            .contains("not there; it may be requested again")
    );
    wait(&mut state, 500);
    press(&mut state, KeyCode::Esc);
    assert!(is_form(&state) && state.writes.iter().all(|write| write.acknowledged));
    ctrl(&mut state, 's');
    wait(&mut state, 500);
    confirm(&mut state);

    let (mut state, req) = doubted("User");
    let verdict = Verdict::Several(vec![TaskId(1), TaskId(2)]);
    update(&mut state, Message::Settled { req, verdict });
    assert!(
        text_of(&lines::body(&state, review(&state), (76, 40)).lines).contains("two of them exist: #1, #2")
    );
    wait(&mut state, 500);
    assert_eq!(state.writes.len(), 1);
    press(&mut state, KeyCode::Esc);
    assert!(state.writes.is_empty() && state.layers.is_empty());

    let (mut state, req) = doubted("User");
    let verdict = Verdict::CannotTell("look at the list by creation time".into());
    update(&mut state, Message::Settled { req, verdict });
    assert_eq!(state.writes.len(), 1);
    wait(&mut state, 500);
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
    assert!(is_form(&state) && note(&state).contains("nothing is requested twice"), "{}", note(&state));
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
    assert!(is_form(&state) && note(&state).contains("exists as #9"), "{}", note(&state));
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
    let shown = text_of(&lines::body(&state, review(&state), (200, 40)).lines);
    assert!(shown.contains("this may become a second push: the create of \"Hello\""), "{shown}");
    wait(&mut state, 500);
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    assert!(state.layers.is_empty());
    press(&mut state, KeyCode::Esc);
    assert!(matches!(review(&state).stage, ReviewStage::Over(WriteOutcome::CannotTell(_))));
    wait(&mut state, 500);
    press(&mut state, KeyCode::Esc);
    assert!(state.layers.is_empty() && state.writes.iter().all(|write| write.acknowledged));
}
