//! A task by its number, a filter that leaves nothing, and how many keys the daily jobs take.

use crossterm::event::KeyCode;
use serde_json::json;

use crate::app::form::FormField;
use crate::app::testing::{Service, board, ctrl, feed, key, task, typed};
use crate::app::{Effect, Layer, Message, ReqId, State, Verdict, Write};
use crate::domain::{Failure, Task, TaskId};

/// Loaded on no page, due in three days.
fn far() -> Task {
    task(7_777_777_777, 260_000, "Tag", "pending", "Far away", &json!({}))
}

fn selected(state: &State) -> Option<u64> {
    state.board.cursor().and(state.board.selected).map(|id| id.0)
}

fn note(state: &State) -> &str {
    state.note.as_ref().map_or("", |note| note.text.as_str())
}

fn got(effects: &[Effect]) -> ReqId {
    let [Effect::Get { req, id: TaskId(7_777_777_777), .. }] = effects else { panic!("{effects:?}") };
    *req
}

fn answer(req: ReqId, result: Result<Task, Failure>) -> Message {
    Message::Got { req, result: result.map(Box::new) }
}

fn not_there() -> Failure {
    Failure::Refused { code: 90104, info: "invalid request".to_owned(), invalid_accounts: Vec::new() }
}

fn enter(state: &mut State) -> Vec<Effect> {
    feed(state, [key(KeyCode::Enter)])
}

/// The service finds nothing.
fn nothing_found(state: &mut State, effects: Vec<Effect>) {
    Service::default().answer(state, effects);
}

#[test]
fn digits_in_the_palette_go_to_a_task_that_is_not_loaded_and_nothing_else_is_acted_on_meanwhile() {
    let mut state = board((120, 40));
    feed(&mut state, typed(":7777777777"));
    let req = got(&enter(&mut state));
    assert!(state.layers.is_empty(), "the table is in sight");
    feed(&mut state, typed("e"));
    assert!(state.layers.is_empty() && note(&state).contains("still being read"), "{}", note(&state));
    feed(&mut state, [answer(req, Ok(far()))]);
    assert_eq!((selected(&state), state.board.keyword.as_str()), (Some(7_777_777_777), ""));
    feed(&mut state, typed("e"));
    assert_eq!(state.form().unwrap().purpose.task().map(|task| task.id), Some(TaskId(7_777_777_777)));
}

#[test]
fn an_edit_of_a_known_text_by_its_id_takes_five_keys() {
    let mut state = board((120, 40));
    let mut keys = 0;
    let mut press = |state: &mut State, message: Message| {
        keys += 1;
        feed(state, [message])
    };
    press(&mut state, key(KeyCode::Char(':')));
    feed(&mut state, [Message::Pasted("#7777777777\n".to_owned())]);
    let req = got(&press(&mut state, key(KeyCode::Enter)));
    feed(&mut state, [answer(req, Ok(far()))]);
    press(&mut state, key(KeyCode::Char('e')));
    assert!(matches!(state.form().unwrap().focus, FormField::Field(field) if field.name() == "Title"));
    press(&mut state, key(KeyCode::Tab));
    feed(&mut state, typed("another text"));
    press(&mut state, ctrl('s'));
    assert!(state.review().is_some(), "{}", note(&state));
    assert_eq!(keys, 5);
}

#[test]
fn why_the_last_one_failed_takes_four_keys() {
    let mut state = board((80, 24));
    let mut keys = 0;
    let mut press = |state: &mut State, code| {
        keys += 1;
        feed(state, [key(code)])
    };
    press(&mut state, KeyCode::Char('/'));
    feed(&mut state, typed("status=failed"));
    press(&mut state, KeyCode::Enter);
    press(&mut state, KeyCode::Char('G'));
    press(&mut state, KeyCode::Enter);
    assert!(matches!(state.layers.last(), Some(Layer::Detail)));
    assert_eq!(state.selected().map(|task| task.dispatch_err.contains("60007")), Some(true));
    assert_eq!(keys, 4);
}

#[test]
fn an_id_that_the_service_does_not_know_says_so_and_loses_nothing() {
    let mut state = board((120, 40));
    feed(&mut state, typed("j"));
    let before = (selected(&state), state.board.top, state.board.range);
    feed(&mut state, typed(":7777777777"));
    let req = got(&enter(&mut state));
    feed(&mut state, [answer(req, Err(not_there()))]);
    assert_eq!(note(&state), "the service knows no task #7777777777");
    assert_eq!((selected(&state), state.board.top, state.board.range), before);
    // No answer is no proof that there is none.
    feed(&mut state, typed(":7777777777"));
    let req = got(&enter(&mut state));
    let silent = Failure::TimedOut { after: std::time::Duration::from_secs(10) };
    feed(&mut state, [answer(req, Err(silent))]);
    assert!(note(&state).starts_with("#7777777777 could not be read: "), "{}", note(&state));
    assert_eq!(selected(&state), before.0);
}

