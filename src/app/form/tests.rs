use crate::app::Layer;
use crate::app::State;
use crate::app::testing::{open_edit, open_from, open_time};
use crate::domain::Task;
use crate::domain::fields::Group;
use chrono::DateTime;
use chrono::Utc;
use chrono_tz::Tz;
use crossterm::event::KeyCode;
use serde_json::json;
use std::time::Duration;

use super::super::update::update;
use super::*;
use crate::app::testing::{self, feed, press, setup, type_in};
use crate::app::{Message, Moment, ReqId};
use crate::domain::kept::FoundDraft;
use crate::domain::wire::{read_task, time_in, time_out};

mod lists;
mod odd;

/// 14:03:22 in Shanghai.
const NOW: &str = "2026-11-21 06:03:22";

fn moment(ms: u64) -> Moment {
    let running = Duration::from_millis(ms);
    Moment { utc: time_in(NOW).unwrap() + running, running }
}

fn start() -> State {
    State::start(setup(), moment(0), (100, 30)).0
}

fn tick(state: &mut State, ms: u64) -> Vec<Effect> {
    update(state, Message::Ticked(moment(ms)))
}

fn ctrl(state: &mut State, c: char) -> Vec<Effect> {
    feed(state, [testing::ctrl(c)])
}

/// A new form, on a disk that has answered that it holds nothing.
fn new_form(state: &mut State) {
    let effects = press(state, KeyCode::Char('n'));
    let [Effect::LoadDraft { req, .. }] = effects[..] else { panic!("{effects:?}") };
    update(state, Message::DraftLoaded { req, result: Ok(FoundDraft::default()) });
}

/// The disk takes whatever it was given.
fn disk_takes(state: &mut State, effects: &[Effect]) {
    for effect in effects {
        if let Effect::SaveDraft { req, .. }
        | Effect::DropDraft { req, .. }
        | Effect::ArchiveDraft { req, .. } = effect
        {
            update(state, Message::DraftKept { req: *req, result: Ok(()) });
        }
    }
}

fn go_to(state: &mut State, label: &str) {
    for _ in 0..80 {
        if form(state).focus.label() == label {
            return;
        }
        press(state, KeyCode::Tab);
    }
    panic!("no field {label}");
}

fn form(state: &State) -> &Form {
    state.form().expect("a form")
}

fn note(state: &State) -> &str {
    state.note.as_ref().map_or("", |note| note.text.as_str())
}

fn drafts_of(effects: &[Effect]) -> Vec<&'static str> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::SaveDraft { .. } => Some("save"),
            Effect::DropDraft { .. } => Some("drop"),
            Effect::LoadDraft { .. } => Some("load"),
            Effect::ArchiveDraft { .. } => Some("archived"),
            Effect::List { .. }
            | Effect::Get { .. }
            | Effect::Write { .. }
            | Effect::Settle { .. }
            | Effect::Search { .. }
            | Effect::Reload { .. }
            | Effect::Adopt { .. }
            | Effect::ListDrafts { .. }
            | Effect::RestoreDraft { .. }
            | Effect::Copy(_)
            | Effect::Repaint
            | Effect::Suspend
            | Effect::TakeTerminal
            | Effect::Quit => None,
        })
        .collect()
}

fn task(content: serde_json::Value) -> Task {
    let info = json!({"TaskID": 1_004_821, "Type": "Tag", "SchedAt": "2026-11-22 01:00:00", "Status": "pending",
        "Content": content});
    read_task(info.as_object().unwrap()).unwrap()
}

fn tag_task() -> Task {
    task(json!({"From_Account": "administrator", "MsgRandom": 5, "Condition": {"TagsOr": ["vip"]},
        "OfflinePushInfo": {"Title": "old", "Desc": "text", "New": [1.50]}}))
}

fn found(draft: (Draft, DateTime<Utc>)) -> FoundDraft {
    FoundDraft { draft: Some(draft), ..FoundDraft::default() }
}

