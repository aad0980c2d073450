//! The mouse and the focus of the terminal: what stands under the pointer is what is meant, nothing is confirmed,
//! text can always be selected, and whoever looks away is asked for less.

use pushdeck::domain::wire::Command;
use pushdeck::sandbox::Options;

use crate::service::{KEY, Service};
use crate::signals::{FG_TO_THE_END, SHELL, demo, end_both};
use crate::terminal::{CTRL_Z, ENTER, ESC, Start, Terminal, kill};

/// The report of a button, or of the wheel, on a cell that is counted from 0.
fn report(button: u16, (column, row): (usize, usize)) -> String {
    format!("\x1b[<{button};{};{}M", column + 1, row + 1)
}

/// A press and its release.
fn press(at: (usize, usize)) -> String {
    let (column, row) = at;
    format!("{}\x1b[<0;{};{}m", report(0, at), column + 1, row + 1)
}

const UP: u16 = 64;
const DOWN: u16 = 65;

/// The cell on which a text begins.
fn cell(screen: &str, text: &str) -> (usize, usize) {
    let row = screen.lines().position(|line| line.contains(text)).unwrap();
    let before = screen.lines().nth(row).unwrap().split(text).next().unwrap();
    (before.chars().count(), row)
}

/// A screen row that holds the first task below the selected one.
fn row_below(screen: &str) -> (usize, String) {
    let at = screen.lines().position(|line| line.contains('▸')).unwrap();
    (at + 1, screen.lines().nth(at + 1).unwrap().to_owned())
}

fn see_chosen(terminal: &Terminal, row: usize) -> String {
    let is_there = |screen: &str| screen.lines().nth(row).is_some_and(|line| line.contains('▸'));
    terminal.wait("the row to be chosen", is_there)
}

#[test]
fn a_press_selects_a_second_one_opens_and_the_wheel_moves_what_is_under_it() {
    let (_service, start) = demo();
    let mut terminal = start.open();
    terminal.row(&["▸", "PEND"]);
    let (row, _) = row_below(&terminal.screen());
    terminal.keys(&press((20, row)));
    see_chosen(&terminal, row);
    // The pane on the right scrolls under the pointer, and the table keeps the keys.
    let pane = cell(&terminal.screen(), "Scheduled ");
    let first = terminal.row(&["Scheduled  "]);
    terminal.keys(&report(DOWN, pane));
    terminal
        .wait("the pane to scroll", |screen| screen.lines().nth(pane.1).is_some_and(|line| line != first));
    terminal.keys(&report(UP, pane));
    terminal.row(&["Scheduled  "]);
    terminal.keys(&(press((20, row)) + &press((20, row))));
    terminal.see("task/JSON");
    terminal.keys(ESC);
    terminal.gone("task/JSON");
    // The rows move, and the chosen one is never lost.
    let head = terminal.screen().lines().nth(4).unwrap().to_owned();
    for _ in 0..12 {
        terminal.keys(&report(DOWN, (20, 10)));
    }
    terminal.wait("other rows", |screen| screen.lines().nth(4).is_some_and(|line| line != head));
    terminal.row(&["▸"]);
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn the_head_of_a_column_sorts_and_a_hint_does_what_its_key_does() {
    let (_service, start) = demo();
    let mut terminal = start.size(200, 50).open();
    terminal.row(&["▸", "PEND"]);
    let screen = terminal.see("CREATED (");
    terminal.keys(&press(cell(&screen, "CREATED (")));
    terminal.see("· created ↓");
    terminal.keys(&press(cell(&screen, "SCHEDULED (")));
    terminal.see("· scheduled ↑");
    terminal.keys(&press(cell(&terminal.screen(), "WHO ")));
    terminal.see("· who ↑");
    let hint = cell(&terminal.screen(), "n new");
    terminal.keys(&press(hint));
    let screen = terminal.see("New push");
    // Outside of the form nothing happens, and nothing is lost.
    terminal.keys(&press((0, 1)));
    terminal.keys(&press(cell(&screen, "Esc back")));
    terminal.gone("New push");
    terminal.keys("x");
    let screen = terminal.see("What can be done here");
    let copy = cell(&screen, "copy: id");
    terminal.keys(&press(copy));
    see_chosen(&terminal, copy.1);
    terminal.keys(&press(copy));
    terminal.see("Copy of #");
    terminal.keys(ENTER);
    terminal.see("sent to the terminal");
    assert_eq!(terminal.copied().len(), 1);
}

#[test]
fn nothing_that_the_mouse_does_confirms_a_write() {
    let (service, start) = demo();
    let mut terminal = start.size(80, 24).open();
    terminal.row(&["▸", "PEND"]);
    terminal.keys("/status=pending");
    terminal.keys(ENTER);
    terminal.keys("D");
    terminal.see(" to cancel ");
    let asks = terminal.row(&[" to cancel "]);
    for row in 0..24 {
        for column in [0, 20, 40, 60, 79, 300] {
            terminal.keys(&(press((column, row)) + &press((column, row)) + &report(DOWN, (column, row))));
        }
    }
    terminal.repaint();
    terminal.row(&[asks.trim()]);
    terminal.keys(ESC);
    terminal.gone(" to cancel ");
    assert_eq!(service.calls_of(Command::Delete), 0);
}

#[test]
fn m_gives_the_mouse_to_the_terminal_and_the_config_may_do_so_from_the_start() {
    let (service, start) = demo();
    let mut terminal = start.open();
    terminal.row(&["▸", "PEND"]);
    terminal.see_mouse(true);
    let raw = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(raw.contains("\x1b[?1006h") && raw.contains("\x1b[?1004h"));
    assert!(!raw.contains("\x1b[?1002h") && !raw.contains("\x1b[?1003h"), "no motion is asked for");
    terminal.keys("m");
    terminal.see("the mouse belongs to the terminal");
    terminal.see_mouse(false);
    terminal.keys("m");
    terminal.see_mouse(true);
    // In a text it is a letter.
    terminal.keys("/m");
    terminal.see("/m");
    terminal.see_mouse(true);
    drop(terminal);
    let config = format!("{}\n[ui]\nmouse = false\n", service.config("test"));
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "PEND"]);
    terminal.see_mouse(false);
    terminal.keys("m");
    terminal.see_mouse(true);
    terminal.signal("TERM");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

