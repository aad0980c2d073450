//! The form of a task: new, from another, edit, change time. It writes nothing: its way out is the
//! review.
//!
//! Every printable key is text, Enter never submits, and no way out loses a word: the text lies in
//! the [`Draft`] and goes to disk while it is typed.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::fields::Group;
use crate::domain::kept::KeptDraft;
use crate::domain::{Draft, Kind, Problem, Task, TaskId, draft as content, when};

use super::effect::Effect;
use super::review;
use super::state::{Layer, State};
use super::text_field::{LeftOut, TextField};

mod checks;
mod drafts;
pub mod fields;
mod keys;
#[cfg(test)]
mod tests;

pub use drafts::{Drafts, keep_draft_now, on_draft_kept, on_draft_loaded, on_tick};
pub use fields::FormField;
pub use keys::{on_key, on_paste};

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
pub enum Request {
    /// A new task.
    Create(crate::domain::NewTask),
    /// A change: what the operator left alone is `None`.
    Modify(crate::domain::Change),
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
    sent_as: Option<(Draft, TaskId)>,
    touched: Vec<FormField>,
    pristine: Draft,
    thrown: Option<Draft>,
    noted: Vec<checks::Noted>,
    composed: checks::Composed,
    disk: drafts::Disk,
}

/// Bytes of a time entry: the longest one that is understood has a third of it.
const LONGEST_TIME: usize = 128;
/// The form's draft is written to disk at most so often.
const SAVE_EVERY: Duration = Duration::from_secs(1);