fn reopened(state: &mut State) {
    press(state, KeyCode::Char('n'));
}

#[test]
fn a_new_form_addresses_nobody_and_shows_no_audience() {
    let mut state = start();
    let effects = press(&mut state, KeyCode::Char('n'));
    assert_eq!(drafts_of(&effects), ["load"]);
    assert_eq!((form(&state).focus, form(&state).draft.kind.clone()), (FormField::Kind, None));
    assert_eq!(form(&state).draft.entry("From_Account"), "administrator");
    ctrl(&mut state, 's');
    assert!(state.review().is_none());
    assert!(note(&state).contains("choose All, Tag or User"), "{}", note(&state));
    assert!(form(&state).all_shown);
}

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
fn esc_keeps_every_word_here_and_on_disk_and_n_brings_it_back() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    go_to(&mut state, "Title");
    type_in(&mut state, "Hello");
    let effects = press(&mut state, KeyCode::Esc);
    assert!(matches!(&effects[..], [Effect::SaveDraft { slot, draft, .. }]
        if slot == "new" && draft.entry("OfflinePushInfo.Title") == "Hello"));
    assert!(state.layers.is_empty());
    tick(&mut state, 180_000);
    let effects = press(&mut state, KeyCode::Char('n'));
    assert_eq!(drafts_of(&effects), [""; 0]);
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), "Hello");
    assert!(note(&state).starts_with("draft from 3m ago restored · ctrl-x"), "{}", note(&state));
}

#[test]
fn a_draft_from_disk_is_brought_back_unless_the_operator_already_types() {
    let mut state = start();
    let on_disk = || {
        let mut draft = Draft::new("administrator");
        draft.put("OfflinePushInfo.Title", "from disk");
        (draft, moment(0).utc - Duration::from_hours(1))
    };
    let load = |effects: Vec<Effect>| match effects[..] {
        [Effect::LoadDraft { req, .. }] => req,
        _ => panic!("{effects:?}"),
    };
    let req = load(press(&mut state, KeyCode::Char('n')));
    let late = Message::DraftLoaded { req: ReqId(req.0 + 9), result: Ok(found(on_disk())) };
    update(&mut state, late);
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), "");
    update(&mut state, Message::DraftLoaded { req, result: Ok(found(on_disk())) });
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), "from disk");
    assert!(note(&state).contains("draft from 1h ago"), "{}", note(&state));

    let mut state = start();
    let req = load(press(&mut state, KeyCode::Char('n')));
    go_to(&mut state, "Title");
    type_in(&mut state, "mine");
    assert_eq!(drafts_of(&tick(&mut state, 5_000)), [""; 0], "what lies there is not known yet");
    let effects = update(&mut state, Message::DraftLoaded { req, result: Ok(found(on_disk())) });
    let [Effect::ArchiveDraft { slot, draft, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((slot.as_str(), draft.entry("OfflinePushInfo.Title")), ("new", "from disk"));
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), "mine");
    assert!(note(&state).contains("archived · :drafts"), "{}", note(&state));
    // The key throws away what stands here, and never brings what stood there.
    for title in ["", "mine", "", "mine"] {
        ctrl(&mut state, 'x');
        assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), title);
    }
}

#[test]
fn a_draft_that_comes_when_its_form_was_left_is_archived_where_another_text_took_its_place() {
    for (typed, archived) in [("mine", true), ("", false)] {
        let mut state = start();
        let effects = press(&mut state, KeyCode::Char('n'));
        let [Effect::LoadDraft { req, .. }] = effects[..] else { panic!("{effects:?}") };
        go_to(&mut state, "Title");
        type_in(&mut state, typed);
        press(&mut state, KeyCode::Esc);
        let mut draft = Draft::new("administrator");
        draft.put("OfflinePushInfo.Title", "from disk");
        let result = Ok(found((draft, moment(0).utc)));
        let effects = update(&mut state, Message::DraftLoaded { req, result });
        assert_eq!(drafts_of(&effects) == ["archived"], archived, "{typed}");
    }
}

