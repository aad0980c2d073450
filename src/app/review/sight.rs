//! What must have been on the screen before a write is confirmed (U2): who, when and what, in frames that
//! reached the terminal at the size that it has now.
//!
//! A line counts as seen by its words, not by its place: whatever changes in it is to be seen anew. Ages
//! and countdowns in it may go on.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::lines::{Line, LineKey, Lines};

/// What a line that must be seen tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Topic {
    Notice,
    Who,
    When,
    Changes,
    Warnings,
    Others,
    Title,
    Text,
}

impl Topic {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Notice => "what happened",
            Self::Who => "who",
            Self::When => "when",
            Self::Changes => "what changes",
            Self::Warnings => "warnings",
            Self::Others => "what others changed",
            Self::Title => "title",
            Self::Text => "text",
        }
    }
}

/// A line of the text that must have been seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Must {
    /// Its place in the text.
    pub(super) at: usize,
    pub(super) topic: Topic,
    pub(super) key: LineKey,
    /// What it is part of, by its words without ages.
    item: u64,
}

/// The lines that were seen, and the size of the screen then.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    size: (u16, u16),
    lines: HashSet<LineKey>,
}

impl Seen {
    pub(super) fn holds(&self, must: &Must, size: (u16, u16)) -> bool {
        self.size == size && self.lines.contains(&must.key)
    }

    pub(super) fn forget(&mut self) {
        self.lines.clear();
    }

    /// These lines were in a frame that reached the terminal at the size that it has now.
    pub(super) fn record(&mut self, size: (u16, u16), lines: Vec<LineKey>) {
        if self.size != size {
            *self = Self { size, lines: HashSet::new() };
        }
        self.lines.extend(lines);
    }
}

/// The text of a review, and what of it must be seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The lines.
    pub lines: Vec<Line>,
    pub(super) musts: Vec<Must>,
    /// Where the groups begin that can be folded.
    pub(super) folds_at: Option<usize>,
}

/// A text under construction.
pub(super) struct TextWriter {
    pub(super) out: Lines,
    musts: Vec<Must>,
    /// Where the groups begin that can be folded.
    pub(super) folds_at: Option<usize>,
}

impl TextWriter {
    pub(super) fn new(width: usize) -> Self {
        Self { out: Lines { width, lines: Vec::new() }, musts: Vec::new(), folds_at: None }
    }

    pub(super) fn done(self) -> Text {
        Text { lines: self.out.lines, musts: self.musts, folds_at: self.folds_at }
    }

    /// Writes lines that must be seen. `item` is all that they say, whatever the width.
    pub(super) fn must(&mut self, topic: Topic, item: &str, write: impl FnOnce(&mut Lines)) {
        self.add(topic, hash(&(topic, item)), true, write);
    }

    /// The same of words in which ages and countdowns go on. Where its lines end may change with them, so
    /// they are known by what the whole says and by their number alone.
    pub(super) fn ticking(&mut self, topic: Topic, item: &str, write: impl FnOnce(&mut Lines)) {
        self.add(topic, hash(&(topic, without_ages(item))), false, write);
    }

    fn add(&mut self, topic: Topic, item: u64, by_words: bool, write: impl FnOnce(&mut Lines)) {
        let from = self.out.lines.len();
        write(&mut self.out);
        for (number, line) in self.out.lines.iter().skip(from).enumerate() {
            let words: String = line.iter().filter(|_| by_words).map(|part| part.text.as_str()).collect();
            let key = LineKey(hash(&(item, number, words)));
            self.musts.push(Must { at: from + number, topic, key, item });
        }
    }

    /// Lines already written that must be seen, one by one.
    pub(super) fn must_lines(&mut self, topic: Topic, item: &str, lines: Vec<Line>) {
        self.must(topic, item, |out| out.lines.extend(lines));
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The words without what goes on by itself: `12m 04s`, `3d`, `7s`.
fn without_ages(words: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in words.split_whitespace() {
        let word = if is_age(word) { "~" } else { word };
        if word != "~" || kept.last() != Some(&"~") {
            kept.push(word);
        }
    }
    kept.join(" ")
}

fn is_age(word: &str) -> bool {
    let word = word.trim_end_matches([',', '.', ':', ';']);
    let digits = word.trim_end_matches(['s', 'm', 'h', 'd']);
    digits.len() + 1 == word.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is still to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unseen {
    /// Nothing.
    Nothing,
    /// Only what the frame shows that comes next.
    NotDrawn,
    /// What lies above or below the window: so many screens away at the most, and what it is, in words.
    Elsewhere { below: bool, screens: usize, words: String },
}

/// All that must be seen, whatever the size and however far countdowns are: when it is another, what was
/// typed does not count.
pub(super) fn digest(text: &Text) -> u64 {
    let mut items: Vec<u64> = text.musts.iter().map(|must| must.item).collect();
    items.sort_unstable();
    items.dedup();
    hash(&items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ages_and_countdowns_may_go_on_in_a_line_that_was_seen() {
        assert_eq!(without_ages("06:15:26 UTC · in 12m 04s, Saturday"), "06:15:26 UTC · in ~ Saturday");
        assert_eq!(without_ages("in 1h 00m"), without_ages("in 59s"));
        for words in ["5 pm", "30 %", "m", "12mm", "s5", "12:04", "-5m"] {
            assert_eq!(without_ages(words), words);
        }
    }
}
