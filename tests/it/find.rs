//! Finding: a task by its id, all of a week, and what a filter does not hold.

use pushdeck::sandbox::{Options, Seed};
use serde_json::Value;

use crate::rows::Shown;
use crate::service::{KEY, Service, for_every_reading};
use crate::terminal::{CTRL_S, ENTER, ESC, Start, TAB, Terminal};

/// The demo, and a task that lies outside of the range.
fn demo(options: Options) -> (Service, Terminal, u64) {
    // Without a limit of rate, for the test itself asks too.
    let options = Options { rate_limit_per_second: 0, ..options };
    let service = Service::start(options, Some(Seed::default()));
    let id = service.add("Zebra crossing", "2031-01-01 00:00:00");
    let start = Start::new(&[]).size(120, 24).config(&service.config("test"));
    let terminal = start.env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "PEND"]);
    (service, terminal, id)
}

#[test]
fn a_task_id_behind_the_colon_goes_to_its_task_on_however_far_away_it_is() {
    for_every_reading(|options| {
        let (_service, mut terminal, id) = demo(options);
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
    });
}

#[test]
fn digits_that_filter_nothing_go_to_the_task_and_where_all_is_held_words_are_searched_for_nowhere_else() {
    for_every_reading(|options| {
        let (_service, mut terminal, id) = demo(options);
        terminal.keys(&format!("/{id}"));
        terminal.see(&format!("Enter goes to task #{id}"));
        terminal.keys(ENTER);
        terminal.row(&["▸", "PEND", "Zebra crossing"]);
        terminal.keys("/fLaSh nobody says that");
        terminal.see("The filter hides");
        // Everything was read: the service knows no more than this.
        let screen =
            terminal.wait("all to be read", |screen| Shown::on(screen).is_some_and(|shown| shown.is_whole));
        assert!(!screen.contains("asks the service"), "{screen}");
        terminal.keys(ENTER);
        terminal.see("filter /fLaSh nobody says that");
        terminal.keys(ESC);
        terminal.gone("filter /");
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
    });
}

#[test]
fn all_of_next_week_with_a_word_is_found() {
    for_every_reading(|options| {
        let (_service, mut terminal, _) = demo(options);
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
        // Which of them fire next week depends on the day; they are not all, and everything was searched.
        terminal.wait("what was found", |screen| {
            Shown::on(screen).is_some_and(|shown| shown.is_whole && shown.of < 100)
        });
        terminal.keys(ESC);
        terminal.gone("find \"sale\"");
    });
}

#[test]
fn half_an_hour_more_counts_from_a_scheduled_time_that_is_years_away() {
    let (service, mut terminal, id) = demo(Options::demo());
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
