//! Where the words of a filter stand in a text that is shown.

use std::ops::Range;

use super::super::text;
use super::clauses::Filter;
use super::term::{Needle, Term};

impl Filter {
    /// The bytes of a text, as it is shown, in which its words stand: in order, apart from each other, and at the
    /// edges of characters. What must not be there stands nowhere.
    pub fn highlights(&self, text: &str) -> Vec<Range<usize>> {
        let words = self.clauses.iter().filter(|clause| !clause.negated);
        let mut needles = words.filter_map(|clause| match &clause.term {
            Term::Word(needle) => Some(needle),
            Term::Status(_) | Term::Time(_) | Term::Type(_) | Term::TextPart(..) | Term::Id(_) => None,
        });
        let Some(first) = needles.next() else { return Vec::new() };
        let folded = Folded::of(text);
        let mut found = Vec::new();
        for needle in std::iter::once(first).chain(needles) {
            folded.find(needle, &mut found);
        }
        joined(found)
    }
}

/// A text in folded letter case, in which a character may have more or fewer bytes.
struct Folded {
    text: String,
    /// Where a character begins in the folded text, and where in the text itself, wherever these differ by another
    /// number than before.
    shifts: Vec<(usize, usize)>,
    length: usize,
}

impl Folded {
    fn of(text: &str) -> Self {
        let folded = text::fold(text);
        let mut shifts = vec![(0, 0)];
        let mut at = 0;
        // Folding goes character by character.
        for ((begin, _), folded) in text.char_indices().zip(folded.chars()) {
            if let Some((folded_at, text_at)) = shifts.last()
                && at - folded_at != begin - text_at
            {
                shifts.push((at, begin));
            }
            at += folded.len_utf8();
        }
        Self { text: folded, shifts, length: text.len() }
    }

    /// Where a character of the folded text begins in the text itself.
    fn place_of(&self, at: usize) -> usize {
        if at >= self.text.len() {
            return self.length;
        }
        let shift = self.shifts.partition_point(|(folded, _)| *folded <= at);
        let (folded, text) = self.shifts.get(shift.saturating_sub(1)).copied().unwrap_or_default();
        text + (at - folded)
    }

    /// Every place where it stands, also those that overlap.
    fn find(&self, needle: &Needle, found: &mut Vec<Range<usize>>) {
        let length = needle.folded().len();
        let mut from = 0;
        while length > 0
            && let Some(at) = needle.find(self.text.get(from..).unwrap_or_default())
        {
            let at = from + at;
            found.push(self.place_of(at)..self.place_of(at + length));
            from = at + self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        }
    }
}

/// The same bytes, in order, without those that overlap or touch.
fn joined(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            Some(_) | None => joined.push(range),
        }
    }
    joined
}
