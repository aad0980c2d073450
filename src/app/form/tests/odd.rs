//! Tasks as nobody would make them: they open in every form, and can be moved, edited and copied.

use super::*;
use crate::app::State;
use crate::app::testing::{open_edit, open_from, open_time};
use crate::domain::Problem;
use crate::domain::fields::FIELDS;

const PARENTS: [&str; 6] = [
    "Condition",
    "OfflinePushInfo",
    "OfflinePushInfo.ApnsInfo",
    "OfflinePushInfo.ApnsInfo.LiveActivity",
    "OfflinePushInfo.AndroidInfo",
    "OfflinePushInfo.HarmonyInfo",
];

fn request(state: &State) -> Result<FormRequest, Vec<(FormField, Problem)>> {
    form(state).request(state.server_now(), state.setup.zone)
}

#[test]
fn a_create_that_would_say_nothing_is_refused_unless_it_is_data_alone() {
    let mut state = start();
    new_form(&mut state);
    type_in(&mut state, "a");
    go_to(&mut state, "When");
    type_in(&mut state, "+90m");
    ctrl(&mut state, 's');
    assert!(state.review().is_none());
    assert_eq!(form(&state).focus.label(), "Title");
    assert!(note(&state) == "not ready: Title", "{}", note(&state));
    for (label, text) in [("Title", "t"), ("Text", "d"), ("Template", "1400000000-1")] {
        go_to(&mut state, label);
        type_in(&mut state, text);
        assert!(matches!(request(&state), Ok(FormRequest::Create(_))), "{label}");
        ctrl(&mut state, 'u');
        assert!(request(&state).is_err(), "{label}");
    }
    for (label, text, ready) in [("Title", "  ", false), ("App data", "{}", false), ("Mode", "1", true)] {
        go_to(&mut state, label);
        type_in(&mut state, text);
        assert_eq!(request(&state).is_ok(), ready, "{label}");
    }
}

#[test]
fn a_change_that_would_leave_nothing_to_say_is_refused_but_the_time_may_be_changed() {
    let mut state = start();
    open_edit(&mut state, &tag_task());
    ctrl(&mut state, 'u');
    assert!(matches!(request(&state), Ok(FormRequest::Modify(_))), "the text still stands");
    go_to(&mut state, "Text");
    ctrl(&mut state, 'u');
    assert!(request(&state).is_err());

    let mut odd = tag_task();
    odd.content.set("OfflinePushInfo.Title", None);
    odd.content.set("OfflinePushInfo.Desc", None);
    let mut state = start();
    open_edit(&mut state, &odd);
    go_to(&mut state, "Marker");
    type_in(&mut state, "x");
    assert!(request(&state).is_err(), "it would still say nothing");
    ctrl(&mut state, 'u');
    go_to(&mut state, "When");
    ctrl(&mut state, 'u');
    type_in(&mut state, "+3h");
    assert!(matches!(request(&state), Ok(FormRequest::Modify(change)) if change.content.is_none()));
    let mut state = start();
    open_time(&mut state, &odd);
    ctrl(&mut state, 'u');
    type_in(&mut state, "+3h");
    assert!(matches!(request(&state), Ok(FormRequest::Modify(_))));
}

#[test]
fn a_task_with_any_field_null_can_be_copied_as_it_is() {
    for path in FIELDS.iter().map(|field| field.path).chain(PARENTS) {
        let mut odd = tag_task();
        odd.content.set(path, Some(serde_json::Value::Null));
        let mut state = start();
        open_from(&mut state, &odd);
        type_in(&mut state, "+90m");
        let problems: Vec<FormField> =
            request(&state).err().into_iter().flatten().map(|(field, _)| field).collect();
        // What every task needs has to be given, nothing else.
        let needed = match path {
            "Condition" | "Condition.TagsOr" => Some("All tags"),
            "OfflinePushInfo" => Some("Title"),
            "From_Account" => Some("Sender"),
            _ => None,
        };
        assert_eq!(problems.first().map(|field| field.label()), needed, "{path}: {problems:?}");
    }
}

#[test]
fn a_task_with_any_field_odd_opens_in_every_form_and_its_time_can_be_changed() {
    let odd_values =
        [json!(null), json!(5), json!("x"), json!(true), json!([]), json!([null, 7]), json!({"a": 1})];
    for path in FIELDS.iter().map(|field| field.path).chain(PARENTS) {
        for value in &odd_values {
            let mut odd = tag_task();
            odd.content.set(path, Some(value.clone()));
            let what = format!("{path} = {value}");
            let mut state = start();
            open_time(&mut state, &odd);
            ctrl(&mut state, 'u');
            type_in(&mut state, "+3h");
            let Ok(FormRequest::Modify(change)) = request(&state) else { panic!("{what}") };
            assert_eq!(change.content, None);
            ctrl(&mut state, 's');
            assert!(state.review().is_some(), "{what}: {}", note(&state));

            let mut state = start();
            open_edit(&mut state, &odd);
            assert_eq!(request(&state), Ok(FormRequest::Nothing), "{what}");

            let mut state = start();
            open_from(&mut state, &odd);
            assert!(state.form().is_some(), "{what}");
        }
    }
}

#[test]
fn what_a_copy_cannot_take_over_is_said() {
    let mut odd = tag_task();
    odd.content.set("OfflinePushInfo.ApnsInfo", Some(json!([1])));
    let mut state = start();
    open_from(&mut state, &odd);
    assert_eq!(note(&state), "not copied, as it cannot be read: OfflinePushInfo.ApnsInfo");
    type_in(&mut state, "+90m");
    assert!(matches!(request(&state), Ok(FormRequest::Create(_))));
}
