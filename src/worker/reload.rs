//! `:reload`: config and key read again, and the new connection made ready.
//!
//! Reading may take seconds (`secret_key_command`), so it runs on a thread of its own. What was read
//! is put aside until the loop says that it wants it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::Hands;
use super::journal::Journal;
use crate::api::{Client, Connection};
use crate::app::{Message, Reloaded, ReqId, Setup};
use crate::domain::Failure;

/// What the config says now.
#[derive(Clone, Debug)]
pub struct Read {
    /// For the screens.
    pub setup: Setup,
    /// Where the calls go, and who makes them.
    pub connection: Connection,
    /// The name under which drafts and journal are kept; another one is another app or host.
    pub store_key: String,
}

type Reader = dyn Fn() -> Result<Read, String> + Send + Sync;

/// How the config is read again; it may wait.
#[derive(Clone)]
pub struct Reload(Arc<Reader>);

impl Reload {
    /// By calling this, on a thread that may wait.
    pub fn by(read: impl Fn() -> Result<Read, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// Not at all, for this reason.
    pub fn never(why: &'static str) -> Self {
        Self::by(move || Err(why.to_owned()))
    }
}

impl fmt::Debug for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reload")
    }
}

/// What was read last and is not in use yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Aside(Arc<Mutex<Option<(Client, Journal)>>>);

impl Aside {
    fn put(&self, client: Client, journal: Journal) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((client, journal));
    }

    pub(super) fn take(&self) -> Option<(Client, Journal)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Reads, checks, and puts aside.
pub(super) async fn reload(hands: &Hands, req: ReqId) -> Message {
    let Reload(reader) = hands.reload.clone();
    let read = tokio::task::spawn_blocking(move || reader()).await;
    let read = read.unwrap_or_else(|_| Err("the reading of the config fell over".to_owned()));
    let result = read.and_then(|Read { setup, connection, store_key }| {
        let client = hands.client.renewed(&connection).map_err(|failure| failure.words().what)?;
        let journal = hands.journal.under(&store_key);
        let same_place = journal.is_as(&hands.journal);
        hands.aside.put(client, journal);
        Ok(Box::new(Reloaded { setup, same_place }))
    });
    Message::Reloaded { req, result }
}

/// Puts to use what was put aside; from now on effects are carried out with it.
pub(super) fn adopt(hands: &mut Hands) -> Result<(), Failure> {
    let Some((client, journal)) = hands.aside.take() else {
        return Err(Failure::Local { detail: "there is no newer config to take over".to_owned() });
    };
    hands.client = client;
    hands.journal = journal;
    Ok(())
}
