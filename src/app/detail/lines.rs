//! The text of the detail, line by line for a width: what is said and what it means, not how it
//! looks. `update` counts these lines to stop the scrolling, `view` only gives them their style.
//!
//! Everything from the wire is cleaned here (I9).

use std::borrow::Cow;

use serde_json::Value;

use crate::domain::draft::entry_text;
use crate::domain::fields::{self, FIELDS, Field, Group, Shape};
use crate::domain::{JsonObject, Outcome, Task, catalog, text, when};

use super::super::effect::Write;
use super::super::message::Verdict;
use super::super::review::progress;
use super::super::state::{PendingWrite, State};
use super::ViewMode;

/// What a piece of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Text.
    Plain,
    /// Labels and frames.
    Muted,
    /// Headings and titles.
    Bold,
    /// Done well.
    Good,
    /// Happening, or to be looked at.
    Watch,
    /// Failed, or not known.
    Bad,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The characters, cleaned.
    pub text: String,
    /// What they mean.
    pub tone: Tone,
}

/// One line of the detail.
pub type Line = Vec<Part>;

/// What the state of a task means.
pub fn tone_of(outcome: &Outcome) -> Tone {
    match outcome {
        Outcome::Pending => Tone::Plain,
        Outcome::Dispatching | Outcome::Unclear(_) => Tone::Watch,
        Outcome::Sent => Tone::Good,
        Outcome::Failed => Tone::Bad,
    }
}

/// The whole text of the selected task in the mode that is shown, for a width in cells.
pub fn lines(state: &State, width: usize) -> Vec<Line> {
    let mut out = Lines { width, lines: Vec::new() };
    let Some(task) = state.selected() else {
        out.say(Tone::Muted, "No task is selected.");
        return out.lines;
    };
    match state.detail.mode {
        ViewMode::Json => out.json(text::json_object_head(&task.raw)),
        ViewMode::Task => {
            standing(&mut out, state, task);
            timing(&mut out, state, task);
            out.blank();
            phone(&mut out, state, task);
            out.blank();
            facts(&mut out, state, task);
            seen(&mut out, state, task);
            content(&mut out, task);
        }
    }
    out.lines
}

/// Lines under construction.
pub(in crate::app) struct Lines {
    pub(in crate::app) width: usize,
    pub(in crate::app) lines: Vec<Line>,
}

/// No more cells of text are composed, for a frame has to: what the documents allow takes half of them.
const MOST_CELLS: usize = 80_000;

/// What is said in place of the rest.
const REST: &str = "… the rest is not shown: it is longer than anything that the documents allow";

/// Room of the labels before values.
const LABEL: usize = 11;

pub(in crate::app) fn part(tone: Tone, text: impl Into<String>) -> Part {
    Part { text: text.into(), tone }
}

impl Lines {
    pub(in crate::app) fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Vec::new());
        }
    }

    /// Whether there is no room for more, which is said once.
    fn is_full(&mut self) -> bool {
        let most = MOST_CELLS / self.width.max(1);
        if self.lines.len() == most {
            self.lines.push(vec![part(Tone::Watch, text::cut(REST, self.width).into_owned())]);
        }
        self.lines.len() > most
    }

    /// Adds lines as long as there is room.
    fn add(&mut self, lines: impl Iterator<Item = Line>) {
        for line in lines {
            if self.is_full() {
                return;
            }
            self.lines.push(line);
        }
    }

    /// A text, wrapped.
    pub(in crate::app) fn say(&mut self, tone: Tone, words: &str) {
        if self.is_full() {
            return;
        }
        let lines = text::wrap(&text::clean(words), self.width);
        self.add(lines.into_iter().map(|line| vec![part(tone, line)]));
    }

    /// A label of its own width and a value beside it, wrapped; line ends of the value are kept.
    pub(in crate::app) fn row(&mut self, label: &str, room: usize, tone: Tone, value: &str) {
        if self.is_full() {
            return;
        }
        let beside = self.width.saturating_sub(room);
        if text::width(label) >= room || beside < 8 {
            self.say(Tone::Muted, label);
            let inner = self.width.saturating_sub(2).max(1);
            let lines = value_lines(value, inner);
            self.add(lines.into_iter().map(|line| vec![part(tone, format!("  {line}"))]));
            return;
        }
        let mut label = text::pad(label, room);
        self.add(value_lines(value, beside).into_iter().map(|line| {
            let label = std::mem::replace(&mut label, " ".repeat(room));
            vec![part(Tone::Muted, label), part(tone, line)]
        }));
    }

    /// JSON with its indents, and whether it is all of it.
    pub(in crate::app) fn json(&mut self, (json, is_whole): (String, bool)) {
        for line in json.lines().map(text::clean) {
            let indent = line.len() - line.trim_start().len();
            let indent = indent.min(self.width / 2);
            // What does not fit goes on below, two cells further in than it began.
            let mut lead = " ".repeat(indent);
            let pieces = text::wrap(line.trim_start(), self.width.saturating_sub(indent + 2).max(1));
            self.add(pieces.into_iter().map(|piece| {
                let lead = std::mem::replace(&mut lead, " ".repeat(indent + 2));
                vec![part(Tone::Plain, format!("{lead}{piece}"))]
            }));
        }
        if !is_whole {
            self.say(
                Tone::Watch,
                "… the rest is not shown: it is longer than anything that the documents allow",
            );
        }
    }

    pub(in crate::app) fn labelled(&mut self, label: &str, tone: Tone, value: &str) {
        self.row(label, LABEL, tone, value);
    }
}

