//! Connections: takes them, bounds them, and ends them in good order.
//!
//! Never more than the limit are open. When one more comes, the one that is idle longest goes:
//! thousands of clients that only hold a connection keep nobody out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use super::lock;
use super::routes::{self, Shared};

/// Most bytes of the head of a request, and of what is read ahead.
const BUFFER: usize = 64 << 10;

/// After an accept that failed, for want of file descriptors most likely.
const PAUSE: Duration = Duration::from_millis(20);

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

    fn accepted(&self, local: Option<IpAddr>) -> Arc<Peer> {
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

    fn closed(&self, peer: &Peer) {
        lock(&self.present).remove(&peer.number);
    }

    /// Asks the one that is idle longest to leave.
    fn make_room(&self) {
        let present = lock(&self.present);
        let idle = present.values().filter(|peer| !peer.is_busy());
        if let Some(oldest) = idle.min_by_key(|peer| peer.used.load(Ordering::SeqCst)) {
            oldest.leave.notify_one();
        }
    }
}

/// Takes a peer off the list, however its connection ends.
struct PeerGuard<'a> {
    peers: &'a Peers,
    peer: &'a Peer,
}

impl Drop for PeerGuard<'_> {
    fn drop(&mut self) {
        self.peers.closed(self.peer);
    }
}

/// Takes connections until the stop, then waits for those that are being answered.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let most = shared.options.limits.connections.max(1);
    let mut stopping = shared.stopping.clone();
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        tokio::select! {
            () = stopped(&mut stopping) => break,
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                let peer = shared.peers.accepted(stream.local_addr().ok().map(|local| local.ip()));
                connections.spawn(attend(stream, peer, Arc::clone(&shared)));
            } else {
                shared.peers.make_room();
                sleep(PAUSE).await;
            },
        }
        // The one who is above the number waits until another has left.
        while connections.len() > most {
            shared.peers.make_room();
            tokio::select! {
                _ = connections.join_next() => {}
                () = stopped(&mut stopping) => break,
                // Somebody may have become idle.
                () = sleep(PAUSE) => {}
            }
        }
    }
    drop(listener);
    let end = Instant::now() + shared.options.limits.stop;
    while let Ok(Some(_)) = timeout_at(end, connections.join_next()).await {}
    connections.shutdown().await;
}

/// One connection, from the first byte to the last.
async fn attend(stream: TcpStream, peer: Arc<Peer>, shared: Arc<Shared>) {
    let _guard = PeerGuard { peers: &shared.peers, peer: &peer };
    // Only speed is lost when this fails.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: hyper::Request<Incoming>| {
        peer.used.store(shared.peers.event(), Ordering::SeqCst);
        routes::serve(Arc::clone(&shared), Arc::clone(&peer), request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.options.limits.head)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let mut stopping = shared.stopping.clone();
    tokio::select! {
        // However it ended, it has.
        _ = connection.as_mut() => return,
        () = peer.leave.notified() => return,
        () = stopped(&mut stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    // Who never asked anything is not waited for.
    if peer.used.load(Ordering::SeqCst) > peer.number {
        // However it ended, it has.
        let _ = connection.await;
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // Changed or gone: either way it is over.
    let _ = stopping.wait_for(|stop| *stop).await;
}
