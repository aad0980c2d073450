//! After the end: sent once more, or put right, each only through the review.

use super::super::again::{Remedy, remedy};
use super::*;
use crate::app::State;
use crate::app::Verdict;
use crate::app::Write;
use crate::app::pending::WriteOutcome;
use crate::domain::Task;
use crate::domain::TaskId;
use crate::domain::profile::Environment;
use std::time::Duration;

/// A create of an unknown outcome that was proven not to have been done.
fn not_done_create() -> State {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    unknown(&mut state, req, Failure::Cut { detail: String::new() });
    assert!(ctrl(&mut state, 's').is_empty(), "nothing is offered while it is not known");
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    wait(&mut state, 500);
    state
}

#[test]
fn what_was_proven_not_done_is_sent_again_by_a_key_and_a_new_confirmation() {
    let mut state = not_done_create();
    assert_eq!(review(&state).stage, ReviewStage::Over(WriteOutcome::NotDone));
    assert_eq!(remedy(&WriteOutcome::NotDone), Some(Remedy::SendAgain));
    let before = review(&state).subject.clone();
    assert!(writes(&ctrl(&mut state, 's')).is_empty(), "the key alone sends nothing");
    assert_eq!(review(&state).stage, ReviewStage::Asking);
    assert!(review(&state).ignores_input(state.now) && state.writes[0].acknowledged);
    assert_eq!(review(&state).subject, before);
    let warned = warnings::warnings(&state, review(&state));
    assert!(warned.iter().any(|(_, words)| words.contains("searched for once more")), "{warned:?}");
    wait(&mut state, 500);
    confirm(&mut state);
    assert_eq!(state.writes.len(), 2, "the first is held against every later list");
}

#[test]
fn what_was_not_done_while_the_operator_was_elsewhere_waits_at_the_table() {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    unknown(&mut state, req, Failure::Cut { detail: String::new() });
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    assert!(state.layers.is_empty());
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    let result = &state.results[0].words;
    assert!(result.starts_with("the create of \"Hello\": not there"), "{result}");
    assert!(!state.writes.iter().any(crate::app::PendingWrite::in_doubt), "no row shows ?UNK any more");
    press(&mut state, KeyCode::Esc);
    assert_eq!(review(&state).stage, ReviewStage::Over(WriteOutcome::NotDone));
    ctrl(&mut state, 's');
    assert_eq!(review(&state).stage, ReviewStage::Over(WriteOutcome::NotDone), "keys that waited do nothing");
    wait(&mut state, 500);
    ctrl(&mut state, 's');
    wait(&mut state, 500);
    confirm(&mut state);
}

#[test]
fn a_text_that_was_not_found_is_reviewed_from_its_form_on_the_usual_level() {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    unknown(&mut state, req, Failure::Cut { detail: String::new() });
    press(&mut state, KeyCode::Esc);
    assert!(is_form(&state));
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    ctrl(&mut state, 's');
    assert_eq!(review(&state).wanted(&state.setup), "y");
    wait(&mut state, 500);
    let again = confirm(&mut state);
    let offered = state.writes.iter().filter(|write| !write.acknowledged).map(|write| write.req);
    assert_eq!(offered.collect::<Vec<_>>(), [again], "the offer is gone");
    assert!(state.results.is_empty());
}

#[test]
fn a_write_of_the_last_run_that_was_not_done_can_be_sent_again() {
    let mut state = start(Environment::Test);
    let Write::Create(mut new) = not_done_create().writes[0].write.clone() else { panic!() };
    new.content.set("MsgRandom", Some(json!(77)));
    let open = open_write(Write::Create(new));
    let effects = update(&mut state, Message::LeftOpen(vec![open]));
    let [Effect::Settle { req, .. }] = effects[..] else { panic!("{effects:?}") };
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    press(&mut state, KeyCode::Esc);
    wait(&mut state, 500);
    ctrl(&mut state, 's');
    wait(&mut state, 500);
    confirm(&mut state);
    let Write::Create(again) = &state.writes[1].write else { panic!() };
    assert_eq!(again.content.at("MsgRandom"), None, "another create takes another number");
}

#[test]
fn only_what_may_pass_another_time_is_offered_again() {
    for (failure, offered) in [
        (refused(60007), true),
        (refused(90109), true),
        (refused(70009), true),
        (Failure::NotSent { reason: NotSent::Dns, detail: String::new() }, true),
        (refused(90104), false),
        (refused(90108), false),
        (refused(90106), false),
        (refused(90105), false),
        (refused(12_345), false),
        (Failure::TimedOut { after: Duration::from_secs(10) }, false),
    ] {
        assert_eq!(remedy(&WriteOutcome::Refused(failure.clone())).is_some(), offered, "{failure:?}");
    }
    assert_eq!(remedy(&WriteOutcome::CannotTell(String::new())), None);
    assert_eq!(remedy(&WriteOutcome::Several(vec![TaskId(1), TaskId(2)])), None);
}

