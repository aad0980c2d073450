//! The whole range is read again and again: what comes, what goes, and what is said of it meanwhile.

use super::*;
use crate::app::board::passes::Reach;
use crate::domain::coverage::{TimeWindow, WindowState};
use crate::domain::limits::RangeOf;
use crate::domain::schedule::Row;
use crate::domain::{Coverage, ListLimits};

/// All that is held of a table whose first pass is over.
fn reach(state: &State) -> Reach {
    state.board.sync.reach(state.now)
}

/// The pass that begins a minute after the last one.
fn next_pass(state: &mut State, seconds: u64, tasks: &[Task]) {
    let effects = tick(state, seconds * 1000);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Sync { .. })), "{effects:?}");
    answer(state, effects, tasks.to_vec());
    // What was missed is asked for by its number with the next tick.
    let effects = tick(state, seconds * 1000 + 1000);
    answer(state, effects, tasks.to_vec());
}

fn over(id: u64) -> Task {
    task(id, id, "dispatched")
}

#[test]
fn what_a_complete_pass_does_not_bring_any_more_is_gone_and_what_is_to_come_is_asked_for_first() {
    let mut state = loaded(&[1, 2, 3]);
    let mut tasks = pending(&[1, 2, 3]);
    tasks.push(over(4));
    next_pass(&mut state, 70, &tasks);
    assert_eq!(shown(&state), [1, 2, 3, 4]);
    // One that is over goes at once.
    tasks.pop();
    let effects = tick(&mut state, 140_000);
    answer(&mut state, effects, tasks.clone());
    assert_eq!(shown(&state), [1, 2, 3]);
    // One that is to come is read by its number: the service still has it.
    let service = Service::new(pending(&[1, 3]));
    let mut next = Vec::new();
    for effect in tick(&mut state, 210_000) {
        if let Effect::Sync { .. } = effect {
            for message in service.reply(&effect) {
                next.extend(update(&mut state, message));
            }
        }
    }
    assert_eq!(shown(&state), [1, 2, 3], "nobody has said that it is gone");
    next.extend(tick(&mut state, 211_000));
    let mut asked = Vec::new();
    for effect in next {
        if let Effect::Get { req, id, .. } = effect {
            asked.push(id.0);
            let found = Box::new(task(id.0, id.0, "pending"));
            update(&mut state, Message::Got { req, result: Ok(found) });
        }
    }
    assert_eq!(asked, [2]);
    assert!(shown(&state).contains(&2), "{asked:?}");
}

#[test]
fn a_task_that_is_really_gone_goes() {
    let mut state = loaded(&[1, 2, 3]);
    next_pass(&mut state, 70, &pending(&[1, 3]));
    assert_eq!(shown(&state), [1, 3]);
    assert!(matches!(reach(&state), Reach::Whole(_)));
}

#[test]
fn a_pass_that_could_not_read_everything_takes_nothing_away_and_says_so() {
    let (mut state, effects) = State::start(setup(), at(0), SIZE);
    let tasks = pending(&[1, 2, 3]);
    let mut service = Service::new(tasks);
    service.is_cut = true;
    service.answer(&mut state, effects);
    assert_eq!(reach(&state), Reach::Part { missing: 1, windows: 1 });
    service = Service { is_cut: true, ..Service::new(pending(&[1])) };
    for second in 65..75 {
        let effects = tick(&mut state, second * 1000);
        let effects = effects.into_iter().filter(|effect| matches!(effect, Effect::Sync { .. })).collect();
        service.answer(&mut state, effects);
    }
    assert_eq!(shown(&state), [1, 2, 3]);
    assert!(state.board.sync.complete().is_none());
}

#[test]
fn what_the_last_run_has_seen_is_there_at_once_and_a_pass_puts_it_right() {
    let (mut state, effects) = State::start(setup(), at(0), SIZE);
    let rows = pending(&[1, 2, 9]).iter().map(Row::of).collect();
    let read_at = at(0).utc - TimeDelta::hours(8);
    update(&mut state, Message::Recalled { rows, read_at });
    assert_eq!((shown(&state), reach(&state)), (vec![1, 2, 9], Reach::Recalled(read_at)));
    let mut tasks = pending(&[1, 2, 3]);
    tasks[1].title = "edited meanwhile".to_owned();
    answer(&mut state, effects, tasks.clone());
    let effects = tick(&mut state, 1_000);
    answer(&mut state, effects, tasks);
    assert_eq!(shown(&state), [1, 2, 3]);
    assert_eq!(state.board.task(TaskId(2)).unwrap().title, "edited meanwhile");
    assert!(matches!(reach(&state), Reach::Whole(_)));
    // What comes late from the disk is older than what was read.
    let rows = vec![Row::of(&task(2, 2, "pending"))];
    update(&mut state, Message::Recalled { rows, read_at });
    assert_eq!(state.board.task(TaskId(2)).unwrap().title, "edited meanwhile");
}

