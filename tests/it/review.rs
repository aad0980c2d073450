//! The review at the size that people have it at: what must be seen of it, page by page, what stops it, and
//! how it is closed.

use pushdeck::sandbox::Options;
use serde_json::json;

use crate::service::{KEY, Service};
use crate::terminal::{CTRL_S, ENTER, Start, Terminal};
use crate::write::{fill, quiet, titles};

const PAGE_DOWN: &str = "\x1b[6~";

/// On the app of real people, 1 200 000 of them, with a new push to all of them filled in.
fn to_everyone(service: &Service, (columns, rows): (u16, u16), title: &str) -> Terminal {
    let config = service.config_with("prod", "page_size = 100\naudience.all = 1_200_000");
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).size(100, 40).open();
    terminal.see("LIVE");
    fill(&mut terminal, "a", "tomorrow 9:00", None, title);
    if (columns, rows) != (100, 40) {
        terminal.resize(columns, rows);
    }
    terminal.keys(CTRL_S);
    terminal
}

fn is_empty(service: &Service) -> bool {
    service.tasks("All") == [json!(null); 0]
}

/// Pages on to the end of what must be seen, and gives all that was on the screen on the way.
fn page_on(terminal: &mut Terminal) -> String {
    let mut shown = String::new();
    // Without the header, whose clock goes on.
    let window = |screen: &str| screen.lines().skip(1).collect::<Vec<_>>().join("\n");
    loop {
        let before = window(&terminal.screen());
        shown.push_str(&before);
        if !before.contains("to see: PgDn") {
            return shown;
        }
        terminal.keys(PAGE_DOWN);
        terminal.wait("the next screen", |screen| window(screen) != before);
    }
}

#[test]
fn to_everyone_in_prod_at_80x24_takes_one_screen_a_sentence_and_three_seconds() {
    let service = quiet();
    let mut terminal = to_everyone(&service, (80, 24), "Flash sale");
    let screen = terminal.see("type \"all acme\" to create this task, after 3 s");
    for words in [
        "PROD",
        "‼ EVERYONE of acme · 1 200 000 users, as the profile states",
        "09:00 +08 (Asia/Shanghai)",
        "01:00 UTC · in ",
        "Flash sale",
        "then the task is created; the push goes out",
    ] {
        assert!(screen.contains(words), "{words} in {screen}");
    }
    // Enter does nothing, and says so.
    terminal.keys(ENTER);
    terminal.see("Enter confirms nothing");
    terminal.see("type \"all acme\"");
    terminal.keys("all acme");
    let screen = terminal.see("in 3 s pushdeck asks the service to create this task");
    assert!(screen.contains("to EVERYONE · any key stops it"), "{screen}");
    assert!(is_empty(&service));
    terminal.keys("x");
    terminal.see("stopped; nothing was sent");
    terminal.see("type \"all acme\"");
    terminal.keys("all acme");
    terminal.see("✓ verified");
    assert_eq!(titles(&service.tasks("All")), ["Flash sale"]);
    let screen = terminal.see("Enter or Esc closes this");
    assert!(screen.contains("created: the push goes out "), "{screen}");
    terminal.keys("q");
    terminal.gone("✓ verified");
    terminal.row(&["▸", "PEND", "EVERYONE"]);
}

#[test]
fn to_everyone_in_prod_at_30x8_takes_no_sentence_before_every_screen_was_seen() {
    let service = quiet();
    let mut terminal = to_everyone(&service, (30, 8), "Flash sale");
    terminal.see("more screens to see: PgDn");
    // What is typed before that does nothing, however still one keeps.
    for _ in 0..3 {
        terminal.keys("all acme");
        terminal.see("more screens to see: PgDn");
    }
    let shown = page_on(&mut terminal);
    for words in ["‼ EVERYONE of acme", "1 200 000 users", "09:00 +08", "01:00 UTC", "Title Flash sale"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    assert!(is_empty(&service));
    terminal.see("type \"all acme\" to create");
    terminal.keys("all ac");
    terminal.see("› all ac");
    // Another size in the middle takes it back, and what was seen too.
    terminal.resize(31, 8);
    terminal.see("more screens to see: PgDn");
    terminal.keys("me");
    terminal.see("more screens to see: PgDn");
    page_on(&mut terminal);
    terminal.see("type \"all acme\" to create");
    terminal.keys("all acme");
    terminal.see("in 3 s: create;");
    // And it stops the countdown.
    terminal.resize(30, 8);
    terminal.see("more screens to see: PgDn");
    assert!(is_empty(&service));
    page_on(&mut terminal);
    terminal.see("type \"all acme\" to create");
    terminal.keys("all acme");
    terminal.see("created: the");
    assert_eq!(titles(&service.tasks("All")), ["Flash sale"]);
    terminal.see("Enter or Esc closes this");
    terminal.keys(ENTER);
    terminal.gone("created: the");
}

#[test]
fn the_size_of_the_audience_follows_the_config() {
    let service = Service::start(Options { rate_limit_per_second: 0, ..Options::default() }, None);
    let id = service.add("To all of you", &crate::live::soon(7200));
    let config = service.config("prod");
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "To all of you"]);
    let tail = format!("{:04}", id % 10_000);
    terminal.keys("D");
    terminal.see(&format!("type {tail} to cancel"));
    terminal.see("‼ EVERYONE of acme · size unknown");
    terminal.keys(crate::terminal::ESC);
    terminal.gone("size unknown");
    terminal.write_config(&service.config_with("prod", "[profiles.acme.audience]\nall = 7_500"));
    terminal.keys(":reload\r");
    terminal.see("the config was reloaded");
    terminal.keys("D");
    terminal.see("‼ EVERYONE of acme · 7 500 users, as the profile states");
    terminal.keys(crate::terminal::ESC);
    terminal.gone("as the profile states");
    terminal.write_config(&service.config_with("prod", "audience.all = 0"));
    terminal.keys(":reload\r");
    terminal.see("nothing was changed");
    terminal.keys("D");
    terminal.see("‼ EVERYONE of acme · 7 500 users, as the profile states");
}
