//! The timeline: what fires when, what collides, and the way from a bar to its task.

use chrono::{DateTime, Days, FixedOffset};
use pushdeck::domain::wire::{time_in, time_out};
use pushdeck::sandbox::{Options, Seed};

use crate::live::soon;
use crate::service::{KEY, Service};
use crate::terminal::{CTRL_G, ENTER, ESC, Start, TAB, Terminal};

/// A service without a limit of rate, for the test itself asks too.
fn demo() -> Service {
    Service::start(Options { rate_limit_per_second: 0, ..Options::demo() }, Some(Seed::default()))
}

fn open(service: &Service, size: (u16, u16)) -> Terminal {
    let start = Start::new(&[]).size(size.0, size.1).config(&service.config("test"));
    let terminal = start.env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "PEND"]);
    terminal
}

/// Noon of the day after tomorrow, by the clock of Shanghai, which the profile names.
fn noon() -> DateTime<FixedOffset> {
    let shanghai = FixedOffset::east_opt(8 * 3600).unwrap();
    let now = time_in(&soon(0)).unwrap().with_timezone(&shanghai);
    let noon = (now.date_naive() + Days::new(2)).and_hms_opt(12, 0, 0).unwrap();
    noon.and_local_timezone(shanghai).unwrap()
}

#[test]
fn the_whole_schedule_is_seen_by_hours_days_weeks_and_months_at_every_size() {
    let service = demo();
    for (size, zones) in [((120, 40), true), ((80, 24), true), ((40, 12), false), ((30, 8), false)] {
        let mut terminal = open(&service, size);
        terminal.keys("2");
        terminal.see("▸ ");
        let screen = terminal.wait("bars", |screen| screen.contains('█') && screen.contains(" tasks"));
        assert_eq!(screen.contains("now "), zones, "{screen}");
        for word in ["weeks", "months"] {
            terminal.keys("-");
            terminal.see(word);
            terminal.wait("bars", |screen| screen.contains('█'));
        }
        for word in ["weeks", "days", "hours"] {
            terminal.keys("+");
            terminal.see(word);
        }
        terminal.keys(ESC);
        terminal.row(&["▸", "PEND"]);
    }
}

#[test]
fn from_a_bar_to_its_tasks_to_the_table_and_back_to_now() {
    let service = demo();
    let at = noon();
    let id = service.add("Lonely at noon", &time_out(at.to_utc()));
    let mut terminal = open(&service, (120, 40));
    terminal.keys("2ll");
    let day = at.format("%a %-d %b +08").to_string();
    terminal.row(&["▸", &day, "task"]);
    terminal.keys(ENTER);
    terminal.see("go to it");
    // Down to it, whatever else fires on that day.
    for _ in 0..40 {
        let screen = terminal.screen();
        if screen.lines().any(|line| line.contains("▸") && line.contains("Lonely at noon")) {
            break;
        }
        terminal.keys("j");
        terminal.repaint();
    }
    terminal.keys(ENTER);
    terminal.row(&["▸", "PEND", "Lonely at noon"]);
    terminal.see(&id.to_string());
    terminal.keys("2");
    terminal.see("╷ now");
    terminal.keys("1");
    terminal.row(&["▸", "PEND", "Lonely at noon"]);
}

#[test]
fn two_pushes_to_everyone_in_one_second_are_told_and_the_form_takes_the_next_free_minute() {
    let service = demo();
    let at = time_out(noon().to_utc());
    for title in ["First to all", "Second to all"] {
        service.add(title, &at);
    }
    let mut terminal = open(&service, (120, 40));
    terminal.keys("2");
    terminal.see("collision");
    let told = "within a second: one a second is taken (90024)";
    for _ in 0..20 {
        if terminal.screen().contains(told) {
            break;
        }
        terminal.keys("!");
        terminal.repaint();
    }
    terminal.see(told);
    terminal.keys(ESC);
    terminal.row(&["▸", "PEND"]);
    terminal.keys("na");
    terminal.keys(TAB);
    terminal.see("New push");
    terminal.keys(CTRL_G);
    terminal.see("next free slot");
}
