//! A task made ready to be held: what is sorted, filtered and counted by, and its words.

use std::sync::Arc;

use super::super::content::Audience;
use super::super::kind::Kind;
use super::super::task::{Outcome, Task, TaskId};
use super::super::text;
use super::likeness::{AudienceKey, ContentKey};

/// So many bytes of words are kept of a task.
const MOST_WORDS: usize = 1 << 18;

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

impl KindCode {
    /// Those with a name.
    pub const NAMED: [Self; 3] = [Self::All, Self::Tag, Self::User];

    /// The value of `Type`, folded, if it is a known one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::All => Some("all"),
            Self::Tag => Some("tag"),
            Self::User => Some("user"),
            Self::Other => None,
        }
    }
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

/// A part of the words of a task. All but the last stand one after the other, each up to a line
/// end; of those behind the last line end nothing is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPart {
    /// The title.
    Title,
    /// The text.
    Desc,
    /// Whom it reaches, in the few words of the column.
    Who,
    /// Every tag of the condition, with [`SEPARATOR`] around each.
    Tags,
    /// Every account, with [`SEPARATOR`] around each.
    Accounts,
    /// `DispatchErr`.
    Error,
    /// `Type`.
    Type,
    /// In whose name. A word is searched in all the others.
    From,
}

impl TextPart {
    /// How many stand one after the other.
    const SEARCHED: usize = Self::From as usize;

    /// That part of the words that stand one after the other.
    fn of(self, words: &str) -> &str {
        let mut ends = memchr::memchr_iter(END_BYTE, words.as_bytes());
        let begin = match self as usize {
            0 => Some(0),
            before => ends.nth(before - 1).map(|end| end + 1),
        };
        let end = ends.next().unwrap_or(words.len());
        begin.and_then(|begin| words.get(begin..end)).unwrap_or_default()
    }
}

/// The words of a task, folded: what it is searched by. Of what many tasks share nothing is kept for each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskWords<'a> {
    /// `TaskID`, which is searched as it is written.
    pub id: TaskId,
    /// `Type`; where it is known, its name is not among the words.
    pub kind: KindCode,
    /// Every part that a word is searched in, but the number and a known type.
    pub searched: &'a str,
    pub(super) sender: &'a str,
}

impl<'a> TaskWords<'a> {
    /// One part of them.
    pub fn part(&self, part: TextPart) -> &'a str {
        match part {
            TextPart::From => self.sender,
            TextPart::Type => match self.kind.name() {
                Some(name) => name,
                None => part.of(self.searched),
            },
            TextPart::Title
            | TextPart::Desc
            | TextPart::Who
            | TextPart::Tags
            | TextPart::Accounts
            | TextPart::Error => part.of(self.searched),
        }
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
    pub(super) sender: String,
}

impl Row {
    /// The task, as it came.
    pub fn of(task: &Task) -> Self {
        let seconds = |at: Option<chrono::DateTime<chrono::Utc>>| at.map_or(NO_TIME, |at| at.timestamp());
        let audience = task.audience();
        let kind = KindCode::from(&task.kind);
        let words = words(task, kind, &audience);
        Self {
            id: task.id,
            scheduled: seconds(task.scheduled_at),
            created: seconds(task.created_at),
            state: TaskState::from(&task.outcome()),
            kind,
            content: ContentKey::of_folded(TextPart::Title.of(&words), TextPart::Desc.of(&words)),
            audience: AudienceKey::of(&audience),
            json: Arc::clone(&task.json.0),
            words,
            sender: folded(task.content.text("From_Account")),
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

    /// Its words.
    pub fn words(&self) -> TaskWords<'_> {
        TaskWords { id: self.id, kind: self.kind, searched: &self.words, sender: &self.sender }
    }
}

/// The words of a task, folded, part by part.
fn words(task: &Task, kind: KindCode, audience: &Audience) -> String {
    let (tags, accounts) = match audience {
        Audience::Matching(condition) => {
            let tags = condition.tags_and.iter().chain(&condition.tags_or).chain(&condition.tags_not);
            (apart(tags), String::new())
        }
        Audience::Accounts(accounts) => (String::new(), apart(accounts)),
        Audience::Everyone | Audience::Unclear(_) => (String::new(), String::new()),
    };
    let who = audience.short();
    let kind = if kind == KindCode::Other { task.kind.wire() } else { "" };
    let mut words =
        String::with_capacity(task.title.len() + task.desc.len() + tags.len() + accounts.len() + 64);
    let parts: [&str; TextPart::SEARCHED] =
        [&task.title, &task.desc, &who, &tags, &accounts, &task.dispatch_err, kind];
    for part in parts {
        words.push_str(&folded(part));
        words.push(END);
    }
    words.truncate(words.floor_char_boundary(MOST_WORDS));
    // The last parts are empty more often than not.
    words.truncate(words.trim_end_matches(END).len());
    words
}

fn folded(part: &str) -> String {
    let folded = text::fold(&text::head(part, text::MOST_SHOWN));
    if folded.contains(END) { folded.replace(END, " ") } else { folded }
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
