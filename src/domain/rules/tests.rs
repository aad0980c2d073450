use serde_json::json;

use super::*;

fn codes(kind: &Kind, content: Value) -> Vec<(String, i64)> {
    let content = Content(content.as_object().unwrap().clone());
    check(kind, &content, Strictness::default()).into_iter().map(|p| (p.field, p.code)).collect()
}

fn one(kind: &Kind, content: Value) -> (String, i64) {
    let found = codes(kind, content.clone());
    assert_eq!(found.len(), 1, "{found:?} for {content}");
    found.into_iter().next().unwrap()
}

fn all(info: Value) -> Value {
    json!({"From_Account": "administrator", "OfflinePushInfo": info})
}

fn tag(condition: Value) -> Value {
    json!({"From_Account": "administrator", "Condition": condition, "OfflinePushInfo": {"Title": "t"}})
}

#[test]
fn the_documents_samples_pass() {
    assert_eq!(codes(&Kind::All, all(json!({"Title": "t", "Desc": "d"}))), []);
    assert_eq!(codes(&Kind::All, all(json!({"PushFlag": 1, "Ext": "..."}))), []);
    assert_eq!(codes(&Kind::Tag, tag(json!({"TagsAnd": ["city-berlin", "beta"], "TagsNot": ["muted"]}))), []);
    assert_eq!(codes(&Kind::Tag, tag(json!({"AttrsOr": {"tier": "gold", "country": "DE"}}))), []);
    let full = json!({"From_Account": "administrator", "To_Account": ["anna"], "DataId": "campaign-17",
        "OfflinePushInfo": {"PushFlag": 0, "Title": "Order shipped", "Desc": "It arrives on Friday", "Ext": "{\"order\":17}",
        "BadgeAddNum": 1, "MultiLanguageContent": [{"Language": "de", "Title": "Versendet", "Desc": "Kommt am Freitag"}],
        "AndroidInfo": {"Sound": "ding", "HuaWeiCategory": "WORK", "HuaWeiImportance": "NORMAL", "OPPOCategory": "ORDER",
            "OPPONotifyLevel": 16, "VIVOClassification": 1, "GooglePriority": "high"},
        "ApnsInfo": {"BadgeMode": 1, "Sound": "ding.caf", "MutableContent": 1, "InterruptionLevel": "active"},
        "HarmonyInfo": {"Category": "WORK", "Sound": "ding.mp3", "SoundDuration": 5}}});
    assert_eq!(codes(&Kind::User, full), []);
}

#[test]
fn a_content_that_would_show_nothing_is_told_from_one_that_is_data_alone() {
    let lacks = |info: Value| {
        let content = all(info);
        check_message(&Content(content.as_object().unwrap().clone())).map(|problem| problem.field)
    };
    for nothing in [
        json!({}),
        json!({"Title": "", "Desc": " \n\u{3000}"}),
        json!({"Title": "\u{200b}\u{202e}", "Desc": null}),
        json!({"Title": 5}),
        json!({"Ext": "{}"}),
        json!({"PushFlag": 0, "Ext": "{}"}),
        json!({"PushFlag": 1}),
        json!({"PushFlag": 1, "Ext": " "}),
        json!({"MultiLanguageContent": [{"Language": "de"}]}),
        json!({"ApnsInfo": {"Title": "only there"}}),
        json!({"AndroidInfo": {"OPPOPrivateMsgTemplateId": "only there"}}),
    ] {
        assert_eq!(lacks(nothing.clone()).as_deref(), Some("OfflinePushInfo.Title"), "{nothing}");
    }
    for something in [
        json!({"Title": "t"}),
        json!({"Desc": "d"}),
        json!({"PushTemplateId": "1400000000-1"}),
        json!({"MultiLanguageContent": [{"Language": "de"}, {"Language": "fr", "Desc": "d"}]}),
        json!({"PushFlag": 1, "Ext": "..."}),
    ] {
        assert_eq!(lacks(something.clone()), None, "{something}");
    }
    assert!(check_message(&Content::default()).is_some());
}

