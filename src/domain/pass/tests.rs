//! Laws of reading under a service that moves, turns around, cuts and counts as it likes.

mod service;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::select;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::domain::failure::NotSent;
use crate::domain::{Task, TaskId};
use service::{Change, READINGS, RangeIs, Rows, Service, at, changes, inserts, now, reading, task, tasks};

const HISTORY: TimeDelta = TimeDelta::days(90);

fn wanted() -> Range {
    Range { begin: at(-7 * 86_400), end: at(24 * 86_400) }
}

fn pass(limits: &ListLimits) -> Pass {
    Pass::new(wanted(), HISTORY, String::new(), 100, now(), limits)
}

/// What a pass delivered.
struct Read {
    rows: HashMap<TaskId, Arc<Task>>,
    coverage: Coverage,
}

/// Reads with so many questions under way, each of which the service sees at any time in between, answered in any
/// order; so many calls are enough.
fn read(
    service: &mut Service,
    limits: &mut ListLimits,
    changes: &[Vec<Change>],
    (at_once, seed): (usize, u64),
    most_calls: u64,
) -> Read {
    let mut pass = pass(limits);
    let mut chance = StdRng::seed_from_u64(seed);
    let mut changes = changes.iter();
    let mut under_way: Vec<(Question, Option<(Query, Page)>)> = Vec::new();
    let mut rows = HashMap::new();
    let first_call = service.calls;
    loop {
        while under_way.len() < at_once
            && let Some(question) = pass.next(now())
        {
            let early = chance.random_bool(0.5).then(|| service.ask(&question.query, limits));
            under_way.push((question, early));
        }
        if under_way.is_empty() {
            let coverage = pass.coverage();
            assert!(coverage.windows.iter().all(|window| match window.state {
                WindowState::Fresh { .. } | WindowState::Failed(_) => true,
                WindowState::Waiting | WindowState::Reading { .. } => false,
            }));
            return Read { rows, coverage };
        }
        for change in changes.next().into_iter().flatten() {
            service.change(*change);
        }
        let (question, early) = under_way.swap_remove(chance.random_range(0..under_way.len()));
        let (asked, page) = early.unwrap_or_else(|| service.ask(&question.query, limits));
        pass.on_page(question.number, &asked, &page);
        pass.learn(limits);
        rows.extend(page.tasks.into_iter().map(|task| (task.id, task)));
        assert!(service.calls - first_call <= most_calls, "{:#?}", pass.coverage());
    }
}

/// What a complete pass has to show, of tasks that nobody touched.
fn is_shown(task: &Task, coverage: &Coverage) -> bool {
    let (Some(scheduled), Some(created)) = (task.scheduled_at, task.created_at) else { return false };
    wanted().begin <= scheduled
        && scheduled < wanted().end
        && coverage.created_since.is_none_or(|since| created >= since)
}

/// No task is missing while the display says complete.
fn nothing_is_missing(service: &Service, before: &[Arc<Task>], read: &Read) {
    if !read.coverage.is_complete() {
        return;
    }
    let left = |task: &&Arc<Task>| {
        let is_there = service.tasks.iter().any(|other| other.id == task.id);
        is_there && !service.touched.contains(&task.id)
    };
    for task in before.iter().filter(left).filter(|task| is_shown(task, &read.coverage)) {
        assert!(read.rows.contains_key(&task.id), "{task:?} is missing: {:#?}", read.coverage);
    }
}

/// After everything is quiet one more pass shows what is there, and tells what is gone.
fn everything_is_true_again(service: &mut Service, limits: &mut ListLimits, held: Read, at_once: usize) {
    service.touched.clear();
    if service.rows == Rows::TiesTurned {
        // Turned around with every call, more rows of a second than a page holds cannot be read for certain.
        service.rows = Rows::AsAsked;
    }
    let read = read(service, limits, &[], (at_once, 1), MOST_CALLS);
    let coverage = &read.coverage;
    assert!(coverage.is_complete(), "{coverage:#?}");
    let mut held = held.rows;
    held.retain(|id, task| {
        read.rows.contains_key(id) || !coverage.would_have_shown(task.scheduled_at, task.created_at)
    });
    held.extend(read.rows.iter().map(|(id, task)| (*id, Arc::clone(task))));
    // What was too new to be told gone stays for now.
    let is_old = |task: &Arc<Task>| task.created_at.is_some_and(|created| created < at(-60));
    let shown = |task: &Arc<Task>| is_shown(task, coverage) && is_old(task);
    let mut there: Vec<_> = service.tasks.iter().filter(|task| shown(task)).cloned().collect();
    let is_certain = |task: &Arc<Task>| coverage.would_have_shown(task.scheduled_at, task.created_at);
    let mut shown: Vec<_> =
        held.into_values().filter(|task| shown(task) && (is_certain(task) || there.contains(task))).collect();
    there.sort_by_key(|task| task.id);
    shown.sort_by_key(|task| task.id);
    assert_eq!(shown, there);
}

