//! Writes of unknown outcome: how old what is known is, what turns it, what waits for it.

use crate::app::ReqId;
use crate::app::State;
use crate::app::Verdict;
use crate::app::Write;
use crate::app::pending::WriteOutcome;
use crate::app::testing::open_cancel;
use crate::app::writes::{has_notice, progress};
use crate::domain::Kind;
use crate::domain::Task;
use crate::domain::TaskId;
use crate::domain::profile::Environment;
use chrono::TimeDelta;
use std::time::Duration;

use super::*;
use crate::app::{Sight, Stop, Waived};
use crate::domain::Page;

const ANSWERED: Sight = Sight::NotThere;

pub(super) fn cut() -> Failure {
    Failure::Cut { detail: String::new() }
}

/// A create that was sent and cut off, the operator back at the table. Sending again opens 60 s after.
pub(super) fn cut_create() -> (State, ReqId) {
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    cut_off(&mut state, req, 60);
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Esc);
    (state, req)
}

pub(super) fn cut_off(state: &mut State, req: ReqId, opens_in: u64) {
    let mut message = testing::unknown(state, req, cut());
    if let Message::OutcomeUnknown { open, .. } = &mut message {
        open.opens_in = Duration::from_secs(opens_in);
    }
    update(state, message);
}

pub(super) fn checked(state: &mut State, req: ReqId, sight: Sight, opens_in: u64) {
    let (next_in, opens_in) = (Duration::from_secs(8), Duration::from_secs(opens_in));
    update(state, Message::Checked { req, sight, next_in, opens_in });
}

/// The task that the create has made, as a list brings it; the service keeps the number or not.
pub(super) fn made(state: &State, req: ReqId, keeps_number: bool) -> Task {
    let Write::Create(new) = &state.pending_write(req).unwrap().write else { panic!("no create") };
    let mut task = task("User");
    (task.id, task.scheduled_at, task.content) = (TaskId(77), Some(new.scheduled_at), new.content.clone());
    if !keeps_number {
        task.content.set("MsgRandom", Some(json!(4_000_000)));
    }
    task
}

/// The table's own refresh, with these rows.
pub(super) fn refreshed(state: &mut State, tasks: Vec<Task>) -> Vec<Effect> {
    let effects = super::super::super::board::reload(state);
    let req = testing::asked(&effects);
    update(state, Message::Listed { req, result: Ok(Page::new(tasks.len() as u64, tasks)) })
}

fn searches(effects: &[Effect]) -> Vec<ReqId> {
    let of = |effect: &Effect| if let Effect::Search { req, .. } = effect { Some(*req) } else { None };
    effects.iter().filter_map(of).collect()
}

/// The same text again, from the form.
pub(super) fn review_again(state: &mut State) {
    press(state, KeyCode::Char('n'));
    let form = state.form_mut().unwrap();
    form.draft.kind = Some(Kind::User);
    form.draft.scheduled = "tomorrow 9:00".into();
    form.draft.put("OfflinePushInfo.Title", "Hello");
    form.draft.put("To_Account", "bela\nanna");
    form.draft.put("Condition.TagsOr", "vip");
    ctrl(state, 's');
    wait(state, 500);
}

fn ready(state: &State) -> Ready {
    review(state).ready(state)
}

// --- a verdict is as old as its last look ----------------------------------------------------------

#[test]
fn what_the_tables_own_refresh_brings_turns_a_verdict() {
    for (settled, acknowledged) in [(false, false), (true, false), (true, true)] {
        let (mut state, req) = cut_create();
        checked(&mut state, req, ANSWERED, 40);
        if settled {
            update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
        }
        if acknowledged {
            press(&mut state, KeyCode::Char('a'));
            assert!(state.results.is_empty());
        }
        let task = made(&state, req, true);
        let effects = refreshed(&mut state, vec![task]);
        assert_eq!(searches(&effects).len(), 1, "the journal is told by a search");
        assert!(state.pending_write(req).is_none());
        let words = &state.results[0].words;
        assert!(words.contains("was done after all: #77 created"), "{words}");
        // The same text now says so before it is made once more.
        review_again(&mut state);
        let warned = warnings::warnings(&state, review(&state));
        assert!(warned.iter().any(|(_, words)| words.starts_with("#77 ")), "{warned:?}");
    }
}

