//! Browsing: the table, its pages, orders, finds and filters, the detail, the help.

use pushdeck::sandbox::{Options, Seed};

use crate::live::soon;
use crate::rows::{Shown, turn_all, whole};
use crate::service::{KEY, Network, Service, for_every_reading};
use crate::terminal::{CTRL_C, ENTER, ESC, Start, TAB, Terminal};

/// On a screen with room for fewer rows than there are tasks.
fn demo(options: Options) -> (Service, Terminal) {
    demo_of(options, 24)
}

fn demo_of(options: Options, rows: u16) -> (Service, Terminal) {
    let service = Service::start(options, Some(Seed::default()));
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
fn it_opens_on_what_comes_next_and_turns_pages_without_a_call() {
    for_every_reading(|options| {
        let (service, mut terminal) = demo(options);
        terminal.row(&["▸", "PEND"]);
        let shown = whole(&terminal, 128);
        assert!(shown.first > 1, "{shown:?}");
        // What is held is there without the service.
        service.network(Network::Cut);
        turn_all(&mut terminal, 128);
        terminal.keys("G");
        terminal.wait("the last row", |screen| Shown::on(screen).is_some_and(|shown| shown.last == 128));
        terminal.keys(CTRL_C);
        assert_eq!(terminal.end(), 0);
    });
}

#[test]
fn it_sorts_by_every_column_in_both_directions() {
    for_every_reading(|options| {
        let (service, mut terminal) = demo(options);
        whole(&terminal, 128);
        terminal.see("scheduled ↑");
        terminal.keys("ss");
        terminal.see("scheduled ↓");
        // The picker opens on the order turned round, and names two for each column.
        for (keys, order) in [
            ("sjjjjjj\r", "who ↑"),
            ("sj\r", "title ↑"),
            ("ss", "title ↓"),
            ("skkkkk\r", "created ↑"),
            ("ss", "created ↓"),
        ] {
            terminal.keys(keys);
            terminal.see(&format!("· {order}"));
        }
        service.add("made just now", &soon(300));
        terminal.keys("r");
        whole(&terminal, 129);
        // It waits until no key was pressed for a while.
        terminal.gone("to apply");
        terminal.keys("g");
        terminal.row(&["▸", "PEND", "made just now"]);
        terminal.keys("ss");
        terminal.see("· created ↑");
        terminal.keys("g");
        terminal.wait("the oldest first", |screen| {
            screen.lines().any(|line| line.contains('▸') && !line.contains("made just now"))
        });
    });
}

#[test]
fn a_find_asks_the_server_and_a_filter_does_not() {
    for_every_reading(|options| {
        let (service, mut terminal) = demo(options);
        whole(&terminal, 128);
        terminal.keys("f");
        terminal.see("Keyword");
        terminal.keys("fLaSh");
        terminal.keys(ENTER);
        terminal.see("find \"fLaSh\"");
        terminal.wait("fewer", |screen| {
            Shown::on(screen).is_some_and(|shown| shown.is_whole && (1..128).contains(&shown.of))
        });
        terminal.row(&["▸", "Flash sale"]);
        terminal.keys(ESC);
        whole(&terminal, 128);
        service.network(Network::Cut);
        terminal.keys("/status=fail");
        terminal.keys(ENTER);
        let screen = terminal.wait("only failed rows", |screen| !screen.contains("PEND"));
        let shown = Shown::on(&screen).unwrap();
        assert!(shown.matches.is_some_and(|matches| (1..128).contains(&matches)), "{screen}");
        terminal.row(&["▸", "FAIL"]);
        terminal.keys(ESC);
        terminal.row(&["PEND"]);
    });
}

#[test]
fn the_range_moves_and_comes_back() {
    for_every_reading(|options| {
        let (_service, mut terminal) = demo(options);
        whole(&terminal, 128);
        terminal.keys("]");
        terminal.see("rows 0 of 0");
        terminal.see("No tasks from");
        terminal.keys("[");
        whole(&terminal, 128);
    });
}

#[test]
fn the_detail_shows_the_task_as_a_phone_would_and_as_json() {
    let (_service, mut terminal) = demo_of(Options::demo(), 40);
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
    let (_service, mut terminal) = demo(Options::demo());
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