#[test]
fn the_audience_must_fit_the_type() {
    let c = |v: &str| v.to_owned();
    assert_eq!(one(&Kind::All, tag(json!({"TagsOr": ["a"]}))), (c("Condition"), INVALID_REQUEST));
    assert_eq!(one(&Kind::Tag, all(json!({}))), (c("Condition"), INVALID_REQUEST));
    assert_eq!(one(&Kind::Tag, tag(json!({"TagsOr": []}))), (c("Condition"), INVALID_REQUEST));
    assert_eq!(one(&Kind::User, all(json!({}))), (c("To_Account"), 90003));
    let many: Vec<String> = (0..501).map(|i| format!("u{i}")).collect();
    assert_eq!(
        one(&Kind::User, json!({"From_Account": "a", "To_Account": many, "OfflinePushInfo": {}})),
        (c("To_Account"), 90011)
    );
}

#[test]
fn the_rules_of_tags_and_attributes_have_their_codes() {
    let c = |v: &str| v.to_owned();
    assert_eq!(
        one(&Kind::Tag, tag(json!({"TagsAnd": ["a"], "AttrsAnd": {"x": "y"}}))),
        (c("Condition"), 90039)
    );
    assert_eq!(
        one(&Kind::Tag, tag(json!({"TagsAnd": ["a"], "TagsOr": ["a"]}))),
        (c("Condition.TagsOr"), 90022)
    );
    assert_eq!(one(&Kind::Tag, tag(json!({"TagsAnd": [""]}))), (c("Condition.TagsAnd"), 90040));
    assert_eq!(one(&Kind::Tag, tag(json!({"TagsAnd": ["x".repeat(51)]}))), (c("Condition.TagsAnd"), 90020));
    assert_eq!(one(&Kind::Tag, tag(json!({"TagsNot": vec!["x"; 11]}))), (c("Condition.TagsNot"), 90032));
    assert_eq!(one(&Kind::Tag, tag(json!({"AttrsAnd": {"x": 5}}))), (c("Condition.AttrsAnd"), 90033));
}

#[test]
fn push_fields_are_checked_by_type_and_range() {
    for (info, field) in [
        (json!({"Title": 5}), "OfflinePushInfo.Title"),
        (json!({"PushFlag": 2}), "OfflinePushInfo.PushFlag"),
        (json!({"BadgeAddNum": 0}), "OfflinePushInfo.BadgeAddNum"),
        (json!({"BadgeSetNum": 1000}), "OfflinePushInfo.BadgeSetNum"),
        (json!({"ApnsInfo": []}), "OfflinePushInfo.ApnsInfo"),
        (json!({"ApnsInfo": {"InterruptionLevel": "loud"}}), "OfflinePushInfo.ApnsInfo.InterruptionLevel"),
        (json!({"AndroidInfo": {"VIVONotifyType": "5"}}), "OfflinePushInfo.AndroidInfo.VIVONotifyType"),
        (json!({"AndroidInfo": {"OPPONotifyLevel": 16}}), "OfflinePushInfo.AndroidInfo.OPPONotifyLevel"),
        (
            json!({"HarmonyInfo": {"SoundDuration": 61, "Sound": "a"}}),
            "OfflinePushInfo.HarmonyInfo.SoundDuration",
        ),
        (json!({"MultiLanguageContent": [{"Language": 5}]}), "OfflinePushInfo.MultiLanguageContent"),
        (json!({"ApnsInfo": {"ContentAvailable": 2}}), "OfflinePushInfo.ApnsInfo.ContentAvailable"),
        (json!({"ApnsInfo": {"IsVoipPush": -1}}), "OfflinePushInfo.ApnsInfo.IsVoipPush"),
    ] {
        assert_eq!(one(&Kind::All, all(info)), (field.to_owned(), 90043));
    }
    for fine in [
        json!({"AndroidInfo": {"VIVONotifyType": 4}}),
        json!({"AndroidInfo": {"VIVONotifyType": "4"}}),
        json!({"Unknown": {"x": 1}}),
        json!({"ApnsInfo": {"ContentAvailable": 0, "IsVoipPush": 0}}),
        json!({"MultiLanguageContent": [{"Title": "x"}, {"Language": "de", "Desc": null}, {}]}),
        json!({"ApnsInfo": {"LiveActivity": {"LaId": "a", "Event": "end", "ContentState": {}, "DismissalDate": 9_999_999_999_i64}}}),
    ] {
        assert_eq!(codes(&Kind::All, all(fine)), []);
    }
}

