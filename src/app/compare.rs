//! What differs between two or three versions of a task, field by field.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::draft::entry_text;
use crate::domain::{Content, JsonObject, Task, Zone, fields, text, when};

/// The time and the content of a task: all that a change can touch.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// `SchedAt`.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// `Content`, without the service's `MsgRandom`.
    pub content: Content,
}

impl Version {
    /// A version of these two; `MsgRandom` is never compared, and a key that is `null` is not there.
    pub(super) fn new(scheduled_at: Option<DateTime<Utc>>, content: &Content) -> Self {
        let mut content = content.without_random();
        drop_nulls(&mut content.0);
        Self { scheduled_at, content }
    }

    /// The version that a task stands in.
    pub(super) fn of(task: &Task) -> Self {
        Self::new(task.scheduled_at, &task.content)
    }
}

fn drop_nulls(object: &mut JsonObject) {
    object.retain(|_, value| !value.is_null());
    object.values_mut().filter_map(Value::as_object_mut).for_each(drop_nulls);
}

/// Whether a task is another one than it was (W3): its time, content, type or state.
pub fn differs(one: &Task, other: &Task) -> bool {
    Version::of(one) != Version::of(other) || one.kind != other.kind || one.status != other.status
}

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field's name in words; on the wire where it has none.
    pub name: String,
    /// As it was, in one line; `None` when it was not there.
    pub old: Option<String>,
    /// As it becomes; `None` when it goes.
    pub new: Option<String>,
}

/// One field in the version that the operator started from, as it is now, and as the operator wants
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ThreeWay {
    /// The field's name in words; on the wire where it has none.
    pub name: String,
    /// When the operator began.
    pub base: Option<String>,
    /// As the task is now.
    pub theirs: Option<String>,
    /// As it would be sent.
    pub mine: Option<String>,
}

impl ThreeWay {
    /// Whether somebody else changed a field that the operator changes too.
    pub(super) fn clashes(&self) -> bool {
        self.base != self.theirs && self.theirs != self.mine
    }
}

/// What differs between two versions. Times are written in `zone`.
pub(super) fn differences(old: &Version, new: &Version, zone: Zone, now: DateTime<Utc>) -> Vec<Difference> {
    let time = |version: &Version| version.scheduled_at.map(|at| when::stamp(at, zone, now));
    let mut found = Vec::new();
    if old.scheduled_at != new.scheduled_at {
        let moved = old.scheduled_at.zip(new.scheduled_at).map(|(from, to)| when::moved(from, to));
        let new = match (time(new), moved) {
            (Some(new), Some(moved)) => Some(format!("{new}, {moved}")),
            (new, _) => new,
        };
        found.push(Difference { name: name_of("SchedAt"), old: time(old), new });
    }
    for path in paths(&[&old.content, &new.content]) {
        let (before, after) = (old.content.at(&path), new.content.at(&path));
        if before == after {
            continue;
        }
        let (old, new) = in_words(&path, before, after);
        found.push(Difference { name: name_of(&path), old, new });
    }
    if found.is_empty() && old.content != new.content {
        // What no path reaches, such as a key with a dot in it, is told all the same.
        let whole = |version: &Version| one_line("", &Value::Object(version.content.0.clone()));
        found.push(Difference { name: "Content".to_owned(), old: Some(whole(old)), new: Some(whole(new)) });
    }
    found
}

/// What somebody else changed since `base`, with what the operator wants beside it.
pub(super) fn three_way(
    base: &Version,
    theirs: &Version,
    mine: &Version,
    zone: Zone,
    now: DateTime<Utc>,
) -> Vec<ThreeWay> {
    let time = |version: &Version| version.scheduled_at.map(|at| when::stamp(at, zone, now));
    let mut found = Vec::new();
    if base.scheduled_at != theirs.scheduled_at {
        found.push(ThreeWay {
            name: name_of("SchedAt"),
            base: time(base),
            theirs: time(theirs),
            mine: time(mine),
        });
    }
    for path in paths(&[&base.content, &theirs.content, &mine.content]) {
        let [b, t, m] = [base, theirs, mine].map(|version| version.content.at(&path));
        if b == t {
            continue;
        }
        let shown = |value: Option<&Value>| value.map(|value| one_line(&path, value));
        found.push(ThreeWay { name: name_of(&path), base: shown(b), theirs: shown(t), mine: shown(m) });
    }
    found
}

/// The paths at which the contents hold a value, in the order in which they come.
fn paths(contents: &[&Content]) -> Vec<String> {
    let mut found = Vec::new();
    for content in contents {
        collect("", &content.0, &mut found);
    }
    // A path inside a value that stands as one in another version would be shown twice.
    let all = found.clone();
    found.retain(|path| {
        !all.iter().any(|other| path.len() > other.len() && path.starts_with(&format!("{other}.")))
    });
    found
}

fn collect(prefix: &str, object: &JsonObject, found: &mut Vec<String>) {
    for (key, value) in object {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            // A key with a dot in it cannot be distinguished from two keys: its object is compared as one.
            Value::Object(inner)
                if fields::find(&path).is_none()
                    && !inner.is_empty()
                    && !inner.keys().any(|key| key.contains('.')) =>
            {
                collect(&path, inner, found);
            }
            Value::Object(inner) if inner.is_empty() && fields::find(&path).is_none() => {}
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => {
                if !found.contains(&path) {
                    found.push(path);
                }
            }
        }
    }
}

