//! What is copied: two keys for an id, by every means that there is, and said honestly.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::signals::demo;
use crate::terminal::ENTER;

/// The number in a text such as `TaskID 123 sent to`.
fn number_behind(screen: &str, word: &str) -> String {
    let rest = screen.split(word).nth(1).unwrap();
    rest.trim_start().chars().take_while(char::is_ascii_digit).collect()
}

#[test]
fn an_id_is_copied_by_two_keys_and_the_way_it_went_is_said() {
    let (_service, start) = demo();
    let mut terminal = start.open();
    terminal.row(&["▸", "PEND"]);
    terminal.keys("y");
    let id = number_behind(&terminal.see("Copy of #"), "Copy of #");
    terminal.keys(ENTER);
    let screen = terminal.see("sent to the terminal (OSC 52), which may refuse it silently");
    assert_eq!(number_behind(&screen, "TaskID"), id);
    assert_eq!(terminal.copied(), [id]);
}

#[test]
fn in_tmux_it_is_sent_in_both_forms_that_tmux_may_hand_on() {
    let (_service, start) = demo();
    let mut terminal = start.env("TERM", "tmux-256color").open();
    terminal.row(&["▸", "PEND"]);
    terminal.keys("y");
    let id = number_behind(&terminal.see("Copy of #"), "Copy of #");
    terminal.keys(ENTER);
    terminal.see("sent to the terminal");
    assert_eq!(terminal.copied(), [id.clone(), id]);
    let raw = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    let passed = raw.split("\x1bPtmux;").nth(1).unwrap();
    let inner = passed.split("\x1b\\").next().unwrap();
    assert!(inner.starts_with("\x1b\x1b]52;c;") && inner.ends_with('\x1b'), "{inner:?}");
}

#[test]
fn a_program_of_the_desktop_gets_it_too_and_leaving_at_once_loses_nothing() {
    let (_service, start) = demo();
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("wl-copy");
    let got = folder.path().join("got");
    fs::write(&program, format!("#!/bin/sh\ncat > {0}.new && mv {0}.new {0}\n", got.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let mut terminal = start.env("PATH", &path).env("WAYLAND_DISPLAY", "wayland-0").open();
    terminal.row(&["▸", "PEND"]);
    terminal.keys("y");
    let id = number_behind(&terminal.see("Copy of #"), "Copy of #");
    terminal.keys(ENTER);
    terminal.see("copied by wl-copy, and sent to the terminal (OSC 52)");
    assert_eq!(fs::read_to_string(&got).unwrap(), id);
    fs::remove_file(&got).unwrap();
    terminal.keys("yjq");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(&got).unwrap()).unwrap();
    assert_eq!(json["TaskID"].to_string(), id);
}
