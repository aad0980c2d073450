//! Never sent twice, never sent unseen: a service that lists late, is silent for long, or whose tasks
//! somebody else changes while they are reviewed; and a journal that cannot be written.

use pushdeck::sandbox::Options;
use serde_json::{Value, json};

use crate::live::soon;
use crate::service::{KEY, Network, SDKAPPID, Service, for_every_reading};
use crate::terminal::{CTRL_S, ESC, Start, TAB, Terminal};

const CTRL_R: &str = "\x12";

fn service(options: Options) -> Service {
    // Without a limit of rate, for the test itself asks too.
    Service::start(Options { rate_limit_per_second: 0, ..options }, None)
}

fn open(service: &Service) -> Terminal {
    let terminal = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY).open();
    terminal.see("LIVE");
    terminal
}

/// A push to one account, up to its review.
fn review_create(terminal: &mut Terminal, title: &str) {
    terminal.keys("n");
    terminal.see("nothing is chosen");
    terminal.keys("u");
    terminal.gone("nothing is chosen");
    terminal.keys(TAB);
    terminal.keys("anna");
    terminal.keys(TAB);
    terminal.keys(title);
    terminal.see(title);
    terminal.keys(&TAB.repeat(2));
    terminal.keys("+1h");
    terminal.see("in ");
    terminal.keys(CTRL_S);
    terminal.see("press y to create");
}

/// As another operator would.
fn modify(service: &Service, id: u64, content: &Value) {
    let body = json!({"Sdkappid": SDKAPPID, "TaskID": id, "Type": "All", "Content": content});
    service.call("modify_sched_task", &body);
}

fn content(title: &str) -> Value {
    json!({"From_Account": "administrator", "OfflinePushInfo": {"Title": title, "Desc": "text"}})
}

#[test]
fn a_list_that_shows_a_create_late_turns_what_was_said_of_it() {
    let service = service(Options { list_lag_ms: 24_000, ..Options::default() });
    let mut terminal = open(&service);
    review_create(&mut terminal, "Shown late");
    // It arrives; its answer does not.
    service.network(Network::AnswersLost);
    terminal.confirm("press y to create", "y", "outcome not known");
    service.network(Network::Open);
    terminal.see("not there");
    terminal.keys(ESC);
    terminal.gone("Create a task");
    terminal.keys(ESC);
    terminal.gone("New push");
    terminal.row(&["?UNK", "Shown late"]);
    // The table's own refresh brings it, long before the next search would.
    let screen = terminal.see("was done after all");
    assert!(screen.contains("the create of \"Shown late\""), "{screen}");
    terminal.row(&["PEND", "Shown late"]);
    terminal.gone("?UNK");
    assert_eq!(service.tasks("User").len(), 1);
    terminal.keys("a");
    terminal.gone("was done after all");
}

#[test]
fn while_the_service_is_silent_the_row_stays_and_it_is_found_out_when_it_answers() {
    for_every_reading(|options| {
        let service = service(options);
        let mut terminal = open(&service);
        review_create(&mut terminal, "Into the dark");
        service.network(Network::AnswersLost);
        terminal.confirm("press y to create", "y", "outcome not known");
        service.network(Network::Cut);
        terminal.see("the service gives no");
        terminal.see("next search in");
        terminal.keys(ESC);
        terminal.gone("Create a task");
        terminal.keys(ESC);
        terminal.gone("New push");
        terminal.row(&["?UNK", "Into the dark"]);
        terminal.keys("q");
        terminal.see("press again to leave all the same");
        service.network(Network::Open);
        terminal.keys(CTRL_R);
        terminal.see("was done after all");
        assert_eq!(service.tasks("User").len(), 1);
    });
}

#[test]
fn what_another_operator_changes_under_the_review_is_never_overwritten_or_cancelled_unseen() {
    let service = service(Options::default());
    let id = service.add("base", &soon(7200));
    let tail = format!("{:04}", id % 10_000);
    let config = format!("{}\n[ui]\nrefresh_seconds = 60\n", service.config("test"));
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "base"]);
    terminal.keys("D");
    terminal.see(&format!("type {tail} to"));
    // No refresh of the list brings it: the look right before the cancel does, or where the program is held up the copy
    // that is asked for while the operator thinks.
    modify(&service, id, &content("theirs"));
    terminal.keys(&tail);
    let screen = terminal.see("It changed since you looked:");
    assert!(screen.contains("base → theirs"), "{screen}");
    assert_eq!(service.task(id)["Status"], "pending");
    terminal.confirm(&format!("type {tail} to"), &tail, "Cancelled #");
    assert_eq!(service.tasks("All"), [json!(null); 0]);
}

#[test]
fn without_a_journal_nothing_is_created_and_a_cancel_asks_once_more() {
    let service = service(Options::default());
    let id = service.add("to be stopped", &soon(7200));
    let tail = format!("{:04}", id % 10_000);
    let mut terminal = open(&service);
    terminal.row(&["▸", "to be stopped"]);
    let database = terminal.state_home().join("pushdeck/state.db");
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    terminal.keys("D");
    terminal.confirm(&format!("type {tail} to"), &tail, "cancels it without an entry in the journal");
    assert_eq!(service.task(id)["Status"], "pending");
    terminal.confirm(&format!("type {tail} to"), &tail, "Cancelled #");
    assert_eq!(service.tasks("All"), [json!(null); 0]);
    terminal.keys(ESC);
    terminal.gone("Cancelled #");
    review_create(&mut terminal, "Not written down");
    terminal.confirm("press y to create", "y", "nothing was sent: ");
    assert_eq!(service.tasks("User"), [json!(null); 0]);
    other.execute_batch("ROLLBACK").unwrap();
    terminal.confirm("press y to create", "y", "✓ verified");
    assert_eq!(service.tasks("User").len(), 1);
}