#[test]
fn who_leaves_before_the_disk_has_answered_puts_nothing_over_what_lies_there() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    go_to(&mut state, "Title");
    type_in(&mut state, "mine");
    assert_eq!(drafts_of(&update(&mut state, Message::EndAsked)), ["archived"]);
}

#[test]
fn throwing_away_can_be_taken_back_and_after_esc_from_the_list_of_drafts() {
    let mut state = start();
    new_form(&mut state);
    go_to(&mut state, "Title");
    type_in(&mut state, "Hello");
    let effects = tick(&mut state, 5_000);
    disk_takes(&mut state, &effects);
    let effects = ctrl(&mut state, 'x');
    assert_eq!(drafts_of(&effects), ["drop"]);
    assert_eq!(form(&state).text(form(&state).focus), "");
    assert_eq!(form(&state).entry.text(), "");
    ctrl(&mut state, 'x');
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), "Hello");
    ctrl(&mut state, 'x');
    let effects = press(&mut state, KeyCode::Esc);
    let [Effect::ArchiveDraft { slot, draft, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((slot.as_str(), draft.entry("OfflinePushInfo.Title")), ("new", "Hello"));
}

#[test]
fn ctrl_x_only_ever_changes_between_this_forms_own_texts() {
    let mut state = start();
    let title = |state: &State| form(state).draft.entry("OfflinePushInfo.Title").to_owned();
    press(&mut state, KeyCode::Char('n'));
    go_to(&mut state, "Title");
    type_in(&mut state, "first");
    ctrl(&mut state, 'x');
    press(&mut state, KeyCode::Esc);
    reopened(&mut state);
    ctrl(&mut state, 'x');
    assert_eq!((title(&state).as_str(), note(&state)), ("", "nothing is typed yet"));
    go_to(&mut state, "Title");
    type_in(&mut state, "second");
    ctrl(&mut state, 'x');
    assert_eq!(title(&state), "", "not the text of another form");
    ctrl(&mut state, 'x');
    assert_eq!(title(&state), "second");
    // What was thrown away before something new was typed is in the list, not behind the key.
    ctrl(&mut state, 'x');
    type_in(&mut state, "third");
    let effects = ctrl(&mut state, 'x');
    let archived = effects.iter().find_map(|effect| {
        let Effect::ArchiveDraft { draft, .. } = effect else { return None };
        Some(draft.entry("OfflinePushInfo.Title").to_owned())
    });
    assert_eq!((title(&state).as_str(), archived.as_deref()), ("", Some("second")));
    // A word that was typed and taken back is no new text.
    type_in(&mut state, "x");
    press(&mut state, KeyCode::Backspace);
    ctrl(&mut state, 'x');
    assert_eq!(title(&state), "third");
}

#[test]
fn a_draft_is_called_kept_only_when_the_disk_has_it() {
    for result in [Ok(()), Err("disk full".to_owned())] {
        let mut state = start();
        press(&mut state, KeyCode::Char('n'));
        go_to(&mut state, "Title");
        type_in(&mut state, "Hello");
        let effects = press(&mut state, KeyCode::Esc);
        let [Effect::SaveDraft { req, .. }] = effects[..] else { panic!("{effects:?}") };
        assert_eq!(note(&state), "keeping the draft…");
        update(&mut state, Message::DraftKept { req, result: result.clone() });
        if result.is_ok() {
            assert_eq!(note(&state), "draft kept · n restores it");
        } else {
            assert!(note(&state).starts_with("the draft is NOT on disk: disk full"), "{}", note(&state));
        }
        reopened(&mut state);
        assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), "Hello");
    }
}

