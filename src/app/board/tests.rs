use crate::app::Moment;
use crate::app::Setup;
use crate::app::State;
use crate::domain::{Order, Outcome};
use crate::domain::{Task, TaskId};
use std::time::Duration;

use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::*;
use crate::app::testing::{Service, with_json};
use crate::app::{Message, update};
use crate::domain::wire::{read_task, time_in};

fn setup() -> Setup {
    crate::app::testing::setup()
}

/// A screen with room for as many rows as a page has.
const SIZE: (u16, u16) = (100, 12);

fn at(millis: u64) -> Moment {
    let start: DateTime<Utc> = time_in("2026-11-21 06:00:00").unwrap();
    Moment { utc: start + Duration::from_millis(millis), running: Duration::from_millis(millis) }
}

fn task(id: u64, minute: u64, status: &str) -> Task {
    let info = format!(
        r#"{{"TaskID":{id},"Type":"All","CreateAt":"2026-11-20 00:00:00","SchedAt":"2026-11-21 07:{minute:02}:00","Status":"{status}","DispatchSuccess":1,"Title":"task {id}","Content":{{}}}}"#
    );
    read_task(&serde_json::from_str(&info).unwrap()).unwrap()
}

fn pending(ids: &[u64]) -> Vec<Task> {
    ids.iter().map(|id| task(*id, *id, "pending")).collect()
}

/// The state after everything was read.
fn loaded(ids: &[u64]) -> State {
    let (mut state, effects) = State::start(setup(), at(0), SIZE);
    Service::new(pending(ids)).answer(&mut state, effects);
    state
}

fn asked(effects: &[Effect]) -> (ReqId, Query, Priority) {
    let list = effects.iter().find_map(|effect| match effect {
        Effect::List { req, query, priority } => Some((*req, query.clone(), *priority)),
        _ => None,
    });
    list.unwrap_or_else(|| panic!("expected a question for a page, got {effects:?}"))
}

/// The service has these tasks by now.
fn answer(state: &mut State, effects: Vec<Effect>, tasks: Vec<Task>) {
    Service::new(tasks).answer(state, effects);
}

fn fail(state: &mut State, effects: &[Effect], failure: Failure) {
    for effect in effects {
        match effect {
            Effect::List { req, .. } => {
                update(state, Message::Listed { req: *req, result: Err(failure.clone()) });
            }
            Effect::Sync { req, .. } => {
                update(state, Message::Synced { req: *req, result: Err(failure.clone()) });
            }
            _ => {}
        }
    }
}

fn tick(state: &mut State, millis: u64) -> Vec<Effect> {
    update(state, Message::Ticked(at(millis)))
}

fn press(state: &mut State, c: char) -> Vec<Effect> {
    update(state, Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)))
}

