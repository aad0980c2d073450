//! Keys from the one table: the user's own work and are shown everywhere, and what clashes is refused before
//! the first screen; the help page is searched and runs what is found, and the palette knows what was run.

use pushdeck::sandbox::{Options, Seed};

use crate::service::{KEY, Service};
use crate::terminal::{ESC, Start, Terminal};

/// What xterm sends for F1, F4 and F5.
const F1: &str = "\x1bOP";
const F4: &str = "\x1bOS";
const F5: &str = "\x1b[15~";

fn open(config: &str) -> Terminal {
    let mut terminal = Start::new(&[]).config(config).env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "PEND"]);
    terminal.keys("/status=pending\r");
    terminal.see("filter /status=pending");
    terminal
}

#[test]
fn keys_of_the_config_work_and_hints_help_and_palette_show_them() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let keys = "[keys.tasks]\nnew = 'F4'\ncancel = ['X', 'F5']\nedit = 'n'\n[keys.global]\nhelp = 'F1'\n";
    let mut terminal = open(&format!("{}\n{keys}", service.config("test")));
    let screen = terminal.see("F4 new");
    for hint in ["n edit", "X cancel", "F1 help"] {
        assert!(screen.contains(hint), "{hint} is missing in\n{screen}");
    }
    terminal.keys(F1);
    terminal.see("┌ Help");
    terminal.row(&["X F5", "cancel the task"]);
    terminal.keys(ESC);
    terminal.gone("┌ Help");
    terminal.keys(F4);
    terminal.see("┌ New push");
    terminal.keys(ESC);
    terminal.gone("┌ New push");
    terminal.keys(":");
    terminal.see("┌ Do");
    terminal.row(&["new ", "F4"]);
    terminal.keys(ESC);
    terminal.gone("┌ Do");
    // The old keys mean nothing any more.
    terminal.keys("D?");
    terminal.repaint();
    terminal.keys(F5);
    terminal.see(" to cancel ");
    terminal.keys(ESC);
    terminal.gone(" to cancel ");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn a_clash_is_refused_with_its_line_and_both_actions_before_the_first_screen() {
    let service = Service::start(Options::default(), None);
    let config = format!("[keys.tasks]\nnew = 'N'\n{}", service.config("test"));
    let mut terminal = Start::new(&[]).size(200, 30).config(&config).env("ACME_IM_KEY", KEY).open();
    assert_eq!(terminal.end(), 2);
    terminal.assert_restored();
    let said = terminal.screen();
    for piece in ["config.toml:2:7", "\"N\"", "\"new\"", "\"new-from-this\"", "[keys.tasks]"] {
        assert!(said.contains(piece), "{piece} is missing in\n{said}");
    }
    assert!(!String::from_utf8_lossy(&terminal.bytes()).contains("\x1b[?1049h"), "the terminal was taken");
}

#[test]
fn new_keys_are_applied_by_reload_and_bad_ones_leave_the_old() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let config = service.config("test");
    let mut terminal = open(&config);
    terminal.see("n new");
    terminal.write_config(&format!("{config}\n[keys.tasks]\nnew = 'd'\ncancel = 'd'\n"));
    terminal.keys(":reload\r");
    terminal.see("d never deletes");
    terminal.see("n new");
    terminal.write_config(&format!("{config}\n[keys.tasks]\nnew = 'F4'\n"));
    terminal.keys(":reload\r");
    terminal.see("F4 new");
    terminal.keys(F4);
    terminal.see("┌ New push");
}

#[test]
fn help_is_searched_and_runs_what_is_found() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let mut terminal = open(&service.config("test"));
    terminal.keys("?");
    terminal.see("┌ Help");
    terminal.keys("/");
    terminal.see("Enter do it  Esc back");
    terminal.keys("sort");
    terminal.row(&["▸ s ", "sort"]);
    terminal.keys("\r");
    terminal.see("┌ Sort");
    terminal.keys(ESC);
    terminal.gone("┌ Sort");
    // What belongs elsewhere says so, and nothing happens.
    terminal.keys("?/discard\r");
    terminal.see("in Form, and that is not open");
    terminal.keys(ESC);
    terminal.see("/ search");
    terminal.keys(ESC);
    terminal.gone("┌ Help");
    terminal.keys("?/cancel the\r");
    terminal.see(" to cancel ");
    terminal.keys(ESC);
    terminal.gone(" to cancel ");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn the_palette_offers_first_and_recalls_what_was_run() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let mut terminal = open(&service.config("test"));
    terminal.keys(":zone\r");
    terminal.see("times are shown in UTC");
    terminal.keys(":");
    terminal.row(&["▸ zone "]);
    // The arrow up recalls it.
    terminal.keys("\x1b[A");
    terminal.row(&["│ : zone"]);
    terminal.keys("\r");
    terminal.see("times are shown in Asia/Shanghai");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}
