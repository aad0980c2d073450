//! How it looks in a terminal: in which colours, and where the cursor stands.

use vt100::Color;

use crate::terminal::{DARK, ENTER, ESC, LIGHT, Start, TAB, Terminal};

/// The accent of the built-in theme, in 256 colours; hints have their keys in it.
const ON_DARK: Color = Color::Idx(80);
const ON_LIGHT: Color = Color::Idx(24);

fn sandbox() -> Start {
    Start::new(&["--sandbox"])
}

/// The time in the header, to the second.
fn clock_of(screen: &str) -> String {
    let header = screen.lines().next().unwrap_or_default();
    header.split(' ').filter(|word| word.matches(':').count() == 2).collect()
}

/// Nothing was typed and no screen was opened: the table has the keys.
fn is_untouched(terminal: &mut Terminal) {
    let screen = terminal.repaint();
    assert!(screen.contains("n new") && !screen.contains("rgb"), "{screen}");
    terminal.keys("/sale");
    terminal.see("/sale");
    terminal.see_cursor_behind(Some("/sale"));
}

#[test]
fn a_terminal_that_says_its_background_gets_the_colours_for_it() {
    for (answer, accent) in [(DARK, ON_DARK), (LIGHT, ON_LIGHT)] {
        let mut terminal = sandbox().background(Some(answer)).open();
        terminal.see_colour("n new", accent);
        is_untouched(&mut terminal);
    }
}

#[test]
fn a_terminal_that_says_nothing_gets_the_dark_colours_and_is_not_waited_for() {
    let mut terminal = sandbox().background(None).open();
    terminal.see_colour("n new", ON_DARK);
    is_untouched(&mut terminal);
    let bytes = terminal.bytes();
    let find = |of: &[u8]| bytes.windows(of.len()).position(|window| window == of);
    assert!(find(b"\x1b]11;?") < find(b"\x1b[2J"), "what is printed of a question is cleared");
}

#[test]
fn an_answer_that_comes_late_or_in_pieces_changes_the_colours_and_types_nothing() {
    for cut in [0, 1, 2, 5, 12, 20, LIGHT.len() - 1] {
        let mut terminal = sandbox().background(None).open();
        terminal.see_colour("n new", ON_DARK);
        // Right away, so that what follows comes while an answer may still be cut.
        terminal.bytes_in(&LIGHT[..cut]);
        // The clock goes on: so much time has passed.
        let second = clock_of(&terminal.screen());
        terminal.wait("the next second", |screen| clock_of(screen) != second);
        terminal.bytes_in(&LIGHT[cut..]);
        terminal.see_colour("n new", ON_LIGHT);
        is_untouched(&mut terminal);
    }
}

#[test]
fn an_answer_that_never_ends_keeps_no_key() {
    let mut terminal = sandbox().background(None).open();
    terminal.see("n new");
    terminal.bytes_in(&LIGHT[..12]);
    terminal.keys("?");
    terminal.see("Help");
    terminal.keys("q");
    terminal.gone("Help");
    is_untouched(&mut terminal);
}

#[test]
fn the_settings_say_the_theme_and_the_background() {
    let config = "[ui]\ntheme = \"mine\"\nbackground = \"light\"\n";
    let mut start = Start::new(&[]).config(config).background(Some(DARK));
    start.write_theme("mine", "[light.256]\naccent = { fg = 90 }\n");
    let terminal = start.open();
    terminal.see_colour("n new", Color::Idx(90));
    assert!(!terminal.bytes().windows(4).any(|bytes| bytes == b"]11;"), "who knows does not ask");
    let terminal = sandbox().env("PUSHDECK_THEME", "high-contrast").background(Some(LIGHT)).open();
    terminal.see_colour("n new", Color::Idx(17));
    let terminal = Start::new(&["--sandbox", "--theme", "solarized", "--background", "dark"]).open();
    terminal.see_colour("n new", Color::Idx(75));
    let terminal = sandbox().env("COLORTERM", "truecolor").open();
    terminal.see_colour("n new", Color::Rgb(0x5f, 0xc4, 0xe0));
    let terminal = sandbox().env("TERM", "xterm").open();
    terminal.see_colour("n new", Color::Idx(14));
    let terminal = sandbox().env("NO_COLOR", "1").open();
    terminal.see_colour("n new", Color::Default);
}

#[test]
fn a_theme_that_is_wrong_is_told_before_the_first_screen() {
    let mut start = Start::new(&[]).config("[ui]\ntheme = \"mine\"\n");
    start.write_theme("mine", "[dark.256]\naccent = { fg = \"blu\" }\n");
    let mut terminal = start.open();
    terminal.see("mine.toml:2:17: \"fg\" of accent in [dark.256] cannot be \"blu\"");
    assert_eq!(terminal.end(), 2);
    assert!(!terminal.bytes().contains(&0x1b), "nothing was done to the terminal");
}

#[test]
fn a_terminal_that_cannot_place_a_cursor_is_told_what_to_do_instead() {
    let mut terminal = sandbox().env("TERM", "dumb").open();
    terminal.see("TERM is dumb: the dashboard needs a terminal that can place a cursor");
    terminal.see("without a screen: pushdeck sandbox · pushdeck usersig · pushdeck doctor");
    assert_eq!(terminal.end(), 2);
    assert!(!terminal.bytes().contains(&0x1b), "nothing was done to the terminal");
}

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
