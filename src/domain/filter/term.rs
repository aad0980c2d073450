//! One term of a filter: what it asks of a task, and which other terms it implies.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use memchr::memmem::Finder;

use super::super::schedule::{END, KindCode, Part, Row, SEPARATOR, State};
use super::super::task::TaskId;
use super::super::text;
use super::time::TimeTerm;

/// What a term asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// `status=failed,unknown`.
    Status(States),
    /// `in<2h`, `at>yesterday`, `created<7d`.
    Time(TimeTerm),
    /// `type=All`: the beginnings of the types, folded.
    Type(Vec<String>),
    /// `tag~vip`, `from=admin`, `err~quota`.
    Part(Part, Vec<Piece>),
    /// A word anywhere.
    Word(Needle),
}

/// By what a task is judged beside its words.
pub(super) struct Facts {
    pub(super) id: TaskId,
    pub(super) scheduled: i64,
    pub(super) created: i64,
    pub(super) state: State,
    pub(super) kind: KindCode,
}

impl Facts {
    pub(super) fn of(row: &Row) -> Self {
        let Row { id, scheduled, created, state, kind, .. } = *row;
        Self { id, scheduled, created, state, kind }
    }
}

/// What is known besides the tasks, while they are judged.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The last whole second, and whether some of the next one has gone.
    pub(super) now: (i64, bool),
    doubted: &'a HashSet<TaskId>,
    cancelled: &'a HashSet<TaskId>,
}

impl<'a> Context<'a> {
    /// The service's time, the tasks to which a write is in doubt, and those that were cancelled from here and may
    /// still be shown.
    pub fn new(now: DateTime<Utc>, doubted: &'a HashSet<TaskId>, cancelled: &'a HashSet<TaskId>) -> Self {
        Self { now: (now.timestamp(), now.timestamp_subsec_nanos() > 0), doubted, cancelled }
    }

    /// The states by which a task is found. One in doubt is in no other; one that was cancelled stays where it was.
    fn states(&self, facts: &Facts) -> States {
        let is_in = |ids: &HashSet<TaskId>| !ids.is_empty() && ids.contains(&facts.id);
        if is_in(self.doubted) {
            return States::DOUBTED;
        }
        let state = States::of(facts.state);
        if is_in(self.cancelled) { States(state.0 | States::CANCELLED.0) } else { state }
    }
}

/// Some of the states that a task may be in, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct States(u8);

impl States {
    const DOUBTED: Self = Self(1 << State::ALL.len());
    const CANCELLED: Self = Self(1 << (State::ALL.len() + 1));

    fn of(state: State) -> Self {
        Self(1 << state as u8)
    }

    /// Those whose names begin so.
    pub(super) fn called(beginning: &str) -> Self {
        let named = |(states, names): &(Self, &[&str])| {
            if names.iter().any(|name| name.starts_with(beginning)) { states.0 } else { 0 }
        };
        Self(NAMES.iter().map(named).fold(0, |all, one| all | one))
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

/// What each state is called in a filter, the name of the column last.
const NAMES: [(States, &[&str]); 7] = [
    (States(1 << State::Pending as u8), &["pending", "pend"]),
    (States(1 << State::Dispatching as u8), &["dispatching", ">>disp"]),
    (States(1 << State::Sent as u8), &["dispatched", "sent", "ok"]),
    (States(1 << State::Failed as u8), &["dispatched", "failed", "fail"]),
    (States(1 << State::Unclear as u8), &["unclear"]),
    (States::DOUBTED, &["unknown", "?unk"]),
    (States::CANCELLED, &["cancelled", "canc"]),
];

/// How a part of the words is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// It stands somewhere in it; an empty one wherever there is anything.
    Within(Needle),
    /// It begins with it.
    Begins(String),
    /// One of several is this, without its separators.
    Whole(Needle),
}

impl Piece {
    pub(super) fn within(word: &str) -> Self {
        Self::Within(Needle::new(&searched(word)))
    }

    pub(super) fn begins(word: &str) -> Self {
        Self::Begins(searched(word))
    }

    pub(super) fn whole(word: &str) -> Self {
        Self::Whole(Needle::new(&format!("{SEPARATOR}{}{SEPARATOR}", searched(word))))
    }

