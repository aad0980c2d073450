//! A task made ready to be held: what is sorted, filtered and counted by, and its words.

use std::sync::Arc;

use super::super::content::Audience;
use super::super::kind::Kind;
use super::super::task::{Outcome, Task, TaskId};
use super::super::text;
use super::likeness::{AudienceKey, ContentKey};
use super::words::PIECE as MOST_WORDS;

/// In place of a time, where there is none.
pub const NO_TIME: i64 = i64::MIN;

/// What a task is, in one byte: see [`Outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskState {
    /// Still to come.
    Pending,
    /// Happening now.
    Dispatching,
    /// Handed to the push service.
    Sent,
    /// The dispatch failed.
    Failed,
    /// A `Status` this program does not know.
    Unclear,
}

impl TaskState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Dispatching, Self::Sent, Self::Failed, Self::Unclear];
}

impl From<&Outcome> for TaskState {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Pending => Self::Pending,
            Outcome::Dispatching => Self::Dispatching,
            Outcome::Sent => Self::Sent,
            Outcome::Failed => Self::Failed,
            Outcome::Unclear(_) => Self::Unclear,
        }
    }
}

/// `Type`, in one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KindCode {
    /// Every user of the app.
    All,
    /// Users by tags or attributes.
    Tag,
    /// Named accounts.
    User,
    /// A value this program does not know.
    Other,
}

impl From<&Kind> for KindCode {
    fn from(kind: &Kind) -> Self {
        match kind {
            Kind::All => Self::All,
            Kind::Tag => Self::Tag,
            Kind::User => Self::User,
            Kind::Other(_) => Self::Other,
        }
    }
}

/// A part of the words of a task. They stand one after the other, each up to a line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPart {
    /// The title.
    Title,
    /// The text.
    Desc,
    /// The number.
    Id,
    /// Whom it reaches, in the few words of the column.
    Who,
    /// `Type`.
    Type,
    /// Every tag of the condition, with [`SEPARATOR`] around each.
    Tags,
    /// Every account, with [`SEPARATOR`] around each.
    Accounts,
    /// `DispatchErr`.
    Error,
    /// In whose name. The last one: a word is searched in all the others.
    From,
}

impl TextPart {
    /// How many there are.
    const COUNT: usize = Self::From as usize + 1;

    /// That part of the words of a task.
    pub fn of(self, words: &str) -> &str {
        let mut ends = memchr::memchr_iter(END_BYTE, words.as_bytes());
        let begin = match self as usize {
            0 => Some(0),
            before => ends.nth(before - 1).map(|end| end + 1),
        };
        let end = ends.next().unwrap_or(words.len());
        begin.and_then(|begin| words.get(begin..end)).unwrap_or_default()
    }

    /// Where the parts end that a word is searched in: before the last one.
    pub fn end_of_searched(words: &str) -> usize {
        let all_but_the_last_end = words.get(..words.len().saturating_sub(1)).unwrap_or_default();
        memchr::memrchr(END_BYTE, all_but_the_last_end.as_bytes()).unwrap_or(0)
    }
}

/// Stands behind each part of the words.
pub const END: char = '\n';
/// The same as a byte.
const END_BYTE: u8 = b'\n';
/// Stands around each of several in one part.
pub const SEPARATOR: char = '\u{1f}';

/// A task made ready to be held.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub(in crate::domain) id: TaskId,
    pub(in crate::domain) scheduled: i64,
    pub(in crate::domain) created: i64,
    pub(in crate::domain) state: TaskState,
    pub(in crate::domain) kind: KindCode,
    pub(super) content: ContentKey,
    pub(super) audience: AudienceKey,
    pub(super) json: Arc<str>,
    pub(super) words: String,
}

impl Row {
    /// The task, as it came.
    pub fn of(task: &Task) -> Self {
        let seconds = |at: Option<chrono::DateTime<chrono::Utc>>| at.map_or(NO_TIME, |at| at.timestamp());
        let audience = task.audience();
        let words = words(task, &audience);
        Self {
            id: task.id,
            scheduled: seconds(task.scheduled_at),
            created: seconds(task.created_at),
            state: TaskState::from(&task.outcome()),
            kind: KindCode::from(&task.kind),
            content: ContentKey::of_folded(TextPart::Title.of(&words), TextPart::Desc.of(&words)),
            audience: AudienceKey::of(&audience),
            json: Arc::clone(&task.json.0),
            words,
        }
    }

    /// `TaskID`.
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// As it came, as JSON.
    pub fn json(&self) -> &Arc<str> {
        &self.json
    }

    /// Its words, folded: see [`TextPart`].
    pub fn words(&self) -> &str {
        &self.words
    }
}

/// The words of a task, folded, part by part. They fit into one piece of memory.
fn words(task: &Task, audience: &Audience) -> String {
    let (tags, accounts) = match audience {
        Audience::Matching(condition) => {
            let tags = condition.tags_and.iter().chain(&condition.tags_or).chain(&condition.tags_not);
            (apart(tags), String::new())
        }
        Audience::Accounts(accounts) => (String::new(), apart(accounts)),
        Audience::Everyone | Audience::Unclear(_) => (String::new(), String::new()),
    };
    let (id, who) = (task.id.to_string(), audience.short());
    let mut words =
        String::with_capacity(task.title.len() + task.desc.len() + tags.len() + accounts.len() + 64);
    let parts: [&str; TextPart::COUNT] = [
        &task.title,
        &task.desc,
        &id,
        &who,
        task.kind.wire(),
        &tags,
        &accounts,
        &task.dispatch_err,
        task.content.text("From_Account"),
    ];
    for part in parts {
        let part = text::fold(&text::head(part, text::MOST_SHOWN));
        words.extend(part.chars().map(|c| if c == END { ' ' } else { c }));
        words.push(END);
    }
    if words.len() > MOST_WORDS {
        words.truncate(words.floor_char_boundary(MOST_WORDS - parts.len()));
        // Every part is there, however little of it.
        let missing = parts.len().saturating_sub(words.matches(END).count());
        words.extend(std::iter::repeat_n(END, missing));
    }
    words
}

fn apart<'a>(all: impl IntoIterator<Item = &'a String>) -> String {
    let mut joined = String::new();
    for one in all {
        joined.push(SEPARATOR);
        joined.extend(one.chars().map(|c| if c == SEPARATOR { ' ' } else { c }));
    }
    if !joined.is_empty() {
        joined.push(SEPARATOR);
    }
    joined
}
