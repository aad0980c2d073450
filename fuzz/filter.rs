//! A filter may be any text: it hides what it names and nothing else, and it says what it did not take.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use pushdeck::domain::filter::FilterContext;
use pushdeck::domain::schedule::Row;
use pushdeck::domain::wire::{KnownRows, read_answer, read_list};
use pushdeck::domain::{Filter, Task, TaskId, Zone};

use super::input::{Input, replaced, spelled};
use super::samples::{PAGE, VALUES};

const WORDS: &[&str] = &[
    " ",
    " ",
    "!",
    "status=",
    "status~",
    "type=",
    "tag~",
    "tag=",
    "id=",
    "id~",
    "in<",
    "in>",
    "pending",
    "fail",
    "?unk",
    "all",
    "user",
    "vip",
    "1234",
    "2h",
    "30m",
    "0s",
    "100000d",
    "100001d",
    "-1h",
    "９h",
    "to~",
    "to=",
    "from=",
    "err~",
    "at<",
    "at>",
    "at=",
    "created<",
    "created>",
    "today",
    "-12h",
    "+3h",
    "2026-11-21",
    ",",
    "股票",
    "İ",
    "ß",
    "\u{301}",
    "\"",
    "flash",
    "a",
];

pub(crate) fn hold(bytes: &[u8]) {
    let mut input = Input(bytes);
    let seconds = 1_795_240_000
        + (i64::from_le_bytes(input.number().to_le_bytes()) >> (input.byte() % 64)) % 8_000_000_000;
    let now = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let body = replaced(PAGE, &mut Input(input.0), VALUES);
    let answer = read_answer(200, body.as_bytes(), 100, &KnownRows::default());
    let tasks = answer.and_then(read_list).map(|(page, _)| page.tasks).unwrap_or_default();
    for text in [String::from_utf8_lossy(input.0).into_owned(), spelled(input.0, WORDS)] {
        reads(&text, &tasks, now);
    }
}

fn reads(text: &str, tasks: &[Arc<Task>], now: DateTime<Utc>) {
    let read = |text: &str| Filter::read(text, Zone::UTC, now);
    let filter = read(text);
    assert_eq!(filter.text, text);
    assert_eq!(read(&filter.text), filter);
    // Quotes around nothing ask for nothing.
    let is_empty = text.chars().all(|c| c.is_whitespace() || c == '"' || c == '!');
    assert!(filter.is_on() || filter.problem.is_some() || is_empty, "{text:?} means nothing");
    assert!(filter.narrows(&Filter::default()) && (filter.depends_on_time() || filter.narrows(&filter)));
    let rows: Vec<Row> = tasks.iter().map(|task| Row::of(task)).collect();
    let none = HashSet::new();
    let doubted: HashSet<TaskId> = tasks.iter().step_by(2).map(|task| task.id).collect();
    let far = [now, now + TimeDelta::days(40_000), now - TimeDelta::days(40_000)];
    let is_quoted = text.contains('"');
    for row in rows.iter().filter(|_| !is_quoted) {
        for now in far {
            let context = FilterContext::new(now, &doubted, &none);
            let passes = filter.passes_row(row, &context);
            // All of its words must fit, so each alone lets a task pass that all let pass.
            let each = text.split_whitespace().map(read);
            let all = each.filter(Filter::is_on).all(|word| word.passes_row(row, &context));
            assert_eq!(passes, all, "{text:?}");
        }
    }
    let context = FilterContext::new(now, &none, &doubted);
    for word in text.split_whitespace().filter(|word| !word.starts_with('!') && !is_quoted) {
        let (plain, negated) = (read(word), read(&format!("!{word}")));
        for row in rows.iter().filter(|_| plain.is_on()) {
            assert_ne!(plain.passes_row(row, &context), negated.passes_row(row, &context), "{word:?}");
        }
    }
    for task in tasks {
        for range in filter.highlights(&task.title) {
            assert!(task.title.get(range).is_some_and(|found| !found.is_empty()), "{text:?}");
        }
    }
}
