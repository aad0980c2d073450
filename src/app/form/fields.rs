//! The places of the form, in order: what can have the keys, what is folded, which place a problem
//! belongs to.

use crate::domain::fields::{Field, Group, Shape};
use crate::domain::{Draft, Kind, Problem, draft, fields};

/// A place that can have the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormField {
    /// `Type`: a choice.
    Kind,
    /// `SchedAt`: a time entry.
    Time,
    /// The heading of a group that folds.
    Section(Group),
    /// A field of the content.
    Field(&'static Field),
}

impl FormField {
    /// The name beside it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Kind => "Type",
            Self::Time => "SchedAt",
            Self::Section(group) => group.label(),
            Self::Field(field) => field.name(),
        }
    }

    /// The group under whose heading it stands; `None` above the first heading.
    pub fn group(self) -> Option<Group> {
        match self {
            Self::Kind | Self::Time => None,
            Self::Section(group) => Some(group),
            Self::Field(field) => Some(field.group),
        }
    }

    /// Whether its text may have several lines.
    pub(super) fn is_multiline(self) -> bool {
        match self {
            Self::Kind | Self::Time | Self::Section(_) => false,
            Self::Field(field) => match field.shape {
                Shape::Lines
                | Shape::JsonText
                | Shape::Strings { .. }
                | Shape::Pairs { .. }
                | Shape::Object
                | Shape::Items(_)
                | Shape::Any => true,
                Shape::Text { .. }
                | Shape::Account
                | Shape::Integer { .. }
                | Shape::Number(_)
                | Shape::Word(_)
                | Shape::WordOrNumber(_) => false,
            },
        }
    }

    /// The values it may have, where they can be counted, each with its meaning.
    pub fn choices(self) -> Vec<(String, &'static str)> {
        if let Self::Field(field) = self { field.shape.choices() } else { Vec::new() }
    }

    /// What it takes, for the foot of the form.
    pub fn help(self) -> String {
        match self {
            Self::Kind => {
                "who gets it: ←/→ chooses, or u User, t Tag, a All; empty until you choose".to_owned()
            }
            Self::Time => {
                "when: tomorrow 9, +90m, mon 18:30, 2026-11-22 09:00, or with a zone: 18:30 UTC".to_owned()
            }
            Self::Section(_) => "→ or ctrl-o opens, ← folds".to_owned(),
            Self::Field(field) => {
                let choices = self.choices();
                if choices.is_empty() {
                    return field.help.to_owned();
                }
                let named = choices.iter().map(|(value, means)| {
                    if means.is_empty() { value.clone() } else { format!("{value} {means}") }
                });
                format!("{}; ←/→: {}", field.help, named.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Whether a group is folded away until somebody wants it.
pub fn folds(group: Group) -> bool {
    match group {
        Group::Audience | Group::Message | Group::Extra | Group::Delivery => false,
        Group::Apple | Group::Android | Group::Harmony => true,
    }
}

/// The fields of a group that a task of this kind may have; without a kind those that fit all.
pub fn fields_of(group: Group, kind: Option<&Kind>) -> impl Iterator<Item = &'static Field> {
    let fits = move |field: &&'static Field| match kind {
        Some(kind) => field.fits(kind),
        None => Kind::KNOWN.iter().all(|kind| field.fits(kind)),
    };
    fields::FIELDS.iter().filter(move |field| field.group == group).filter(fits)
}

/// How many fields of a group hold something.
pub fn filled(group: Group, draft: &Draft) -> usize {
    let of_group = fields::FIELDS.iter().filter(|field| field.group == group);
    of_group.filter(|field| !draft.entry(field.path).trim().is_empty()).count()
}

/// All places of a form for a draft, in order.
pub(super) fn all(with_kind: bool, only_time: bool, draft: &Draft, open: &[Group]) -> Vec<FormField> {
    if only_time {
        return vec![FormField::Time];
    }
    let mut fields = Vec::new();
    if with_kind {
        fields.push(FormField::Kind);
    }
    fields.push(FormField::Time);
    for group in Group::ALL {
        if folds(group) {
            fields.push(FormField::Section(group));
            if !open.contains(&group) {
                continue;
            }
        }
        fields.extend(fields_of(group, draft.kind.as_ref()).map(FormField::Field));
    }
    fields
}

/// The field whose entry mends a problem; `None` for what has no entry of its own.
fn field_of(problem: &Problem, kind: Option<&Kind>) -> Option<&'static Field> {
    if let Some(field) = fields::find(&problem.field) {
        return Some(field);
    }
    if problem.field == "Content" {
        // Too long as a whole: the text is what is long as a rule.
        return fields::find("OfflinePushInfo.Desc");
    }
    let inside = format!("{}.", problem.field);
    let kind = kind.filter(|kind| Kind::KNOWN.contains(kind))?;
    draft::form_fields(kind).find(|field| field.path.starts_with(&inside))
}

/// Where a problem is shown when every group is open.
pub(super) fn of_problem(problem: &Problem, draft: &Draft, with_kind: bool) -> FormField {
    let kind = draft.kind.as_ref();
    match problem.field.as_str() {
        "SchedAt" => FormField::Time,
        "Type" if with_kind => FormField::Kind,
        _ => match field_of(problem, kind) {
            Some(field) if kind.is_none_or(|kind| field.fits(kind)) => FormField::Field(field),
            Some(_) | None if with_kind => FormField::Kind,
            Some(_) | None => FormField::Time,
        },
    }
}

/// A problem as it reads under the place where it is shown.
pub fn words(problem: &Problem, field: FormField) -> String {
    let own = match field {
        FormField::Kind => problem.field == "Type",
        FormField::Time => problem.field == "SchedAt",
        FormField::Section(_) => false,
        FormField::Field(field) => problem.field == field.path,
    };
    if own { problem.rule.clone() } else { format!("{}: {}", problem.field, problem.rule) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_field_of_a_kind_has_its_place_once() {
        for kind in Kind::KNOWN {
            let draft = Draft { kind: Some(kind.clone()), ..Draft::default() };
            let fields = all(true, false, &draft, &Group::ALL);
            let shown = fields.iter().filter(|field| matches!(field, FormField::Field(_))).count();
            assert_eq!(shown, draft::form_fields(&kind).count(), "{kind:?}");
            assert_eq!(fields.iter().filter(|field| matches!(field, FormField::Section(_))).count(), 3);
        }
    }

    #[test]
    fn before_a_type_is_chosen_no_audience_is_asked_for() {
        let fields = all(true, false, &Draft::default(), &[]);
        assert_eq!(fields.first(), Some(&FormField::Kind));
        assert!(!fields.iter().any(|field| field.group() == Some(Group::Audience)));
        assert!(fields.iter().any(|field| field.label() == "Title"));
    }

    #[test]
    fn problems_of_several_fields_are_shown_at_the_first_of_them() {
        let tag = Draft { kind: Some(Kind::Tag), ..Draft::default() };
        let at = |field: &str, draft: &Draft| of_problem(&Problem::new(field, "x"), draft, true).label();
        assert_eq!(at("Condition", &tag), "TagsAnd");
        assert_eq!(at("Content", &tag), "Desc");
        assert_eq!(at("OfflinePushInfo.ApnsInfo.LiveActivity.Event", &tag), "Event");
        assert_eq!(at("OfflinePushInfo.Unknown", &tag), "Type");
        assert_eq!(at("SchedAt", &tag), "SchedAt");
        let all = Draft { kind: Some(Kind::All), ..Draft::default() };
        assert_eq!(at("Condition", &all), "Type");
    }
}
