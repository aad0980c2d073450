//! The API log as the operator uses it: keys in, what is chosen, shown and copied out.

use crate::app::Layer;
use crate::app::State;
use crate::app::calls::log::KEPT;
use crate::domain::call::End;
use crossterm::event::KeyCode;

use super::*;
use crate::app::Message;
use crate::app::testing::{self, board, call_log, ctrl, feed, key, press, type_in, typed};
use crate::domain::wire::Command;

const SIZE: (u16, u16) = (80, 24);

fn more(count: usize) -> Vec<Message> {
    (0..count).map(|_| Message::Called(Arc::new(testing::call(Command::List, End::Done)))).collect()
}

fn list(state: &State) -> CallList {
    let Some(Layer::Calls(list)) = state.layers.last() else { panic!("{:?}", state.layers) };
    *list
}

/// The number of the chosen attempt.
fn chosen(state: &State) -> u64 {
    let listed = list(state).listed(&state.calls);
    listed[list(state).chosen(&listed).unwrap()].number
}

/// The numbers of the attempts that are shown.
fn window(state: &State) -> Vec<u64> {
    let listed = list(state).listed(&state.calls);
    listed[list(state).window(&listed, rows(state))].iter().map(|attempt| attempt.number).collect()
}

fn newer(state: &State) -> usize {
    list(state).newer(&list(state).listed(&state.calls), rows(state))
}

fn write() -> Message {
    Message::Called(Arc::new(testing::call(Command::Add, End::Done)))
}

fn copied(effects: &[Effect]) -> &str {
    let [Effect::Copy(clip)] = effects else { panic!("{effects:?}") };
    &clip.text
}

fn label(effects: &[Effect]) -> &ClipLabel {
    let [Effect::Copy(clip)] = effects else { panic!("{effects:?}") };
    &clip.label
}

fn note(state: &State) -> &str {
    state.note.as_ref().map_or("", |note| note.text.as_str())
}

#[test]
fn it_opens_from_everywhere_but_a_text_field_and_closes_by_one_key() {
    for opened in ["", "?", "s", "\t"] {
        for close in [key(KeyCode::Esc), typed("q").remove(0), typed("@").remove(0)] {
            let mut state = board((120, 40));
            type_in(&mut state, opened);
            let below = state.layers.len();
            type_in(&mut state, "@");
            assert!(matches!(state.layers.last(), Some(Layer::Calls(_))), "after {opened:?}");
            feed(&mut state, [close]);
            assert_eq!(state.layers.len(), below, "after {opened:?}");
        }
    }
    for field in ["/", "f"] {
        let mut state = board(SIZE);
        type_in(&mut state, field);
        type_in(&mut state, "a@b");
        assert_eq!(state.layers.len(), 1, "{field}");
    }
    let mut state = board(SIZE);
    type_in(&mut state, "/a@b?");
    let Some(Layer::Filter(line)) = state.layers.last() else { panic!() };
    assert_eq!(line.entry.text(), "a@b?");
}

#[test]
fn help_over_the_list_leads_back_to_it_and_never_to_a_second_one() {
    let mut state = call_log(SIZE);
    type_in(&mut state, "k?@");
    assert_eq!(state.layers.len(), 1);
    assert_eq!(chosen(&state), state.calls.made() - 1);
    press(&mut state, KeyCode::Enter);
    type_in(&mut state, "@");
    assert!(matches!(state.layers[..], [Layer::Calls(_)]));
}

#[test]
fn it_follows_the_newest_until_one_moves_up_and_again_when_one_is_back_there() {
    let mut state = call_log(SIZE);
    assert_eq!(chosen(&state), 31);
    feed(&mut state, more(2));
    assert_eq!((chosen(&state), window(&state).last().copied(), newer(&state)), (33, Some(33), 0));

    type_in(&mut state, "kk");
    let shown = window(&state);
    assert_eq!((chosen(&state), newer(&state)), (31, 0));
    feed(&mut state, more(5));
    assert_eq!((chosen(&state), window(&state), newer(&state)), (31, shown, 5));

    type_in(&mut state, "G");
    feed(&mut state, more(1));
    assert_eq!((chosen(&state), newer(&state)), (39, 0));
    type_in(&mut state, "kj");
    feed(&mut state, more(1));
    assert_eq!(chosen(&state), 40, "down to the newest follows it again");
}

