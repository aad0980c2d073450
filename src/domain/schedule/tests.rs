//! The schedule against a model that is as simple as can be, and the words of a task.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::wire::{read_task, time_in};

/// A task in one of a few versions, which differ in time, in words, in state or in nothing but their JSON.
fn task(id: u64, version: usize) -> Task {
    const VERSIONS: [(&str, &str, &str, u8); 7] = [
        ("2026-11-21 08:00:00", "Flash sale", "pending", 0),
        ("2026-11-21 08:00:00", "Flash sale", "pending", 1),
        ("2026-11-21 08:00:00", "FLASH SALE", "dispatched", 0),
        ("2026-11-21 07:59:59", "股票早报", "pending", 0),
        ("2026-12-01 00:00:00", "A title that is longer than those of the others", "pending", 0),
        ("1969-12-31 23:59:59", "", "dispatching", 0),
        ("soon", "No time", "odd", 0),
    ];
    let (at, title, status, success) = VERSIONS[version % VERSIONS.len()];
    let info = format!(
        r#"{{"TaskID":{id},"Type":"All","SchedAt":"{at}","Status":"{status}","DispatchSuccess":{success},"Title":"{title}"}}"#
    );
    read_task(&serde_json::from_str(&info).unwrap()).unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Put(u64, usize),
    Remove(u64),
    Settle,
    Sweep,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_u64..12, 0_usize..7).prop_map(|(id, version)| Step::Put(id, version)),
        3 => (0_u64..12).prop_map(Step::Remove),
        2 => Just(Step::Settle),
        1 => Just(Step::Sweep),
    ]
}

/// What is held of one task: its version, whether it went, its slot.
#[derive(Clone, Copy)]
struct Modelled {
    version: usize,
    is_gone: bool,
    slot: Slot,
}

#[derive(Default)]
struct Model(BTreeMap<u64, Modelled>);

impl Model {
    /// Takes the step in both, and compares what is said of it.
    fn take(&mut self, schedule: &mut Schedule, step: Step) {
        let before = schedule.version();
        let changed = match step {
            Step::Put(id, version) => {
                let put = schedule.put(Row::of(&task(id, version)), 7);
                let known = self.0.insert(id, Modelled { version, is_gone: false, slot: put.slot() });
                match known {
                    None => assert!(matches!(put, Put::New(_))),
                    Some(known) if known.is_gone => assert_eq!(put, Put::New(known.slot)),
                    Some(known) if known.version == version => assert_eq!(put, Put::Same(known.slot)),
                    Some(known) => {
                        let json = task(id, known.version).json.0.to_string();
                        assert_eq!(put, Put::Changed(known.slot, json));
                    }
                }
                !matches!(put, Put::Same(_))
            }
            Step::Remove(id) => {
                let there = self.0.get_mut(&id).filter(|known| !known.is_gone);
                assert_eq!(schedule.remove(TaskId(id)), there.as_ref().map(|known| known.slot));
                let is_there = there.is_some();
                if let Some(known) = there {
                    known.is_gone = true;
                }
                is_there
            }
            Step::Settle => {
                schedule.settle();
                self.compare_order(schedule);
                false
            }
            Step::Sweep => {
                schedule.sweep();
                self.0.retain(|_, known| !known.is_gone);
                self.compare_order(schedule);
                false
            }
        };
        assert_eq!(schedule.version() != before, changed, "{step:?}");
    }

