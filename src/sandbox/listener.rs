//! Connections: takes them, bounds them, and ends them in good order.
//!
//! Never more than the limit are open. When one more comes, the one that is idle longest goes:
//! thousands of clients that only hold a connection keep nobody out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use super::peers::Peer;
use super::routes;
use super::shared::ServerState;

/// Most bytes of the head of a request, and of what is read ahead.
const BUFFER: usize = 64 << 10;

/// After an accept that failed, for want of file descriptors most likely.
const PAUSE: Duration = Duration::from_millis(20);

/// Takes connections until the stop, then waits for those that are being answered.
pub(super) async fn serve(listener: TcpListener, shared: Arc<ServerState>) {
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
async fn attend(stream: TcpStream, peer: Arc<Peer>, shared: Arc<ServerState>) {
    let _guard = shared.peers.guard(&peer);
    // Only speed is lost when this fails.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: hyper::Request<Incoming>| {
        shared.peers.asks(&peer);
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
        () = peer.asked_to_leave() => return,
        () = stopped(&mut stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    // Who never asked anything is not waited for.
    if peer.has_asked() {
        // However it ended, it has.
        let _ = connection.await;
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // Changed or gone: either way it is over.
    let _ = stopping.wait_for(|stop| *stop).await;
}
