//! The budget as a strict service counts it: five calls in any window of one second, for each API.

use std::time::{Duration, Instant};

use pushdeck::sandbox::{Options, Seed};

use crate::service::{KEY, Service};
use crate::terminal::{ENTER, ESC, Start, Terminal};

/// How long what takes its time by design is waited for.
const MINUTE: Duration = Duration::from_mins(1);

/// How long the dashboard works with everything going on: a few windows of the limit, or a minute with
/// `PUSHDECK_BUDGET=full`. The law for a minute of any traffic runs on a virtual clock, in
/// `api::rate_limiter`.
fn dose() -> Duration {
    let is_full = std::env::var("PUSHDECK_BUDGET").is_ok_and(|dose| dose == "full");
    if is_full { MINUTE } else { Duration::from_secs(8) }
}

fn open(service: &Service) -> Terminal {
    let terminal = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY).open();
    terminal.see("LIVE");
    terminal
}

/// Asks for everything that costs a call: the list over and over, other pages and ranges, a find,
/// and a review, which asks for its task.
fn everything(terminal: &mut Terminal) {
    terminal.keys("rrrrrrrr");
    terminal.keys(">>>");
    terminal.keys("<<<");
    terminal.keys("]");
    terminal.keys("[");
    terminal.see("LIVE");
    terminal.keys("fsale");
    terminal.see("Keyword");
    terminal.keys(ENTER);
    terminal.see("sale");
    terminal.keys("f\u{15}");
    terminal.see("Keyword");
    terminal.keys(ENTER);
    terminal.gone("Keyword");
    // The calls of before may have used up the budget: while the page of an empty range stands, none is selected.
    terminal.row(&["▸"]);
    terminal.keys("D");
    terminal.wait("a review, or why not", |screen| screen.contains("Cancel #") || screen.contains("! "));
    terminal.keys(ESC);
    terminal.gone("Cancel #");
}

/// Waits for what takes its time by design; only a failing test waits to the end.
fn until(longest: Duration, what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < longest, "waited for {what} in vain");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
fn work_with_everything_going_on_is_never_over_the_limit() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let mut terminal = open(&service);
    let began = Instant::now();
    let mut rounds = 0;
    while rounds == 0 || began.elapsed() < dose() {
        everything(&mut terminal);
        rounds += 1;
    }
    assert_eq!(service.refused(), 0, "calls that the service refused as too many, in {rounds} rounds");
}

#[test]
fn two_dashboards_on_one_app_get_in_each_others_way_and_both_stay_usable() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let mut pair = [open(&service), open(&service)];
    let began = Instant::now();
    // Both want all there is until one of them has heard that these are too many. That the service has
    // refused a call is not enough: a newer question may have withdrawn the one that was refused, and then
    // nobody heard of it.
    while !pair.iter().any(|terminal| terminal.screen().contains("slowed")) {
        assert!(began.elapsed() < MINUTE, "the two never met");
        for terminal in &mut pair {
            terminal.keys("rrrrrrrrrr");
        }
    }
    assert!(service.refused() > 0);
    for terminal in &mut pair {
        let before = terminal.row(&["▸"]);
        terminal.keys("j");
        terminal.wait("the cursor to move", |screen| screen.lines().any(|l| l.contains('▸') && l != before));
        terminal.see("LIVE");
        terminal.keys("?");
        terminal.see("┌ Help");
        terminal.keys("q");
    }
    // Nobody presses any more: what goes on by itself stays within the limit, and is seen to recover.
    let as_before = |screen: String| screen.contains("LIVE") && !screen.contains("slowed");
    until(2 * MINUTE, "all to be as before", || pair.iter().all(|terminal| as_before(terminal.screen())));
}
