//! Asks the list for no more than the service takes, and learns what that is (W9): by trying less when
//! a question is refused, from every page, and once by looking which time a range concerns. What was
//! learnt is kept with the app and told to the screen.

use chrono::{DateTime, Duration, TimeDelta, Utc};

use super::dependencies::Dependencies;
use super::known::SharedLimits;
use crate::app::{Message, ReqId};
use crate::domain::catalog::INVALID_REQUEST;
use crate::domain::query::{Order, Range};
use crate::domain::{Failure, ListLimits, Page, Priority, Query};

/// Rows asked for at once.
pub(super) const PAGE_SIZE: u32 = 100;

/// Its name among the facts of an app.
const FACT: &str = "list_limits";

/// The lengths that are tried in turn when a longer range was refused, in days.
const LENGTHS: [i64; 3] = [14, 7, 3];

/// The length by which it is told whether the range or the rows were refused.
const SHORT: TimeDelta = TimeDelta::days(1);

/// The rows that are tried in turn when more were refused.
const WANTS: [u32; 5] = [50, 20, 10, 5, 1];

/// How far back and ahead is searched for a task that tells which time a range concerns.
const PROBED: TimeDelta = TimeDelta::days(30);

/// What another run has learnt.
pub(super) async fn load(deps: &Dependencies) -> SharedLimits {
    let known = deps.journal.fact(FACT).await.ok().flatten();
    let known = known.map(|text| ListLimits::read(&text)).unwrap_or_default();
    if known != ListLimits::default() {
        deps.tell(Message::Learnt { limits: Box::new(known.clone()), is_new: false }).await;
    }
    SharedLimits::knowing(known)
}

/// A page, and what was asked for it in the end.
pub(super) struct ListedPage {
    pub(super) page: Page,
    pub(super) asked: Query,
}

/// Asks the list for as much of this as the service takes.
pub(super) async fn list(
    deps: &Dependencies,
    query: &Query,
    priority: Priority,
) -> Result<ListedPage, Failure> {
    let now = deps.client.service_now();
    let (fitted, is_hopeless) = deps.limits.with(|state| {
        let fitted = state.known.fit(query, now);
        let is_hopeless = state.hopeless.as_ref() == Some(&fitted);
        (fitted, is_hopeless)
    });
    match ask(deps, fitted.clone(), priority).await {
        Err(failure) if is_refused(&failure) && !is_hopeless => {
            narrow(deps, fitted, now, priority, failure).await
        }
        result => result,
    }
}

fn is_refused(failure: &Failure) -> bool {
    failure.code() == Some(INVALID_REQUEST)
}

/// One question. An answer that is too large to be read is asked for in smaller pages.
async fn ask(deps: &Dependencies, mut query: Query, priority: Priority) -> Result<ListedPage, Failure> {
    let mut too_many = None;
    loop {
        match deps.client.list_counted(&query, priority).await {
            Ok((page, surplus)) => {
                learn(deps, |known| {
                    if let Some(want) = too_many {
                        known.refused_want(want);
                    }
                    known.saw(&query, &page);
                })
                .await;
                if surplus > 0 {
                    say_surplus(deps, &query, surplus).await;
                }
                return Ok(ListedPage { page, asked: query });
            }
            Err(failure) if failure.is_too_large() && query.page_size > 1 => {
                too_many = Some(query.page_size);
                query.page_size /= 2;
            }
            Err(failure) => return Err(failure),
        }
    }
}

async fn say_surplus(deps: &Dependencies, query: &Query, surplus: u64) {
    if deps.limits.with(|state| std::mem::replace(&mut state.surplus_said, true)) {
        return;
    }
    deps.note(format!(
        "the service sent {} rows where {} were asked for; the others come on the next page",
        surplus + u64::from(query.page_size),
        query.page_size
    ))
    .await;
}

