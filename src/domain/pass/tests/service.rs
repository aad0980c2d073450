//! A service in memory that does to a list whatever a service may do.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::select;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use crate::domain::query::{Order, Page, Query};
use crate::domain::wire::{read_task, time_out};
use crate::domain::{ListLimits, Task, TaskId};

pub(super) fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// A time so many seconds from now.
pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

pub(super) fn task(id: u64, created: i64, scheduled: i64) -> Arc<Task> {
    let (created, scheduled) = (time_out(at(created)), time_out(at(scheduled)));
    let info = format!(r#"{{"TaskID":{id},"CreateAt":"{created}","SchedAt":"{scheduled}"}}"#);
    Arc::new(read_task(&serde_json::from_str(&info).unwrap()).unwrap())
}

/// The four readings of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RangeIs {
    TheOrders,
    Creation,
    Schedule,
    Either,
}

pub(super) const READINGS: [RangeIs; 4] =
    [RangeIs::TheOrders, RangeIs::Creation, RangeIs::Schedule, RangeIs::Either];

/// How the rows stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// As asked, those of the same second by their number.
    AsAsked,
    /// By the other time.
    ByTheOtherTime,
    /// The latest first, whatever was asked.
    LatestFirst,
    /// As asked, but those of the same second turned around with every call.
    TiesTurned,
    /// As asked, but those of the same second anyhow, anew with every call.
    TiesShuffled,
    /// Anyhow, anew with every call.
    Shuffled,
}

/// What happens to the tasks between two calls.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Insert { created: i64, scheduled: i64 },
    Delete(usize),
    Move(usize, i64),
}

#[derive(Debug)]
pub(super) struct Service {
    pub(super) tasks: Vec<Arc<Task>>,
    pub(super) touched: HashSet<TaskId>,
    pub(super) range_is: RangeIs,
    pub(super) rows: Rows,
    /// The most rows of a page, and the fewest that a page is cut down to now and then.
    pub(super) page: (usize, usize),
    /// The longest range that is taken.
    pub(super) longest: Option<i64>,
    /// Whether a range holds its end.
    pub(super) holds_end: bool,
    /// So many more tasks are counted than there are.
    pub(super) counts_more: u64,
    pub(super) calls: u64,
    pub(super) next_id: u64,
    pub(super) chance: StdRng,
}

impl Service {
    pub(super) fn new(tasks: &[(i64, i64)], seed: u64) -> Self {
        let tasks: Vec<Arc<Task>> =
            (1..).zip(tasks).map(|(id, (created, scheduled))| task(id, *created, *scheduled)).collect();
        Self {
            next_id: tasks.len() as u64 + 1,
            tasks,
            touched: HashSet::new(),
            range_is: RangeIs::TheOrders,
            rows: Rows::AsAsked,
            page: (100, 100),
            longest: None,
            holds_end: true,
            counts_more: 0,
            calls: 0,
            chance: StdRng::seed_from_u64(seed),
        }
    }

    pub(super) fn change(&mut self, change: Change) {
        match change {
            Change::Insert { created, scheduled } => {
                let task = task(self.next_id, created, scheduled);
                self.touched.insert(task.id);
                self.next_id += 1;
                // Its number may be lower than that of others of the same second.
                self.tasks.push(task);
            }
            Change::Delete(at) if !self.tasks.is_empty() => {
                let at = at % self.tasks.len();
                self.tasks.remove(at);
            }
            Change::Move(at, to) if !self.tasks.is_empty() => {
                let at = at % self.tasks.len();
                let before = &self.tasks[at];
                let created = (before.created_at.unwrap() - now()).num_seconds();
                let moved = task(before.id.0, created, to);
                self.touched.insert(moved.id);
                self.tasks[at] = moved;
            }
            Change::Delete(_) | Change::Move(..) => {}
        }
    }

