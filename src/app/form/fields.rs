//! The places of the form, in order: what can have the keys, what is folded, which place a problem
//! belongs to.

use crate::domain::fields::{Field, Group, Shape};
use crate::domain::{Draft, Kind, Problem, Zone, draft, fields};
use crate::keymap::{Action, Keymap, Scope};

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
    /// The name beside it, in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Kind => "Who",
            Self::Time => "When",
            Self::Section(group) => group.label(),
            Self::Field(field) => field.label,
        }
    }

    /// The service's name of it, for the help line; of a group the name of its object, where it has one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Kind => Some("Type"),
            Self::Time => Some("SchedAt"),
            Self::Section(group) => group.name(),
            Self::Field(field) => Some(field.name()),
        }
    }

    /// The group that it belongs to.
    pub fn group(self) -> Option<Group> {
        match self {
            Self::Kind | Self::Time => None,
            Self::Section(group) => Some(group),
            Self::Field(field) => Some(field.group),
        }
    }

    /// The stretch of the form in which it stands: who, what, when, the groups that fold, and each that is open.
    pub(super) fn stretch(self) -> Stretch {
        match self {
            Self::Kind => Stretch::Who,
            Self::Time => Stretch::When,
            Self::Section(_) => Stretch::Groups,
            Self::Field(field) => match field.group {
                Group::Audience => Stretch::Who,
                Group::Message => Stretch::What,
                Group::Extra | Group::Delivery | Group::Apple | Group::Android | Group::Harmony => {
                    Stretch::Open(field.group)
                }
            },
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

    /// Whether its text is typed: elsewhere a value is chosen, or a group opened.
    pub fn takes_text(self) -> bool {
        match self {
            Self::Kind | Self::Section(_) => false,
            Self::Time => true,
            Self::Field(field) => {
                !matches!(field.shape, Shape::Number(_) | Shape::Word(_) | Shape::WordOrNumber(_))
            }
        }
    }

    /// The values it may have, where they can be counted, each with its meaning.
    pub fn choices(self) -> Vec<(String, &'static str)> {
        if let Self::Field(field) = self { field.shape.choices() } else { Vec::new() }
    }

    /// What it takes, in words that follow its name; `zone` is the one in which a time is read.
    pub(super) fn help(self, zone: Zone, keys: &Keymap) -> String {
        let key = |action| keys.key(Scope::Form, action);
        match self {
            Self::Kind => format!(
                "{} {} or u User, t Tag, a All; empty until you choose",
                key(Action::PreviousChoice),
                key(Action::NextChoice)
            ),
            Self::Time => format!("tomorrow 9, +90m, mon 18:30, nov 23 9:00; in {}", zone.name()),
            Self::Section(_) => {
                format!("Enter goes in, {} opens and folds", key(Action::ToggleGroup))
            }
            Self::Field(field) if self.takes_text() => field.help.to_owned(),
            Self::Field(field) => {
                let (back, on) = (key(Action::PreviousChoice), key(Action::NextChoice));
                format!("{back} {on} choose; {}", field.help)
            }
        }
    }
}

/// A stretch of the form: what the page keys go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    /// The type and the audience.
    Who,
    /// Title and text.
    What,
    /// The time.
    When,
    /// The line of the groups that fold.
    Groups,
    /// The fields of one that is open.
    Open(Group),
}

/// Whether a group is folded away until somebody wants it.
pub fn folds(group: Group) -> bool {
    match group {
        Group::Audience | Group::Message => false,
        Group::Extra | Group::Delivery | Group::Apple | Group::Android | Group::Harmony => true,
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

/// How many fields of a group hold something; the sender, which every task has, is not counted.
pub fn filled(group: Group, draft: &Draft) -> usize {
    let of_group = fields::FIELDS.iter().filter(|field| field.group == group && field.path != SENDER);
    of_group.filter(|field| !draft.entry(field.path).trim().is_empty()).count()
}

const SENDER: &str = "From_Account";

/// All places of a form for a draft, in order: who, what, when, the groups that fold side by side, and below
/// them the fields of those that are open.
pub(super) fn all(with_kind: bool, only_time: bool, draft: &Draft, open: &[Group]) -> Vec<FormField> {
    if only_time {
        return vec![FormField::Time];
    }
    let kind = draft.kind.as_ref();
    let mut fields = Vec::new();
    if with_kind {
        fields.push(FormField::Kind);
    }
    for group in Group::ALL.into_iter().filter(|group| !folds(*group)) {
        fields.extend(fields_of(group, kind).map(FormField::Field));
    }
    fields.push(FormField::Time);
    let folding = || Group::ALL.into_iter().filter(|group| folds(*group));
    fields.extend(folding().map(FormField::Section));
    for group in folding().filter(|group| open.contains(group)) {
        fields.extend(fields_of(group, kind).map(FormField::Field));
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

/// A problem as it reads beside the place where it is shown: of another field with its name, and the names of
/// the service in words.
pub fn words(problem: &Problem, field: FormField) -> String {
    let rule = in_words(&problem.rule);
    let own = match field {
        FormField::Kind => "Type",
        FormField::Time => "SchedAt",
        FormField::Section(_) => "",
        FormField::Field(field) => field.path,
    };
    let label = fields::label_of(&problem.field);
    // What has no label is an object around the fields, which nobody sees in the form.
    if own == problem.field || label == problem.field { rule } else { format!("{label}: {rule}") }
}

/// A rule with the labels of the fields that it names; what stands in quotes is somebody's text.
fn in_words(rule: &str) -> String {
    let quoted = rule.split('"').enumerate();
    let parts = quoted.map(|(i, part)| if i % 2 == 0 { labelled(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("\"")
}

fn labelled(words: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(start) = rest.find(is_name) {
        let (before, from) = rest.split_at(start);
        let (name, behind) = from.split_at(from.find(|c| !is_name(c)).unwrap_or(from.len()));
        let known = fields::FIELDS.iter().find(|field| field.name() == name);
        out.push_str(before);
        out.push_str(known.map_or(name, |field| field.label));
        rest = behind;
    }
    out.push_str(rest);
    out
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
            assert_eq!(fields.iter().filter(|field| matches!(field, FormField::Section(_))).count(), 5);
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
        assert_eq!(at("Condition", &tag), "All tags");
        assert_eq!(at("Content", &tag), "Text");
        assert_eq!(at("OfflinePushInfo.ApnsInfo.LiveActivity.Event", &tag), "Activity event");
        assert_eq!(at("OfflinePushInfo.Unknown", &tag), "Who");
        assert_eq!(at("SchedAt", &tag), "When");
        let all = Draft { kind: Some(Kind::All), ..Draft::default() };
        assert_eq!(at("Condition", &all), "Who");
    }

    #[test]
    fn what_is_wrong_is_said_in_the_words_of_the_form() {
        let said = |path: &str, rule: &str| words(&Problem::new(path, rule), FormField::Kind);
        assert_eq!(
            said("Type", "who gets it? choose All, Tag or User"),
            "who gets it? choose All, Tag or User"
        );
        assert_eq!(
            said("Condition", "tags and attributes must not be mixed"),
            "tags and attributes must not be mixed"
        );
        assert_eq!(
            said("OfflinePushInfo.AndroidInfo.OPPONotifyLevel", "needs OPPOCategory"),
            "Android: OPPO level: needs OPPO category"
        );
        assert_eq!(
            said("Condition.TagsOr", "\"Desc\" is in TagsAnd as well"),
            "Any tag: \"Desc\" is in All tags as well"
        );
        assert_eq!(said("X", "股 Desc_ Desc"), "股 Desc_ Text");
    }
}
