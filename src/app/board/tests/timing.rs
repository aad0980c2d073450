//! How long it takes from a change at the service until the state has it, by a clock that the test turns: many tasks go
//! out in the same minute, an answer takes 200 ms, and the watch may use two calls a second.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;

use super::*;
use crate::app::testing::setup;
use crate::domain::query::Range;
use crate::domain::schedule::TaskState;
use crate::domain::{ListLimits, Page};

/// Half of a round trip.
const ONE_WAY: u64 = 100;
/// What a step of the simulation takes.
const STEP: u64 = 10;

/// Which time a range of the service concerns.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reading {
    OrderBy,
    CreateAt,
    SchedAt,
    Either,
}

/// A service whose tasks go out by themselves.
struct Live {
    tasks: Vec<(Made, TaskState)>,
    reading: Reading,
    /// What it has told of a task in a state, so that it is made once.
    told: RefCell<HashMap<(u64, usize), Arc<Task>>>,
}

#[derive(Clone, Copy)]
struct Made {
    id: u64,
    created: i64,
    scheduled: i64,
    /// When it is being dispatched, and when that is over, in milliseconds since the start.
    goes: [u64; 2],
}

fn start() -> DateTime<Utc> {
    at(0).utc
}

impl Made {
    fn state(&self, now: u64) -> TaskState {
        match self.goes {
            [begins, _] if now < begins => TaskState::Pending,
            [_, ends] if now < ends => TaskState::Dispatching,
            _ => TaskState::Sent,
        }
    }

    fn task(&self, now: u64) -> Task {
        let status = match self.state(now) {
            TaskState::Pending => "pending",
            TaskState::Dispatching => "dispatching",
            TaskState::Sent | TaskState::Failed | TaskState::Unclear => "dispatched",
        };
        let time = |seconds: i64| crate::domain::wire::time_out(start() + TimeDelta::seconds(seconds));
        let info = format!(
            r#"{{"TaskID":{},"Type":"All","CreateAt":"{}","SchedAt":"{}","Status":"{status}","DispatchSuccess":1,"Title":"t","Content":{{}}}}"#,
            self.id,
            time(self.created),
            time(self.scheduled)
        );
        with_json(read_task(&serde_json::from_str(&info).unwrap()).unwrap())
    }
}

impl Live {
    /// So many that are due within some seconds, a little after the start, among many others.
    fn new((due, within): (u64, u64), reading: Reading) -> Self {
        let mut seed = 7_u64;
        let mut random = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let mut made = |id: u64, scheduled: i64| {
            let created = -3600 - i64::try_from(random(20 * 86_400)).unwrap();
            let begins = u64::try_from(scheduled.max(0)).unwrap() * 1000 + random(2000);
            let goes = if scheduled < 0 { [0, 0] } else { [begins, begins + 500 + random(3000)] };
            (Made { id, created, scheduled, goes }, TaskState::Pending)
        };
        let mut tasks: Vec<_> =
            (0..due).map(|id| made(id, 10 + i64::try_from(id * within / due).unwrap())).collect();
        tasks.extend((0..600).map(|id| made(10_000 + id, -86_400 + i64::try_from(id * 140).unwrap())));
        tasks.extend((0..600).map(|id| made(20_000 + id, 1200 + i64::try_from(id * 1000).unwrap())));
        Self { tasks, reading, told: RefCell::default() }
    }

    fn task(&self, made: &Made, now: u64) -> Arc<Task> {
        let key = (made.id, made.state(now) as usize);
        Arc::clone(self.told.borrow_mut().entry(key).or_insert_with(|| Arc::new(made.task(now))))
    }

    fn page(&self, query: &Query, now: u64) -> Page {
        let start = start();
        let at = |seconds: i64| start + TimeDelta::seconds(seconds);
        let is_inside = |made: &Made| {
            let holds = |seconds| query.range.holds(at(seconds));
            match self.reading {
                Reading::OrderBy if query.order == Order::Created => holds(made.created),
                Reading::OrderBy | Reading::SchedAt => holds(made.scheduled),
                Reading::CreateAt => holds(made.created),
                Reading::Either => holds(made.created) || holds(made.scheduled),
            }
        };
        let mut inside: Vec<&Made> =
            self.tasks.iter().map(|(made, _)| made).filter(|made| is_inside(made)).collect();
        inside.sort_by_key(|made| match query.order {
            Order::Created => (made.created, made.id),
            Order::Scheduled => (made.scheduled, made.id),
        });
        if !query.ascending {
            inside.reverse();
        }
        let total = inside.len() as u64;
        let (skip, take) = (usize::try_from(query.offset).unwrap(), query.page_size as usize);
        Page::new(total, inside.into_iter().skip(skip).take(take).map(|made| self.task(made, now)))
    }

    fn limits(&self) -> ListLimits {
        let mut limits = ListLimits::default();
        for order in [Order::Scheduled, Order::Created] {
            for range in [
                Range { begin: start() - TimeDelta::days(2), end: start() - TimeDelta::minutes(1) },
                Range { begin: start(), end: start() + TimeDelta::days(2) },
            ] {
                let query = Query { order, range, ..Query::around(start(), 100) };
                limits.saw(&query, &self.page(&query, 0));
            }
        }
        limits
    }