#[test]
fn what_another_pushdeck_has_is_mentioned_and_what_was_sent_is_not_brought_back() {
    let load = |state: &mut State, found: FoundDraft| {
        let effects = press(state, KeyCode::Char('n'));
        let [Effect::LoadDraft { req, .. }] = effects[..] else { panic!("{effects:?}") };
        update(state, Message::DraftLoaded { req, result: Ok(found) });
    };
    let mut state = start();
    load(&mut state, FoundDraft { elsewhere: true, ..FoundDraft::default() });
    assert_eq!(note(&state), "another pushdeck has a draft of this; it stays there");
    assert_eq!(form(&state).draft, form(&state).pristine);

    let mut state = start();
    load(&mut state, FoundDraft { sent: true, ..FoundDraft::default() });
    assert!(note(&state).contains("was sent and its outcome is being checked"), "{}", note(&state));
    ctrl(&mut state, 'x');
    assert_eq!(form(&state).draft, form(&state).pristine);
}

#[test]
fn a_draft_is_saved_while_typing_at_most_once_a_second() {
    let mut state = start();
    new_form(&mut state);
    go_to(&mut state, "Title");
    type_in(&mut state, "H");
    let first = tick(&mut state, 1_000);
    assert_eq!(drafts_of(&first), ["save"]);
    disk_takes(&mut state, &first);
    type_in(&mut state, "i");
    assert_eq!(drafts_of(&tick(&mut state, 1_500)), [""; 0]);
    let second = tick(&mut state, 2_000);
    assert_eq!(drafts_of(&second), ["save"]);
    // A slow disk gets no second text while it has the first.
    type_in(&mut state, "!");
    assert_eq!(drafts_of(&tick(&mut state, 3_000)), [""; 0]);
    assert_eq!(drafts_of(&tick(&mut state, 8_000)), [""; 0]);
    disk_takes(&mut state, &second);
    let third = tick(&mut state, 8_100);
    assert!(
        matches!(&third[..], [Effect::SaveDraft { draft, .. }]
        if draft.entry("OfflinePushInfo.Title") == "Hi!"),
        "{third:?}"
    );
    disk_takes(&mut state, &third);
    assert_eq!(drafts_of(&tick(&mut state, 19_000)), [""; 0]);
    type_in(&mut state, "!");
    let effects = ctrl(&mut state, 'c');
    assert_eq!(drafts_of(&effects), ["save"]);
    assert_eq!(effects.last(), Some(&Effect::Quit));
}

#[test]
fn a_process_that_is_asked_to_end_keeps_the_draft_first() {
    let mut state = start();
    new_form(&mut state);
    go_to(&mut state, "Title");
    type_in(&mut state, "H");
    let effects = update(&mut state, Message::EndAsked);
    assert!(matches!(effects[..], [Effect::SaveDraft { .. }, Effect::Quit]), "{effects:?}");
}

#[test]
fn a_disk_that_refuses_is_told_once_and_costs_nothing() {
    let mut state = start();
    new_form(&mut state);
    go_to(&mut state, "Title");
    for (ms, said) in [(1_000, true), (2_000, false)] {
        type_in(&mut state, "x");
        let effects = tick(&mut state, ms);
        let req = effects.iter().find_map(|effect| {
            let Effect::SaveDraft { req, .. } = effect else { return None };
            Some(*req)
        });
        state.note = None;
        let result = Err("disk full".to_owned());
        update(&mut state, Message::DraftKept { req: req.unwrap(), result });
        assert_eq!(note(&state) == "draft is not on disk: disk full", said);
    }
    press(&mut state, KeyCode::Esc);
    reopened(&mut state);
    assert_eq!(form(&state).draft.entry("OfflinePushInfo.Title"), "xx");
    state.note = None;
    update(&mut state, Message::DraftKept { req: ReqId(999), result: Err("other".to_owned()) });
    assert_eq!(note(&state), "");
}