#[test]
fn sender_marker_and_size_have_limits() {
    assert_eq!(one(&Kind::All, json!({"OfflinePushInfo": {}})).0, "From_Account");
    assert_eq!(
        one(&Kind::All, json!({"From_Account": 12345, "OfflinePushInfo": {}, "DataId": "x".repeat(65)})),
        ("DataId".to_owned(), 90057)
    );
    assert_eq!(one(&Kind::All, all(json!({"Desc": "x".repeat(10_240)}))), ("Content".to_owned(), 90056));
    assert_eq!(one(&Kind::All, json!({"From_Account": "a"})).0, "OfflinePushInfo");
}

#[test]
fn null_is_as_if_the_field_were_absent() {
    for kind in [Kind::All, Kind::Tag, Kind::User] {
        let mut content = all(json!({"PushFlag": null, "BadgeAddNum": null, "ApnsInfo": null,
            "AndroidInfo": {"OPPONotifyLevel": null, "VIVONotifyType": null}, "MultiLanguageContent": null,
            "HarmonyInfo": {"SoundDuration": null, "Sound": null}}));
        for key in ["To_Account", "Condition", "DataId", "MsgRandom", "MsgBody"] {
            content[key] = Value::Null;
        }
        match kind {
            Kind::Tag => {
                content["Condition"] = json!({"TagsAnd": ["a"], "TagsOr": null, "AttrsAnd": null});
            }
            Kind::User => content["To_Account"] = json!(["u1"]),
            Kind::All | Kind::Other(_) => {}
        }
        assert_eq!(codes(&kind, content), []);
    }
}

#[test]
fn null_does_not_stand_for_what_is_required_or_for_an_element() {
    let c = |v: &str| v.to_owned();
    assert_eq!(
        one(&Kind::All, json!({"From_Account": null, "OfflinePushInfo": {}})),
        (c("From_Account"), INVALID_REQUEST)
    );
    assert_eq!(
        one(&Kind::All, json!({"From_Account": "a", "OfflinePushInfo": null})),
        (c("OfflinePushInfo"), 90043)
    );
    assert_eq!(one(&Kind::Tag, tag(json!(null))), (c("Condition"), INVALID_REQUEST));
    assert_eq!(one(&Kind::Tag, tag(json!({"TagsAnd": null}))), (c("Condition"), INVALID_REQUEST));
    assert_eq!(one(&Kind::Tag, tag(json!({"TagsAnd": [null]}))), (c("Condition.TagsAnd"), INVALID_REQUEST));
    assert_eq!(one(&Kind::Tag, tag(json!({"AttrsAnd": {"x": null}}))), (c("Condition.AttrsAnd"), 90033));
    for list in [json!(null), json!([null])] {
        let content = json!({"From_Account": "a", "To_Account": list, "OfflinePushInfo": {}});
        assert_eq!(one(&Kind::User, content), (c("To_Account"), 90003));
    }
    let sound = json!({"HarmonyInfo": {"SoundDuration": 5, "Sound": null}});
    assert_eq!(one(&Kind::All, all(sound)).0, "OfflinePushInfo.HarmonyInfo.SoundDuration");
}

#[test]
fn a_msg_random_is_an_unsigned_integer_of_32_bits() {
    let with = |text: &str| {
        let mut content = all(json!({}));
        content["MsgRandom"] = serde_json::from_str(text).unwrap();
        content
    };
    for fine in ["0", "7", "2147483648", "4294967295", "null"] {
        assert_eq!(codes(&Kind::All, with(fine)), [], "{fine}");
    }
    for wrong in ["-1", "4294967296", "18446744073709551616", "5.0", "5e0", "\"5\"", "true", "[5]", "{}"] {
        assert_eq!(one(&Kind::All, with(wrong)), ("MsgRandom".to_owned(), 90005), "{wrong}");
    }
}

#[test]
fn the_size_of_content_leaves_out_its_accounts_and_nothing_else() {
    let accounts: Vec<String> = (0..500).map(|n| format!("{n:032}")).collect();
    let with = |desc: usize| json!({"From_Account": "a", "To_Account": accounts, "OfflinePushInfo": {"Desc": "x".repeat(desc)}});
    let spare = 10_240 - compact_len(with(0).as_object().unwrap());
    assert_eq!(codes(&Kind::User, with(spare)), []);
    assert_eq!(one(&Kind::User, with(spare + 1)), ("Content".to_owned(), 90056));
    let without = json!({"From_Account": "a", "OfflinePushInfo": {"Desc": "x".repeat(spare)}});
    assert_eq!(without.to_string().len(), 10_240, "to the byte");
}
