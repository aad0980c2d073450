//! `Content` of a task: a JSON object that goes back as it came, and what can be read off it.
//!
//! It is never rebuilt from known fields, so that fields this program does not know survive a
//! read-modify-write.

use serde_json::Value;

use super::json::JsonObject;
use super::kind::Kind;
use super::text;

/// The `Content` object of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content(pub JsonObject);

impl Content {
    /// The value at a dotted path, such as `OfflinePushInfo.Title`.
    pub fn at(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let mut value = self.0.get(parts.next()?)?;
        for part in parts {
            value = value.as_object()?.get(part)?;
        }
        Some(value)
    }

    /// The String at a dotted path; empty when there is none.
    pub fn text(&self, path: &str) -> &str {
        self.at(path).and_then(Value::as_str).unwrap_or("")
    }

    /// Sets the value at a dotted path, making the objects on the way; `None` removes it, and with
    /// it the objects that become empty by that.
    pub fn set(&mut self, path: &str, value: Option<Value>) {
        let parts: Vec<&str> = path.split('.').collect();
        match value {
            Some(value) => insert(&mut self.0, &parts, value),
            None => remove(&mut self.0, &parts),
        }
    }

    /// What is to be sent: everything but the `MsgRandom` that the service added.
    #[must_use]
    pub fn without_random(&self) -> Self {
        let mut copy = self.clone();
        copy.0.shift_remove("MsgRandom");
        copy
    }

    /// Who is addressed by this content in a task of this kind.
    pub fn audience(&self, kind: &Kind) -> Audience {
        match kind {
            Kind::All => Audience::Everyone,
            Kind::Tag => {
                let condition = Condition {
                    tags_and: strings(self.at("Condition.TagsAnd")),
                    tags_or: strings(self.at("Condition.TagsOr")),
                    tags_not: strings(self.at("Condition.TagsNot")),
                    attrs_and: pairs(self.at("Condition.AttrsAnd")),
                    attrs_or: pairs(self.at("Condition.AttrsOr")),
                    other: others(self.at("Condition")),
                };
                if condition == Condition::default() {
                    Audience::Unclear("tags, but the task names none".to_owned())
                } else {
                    Audience::Matching(condition)
                }
            }
            Kind::User => match strings(self.at("To_Account")) {
                none if none.is_empty() => {
                    Audience::Unclear("accounts, but the task has no list of them".to_owned())
                }
                list => Audience::Accounts(list),
            },
            Kind::Other(name) => Audience::Unclear(format!("type \"{name}\", which pushdeck does not know")),
        }
    }
}

fn insert(object: &mut JsonObject, parts: &[&str], value: Value) {
    let [first, rest @ ..] = parts else { return };
    if rest.is_empty() {
        object.insert((*first).to_owned(), value);
        return;
    }
    let inner = object.entry((*first).to_owned()).or_insert_with(|| Value::Object(JsonObject::new()));
    if !inner.is_object() {
        *inner = Value::Object(JsonObject::new());
    }
    if let Some(inner) = inner.as_object_mut() {
        insert(inner, rest, value);
    }
}

fn remove(object: &mut JsonObject, parts: &[&str]) {
    let [first, rest @ ..] = parts else { return };
    if rest.is_empty() {
        object.shift_remove(*first);
        return;
    }
    let Some(inner) = object.get_mut(*first).and_then(Value::as_object_mut) else { return };
    let was_there = !inner.is_empty();
    remove(inner, rest);
    if was_there && inner.is_empty() {
        object.shift_remove(*first);
    }
}

/// No name of an account, a tag or an attribute is longer than this, in characters: what is, is cut.
const MOST_NAME: usize = 512;