#[test]
fn problems_show_where_the_operator_was_and_all_of_them_once_the_review_is_asked_for() {
    let mut state = start();
    let (now, zone) = (moment(0).utc, Tz::Asia__Shanghai);
    press(&mut state, KeyCode::Char('n'));
    assert_eq!(form(&state).shown_problems(now, zone), []);
    type_in(&mut state, "u");
    press(&mut state, KeyCode::Tab);
    press(&mut state, KeyCode::Tab);
    let shown: Vec<_> = form(&state).shown_problems(now, zone).into_iter().map(|(s, _)| s.label()).collect();
    assert_eq!(shown, ["SchedAt"]);
    ctrl(&mut state, 's');
    assert_eq!(form(&state).focus, FormField::Time);
    assert_eq!(form(&state).shown_problems(now, zone).len(), 3);
    assert!(note(&state).contains("3 problems in all"), "{}", note(&state));
}

#[test]
fn a_time_is_echoed_on_three_clocks_and_the_past_is_refused_by_the_services_clock() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    go_to(&mut state, "SchedAt");
    type_in(&mut state, "tomorrow 9:00");
    let (now, zone) = (state.server_now(), state.setup.zone);
    let echo = form(&state).time_echo(now, zone).unwrap();
    assert_eq!(echo.join(" · "), "Sun 22 Nov 09:00:00 +08 · 01:00:00 UTC · in 18h 56m");
    let night = clocks(time_in("2026-11-21 23:00:00").unwrap(), now, zone);
    assert_eq!(night.join(" · "), "Sun 22 Nov 07:00:00 +08 · Sat 21 Nov 23:00:00 UTC · in 16h 56m");
    // The service's clock is an hour ahead of this machine's.
    state.connection.skew = Some(chrono::TimeDelta::hours(1));
    press(&mut state, KeyCode::Esc);
    reopened(&mut state);
    ctrl(&mut state, 'x');
    go_to(&mut state, "SchedAt");
    type_in(&mut state, "14:30");
    let problems = form(&state).shown_problems(state.server_now(), zone);
    assert!(problems.last().unwrap().1.contains("is past"), "{problems:?}");
}

#[test]
fn a_change_sends_only_what_changed() {
    let (now, zone) = (time_in(NOW).unwrap(), Tz::Asia__Shanghai);
    let base = tag_task();
    let mut state = start();
    open_edit(&mut state, &base);
    assert_eq!(form(&state).request(now, zone), Ok(FormRequest::Nothing));
    assert_eq!(form(&state).focus.label(), "Title");
    type_in(&mut state, "er");
    let Ok(FormRequest::Modify(change)) = form(&state).request(now, zone) else { panic!("no change") };
    assert_eq!(change.scheduled_at, None);
    assert_eq!(
        serde_json::to_string(&change.content.unwrap().0).unwrap(),
        r#"{"From_Account":"administrator","Condition":{"TagsOr":["vip"]},"OfflinePushInfo":{"Title":"older","Desc":"text","New":[1.5]}}"#
    );
    assert!(form(&state).differs(form(&state).focus) && !form(&state).differs(FormField::Time));

    let mut state = start();
    open_time(&mut state, &base);
    assert_eq!(form(&state).fields(), [FormField::Time]);
    ctrl(&mut state, 's');
    assert!(state.review().is_none() && note(&state).contains("nothing"), "{}", note(&state));
    type_in(&mut state, " UTC");
    let Ok(FormRequest::Modify(change)) = form(&state).request(now, zone) else { panic!("no change") };
    assert_eq!(change.scheduled_at.map(time_out).as_deref(), Some("2026-11-22 09:00:00"));
    assert_eq!(change.content, None);
}

#[test]
fn a_fault_that_came_with_the_task_does_not_keep_another_field_from_being_changed() {
    let (now, zone) = (time_in(NOW).unwrap(), Tz::Asia__Shanghai);
    let base =
        task(json!({"Condition": {"TagsOr": ["vip"]}, "OfflinePushInfo": {"Title": "t", "PushFlag": 7}}));
    let mut state = start();
    open_edit(&mut state, &base);
    type_in(&mut state, "!");
    assert!(matches!(form(&state).request(now, zone), Ok(FormRequest::Modify(_))));
    go_to(&mut state, "PushFlag");
    type_in(&mut state, "0");
    assert!(form(&state).request(now, zone).is_err());
}

