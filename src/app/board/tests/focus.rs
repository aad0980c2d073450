//! While nobody looks at the terminal the page is asked for less often; whoever comes back sees it at once.

use super::*;
use crate::app::connection::Health;

/// With these tasks, which are in no hurry, and the terminal told to be elsewhere.
fn away(tasks: Vec<Task>) -> State {
    let (mut state, effects) = State::start(setup(), at(0), SIZE);
    answer(&mut state, effects, tasks);
    assert_eq!(update(&mut state, Message::Focused(false)), []);
    state
}

fn health(state: &State) -> Health {
    state.connection.health(state.now, state.expected_pace())
}

/// The seconds of half a minute in which it asks; each question is answered at once.
fn asks(state: &mut State, tasks: &[Task]) -> Vec<u64> {
    let mut seconds = Vec::new();
    for second in 1..=30 {
        let effects = tick(state, second * 1000);
        if !effects.is_empty() {
            seconds.push(second);
            answer(state, effects, tasks.to_vec());
        }
        assert!(matches!(health(state), Health::Live(_)), "{:?} after {second} s", health(state));
    }
    seconds
}

#[test]
fn unfocused_it_asks_five_times_less_often_and_the_header_calls_nothing_stale() {
    let tasks = vec![task(1, 30, "pending")];
    let mut state = away(tasks.clone());
    assert_eq!(asks(&mut state, &tasks), [10, 20, 30]);
    state.setup.refresh = Duration::from_secs(20);
    assert_eq!(state.pace(), Duration::from_secs(30), "never less often than that");
    state.setup.refresh = Duration::from_mins(1);
    assert_eq!(state.pace(), Duration::from_mins(1), "and never more often than is set");
}

#[test]
fn what_goes_out_within_a_minute_or_now_is_watched_all_the_same() {
    for (minute, status) in [(30, "dispatching"), (0, "pending")] {
        let mut due = task(1, minute, status);
        due.scheduled_at = due.scheduled_at.map(|_| at(45_000).utc);
        let mut state = away(vec![due.clone()]);
        assert_eq!(asks(&mut state, &[due]).len(), 30, "{status}");
    }
}

#[test]
fn whoever_comes_back_sees_what_is_now_at_once_and_is_not_told_of_stale_data_meanwhile() {
    let tasks = vec![task(1, 30, "pending")];
    let mut state = away(tasks.clone());
    let question = tick(&mut state, 10_000);
    answer(&mut state, question, tasks.clone());
    tick(&mut state, 19_000);
    let question = update(&mut state, Message::Focused(true));
    assert_eq!(asked(&question).2, Priority::Page, "somebody waits for it");
    assert_eq!(health(&state), Health::Live(Duration::from_secs(9)));
    answer(&mut state, question, tasks.clone());
    tick(&mut state, 19_500);
    assert_eq!(update(&mut state, Message::Focused(true)), [], "what is new is not asked for again");
    assert_eq!(asked(&tick(&mut state, 21_000)).2, Priority::Background, "and on as before");
    tick(&mut state, 28_000);
    assert!(matches!(health(&state), Health::Stale(_)), "now eight seconds are too much");
}

#[test]
fn a_key_a_paste_the_mouse_and_going_on_after_a_stop_tell_that_somebody_is_there() {
    let key = Message::Key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE));
    let wheel = crate::app::Mouse {
        kind: crate::app::MouseKind::WheelDown,
        position: ratatui::layout::Position::new(1, 1),
    };
    for message in [key, Message::Pasted("x".to_owned()), Message::Mouse(wheel), Message::WentOn] {
        let mut state = away(vec![task(1, 30, "pending")]);
        update(&mut state, message.clone());
        assert!(state.presence.is_focused, "{message:?}");
    }
}
