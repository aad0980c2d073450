//! The end of a run: what the service holds against what was intended and what was told.

use std::collections::BTreeMap;
use std::fmt;

use pushdeck::domain::wire::time_out;
use pushdeck::store::Store;
use serde_json::Value;

use super::ledger::{self, By, Line, Note, Progress};
use super::operator::{Folder, time};
use super::plan::{self, Due, Edit, Plan, Step};
use super::shift::Figures;

/// What happened in a run, to show that it tested something.
#[derive(Default)]
pub(crate) struct Summary {
    name: &'static str,
    stories: usize,
    intended: usize,
    /// Writes that were handed to the worker, with those that were sent again.
    handed: usize,
    kills: usize,
    kills_at_start: usize,
    cuts: usize,
    unreachable: usize,
    tidying: usize,
    /// Ends of writes, and doubts, by kind and by who said it.
    outcomes: BTreeMap<String, usize>,
    /// Scripted faults that were met.
    faults: BTreeMap<String, usize>,
    standing: usize,
    cancelled: usize,
    over_limit: u64,
}

impl Summary {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    pub(crate) fn add_shift(&mut self, figures: Figures, key: &str) {
        assert_no_secret("an operator's output", figures.said.as_bytes(), key);
        assert_eq!(figures.noted, [""; 0], "the worker had something to complain of");
        self.kills += figures.kills;
        self.kills_at_start += figures.kills_at_start;
        self.cuts += figures.cuts;
        self.unreachable += figures.unreachable;
        self.tidying += figures.tidying;
    }

    /// The ledger of an operator: every story must have come to its end.
    pub(crate) fn add_books(&mut self, plan: &Plan, folder: &Folder, key: &str) -> Vec<Progress> {
        for entry in std::fs::read_dir(folder.store().parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            assert_no_secret(&path.display().to_string(), &std::fs::read(&path).unwrap(), key);
        }
        let lines = ledger::read(&folder.ledger());
        let stories = ledger::progress(&lines, plan.stories.len());
        for (number, (story, progress)) in plan.stories.iter().zip(&stories).enumerate() {
            assert_eq!(progress.open, None, "{}: story {number}: {progress:?}", plan.app);
            assert!(progress.is_over || story.step(progress.at).is_none(), "story {number}: {progress:?}");
        }
        let store = Store::open(&folder.store()).unwrap();
        assert_eq!(store.open_intents(&plan.app.to_string()).unwrap(), [], "open in the journal");
        self.stories += plan.stories.len();
        self.intended += plan.writes();
        for Line { note, .. } in &lines {
            self.count(note);
        }
        stories
    }

    fn count(&mut self, note: &Note) {
        let said = |what: &str, by: By| format!("{what} ({by:?})").to_lowercase();
        let kind = match note {
            Note::Handed { .. } => {
                self.handed += 1;
                return;
            }
            Note::Unknown(_) => "unknown at first".to_owned(),
            Note::Done(_, by) => said("done", *by),
            Note::Refused(None, by) => said("no connection", *by),
            Note::Refused(Some(code), by) => said(&format!("refused {code}"), *by),
            Note::NotDone(by) => said("not done", *by),
            Note::CannotTell(_) => "cannot tell".to_owned(),
            Note::Unsent => "never sent".to_owned(),
            Note::TooLate(by) => said("too late", *by),
            Note::Afterwards(_) => "settled afterwards".to_owned(),
        };
        *self.outcomes.entry(kind).or_default() += 1;
    }

    /// What the service holds for one operator must be what he was told, and nothing else.
    pub(crate) fn add_tasks(
        &mut self,
        plan: &Plan,
        stories: &[Progress],
        tasks: &BTreeMap<u64, Value>,
        takes_away: bool,
    ) {
        let mut titles: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for task in tasks.values() {
            titles.entry(task["Title"].as_str().unwrap()).or_default().push(task);
        }
        for (number, progress) in stories.iter().enumerate() {
            let there = titles.remove(plan::title(number).as_str()).unwrap_or_default();
            let is_cancelled = matches!(
                progress.at.checked_sub(1).and_then(|at| plan.stories[number].step(at)),
                Some(Step::Cancel)
            );
            match (there.as_slice(), is_cancelled) {
                ([], true) => self.cancelled += 1,
                ([task], false) => {
                    assert_as_told(plan, (number, progress), task, takes_away);
                    self.standing += 1;
                }
                (other, _) => {
                    panic!("{}: story {number}: {progress:?}, but the service holds {other:?}", plan.app)
                }
            }
        }
        assert!(titles.is_empty(), "{}: nobody asked for {titles:?}", plan.app);
    }

