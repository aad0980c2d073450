//! Signals and jobs: whatever stops, continues or ends the program, the terminal is given back, taken
//! again and drawn whole, and a terminal that takes nothing holds nothing up.

use pushdeck::sandbox::{Options, Seed};
use rustix::termios::{Action, tcflow};

use crate::service::{KEY, Service};
use crate::terminal::{CTRL_S, CTRL_Z, ENTER, ESC, Start, TAB, Terminal, kill};

/// A shell with job control: what it is told to do after the program stopped is one line each.
pub(crate) const SHELL: &str =
    r#"set -m; "$@"; while read -r line; do eval "$line"; done; echo "the shell ends""#;

/// The program continues, and the shell says when it is over.
pub(crate) const FG_TO_THE_END: &str = "fg; echo \"ended $((40 + 4))\"\n";

/// The program ends after [`FG_TO_THE_END`], then the shell does.
pub(crate) fn end_both(terminal: &mut Terminal, job: u32) {
    kill("TERM", job);
    // What is typed before that is thrown away with the rest of the input.
    terminal.see("ended 44");
    terminal.keys("exit\n");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

/// The demo data, and the program that shows them, not started yet.
pub(crate) fn demo() -> (Service, Start) {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let start = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    (service, start)
}

/// The shell is there, its line is as before, and `fg` brings the program back, whole.
fn away_and_back(terminal: &mut Terminal, job: u32, shows: &str) {
    Terminal::see_stopped(job);
    terminal.see_shell();
    terminal.assert_restored();
    terminal.keys("echo \"still $((40 + 2))\"\n");
    terminal.see("still 42");
    terminal.keys("fg\n");
    let screen = terminal.see(shows);
    assert!(!screen.contains("still 42"), "{screen}");
}

#[test]
fn ctrl_z_goes_to_the_shell_from_every_screen_and_fg_comes_back() {
    let (_service, start) = demo();
    let mut terminal = start.by_script(SHELL).open();
    terminal.row(&["▸", "PEND"]);
    let job = terminal.job();
    terminal.keys(CTRL_Z);
    away_and_back(&mut terminal, job, "n new  e edit");
    // As `kill -TSTP` from elsewhere.
    kill("TSTP", job);
    away_and_back(&mut terminal, job, "n new  e edit");
    terminal.keys("n");
    terminal.see("nothing is chosen");
    terminal.keys("u");
    terminal.keys(TAB);
    terminal.keys("anna");
    terminal.keys(CTRL_Z);
    away_and_back(&mut terminal, job, "anna");
    terminal.keys(TAB);
    terminal.keys("Half typed");
    terminal.keys(&TAB.repeat(2));
    terminal.keys("+1h");
    terminal.keys(CTRL_S);
    terminal.see("press y to create");
    terminal.keys(CTRL_Z);
    // What is typed in the shell is for the shell: it confirms nothing.
    away_and_back(&mut terminal, job, "press y to create");
    terminal.keys(ESC);
    terminal.gone("Create a task");
    // Stopped without being asked, as by `kill -STOP`: the shell writes over the screen.
    kill("STOP", job);
    Terminal::see_stopped(job);
    terminal.keys("echo \"still $((40 + 3))\"\n");
    terminal.see("still 43");
    terminal.keys(FG_TO_THE_END);
    terminal.gone("still 43");
    terminal.see("Half typed");
    end_both(&mut terminal, job);
}

#[test]
fn without_a_shell_it_does_not_stop_for_nobody_could_bring_it_back() {
    let (_service, start) = demo();
    let mut terminal = start.open();
    terminal.row(&["▸", "PEND"]);
    for by_key in [true, false] {
        if by_key {
            terminal.keys(CTRL_Z);
        } else {
            terminal.keys("z");
            terminal.gone("not suspended");
            terminal.signal("TSTP");
        }
        terminal.see("not suspended: there is no shell here");
    }
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn every_signal_that_asks_for_the_end_gives_the_terminal_back() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    for name in ["HUP", "INT", "QUIT", "TERM", "XCPU"] {
        let mut terminal = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY).open();
        terminal.row(&["▸", "PEND"]);
        // These end nothing.
        for harmless in ["PIPE", "XFSZ", "CONT", "WINCH"] {
            terminal.signal(harmless);
            terminal.repaint();
        }
        terminal.keys("?");
        terminal.see("cancel the task, through review");
        terminal.signal(name);
        assert_eq!(terminal.end(), 0, "{name}");
        terminal.assert_restored();
    }
}

#[test]
fn a_terminal_that_takes_nothing_delays_neither_sigterm_nor_ctrl_c() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    for by_key in [false, true] {
        let mut terminal = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY).open();
        terminal.row(&["▸", "PEND"]);
        // What ctrl-s does in a shell: from now on every write to it has to wait.
        let tty = std::fs::File::open(terminal.tty()).unwrap();
        tcflow(&tty, Action::OOff).unwrap();
        terminal.keys("?");
        terminal.keys(ESC);
        terminal.keys(ENTER);
        if by_key {
            terminal.keys("\x03");
        } else {
            terminal.signal("TERM");
        }
        assert_eq!(terminal.end_unseen(), 0);
        terminal.assert_line_restored();
        tcflow(&tty, Action::OOn).unwrap();
    }
}

#[test]
fn a_terminal_that_nobody_reads_is_given_back_all_the_same() {
    let (_service, start) = demo();
    // One picture is more than any buffer between the two holds.
    let mut terminal = start.size(1000, 300).stalled().open();
    terminal.see_first_bytes();
    terminal.keys("?");
    terminal.signal("TERM");
    assert_eq!(terminal.end_unseen(), 0);
    terminal.read_on();
    terminal.end();
    terminal.assert_restored();
}

#[test]
fn what_a_stalled_terminal_missed_is_drawn_when_it_goes_on() {
    let (_service, start) = demo();
    let mut terminal = start.open();
    terminal.row(&["▸", "PEND"]);
    let tty = std::fs::File::open(terminal.tty()).unwrap();
    tcflow(&tty, Action::OOff).unwrap();
    terminal.keys("?q:dra");
    tcflow(&tty, Action::OOn).unwrap();
    let screen = terminal.see("every text that is kept");
    assert!(!screen.contains("cancel the task, through review"), "{screen}");
    let drawn = terminal.repaint();
    terminal.wait("the same picture", |screen| screen.lines().count() == drawn.lines().count());
}

#[test]
fn a_terminal_that_is_gone_ends_it() {
    let (_service, start) = demo();
    let mut terminal = start.open();
    terminal.row(&["▸", "PEND"]);
    terminal.signal("STOP");
    terminal.signal("HUP");
    terminal.signal("CONT");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_limit_on_files_is_an_error_and_not_the_end() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let start = Start::new(&["--log", log.to_str().unwrap()]).config(&service.config("test"));
    let mut terminal = start.env("ACME_IM_KEY", KEY).by_script(r#"ulimit -f 1; exec "$@""#).open();
    terminal.row(&["▸", "PEND"]);
    for _ in 0..20 {
        terminal.keys("r");
        terminal.repaint();
    }
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
    assert!(std::fs::metadata(log).unwrap().len() <= 1024);
}
