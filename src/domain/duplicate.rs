//! When two pushes are the same one to the people who get them: the service numbers tasks, but nobody
//! who reads a push twice cares for numbers.

use chrono::{DateTime, TimeDelta, Utc};

use super::content::{Audience, Content};
use super::draft::NewTask;
use super::kind::Kind;
use super::query::Range;

/// Pushes of the same words to the same people within this time of each other are taken for one that
/// was made twice.
const NEAR: TimeDelta = TimeDelta::minutes(15);

/// The times so near to one that a push then may be the same one.
pub fn near(at: DateTime<Utc>) -> Range {
    Range { begin: at - NEAR, end: at + NEAR }
}

/// Whether both say the same to the same people, whenever they do. Where there are no words (data
/// only), everything else must be the same.
pub fn same_push(one: (&Kind, &Content), other: (&Kind, &Content)) -> bool {
    let ((kind, content), (other_kind, other_content)) = (one, other);
    kind == other_kind
        && same_audience(&content.audience(kind), &other_content.audience(other_kind))
        && same_words(content, other_content)
}

/// Whether making `new` beside a task that says `content` at `at` would be the same push once more.
pub fn is_duplicate(new: &NewTask, kind: &Kind, at: Option<DateTime<Utc>>, content: &Content) -> bool {
    at.is_some_and(|at| (at - new.scheduled_at).abs() <= NEAR)
        && same_push((&new.kind, &new.content), (kind, content))
}

/// Whether a task that says `content` at `at` is the very push that `new` asks for: at the same second.
pub fn is_same(new: &NewTask, kind: &Kind, at: Option<DateTime<Utc>>, content: &Content) -> bool {
    at.is_some_and(|at| at.timestamp() == new.scheduled_at.timestamp())
        && same_push((&new.kind, &new.content), (kind, content))
}

fn same_audience(one: &Audience, other: &Audience) -> bool {
    match (one, other) {
        (Audience::Accounts(one), Audience::Accounts(other)) => {
            let sorted = |names: &[String]| {
                let mut names = names.to_vec();
                names.sort_unstable();
                names.dedup();
                names
            };
            sorted(one) == sorted(other)
        }
        (one, other) => one == other,
    }
}

fn same_words(one: &Content, other: &Content) -> bool {
    const WORDS: [&str; 2] = ["OfflinePushInfo.Title", "OfflinePushInfo.Desc"];
    let of = |content: &Content| WORDS.map(|path| content.text(path).trim().to_owned());
    let words = of(one);
    words == of(other)
        && (words.iter().any(|text| !text.is_empty()) || one.without_random() == other.without_random())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn content(value: Value) -> Content {
        Content(value.as_object().cloned().unwrap_or_default())
    }

    fn push(to: Value, title: &str) -> Content {
        content(json!({"To_Account": to, "MsgRandom": 7, "OfflinePushInfo": {"Title": title, "Desc": "d"}}))
    }

    #[test]
    fn the_same_words_to_the_same_people_within_a_quarter_of_an_hour_are_one_push_made_twice() {
        let at = DateTime::UNIX_EPOCH;
        let new = NewTask { kind: Kind::User, scheduled_at: at, content: push(json!(["a", "b"]), "t") };
        let mut other = push(json!(["b", "a", "a"]), " t");
        other.set("DataId", Some(json!("another")));
        let near = |minutes, content: &Content| {
            is_duplicate(&new, &Kind::User, Some(at + TimeDelta::minutes(minutes)), content)
        };
        assert!(near(15, &other) && near(-15, &other), "order, blanks and other fields make no other push");
        assert!(!near(16, &other));
        assert!(!near(0, &push(json!(["a"]), "t")), "other people");
        assert!(!near(0, &push(json!(["a", "b"]), "u")), "other words");
        assert!(!is_duplicate(&new, &Kind::All, Some(at), &other), "another type");
        assert!(!is_duplicate(&new, &Kind::User, None, &other));
    }

    #[test]
    fn pushes_without_words_are_the_same_only_when_all_else_is() {
        let data = |ext: &str| {
            content(json!({"OfflinePushInfo": {"PushFlag": 1, "Ext": ext}, "MsgRandom": ext.len()}))
        };
        assert!(same_push((&Kind::All, &data("1")), (&Kind::All, &data("1"))));
        assert!(!same_push((&Kind::All, &data("1")), (&Kind::All, &data("2"))));
    }
}
