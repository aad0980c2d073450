//! Writing: create, modify, change of time and cancel, each through its review, and what the
//! service then holds.

use pushdeck::sandbox::Options;
use serde_json::{Value, json};

use crate::service::{KEY, Network, Service};
use crate::terminal::{CTRL_C, CTRL_S, ENTER, ESC, Start, TAB, Terminal};

fn open(service: &Service, environment: &str) -> Terminal {
    let terminal = Start::new(&[]).config(&service.config(environment)).env("ACME_IM_KEY", KEY).open();
    terminal.see("LIVE");
    terminal
}

/// A service without a limit of rate, for the test itself asks too.
pub(crate) fn quiet() -> Service {
    Service::start(Options { rate_limit_per_second: 0, ..Options::default() }, None)
}

const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";
const PAGE_DOWN: &str = "\x1b[6~";
const PAGE_UP: &str = "\x1b[5~";

/// Fills the form of a new task. `kind` is the key of its type; `who` goes into the first field of
/// the audience.
pub(crate) fn fill(terminal: &mut Terminal, kind: &str, when: &str, who: Option<&str>, title: &str) {
    terminal.keys("n");
    terminal.see("nothing is chosen");
    terminal.keys(kind);
    terminal.gone("nothing is chosen");
    terminal.keys(TAB);
    if let Some(who) = who {
        terminal.keys(who);
        // A condition has five fields, a list of accounts is one.
        terminal.keys(&TAB.repeat(if kind == "t" { 5 } else { 1 }));
    }
    terminal.keys(title);
    terminal.see(title);
    terminal.keys(&TAB.repeat(2));
    terminal.keys(when);
    terminal.see("in ");
}

/// Cancels the selected task, and closes the result.
pub(crate) fn cancel(terminal: &mut Terminal, id: u64) {
    let tail = format!("{:04}", id % 10_000);
    terminal.keys("D");
    terminal.confirm(&format!("type {tail} to"), &tail, "Cancelled #");
    terminal.keys(ESC);
    terminal.gone("Cancelled #");
}

pub(crate) fn titles(tasks: &[Value]) -> Vec<&str> {
    tasks.iter().map(|task| task["Title"].as_str().unwrap()).collect()
}

