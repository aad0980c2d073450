//! `--log FILE`: pushdeck's own events as JSON lines.
//!
//! Nothing waits for the disk: lines go through a bounded queue to a thread of their own, and those
//! that find no place are counted and said. Only events of this program are written, whatever else
//! is on: libraries print URLs, and a URL holds the signature (I8).

mod file;

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::clock::present;
use crate::config::redact::redact;
use crate::domain::text;
use file::LogFile;

/// Lines that may wait for the disk.
const QUEUE: usize = 4096;
/// How long the end of the program waits for a disk that does not answer.
const LONGEST_FLUSH: Duration = Duration::from_secs(2);
/// No first line of a panic needs more room than this, in characters.
const MOST_WORDS: usize = 200;

/// An open log; dropped, it is closed.
#[derive(Debug)]
pub(super) struct Log {
    pipe: Pipe,
    /// Disconnected once the last line is on the disk.
    done: Receiver<()>,
}

impl Log {
    /// Opens the file and sends the events of the whole process there, from now on. It can be read by
    /// its owner only; what had to be mended for that comes back in words.
    ///
    /// # Errors
    /// In words: the file cannot be written, or a log is open already.
    pub(super) fn open(path: &Path) -> Result<(Self, Option<String>), String> {
        let cannot = |why: &str| format!("cannot write the log {}: {why}", path.display());
        let (file, mended) = LogFile::open(path).map_err(|error| cannot(&error.to_string()))?;
        let (log, dispatch) = Self::start(file, QUEUE).map_err(|error| cannot(&error.to_string()))?;
        dispatcher::set_global_default(dispatch).map_err(|_| cannot("this process has a log already"))?;
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            note_down(info);
            report(info);
        }));
        if let Some(words) = &mended {
            tracing::warn!(event = "permissions", words);
        }
        Ok((log, mended))
    }

    /// A log to `file`, and what brings events there.
    fn start(file: impl Write + Send + 'static, room: usize) -> io::Result<(Self, Dispatch)> {
        let (lines, waiting) = sync_channel(room);
        let (end, done) = sync_channel(0);
        let pipe = Pipe { lines: Arc::new(Mutex::new(Some(lines))), lost: Arc::default() };
        let lost = Arc::clone(&pipe.lost);
        thread::Builder::new().name("log".to_owned()).spawn(move || {
            keep(file, &waiting, &lost);
            drop(end);
        })?;
        let ours = Targets::new().with_target(env!("CARGO_CRATE_NAME"), LevelFilter::TRACE);
        let writer = pipe.clone();
        let json = layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_target(false)
            .log_internal_errors(false)
            .with_writer(move || writer.clone());
        let dispatch = Dispatch::new(registry().with(ours).with(json));
        Ok((Self { pipe, done }, dispatch))
    }

    /// Puts the last lines on the disk; says so when some are missing.
    pub(super) fn close(self) -> Option<String> {
        let is_stuck = self.end();
        match self.pipe.lost.load(Ordering::SeqCst) {
            0 if is_stuck => {
                Some("the last lines of the log may be missing: the disk does not answer".to_owned())
            }
            0 => None,
            lost => Some(format!(
                "{} missing in the log: the disk was too slow or full",
                text::counted(lost, "line is", "lines are")
            )),
        }
    }

    /// Lets no more lines in and waits for those that are on their way; says when the disk took too
    /// long.
    fn end(&self) -> bool {
        if self.pipe.lines().take().is_none() {
            return false;
        }
        self.done.recv_timeout(LONGEST_FLUSH) == Err(RecvTimeoutError::Timeout)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.end();
    }
}

/// The end into which events are written, one whole line at a time.
#[derive(Clone, Debug)]
struct Pipe {
    /// `None` once the log is closed.
    lines: Arc<Mutex<Option<SyncSender<Vec<u8>>>>>,
    lost: Arc<AtomicU64>,
}

