//! Keys and pastes: what goes into a field, and what goes from field to field.

use super::*;
use crate::app::Layer;
use crate::domain::fields::Group;

#[test]
fn the_type_is_chosen_with_arrows_smallest_audience_first_or_by_its_letter() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    let kind = |state: &State| form(state).draft.kind.clone().map(|kind| kind.wire().to_owned());
    press(&mut state, KeyCode::Right);
    assert_eq!(kind(&state).as_deref(), Some("User"));
    press(&mut state, KeyCode::Right);
    assert_eq!(kind(&state).as_deref(), Some("Tag"));
    type_in(&mut state, "a");
    assert_eq!(kind(&state).as_deref(), Some("All"));
    press(&mut state, KeyCode::Backspace);
    assert_eq!(kind(&state), None);
}

#[test]
fn enter_never_submits_and_never_sends() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    type_in(&mut state, "a");
    press(&mut state, KeyCode::Tab);
    type_in(&mut state, "Hello");
    go_to(&mut state, "When");
    type_in(&mut state, "tomorrow 9:00");
    for _ in 0..200 {
        let effects = press(&mut state, KeyCode::Enter);
        assert!(effects.is_empty(), "{effects:?}");
        assert!(matches!(state.layers.last(), Some(Layer::Form(_))));
    }
}

#[test]
fn enter_is_a_new_line_where_there_may_be_several_and_the_next_field_elsewhere() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    go_to(&mut state, "Title");
    press(&mut state, KeyCode::Enter);
    assert_eq!(form(&state).focus.label(), "Text");
    type_in(&mut state, "a");
    press(&mut state, KeyCode::Enter);
    type_in(&mut state, "b");
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Desc"), "a\nb");
    press(&mut state, KeyCode::Up);
    assert_eq!(form(&state).focus.label(), "Text");
    press(&mut state, KeyCode::Up);
    assert_eq!(form(&state).focus.label(), "Title");
    ctrl(&mut state, 'm');
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), "");
}

#[test]
fn every_printable_key_is_text_in_a_text_field() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    go_to(&mut state, "Title");
    type_in(&mut state, "qD?/: [x]股票");
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), "qD?/: [x]股票");
}

#[test]
fn groups_of_vendors_are_folded_until_opened_or_filled() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    let fields = |state: &State| form(state).fields().len();
    let folded = fields(&state);
    ctrl(&mut state, 'o');
    assert!(fields(&state) > folded + 30);
    ctrl(&mut state, 'o');
    assert_eq!(fields(&state), folded);
    go_to(&mut state, "Android");
    press(&mut state, KeyCode::Enter);
    assert_eq!(form(&state).focus.label(), "Sound");
    go_to(&mut state, "Huawei importance");
    press(&mut state, KeyCode::Right);
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.AndroidInfo.HuaWeiImportance"), "LOW");
    press(&mut state, KeyCode::Esc);
    reopened(&mut state);
    assert_eq!(form(&state).open, [Group::Android]);
}

#[test]
fn a_paste_goes_into_the_field_and_a_line_break_does_not_leave_it() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    type_in(&mut state, "u");
    update(&mut state, Message::Pasted("t".into()));
    assert_eq!(form(&state).draft.kind, Some(Kind::User));
    go_to(&mut state, "To");
    update(&mut state, Message::Pasted("anna\r\nbela\r\n".into()));
    assert_eq!(form(&state).draft.content().0.at("To_Account"), Some(&json!(["anna", "bela"])));
    go_to(&mut state, "Title");
    update(&mut state, Message::Pasted("two\nlines".into()));
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), "two lines");
}

#[test]
fn page_keys_go_from_group_to_group() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    let mut seen = vec![form(&state).focus.label()];
    for _ in 0..4 {
        press(&mut state, KeyCode::PageDown);
        seen.push(form(&state).focus.label());
    }
    assert_eq!(seen, ["Who", "Title", "When", "Extras", "Extras"]);
    ctrl(&mut state, 'o');
    press(&mut state, KeyCode::PageDown);
    assert_eq!(form(&state).focus.label(), "App data");
    press(&mut state, KeyCode::PageUp);
    press(&mut state, KeyCode::PageUp);
    assert_eq!(form(&state).focus.label(), "When");
}

#[test]
fn another_type_keeps_what_was_typed_for_the_one_before() {
    let mut state = start();
    new_form(&mut state);
    type_in(&mut state, "u");
    go_to(&mut state, "To");
    type_in(&mut state, "mona");
    go_to(&mut state, "Who");
    for key in ["t", "a"] {
        type_in(&mut state, key);
        assert_eq!(form(&state).draft.content().0.at("To_Account"), None);
        assert!(!form(&state).fields().iter().any(|field| field.label() == "To"));
    }
    type_in(&mut state, "u");
    assert_eq!(form(&state).draft.content().0.at("To_Account"), Some(&json!(["mona"])));
}

#[test]
fn a_value_is_chosen_by_arrows_or_by_what_it_begins_with_and_nothing_else_is_typed() {
    let mut state = start();
    new_form(&mut state);
    let path = "OfflinePushInfo.AndroidInfo.OPPONotifyLevel";
    go_to(&mut state, "OPPO level");
    for (key, value) in [("1", "1"), ("1", "16"), ("1", "1"), ("2", "2"), ("x", "2"), ("n", "1")] {
        state.note = None;
        type_in(&mut state, key);
        assert_eq!(form(&state).draft.entry(path), value, "{key}");
        assert_eq!(note(&state), if key == "x" { "no key x here" } else { "" });
    }
    press(&mut state, KeyCode::Right);
    assert_eq!(form(&state).draft.entry(path), "2");
    update(&mut state, Message::Pasted("16".to_owned()));
    assert_eq!(form(&state).draft.entry(path), "2");
    press(&mut state, KeyCode::Backspace);
    assert_eq!(form(&state).draft.entry(path), "");
}

#[test]
fn the_groups_stand_side_by_side_and_enter_goes_into_one() {
    let mut state = start();
    new_form(&mut state);
    go_to(&mut state, "Extras");
    press(&mut state, KeyCode::Left);
    assert_eq!(form(&state).focus.label(), "Extras");
    press(&mut state, KeyCode::Right);
    press(&mut state, KeyCode::Right);
    assert_eq!(form(&state).focus, FormField::Section(Group::Apple));
    press(&mut state, KeyCode::Enter);
    assert_eq!((form(&state).focus.label(), form(&state).open.as_slice()), ("Title", &[Group::Apple][..]));
    // From inside the key folds it and goes back to its name.
    ctrl(&mut state, 'o');
    assert_eq!((form(&state).focus, form(&state).open.len()), (FormField::Section(Group::Apple), 0));
}

#[test]
fn every_documented_field_is_reached_by_the_keys_alone() {
    let mut state = start();
    new_form(&mut state);
    ctrl(&mut state, 'o');
    let mut seen = std::collections::HashSet::new();
    for kind in ["t", "u"] {
        go_to(&mut state, "Who");
        type_in(&mut state, kind);
        for _ in 0..80 {
            if let FormField::Field(field) = form(&state).focus {
                seen.insert(field.path);
            }
            press(&mut state, KeyCode::Tab);
        }
    }
    assert_eq!(seen.len(), crate::domain::fields::FIELDS.len());
}