#[test]
fn one_task_of_each_type_is_created_as_it_was_entered() {
    let service = quiet();
    let mut terminal = open(&service, "test");

    fill(&mut terminal, "u", "+40m", Some("anna\rbela"), "Order shipped");
    terminal.keys(CTRL_S);
    let screen = terminal.see("press y to create");
    assert!(screen.contains("2 accounts: anna, bela"), "{screen}");
    let screen = terminal.confirm("press y to create", "y", "✓ verified");
    assert!(screen.contains("created: the push goes out "), "{screen}");
    terminal.keys(ESC);
    terminal.gone("✓ verified");
    terminal.row(&["▸", "PEND", "Order shipped"]);

    fill(&mut terminal, "t", "tomorrow 9:00 UTC", Some("city-berlin\rbeta"), "股票早报");
    terminal.keys(CTRL_S);
    let screen = terminal.confirm("type acme to create", "acme", "✓ verified");
    assert!(screen.contains("created: the push goes out "), "{screen}");
    terminal.keys(ESC);
    terminal.gone("✓ verified");
    terminal.row(&["▸", "PEND", "股票早报"]);

    fill(&mut terminal, "a", "+3d", None, "Flash sale");
    terminal.keys(CTRL_S);
    let screen = terminal.see("create this task");
    assert!(screen.contains("EVERYONE of acme"), "{screen}");
    let screen = terminal.confirm("type acme to create", "acme", "✓ verified");
    assert!(screen.contains("created: the push goes out "), "{screen}");
    terminal.keys(ESC);
    terminal.gone("✓ verified");
    terminal.row(&["▸", "PEND", "EVERYONE", "Flash sale"]);

    let user = service.tasks("User");
    assert_eq!(titles(&user), ["Order shipped"]);
    assert_eq!(user[0]["Content"]["To_Account"], json!(["anna", "bela"]));
    assert_eq!(user[0]["Content"]["From_Account"], "administrator");
    let tag = service.tasks("Tag");
    assert_eq!(titles(&tag), ["股票早报"]);
    assert_eq!(tag[0]["Content"]["Condition"], json!({"TagsAnd": ["city-berlin", "beta"]}));
    assert!(tag[0]["SchedAt"].as_str().unwrap().ends_with(" 09:00:00"), "{}", tag[0]);
    let all = service.tasks("All");
    assert_eq!(titles(&all), ["Flash sale"]);
    assert_eq!(all[0]["Content"].get("Condition"), None);
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn enter_never_sends_and_wrong_words_do_nothing() {
    let service = quiet();
    let mut terminal = open(&service, "test");
    fill(&mut terminal, "a", "+3d", None, "Not yet");
    for _ in 0..10 {
        terminal.keys(ENTER);
    }
    terminal.keys(CTRL_S);
    terminal.confirm("type acme to create", "\r\r\r", "hold still…");
    terminal.confirm("type acme to create", "y", "that does not match");
    // Of a text that runs on nothing counts, the right word in it neither.
    terminal.confirm("type acme to create", "say acme to them", "that does not match");
    // A paste confirms nothing either.
    terminal.keys("\x1b[200~acme\x1b[201~");
    terminal.see("a paste confirms nothing");
    terminal.keys(ESC);
    terminal.gone("does not match");
    let screen = terminal.see("New push");
    assert!(screen.contains("Not yet"), "{screen}");
    assert_eq!(service.tasks("All"), [json!(null); 0]);
}

#[test]
fn on_a_small_screen_nothing_is_confirmed_before_all_of_it_was_read() {
    let service = quiet();
    let start = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    let mut terminal = start.size(100, 40).open();
    terminal.see("LIVE");
    fill(&mut terminal, "u", "+40m", Some("anna"), "Read it to the end");
    terminal.resize(30, 8);
    terminal.keys(CTRL_S);
    let screen = terminal.see("to see: PgDn");
    assert!(!screen.contains("press y"), "{screen}");
    // What is typed all the same sends nothing, and the review goes on asking to be read.
    for _ in 0..3 {
        terminal.keys("y");
        terminal.keys(DOWN);
        terminal.gone("1 account: anna");
        terminal.see("to see: PgDn");
        terminal.keys(UP);
        terminal.see("1 account: anna");
    }
    assert_eq!(service.tasks("User"), [json!(null); 0]);
    let mut shown = String::new();
    for _ in 0..60 {
        // Without the header, whose clock goes on.
        let window = |screen: &str| screen.lines().skip(1).collect::<Vec<_>>().join("\n");
        let before = window(&terminal.screen());
        shown.push_str(&before);
        if !before.contains("to see: ") {
            break;
        }
        // Keys of before may still be under way, so that a window was passed over: then it says so.
        let is_above = before.contains("to see: PgUp");
        terminal.keys(if is_above { PAGE_UP } else { PAGE_DOWN });
        terminal.wait("the next lines", |screen| window(screen) != before);
    }
    // Where a minute is not whole any more the time that is left takes a line of its own.
    for words in ["1 account: anna", "UTC", "· in ", "Read it to the end"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    assert!(shown.contains("40m") || shown.contains("39m"), "{shown}");
    terminal.confirm("press y to create", "y", "✓");
    assert_eq!(titles(&service.tasks("User")), ["Read it to the end"]);
}

#[test]
fn in_prod_everyone_takes_a_sentence_and_a_countdown_that_any_key_stops() {
    let service = quiet();
    let mut terminal = open(&service, "prod");
    fill(&mut terminal, "a", "+3d", None, "To all of you");
    terminal.keys(CTRL_S);
    let screen = terminal.see("type \"all acme\"");
    assert!(screen.contains("PROD"), "{screen}");
    terminal.keys("all acme");
    terminal.see("any key stops it");
    terminal.keys("x");
    terminal.gone("any key stops it");
    assert_eq!(service.tasks("All"), [json!(null); 0]);
    terminal.see("type \"all acme\"");
    terminal.keys("all acme");
    terminal.see("any key stops it");
    terminal.see("✓ verified");
    assert_eq!(titles(&service.tasks("All")), ["To all of you"]);
}

#[test]
fn a_task_is_modified_moved_and_cancelled() {
    let service = quiet();
    // Read from text: a number written here would lose its last zero before it is sent.
    let content: Value = serde_json::from_str(
        r#"{"From_Account": "administrator", "Novel": {"kept": [1.50, null]},
            "OfflinePushInfo": {"Title": "Befor", "Desc": "text", "AndroidInfo": {"Sound": "ding", "Odd": true}}}"#,
    )
    .unwrap();
    let body = json!({"Sdkappid": crate::service::SDKAPPID, "Type": "All", "SchedAt": "2031-01-01 00:00:00", "Content": content});
    let id = service.call("add_sched_task", &body)["TaskID"].as_u64().unwrap();
    let tail = format!("{:04}", id % 10_000);
    let config = service.config("test");
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.see("scheduled");
    // It is due years ahead, outside of the range.
    terminal.keys(&format!(":{id}"));
    terminal.see("go to task");
    terminal.keys(ENTER);
    terminal.row(&["▸", "Befor"]);

    terminal.keys("e");
    terminal.see("Edit");
    let screen = terminal.see("Befor");
    assert!(screen.contains("All"), "{screen}");
    focus(&mut terminal, "Title");
    // Behind the text, which would be replaced as a whole else.
    terminal.keys("\x1b[F");
    terminal.keys("e");
    terminal.see("Before");
    terminal.keys(CTRL_S);
    terminal.confirm(&format!("type {tail} to"), &tail, "✓ verified");
    terminal.keys(ESC);
    terminal.gone("✓ verified");
    terminal.row(&["▸", "Before"]);
    let held = service.task(id);
    assert_eq!(held["SchedAt"], "2031-01-01 00:00:00", "an edit of the text moved the time");
    assert_eq!(held["Content"]["Novel"].to_string(), r#"{"kept":[1.50,null]}"#);
    assert_eq!(held["Content"]["OfflinePushInfo"]["AndroidInfo"], json!({"Sound": "ding", "Odd": true}));

    terminal.keys("t");
    terminal.see("When");
    // ctrl-u clears the line.
    terminal.keys("\x15");
    terminal.keys("2031-02-03 04:05:06 UTC");
    terminal.keys(CTRL_S);
    terminal.confirm(&format!("type {tail} to"), &tail, "✓ verified");
    terminal.keys(ESC);
    terminal.gone("✓ verified");
    let moved = service.task(id);
    assert_eq!(moved["SchedAt"], "2031-02-03 04:05:06");
    assert_eq!(moved["Content"], held["Content"], "a change of time changed the content");

    terminal.row(&["▸", "Before"]);
    cancel(&mut terminal, id);
    terminal.row(&["▸", "CANC", "Before"]);
    assert_eq!(service.tasks("All"), [json!(null); 0]);
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn what_does_not_stand_as_meant_is_shown_in_red_and_put_right_by_a_key() {
    let service = quiet();
    let id = service.add("Half of it", &crate::live::soon(7200));
    let tail = format!("{:04}", id % 10_000);
    let mut terminal = open(&service, "test");
    terminal.row(&["▸", "Half of it"]);
    terminal.keys("e");
    terminal.see("Edit");
    focus(&mut terminal, "Text");
    // The text is taken out; a service that merges keeps it.
    terminal.keys("\x15");
    terminal.keys(CTRL_S);
    let screen = terminal.confirm(&format!("type {tail} to"), &tail, "it is NOT as intended");
    assert!(screen.contains("Text"), "{screen}");
    assert_eq!(service.task(id)["Desc"], "text", "the service has kept it");
    terminal.see("ctrl-s corrects it");
    terminal.keys(CTRL_S);
    terminal.gone("does NOT stand");
    terminal.confirm(&format!("type {tail} to"), &tail, "✓ verified");
    let held = service.task(id);
    assert_eq!((&held["Desc"], &held["Title"]), (&json!(""), &json!("Half of it")));
}

/// Tabs on until the field of that name has the keys.
pub(crate) fn focus(terminal: &mut Terminal, name: &str) {
    // The table behind the form marks a row, too.
    let marked = |screen: &str| -> Vec<String> {
        screen.lines().filter(|line| line.contains('▸')).map(str::to_owned).collect()
    };
    for _ in 0..80 {
        let before = marked(&terminal.see("▸"));
        if before.iter().any(|line| line.split_whitespace().any(|word| word == name)) {
            return;
        }
        terminal.keys(TAB);
        terminal.wait("the focus to move", |screen| screen.contains('▸') && marked(screen) != before);
    }
    panic!("{name} is never reached:\n{}", terminal.screen());
}

#[test]
fn accounts_that_do_not_exist_are_named_and_the_form_keeps_its_text() {
    let known = ["anna"].map(str::to_owned).into_iter().collect();
    let service = Service::start(
        Options { known_accounts: Some(known), rate_limit_per_second: 0, ..Options::default() },
        None,
    );
    let mut terminal = open(&service, "test");
    fill(&mut terminal, "u", "+1h", Some("anna\rbela\rcarl"), "For three");
    terminal.keys(CTRL_S);
    let screen = terminal.confirm("press y to create", "y", "90108");
    assert!(screen.contains("bela") && screen.contains("carl"), "{screen}");
    terminal.keys(ESC);
    terminal.wait("the form", |screen| screen.contains("New push") && screen.contains("For three"));
    assert_eq!(service.tasks("User"), [json!(null); 0]);
}

#[test]
fn what_was_typed_survives_esc_leaving_and_kill() {
    let service = quiet();
    let mut terminal = open(&service, "test");
    fill(&mut terminal, "a", "+2h", None, "Half a thought");
    terminal.keys(ESC);
    terminal.gone("New push");
    terminal.keys("n");
    terminal.see("Half a thought");
    focus(&mut terminal, "Title");
    terminal.keys(" and more");
    terminal.see("and more");
    // It is on disk within about a second; the program says nothing about it, so look there.
    let home = terminal.into_home_when_saved("and more");
    let again = Start::new(&[]).home(home).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    let mut terminal = again.open();
    terminal.see("LIVE");
    terminal.keys("n");
    terminal.see("and more");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_answer_that_is_lost_is_shown_as_unknown_and_found_out_without_sending_twice() {
    let service = quiet();
    let mut terminal = open(&service, "test");
    fill(&mut terminal, "u", "+1h", Some("anna"), "Sent but unheard");
    terminal.keys(CTRL_S);
    terminal.see("press y to create");
    // The request arrives; its answer does not.
    service.network(Network::AnswersLost);
    terminal.confirm("press y to create", "y", "outcome not known");
    service.network(Network::Open);
    terminal.see("✓ verified");
    assert_eq!(titles(&service.tasks("User")), ["Sent but unheard"]);
}

#[test]
fn what_never_arrived_is_sent_again_by_a_key_and_stands_once() {
    let service = quiet();
    let mut terminal = open(&service, "test");
    fill(&mut terminal, "u", "+1h", Some("anna"), "Lost on the way");
    terminal.keys(CTRL_S);
    terminal.see("press y to create");
    // The connection is cut before anything is carried.
    service.network(Network::Cut);
    terminal.confirm("press y to create", "y", "outcome not known");
    service.network(Network::Open);
    // Whoever cannot wait until "not there" is believed is told what it may become, and asked for more.
    terminal.see("not there");
    assert_eq!(titles(&service.tasks("User")), [""; 0]);
    terminal.keys(CTRL_S);
    terminal.see("this may become a second push");
    terminal.confirm("type acme to create", "acme", "✓ verified");
    assert_eq!(titles(&service.tasks("User")), ["Lost on the way"]);
}

#[test]
fn a_write_that_was_open_when_the_process_died_is_found_out_before_anything_else_is_written() {
    let service = quiet();
    let mut terminal = open(&service, "test");
    fill(&mut terminal, "u", "+1h", Some("anna"), "Sent by the dead");
    terminal.keys(CTRL_S);
    terminal.see("press y to create");
    service.network(Network::AnswersLost);
    terminal.confirm("press y to create", "y", "outcome not known");
    let home = terminal.into_home_when_saved("Sent by the dead");
    let again = Start::new(&[]).home(home).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    let mut terminal = again.open();
    terminal.see("of the last run");
    terminal.keys("n");
    terminal.see("New push");
    // Nothing is written while that is open; the network still loses every answer.
    service.network(Network::Open);
    terminal.see("was done after all");
    assert_eq!(titles(&service.tasks("User")), ["Sent by the dead"]);
}

#[test]
fn nothing_is_sent_over_a_dead_network_and_the_form_says_so() {
    let service = quiet();
    let mut terminal = open(&service, "test");
    fill(&mut terminal, "u", "+1h", Some("anna"), "Nobody there");
    terminal.keys(CTRL_S);
    terminal.see("press y to create");
    service.stop_listening();
    terminal.confirm("press y to create", "y", "nobody answers");
    terminal.keys(ESC);
    terminal.wait("the form", |screen| screen.contains("New push") && screen.contains("Nobody there"));
}

#[test]
fn a_task_that_goes_out_under_the_review_can_no_longer_be_cancelled_and_says_so() {
    let service = Service::start(Options { dispatch_duration_ms: 60_000, ..Options::default() }, None);
    let mut terminal = open(&service, "test");
    let id = service.add("leaving", &crate::live::soon(10));
    terminal.row(&["▸", "PEND", "leaving"]);
    terminal.keys("D");
    terminal.see(&format!("type {:04} to", id % 10_000));
    terminal.row(&[">>DISP"]);
    // Before or behind this the review says so by itself.
    terminal.keys(&format!("{:04}", id % 10_000));
    terminal.see("90107");
    assert_eq!(service.task(id)["Status"], "dispatching");
}
