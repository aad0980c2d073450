//! The signals that ask a process to end, as messages.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::app::Message;

/// Turns SIGTERM, SIGHUP and SIGINT into requests to end, for as long as somebody listens. Call it
/// inside the runtime.
///
/// # Errors
/// When a handler cannot be set up.
pub fn listen(to: mpsc::Sender<Message>) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
                _ = interrupt.recv() => {}
                () = to.closed() => return,
            }
            // A full queue holds enough requests to end already.
            let _ = to.try_send(Message::EndAsked);
        }
    });
    Ok(())
}
