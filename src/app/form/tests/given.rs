//! What stands in a field without having been typed there: it makes room for what is typed, as a selected text
//! does. What the operator typed is never replaced so.

use super::*;
use crate::app::testing::{open_edit, open_from, open_time};

fn text(state: &State) -> String {
    form(state).text(form(state).focus).to_owned()
}

#[test]
fn a_short_text_of_the_task_is_replaced_as_a_whole_and_a_movement_keeps_it() {
    let mut state = start();
    open_edit(&mut state, &tag_task());
    assert!(form(&state).entry.is_selected());
    type_in(&mut state, "N");
    assert_eq!(text(&state), "N");
    // It is the operator's own now, also when the field is left and entered again.
    press(&mut state, KeyCode::Tab);
    press(&mut state, KeyCode::BackTab);
    type_in(&mut state, "ew");
    assert_eq!(text(&state), "New");

    let mut state = start();
    open_edit(&mut state, &tag_task());
    press(&mut state, KeyCode::End);
    type_in(&mut state, "er");
    assert_eq!(text(&state), "older");
    let mut state = start();
    open_edit(&mut state, &tag_task());
    press(&mut state, KeyCode::Backspace);
    assert_eq!(text(&state), "");
    open_time(&mut state, &tag_task());
    update(&mut state, Message::Pasted("+3h".to_owned()));
    assert_eq!(text(&state), "+3h");
}

#[test]
fn what_has_several_lines_is_gone_on_with() {
    let mut state = start();
    open_edit(&mut state, &tag_task());
    for (label, then) in [("Text", "text!"), ("Any tag", "vip!")] {
        go_to(&mut state, label);
        assert!(!form(&state).entry.is_selected());
        type_in(&mut state, "!");
        assert_eq!(text(&state), then);
    }
}

#[test]
fn the_sender_that_is_set_and_the_title_of_a_copy_are_replaced_and_a_draft_is_not() {
    let mut state = start();
    new_form(&mut state);
    go_to(&mut state, "Title");
    type_in(&mut state, "mine");
    go_to(&mut state, "Sender");
    type_in(&mut state, "shop");
    assert_eq!(text(&state), "shop");
    press(&mut state, KeyCode::Esc);
    reopened(&mut state);
    for (label, then) in [("Title", "mine!"), ("Sender", "shop!")] {
        go_to(&mut state, label);
        type_in(&mut state, "!");
        assert_eq!(text(&state), then);
    }
    press(&mut state, KeyCode::Esc);
    open_from(&mut state, &tag_task());
    go_to(&mut state, "Title");
    type_in(&mut state, "copy");
    assert_eq!(text(&state), "copy");
}
