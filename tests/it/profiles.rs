//! Several apps in one pushdeck: each with its own state, connection and budget; and all of them on one board.

use pushdeck::sandbox::{Options, Seed};

use crate::live::soon;
use crate::service::{KEY, Network, Service, for_every_reading};
use crate::terminal::{ENTER, ESC, Start, Terminal};

/// Two apps, each behind a network of its own.
struct Two {
    acme: Service,
    beta: Service,
}

impl Two {
    fn start(options: &Options) -> Self {
        let start = || {
            let options = Options { rate_limit_per_second: 0, ..options.clone() };
            Service::start(options, Some(Seed { tasks: 40, ..Seed::default() }))
        };
        Self { acme: start(), beta: start() }
    }

    fn open(&self) -> Terminal {
        let config = format!("{}{}", self.acme.config("test"), self.beta.profile("beta", "test"));
        let terminal = Start::new(&[]).size(120, 40).config(&config).env("ACME_IM_KEY", KEY).open();
        terminal.row(&["▸", "PEND"]);
        terminal
    }
}

/// Down to the row that says this, on whatever board is shown.
fn choose(terminal: &mut Terminal, pieces: &[&str]) {
    for _ in 0..120 {
        let screen = terminal.screen();
        let is_it = |line: &str| line.contains("▸") && pieces.iter().all(|piece| line.contains(piece));
        if screen.lines().any(is_it) {
            return;
        }
        terminal.keys("j");
        terminal.repaint();
    }
    panic!("{pieces:?} is not reached:\n{}", terminal.screen());
}

#[test]
fn p_goes_to_another_app_and_all_profiles_show_both_and_a_cancel_goes_to_the_app_of_its_row() {
    for_every_reading(|options| {
        let two = Two::start(&options);
        two.acme.add("Only in acme", &soon(3000));
        let there = two.beta.add("Only in beta", &soon(3060));
        let mut terminal = two.open();
        terminal.keys("Pj");
        terminal.keys(ENTER);
        terminal.see(" beta · 127.0.0.1");
        terminal.see("Only in beta");
        terminal.keys("P");
        terminal.see("every app in one table");
        terminal.keys("g");
        terminal.keys(ENTER);
        terminal.see("2 of 2 live");
        terminal.row(&["acme", "PEND", "Only in acme"]);
        terminal.row(&["beta", "PEND", "Only in beta"]);
        terminal.keys("2");
        terminal.see("[2 Timeline]");
        terminal.row(&["beta", "█"]);
        terminal.keys("1");
        choose(&mut terminal, &["beta", "Only in beta"]);
        terminal.keys("D");
        terminal.see("now on beta (TEST)");
        let last = format!("{:04}", there % 10_000);
        terminal.confirm(&format!("to cancel #{there}"), &last, "Cancelled #");
        terminal.keys(ESC);
        terminal.gone("Cancelled #");
        terminal.row(&["▸", "CANC", "Only in beta"]);
        let titles = |service: &Service| -> Vec<String> {
            service.tasks("All").iter().map(|task| task["Title"].as_str().unwrap().to_owned()).collect()
        };
        assert!(!titles(&two.beta).contains(&"Only in beta".to_owned()), "it was cancelled");
        assert!(titles(&two.acme).contains(&"Only in acme".to_owned()), "nothing happened to the other app");
        terminal.keys("Pj");
        terminal.keys("k");
        terminal.keys(ENTER);
        terminal.see(" acme · 127.0.0.1");
        terminal.row(&["PEND", "Only in acme"]);
    });
}

#[test]
fn an_app_whose_service_is_away_says_so_while_the_other_goes_on() {
    let two = Two::start(&Options::demo());
    let mut terminal = two.open();
    terminal.keys("Pg");
    terminal.keys(ENTER);
    terminal.see("2 of 2 live");
    two.beta.network(Network::Cut);
    terminal.see("1 of 2 live");
    terminal.row(&["TEST", "acme", "LIVE"]);
    terminal.row(&["TEST", "beta", "OFFLINE"]);
    terminal.keys(ESC);
    terminal.see(" acme · 127.0.0.1");
    terminal.keys("P");
    terminal.row(&["beta", "OFFLINE"]);
    terminal.keys(ESC);
    terminal.gone("every app in one table");
    two.beta.network(Network::Open);
    terminal.keys("P");
    terminal.row(&["beta", "LIVE"]);
    terminal.keys("j");
    terminal.keys(ENTER);
    terminal.see(" beta · 127.0.0.1");
    terminal.see("LIVE");
}

#[test]
fn what_was_typed_for_one_app_stays_with_it_and_is_there_after_the_program_was_killed() {
    let two = Two::start(&Options::demo());
    let mut terminal = two.open();
    terminal.keys("Pj");
    terminal.keys(ENTER);
    terminal.see(" beta · 127.0.0.1");
    terminal.keys("na");
    terminal.keys("\t");
    terminal.keys("Words for beta");
    terminal.see("Words for beta");
    let home = terminal.into_home_when_saved("Words for beta");
    let config = format!("{}{}", two.acme.config("test"), two.beta.profile("beta", "test"));
    let start = Start::new(&[]).size(120, 40).home(home).config(&config).env("ACME_IM_KEY", KEY);
    let mut terminal = start.open();
    terminal.row(&["▸", "PEND"]);
    terminal.keys("n");
    terminal.see("New push");
    assert!(!terminal.screen().contains("Words for beta"), "they are of the other app");
    terminal.keys(ESC);
    terminal.gone("New push");
    terminal.keys("Pj");
    terminal.keys(ENTER);
    terminal.see(" beta · 127.0.0.1");
    terminal.keys("n");
    terminal.see("Words for beta");
}