const MOST_CALLS: u64 = 20_000;

/// Services whose rows keep an order that one can find out about.
fn orderly() -> impl Strategy<Value = Rows> {
    select(vec![Rows::AsAsked, Rows::AsAsked, Rows::ByTheOtherTime, Rows::LatestFirst, Rows::TiesTurned])
}

fn disorderly() -> impl Strategy<Value = Rows> {
    select(vec![Rows::TiesShuffled, Rows::Shuffled])
}

fn page() -> impl Strategy<Value = (usize, usize)> {
    (3..20_usize, 0..20_usize).prop_map(|(most, less)| (most, most.saturating_sub(less).max(3)))
}

fn longest() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![Just(None), select(vec![Some(31 * 86_400), Some(7 * 86_400), Some(86_400)])]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Tasks come, go and move, rows stand in any order that stays, pages come short, ranges are refused.
    #[test]
    fn no_task_is_missing_while_the_display_says_complete(
        (tasks, changes, seed) in (tasks(120), changes(), any::<u64>()),
        (range_is, rows, page, longest) in (reading(), orderly(), page(), longest()),
        (at_once, is_probed, holds_end) in (1..5_usize, any::<bool>(), any::<bool>()),
    ) {
        let mut service = Service { range_is, rows, page, longest, holds_end, ..Service::new(&tasks, seed) };
        let mut limits = ListLimits::default();
        if is_probed {
            limits.probed(Order::Scheduled);
        }
        let before = service.tasks.clone();
        let held = read(&mut service, &mut limits, &changes, (at_once, seed), MOST_CALLS);
        nothing_is_missing(&service, &before, &held);
        everything_is_true_again(&mut service, &mut limits, held, at_once);
    }

    /// Rows that stand anyhow, anew with every call: while tasks are only added, what is called complete is.
    #[test]
    fn no_task_is_missing_where_rows_stand_anyhow(
        (tasks, changes, seed) in (tasks(90), inserts(), any::<u64>()),
        (range_is, rows, most, longest) in (reading(), disorderly(), 3..20_usize, longest()),
        at_once in 1..5_usize,
    ) {
        let page = (most, most);
        let mut service = Service { range_is, rows, page, longest, ..Service::new(&tasks, seed) };
        let mut limits = ListLimits::default();
        let before = service.tasks.clone();
        let held = read(&mut service, &mut limits, &changes, (at_once, seed), MOST_CALLS);
        nothing_is_missing(&service, &before, &held);
    }

    /// Where rows keep their order, a pass over a quiet service is always complete, and takes little more than the
    /// pages that there are.
    #[test]
    fn a_quiet_service_is_read_whole_in_little_more_than_its_pages(
        (tasks, seed) in (tasks(200), any::<u64>()),
        (range_is, most, at_once) in (reading(), 3..20_usize, 1..5_usize),
        rows in select(vec![Rows::AsAsked, Rows::LatestFirst, Rows::ByTheOtherTime]),
    ) {
        let mut service = Service { range_is, rows, page: (most, most), ..Service::new(&tasks, seed) };
        let mut limits = ListLimits::default();
        let all = service.tasks.clone();
        // Of those that move over a page, two are asked for once more with each page; there are four windows.
        let pages = (tasks.len() / (most - 2) + 2) * 4;
        let read = read(&mut service, &mut limits, &[], (at_once, seed), pages as u64);
        prop_assert!(read.coverage.is_complete(), "{:#?}", read.coverage);
        nothing_is_missing(&service, &all, &read);
    }

    /// A service that counts more than it gives is never called complete, and not asked for ever.
    #[test]
    fn a_service_that_counts_more_than_it_gives_is_never_called_complete(
        (tasks, seed, counts_more) in (tasks(60), any::<u64>(), 1..500_u64),
        (range_is, rows, page) in (reading(), orderly(), page()),
        at_once in 1..5_usize,
    ) {
        let mut service =
            Service { range_is, rows, page, counts_more, ..Service::new(&tasks, seed) };
        let read = read(&mut service, &mut ListLimits::default(), &[], (at_once, seed), 2_000);
        prop_assert!(!read.coverage.is_complete());
        let mut failed = read.coverage.failed();
        prop_assert!(failed.all(|(_, why)| why.contains("tasks here and gives")), "{:?}", read.coverage);
    }

    /// Whatever a service answers, it is not asked for ever.
    #[test]
    fn a_service_that_makes_no_sense_is_not_asked_for_ever(
        answers in proptest::collection::vec((0..40_u64, proptest::collection::vec((1..60_u64, -900..900_i64), 0..12)), 1..80),
        at_once in 1..5_usize,
    ) {
        let mut pass = pass(&ListLimits::default());
        let mut answers = answers.iter().cycle();
        let (mut calls, mut under_way) = (0, Vec::new());
        loop {
            while under_way.len() < at_once && let Some(question) = pass.next(now()) {
                under_way.push(question);
            }
            let Some(question) = under_way.pop() else { break };
            calls += 1;
            // Four windows, each with some calls of its own, and no more pages than it counts tasks.
            prop_assert!(calls <= 4 * (16 + 8 * 40), "{calls}");
            let (total, rows) = answers.next().unwrap();
            let page = Page::new(*total, rows.iter().map(|(id, hours)| task(*id, -99, hours * 3_600)));
            pass.on_page(question.number, &question.query, &page);
        }
        pass.coverage();
    }
}