fn code(state: &mut State, code: KeyCode) -> Vec<Effect> {
    update(state, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn shown(state: &State) -> Vec<u64> {
    state.board.rows().iter().map(|task| task.id.0).collect()
}

fn selected(state: &State) -> Option<u64> {
    state.board.selected.map(|id| id.0)
}

fn network() -> Failure {
    Failure::Cut { detail: String::new() }
}

#[test]
fn the_whole_range_is_seven_days_back_to_twenty_three_ahead_and_what_comes_next_is_asked_for_first() {
    let (_, effects) = State::start(setup(), at(0), SIZE);
    let (_, query, priority) = asked(&effects);
    assert_eq!((query.order, query.ascending, query.offset), (Order::Scheduled, true, 0));
    assert_eq!((query.range.end, priority), (time_in("2026-12-14 06:00:00").unwrap(), Priority::Page));
    assert!(query.range.begin < at(0).utc);
    let [_, Effect::Sync { wanted, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(wanted.range.begin, time_in("2026-11-14 06:00:00").unwrap());
    assert_eq!(wanted.range.end, time_in("2026-12-14 06:00:00").unwrap());
}

#[test]
fn keys_move_the_selection_and_never_wait_for_an_answer() {
    let mut state = loaded(&[1, 2, 3, 4, 5]);
    assert_eq!(selected(&state), Some(1));
    // A question is under way all the while.
    let question = press(&mut state, 'r');
    press(&mut state, 'j');
    press(&mut state, 'j');
    assert_eq!(selected(&state), Some(3));
    press(&mut state, 'G');
    assert_eq!(selected(&state), Some(5));
    code(&mut state, KeyCode::Up);
    assert_eq!(selected(&state), Some(4));
    answer(&mut state, question, pending(&[1, 2, 3, 4, 5]));
    assert_eq!(selected(&state), Some(4));
}

#[test]
fn the_selected_row_is_a_task_not_a_row_number() {
    let mut state = loaded(&[2, 3, 4]);
    press(&mut state, 'j');
    let question = tick(&mut state, 65_000);
    answer(&mut state, question, pending(&[1, 2, 3, 4]));
    assert_eq!((shown(&state), selected(&state)), (vec![1, 2, 3, 4], Some(3)));
    let question = tick(&mut state, 130_000);
    answer(&mut state, question, pending(&[1, 2, 4]));
    // What is still to come is asked for by itself before it goes.
    let question = tick(&mut state, 133_000);
    answer(&mut state, question, pending(&[1, 2, 4]));
    assert_eq!((shown(&state), selected(&state)), (vec![1, 2, 4], Some(4)), "the one now in its row");
}

#[test]
fn rows_do_not_move_just_after_a_key_but_their_values_are_renewed() {
    let mut state = loaded(&[2, 3, 4]);
    let question = tick(&mut state, 3_000);
    press(&mut state, 'j');
    let fresh =
        vec![task(1, 1, "pending"), task(2, 2, "dispatching"), task(3, 3, "pending"), task(4, 1, "pending")];
    answer(&mut state, question, fresh);
    assert_eq!(shown(&state), [2, 3, 4]);
    assert_eq!(state.board.task(TaskId(2)).unwrap().outcome(), Outcome::Dispatching);
    assert_eq!(state.board.waiting_changes(), 2, "one came, one moves");
    tick(&mut state, 4_400);
    assert_eq!(shown(&state), [2, 3, 4], "1.4 s after the key");
    tick(&mut state, 4_500);
    assert_eq!((shown(&state), state.board.waiting_changes()), (vec![1, 4, 2, 3], 0));
    assert_eq!(selected(&state), Some(3));
}

#[test]
fn rows_do_not_move_under_an_open_dialog_until_r() {
    let mut state = loaded(&[2, 3]);
    let question = tick(&mut state, 3_000);
    press(&mut state, 's');
    answer(&mut state, question, pending(&[1, 2, 3]));
    tick(&mut state, 50_000);
    assert_eq!(shown(&state), [2, 3]);
    code(&mut state, KeyCode::Esc);
    press(&mut state, 'r');
    assert_eq!(shown(&state), [1, 2, 3]);
}

#[test]
fn a_late_answer_to_an_old_question_changes_nothing() {
    let mut state = loaded(&[1, 2]);
    let old = press(&mut state, 'r');
    let new = press(&mut state, 'r');
    answer(&mut state, new, pending(&[1, 2, 3]));
    answer(&mut state, old, pending(&[9]));
    tick(&mut state, 10_000);
    assert_eq!(shown(&state), [1, 2, 3]);
}

#[test]
fn a_page_is_a_screenful_of_all_that_is_held_and_asks_nobody() {
    let mut state = loaded(&(1..=12).collect::<Vec<_>>());
    press(&mut state, 'g');
    let rows = u64::try_from(viewport::Viewport::of(&state).rows_from(0, 12)).unwrap();
    assert_eq!(press(&mut state, '>'), []);
    assert_eq!((selected(&state), state.board.top as u64), (Some(rows + 1), rows));
    assert_eq!(press(&mut state, '<'), []);
    assert_eq!((selected(&state), state.board.top), (Some(1), 0));
    press(&mut state, '<');
    assert!(state.note.as_ref().unwrap().text.contains("first page"));
    for _ in 0..4 {
        press(&mut state, '>');
    }
    assert!(state.note.as_ref().unwrap().text.contains("last page"));
    press(&mut state, 'g');
    for _ in 0..20 {
        press(&mut state, 'j');
    }
    assert_eq!(selected(&state), Some(12), "the last row is the last");
}

#[test]
fn s_s_turns_the_order_round_and_any_column_sorts() {
    let mut state = loaded(&[1, 2, 3]);
    press(&mut state, 's');
    assert_eq!(press(&mut state, 's'), []);
    assert_eq!((shown(&state), selected(&state)), (vec![3, 2, 1], Some(1)));
    let mut tasks = pending(&[1, 2, 3]);
    tasks[0].title = "c".to_owned();
    tasks[1].title = "A".to_owned();
    tasks[2].title = "b".to_owned();
    state.board.hold(tasks.into_iter().map(with_json));
    for (column, ids) in
        [(Column::Title, [2, 3, 1]), (Column::Created, [1, 2, 3]), (Column::Scheduled, [1, 2, 3])]
    {
        range::set_sort(&mut state, Sort { column, ascending: true });
        assert_eq!(shown(&state), ids, "{column:?}");
        range::set_sort(&mut state, Sort { column, ascending: false });
        assert_eq!(shown(&state), ids.into_iter().rev().collect::<Vec<_>>(), "{column:?}");
    }
}

#[test]
fn a_task_that_comes_twice_is_shown_once() {
    let mut state = loaded(&[1]);
    let question = press(&mut state, 'r');
    tick(&mut state, 5_000);
    answer(&mut state, question, pending(&[1, 2, 2]));
    assert_eq!(shown(&state), [1, 2]);
}

#[test]
fn the_range_moves_by_its_length_and_is_read() {
    let mut state = loaded(&[1]);
    let begins = |effects: &[Effect]| match effects {
        [Effect::Sync { wanted, .. }] => wanted.range.begin,
        other => panic!("{other:?}"),
    };
    assert_eq!(begins(&press(&mut state, ']')), time_in("2026-12-14 06:00:00").unwrap());
    assert_eq!(shown(&state), [0; 0], "what is held of another range is not shown");
    assert_eq!(begins(&press(&mut state, '[')), time_in("2026-11-14 06:00:00").unwrap());
    assert_eq!(shown(&state), [1], "what is held shows at once");
}

#[test]
fn what_is_due_is_looked_at_every_two_seconds_one_question_at_a_time() {
    let mut state = loaded(&[1]);
    assert_eq!(tick(&mut state, 1_900), []);
    let question = tick(&mut state, 2_000);
    assert_eq!(asked(&question).2, Priority::Background);
    assert_eq!(tick(&mut state, 9_000), [], "the first question is still open");
    answer(&mut state, question, pending(&[1]));
    assert_eq!(asked(&tick(&mut state, 9_001)).2, Priority::Background);
}

#[test]
fn while_a_task_goes_out_it_is_looked_at_twice_a_second_at_most_and_ahead_of_the_rest() {
    let mut state = loaded(&[1]);
    let question = tick(&mut state, 2_000);
    let due = |seconds: i64, status: &str| {
        let mut task = task(2, 0, status);
        task.scheduled_at = Some(at(0).utc + TimeDelta::seconds(seconds));
        with_json(task)
    };
    let tasks = |second: Task| vec![task(1, 30, "dispatched"), second];
    answer(&mut state, question, tasks(due(1, "dispatching")));
    assert_eq!(tick(&mut state, 2_400), []);
    let question = tick(&mut state, 2_600);
    assert_eq!(asked(&question).2, Priority::Due);
    answer(&mut state, question, tasks(due(12, "pending")));
    let question = tick(&mut state, 3_200);
    assert_eq!(asked(&question).2, Priority::Due, "in nine seconds");
    answer(&mut state, question, tasks(due(100, "pending")));
    assert_eq!(asked(&tick(&mut state, 5_200)).2, Priority::Background);
}

#[test]
fn a_dead_network_backs_off_keeps_the_rows_and_recovers_by_itself() {
    let mut state = loaded(&[1, 2]);
    let question = tick(&mut state, 2_000);
    fail(&mut state, &question, network());
    assert_eq!((shown(&state), state.connection.failure.is_some()), (vec![1, 2], true));
    assert_eq!(tick(&mut state, 3_900), [], "the first pause is two seconds");
    let question = tick(&mut state, 4_000);
    fail(&mut state, &question, network());
    assert_eq!(tick(&mut state, 7_900), [], "the second is four");
    press(&mut state, 'j');
    assert_eq!(selected(&state), Some(2), "the table works meanwhile");
    let question = press(&mut state, 'r');
    assert_eq!(asked(&question).2, Priority::Page, "r tries at once");
    tick(&mut state, 12_000);
    answer(&mut state, question, pending(&[1, 2, 3]));
    assert_eq!((shown(&state), state.connection.failure.is_none()), (vec![1, 2, 3], true));
}

#[test]
fn a_wrong_key_stops_the_polling_until_r() {
    let mut state = loaded(&[1]);
    let question = tick(&mut state, 2_000);
    let refused = Failure::Refused { code: 70009, info: String::new(), invalid_accounts: Vec::new() };
    fail(&mut state, &question, refused);
    for second in 3..600 {
        assert_eq!(tick(&mut state, second * 1_000), []);
    }
    asked(&press(&mut state, 'r'));
}

#[test]
fn a_withdrawn_question_is_no_trouble_of_the_network() {
    let mut state = loaded(&[1]);
    let question = press(&mut state, 'r');
    fail(&mut state, &question, Failure::NotSent { reason: NotSent::Withdrawn, detail: String::new() });
    assert_eq!(state.connection.failure, None);
}

#[test]
fn changed_cells_are_marked_for_two_beats_and_transitions_are_remembered() {
    let mut state = loaded(&[1, 2]);
    let question = tick(&mut state, 2_000);
    answer(&mut state, question, vec![task(1, 1, "dispatching"), task(2, 9, "pending")]);
    let marked = |state: &State, id, column| state.board.is_marked(TaskId(id), column, state.now);
    assert!(marked(&state, 1, Column::Status) && marked(&state, 2, Column::Scheduled));
    assert!(!marked(&state, 2, Column::Status));
    tick(&mut state, 4_000);
    assert!(!marked(&state, 1, Column::Status));
    let states: Vec<Outcome> = state.board.seen[&TaskId(1)].iter().map(|(_, o)| o.clone()).collect();
    assert_eq!(states, [Outcome::Dispatching]);
    assert!(!state.board.seen.contains_key(&TaskId(2)), "what did not change costs nothing");
}

#[test]
fn the_filter_takes_effect_while_typing_and_esc_takes_it_back() {
    let mut state = loaded(&[1, 2, 12]);
    press(&mut state, '/');
    for c in "id~2".chars() {
        press(&mut state, c);
    }
    assert_eq!((shown(&state), selected(&state)), (vec![2, 12], Some(2)));
    code(&mut state, KeyCode::Enter);
    assert!(state.layers.is_empty());
    code(&mut state, KeyCode::Esc);
    assert_eq!(shown(&state), [1, 2, 12]);
    press(&mut state, '/');
    press(&mut state, '9');
    assert_eq!(shown(&state), [0; 0]);
    code(&mut state, KeyCode::Esc);
    assert_eq!(shown(&state), [1, 2, 12]);
}

#[test]
fn in_a_text_field_every_printable_key_is_text() {
    let mut state = loaded(&[1]);
    press(&mut state, '/');
    for c in "qDn?:tz".chars() {
        assert_eq!(press(&mut state, c), []);
    }
    assert_eq!(state.board.filter.text, "qDn?:tz");
    assert_eq!(state.layers.len(), 1);
}

#[test]
fn a_find_asks_the_server_and_esc_takes_it_back() {
    let mut state = loaded(&[1]);
    press(&mut state, 'f');
    for c in "stock".chars() {
        press(&mut state, c);
    }
    let question = code(&mut state, KeyCode::Enter);
    let keyword = |effects: &[Effect]| match effects {
        [Effect::Sync { wanted, .. }] => wanted.keyword.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((keyword(&question).as_str(), shown(&state)), ("stock", vec![]));
    let mut tasks = pending(&[1, 2]);
    tasks[1].title = "stock".to_owned();
    answer(&mut state, question, tasks);
    assert_eq!(shown(&state), [2], "what the service found, and no more");
    let question = code(&mut state, KeyCode::Esc);
    assert_eq!((keyword(&question).as_str(), shown(&state)), ("", vec![1, 2]));
}

#[test]
fn a_paste_outside_of_text_is_dropped_with_a_note() {
    let mut state = loaded(&[1, 2, 3]);
    assert_eq!(update(&mut state, Message::Pasted("qD\nj".into())), []);
    assert_eq!(selected(&state), Some(1));
    assert!(state.shared.note.unwrap().text.contains("dropped"));
}

#[test]
fn released_keys_do_nothing_and_held_keys_only_move() {
    let mut state = loaded(&[1, 2, 3]);
    let kind = |c, kind| Message::Key(KeyEvent::new_with_kind(KeyCode::Char(c), KeyModifiers::NONE, kind));
    update(&mut state, kind('j', KeyEventKind::Release));
    assert_eq!(selected(&state), Some(1));
    update(&mut state, kind('j', KeyEventKind::Repeat));
    assert_eq!(selected(&state), Some(2));
    assert_eq!(update(&mut state, kind('q', KeyEventKind::Repeat)), []);
    update(&mut state, kind('s', KeyEventKind::Repeat));
    assert!(state.layers.is_empty());
}

#[test]
fn a_task_that_is_going_out_says_why_it_cannot_be_changed() {
    let mut state = loaded(&[1]);
    let question = press(&mut state, 'r');
    tick(&mut state, 4_000);
    answer(&mut state, question, vec![task(1, 1, "dispatching"), task(2, 2, "dispatched")]);
    for key in ['e', 't', 'D'] {
        assert_eq!(press(&mut state, key), []);
        assert!(state.note.as_ref().unwrap().text.contains("90107"), "{key}");
        assert!(state.layers.is_empty());
    }
    press(&mut state, 'j');
    press(&mut state, 'D');
    assert!(state.shared.note.unwrap().text.contains("90106"));
}

#[test]
fn esc_never_quits_and_q_leaves_from_the_table() {
    let mut state = loaded(&[1]);
    for _ in 0..5 {
        assert_eq!(code(&mut state, KeyCode::Esc), []);
    }
    assert_eq!(press(&mut state, 'q'), [Effect::Quit]);
}

#[test]
fn leaving_while_a_write_is_under_way_has_to_be_asked_twice() {
    let mut state = loaded(&[1]);
    let req = state.ask();
    let write = crate::app::Write::Cancel { id: TaskId(1), kind: crate::domain::Kind::All };
    state.writes.push(crate::app::PendingWrite::new(req, write, at(0)));
    assert_eq!(press(&mut state, 'q'), []);
    assert!(state.note.as_ref().unwrap().text.contains("under way"));
    assert_eq!(press(&mut state, 'q'), [Effect::Quit]);
}

#[test]
fn a_task_in_doubt_is_found_by_its_word() {
    let mut state = loaded(&[1, 2]);
    let req = state.ask();
    let write = crate::app::Write::Cancel { id: TaskId(2), kind: crate::domain::Kind::All };
    let doubt = Some(network());
    let write = crate::app::PendingWrite::new(req, write, at(0));
    state.writes.push(crate::app::PendingWrite { doubt, ..write });
    press(&mut state, '/');
    for c in "status=?unk".chars() {
        press(&mut state, c);
    }
    assert_eq!(shown(&state), [2]);
}

#[test]
fn the_cursor_stays_on_screen_at_every_size() {
    let mut state = loaded(&(1..=40).collect::<Vec<_>>());
    for height in [8, 10, 24, 60] {
        update(&mut state, Message::Resized { columns: 80, rows: height });
        for key in ['G', 'k', 'g', 'j'] {
            press(&mut state, key);
            let rows = state.areas().unwrap().rows();
            let cursor = state.board.cursor().unwrap();
            assert!((state.board.top..state.board.top + rows).contains(&cursor), "{height} {key}");
        }
    }
    update(&mut state, Message::Resized { columns: 1, rows: 1 });
    press(&mut state, 'G');
}

fn past(ids: &[u64]) -> Vec<Task> {
    let old = |id: &u64| {
        let mut task = task(*id, 0, "dispatched");
        task.scheduled_at = Some(at(0).utc - chrono::Duration::hours(50 - i64::try_from(*id).unwrap()));
        with_json(task)
    };
    ids.iter().map(old).collect()
}

#[test]
fn no_row_is_left_out_by_turning_pages_over_the_line_that_says_now() {
    let (mut state, effects) = State::start(setup(), at(0), (100, 12));
    let ids: Vec<u64> = (1..=40).collect();
    let tasks: Vec<Task> = past(&ids[..19]).into_iter().chain(pending(&ids[19..])).collect();
    Service::new(tasks).answer(&mut state, effects);
    press(&mut state, 'G');
    while state.board.top > 0 {
        let before = state.board.top;
        press(&mut state, '<');
        let top = state.board.top;
        let last = top + viewport::Viewport::of(&state).rows_from(top, ids.len());
        assert!(top < before && last >= before, "{top}..{last} before {before}");
    }
}

#[test]
fn the_table_opens_on_the_next_task_to_come_with_a_little_of_the_past() {
    let (mut state, effects) = State::start(setup(), at(0), (100, 12));
    let tasks: Vec<Task> = past(&[1, 2, 3, 4, 5, 6]).into_iter().chain(pending(&[7, 8, 9])).collect();
    Service::new(tasks).answer(&mut state, effects);
    // With the line that says now there is room for three of the past.
    assert_eq!((selected(&state), state.board.top), (Some(7), 3));
}

#[test]
fn an_operator_who_went_somewhere_meanwhile_is_not_moved() {
    let (mut state, effects) = State::start(setup(), at(0), SIZE);
    let service =
        Service::new(past(&[1, 2, 3, 4, 5]).into_iter().chain(pending(&[6, 7])).collect::<Vec<_>>());
    // What comes next is there first; the past is still being read.
    let [list, sync] = effects.as_slice() else { panic!("{effects:?}") };
    service.answer(&mut state, vec![list.clone()]);
    assert_eq!(selected(&state), Some(6));
    press(&mut state, 'j');
    tick(&mut state, 2_000);
    service.answer(&mut state, vec![sync.clone()]);
    tick(&mut state, 4_000);
    assert_eq!((shown(&state), selected(&state)), (vec![1, 2, 3, 4, 5, 6, 7], Some(7)));
}

mod by_id;
mod changes;
mod focus;
mod now;
mod own;
mod phase;
mod sync;
mod timing;

#[test]
fn a_dead_key_says_so_and_names_the_key_for_help() {
    let mut state = loaded(&[1]);
    for (key, said) in [('u', "no key u here · ? help"), ('ü', "no key ü here · ? help")] {
        assert_eq!(press(&mut state, key), []);
        assert_eq!(state.note.as_ref().unwrap().text, said);
    }
    update(&mut state, Message::Key(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL)));
    assert_eq!(state.note.as_ref().unwrap().text, "no key ctrl-w here · ? help");
    state.shared.note = None;
    update(
        &mut state,
        Message::Key(KeyEvent::new_with_kind(KeyCode::Char('u'), KeyModifiers::NONE, KeyEventKind::Repeat)),
    );
    assert_eq!(state.shared.note, None, "a held key says it once");
    // Where text is typed the key for help is text, and what edits is no dead key.
    press(&mut state, '/');
    update(&mut state, Message::Key(KeyEvent::new(KeyCode::F(5), KeyModifiers::NONE)));
    assert_eq!(state.shared.note.take().unwrap().text, "no key F5 here");
    for key in ['a', 'w', 'e', 'u'] {
        update(&mut state, Message::Key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::CONTROL)));
    }
    for key in [KeyCode::Left, KeyCode::Home, KeyCode::Delete, KeyCode::Char('?')] {
        code(&mut state, key);
    }
    assert_eq!(state.shared.note, None);
}

#[test]
fn what_is_said_to_a_key_goes_when_its_place_is_left_and_what_an_answer_says_stays() {
    let mut state = loaded(&[1, 2]);
    let said = |state: &State| state.note.is_some();
    press(&mut state, 'u');
    tick(&mut state, 1_000);
    assert!(said(&state), "time does not take it away so soon");
    press(&mut state, 'j');
    assert!(!said(&state), "another row is another place");
    press(&mut state, 'u');
    press(&mut state, '?');
    assert!(!said(&state), "and so is another screen");
    code(&mut state, KeyCode::Esc);
    update(&mut state, Message::Noted("the log cannot be written".to_owned()));
    for key in ['k', '?'] {
        press(&mut state, key);
        assert!(said(&state), "{key}");
    }
    tick(&mut state, 60_000);
    assert!(!said(&state));
}