fn word(value: &Value) -> String {
    match value.as_str() {
        Some(word) => text::head(word, MOST_NAME).into_owned(),
        None => text::head(&text::json_head(value, false).0, MOST_NAME).into_owned(),
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().map(word).collect()
}

fn pairs(value: Option<&Value>) -> Vec<(String, String)> {
    let Some(object) = value.and_then(Value::as_object) else { return Vec::new() };
    object.iter().map(|(name, value)| (text::head(name, MOST_NAME).into_owned(), word(value))).collect()
}

/// Whatever of a `Condition` is not read as one of its five documented lists: it narrows or widens
/// the audience in a way that is not known, so it is never passed over.
fn others(condition: Option<&Value>) -> Vec<(String, String)> {
    let fields = match condition {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Object(fields)) => fields,
        Some(odd) => return vec![("Condition".to_owned(), text::json_head(odd, false).0)],
    };
    let is_read = |name: &str, value: &Value| match name {
        "TagsAnd" | "TagsOr" | "TagsNot" => value.is_array() || value.is_null(),
        "AttrsAnd" | "AttrsOr" => value.is_object() || value.is_null(),
        _ => false,
    };
    let left = fields.iter().filter(|(name, value)| !is_read(name, value));
    left.map(|(name, value)| (name.clone(), text::json_head(value, false).0)).collect()
}

/// The tags and attributes of a `Condition`; the groups are joined by AND.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Users that have all of these.
    pub tags_and: Vec<String>,
    /// Users that have at least one of these.
    pub tags_or: Vec<String>,
    /// Users that have none of these.
    pub tags_not: Vec<String>,
    /// Users on whom all of these hold.
    pub attrs_and: Vec<(String, String)>,
    /// Users on whom at least one of these holds.
    pub attrs_or: Vec<(String, String)>,
    /// What this program does not know, as JSON.
    pub other: Vec<(String, String)>,
}

/// Whom a push reaches. There is no default: a new task addresses nobody until the operator says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Every user of the app.
    Everyone,
    /// The users that fit the condition.
    Matching(Condition),
    /// These accounts.
    Accounts(Vec<String>),
    /// Not known, and why.
    Unclear(String),
}

impl Audience {
    /// A few cells for the table: `EVERYONE`, `tags A and B`, `3 accounts`.
    pub fn short(&self) -> String {
        match self {
            Self::Everyone => "EVERYONE".to_owned(),
            Self::Matching(condition) => condition.short(),
            Self::Accounts(list) => match list.as_slice() {
                [one] => text::clean(one).into_owned(),
                many => text::counted(many.len() as u64, "account", "accounts"),
            },
            Self::Unclear(_) => "unclear".to_owned(),
        }
    }

    /// A full sentence part for review and detail; `app` is what the operator calls the app.
    pub fn in_words(&self, app: &str) -> String {
        match self {
            Self::Everyone => format!("EVERYONE of {app}"),
            Self::Matching(condition) => format!("users of {app} with {}", condition.in_words()),
            Self::Accounts(list) => {
                let shown: Vec<_> = list.iter().take(8).map(|a| text::clean(a).into_owned()).collect();
                let more = list.len().saturating_sub(8);
                let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
                let counted = text::counted(list.len() as u64, "account", "accounts");
                format!("{counted}: {}{tail}", shown.join(", "))
            }
            Self::Unclear(why) => format!("an unclear audience: {}", text::clean(why)),
        }
    }
}

impl Condition {
    fn short(&self) -> String {
        let attrs = |list: &[(String, String)], word: &str| {
            list.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join(word)
        };
        let mut parts = Vec::new();
        if !self.tags_and.is_empty() {
            let word = if self.tags_and.len() == 1 { "tag" } else { "tags" };
            parts.push(format!("{word} {}", self.tags_and.join(" and ")));
        }
        if !self.tags_or.is_empty() {
            let word = if self.tags_or.len() == 1 { "tag" } else { "tags" };
            parts.push(format!("{word} {}", self.tags_or.join(" or ")));
        }
        if !self.tags_not.is_empty() {
            parts.push(format!("not {}", self.tags_not.join(", ")));
        }
        if !self.attrs_and.is_empty() {
            parts.push(attrs(&self.attrs_and, " and "));
        }
        if !self.attrs_or.is_empty() {
            parts.push(attrs(&self.attrs_or, " or "));
        }
        if !self.other.is_empty() {
            parts.push(format!("? {}", attrs(&self.other, ", ")));
        }
        text::clean(&parts.join(", ")).into_owned()
    }