#[test]
fn a_full_pass_takes_a_twentieth_more_calls_than_there_are_pages_at_most() {
    // One every 89 s, so that pages end anywhere.
    let tasks: Vec<Arc<Task>> =
        (0..30_000).zip(0..).map(|(id, n)| task(id, -99_000, -600_000 + n * 89)).collect();
    let time = |task: &Arc<Task>| task.scheduled_at.unwrap();
    let mut limits = ListLimits::default();
    limits.saw(&Query::around(now(), 100), &Page::new(1, [task(1, -9_000_000, 60)]));
    let mut pass = pass(&limits);
    let (mut calls, mut came, mut under_way) = (0, HashSet::new(), Vec::new());
    loop {
        while under_way.len() < 4
            && let Some(question) = pass.next(now())
        {
            under_way.push(question);
        }
        if under_way.is_empty() {
            break;
        }
        let Question { number, query } = under_way.remove(0);
        calls += 1;
        let from = tasks.partition_point(|task| time(task) < query.range.begin);
        let to = tasks.partition_point(|task| time(task) <= query.range.end);
        let found = &tasks[from..to];
        let first = usize::try_from(query.offset).unwrap();
        let rows: Vec<Arc<Task>> = if query.ascending {
            found.iter().skip(first).take(100).cloned().collect()
        } else {
            found.iter().rev().skip(first).take(100).cloned().collect()
        };
        came.extend(rows.iter().map(|task| task.id));
        pass.on_page(number, &query, &Page::new(found.len() as u64, rows));
    }
    let coverage = pass.coverage();
    assert!(coverage.is_complete() && coverage.windows.len() == 2, "{coverage:#?}");
    let there = tasks.iter().filter(|task| wanted().holds(time(task))).count();
    assert_eq!(came.len(), there);
    let pages = there.div_ceil(100);
    assert!(calls * 100 <= pages * 105, "{calls} calls for {pages} pages");
}

