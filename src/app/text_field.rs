//! One text field: what the operator types, in one line or several.
//!
//! It takes printable text only, and no more than its limit; what it did not take it says. What stood
//! in it before is never changed by that.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::{list, text};

/// A text field around the editor of `tui-textarea`.
#[derive(Clone, Debug)]
pub struct TextField {
    area: TextArea<'static>,
    lines: bool,
    /// Bytes that may be typed.
    most: usize,
    /// Whether a text that is cut must end with a whole item.
    of_items: bool,
    /// Whether the text is the one that it was filled with, and the next one typed takes its place.
    selected: bool,
    left_out: Option<LeftOut>,
}

/// What a field did not take of the last key or paste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// The field's limit in bytes.
    pub(super) most: usize,
    /// Bytes of a paste beyond it.
    pub(super) bytes: usize,
    /// Characters that are no text: controls, and marks that reorder or hide what stands beside them.
    pub(super) marks: usize,
    /// Whether a key was refused because the field is full.
    pub(super) full: bool,
}

impl LeftOut {
    /// Whether text was lost, so that what stands is not what was meant.
    pub(super) fn is_cut(&self) -> bool {
        self.bytes > 0
    }

    /// In words, for beside the field.
    pub(super) fn words(&self) -> String {
        let most = text::grouped(self.most as u64);
        let mut parts = Vec::new();
        if self.bytes > 0 {
            let verb = if self.bytes == 1 { "was" } else { "were" };
            parts.push(format!("cut at {most} bytes: {} {verb} left out", text::grouped(self.bytes as u64)));
        }
        if self.full {
            parts.push(format!("full: {most} bytes at most"));
        }
        if self.marks > 0 {
            let counted = text::counted(
                self.marks as u64,
                "character that is not text was",
                "characters that are not text were",
            );
            parts.push(format!("{counted} left out"));
        }
        parts.join(" · ")
    }
}

/// The limit of a field that has none of its own: no filter, keyword or command is as long.
const MOST_BYTES: usize = 1_024;

impl TextField {
    /// A field of one line.
    pub(super) fn line(text: &str) -> Self {
        Self::with(text, false)
    }

    /// A field of several lines.
    pub(super) fn lines(text: &str) -> Self {
        Self::with(text, true)
    }

    /// The same field with another limit. A longer text that it began with stays whole.
    #[must_use]
    pub(super) fn at_most(self, bytes: usize) -> Self {
        Self { most: bytes, ..self }
    }

    /// The same field for a list: a paste that is too long is cut behind a whole item.
    #[must_use]
    pub(super) fn of_items(self) -> Self {
        Self { of_items: true, ..self }
    }

    /// The same field with its text selected: the first thing typed or pasted takes its place, and a
    /// deletion takes it away. Any other key keeps it, to be edited.
    #[must_use]
    pub(super) fn prefilled(self) -> Self {
        Self { selected: !self.is_empty(), ..self }
    }

    fn with(text: &str, lines: bool) -> Self {
        let content = if lines { text.split('\n').map(str::to_owned).collect() } else { vec![flat(text)] };
        let mut area = TextArea::new(content);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self { area, lines, most: MOST_BYTES, of_items: false, selected: false, left_out: None }
    }

    /// The text as it stands.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Its bytes.
    pub(super) fn len(&self) -> usize {
        let lines = self.area.lines();
        lines.iter().map(String::len).sum::<usize>() + lines.len().saturating_sub(1)
    }

    /// Whether nothing is typed.
    pub(super) fn is_empty(&self) -> bool {
        self.area.lines().iter().all(String::is_empty)
    }

    /// Whether the next thing typed takes the place of the whole text.
    pub fn is_selected(&self) -> bool {
        self.selected
    }

    /// Whether it may hold several lines.
    pub(super) fn is_multiline(&self) -> bool {
        self.lines
    }

