//! What follows from the text of a form: the content it makes, what is wrong with it, how many items a
//! list took, how the message fits what the vendors show. It is composed once per change of the text, for a frame asks several times.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::draft::entry_value;
use crate::domain::fields::{FIELDS, Field};
use crate::domain::vendors::Fit;
use crate::domain::{Content, Draft, Problem, Task, list, rules, text};

/// What a draft makes, time apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Composed {
    /// The draft that all this was read from.
    pub(super) draft: Draft,
    pub(super) content: Content,
    pub(super) problems: Vec<Problem>,
    /// What was wrong before anybody typed.
    pub(super) found_before: Vec<Problem>,
    /// The lists that can be read, by the paths of their fields.
    pub(super) lists: BTreeMap<&'static str, ListTaken>,
    /// How the title fits what the vendors show.
    pub(super) title: Fit,
    /// How the text does.
    pub(super) text: Fit,
}

/// What a list took.
#[derive(Clone, Debug)]
pub(super) struct ListTaken {
    /// Such as "2 accounts".
    pub(super) count: String,
    /// Such as "anna appears twice".
    pub(super) repeats: Option<String>,
}

impl ListTaken {
    fn of(field: &Field, text: &str) -> Option<Self> {
        let (one, many) = field.items()?;
        let value = entry_value(field, text).ok()??;
        let (count, items) = match &value {
            Value::Array(items) => (items.len(), items.iter().filter_map(Value::as_str).collect()),
            Value::Object(pairs) => (pairs.len(), Vec::new()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
        Some(Self { count: text::counted(count as u64, one, many), repeats: repeats(&items) })
    }
}

fn repeats(items: &[&str]) -> Option<String> {
    let repeats = list::repeats(items);
    let (first, times) = repeats.first()?;
    let often = if *times == 2 { "twice".to_owned() } else { format!("{times} times") };
    let more = match repeats.len() {
        1 => String::new(),
        others => format!(", and {} more than once", others - 1),
    };
    Some(format!("{} appears {often}{more}", text::cut(&text::clean(first), 40)))
}

impl Composed {
    /// What this draft makes; `task` is the one that it changes.
    pub(super) fn of(draft: &Draft, task: Option<&Task>) -> Self {
        let (content, problems) = draft.check_content();
        let found_before = match task {
            Some(task) => rules::check(&task.kind, &draft.base, rules::Strictness::default()),
            None => Vec::new(),
        };
        let list = |field: &'static Field| Some((field.path, ListTaken::of(field, draft.entry(field.path))?));
        let lists = FIELDS.iter().filter_map(list).collect();
        let (title, text) = (Fit::of_title(&content), Fit::of_text(&content));
        Self { draft: draft.clone(), content, problems, found_before, lists, title, text }
    }
}
