//! The mouse as the operator uses it: it selects, scrolls and runs what a hint names, and confirms nothing.

use crossterm::event::KeyCode;

use super::*;
use crate::app::board::Column;
use crate::app::testing::{
    board, call_log, draw, feed, in_doubt, key, later, now, open_cancel, quiet, screens, tasks, typed,
};
use crate::app::{Effect, Message};
use crate::domain::TaskId;

const SIZE: (u16, u16) = (120, 40);

fn mouse(kind: MouseKind, (column, row): (u16, u16)) -> Message {
    Message::Mouse(Mouse { kind, position: Position::new(column, row) })
}

fn press(at: (u16, u16)) -> Message {
    mouse(MouseKind::Press, at)
}

fn selected(state: &State) -> Option<TaskId> {
    state.board.selected
}

/// Every cell on which the row of a task stands.
fn cells_of(state: &State, id: TaskId) -> Vec<(u16, u16)> {
    let (width, height) = state.size;
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let is_row = |at: &(u16, u16)| hit::at(state, Position::new(at.0, at.1)) == Some(TableHit::Row(id));
    all.filter(is_row).collect()
}

/// A cell of the head of a column.
fn head_of(state: &State, column: Column) -> (u16, u16) {
    let (width, height) = state.size;
    let mut all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    all.find(|at| hit::at(state, Position::new(at.0, at.1)) == Some(TableHit::Head(column))).unwrap()
}

#[test]
fn a_press_selects_the_task_that_stands_there_and_a_second_one_opens_it() {
    for size in [(120, 40), (80, 24), (40, 12), (200, 60)] {
        let state = board(size);
        for task in state.board.tasks() {
            for at in cells_of(&state, task.id) {
                let mut state = state.clone();
                assert_eq!(feed(&mut state, [press(at)]), []);
                assert_eq!(selected(&state), Some(task.id), "{at:?} at {size:?}");
            }
        }
        let id = tasks()[5].id;
        let Some(at) = cells_of(&state, id).first().copied() else { continue };
        let mut slow = state.clone();
        feed(&mut slow, [press(at), Message::Ticked(later(1)), press(at)]);
        assert!(slow.layers.is_empty(), "a second later that is another press");
        let mut state = state.clone();
        feed(&mut state, [press(at), press(at)]);
        assert!(matches!(state.layers[..], [Layer::Detail]), "{size:?}");
    }
}

#[test]
fn two_presses_on_a_line_where_another_task_stands_by_then_are_no_double_click() {
    let mut state = board(SIZE);
    let at = cells_of(&state, tasks()[5].id)[0];
    feed(&mut state, [press(at)]);
    state.board.top = 1;
    feed(&mut state, [press(at)]);
    assert!(state.layers.is_empty());
    assert_eq!(selected(&state), Some(tasks()[6].id));
}

#[test]
fn the_head_of_a_column_sorts_by_it_and_again_reverses() {
    for column in [Column::Title, Column::Who, Column::Status, Column::Created, Column::Scheduled] {
        let mut state = board((200, 60));
        if state.board.sort.column == column {
            state.board.sort.column = Column::Sender;
        }
        let at = head_of(&state, column);
        assert_eq!(feed(&mut state, [press(at)]), []);
        let sort = state.board.sort;
        assert_eq!((sort.column, sort.ascending), (column, column != Column::Created));
        feed(&mut state, [press(at)]);
        assert_eq!((state.board.sort.column, state.board.sort.ascending), (column, !sort.ascending));
        assert!(state.note.as_ref().unwrap().text.contains("sorted by"));
    }
}

#[test]
fn the_wheel_moves_the_rows_and_the_selected_one_stays_in_sight() {
    for size in [(120, 40), (80, 10), (40, 12), (30, 8)] {
        for start in [board(size), in_doubt(size)] {
            let mut state = start;
            let table = state.areas().unwrap().table;
            let at = (table.x + 5, table.y + 2);
            for kind in [MouseKind::WheelDown, MouseKind::WheelUp] {
                for _ in 0..20 {
                    assert_eq!(feed(&mut state, [mouse(kind, at)]), [], "it asks for nothing");
                    let id = selected(&state).unwrap();
                    assert!(!cells_of(&state, id).is_empty(), "{size:?} {kind:?} {:?}", state.board.top);
                }
                let is_end = if kind == MouseKind::WheelUp { state.board.top == 0 } else { true };
                assert!(is_end, "{size:?}");
            }
        }
    }
    // With room for all there is nothing to scroll, and the wheel takes nothing along.
    let mut state = board(SIZE);
    let before = selected(&state);
    feed(&mut state, [mouse(MouseKind::WheelDown, (5, 8))]);
    assert_eq!(selected(&state), before);
}

