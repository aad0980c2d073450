use super::super::wire::{read_task, time_in};
use super::*;

const ZONE: Zone = Zone::named("Asia/Shanghai").unwrap();

fn now() -> DateTime<Utc> {
    time_in("2026-11-21 06:00:00").unwrap()
}

fn task(content: &str) -> Task {
    let info = format!(
        r#"{{"TaskID":7,"Type":"Tag","SchedAt":"2026-11-22 01:00:00","Status":"pending","Content":{content}}}"#
    );
    read_task(&serde_json::from_str(&info).unwrap()).unwrap()
}

fn problems(draft: &Draft) -> Vec<String> {
    let (_, mut problems) = draft.check_content();
    problems.extend(draft.check_time(now(), ZONE).1);
    problems.into_iter().map(|p| p.field).collect()
}

#[test]
fn a_new_draft_addresses_nobody() {
    let draft = Draft::new("administrator");
    assert_eq!(draft.kind, None);
    assert_eq!(problems(&draft), ["Type", "OfflinePushInfo.Title", "SchedAt"]);
}

#[test]
fn an_edit_that_changes_one_field_sends_all_others_as_they_came() {
    let text = r#"{"From_Account":12345,"Condition":{"TagsAnd":["a, b"]},"OfflinePushInfo":{"Title":"t","BadgeAddNum":1,"Novel":1.0},"X":[1.50]}"#;
    let mut draft = Draft::from_task(&task(text), ZONE);
    assert_eq!(serde_json::to_string(&draft.content().0.0).unwrap(), text);
    draft.put("OfflinePushInfo.Title", "new");
    assert_eq!(serde_json::to_string(&draft.content().0.0).unwrap(), text.replace(r#""t""#, r#""new""#));
    assert_eq!(problems(&draft), [""; 0]);
}

#[test]
fn the_services_random_number_is_not_sent_back() {
    let draft = Draft::from_task(&task(r#"{"From_Account":"a","MsgRandom":5,"OfflinePushInfo":{}}"#), ZONE);
    assert_eq!(draft.content().0.at("MsgRandom"), None);
}

#[test]
fn a_clone_has_no_time() {
    let clone = Draft::clone_of(&task(r#"{"From_Account":"a","OfflinePushInfo":{"Title":"t"}}"#));
    assert_eq!((clone.scheduled.as_str(), clone.entry("OfflinePushInfo.Title")), ("", "t"));
}

#[test]
fn changes_are_told_from_what_the_task_held_and_move_to_another_version_of_it() {
    let mut draft = Draft::from_task(&task(r#"{"OfflinePushInfo":{"Title":"t","Desc":"d"},"X":1}"#), ZONE);
    assert!(!draft.content_changed() && !draft.time_changed());
    draft.put("OfflinePushInfo.Title", "mine");
    draft.put("DataId", "");
    assert!(draft.changed("OfflinePushInfo.Title") && !draft.changed("DataId"));
    let mut theirs = task(r#"{"OfflinePushInfo":{"Title":"t","Desc":"theirs"},"X":2}"#);
    theirs.scheduled_at = time_in("2026-11-23 01:00:00");
    let over = draft.laid_over(&theirs, ZONE);
    assert_eq!(
        serde_json::to_string(&over.content().0.0).unwrap(),
        r#"{"OfflinePushInfo":{"Title":"mine","Desc":"theirs"},"X":2}"#
    );
    assert_eq!((over.scheduled.as_str(), over.time_changed()), ("2026-11-23 09:00:00", false));
    draft.scheduled = "2026-11-22 10:00".into();
    assert_eq!(draft.laid_over(&theirs, ZONE).scheduled, "2026-11-22 10:00");
}

#[test]
fn changing_the_type_leaves_the_other_audience_unsent_but_not_forgotten() {
    let mut draft = Draft::new("administrator");
    draft.kind = Some(Kind::User);
    draft.put("To_Account", "anna\nbela");
    draft.kind = Some(Kind::All);
    assert_eq!(draft.content().0.at("To_Account"), None);
    draft.kind = Some(Kind::User);
    assert_eq!(draft.content().0.at("To_Account"), Some(&json!(["anna", "bela"])));
}

#[test]
fn every_shape_reads_back_what_it_wrote() {
    for (path, value) in [
        ("Condition.TagsAnd", json!(["a", "b c"])),
        ("Condition.TagsAnd", json!(["", "[x", "a\nb"])),
        ("To_Account", json!(["mona, li_wei", "a b", "\"q\"", "x，y"])),
        ("To_Account", json!(["anna", 7, null])),
        ("Condition.AttrsOr", json!({"city": "New York", "": "", "a b": "c,d"})),
        ("Condition.AttrsAnd", json!({"tier": "gold", "x": "a=b"})),
        ("Condition.AttrsAnd", json!({"a=b": "c"})),
        ("OfflinePushInfo.MultiLanguageContent", json!([{"Language": "de", "Title": "T", "Desc": "D"}])),
        ("OfflinePushInfo.MultiLanguageContent", json!([{"Language": "de", "Title": "a|b", "Desc": "D"}])),
        ("OfflinePushInfo.PushFlag", json!(1)),
        ("OfflinePushInfo.Desc", json!("two\nlines")),
        ("OfflinePushInfo.PushTemplateParam", json!({"k": [1, {"x": null}]})),
        ("OfflinePushInfo.AndroidInfo.VIVONotifyType", json!("4")),
        ("MsgBody", json!([{"MsgType": "TIMTextElem"}])),
    ] {
        let field = fields::find(path).unwrap();
        assert_eq!(entry_value(field, &entry_text(field, &value)), Ok(Some(value)), "{path}");
    }
}

#[test]
fn null_is_as_good_as_absent_and_stays_in_an_edit_as_it_is() {
    let text = r#"{"From_Account":"a","Condition":{"TagsAnd":null,"TagsOr":["vip"]},"OfflinePushInfo":{"Title":"t","Ext":null,"ApnsInfo":null}}"#;
    let mut draft = Draft::from_task(&task(text), ZONE);
    assert_eq!((draft.entry("OfflinePushInfo.Ext"), draft.entry("Condition.TagsAnd")), ("", ""));
    assert!(!draft.content_changed());
    assert_eq!(serde_json::to_string(&draft.content().0.0).unwrap(), text);
    // Typed and taken back is untouched too.
    draft.put("OfflinePushInfo.Ext", "x");
    draft.put("OfflinePushInfo.Ext", "");
    assert!(!draft.content_changed());
    assert_eq!(serde_json::to_string(&draft.content().0.0).unwrap(), text);
    draft.put("OfflinePushInfo.ApnsInfo.Sound", "ding");
    let changed = text.replace(r#""ApnsInfo":null"#, r#""ApnsInfo":{"Sound":"ding"}"#);
    assert_eq!(serde_json::to_string(&draft.content().0.0).unwrap(), changed);
    let clone = Draft::clone_of(&task(text));
    assert_eq!(
        serde_json::to_string(&clone.content().0.0).unwrap(),
        r#"{"From_Account":"a","Condition":{"TagsOr":["vip"]},"OfflinePushInfo":{"Title":"t"}}"#
    );
    assert_eq!(problems(&clone), ["SchedAt"]);
}

#[test]
fn a_copy_takes_an_odd_value_as_its_text_reads_and_leaves_out_what_cannot_be_read() {
    let odd = task(
        r#"{"From_Account":"a","Condition":{"TagsOr":["vip"]},"OfflinePushInfo":{"Title":5,"Ext":{"a":1},"ApnsInfo":[],"HarmonyInfo":"x","New":null}}"#,
    );
    let clone = Draft::clone_of(&odd);
    assert_eq!(
        serde_json::to_string(&clone.content().0.0).unwrap(),
        r#"{"From_Account":"a","Condition":{"TagsOr":["vip"]},"OfflinePushInfo":{"Title":"5","Ext":"{\"a\":1}","New":null}}"#
    );
    assert_eq!(problems(&clone), ["SchedAt"]);
    assert_eq!(unreadable(&odd.content), ["OfflinePushInfo.ApnsInfo", "OfflinePushInfo.HarmonyInfo"]);
}

#[test]
fn a_text_that_was_cut_is_not_sent_before_it_was_changed() {
    let mut draft = Draft::from_task(&task(r#"{"From_Account":"a","OfflinePushInfo":{"Title":"t"}}"#), ZONE);
    draft.put("OfflinePushInfo.Title", "cut he");
    draft.mark_cut("OfflinePushInfo.Title", "cut at 6 bytes: 2 were left out");
    draft.mark_cut("To_Account", "of another type");
    let found = draft.check_content().1;
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].rule, "cut at 6 bytes: 2 were left out · change the text to go on");
    let over = draft.laid_over(&task(r#"{"From_Account":"b","OfflinePushInfo":{"Title":"u"}}"#), ZONE);
    assert_eq!(over.check_content().1.len(), 2);
    draft.put("OfflinePushInfo.Title", "cut her");
    assert_eq!(draft.check_content().1.len(), 1);
}

#[test]
fn the_past_is_judged_by_the_given_clock() {
    let mut draft = Draft::new("administrator");
    draft.kind = Some(Kind::All);
    draft.put("OfflinePushInfo.Title", "t");
    draft.scheduled = "2026-11-21 14:00:00".into();
    assert_eq!(problems(&draft), ["SchedAt"]);
    draft.scheduled = "2026-11-21 14:00:01".into();
    assert_eq!(problems(&draft), [""; 0]);
}

use proptest::prelude::*;

/// Any JSON, with numbers as nobody would write them.
fn json() -> impl Strategy<Value = String> {
    let number = prop_oneof!["-?[1-9][0-9]{0,30}", "-?[0-9]\\.[0-9]{1,20}", "[1-9]\\.[0-9]{1,3}e-[1-9]"];
    let text = any::<String>().prop_map(|text| Value::String(text).to_string());
    let leaf = prop_oneof![Just("null".to_owned()), any::<bool>().prop_map(|b| b.to_string()), number, text];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let key = any::<String>().prop_map(|text| Value::String(text).to_string());
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::btree_map(key, inner, 0..4).prop_map(|pairs| {
                let pairs: Vec<String> =
                    pairs.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
                format!("{{{}}}", pairs.join(","))
            }),
        ]
    })
}

fn account() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9_@.-]{1,32}",
        1 => any::<String>().prop_filter("an account is not empty", |text| !text.is_empty()),
    ]
}

#[test]
fn what_counts_from_the_scheduled_time_is_the_same_in_every_zone_and_counted_once() {
    let task = |at: &str| {
        let info = format!(r#"{{"TaskID":7,"Type":"All","SchedAt":"{at}","Content":{{}}}}"#);
        crate::domain::wire::read_task(&serde_json::from_str(&info).unwrap()).unwrap()
    };
    let now = crate::domain::wire::time_in("2026-11-20 00:00:00").unwrap();
    let utc = |draft: &Draft, zone| draft.read_time(now, zone).map(crate::domain::wire::time_out);
    let mut draft = Draft::from_task(&task("2026-11-22 01:00:00"), ZONE);
    draft.scheduled = "+30m".to_owned();
    for zone in [ZONE, Zone::UTC] {
        assert_eq!(utc(&draft, zone).as_deref(), Ok("2026-11-22 01:30:00"));
        let again = draft.laid_over(&task("2026-11-22 01:00:00"), zone);
        assert_eq!(again.scheduled, "+30m");
        let moved = draft.laid_over(&task("2026-11-22 01:30:00"), zone);
        assert_eq!(utc(&moved, zone).as_deref(), Ok("2026-11-22 01:30:00"));
    }
    // A day does not go with the task, and a new task counts from now.
    draft.scheduled = "tomorrow 9".to_owned();
    assert_eq!(draft.laid_over(&task("2026-11-25 01:30:00"), ZONE).scheduled, "tomorrow 9");
    let mut copy = Draft::clone_of(&task("2026-11-22 01:00:00"));
    copy.scheduled = "2h".to_owned();
    assert_eq!((utc(&copy, ZONE).as_deref(), copy.time_before(ZONE)), (Ok("2026-11-20 02:00:00"), None));
    // A task without a time has nothing to count from.
    let mut none = Draft::from_task(&Task { scheduled_at: None, ..task("2026-11-22 01:00:00") }, ZONE);
    none.scheduled = "+30m".to_owned();
    assert_eq!(none.read_time(now, ZONE), Err(when::WhenProblem::NothingToCountFrom));
}

proptest! {
    /// W7: what an existing task holds goes back as it came, and is shown so that it reads back.
    #[test]
    fn any_list_of_a_task_survives_an_edit_untouched_and_typed_anew(
        items in proptest::collection::vec(account(), 1..9), title in "[a-z]{1,9}",
    ) {
        let content = json!({"From_Account": "a", "To_Account": items, "OfflinePushInfo": {"Title": "before"}});
        let mut task = task("{}");
        task.kind = Kind::User;
        task.content = Content(content.as_object().unwrap().clone());
        let mut draft = Draft::from_task(&task, ZONE);
        draft.put("OfflinePushInfo.Title", title.as_str());
        prop_assert_eq!(draft.content().0.at("To_Account").cloned(), Some(json!(items)));
        let shown = draft.entry("To_Account").to_owned();
        let mut anew = Draft::new("a");
        anew.kind = Some(Kind::User);
        anew.put("To_Account", shown);
        prop_assert_eq!(anew.content().0.at("To_Account").cloned(), Some(json!(items)));
    }

    /// W7 (`docs/rules.md`): what this program does not know goes back as it came.
    #[test]
    fn an_edit_keeps_every_unknown_field_byte_for_byte(
        (before, inside, behind) in (json(), json(), json()), title in "[a-z]{1,9}",
    ) {
        let content = |random: &str, title: &str| format!(
            r#"{{"NewBefore":{before},"From_Account":"a",{random}"OfflinePushInfo":{{"Title":"{title}","New.Inside":{inside},"Desc":"d"}},"NewBehind":{behind}}}"#
        );
        let info = format!(
            r#"{{"TaskID":7,"Type":"All","SchedAt":"2026-11-22 01:00:00","Content":{}}}"#,
            content(r#""MsgRandom":5,"#, "before")
        );
        let info: JsonObject = serde_json::from_str(&info).unwrap();
        let task = crate::domain::wire::read_task(&info).unwrap();
        let mut draft = Draft::from_task(&task, Zone::UTC);
        draft.put("OfflinePushInfo.Title", title.as_str());
        let (edited, problems) = draft.content();
        prop_assert!(problems.is_empty());
        prop_assert_eq!(Value::Object(edited.0).to_string(), content("", &title));
    }
}
