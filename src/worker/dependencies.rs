//! What every effect is carried out with, and how the loop and the journal are told.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::journal::Journal;
use super::known::{Candidates, ListingDelay, SharedLimits, StagedClient};
use super::log;
use super::rereading::Reload;
use crate::api::{Client, Context};
use crate::app::{Message, Write};
use crate::domain::TaskId;
use crate::store::IntentId;

/// How many seconds after a try that failed the end of a write is written down once more.
const CLOSE_AGAIN: [u64; 4] = [1, 4, 15, 60];

/// What every effect is carried out with.
#[derive(Clone)]
pub(super) struct Dependencies {
    pub(super) client: Client,
    pub(super) journal: Journal,
    pub(super) messages: mpsc::Sender<Message>,
    pub(super) context: Context,
    pub(super) searches: [Duration; 4],
    pub(super) search_every: Duration,
    pub(super) least_doubt: Duration,
    /// How long ago the write in hand was sent when its searches begin.
    pub(super) waited: Duration,
    pub(super) limits: SharedLimits,
    pub(super) delay: ListingDelay,
    pub(super) delay_searches: &'static [Duration],
    pub(super) longest_call: TimeDelta,
    pub(super) others: Duration,
    pub(super) candidates: Candidates,
    pub(super) reload: Reload,
    pub(super) staged: StagedClient,
    pub(super) stopping: watch::Receiver<bool>,
}

impl Dependencies {
    /// Waits for the end of the worker.
    pub(super) async fn stopped(&self) {
        // Changed or gone: either way it is over.
        let _ = self.stopping.clone().wait_for(|stop| *stop).await;
    }

    pub(super) async fn tell(&self, message: Message) {
        // When the receiver is gone, nobody wants to know.
        self.is_told(message).await;
    }

    /// Says whether there was somebody to hear it.
    pub(super) async fn is_told(&self, message: Message) -> bool {
        log::note_down(&message);
        self.messages.send(message).await.is_ok()
    }

    pub(super) async fn note(&self, words: String) {
        self.tell(Message::Noted(words)).await;
    }

    /// How long after its searches begin "not there" is believed of a write.
    pub(super) fn opens_after(&self, write: &Write) -> Duration {
        let last = self.searches.iter().copied().max().unwrap_or_default();
        match write {
            Write::Create(_) => {
                self.delay.believed_after(self.least_doubt).saturating_sub(self.waited).max(last)
            }
            // What is there is there: no list is asked that could lag.
            Write::Modify(_) | Write::Cancel { .. } => last,
        }
    }

    /// Writes the end of a write into the journal. Another program may hold it for a while; as long as it
    /// stays open there, others take the write for one that is being checked.
    pub(super) async fn close(&self, WriteEnd { entry, outcome, .. }: WriteEnd) {
        let mut pauses = CLOSE_AGAIN.into_iter();
        while let Err(why) = self.journal.close(entry, self.context.now(), outcome.clone()).await {
            let Some(pause) = pauses.next().filter(|_| !*self.stopping.borrow()) else {
                return self.note(format!("the journal does not know how this write ended: {why}")).await;
            };
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(pause)) => {}
                // Then there is time for one more try only.
                () = self.stopped() => {}
            }
        }
    }
}

/// Which signature is in use.
pub(super) fn signed(client: &Client) -> Message {
    Message::Signed { until: client.sig_until(), given: client.sig_is_given() }
}

/// How a write ended, for the journal.
#[derive(Debug)]
pub(super) struct WriteEnd {
    pub(super) entry: IntentId,
    pub(super) outcome: Value,
    /// The task that a create has made, and when it is due: how long the list takes to show it is learnt.
    pub(super) created: Option<(TaskId, DateTime<Utc>)>,
}
