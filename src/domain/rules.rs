//! Every documented limit of `Content`, checked in one place: form, command line and sandbox all
//! ask here.
//!
//! A problem names the field, the rule in words, and the code that the push service gives for it
//! where one is documented (documents: *Push to all*, *Push to users*, "`OfflinePushInfo`"; `docs/sandbox.md` for what they leave open). A field that is `null` is as if it
//! were absent.

use std::collections::BTreeMap;

use serde_json::Value;

use super::catalog::INVALID_REQUEST;
use super::content::Content;
use super::fields::{FIELDS, Field, PARENTS, Shape};
use super::json::JsonObject;
use super::kind::Kind;
use super::text;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Dotted path inside `Content`, or `SchedAt`, or `Type`.
    pub field: String,
    /// The code that the push service documents for it, else 90104.
    pub code: i64,
    /// The rule, in words that follow the field's name.
    pub rule: String,
}

impl Problem {
    /// A problem with the general code.
    pub fn new(field: &str, rule: impl Into<String>) -> Self {
        Self::coded(field, INVALID_REQUEST, rule)
    }

    /// A problem with a code of its own.
    pub fn coded(field: &str, code: i64, rule: impl Into<String>) -> Self {
        Self { field: field.to_owned(), code, rule: rule.into() }
    }
}

/// How strictly content is checked. The default is what the documents say, read strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strictness {
    /// `From_Account` is required.
    pub from_account: bool,
    /// Audience fields must fit the type.
    pub type_content: bool,
    /// Types and values of the documented push fields are checked.
    pub push_fields: bool,
    /// Most bytes of the content without `To_Account`, as compact JSON; 0 is no limit.
    pub max_bytes: usize,
}

impl Default for Strictness {
    fn default() -> Self {
        Self { from_account: true, type_content: true, push_fields: true, max_bytes: 10_240 }
    }
}

/// Everything that is wrong with the content of a task of this kind, in the order of the form.
pub fn check(kind: &Kind, content: &Content, strict: Strictness) -> Vec<Problem> {
    let mut problems = Vec::new();
    if strict.from_account && given(content, "From_Account").is_none() {
        problems.push(Problem::new("From_Account", "is required"));
    }
    if !content.0.get("OfflinePushInfo").is_some_and(Value::is_object) {
        problems.push(Problem::coded("OfflinePushInfo", 90043, "must be an object"));
    }
    for parent in PARENTS.into_iter().filter(|parent| parent.starts_with("OfflinePushInfo.")) {
        if strict.push_fields && given(content, parent).is_some_and(|v| !v.is_object()) {
            problems.push(Problem::coded(parent, 90043, "must be an object"));
        }
    }
    for field in FIELDS {
        let of_audience = field.path.starts_with("Condition") || field.path == "To_Account";
        let always = of_audience || matches!(field.path, "From_Account" | "DataId");
        if (strict.push_fields || always)
            && let Some(value) = given(content, field.path)
        {
            problems.extend(check_value(field, value));
        }
    }
    if given(content, "MsgRandom").is_some_and(|value| !is_random(value)) {
        let rule = format!("must be a whole number from 0 to {}", u32::MAX);
        problems.push(Problem::coded("MsgRandom", 90005, rule));
    }
    check_audience(kind, content, strict, &mut problems);
    if strict.push_fields {
        check_pairs(content, &mut problems);
    }
    let size = compact_len(&content.0);
    if strict.max_bytes > 0 && size > strict.max_bytes {
        let apart = if content.0.contains_key(ACCOUNTS) { ", To_Account not counted" } else { "" };
        let rule = format!("is {size} bytes as JSON{apart}; at most {} are allowed", strict.max_bytes);
        problems.push(Problem::coded("Content", 90056, rule));
    }
    problems
}

/// What a content lacks that would show and tell nobody anything: it has neither title nor text, in no
/// language, nor a template, and is no data for the app alone (`PushFlag` 1 with `Ext`; documents: "`OfflinePushInfo`").
///
/// The service takes such a push, so [`check`] says nothing about it; whoever makes one (the form, the
/// command line) asks here as well. A title for one vendor only is none: others would show nothing.
pub(super) fn check_message(content: &Content) -> Option<Problem> {
    let says = |value: Option<&Value>| value.and_then(Value::as_str).is_some_and(text::shows);
    let info = |name: &str| content.at(&format!("OfflinePushInfo.{name}"));
    let languages = info("MultiLanguageContent").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let shows = ["Title", "Desc", "PushTemplateId"].iter().any(|name| says(info(name)))
        || languages.iter().any(|item| says(item.get("Title")) || says(item.get("Desc")));
    let is_data = info("PushFlag").and_then(Value::as_i64) == Some(1) && says(info("Ext"));
    if shows || is_data {
        return None;
    }
    let rule = "says nothing: it needs Title, Desc or PushTemplateId; data alone takes PushFlag 1 and Ext";
    Some(Problem::new("OfflinePushInfo.Title", rule))
}