    fn reply(&self, effect: &Effect, now: u64) -> Option<Message> {
        match effect {
            Effect::List { req, query, .. } => {
                Some(Message::Listed { req: *req, result: Ok(self.page(query, now)) })
            }
            Effect::Get { req, id, .. } => {
                let (made, _) = self.tasks.iter().find(|(made, _)| made.id == id.0)?;
                Some(Message::Got { req: *req, result: Ok(Box::new(Task::clone(&self.task(made, now)))) })
            }
            _ => None,
        }
    }
}

/// What a run has shown.
struct Seen {
    /// From the change to the state, in milliseconds, the least first.
    took: Vec<u64>,
    /// When the watch called.
    calls: Vec<u64>,
}

impl Seen {
    fn p95(&self) -> u64 {
        self.took[self.took.len() * 95 / 100]
    }

    /// The most calls in a second.
    fn busiest(&self) -> usize {
        let within = |from: u64| self.calls.iter().filter(|at| (from..from + 1000).contains(*at)).count();
        self.calls.iter().map(|from| within(*from)).max().unwrap_or(0)
    }
}

/// Runs until everything that is due has gone out and a little longer.
fn run((due, within): (u64, u64), reading: Reading, pinned: &[u64]) -> Seen {
    let mut live = Live::new((due, within), reading);
    let (mut state, _) = State::start(setup(), at(0), (120, 40));
    state.shared.limits = live.limits();
    // Everything was read at the start.
    let tasks: Vec<Task> = live.tasks.iter().map(|(made, _)| made.task(0)).collect();
    state.board.hold(tasks);
    state.board.has_answer = true;
    state.board.remote = crate::app::remote::Remote::default();
    state.board.opening = None;
    for id in pinned {
        let task = state.board.task(TaskId(*id)).unwrap();
        crate::app::board::pins::toggle(&mut state.shared, &task);
    }
    let mut answers: BTreeMap<u64, Vec<(u64, Effect)>> = BTreeMap::new();
    let mut seen = Seen { took: Vec::new(), calls: Vec::new() };
    let (mut wake, mut changed) = (0, BTreeMap::new());
    for now in (0..80_000).step_by(usize::try_from(STEP).unwrap()) {
        for (made, last) in &mut live.tasks {
            let state = made.state(now);
            if made.id < due && std::mem::replace(last, state) != state {
                changed.insert((made.id, state as usize), now);
            }
        }
        let came = answers.remove(&now).unwrap_or_default();
        if came.is_empty() && now < wake {
            continue;
        }
        let mut effects = update(&mut state, Message::Ticked(at(now)));
        for (asked, effect) in came {
            if let Some(message) = live.reply(&effect, asked + ONE_WAY) {
                effects.extend(update(&mut state, message));
            }
        }
        for effect in effects {
            if matches!(effect, Effect::List { .. } | Effect::Get { .. }) {
                seen.calls.push(now);
                answers.entry(now + 2 * ONE_WAY).or_default().push((now, effect));
            }
        }
        changed.retain(|(id, wanted), since| {
            let slot = state.board.schedule.slot(TaskId(*id)).unwrap();
            let is_there = state.board.schedule.get(slot).unwrap().state as usize >= *wanted;
            if is_there {
                seen.took.push(now - *since);
            }
            !is_there
        });
        let sleep = u64::try_from(state.wake_in().as_millis()).unwrap();
        wake = now + sleep.max(STEP).next_multiple_of(STEP);
    }
    assert!(changed.is_empty(), "{reading:?}, {due} due: {} changes were never seen", changed.len());
    seen.took.sort_unstable();
    seen
}

const READINGS: [Reading; 4] = [Reading::OrderBy, Reading::CreateAt, Reading::SchedAt, Reading::Either];

/// So many go out within so many seconds.
fn check((due, within): (u64, u64), most: u64, pinned: &[u64]) {
    for reading in READINGS {
        let seen = run((due, within), reading, pinned);
        let (p95, busiest) = (seen.p95(), seen.busiest());
        println!(
            "{reading:?}, {due} due within {within} s: p95 {p95} ms, at most {busiest} calls in a second"
        );
        assert!(p95 <= most, "{reading:?}, {due} due: p95 {p95} ms");
        assert!(busiest <= 2, "{reading:?}, {due} due: {busiest} calls in a second");
    }
}

#[test]
fn of_20_that_are_due_in_a_minute_a_change_is_there_within_1_2_s_under_each_reading() {
    check((20, 60), 1200, &[]);
}

#[test]
fn of_500_within_3_s() {
    check((500, 60), 3000, &[]);
}

#[test]
fn of_500_in_one_second_within_3_s() {
    check((500, 1), 3000, &[]);
}

#[test]
fn a_watched_task_takes_no_calls_beyond_the_two() {
    check((20, 60), 1200, &[3, 11]);
}
