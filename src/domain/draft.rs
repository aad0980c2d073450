//! A task on its way: what the operator typed, field by field, and the request it makes.
//!
//! A value goes out as it came in unless its text was changed, and fields that have no entry stay
//! in `base` untouched: so unknown fields survive an edit. A new draft has no type and no audience;
//! there is no default for who gets a push.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::fields::{self, FIELDS, Field, Shape};
use super::rules::{self, Problem, Strictness};
use super::task::{Kind, Task, TaskId};
use super::when::{self, WhenProblem};
use super::{Content, JsonObject};

/// A checked create: everything that `add_sched_task` needs.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTask {
    /// `Type`.
    pub kind: Kind,
    /// `SchedAt`.
    pub scheduled_at: DateTime<Utc>,
    /// `Content`.
    pub content: Content,
}

/// A checked modify of a task that stands: what is `None` stays as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The task.
    pub id: TaskId,
    /// Its `Type`, which cannot be changed.
    pub kind: Kind,
    /// A new `SchedAt`.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// A new `Content`, whole.
    pub content: Option<Content>,
}

/// The entry that holds what the time field began with. It is no part of the content; it lies among
/// the entries so that a draft on disk still tells whether the operator touched the time.
const TIME_BEFORE: &str = "SchedAt";

/// What the operator typed so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The type chosen; `None` until the operator chooses.
    pub kind: Option<Kind>,
    /// The time entry, as typed.
    pub scheduled: String,
    /// Field path to text, as typed. An empty text means the field is not sent.
    pub entries: BTreeMap<String, String>,
    /// The content this began with.
    pub base: Content,
}

/// A draft read as a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The content as it would be sent, problems or not.
    pub content: Content,
    /// The time, where the entry is one.
    pub scheduled_at: Result<DateTime<Utc>, WhenProblem>,
    /// Everything that is wrong, in the order of the form. Empty means it may be sent.
    pub problems: Vec<Problem>,
}

impl Draft {
    /// An empty draft with a sender.
    pub fn new(from_account: &str) -> Self {
        let mut draft = Self::default();
        draft.put("From_Account", from_account);
        draft
    }

    /// A draft that holds a task's type, time and content, for an edit.
    pub fn from_task(task: &Task, zone: Tz) -> Self {
        let base = task.content.without_random();
        let mut draft = Self {
            kind: Some(task.kind.clone()),
            scheduled: task.scheduled_at.map(|at| when::editable(at, zone)).unwrap_or_default(),
            entries: BTreeMap::new(),
            base,
        };
        for field in FIELDS {
            if let Some(value) = draft.base.at(field.path) {
                draft.entries.insert(field.path.to_owned(), entry_text(field, value));
            }
        }
        draft.put(TIME_BEFORE, draft.scheduled.clone());
        draft
    }

    /// The same content as a new task: no time, so that nobody repeats the old one by accident.
    pub fn clone_of(task: &Task) -> Self {
        let mut draft = Self { scheduled: String::new(), ..Self::from_task(task, Tz::UTC) };
        draft.entries.remove(TIME_BEFORE);
        draft
    }

    /// The same changes on another version of the task: what the operator changed stays as typed,
    /// everything else is as the task is now.
    #[must_use]
    pub fn laid_over(&self, task: &Task, zone: Tz) -> Self {
        let mut draft = Self::from_task(task, zone);
        if self.time_changed() {
            draft.scheduled.clone_from(&self.scheduled);
        }
        for field in FIELDS.iter().filter(|field| self.changed(field.path)) {
            draft.put(field.path, self.entry(field.path));
        }
        draft
    }

    /// What the field held in the content this began with, as text.
    pub fn text_before(&self, path: &str) -> String {
        let value = fields::find(path).and_then(|field| Some(entry_text(field, self.base.at(path)?)));
        value.unwrap_or_default()
    }

    /// Whether the operator changed the text of a field.
    pub fn changed(&self, path: &str) -> bool {
        self.entries.get(path).is_some_and(|text| *text != self.text_before(path))
    }

    /// Whether the operator changed any field of the content.
    pub fn content_changed(&self) -> bool {
        FIELDS.iter().any(|field| self.changed(field.path))
    }

    /// Whether the operator changed the time entry.
    pub fn time_changed(&self) -> bool {
        self.scheduled.trim() != self.entry(TIME_BEFORE).trim()
    }

    /// The text of a field; empty when there is none.
    pub fn entry(&self, path: &str) -> &str {
        self.entries.get(path).map_or("", String::as_str)
    }

    /// Sets the text of a field.
    pub fn put(&mut self, path: &str, text: impl Into<String>) {
        self.entries.insert(path.to_owned(), text.into());
    }

