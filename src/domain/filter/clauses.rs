//! A filter as it was read: its terms, and what passes them.

use super::super::schedule::{HeldTask, Row, Schedule, TaskWords};
use super::context::{Facts, FilterContext};
use super::term::Term;

/// A term, or what it leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) negated: bool,
    pub(super) term: Term,
}

/// A filter: what was typed and what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// As typed.
    pub text: String,
    /// Those that cost least come first.
    pub(super) clauses: Vec<Clause>,
    /// What of it was not understood.
    pub problem: Option<String>,
    /// The words of it that a find could search for; and all the rest, as typed.
    pub(super) apart: (Vec<String>, Vec<String>),
    /// Whether it names a time, which may be another one by another clock or in another zone.
    pub(super) names_a_time: bool,
}

impl Filter {
    /// Whether anything is filtered.
    pub fn is_on(&self) -> bool {
        !self.clauses.is_empty()
    }

    /// The words that a find could search for.
    pub fn words(&self) -> String {
        self.apart.0.join(" ")
    }

    /// The filter without them.
    pub fn without_words(&self) -> String {
        self.apart.1.join(" ")
    }

    /// Whether other tasks pass merely because time goes on.
    pub fn depends_on_time(&self) -> bool {
        self.clauses.iter().any(|clause| clause.term.depends_on_time())
    }

    /// Whether a task passes.
    pub fn passes(&self, schedule: &Schedule, held: &HeldTask, context: &FilterContext<'_>) -> bool {
        let HeldTask { id, scheduled, created, state, kind, .. } = *held;
        self.fits(&Facts { id, scheduled, created, state, kind }, || schedule.words(held), context)
    }

    /// Whether a task passes that is not held.
    pub fn passes_row(&self, row: &Row, context: &FilterContext<'_>) -> bool {
        self.fits(&Facts::of(row), || row.words(), context)
    }

    fn fits<'w>(
        &self,
        facts: &Facts,
        words: impl Fn() -> TaskWords<'w>,
        context: &FilterContext<'_>,
    ) -> bool {
        self.clauses.iter().all(|clause| clause.term.fits(facts, &words, context) != clause.negated)
    }

    /// Whether everything that passes this filter certainly passed the one before, so that nothing else needs to be
    /// tried. What counts from now may let in what it did not a moment before.
    pub fn narrows(&self, before: &Self) -> bool {
        let holds = |wider: &Clause| self.clauses.iter().any(|clause| clause.implies(wider));
        !before.depends_on_time() && before.clauses.iter().all(holds)
    }

    /// How many of its terms search through words.
    pub(super) fn searches(&self) -> usize {
        self.clauses.iter().filter(|clause| clause.term.searches()).count()
    }
}

impl Clause {
    /// Whether whatever fits this one fits the other.
    fn implies(&self, other: &Self) -> bool {
        match (self.negated, other.negated) {
            (false, false) => self.term.implies(&other.term),
            // What has no "sal" has no "sale".
            (true, true) => other.term.implies(&self.term),
            (true, false) | (false, true) => false,
        }
    }
}