    fn compare(&self, schedule: &Schedule) {
        let there: Vec<_> = self.0.iter().filter(|(_, known)| !known.is_gone).collect();
        assert_eq!((schedule.len(), schedule.is_empty()), (there.len(), there.is_empty()));
        for id in 0..12 {
            let known = self.0.get(&id);
            let is_there = known.is_some_and(|known| !known.is_gone);
            assert_eq!(schedule.slot(TaskId(id)), known.filter(|_| is_there).map(|known| known.slot));
            assert_eq!(schedule.task(TaskId(id)).is_some(), is_there);
            // What went can still be read.
            let Some(known) = known else { continue };
            let held = schedule.get(known.slot).unwrap();
            let (task, row) = (task(id, known.version), Row::of(&task(id, known.version)));
            assert_eq!((held.id, held.is_gone(), held.pass), (task.id, known.is_gone, 7));
            assert_eq!((held.state, held.kind, schedule.json(held)), (row.state, row.kind, &**row.json()));
            assert_eq!((held.scheduled_at(), held.created_at()), (task.scheduled_at, task.created_at));
            assert_eq!(schedule.words(held), row.words());
            assert_eq!(held.length_of_words(), row.words().searched.len());
            assert_eq!(schedule.read(held), Some(task));
        }
        let mut slots: Vec<Slot> = self.0.values().map(|known| known.slot).collect();
        slots.sort_unstable();
        slots.dedup();
        assert_eq!(slots.len(), self.0.len(), "two tasks have one slot");
    }

