//! Live: tasks change under the eye, the network dies and comes back, a slow service slows no key,
//! and the terminal is always given back.

use std::time::Duration;

use chrono::Utc;
use pushdeck::domain::wire::time_out;
use pushdeck::sandbox::{Options, Seed};

use crate::service::{KEY, Network, Service, for_every_reading};
use crate::terminal::{CTRL_C, Start, Terminal};

fn open(service: &Service) -> Terminal {
    Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY).open()
}

#[expect(clippy::disallowed_methods, reason = "a journey lives in real time")]
pub(crate) fn soon(seconds: i64) -> String {
    time_out(Utc::now() + chrono::Duration::seconds(seconds))
}

#[test]
fn a_task_goes_from_pend_over_disp_to_ok_under_the_eye() {
    for_every_reading(|options| {
        let service = Service::start(Options { dispatch_duration_ms: 4000, ..options }, None);
        service.add("watch me", &soon(8));
        let terminal = open(&service);
        terminal.row(&["PEND", "watch me"]);
        terminal.row(&[">>DISP", "watch me"]);
        terminal.row(&["OK", "watch me"]);
    });
}

#[test]
fn a_failed_dispatch_is_seen_with_its_reason() {
    for_every_reading(|options| {
        let service = Service::start(Options { dispatch_duration_ms: 100, ..options }, None);
        service.fail_title("doomed", "push times exceed the daily limit (90047)");
        service.add("doomed", &soon(8));
        let mut terminal = open(&service);
        terminal.row(&["FAIL", "doomed"]);
        terminal.keys("\r");
        terminal.see("Daily number of pushes used up");
    });
}

#[test]
fn the_dashboard_stays_usable_when_the_network_dies_and_recovers_by_itself() {
    for_every_reading(|options| {
        let service = Service::start(options, Some(Seed::default()));
        let mut terminal = open(&service);
        terminal.row(&["▸", "PEND"]);
        terminal.see("LIVE");
        service.network(Network::Cut);
        let screen = terminal.see("OFFLINE");
        assert!(screen.contains("PEND"), "the rows went: {screen}");
        let before = terminal.row(&["▸"]);
        terminal.keys("j");
        terminal.wait("the cursor to move", |screen| screen.lines().any(|l| l.contains('▸') && l != before));
        terminal.keys("/status=pend\r");
        terminal.see("status=pend");
        service.network(Network::Open);
        terminal.see("LIVE");
    });
}

#[test]
fn a_key_never_waits_for_a_service_that_takes_three_seconds() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let mut terminal = open(&service);
    terminal.row(&["▸", "PEND"]);
    service.delay(Duration::from_secs(3));
    // Asks, and while the answer is three seconds away every key does its work.
    terminal.keys("r");
    terminal.keys("?");
    terminal.see("┌ Help");
    terminal.keys("qf");
    terminal.see("Keyword");
    terminal.keys("abc\x1b");
    terminal.gone("Keyword");
    let before = terminal.row(&["▸"]);
    terminal.keys("j");
    terminal.wait("the cursor to move", |screen| screen.lines().any(|l| l.contains('▸') && l != before));
    terminal.see("LIVE");
}

#[test]
fn the_limit_of_five_calls_a_second_is_never_hit_however_often_one_asks() {
    for_every_reading(|options| {
        let service = Service::start(options, Some(Seed::default()));
        let mut terminal = open(&service);
        terminal.row(&["▸", "PEND"]);
        for _ in 0..40 {
            terminal.keys("r<r>");
            terminal.see("LIVE");
        }
        terminal.keys("q");
        assert_eq!(terminal.end(), 0);
        assert_eq!(service.refused(), 0, "the service refused calls as too many (60007)");
    });
}

#[test]
fn a_silent_service_is_said_to_be_so_and_keys_go_on() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let mut terminal = open(&service);
    terminal.row(&["▸", "PEND"]);
    service.network(Network::Silent);
    terminal.see("STALE");
    terminal.keys("?");
    terminal.see("┌ Help");
    service.network(Network::Open);
    terminal.keys("q");
    terminal.see("LIVE");
}

#[test]
fn the_terminal_is_given_back_after_signals() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut terminal = Start::new(&["--sandbox"]).open();
        terminal.see("PEND");
        terminal.signal(signal);
        assert_eq!(terminal.end(), 0, "after SIG{signal}");
        terminal.assert_restored();
    }
}

#[test]
fn the_terminal_is_given_back_after_ctrl_c_under_an_overlay() {
    let mut terminal = Start::new(&["--sandbox"]).open();
    terminal.see("PEND");
    terminal.keys("f");
    terminal.see("Keyword");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn the_terminal_is_given_back_after_a_panic_and_the_report_can_be_read() {
    // A debug build breaks itself when it is asked to, for this test.
    let mut terminal = Start::new(&["--sandbox"]).env("PUSHDECK_DEBUG_PANIC_AFTER_MS", "700").open();
    assert_ne!(terminal.end(), 0);
    terminal.assert_restored();
    let screen = terminal.screen();
    assert!(screen.contains("asked for by a test"), "{screen}");
}
