//! One term of a filter: what it asks of a task, and which other terms it implies.

use memchr::memmem::Finder;

use super::super::schedule::{END, KindCode, SEPARATOR, TaskWords, TextPart};
use super::super::task::TaskId;
use super::super::text;
use super::context::{Facts, FilterContext, States};
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
    TextPart(TextPart, Vec<TermPiece>),
    /// `id~4711`.
    Id(Vec<Needle>),
    /// A word anywhere.
    Word(Needle),
}

/// How a part of the words is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TermPiece {
    /// It stands somewhere in it; an empty one wherever there is anything.
    Within(Needle),
    /// It begins with it.
    Begins(String),
    /// One of several is this, without its separators.
    Whole(Needle),
}

impl TermPiece {
    pub(super) fn within(word: &str) -> Self {
        Self::Within(Needle::new(&searched(word)))
    }

    pub(super) fn begins(word: &str) -> Self {
        Self::Begins(searched(word))
    }

    pub(super) fn whole(word: &str) -> Self {
        Self::Whole(Needle::new(&format!("{SEPARATOR}{}{SEPARATOR}", searched(word))))
    }

    fn fits(&self, part: TextPart, words: &TaskWords<'_>) -> bool {
        match self {
            Self::Begins(beginning) => {
                let part = words.part(part);
                !part.is_empty() && part.starts_with(beginning)
            }
            // Most tasks do not have it anywhere, and to cut the words at their parts takes longer.
            Self::Within(needle) | Self::Whole(needle) => {
                (part == TextPart::From || needle.is_in(words.searched)) && {
                    let part = words.part(part);
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

/// So many digits has the longest number.
const MOST_DIGITS: usize = 20;

/// Words that are searched for, made ready once for all tasks.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    folded: String,
    finder: Box<Finder<'static>>,
    /// Whether it can stand in the number of a task.
    is_number: bool,
    /// Whether it stands in the name of each of [`KindCode::NAMED`].
    in_kinds: [bool; KindCode::NAMED.len()],
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Needle {}

impl Needle {
    fn new(folded: &str) -> Self {
        Self {
            folded: folded.to_owned(),
            finder: Box::new(Finder::new(folded).into_owned()),
            is_number: folded.bytes().all(|byte| byte.is_ascii_digit()),
            in_kinds: KindCode::NAMED.map(|kind| kind.name().is_some_and(|name| name.contains(folded))),
        }
    }

    /// A word, folded as those of the tasks are.
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

    fn is_in_id(&self, id: TaskId) -> bool {
        if !self.is_number {
            return false;
        }
        let (mut digits, mut rest) = ([b'0'; MOST_DIGITS], id.0);
        let mut first = MOST_DIGITS;
        for digit in digits.iter_mut().rev() {
            first -= 1;
            // A remainder of ten fits.
            *digit += u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        digits.get(first..).is_some_and(|digits| self.finder.find(digits).is_some())
    }

    fn is_in_kind(&self, kind: KindCode) -> bool {
        KindCode::NAMED.iter().zip(self.in_kinds).any(|(named, is_in)| is_in && *named == kind)
    }

    /// Whether everything that has this has the other.
    fn holds(&self, other: &Self) -> bool {
        other.is_in(&self.folded)
    }

    /// Whether it stands in a part that words are searched in: in all but the name of the sender.
    fn is_in_words_of(&self, words: &TaskWords<'_>) -> bool {
        self.is_in(words.searched) || self.is_in_id(words.id) || self.is_in_kind(words.kind)
    }
}

impl Term {
    /// Whether it fits a task. The words are taken only where they are needed: they lie elsewhere in memory.
    pub(super) fn fits<'w>(
        &self,
        facts: &Facts,
        words: &impl Fn() -> TaskWords<'w>,
        context: &FilterContext<'_>,
    ) -> bool {
        match self {
            Self::Status(states) => context.states(facts).meets(*states),
            Self::Time(time) => time.fits(facts, context),
            Self::Type(beginnings) => {
                let name = facts.kind.name().unwrap_or_else(|| words().part(TextPart::Type));
                beginnings.iter().any(|beginning| name.starts_with(beginning.as_str()))
            }
            Self::TextPart(part, pieces) => {
                let words = words();
                pieces.iter().any(|piece| piece.fits(*part, &words))
            }
            Self::Id(needles) => needles.iter().any(|needle| needle.is_in_id(facts.id)),
            Self::Word(needle) => needle.is_in_words_of(&words()),
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
            (Self::TextPart(mine, some), Self::TextPart(theirs, others)) => {
                mine == theirs && some.iter().all(|one| others.iter().any(|other| one.implies(other)))
            }
            (Self::Id(mine), Self::Id(theirs)) => {
                mine.iter().all(|mine| theirs.iter().any(|theirs| mine.holds(theirs)))
            }
            (Self::Word(mine), Self::Word(theirs)) => mine.holds(theirs),
            (
                Self::Status(_)
                | Self::Time(_)
                | Self::Type(_)
                | Self::TextPart(..)
                | Self::Id(_)
                | Self::Word(_),
                Self::Status(_)
                | Self::Time(_)
                | Self::Type(_)
                | Self::TextPart(..)
                | Self::Id(_)
                | Self::Word(_),
            ) => false,
        }
    }

    pub(super) fn depends_on_time(&self) -> bool {
        match self {
            Self::Time(time) => time.counts_from_now(),
            Self::Status(states) => states.come_with_time(),
            Self::Type(_) | Self::TextPart(..) | Self::Id(_) | Self::Word(_) => false,
        }
    }

    /// Whether it searches through the words of a task, which takes longest.
    pub(super) fn searches(&self) -> bool {
        matches!(self, Self::TextPart(..) | Self::Word(_))
    }
}
