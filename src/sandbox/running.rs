//! A sandbox that serves, for whoever started it.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::shared::ServerState;

/// A sandbox that serves. When it is dropped it ends as well, only without waiting.
#[derive(Debug)]
pub struct Running {
    /// Where it listens, with the port that it got.
    pub addr: SocketAddr,
    pub(super) shared: Arc<ServerState>,
    pub(super) stop: watch::Sender<bool>,
    pub(super) server: JoinHandle<()>,
    pub(super) dispatcher: Option<JoinHandle<()>>,
}

impl Running {
    /// What a profile names as its endpoint: `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        let mut addr = self.addr;
        if addr.ip().is_unspecified() {
            addr.set_ip(if addr.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
        }
        format!("http://{addr}")
    }

    /// What was put right with the database file at the start: sentences for the operator.
    pub fn notes(&self) -> &[String] {
        self.shared.engine.notes()
    }

    /// What the operator must know of the database file while it runs: a sentence each time there is
    /// something new. The first one counts as seen.
    pub fn warnings(&self) -> watch::Receiver<String> {
        self.shared.engine.warnings()
    }

    /// Ends it: calls that were accepted are answered, then the database is closed.
    pub async fn stop(self) {
        let Self { shared, stop, server, dispatcher, .. } = self;
        stop.send_replace(true);
        // It ends by itself, in bounded time; a panic of its own changes nothing here.
        let _ = server.await;
        if let Some(dispatcher) = dispatcher {
            // As before.
            let _ = dispatcher.await;
        }
        // The file is free when this returns, even while a late call still holds `shared`.
        shared.engine.stop().await;
    }
}
