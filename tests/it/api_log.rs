//! The API log on the screen and in a file: every attempt is there, a call can be made again by hand,
//! and neither holds a secret.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use pushdeck::domain::wire;
use pushdeck::sandbox::{Fault, FaultKind, Options, When};
use serde_json::Value;

use crate::live::soon;
use crate::secrets::tells;
use crate::service::{KEY, Service, signature};
use crate::terminal::{ENTER, ESC, Start, Terminal};
use crate::write::cancel;

fn refused(command: wire::Command, code: i64) -> Fault {
    Fault::next(command, When::Before, FaultKind::Code { code, info: "try later".to_owned() })
}

/// Moves up until the chosen row holds this.
fn choose(terminal: &mut Terminal, text: &str) {
    for _ in 0..100 {
        let row = terminal.row(&["▸"]);
        if row.contains(text) {
            return;
        }
        terminal.keys("k");
        terminal.wait("another row", |screen| screen.lines().any(|line| line.contains('▸') && line != row));
    }
    panic!("{text} is never reached:\n{}", terminal.screen());
}

/// Has a real shell read the line, with a `curl` that only says what it was asked for.
fn shell(line: &str, usersig: Option<&str>) -> Output {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{line}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env_remove("USERSIG");
    shell.envs(usersig.map(|sig| ("USERSIG", sig)));
    shell.output().unwrap()
}

#[test]
fn a_failed_attempt_and_its_retry_are_shown_and_the_call_can_be_made_again_by_hand() {
    let service = Service::start(Options::default(), None);
    let mut terminal = Start::new(&[]).config(&service.config("test")).env("ACME_IM_KEY", KEY).open();
    terminal.see("LIVE");
    // The whole range was read: from here on one call follows the other.
    terminal.see("rows 0 of 0");
    terminal.keys("@");
    terminal.row(&["┌ API log", "attempt"]);
    service.fault(refused(wire::Command::List, 90105));
    terminal.wait("the refusal and the attempt after it", |screen| {
        let mut rows = screen.lines().skip_while(|line| !line.contains("90105")).map(str::split_whitespace);
        let cells = |row: Option<std::str::SplitWhitespace<'_>>| {
            let cells: Vec<String> = row.into_iter().flatten().map(str::to_owned).collect();
            let tries = cells.iter().position(|cell| cell == "background").and_then(|at| cells.get(at + 1));
            (tries.cloned(), cells.contains(&"ok".to_owned()))
        };
        cells(rows.next()) == (Some("1".to_owned()), false)
            && cells(rows.next()) == (Some("2".to_owned()), true)
    });

    choose(&mut terminal, "90105");
    terminal.keys(ENTER);
    let screen = terminal.see("list_sched_task");
    for piece in ["90105", "try later", "Next", "RequestId", "the first", "\"Want\": ", "UTC"] {
        assert!(screen.contains(piece), "{piece} is missing in\n{screen}");
    }
    terminal.keys("y");
    terminal.see("as curl sent to the terminal");
    let [line] = &terminal.copied()[..] else { panic!("{:?}", terminal.copied()) };

    let unfilled = shell(line, None);
    assert!(!unfilled.status.success() && unfilled.stdout.is_empty());
    assert!(String::from_utf8_lossy(&unfilled.stderr).contains("pushdeck usersig"));

    let filled = shell(line, Some(signature().expose()));
    assert!(filled.status.success());
    let said = String::from_utf8(filled.stdout).unwrap();
    let arguments: Vec<&str> = said.split_terminator('\0').collect();
    let ["-gsS", url, "-H", "Content-Type: application/json", "--data-raw", body] = arguments[..] else {
        panic!("{line}")
    };
    let answer = service.post(url, body.to_owned());
    assert_eq!((&answer["ErrorCode"], &answer["Total"]), (&0.into(), &0.into()), "{answer}");

    terminal.keys(ESC);
    terminal.see("┌ API log");
    terminal.keys("q");
    terminal.gone("┌ API log");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn one_write_is_found_among_many_polls_and_stays_chosen() {
    let service = Service::start(Options { rate_limit_per_second: 0, ..Options::default() }, None);
    let id = service.add("Hush-hush", &soon(3600));
    let config = service.config_with("test", "page_size = 100\n\n[ui]\nrefresh_seconds = 1");
    let mut terminal = Start::new(&[]).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "Hush-hush"]);
    cancel(&mut terminal, id);
    terminal.see("n new");
    let before = service.requests();
    terminal.keys("r");
    // More polls than the log has room for.
    terminal.resize(80, 12);
    terminal.wait("some polls", |_| service.requests() > before + 9);
    terminal.keys("@");
    terminal.row(&["▸", "list"]);
    terminal.gone("delete");
    terminal.keys("w");
    terminal.see("API log · writes: 1 of ");
    terminal.row(&["▸", "delete", "ok"]);
    terminal.keys("w");
    terminal.see("attempts");
    terminal.keys("wk");
    terminal.row(&["▸", "delete"]);
    terminal.keys("w");
    terminal.see("attempts");
    terminal.keys("q");
    terminal.gone("┌ API log");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