    /// No write was sent more often than it was handed over, and no limit was overrun by a process
    /// that knew of it.
    pub(crate) fn add_counters(&mut self, app: u64, lines: &[Line], plan: &Plan, counters: &Value) {
        let of_app = &counters["apps"][app.to_string()];
        for (command, is_it) in [
            ("add_sched_task", (|step| matches!(step, Step::Create)) as fn(Step) -> bool),
            ("modify_sched_task", |step| matches!(step, Step::Modify(_))),
            ("delete_sched_task", |step| matches!(step, Step::Cancel)),
        ] {
            let handed = lines.iter().filter(|line| {
                matches!(line.note, Note::Handed { .. })
                    && is_it(plan.stories[line.story].step(line.at).unwrap())
            });
            let (handed, calls) = (handed.count(), of_app[command]["calls"].as_u64().unwrap());
            assert!(calls <= handed as u64, "{app}: {handed} handed over, but {calls} calls of {command}");
        }
        let all = of_app.as_object().unwrap().values();
        self.over_limit += all.map(|count| count["over_limit"].as_u64().unwrap()).sum::<u64>();
    }

    /// Which faults were met: those that do not wait any more.
    pub(crate) fn add_faults(&mut self, script: &[Value], waiting: &Value) {
        let count = |faults: &[Value]| {
            let mut names = BTreeMap::new();
            for fault in faults {
                let Some(name) = plan::name(fault) else { continue };
                let is_read = matches!(fault["command"].as_str(), Some("get_sched_task" | "list_sched_task"));
                let name = if is_read { format!("{name} of a read") } else { name };
                *names.entry(name).or_default() += 1_usize;
            }
            names
        };
        let waiting = count(waiting["faults"].as_array().unwrap());
        self.faults = count(script);
        for (name, met) in &mut self.faults {
            *met -= waiting.get(name).copied().unwrap_or_default();
            assert!(*met > 0, "no {name} was met");
        }
    }

    /// Enough has happened for the rest to mean something.
    pub(crate) fn assert_it_was_chaos(&self, operators: usize) {
        assert!(self.intended >= 2000 && self.standing > 0 && self.cancelled > 0, "{self}");
        let of_writes = self.faults.iter().filter(|(name, _)| !name.ends_with("read")).map(|(_, met)| met);
        assert!(of_writes.sum::<usize>() * 4 > self.intended, "too few faults: {self}");
        assert!(self.kills >= 10 && self.cuts >= operators / 2 && self.unreachable > 0, "{self}");
        for kind in [
            "done (answer)",
            "done (verdict)",
            "done (inherited)",
            "not done (verdict)",
            "not done (inherited)",
        ] {
            assert!(self.outcomes.contains_key(kind), "nothing was {kind}: {self}");
        }
    }
}

pub(crate) fn assert_no_secret(place: &str, bytes: &[u8], key: &str) {
    let holds = |secret: &str| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
    assert!(!holds(key), "the key is in {place}");
    // Every signature begins so in its URL.
    assert!(!holds("usersig="), "a signature is in {place}");
}

fn assert_as_told(plan: &Plan, (number, progress): (usize, &Progress), task: &Value, takes_away: bool) {
    let story = &plan.stories[number];
    let what = || format!("{}: story {number}: {progress:?}\nbut {task}", plan.app);
    assert_eq!(task["TaskID"].as_u64(), progress.task, "{}", what());
    assert_eq!(task["SchedAt"], time_out(time(progress.due.unwrap())), "{}", what());
    let (mut text, mut extra) = (0, true);
    for at in 1..progress.at {
        match story.step(at) {
            Some(Step::Modify(Edit::Text | Edit::TextAndTime(_))) => text = at,
            Some(Step::Modify(Edit::TakeAway)) => (text, extra) = (at, !takes_away),
            Some(Step::Modify(Edit::Time(_)) | Step::Create | Step::Cancel) | None => {}
        }
    }
    let mut content = story.content(number);
    content["OfflinePushInfo"]["Desc"] = plan::text(text).into();
    if !extra {
        content["OfflinePushInfo"].as_object_mut().unwrap().remove("Ext");
    }
    let mut there = task["Content"].clone();
    assert!(there.as_object_mut().unwrap().remove("MsgRandom").is_some(), "{}", what());
    assert_eq!(there, content, "{}", what());
    assert_eq!(task["Type"], story.kind.as_str(), "{}", what());
    if matches!(story.due, Due::At(_)) {
        assert!(task["Status"] == "pending" && !progress.is_over, "{}", what());
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |map: &BTreeMap<String, usize>| {
            map.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
        };
        write!(
            f,
            "{}: {} writes to {} tasks intended, {} handed over; {} stand, {} cancelled; {} kills ({} before anything \
             was handed over), way closed {} times ({} refused connections), {} runs to tidy up, {} calls over the \
             limit\n  faults: {}\n  outcomes: {}\n ",
            self.name,
            self.intended,
            self.stories,
            self.handed,
            self.standing,
            self.cancelled,
            self.kills,
            self.kills_at_start,
            self.cuts,
            self.unreachable,
            self.tidying,
            self.over_limit,
            listed(&self.faults),
            listed(&self.outcomes),
        )
    }
}
