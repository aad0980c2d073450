//! Who took over whose writes: every process notes its beginning, what it takes over and its end, the
//! parent each kill, all in one file whose lines stand in their order.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use pushdeck::store::Intent;
use serde::{Deserialize, Serialize};

/// What happened to a run of an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Event {
    /// It begins, at that time in milliseconds.
    Begins(i64),
    /// It takes over this entry of the journal.
    Takes(i64),
    /// It lets go of its lock now, by itself.
    Ends,
    /// It is killed now.
    Killed,
}

/// One line. A run is named by its operator and its number: `a0`, `a1`, `b0`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) run: String,
    pub(crate) event: Event,
}

/// Appends in one piece, so that the order of the lines is the order in which they were written.
pub(crate) fn note(path: &Path, run: &str, event: Event) {
    let mut text = serde_json::to_string(&Line { run: run.to_owned(), event }).unwrap();
    text.push('\n');
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

pub(crate) fn read(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How many entries were taken over, and how many of them by the other operator.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    pub(crate) in_all: usize,
    pub(crate) by_the_other: usize,
}

/// Nothing was taken over from a run that was not over, so of all that live one had each entry.
pub(crate) fn assert_only_from_the_dead(
    lines: &[Line],
    entries: &HashMap<i64, Intent>,
    operator_of: impl Fn(&Intent) -> char,
) -> Taken {
    let mut taken = Taken::default();
    let mut holders: HashMap<i64, String> = HashMap::new();
    for (number, Line { run, event }) in lines.iter().enumerate() {
        let Event::Takes(entry) = event else { continue };
        let intent = entries.get(entry).unwrap_or_else(|| panic!("{run} took {entry}, which is not there"));
        let operator = operator_of(intent);
        let holder = holders
            .get(entry)
            .cloned()
            .unwrap_or_else(|| beginner(lines, operator, intent.begun.timestamp_millis()));
        let is_over = |line: &Line| line.run == holder && matches!(line.event, Event::Ends | Event::Killed);
        assert!(lines[..number].iter().any(is_over), "{run} took {entry} from {holder}, which was not over");
        taken.in_all += 1;
        taken.by_the_other += usize::from(!run.starts_with(operator));
        holders.insert(*entry, run.clone());
    }
    taken
}

/// The run of an operator in which something was begun.
fn beginner(lines: &[Line], operator: char, at: i64) -> String {
    let mut begun = lines.iter().rev().filter_map(|line| match line.event {
        Event::Begins(since) if line.run.starts_with(operator) && since <= at => Some(&line.run),
        _ => None,
    });
    begun.next().unwrap_or_else(|| panic!("nobody had begun at {at}")).clone()
}