    /// The content as it would be sent, with the faults of single entries.
    pub fn content(&self) -> (Content, Vec<Problem>) {
        let mut content = self.base.clone();
        let mut problems = Vec::new();
        for field in FIELDS {
            if self.kind.as_ref().is_some_and(|kind| !field.fits(kind)) {
                // Entries of another type's audience stay in the draft but are not sent.
                content.set(field.path, None);
                continue;
            }
            let Some(text) = self.entries.get(field.path) else { continue };
            if self.base.at(field.path).is_some_and(|value| entry_text(field, value) == *text) {
                continue;
            }
            match entry_value(field, text) {
                Ok(value) => content.set(field.path, value),
                Err(rule) => problems.push(Problem::new(field.path, rule)),
            }
        }
        if content.at("OfflinePushInfo").is_none() {
            content.set("OfflinePushInfo", Some(Value::Object(JsonObject::new())));
        }
        (content, problems)
    }

    /// Checks everything. `now` is the service's time, by which the past is judged (90110).
    pub fn check(&self, now: DateTime<Utc>, zone: Tz) -> Checked {
        let scheduled_at = when::parse(&self.scheduled, now, zone);
        let (content, mut problems) = self.content();
        match &self.kind {
            None => problems.insert(0, Problem::new("Type", "who gets it? choose All, Tag or User")),
            Some(kind) => {
                let faulty: Vec<String> = problems.iter().map(|p| p.field.clone()).collect();
                let found = rules::check(kind, &content, Strictness::default());
                problems.extend(found.into_iter().filter(|p| !faulty.contains(&p.field)));
            }
        }
        match &scheduled_at {
            Err(problem) => problems.push(Problem::new("SchedAt", problem.words())),
            Ok(at) if *at <= now => {
                let rule = format!("{} is past", when::stamp(*at, zone, now));
                problems.push(Problem::coded("SchedAt", 90110, rule));
            }
            Ok(_) => {}
        }
        Checked { content, scheduled_at, problems }
    }
}

/// A value as text of a form field. Whatever does not fit the field's shape is shown as JSON.
pub fn entry_text(field: &Field, value: &Value) -> String {
    let plain = match field.shape {
        Shape::Text { .. } | Shape::Lines | Shape::JsonText | Shape::Word(_) => {
            value.as_str().map(str::to_owned)
        }
        Shape::Account | Shape::WordOrNumber(_) => {
            value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|n| n.to_string()))
        }
        Shape::Integer { .. } | Shape::Number(_) => value.as_i64().map(|n| n.to_string()),
        Shape::Strings { .. } => lines_of(value),
        Shape::Pairs { .. } => pairs_of(value),
        Shape::Items(keys) => items_of(keys, value),
        Shape::Object | Shape::Any => None,
    };
    plain.unwrap_or_else(|| value.to_string())
}

fn lines_of(value: &Value) -> Option<String> {
    let items: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
    let items = items?;
    let safe = |s: &&str| !s.is_empty() && s.trim() == *s && !s.contains(['\n', '\r']) && !s.starts_with('[');
    items.iter().all(safe).then(|| items.join("\n"))
}

fn pairs_of(value: &Value) -> Option<String> {
    let mut lines = Vec::new();
    for (name, value) in value.as_object()? {
        let value = value.as_str()?;
        let safe = !name.contains(['=', '\n', '\r', '{']) && !value.contains(['\n', '\r']);
        if !safe || name.trim() != name || name.is_empty() || value.trim() != value {
            return None;
        }
        lines.push(format!("{name}={value}"));
    }
    Some(lines.join("\n"))
}

fn items_of(keys: &[&str], value: &Value) -> Option<String> {
    let mut lines = Vec::new();
    for item in value.as_array()? {
        let object = item.as_object()?;
        if object.keys().any(|key| !keys.contains(&key.as_str())) {
            return None;
        }
        let mut cells = Vec::new();
        for key in keys {
            let cell = object.get(*key)?.as_str()?;
            if cell.contains(['|', '\n', '\r', '[']) || cell.trim() != cell {
                return None;
            }
            cells.push(cell);
        }
        lines.push(cells.join(" | "));
    }
    Some(lines.join("\n"))
}

