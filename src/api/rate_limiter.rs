//! The hard limit of the service: 5 calls a second for each API (documents, *Push REST API list*; W1).
//!
//! Nobody knows when, between sending and answer, the service counts a call, nor where its second
//! begins. So a slot is taken from the moment a call is let go until a whole second after the latest
//! moment at which it can have been counted, seen against the others; however the service counts, it
//! never sees a sixth. Priorities are strict: a higher one goes before any lower one, however many wait;
//! the lowest backs off when somebody else works on the same app. No lock is held over an await.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::domain::Priority;
use crate::domain::throttle::Throttle;
use crate::domain::wire::Command;

mod window;

use window::{Release, Rtt, Window};

/// The queue before one API.
#[derive(Debug, Default)]
struct Queue {
    window: Window,
    rtt: Rtt,
    /// Who waits, in the order of service: by priority, then by arrival.
    waiting: BTreeMap<(Priority, u64), Arc<Notify>>,
    arrivals: u64,
    throttle: Throttle,
    /// When the last background call was let go.
    background: Option<Instant>,
    /// The beginning of [`Throttle`]'s time.
    began: Option<Instant>,
}

impl Queue {
    fn wake_first(&self) {
        if let Some(first) = self.waiting.values().next() {
            first.notify_one();
        }
    }

    /// Lets a call of this priority go if it may.
    fn release(&mut self, priority: Priority, now: Instant) -> Release {
        if priority != Priority::Background {
            return self.window.release(now);
        }
        let running = self.running(now);
        let gap = self.throttle.gap(running);
        let again = self.background.map(|last| last + gap).filter(|again| now < *again);
        if let Some(again) = again {
            return Release::At(again);
        }
        let release = self.window.release(now);
        if let Release::Now(_) = release {
            self.background = Some(now);
        }
        release
    }

    fn running(&mut self, now: Instant) -> Duration {
        now.saturating_duration_since(*self.began.get_or_insert(now))
    }
}

#[derive(Debug, Default)]
struct SharedQueue(Mutex<Queue>);

impl SharedQueue {
    fn open(&self) -> MutexGuard<'_, Queue> {
        // Every change of a queue is whole before the guard goes, so a panic elsewhere spoils none.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every call passes it, and waits here when the second is full.
#[derive(Debug, Default)]
pub(super) struct RateLimiter {
    /// In the order of [`Command::ALL`].
    queues: [Arc<SharedQueue>; Command::ALL.len()],
}

/// A call that was let go. Dropping it says that the call was given up.
#[derive(Debug)]
#[must_use = "dropping it ends the call"]
pub(super) struct Permit {
    queue: Arc<SharedQueue>,
    slot: usize,
    released: Instant,
    answered: bool,
}

impl Permit {
    /// The call was answered: what is known of the round trip makes its rest shorter.
    pub(super) fn answered(mut self) {
        self.answered = true;
    }

    /// The service answered that these were too many calls.
    pub(super) fn refused(&self) {
        let mut queue = self.queue.open();
        let running = queue.running(now());
        queue.throttle.refused(running);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut queue = self.queue.open();
        let now = now();
        let mut counted = now;
        if self.answered {
            let took = now.saturating_duration_since(self.released);
            queue.rtt.answered(took);
            // The shortest round trip includes this call's, so this is not before it was let go.
            counted = now.checked_sub(queue.rtt.shortest()).unwrap_or(now);
        }
        queue.window.finish(self.slot, counted);
        queue.wake_first();
    }
}

/// A place in the queue; leaving it, served or not, lets the next one try.
struct Waiter {
    queue: Arc<SharedQueue>,
    key: (Priority, u64),
    turn: Arc<Notify>,
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut queue = self.queue.open();
        queue.waiting.remove(&self.key);
        queue.wake_first();
    }
}

impl Waiter {
    /// A slot, if it is this permit's turn and one is free.
    fn poll(&self) -> Option<Release> {
        let mut queue = self.queue.open();
        let is_first = queue.waiting.keys().next() == Some(&self.key);
        is_first.then(|| queue.release(self.key.0, now()))
    }
}

impl RateLimiter {
    /// Waits for the turn of a call. Dropping the future gives the place up.
    pub(super) async fn pass(&self, command: Command, priority: Priority) -> Permit {
        let place = self.queue_up(command, priority);
        loop {
            match place.poll() {
                Some(Release::Now(slot)) => {
                    let queue = Arc::clone(&place.queue);
                    return Permit { queue, slot, released: now(), answered: false };
                }
                Some(Release::At(at)) => {
                    let at = tokio::time::Instant::from_std(at);
                    // Whichever comes first; the next poll decides.
                    tokio::select! {
                        () = tokio::time::sleep_until(at) => {}
                        () = place.turn.notified() => {}
                    }
                }
                Some(Release::WhenOneEnds) | None => place.turn.notified().await,
            }
        }
    }

    fn queue_up(&self, command: Command, priority: Priority) -> Waiter {
        let queue = Arc::clone(&self.queues[command.index()]);
        let turn = Arc::new(Notify::new());
        let key = {
            let mut open = queue.open();
            open.arrivals += 1;
            let key = (priority, open.arrivals);
            open.waiting.insert(key, Arc::clone(&turn));
            key
        };
        Waiter { queue, key, turn }
    }
}

/// Tokio's clock, so that tests can move it; outside tests it is the system's monotonic one.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests;