    fn fits(&self, part: Part, words: &str) -> bool {
        match self {
            Self::Begins(beginning) => {
                let part = part.of(words);
                !part.is_empty() && part.starts_with(beginning)
            }
            // Most tasks do not have it anywhere, and to cut the words at their parts takes longer.
            Self::Within(needle) | Self::Whole(needle) => {
                needle.is_in(words) && {
                    let part = part.of(words);
                    !part.is_empty() && needle.is_in(part)
                }
            }
        }
    }

    fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Within(mine) | Self::Whole(mine), Self::Within(theirs)) => mine.holds(theirs),
            (Self::Begins(mine), Self::Begins(theirs)) => mine.starts_with(theirs),
            (Self::Begins(mine), Self::Within(theirs)) => theirs.is_in(mine),
            (Self::Whole(mine), Self::Whole(theirs)) => mine == theirs,
            (Self::Within(_) | Self::Whole(_), Self::Begins(_))
            | (Self::Within(_) | Self::Begins(_), Self::Whole(_)) => false,
        }
    }
}

/// Words as they are searched for: folded, and without what stands between the words of a task.
fn searched(word: &str) -> String {
    text::fold(word).replace([END, SEPARATOR], " ")
}

/// Words that are searched for, made ready once for all tasks.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    folded: String,
    finder: Box<Finder<'static>>,
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Needle {}

impl Needle {
    fn new(folded: &str) -> Self {
        Self { folded: folded.to_owned(), finder: Box::new(Finder::new(folded).into_owned()) }
    }

    pub(super) fn word(word: &str) -> Self {
        Self::new(&searched(word))
    }

    pub(super) fn folded(&self) -> &str {
        &self.folded
    }

    /// The first byte at which it stands.
    pub(super) fn find(&self, words: &str) -> Option<usize> {
        self.finder.find(words.as_bytes())
    }

    fn is_in(&self, words: &str) -> bool {
        self.find(words).is_some()
    }

    /// Whether everything that has this has the other.
    fn holds(&self, other: &Self) -> bool {
        other.is_in(&self.folded)
    }

    /// Whether it stands in a part that words are searched in: in all but the last, which names the sender.
    fn is_in_words_of(&self, words: &str) -> bool {
        self.find(words).is_some_and(|at| at < Part::end_of_searched(words))
    }
}

impl Term {
    /// Whether it fits a task. The words are taken only where they are needed: they lie elsewhere in memory.
    pub(super) fn fits<'w>(
        &self,
        facts: &Facts,
        words: &impl Fn() -> &'w str,
        context: &Context<'_>,
    ) -> bool {
        match self {
            Self::Status(states) => context.states(facts).meets(*states),
            Self::Time(time) => time.fits(facts, context),
            Self::Type(beginnings) => {
                let name = match facts.kind {
                    KindCode::All => "all",
                    KindCode::Tag => "tag",
                    KindCode::User => "user",
                    KindCode::Other => Part::Type.of(words()),
                };
                beginnings.iter().any(|beginning| name.starts_with(beginning.as_str()))
            }
            Self::Part(part, pieces) => {
                let words = words();
                pieces.iter().any(|piece| piece.fits(*part, words))
            }
            Self::Word(needle) => needle.is_in_words_of(words()),
        }
    }

    /// Whether whatever fits this one fits the other.
    pub(super) fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Status(mine), Self::Status(theirs)) => mine.is_within(*theirs),
            (Self::Time(mine), Self::Time(theirs)) => mine.is_within(theirs),
            (Self::Type(mine), Self::Type(theirs)) => {
                mine.iter().all(|mine| theirs.iter().any(|theirs| mine.starts_with(theirs.as_str())))
            }
            (Self::Part(mine, some), Self::Part(theirs, others)) => {
                mine == theirs && some.iter().all(|one| others.iter().any(|other| one.implies(other)))
            }
            (Self::Word(mine), Self::Word(theirs)) => mine.holds(theirs),
            (
                Self::Status(_) | Self::Time(_) | Self::Type(_) | Self::Part(..) | Self::Word(_),
                Self::Status(_) | Self::Time(_) | Self::Type(_) | Self::Part(..) | Self::Word(_),
            ) => false,
        }
    }

    pub(super) fn depends_on_time(&self) -> bool {
        matches!(self, Self::Time(time) if time.counts_from_now())
    }

    /// Whether it searches through the words of a task, which takes longest.
    pub(super) fn searches(&self) -> bool {
        matches!(self, Self::Part(..) | Self::Word(_))
    }
}