#[test]
fn another_range_is_incomplete_until_it_was_read_and_what_is_held_of_it_shows_at_once() {
    let mut state = loaded(&[1, 2]);
    press(&mut state, ']');
    assert!(state.board.sync.complete().is_none(), "nothing was read of it");
    let effects = press(&mut state, '[');
    assert_eq!(shown(&state), [1, 2]);
    answer(&mut state, effects, pending(&[1, 2]));
    assert!(matches!(reach(&state), Reach::Whole(_)));
}

#[test]
fn a_pass_without_an_answer_is_tried_again_when_the_connection_may() {
    let (mut state, effects) = State::start(setup(), at(0), SIZE);
    fail(&mut state, &effects, network());
    assert!(!tick(&mut state, 1_000).iter().any(|effect| matches!(effect, Effect::Sync { .. })));
    let mut tried = 0;
    for second in 2..120 {
        let effects = tick(&mut state, second * 1000);
        tried += effects.iter().filter(|effect| matches!(effect, Effect::Sync { .. })).count();
        fail(&mut state, &effects, network());
    }
    assert!((3..=20).contains(&tried), "{tried}");
}

#[test]
fn where_it_is_not_known_what_ranges_are_of_nothing_is_called_gone_that_another_reading_explains() {
    let mut state = loaded(&[1, 2, 3]);
    let effects = tick(&mut state, 70_000);
    let range = state.board.range;
    for effect in effects {
        let Effect::Sync { req, .. } = effect else { continue };
        let state_of = || WindowState::Fresh { at: at(70_000).utc, total: 1 };
        let windows = vec![TimeWindow { order: Order::Scheduled, range, state: state_of() }];
        let coverage = Coverage { range, reading: RangeOf::Unclear, windows, created_since: None };
        let page = Page::new(1, pending(&[1]));
        update(&mut state, Message::SyncRead { req, page, coverage: Box::new(coverage.clone()) });
        update(&mut state, Message::Synced { req, result: Ok(Box::new(coverage)) });
    }
    tick(&mut state, 72_000);
    assert_eq!(shown(&state), [1, 2, 3]);
}

#[test]
fn what_is_held_is_kept_after_a_whole_pass_and_not_with_every_one() {
    let (mut state, effects) = State::start(setup(), at(0), SIZE);
    let mut tasks = pending(&[1, 2]);
    tasks.push(over(3));
    tasks[2].scheduled_at = Some(at(0).utc - TimeDelta::hours(1));
    let service = Service::new(tasks);
    let kept = |state: &mut State, effects: Vec<Effect>| {
        let mut all = Vec::new();
        for effect in effects {
            for message in service.reply(&effect) {
                all.extend(update(state, message));
            }
        }
        all.into_iter().find_map(|effect| match effect {
            Effect::KeepSnapshot { req, tasks, .. } => Some((req, tasks)),
            _ => None,
        })
    };
    let (req, tasks) = kept(&mut state, effects).expect("the first whole pass");
    assert_eq!(tasks.len(), 3);
    assert!(
        tasks[0].as_ref().contains("\"TaskID\":1") && tasks[2].as_ref().contains("\"TaskID\":3"),
        "the nearest first: {tasks:?}"
    );
    update(&mut state, Message::SnapshotKept { req, result: Ok(()) });
    let effects = tick(&mut state, 70_000);
    assert_eq!(kept(&mut state, effects), None);
    let mut again = 0;
    for minute in 2..8 {
        let effects = tick(&mut state, minute * 70_000);
        again += usize::from(kept(&mut state, effects).is_some());
    }
    assert_eq!(again, 1, "every five minutes, and not while one is under way");
}

#[test]
fn the_due_are_found_by_their_place_where_ranges_are_of_the_creation_time() {
    let (mut state, effects) = State::start(setup(), at(0), SIZE);
    let mut limits = ListLimits::default();
    let mut evidence = task(1, 1, "pending");
    evidence.scheduled_at = Some(at(0).utc + TimeDelta::days(50));
    limits.saw(&Query::around(at(0).utc, 50), &Page::new(1, vec![evidence]));
    assert_eq!(limits.range_of(Order::Scheduled), RangeOf::Created);
    update(&mut state, Message::Learnt { limits: Box::new(limits), is_new: false });
    let due = |n: u64| {
        let mut task = task(n, 0, if n <= 200 { "dispatched" } else { "pending" });
        task.scheduled_at = Some(at(0).utc + TimeDelta::minutes(i64::try_from(n).unwrap() - 200));
        task
    };
    let tasks: Vec<Task> = (1..=400).map(due).collect();
    answer(&mut state, effects, tasks);
    let effects = tick(&mut state, 2_000);
    let (_, query, _) = asked(&effects);
    // From two minutes ago on, with a margin: 197 tasks lie before that.
    assert_eq!((query.order, query.ascending), (Order::Scheduled, true));
    assert!((193..=198).contains(&query.offset), "{}", query.offset);
    assert!(query.range.holds(time_in("2026-11-20 00:00:00").unwrap()), "the range is of their creation");
}
