//! What the documents leave open about the list (W9): few rows, few days, another time; and answers
//! that are meant to hurt.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pushdeck::sandbox::{ListTimeField, Options, Seed};

use crate::live::soon;
use crate::rows::{turn_all, whole};
use crate::service::{KEY, SDKAPPID, Service, for_every_reading};
use crate::terminal::{Start, Terminal};

fn open(service: &Service, lines: &str) -> Terminal {
    Start::new(&[]).config(&service.config_with("test", lines)).env("ACME_IM_KEY", KEY).open()
}

#[test]
fn a_service_that_gives_twenty_rows_for_fifty_is_read_to_its_end() {
    for_every_reading(|options| {
        let service = Service::start(Options { list_max_want: 20, ..options }, Some(Seed::default()));
        let mut terminal = open(&service, "page_size = 50");
        terminal.row(&["▸", "PEND"]);
        whole(&terminal, 128);
        turn_all(&mut terminal, 128);
    });
}

#[test]
fn a_service_that_takes_seven_days_is_read_in_pieces_and_says_so_once() {
    for_every_reading(|options| {
        let service = Service::start(Options { list_max_range_days: 7, ..options }, None);
        service.add("within the week", &soon(86_400));
        service.add("in three weeks", &soon(21 * 86_400));
        let mut terminal = open(&service, "");
        terminal.see("the service takes ranges up to about 7 days; longer ones are read in pieces");
        whole(&terminal, 2);
        terminal.row(&["PEND", "within the week"]);
        terminal.row(&["PEND", "in three weeks"]);
        let screen = terminal.see("LIVE");
        assert!(!screen.contains("OFFLINE") && !screen.contains("could not be read"), "{screen}");
        // A find takes any range.
        terminal.keys("f\t");
        terminal.see("Keyword");
        terminal.keys("\x15-90d\r");
        terminal.gone("Keyword");
        whole(&terminal, 2);
        terminal.row(&["PEND", "within the week"]);
        terminal.see("LIVE");
    });
}

#[test]
fn what_was_created_before_the_history_is_said_not_to_be_looked_at_where_a_range_is_of_creation() {
    for_every_reading(|options| {
        let reading = options.list_time_field;
        let service = Service::start(options, Some(Seed::default()));
        let terminal = open(&service, "");
        whole(&terminal, 128);
        let is_said = terminal.screen().contains("created before");
        match reading {
            ListTimeField::CreateAt => assert!(is_said, "{}", terminal.screen()),
            ListTimeField::OrderBy | ListTimeField::SchedAt => assert!(!is_said, "{}", terminal.screen()),
            // What is due is found, but who knows by which time.
            ListTimeField::Either => {}
        }
    });
}

/// A server that gives these bodies one after the other, and the last one for ever.
struct Hostile {
    port: u16,
    given: Arc<AtomicUsize>,
}

impl Hostile {
    fn start(bodies: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let given = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&given);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = count.fetch_add(1, Ordering::SeqCst).min(bodies.len() - 1);
                // The program may hang up at any time; that is what is being tested.
                let _ = answer(stream, &bodies[number]);
            }
        });
        Self { port, given }
    }

    fn config(&self) -> String {
        format!(
            "default_profile = \"acme\"\n\n[profiles.acme]\nenvironment = \"test\"\nendpoint = \"http://127.0.0.1:{}\"\n\
             sdkappid = {SDKAPPID}\nidentifier = \"administrator\"\nsecret_key_env = \"ACME_IM_KEY\"\n",
            self.port
        )
    }
}

fn answer(mut stream: TcpStream, body: &[u8]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    while !request.ends_with(b"}") {
        match stream.read(&mut piece)? {
            0 => break,
            n => request.extend_from_slice(&piece[..n]),
        }
    }
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

const SIZE: usize = 4 * 1024 * 1024 - 1000;

/// A list whose only row, or whose rows, hold this piece again and again up to the largest body.
fn filled(before: &str, piece: &str, after: &str) -> Vec<u8> {
    let count = (SIZE - before.len() - after.len()) / piece.len();
    let all = piece.repeat(count);
    let all = all.strip_suffix(',').unwrap_or(&all);
    let body = format!(
        r#"{{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","Total":900,"Tasks":[{before}{all}{after}]}}"#
    );
    body.into_bytes()
}

fn hostile_bodies() -> Vec<Vec<u8>> {
    let row = r#"{"TaskID":1,"Type":"All","SchedAt":"2099-01-01 00:00:00","Status":"pending","#;
    let in_content = |piece: &str| filled(&format!("{row}\"Content\":{{\"x\":["), piece, "]}}");
    let task = |id: u32| {
        let row = row.replace(":1,", &format!(":{id},"));
        format!("{row}\"Content\":{{\"x\":[{}0]}}}},", "[],".repeat(1000))
    };
    let tasks = (1..=50).map(task).collect::<Vec<_>>().concat();
    vec![
        filled("", "{},", ""),
        filled("", r#"{"TaskID":7},"#, ""),
        in_content("{},"),
        in_content("[],"),
        in_content(r#"{"a":1},"#),
        in_content("1,"),
        in_content(r#""","#),
        filled(tasks.trim_end_matches(','), " ", ""),
        filled(&format!("{row}\"Title\":\""), "x", "\"}"),
        filled(&format!("{row}\"Title\":\""), "a\u{301}\u{301}\u{301}", "\"}"),
        filled(&format!("{row}\"Content\":{{\"To_Account\":[\""), "a", "\"]},\"Desc\":\"d\"}"),
        format!(r#"{{"ErrorCode":90108,"ErrorInfo":"{}","InvalidUserID":[{}7]}}"#, "e".repeat(SIZE / 2), r#""","#.repeat(SIZE / 8)).into_bytes(),
        format!("{{\"ErrorCode\":0,\"Tasks\":{}", "[".repeat(SIZE)).into_bytes(),
        vec![b' '; 31 * 1024 * 1024],
        format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","Total":1,"Tasks":[{{"TaskID":1,"Type":"All","SchedAt":"{}","Status":"pending","Title":"calm again","Content":{{}}}}]}}"#, soon(86_400)).into_bytes()
    ]
}

#[test]
fn no_answer_costs_more_than_120_mb() {
    let bodies = hostile_bodies();
    let count = bodies.len();
    let hostile = Hostile::start(bodies);
    let mut terminal = Start::new(&[]).config(&hostile.config()).env("ACME_IM_KEY", KEY).open();
    terminal.see("acme");
    let mut pressed = 0;
    while hostile.given.load(Ordering::SeqCst) < count {
        let before = hostile.given.load(Ordering::SeqCst);
        // Every key finds the table at work, whatever came.
        terminal.keys("r\rj\x1b");
        pressed += 1;
        assert!(pressed < 400, "only {before} of {count} were asked for");
        let asked = Instant::now();
        while hostile.given.load(Ordering::SeqCst) == before && asked.elapsed() < Duration::from_secs(1) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    terminal.keys("r");
    terminal.see("calm again");
    // An Esc right before another key is one with alt: the last one may not have closed the detail.
    terminal.keys("\x1b");
    terminal.row(&["PEND", "calm again"]);
    if let Some(peak) = terminal.peak_memory() {
        assert!(peak < 120 * 1024, "{peak} kB");
        eprintln!("peak {peak} kB");
    }
    terminal.keys(crate::terminal::CTRL_C);
    assert_eq!(terminal.end(), 0);
}
