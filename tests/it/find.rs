//! Finding: a task by its id, all of a week, and what a filter does not hold.

use pushdeck::sandbox::{Options, Seed};
use serde_json::Value;

use crate::service::{KEY, Service, paged};
use crate::terminal::{CTRL_S, ENTER, ESC, Start, TAB, Terminal};

/// The demo, and a task that lies on no page around now.
fn demo() -> (Service, Terminal, u64) {
    // Without a limit of rate, for the test itself asks too.
    let options = Options { rate_limit_per_second: 0, ..paged() };
    let service = Service::start(options, Some(Seed::default()));
    let id = service.add("Zebra crossing", "2031-01-01 00:00:00");
    let start = Start::new(&[]).size(120, 24).config(&service.config("test"));
    let terminal = start.env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "PEND"]);
    (service, terminal, id)
}

#[test]
fn a_task_id_behind_the_colon_goes_to_its_task_on_whatever_page_it_is() {
    let (_service, mut terminal, id) = demo();
    terminal.keys(":");
    terminal.see("Enter do it");
    terminal.bytes_in(format!("\x1b[200~#{id}\n\x1b[201~").as_bytes());
    terminal.see(&format!("go to task #{id}"));
    terminal.keys(ENTER);
    terminal.row(&["▸", "PEND", "Zebra crossing"]);
    terminal.keys("e");
    terminal.see(&format!("Edit #{id}"));
    terminal.keys(ESC);
    terminal.gone("Edit #");
    // An id that nobody knows changes nothing.
    terminal.keys(":999999999999");
    terminal.see("go to task #999999999999");
    terminal.keys(ENTER);
    terminal.see("the service knows no task #999999999999");
    terminal.row(&["▸", "PEND", "Zebra crossing"]);
}

#[test]
fn digits_that_filter_nothing_go_to_the_task_and_words_are_searched_for_on_all_pages() {
    let (_service, mut terminal, id) = demo();
    terminal.keys(&format!("/{id}"));
    terminal.see(&format!("Enter goes to task #{id}"));
    terminal.keys(ENTER);
    terminal.row(&["▸", "PEND", "Zebra crossing"]);
    terminal.keys("/fLaSh nobody says that");
    terminal.see("Enter searches all pages for");
    terminal.keys(ENTER);
    terminal.see("find \"fLaSh nobody says that\"");
    terminal.see("No task");
    terminal.keys(ESC);
    terminal.gone("find \"");
    terminal.row(&["▸", "PEND"]);
    // Digits stand in no title: the find offers the task.
    terminal.keys("f");
    terminal.see("Keyword");
    terminal.keys(&id.to_string());
    terminal.keys(ENTER);
    terminal.see(&format!("Enter goes to task #{id}"));
    terminal.keys(ENTER);
    terminal.row(&["▸", "PEND", "Zebra crossing"]);
    terminal.keys("/stauts=failed");
    terminal.see("no term \"stauts\": status?");
}

#[test]
fn all_of_next_week_with_a_word_is_found() {
    let (service, mut terminal, _) = demo();
    terminal.keys("f");
    terminal.see("Keyword");
    terminal.keys("sale");
    terminal.keys(TAB);
    terminal.keys("next week");
    terminal.see("From names both ends");
    // Seven days, to the last second.
    terminal.row(&["Mon ", " 00:00:00 → Sun ", " 23:59:59"]);
    terminal.keys(ENTER);
    terminal.row(&["Mon ", " → Sun ", "find \"sale\""]);
    let sales = |kind: &str| {
        let tasks = service.tasks(kind);
        tasks.iter().filter(|task| task["Title"].as_str().is_some_and(|title| title.contains("sale"))).count()
    };
    assert!(sales("All") + sales("Tag") + sales("User") > 0, "the demo has some");
    terminal.keys(ESC);
    terminal.gone("find \"sale\"");
}

#[test]
fn half_an_hour_more_counts_from_a_scheduled_time_that_is_years_away() {
    let (service, mut terminal, id) = demo();
    terminal.keys(&format!(":{id}"));
    terminal.see("go to task");
    terminal.keys(ENTER);
    terminal.row(&["▸", "Zebra crossing"]);
    terminal.keys("t");
    terminal.see("Change the time");
    terminal.keys("2h");
    terminal.see("later or earlier? type +2h or -2h");
    terminal.keys("\x15+30m");
    terminal.see("30m later");
    terminal.keys(CTRL_S);
    // The line of the review ends there.
    terminal.see("08:30:00 +08, 30m");
    let digits = format!("{:04}", id % 10_000);
    terminal.see(&format!("type {digits} to change"));
    terminal.keys(&digits);
    terminal.see("✓ verified");
    assert_eq!(service.task(id)["SchedAt"], Value::from("2031-01-01 00:30:00"));
}