    /// The order in time: those without a time first, and by number where the time is the same.
    fn compare_order(&self, schedule: &Schedule) {
        let there = self.0.iter().filter(|(_, known)| !known.is_gone);
        let mut order: Vec<_> =
            there.map(|(id, known)| (task(*id, known.version).scheduled_at, *id, known.slot)).collect();
        order.sort_unstable();
        let slots: Vec<Slot> = order.iter().map(|(.., slot)| *slot).collect();
        assert_eq!(schedule.by_time(), slots);
        let times =
            ["1969-12-31 23:59:59", "2026-11-21 07:59:59", "2026-11-21 08:00:00", "2026-12-01 00:00:01"];
        let times = times.map(|at| time_in(at).unwrap());
        for (begin, end) in times.iter().flat_map(|begin| times.map(|end| (*begin, end))) {
            let range = Range { begin, end };
            let inside = order.iter().filter(|(at, ..)| at.is_some_and(|at| range.holds(at)));
            let inside: Vec<Slot> = inside.map(|(.., slot)| *slot).collect();
            assert_eq!(schedule.between(range), inside, "{range:?}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_put_removed_and_swept_the_schedule_holds_what_a_plain_map_does(
        steps in proptest::collection::vec(step(), 0..60)
    ) {
        let (mut schedule, mut model) = (Schedule::default(), Model::default());
        for step in steps {
            model.take(&mut schedule, step);
            model.compare(&schedule);
        }
        model.take(&mut schedule, Step::Settle);
        model.take(&mut schedule, Step::Sweep);
        model.compare(&schedule);
    }

    #[test]
    fn merging_is_sorting(mut old in proptest::collection::btree_set(0_u32..200, 0..40), new in proptest::collection::btree_set(0_u32..200, 0..40)) {
        old.retain(|slot| !new.contains(slot));
        let mut order: Vec<Slot> = old.iter().copied().collect();
        merge(&mut order, new.iter().rev().copied().collect(), Ord::cmp);
        prop_assert_eq!(order, old.union(&new).copied().collect::<Vec<_>>());
    }
}

#[test]
fn a_range_that_ends_before_it_begins_holds_nothing() {
    let mut schedule = Schedule::default();
    schedule.put(Row::of(&task(1, 0)), 0);
    schedule.put(Row::of(&task(2, 4)), 0);
    schedule.settle();
    let range = Range {
        begin: time_in("2026-12-02 00:00:00").unwrap(),
        end: time_in("2026-11-01 00:00:00").unwrap(),
    };
    assert!(schedule.between(range).is_empty());
}

#[test]
fn a_slot_is_given_again_and_the_words_of_many_tasks_stay_apart() {
    let mut schedule = Schedule::default();
    let rows: Vec<Row> = (0..5_000).zip(0..).map(|(id, version)| Row::of(&task(id, version))).collect();
    for row in &rows {
        schedule.put(row.clone(), 0);
    }
    for id in (0..5_000).step_by(2) {
        schedule.remove(TaskId(id));
    }
    schedule.sweep();
    for id in 10_000..12_500 {
        schedule.put(Row::of(&task(id, 0)), 0);
    }
    schedule.settle();
    assert_eq!((schedule.len(), schedule.by_time().len()), (5_000, 5_000));
    assert!(schedule.by_time().iter().all(|slot| *slot < 5_000), "no new slot was needed");
    for row in rows.iter().skip(1).step_by(2) {
        let held = schedule.get(schedule.slot(row.id()).unwrap()).unwrap();
        assert_eq!(schedule.words(held), row.words());
    }
}

#[test]
fn the_parts_of_the_words_are_told_apart_whatever_stands_in_them() {
    let info = r#"{"TaskID":7,"Type":"Tag","Title":"Two\nLINES","Desc":"Ünder","DispatchErr":"No\u001fQuota",
        "Content":{"From_Account":"Ops","Condition":{"TagsAnd":["A b","c\u001fd"],"TagsNot":["É"]}}}"#;
    let row = Row::of(&read_task(&serde_json::from_str(info).unwrap()).unwrap());
    for (part, words) in [
        (TextPart::Title, "two lines"),
        (TextPart::Desc, "ünder"),
        (TextPart::Type, "tag"),
        (TextPart::Tags, "\u{1f}a b\u{1f}c d\u{1f}é\u{1f}"),
        (TextPart::Accounts, ""),
        (TextPart::Error, "no\u{1f}quota"),
        (TextPart::From, "ops"),
    ] {
        assert_eq!(row.words().part(part), words, "{part:?}");
    }
    assert!(row.words().part(TextPart::Who).starts_with("tags a b and c"));
    assert!(!row.words().searched.contains("ops"), "a word is not searched in the sender");
    assert!(!row.words().searched.contains("tag\n"), "nor is what many tasks share kept for each of them");
}

#[test]
fn senders_are_told_apart_however_many_there_are() {
    let row = |id: u64, sender: &str| {
        let info =
            format!(r#"{{"TaskID":{id},"Type":"Odd","Title":"a","Content":{{"From_Account":"{sender}"}}}}"#);
        Row::of(&read_task(&serde_json::from_str(&info).unwrap()).unwrap())
    };
    let mut schedule = Schedule::default();
    let rows: Vec<Row> = (0..600).map(|id| row(id, &format!("Ops_{}", id / 2))).collect();
    for row in &rows {
        schedule.put(row.clone(), 0);
    }
    // One of the first that has a number gets one of the last that has none, and the other way round.
    for (id, sender) in [(3, "Ops_299"), (599, "Ops_1"), (598, "")] {
        schedule.put(row(id, sender), 0);
        let held = schedule.get(schedule.slot(TaskId(id)).unwrap()).unwrap();
        assert_eq!(schedule.words(held), row(id, sender).words());
    }
    for row in rows.iter().filter(|row| ![3, 599, 598].contains(&row.id().0)) {
        let held = schedule.get(schedule.slot(row.id()).unwrap()).unwrap();
        let words = schedule.words(held);
        assert_eq!((words, words.part(TextPart::Type)), (row.words(), "odd"));
        assert_eq!(words.part(TextPart::From), format!("ops_{}", row.id().0 / 2));
    }
}

#[test]
fn words_without_end_are_cut_and_keep_their_parts() {
    let accounts = (0..10_000).map(|n| format!("\"Ⱥ账号_{n:030}\"")).collect::<Vec<_>>().join(",");
    let long = "Ⱥ早".repeat(200_000);
    let info = format!(
        r#"{{"TaskID":7,"Type":"User","Title":"{long}","Desc":"{long}","DispatchErr":"{long}",
            "Content":{{"From_Account":"ops","To_Account":[{accounts}]}}}}"#
    );
    let row = Row::of(&read_task(&serde_json::from_str(&info).unwrap()).unwrap());
    assert_eq!((row.words().part(TextPart::From), row.words().part(TextPart::Type)), ("ops", "user"));
    assert!(row.words().searched.len() <= 1 << 18 && row.words().part(TextPart::Title).starts_with("ⱥ早"));
    let mut schedule = Schedule::default();
    let slot = schedule.put(row.clone(), 0).slot();
    assert_eq!(schedule.words(schedule.get(slot).unwrap()), row.words());
}
