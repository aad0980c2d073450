//! The table opens around now and fills the screen; the line that says now; `.`; the ends of pages.

use super::*;
use crate::app::Setup;
use crate::app::board::viewport::Viewport;

/// A service of tasks in the order of their time, so many hours from the present each.
struct Service {
    hours: Vec<i64>,
    cap: u32,
}

impl Service {
    /// So many tasks of the past, and so many to come.
    fn new(past: i64, to_come: i64) -> Self {
        Self { hours: (-past..0).chain(1..=to_come).collect(), cap: 100 }
    }

    fn page(&self, query: &Query) -> Page {
        let task = |(n, hours): (usize, &i64)| {
            let status = if *hours < 0 { "dispatched" } else { "pending" };
            let mut task = task(n as u64 + 1, 0, status);
            task.scheduled_at = Some(at(0).utc + TimeDelta::minutes(*hours));
            task
        };
        let mut all: Vec<Task> = self.hours.iter().enumerate().map(task).collect();
        all.retain(|task| task.scheduled_at.is_some_and(|at| query.range.holds(at)));
        if !query.ascending {
            all.reverse();
        }
        let want = usize::try_from(query.page_size.min(self.cap)).unwrap();
        let total = all.len() as u64;
        Page::new(total, all.into_iter().skip(usize::try_from(query.offset).unwrap()).take(want))
    }

    fn answer(&self, state: &mut State, mut effects: Vec<Effect>) -> usize {
        let mut asked = 0;
        while let Some(Effect::List { req, query, .. }) = effects.pop() {
            asked += 1;
            assert!(asked < 30, "it asks without end");
            effects.extend(update(state, Message::Listed { req, result: Ok(self.page(&query)) }));
        }
        asked
    }

    fn open(&self, size: (u16, u16)) -> State {
        let setup = Setup { page_size: 50, ..crate::app::testing::setup() };
        let (mut state, effects) = State::start(setup, at(0), size);
        self.answer(&mut state, effects);
        state
    }
}

/// How many rows of the past and of what is to come are on the screen, and how many lines are free.
fn on_screen(state: &State) -> (usize, usize, usize) {
    let view = Viewport::of(state);
    let rows: Vec<_> = state.board.rows().collect();
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
            let state = Service::new(past, to_come).open(size);
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
        let state = Service::new(past, to_come).open((160, 48));
        let (above, below, free) = on_screen(&state);
        assert_eq!(below, usize::try_from(to_come).unwrap());
        assert_eq!(free == 0, above + below + free >= 36 && past > 7, "{past} {to_come}: {free}");
        assert!(past == 7 || free == 0);
    }
}

#[test]
fn a_service_that_gives_few_rows_or_none_is_not_asked_without_end() {
    for cap in [1, 2, 5, 20] {
        let service = Service { cap, ..Service::new(60, 60) };
        let state = service.open((160, 48));
        let next = state.board.selected_task().unwrap();
        assert_eq!(next.scheduled_at, Some(at(0).utc + TimeDelta::minutes(1)), "{cap}");
    }
    assert!(Service::new(0, 0).open((160, 48)).board.tasks.is_empty());
}

#[test]
fn the_line_that_says_now_stands_between_what_was_and_what_comes_in_both_directions() {
    let line = |state: &State| state.board.now_line(state.server_now());
    let service = Service::new(2, 3);
    let mut state = service.open((160, 48));
    assert_eq!(line(&state), Some(2));
    press(&mut state, 's');
    let question = press(&mut state, 's');
    service.answer(&mut state, question);
    assert_eq!((shown(&state), line(&state)), (vec![5, 4, 3, 2, 1], Some(3)));
    assert_eq!(line(&Service::new(0, 3).open((160, 48))), Some(0));
    assert_eq!(line(&Service::new(3, 0).open((160, 48))), Some(3));
    // On a page of what is still to come it has no place.
    let service = Service::new(10, 300);
    let mut state = service.open((160, 48));
    let question = press(&mut state, '>');
    service.answer(&mut state, question);
    assert_eq!(line(&state), None);
}

#[test]
fn behind_the_last_row_comes_the_next_page_and_a_held_key_does_not_run_through_pages() {
    let service = Service::new(10, 300);
    let mut state = service.open((100, 12));
    let held =
        || Message::Key(KeyEvent::new_with_kind(KeyCode::Down, KeyModifiers::NONE, KeyEventKind::Repeat));
    press(&mut state, 'G');
    let last = selected(&state).unwrap();
    let question = press(&mut state, 'j');
    assert_eq!(asked(&question).2, Priority::Page);
    for _ in 0..20 {
        assert_eq!(update(&mut state, held()), [], "the page has not come yet");
    }
    service.answer(&mut state, question);
    assert_eq!(selected(&state), Some(last + 1), "the very next task");
    press(&mut state, 'g');
    let first = selected(&state).unwrap();
    let question = press(&mut state, 'k');
    service.answer(&mut state, question);
    assert_eq!(selected(&state), Some(first - 1));
}

#[test]
fn a_dot_comes_back_to_now_from_any_range_order_and_page() {
    let service = Service::new(60, 300);
    for keys in ["]]", "[", "ss", ">>", "G", "]s"] {
        let mut state = service.open((160, 48));
        let (next, top) = (selected(&state), state.board.top);
        for key in keys.chars() {
            let effects = press(&mut state, key);
            service.answer(&mut state, effects);
        }
        code(&mut state, KeyCode::Esc);
        let effects = press(&mut state, '.');
        service.answer(&mut state, effects);
        assert_eq!((selected(&state), state.board.top), (next, top), "{keys}");
        assert!(state.board.is_default_range && state.board.query.range.holds(at(0).utc), "{keys}");
    }
}

#[test]
fn a_larger_screen_asks_for_the_rows_that_it_has_room_for_and_nothing_moves() {
    let service = Service::new(60, 300);
    let mut state = service.open((100, 30));
    let (next, top) = (selected(&state), state.board.top);
    let effects = update(&mut state, Message::Resized { columns: 200, rows: 100 });
    assert!(state.board.is_current(), "what is shown stays true");
    assert!(asked(&effects).1.page_size >= 90);
    service.answer(&mut state, effects);
    assert_eq!((selected(&state), state.board.top, on_screen(&state).2), (next, top, 0));
    assert_eq!(update(&mut state, Message::Resized { columns: 200, rows: 99 }), []);
}

#[test]
fn what_comes_next_is_known_elsewhere_too_and_a_find_tells_nothing_of_it() {
    let service = Service::new(60, 300);
    let mut state = service.open((160, 48));
    let next =
        |state: &State| state.board.next_to_come(state.server_now()).map(|(task, seen)| (task.id.0, seen));
    assert_eq!(next(&state), Some((61, at(0).running)));
    for _ in 0..2 {
        let effects = press(&mut state, '>');
        service.answer(&mut state, effects);
    }
    assert_eq!(next(&state), Some((61, at(0).running)));
    tick(&mut state, 90_000);
    assert_eq!(next(&state), Some((62, at(0).running)), "time goes on");
}
