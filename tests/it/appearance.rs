//! How it looks in a terminal: where the cursor stands.

use crate::terminal::{ENTER, ESC, Start, TAB};

#[test]
fn the_cursor_of_the_terminal_stands_behind_what_is_typed_and_is_hidden_elsewhere() {
    for size in [(120, 40), (80, 24), (30, 8)] {
        let mut terminal = Start::new(&["--sandbox"]).size(size.0, size.1).open();
        terminal.see("PEND");
        terminal.see_cursor_behind(None);
        terminal.keys("/早报");
        terminal.see_cursor_behind(Some("早报"));
        terminal.keys(" e\u{301}");
        terminal.see_cursor_behind(Some("e\u{301}"));
        terminal.keys(&"\x1b[D".repeat(3));
        terminal.see_cursor_behind(Some("早报"));
        terminal.keys(ESC);
        terminal.see_cursor_behind(None);
        terminal.keys("f股票");
        terminal.see_cursor_behind(Some("股票"));
        terminal.keys(ESC);
        terminal.see_cursor_behind(None);
        terminal.keys(":行情");
        terminal.see_cursor_behind(Some("行情"));
        terminal.keys(ESC);
        terminal.see_cursor_behind(None);
        terminal.keys(&format!("nu{TAB}明天{ENTER}"));
        terminal.keys("王小明");
        terminal.see_cursor_behind(Some("王小明"));
    }
}