#[test]
fn the_wheel_scrolls_what_is_under_the_pointer_whatever_has_the_keys() {
    let mut state = board(SIZE);
    let pane = state.areas().unwrap().detail.unwrap();
    let at = (pane.x + 3, pane.y + 3);
    feed(&mut state, [mouse(MouseKind::WheelDown, at)]);
    assert_eq!((state.detail.scroll, state.detail.focused), (3, false));
    feed(&mut state, [press(at)]);
    assert!(state.detail.focused, "a press gives it the keys");
    feed(&mut state, [mouse(MouseKind::WheelUp, at)]);
    assert_eq!(state.detail.scroll, 0);
    let row = cells_of(&state, tasks()[5].id)[0];
    feed(&mut state, [press(row)]);
    assert!(!state.detail.focused);
}

#[test]
fn a_press_in_a_list_chooses_the_row_and_a_second_one_takes_it() {
    let mut state = board(SIZE);
    feed(&mut state, typed("y"));
    let rows = state.layers.last().unwrap().rows(&state).unwrap();
    let third = (rows.area.x, rows.area.y + 2);
    assert_eq!(feed(&mut state, [press(third)]), []);
    let effects = feed(&mut state, [press(third)]);
    let [Effect::Copy(clip)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(clip.label.what.starts_with("JSON"), "{clip:?}");

    let mut state = board(SIZE);
    feed(&mut state, typed("x"));
    let rows = state.layers.last().unwrap().rows(&state).unwrap();
    let cancel = (rows.area.x + 20, rows.area.y + 4);
    let effects = feed(&mut state, [press(cancel), press(cancel)]);
    assert!(matches!(effects.as_slice(), [Effect::Get { .. }]) && state.review().is_some(), "{effects:?}");
    assert!(state.writes.is_empty(), "it opens the review and no more");

    let mut state = call_log((80, 24));
    let rows = state.layers.last().unwrap().rows(&state).unwrap();
    feed(&mut state, [press((3, rows.area.y)), press((3, rows.area.y))]);
    assert!(matches!(state.layers[..], [Layer::Calls(_), Layer::Call(_)]));
}

#[test]
fn outside_of_an_overlay_and_beyond_the_screen_a_press_does_nothing_and_nothing_is_lost() {
    for (name, state) in screens((80, 24)) {
        let layers = state.layers.len();
        if layers == 0 {
            continue;
        }
        for at in [(0, 0), (79, 0), (0, 22), (500, 5), (5, 500), (u16::MAX, u16::MAX)] {
            for kind in [MouseKind::Press, MouseKind::WheelDown] {
                let mut state = state.clone();
                assert_eq!(feed(&mut state, [mouse(kind, at)]), [], "{name} {at:?}");
                assert_eq!(state.layers.len(), layers, "{name} {at:?}");
            }
        }
    }
}

#[test]
fn a_hint_does_what_its_key_does() {
    for (name, state) in screens(SIZE) {
        let row = state.areas().unwrap().hint;
        let all: Vec<_> = hints(&state, row).iter().map(|hint| (hint.binding.clone(), hint.area)).collect();
        for (binding, area) in all {
            let (mut by_key, mut by_mouse) = (state.clone(), state.clone());
            let keys = feed(&mut by_key, [Message::Key(binding.keys[0].event())]);
            let presses = feed(&mut by_mouse, [press((area.right() - 1, area.y))]);
            assert_eq!(keys, presses, "{name} {:?}", binding.action);
            assert_eq!(by_key.layers.len(), by_mouse.layers.len(), "{name} {:?}", binding.action);
        }
    }
}

#[test]
fn a_form_hears_no_wheel_so_that_no_word_lands_in_another_field() {
    let mut state = board(SIZE);
    feed(&mut state, typed("n"));
    let field = |state: &State| format!("{:?}", state.form().unwrap().draft);
    let before = field(&state);
    for y in 0..40 {
        feed(&mut state, [mouse(MouseKind::WheelDown, (60, y)), press((60, y))]);
    }
    assert_eq!(field(&state), before);
}

#[test]
fn over_a_review_a_press_does_nothing_at_all_and_the_wheel_counts_as_a_key() {
    let task = tasks()[4].clone();
    let mut state = board((40, 12));
    let effects = open_cancel(&mut state, &task);
    let [Effect::Get { req, .. }] = effects[..] else { panic!("{effects:?}") };
    feed(&mut state, [Message::Got { req, result: Ok(Box::new(task)) }]);
    // Within the 400 ms nothing is heard.
    draw(&mut state, now());
    let scroll = |state: &State| state.review().unwrap().scroll;
    feed(&mut state, [mouse(MouseKind::WheelDown, (10, 5))]);
    assert_eq!(scroll(&state), 0);
    quiet(&mut state, 2);
    let still = format!("{:?}", state.review());
    for y in 0..12 {
        for x in 0..40 {
            assert_eq!(feed(&mut state, [press((x, y)), press((x, y))]), []);
        }
    }
    assert_eq!(state.layers.len(), 1, "{still}");
    feed(&mut state, [mouse(MouseKind::WheelDown, (10, 5))]);
    assert!(scroll(&state) > 0);
    // It was no quiet: what is typed right behind it is not heard.
    feed(&mut state, typed("7890"));
    assert!(quiet(&mut state, 3).is_empty() && state.writes.is_empty());
}

#[test]
fn a_flood_of_the_wheel_is_only_a_flood() {
    let mut state = board((80, 24));
    for n in 0..20_000_u16 {
        let kind = if n % 3 == 0 { MouseKind::WheelUp } else { MouseKind::WheelDown };
        assert_eq!(feed(&mut state, [mouse(kind, (n % 90, n % 30))]), []);
    }
    assert!(selected(&state).is_some());
}

#[test]
fn the_key_gives_the_mouse_to_the_terminal_and_back_and_is_text_where_text_is_typed() {
    let mut state = board(SIZE);
    assert_eq!(feed(&mut state, typed("m")), [Effect::CaptureMouse(false)]);
    assert!(state.note.as_ref().is_some_and(|note| note.text.contains("belongs to the terminal")));
    assert_eq!(feed(&mut state, typed("m")), [Effect::CaptureMouse(true)]);
    feed(&mut state, typed("/m"));
    assert!(state.presence.mouse);
    feed(&mut state, [key(KeyCode::Esc)]);
}

#[test]
fn keys_wait_for_a_moment_after_the_mouse_as_after_a_key() {
    let mut state = board(SIZE);
    let at = cells_of(&state, tasks()[5].id)[0];
    feed(&mut state, [press(at)]);
    assert_eq!(state.last_key, Some(now().running), "rows do not move under it (U4)");
}

#[test]
fn in_the_palette_and_in_help_a_press_chooses_a_second_one_runs_and_the_wheel_recalls_nothing() {
    let mut state = board(SIZE);
    feed(&mut state, typed(":sort"));
    let rows = state.layers.last().unwrap().rows(&state).unwrap();
    let first = (rows.area.x + 4, rows.area.y);
    assert_eq!(feed(&mut state, [press(first), press(first)]), []);
    assert!(matches!(state.layers[..], [Layer::Sort(_)]), "{:?}", state.layers);

    // What was run is in the history now; the wheel leaves the line as it is.
    feed(&mut state, [key(KeyCode::Esc)]);
    feed(&mut state, typed(":"));
    for kind in [MouseKind::WheelUp, MouseKind::WheelDown, MouseKind::WheelDown, MouseKind::WheelUp] {
        feed(&mut state, [mouse(kind, first)]);
    }
    let Some(Layer::Palette(palette)) = state.layers.last() else { panic!("{:?}", state.layers) };
    assert!(palette.entry.is_empty() && palette.at == 1, "{palette:?}");

    let mut state = board(SIZE);
    feed(&mut state, typed("?"));
    let find = |state: &State, number: usize| {
        let all = (0..40).flat_map(|y| (0..120).map(move |x| (x, y)));
        let layer = state.layers.last().unwrap();
        all.filter(|at| layer.row_at(state, Position::new(at.0, at.1)) == Some(number)).nth(3)
    };
    let at = find(&state, 1).unwrap();
    feed(&mut state, [press(at)]);
    let Some(Layer::Help(page)) = state.layers.last() else { panic!("{:?}", state.layers) };
    assert_eq!(page.at, 1);
    feed(&mut state, [press(at)]);
    assert!(!matches!(state.layers.last(), Some(Layer::Help(_))), "it ran what was chosen");
}
