//! What a request must look like, and what is answered when it does not (`docs/sandbox.md`).
//!
//! Pure: takes parsed JSON and a time, gives values or a refusal. Bodies are read here strictly and
//! on their own, not with the client's types, so that a mistake there cannot hide here (I3). Only
//! the limits of `Content` are shared.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::options::{ErrorStyle, ModifyContent, Options};
use crate::domain::wire::time_in;
use crate::domain::{Content, JsonObject, Kind, rules};

/// Why a request is refused, as the answer says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `ErrorCode`.
    pub(super) code: i64,
    /// `ErrorInfo`.
    pub(super) info: String,
    /// `InvalidUserID`, with 90108.
    pub(super) invalid_accounts: Vec<String>,
}

impl Refusal {
    pub(super) fn new(code: i64, info: impl Into<String>) -> Self {
        Self { code, info: info.into(), invalid_accounts: Vec::new() }
    }

    /// 90104 in the words of the documents' sample.
    pub(super) fn invalid(what: impl std::fmt::Display) -> Self {
        Self::new(90104, format!("invalid request! check failed: {what}"))
    }

    pub(super) fn internal() -> Self {
        Self::new(90105, "internal error")
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(_: rusqlite::Error) -> Self {
        Self::internal()
    }
}

/// A member of the body; `null` is as if it were absent.
pub(super) fn given<'a>(body: &'a JsonObject, key: &str) -> Option<&'a Value> {
    body.get(key).filter(|value| !value.is_null())
}

fn required<'a>(body: &'a JsonObject, key: &str) -> Result<&'a Value, Refusal> {
    given(body, key).ok_or_else(|| Refusal::invalid(format!("{key} is missing")))
}

/// A required Integer. Strings, booleans, fractions and `5.0` are refused.
pub(super) fn integer(body: &JsonObject, key: &str) -> Result<i64, Refusal> {
    required(body, key)?.as_i64().ok_or_else(|| Refusal::invalid(format!("{key} must be an Integer")))
}

/// A required String.
pub(super) fn text<'a>(body: &'a JsonObject, key: &str) -> Result<&'a str, Refusal> {
    required(body, key)?.as_str().ok_or_else(|| Refusal::invalid(format!("{key} must be a String")))
}

/// A required Boolean.
pub(super) fn boolean(body: &JsonObject, key: &str) -> Result<bool, Refusal> {
    required(body, key)?.as_bool().ok_or_else(|| Refusal::invalid(format!("{key} must be a Boolean")))
}

/// A required Object.
pub(super) fn object<'a>(body: &'a JsonObject, key: &str) -> Result<&'a JsonObject, Refusal> {
    required(body, key)?.as_object().ok_or_else(|| Refusal::invalid(format!("{key} must be an Object")))
}

/// A required time: UTC, exactly `YYYY-MM-DD HH:MM:SS`.
pub(super) fn time(body: &JsonObject, key: &str) -> Result<DateTime<Utc>, Refusal> {
    let given = text(body, key)?;
    time_in(given).ok_or_else(|| {
        Refusal::invalid(format!("invalid {key}: {given}, the format is YYYY-MM-DD HH:MM:SS (UTC)"))
    })
}

/// The required `Type`, one of the three.
pub(super) fn kind(body: &JsonObject) -> Result<Kind, Refusal> {
    match Kind::from_wire(text(body, "Type")?) {
        Kind::Other(name) => {
            let what = format!("invalid type: {name}, parse to tasktype failed: invalid type: {name}");
            Err(Refusal::invalid(what))
        }
        known @ (Kind::All | Kind::Tag | Kind::User) => Ok(known),
    }
}

/// `Sdkappid` of the body against the one of the URL.
pub(super) fn same_app(body: &JsonObject, sdkappid: u64) -> Result<(), Refusal> {
    let given = integer(body, "Sdkappid")?;
    if u64::try_from(given) == Ok(sdkappid) {
        return Ok(());
    }
    Err(Refusal::invalid(format!("Sdkappid {given} does not match the sdkappid of the URL")))
}

