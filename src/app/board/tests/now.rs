//! The table opens around now and fills the screen; the line that says now; `.`; the ends of pages.

use super::*;
use crate::app::board::viewport::Viewport;

/// A service of so many tasks of the past, and so many to come, one a minute.
fn service(past: i64, to_come: i64) -> Service {
    let task = |(n, minutes): (u64, i64)| {
        let mut task = task(n, 0, if minutes < 0 { "dispatched" } else { "pending" });
        task.scheduled_at = Some(at(0).utc + TimeDelta::minutes(minutes));
        task
    };
    Service::new((1..).zip((-past..0).chain(1..=to_come)).map(task).collect::<Vec<_>>())
}

fn open(service: &Service, size: (u16, u16)) -> State {
    let (mut state, effects) = State::start(crate::app::testing::setup(), at(0), size);
    service.answer(&mut state, effects);
    state
}

/// How many rows of the past and of what is to come are on the screen, and how many lines are free.
fn on_screen(state: &State) -> (usize, usize, usize) {
    let view = Viewport::of(state);
    let rows = state.board.rows();
    let shown = view.rows_from(state.board.top, rows.len());
    let now = state.server_now();
    let shown_rows = || rows.iter().skip(state.board.top).take(shown);
    let past = shown_rows().filter(|task| task.scheduled_at.is_some_and(|at| at < now)).count();
    let line = usize::from(
        view.now_line.is_some_and(|at| (state.board.top..=state.board.top + shown).contains(&at)),
    );
    (past, shown - past, view.lines - shown * view.row_height - line)
}

#[test]
fn a_few_past_rows_stand_above_what_is_to_come_and_the_screen_is_full_at_any_size() {
    for (past, to_come) in [(42, 200), (3, 200), (0, 200), (49, 200), (50, 200), (51, 300), (400, 400)] {
        for size in [(160, 48), (200, 60), (120, 40), (80, 24), (40, 12), (30, 8)] {
            let state = open(&service(past, to_come), size);
            let (above, below, free) = on_screen(&state);
            let wanted = usize::try_from(past).unwrap().min(5);
            let least = wanted.min(3).min(Viewport::of(&state).most_rows().saturating_sub(2));
            assert!((least..=wanted).contains(&above), "{past} {size:?}: {above} of the past");
            assert!(below > 0, "{past} {size:?}");
            assert!(
                free < usize::from(state.areas().unwrap().row_height),
                "{past} {size:?}: {free} lines are free"
            );
            let next = state.board.selected_task().unwrap();
            assert_eq!(next.scheduled_at, Some(at(0).utc + TimeDelta::minutes(1)), "{past} {size:?}");
        }
    }
}

#[test]
fn where_little_is_to_come_the_past_fills_the_screen() {
    for (past, to_come) in [(200, 3), (200, 0), (7, 2)] {
        let state = open(&service(past, to_come), (160, 48));
        let (above, below, free) = on_screen(&state);
        assert_eq!(below, usize::try_from(to_come).unwrap());
        assert_eq!(free == 0, above + below + free >= 36 && past > 7, "{past} {to_come}: {free}");
        assert!(past == 7 || free == 0);
    }
}

#[test]
fn the_line_that_says_now_stands_between_what_was_and_what_comes_in_both_directions() {
    let line = |state: &State| state.board.now_line(state.server_now());
    let mut state = open(&service(2, 3), (160, 48));
    assert_eq!(line(&state), Some(2));
    press(&mut state, 's');
    press(&mut state, 's');
    assert_eq!((shown(&state), line(&state)), (vec![5, 4, 3, 2, 1], Some(3)));
    assert_eq!(line(&open(&service(0, 3), (160, 48))), Some(0));
    assert_eq!(line(&open(&service(3, 0), (160, 48))), Some(3));
    // In a range of what is still to come it has no place, nor in another order.
    press(&mut state, ']');
    assert_eq!(line(&state), None);
    let mut state = open(&service(2, 3), (160, 48));
    range::set_sort(&mut state, Sort { column: Column::Title, ascending: true });
    assert_eq!(line(&state), None);
}

#[test]
fn a_dot_comes_back_to_now_from_any_range_order_and_page() {
    let service = service(60, 300);
    for keys in ["]]", "[", "ss", ">>", "G", "]s"] {
        let mut state = open(&service, (160, 48));
        let (next, top) = (selected(&state), state.board.top);
        for key in keys.chars() {
            let effects = press(&mut state, key);
            service.answer(&mut state, effects);
        }
        code(&mut state, KeyCode::Esc);
        let effects = press(&mut state, '.');
        service.answer(&mut state, effects);
        assert_eq!((selected(&state), state.board.top), (next, top), "{keys}");
        assert!(state.board.range.holds(at(0).utc), "{keys}");
    }
}

#[test]
fn what_comes_next_is_known_elsewhere_too() {
    let service = service(60, 300);
    let mut state = open(&service, (160, 48));
    let next = |state: &State| state.board.next_to_come(state.server_now()).map(|held| held.id.0);
    assert_eq!(next(&state), Some(61));
    press(&mut state, ']');
    assert_eq!(next(&state), Some(61));
    tick(&mut state, 90_000);
    assert_eq!(next(&state), Some(62), "time goes on");
}