#[test]
fn what_comes_next_is_asked_for_first_and_then_what_was_just_now() {
    let mut limits = ListLimits::default();
    limits.saw(&Query::around(now(), 100), &Page::new(1, [task(1, -9_000_000, 60)]));
    let mut pass = pass(&limits);
    let first = pass.next(now()).unwrap();
    assert_eq!((first.query.order, first.query.ascending), (Order::Scheduled, true));
    assert_eq!((first.query.range.begin, first.query.range.end), (at(-120), wanted().end));
    assert_eq!(pass.next(now()), None, "the first is asked alone");
    let rows = |from: u64| (from..from + 100).zip(1..).map(|(id, minute)| task(id, -9_000, minute * 60));
    pass.on_page(first.number, &first.query, &Page::new(400, rows(1)));
    let second = pass.next(now()).unwrap();
    assert!(!second.query.ascending);
    assert_eq!((second.query.range.begin, second.query.range.end), (wanted().begin, at(-120)));
    let third = pass.next(now()).unwrap();
    assert_eq!((third.query.range, third.query.offset), (first.query.range, 98));
    assert_eq!(pass.next(now()).unwrap().query.offset, 196);
    let progress = pass.coverage().progress();
    assert_eq!(progress, (100, None));
}

#[test]
fn where_ranges_are_of_the_creation_time_the_newest_is_read_first_and_how_far_back_is_said() {
    let mut limits = ListLimits::default();
    limits.saw(&Query::around(now(), 100), &Page::new(1, [task(1, -60, 9_000_000)]));
    let mut pass = pass(&limits);
    let first = pass.next(now()).unwrap();
    assert_eq!((first.query.order, first.query.ascending), (Order::Created, false));
    assert_eq!(first.query.range.end, at(86_400));
    let coverage = pass.coverage();
    assert_eq!((coverage.reading, coverage.created_since), (RangeOf::Created, Some(now() - HISTORY)));
    // It is of either, in truth: from then on the scheduled time is read.
    limits.saw(&Query::around(now(), 100), &Page::new(1, [task(2, -9_000_000, 60)]));
    pass.learn(&limits);
    let coverage = pass.coverage();
    assert!(coverage.windows.iter().all(|window| window.order == Order::Scheduled), "{coverage:?}");
    assert_eq!(coverage.created_since, None);
    pass.on_page(first.number, &first.query, &Page::default());
    assert_eq!(pass.next(now()).unwrap().query.order, Order::Scheduled);
}

#[test]
fn a_window_that_is_refused_fails_alone_and_what_nobody_answers_stops_the_pass() {
    let refused = |code| Failure::Refused { code, info: "no".to_owned(), invalid_accounts: Vec::new() };
    let mut pass = pass(&ListLimits::default());
    let first = pass.next(now()).unwrap();
    assert_eq!(pass.on_failure(first.number, &refused(90104)), AfterFailure::GoesOn);
    assert_eq!(pass.coverage().failed().count(), 1);
    let second = pass.next(now()).unwrap();
    assert_ne!(second.query.range, first.query.range);
    // Too many calls: the same once more, for a while.
    for _ in 0..5 {
        let asked = pass.next(now()).unwrap_or_else(|| second.clone());
        assert_eq!(pass.on_failure(asked.number, &refused(60007)), AfterFailure::GoesOn);
    }
    let gone = Failure::NotSent { reason: NotSent::Refused, detail: String::new() };
    for failure in [refused(60007), refused(70001), refused(70050), gone] {
        assert_eq!(pass.clone().on_failure(0, &failure), AfterFailure::Stops, "{failure:?}");
    }
}

#[test]
fn what_moves_while_it_is_read_is_read_again_and_no_more_than_that() {
    for range_is in READINGS {
        // Ten thousand rows a day, created long ago, and one that is created after every tenth call.
        let tasks: Vec<(i64, i64)> = (0..4_000).map(|n| (-9_000 - n, n * 400)).collect();
        let mut service = Service { range_is, ..Service::new(&tasks, 1) };
        let mut limits = ListLimits::default();
        limits.saw(&Query::around(now(), 100), &Page::new(1, [task(1, -60, 9_000_000)]));
        if range_is != RangeIs::Creation {
            limits.saw(&Query::around(now(), 100), &Page::new(1, [task(1, -9_000_000, 60)]));
        }
        let insert = |n: i64| Change::Insert { created: -5, scheduled: (n * 7_919) % 1_600_000 };
        let changes: Vec<Vec<Change>> =
            (0..400).map(|n| if n % 10 == 9 { vec![insert(n)] } else { Vec::new() }).collect();
        let before = service.tasks.clone();
        let read = read(&mut service, &mut limits, &changes, (4, 1), 400);
        assert!(read.coverage.is_complete(), "{range_is:?}: {:#?}", read.coverage);
        nothing_is_missing(&service, &before, &read);
    }
}