#[test]
fn an_edit_brought_back_lies_over_the_task_as_it_is_now() {
    let mut state = start();
    open_edit(&mut state, &tag_task());
    type_in(&mut state, "er");
    press(&mut state, KeyCode::Esc);
    let mut now_stands = tag_task();
    now_stands.content.set("OfflinePushInfo.Desc", Some(json!("theirs")));
    now_stands.scheduled_at = time_in("2026-11-23 01:00:00");
    open_edit(&mut state, &now_stands);
    let form = form(&state);
    assert_eq!(form.draft.entry("OfflinePushInfo.Title"), "older");
    assert_eq!(form.draft.entry("OfflinePushInfo.Desc"), "theirs");
    assert!(!form.draft.time_changed());
    assert!(note(&state).contains("the task changed meanwhile"), "{}", note(&state));
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
    go_to(&mut state, "Android (AndroidInfo)");
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
    for _ in 0..6 {
        press(&mut state, KeyCode::PageDown);
        seen.push(form(&state).focus.label());
    }
    assert_eq!(
        seen,
        [
            "Type",
            "Title",
            "From_Account",
            "Apple (ApnsInfo)",
            "Android (AndroidInfo)",
            "HarmonyOS (HarmonyInfo)",
            "HarmonyOS (HarmonyInfo)"
        ]
    );
    press(&mut state, KeyCode::PageUp);
    assert_eq!(form(&state).focus.label(), "Android (AndroidInfo)");
}

#[test]
fn a_task_of_an_unknown_type_is_left_alone_but_may_be_copied() {
    let mut odd = tag_task();
    odd.kind = Kind::Other("Group".into());
    let mut state = start();
    for open in [open_edit, open_time] {
        assert_eq!(open(&mut state, &odd), []);
        assert!(state.layers.is_empty() && note(&state).contains("Group"));
    }
    open_from(&mut state, &odd);
    assert_eq!(form(&state).draft.kind, None);
}

#[test]
fn a_copy_has_no_time_and_keeps_the_fields_that_nobody_knows() {
    let mut state = start();
    open_from(&mut state, &tag_task());
    assert_eq!((form(&state).focus, form(&state).draft.scheduled.as_str()), (FormField::Time, ""));
    type_in(&mut state, "+90m");
    let request = form(&state).request(state.server_now(), state.setup.zone);
    let Ok(FormRequest::Create(new)) = request else { panic!("{request:?}") };
    assert_eq!(time_out(new.scheduled_at), "2026-11-21 07:33:22");
    assert!(new.content.at("OfflinePushInfo.New").is_some() && new.content.at("MsgRandom").is_none());
}

#[test]
fn what_the_disk_did_not_take_is_tried_again_also_after_the_form_was_left() {
    let mut state = start();
    type_in(&mut state, "na");
    let saved = |effects: &[Effect]| {
        effects.iter().find_map(|effect| {
            let Effect::SaveDraft { req, slot, draft } = effect else { return None };
            Some((*req, slot.clone(), draft.clone()))
        })
    };
    let effects = press(&mut state, KeyCode::Esc);
    let (req, slot, draft) = saved(&effects).unwrap();
    update(&mut state, Message::DraftKept { req, result: Err("the disk is full".to_owned()) });
    assert_eq!(saved(&tick(&mut state, 4_999)), None);
    let (again, same_slot, same) = saved(&tick(&mut state, 5_000)).unwrap();
    assert_eq!((same_slot, &same), (slot, &draft));
    update(&mut state, Message::DraftKept { req: again, result: Err("busy".to_owned()) });
    assert!(saved(&update(&mut state, Message::EndAsked)).is_some(), "and once more before leaving");
}