#[test]
fn the_chosen_attempt_is_always_shown_and_no_row_stays_empty() {
    for size in [(80, 24), (40, 12), (30, 8), (120, 40)] {
        let mut state = call_log(size);
        feed(&mut state, more(100));
        let pages = [key(KeyCode::PageUp), key(KeyCode::PageDown), key(KeyCode::PageUp)];
        let keys = typed("kkkkk").into_iter().chain(pages).chain(typed("gjjjkkGk")).chain(more(3));
        for message in keys {
            feed(&mut state, [message]);
            let window = window(&state);
            assert!(window.contains(&chosen(&state)), "{size:?}: {window:?}");
            assert_eq!(window.len(), rows(&state), "{size:?}");
        }
        for columns in [30, 200] {
            for rows in [8, 60, 9] {
                feed(&mut state, [Message::Resized { columns, rows }]);
                assert!(window(&state).contains(&chosen(&state)));
            }
        }
    }
}

#[test]
fn the_last_five_hundred_reads_are_kept_and_one_that_goes_gives_way_to_the_oldest() {
    let mut state = call_log(SIZE);
    // One of the log is a write.
    let writes = u64::try_from(state.calls.listed(true).len()).unwrap();
    type_in(&mut state, "g");
    assert_eq!((chosen(&state), writes), (1, 1));
    feed(&mut state, more(KEPT));
    assert_eq!((state.calls.listed(false).len(), state.calls.made()), (KEPT + 1, 531));
    assert_eq!(
        (chosen(&state), window(&state)[..2].to_vec()),
        (28, vec![28, 32]),
        "the write is still there"
    );
    assert!(state.calls.get(31).is_none() && state.calls.get(32).is_some() && state.calls.get(532).is_none());
    type_in(&mut state, "j");
    assert_eq!(chosen(&state), 32);
}

#[test]
fn polling_pushes_no_write_out_and_writes_push_out_only_older_ones() {
    let mut state = call_log(SIZE);
    feed(&mut state, [write()]);
    feed(&mut state, more(3 * KEPT));
    let numbers = |state: &State| -> Vec<u64> { state.calls.listed(true).iter().map(|a| a.number).collect() };
    assert_eq!(numbers(&state), [28, 32]);
    feed(&mut state, (0..2 * KEPT).map(|_| write()));
    assert_eq!((numbers(&state).len(), state.calls.listed(false).len()), (KEPT, 2 * KEPT));
    assert_eq!(numbers(&state).last().copied(), Some(state.calls.made()));
}

#[test]
fn writes_alone_keep_what_is_chosen_and_lead_back_to_it() {
    let mut state = call_log(SIZE);
    feed(&mut state, more(40));
    feed(&mut state, [write()]);
    feed(&mut state, more(40));
    type_in(&mut state, "w");
    assert_eq!((chosen(&state), window(&state)), (72, vec![28, 72]), "the newest of them");
    type_in(&mut state, "k");
    assert_eq!(chosen(&state), 28);
    feed(&mut state, more(5));
    type_in(&mut state, "w");
    assert_eq!(chosen(&state), 28, "it stays chosen among all");
    assert!(window(&state).contains(&28));
    type_in(&mut state, "jjj");
    let (read, shown) = (chosen(&state), window(&state));
    type_in(&mut state, "w");
    assert_eq!((read, chosen(&state)), (31, 72), "the write after it stands for it");
    feed(&mut state, more(5));
    type_in(&mut state, "w");
    assert_eq!((chosen(&state), window(&state)), (31, shown), "nobody moved: it is where it was");
    let copied_write = type_in(&mut state, "wy");
    assert!(copied(&copied_write).contains("add_sched_task"), "{copied_write:?}");
}

#[test]
fn without_a_write_every_key_is_harmless_and_one_leads_to_the_other_calls() {
    let mut state = board(SIZE);
    state.calls = Calls::default();
    feed(&mut state, more(3));
    type_in(&mut state, "@wjkgGy");
    press(&mut state, KeyCode::Enter);
    assert_eq!((list(&state).chosen(&state.calls.listed(true)), window(&state)), (None, vec![]));
    type_in(&mut state, "w");
    assert_eq!(chosen(&state), 3);
}