    /// Its lines.
    pub fn rows(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and column of the cursor, in characters.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// What the last key or paste brought that was not taken.
    pub(super) fn left_out(&self) -> Option<LeftOut> {
        self.left_out
    }

    /// A key for the editor; says whether the text changed. The caller keeps Enter to itself where
    /// a line is not to be broken.
    pub(super) fn key(&mut self, event: KeyEvent) -> bool {
        self.left_out = None;
        // Shift would begin a selection, which is drawn nowhere and which the next key would replace.
        let event = match event.code {
            KeyCode::Char(_) => event,
            _ => KeyEvent { modifiers: event.modifiers - KeyModifiers::SHIFT, ..event },
        };
        // As in a shell: ctrl-u takes away what stands before the cursor.
        if event.code == KeyCode::Char('u') && event.modifiers == KeyModifiers::CONTROL {
            self.selected = false;
            return self.area.delete_line_by_head();
        }
        // A line feed is what some terminals send for a line end; the editor would delete by it.
        if event.code == KeyCode::Char('j') && event.modifiers == KeyModifiers::CONTROL {
            return false;
        }
        if breaks_line(&event) && !self.lines {
            return false;
        }
        if let KeyCode::Char(c) = event.code
            && text::acts(c)
            && !breaks_line(&event)
        {
            self.left_out = Some(LeftOut { most: self.most, bytes: 0, marks: 1, full: false });
            return false;
        }
        if self.selected {
            self.selected = false;
            if types(&event) {
                self.take_away();
            }
            if matches!(event.code, KeyCode::Backspace | KeyCode::Delete) {
                self.take_away();
                return true;
            }
        }
        let before = self.len();
        let changed = self.area.input(event);
        if changed && self.len() > self.most.max(before) {
            self.area.undo();
            self.left_out = Some(LeftOut { most: self.most, bytes: 0, marks: 0, full: true });
            return false;
        }
        changed
    }

    /// A pasted text, as far as there is room; a field of one line takes it as one line. Says whether
    /// the text changed.
    ///
    /// Line ends of every kind are one, tabs are blanks where there is one line only, and what is no
    /// text (controls, marks of direction, characters without width) is left out.
    pub(super) fn paste(&mut self, pasted: &str) -> bool {
        let whole = if self.lines { pasted } else { pasted.trim_end_matches(['\n', '\r']) };
        let standing = if self.selected { 0 } else { self.len() };
        let room = self.most.saturating_sub(standing);
        let (mut taken, used, marks) = cleaned(whole, self.lines, room);
        let rest = whole.get(used..).unwrap_or_default();
        let mut bytes = rest.len();
        if let Some(next) = rest.chars().next() {
            let fitting = taken.len();
            shorten(&mut taken, next, self.of_items);
            bytes += fitting - taken.len();
        }
        let lost = LeftOut { most: self.most, bytes, marks, full: false };
        self.left_out = (bytes > 0 || marks > 0).then_some(lost);
        if taken.is_empty() {
            return false;
        }
        if std::mem::take(&mut self.selected) {
            self.take_away();
        }
        self.area.insert_str(taken)
    }

    /// Empties the field; the editor's own key brings the text back.
    fn take_away(&mut self) {
        self.area.select_all();
        self.area.cut();
    }
}

/// Whether a key writes a character.
fn types(event: &KeyEvent) -> bool {
    matches!(event.code, KeyCode::Char(_))
        && !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
}

/// As much of a pasted text as there is room for, without what is no text; how many bytes of the paste
/// that was, and how many characters were left out on the way.
fn cleaned(pasted: &str, lines: bool, room: usize) -> (String, usize, usize) {
    let mut taken = String::with_capacity(pasted.len().min(room));
    let mut marks = 0;
    let mut chars = pasted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let c = match c {
            '\r' if chars.peek().is_some_and(|(_, next)| *next == '\n') => continue,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' if lines => '\n',
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
            '\t' if lines => '\t',
            '\t' => ' ',
            c if text::acts(c) => {
                marks += 1;
                continue;
            }
            c => c,
        };
        if taken.len() + c.len_utf8() > room {
            return (taken, at, marks);
        }
        taken.push(c);
    }
    (taken, pasted.len(), marks)
}

