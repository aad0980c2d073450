//! A tiny HTTP proxy that carries every tunnel to one place, whatever name was asked for.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// What it does with those who ask.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Carries everything of those who say who they are to this address; others get 407.
    Guarded(SocketAddr),
    /// Refuses with 403.
    Refuse,
}

/// The proxy; it lives as long as the test's runtime.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, manner, Arc::clone(&notes)));
            }
        });
        Self { address, asked }
    }

    /// The first line of every request.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn carry(mut from: TcpStream, manner: Manner, notes: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match from.read_u8().await {
            Ok(byte) => head.push(byte),
            // Somebody only wanted to see whether anybody listens.
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    notes.lock().unwrap().push(head.lines().next().unwrap().to_owned());
    let known = head.to_lowercase().contains("\r\nproxy-authorization: basic ");
    let (to, answer) = match manner {
        Manner::Guarded(to) if known => (Some(to), "200 OK"),
        Manner::Guarded(_) => (None, "407 Proxy Authentication Required"),
        Manner::Refuse => (None, "403 Forbidden"),
    };
    from.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes()).await.unwrap();
    if let Some(to) = to {
        let mut to = TcpStream::connect(to).await.unwrap();
        // Either side may end it at any time.
        let _ = copy_bidirectional(&mut from, &mut to).await;
    }
}
