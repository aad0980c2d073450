//! One text field: what the operator types, in one line or several.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};

/// A text field around the editor of `tui-textarea`.
#[derive(Clone, Debug)]
pub struct Entry {
    area: TextArea<'static>,
    lines: bool,
}

impl Entry {
    /// A field of one line.
    pub fn line(text: &str) -> Self {
        Self::with(text, false)
    }

    /// A field of several lines.
    pub fn lines(text: &str) -> Self {
        Self::with(text, true)
    }

    fn with(text: &str, lines: bool) -> Self {
        let content = if lines { text.split('\n').map(str::to_owned).collect() } else { vec![flat(text)] };
        let mut area = TextArea::new(content);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self { area, lines }
    }

    /// The text as it stands.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.area.lines().iter().all(String::is_empty)
    }

    /// Whether it may hold several lines.
    pub fn is_multiline(&self) -> bool {
        self.lines
    }

    /// The editor, for drawing.
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// Line and column of the cursor, in characters.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// A key for the editor; says whether the text changed. The caller keeps Enter to itself where
    /// a line is not to be broken.
    pub fn key(&mut self, event: KeyEvent) -> bool {
        // As in a shell: ctrl-u takes away what stands before the cursor.
        if event.code == KeyCode::Char('u') && event.modifiers == KeyModifiers::CONTROL {
            return self.area.delete_line_by_head();
        }
        // A line feed is what some terminals send for a line end; the editor would delete by it.
        if event.code == KeyCode::Char('j') && event.modifiers == KeyModifiers::CONTROL {
            return false;
        }
        self.area.input(event)
    }

    /// A pasted text; a field of one line takes it as one line.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = if self.lines { text } else { flat(&text) };
        self.area.insert_str(text);
    }
}

/// One line of many; a final line end is nothing.
fn flat(text: &str) -> String {
    text.trim_end_matches(['\n', '\r']).replace("\r\n", " ").replace(['\n', '\r', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_text_arrives_whole_and_a_one_line_field_stays_one_line() {
        let mut entry = Entry::line("a");
        entry.paste("b\r\nc\n");
        assert_eq!(entry.text(), "ab c");
        let mut entry = Entry::lines("a\n");
        entry.paste("b\r\nc");
        assert_eq!((entry.text().as_str(), entry.cursor()), ("a\nb\nc", (2, 1)));
    }

    #[test]
    fn ctrl_u_empties_a_line_as_in_a_shell() {
        let mut entry = Entry::line("2026-11-21 09:00");
        assert!(entry.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        assert!(entry.is_empty());
    }

    #[test]
    fn typed_characters_are_text() {
        let mut entry = Entry::line("");
        for c in "D q?股".chars() {
            assert!(entry.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        assert_eq!(entry.text(), "D q?股");
        assert!(!entry.key(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE)));
    }
}