/// Finds out how much less is taken: a short range tells whether it was the range or the rows.
async fn narrow(
    deps: &Dependencies,
    query: Query,
    now: DateTime<Utc>,
    priority: Priority,
    failure: Failure,
) -> Result<ListedPage, Failure> {
    let is_long = query.range.length() > SHORT;
    let short = Query { range: query.range.shortened(SHORT, now), offset: 0, ..query.clone() };
    let mut best = if is_long { taken(ask(deps, short.clone(), priority).await)? } else { None };
    let mut whole = query.clone();
    if best.is_none() {
        let base = if is_long { &short } else { &query };
        let mut refused = query.page_size;
        for want in WANTS.into_iter().filter(|want| *want < query.page_size) {
            best = taken(ask(deps, Query { page_size: want, ..base.clone() }, priority).await)?;
            if best.is_some() {
                break;
            }
            refused = want;
        }
        let Some(found) = &best else {
            // Neither the one nor the other: it is about something else.
            deps.limits.with(|state| state.hopeless = Some(query));
            return Err(failure);
        };
        whole.page_size = found.asked.page_size;
        learn(deps, |known| known.refused_want(refused)).await;
        if is_long && let Some(listed) = taken(ask(deps, whole.clone(), priority).await)? {
            return Ok(listed);
        }
    }
    let Some(mut best) = best else { return Err(failure) };
    if !is_long {
        return Ok(best);
    }
    let mut refused = query.range;
    for days in LENGTHS.into_iter().map(TimeDelta::days).filter(|days| *days < query.range.length()) {
        let range = query.range.shortened(days, now);
        if let Some(longer) = taken(ask(deps, Query { range, offset: 0, ..whole.clone() }, priority).await)? {
            best = longer;
            break;
        }
        refused = range;
    }
    learn(deps, |known| known.refused_range(refused)).await;
    Ok(best)
}

/// The page; `None` where it was refused.
fn taken(result: Result<ListedPage, Failure>) -> Result<Option<ListedPage>, Failure> {
    match result {
        Ok(listed) => Ok(Some(listed)),
        Err(failure) if is_refused(&failure) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Takes something into account; what is new is told, and kept later: the disk is not waited for here.
async fn learn(deps: &Dependencies, work: impl FnOnce(&mut ListLimits)) {
    let news = deps.limits.with(|state| {
        let before = state.known.clone();
        work(&mut state.known);
        let is_new = before != state.known;
        state.is_unsaved |= is_new;
        (is_new && !state.is_retired).then(|| state.known.clone())
    });
    if let Some(limits) = news {
        deps.tell(Message::Learnt { limits: Box::new(limits), is_new: true }).await;
    }
}

/// Keeps what is new for the next run.
pub(super) async fn save(deps: &Dependencies) {
    let unsaved =
        deps.limits.with(|state| std::mem::take(&mut state.is_unsaved).then(|| state.known.write()));
    if let Some(unsaved) = unsaved
        && let Err(why) = deps.journal.put_fact(FACT, &unsaved).await
    {
        deps.note(format!("the limits of the service's list could not be saved: {why}")).await;
    }
}

/// What is left to do when the table has its page, and nobody waits.
pub(super) async fn after_page(deps: Dependencies) {
    let order = deps.limits.with(|state| state.order);
    let work = async {
        probe(&deps, order).await;
        save(&deps).await;
    };
    tokio::select! {
        () = work => {}
        () = deps.stopped() => {}
    }
}

/// For the table: tells what is asked in the end, before the page itself.
pub(super) async fn list_for_table(
    deps: &Dependencies,
    req: ReqId,
    query: &Query,
    priority: Priority,
) -> Message {
    deps.limits.with(|state| state.order = query.order);
    let result = match list(deps, query, priority).await {
        Ok(ListedPage { page, asked }) => {
            if asked != *query {
                deps.tell(Message::Narrowed { req, query: asked }).await;
            }
            Ok(page)
        }
        Err(failure) => Err(failure),
    };
    Message::Listed { req, result }
}

/// Looks which time a range concerns, once for each order, where the pages have not shown it: what is
/// ahead was created in no such range, and what is listed for the past and due ahead is listed by its
/// creation.
pub(super) async fn probe(deps: &Dependencies, order: Order) {
    let is_mine = deps.limits.with(|state| {
        let is_mine = state.known.needs_probe(order) && state.probing.is_none();
        if is_mine {
            state.probing = Some(order);
        }
        is_mine
    });
    if !is_mine {
        return;
    }
    let is_done = ask_both_ways(deps, order).await;
    deps.limits.with(|state| state.probing = None);
    if is_done {
        learn(deps, |known| known.probed(order)).await;
    }
}

async fn ask_both_ways(deps: &Dependencies, order: Order) -> bool {
    let now = deps.client.service_now();
    let minute = Duration::minutes(1);
    let ahead = Range { begin: now + minute, end: now + PROBED };
    let past = Range { begin: now - PROBED, end: now + minute };
    for (range, ascending) in [(ahead, true), (past, false)] {
        let query = Query { order, ascending, range, page_size: 20, ..Query::around(now, 20) };
        if list(deps, &query, Priority::Background).await.is_err() {
            return false;
        }
        if !deps.limits.with(|state| state.known.needs_probe(order)) {
            return true;
        }
    }
    true
}
