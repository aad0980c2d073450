//! What the form asks for: a new task, a change, a copy, and what keeps it from being asked for.

use super::*;
use crate::app::testing::{open_edit, open_from, open_time};
use crate::domain::Zone;
use crate::domain::wire::time_out;

#[test]
fn a_new_form_addresses_nobody_and_shows_no_audience() {
    let mut state = start();
    let effects = press(&mut state, KeyCode::Char('n'));
    assert_eq!(drafts_of(&effects), ["load"]);
    assert_eq!((form(&state).focus, form(&state).draft.kind.clone()), (FormField::Kind, None));
    assert_eq!(form(&state).draft.entry("From_Account"), "administrator");
    ctrl(&mut state, 's');
    assert!(state.review().is_none());
    assert_eq!(note(&state), "not ready: Who · 3 problems in all");
    let (now, zone) = (state.server_now(), state.setup.zone);
    let shown = form(&state).shown_problems(now, zone);
    assert_eq!(shown[0].1, "who gets it? choose All, Tag or User");
    assert!(form(&state).all_shown);
}

#[test]
fn problems_show_where_the_operator_was_and_all_of_them_once_the_review_is_asked_for() {
    let mut state = start();
    let (now, zone) = (moment(0).utc, Zone::named("Asia/Shanghai").unwrap());
    press(&mut state, KeyCode::Char('n'));
    assert_eq!(form(&state).shown_problems(now, zone), []);
    type_in(&mut state, "u");
    press(&mut state, KeyCode::Tab);
    press(&mut state, KeyCode::Tab);
    let shown: Vec<_> = form(&state).shown_problems(now, zone).into_iter().map(|(s, _)| s.label()).collect();
    assert_eq!(shown, ["To"]);
    ctrl(&mut state, 's');
    assert_eq!(form(&state).focus.label(), "To");
    assert_eq!(form(&state).shown_problems(now, zone).len(), 3);
    assert!(note(&state).contains("3 problems in all"), "{}", note(&state));
}

#[test]
fn a_time_is_echoed_on_three_clocks_and_the_past_is_refused_by_the_services_clock() {
    let mut state = start();
    press(&mut state, KeyCode::Char('n'));
    go_to(&mut state, "When");
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
    go_to(&mut state, "When");
    type_in(&mut state, "14:30");
    let problems = form(&state).shown_problems(state.server_now(), zone);
    assert!(problems.iter().any(|(_, words)| words.contains("is past")), "{problems:?}");
}

#[test]
fn a_change_sends_only_what_changed() {
    let (now, zone) = (time_in(NOW).unwrap(), Zone::named("Asia/Shanghai").unwrap());
    let base = tag_task();
    let mut state = start();
    open_edit(&mut state, &base);
    assert_eq!(form(&state).request(now, zone), Ok(FormRequest::Nothing));
    assert_eq!(form(&state).focus.label(), "Title");
    press(&mut state, KeyCode::End);
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
    press(&mut state, KeyCode::End);
    type_in(&mut state, " UTC");
    let Ok(FormRequest::Modify(change)) = form(&state).request(now, zone) else { panic!("no change") };
    assert_eq!(change.scheduled_at.map(time_out).as_deref(), Some("2026-11-22 09:00:00"));
    assert_eq!(change.content, None);
}

#[test]
fn a_fault_that_came_with_the_task_does_not_keep_another_field_from_being_changed() {
    let (now, zone) = (time_in(NOW).unwrap(), Zone::named("Asia/Shanghai").unwrap());
    let base =
        task(json!({"Condition": {"TagsOr": ["vip"]}, "OfflinePushInfo": {"Title": "t", "PushFlag": 7}}));
    let mut state = start();
    open_edit(&mut state, &base);
    type_in(&mut state, "!");
    assert!(matches!(form(&state).request(now, zone), Ok(FormRequest::Modify(_))));
    go_to(&mut state, "Add to badge");
    type_in(&mut state, "0");
    assert!(form(&state).request(now, zone).is_err());
}

#[test]
fn an_edit_brought_back_lies_over_the_task_as_it_is_now() {
    let mut state = start();
    open_edit(&mut state, &tag_task());
    press(&mut state, KeyCode::End);
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
fn half_an_hour_later_takes_two_keys_and_counts_from_the_scheduled_time() {
    // The flash sale is scheduled for 14:15:26.
    let mut state = testing::board((120, 40));
    let mut keys = 0;
    press(&mut state, KeyCode::Char('t'));
    keys += 1;
    type_in(&mut state, "+30m");
    let (now, zone) = (state.server_now(), state.setup.zone);
    assert_eq!(
        form(&state).time_echo(now, zone).unwrap().join(" · "),
        "Sat 21 Nov 14:15:26 → Sat 21 Nov 14:45:26 +08 · 06:45:26 UTC · in 42m 04s · 30m later"
    );
    ctrl(&mut state, 's');
    keys += 1;
    let Some(review) = state.review() else { panic!("{}", note(&state)) };
    let Subject::Modify { change, .. } = &review.subject else { panic!("{:?}", review.subject) };
    assert_eq!(change.scheduled_at.map(time_out).as_deref(), Some("2026-11-21 06:45:26"));
    assert_eq!((change.content.as_ref(), keys), (None, 2));
}

#[test]
fn a_change_of_time_takes_no_span_without_its_sign_and_says_when_it_goes_out_earlier() {
    let mut state = testing::board((120, 40));
    press(&mut state, KeyCode::Char('t'));
    type_in(&mut state, "2h");
    assert_eq!(form(&state).time_echo(state.server_now(), state.setup.zone), None);
    ctrl(&mut state, 's');
    assert!(state.review().is_none());
    let shown = form(&state).shown_problems(state.server_now(), state.setup.zone);
    assert!(shown[0].1.contains("later or earlier? type +2h or -2h"), "{shown:?}");
    for (typed, moved) in
        [("-10m", "10m EARLIER"), ("14:10", "5m 26s EARLIER"), ("tomorrow 14:15:26", "1d later")]
    {
        ctrl(&mut state, 'u');
        type_in(&mut state, typed);
        let echo = form(&state).time_echo(state.server_now(), state.setup.zone).unwrap();
        assert_eq!(echo.last().map(String::as_str), Some(moved));
    }
}

#[test]
fn a_change_of_time_stays_the_moment_that_was_shown_when_the_task_moves_meanwhile() {
    let (now, zone) = (time_in(NOW).unwrap(), Zone::named("Asia/Shanghai").unwrap());
    let mut state = start();
    open_time(&mut state, &tag_task());
    type_in(&mut state, "+30m");
    press(&mut state, KeyCode::Esc);
    // It was sent after all, or somebody else did the same: half an hour more would be an hour.
    let mut moved = tag_task();
    moved.scheduled_at = moved.scheduled_at.map(|at| at + chrono::TimeDelta::minutes(30));
    open_time(&mut state, &moved);
    assert_eq!(form(&state).request(now, zone), Ok(FormRequest::Nothing));
    // Nobody moved it: it is as it was typed.
    press(&mut state, KeyCode::Esc);
    let mut state = start();
    open_time(&mut state, &tag_task());
    type_in(&mut state, "+30m");
    press(&mut state, KeyCode::Esc);
    open_time(&mut state, &tag_task());
    assert_eq!(form(&state).draft.scheduled, "+30m");
}
