//! The timeline: what fires when, what collides, and the way from a bar to its task.

use chrono::{DateTime, Days, FixedOffset};
use pushdeck::domain::wire::{time_in, time_out};
use pushdeck::sandbox::{Options, Seed};

use crate::live::soon;
use crate::rows::whole;
use crate::service::{KEY, Service};
use crate::terminal::{CTRL_G, ENTER, ESC, Start, TAB, Terminal};

/// Tasks of the demo.
const DEMO: usize = 128;

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

/// The marked row in the list of a bar's tasks. The timeline around it has a mark of its own, before the name of a day.
fn marked(screen: &str) -> Option<&str> {
    let rests =
        screen.lines().filter_map(|line| Some(line.rsplit_once('▸')?.1.trim_start_matches([' ', '!'])));
    rests.into_iter().find(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[test]
fn from_a_bar_to_its_tasks_to_the_table_and_back_to_now() {
    let service = demo();
    let at = noon();
    let id = service.add("Lonely at noon", &time_out(at.to_utc()));
    let mut terminal = open(&service, (120, 40));
    whole(&terminal, DEMO + 1);
    terminal.keys("2ll");
    let day = at.format("%a %-d %b +08").to_string();
    terminal.row(&["▸", &day, "task"]);
    terminal.keys(ENTER);
    let mut screen = terminal.wait("the tasks of the bar", |screen| marked(screen).is_some());
    // Down to it, whatever else fires on that day.
    while let Some(at) = marked(&screen).filter(|row| !row.contains("Lonely at noon")) {
        terminal.keys("j");
        let is_next = |screen: &str| marked(screen).is_some_and(|row| row != at);
        screen = terminal.wait("the next row", is_next);
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
    whole(&terminal, DEMO + 2);
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