/// Makes a text that was cut before `next` end where nothing is torn apart: behind a whole item, or
/// behind a whole character as a reader sees it.
fn shorten(taken: &mut String, next: char, of_items: bool) {
    /// No character that anybody reads has more bytes.
    const LONGEST: usize = 64;
    if of_items {
        if !list::separates(next) {
            taken.truncate(taken.rfind(list::separates).unwrap_or(0));
        }
        return;
    }
    let start = taken.floor_char_boundary(taken.len().saturating_sub(LONGEST));
    let mut tail = taken.get(start..).unwrap_or_default().to_owned();
    tail.push(next);
    let last = tail.grapheme_indices(true).next_back().map_or(0, |(at, _)| start + at);
    if last > start && last < taken.len() {
        taken.truncate(last);
    }
}

/// Whether a key means something in a text field, whatever stands in it: it is text, it moves, or it edits.
pub(super) fn edits(event: &KeyEvent) -> bool {
    let with = |modifier| event.modifiers.contains(modifier);
    match event.code {
        KeyCode::Char(c) if with(KeyModifiers::CONTROL) => {
            "abdefhjkmnpruvwxy".contains(c.to_ascii_lowercase())
        }
        KeyCode::Char(c) if with(KeyModifiers::ALT) => "bdfhv<>[]np".contains(c.to_ascii_lowercase()),
        KeyCode::Char(_) | KeyCode::Backspace | KeyCode::Delete | KeyCode::Enter | KeyCode::Tab => true,
        KeyCode::Left | KeyCode::Right | KeyCode::Up | KeyCode::Down => true,
        KeyCode::Home | KeyCode::End | KeyCode::PageUp | KeyCode::PageDown | KeyCode::BackTab => true,
        _ => false,
    }
}

/// Enter, in the ways in which terminals report it.
pub(super) fn breaks_line(event: &KeyEvent) -> bool {
    match event.code {
        KeyCode::Enter | KeyCode::Char('\n' | '\r') => true,
        KeyCode::Char('m') => event.modifiers.contains(KeyModifiers::CONTROL),
        _ => false,
    }
}

