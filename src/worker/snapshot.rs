//! The tasks of this app as they were read last: told at the start, beside everything else, and put on disk when the
//! loop says so. Of a service inside this process nothing is kept: its tasks are gone with it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::dependencies::Dependencies;
use super::journal::Journal;
use super::log;
use crate::app::{Message, ReqId};
use crate::domain::json::SharedText;
use crate::domain::schedule::Row;
use crate::domain::wire;

/// Tasks in one message: made ready in a few milliseconds, and more than a screen holds.
const TOLD_AT_ONCE: usize = 500;

/// Puts them on disk.
pub(super) async fn keep(
    deps: &Dependencies,
    req: ReqId,
    tasks: Arc<[SharedText]>,
    read_at: DateTime<Utc>,
) -> Message {
    Message::SnapshotKept { req, result: deps.journal.keep_snapshot(req.0, tasks, read_at).await }
}

/// What is on disk of an app is being told; no longer than this is held.
#[derive(Debug)]
pub struct Telling(JoinHandle<()>);

impl Telling {
    /// Begins to tell it, the nearest to the present first. Nothing waits for it, and it waits for no client.
    pub fn begin(journal: &Journal, messages: &mpsc::Sender<Message>, present: DateTime<Utc>) -> Self {
        let (journal, messages) = (journal.clone(), messages.clone());
        Self(tokio::spawn(async move { tell(&journal, &messages, present).await }))
    }

    /// When this returns, nothing more of it is told.
    pub(super) async fn stop(&mut self) {
        self.0.abort();
        // However it ended, it is over.
        let _ = (&mut self.0).await;
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn tell(journal: &Journal, messages: &mpsc::Sender<Message>, present: DateTime<Utc>) {
    // One lot is made ready while the loop takes the one before.
    let (ready, mut made) = mpsc::channel(1);
    let told = async move {
        while let Some((rows, read_at)) = made.recv().await {
            if messages.send(Message::Recalled { rows, read_at }).await.is_err() {
                // Nobody wants to know; the one who reads finds this end gone.
                return;
            }
        }
    };
    let mut lot = Lot { rows: Vec::new(), read_at: DateTime::UNIX_EPOCH, ready };
    let reading = journal.read_snapshot(present, move |task| match task {
        Some((task, read_at)) => lot.add(&task, read_at),
        None => lot.send(),
    });
    if let (Err(why), ()) = tokio::join!(reading, told) {
        let said = Message::Noted(format!("the tasks of the last time cannot be shown: {why}"));
        log::note_down(&said);
        // When the receiver is gone, nobody wants to know.
        let _ = messages.send(said).await;
    }
}

/// Tasks that are being made ready.
struct Lot {
    rows: Vec<Row>,
    read_at: DateTime<Utc>,
    ready: mpsc::Sender<(Vec<Row>, DateTime<Utc>)>,
}

impl Lot {
    /// Makes one ready; one that cannot be read is passed over. Says whether anybody still wants to know.
    fn add(&mut self, task: &Arc<str>, read_at: DateTime<Utc>) -> bool {
        self.read_at = read_at;
        self.rows.extend(wire::read_task_text(task).map(|task| Row::of(&task)));
        self.rows.len() < TOLD_AT_ONCE || self.send()
    }

    fn send(&mut self) -> bool {
        let rows = std::mem::take(&mut self.rows);
        rows.is_empty() || self.ready.blocking_send((rows, self.read_at)).is_ok()
    }
}
