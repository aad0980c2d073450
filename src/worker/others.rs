//! Writes that another pushdeck on the same database has open. That one checks what became of them
//! and closes them; here they are only told, and taken over once their process is dead.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use tokio::task::AbortHandle;
use tokio::time::{self, Instant, MissedTickBehavior};

use super::dependencies::Dependencies;
use super::record::{read, verdict_of};
use crate::app::{Message, OpenWrite};
use crate::store::{Intent, IntentId};

/// Of the time between two polls of the journal: a write that is younger is most likely answered
/// before anybody could read of it.
const YOUNG: (u32, u32) = (2, 3);

/// What was told of the others' writes.
#[derive(Debug, Default)]
pub(super) struct Others {
    told: BTreeSet<IntentId>,
    /// Taken over, and not told yet.
    taken: BTreeSet<IntentId>,
}

impl Others {
    /// Those that were told at the start.
    pub(super) fn of(intents: &[Intent]) -> Self {
        let told = intents.iter().filter(|intent| intent.elsewhere).map(|intent| intent.id).collect();
        Self { told, taken: BTreeSet::new() }
    }

    /// Asks the journal every now and then until the worker ends, or the handle is aborted.
    pub(super) fn watch(mut self, deps: &Dependencies) -> Option<AbortHandle> {
        if !deps.journal.is_shared() {
            return None;
        }
        let deps = deps.clone();
        let watching = tokio::spawn(async move {
            let mut turn = time::interval_at(Instant::now() + deps.others, deps.others);
            turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = turn.tick() => {}
                    () = deps.stopped() => return,
                }
                self.poll(&deps).await;
            }
        });
        Some(watching.abort_handle())
    }

    /// Reads the journal once. What cannot be read now is read the next time.
    async fn poll(&mut self, deps: &Dependencies) {
        self.taken.extend(deps.journal.take_over().await.unwrap_or_default());
        let Ok(open) = deps.journal.left_open().await else { return };
        let still_open: BTreeSet<IntentId> = open.iter().map(|intent| intent.id).collect();
        let now = deps.context.now();
        let young = TimeDelta::from_std(deps.others * YOUNG.0 / YOUNG.1).unwrap_or(TimeDelta::MAX);
        let is_news = |intent: &Intent| {
            if intent.elsewhere {
                !self.told.contains(&intent.id) && now - intent.begun >= young
            } else {
                self.taken.contains(&intent.id)
            }
        };
        let news: Vec<Intent> = open.into_iter().filter(is_news).collect();
        self.taken.clear();
        for intent in &news {
            if intent.elsewhere {
                self.told.insert(intent.id);
            } else {
                self.told.remove(&intent.id);
            }
        }
        let news: Vec<OpenWrite> = news.into_iter().filter_map(|intent| read(deps, intent)).collect();
        if !news.is_empty() {
            deps.tell(Message::LeftOpen(news)).await;
        }
        let ended: Vec<IntentId> = self.told.difference(&still_open).copied().collect();
        for id in ended {
            let Ok(found) = deps.journal.entry(id).await else { continue };
            self.told.remove(&id);
            let outcome = found.and_then(|intent| intent.closed).map(|closed| closed.outcome);
            let verdict = verdict_of(outcome.as_ref());
            deps.tell(Message::EndedElsewhere { entry: id.0, verdict }).await;
        }
    }
}
