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
    type_in(&mut state, "tomorrow 9:00");
    go_to(&mut state, "Title");
    type_in(&mut state, "Hello");
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
    assert_eq!(form(&state).focus.label(), "Desc");
    type_in(&mut state, "a");
    press(&mut state, KeyCode::Enter);
    type_in(&mut state, "b");
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Desc"), "a\nb");
    press(&mut state, KeyCode::Up);
    assert_eq!(form(&state).focus.label(), "Desc");
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
    press(&mut state, KeyCode::Right);
    go_to(&mut state, "HuaWeiImportance");
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
    go_to(&mut state, "To_Account");
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
    for _ in 0..7 {
        press(&mut state, KeyCode::PageDown);
        seen.push(form(&state).focus.label());
    }
    assert_eq!(seen, ["Type", "Title", "Ext", "From_Account", "Apple", "Android", "HarmonyOS", "HarmonyOS"]);
    press(&mut state, KeyCode::PageUp);
    assert_eq!(form(&state).focus.label(), "Android");
}
