//! How many keys a job costs, the typed text left out: pressed one by one, up to the review.

use super::*;
use crate::app::testing::open_edit;
use crate::app::write::Subject;
use crate::domain::wire::time_out;

/// A step of a job.
enum Step {
    /// A key that is pressed.
    Key(KeyCode),
    /// One with control.
    Ctrl(char),
    /// What has to be typed anyway.
    Text(&'static str),
}

use Step::{Ctrl, Key, Text};

const TAB: Step = Key(KeyCode::Tab);

/// Does these steps; gives how many keys they cost.
fn keys(state: &mut State, steps: &[Step]) -> usize {
    for step in steps {
        match step {
            Key(code) => drop(press(state, *code)),
            Ctrl(c) => drop(ctrl(state, *c)),
            Text(text) => drop(type_in(state, text)),
        }
    }
    steps.iter().filter(|step| !matches!(step, Text(_))).count()
}

fn created(state: &State) -> &crate::domain::NewTask {
    let Subject::Create(new) = &state.review().expect("a review").subject else { panic!("no create") };
    new
}

#[test]
fn a_push_to_one_user_in_ten_minutes_costs_seven_keys_up_to_its_review() {
    let mut state = start();
    let steps = [
        Key(KeyCode::Char('n')),
        Key(KeyCode::Char('u')),
        TAB,
        Text("mona"),
        TAB,
        Text("Order shipped"),
        TAB,
        Text("It arrives on Friday."),
        TAB,
        Text("+10m"),
        Ctrl('s'),
    ];
    assert_eq!(keys(&mut state, &steps), 7);
    let new = created(&state);
    assert_eq!((new.kind.wire(), new.content.at("To_Account")), ("User", Some(&json!(["mona"]))));
    assert_eq!(time_out(new.scheduled_at), "2026-11-21 06:13:22");
}

#[test]
fn a_push_to_everyone_tomorrow_at_nine_costs_six_keys_up_to_its_review() {
    let mut state = start();
    let steps = [
        Key(KeyCode::Char('n')),
        Key(KeyCode::Char('a')),
        TAB,
        Text("Flash sale"),
        TAB,
        Text("Everything 30 % off."),
        TAB,
        Text("tomorrow 9"),
        Ctrl('s'),
    ];
    assert_eq!(keys(&mut state, &steps), 6);
    let new = created(&state);
    assert_eq!((new.kind.wire(), time_out(new.scheduled_at).as_str()), ("All", "2026-11-22 01:00:00"));
}

#[test]
fn to_write_another_text_for_a_task_that_is_open_costs_a_key_a_field_and_one_for_the_review() {
    let mut state = start();
    open_edit(&mut state, &tag_task());
    // The title is replaced as a whole; the text is gone on with.
    assert_eq!(keys(&mut state, &[Text("New title"), TAB, Text(" and more"), Ctrl('s')]), 2);
    let Subject::Modify { change, .. } = &state.review().expect("a review").subject else {
        panic!("no change")
    };
    let content = change.content.as_ref().expect("a content");
    assert_eq!(content.text("OfflinePushInfo.Title"), "New title");
    assert_eq!(content.text("OfflinePushInfo.Desc"), "text and more");
    assert_eq!(content.at("OfflinePushInfo.New"), Some(&json!([1.50])));
}
