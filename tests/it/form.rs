//! The form in a terminal: what is typed and pasted there is what the service then holds.

use serde_json::json;

use crate::live::soon;
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
    terminal.confirm("press y to create", "y", "✓ verified");
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

#[test]
fn a_push_to_one_user_costs_seven_keys_and_is_what_the_service_holds_also_on_a_small_screen() {
    for (columns, rows) in [(80, 24), (30, 8)] {
        let service = quiet();
        let opened = soon(600);
        let start = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY);
        let mut terminal = start.size(columns, rows).open();
        terminal.see("LIVE");
        terminal.keys("n");
        terminal.see("Type:");
        terminal.keys("u");
        terminal.see("[User]");
        terminal.keys("\tmona\t订单已发货\tIt arrives on Friday.\t+10m");
        // The time is understood while it is typed, on the next line where there is no room beside it.
        terminal.wait("the time in words", |screen| {
            let below = screen.lines().skip(1).any(|line| line.contains(" +08"));
            below && screen.contains("+10m")
        });
        terminal.keys(CTRL_S);
        terminal.gone("SchedAt");
        // Reading the review is not what this is about.
        terminal.resize(100, 40);
        terminal.confirm("press y to create", "y", "✓ verified");
        let tasks = service.tasks("User");
        assert_eq!(titles(&tasks), ["订单已发货"]);
        let info = json!({"Title": "订单已发货", "Desc": "It arrives on Friday."});
        assert_eq!(tasks[0]["Content"]["OfflinePushInfo"], info);
        assert_eq!(tasks[0]["Content"]["To_Account"], json!(["mona"]));
        // Ten minutes from when it was typed, a second more where that was within one.
        let at = tasks[0]["SchedAt"].as_str().unwrap();
        assert!((opened.as_str()..=soon(601).as_str()).contains(&at), "{at}");
    }
}

#[test]
fn five_hundred_accounts_are_pasted_counted_and_sent_and_one_more_is_refused_once() {
    let service = quiet();
    let mut terminal = open(&service);
    let accounts: Vec<String> = (0..500).map(|n| format!("user_{n:03}")).collect();
    terminal.keys("n");
    terminal.see("nothing is chosen");
    terminal.keys("u\t");
    paste(&mut terminal, &accounts.join("\n"));
    terminal.see("500 accounts");
    terminal.keys("\tTo many\t\t+1h\x1b[Z\x1b[Z\x1b[Z");
    terminal.keys(" one_more");
    let screen = terminal.see("has 501 entries");
    assert_eq!(screen.matches("has 501").count(), 1, "{screen}");
    terminal.keys(&"\x7f".repeat(9));
    terminal.see("500 accounts");
    terminal.keys(CTRL_S);
    terminal.confirm("type acme to create", "acme", "✓ verified");
    assert_eq!(service.tasks("User")[0]["Content"]["To_Account"], json!(accounts));
}

#[test]
fn a_draft_that_comes_back_says_its_age_in_the_title_also_after_a_kill() {
    let service = quiet();
    let mut terminal = open(&service);
    terminal.keys("n");
    terminal.see("nothing is chosen");
    terminal.keys("a\tHalf a thought");
    let home = terminal.into_home_when_saved("Half a thought");
    let again = Start::new(&[]).home(home).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    let mut terminal = again.open();
    terminal.see("LIVE");
    terminal.keys("n");
    let screen = terminal.see("old, ctrl-x drops it");
    assert!(screen.contains("New push · DRAFT ") && screen.contains("Half a thought"), "{screen}");
    // It stays there, and begins where something is missing.
    terminal.row(&["▸", "When"]);
    terminal.keys("+1h");
    terminal.see("old, ctrl-x drops it");
    terminal.keys("\x18");
    terminal.see("draft dropped, ctrl-x brings it back");
    terminal.gone("Half a thought");
    terminal.keys("\x18");
    terminal.see("Half a thought");
}
