//! Text for the screen, composed line by line for a width: what is said and what it means, not how it
//! looks. `update` counts these lines to stop the scrolling, `view` only gives them their style.
//!
//! Everything from the wire is cleaned here (I9).

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::Value;

use crate::domain::draft::entry_text;
use crate::domain::fields::{self, FIELDS, Field, Shape};
use crate::domain::{JsonObject, text};

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
    /// Nothing is written: here is what is typed next.
    Cursor,
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

/// By what a line is known again: its topic, the whole that it is part of, its number in that and, where
/// nothing in it ticks, its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineKey(pub(super) u64);

/// A text that is composed once for what it says and the width that it has, however often it is asked
/// for: `update` counts its lines, and `view` draws them.
#[derive(Debug)]
pub struct Memo<K, T: ?Sized = [Line]> {
    made: RefCell<Option<(K, Arc<T>)>>,
}

impl<K: Clone, T: ?Sized> Clone for Memo<K, T> {
    fn clone(&self) -> Self {
        Self { made: self.made.clone() }
    }
}

impl<K, T: ?Sized> Default for Memo<K, T> {
    fn default() -> Self {
        Self { made: RefCell::default() }
    }
}

impl<K: PartialEq, T: ?Sized> Memo<K, T> {
    /// The text for `key`, which holds all that it is made of, by value: what was composed for another key
    /// is never given.
    pub(super) fn get<C: Into<Arc<T>>>(&self, key: K, compose: impl FnOnce() -> C) -> Arc<T> {
        if let Some((made_for, text)) = &mut *self.made.borrow_mut()
            && *made_for == key
        {
            // What is shared in it and came anew is the same by its address the next time: that is seen at once.
            *made_for = key;
            return Arc::clone(text);
        }
        let text = compose().into();
        *self.made.borrow_mut() = Some((key, Arc::clone(&text)));
        text
    }
}

/// Lines under construction.
pub(super) struct Lines {
    pub(super) width: usize,
    pub(super) lines: Vec<Line>,
}

/// No more cells of text are composed, for a frame has to: what the documents allow takes half of them.
const MOST_CELLS: usize = 80_000;

/// What is said in place of the rest.
const REST: &str = "… the rest is not shown: it is longer than anything that the documents allow";

/// Room of the labels before values.
pub(super) const LABEL: usize = 11;

pub(super) fn part(tone: Tone, text: impl Into<String>) -> Part {
    Part { text: text.into(), tone }
}

impl Lines {
    pub(super) fn blank(&mut self) {
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
    pub(super) fn add(&mut self, lines: impl Iterator<Item = Line>) {
        for line in lines {
            if self.is_full() {
                return;
            }
            self.lines.push(line);
        }
    }

    /// A text, wrapped.
    pub(super) fn say(&mut self, tone: Tone, words: &str) {
        if self.is_full() {
            return;
        }
        let lines = text::wrap(&text::clean(words), self.width);
        self.add(lines.into_iter().map(|line| vec![part(tone, line)]));
    }

    /// A label of its own width and a value beside it, wrapped; line ends of the value are kept.
    pub(super) fn row(&mut self, label: &str, room: usize, tone: Tone, value: &str) {
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
    pub(super) fn json(&mut self, (json, is_whole): (String, bool)) {
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
            self.say(Tone::Watch, REST);
        }
    }

    pub(super) fn labelled(&mut self, label: &str, tone: Tone, value: &str) {
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

/// Widest card: what a phone shows in one line.
const CARD: usize = 42;
/// Lines of text that a phone shows before it cuts.
const CARD_LINES: usize = 4;

/// Cells of text in a card of at most this width; `None` where there is no room for one.
fn card_room(width: usize) -> Option<usize> {
    width.min(CARD).checked_sub(4).filter(|inner| *inner >= 8)
}

/// A notification as a phone would show it, for a width in cells; nothing where there is no room.
pub fn card(app: &str, title: &str, desc: &str, width: usize) -> Vec<Line> {
    let Some(inner) = card_room(width) else { return Vec::new() };
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
    let Some(inner) = card_room(width) else { return false };
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
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => found.push((path, text::json_head(value, false).0)),
        }
    }
}

/// A value with its meaning where the documents give one.
pub fn field_text(field: &Field, value: &Value) -> String {
    if let (Shape::Strings { .. }, Some(items)) = (field.shape, value.as_array()) {
        let shown = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
        return items.iter().map(shown).collect::<Vec<_>>().join(", ");
    }
    let plain = entry_text(field, value);
    let meaning =
        field.shape.choices().into_iter().find(|(value, _)| *value == plain).map(|(_, means)| means);
    match meaning {
        Some(meaning) if !meaning.is_empty() => format!("{plain} ({meaning})"),
        Some(_) | None => plain,
    }
}
