//! What others change is told, gathered, and never more than there is room for.

use super::*;
use crate::app::board::seen::What;
use crate::app::testing::{ctrl, feed};
use crate::domain::wire::time_out;

/// A task of that state and time, with this title and error.
fn made(id: u64, minute: u64, status: &str, title: &str, error: &str) -> Task {
    let info = format!(
        r#"{{"TaskID":{id},"Type":"All","CreateAt":"2026-11-20 00:00:00","SchedAt":"2026-11-21 07:{minute:02}:00","Status":"{status}","DispatchSuccess":{},"DispatchErr":"{error}","Title":"{title}","Content":{{}}}}"#,
        u8::from(error.is_empty())
    );
    with_json(read_task(&serde_json::from_str(&info).unwrap()).unwrap())
}

fn note(state: &State) -> &str {
    state.note.as_ref().map_or("", |note| note.text.as_str())
}

/// Looks at what the service has then; gives what is told to the desktop.
fn poll(state: &mut State, millis: u64, tasks: Vec<Task>) -> Vec<Effect> {
    let (service, mut told) = (Service::new(tasks), Vec::new());
    let mut effects = tick(state, millis);
    while let Some(effect) = effects.pop() {
        effects.extend(service.reply(&effect).into_iter().flat_map(|message| update(state, message)));
        told.extend(Some(effect).filter(|effect| matches!(effect, Effect::Notify { .. })));
    }
    told
}

fn with(tasks: Vec<Task>) -> State {
    let (mut state, effects) = State::start(setup(), at(0), (120, 40));
    Service::new(tasks).answer(&mut state, effects);
    state
}

#[test]
fn the_first_reading_tells_nothing_and_one_change_is_told_in_words() {
    let mut state = with(vec![made(1, 30, "pending", "Flash sale", "")]);
    assert_eq!((state.board.changes.seen().count(), note(&state)), (0, ""));
    poll(&mut state, 70_000, vec![made(1, 35, "pending", "Flash sale", "")]);
    assert_eq!(note(&state), "#1 \"Flash sale\" moved to Sat 21 Nov 15:35:00 +08 by someone else");
    let seen: Vec<_> = state.board.changes.seen().map(|change| (change.id.0, change.what.clone())).collect();
    assert_eq!(seen, [(1, What::Moved)]);
}

#[test]
fn several_changes_are_told_together_and_wait_for_a_note_that_is_read() {
    let before = [1, 2, 3].map(|id| made(id, 30, "pending", "t", ""));
    let mut state = with(before.to_vec());
    press(&mut state, 'z');
    let zone = note(&state).to_owned();
    state.note.iter_mut().for_each(|note| note.until = Duration::from_secs(71));
    let new = made(4, 40, "pending", "New", "");
    let mut raw = new.raw.clone();
    raw.insert("CreateAt".to_owned(), time_out(at(50_000).utc).into());
    let new = with_json(read_task(&raw).unwrap());
    let after = vec![
        made(1, 31, "pending", "t", ""),
        made(2, 30, "pending", "another", ""),
        made(3, 30, "pending", "t", ""),
        new,
    ];
    poll(&mut state, 70_000, after);
    assert_eq!(note(&state), zone, "it takes the place of nothing that was just said");
    tick(&mut state, 72_000);
    assert_eq!(note(&state), "3 changes by others: 1 created, 1 moved, 1 edited");
}

#[test]
fn what_this_pushdeck_wrote_is_not_told() {
    let mut state = with(vec![made(1, 30, "pending", "t", "")]);
    let moved = std::sync::Arc::new(made(1, 35, "pending", "t", ""));
    crate::app::board::go_to::go_to_task(&mut state.shared, &moved);
    poll(&mut state, 70_000, vec![made(1, 35, "pending", "t", "")]);
    assert_eq!(state.board.changes.seen().count(), 0);
}

#[test]
fn a_dispatch_that_failed_is_told_here_and_to_the_desktop_and_offers_a_new_one() {
    let mut state = with(vec![made(1, 1, "pending", "Sale", ""), made(2, 30, "pending", "t", "")]);
    press(&mut state, 'G');
    let told = poll(
        &mut state,
        20_000,
        vec![made(1, 1, "dispatched", "Sale", "quota"), made(2, 30, "pending", "t", "")],
    );
    assert_eq!(
        note(&state),
        "#1 \"Sale\" failed: quota · :1 goes to it, N: new from this one, to the same audience"
    );
    let words = "#1 \"Sale\" failed: quota".to_owned();
    assert_eq!(told, [Effect::Notify { title: "pushdeck acme".to_owned(), words }]);
}