impl Pipe {
    fn lines(&self) -> std::sync::MutexGuard<'_, Option<SyncSender<Vec<u8>>>> {
        // Nothing in here can be half done.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Pipe {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Some(lines) = &*self.lines()
            && lines.try_send(line.to_vec()).is_err()
        {
            self.lost.fetch_add(1, Ordering::SeqCst);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes lines until nobody can send any more. What is missing so far is said as soon as there is
/// room again.
fn keep(mut file: impl Write, lines: &Receiver<Vec<u8>>, lost: &AtomicU64) {
    let mut said = 0;
    for line in lines {
        // One write a line: several programs may append to one file.
        if file.write_all(&line).and_then(|()| file.flush()).is_err() {
            lost.fetch_add(1, Ordering::SeqCst);
            continue;
        }
        let missing = lost.load(Ordering::SeqCst);
        if missing > said && file.write_all(about_lost(missing, present()).as_bytes()).is_ok() {
            said = missing;
        }
    }
}

fn about_lost(lines: u64, now: DateTime<Utc>) -> String {
    let timestamp = now.to_rfc3339_opts(SecondsFormat::Micros, true);
    let words = "lines missing so far: the disk was too slow or full";
    let line = serde_json::json!({
        "timestamp": timestamp, "level": "WARN", "event": "lost", "lines": lines, "words": words,
    });
    format!("{line}\n")
}

/// A panic's place and the first line of what it says.
fn note_down(info: &PanicHookInfo<'_>) {
    let words = info.payload_as_str().unwrap_or_default().lines().next().unwrap_or_default();
    let words: String = text::clean(words).chars().take(MOST_WORDS).collect();
    // Belt and braces: no panic is known to quote a URL.
    let words = if words.contains("usersig") || words.contains("://") {
        "not shown: it held a URL"
    } else {
        &*redact(&words)
    };
    let place = info.location().map(ToString::to_string);
    tracing::error!(event = "panic", words, place);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use serde_json::{Value, json};

    use super::*;
    use crate::api::mock_server::{Act, KEY, MockServer, Request, fail, ok};
    use crate::api::{Client, Context, Timeouts};
    use crate::domain::{Kind, Priority, TaskId};

    /// A file that a test can read.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Paper {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }

        fn lines(&self) -> Vec<Value> {
            self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        }
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_line_of_flat_json_and_those_of_libraries_are_none() {
        let paper = Paper::default();
        let (log, dispatch) = Log::start(paper.clone(), 16).unwrap();
        dispatcher::with_default(&dispatch, || {
            tracing::info!(
                event = "one",
                words = "早报 \"quoted\"\nand more",
                code = Some(7_i64),
                task = None::<u64>
            );
            tracing::error!(target: "hyper::client", "POST http://h/?usersig=eJw1");
            tracing::error!(target: "reqwest", "POST http://h/?usersig=eJw1");
            tracing::trace!(event = "two");
        });
        assert_eq!(log.close(), None);
        let lines = paper.lines();
        let [one, two] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!((&one["event"], &one["level"], &one["code"]), (&json!("one"), &json!("INFO"), &json!(7)));
        assert_eq!(one["words"], "早报 \"quoted\"\nand more");
        assert!(one.get("task").is_none() && one["timestamp"].as_str().unwrap().ends_with('Z'), "{one}");
        assert_eq!(two["event"], "two");
    }

    /// The URL as it came, or what was left of its signature on the way through other programs.
    fn quoted(number: usize, request: &Request) -> String {
        let sig = request.query("usersig");
        let (start, end) = sig.split_at_checked(sig.len() / 2).unwrap();
        match number % 4 {
            0 => format!("you came by {}", request.target),
            1 => format!("no such signature: {}", sig.get(1..sig.len() - 1).unwrap()),
            2 => format!("no such signature: {start} {end}"),
            _ => format!("no such signature: {}", sig.replace('J', "J\n").replace('e', "%65")),
        }
    }

    /// Whether sixteen letters and digits of a signature in a row are in a text, whatever is between them.
    fn tells(text: &str, sig: &str) -> bool {
        let plain = |text: &str| {
            text.replace("\\n", "").replace("%65", "e").replace(|c: char| !c.is_ascii_alphanumeric(), "")
        };
        let (text, sig) = (plain(text), plain(sig));
        sig.as_bytes().windows(16).any(|run| text.contains(str::from_utf8(run).unwrap()))
    }

    #[tokio::test]
    async fn neither_key_nor_signature_is_in_the_log_whatever_the_service_says() {
        let faults = || {
            let expired = Act::Json(json!({"ErrorCode": 70001, "ErrorInfo": "expired", "RequestId": "r-1"}));
            vec![
                expired,
                Act::Quote,
                Act::Close,
                Act::Garbage,
                Act::Redirect("http://127.0.0.1:9/".to_owned()),
                Act::Page(502, "<html>"),
                Act::Json(fail(70009)),
                Act::Json(ok(json!({"TaskID": 7}))),
            ]
        };
        let server = MockServer::start(move |number, request| match faults().swap_remove(number % 8) {
            Act::Json(mut body) => {
                body["ErrorInfo"] = quoted(number, request).into();
                Act::Json(body)
            }
            other @ (Act::Close
            | Act::Garbage
            | Act::Page(..)
            | Act::HalfBody
            | Act::Hang
            | Act::Redirect(_)
            | Act::Endless
            | Act::Continue
            | Act::Long(_)
            | Act::Wait(..)
            | Act::JsonAt(..)
            | Act::Quote
            | Act::JsonWhen(..)
            | Act::Relay(..)
            | Act::RelayAndCut(..)) => other,
        })
        .await;
        let paper = Paper::default();
        let (log, dispatch) = Log::start(paper.clone(), QUEUE).unwrap();
        let now = crate::domain::wire::time_in("2026-11-21 06:00:00").unwrap();
        {
            // One thread does all the work of this test, that of the libraries too.
            let _here = dispatcher::set_default(&dispatch);
            let timeouts = Timeouts { connect: Duration::from_mins(1), total: Duration::from_mins(1) };
            let client =
                Client::new(&server.connection(), timeouts, Context::new(move || now, || 0)).unwrap();
            for _ in 0..12 {
                // Most of these fail, as they should.
                let _ = client.delete(TaskId(7), &Kind::All).await;
            }
            let _ = client.get(TaskId(7), Priority::Page).await;
        }
        assert_eq!(log.close(), None);
        let text = paper.text();
        for request in server.requests() {
            let sig = request.query("usersig");
            assert!(!tells(&text, &sig), "{text}");
        }
        for secret in [KEY, "usersig=", "eJ"] {
            assert!(!text.contains(secret), "{secret} in\n{text}");
        }
        let calls = paper.lines().iter().filter(|line| line["event"] == "call").count();
        assert_eq!(calls, server.requests().len());
        assert!(text.contains("\"event\":\"signed\"") && text.contains("\"request_id\":\"r-1\""), "{text}");
    }

    /// A disk that takes a line only when it is told to.
    struct Slow(mpsc::Receiver<()>, Paper);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // The test ends by letting everything through.
            let _ = self.0.recv();
            self.1.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_slow_disk_holds_nobody_up_and_what_it_missed_is_counted_and_said() {
        let paper = Paper::default();
        let (go, wait) = sync_channel(0);
        let (log, dispatch) = Log::start(Slow(wait, paper.clone()), 2).unwrap();
        dispatcher::with_default(&dispatch, || (0..10).for_each(|n| tracing::info!(event = "n", n)));
        drop(go);
        // Two wait, and one may be in the hands of the thread already.
        let words = log.close().unwrap();
        let (said, there): (Vec<Value>, Vec<Value>) =
            paper.lines().into_iter().partition(|line| line["event"] == "lost");
        let lost = 10 - there.len();
        assert!((7..=8).contains(&lost), "{lost}");
        assert!(words.starts_with(&format!("{lost} lines are missing")), "{words}");
        assert_eq!(said.last().unwrap()["lines"], lost);
    }

    #[test]
    fn a_full_disk_is_said_too() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (log, dispatch) = Log::start(Full, 16).unwrap();
        dispatcher::with_default(&dispatch, || tracing::info!(event = "one"));
        assert!(log.close().unwrap().starts_with("1 line is missing in the log"));
    }

    #[test]
    fn a_file_that_cannot_be_written_is_said_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let words = Log::open(&dir.path().join("no/such.log")).unwrap_err();
        assert!(
            words.starts_with("cannot write the log /") && words.contains("no/such.log: No such"),
            "{words}"
        );
        assert!(Log::open(dir.path()).unwrap_err().contains("directory"));
    }
}