/// The name in words. What this program does not know has only its name on the wire; with what it stands in
/// where that alone says too little.
fn name_of(path: &str) -> String {
    let named = fields::label_of(path);
    let short = named.strip_prefix("OfflinePushInfo.").unwrap_or(&named);
    short.strip_prefix("Condition.").unwrap_or(short).to_owned()
}

/// Old and new in words; of lists only what comes and goes.
fn in_words(path: &str, old: Option<&Value>, new: Option<&Value>) -> (Option<String>, Option<String>) {
    let shown = |value: Option<&Value>| value.map(|value| one_line(path, value));
    let (Some(Value::Array(before)), Some(Value::Array(after))) = (old, new) else {
        return (shown(old), shown(new));
    };
    if before.len() + after.len() < 8 {
        return (shown(old), shown(new));
    }
    let missing = |from: &[Value], other: &[Value]| {
        from.iter().filter(|item| !other.contains(item)).map(item_text).collect::<Vec<_>>()
    };
    let (gone, come) = (missing(before, after), missing(after, before));
    let count = |list: &[Value]| text::counted(list.len() as u64, "entry", "entries");
    let part = |sign: &str, names: Vec<String>| {
        if names.is_empty() { String::new() } else { format!(" {sign} {}", names.join(", ")) }
    };
    let order = if gone.is_empty() && come.is_empty() { " in another order" } else { "" };
    (Some(count(before)), Some(format!("{}{order}{}{}", count(after), part("+", come), part("−", gone))))
}

fn item_text(item: &Value) -> String {
    item.as_str().map_or_else(|| item.to_string(), |text| text::clean(text).into_owned())
}

/// A value in one line, clean.
fn one_line(path: &str, value: &Value) -> String {
    let whole = fields::find(path).map_or_else(|| value.to_string(), |field| entry_text(field, value));
    let lines: Vec<String> = text::clean_lines(&whole);
    let joined = if value.is_array() { lines.join(", ") } else { lines.join(" ⏎ ") };
    if joined.is_empty() { "\"\"".to_owned() } else { joined }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::wire::time_in;

    fn version(time: &str, content: Value) -> Version {
        Version::new(time_in(time), &Content(content.as_object().unwrap().clone()))
    }

    fn found(old: Value, new: Value) -> Vec<(String, String, String)> {
        let at = "2026-11-22 01:00:00";
        let now = time_in("2026-11-21 06:00:00").unwrap();
        let word = |side: Option<String>| side.unwrap_or_else(|| "-".to_owned());
        differences(&version(at, old), &version(at, new), Zone::UTC, now)
            .into_iter()
            .map(|d| (d.name, word(d.old), word(d.new)))
            .collect()
    }

    fn row(name: &str, old: &str, new: &str) -> (String, String, String) {
        (name.to_owned(), old.to_owned(), new.to_owned())
    }

    #[test]
    fn differences_name_known_and_unknown_fields() {
        let old =
            json!({"MsgRandom": 1, "OfflinePushInfo": {"Title": "a", "New": {"deep": 1}}, "DataId": "x"});
        let new = json!({"MsgRandom": 2, "OfflinePushInfo": {"Title": "b\u{1b}", "New": {"deep": 2}}});
        assert_eq!(
            found(old, new),
            [row("Title", "a", "b\u{FFFD}"), row("New.deep", "1", "2"), row("Marker", "x", "-")]
        );
    }

    #[test]
    fn long_lists_tell_what_comes_and_goes() {
        let old = json!({"To_Account": ["a", "b", "c", "d"]});
        let new = json!({"To_Account": ["a", "b", "c", "e"]});
        assert_eq!(found(old, new), [row("To", "4 entries", "4 entries + e − d")]);
        let few = found(json!({"To_Account": ["a"]}), json!({"To_Account": ["a", "b"]}));
        assert_eq!(few, [row("To", "a", "a, b")]);
    }

    #[test]
    fn an_object_that_becomes_a_text_is_told_once() {
        let changed = found(json!({"X": {"a": 1, "b": 2}}), json!({"X": "text"}));
        assert_eq!(changed, [row("X", r#"{"a":1,"b":2}"#, r#""text""#)]);
    }

    #[test]
    fn three_versions_tell_who_changed_what() {
        let at = "2026-11-22 01:00:00";
        let base = version(at, json!({"OfflinePushInfo": {"Title": "a", "Desc": "d", "Ext": "e"}}));
        let theirs = version(at, json!({"OfflinePushInfo": {"Title": "t", "Desc": "d2", "Ext": "e"}}));
        let mine = version(at, json!({"OfflinePushInfo": {"Title": "m", "Desc": "d2", "Ext": "e2"}}));
        let now = time_in("2026-11-21 06:00:00").unwrap();
        let rows = three_way(&base, &theirs, &mine, Zone::UTC, now);
        let clashes: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.clashes())).collect();
        assert_eq!(clashes, [("Title", true), ("Text", false)]);
    }
}
