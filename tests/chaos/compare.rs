//! The end of a run: what the service holds against what was intended and what was told.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use pushdeck::domain::wire::time_out;
use pushdeck::store::{Intent, Store};
use serde_json::Value;

use super::dose::Dose;
use super::ledger::{self, By, Line, Note, Progress};
use super::owners::{self, Taken};
use super::pair::Figures;
use super::plan::{self, Due, Edit, Plan, Step};
use super::process::{Folder, time};

/// What happened in a run, to show that it tested something.
#[derive(Default)]
pub(crate) struct Summary {
    name: &'static str,
    stories: usize,
    intended: usize,
    /// Writes that were handed to the worker, with those that were sent again.
    handed: usize,
    pair: Figures,
    taken: Taken,
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

    pub(crate) fn add_pair(&mut self, figures: Figures, key: &str) {
        assert_no_secret("an operator's output", figures.said.as_bytes(), key);
        for words in &figures.noted {
            // The other one was stopped while it wrote.
            let is_locked = words.contains("is held by another program");
            assert!(is_locked && figures.stops > 0, "the worker reported trouble: {words}");
        }
        let all = &mut self.pair;
        all.kills += figures.kills;
        all.stops += figures.stops;
        all.outages += figures.outages;
        all.unreachable += figures.unreachable;
        all.elsewhere += figures.elsewhere;
        all.told_by_journal += figures.told_by_journal;
        all.stands += figures.stands;
        all.no_journal += figures.no_journal;
        all.tidying += figures.tidying;
        all.noted.extend(figures.noted);
    }

    /// The ledger of an operator: every story must have come to its end.
    pub(crate) fn add_books(&mut self, plan: &Plan, folder: &Folder, key: &str) -> Vec<Progress> {
        for entry in std::fs::read_dir(folder.store().parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // The lock files; they are empty.
                continue;
            }
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
            Note::Stands(..) => "stands (before)".to_owned(),
            Note::Unsent => "never sent".to_owned(),
            Note::TooLate(by) => said("too late", *by),
            Note::Afterwards(_) => "settled afterwards".to_owned(),
        };
        *self.outcomes.entry(kind).or_default() += 1;
    }

    /// What the service holds for the operators of an app must be what they were told, and nothing else.
    pub(crate) fn add_tasks(
        &mut self,
        plans: &[Plan; 2],
        books: &[Vec<Progress>; 2],
        tasks: &BTreeMap<u64, Value>,
        takes_away: bool,
    ) {
        let mut titles: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for task in tasks.values() {
            titles.entry(task["Title"].as_str().unwrap()).or_default().push(task);
        }
        let stories = plans.iter().zip(books).flat_map(|(plan, stories)| {
            stories.iter().enumerate().map(move |(number, progress)| (plan, number, progress))
        });
        for (plan, number, progress) in stories {
            let there = titles.remove(plan.title(number).as_str()).unwrap_or_default();
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
                    panic!(
                        "{}: {}: {progress:?}, but the service holds {other:?}",
                        plan.app,
                        plan.title(number)
                    )
                }
            }
        }
        assert!(titles.is_empty(), "{}: nobody asked for {titles:?}", plans[0].app);
    }

    /// No write was sent more often than it was handed over, and no limit was overrun by a process
    /// that knew of it.
    pub(crate) fn add_counters(
        &mut self,
        app: u64,
        plans: &[Plan; 2],
        folders: &[Folder; 2],
        counters: &Value,
    ) {
        let of_app = &counters["apps"][app.to_string()];
        for (command, is_it) in [
            ("add_sched_task", (|step| matches!(step, Step::Create)) as fn(Step) -> bool),
            ("modify_sched_task", |step| matches!(step, Step::Modify(_))),
            ("delete_sched_task", |step| matches!(step, Step::Cancel)),
        ] {
            let of_one = |(plan, folder): (&Plan, &Folder)| {
                let lines = ledger::read(&folder.ledger());
                let is_handed = |line: &&Line| {
                    matches!(line.note, Note::Handed { .. })
                        && is_it(plan.stories[line.story].step(line.at).unwrap())
                };
                lines.iter().filter(is_handed).count() as u64
            };
            let handed: u64 = plans.iter().zip(folders).map(of_one).sum();
            let calls = of_app[command]["calls"].as_u64().unwrap_or_default();
            assert!(calls <= handed, "{app}: {handed} handed over, but {calls} calls of {command}");
        }
        let all = of_app.as_object().unwrap().values();
        self.over_limit += all.map(|count| count["over_limit"].as_u64().unwrap()).sum::<u64>();
    }

    /// Whatever was taken over had belonged to a run that was over.
    pub(crate) fn add_owners(&mut self, plans: &[Plan; 2], books: &[Vec<Progress>; 2], folder: &Folder) {
        let mut operators: HashMap<u64, char> = HashMap::new();
        for (plan, stories) in plans.iter().zip(books) {
            operators.extend(stories.iter().filter_map(|story| story.task).map(|task| (task, plan.name)));
        }
        let operator_of = |intent: &Intent| {
            if let Some(task) = intent.what.body["TaskID"].as_u64() {
                return operators[&task];
            }
            let title = intent.what.body["Content"]["OfflinePushInfo"]["Title"].as_str().unwrap();
            title.chars().next().unwrap()
        };
        let store = Store::open(&folder.store()).unwrap();
        let entries = store.journal(&plans[0].app.to_string(), u32::MAX).unwrap();
        let entries = entries.into_iter().map(|intent| (intent.id.0, intent)).collect();
        let lines = owners::read(&folder.owners());
        let taken = owners::assert_only_from_the_dead(&lines, &entries, operator_of);
        self.taken.in_all += taken.in_all;
        self.taken.by_the_other += taken.by_the_other;
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
        }
    }

    fn met(&self) -> usize {
        let of_writes = self.faults.iter().filter(|(name, _)| !name.ends_with("read"));
        of_writes.map(|(_, met)| met).sum()
    }
}