/// The value at a path; `null` is as if it were absent, for public clients send null lists.
fn given<'a>(content: &'a Content, path: &str) -> Option<&'a Value> {
    content.at(path).filter(|value| !value.is_null())
}

/// What the size of the content leaves out: 500 accounts of 32 bytes must fit.
const ACCOUNTS: &str = "To_Account";

/// Bytes of the content as compact UTF-8 JSON, as if there were no `To_Account` in it.
fn compact_len(content: &JsonObject) -> usize {
    let counted: BTreeMap<_, _> = content.iter().filter(|(key, _)| *key != ACCOUNTS).collect();
    serde_json::to_string(&counted).map_or(usize::MAX, |text| text.len())
}

/// An unsigned integer of 32 bits, and written as one: `5.0` and `5e0` are none.
fn is_random(value: &Value) -> bool {
    value.as_u64().is_some_and(|number| u32::try_from(number).is_ok())
}

/// What is wrong with one value of a documented field.
pub(super) fn check_value(field: &Field, value: &Value) -> Option<Problem> {
    let malformed = if field.path.starts_with("OfflinePushInfo") { 90043 } else { INVALID_REQUEST };
    let wrong = |rule: String| Some(Problem::coded(field.path, malformed, rule));
    match field.shape {
        Shape::Text { max_bytes } => match value.as_str() {
            None => wrong("must be a text".to_owned()),
            Some(text) => match max_bytes {
                Some(max) if text.len() > max => {
                    let code = if field.path == "DataId" { 90057 } else { malformed };
                    Some(Problem::coded(
                        field.path,
                        code,
                        format!("is {} bytes long; at most {max} are allowed", text.len()),
                    ))
                }
                Some(_) | None => None,
            },
        },
        Shape::Lines | Shape::JsonText => {
            value.as_str().is_none().then(|| "must be a text".to_owned()).and_then(wrong)
        }
        Shape::Account => match value {
            Value::String(name) if name.is_empty() => {
                Some(Problem::coded(field.path, 90008, "must not be empty"))
            }
            Value::String(_) => None,
            Value::Number(n) if n.is_i64() || n.is_u64() => None,
            Value::Number(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                Some(Problem::coded(field.path, 90008, "must be a UserID (text)"))
            }
        },
        Shape::Integer { min, max } => match value.as_i64() {
            Some(n) if (min..=max).contains(&n) => None,
            _ => wrong(format!("must be a whole number from {min} to {max}")),
        },
        Shape::Number(choices) => {
            // A flag of which the documents only say what 1 means may say as well that it is not set.
            let unset = matches!(choices, [(1, _)]).then_some(0);
            let known = || unset.into_iter().chain(choices.iter().map(|(known, _)| *known));
            match value.as_i64() {
                Some(n) if known().any(|known| known == n) => None,
                _ => wrong(format!("must be {}", listed(known().map(|n| n.to_string())))),
            }
        }
        Shape::Word(choices) => match value.as_str() {
            Some(word) if choices.iter().any(|(known, _)| *known == word) => None,
            _ => wrong(format!("must be {}", listed(choices.iter().map(|(w, _)| (*w).to_owned())))),
        },
        Shape::WordOrNumber(choices) => {
            let word = value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|n| n.to_string()));
            match word {
                Some(word) if choices.iter().any(|(known, _)| *known == word) => None,
                _ => wrong(format!("must be {}", listed(choices.iter().map(|(w, _)| (*w).to_owned())))),
            }
        }
        Shape::Strings { max_items, max_bytes } => check_strings(field.path, value, max_items, max_bytes),
        Shape::Pairs { max_items, max_bytes } => check_attributes(field.path, value, max_items, max_bytes),
        Shape::Object => (!value.is_object()).then(|| "must be a JSON object".to_owned()).and_then(wrong),
        Shape::Items(keys) => check_items(keys, value).and_then(wrong),
        Shape::Any => None,
    }
}

