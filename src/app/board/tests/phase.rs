//! What is late or stuck is counted, found and may still be cancelled.

use crate::app::testing::{self, feed, later, now, task, typed, with_page};

use super::*;

fn overdue() -> State {
    let none = serde_json::json!({});
    let tasks = vec![
        task(1, -700, "User", "dispatching", "Stuck for long", &none),
        task(2, 30, "User", "pending", "Goes out now", &none),
        task(3, 600, "User", "pending", "Soon", &none),
        task(4, 3600, "User", "pending", "In an hour", &none),
    ];
    with_page((120, 40), tasks)
}

#[test]
fn what_is_late_or_stuck_is_counted_from_that_second_on() {
    let mut state = overdue();
    feed(&mut state, [Message::Ticked(now())]);
    assert_eq!((state.board.overdue.late, state.board.overdue.stuck), (0, 1));
    feed(&mut state, [Message::Ticked(later(89))]);
    assert_eq!(state.board.overdue.late, 0);
    feed(&mut state, [Message::Ticked(later(90))]);
    assert_eq!((state.board.overdue.late, state.board.overdue.stuck), (1, 1));
}

#[test]
fn the_filter_finds_what_became_late_meanwhile() {
    let mut state = overdue();
    feed(&mut state, typed("/status=late,stuck").into_iter().chain([testing::key(KeyCode::Enter)]));
    let shown = |state: &State| state.board.rows().iter().map(|task| task.id.0).collect::<Vec<_>>();
    assert_eq!(shown(&state), [1]);
    feed(&mut state, [Message::Ticked(later(95))]);
    assert_eq!(shown(&state), [1, 2]);
}

#[test]
fn a_late_task_may_still_be_cancelled() {
    let mut state = overdue();
    feed(&mut state, [Message::Ticked(later(95))]);
    state.shared.board.set_selected(Some(TaskId(2)));
    feed(&mut state, typed("D"));
    assert!(state.review().is_some());
}