/// The text of a form field as a value; `None` when it is empty, which means "not sent".
///
/// # Errors
/// The rule that the text breaks, in words that follow the field's name.
pub fn entry_value(field: &Field, text: &str) -> Result<Option<Value>, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let parsed = |what: &str| {
        serde_json::from_str::<Value>(trimmed).map_err(|err| format!("is not a JSON {what}: {err}"))
    };
    let value = match field.shape {
        Shape::Text { .. } | Shape::Account => json!(trimmed),
        Shape::Word(_) | Shape::WordOrNumber(_) => json!(trimmed),
        Shape::Lines | Shape::JsonText => json!(text.trim_end()),
        Shape::Integer { .. } | Shape::Number(_) => {
            json!(trimmed.parse::<i64>().map_err(|_| "must be a whole number".to_owned())?)
        }
        Shape::Strings { .. } if trimmed.starts_with('[') => parsed("list")?,
        Shape::Strings { .. } => {
            let items = trimmed.lines().map(str::trim).filter(|line| !line.is_empty());
            json!(items.collect::<Vec<_>>())
        }
        Shape::Pairs { .. } if trimmed.starts_with('{') => parsed("object")?,
        Shape::Pairs { .. } => {
            let mut object = JsonObject::new();
            for line in trimmed.lines().map(str::trim).filter(|line| !line.is_empty()) {
                let (name, value) =
                    line.split_once('=').ok_or_else(|| format!("\"{line}\" is not name=value"))?;
                object.insert(name.trim().to_owned(), json!(value.trim()));
            }
            Value::Object(object)
        }
        Shape::Items(_) if trimmed.starts_with('[') => parsed("list")?,
        Shape::Items(keys) => {
            let mut items = Vec::new();
            for line in trimmed.lines().map(str::trim).filter(|line| !line.is_empty()) {
                let cells: Vec<&str> = line.split('|').map(str::trim).collect();
                if cells.len() != keys.len() {
                    return Err(format!("\"{line}\" is not {}", keys.join(" | ")));
                }
                items.push(Value::Object(
                    keys.iter().zip(cells).map(|(k, c)| ((*k).to_owned(), json!(c))).collect(),
                ));
            }
            Value::Array(items)
        }
        Shape::Object => parsed("object")?,
        Shape::Any => parsed("value")?,
    };
    Ok(Some(value))
}

/// The fields of the form for a type, in order.
pub fn form_fields(kind: &Kind) -> impl Iterator<Item = &'static Field> {
    fields::FIELDS.iter().filter(move |field| field.fits(kind))
}

#[cfg(test)]
mod tests {
    use super::super::wire::{read_task, time_in};
    use super::*;

    const ZONE: Tz = Tz::Asia__Shanghai;

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
        draft.check(now(), ZONE).problems.into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn a_new_draft_addresses_nobody() {
        let draft = Draft::new("administrator");
        assert_eq!(draft.kind, None);
        assert_eq!(problems(&draft), ["Type", "SchedAt"]);
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
        let draft =
            Draft::from_task(&task(r#"{"From_Account":"a","MsgRandom":5,"OfflinePushInfo":{}}"#), ZONE);
        assert_eq!(draft.content().0.at("MsgRandom"), None);
    }

    #[test]
    fn a_clone_has_no_time() {
        let clone = Draft::clone_of(&task(r#"{"From_Account":"a","OfflinePushInfo":{"Title":"t"}}"#));
        assert_eq!((clone.scheduled.as_str(), clone.entry("OfflinePushInfo.Title")), ("", "t"));
    }

    #[test]
    fn changes_are_told_from_what_the_task_held_and_move_to_another_version_of_it() {
        let mut draft =
            Draft::from_task(&task(r#"{"OfflinePushInfo":{"Title":"t","Desc":"d"},"X":1}"#), ZONE);
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
            ("Condition.AttrsAnd", json!({"tier": "gold", "x": "a=b"})),
            ("Condition.AttrsAnd", json!({"a=b": "c"})),
            ("OfflinePushInfo.MultiLanguageContent", json!([{"Language": "de", "Title": "T", "Desc": "D"}])),
            (
                "OfflinePushInfo.MultiLanguageContent",
                json!([{"Language": "de", "Title": "a|b", "Desc": "D"}]),
            ),
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
    fn the_past_is_judged_by_the_given_clock() {
        let mut draft = Draft::new("administrator");
        draft.kind = Some(Kind::All);
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
        let leaf =
            prop_oneof![Just("null".to_owned()), any::<bool>().prop_map(|b| b.to_string()), number, text];
        leaf.prop_recursive(3, 12, 4, |inner| {
            let key = any::<String>().prop_map(|text| Value::String(text).to_string());
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4)
                    .prop_map(|items| format!("[{}]", items.join(","))),
                proptest::collection::btree_map(key, inner, 0..4).prop_map(|pairs| {
                    let pairs: Vec<String> =
                        pairs.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
                    format!("{{{}}}", pairs.join(","))
                }),
            ]
        })
    }

    proptest! {
        /// Rule 7 of the wire: what this program does not know goes back as it came.
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
            let mut draft = Draft::from_task(&task, chrono_tz::Tz::UTC);
            draft.put("OfflinePushInfo.Title", title.as_str());
            let (edited, problems) = draft.content();
            prop_assert!(problems.is_empty());
            prop_assert_eq!(Value::Object(edited.0).to_string(), content("", &title));
        }
    }
}
