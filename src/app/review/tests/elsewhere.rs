//! Writes that another pushdeck on the same database has open.

use super::*;
use crate::app::State;
use crate::app::Verdict;
use crate::app::Write;
use crate::app::writes::{self, has_notice};
use crate::domain::Kind;
use crate::domain::TaskId;
use crate::domain::profile::Environment;
use std::time::Duration;

fn theirs(entry: i64, write: Write) -> OpenWrite {
    OpenWrite { entry: Some(entry), write, sent: moment(0).utc, opens_in: Duration::ZERO, elsewhere: true }
}

fn cancel_of(id: u64) -> Write {
    Write::Cancel { id: TaskId(id), kind: Kind::All }
}

/// What the review on top would create, as another has sent it: with a number of its own.
fn same_create(state: &State) -> Write {
    let Subject::Create(new) = &review(state).subject else { panic!("no create") };
    let mut new = new.clone();
    new.content.set("MsgRandom", Some(json!(77)));
    Write::Create(new)
}

#[test]
fn a_write_of_another_pushdeck_is_shown_as_its_own_and_neither_asked_for_nor_offered() {
    let mut state = start(Environment::Test);
    let left = vec![theirs(3, cancel_of(7))];
    assert_eq!(update(&mut state, Message::LeftOpen(left.clone())), [], "it is checked where it was sent");
    assert!(note(&state).contains("of another pushdeck: being checked there"), "{}", note(&state));
    assert!(state.doubted().contains(&TaskId(7)));
    assert!(!has_notice(&state) && writes::next_notice(&mut state).is_none());
    update(&mut state, Message::LeftOpen(left));
    assert_eq!(state.writes.len(), 1, "told twice, shown once");
    // Leaving is nothing that it minds.
    assert_eq!(type_in(&mut state, "q"), [Effect::Quit]);
}

#[test]
fn the_very_push_that_another_has_under_way_waits_and_anything_else_goes() {
    let mut state = create(Environment::Test, "User");
    let same = same_create(&state);
    assert_eq!(review(&state).ready(&state), Ready::Yes);
    update(&mut state, Message::LeftOpen(vec![theirs(3, cancel_of(7))]));
    assert_eq!(review(&state).ready(&state), Ready::Yes);
    update(&mut state, Message::LeftOpen(vec![theirs(4, same)]));
    assert!(matches!(review(&state).ready(&state), Ready::Wait(why) if why.contains("another pushdeck")));
    assert_eq!(writes(&say(&mut state, "y")), []);
    let effects = update(&mut state, Message::EndedElsewhere { entry: 4, verdict: Verdict::NotDone });
    assert!(matches!(effects[..], [Effect::List { .. }]), "{effects:?}");
    let words = &state.results[0].words;
    assert!(words.contains("the create of \"Hello\" was not done") && !words.contains("again"), "{words}");
    assert_eq!(review(&state).ready(&state), Ready::Yes);

    // It was done there after all: here the same stops.
    let mut state = create(Environment::Test, "User");
    let same = same_create(&state);
    update(&mut state, Message::LeftOpen(vec![theirs(4, same)]));
    let verdict = Verdict::Done(Written::Created(TaskId(9)));
    update(&mut state, Message::EndedElsewhere { entry: 4, verdict });
    assert_eq!(writes(&say(&mut state, "y")), []);
    assert!(
        matches!(review(&state).ready(&state), Ready::No(why) if why.starts_with("it already exists as #9"))
    );

    // A cancel is not kept from going.
    let mut state = super::cancel(Environment::Test, "User");
    let id = task("User").id.0;
    update(&mut state, Message::LeftOpen(vec![theirs(5, cancel_of(id))]));
    assert_eq!(review(&state).ready(&state), Ready::Yes);
}

#[test]
fn what_another_found_out_is_told_and_its_record_goes() {
    let mut state = start(Environment::Test);
    update(&mut state, Message::LeftOpen(vec![theirs(3, cancel_of(7))]));
    let verdict = Verdict::Done(Written::Cancelled(TaskId(7)));
    assert_eq!(update(&mut state, Message::EndedElsewhere { entry: 9, verdict: verdict.clone() }), []);
    update(&mut state, Message::EndedElsewhere { entry: 3, verdict });
    assert_eq!((note(&state), state.writes.len()), ("another pushdeck: #7 was cancelled", 0));
}

#[test]
fn when_the_other_died_its_write_becomes_one_of_ours_to_look_into() {
    let mut state = start(Environment::Test);
    update(&mut state, Message::LeftOpen(vec![theirs(3, cancel_of(7))]));
    let ours = OpenWrite { elsewhere: false, ..theirs(3, cancel_of(7)) };
    let effects = update(&mut state, Message::LeftOpen(vec![ours.clone()]));
    assert!(matches!(&effects[..], [Effect::Settle { open, .. }] if *open == ours), "{effects:?}");
    let [write] = &state.writes[..] else { panic!("{:?}", state.writes) };
    assert!(write.inherited && write.elsewhere.is_none());
}

#[test]
fn a_create_tells_the_journal_the_draft_that_it_was_made_from_right_before_it_is_sent() {
    let mut state = create(Environment::Test, "User");
    let effects = say(&mut state, "y");
    let [Effect::Write { terms, .. }] = &effects[..] else { panic!("{effects:?}") };
    let origin = terms.origin.as_ref().unwrap();
    assert_eq!(origin.slot, "new");
    assert_eq!(origin.draft.entry("OfflinePushInfo.Title"), "Hello");
}
