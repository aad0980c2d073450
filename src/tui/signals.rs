//! The signals of a process in a terminal, as messages.

use std::io;

use rustix::process::Signal;
use tokio::signal::unix::{Signal as Caught, SignalKind, signal};
use tokio::sync::mpsc;

use crate::app::Message;
use crate::term;

/// Turns the signals that ask for an end (SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGXCPU) into requests to
/// end, and tells of a stop that is asked for (SIGTSTP), of going on after one (SIGCONT) and of another
/// size (SIGWINCH), for as long as somebody listens. Call it inside the runtime.
///
/// # Errors
/// When a handler cannot be set up.
pub fn listen(to: mpsc::Sender<Message>) -> io::Result<()> {
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut quit = signal(SignalKind::quit())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut time_is_up = caught(Signal::XCPU)?;
    let mut stop = caught(Signal::TSTP)?;
    let mut go_on = caught(Signal::CONT)?;
    let mut resize = signal(SignalKind::window_change())?;
    tokio::spawn(async move {
        loop {
            let message = tokio::select! {
                _ = hang_up.recv() => Message::EndAsked,
                _ = interrupt.recv() => Message::EndAsked,
                _ = quit.recv() => Message::EndAsked,
                _ = terminate.recv() => Message::EndAsked,
                _ = time_is_up.recv() => Message::EndAsked,
                _ = stop.recv() => Message::StopAsked,
                _ = go_on.recv() => Message::WentOn,
                _ = resize.recv() => {
                    // Before every frame the size is read anyway; a terminal that is gone shows then.
                    let Ok((columns, rows)) = term::size() else { continue };
                    Message::Resized { columns, rows }
                }
                () = to.closed() => return,
            };
            if message == Message::WentOn {
                // It must not be lost: without it the terminal is not taken again.
                let _ = to.send(message).await;
            } else {
                // A full queue holds enough requests already.
                let _ = to.try_send(message);
            }
        }
    });
    Ok(())
}

/// A file that may not grow any more (SIGXFSZ) shall be an error to who writes to it, and not the end of
/// the program. Call it inside the runtime; it holds for as long as the process runs.
///
/// # Errors
/// When no handler can be set up.
pub fn outlive_full_files() -> io::Result<()> {
    caught(Signal::XFSZ).map(drop)
}

fn caught(which: Signal) -> io::Result<Caught> {
    signal(SignalKind::from_raw(which.as_raw()))
}
