//! A filter may be any text: it hides what it names and nothing else, and it says what it did not take.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use pushdeck::app::filter::Filter;
use pushdeck::domain::Task;
use pushdeck::domain::wire::{KnownRows, read_answer, read_list};

use super::input::{Input, replaced, spelled};
use super::samples::{PAGE, VALUES};

const WORDS: &[&str] = &[
    " ", " ", "!", "status=", "status~", "type=", "tag~", "tag=", "id=", "id~", "in<", "in>", "pending",
    "fail", "?unk", "all", "user", "vip", "1234", "2h", "30m", "0s", "100000d", "100001d", "-1h", "９h",
    "股票", "İ", "ß", "\u{301}", "\"", "flash", "a",
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
    let filter = Filter::read(text);
    assert_eq!(filter.text, text);
    assert_eq!(Filter::read(&filter.text), filter);
    assert!(filter.is_on() || filter.problem.is_some() || text.trim().is_empty(), "{text:?} means nothing");
    let far = [now, now + TimeDelta::days(40_000), now - TimeDelta::days(40_000)];
    for task in tasks {
        for in_doubt in [false, true] {
            for now in far {
                let passes = filter.passes(task, in_doubt, now);
                // All of its words must fit, so each alone lets a task pass that all let pass.
                let each = text.split_whitespace().map(Filter::read);
                let all = each.filter(Filter::is_on).all(|word| word.passes(task, in_doubt, now));
                assert_eq!(passes, all, "{text:?}");
            }
        }
    }
    for word in text.split_whitespace().filter(|word| !word.starts_with('!')) {
        let (plain, negated) = (Filter::read(word), Filter::read(&format!("!{word}")));
        for task in tasks.iter().filter(|_| plain.is_on()) {
            assert_ne!(plain.passes(task, false, now), negated.passes(task, false, now), "{word:?}");
        }
    }
}
