//! Carries effects out and answers with messages.
//!
//! Every effect is answered by exactly one final message (I4): each runs as a task that *returns*
//! its answer, and only the one loop here sends answers, also for tasks that were stopped or fell
//! over. How a write ended goes into the journal only after it was told: what a crash swallows in
//! between is checked at the next start, while the other way round nobody would ever hear of it.
//! Nothing is decided here, and nothing here draws. Writes are waited for at exit, reads are not (I5).

mod before;
mod delay;
mod dependencies;
mod drafts;
mod inherited;
mod jobs;
mod journal;
mod known;
mod limits;
mod log;
mod others;
mod pace;
mod reconcile;
mod record;
mod reload;
mod rereading;
mod snapshot;
mod sync;
#[cfg(test)]
mod tests;
mod writes;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{mpsc, watch};

use crate::api::{Client, Context, Event};
use crate::app::{Effect, Message};

use dependencies::{Dependencies, signed};
pub use drafts::keep_draft;
use jobs::Jobs;
pub use journal::Journal;
use known::{Candidates, ListingDelay, SharedLimits, StagedClient};
pub use pace::Pace;
pub use rereading::{ReadConfig, Reload};
pub use snapshot::Telling;

/// What the worker works with.
#[derive(Clone, Debug)]
pub struct Tools {
    /// How long things are waited for.
    pub pace: Pace,
    /// The way to the service.
    pub client: Arc<Client>,
    /// The local database.
    pub journal: Journal,
    /// Time and chance.
    pub context: Context,
    /// How the config is read again.
    pub reload: Reload,
}

/// Carries out every effect that comes, until the channel closes and all are answered.
///
/// The caller goes on taking messages until this returns, or drops the receiver. `Copy`,
/// `Repaint`, `Suspend`, `TakeTerminal` and `Quit` are the loop's own and are passed over.
pub async fn run(tools: Tools, effects: mpsc::Receiver<Effect>, messages: mpsc::Sender<Message>) {
    let telling = Telling::begin(&tools.journal, &messages, tools.context.now());
    run_after(Vec::new(), telling, tools, effects, messages).await;
}

/// The same, and carries out first what was asked for before there was a client; what there was the last time may be
/// told since then.
pub async fn run_after(
    first: Vec<Effect>,
    telling: Telling,
    tools: Tools,
    mut effects: mpsc::Receiver<Effect>,
    messages: mpsc::Sender<Message>,
) {
    let Tools { pace, client, journal, context, reload } = tools;
    let (stop, stopping) = watch::channel(false);
    let teller = messages.clone();
    let client = client.observed_by(move |event| {
        let message = match event {
            Event::Called(call) => Message::Called(call),
            Event::Signed(until) => Message::Signed { until, given: false },
        };
        // These are no answers: when the queue is full, a figure in the header is late and a line of
        // the API log missing.
        let _ = teller.try_send(message);
    });
    // An error is a receiver that is gone, and then nobody wants to know.
    let _ = messages.send(signed(&client)).await;
    let mut deps = Dependencies {
        client,
        journal,
        messages,
        context,
        searches: pace.searches,
        search_every: pace.search_every,
        least_doubt: pace.least_doubt,
        waited: Duration::ZERO,
        limits: SharedLimits::default(),
        delay: ListingDelay::default(),
        delay_searches: pace.delay_searches,
        longest_call: TimeDelta::from_std(pace.longest_call).unwrap_or(TimeDelta::MAX),
        others: pace.others,
        candidates: Candidates::default(),
        reload,
        staged: StagedClient::default(),
        stopping,
    };
    let others = jobs::recall(&mut deps).await;
    let mut jobs = Jobs::new(deps, telling, pace.shutdown_grace);
    jobs.others = others.watch(&jobs.deps);
    for effect in first {
        jobs.begin(effect);
    }
    loop {
        tokio::select! {
            effect = effects.recv() => match effect {
                Some(Effect::Adopt { req }) => jobs.adopt(req).await,
                Some(effect) => jobs.begin(effect),
                None => break,
            },
            Some(done) = jobs.tasks.join_next_with_id() => jobs.answer(done).await,
        }
    }
    stop.send_replace(true);
    jobs.end().await;
}
