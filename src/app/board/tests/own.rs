//! What the operator did himself shows at once, in its place and selected, whatever the list brings and when.

use std::sync::Arc;

use super::*;
use crate::app::board::by_id::go_to_id;
use crate::app::board::go_to::{await_task, go_to_task, strike};

fn due(id: u64, minute: i64) -> Task {
    let mut task = task(id, 0, "pending");
    task.scheduled_at = Some(at(0).utc + TimeDelta::minutes(minute));
    task
}

/// Tasks 1 to `count`, one a minute from the present on.
fn all(count: u64) -> Vec<Task> {
    (1..=count).map(|id| due(id, i64::try_from(id).unwrap())).collect()
}

fn answer_all(state: &mut State, effects: Vec<Effect>, service: &[Task]) -> usize {
    Service::new(service.to_vec()).answer(state, effects)
}

fn open(service: &[Task]) -> State {
    let (mut state, effects) = State::start(setup(), at(0), SIZE);
    answer_all(&mut state, effects, service);
    state
}

fn is_in_sight(state: &State) -> bool {
    let view = viewport::Viewport::of(state);
    let shown = view.rows_from(state.board.top, state.board.count());
    state.board.cursor().is_some_and(|row| (state.board.top..state.board.top + shown).contains(&row))
}

#[test]
fn a_written_task_is_selected_and_in_sight_before_the_list_brings_it() {
    let mut service = all(4);
    let mut state = open(&service);
    let new = due(77, 2);
    await_task(&mut state, new.id);
    assert_eq!(state.board.selected, Some(TaskId(77)), "it was created, and is being read");
    let effects = tick(&mut state, 4_000);
    answer_all(&mut state, effects, &service);
    assert_eq!(state.board.selected, Some(TaskId(77)), "no other takes its place");
    assert_eq!(go_to_task(&mut state, &Arc::new(new.clone())), []);
    assert_eq!((shown(&state), is_in_sight(&state)), (vec![1, 2, 77, 3, 4], true));
    // The list brings it with the third answer only.
    for (seconds, is_listed) in [(10, false), (20, false), (30, true)] {
        if is_listed {
            service.insert(2, new.clone());
        }
        let effects: Vec<Effect> = tick(&mut state, seconds * 1000);
        let (gets, lists) =
            effects.into_iter().partition::<Vec<_>, _>(|effect| matches!(effect, Effect::Get { .. }));
        assert!(gets.len() <= 1);
        answer_all(&mut state, lists, &service);
        for get in gets {
            let Effect::Get { req, .. } = get else { continue };
            update(&mut state, Message::Got { req, result: Ok(Box::new(new.clone())) });
        }
        assert_eq!((shown(&state), selected(&state)), (vec![1, 2, 77, 3, 4], Some(77)), "{seconds}");
    }
}

#[test]
fn a_written_task_far_away_is_gone_to() {
    let service = all(300);
    for id in [1, 6, 7, 40, 150, 296, 300] {
        let mut state = open(&service);
        let task = service.iter().find(|task| task.id.0 == id).unwrap();
        let effects = go_to_task(&mut state, &Arc::new(task.clone()));
        assert_eq!(selected(&state), Some(id), "at once");
        assert!(is_in_sight(&state));
        assert!(answer_all(&mut state, effects, &service) < 5);
        assert_eq!(selected(&state), Some(id));
        assert!(is_in_sight(&state), "{id}: {:?}", shown(&state));
        assert_eq!(shown(&state).iter().filter(|shown| **shown == id).count(), 1);
    }
}

