//! The open connections, and which of them is idle longest.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::lock::lock;

/// The open connections.
#[derive(Debug, Default)]
pub(super) struct Peers {
    present: Mutex<HashMap<u64, Arc<Peer>>>,
    /// Counts events, so that one can tell which was last.
    events: AtomicU64,
}

/// One open connection.
#[derive(Debug)]
pub(super) struct Peer {
    number: u64,
    /// The address of this machine that it came to.
    pub(super) local: Option<IpAddr>,
    /// A request of it has arrived in full and is not answered yet.
    busy: AtomicBool,
    /// The event of its last request.
    used: AtomicU64,
    /// No further request is wanted.
    last: AtomicBool,
    leave: Notify,
}

impl Peer {
    /// Says whether an accepted request is being worked on.
    pub(super) fn busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::SeqCst);
    }

    /// The connection ends with the next answer.
    pub(super) fn last(&self) {
        self.last.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_last(&self) -> bool {
        self.last.load(Ordering::SeqCst)
    }

    /// It has asked something, at any time.
    pub(super) fn has_asked(&self) -> bool {
        self.used.load(Ordering::SeqCst) > self.number
    }

    /// Returns when it is to leave.
    pub(super) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }

    fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst)
    }
}

impl Peers {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        lock(&self.present).len()
    }

    fn event(&self) -> u64 {
        self.events.fetch_add(1, Ordering::SeqCst)
    }

    pub(super) fn accepted(&self, local: Option<IpAddr>) -> Arc<Peer> {
        let number = self.event();
        let peer = Arc::new(Peer {
            number,
            local,
            busy: false.into(),
            used: number.into(),
            last: false.into(),
            leave: Notify::new(),
        });
        lock(&self.present).insert(number, Arc::clone(&peer));
        peer
    }

    /// Takes the peer off the list when the guard is dropped, however its connection ends.
    pub(super) fn guard<'a>(&'a self, peer: &'a Peer) -> PeerGuard<'a> {
        PeerGuard { peers: self, peer }
    }

    /// Notes that it asks something.
    pub(super) fn asks(&self, peer: &Peer) {
        peer.used.store(self.event(), Ordering::SeqCst);
    }

    /// Asks the one that is idle longest to leave.
    pub(super) fn make_room(&self) {
        let present = lock(&self.present);
        let idle = present.values().filter(|peer| !peer.is_busy());
        if let Some(oldest) = idle.min_by_key(|peer| peer.used.load(Ordering::SeqCst)) {
            oldest.leave.notify_one();
        }
    }
}

/// See [`Peers::guard`].
pub(super) struct PeerGuard<'a> {
    peers: &'a Peers,
    peer: &'a Peer,
}

impl Drop for PeerGuard<'_> {
    fn drop(&mut self) {
        lock(&self.peers.present).remove(&self.peer.number);
    }
}