/// Every documented limit of the content; the first fault refuses it. With `attributes`, only those
/// names exist.
pub(super) fn check_content(
    kind: &Kind,
    content: &JsonObject,
    options: &Options,
    attributes: Option<&BTreeSet<String>>,
) -> Result<(), Refusal> {
    let (content, whole) = (Content(content.clone()), content);
    let problem = rules::check(kind, &content, options.content()).into_iter().next();
    let (code, what) = match problem {
        Some(problem) => (problem.code, format!("{} {}", problem.field, problem.rule)),
        None => match attributes.and_then(|known| unknown_attribute(whole, known)) {
            Some(what) => (90033, what),
            None => return Ok(()),
        },
    };
    let mut refusal = Refusal::invalid(what);
    match options.content_error_style {
        ErrorStyle::Sched => {}
        ErrorStyle::Push => refusal.code = code,
    }
    Err(refusal)
}

fn unknown_attribute(content: &JsonObject, known: &BTreeSet<String>) -> Option<String> {
    let condition = content.get("Condition")?.as_object()?;
    ["AttrsAnd", "AttrsOr"].into_iter().find_map(|part| {
        let mut names = condition.get(part)?.as_object()?.keys();
        let name = names.find(|name| !known.contains(*name))?;
        Some(format!("Condition.{part} \"{name}\" is not an attribute of the application"))
    })
}

/// Whether a task may be scheduled for that time (90110).
pub(super) fn check_time(at: DateTime<Utc>, now: DateTime<Utc>, options: &Options) -> Result<(), Refusal> {
    let lead = at.timestamp() - now.timestamp();
    if lead < options.min_lead_seconds {
        return Err(Refusal::new(90110, "invalid scheduled time: it has already passed or is too near"));
    }
    let horizon = TimeDelta::try_days(options.max_horizon_days).map_or(i64::MAX, |days| days.num_seconds());
    if options.max_horizon_days > 0 && lead > horizon {
        let days = options.max_horizon_days;
        return Err(Refusal::new(
            90110,
            format!("invalid scheduled time: it is more than {days} days ahead"),
        ));
    }
    Ok(())
}

/// Whether all accounts exist (90108): unknown ones in the order of appearance, each once.
pub(super) fn check_accounts(content: &JsonObject, known: Option<&BTreeSet<String>>) -> Result<(), Refusal> {
    let Some(known) = known else { return Ok(()) };
    let accounts = content.get("To_Account").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut seen = BTreeSet::new();
    let unknown =
        accounts.iter().filter_map(Value::as_str).filter(|a| !known.contains(*a) && seen.insert(*a));
    let invalid_accounts: Vec<String> = unknown.map(str::to_owned).collect();
    if invalid_accounts.is_empty() {
        return Ok(());
    }
    Err(Refusal { code: 90108, info: "some accounts are invalid".to_owned(), invalid_accounts })
}

/// The content after a modify.
pub(super) fn modified(old: &JsonObject, change: &JsonObject, how: ModifyContent) -> JsonObject {
    match how {
        ModifyContent::MergeDeep => merged(old, change),
        ModifyContent::MergeTop => {
            let mut content = old.clone();
            for (key, value) in change {
                if value.is_null() {
                    content.shift_remove(key);
                } else {
                    content.insert(key.clone(), value.clone());
                }
            }
            content
        }
        ModifyContent::Replace => change.clone(),
    }
}

/// Objects merge key by key, arrays and scalars replace, `null` removes the key.
fn merged(old: &JsonObject, change: &JsonObject) -> JsonObject {
    let mut content = old.clone();
    for (key, value) in change {
        match (content.get(key), value) {
            (_, Value::Null) => {
                content.shift_remove(key);
            }
            (Some(Value::Object(inner)), Value::Object(change)) => {
                let inner = merged(inner, change);
                content.insert(key.clone(), Value::Object(inner));
            }
            (_, Value::Object(change)) => {
                // Into nothing, so that a `null` inside removes here as well.
                content.insert(key.clone(), Value::Object(merged(&JsonObject::new(), change)));
            }
            (_, scalar) => {
                content.insert(key.clone(), scalar.clone());
            }
        }
    }
    content
}

