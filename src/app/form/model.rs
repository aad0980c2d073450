//! The form: what it is for, its text, what has the keys, and what follows from the text.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::fields::{FIELDS, Group};
use crate::domain::query::Range;
use crate::domain::{Change, Content, Draft, Kind, NewTask, Problem, Task, TaskId, Zone, when};

use crate::keymap::{Action, Keymap, Scope};

use super::super::request::ReqId;
use super::super::text_field::{LeftOut, TextField};
use super::composed::Composed;
use super::fields::{self, FormField};

/// What the form is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// A new task.
    New,
    /// A new task with the content of another.
    From(TaskId),
    /// A change of a task; holds the version that the operator started from.
    Edit(Box<Task>),
    /// A change of a task's time only.
    Time(Box<Task>),
}

impl Purpose {
    /// The task that is changed; `None` for a new one.
    pub fn task(&self) -> Option<&Task> {
        match self {
            Self::New | Self::From(_) => None,
            Self::Edit(task) | Self::Time(task) => Some(task),
        }
    }
}

/// What the form asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum FormRequest {
    /// A new task.
    Create(NewTask),
    /// A change: what the operator left alone is `None`.
    Modify(Change),
    /// Nothing differs from the task as it stands.
    Nothing,
}

/// The form.
#[derive(Clone, Debug)]
pub struct Form {
    /// What it is for.
    pub purpose: Purpose,
    /// The name of its draft on disk.
    pub slot: String,
    /// What was typed so far.
    pub draft: Draft,
    /// What has the keys.
    pub focus: FormField,
    /// The editor of the place that has the keys, where that place takes text.
    pub entry: TextField,
    /// The folding groups that are open.
    pub open: Vec<Group>,
    /// Whether every problem is shown: the review was asked for.
    pub all_shown: bool,
    /// What the service said against the last try; gone once the field is changed.
    pub refused: Vec<Problem>,
    /// The task that its text became once: it was taken back from the list of drafts.
    pub created_as: Option<TaskId>,
    /// Set once this very text was sent and stands: it is not sent a second time by accident.
    pub(super) sent_as: Option<(Draft, TaskId)>,
    pub(super) touched: Vec<FormField>,
    pub(super) pristine: Draft,
    /// What stood in the form when it was opened: of a default, or of the task. Nobody typed it here.
    given: Draft,
    /// When the draft was typed that was brought back into it, and is still there.
    pub(super) restored: Option<DateTime<Utc>>,
    pub(super) thrown: Option<Draft>,
    pub(super) noted: Vec<Noted>,
    pub(super) composed: Composed,
    pub(super) disk: Disk,
}

/// Bytes of a time entry: the longest one that is understood has a third of it.
const LONGEST_TIME: usize = 128;

impl Form {
    pub(super) fn new(purpose: Purpose, slot: String, draft: Draft) -> Self {
        let focus = match purpose {
            Purpose::New => FormField::Kind,
            Purpose::From(_) | Purpose::Time(_) => FormField::Time,
            Purpose::Edit(_) => {
                crate::domain::fields::find("OfflinePushInfo.Title").map_or(FormField::Time, FormField::Field)
            }
        };
        let mut form = Self {
            purpose,
            slot,
            pristine: draft.clone(),
            given: draft.clone(),
            restored: None,
            disk: Disk::new(&draft),
            draft: Draft::default(),
            focus,
            entry: TextField::line(""),
            open: Vec::new(),
            all_shown: false,
            refused: Vec::new(),
            created_as: None,
            sent_as: None,
            touched: Vec::new(),
            thrown: None,
            noted: Vec::new(),
            composed: Composed::default(),
        };
        form.put_draft(draft);
        form
    }

    /// Puts another text into the form; groups in which something was typed open.
    pub(super) fn put_draft(&mut self, draft: Draft) {
        self.draft = draft;
        self.noted.clear();
        self.compose();
        let typed = |group: &Group| {
            let mut of_group = FIELDS.iter().filter(|field| field.group == *group);
            of_group.any(|field| self.draft.entry(field.path) != self.given.entry(field.path))
        };
        let opened: Vec<Group> =
            Group::ALL.into_iter().filter(|group| fields::folds(*group)).filter(typed).collect();
        self.open.extend(opened.into_iter().filter(|group| !self.open.contains(group)).collect::<Vec<_>>());
        if !self.fields().contains(&self.focus) {
            self.focus = self.fields().first().copied().unwrap_or(FormField::Time);
        }
        self.load_entry();
    }

    /// Whether the type is chosen here; a task that stands keeps its own.
    pub(super) fn chooses_kind(&self) -> bool {
        self.purpose.task().is_none()
    }