fn lines(file: &Path) -> Vec<Value> {
    let bytes = std::fs::read(file).unwrap();
    assert!(!tells(&bytes), "a secret went to the log");
    let text = String::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

#[test]
fn the_log_file_holds_every_attempt_and_the_verdict_of_a_write_whose_answer_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls.log");
    let service =
        Service::start(Options { rate_limit_per_second: 0, list_max_range_days: 0, ..Options::demo() }, None);
    let id = service.add("Hush-hush", &soon(3600));
    service.reset_counters();
    // Nothing is asked by itself while this runs, so that no call is under way at the end.
    let config = service.config_with("test", "page_size = 100\n\n[ui]\nrefresh_seconds = 60");
    let flag = ["--log", file.to_str().unwrap()];
    let mut terminal = Start::new(&flag).config(&config).env("ACME_IM_KEY", KEY).open();
    terminal.row(&["▸", "Hush-hush"]);
    // The range was read, and nothing is under way.
    terminal.see("LIVE 3s");
    service.fault(refused(wire::Command::List, 90105));
    terminal.keys("r");
    terminal.see("LIVE 0s");
    terminal.see("LIVE 3s");
    // The cancel is done, and nobody hears of it.
    service.fault(Fault::next(wire::Command::Delete, When::After, FaultKind::Drop));
    cancel(&mut terminal, id);
    terminal.row(&["▸", "CANC", "Hush-hush"]);
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();

    let told = lines(&file);
    let calls = of(&told, "call");
    assert_eq!(calls.len() as u64, service.requests(), "{told:#?}");
    let failed: Vec<_> = calls.iter().filter(|call| call["ok"] == false && call["code"] == 90105).collect();
    let [failed] = failed[..] else { panic!("{told:#?}") };
    assert_eq!((&failed["attempt"], &failed["status"]), (&1.into(), &200.into()));
    assert!(calls.iter().any(|call| call["attempt"] == 2 && call["ok"] == true), "{told:#?}");
    let task = Value::from(id);
    let lost: Vec<_> = calls.iter().filter(|call| call["command"] == "delete_sched_task").collect();
    let [lost] = lost[..] else { panic!("a write was sent more than once: {told:#?}") };
    assert_eq!((&lost["task"], &lost["priority"], lost.get("code")), (&task, &"write".into(), None));
    let [write] = of(&told, "write")[..] else { panic!("{told:#?}") };
    let [verdict] = of(&told, "verdict")[..] else { panic!("{told:#?}") };
    assert_eq!(
        (&verdict["req"], &verdict["result"], &verdict["task"]),
        (&write["req"], &"cancelled".into(), &task)
    );
    let [profile] = of(&told, "profile")[..] else { panic!("{told:#?}") };
    assert_eq!((&profile["profile"], &profile["environment"]), (&"acme".into(), &"test".into()));
    assert_eq!((&told[0]["event"], &told[told.len() - 1]["event"]), (&"start".into(), &"stop".into()));
    assert!(!std::fs::read_to_string(&file).unwrap().contains("Hush"), "content went to the log");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let mut again = Start::new(&flag).config(&config).env("ACME_IM_KEY", KEY).open();
    again.see("No tasks from");
    again.keys("q");
    assert_eq!(again.end(), 0);
    assert_eq!(of(&lines(&file), "start").len(), 2, "the log is not appended to");
}

#[test]
fn the_first_line_of_a_panic_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls.log");
    let flags = ["--sandbox", "--log", file.to_str().unwrap()];
    let mut terminal = Start::new(&flags).env("PUSHDECK_DEBUG_PANIC_AFTER_MS", "700").open();
    assert_ne!(terminal.end(), 0);
    terminal.assert_restored();
    let told = lines(&file);
    let [panic] = of(&told, "panic")[..] else { panic!("{told:#?}") };
    assert_eq!(panic["words"], "asked for by a test");
    assert!(panic["place"].as_str().unwrap().contains("dashboard.rs:"), "{panic}");
}

#[test]
fn a_log_that_cannot_be_written_keeps_the_dashboard_closed() {
    let mut terminal = Start::new(&["--sandbox", "--log", "/nowhere/calls.log"]).open();
    assert_eq!(terminal.end(), 2);
    let screen = terminal.screen();
    assert!(screen.contains("cannot write the log /nowhere/calls.log"), "{screen}");
    assert!(!String::from_utf8_lossy(&terminal.bytes()).contains("\x1b[?1049h"), "the terminal was taken");
}