fn listed(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

fn check_strings(path: &str, value: &Value, max_items: usize, max_bytes: Option<usize>) -> Option<Problem> {
    let accounts = path == "To_Account";
    let malformed = if accounts { 90003 } else { INVALID_REQUEST };
    let Some(items) = value.as_array() else {
        return Some(Problem::coded(path, malformed, "must be a list of texts"));
    };
    if items.len() > max_items {
        let code = if accounts { 90011 } else { 90032 };
        return Some(Problem::coded(
            path,
            code,
            format!("has {} entries; at most {max_items} are allowed", items.len()),
        ));
    }
    for (i, item) in items.iter().enumerate() {
        let at = i + 1;
        match item.as_str() {
            None => return Some(Problem::coded(path, malformed, format!("entry {at} must be a text"))),
            Some("") => {
                let code = if accounts { malformed } else { 90040 };
                return Some(Problem::coded(path, code, format!("entry {at} is empty")));
            }
            Some(text) => {
                if let Some(max) = max_bytes
                    && text.len() > max
                {
                    let rule = format!("entry {at} is {} bytes long; at most {max} are allowed", text.len());
                    return Some(Problem::coded(path, 90020, rule));
                }
            }
        }
    }
    None
}

fn check_attributes(path: &str, value: &Value, max_items: usize, max_bytes: usize) -> Option<Problem> {
    let wrong = |rule: String| Some(Problem::coded(path, 90033, rule));
    let Some(object) = value.as_object() else {
        return wrong("must be an object of name and value".to_owned());
    };
    if object.len() > max_items {
        return wrong(format!("has {} attributes; at most {max_items} are allowed", object.len()));
    }
    for (name, value) in object {
        let Some(value) = value.as_str() else {
            return wrong(format!("the value of \"{name}\" must be a text"));
        };
        if name.is_empty() || name.len() > max_bytes || value.len() > max_bytes {
            return wrong(format!(
                "name and value of \"{name}\" must have 1 to {max_bytes} and at most {max_bytes} bytes"
            ));
        }
    }
    None
}

fn check_items(keys: &[&str], value: &Value) -> Option<String> {
    let Some(items) = value.as_array() else { return Some("must be a list".to_owned()) };
    for (i, item) in items.iter().enumerate() {
        let Some(object) = item.as_object() else {
            return Some(format!("entry {} must be an object", i + 1));
        };
        for key in keys {
            if object.get(*key).is_some_and(|v| !v.is_string() && !v.is_null()) {
                return Some(format!("{key} of entry {} must be a text", i + 1));
            }
        }
    }
    None
}

/// Whether the audience fields fit the type, and the rules among the tag lists (documents: *Push to all*).
fn check_audience(kind: &Kind, content: &Content, strict: Strictness, problems: &mut Vec<Problem>) {
    let condition = given(content, "Condition");
    if strict.type_content {
        match kind {
            Kind::All | Kind::User if condition.is_some() => {
                problems.push(Problem::new(
                    "Condition",
                    format!("does not belong in a task of type {}", kind.wire()),
                ));
            }
            Kind::Tag
                if !condition
                    .and_then(Value::as_object)
                    .is_some_and(|c| c.values().any(|v| !is_hollow(v))) =>
            {
                problems.push(Problem::new("Condition", "a task of type Tag needs tags or attributes"));
            }
            Kind::All | Kind::Tag | Kind::User | Kind::Other(_) => {}
        }
        if matches!(kind, Kind::All | Kind::Tag) && given(content, "To_Account").is_some() {
            problems.push(Problem::new(
                "To_Account",
                format!("does not belong in a task of type {}", kind.wire()),
            ));
        }
    }
    if *kind == Kind::User && given(content, "To_Account").is_none_or(is_hollow) {
        problems.push(Problem::coded("To_Account", 90003, "needs at least one account"));
    }
    match condition {
        Some(Value::Object(fields)) => check_condition(fields, problems),
        Some(_) => problems.push(Problem::new("Condition", "must be an object")),
        None => {}
    }
}

fn check_condition(fields: &JsonObject, problems: &mut Vec<Problem>) {
    let filled = |name: &str| fields.get(name).is_some_and(|v| !is_hollow(v));
    let tags = ["TagsAnd", "TagsOr", "TagsNot"].into_iter().any(filled);
    let attrs = ["AttrsAnd", "AttrsOr"].into_iter().any(filled);
    if tags && attrs {
        problems.push(Problem::coded("Condition", 90039, "tags and attributes must not be mixed"));
    }
    let list = |name: &str| fields.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if let Some(both) = list("TagsOr")
        .iter()
        .filter_map(Value::as_str)
        .find(|tag| list("TagsAnd").iter().any(|t| t.as_str() == Some(tag)))
    {
        problems.push(Problem::coded("Condition.TagsOr", 90022, format!("\"{both}\" is in TagsAnd as well")));
    }
}

/// Empty list, empty object, empty text, null.
fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Fields that need one another (documents, `OfflinePushInfo`).
fn check_pairs(content: &Content, problems: &mut Vec<Problem>) {
    let needs = [
        ("OfflinePushInfo.AndroidInfo.OPPONotifyLevel", "OfflinePushInfo.AndroidInfo.OPPOCategory"),
        ("OfflinePushInfo.HarmonyInfo.SoundDuration", "OfflinePushInfo.HarmonyInfo.Sound"),
    ];
    for (field, needed) in needs {
        if given(content, field).is_some() && given(content, needed).is_none_or(is_hollow) {
            let name = needed.rsplit('.').next().unwrap_or(needed);
            problems.push(Problem::coded(field, 90043, format!("needs {name}")));
        }
    }
    let activity = "OfflinePushInfo.ApnsInfo.LiveActivity";
    if content.at(activity).is_some_and(Value::is_object) {
        for needed in ["LaId", "Event", "ContentState"] {
            let path = format!("{activity}.{needed}");
            if given(content, &path).is_none() {
                problems.push(Problem::coded(&path, 90043, "is required in a live activity"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
