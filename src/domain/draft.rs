//! A task on its way: what the operator typed, field by field, and the request it makes.
//!
//! A value goes out as it came in unless its text was changed, and fields that have no entry stay
//! in `base` untouched: so unknown fields survive an edit. A new draft has no type and no audience;
//! there is no default for who gets a push.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::content::Content;
use super::fields::{self, FIELDS, Field, PARENTS, Shape};
use super::json::JsonObject;
use super::kind::Kind;
use super::list;
use super::rules::{self, Problem, Strictness};
use super::task::{Task, TaskId};
use super::when::{self, WhenProblem};
use super::zone::Zone;

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

/// Beside it: the instant that it names, in seconds since 1970. What counts from it is the same in every
/// zone.
const TIME_FROM: &str = "SchedAt epoch";

/// Behind the name of an entry: the entry that says that its text was cut, for as long as the text
/// stays so.
const CUT: &str = " cut";

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

impl Draft {
    /// An empty draft with a sender.
    pub fn new(from_account: &str) -> Self {
        let mut draft = Self::default();
        draft.put("From_Account", from_account);
        draft
    }

    /// A draft that holds a task's type, time and content, for an edit.
    pub fn from_task(task: &Task, zone: Zone) -> Self {
        let base = task.content.without_random();
        let mut draft = Self {
            kind: Some(task.kind.clone()),
            scheduled: task.scheduled_at.map(|at| when::editable(at, zone)).unwrap_or_default(),
            entries: BTreeMap::new(),
            base,
        };
        for field in FIELDS {
            if let Some(text) = text_in(&draft.base, field) {
                draft.entries.insert(field.path.to_owned(), text);
            }
        }
        draft.put(TIME_BEFORE, draft.scheduled.clone());
        if let Some(at) = task.scheduled_at {
            draft.put(TIME_FROM, at.timestamp().to_string());
        }
        draft
    }

    /// The same content as a new task: no time, so that nobody repeats the old one by accident. What is
    /// null is left out, and a value of another type than documented is taken as its text reads, where
    /// that is one of the field.
    pub fn clone_of(task: &Task) -> Self {
        let mut copy = task.clone();
        tidy(&mut copy.content);
        let mut draft = Self { scheduled: String::new(), ..Self::from_task(&copy, Zone::UTC) };
        draft.entries.remove(TIME_BEFORE);
        draft.entries.remove(TIME_FROM);
        draft
    }

    /// The same changes on another version of the task: what the operator changed stays as typed,
    /// everything else is as the task is now. A time that was counted from one that the task no longer has
    /// stays the moment that it was: `+30m` is not counted twice.
    #[must_use]
    pub fn laid_over(&self, task: &Task, zone: Zone) -> Self {
        let mut draft = Self::from_task(task, zone);
        if self.time_changed() {
            let before = self.time_before(zone);
            draft.scheduled = match when::on_scheduled(&self.scheduled, before, zone) {
                Some(Ok(at)) if before != task.scheduled_at => when::editable(at, zone),
                Some(_) | None => self.scheduled.clone(),
            };
        }
        for field in FIELDS.iter().filter(|field| self.changed(field.path)) {
            draft.put(field.path, self.entry(field.path));
        }
        let cut = self.entries.iter().filter(|(name, _)| name.ends_with(CUT));
        draft.entries.extend(cut.map(|(name, words)| (name.clone(), words.clone())));
        draft
    }