#[test]
fn one_attempt_stays_open_when_the_list_forgets_it_and_scrolls_to_its_end() {
    let mut state = call_log((40, 12));
    type_in(&mut state, "kkk");
    press(&mut state, KeyCode::Enter);
    let Some(Layer::Call(one)) = state.layers.last().cloned() else { panic!() };
    assert_eq!(one.call.command, Command::Modify);
    feed(&mut state, more(2 * KEPT));
    type_in(&mut state, "Gjj");
    let Some(Layer::Call(still)) = state.layers.last().cloned() else { panic!() };
    let longest = one.longest_scroll(&state);
    assert_eq!((&still.call, still.scroll), (&one.call, longest));
    assert!(longest > 0);
    press(&mut state, KeyCode::Esc);
    assert!(matches!(state.layers[..], [Layer::Calls(_)]));
}

#[test]
fn everything_that_is_known_of_an_attempt_is_told_and_cleaned() {
    let mut state = call_log((120, 40));
    let text = |state: &State, number: u64| {
        let call = state.calls.get(number).unwrap();
        let parts = lines::lines(state, call, 100).into_iter();
        parts
            .map(|line| line.into_iter().map(|part| part.text).collect::<String>() + "\n")
            .collect::<String>()
    };
    let modify = text(&state, 28);
    for piece in [
        "90107",
        "任务状态不允许修改\u{FFFD}[2J",
        "Sat 21 Nov 14:03:16 +08",
        "2026-11-21 06:03:16.000 UTC",
        "6s ago",
        "write",
        "#1234567891",
        "https://adminapisgp.im.qcloud.com/v4/timpush/modify_sched_task",
        "1400000001 as administrator",
        "287454020",
        "\"Title\": \"股票早报 · 今日行情\"",
        "it's 30 % off\u{FFFD}",
    ] {
        assert!(modify.contains(piece), "{piece} is missing in\n{modify}");
    }
    let timed_out = text(&state, 26);
    for piece in ["no answer within 10 s", "10 002 ms", "check the network", "the first"] {
        assert!(timed_out.contains(piece), "{piece} is missing in\n{timed_out}");
    }
    assert!(text(&state, 27).contains("number 2 at the same call"));
    assert!(text(&state, 30).contains("given up"));
    assert!(text(&state, 1).contains("0f31a9d2c44b4d0e"));

    let long = Call { bytes_sent: 99_000, ..testing::call(Command::Add, End::Done) };
    feed(&mut state, [Message::Called(Arc::new(long))]);
    assert!(text(&state, 32).contains("only its first 23 bytes were kept"));
}

#[test]
fn the_chosen_call_is_copied_from_the_list_and_from_its_page() {
    let mut state = call_log(SIZE);
    type_in(&mut state, "kkkkk");
    let from_list = type_in(&mut state, "y");
    assert!(copied(&from_list).contains("/v4/timpush/get_sched_task?"), "{from_list:?}");
    assert_eq!(label(&from_list).what, "get_sched_task as curl");
    assert_eq!(label(&from_list).remark.as_deref(), Some("USERSIG is filled by: pushdeck usersig"));
    press(&mut state, KeyCode::Enter);
    assert_eq!(type_in(&mut state, "y"), from_list);
}

#[test]
fn the_copy_of_a_write_says_that_it_writes_again() {
    let mut state = call_log(SIZE);
    type_in(&mut state, "kkk");
    let effects = type_in(&mut state, "y");
    assert!(copied(&effects).contains("modify_sched_task") && copied(&effects).contains(r"\u202e"));
    let label = label(&effects);
    assert!(label.warns && label.what.contains("WRITES AGAIN"), "{label:?}");
}

#[test]
fn what_cannot_be_copied_whole_is_not_copied() {
    let mut state = call_log(SIZE);
    let cut = Call { bytes_sent: 99_000, ..testing::call(Command::Add, End::Done) };
    feed(&mut state, [Message::Called(Arc::new(cut))]);
    assert_eq!(type_in(&mut state, "y"), []);
    assert!(
        note(&state).contains("the log keeps only 16 384 of the body's 99 000 bytes"),
        "{}",
        note(&state)
    );
}

#[test]
fn without_a_call_every_key_is_harmless() {
    let mut state = testing::connecting(SIZE).0;
    type_in(&mut state, "@jkgGy");
    feed(&mut state, [key(KeyCode::Enter), key(KeyCode::PageUp), ctrl('d')]);
    assert_eq!((list(&state).chosen(&[]), window(&state), newer(&state)), (None, vec![], 0));
    press(&mut state, KeyCode::Esc);
    assert!(state.layers.is_empty());
}
