//! Opening the app of another profile beside those that are open: its settings are read and its worker started on a
//! thread that may wait for the disk.

use std::fmt;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::app::{Effect, Message, Setup};

/// The loop's ends of the queues of one worker.
#[derive(Debug)]
pub struct WorkerEnds {
    /// What it answers. It closes its end once it has finished after `effects` was closed.
    pub answers: mpsc::Receiver<Message>,
    /// What it is asked to do. Dropped to make it finish.
    pub effects: mpsc::Sender<Effect>,
}

/// An app that was opened.
#[derive(Debug)]
pub struct OpenedApp {
    /// What its config settles.
    pub setup: Setup,
    /// Its worker.
    pub worker: WorkerEnds,
}

/// What opens the app of a profile, by its name; it may wait for the disk.
type OpenApp = dyn Fn(&str) -> Result<OpenedApp, String> + Send + Sync;

/// Opens the app of a profile.
#[derive(Clone)]
pub struct Opener(Arc<OpenApp>);

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}

impl Opener {
    /// By this.
    pub fn by(open: impl Fn(&str) -> Result<OpenedApp, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(open))
    }

    /// Opens it on a thread of its own, and tells.
    pub(super) fn begin(&self, profile: String, told: &mpsc::Sender<ProfileOpened>) {
        let (open, told) = (Arc::clone(&self.0), told.clone());
        tokio::task::spawn_blocking(move || {
            let result = open(&profile);
            // Without the loop nobody wants to know.
            let _ = told.blocking_send(ProfileOpened { profile, result });
        });
    }
}

/// What came of it.
#[derive(Debug)]
pub(super) struct ProfileOpened {
    pub(super) profile: String,
    pub(super) result: Result<OpenedApp, String>,
}
