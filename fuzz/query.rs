//! A question to the list may have any range and any page: what goes over the wire is what was meant.

use chrono::{DateTime, TimeDelta, Utc};
use pushdeck::domain::query::{Order, Range};
use pushdeck::domain::{Query, wire};
use serde_json::Value;

use super::input::Input;

pub(crate) fn hold(bytes: &[u8]) {
    let mut input = Input(bytes);
    let (begin, end) = (instant(&mut input), instant(&mut input));
    let range = Range { begin: begin.min(end), end: begin.max(end) };
    moves(range, i32::from_le_bytes(std::array::from_fn(|_| input.byte())));
    let query = Query {
        order: if input.byte() < 128 { Order::Created } else { Order::Scheduled },
        ascending: input.byte() < 128,
        range,
        keyword: input.text(60),
        ..Query::around(begin_of(range), 1 + u32::from(input.byte() % 100))
    };
    let body = wire::list_body(input.number(), &query);
    let back: Value = serde_json::from_str(&body.to_string()).unwrap();
    assert_eq!(back, body);
    assert_eq!(back["Want"], query.page_size);
    assert_eq!(back["Offset"], query.offset);
    assert_eq!(back["Keyword"].as_str().unwrap_or_default(), query.keyword);
    for (name, at) in [("BeginTime", range.begin), ("EndTime", range.end)] {
        let text = back[name].as_str().unwrap();
        let whole = DateTime::from_timestamp(at.timestamp(), 0).unwrap();
        if (-62_135_596_800..253_402_300_800).contains(&at.timestamp()) {
            assert_eq!(wire::time_in(text), Some(whole), "{text}");
        }
    }
}

/// Far enough from the ends of the calendar for what lies around it.
fn begin_of(range: Range) -> DateTime<Utc> {
    range
        .begin
        .clamp(DateTime::<Utc>::MIN_UTC + TimeDelta::days(60), DateTime::<Utc>::MAX_UTC - TimeDelta::days(60))
}

fn instant(input: &mut Input<'_>) -> DateTime<Utc> {
    let seconds = i64::from_le_bytes(input.number().to_le_bytes()) >> (input.byte() % 64);
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// There and back is where it was; where there is nothing more, it stays.
fn moves(range: Range, steps: i32) {
    let there = range.moved(steps);
    assert_eq!(there.end - there.begin, range.end - range.begin);
    let back = there.moved(steps.saturating_neg());
    assert!(back == range || there == range || steps == i32::MIN, "{range:?} by {steps}");
    assert!(range.holds(range.begin) && range.holds(range.end));
}
