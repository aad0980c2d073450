//! What goes out while nobody looks: a watched task rings when it ends, and what others change is told.

use pushdeck::sandbox::Options;
use serde_json::json;

use crate::live::soon;
use crate::service::{KEY, SDKAPPID, Service};
use crate::terminal::{Start, Terminal};

fn open(service: &Service) -> Terminal {
    Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY).open()
}

#[test]
fn a_watched_task_rings_and_is_told_to_the_desktop_when_it_ends() {
    let service = Service::start(Options { dispatch_duration_ms: 500, ..Options::default() }, None);
    let id = service.add("watch me", &soon(10));
    let mut terminal = open(&service);
    terminal.row(&["▸", "PEND", "watch me"]);
    terminal.keys("w");
    terminal.row(&["▸◉", "watch me"]);
    terminal.row(&["OK", "watch me"]);
    terminal.see("was sent");
    let bytes = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    let told = format!("\x07\x1b]9;pushdeck acme: #{id} \"watch me\" was sent\x1b\\");
    assert!(bytes.contains(&told), "neither bell nor notification came");
}

#[test]
fn a_task_that_another_client_moved_is_told() {
    let service = Service::start(Options::default(), None);
    let id = service.add("Flash sale", &soon(3000));
    let terminal = open(&service);
    terminal.row(&["▸", "PEND", "Flash sale"]);
    let body = json!({ "Sdkappid": SDKAPPID, "TaskID": id, "Type": "All", "SchedAt": soon(2400) });
    service.call("modify_sched_task", &body);
    terminal.see("by someone else");
}
