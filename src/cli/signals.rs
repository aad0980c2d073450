//! The wish to end, as the system says it.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Ends when SIGINT or SIGTERM comes. Both are caught from the moment this returns.
pub(super) fn ended() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