    /// Every place that can have the keys now, in order.
    pub fn fields(&self) -> Vec<FormField> {
        let only_time = matches!(self.purpose, Purpose::Time(_));
        fields::all(self.chooses_kind(), only_time, &self.draft, &self.open)
    }

    /// The text at a place.
    pub fn text(&self, field: FormField) -> &str {
        match field {
            FormField::Kind => self.draft.kind.as_ref().map_or("", Kind::wire),
            FormField::Time => &self.draft.scheduled,
            FormField::Section(_) => "",
            FormField::Field(field) => self.draft.entry(field.path),
        }
    }

    /// Whether the text at a place differs from the task that is edited.
    pub fn differs(&self, field: FormField) -> bool {
        if self.purpose.task().is_none() {
            return false;
        }
        match field {
            FormField::Kind | FormField::Section(_) => false,
            FormField::Time => self.draft.time_changed(),
            FormField::Field(field) => self.draft.changed(field.path),
        }
    }

    /// The time as it is understood, on three clocks; of a change also the time before it, and how far it
    /// is moved. `None` while it is not understood.
    pub fn time_echo(&self, now: DateTime<Utc>, zone: Zone) -> Option<Vec<String>> {
        let at = self.draft.read_time(now, zone).ok()?;
        let mut clocks = clocks(at, now, zone);
        if let Some(before) = self.draft.time_before(zone).filter(|before| *before != at)
            && let Some(first) = clocks.first_mut()
        {
            *first = when::range(Range { begin: before, end: at }, zone, now);
            clocks.push(when::moved(before, at));
        }
        Some(clocks)
    }

    /// What the place that has the keys takes, with the service's name of it.
    pub fn help(&self, zone: Zone, keys: &Keymap) -> String {
        let help = self.focus.help(zone, keys);
        let name = self.focus.name().unwrap_or(self.focus.label());
        if self.focus == FormField::Time && self.purpose.task().is_some() {
            return format!(
                "{name}: 10:30 keeps the day, +30m counts from it, nov 23 9:00; in {}",
                zone.name()
            );
        }
        let FormField::Section(group) = self.focus else { return format!("{name}: {help}") };
        let all = fields::fields_of(group, self.draft.kind.as_ref()).count();
        let filled = fields::filled(group, &self.draft);
        format!("{name}: {filled} of {all} fields set; {help}")
    }

    /// What became of an earlier text of this form, and what the key does to it, for its title; nothing where
    /// there was none.
    pub fn draft_state(&self, now: DateTime<Utc>, keys: &Keymap) -> Option<[String; 2]> {
        let key = keys.key(Scope::Form, Action::Discard);
        if self.thrown.is_some() && self.draft.says_the_same(&self.pristine) {
            return Some(["draft dropped".to_owned(), format!("{key} brings it back")]);
        }
        let age = when::age(now - self.restored?);
        Some([format!("DRAFT {age} old"), format!("{key} drops it")])
    }

    /// Begins at the first field that keeps the draft from being sent, if there is one.
    pub(super) fn begin(&mut self, now: DateTime<Utc>, zone: Zone) {
        if let Some((field, _)) = self.problems(now, zone).first() {
            self.focus = *field;
            self.load_entry();
        }
    }

    /// Whether nobody has typed the text at a place: of a short one the whole is replaced by what is typed.
    fn is_given(&self, field: FormField) -> bool {
        match field {
            FormField::Kind | FormField::Section(_) => false,
            FormField::Time => self.draft.scheduled == self.given.scheduled,
            FormField::Field(field) => self.draft.entry(field.path) == self.given.entry(field.path),
        }
    }

    /// Lays what was changed over another version of the task.
    pub fn lay_over(&mut self, task: &Task, zone: Zone) {
        let draft = self.draft.laid_over(task, zone);
        match &mut self.purpose {
            Purpose::New | Purpose::From(_) => return,
            Purpose::Edit(base) | Purpose::Time(base) => (**base).clone_from(task),
        }
        self.pristine = Draft::from_task(task, zone);
        self.given = self.pristine.clone();
        self.put_draft(draft);
    }

    /// Gives the keys to a place.
    pub(super) fn go(&mut self, field: FormField) {
        if self.focus != field && !self.touched.contains(&self.focus) {
            self.touched.push(self.focus);
        }
        if let FormField::Field(field) = field
            && fields::folds(field.group)
            && !self.open.contains(&field.group)
        {
            self.open.push(field.group);
        }
        self.focus = field;
        self.load_entry();
    }