impl Form {
    fn new(purpose: Purpose, slot: String, draft: Draft) -> Self {
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
            disk: drafts::Disk::new(&draft),
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
            composed: checks::Composed::default(),
        };
        form.put_draft(draft);
        form
    }

    /// Puts another text into the form; groups that hold something open.
    fn put_draft(&mut self, draft: Draft) {
        self.draft = draft;
        self.noted.clear();
        self.compose();
        for group in Group::ALL {
            if fields::folds(group) && fields::filled(group, &self.draft) > 0 && !self.open.contains(&group) {
                self.open.push(group);
            }
        }
        if !self.fields().contains(&self.focus) {
            self.focus = self.fields().first().copied().unwrap_or(FormField::Time);
        }
        self.load_entry();
    }

    /// Whether the type is chosen here; a task that stands keeps its own.
    pub fn chooses_kind(&self) -> bool {
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

    /// The time as it is understood, on three clocks; `None` while it is not understood.
    pub fn time_echo(&self, now: DateTime<Utc>, zone: Tz) -> Option<Vec<String>> {
        let at = when::parse(&self.draft.scheduled, now, zone).ok()?;
        Some(clocks(at, now, zone))
    }

    /// Lays what was changed over another version of the task.
    pub fn lay_over(&mut self, task: &Task, zone: Tz) {
        let draft = self.draft.laid_over(task, zone);
        match &mut self.purpose {
            Purpose::New | Purpose::From(_) => return,
            Purpose::Edit(base) | Purpose::Time(base) => base.clone_from(&Box::new(task.clone())),
        }
        self.pristine = Draft::from_task(task, zone);
        self.put_draft(draft);
    }

    /// Gives the keys to a place.
    fn go(&mut self, field: FormField) {
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

    fn load_entry(&mut self) {
        let text = self.text(self.focus);
        // A line end that came with the task stays one, even where one line is usual.
        let lines = self.focus.is_multiline() || text.contains('\n');
        let entry = if lines { TextField::lines(text) } else { TextField::line(text) };
        self.entry = match self.focus {
            FormField::Field(field) if field.is_list() => entry.at_most(field.most_bytes()).of_items(),
            FormField::Field(field) => entry.at_most(field.most_bytes()),
            FormField::Kind | FormField::Time | FormField::Section(_) => entry.at_most(LONGEST_TIME),
        };
    }

    /// The editor has taken a key or a paste: its text, if it changed, is the text of the place, and what
    /// it did not take stands beside it.
    fn take_entry(&mut self, changed: bool) {
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
            self.noted.push(checks::Noted { field, left_out });
        }
    }

    fn changed(&mut self) {
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

/// A time on three clocks: the profile's zone, UTC, and from now.
pub fn clocks(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> Vec<String> {
    let mut parts = vec![when::stamp(at, zone, now)];
    if when::zone_label(at, zone) != "UTC" {
        let same_day = at.date_naive() == at.with_timezone(&zone).date_naive();
        let utc = if same_day { when::clock(at, Tz::UTC) } else { when::day_time(at, Tz::UTC, now) };
        parts.push(format!("{utc} UTC"));
    }
    parts.push(when::from_now(at, now));
    parts
}

/// Opens the form for a new task.
pub fn open_new(state: &mut State) -> Vec<Effect> {
    let draft = Draft::new(&state.setup.from_account);
    open(state, Purpose::New, "new".to_owned(), draft)
}

/// Opens the form with another task's content.
pub fn open_from(state: &mut State, task: &Task) -> Vec<Effect> {
    let mut draft = Draft::clone_of(task);
    if !Kind::KNOWN.contains(&task.kind) {
        draft.kind = None;
    }
    let left_out = content::unreadable(&task.content);
    let effects = open(state, Purpose::From(task.id), format!("from {}", task.id), draft);
    if !left_out.is_empty() {
        state.warn(format!("left out of the copy, for it cannot be read: {}", left_out.join(", ")));
    }
    effects
}

/// Opens the form for a change.
pub fn open_edit(state: &mut State, task: &Task) -> Vec<Effect> {
    open_change(state, task, Purpose::Edit(Box::new(task.clone())), "edit")
}

/// Opens the form for a change of the time only.
pub fn open_time(state: &mut State, task: &Task) -> Vec<Effect> {
    open_change(state, task, Purpose::Time(Box::new(task.clone())), "time")
}

fn open_change(state: &mut State, task: &Task, purpose: Purpose, what: &str) -> Vec<Effect> {
    if let Some(why) = review::unknown_kind(task) {
        state.warn(why);
        return Vec::new();
    }
    let draft = Draft::from_task(task, state.setup.zone);
    open(state, purpose, format!("{what} {}", task.id), draft)
}

fn open(state: &mut State, purpose: Purpose, slot: String, draft: Draft) -> Vec<Effect> {
    let form = Form::new(purpose, slot, draft);
    state.layers.push(Layer::Form(Box::new(form)));
    drafts::bring_back(state)
}

/// Opens the form with a draft of the list, which the disk has made that form's own.
pub fn open_kept(state: &mut State, purpose: Purpose, kept: KeptDraft) {
    let pristine = match &purpose {
        Purpose::New | Purpose::From(_) => Draft::new(&state.setup.from_account),
        Purpose::Edit(task) | Purpose::Time(task) => Draft::from_task(task, state.setup.zone),
    };
    let form = Form::new(purpose, kept.slot.clone(), pristine);
    state.layers.push(Layer::Form(Box::new(form)));
    drafts::take_back(state, kept);
}

/// The review of what the form asks for, or the first thing that keeps it from being sent.
fn to_review(state: &mut State) -> Vec<Effect> {
    let (now, zone) = (state.server_now(), state.setup.zone);
    let Some(Layer::Form(form)) = state.layers.last_mut() else { return Vec::new() };
    let source = review::Source { slot: form.slot.clone(), draft: form.draft.clone() };
    if let Some((_, id)) = form.sent_as.as_ref().filter(|(draft, _)| *draft == source.draft) {
        let words = format!("this was sent and stands as #{id}; Esc leaves, N on it makes another");
        state.warn(words);
        return Vec::new();
    }
    if let Some(why) = review::under_way(state, &source) {
        state.warn(why);
        return Vec::new();
    }
    let Some(Layer::Form(form)) = state.layers.last_mut() else { return Vec::new() };
    match form.request(now, zone) {
        Err(problems) => {
            form.all_shown = true;
            let Some((field, problem)) = problems.first() else { return Vec::new() };
            let (field, words) = (*field, fields::words(problem, *field));
            form.go(field);
            let count = problems.len();
            let more = if count > 1 { format!(" · {count} problems in all") } else { String::new() };
            state.warn(format!("not ready: {} {words}{more}", field.label()));
            Vec::new()
        }
        Ok(Request::Nothing) => {
            state.say("nothing differs from the task as it stands: there is nothing to send");
            Vec::new()
        }
        Ok(Request::Create(new)) => {
            let mut effects = drafts::save_now(state);
            effects.extend(review::open_create(state, new, source));
            effects
        }
        Ok(Request::Modify(change)) => {
            let Some(base) = state.form().and_then(|form| form.purpose.task().cloned()) else {
                return Vec::new();
            };
            let mut effects = drafts::save_now(state);
            effects.extend(review::open_modify(state, base, change, source));
            effects
        }
    }
}

/// What the service said against the text of a draft, shown at its field (90108, 90110).
pub(super) fn show_refusal(state: &mut State, slot: &str, problem: Problem) {
    let covered = state.review().is_some();
    let Some(form) = state.form_mut().filter(|form| form.slot == slot) else { return };
    let place = fields::of_problem(&problem, &form.draft, form.chooses_kind());
    form.refused = vec![problem];
    // The keys go there only while nobody is typing.
    if covered {
        form.go(place);
    }
}

/// The draft was sent and stands: forgets it, here and on disk. Another text that was typed into the
/// same form since stays.
pub(super) fn sent(state: &mut State, slot: &str, draft: &Draft, id: TaskId) -> Vec<Effect> {
    drafts::forget(state, slot, draft, id)
}

/// Takes the form of that slot away; the review that lies over it keeps the keys.
pub(super) fn close(state: &mut State, slot: &str) {
    state.layers.retain(|layer| !matches!(layer, Layer::Form(form) if form.slot == slot));
}

/// Keeps a draft on disk, or with `None` forgets it.
fn errand(state: &mut State, slot: String, draft: Option<Draft>) -> Effect {
    let req = state.ask();
    state.drafts.asked(req, slot.clone(), draft.clone());
    match draft {
        Some(draft) => Effect::SaveDraft { req, slot, draft },
        None => Effect::DropDraft { req, slot },
    }
}
