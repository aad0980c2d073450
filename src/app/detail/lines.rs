//! The text of the detail, line by line for a width: what is said and what it means, not how it
//! looks. `update` counts these lines to stop the scrolling, `view` only gives them their style.
//!
//! Everything from the wire is cleaned here (I9).

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use crate::domain::draft::entry_text;
use crate::domain::fields::{self, FIELDS, Group};
use crate::domain::{Outcome, Phase, Task, Zone, catalog, text, when};

use crate::keymap::{Action, Scope};

use super::super::lines::{LABEL, Line, Lines, Tone, card, field_text, part, unknown};
use super::super::pending::PendingWrite;
use super::super::shared::Shared;
use super::super::write::{Verdict, Write};
use super::super::writes::progress;
use super::pane::{MadeOf, ViewMode};

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
pub fn lines(shared: &Shared, width: usize) -> Arc<[Line]> {
    let task = shared.selected();
    // What is known of a write goes on by itself, second by second.
    if task.is_some_and(|task| shared.writes.iter().any(|write| write.task() == Some(task.id))) {
        return compose(shared, width).into();
    }
    let key = MadeOf {
        task: task.cloned(),
        mode: shared.detail.mode,
        zone: shared.zone,
        profile: shared.setup.profile.clone(),
        keys: shared.setup.keys.clone(),
        second: shared.server_now().timestamp(),
        is_cancelled: task.is_some_and(|task| shared.board.own.is_cancelled(task.id)),
        selected: shared.board.selected,
        is_watched: task.is_some_and(|task| shared.board.pins.has(task.id)),
        failed: task.and_then(|task| shared.failed.get(&task.id)).cloned(),
        seen: task.and_then(|task| shared.board.seen.get(&task.id)).map_or(0, Vec::len),
        width,
    };
    shared.detail.text.get(key, || compose(shared, width))
}

fn compose(shared: &Shared, width: usize) -> Vec<Line> {
    let mut out = Lines { width, lines: Vec::new() };
    let Some(task) = shared.selected() else {
        out.say(Tone::Muted, &no_task(shared));
        return out.lines;
    };
    match shared.detail.mode {
        ViewMode::Json => out.json(text::json_object_head(&task.raw)),
        ViewMode::Task => {
            standing(&mut out, shared, task);
            timing(&mut out, shared, task);
            out.blank();
            phone(&mut out, shared, task);
            out.blank();
            facts(&mut out, shared, task);
            seen(&mut out, shared, task);
            out.blank();
            let fields = shared.detail.fields.get((Arc::clone(task), width), || content(task, width));
            out.add(fields.iter().cloned());
        }
    }
    out.lines
}

/// Why there is no task to show.
fn no_task(shared: &Shared) -> String {
    let board = &shared.board;
    match board.selected {
        _ if board.in_range() == 0 && board.has_answer => "There is no task here.".to_owned(),
        Some(id) if board.task(id).is_some() => format!("The filter hides #{id}, the selected task."),
        Some(id) => format!("#{id} is being read …"),
        None => "The tasks are being read …".to_owned(),
    }
}

/// How it stands, and what to do about it.
fn standing(out: &mut Lines, shared: &Shared, task: &Task) {
    let outcome = task.outcome();
    let in_doubt = shared.doubted().contains(&task.id);
    let is_cancelled = !in_doubt && shared.board.own.is_cancelled(task.id);
    if is_cancelled {
        out.lines.push(vec![part(Tone::Muted, "CANC")]);
        out.say(Tone::Muted, "cancelled from here: nothing will be sent");
        out.blank();
        return;
    }
    let phase = Phase::of_task(task, shared.server_now()).filter(|_| !in_doubt);
    let (tone, word) = match phase.and_then(Phase::word) {
        _ if in_doubt => (Tone::Bad, "?UNK"),
        Some(word) => (Tone::Bad, word),
        None => (tone_of(&outcome), outcome.word()),
    };
    let urgency = phase.map(|phase| if phase.is_urgent() { Tone::Bad } else { Tone::Watch });
    let mut first = vec![part(tone, word)];
    if let Some(at) = task.scheduled_at {
        let words = format!("  {}", when::from_now(at, shared.server_now()));
        first.push(part(urgency.unwrap_or(Tone::Plain), words));
    }
    out.lines.push(first);
    if in_doubt {
        out.say(Tone::Muted, &format!("when last seen {}", outcome.in_words()));
    } else {
        out.say(Tone::Muted, &outcome.in_words());
    }
    if shared.board.pins.has(task.id) {
        let key = shared.key(Scope::Tasks, Action::Watch);
        out.say(Tone::Bold, &format!("◉ watched: you are told when it ends; {key} ends that"));
    }
    if let Some((phase, tone)) = phase.zip(urgency) {
        out.say(tone, phase.in_words());
    }
    for write in shared.writes.iter().filter(|write| write.task() == Some(task.id)) {
        for (tone, words) in doubt(shared, write) {
            out.say(tone, &words);
        }
    }
    if let Some(why) = shared.failed.get(&task.id) {
        out.say(Tone::Bad, &format!("! the last write to it failed or is not clear: {}", text::clean(why)));
    }
    if outcome == Outcome::Failed {
        failed(out, shared, task);
    }
    out.blank();
}