/// Enough has happened for the rest to mean something.
pub(crate) fn assert_it_was_chaos(all: &[Summary], dose: Dose) {
    let sum = |of: fn(&Summary) -> usize| all.iter().map(of).sum::<usize>();
    let shown = all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let operators = all.len() * usize::try_from(dose.apps).unwrap() * 2;
    assert!(sum(|one| one.intended) >= operators * dose.writes, "{shown}");
    assert!(sum(|one| one.standing) > 0 && sum(|one| one.cancelled) > 0, "{shown}");
    assert!(sum(Summary::met) * 5 > sum(|one| one.intended), "too few faults: {shown}");
    // Who is done with his plan is killed no more.
    assert!(sum(|one| one.pair.kills) * 2 > operators * dose.kills, "{shown}");
    assert!(sum(|one| one.pair.stops) * 2 > operators * dose.stops, "{shown}");
    assert!(sum(|one| one.pair.outages) > 0 && sum(|one| one.pair.unreachable) > 0, "{shown}");
    assert!(sum(|one| one.taken.by_the_other) > 0, "nobody took anything over from the other: {shown}");
    let mut kinds = vec!["done (answer)", "done (verdict)", "not done (verdict)"];
    if dose.is_full() {
        // In a short dose it may be that all of them come to be the other's.
        kinds.extend(["done (inherited)", "not done (inherited)", "done (journal)"]);
    }
    for kind in kinds {
        assert!(all.iter().any(|one| one.outcomes.contains_key(kind)), "nothing was {kind}: {shown}");
    }
    if dose.is_full() {
        for Summary { faults, .. } in all {
            assert!(faults.values().all(|met| *met > 0), "a fault was not met: {shown}");
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
    let mut content = story.content(&plan.title(number));
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
            "{}: {} writes to {} tasks intended, {} handed over; {} stand, {} cancelled; {} kills, {} stops, {} \
             outages ({} refused connections); {} taken over, {} of them by the other, {} shown as the other's, {} \
             told by the journal; {} stood before they were sent again, {} without a journal, {} notes; {} runs to \
             tidy up, {} calls over the limit\n  faults: {}\n  outcomes: {}\n ",
            self.name,
            self.intended,
            self.stories,
            self.handed,
            self.standing,
            self.cancelled,
            self.pair.kills,
            self.pair.stops,
            self.pair.outages,
            self.pair.unreachable,
            self.taken.in_all,
            self.taken.by_the_other,
            self.pair.elsewhere,
            self.pair.told_by_journal,
            self.pair.stands,
            self.pair.no_journal,
            self.pair.noted.len(),
            self.pair.tidying,
            self.over_limit,
            listed(&self.faults),
            listed(&self.outcomes),
        )
    }
}
