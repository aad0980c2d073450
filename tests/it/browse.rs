//! Browsing: the table, its pages, orders, finds and filters, the detail, the help.

use pushdeck::sandbox::Seed;

use crate::service::{KEY, Service, paged};
use crate::terminal::{CTRL_C, ENTER, ESC, Start, TAB, Terminal};

/// On a screen with room for fewer rows than a page has.
fn demo() -> (Service, Terminal) {
    demo_of(24)
}

fn demo_of(rows: u16) -> (Service, Terminal) {
    let service = Service::start(paged(), Some(Seed::default()));
    let start = Start::new(&[]).size(120, rows).config(&service.config("test"));
    let terminal = start.env("ACME_IM_KEY", KEY).open();
    (service, terminal)
}

#[test]
fn without_a_config_it_opens_on_the_embedded_sandbox_and_says_so() {
    let mut terminal = Start::new(&[]).open();
    terminal.see("PEND");
    let screen = terminal.see("LIVE");
    assert!(screen.contains("SANDBOX"), "{screen}");
    assert!(screen.contains("there is no config file"), "{screen}");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn it_opens_on_what_comes_next_and_turns_pages() {
    let (_service, mut terminal) = demo();
    // The present is not on the first page of twenty: its page is looked up.
    terminal.row(&["▸", "PEND"]);
    let screen = terminal.see("of 128");
    assert!(!screen.contains("rows 1–"), "{screen}");
    terminal.keys("<<<<<<<<");
    terminal.see("rows 1–20 of 128");
    terminal.row(&["▸", "d ago"]);
    // Three rows of each page stand on the next one too.
    for first in [18, 35, 52, 69, 86, 103] {
        terminal.keys(">");
        terminal.see(&format!("rows {first}–{} of 128", first + 19));
    }
    terminal.keys(">");
    terminal.see("rows 120–128 of 128");
    terminal.keys(">");
    terminal.see("this is the last page");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn it_sorts_by_both_times_in_both_directions() {
    let (service, mut terminal) = demo();
    terminal.see("scheduled ↑");
    terminal.keys("ss");
    terminal.see("scheduled ↓");
    terminal.see("rows 1–20 of 128");
    terminal.keys("sjjj");
    terminal.keys(ENTER);
    terminal.see("created ↓");
    service.add("made just now", "2030-01-01 00:00:00");
    terminal.keys("r");
    terminal.row(&["▸", "PEND"]);
    terminal.see("made just now");
    terminal.keys("ss");
    terminal.see("created ↑");
    terminal.gone("made just now");
}

#[test]
fn a_find_asks_the_server_and_a_filter_does_not() {
    let (service, mut terminal) = demo();
    terminal.see("of 128");
    service.add("Zebra crossing", "2026-01-01 00:00:00".replace("2026", "2031").as_str());
    terminal.keys("f");
    terminal.see("Keyword");
    terminal.keys("fLaSh");
    terminal.keys(ENTER);
    terminal.see("fLaSh");
    terminal.wait("fewer", |screen| !screen.contains("of 128"));
    terminal.row(&["▸", "Flash sale"]);
    terminal.keys(ESC);
    terminal.see("of 128");
    terminal.keys("/status=fail");
    terminal.keys(ENTER);
    terminal.wait("only failed rows", |screen| !screen.contains("PEND") || screen.contains("0 of"));
    terminal.keys(ESC);
    terminal.row(&["PEND"]);
}

#[test]
fn the_range_moves_and_comes_back() {
    let (_service, mut terminal) = demo();
    terminal.see("of 128");
    terminal.keys("]");
    terminal.see("0 of 0");
    terminal.see("no task");
    terminal.keys("[");
    terminal.see("of 128");
}

#[test]
fn the_detail_shows_the_task_as_a_phone_would_and_as_json() {
    let (_service, mut terminal) = demo_of(40);
    terminal.row(&["▸", "PEND"]);
    terminal.keys(ENTER);
    terminal.see("Push id");
    terminal.keys("\x1b[C");
    terminal.see("\"TaskID\"");
    terminal.keys("\x1b[C");
    terminal.gone("\"TaskID\"");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn help_shows_the_keys_of_where_one_is_and_nothing_that_does_not_work_yet() {
    let (_service, mut terminal) = demo();
    terminal.row(&["▸", "PEND"]);
    terminal.keys("?");
    let screen = terminal.see("cancel the task, through review");
    for later in ["Timeline", "Journal", "palette", "undo the last", "EDITOR"] {
        assert!(!screen.contains(later), "{later} is not there yet: {screen}");
    }
    terminal.keys("q");
    terminal.gone("cancel the task, through review");
    terminal.keys(TAB);
    terminal.keys("?");
    terminal.see("task / JSON");
}

#[test]
fn it_can_be_told_apart_without_colour() {
    let mut terminal = Start::new(&["--sandbox"]).env("NO_COLOR", "1").open();
    let screen = terminal.see("▸");
    assert!(screen.contains("SANDBOX"), "{screen}");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}
