//! The start: what waits for a disk or a network never stands before the first frame.

use pushdeck::sandbox::{Options, Seed};

use crate::service::{KEY, Service};
use crate::terminal::{Start, Terminal};

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
    let (mut terminal, holder) = beside_a_held_database(&service);
    terminal.see("CONNECTING");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
    drop(holder);
}
