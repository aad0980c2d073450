//! What the table shows of itself: it opens around now, comes back there by one key, and shows at once, selected
//! and in its place, what the operator wrote.

use pushdeck::sandbox::{Options, Seed};

use crate::live::soon;
use crate::rows::whole;
use crate::service::{KEY, Service, for_every_reading};
use crate::terminal::{CTRL_S, ENTER, ESC, Start, Terminal};

fn open(service: &Service, size: (u16, u16)) -> Terminal {
    let start = Start::new(&[]).size(size.0, size.1).config(&service.config("test"));
    let terminal = start.env("ACME_IM_KEY", KEY).open();
    terminal.see("LIVE");
    terminal
}

/// A service without a limit of rate, for the test itself asks too.
fn demo(options: Options) -> Service {
    Service::start(Options { rate_limit_per_second: 0, ..options }, Some(Seed::default()))
}

/// The lines of the table that show a task, above and below the line that says now.
fn around_now(screen: &str) -> Option<(usize, usize)> {
    let is_task = |line: &&str| ["PEND", "OK ", "FAIL", ">>DISP"].iter().any(|word| line.contains(word));
    let table = screen.split_once("─ now ")?;
    let count = |part: &str| part.lines().filter(is_task).count();
    Some((count(table.0), count(table.1)))
}

#[test]
fn it_opens_around_now_and_fills_the_screen_at_every_size() {
    for_every_reading(|options| {
        let service = demo(options);
        for (size, least) in [((160, 48), 30), ((120, 40), 24), ((80, 24), 10), ((60, 20), 6)] {
            let terminal = open(&service, size);
            let screen = terminal.wait("rows around now", |screen| {
                around_now(screen).is_some_and(|(above, below)| (3..=5).contains(&above) && below >= least)
            });
            assert!(screen.contains("NEXT "), "{screen}");
        }
    });
}

#[test]
fn a_dot_comes_back_to_now() {
    for_every_reading(|options| {
        let service = demo(options);
        let mut terminal = open(&service, (120, 40));
        whole(&terminal, 128);
        let is_now = |screen: &str| around_now(screen).is_some_and(|(above, _)| (3..=5).contains(&above));
        terminal.wait("rows around now", is_now);
        for keys in ["]", "[", "ss", "g"] {
            terminal.keys(keys);
            terminal.wait("the rows of another place", |screen| !is_now(screen));
            terminal.keys(".");
            terminal.wait("rows around now", is_now);
            terminal.row(&["▸", "PEND"]);
        }
    });
}

#[test]
fn a_key_that_means_nothing_says_so_and_no_message_hides_the_hints() {
    let service = demo(Options::demo());
    for size in [(120, 40), (40, 12), (30, 8)] {
        let mut terminal = open(&service, size);
        terminal.row(&["▸"]);
        terminal.keys("ü");
        let screen = terminal.see("no key ü here");
        assert!(screen.lines().last().unwrap_or_default().contains("details"), "{screen}");
        terminal.keys("?");
        terminal.gone("no key ü here");
        terminal.keys(ESC);
    }
}

#[test]
fn a_created_task_out_of_sight_is_selected_and_in_sight() {
    for_every_reading(|options| {
        // A service that lists late does not bring it for a while.
        let options = Options { rate_limit_per_second: 0, list_lag_ms: 600_000, ..options };
        let service = Service::start(options, Some(Seed::default()));
        let mut terminal = open(&service, (80, 24));
        terminal.row(&["▸", "PEND"]);
        crate::write::fill(&mut terminal, "u", "+9d", Some("anna"), "Far away");
        terminal.keys(CTRL_S);
        terminal.confirm("press y to create", "y", "✓ verified");
        terminal.keys(ESC);
        terminal.row(&["▸", "PEND", "Far away"]);
    });
}

#[test]
fn a_cancelled_task_is_struck_in_its_place_and_stays_selected() {
    for_every_reading(|options| {
        let service = demo(options);
        let id = service.add("To be cancelled", &soon(40));
        let mut terminal = open(&service, (120, 40));
        terminal.row(&["PEND", "To be cancelled"]);
        terminal.keys("/To be cancelled");
        terminal.keys(ENTER);
        terminal.row(&["▸", "PEND", "To be cancelled"]);
        crate::write::cancel(&mut terminal, id);
        terminal.row(&["▸", "CANC", "To be cancelled"]);
        terminal.keys("r");
        terminal.row(&["▸", "CANC", "To be cancelled"]);
        terminal.keys("D");
        terminal.see("was cancelled from here");
    });
}
