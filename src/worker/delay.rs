//! How long the service's list takes to show a task that was just created: learnt from our own creates,
//! kept with the app (W9), and the measure of how long "not there" is too early to be believed (W2).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::{Hands, limits, reconcile};
use crate::domain::query::{Order, Range};
use crate::domain::{Lane, Query, TaskId};

/// Its name among the facts of an app.
const FACT: &str = "listing_delay_ms";
/// Of a delay seen, so many times must pass.
const TIMES: u32 = 3;
/// How far around its creation and its due time a task is looked for.
const AROUND: TimeDelta = TimeDelta::minutes(2);

/// The longest delay seen, for every user of the worker.
#[derive(Clone, Debug, Default)]
pub(super) struct ListingDelay(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    longest: Duration,
    /// One is measured at a time: the list has five calls a second for everybody.
    is_measuring: bool,
}

impl ListingDelay {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What another run has learnt.
    pub(super) async fn load(hands: &Hands) -> Self {
        let known = hands.journal.fact(FACT).await.ok().flatten();
        let longest = known.and_then(|text| text.parse().ok()).map_or(Duration::ZERO, Duration::from_millis);
        Self(Arc::new(Mutex::new(State { longest, is_measuring: false })))
    }

    /// How long after a create "not there" is believed, if never before `least`.
    pub(super) fn believed_after(&self, least: Duration) -> Duration {
        least.max(self.with(|state| state.longest.saturating_mul(TIMES)))
    }

    /// Keeps a delay that is longer than any before; says whether it was.
    fn seen(&self, delay: Duration) -> bool {
        self.with(|state| {
            let is_longer = delay > state.longest;
            state.longest = state.longest.max(delay);
            is_longer
        })
    }
}

/// Asks the list for a task that was just created, until it shows it.
pub(super) async fn measure(hands: Hands, id: TaskId, due: DateTime<Utc>) {
    let delay = hands.delay.clone();
    if delay.with(|state| std::mem::replace(&mut state.is_measuring, true)) {
        return;
    }
    let mut stopping = hands.stopping.clone();
    let found = tokio::select! {
        found = until_listed(&hands, id, due) => found,
        // Changed or gone: either way it is over.
        _ = stopping.wait_for(|stop| *stop) => None,
    };
    delay.with(|state| state.is_measuring = false);
    if let Some(found) = found
        && delay.seen(found)
    {
        let millis = found.as_millis().to_string();
        if let Err(why) = hands.journal.put_fact(FACT, &millis).await {
            hands.note(format!("how long the list lags ({millis} ms) is not kept: {why}")).await;
        }
    }
}

/// How long it took; zero when the first list showed it, `None` when that cannot be told.
async fn until_listed(hands: &Hands, id: TaskId, due: DateTime<Utc>) -> Option<Duration> {
    let (began, created) = (Instant::now(), hands.outside.now());
    let mut was_missing = false;
    let mut last = None;
    for after in hands.delay_searches {
        tokio::time::sleep_until(began + *after).await;
        let skew = hands.client.skew().unwrap_or_default();
        let made = Range { begin: created + skew - AROUND, end: created + skew + AROUND };
        let at_due = Range { begin: due, end: due };
        let asked = began.elapsed();
        let mut is_whole = true;
        let mut is_answered = true;
        for (order, range) in [(Order::Created, made), (Order::Scheduled, at_due)] {
            let question = query(order, range);
            let Ok(listed) = limits::list(hands, &question, Lane::Background).await else {
                is_answered = false;
                break;
            };
            if listed.page.tasks.iter().any(|task| task.id == id) {
                return Some(if was_missing { began.elapsed() } else { Duration::ZERO });
            }
            is_whole &= listed.page.tasks.len() as u64 >= listed.page.total;
            is_whole &= listed.asked.range == question.range;
        }
        if !is_answered {
            continue;
        }
        if !is_whole {
            // It may stand on a page that was not read.
            return None;
        }
        was_missing = true;
        last = Some(asked);
    }
    // Cancelled meanwhile, perhaps; else the lag is at least that.
    match hands.client.get(id, Lane::Background).await {
        Ok(_) => last,
        Err(_) => None,
    }
}

fn query(order: Order, range: Range) -> Query {
    Query { order, range, ..Query::around(range.begin, reconcile::PAGE_SIZE) }
}
