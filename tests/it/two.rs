//! Two real dashboards on one state directory: neither takes, repeats or overwrites what the other has
//! under its hands, and what a killed one leaves goes to one of those that live.

use std::path::Path;
use std::time::{Duration, Instant};

use pushdeck::sandbox::{Options, Seed};
use serde_json::{Value, json};

use crate::live::soon;
use crate::rows::{Shown, whole};
use crate::service::{KEY, Network, Service};
use crate::terminal::{CTRL_C, CTRL_S, ENTER, ESC, Start, TAB, Terminal};
use crate::write::{fill, focus, quiet, titles};

/// A dashboard on the state directory of another one.
fn beside(service: &Service, first: &Terminal) -> Terminal {
    let state = first.state_home();
    let second = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    let terminal = second.env("XDG_STATE_HOME", state.to_str().unwrap()).open();
    terminal.see("LIVE");
    terminal
}

fn first(service: &Service) -> Terminal {
    let terminal = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY).open();
    terminal.see("LIVE");
    terminal
}

/// Sends a create whose answer never comes back.
fn send_unheard(service: &Service, terminal: &mut Terminal, title: &str) {
    fill(terminal, "u", "+1h", Some("anna"), title);
    terminal.keys(CTRL_S);
    terminal.see("press y to create");
    service.network(Network::AnswersLost);
    terminal.confirm("press y to create", "y", "outcome not known");
}

fn users(service: &Service) -> Vec<Value> {
    service.tasks("User")
}

#[test]
fn a_write_that_another_has_open_stays_its_own_even_while_it_is_stopped_and_is_inherited_when_it_dies() {
    let service = quiet();
    let mut one = first(&service);
    send_unheard(&service, &mut one, "Sent by the other");
    one.signal("STOP");
    service.network(Network::Open);
    let mut two = beside(&service, &one);
    two.see("being checked in another pushdeck");
    two.gone("of the last run");
    // Nothing is offered to be sent, and leaving is not held up by it.
    two.keys(CTRL_S);
    two.keys(ESC);
    two.see("being checked in another pushdeck");
    assert_eq!(titles(&users(&service)), ["Sent by the other"]);
    one.signal("KILL");
    // It is dead: within a quarter of a minute its write is checked here.
    two.see("was done after all");
    assert_eq!(titles(&users(&service)), ["Sent by the other"]);
    // It stays until it is acknowledged.
    two.keys("a");
    two.gone("was done after all");
    // The text that became a task is no draft, and the list of drafts says what it became.
    two.keys("n");
    two.see("New push");
    assert!(!two.screen().contains("restored"), "{}", two.screen());
    two.keys(ESC);
    two.gone("New push");
    two.keys(":drafts");
    two.keys(ENTER);
    two.row(&["Sent by the other", "created as #"]);
    two.keys("q");
    two.gone("created as #");
    two.keys("q");
    assert_eq!(two.end(), 0);
}

#[test]
fn what_the_other_finds_out_is_heard_here_too() {
    let service = quiet();
    let mut one = first(&service);
    send_unheard(&service, &mut one, "Found by the other");
    // It waits for the service while this one starts.
    let two = beside_while_silent(&service, &one);
    two.see("being checked in another pushdeck");
    service.network(Network::Open);
    one.see("✓ verified");
    two.see("another pushdeck: #");
    two.gone("being checked in another pushdeck");
    assert_eq!(titles(&users(&service)), ["Found by the other"]);
}

/// The same while the service does not answer.
fn beside_while_silent(service: &Service, first: &Terminal) -> Terminal {
    let state = first.state_home();
    let second = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    second.env("XDG_STATE_HOME", state.to_str().unwrap()).open()
}

#[test]
fn two_who_write_a_new_task_at_once_each_keep_their_own_words() {
    let service = quiet();
    let mut one = first(&service);
    let mut two = beside(&service, &one);
    for (terminal, title) in [(&mut one, "Words of one"), (&mut two, "Words of two")] {
        fill(terminal, "a", "+2h", None, title);
        terminal.keys(ESC);
        terminal.see("draft kept · n restores it");
    }
    // The first one is killed and comes back while the second still runs.
    let home = one.into_home_when_saved("Words of one");
    let again = Start::new(&[]).home(home).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    let mut one = again.open();
    one.see("LIVE");
    one.keys("n");
    let screen = one.see("Words of one");
    assert!(screen.contains("another pushdeck has a draft of this"), "{screen}");
    two.keys("n");
    two.see("Words of two");
    for mut terminal in [one, two] {
        terminal.keys(CTRL_C);
        assert_eq!(terminal.end(), 0);
    }
}

