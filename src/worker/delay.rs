//! How long the service's list takes to show a task that was just created: learnt from our own creates,
//! kept with the app (W9), and the measure of how long "not there" is too early to be believed (W2).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::dependencies::Dependencies;
use super::known::ListingDelay;
use super::limits;
use crate::domain::query::{Order, Range};
use crate::domain::{Failure, Priority, Query, TaskId};

/// Its name among the facts of an app.
const FACT: &str = "listing_delay_ms";
/// Most pages that are read for it.
const MOST_PAGES: u32 = 5;
/// How far around its creation and its due time a task is searched for.
const AROUND: TimeDelta = TimeDelta::minutes(2);

/// What another run has learnt.
pub(super) async fn load(deps: &Dependencies) -> ListingDelay {
    let delay = ListingDelay::default();
    reload(deps, &delay).await;
    delay
}

/// What others beside this one have learnt since. A journal that cannot be read teaches nothing.
pub(super) async fn reload(deps: &Dependencies, delay: &ListingDelay) {
    let known = deps.journal.fact(FACT).await.ok().flatten();
    if let Some(millis) = known.and_then(|text| text.parse().ok()) {
        delay.seen(Duration::from_millis(millis));
    }
}

/// Asks the list for a task that was just created, until it shows it.
pub(super) async fn measure(deps: Dependencies, id: TaskId, due: DateTime<Utc>) {
    let delay = deps.delay.clone();
    if delay.with(|state| std::mem::replace(&mut state.is_measuring, true)) {
        return;
    }
    let found = tokio::select! {
        found = until_listed(&deps, id, due) => found,
        () = deps.stopped() => None,
    };
    let is_longer = found.is_some_and(|found| delay.seen(found));
    delay.with(|state| (state.is_measuring, state.at_least) = (false, Duration::ZERO));
    if let Some(found) = found.filter(|_| is_longer) {
        let millis = found.as_millis().to_string();
        if let Err(why) = deps.journal.put_fact(FACT, &millis).await {
            deps.note(format!("the lag of the list ({millis} ms) could not be saved: {why}")).await;
        }
    }
}

/// How long it took; zero when the first list showed it, `None` when that is not known.
async fn until_listed(deps: &Dependencies, id: TaskId, due: DateTime<Utc>) -> Option<Duration> {
    let (began, created) = (Instant::now(), deps.context.now());
    let mut was_missing = false;
    let mut last = None;
    for after in deps.delay_searches {
        tokio::time::sleep_until(began + *after).await;
        let skew = deps.client.skew().unwrap_or_default();
        let made = Range { begin: created + skew - AROUND, end: created + skew + AROUND };
        let asked = began.elapsed();
        let by_creation = shown(deps, id, &query(Order::Created, made)).await;
        let found = match by_creation {
            Ok(Listed::No { is_whole }) => {
                let at_due = query(Order::Scheduled, Range { begin: due, end: due });
                shown(deps, id, &at_due).await.map(|other| other.and(is_whole))
            }
            other => other,
        };
        match found {
            Ok(Listed::Yes) => return Some(if was_missing { began.elapsed() } else { Duration::ZERO }),
            // It may stand on a page that was not read.
            Ok(Listed::No { is_whole: false }) => return None,
            Ok(Listed::No { is_whole: true }) => {
                was_missing = true;
                last = Some(asked);
                deps.delay.with(|state| state.at_least = asked);
            }
            Err(_) => {}
        }
    }
    // Cancelled meanwhile, perhaps; else the lag is at least that.
    match deps.client.get(id, Priority::Background).await {
        Ok(_) => last,
        Err(_) => None,
    }
}

/// What a list shows of a task.
enum Listed {
    Yes,
    /// And whether all of the list was read.
    No {
        is_whole: bool,
    },
}

impl Listed {
    fn and(self, was_whole: bool) -> Self {
        match self {
            Self::Yes => Self::Yes,
            Self::No { is_whole } => Self::No { is_whole: is_whole && was_whole },
        }
    }
}

/// Reads page after page until the task is there.
async fn shown(deps: &Dependencies, id: TaskId, query: &Query) -> Result<Listed, Failure> {
    let mut query = query.clone();
    for _ in 0..MOST_PAGES {
        // Before the background: searches for writes in doubt wait for what is learnt here, and would not let
        // it through.
        let listed = limits::list(deps, &query, Priority::Write).await?;
        let (page, is_as_asked) = (listed.page, listed.asked.range == query.range);
        if page.tasks.iter().any(|task| task.id == id) {
            return Ok(Listed::Yes);
        }
        query.offset += page.tasks.len() as u64;
        if page.tasks.is_empty() || query.offset >= page.total || !is_as_asked {
            return Ok(Listed::No { is_whole: is_as_asked && query.offset >= page.total });
        }
    }
    Ok(Listed::No { is_whole: false })
}

fn query(order: Order, range: Range) -> Query {
    Query { order, range, ..Query::around(range.begin, limits::PAGE_SIZE) }
}
