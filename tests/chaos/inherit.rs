//! What the journal knows and the operator was not told, because the kill came in between.

use std::collections::HashMap;

use pushdeck::domain::TaskId;
use pushdeck::store::{Intent, Store};

use super::ledger::{By, Line, Note, Open, Progress};
use super::operator::refusal;
use super::plan::{Plan, Step};

/// A write that is open in the journal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) story: usize,
    pub(crate) at: usize,
    /// The operator has found its end out by himself.
    pub(crate) is_known: bool,
}

/// Ledger and journal side by side.
#[derive(Default)]
pub(crate) struct Books {
    /// What the ledger lacks.
    pub(crate) learned: Vec<Line>,
    /// The writes that are open in the journal, by entry.
    pub(crate) open: HashMap<i64, Found>,
}

/// By which an entry of the journal is known: command, and title or task.
type Mark = (&'static str, String);

impl Books {
    /// Puts every entry of the journal to the write that it belongs to: those of a story come one
    /// after the other.
    pub(crate) fn compare(plan: &Plan, lines: &[Line], stories: &[Progress], store: &Store) -> Self {
        let mut entries: HashMap<Mark, Vec<Intent>> = HashMap::new();
        let mut journal = store.journal(&plan.app.to_string(), u32::MAX).unwrap();
        journal.reverse();
        for intent in journal {
            entries.entry(mark(&intent)).or_default().push(intent);
        }
        let mut books = Self::default();
        for (story, progress) in stories.iter().enumerate() {
            books.compare_story(plan, lines, (story, progress), &mut entries);
        }
        // What is left is the other operator's; the parent knows both.
        let title = |intent: &&Intent| intent.what.body["Content"]["OfflinePushInfo"]["Title"].to_string();
        let is_own = |intent: &&Intent| title(intent).starts_with(&format!("\"{} ", plan.name));
        let strange: Vec<_> = entries.values().flatten().filter(is_own).collect();
        assert!(strange.is_empty(), "entries that nobody asked for: {strange:?}");
        books
    }

    fn compare_story(
        &mut self,
        plan: &Plan,
        lines: &[Line],
        (story, progress): (usize, &Progress),
        entries: &mut HashMap<Mark, Vec<Intent>>,
    ) {
        let mut writes = writes(plan, lines, story, progress).into_iter().peekable();
        let mut taken: HashMap<Mark, std::vec::IntoIter<Intent>> = HashMap::new();
        while let Some(Handed { at, mark, known }) = writes.next() {
            // Nothing was sent, so nothing was written down.
            if matches!(known, Some(Note::Unsent | Note::Stands(..))) {
                continue;
            }
            let mut next = || {
                let of = || entries.remove(&mark).unwrap_or_default().into_iter();
                taken.entry(mark.clone()).or_insert_with(of).next()
            };
            let Some(intent) = next() else {
                assert!(known.is_none() && writes.peek().is_none(), "no entry of {story} {at}: {known:?}");
                assert_eq!(progress.open, Some(Open::UnderWay));
                self.learned.push(Line { story, at, note: Note::Unsent });
                continue;
            };
            match intent.closed {
                None => {
                    self.open.insert(intent.id.0, Found { story, at, is_known: known.is_some() });
                }
                Some(closed) if known.is_none() => {
                    let note = learned(plan, story, at, &closed.outcome);
                    self.learned.push(Line { story, at, note });
                }
                Some(_) => {}
            }
        }
        let strange: Vec<Intent> = taken.into_values().flatten().collect();
        assert!(strange.is_empty(), "entries of story {story} that nobody asked for: {strange:?}");
    }
}

fn mark(intent: &Intent) -> Mark {
    let body = &intent.what.body;
    match intent.what.command.as_str() {
        "add_sched_task" => {
            ("create", body["Content"]["OfflinePushInfo"]["Title"].as_str().unwrap().to_owned())
        }
        "modify_sched_task" => ("modify", body["TaskID"].to_string()),
        "delete_sched_task" => ("cancel", body["TaskID"].to_string()),
        other => panic!("{other} in the journal"),
    }
}

/// A write that was handed over, and what is known of it.
struct Handed {
    at: usize,
    mark: Mark,
    /// Its end; `None` while that is not known.
    known: Option<Note>,
}

fn writes(plan: &Plan, lines: &[Line], story: usize, progress: &Progress) -> Vec<Handed> {
    let task = || TaskId(progress.task.unwrap()).to_string();
    let mut writes: Vec<Handed> = Vec::new();
    for Line { at, note, .. } in lines.iter().filter(|line| line.story == story) {
        match note {
            Note::Handed { .. } => {
                let mark = match plan.stories[story].step(*at).unwrap() {
                    Step::Create => ("create", plan.title(story)),
                    Step::Modify(_) => ("modify", task()),
                    Step::Cancel => ("cancel", task()),
                };
                writes.push(Handed { at: *at, mark, known: None });
            }
            // That a task went out may be seen before anything was handed over.
            note if note.is_final() => {
                if let Some(last) = writes.last_mut().filter(|last| last.at == *at && last.known.is_none()) {
                    last.known = Some(note.clone());
                }
            }
            _ => {}
        }
    }
    writes
}

/// The end of a write, as the journal has it.
pub(crate) fn learned(plan: &Plan, story: usize, at: usize, outcome: &serde_json::Value) -> Note {
    let id = || outcome["task"].as_str().unwrap().parse().unwrap();
    let step = plan.stories[story].step(at).unwrap();
    match (outcome["result"].as_str().unwrap(), step) {
        ("created", Step::Create) | ("modified", Step::Modify(_)) | ("cancelled", Step::Cancel) => {
            Note::Done(id(), By::Journal)
        }
        ("not done", _) => Note::NotDone(By::Journal),
        ("cannot tell", _) => Note::CannotTell(outcome["why"].as_str().unwrap().to_owned()),
        ("refused", _) => refusal(plan, story, at, outcome["code"].as_i64(), By::Journal),
        other => panic!("story {story}, write {at}: {other:?}: {outcome}"),
    }
}