#[test]
fn a_listed_task_that_only_looks_like_it_is_searched_for_once_and_may_turn_the_verdict() {
    let (mut state, req) = cut_create();
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    let task = made(&state, req, false);
    let [search] = searches(&refreshed(&mut state, vec![task.clone()]))[..] else { panic!("not searched") };
    assert_eq!(searches(&refreshed(&mut state, vec![task])), [], "once is enough");
    review_again(&mut state);
    assert!(matches!(ready(&state), Ready::Wait(why) if why.contains("searching now")));
    let sight = Sight::Settled(Verdict::Done(Written::Created(TaskId(77))));
    update(&mut state, Message::Searched { req: search, sight, opens_in: Duration::ZERO });
    assert!(state.pending_write(req).is_none());
}

#[test]
fn sending_again_before_the_list_must_show_it_says_so_and_asks_one_level_higher() {
    let (mut state, req) = cut_create();
    review_again(&mut state);
    assert!(matches!(ready(&state), Ready::Wait(_)), "no search was answered yet");
    checked(&mut state, req, ANSWERED, 40);
    wait(&mut state, 500);
    let warned = text_of(&lines::body(&state, review(&state), (200, 40)).lines);
    assert!(
        warned.contains("this may become a second push") && warned.contains("may still appear for "),
        "{warned}"
    );
    assert_eq!(review(&state).wanted(&state.setup), "acme", "the low level asks for the middle one");
    assert_eq!(writes(&say(&mut state, "y")), []);
    press(&mut state, KeyCode::Backspace);
    type_in(&mut state, "acm");
    // The moment it opens, what was typed for the other level counts no more.
    pass(&mut state, 40_000);
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    wait(&mut state, 500);
    wait(&mut state, 500);
    assert_eq!((review(&state).wanted(&state.setup).as_str(), review(&state).typed.as_str()), ("y", ""));
    let shown = text_of(&lines::body(&state, review(&state), (200, 40)).lines);
    assert!(shown.contains("searched for once more before this is"), "{shown}");
}

#[test]
fn the_highest_level_stays_the_highest() {
    let mut state = create(Environment::Prod, "All");
    type_in(&mut state, "all acme");
    let (_, req) =
        writes(&pass(&mut state, 3_200)).into_iter().map(|(req, write)| (write, req)).next().unwrap();
    cut_off(&mut state, req, 60);
    checked(&mut state, req, ANSWERED, 50);
    ctrl(&mut state, 's');
    assert_eq!(review(&state).wanted(&state.setup), "all acme");
}

#[test]
fn a_later_search_keeps_the_age_of_what_is_known_and_silence_does_not() {
    let (mut state, req) = cut_create();
    let progress = |state: &State| progress(state, state.pending_write(req).unwrap());
    checked(&mut state, req, ANSWERED, 40);
    wait(&mut state, 5_000);
    assert_eq!(progress(&state), "not there 5s ago, not conclusive for another 35s · next search in 3s");
    checked(&mut state, req, Sight::NoAnswer(cut()), 35);
    wait(&mut state, 2_000);
    let said = progress(&state);
    assert!(said.starts_with("not there 7s ago") && said.contains("no answer"), "{said}");
}

#[test]
fn a_push_that_turns_out_to_stand_twice_is_said_until_it_is_acknowledged() {
    let (mut state, req) = cut_create();
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    let late = made(&state, req, true);
    review_again(&mut state);
    wait(&mut state, 60_500);
    wait(&mut state, 500);
    let again = confirm(&mut state);
    update(&mut state, Message::Wrote { req: again, result: Ok(Written::Created(TaskId(78))) });
    refreshed(&mut state, vec![late]);
    let words = &state.results[0];
    assert!(words.bad && words.words.contains("CREATED TWICE: #78 is the same push"), "{words:?}");
}