/// What is known of a write to the task that is not settled.
fn doubt(shared: &Shared, write: &PendingWrite) -> Vec<(Tone, String)> {
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
            said.push((Tone::Bad, format!("{what}: whether it was done could not be determined. {why}")));
        }
        (_, Some(Verdict::Done(_) | Verdict::NotDone | Verdict::Several(_))) => {}
        (Some(failure), None) => {
            let words = failure.words();
            said.push((Tone::Bad, format!("{what}: the outcome is not known, {}.", words.what)));
            let progress = progress(shared, write);
            said.push((Tone::Muted, format!("What happened is being checked: {progress}.")));
        }
        (None, None) => said.push((Tone::Watch, format!("{what} is under way."))),
    }
    said
}

/// What can be done after a dispatch that failed: no document promises that nobody got anything.
fn after_failure(shared: &Shared) -> String {
    let key = shared.key(Scope::Tasks, Action::NewFromThis);
    format!(
        "Whether anyone got it is not known. {key} makes a new task from this one; whoever got it gets it twice."
    )
}

/// Why the dispatch failed, in plain words, and what to do next.
fn failed(out: &mut Lines, shared: &Shared, task: &Task) {
    out.blank();
    let given = if task.dispatch_err.trim().is_empty() {
        "the service gives no reason"
    } else {
        task.dispatch_err.as_str()
    };
    if let Some(entry) = documented_code(&task.dispatch_err) {
        out.labelled("Why", Tone::Bad, &format!("{} ({})", entry.meaning, entry.code));
        out.labelled("It says", Tone::Plain, given);
        let next = format!("{} {}", entry.hint, after_failure(shared));
        out.labelled("Next", Tone::Plain, &next);
    } else {
        out.labelled("Why", Tone::Bad, given);
        out.labelled("Next", Tone::Plain, &after_failure(shared));
    }
}

/// The first documented code that stands in a text as a number of five digits.
fn documented_code(given: &str) -> Option<&'static catalog::CodeEntry> {
    given
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 5)
        .filter_map(|digits| digits.parse().ok())
        .find_map(catalog::find)
}

/// When and to whom.
fn timing(out: &mut Lines, shared: &Shared, task: &Task) {
    let now = shared.server_now();
    match task.scheduled_at {
        Some(at) => {
            out.labelled("Scheduled", Tone::Bold, &when::stamp(at, shared.zone, now));
            if when::zone_label(at, shared.zone) != "UTC" {
                out.labelled("", Tone::Muted, &when::stamp(at, Zone::UTC, now));
            }
        }
        None => out.labelled("Scheduled", Tone::Bad, &unreadable_time(task, "SchedAt")),
    }
    out.labelled("Who", Tone::Bold, &task.audience().in_words(&shared.setup.profile));
}

fn unreadable_time(task: &Task, key: &str) -> String {
    match task.raw.get(key) {
        Some(value) => format!("not readable as a time: {}", text::json_head(value, false).0),
        None => "the service gives no time".to_owned(),
    }
}

/// Room of a field's name before the values of its group.
const LONG_NAME: usize = 20;
/// The notification as the recipient's phone would show it.
fn phone(out: &mut Lines, shared: &Shared, task: &Task) {
    out.lines.extend(card(&shared.setup.profile, &task.title, &task.desc, out.width));
}

fn facts(out: &mut Lines, shared: &Shared, task: &Task) {
    let now = shared.server_now();
    out.labelled("Type", Tone::Plain, task.kind.wire());
    let shown = |path: &str| {
        let value = within(task.content.at(path)?);
        Some(fields::find(path).map_or_else(|| value.to_string(), |field| entry_text(field, &value)))
    };
    out.labelled("Sender", Tone::Plain, &shown("From_Account").unwrap_or_else(|| "—".to_owned()));
    out.labelled("Marker", Tone::Plain, &shown("DataId").unwrap_or_else(|| "—".to_owned()));
    let created = match task.created_at {
        Some(at) => {
            let (stamp, age) = (when::stamp(at, shared.zone, now), when::from_now(at, now));
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
fn seen(out: &mut Lines, shared: &Shared, task: &Task) {
    let Some(seen) = shared.board.seen.get(&task.id) else { return };
    out.blank();
    out.say(Tone::Bold, "Seen since the start");
    for (i, (at, outcome)) in seen.iter().enumerate() {
        let clock = format!("{} {}", when::clock(*at, shared.zone), when::zone_label(*at, shared.zone));
        let word = text::pad(outcome.word(), 6);
        let remark = "  seen here";
        let taken = text::width(&clock) + 2 + text::width(&word);
        let mut line = vec![part(Tone::Muted, format!("{clock}  ")), part(tone_of(outcome), word)];
        if i == 0 && taken + text::width(remark) <= out.width {
            line.push(part(Tone::Muted, remark));
        }
        out.lines.push(line);
    }
}

/// Every field that the content holds, by group, and then whatever is left. It says the same from one second
/// to the next, unlike what stands before it.
fn content(task: &Task, width: usize) -> Vec<Line> {
    let mut out = Lines { width, lines: Vec::new() };
    for group in Group::ALL {
        let rows: Vec<(String, String)> = FIELDS
            .iter()
            .filter(|field| field.group == group)
            .filter_map(|field| {
                Some((field.label.to_owned(), field_text(field, &within(task.content.at(field.path)?))))
            })
            .collect();
        table(&mut out, group.label(), &rows);
    }
    let mut others = Vec::new();
    for (key, value) in task.raw.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str())) {
        others.push((key.clone(), text::json_head(value, false).0));
    }
    unknown(&task.content.0, "", &mut others);
    table(&mut out, "Other fields", &others);
    out.lines
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