#[test]
fn a_text_that_was_sent_before_the_kill_does_not_come_back_to_be_sent_with_another_time() {
    let service = quiet();
    let mut one = first(&service);
    send_unheard(&service, &mut one, "Sent before the kill");
    let home = one.into_home_when_saved("Sent before the kill");
    // The service answers nothing: the outcome stays open.
    service.network(Network::Silent);
    let again = Start::new(&[]).home(home).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    let mut one = again.open();
    one.see("of the last run");
    one.keys("n");
    one.see("New push");
    one.see("its outcome is being checked");
    assert!(one.row(&["Title"]).split_whitespace().all(|word| word != "kill"), "{}", one.screen());
    one.keys("\x18");
    one.see("nothing is typed yet");
    one.keys(ESC);
    one.gone("New push");
    service.network(Network::Open);
    one.see("was done after all");
    one.keys(":drafts");
    one.keys(ENTER);
    one.row(&["Sent before the kill", "created as #"]);
    one.keys(ENTER);
    // Taken back from the list it goes on saying what it became, and is not sent as it is.
    let screen = one.see("created as #");
    assert!(screen.contains("Sent before the kill"), "{screen}");
    one.see("New push · created as #");
    one.keys(CTRL_S);
    one.see("exists as #");
    focus(&mut one, "Title");
    one.keys(TAB);
    assert_eq!(users(&service).len(), 1);
    assert_eq!(users(&service)[0]["Content"]["To_Account"], json!(["anna"]));
}

#[test]
fn a_draft_is_called_kept_only_when_it_is_on_the_disk() {
    let service = quiet();
    let mut one = first(&service);
    let path = one.state_home().join("pushdeck/state.db");
    let holder = rusqlite::Connection::open(path).unwrap();
    fill(&mut one, "a", "+2h", None, "Not yet on disk");
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    focus(&mut one, "Title");
    one.keys("!");
    one.keys(ESC);
    one.see("is NOT on disk");
    holder.execute_batch("ROLLBACK").unwrap();
    let home = one.into_home_when_saved("Not yet on disk!");
    let again = Start::new(&[]).home(home).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    let mut one = again.open();
    one.see("LIVE");
    one.keys("n");
    one.see("Not yet on disk!");
}

/// Waits until so many tasks are in a snapshot.
fn see_kept(snapshots: &Path, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let kept = rusqlite::Connection::open(snapshots)
            .and_then(|db| db.query_row("SELECT count(*) FROM tasks", [], |row| row.get::<_, u32>(0)));
        if kept.as_ref().is_ok_and(|kept| *kept as usize == count) {
            return;
        }
        assert!(Instant::now() < deadline, "{count} tasks are not kept, but {kept:?}");
        std::thread::yield_now();
    }
}

#[test]
fn of_several_that_keep_what_they_read_and_are_killed_in_between_the_next_start_has_one_whole_snapshot() {
    let tasks = 300;
    let options = Options { rate_limit_per_second: 0, ..Options::demo() };
    let service = Service::start(options, Some(Seed { tasks, ..Seed::default() }));
    let mut one = first(&service);
    let mut two = beside(&service, &one);
    for terminal in [&one, &two] {
        whole(terminal, tasks);
    }
    let snapshots = one.state_home().join("pushdeck/snapshot.db");
    see_kept(&snapshots, tasks);
    // A third one has read more, and is killed while it waits to write that down.
    service.add("Nobody has kept this", &soon(7200));
    let holder = rusqlite::Connection::open(&snapshots).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut three = beside(&service, &one);
    whole(&three, tasks + 1);
    three.signal("KILL");
    three.end_unseen();
    holder.execute_batch("ROLLBACK").unwrap();
    drop(holder);
    one.signal("KILL");
    one.end_unseen();
    two.keys("q");
    assert_eq!(two.end(), 0);

    service.network(Network::Cut);
    let again = Start::new(&[]).home(one.into_home()).config(&service.config("test"));
    let again = again.env("ACME_IM_KEY", KEY).open();
    let screen = again.wait("what the first two have seen", |screen| {
        Shown::on(screen).is_some_and(|shown| shown.of == tasks) && screen.contains("OFFLINE")
    });
    assert!(screen.contains(" as of ") && !screen.contains("cannot be shown"), "{screen}");
    service.network(Network::Open);
    whole(&again, tasks + 1);
    see_kept(&snapshots, tasks + 1);
}