#[test]
fn a_near_duplicate_is_named_before_it_is_made() {
    let mut state = create(Environment::Test, "User");
    let Subject::Create(new) = review(&state).subject.clone() else { panic!() };
    let mut near = task("User");
    near.content = new.content;
    near.scheduled_at = Some(new.scheduled_at - TimeDelta::minutes(10));
    state.board.hold([crate::app::testing::with_json(near)]);
    let warned = warnings::warnings(&state, review(&state));
    let words = "#1004821 says the same to the same people 10m earlier";
    assert!(warned.iter().any(|(_, said)| said == words), "{warned:?}");
}

// --- an outage ------------------------------------------------------------------------------------

#[test]
fn while_the_service_is_silent_the_row_stays_leaving_is_asked_twice_and_ctrl_r_searches_now() {
    let (mut state, req) = cut_create();
    for _ in 0..20 {
        wait(&mut state, 30_000);
        checked(&mut state, req, Sight::NoAnswer(cut()), 0);
    }
    assert!(state.writes[0].in_doubt() && state.writes[0].is_open());
    assert!(progress(&state, &state.writes[0]).contains("next search in 8s"));
    press(&mut state, KeyCode::Char('q'));
    assert!(note(&state).contains("outcome not known"), "{}", note(&state));
    let effects = ctrl(&mut state, 'r');
    let [search] = searches(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(searches(&ctrl(&mut state, 'r')), [], "one search is under way");
    // The service answers again: not there, and so long after that it counts.
    update(&mut state, Message::Searched { req: search, sight: ANSWERED, opens_in: Duration::ZERO });
    assert!(state.writes[0].is_open(), "the worker settles what it is on");
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    assert!(state.results[0].words.starts_with("the create of \"Hello\": not there"), "{:?}", state.results);
}

#[test]
fn a_verdict_stays_with_task_and_action_until_it_is_acknowledged() {
    let (mut state, req) = cut_create();
    update(&mut state, Message::Settled { req, verdict: Verdict::CannotTell("look".into()) });
    wait(&mut state, 600_000);
    assert_eq!(state.results.len(), 1);
    press(&mut state, KeyCode::Char('a'));
    assert!(state.results.is_empty() && !has_notice(&state));
    press(&mut state, KeyCode::Char('a'));
    assert_eq!(note(&state), "there is nothing to acknowledge");
}

#[test]
fn a_task_whose_last_write_failed_stays_marked_until_one_succeeds() {
    let mut state = cancel(Environment::Test, "User");
    let req = confirm(&mut state);
    press(&mut state, KeyCode::Esc);
    update(&mut state, Message::Wrote { req, result: Err(refused(90109)) });
    let id = TaskId(1_004_821);
    assert!(state.results[0].words.starts_with("the cancel of #1004821 failed: "), "{:?}", state.results);
    press(&mut state, KeyCode::Char('a'));
    assert!(state.failed.contains_key(&id), "acknowledging it does not make it good");
    open_cancel(&mut state, &task("User"));
    let asked = review(&state).fresh.asking.unwrap();
    got(&mut state, asked, task("User"));
    wait(&mut state, 500);
    let req = confirm(&mut state);
    update(&mut state, Message::Wrote { req, result: Ok(Written::Cancelled(id)) });
    assert!(state.failed.is_empty());
}

// --- what stands between the confirmation and the write --------------------------------------------

#[test]
fn a_row_that_a_refresh_brings_otherwise_clears_the_typing_and_is_asked_for() {
    let mut state = cancel(Environment::Prod, "Tag");
    refreshed(&mut state, vec![task("Tag")]);
    type_in(&mut state, "482");
    let mut moved = task("Tag");
    moved.content.set("Condition", Some(json!({"TagsOr": ["everybody"]})));
    let effects = refreshed(&mut state, vec![moved.clone()]);
    let [asked] = gets(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(review(&state).typed, "");
    assert_eq!(writes(&say(&mut state, "4821")), []);
    got(&mut state, asked, moved.clone());
    assert!(review(&state).moved() && review(&state).ignores_input(state.now));
    assert_eq!(gets(&refreshed(&mut state, vec![moved])), [], "the same row is no news");
}

#[test]
fn what_was_on_the_screen_goes_with_the_write_and_a_difference_comes_back_to_the_review() {
    let mut state = cancel(Environment::Test, "User");
    let effects = say(&mut state, "y");
    let Some(Effect::Write { req, terms, .. }) =
        effects.iter().find(|effect| matches!(effect, Effect::Write { .. }))
    else {
        panic!("{effects:?}")
    };
    assert_eq!(terms.seen.as_deref(), Some(&task("User")));
    assert_eq!((terms.app.clone(), terms.waived), (state.setup.app.clone(), Waived::default()));
    let mut moved = task("User");
    moved.content.set("To_Account", Some(json!(["anna"])));
    update(&mut state, Message::Stopped { req: *req, why: Stop::Moved(Box::new(moved)) });
    assert!(state.writes.is_empty() && review(&state).stage == ReviewStage::Asking && review(&state).moved());
    let shown = text_of(&lines::body(&state, review(&state), (76, 40)).lines);
    assert!(shown.contains("nothing was sent: it changed since you looked"), "{shown}");
}

#[test]
fn without_a_journal_a_create_stays_under_review_and_a_cancel_asks_once_more() {
    let why = || Stop::NoJournal("the disk is full".to_owned());
    let mut state = create(Environment::Test, "User");
    let req = confirm(&mut state);
    update(&mut state, Message::Stopped { req, why: why() });
    let shown = text_of(&lines::body(&state, review(&state), (76, 40)).lines);
    assert!(shown.contains("nothing was sent: the journal cannot be written: the disk is full"), "{shown}");
    assert!(!shown.contains("Confirming now"), "{shown}");
    assert!(!review(&state).waived.journal && state.writes.is_empty());

    let mut state = cancel(Environment::Test, "User");
    let req = confirm(&mut state);
    update(&mut state, Message::Stopped { req, why: why() });
    let shown = text_of(&lines::body(&state, review(&state), (200, 40)).lines);
    assert!(shown.contains("Confirming now cancels it without an entry in the journal."), "{shown}");
    wait(&mut state, 500);
    let effects = say(&mut state, "y");
    let [Effect::Write { terms, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(terms.waived, Waived { journal: true, fresh_copy: false });
}

#[test]
fn a_cancel_of_a_task_that_cannot_be_read_asks_once_more_and_a_change_does_not_go_out() {
    let silent = || Failure::NotSent { reason: NotSent::Refused, detail: String::new() };
    let mut state = start(Environment::Prod);
    let effects = open_cancel(&mut state, &task("Tag"));
    update(&mut state, Message::Got { req: gets(&effects)[0], result: Err(silent()) });
    let shown = text_of(&lines::body(&state, review(&state), (200, 40)).lines);
    assert!(shown.contains("Confirming now cancels it unseen."), "{shown}");
    wait(&mut state, 500);
    let effects = say(&mut state, "4821");
    let [Effect::Write { terms, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert!(terms.waived.fresh_copy);

    let (mut state, req) = edit(Environment::Test, "User");
    update(&mut state, Message::Got { req, result: Err(silent()) });
    wait(&mut state, 500);
    assert!(matches!(ready(&state), Ready::No(_)));
}

#[test]
fn a_task_that_somebody_else_cancelled_meanwhile_is_said_to_be_gone() {
    let mut state = cancel(Environment::Test, "User");
    let req = confirm(&mut state);
    update(&mut state, Message::Stopped { req, why: Stop::Gone });
    let shown = text_of(&lines::body(&state, review(&state), (200, 40)).lines);
    let words =
        "it is not there any more (cancelled already, perhaps by somebody else); nothing is left to do";
    assert!(shown.contains(words), "{shown}");
    assert!(!shown.contains("again"), "{shown}");
}

#[test]
fn an_earlier_try_that_stands_stops_the_second_and_is_told() {
    let (mut state, req) = cut_create();
    update(&mut state, Message::Settled { req, verdict: Verdict::NotDone });
    review_again(&mut state);
    wait(&mut state, 60_500);
    wait(&mut state, 500);
    let again = confirm(&mut state);
    let why = Stop::Stands { id: TaskId(77), entry: 1 };
    update(&mut state, Message::Stopped { req: again, why });
    assert!(state.writes.is_empty());
    let ReviewStage::Over(WriteOutcome::NothingSent(words)) = &review(&state).stage else {
        panic!("not over")
    };
    assert!(words.contains("it already exists as #77"), "{words}");
}
