//! Never sent twice, never sent unseen: what turns up while something else is under review.

use super::super::again::remedy;
use super::doubt::{checked, cut, cut_create, cut_off, made, refreshed, review_again};
use super::*;
use crate::app::State;
use crate::app::Verdict;
use crate::app::Write;
use crate::app::pending::WriteOutcome;
use crate::app::testing::open_cancel;
use crate::app::{Sight, Stop};
use crate::domain::Kind;
use crate::domain::TaskId;
use crate::domain::profile::Environment;

fn bad_results(state: &State) -> Vec<&str> {
    state.results.iter().map(|result| result.words.as_str()).collect()
}

#[test]
fn a_create_that_turns_out_to_stand_stops_the_review_in_which_it_is_to_be_sent_again() {
    for settled in [false, true] {
        for found in ["list", "worker", "twice"] {
            let (mut state, req) = cut_create();
            checked(&mut state, req, Sight::NotThere, 40);
            if settled {
                update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
            }
            review_again(&mut state);
            let wanted = review(&state).wanted(&state.setup);
            let mut most = wanted.clone();
            let last = most.pop().unwrap();
            type_in(&mut state, &most);
            let task = made(&state, req, true);
            let number = task.id;
            match found {
                "list" => drop(refreshed(&mut state, vec![task])),
                "worker" => {
                    let verdict = Verdict::Done(Written::Created(number));
                    drop(update(&mut state, Message::Settled { req, verdict }));
                }
                _ => {
                    let verdict = Verdict::Several(vec![number, TaskId(78)]);
                    drop(update(&mut state, Message::Settled { req, verdict }));
                }
            }
            assert_eq!(writes(&say(&mut state, &last.to_string())), [], "{found}");
            assert_eq!(writes(&say(&mut state, &wanted)), [], "{found}");
            let Ready::No(why) = review(&state).ready(&state) else {
                panic!("it may still be sent: {found}")
            };
            assert!(why.starts_with("it already exists as #77"), "{why}");
        }
    }
}

#[test]
fn a_near_duplicate_that_turns_out_to_stand_clears_the_typing_and_is_read_first() {
    let (mut state, req) = cut_create();
    checked(&mut state, req, Sight::NotThere, 0);
    press(&mut state, KeyCode::Char('n'));
    let form = state.form_mut().unwrap();
    form.draft.kind = Some(Kind::User);
    form.draft.scheduled = "tomorrow 9:05".into();
    form.draft.put("OfflinePushInfo.Title", "Hello");
    form.draft.put("To_Account", "bela\nanna");
    ctrl(&mut state, 's');
    wait(&mut state, 500);
    type_in(&mut state, "acm");
    let task = made(&state, req, true);
    refreshed(&mut state, vec![task]);
    wait(&mut state, 10);
    assert!(review(&state).ignores_input(state.now) && review(&state).typed.is_empty());
    let warned = warnings::warnings(&state, review(&state));
    assert!(warned.iter().any(|(_, words)| words.contains("#77 says the same")), "{warned:?}");
    wait(&mut state, 500);
    wait(&mut state, 500);
    let wanted = review(&state).wanted(&state.setup);
    assert_eq!(writes(&say(&mut state, &wanted)).len(), 1, "another time is another push");
}

#[test]
fn a_verdict_that_a_list_turns_is_turned_in_the_review_that_shows_it_and_nothing_is_offered() {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    cut_off(&mut state, req, 60);
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    assert_eq!(review(&state).stage, ReviewStage::Over(WriteOutcome::NotDone));
    let task = made(&state, req, true);
    refreshed(&mut state, vec![task]);
    let ReviewStage::Over(outcome @ WriteOutcome::Done { words, .. }) = &review(&state).stage else {
        panic!()
    };
    assert!(words.contains("#77 created"), "{words}");
    assert_eq!(remedy(outcome), None);
    wait(&mut state, 500);
    assert_eq!(ctrl(&mut state, 's'), []);
    assert!(state.form().is_none(), "its text is used up");
}

#[test]
fn a_cancel_goes_out_beside_a_change_in_doubt_and_a_change_waits_for_a_cancel_in_doubt() {
    let (mut state, asked) = edit(Environment::Test, "User");
    got(&mut state, asked, task("User"));
    let change = confirm(&mut state);
    unknown(&mut state, change, cut());
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    let effects = open_cancel(&mut state, &task("User"));
    got(&mut state, gets(&effects)[0], task("User"));
    wait(&mut state, 500);
    let warned = warnings::warnings(&state, review(&state));
    assert!(warned.iter().any(|(_, words)| words.starts_with("the change of #1004821")), "{warned:?}");
    let cancel = confirm(&mut state);
    unknown(&mut state, cancel, cut());
    // The change is settled meanwhile: the cancel stays what it is, in doubt.
    update(&mut state, Message::Settled { req: change, verdict: Verdict::NotDone });
    assert!(matches!(review(&state).stage, ReviewStage::Sent { req, .. } if req == cancel));
    assert!(state.doubted().contains(&TaskId(1_004_821)));
    press(&mut state, KeyCode::Esc);
    state.layers.clear();
    crate::app::testing::open_edit(&mut state, &task("User"));
    type_in(&mut state, "?");
    assert_eq!(gets(&ctrl(&mut state, 's')), []);
    assert!(note(&state).contains("the cancel of #1004821"), "{}", note(&state));
}