/// One line of many; a final line end is nothing.
fn flat(text: &str) -> String {
    text.trim_end_matches(['\n', '\r']).replace("\r\n", " ").replace(['\n', '\r', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn press(entry: &mut TextField, code: KeyCode, modifiers: KeyModifiers) -> bool {
        entry.key(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn a_pasted_text_arrives_whole_and_a_one_line_field_stays_one_line() {
        let mut entry = TextField::line("a");
        entry.paste("b\r\nc\n");
        assert_eq!(entry.text(), "ab c");
        let mut entry = TextField::lines("a\n");
        entry.paste("b\r\nc");
        assert_eq!((entry.text().as_str(), entry.cursor()), ("a\nb\nc", (2, 1)));
        assert_eq!(entry.left_out(), None);
    }

    #[test]
    fn no_key_breaks_the_line_of_a_one_line_field() {
        let mut entry = TextField::line("a");
        assert!(!press(&mut entry, KeyCode::Enter, KeyModifiers::NONE));
        assert!(!press(&mut entry, KeyCode::Char('m'), KeyModifiers::CONTROL));
        assert!(!press(&mut entry, KeyCode::Char('\r'), KeyModifiers::NONE));
        assert_eq!(entry.text(), "a");
    }

    #[test]
    fn ctrl_u_empties_a_line_as_in_a_shell() {
        let mut entry = TextField::line("2026-11-21 09:00");
        assert!(press(&mut entry, KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert!(entry.is_empty());
    }

    #[test]
    fn typed_characters_are_text() {
        let mut entry = TextField::line("");
        for c in "D q?股".chars() {
            assert!(press(&mut entry, KeyCode::Char(c), KeyModifiers::NONE));
        }
        assert_eq!(entry.text(), "D q?股");
        assert!(!press(&mut entry, KeyCode::Left, KeyModifiers::NONE));
    }

    #[test]
    fn a_paste_is_cut_at_the_limit_and_says_how_much_was_left_out() {
        let mut entry = TextField::line("").at_most(4_096);
        entry.paste(&"x".repeat(1 << 20));
        assert_eq!(entry.len(), 4_096);
        assert_eq!(entry.left_out().unwrap().words(), "cut at 4 096 bytes: 1 044 480 were left out");
        let mut entry = TextField::line("before ").at_most(10);
        entry.paste("abcd");
        assert_eq!(entry.text(), "before abc");
        assert_eq!(entry.left_out().unwrap().words(), "cut at 10 bytes: 1 was left out");
        assert!(!entry.paste("more"));
        assert_eq!(entry.text(), "before abc");
        assert!(!press(&mut entry, KeyCode::Char('d'), KeyModifiers::NONE));
        assert_eq!(entry.left_out().unwrap().words(), "full: 10 bytes at most");
        assert!(press(&mut entry, KeyCode::Backspace, KeyModifiers::NONE));
        assert!(press(&mut entry, KeyCode::Char('d'), KeyModifiers::NONE));
        assert_eq!((entry.text().as_str(), entry.left_out()), ("before abd", None));
    }

    #[test]
    fn a_cut_tears_no_character_and_no_item_apart() {
        let cut = |text: &str, most: usize| {
            let mut entry = TextField::line("").at_most(most);
            entry.paste(text);
            (entry.text(), entry.left_out().map_or(0, |left| left.bytes))
        };
        assert_eq!(cut("股票早报", 7), ("股票".to_owned(), 6));
        assert_eq!(cut("ab👨‍👩‍👧", 12), ("ab".to_owned(), 18));
        assert_eq!(cut("abe\u{301}\u{302}", 5), ("ab".to_owned(), 5));
        // A tower of marks is no character that anybody reads: it is cut like any other text.
        assert_eq!(cut(&format!("a{}", "\u{301}".repeat(1 << 19)), 1_001).0.len(), 1_001);
        let mut list = TextField::lines("").at_most(10).of_items();
        list.paste("mona, li_wei, anna");
        assert_eq!((list.text().as_str(), list.left_out().unwrap().bytes), ("mona,", 13));
        let mut list = TextField::lines("").at_most(12).of_items();
        list.paste("mona, li_wei, anna");
        assert_eq!((list.text().as_str(), list.left_out().unwrap().bytes), ("mona, li_wei", 6));
    }

    #[test]
    fn what_is_no_text_is_left_out_of_a_paste_and_said() {
        let mut entry = TextField::lines("");
        entry.paste("a\0b\u{1b}[31mc\u{202e}d\u{feff}\te\rf\u{2028}g\r\n");
        assert_eq!(entry.text(), "ab[31mcd\te\nf\ng\n");
        assert_eq!(entry.left_out().unwrap().words(), "4 characters that are not text were left out");
        let mut entry = TextField::line("");
        entry.paste("a\tb\u{7f}\u{85}c");
        assert_eq!(entry.text(), "a b c");
        assert_eq!(entry.left_out().unwrap().words(), "1 character that is not text was left out");
        assert!(!press(&mut entry, KeyCode::Char('\u{200f}'), KeyModifiers::NONE));
        assert_eq!(entry.left_out().unwrap().marks, 1);
    }

    #[test]
    fn a_text_longer_than_the_limit_that_was_there_stays_and_can_be_shortened() {
        let mut entry = TextField::line("a long one").at_most(4);
        assert!(!press(&mut entry, KeyCode::Char('x'), KeyModifiers::NONE));
        assert!(!entry.paste("x"));
        assert_eq!(entry.text(), "a long one");
        assert!(press(&mut entry, KeyCode::Backspace, KeyModifiers::NONE));
        assert_eq!(entry.text(), "a long on");
    }

    #[test]
    fn what_was_deleted_cannot_be_put_back_beyond_the_limit() {
        let mut entry = TextField::line("abcdef").at_most(10);
        press(&mut entry, KeyCode::Home, KeyModifiers::NONE);
        assert!(press(&mut entry, KeyCode::Char('k'), KeyModifiers::CONTROL));
        assert!(press(&mut entry, KeyCode::Char('y'), KeyModifiers::CONTROL));
        assert!(!press(&mut entry, KeyCode::Char('y'), KeyModifiers::CONTROL));
        assert_eq!(entry.text(), "abcdef");
    }

    #[test]
    fn shift_and_a_movement_select_nothing_that_the_next_key_would_replace() {
        let mut entry = TextField::line("Hello");
        press(&mut entry, KeyCode::Home, KeyModifiers::SHIFT);
        press(&mut entry, KeyCode::Char('x'), KeyModifiers::NONE);
        assert_eq!(entry.text(), "xHello");
    }

    #[test]
    fn what_is_typed_or_pasted_takes_the_place_of_a_text_that_the_field_was_filled_with() {
        let filled = || TextField::line("2026-11-21 09:00").at_most(20).prefilled();
        let mut entry = filled();
        assert!(press(&mut entry, KeyCode::Char('+'), KeyModifiers::NONE));
        press(&mut entry, KeyCode::Char('1'), KeyModifiers::NONE);
        assert_eq!(entry.text(), "+1");
        let mut entry = filled();
        assert!(entry.paste("tomorrow at 9 in Paris"), "all of the room is free");
        assert_eq!((entry.text().as_str(), entry.is_selected()), ("tomorrow at 9 in Par", false));
        entry.paste("x");
        assert_eq!(entry.text(), "tomorrow at 9 in Par");
        // Whatever moves keeps it, to be edited; what deletes takes it away as a whole.
        for (code, modifiers, then) in [
            (KeyCode::Left, KeyModifiers::NONE, "2026-11-21 09:0x0"),
            (KeyCode::Home, KeyModifiers::NONE, "x2026-11-21 09:00"),
            (KeyCode::End, KeyModifiers::NONE, "2026-11-21 09:00x"),
            (KeyCode::Backspace, KeyModifiers::NONE, "x"),
            (KeyCode::Delete, KeyModifiers::NONE, "x"),
            (KeyCode::Char('a'), KeyModifiers::CONTROL, "x2026-11-21 09:00"),
            (KeyCode::Char('u'), KeyModifiers::CONTROL, "x"),
        ] {
            let mut entry = filled();
            press(&mut entry, code, modifiers);
            press(&mut entry, KeyCode::Char('x'), KeyModifiers::NONE);
            assert_eq!(entry.text(), then, "{code:?}");
        }
    }

    #[test]
    fn what_is_no_text_takes_no_texts_place_and_what_was_replaced_can_be_brought_back() {
        let mut entry = TextField::line("sale").prefilled();
        assert!(!press(&mut entry, KeyCode::Char('\u{200f}'), KeyModifiers::NONE));
        assert!(!entry.paste("\u{202e}") && !press(&mut entry, KeyCode::Enter, KeyModifiers::NONE));
        assert_eq!((entry.text().as_str(), entry.is_selected()), ("sale", true));
        press(&mut entry, KeyCode::Char('x'), KeyModifiers::NONE);
        assert!(press(&mut entry, KeyCode::Char('y'), KeyModifiers::CONTROL));
        assert_eq!(entry.text(), "xsale");
        assert!(!TextField::line("").prefilled().is_selected(), "nothing cannot be replaced");
    }

    proptest! {
        #[test]
        fn no_paste_loses_what_was_typed_or_goes_beyond_the_limit(
            before in "[a-z股🔥 ]{0,20}", pasted in any::<String>(), most in 0_usize..64, lines in any::<bool>(),
        ) {
            let entry = if lines { TextField::lines(&before) } else { TextField::line(&before) };
            let mut entry = entry.at_most(most);
            let before = entry.text();
            entry.paste(&pasted);
            let now = entry.text();
            prop_assert!(now.starts_with(&before));
            prop_assert!(entry.len() == now.len() && now.len() <= most.max(before.len()));
            prop_assert!(!now.chars().skip(before.chars().count()).any(|c| text::acts(c) && c != '\n' && c != '\t'));
            let mark = |c: char| text::acts(c);
            let lost = entry.left_out().is_some();
            let whole = before + &pasted;
            prop_assert!(lost || pasted.contains(mark) || now == whole);
        }
    }
}