    fn in_words(&self) -> String {
        let quoted = |list: &[String], word: &str| {
            list.iter().map(|t| format!("\"{t}\"")).collect::<Vec<_>>().join(word)
        };
        let attrs = |list: &[(String, String)], word: &str| {
            list.iter().map(|(n, v)| format!("{n} = \"{v}\"")).collect::<Vec<_>>().join(word)
        };
        let mut parts = Vec::new();
        if !self.tags_and.is_empty() {
            parts.push(format!("all of the tags {}", quoted(&self.tags_and, " and ")));
        }
        if !self.tags_or.is_empty() {
            parts.push(format!("at least one of the tags {}", quoted(&self.tags_or, ", ")));
        }
        if !self.tags_not.is_empty() {
            parts.push(format!("none of the tags {}", quoted(&self.tags_not, ", ")));
        }
        if !self.attrs_and.is_empty() {
            parts.push(format!("the attributes {}", attrs(&self.attrs_and, " and ")));
        }
        if !self.attrs_or.is_empty() {
            parts.push(format!("at least one of the attributes {}", attrs(&self.attrs_or, ", ")));
        }
        for (name, value) in &self.other {
            parts.push(format!("{name} {value} (which pushdeck does not know)"));
        }
        text::clean(&parts.join(", and ")).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content(value: serde_json::Value) -> Content {
        Content(value.as_object().unwrap().clone())
    }

    #[test]
    fn setting_and_removing_keeps_what_stands_beside() {
        let text = r#"{"OfflinePushInfo":{"Title":"a","NewThing":1.50}}"#;
        let mut c = Content(serde_json::from_str(text).unwrap());
        c.set("OfflinePushInfo.ApnsInfo.Sound", Some(json!("ding.caf")));
        assert_eq!(c.text("OfflinePushInfo.ApnsInfo.Sound"), "ding.caf");
        c.set("OfflinePushInfo.ApnsInfo.Sound", None);
        c.set("OfflinePushInfo.Title", None);
        assert_eq!(serde_json::to_string(&c.0).unwrap(), r#"{"OfflinePushInfo":{"NewThing":1.50}}"#);
    }

    #[test]
    fn an_audience_reads_like_a_sentence() {
        let c = content(json!({"Condition": {"TagsAnd": ["A", "B"], "TagsNot": ["muted"]}}));
        let audience = c.audience(&Kind::Tag);
        assert_eq!(audience.short(), "tags A and B, not muted");
        assert_eq!(
            audience.in_words("acme"),
            r#"users of acme with all of the tags "A" and "B", and none of the tags "muted""#
        );
        assert_eq!(content(json!({})).audience(&Kind::All).in_words("acme"), "EVERYONE of acme");
        let c = content(json!({"To_Account": ["anna", "bela", "carl"]}));
        assert_eq!(c.audience(&Kind::User).short(), "3 accounts");
    }

    #[test]
    fn nothing_of_an_audience_is_passed_over() {
        let c = content(json!({"Condition": {"TagsOr": ["vip"], "TagsAnd": "gold", "Segment": [7]}}));
        let audience = c.audience(&Kind::Tag);
        assert_eq!(audience.short(), r#"tag vip, ? TagsAnd="gold", Segment=[7]"#);
        let words = audience.in_words("acme");
        assert!(
            words.contains(r#"TagsAnd "gold" (which"#) && words.contains("Segment [7] (which"),
            "{words}"
        );
        let c = content(json!({"Condition": ["vip"]}));
        assert!(c.audience(&Kind::Tag).in_words("acme").contains(r#"Condition ["vip"]"#));
        let numbers = content(json!({"To_Account": ["anna", 7]})).audience(&Kind::User);
        assert_eq!(numbers, Audience::Accounts(vec!["anna".to_owned(), "7".to_owned()]));
        for odd in [json!({}), json!({"To_Account": []}), json!({"To_Account": "anna"})] {
            assert!(matches!(content(odd).audience(&Kind::User), Audience::Unclear(_)));
        }
    }

    #[test]
    fn an_empty_condition_is_never_taken_for_everyone() {
        assert!(matches!(content(json!({})).audience(&Kind::Tag), Audience::Unclear(_)));
    }
}