#[test]
fn a_row_that_comes_while_the_task_is_asked_for_is_not_hidden_by_an_older_answer() {
    let mut state = start(Environment::Prod);
    let effects = open_cancel(&mut state, &task("Tag"));
    let [asked] = gets(&effects)[..] else { panic!("{effects:?}") };
    let mut newer = task("Tag");
    newer.content.set("Condition", Some(json!({"TagsOr": ["everybody"]})));
    assert_eq!(gets(&refreshed(&mut state, vec![newer.clone()])), [], "one question is under way");
    // The answer was on its way before the change.
    let effects = got(&mut state, asked, task("Tag"));
    let [again] = gets(&effects)[..] else { panic!("the row is newer: {effects:?}") };
    got(&mut state, again, newer.clone());
    assert!(review(&state).moved());
    wait(&mut state, 500);
    let sent = say(&mut state, "4821");
    let Some(Effect::Write { terms, .. }) = sent.iter().find(|e| matches!(e, Effect::Write { .. })) else {
        panic!("{sent:?}")
    };
    assert_eq!(terms.seen.as_deref(), Some(&newer));
}

#[test]
fn a_list_older_than_the_fresh_copy_asks_once_more_and_neither_hides_nor_loops() {
    let mut state = start(Environment::Test);
    let effects = open_cancel(&mut state, &task("User"));
    let mut newer = task("User");
    newer.content.set("OfflinePushInfo.Title", Some(json!("As it is now")));
    got(&mut state, gets(&effects)[0], newer.clone());
    wait(&mut state, 500);
    let [again] = gets(&refreshed(&mut state, vec![task("User")]))[..] else { panic!("not asked") };
    got(&mut state, again, newer.clone());
    assert_eq!(gets(&refreshed(&mut state, vec![task("User")])), []);
    assert_eq!(review(&state).standing(), Some(&newer));
    wait(&mut state, 500);
    assert_eq!(writes(&say(&mut state, "y")).len(), 1);
}

#[test]
fn two_doubts_of_the_same_push_are_told_apart_and_both_standing_is_said() {
    let (mut state, first) = cut_create();
    checked(&mut state, first, Sight::NotThere, 40);
    review_again(&mut state);
    wait(&mut state, 500);
    let second = confirm(&mut state);
    cut_off(&mut state, second, 60);
    assert_ne!(made(&state, first, true).content, made(&state, second, true).content);
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    let one = made(&state, first, true);
    let mut other = made(&state, second, true);
    other.id = TaskId(78);
    refreshed(&mut state, vec![one.clone()]);
    assert!(state.pending_write(first).is_none() && state.pending_write(second).is_some());
    refreshed(&mut state, vec![one, other]);
    assert!(state.writes.is_empty());
    let said = bad_results(&state);
    assert!(said.iter().any(|words| words.contains("CREATED TWICE: #77 is the same push")), "{said:?}");
    // The last of it is not sent once more unawares.
    review_again(&mut state);
    let warned = warnings::warnings(&state, review(&state));
    assert!(warned.iter().any(|(_, words)| words.starts_with("#78 ")), "{warned:?}");
}

#[test]
fn what_a_cancel_does_without_is_on_the_screen_as_long_as_it_holds() {
    let silent = || Failure::NotSent { reason: NotSent::Refused, detail: String::new() };
    let mut state = start(Environment::Test);
    let effects = open_cancel(&mut state, &task("User"));
    update(&mut state, Message::Got { req: gets(&effects)[0], result: Err(silent()) });
    let req = confirm(&mut state);
    update(&mut state, Message::Stopped { req, why: Stop::NoJournal("the disk is full".to_owned()) });
    // The task can be read again; the journal still cannot be written.
    let mut moved = task("User");
    moved.content.set("OfflinePushInfo.Title", Some(json!("Other")));
    let effects = refreshed(&mut state, vec![moved.clone()]);
    got(&mut state, gets(&effects)[0], moved);
    let shown = text_of(&lines::body(&state, review(&state), (200, 40)).lines);
    assert!(shown.contains("Confirming now cancels it without an entry in the journal."), "{shown}");
}

// --- a task that is gone --------------------------------------------------------------------------

