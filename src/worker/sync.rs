//! Reads a whole range of the schedule, page by page, as fast as the rate limiter lets the background go. Which
//! pages, and what is certain of them, [`Pass`] decides; here the questions are asked, several at once, and every
//! page is told when it comes.

use tokio::task::JoinSet;

use super::dependencies::Dependencies;
use super::limits::{self, ListedPage};
use crate::app::{Message, ReqId, Wanted};
use crate::domain::pass::{AfterFailure, Pass, Question};
use crate::domain::query::Order;
use crate::domain::{Coverage, Failure, Priority};

/// Questions under way at once: so many that one always waits for its turn while answers take up to 0.6 s. With one
/// after the other the service would be asked less often than it may be.
const AT_ONCE: usize = 4;

/// The questions that whoever waits is shown first: what comes next, and what was just now.
const FIRST: u64 = 2;

/// Answers [`crate::app::Effect::Sync`].
pub(super) async fn sync(deps: &Dependencies, req: ReqId, wanted: Wanted) -> Message {
    let result = read(deps, req, wanted).await.map(Box::new);
    limits::save(deps).await;
    Message::Synced { req, result }
}

async fn read(deps: &Dependencies, req: ReqId, wanted: Wanted) -> Result<Coverage, Failure> {
    let Wanted { range, history, keyword, page_size, priority } = wanted;
    let now = deps.client.service_now();
    let mut pass = deps.limits.with(|state| Pass::new(range, history, keyword, page_size, now, &state.known));
    // Dropping it gives up what is under way.
    let mut under_way = JoinSet::new();
    let mut is_first = true;
    loop {
        while under_way.len() < AT_ONCE
            && let Some(question) = pass.next(deps.client.service_now())
        {
            let priority = if question.number <= FIRST { priority } else { Priority::Background };
            under_way.spawn(ask(deps.clone(), question, priority));
        }
        let Some(done) = under_way.join_next().await else { return Ok(pass.coverage()) };
        let Ok((number, result)) = done else {
            return Err(Failure::Local { detail: "reading the list fell over".to_owned() });
        };
        let ListedPage { page, asked } = match result {
            Ok(listed) => listed,
            Err(failure) => match pass.on_failure(number, &failure) {
                AfterFailure::GoesOn => continue,
                AfterFailure::Stops => return Err(failure),
            },
        };
        pass.on_page(number, &asked, &page);
        deps.limits.with(|state| pass.learn(&state.known));
        deps.tell(Message::SyncRead { req, page, coverage: Box::new(pass.coverage()) }).await;
        if std::mem::take(&mut is_first) {
            // From here on it matters which time a range is of.
            limits::probe(deps, Order::Scheduled).await;
            deps.limits.with(|state| pass.learn(&state.known));
        }
    }
}

async fn ask(
    deps: Dependencies,
    Question { number, query }: Question,
    priority: Priority,
) -> (u64, Result<ListedPage, Failure>) {
    (number, limits::list(&deps, &query, priority).await)
}