#[test]
fn a_watched_task_rings_when_it_is_sent_and_others_do_not() {
    let mut state = with(vec![made(1, 1, "pending", "a", ""), made(2, 2, "pending", "b", "")]);
    press(&mut state, 'g');
    press(&mut state, 'w');
    assert!(state.board.pins.has(TaskId(1)), "{}", note(&state));
    let told =
        poll(&mut state, 20_000, vec![made(1, 1, "dispatched", "a", ""), made(2, 2, "dispatched", "b", "")]);
    let words = "#1 \"a\" was sent".to_owned();
    assert_eq!(told, [Effect::Notify { title: "pushdeck acme".to_owned(), words }]);
    assert!(!state.board.pins.has(TaskId(1)), "it is over");
}

#[test]
fn with_notify_off_nothing_is_told_to_the_desktop() {
    let mut state = with(vec![made(1, 1, "pending", "Sale", "")]);
    state.setup.notify = false;
    let told = poll(&mut state, 20_000, vec![made(1, 1, "dispatched", "Sale", "quota")]);
    assert_eq!(told, []);
}

#[test]
fn what_happened_while_it_was_stopped_is_said_once_all_was_read_again_and_a_short_stop_is_none() {
    for (seconds, words) in [(720, Some("while away 12m: 1 sent")), (20, None)] {
        let mut state = with(vec![made(1, 1, "pending", "a", ""), made(2, 2, "pending", "b", "")]);
        tick(&mut state, 10_000);
        let effects = feed(&mut state, [ctrl('z')]);
        assert!(effects.contains(&Effect::Suspend), "{effects:?}");
        let after = vec![made(1, 1, "dispatched", "a", ""), made(2, 2, "pending", "b", "")];
        let effects = tick(&mut state, 10_000 + seconds * 1000);
        update(&mut state, Message::WentOn);
        answer(&mut state, effects, after);
        tick(&mut state, 11_000 + seconds * 1000);
        let said = state.note.as_ref().map(|note| note.text.as_str());
        assert_eq!(said.filter(|said| said.contains("away")), words);
    }
}

#[test]
fn what_happened_while_the_machine_slept_is_said_once_all_was_read_again() {
    let mut state = with(vec![made(1, 1, "pending", "a", ""), made(2, 2, "pending", "b", "")]);
    tick(&mut state, 10_000);
    // The clock goes on, the program does not.
    let woken = |seconds: u64| Moment {
        utc: at(10_000).utc + Duration::from_secs(720 + seconds),
        running: at(10_000).running + Duration::from_secs(seconds),
    };
    let effects = update(&mut state, Message::Ticked(woken(1)));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Sync { .. })), "{effects:?}");
    let after = vec![made(1, 1, "dispatched", "a", ""), made(2, 2, "dispatched", "b", "quota")];
    answer(&mut state, effects, after);
    update(&mut state, Message::Ticked(woken(2)));
    let result = state.results.front().map(|result| (result.words.as_str(), result.bad));
    assert_eq!(result, Some(("while away 12m: 1 sent, 1 failed", true)));
}

/// The service is away for so many seconds, and two tasks go out meanwhile.
fn after_an_outage_of(seconds: u64) -> State {
    let mut state = with(vec![made(1, 1, "pending", "a", ""), made(2, 2, "pending", "b", "")]);
    for second in 10..10 + seconds {
        let effects = tick(&mut state, second * 1000);
        let failure = Failure::NotSent { reason: NotSent::Dns, detail: String::new() };
        fail(&mut state, &effects, failure);
    }
    assert!(state.connection.failure.is_some() && state.results.is_empty());
    let after = [made(1, 1, "dispatched", "a", ""), made(2, 2, "dispatched", "b", "quota")];
    for second in 10 + seconds..90 + seconds {
        poll(&mut state, second * 1000, after.to_vec());
    }
    assert!(state.connection.failure.is_none());
    state
}

#[test]
fn what_happened_in_an_outage_is_said_once_all_was_read_again_and_of_a_short_one_nothing_is() {
    let results = |state: &State| -> Vec<(String, bool)> {
        state.results.iter().map(|result| (result.words.clone(), result.bad)).collect()
    };
    let state = after_an_outage_of(300);
    assert_eq!(results(&state), [("while away 5m: 1 sent, 1 failed".to_owned(), true)]);
    assert_eq!(results(&after_an_outage_of(8)), []);
}