fn value_lines(value: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> =
        text::clean_lines(value).iter().flat_map(|line| text::wrap(line, width)).collect();
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// How it stands, and what to do about it.
fn standing(out: &mut Lines, state: &State, task: &Task) {
    let outcome = task.outcome();
    let in_doubt = state.doubted().contains(&task.id);
    let (tone, word) = if in_doubt { (Tone::Bad, "?UNK") } else { (tone_of(&outcome), outcome.word()) };
    let mut first = vec![part(tone, word)];
    if let Some(at) = task.scheduled_at {
        first.push(part(Tone::Plain, format!("  {}", when::from_now(at, state.server_now()))));
    }
    out.lines.push(first);
    if in_doubt {
        out.say(Tone::Muted, &format!("when last seen {}", outcome.in_words()));
    } else {
        out.say(Tone::Muted, &outcome.in_words());
    }
    for write in state.writes.iter().filter(|write| write.task() == Some(task.id)) {
        for (tone, words) in doubt(state, write) {
            out.say(tone, &words);
        }
    }
    if let Some(why) = state.failed.get(&task.id) {
        out.say(Tone::Bad, &format!("! the last write to it failed or is not clear: {}", text::clean(why)));
    }
    if outcome == Outcome::Failed {
        failed(out, task);
    }
    out.blank();
}

/// What is known of a write to the task that is not settled.
fn doubt(state: &State, write: &PendingWrite) -> Vec<(Tone, String)> {
    let what = match &write.write {
        Write::Create(_) => "Creating it",
        Write::Modify(_) => "Changing it",
        Write::Cancel { .. } => "Cancelling it",
    };
    let mut said = Vec::new();
    match (&write.doubt, &write.verdict) {
        _ if write.elsewhere.is_some() => {
            said.push((Tone::Watch, format!("{what}: the outcome is being checked in another pushdeck.")));
        }
        (_, Some(Verdict::CannotTell(why))) => {
            said.push((Tone::Bad, format!("{what}: whether it was done could not be found out. {why}")));
        }
        (_, Some(Verdict::Done(_) | Verdict::NotDone | Verdict::Several(_))) => {}
        (Some(failure), None) => {
            let words = failure.words();
            said.push((Tone::Bad, format!("{what}: the outcome is not known, {}.", words.what)));
            let progress = progress(state, write);
            said.push((Tone::Muted, format!("What happened is being checked: {progress}.")));
        }
        (None, None) => said.push((Tone::Watch, format!("{what} is under way."))),
    }
    said
}

/// What can be done after a dispatch that failed: no document promises that nobody got anything.
const AFTER_FAILURE: &str =
    "Whether anyone got it is not known. N makes a new task from this one; whoever got it gets it twice.";

/// Why the dispatch failed, in plain words, and what to do next.
fn failed(out: &mut Lines, task: &Task) {
    out.blank();
    let given = if task.dispatch_err.trim().is_empty() {
        "the service gives no reason"
    } else {
        task.dispatch_err.as_str()
    };
    if let Some(entry) = documented_code(&task.dispatch_err) {
        out.labelled("Why", Tone::Bad, &format!("{} ({})", entry.meaning, entry.code));
        out.labelled("It says", Tone::Plain, given);
        let next = format!("{} {AFTER_FAILURE}", entry.hint);
        out.labelled("Next", Tone::Plain, &next);
    } else {
        out.labelled("Why", Tone::Bad, given);
        out.labelled("Next", Tone::Plain, AFTER_FAILURE);
    }
}

/// The first documented code that stands in a text as a number of five digits.
fn documented_code(given: &str) -> Option<&'static catalog::Entry> {
    given
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 5)
        .filter_map(|digits| digits.parse().ok())
        .find_map(catalog::find)
}