/// `Title` and `Desc` of a task, as they stand in its content; empty where they do not.
pub(super) fn headline(content: &JsonObject) -> (&str, &str) {
    let info = content.get("OfflinePushInfo").and_then(Value::as_object);
    let part = |key: &str| info.and_then(|info| info.get(key)).and_then(Value::as_str).unwrap_or("");
    (part("Title"), part("Desc"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> JsonObject {
        value.as_object().unwrap().clone()
    }

    fn change(old: Value, change: Value, how: ModifyContent) -> Value {
        Value::Object(modified(&object(old), &object(change), how))
    }

    #[test]
    fn a_deep_merge_keeps_what_the_change_does_not_name() {
        let old = json!({"From_Account": "a", "MsgRandom": 5, "To_Account": ["x", "y"],
            "OfflinePushInfo": {"Title": "old", "Ext": "{}", "ApnsInfo": {"Sound": "a", "Image": "b"}}});
        let new = json!({"To_Account": ["z"], "OfflinePushInfo": {"Title": "new", "Ext": null, "ApnsInfo": {"Sound": "c"}}});
        assert_eq!(
            change(old, new, ModifyContent::MergeDeep),
            json!({"From_Account": "a", "MsgRandom": 5, "To_Account": ["z"],
                "OfflinePushInfo": {"Title": "new", "ApnsInfo": {"Sound": "c", "Image": "b"}}})
        );
    }

    #[test]
    fn a_null_inside_a_new_object_leaves_no_trace() {
        let merged = change(json!({"a": 1}), json!({"b": {"c": null, "d": 2}}), ModifyContent::MergeDeep);
        assert_eq!(merged, json!({"a": 1, "b": {"d": 2}}));
    }

    #[test]
    fn the_other_readings_of_modify_are_there_too() {
        let old = json!({"From_Account": "a", "OfflinePushInfo": {"Title": "t", "Desc": "d"}});
        let new = json!({"OfflinePushInfo": {"Title": "n"}});
        assert_eq!(
            change(old.clone(), new.clone(), ModifyContent::MergeTop),
            json!({"From_Account": "a", "OfflinePushInfo": {"Title": "n"}})
        );
        assert_eq!(change(old, new.clone(), ModifyContent::Replace), new);
    }

    #[test]
    fn integers_are_integers_and_nothing_else() {
        let body: JsonObject = serde_json::from_str(
            r#"{"ok":5,"text":"5","float":5.0,"exp":5e0,"bool":true,"null":null,"huge":99999999999999999999,"minus":-1}"#,
        )
        .unwrap();
        assert_eq!(integer(&body, "ok"), Ok(5));
        assert_eq!(integer(&body, "minus"), Ok(-1));
        for key in ["text", "float", "exp", "bool", "null", "huge", "none", "OK"] {
            assert_eq!(integer(&body, key).unwrap_err().code, 90104, "{key}");
        }
    }

    #[test]
    fn an_unknown_type_is_refused_in_the_samples_words() {
        let refusal = kind(&object(json!({"Type": "xxx"}))).unwrap_err();
        assert_eq!(
            refusal.info,
            "invalid request! check failed: invalid type: xxx, parse to tasktype failed: invalid type: xxx"
        );
        assert!(kind(&object(json!({"Type": "all"}))).is_err());
    }

    #[test]
    fn unknown_accounts_are_named_once_and_in_order() {
        let known = BTreeSet::from(["anna".to_owned()]);
        let content = object(json!({"To_Account": ["zoe", "anna", "bela", "zoe"]}));
        let refusal = check_accounts(&content, Some(&known)).unwrap_err();
        assert_eq!((refusal.code, refusal.invalid_accounts), (90108, vec!["zoe".into(), "bela".into()]));
        assert_eq!(check_accounts(&content, None), Ok(()));
    }

    #[test]
    fn the_present_second_is_past_and_the_next_is_not() {
        let now = time_in("2026-11-21 06:00:00").unwrap() + TimeDelta::milliseconds(900);
        let at = |text: &str| check_time(time_in(text).unwrap(), now, &Options::default());
        assert_eq!(at("2026-11-21 06:00:00").unwrap_err().code, 90110);
        assert_eq!(at("2026-11-21 06:00:01"), Ok(()));
        assert_eq!(at("2199-01-01 00:00:00"), Ok(()));
        let near = Options { max_horizon_days: 30, ..Options::default() };
        assert!(check_time(time_in("2026-12-21 06:00:01").unwrap(), now, &near).is_err());
        assert!(check_time(time_in("2026-12-21 06:00:00").unwrap(), now, &near).is_ok());
    }
}
