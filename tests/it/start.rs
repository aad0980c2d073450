//! The start: what waits for a disk or a network never stands before the first frame.

use pushdeck::sandbox::{Options, Seed};

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::service::{KEY, Service};
use crate::terminal::{Start, Terminal};
use crate::write::fill;

/// The config of a service whose key is said in another way.
fn with_secret(service: &Service, line: &str) -> String {
    service.config("test").replace("secret_key_env = \"ACME_IM_KEY\"", line)
}

/// Puts the key there, whole.
fn put_key(path: &Path) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, KEY).unwrap();
    std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::rename(&beside, path).unwrap();
}

/// The program on a state directory whose database somebody else holds: it cannot be opened until that one
/// lets it go.
fn beside_a_held_database(service: &Service) -> (Terminal, rusqlite::Connection) {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("state/pushdeck");
    std::fs::create_dir_all(&state).unwrap();
    let holder = rusqlite::Connection::open(state.join("state.db")).unwrap();
    holder.execute_batch("begin exclusive; create table other (x)").unwrap();
    let start = Start::new(&[]).home(home).config(&service.config("test")).env("ACME_IM_KEY", KEY);
    (start.open(), holder)
}

#[test]
fn the_first_frame_and_the_keys_do_not_wait_for_the_database_and_the_table_comes_when_it_is_free() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let (mut terminal, holder) = beside_a_held_database(&service);
    terminal.see("CONNECTING");
    terminal.keys("?");
    terminal.see("Help");
    terminal.keys("?");
    drop(holder);
    terminal.row(&["PEND"]);
    terminal.see("LIVE");
}

#[test]
fn whoever_leaves_while_the_database_is_being_opened_leaves_at_once() {
    let service = Service::start(Options::demo(), None);
    for key in ["q", "\u{3}"] {
        let (mut terminal, holder) = beside_a_held_database(&service);
        terminal.see("CONNECTING");
        terminal.keys(key);
        assert_eq!(terminal.end(), 0);
        terminal.assert_restored();
        drop(holder);
    }
}

#[test]
fn the_first_frame_and_the_keys_do_not_wait_for_the_command_that_says_the_key() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    let path = key.display();
    let line = format!("secret_key_command = \"until [ -e {path} ]; do sleep 0.05; done; cat {path}\"");
    let mut terminal = Start::new(&[]).config(&with_secret(&service, &line)).open();
    terminal.see("CONNECTING");
    terminal.keys("?");
    terminal.see("Help");
    terminal.keys("?");
    put_key(&key);
    terminal.row(&["PEND"]);
    terminal.see("LIVE");
}

#[test]
fn what_is_typed_while_the_key_is_waited_for_or_cannot_be_read_is_kept() {
    let service = Service::start(Options::demo(), None);
    for (line, state) in [
        ("secret_key_command = \"sleep 600\"", "CONNECTING"),
        ("secret_key_file = \"/nowhere/key\"", "STOPPED"),
    ] {
        let mut terminal = Start::new(&[]).config(&with_secret(&service, line)).open();
        terminal.see(state);
        fill(&mut terminal, "a", "+2h", None, "Words before the key");
        let home = terminal.into_home_when_saved("Words before the key");
        let config = service.config("test");
        let mut terminal = Start::new(&[]).home(home).config(&config).env("ACME_IM_KEY", KEY).open();
        terminal.see("LIVE");
        terminal.keys("n");
        terminal.see("Words before the key");
    }
}

#[test]
fn whoever_leaves_while_the_key_is_waited_for_leaves_at_once() {
    let service = Service::start(Options::demo(), None);
    let line = "secret_key_command = \"sleep 600\"";
    let mut terminal = Start::new(&[]).config(&with_secret(&service, line)).open();
    terminal.see("CONNECTING");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn a_key_that_was_not_there_at_the_start_is_read_when_the_operator_tries_again() {
    let service = Service::start(Options::demo(), Some(Seed::default()));
    for again in ["r", ":reload\r"] {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        let line = format!("secret_key_file = \"{}\"", key.display());
        let mut terminal = Start::new(&[]).config(&with_secret(&service, &line)).open();
        terminal.see("STOPPED");
        terminal.keys("r");
        terminal.see("STOPPED");
        put_key(&key);
        terminal.keys(again);
        terminal.row(&["▸", "PEND"]);
        terminal.see("LIVE");
    }
}