/// How often a mode was turned on, and off.
fn switches(terminal: &Terminal, mode: u16) -> (usize, usize) {
    let raw = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    let count = |end: char| raw.matches(&format!("\x1b[?{mode}{end}")).count();
    (count('h'), count('l'))
}

#[test]
fn the_shell_gets_a_terminal_without_mouse_and_focus_and_fg_turns_both_on_again() {
    let (_service, start) = demo();
    let mut terminal = start.by_script(SHELL).open();
    terminal.row(&["▸", "PEND"]);
    terminal.see_mouse(true);
    let job = terminal.job();
    for (stops, by_key) in [(1, true), (2, false)] {
        if by_key {
            terminal.keys(CTRL_Z);
        } else {
            kill("TSTP", job);
        }
        Terminal::see_stopped(job);
        terminal.see_shell();
        terminal.assert_restored();
        for mode in [1000, 1004, 1006, 2004] {
            assert_eq!(switches(&terminal, mode), (stops, stops), "{mode}");
        }
        terminal.keys("fg\n");
        terminal.see("n new  e edit");
        terminal.see_mouse(true);
    }
    // What was switched off by hand stays off.
    terminal.keys("m");
    terminal.see_mouse(false);
    terminal.keys(CTRL_Z);
    Terminal::see_stopped(job);
    terminal.see_shell();
    // As somebody may continue it from another shell; this one keeps the terminal until `fg`.
    terminal.keys(FG_TO_THE_END);
    terminal.see("n new  e edit");
    terminal.repaint();
    terminal.see_mouse(false);
    assert_eq!(switches(&terminal, 1000).0, 3);
    end_both(&mut terminal, job);
}

#[test]
fn unfocused_it_asks_less_often_and_back_again_at_once() {
    let service = Service::start(Options { rate_limit_per_second: 0, ..Options::default() }, None);
    service.add("far away", "2031-01-01 00:00:00");
    let config = service.config_with("test", "page_size = 100\n\n[ui]\nrefresh_seconds = 3");
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.see("LIVE");
    terminal.keys("\x1b[O");
    // Every three seconds nothing would ever be so old, and nothing is called stale for it.
    let screen = terminal.see("LIVE 8s");
    assert!(!screen.contains("STALE"), "{screen}");
    terminal.keys("\x1b[I");
    // By itself it would ask after fifteen seconds.
    terminal.wait("a new answer", |screen| {
        assert!(!screen.contains("LIVE 14s") && !screen.contains("STALE"), "{screen}");
        screen.contains("LIVE 0s")
    });
}