#[test]
fn a_late_answer_changes_nothing_and_takes_nobody_away_from_where_he_went() {
    let mut state = board((120, 40));
    let before = selected(&state);
    feed(&mut state, typed(":7777777777"));
    let first = got(&enter(&mut state));
    feed(&mut state, typed(":7777777777"));
    let second = got(&enter(&mut state));
    for result in [Ok(far()), Err(not_there())] {
        let shown = state.board.tasks();
        feed(&mut state, [answer(first, result)]);
        assert_eq!((selected(&state), state.board.tasks()), (None, shown), "only the last question counts");
    }
    feed(&mut state, typed("k"));
    let there = selected(&state);
    assert!(there.is_some() && there < before, "from where the operator was: {there:?}");
    feed(&mut state, [answer(second, Ok(far()))]);
    assert_eq!(selected(&state), there);
    assert!(note(&state).contains("#7777777777 is there"), "{}", note(&state));
}

#[test]
fn digits_that_filter_and_find_nothing_go_to_the_task_by_enter() {
    let mut state = board((120, 40));
    feed(&mut state, typed("/7777777777"));
    let req = got(&enter(&mut state));
    assert!(!state.board.filter.is_on() && state.layers.is_empty());
    feed(&mut state, [answer(req, Ok(far()))]);
    assert_eq!(selected(&state), Some(7_777_777_777));
    // Another filter hides it like any other task, and Esc brings it back.
    feed(&mut state, typed("/nothing"));
    assert_eq!((selected(&state), state.board.count()), (None, 0));
    feed(&mut state, [key(KeyCode::Esc)]);
    assert_eq!(selected(&state), Some(7_777_777_777));

    let mut state = board((120, 40));
    feed(&mut state, typed("f7777777777"));
    let effects = enter(&mut state);
    nothing_found(&mut state, effects);
    let req = got(&enter(&mut state));
    feed(&mut state, [answer(req, Ok(far()))]);
    assert_eq!((selected(&state), state.board.keyword.as_str()), (Some(7_777_777_777), ""));

    // Digits that hit something are a filter like another.
    let mut state = board((120, 40));
    feed(&mut state, typed("/1234567891"));
    assert_eq!(enter(&mut state), []);
    assert!(state.board.filter.is_on() && selected(&state) == Some(1_234_567_891));
}

#[test]
fn words_that_filter_nothing_are_looked_for_by_the_service_where_not_everything_was_read() {
    let mut state = board((120, 40));
    feed(&mut state, typed("/spring Gala"));
    assert_eq!(enter(&mut state), [], "everything is here: there is no more to be found");
    let mut state = State::start(crate::app::testing::setup(), crate::app::testing::now(), (120, 40));
    let service = Service { is_cut: true, ..Service::new(crate::app::testing::tasks()) };
    service.answer(&mut state.0, state.1);
    let mut state = state.0;
    feed(&mut state, typed("/spring Gala status=pending"));
    let effects = enter(&mut state);
    let [Effect::Sync { wanted, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(wanted.keyword, "spring Gala");
    assert_eq!((state.board.filter.text.as_str(), state.layers.len()), ("status=pending", 0));
    // A filter that is kept without a row offers the same; terms alone no find.
    let mut state = board((120, 40));
    feed(&mut state, typed("/status=unknown"));
    assert_eq!(enter(&mut state), []);
    assert_eq!((state.board.count(), state.board.filter.text.as_str()), (0, "status=unknown"));
    assert_eq!(enter(&mut state), []);
}

#[test]
fn leaving_a_filter_keeps_the_task_that_was_selected_before_it() {
    for leave in [&[KeyCode::Esc][..], &[KeyCode::Enter, KeyCode::Esc]] {
        let mut state = board((120, 40));
        let before = selected(&state);
        // The first letters pass other tasks, and all of them none.
        feed(&mut state, typed("/!x in>1h status=unk"));
        assert_eq!(selected(&state), None);
        for code in leave {
            feed(&mut state, [key(*code)]);
        }
        assert_eq!((selected(&state), state.board.filter.is_on()), (before, false), "{leave:?}");
    }
}

#[test]
fn what_is_read_by_its_id_also_tells_of_a_write_of_unknown_outcome() {
    let mut state = board((120, 40));
    let req = state.ask();
    let write = Write::Cancel { id: TaskId(7_777_777_777), kind: crate::domain::Kind::Tag };
    let doubt = Some(Failure::TimedOut { after: std::time::Duration::from_secs(10) });
    let pending = crate::app::PendingWrite::new(req, write, state.now);
    state.writes.push(crate::app::PendingWrite { doubt, ..pending });
    feed(&mut state, typed(":7777777777"));
    let req = got(&enter(&mut state));
    feed(&mut state, [answer(req, Ok(far()))]);
    // It stands: that it was cancelled is not so, at least not yet.
    assert_ne!(
        state.writes[0].verdict,
        Some(Verdict::Done(crate::app::Written::Cancelled(TaskId(7_777_777_777))))
    );
    assert_eq!(selected(&state), Some(7_777_777_777));
}