    /// `None` where the range is refused.
    pub(super) fn list(&mut self, query: &Query) -> Option<Page> {
        self.calls += 1;
        if self.longest.is_some_and(|longest| query.range.length().num_seconds() > longest) {
            return None;
        }
        let (begin, end) = (query.range.begin.timestamp(), query.range.end.timestamp());
        let end = if self.holds_end { end } else { end - 1 };
        let seconds = |task: &Arc<Task>, order: Order| order.time_of(task).unwrap().timestamp();
        let holds = |task: &Arc<Task>, order: Order| (begin..=end).contains(&seconds(task, order));
        let mut tasks: Vec<Arc<Task>> = self.tasks.clone();
        tasks.retain(|task| match self.range_is {
            RangeIs::TheOrders => holds(task, query.order),
            RangeIs::Creation => holds(task, Order::Created),
            RangeIs::Schedule => holds(task, Order::Scheduled),
            RangeIs::Either => holds(task, Order::Created) || holds(task, Order::Scheduled),
        });
        let order = match (self.rows, query.order) {
            (Rows::ByTheOtherTime, Order::Created) => Order::Scheduled,
            (Rows::ByTheOtherTime, Order::Scheduled) => Order::Created,
            (_, order) => order,
        };
        if matches!(self.rows, Rows::Shuffled | Rows::TiesShuffled) {
            tasks.shuffle(&mut self.chance);
        } else {
            tasks.sort_by_key(|task| task.id);
        }
        if self.rows == Rows::TiesTurned && self.calls.is_multiple_of(2) {
            tasks.reverse();
        }
        if self.rows != Rows::Shuffled {
            tasks.sort_by_key(|task| seconds(task, order));
            if self.rows == Rows::LatestFirst || !query.ascending {
                tasks.reverse();
            }
        }
        let (most, fewest) = self.page;
        let size = if self.chance.random_bool(0.2) { self.chance.random_range(fewest..=most) } else { most };
        let total = tasks.len() as u64 + self.counts_more;
        let size = size.min(query.page_size as usize);
        let rows = tasks.into_iter().skip(usize::try_from(query.offset).unwrap()).take(size);
        Some(Page::new(total, rows))
    }

    /// As `worker::limits` asks: less where a range is refused, and what is learnt is kept.
    pub(super) fn ask(&mut self, query: &Query, limits: &mut ListLimits) -> (Query, Page) {
        let mut asked = limits.fit(query, now());
        let mut lengths = [14, 7, 3, 1].into_iter().map(TimeDelta::days);
        loop {
            if let Some(page) = self.list(&asked) {
                limits.saw(&asked, &page);
                return (asked, page);
            }
            limits.refused_range(asked.range);
            let range = query.range.shortened(lengths.next().unwrap(), now());
            asked = Query { range, offset: 0, ..query.clone() };
        }
    }
}

/// Times in seconds around the present, many of them the same.
fn scheduled() -> impl Strategy<Value = i64> {
    prop_oneof![
        3 => (-9..26_i64, 0..3_i64).prop_map(|(day, hour)| day * 86_400 + hour * 3_600),
        2 => -800_000..2_200_000_i64,
        2 => (-20..40_i64).prop_map(|seconds| 7_200 + seconds),
    ]
}

fn created() -> impl Strategy<Value = i64> {
    prop_oneof![3 => -8_600_000..-60_i64, 2 => (-90..0_i64).prop_map(|hour| hour * 3_600), 1 => -120..-60_i64]
}

pub(super) fn tasks(most: usize) -> impl Strategy<Value = Vec<(i64, i64)>> {
    proptest::collection::vec((created(), scheduled()), 0..most)
}

fn insert() -> impl Strategy<Value = Change> {
    (-30..0_i64, scheduled()).prop_map(|(created, scheduled)| Change::Insert { created, scheduled })
}

pub(super) fn inserts() -> impl Strategy<Value = Vec<Vec<Change>>> {
    between_calls(insert())
}

pub(super) fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    between_calls(prop_oneof![
        insert(),
        any::<usize>().prop_map(Change::Delete),
        (any::<usize>(), scheduled()).prop_map(|(at, to)| Change::Move(at, to)),
    ])
}

/// What happens after each of the first calls; then it is quiet.
fn between_calls(change: impl Strategy<Value = Change>) -> impl Strategy<Value = Vec<Vec<Change>>> {
    let often = prop_oneof![2 => Just(0..1_usize), 2 => Just(0..2), 1 => Just(0..4)];
    (often, 0..60_usize, proptest::collection::vec(change, 180)).prop_map(|(often, calls, changes)| {
        let mut changes = changes.into_iter();
        (0..calls).map(|call| changes.by_ref().take((call * 7 + 3) % often.end).collect()).collect()
    })
}

pub(super) fn reading() -> impl Strategy<Value = RangeIs> {
    select(READINGS.to_vec())
}
