//! `:reload`: config and key read again, and the new connection made ready.
//!
//! Reading may take seconds (`secret_key_command`), so it runs on a thread of its own. What was read
//! is staged until the loop says that it wants it.

use super::dependencies::Dependencies;
use super::rereading::ReadConfig;
use crate::app::{Message, Reloaded, ReqId};
use crate::domain::Failure;

/// Reads, checks, and stages.
pub(super) async fn reload(deps: &Dependencies, req: ReqId) -> Message {
    let reload = deps.reload.clone();
    let read = tokio::task::spawn_blocking(move || reload.read()).await;
    let read = read.unwrap_or_else(|_| Err("reading the config failed unexpectedly".to_owned()));
    let result = read.and_then(|ReadConfig { setup, connection, store_key }| {
        let client = deps.client.renewed(&connection).map_err(|failure| failure.words().what)?;
        let journal = deps.journal.under(&store_key);
        let same_place = journal.is_as(&deps.journal);
        deps.staged.put(client, journal);
        Ok(Box::new(Reloaded { setup, same_place }))
    });
    Message::Reloaded { req, result }
}

/// Puts to use what was staged; from now on effects are carried out with it.
pub(super) fn adopt(deps: &mut Dependencies) -> Result<(), Failure> {
    let Some((client, journal)) = deps.staged.take() else {
        return Err(Failure::Local { detail: "there is no newer config to apply".to_owned() });
    };
    deps.client = client;
    deps.journal = journal;
    Ok(())
}
