//! What follows from the text of a form: the content it makes, what is wrong with it, how many items a
//! list took. It is composed once per change of the text, for a frame asks several times.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::super::text_field::LeftOut;
use super::{Form, FormField, Purpose, Request, fields};
use crate::domain::draft::entry_value;
use crate::domain::fields::{FIELDS, Field, Group};
use crate::domain::{Change, Content, Draft, NewTask, Problem, list, rules, text};

/// What a draft makes, time apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Composed {
    /// The draft that all this was read from.
    draft: Draft,
    content: Content,
    problems: Vec<Problem>,
    /// What was wrong before anybody typed.
    found_before: Vec<Problem>,
    /// The lists that can be read, by the paths of their fields.
    lists: BTreeMap<&'static str, Taken>,
}

/// What a list took.
#[derive(Clone, Debug)]
struct Taken {
    /// Such as "2 accounts".
    count: String,
    /// Such as "anna stands twice".
    repeats: Option<String>,
}

impl Taken {
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
    Some(format!("{} stands {often}{more}", text::cut(&text::clean(first), 40)))
}

impl Composed {
    fn of(form: &Form) -> Self {
        let (content, problems) = form.draft.check_content();
        let found_before = match form.purpose.task() {
            Some(task) => rules::check(&task.kind, &form.draft.base, rules::Strictness::default()),
            None => Vec::new(),
        };
        let list =
            |field: &'static Field| Some((field.path, Taken::of(field, form.draft.entry(field.path))?));
        let lists = FIELDS.iter().filter_map(list).collect();
        Self { draft: form.draft.clone(), content, problems, found_before, lists }
    }
}

/// What a field did not take of a paste or key, and what stands there is what was meant all the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Noted {
    pub(super) field: FormField,
    pub(super) left_out: LeftOut,
}

impl Form {
    pub(super) fn compose(&mut self) {
        self.composed = Composed::of(self);
    }

    fn composed(&self) -> Cow<'_, Composed> {
        if self.composed.draft == self.draft {
            Cow::Borrowed(&self.composed)
        } else {
            Cow::Owned(Composed::of(self))
        }
    }

    /// The content as it would be sent, problems or not.
    pub fn content(&self) -> Cow<'_, Content> {
        match self.composed() {
            Cow::Borrowed(composed) => Cow::Borrowed(&composed.content),
            Cow::Owned(composed) => Cow::Owned(composed.content),
        }
    }

    /// Everything that keeps the draft from being sent, in the order of the form.
    pub fn problems(&self, now: DateTime<Utc>, zone: Tz) -> Vec<(FormField, Problem)> {
        let composed = self.composed();
        let mut problems = composed.problems.clone();
        problems.extend(self.draft.check_time(now, zone).1);
        if self.purpose.task().is_some() {
            let only_time = matches!(self.purpose, Purpose::Time(_));
            let content_sent = !only_time && self.draft.content_changed();
            // A fault that came with the task and that nobody touched is not the operator's.
            problems.retain(|problem| match problem.field.as_str() {
                "SchedAt" => self.draft.time_changed(),
                path => {
                    content_sent && (self.draft.changed(path) || !composed.found_before.contains(problem))
                }
            });
        }
        let mut placed: Vec<(FormField, Problem)> = problems
            .into_iter()
            .map(|problem| (fields::of_problem(&problem, &self.draft, self.chooses_kind()), problem))
            .collect();
        let order = fields::all(self.chooses_kind(), false, &self.draft, &Group::ALL);
        placed.sort_by_key(|(field, _)| order.iter().position(|known| known == field));
        placed
    }

    /// The problems that are shown: of places that were touched, and all once the review was asked
    /// for.
    pub fn shown_problems(&self, now: DateTime<Utc>, zone: Tz) -> Vec<(FormField, String)> {
        let seen = |field: &FormField| self.all_shown || self.touched.contains(field);
        let refused = self
            .refused
            .iter()
            .map(|problem| (fields::of_problem(problem, &self.draft, self.chooses_kind()), problem));
        let own = self.problems(now, zone);
        let own = own.iter().filter(|(field, _)| seen(field)).map(|(field, problem)| (*field, problem));
        own.chain(refused).map(|(field, problem)| (field, fields::words(problem, field))).collect()
    }

    /// What the form asks for.
    ///
    /// # Errors
    /// Everything that keeps it from being sent.
    pub fn request(&self, now: DateTime<Utc>, zone: Tz) -> Result<Request, Vec<(FormField, Problem)>> {
        let problems = self.problems(now, zone);
        if !problems.is_empty() {
            return Err(problems);
        }
        let (scheduled_at, _) = self.draft.check_time(now, zone);
        let content = self.content().into_owned();
        let Some(task) = self.purpose.task() else {
            let (Some(kind), Ok(scheduled_at)) = (self.draft.kind.clone(), scheduled_at) else {
                return Err(problems);
            };
            return Ok(Request::Create(NewTask { kind, scheduled_at, content }));
        };
        let moved = self.draft.time_changed().then_some(scheduled_at).and_then(Result::ok);
        let only_time = matches!(self.purpose, Purpose::Time(_));
        let change = Change {
            id: task.id,
            kind: task.kind.clone(),
            scheduled_at: moved.filter(|at| Some(*at) != task.scheduled_at),
            content: (!only_time && self.draft.content_changed()).then_some(content),
        };
        if change.scheduled_at.is_none() && change.content.is_none() {
            return Ok(Request::Nothing);
        }
        Ok(Request::Modify(change))
    }

    /// How many items the list at a place took, such as "2 accounts"; `None` where there is no list, or
    /// none that can be read.
    pub fn count(&self, field: FormField) -> Option<String> {
        let FormField::Field(field) = field else { return None };
        self.composed().lists.get(field.path).map(|taken| taken.count.clone())
    }

    /// What should be known about the text at a place, though it may be sent: items that stand several
    /// times, characters that were not taken.
    pub fn remarks(&self, field: FormField) -> Vec<String> {
        let noted = self.noted.iter().filter(|noted| noted.field == field);
        noted.map(|noted| noted.left_out.words()).chain(self.repeats(field)).collect()
    }

    fn repeats(&self, field: FormField) -> Option<String> {
        let FormField::Field(field) = field else { return None };
        self.composed().lists.get(field.path)?.repeats.clone()
    }
}