    pub(super) fn load_entry(&mut self) {
        let text = self.text(self.focus);
        // A line end that came with the task stays one, even where one line is usual.
        let lines = self.focus.is_multiline() || text.contains('\n');
        let entry = match (lines, self.is_given(self.focus)) {
            (true, _) => TextField::lines(text),
            (false, true) => TextField::line(text).prefilled(),
            (false, false) => TextField::line(text),
        };
        self.entry = match self.focus {
            FormField::Field(field) if field.is_list() => entry.at_most(field.most_bytes()).of_items(),
            FormField::Field(field) => entry.at_most(field.most_bytes()),
            FormField::Kind | FormField::Time | FormField::Section(_) => entry.at_most(LONGEST_TIME),
        };
    }

    /// The editor has taken a key or a paste: its text, if it changed, is the text of the place, and what
    /// it did not take stands beside it.
    pub(super) fn take_entry(&mut self, changed: bool) {
        let (field, left_out) = (self.focus, self.entry.left_out());
        let path = match field {
            FormField::Kind | FormField::Section(_) => return,
            FormField::Time => "SchedAt",
            FormField::Field(field) => field.path,
        };
        let cut = left_out.filter(LeftOut::is_cut);
        if changed {
            let text = self.entry.text();
            match field {
                FormField::Field(field) => self.draft.put(field.path, text),
                FormField::Kind | FormField::Time | FormField::Section(_) => {
                    self.draft.unmark_cut(path);
                    self.draft.scheduled = text;
                }
            }
        }
        if let Some(cut) = cut {
            self.draft.mark_cut(path, &cut.words());
        }
        if changed || cut.is_some() {
            self.changed();
        }
        if let Some(left_out) = left_out.filter(|left_out| !left_out.is_cut()) {
            self.noted.retain(|noted| noted.field != field);
            self.noted.push(Noted { field, left_out });
        }
    }

    /// What the service said against the text, shown at its field (90108, 90110); that gets the keys if
    /// nobody is typing.
    pub(in crate::app) fn on_refusal(&mut self, problem: Problem, takes_keys: bool) {
        let place = fields::of_problem(&problem, &self.draft, self.chooses_kind());
        self.refused = vec![problem];
        if takes_keys {
            self.go(place);
        }
    }

    pub(super) fn changed(&mut self) {
        let field = self.focus;
        if !self.touched.contains(&field) {
            self.touched.push(field);
        }
        let (draft, chooses) = (&self.draft, self.purpose.task().is_none());
        self.refused.retain(|problem| fields::of_problem(problem, draft, chooses) != field);
        self.noted.retain(|noted| noted.field != field);
        self.compose();
    }
}

/// What a field did not take of a paste or key, and what stands there is what was meant all the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Noted {
    pub(super) field: FormField,
    pub(super) left_out: LeftOut,
}

/// What of a form is on disk.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    /// The text that was last sent there, or the untouched form.
    pub(super) saved: Draft,
    /// When, by [`crate::app::Moment::running`].
    pub(super) saved_at: Option<Duration>,
    /// Whether anything lies there.
    pub(super) anything: bool,
    /// The question for what lies there.
    pub(super) loading: Option<ReqId>,
}

impl Disk {
    fn new(draft: &Draft) -> Self {
        Self { saved: draft.clone(), saved_at: None, anything: false, loading: None }
    }
}

impl Form {
    fn compose(&mut self) {
        self.composed = Composed::of(&self.draft, self.purpose.task());
    }

    pub(super) fn composed(&self) -> Cow<'_, Composed> {
        if self.composed.draft == self.draft {
            Cow::Borrowed(&self.composed)
        } else {
            Cow::Owned(Composed::of(&self.draft, self.purpose.task()))
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
    pub fn problems(&self, now: DateTime<Utc>, zone: Zone) -> Vec<(FormField, Problem)> {
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
    pub fn shown_problems(&self, now: DateTime<Utc>, zone: Zone) -> Vec<(FormField, String)> {
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
    pub fn request(&self, now: DateTime<Utc>, zone: Zone) -> Result<FormRequest, Vec<(FormField, Problem)>> {
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
            return Ok(FormRequest::Create(NewTask { kind, scheduled_at, content }));
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
            return Ok(FormRequest::Nothing);
        }
        Ok(FormRequest::Modify(change))
    }
}

/// A time on three clocks: the profile's zone, UTC, and from now.
pub fn clocks(at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> Vec<String> {
    let mut parts = vec![when::stamp(at, zone, now)];
    if when::zone_label(at, zone) != "UTC" {
        let same_day = at.date_naive() == at.with_timezone(&zone).date_naive();
        let utc = if same_day { when::clock(at, Zone::UTC) } else { when::day_time(at, Zone::UTC, now) };
        parts.push(format!("{utc} UTC"));
    }
    parts.push(when::from_now(at, now));
    parts
}