/// When and to whom.
fn timing(out: &mut Lines, state: &State, task: &Task) {
    let now = state.server_now();
    match task.scheduled_at {
        Some(at) => {
            out.labelled("Scheduled", Tone::Bold, &when::stamp(at, state.zone, now));
            if when::zone_label(at, state.zone) != "UTC" {
                out.labelled("", Tone::Muted, &when::stamp(at, chrono_tz::Tz::UTC, now));
            }
        }
        None => out.labelled("Scheduled", Tone::Bad, &unreadable_time(task, "SchedAt")),
    }
    out.labelled("Who", Tone::Bold, &task.audience().in_words(&state.setup.profile));
}

fn unreadable_time(task: &Task, key: &str) -> String {
    match task.raw.get(key) {
        Some(value) => format!("not readable as a time: {}", text::json_head(value, false).0),
        None => "the service gives no time".to_owned(),
    }
}

/// Room of a field's name before the values of its group.
const LONG_NAME: usize = 18;
/// Widest card: what a phone shows in one line.
const CARD: usize = 42;
/// Lines of text that a phone shows before it cuts.
const CARD_LINES: usize = 4;

/// The notification as the recipient's phone would show it.
fn phone(out: &mut Lines, state: &State, task: &Task) {
    out.lines.extend(card(&state.setup.profile, &task.title, &task.desc, out.width));
}

/// A notification as a phone would show it, for a width in cells; nothing where there is no room.
pub fn card(app: &str, title: &str, desc: &str, width: usize) -> Vec<Line> {
    let Some(inner) = width.min(CARD).checked_sub(4).filter(|inner| *inner >= 8) else { return Vec::new() };
    let edge =
        |left: &str, right: &str| vec![part(Tone::Muted, format!("{left}{}{right}", "─".repeat(inner + 2)))];
    let line = |tone: Tone, words: &str| {
        vec![part(Tone::Muted, "│ "), part(tone, text::pad(words, inner)), part(Tone::Muted, " │")]
    };
    let app = format!("▣ {}", text::clean(app));
    let title = text::clean(title);
    let mut lines = vec![edge("╭", "╮"), line(Tone::Muted, &format!("{} now", text::pad(&app, inner - 4)))];
    if title.trim().is_empty() {
        lines.push(line(Tone::Muted, "(no title)"));
    } else {
        lines.push(line(Tone::Bold, &title));
    }
    lines.extend(phone_text(desc, inner).iter().map(|words| line(Tone::Plain, words)));
    lines.push(edge("╰", "╯"));
    lines
}

/// Whether the card shows all of these words at that width.
pub fn card_shows_all(title: &str, desc: &str, width: usize) -> bool {
    let Some(inner) = width.min(CARD).checked_sub(4).filter(|inner| *inner >= 8) else { return false };
    text::width(&text::clean(title)) <= inner && wrapped(desc, inner).len() <= CARD_LINES
}

fn wrapped(desc: &str, width: usize) -> Vec<String> {
    text::clean_lines(desc).iter().flat_map(|line| text::wrap(line, width)).collect()
}

fn phone_text(desc: &str, width: usize) -> Vec<String> {
    // Much more than a card has room for.
    let mut lines = wrapped(&text::head(desc, 1000), width);
    if lines.len() > CARD_LINES {
        lines.truncate(CARD_LINES);
        if let Some(last) = lines.last_mut() {
            *last = text::cut(&format!("{last} …"), width).into_owned();
        }
    }
    lines
}

fn facts(out: &mut Lines, state: &State, task: &Task) {
    let now = state.server_now();
    out.labelled("Type", Tone::Plain, task.kind.wire());
    let shown = |path: &str| {
        let value = within(task.content.at(path)?);
        Some(fields::find(path).map_or_else(|| value.to_string(), |field| entry_text(field, &value)))
    };
    out.labelled("Sender", Tone::Plain, &shown("From_Account").unwrap_or_else(|| "—".to_owned()));
    out.labelled("DataId", Tone::Plain, &shown("DataId").unwrap_or_else(|| "—".to_owned()));
    let created = match task.created_at {
        Some(at) => {
            let (stamp, age) = (when::stamp(at, state.zone, now), when::from_now(at, now));
            let both = format!("{stamp} · {age}");
            if LABEL + text::width(&both) <= out.width { both } else { stamp }
        }
        None => unreadable_time(task, "CreateAt"),
    };
    out.labelled("Created", Tone::Plain, &created);
    let push = match task.outcome() {
        _ if !task.push_task_id.is_empty() => task.push_task_id.as_str(),
        Outcome::Pending | Outcome::Dispatching => "— (comes with the dispatch)",
        Outcome::Failed => "— (the dispatch failed)",
        Outcome::Sent | Outcome::Unclear(_) => "—",
    };
    out.labelled("Push id", Tone::Plain, push);
}