const GONE: &str = "it is not there any more (cancelled already, perhaps by somebody else)";

#[test]
fn a_refusal_that_may_mean_gone_is_looked_into_and_said_so() {
    for leave in [false, true] {
        for cancels in [true, false] {
            let mut state = if cancels {
                cancel(Environment::Test, "User")
            } else {
                let (mut state, asked) = edit(Environment::Test, "User");
                got(&mut state, asked, task("User"));
                state
            };
            let req = confirm(&mut state);
            if leave {
                state.layers.clear();
            }
            let effects = update(&mut state, Message::Wrote { req, result: Err(refused(90104)) });
            let [reread] = gets(&effects)[..] else { panic!("not read again: {effects:?}") };
            update(&mut state, Message::Got { req: reread, result: Err(refused(90104)) });
            let said = if leave {
                bad_results(&state).join("\n")
            } else {
                text_of(&lines::body(&state, review(&state), (200, 40)).lines)
            };
            assert!(said.contains(GONE) && !said.contains("invalid"), "{said}");
            assert_eq!(said.contains("nothing is left to do"), cancels, "{said}");
            assert!(state.failed.is_empty(), "nothing is left to be marked");
        }
    }
}

#[test]
fn a_refusal_of_a_task_that_stands_stays_a_refusal() {
    let mut state = cancel(Environment::Test, "User");
    let req = confirm(&mut state);
    let effects = update(&mut state, Message::Wrote { req, result: Err(refused(90104)) });
    got(&mut state, gets(&effects)[0], task("User"));
    assert_eq!(review(&state).stage, ReviewStage::Over(WriteOutcome::Refused(refused(90104))));
    assert!(state.failed.contains_key(&TaskId(1_004_821)));
}

#[test]
fn trying_a_cancel_again_that_somebody_else_has_done_says_that_nothing_is_left_to_do() {
    let mut state = cancel(Environment::Test, "User");
    let req = confirm(&mut state);
    unknown(&mut state, req, cut());
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    wait(&mut state, 500);
    let [asked] = gets(&ctrl(&mut state, 's'))[..] else { panic!("not under review again") };
    update(&mut state, Message::Got { req: asked, result: Err(refused(90104)) });
    let Ready::No(why) = review(&state).ready(&state) else { panic!("it is ready") };
    assert!(why.contains(GONE) && why.ends_with("nothing is left to do"), "{why}");
    wait(&mut state, 500);
    assert_eq!(writes(&say(&mut state, "y")), []);
}

// --- what stays (U9) ------------------------------------------------------------------------------

#[test]
fn every_outcome_that_is_told_elsewhere_names_task_and_action_and_stays() {
    let away = |state: &mut State| state.layers.clear();
    let mut said = Vec::new();
    let mut keep = |state: &mut State| {
        wait(state, 60_000);
        said.extend(state.results.iter().map(|result| result.words.clone()));
        assert_eq!(state.results.len(), 1, "{:?}", state.results);
    };
    let mut state = cancel(Environment::Test, "User");
    let req = confirm(&mut state);
    away(&mut state);
    update(&mut state, Message::Wrote { req, result: Err(refused(90107)) });
    keep(&mut state);
    for verdict in [Verdict::NotDone, Verdict::CannotTell("look".into())] {
        let mut state = cancel(Environment::Test, "User");
        let req = confirm(&mut state);
        away(&mut state);
        unknown(&mut state, req, cut());
        update(&mut state, Message::Settled { req, verdict });
        keep(&mut state);
        assert!(state.failed.contains_key(&TaskId(1_004_821)), "its row is marked");
    }
    let mut state = start(Environment::Test);
    let write = Write::Cancel { id: TaskId(1_004_821), kind: Kind::User };
    let effects = update(&mut state, Message::LeftOpen(vec![open_write(write)]));
    assert!(note(&state).starts_with("the cancel of #1004821 of the last run"), "{}", note(&state));
    let [Effect::Settle { req, .. }] = effects[..] else { panic!("{effects:?}") };
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    keep(&mut state);
    for words in said {
        assert!(words.starts_with("the cancel of #1004821"), "{words}");
    }
}

#[test]
fn a_mark_is_taken_away_by_acknowledging_it_after_what_was_said_of_it() {
    let id = TaskId(1_004_821);
    let mut state = cancel(Environment::Test, "User");
    refreshed(&mut state, vec![task("User")]);
    let req = confirm(&mut state);
    press(&mut state, KeyCode::Esc);
    update(&mut state, Message::Wrote { req, result: Err(refused(90109)) });
    state.board.selected = Some(id);
    press(&mut state, KeyCode::Char('a'));
    assert!(state.results.is_empty() && state.failed.contains_key(&id));
    press(&mut state, KeyCode::Char('a'));
    assert!(state.failed.is_empty(), "{}", note(&state));
}
