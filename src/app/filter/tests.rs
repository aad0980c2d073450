use crossterm::event::KeyCode;

use crate::app::testing::{board, ctrl, feed, key, typed};
use crate::app::{Layer, Message, State};

fn text(state: &State) -> String {
    match state.layers.last() {
        Some(Layer::Filter(line)) => line.entry.text(),
        _ => panic!("no line"),
    }
}

#[test]
fn esc_brings_back_the_filter_before_and_loses_no_text() {
    let mut state = board((120, 40));
    feed(&mut state, typed("/sale 30 j 5"));
    assert_eq!(text(&state), "sale 30 j 5", "digits and letters of keys are text");
    feed(&mut state, [key(KeyCode::Esc)]);
    assert!(state.layers.is_empty() && !state.board.filter.is_on());
    feed(&mut state, typed("/"));
    assert_eq!((text(&state).as_str(), state.board.filter.text.as_str()), ("sale 30 j 5", "sale 30 j 5"));
    feed(&mut state, [ctrl('u')]);
    feed(&mut state, [typed("Flash"), vec![key(KeyCode::Enter)], typed("/")].concat());
    assert_eq!(text(&state), "Flash", "now it is the filter that is on");
    feed(&mut state, [key(KeyCode::Esc)]);
    assert_eq!(state.drafts.filter, None, "nothing was typed that the filter does not hold");
}

#[test]
fn a_large_paste_is_cut_and_said() {
    let mut state = board((120, 40));
    feed(&mut state, typed("/x"));
    feed(&mut state, [Message::Pasted("y\0".repeat(1 << 19))]);
    let words = state.shared.note.take().map(|note| note.text).unwrap_or_default();
    assert!(words.contains("cut at 256 bytes"), "{words}");
    assert_eq!(state.board.filter.text.len(), 256);
}

#[test]
fn the_arrows_recall_what_was_kept_and_come_back_to_what_was_typed() {
    let mut state = board((120, 40));
    for kept in ["sale", "status=pending", "sale"] {
        feed(&mut state, [typed("/"), vec![ctrl('u')], typed(kept), vec![key(KeyCode::Enter)]].concat());
    }
    // The one that is on stands in the line already: the arrow goes to the one before.
    feed(&mut state, [typed("/"), vec![key(KeyCode::Up)]].concat());
    assert_eq!(text(&state), "status=pending");
    feed(&mut state, [ctrl('u')]);
    feed(&mut state, typed("sto"));
    for (pressed, shown) in [
        (KeyCode::Down, "sto"),
        (KeyCode::Up, "sale"),
        (KeyCode::Up, "status=pending"),
        (KeyCode::Up, "status=pending"),
        (KeyCode::Down, "sale"),
        (KeyCode::Down, "sto"),
        (KeyCode::Down, "sto"),
    ] {
        feed(&mut state, [key(pressed)]);
        assert_eq!((text(&state).as_str(), state.board.filter.text.as_str()), (shown, shown));
    }
    // What is recalled is text like any other, and Esc brings back what was on.
    feed(&mut state, [vec![key(KeyCode::Up)], typed("s"), vec![key(KeyCode::Up)]].concat());
    assert_eq!(text(&state), "sale");
    feed(&mut state, [key(KeyCode::Down)]);
    assert_eq!(text(&state), "sales");
    feed(&mut state, [key(KeyCode::Esc)]);
    assert_eq!(state.board.filter.text, "sale");
}

#[test]
fn nothing_that_was_kept_is_nothing_to_recall() {
    let mut state = board((120, 40));
    feed(&mut state, [typed("/abc"), vec![key(KeyCode::Up), key(KeyCode::Down)]].concat());
    assert_eq!(text(&state), "abc");
}

#[test]
fn the_keys_of_the_saved_filters_lead_from_one_to_the_next() {
    let mut state = board((120, 40));
    feed(&mut state, typed("}"));
    assert_eq!(state.board.filter.text, "in<1h");
    feed(&mut state, typed("{{"));
    assert_eq!(state.board.filter.text, "type=all status=pending");
}

#[test]
fn a_filter_that_names_a_day_follows_the_zone_and_the_day() {
    let mut state = board((120, 40));
    feed(&mut state, [typed("/at=today"), vec![key(KeyCode::Enter)]].concat());
    let before = state.board.filter.clone();
    super::renew(&mut state);
    assert_eq!(state.board.filter, before);
    state.zone = "America/Los_Angeles".parse().unwrap();
    super::renew(&mut state);
    assert_ne!(state.board.filter, before);
}