    /// What the field held in the content this began with, as text.
    fn text_before(&self, path: &str) -> String {
        fields::find(path).and_then(|field| text_in(&self.base, field)).unwrap_or_default()
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

    /// The time that the task had when this began; `None` where it had none, and for a new task.
    pub fn time_before(&self, zone: Zone) -> Option<DateTime<Utc>> {
        let seconds = self.entries.get(TIME_FROM).and_then(|seconds| seconds.parse().ok());
        let noted = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        // An older draft has but the text.
        noted.or_else(|| when::parse(self.entry(TIME_BEFORE), DateTime::UNIX_EPOCH, zone).ok())
    }

    /// The time entry as it is understood: of a change it starts from the scheduled time (U10).
    ///
    /// # Errors
    /// Says what is missing or what the entry could mean.
    pub fn read_time(&self, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, WhenProblem> {
        if self.entries.contains_key(TIME_BEFORE) {
            when::parse_change(&self.scheduled, self.time_before(zone), now, zone)
        } else {
            when::parse(&self.scheduled, now, zone)
        }
    }

    /// Whether both say the same: an empty text is none.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let paths = self.entries.keys().chain(other.entries.keys());
        let mut same = paths.map(|path| self.entry(path) == other.entry(path));
        self.kind == other.kind
            && self.scheduled == other.scheduled
            && self.base == other.base
            && same.all(|same| same)
    }

    /// The text of a field; empty when there is none.
    pub fn entry(&self, path: &str) -> &str {
        self.entries.get(path).map_or("", String::as_str)
    }

    /// Sets the text of a field.
    pub fn put(&mut self, path: &str, text: impl Into<String>) {
        self.unmark_cut(path);
        self.entries.insert(path.to_owned(), text.into());
    }

    /// Remembers that the text of a field (or `SchedAt`) was cut: it is not the one that was meant, and
    /// is not sent before somebody changed it.
    pub fn mark_cut(&mut self, path: &str, words: &str) {
        self.entries.insert(format!("{path}{CUT}"), words.to_owned());
    }

    /// The text is another one now.
    pub fn unmark_cut(&mut self, path: &str) {
        self.entries.remove(&format!("{path}{CUT}"));
    }

    fn cuts(&self) -> impl Iterator<Item = Problem> + '_ {
        let cut = self.entries.iter().filter_map(|(name, words)| Some((name.strip_suffix(CUT)?, words)));
        let sent = cut.filter(|(path, _)| {
            let field = fields::find(path);
            field.is_none_or(|field| self.kind.as_ref().is_none_or(|kind| field.fits(kind)))
        });
        sent.map(|(path, words)| Problem::new(path, format!("{words} · change the text to go on")))
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
            if self.base.at(field.path).is_some() && *text == text_in(&self.base, field).unwrap_or_default() {
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

    /// The content as it would be sent, and everything that is wrong with it or with the type.
    pub fn check_content(&self) -> (Content, Vec<Problem>) {
        let (content, mut problems) = self.content();
        let faulty: Vec<String> = problems.iter().map(|p| p.field.clone()).collect();
        let mut found = match &self.kind {
            None => vec![Problem::new("Type", "who gets it? choose All, Tag or User")],
            Some(kind) => rules::check(kind, &content, Strictness::default()),
        };
        found.extend(rules::check_message(&content));
        problems.extend(self.cuts());
        problems.extend(found.into_iter().filter(|p| !faulty.contains(&p.field)));
        (content, problems)
    }

    /// The time, and what is wrong with it.
    pub fn check_time(
        &self,
        now: DateTime<Utc>,
        zone: Zone,
    ) -> (Result<DateTime<Utc>, WhenProblem>, Option<Problem>) {
        let scheduled_at = self.read_time(now, zone);
        let problem = match &scheduled_at {
            Err(problem) => Some(Problem::new("SchedAt", problem.words())),
            Ok(at) if *at <= now => {
                let rule = format!("{} is past", when::stamp(*at, zone, now));
                Some(Problem::coded("SchedAt", 90110, rule))
            }
            Ok(_) => None,
        };
        (scheduled_at, problem)
    }
}

/// The text of a field in a content; null is as good as absent.
fn text_in(content: &Content, field: &Field) -> Option<String> {
    content.at(field.path).filter(|value| !value.is_null()).map(|value| entry_text(field, value))
}

/// What of a content no field of a form shows, because it is no object where one is documented. A copy
/// leaves it out.
pub fn unreadable(content: &Content) -> Vec<&'static str> {
    let odd = |path: &&str| content.at(path).is_some_and(|value| !value.is_object() && !value.is_null());
    PARENTS.into_iter().filter(odd).collect()
}

/// Makes of a content what a new task may have, as far as nobody has to be asked.
fn tidy(content: &mut Content) {
    for path in PARENTS {
        if content.at(path).is_some_and(|value| !value.is_object()) {
            content.set(path, None);
        }
    }
    for field in FIELDS {
        let Some(value) = content.at(field.path) else { continue };
        if value.is_null() {
            content.set(field.path, None);
            continue;
        }
        let is_odd = rules::check_value(field, value).is_some();
        let read = entry_value(field, &entry_text(field, value));
        if let Ok(Some(read)) = read
            && is_odd
            && rules::check_value(field, &read).is_none()
        {
            content.set(field.path, Some(read));
        }
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
    items.map(list::write)
}

fn pairs_of(value: &Value) -> Option<String> {
    let pairs = value.as_object()?.iter().map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    pairs.collect::<Option<Vec<_>>>().map(list::write_pairs)
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
        Shape::Strings { .. } => match list::read(trimmed)? {
            none if none.is_empty() => return Ok(None),
            items => json!(items),
        },
        Shape::Pairs { .. } if trimmed.starts_with('{') => parsed("object")?,
        Shape::Pairs { .. } => {
            let pairs = list::read_pairs(trimmed)?;
            if pairs.is_empty() {
                return Ok(None);
            }
            Value::Object(pairs.into_iter().map(|(name, value)| (name, json!(value))).collect())
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
mod tests;