#[test]
fn a_task_outside_of_what_is_asked_for_changes_the_question_and_says_so() {
    let service = all(20);
    let mut state = open(&service);
    state.board.keyword = "sale".to_owned();
    let far = due(99, 60 * 24 * 80);
    let effects = go_to_task(&mut state, &Arc::new(far.clone()));
    let [Effect::Sync { wanted, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(wanted.range.holds(far.scheduled_at.unwrap()) && wanted.keyword.is_empty());
    let words = state.note.as_ref().unwrap().text.clone();
    assert!(words.contains("#99") && words.contains("range") && words.contains("sale"), "{words}");
    answer_all(&mut state, effects, &service);
    assert_eq!((shown(&state), selected(&state)), (vec![99], Some(99)));
}

#[test]
fn a_cancelled_task_stays_struck_in_its_place_and_the_selection_does_not_slide() {
    let mut service = all(5);
    let mut state = open(&service);
    press(&mut state, 'j');
    let cancelled = Arc::clone(state.board.selected_task().unwrap());
    strike(&mut state, Arc::clone(&cancelled));
    let is_struck = |state: &State| state.board.own.is_cancelled(cancelled.id);
    // A service that lists late brings it once more.
    let effects = tick(&mut state, 5_000);
    answer_all(&mut state, effects, &service);
    assert_eq!((shown(&state), selected(&state), is_struck(&state)), (vec![1, 2, 3, 4, 5], Some(2), true));
    service.remove(1);
    let effects = tick(&mut state, 10_000);
    answer_all(&mut state, effects, &service);
    assert_eq!((shown(&state), selected(&state), is_struck(&state)), (vec![1, 2, 3, 4, 5], Some(2), true));
    for key in ['e', 't', 'D'] {
        assert_eq!(press(&mut state, key), []);
        assert!(state.layers.is_empty() && state.note.as_ref().unwrap().text.contains("cancelled"), "{key}");
    }
    // One that is listed again after a minute was not cancelled: the list counts.
    service.insert(1, due(2, 2));
    let effects = tick(&mut state, 80_000);
    answer_all(&mut state, effects, &service);
    assert!(!is_struck(&state));
}

#[test]
fn a_task_on_the_table_is_gone_to_by_its_number_as_it_stands_there() {
    let mut service = all(5);
    let mut state = open(&service);
    let cancelled = Arc::clone(state.board.selected_task().unwrap());
    strike(&mut state, Arc::clone(&cancelled));
    press(&mut state, 'j');
    for id in [cancelled.id, TaskId(4)] {
        assert_eq!(go_to_id(&mut state, id), []);
        assert_eq!(state.board.selected, Some(id));
    }
    assert!(state.board.own.is_cancelled(cancelled.id), "it stays struck");
    // What was only listed is not held against a newer list.
    service[3].title = "changed by somebody else".to_owned();
    service[3].scheduled_at = service[4].scheduled_at.map(|at| at + TimeDelta::minutes(1));
    service.swap(3, 4);
    let effects = tick(&mut state, 5_000);
    answer_all(&mut state, effects, &service);
    assert_eq!(shown(&state), [1, 2, 3, 5, 4]);
}

#[test]
fn what_goes_out_was_not_cancelled_whatever_was_said() {
    let service = all(3);
    let mut state = open(&service);
    let task = Arc::clone(state.board.selected_task().unwrap());
    strike(&mut state, Arc::clone(&task));
    let mut out = service.clone();
    out[0] = super::task(1, 0, "dispatching");
    out[0].scheduled_at = task.scheduled_at;
    let effects = tick(&mut state, 5_000);
    answer_all(&mut state, effects, &out);
    assert!(!state.board.own.is_cancelled(task.id));
    assert_eq!(state.board.task(task.id).unwrap().outcome(), Outcome::Dispatching);
}

#[test]
fn a_filter_does_not_hide_the_task_that_was_gone_to_and_one_without_hits_keeps_the_selection() {
    let service = all(4);
    let mut state = open(&service);
    press(&mut state, 'j');
    press(&mut state, '/');
    for c in "id=99".chars() {
        press(&mut state, c);
    }
    assert_eq!((shown(&state), selected(&state)), (vec![], Some(2)));
    assert!(state.selected().is_none(), "what is not shown is not acted on");
    code(&mut state, KeyCode::Enter);
    assert_eq!(press(&mut state, 'D'), []);
    assert!(state.layers.is_empty() && state.note.as_ref().unwrap().text.contains("the filter hides #2"));
    go_to_task(&mut state, &Arc::new(service[2].clone()));
    assert_eq!((shown(&state), selected(&state)), (vec![3], Some(3)));
    code(&mut state, KeyCode::Esc);
    assert_eq!((shown(&state), selected(&state)), (vec![1, 2, 3, 4], Some(3)));
}

#[test]
fn a_task_that_the_list_does_not_bring_is_read_again_and_leaves_when_it_is_gone() {
    let service = all(3);
    let mut state = open(&service);
    go_to_task(&mut state, &Arc::new(due(9, 9)));
    let mut reads = 0;
    for second in 1..200 {
        for effect in tick(&mut state, second * 1000) {
            match effect {
                Effect::Get { req, id, priority } => {
                    reads += 1;
                    assert_eq!((id.0, priority), (9, Priority::Background));
                    if second < 150 {
                        update(&mut state, Message::Got { req, result: Ok(Box::new(due(9, 9))) });
                        continue;
                    }
                    let gone =
                        Failure::Refused { code: 90104, info: String::new(), invalid_accounts: Vec::new() };
                    update(&mut state, Message::Got { req, result: Err(gone) });
                }
                list => drop(answer_all(&mut state, vec![list], &service)),
            }
        }
        if second < 150 {
            assert_eq!(shown(&state), [1, 2, 3, 9], "{second}");
        }
    }
    assert!((10..=20).contains(&reads), "{reads}");
    assert_eq!(shown(&state), [1, 2, 3]);
    assert!(state.selected().is_some());
}

#[test]
fn a_change_that_the_list_does_not_show_yet_is_shown_and_the_list_wins_in_the_end() {
    let service = all(4);
    let mut state = open(&service);
    let moved = due(2, 30);
    go_to_task(&mut state, &Arc::new(moved));
    let effects = tick(&mut state, 5_000);
    answer_all(&mut state, effects, &service);
    assert_eq!((shown(&state), selected(&state)), (vec![1, 3, 4, 2], Some(2)));
    let effects: Vec<Effect> = tick(&mut state, 70_000);
    answer_all(
        &mut state,
        effects.into_iter().filter(|e| matches!(e, Effect::List { .. })).collect(),
        &service,
    );
    assert_eq!(shown(&state), [1, 2, 3, 4]);
}

#[test]
fn a_task_that_is_held_but_fires_outside_of_the_range_is_gone_to_by_another_range() {
    let mut service = all(4);
    service.push(due(9, 60 * 24 * 400));
    let mut state = open(&service[..4]);
    let far = with_json(service[4].clone());
    state.board.schedule.put(crate::domain::schedule::Row::of(&far), 0);
    let effects = go_to_id(&mut state, TaskId(9));
    assert!(state.note.as_ref().unwrap().text.contains("the range is another"));
    assert!(state.board.range.holds(far.scheduled_at.unwrap()));
    answer_all(&mut state, effects, &service);
    assert_eq!((shown(&state), selected(&state)), (vec![9], Some(9)));
    // It is there for good, and not in spite of a filter.
    press(&mut state, '/');
    press(&mut state, 'x');
    code(&mut state, KeyCode::Esc);
    assert_eq!((shown(&state), selected(&state)), (vec![9], Some(9)));
}