/// An edit that was done, after which the task stands with another title, a field too many and at
/// another time.
fn stands_otherwise(leave: bool) -> (State, Task) {
    let (mut state, asked) = edit(Environment::Test, "User");
    got(&mut state, asked, task("User"));
    wait(&mut state, 500);
    let req = confirm(&mut state);
    if leave {
        press(&mut state, KeyCode::Esc);
        press(&mut state, KeyCode::Esc);
    }
    let effects =
        update(&mut state, Message::Wrote { req, result: Ok(Written::Modified(TaskId(1_004_821))) });
    let [verification] = gets(&effects)[..] else { panic!("{effects:?}") };
    let mut standing = task("User");
    standing.content.set("OfflinePushInfo.Title", Some(json!("Somebody else's")));
    standing.content.set("OfflinePushInfo.Ext", Some(json!("too much")));
    standing.scheduled_at = time_in("2026-11-23 01:00:00");
    got(&mut state, verification, standing.clone());
    wait(&mut state, 500);
    (state, standing)
}

#[test]
fn what_does_not_stand_as_meant_is_put_right_by_a_key_and_a_confirmation() {
    for leave in [false, true] {
        let (mut state, standing) = stands_otherwise(leave);
        if leave {
            assert!(state.results[0].words.contains("is not as intended"), "{:?}", state.results);
            press(&mut state, KeyCode::Esc);
            wait(&mut state, 500);
        }
        let ReviewStage::Over(outcome) = &review(&state).stage else { panic!() };
        assert_eq!(remedy(outcome), Some(Remedy::PutRight));
        let effects = ctrl(&mut state, 's');
        let [asked] = gets(&effects)[..] else { panic!("{effects:?}") };
        got(&mut state, asked, standing);
        wait(&mut state, 500);
        confirm(&mut state);
        let Write::Modify(change) = &state.writes[0].write else { panic!() };
        assert_eq!(change.scheduled_at, time_in("2026-11-22 01:00:00"));
        let content = change.content.as_ref().unwrap();
        assert_eq!(content.text("OfflinePushInfo.Title"), "Order shipped!");
        assert_eq!(
            content.0["OfflinePushInfo"]["Ext"],
            json!(null),
            "a service that merges drops it by this"
        );
        assert_eq!(content.at("To_Account"), Some(&json!(["anna", "bela", "carl"])), "whole");
    }
}

#[test]
fn what_moved_once_more_is_not_overwritten() {
    let (mut state, standing) = stands_otherwise(false);
    let effects = ctrl(&mut state, 's');
    let [asked] = gets(&effects)[..] else { panic!("{effects:?}") };
    let mut later = standing;
    later.content.set("OfflinePushInfo.Desc", Some(json!("and again another")));
    got(&mut state, asked, later);
    wait(&mut state, 500);
    assert!(matches!(review(&state).ready(&state), Ready::No(why) if why.contains("changed meanwhile")));
}

#[test]
fn a_draft_that_survived_the_crash_after_its_sending_is_not_sent_once_more_unawares() {
    let mut state = create(Environment::Test, "User");
    let write = review(&state).write();
    let Write::Create(mut new) = write.clone() else { panic!() };
    new.content.set("MsgRandom", Some(json!(77)));
    let warned = |state: &State| {
        let warnings = warnings::warnings(state, review(state));
        warnings.iter().any(|(_, words)| words.contains("#1004900 is the very same task"))
    };
    assert!(!warned(&state));
    // The run before had sent it; that is found out only now.
    let open = open_write(Write::Create(new));
    let effects = update(&mut state, Message::LeftOpen(vec![open]));
    let [Effect::Settle { req, .. }] = effects[..] else { panic!("{effects:?}") };
    let verdict = Verdict::Done(Written::Created(TaskId(1_004_900)));
    update(&mut state, Message::Settled { req, verdict });
    assert!(warned(&state));
}

#[test]
fn what_stands_on_the_table_already_is_named_before_it_is_made_once_more() {
    let mut state = create(Environment::Test, "All");
    let Subject::Create(new) = review(&state).subject.clone() else { panic!() };
    let mut same = task("All");
    same.scheduled_at = Some(new.scheduled_at);
    same.content = new.content;
    let duplicates = |state: &State| {
        let warnings = warnings::warnings(state, review(state));
        warnings.iter().filter(|(_, words)| words.contains("is the very same task")).count()
    };
    state.board.hold([crate::app::testing::with_json(same.clone())]);
    assert_eq!(duplicates(&state), 1);
    same.scheduled_at = same.scheduled_at.map(|at| at + chrono::TimeDelta::hours(1));
    state.board.hold([crate::app::testing::with_json(same)]);
    assert_eq!(duplicates(&state), 0, "at another time it is another task");
}
