//! The text of one attempt, line by line for a width: what is said and what it means, not how it
//! looks. Everything from the wire is cleaned here (I9).

use serde_json::Value;

use crate::domain::call::{Call, End};
use crate::domain::{Failure, catalog, text, when};

use super::super::lines::{Line, Lines, Tone};
use super::super::shared::Shared;

/// The whole text, for a width in cells.
pub(super) fn lines(shared: &Shared, call: &Call, width: usize) -> Vec<Line> {
    let mut out = Lines { width, lines: Vec::new() };
    ended(&mut out, call);
    out.blank();
    times(&mut out, shared, call);
    out.blank();
    attempt_lines(&mut out, call);
    out.blank();
    body(&mut out, call);
    out.lines
}

/// How it ended, in the catalogue's words and in the service's own, and what to do next.
fn ended(out: &mut Lines, call: &Call) {
    let code = |code: i64| code.to_string();
    match &call.end {
        End::Done => {
            out.labelled("Code", Tone::Good, "0, success");
        }
        End::GivenUp => {
            out.labelled("Code", Tone::Plain, "none");
            out.labelled("What", Tone::Watch, &call.words());
        }
        End::Failed(failure) => {
            let words = failure.words();
            if let Failure::Refused { code: number, info, invalid_accounts } = failure {
                out.labelled("Code", Tone::Bad, &code(*number));
                let meaning = catalog::find(*number).map_or("not documented", |entry| entry.meaning);
                out.labelled("Means", Tone::Bad, meaning);
                out.labelled("ErrorInfo", Tone::Plain, if info.is_empty() { "—" } else { info });
                if !invalid_accounts.is_empty() {
                    out.labelled("Accounts", Tone::Plain, &invalid_accounts.join(", "));
                }
            } else {
                out.labelled("Code", Tone::Bad, "none: there was no readable answer");
                out.labelled("What", Tone::Bad, &words.what);
            }
            out.labelled("Next", Tone::Plain, &words.next);
        }
    }
    let status = call.status.map_or_else(|| "—".to_owned(), |status| status.to_string());
    out.labelled("HTTP", Tone::Plain, &status);
    if let Some(id) = &call.request_id {
        out.labelled("RequestId", Tone::Plain, id);
    }
}

fn times(out: &mut Lines, shared: &Shared, call: &Call) {
    let now = shared.now.utc;
    let there = when::stamp(call.sent, shared.zone, now);
    out.labelled("Sent", Tone::Plain, &format!("{there} · {}", when::from_now(call.sent, now)));
    let utc = call.sent.format("%Y-%m-%d %H:%M:%S%.3f UTC").to_string();
    out.labelled("", Tone::Plain, &utc);
    if let Some(date) = call.server_date {
        out.labelled("Its Date", Tone::Plain, &date.format("%Y-%m-%d %H:%M:%S UTC").to_string());
    }
    out.labelled("Took", Tone::Plain, &format!("{} ms", text::grouped(milliseconds(call))));
}

/// How long an attempt took, in whole milliseconds.
pub fn milliseconds(call: &Call) -> u64 {
    u64::try_from(call.took.as_millis()).unwrap_or(u64::MAX)
}

fn attempt_lines(out: &mut Lines, call: &Call) {
    let attempt = match call.attempt {
        1 => "the first".to_owned(),
        number => format!("number {number} at the same call"),
    };
    out.labelled("Attempt", Tone::Plain, &attempt);
    out.labelled("Priority", Tone::Plain, call.priority.word());
    if let Some(task) = call.task {
        out.labelled("Task", Tone::Plain, &format!("#{task}"));
    }
    out.labelled("Address", Tone::Plain, &call.address.url(call.command));
    let who = format!("{} as {}", call.address.sdkappid, call.address.identifier);
    out.labelled("App", Tone::Plain, &who);
    out.labelled("Random", Tone::Plain, &call.random.to_string());
    let (sent, received) = (text::grouped(call.bytes_sent), text::grouped(call.bytes_received));
    out.labelled("Bytes", Tone::Plain, &format!("{sent} sent, {received} received"));
}

fn body(out: &mut Lines, call: &Call) {
    out.say(Tone::Bold, "Body that was sent");
    let whole = Some(call).filter(|call| call.has_whole_body());
    if let Some(value) = whole.and_then(|call| serde_json::from_str::<Value>(&call.body).ok()) {
        out.json(crate::domain::text::json_head(&value, true));
        return;
    }
    let kept = text::grouped(call.body.len() as u64);
    out.say(Tone::Watch, &format!("only its first {kept} bytes were kept"));
    out.say(Tone::Plain, &call.body);
}
