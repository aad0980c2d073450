//! Drafts: kept here and on the disk, brought back, thrown away, and never lost.

use super::*;
use crate::app::ReqId;
use chrono::{DateTime, Utc};

fn found(draft: (Draft, DateTime<Utc>)) -> FoundDraft {
    FoundDraft { draft: Some(draft), ..FoundDraft::default() }
}

/// What the title of the form says of its draft.
fn draft_state(state: &State) -> Option<String> {
    form(state).draft_state(state.now.utc, &state.setup.keys).map(|said| said.join(", "))
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
    assert_eq!(draft_state(&state).as_deref(), Some("DRAFT 3m old, ctrl-x drops it"));
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
    assert_eq!(draft_state(&state).as_deref(), Some("DRAFT 1h old, ctrl-x drops it"));

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

#[test]
fn the_title_says_what_became_of_an_earlier_text_as_long_as_the_form_is_open() {
    let mut state = start();
    new_form(&mut state);
    assert_eq!(draft_state(&state), None);
    go_to(&mut state, "Title");
    type_in(&mut state, "Hello");
    assert_eq!(draft_state(&state), None, "it is typed just now");
    press(&mut state, KeyCode::Esc);
    tick(&mut state, 60_000);
    reopened(&mut state);
    assert_eq!(draft_state(&state).as_deref(), Some("DRAFT 1m old, ctrl-x drops it"));
    // It begins where something is missing.
    assert_eq!(form(&state).focus.label(), "Who");
    type_in(&mut state, "a");
    tick(&mut state, 600_000);
    assert_eq!(draft_state(&state).as_deref(), Some("DRAFT 10m old, ctrl-x drops it"));
    ctrl(&mut state, 'x');
    assert_eq!(draft_state(&state).as_deref(), Some("draft dropped, ctrl-x brings it back"));
    ctrl(&mut state, 'x');
    assert_eq!(draft_state(&state).as_deref(), Some("DRAFT 10m old, ctrl-x drops it"));
}

#[test]
fn a_reopened_draft_begins_at_the_first_field_that_is_missing() {
    let mut state = start();
    new_form(&mut state);
    type_in(&mut state, "a");
    go_to(&mut state, "Title");
    type_in(&mut state, "Hello");
    press(&mut state, KeyCode::Esc);
    reopened(&mut state);
    assert_eq!(form(&state).focus.label(), "When");
}
