//! Lists and large texts: what is typed or pasted is what is sent, or it is said that it is not.

use crate::app::State;
use crate::app::testing::open_edit;
use proptest::prelude::*;

use super::*;
use crate::domain::list;

/// A new task to these accounts, ready but for what is typed next.
fn ready(kind: char, list: &str) -> State {
    let mut state = start();
    new_form(&mut state);
    type_in(&mut state, &kind.to_string());
    go_to(&mut state, "When");
    type_in(&mut state, "+90m");
    go_to(&mut state, "Title");
    type_in(&mut state, "t");
    go_to_back(&mut state, list);
    state
}

fn go_to_back(state: &mut State, label: &str) {
    for _ in 0..80 {
        if form(state).focus.label() == label {
            return;
        }
        press(state, KeyCode::BackTab);
    }
    panic!("no field {label}");
}

fn request(state: &State) -> Result<FormRequest, Vec<String>> {
    let request = form(state).request(state.server_now(), state.setup.zone);
    request.map_err(|problems| {
        problems.into_iter().map(|(field, problem)| fields::words(&problem, field)).collect()
    })
}

fn sent(state: &State, path: &str) -> serde_json::Value {
    match request(state) {
        Ok(FormRequest::Create(new)) => new.content.at(path).cloned().unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

fn count(state: &State) -> Option<String> {
    form(state).count(form(state).focus)
}

#[test]
fn two_accounts_with_a_comma_between_are_two_and_the_form_says_so() {
    for typed in ["mona, li_wei", "mona li_wei", "mona，li_wei", "mona；li_wei"] {
        let mut state = ready('u', "To");
        type_in(&mut state, typed);
        assert_eq!(count(&state).as_deref(), Some("2 accounts"));
        assert_eq!(sent(&state, "To_Account"), json!(["mona", "li_wei"]), "{typed}");
    }
    let mut state = ready('u', "To");
    update(&mut state, Message::Pasted("[\"mona\", \"li wei\"]".to_owned()));
    assert_eq!(sent(&state, "To_Account"), json!(["mona", "li wei"]), "a JSON list is one too");
    let mut state = ready('t', "Any tag");
    type_in(&mut state, "vip, foodie");
    assert_eq!(count(&state).as_deref(), Some("2 tags"));
    assert_eq!(sent(&state, "Condition.TagsOr"), json!(["vip", "foodie"]));
}

#[test]
fn attributes_take_commas_as_lists_do() {
    let mut state = ready('t', "All attributes");
    type_in(&mut state, "tier=gold, country=DE");
    assert_eq!(count(&state).as_deref(), Some("2 attributes"));
    assert_eq!(sent(&state, "Condition.AttrsAnd"), json!({"tier": "gold", "country": "DE"}));
    type_in(&mut state, ", city=New York");
    assert_eq!(count(&state), None);
    let problems = request(&state).unwrap_err();
    assert!(problems.iter().any(|words| words.starts_with("\"York\" is not name=value")), "{problems:?}");
}

#[test]
fn items_that_stand_twice_are_said_and_sent_as_typed() {
    let mut state = ready('u', "To");
    type_in(&mut state, "anna, bela anna");
    assert_eq!(count(&state).as_deref(), Some("3 accounts"));
    assert_eq!(form(&state).remarks(form(&state).focus), ["anna appears twice"]);
    assert_eq!(sent(&state, "To_Account"), json!(["anna", "bela", "anna"]));
    type_in(&mut state, ",bela,bela");
    assert_eq!(form(&state).remarks(form(&state).focus), ["anna appears twice, and 1 more than once"]);
}

#[test]
fn an_item_with_a_blank_of_an_existing_task_is_shown_in_quotes_and_goes_back_as_it_was() {
    let mut base = tag_task();
    base.content.set("Condition.TagsOr", Some(json!(["VIP gold", "a,b", "plain"])));
    let mut state = start();
    open_edit(&mut state, &base);
    assert_eq!(form(&state).draft.entry("Condition.TagsOr"), "\"VIP gold\"\n\"a,b\"\nplain");
    type_in(&mut state, "!");
    let Ok(FormRequest::Modify(change)) = request(&state) else { panic!("no change") };
    assert_eq!(change.content.unwrap().at("Condition.TagsOr"), base.content.at("Condition.TagsOr"));
    go_to_back(&mut state, "Any tag");
    type_in(&mut state, ", new");
    let Ok(FormRequest::Modify(change)) = request(&state) else { panic!("no change") };
    let expected = json!(["VIP gold", "a,b", "plain", "new"]);
    assert_eq!(change.content.unwrap().at("Condition.TagsOr"), Some(&expected));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_legal_accounts_are_written_into_the_field_are_those_of_the_request(
        items in prop::collection::vec("[a-zA-Z0-9_-]{1,32}|[ -~]{1,8}", 1..12),
        separator in prop::sample::select(vec![",", ", ", "，", "、", "；", ";", " ", "\n", "\r\n", "\t"]),
        paste in any::<bool>(),
    ) {
        let written: Vec<String> = items.iter().map(|item| list::write([item.as_str()])).collect();
        let written = written.join(separator);
        let mut state = ready('u', "To");
        if paste {
            update(&mut state, Message::Pasted(written));
        } else {
            // A terminal tells a line end as Enter.
            for c in written.replace("\r\n", "\n").chars() {
                press(&mut state, if c == '\n' { KeyCode::Enter } else { KeyCode::Char(if c == '\t' { ' ' } else { c }) });
            }
        }
        prop_assert_eq!(sent(&state, "To_Account"), json!(items));
    }
}

#[test]
fn a_large_paste_is_cut_at_the_fields_limit_and_said_beside_the_field_until_it_is_changed() {
    let mut state = ready('u', "To");
    type_in(&mut state, "anna");
    go_to(&mut state, "Title");
    update(&mut state, Message::Pasted("x".repeat(1 << 20)));
    let title = form(&state).draft.entry("OfflinePushInfo.Title");
    assert_eq!((title.len(), title.starts_with("tx")), (4_096, true), "what was typed before stays");
    let (now, zone) = (state.server_now(), state.setup.zone);
    let cut = |state: &State| {
        let shown = form(state).shown_problems(now, zone);
        shown.iter().any(|(field, words)| {
            field.label() == "Title" && words.starts_with("cut at 4 096 bytes: 1 044 481 were left out")
        })
    };
    assert!(cut(&state));
    // It is not sent as it is, also after Esc and by a key that changes nothing.
    press(&mut state, KeyCode::Esc);
    reopened(&mut state);
    go_to(&mut state, "Title");
    type_in(&mut state, "y");
    ctrl(&mut state, 's');
    assert!(state.review().is_none() && cut(&state), "{}", note(&state));
    press(&mut state, KeyCode::Backspace);
    assert!(!cut(&state) && request(&state).is_ok());
}

#[test]
fn every_text_of_the_form_has_a_limit_and_no_accounts_are_cut_in_the_middle() {
    let mut state = start();
    new_form(&mut state);
    type_in(&mut state, "u");
    ctrl(&mut state, 'o');
    for row in form(&state).fields() {
        let FormField::Field(field) = row else { continue };
        if !row.takes_text() {
            continue;
        }
        if form(&state).chooses_kind() {
            state.form_mut().unwrap().go(row);
        }
        update(&mut state, Message::Pasted("account_0123456789\n".repeat(4_000)));
        let text = form(&state).draft.entry(field.path);
        assert!(
            !text.is_empty() && text.len() <= field.most_bytes() && text.len() <= 65_536,
            "{}",
            field.path
        );
        if field.is_list() {
            assert!(text.lines().all(|line| line == "account_0123456789"), "{}", field.path);
        }
    }
    // The largest legal content fits.
    let accounts: Vec<String> = (0..500).map(|n| format!("{n:032}")).collect();
    let mut state = ready('u', "To");
    update(&mut state, Message::Pasted(accounts.join(", ")));
    assert_eq!(sent(&state, "To_Account"), json!(accounts));
    update(&mut state, Message::Pasted("，one_more".to_owned()));
    assert_eq!(request(&state), Err(vec!["has 501 entries; at most 500 are allowed".to_owned()]));
}

#[test]
fn what_is_no_text_is_left_out_of_a_paste_and_said_beside_the_field() {
    let mut state = ready('u', "To");
    update(&mut state, Message::Pasted("an\0na\u{202e}\r\nbela\u{1b}\tcarl".to_owned()));
    assert_eq!(form(&state).remarks(form(&state).focus), ["3 characters that are not text were left out"]);
    assert_eq!(sent(&state, "To_Account"), json!(["anna", "bela", "carl"]));
    type_in(&mut state, "a");
    assert_eq!(form(&state).remarks(form(&state).focus), [""; 0]);
}