/// The states it was seen in, with clock times.
fn seen(out: &mut Lines, state: &State, task: &Task) {
    let Some(seen) = state.board.seen.get(&task.id) else { return };
    out.blank();
    out.say(Tone::Bold, "Seen since the start");
    for (i, (at, outcome)) in seen.iter().enumerate() {
        let clock = format!("{} {}", when::clock(*at, state.zone), when::zone_label(*at, state.zone));
        let word = text::pad(outcome.word(), 6);
        let remark = "  when first looked at";
        let taken = text::width(&clock) + 2 + text::width(&word);
        let mut line = vec![part(Tone::Muted, format!("{clock}  ")), part(tone_of(outcome), word)];
        if i == 0 && taken + text::width(remark) <= out.width {
            line.push(part(Tone::Muted, remark));
        }
        out.lines.push(line);
    }
}

/// Every field that the content holds, by group, and then whatever is left.
fn content(out: &mut Lines, task: &Task) {
    for group in Group::ALL {
        let rows: Vec<(String, String)> = FIELDS
            .iter()
            .filter(|field| field.group == group)
            .filter_map(|field| {
                Some((field.name().to_owned(), field_text(field, &within(task.content.at(field.path)?))))
            })
            .collect();
        table(out, group.title(), &rows);
    }
    let mut others = Vec::new();
    for (key, value) in task.raw.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str())) {
        others.push((key.clone(), text::json_head(value, false).0));
    }
    unknown(&task.content.0, "", &mut others);
    table(out, "Other fields", &others);
}

/// A value that can be shown: one that is longer than anything that the documents allow is cut.
fn within(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::String(words) => match text::head(words, text::MOST_SHOWN) {
            Cow::Borrowed(_) => Cow::Borrowed(value),
            Cow::Owned(cut) => Cow::Owned(Value::String(cut)),
        },
        Value::Array(_) | Value::Object(_) => match text::json_head(value, false) {
            (_, true) => Cow::Borrowed(value),
            (cut, false) => Cow::Owned(Value::String(cut)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => Cow::Borrowed(value),
    }
}

/// What of `TaskInfo` is shown elsewhere.
const KNOWN: [&str; 12] = [
    "TaskID",
    "Sdkappid",
    "CreateAt",
    "SchedAt",
    "Type",
    "Content",
    "Title",
    "Desc",
    "Status",
    "DispatchSuccess",
    "DispatchErr",
    "PushTaskID",
];

/// The fields of an object that the table of fields does not know.
pub fn unknown(object: &JsonObject, prefix: &str, found: &mut Vec<(String, String)>) {
    for (key, value) in object {
        let path = format!("{prefix}{key}");
        if fields::find(&path).is_some() {
            continue;
        }
        let below = format!("{path}.");
        match value {
            Value::Object(inner) if FIELDS.iter().any(|field| field.path.starts_with(&below)) => {
                unknown(inner, &below, found);
            }
            other => found.push((path, text::json_head(other, false).0)),
        }
    }
}

fn table(out: &mut Lines, title: &str, rows: &[(String, String)]) {
    if rows.is_empty() {
        return;
    }
    out.blank();
    out.say(Tone::Bold, title);
    // A name that is longer has a line of its own, so that one does not push all values aside.
    let names = rows.iter().map(|(name, _)| text::width(name) + 2).filter(|room| *room <= LONG_NAME);
    let room = names.max().unwrap_or(0).max(LABEL);
    for (name, value) in rows {
        out.row(&text::clean(name), room, Tone::Plain, value);
    }
}

/// A value with its meaning where the documents give one.
pub fn field_text(field: &Field, value: &Value) -> String {
    if let (Shape::Strings { .. }, Some(items)) = (field.shape, value.as_array()) {
        let shown = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
        return items.iter().map(shown).collect::<Vec<_>>().join(", ");
    }
    let plain = entry_text(field, value);
    let meaning = match field.shape {
        Shape::Number(values) => {
            values.iter().find(|(number, _)| number.to_string() == plain).map(|(_, meaning)| *meaning)
        }
        Shape::Word(values) | Shape::WordOrNumber(values) => {
            values.iter().find(|(word, _)| *word == plain).map(|(_, meaning)| *meaning)
        }
        Shape::Text { .. }
        | Shape::Lines
        | Shape::JsonText
        | Shape::Account
        | Shape::Integer { .. }
        | Shape::Strings { .. }
        | Shape::Pairs { .. }
        | Shape::Object
        | Shape::Items(_)
        | Shape::Any => None,
    };
    match meaning {
        Some(meaning) if !meaning.is_empty() => format!("{plain} ({meaning})"),
        Some(_) | None => plain,
    }
}
