//! The form in a terminal: what is typed and pasted there is what the service then holds.

use serde_json::json;

use crate::service::{KEY, Service};
use crate::terminal::{CTRL_S, ESC, Start, TAB, Terminal};
use crate::write::{quiet, titles};

/// What ends and empties a line, as in a shell.
const CTRL_U: &str = "\x15";

fn open(service: &Service) -> Terminal {
    let terminal = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY).open();
    terminal.see("LIVE");
    terminal
}

fn paste(terminal: &mut Terminal, text: &str) {
    terminal.keys(&format!("\x1b[200~{text}\x1b[201~"));
}

#[test]
fn accounts_with_commas_between_are_sent_one_by_one_and_a_megabyte_costs_no_word() {
    let service = quiet();
    let mut terminal = open(&service);
    terminal.keys("n");
    terminal.see("nothing is chosen");
    terminal.keys("u\t");
    paste(&mut terminal, "mona, li_wei，anna；bela\r\nmona");
    terminal.see("5 accounts");
    terminal.see("mona appears twice");
    terminal.keys(TAB);
    terminal.keys("Order ");
    paste(&mut terminal, &"shipped ".repeat(1 << 17));
    terminal.see("! cut at 4 096 bytes: 1 044 486 were left out");
    // What was cut is not what was meant: nobody can send it by accident.
    terminal.keys(CTRL_S);
    terminal.see("not ready: Title");
    terminal.keys(CTRL_U);
    terminal.gone("cut at");
    terminal.keys("Order shipped\t\t+40m");
    terminal.keys(ESC);
    terminal.see("draft kept");
    terminal.keys("n");
    terminal.see("5 accounts");
    terminal.keys(CTRL_S);
    let screen = terminal.see("press y to create");
    assert!(screen.contains("5 accounts: mona, li_wei, anna, bela, mona"), "{screen}");
    terminal.keys("y");
    terminal.see("✓ verified");
    let tasks = service.tasks("User");
    assert_eq!(titles(&tasks), ["Order shipped"]);
    assert_eq!(tasks[0]["Content"]["To_Account"], json!(["mona", "li_wei", "anna", "bela", "mona"]));
}

#[test]
fn a_push_that_says_nothing_does_not_come_to_its_review() {
    let service = quiet();
    let mut terminal = open(&service);
    terminal.keys("n");
    terminal.see("nothing is chosen");
    terminal.keys("u\tmona\t\t\t+40m\x1b[Z\x1b[Z");
    terminal.see("1 account");
    terminal.keys(CTRL_S);
    terminal.see("says nothing");
    // Also what was typed for another field confirms nothing then.
    terminal.keys("y");
    terminal.keys(CTRL_S);
    terminal.see("press y to create");
    assert!(service.tasks("User").is_empty());
}
