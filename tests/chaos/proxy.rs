//! The proxy between an operator and the service: it can be closed, so that connections are refused.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) struct Proxy {
    address: SocketAddr,
    target: SocketAddr,
    runtime: Handle,
    /// Keeps the port while nobody listens, so that a connection is refused and not somebody else's.
    _holder: TcpSocket,
    open: Option<(JoinHandle<()>, watch::Sender<()>)>,
}

impl Proxy {
    pub(crate) fn to(target: SocketAddr, runtime: &Handle) -> Self {
        let holder = socket(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let address = holder.local_addr().unwrap();
        let mut proxy = Self { address, target, runtime: runtime.clone(), _holder: holder, open: None };
        proxy.open();
        proxy
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on connections are taken.
    pub(crate) fn open(&mut self) {
        let _inside = self.runtime.enter();
        let listener = socket(self.address).listen(128).unwrap();
        let (cut, is_cut) = watch::channel(());
        let accepting = self.runtime.spawn(accept(listener, self.target, is_cut));
        self.open = Some((accepting, cut));
    }

    /// Connections that stand are cut, and from now on every new one is refused.
    pub(crate) fn close(&mut self) {
        let Some((accepting, cut)) = self.open.take() else { return };
        accepting.abort();
        // It was told to stop, so this is no panic of its own.
        let _ = self.runtime.block_on(accepting);
        drop(cut);
    }
}

fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseport(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

async fn accept(listener: TcpListener, target: SocketAddr, is_cut: watch::Receiver<()>) {
    loop {
        if let Ok((from, _)) = listener.accept().await {
            tokio::spawn(carry(from, target, is_cut.clone()));
        }
    }
}

async fn carry(mut from: TcpStream, target: SocketAddr, mut is_cut: watch::Receiver<()>) {
    let Ok(mut to) = TcpStream::connect(target).await else { return };
    tokio::select! {
        // Either side may end it at any time.
        _ = copy_bidirectional(&mut from, &mut to) => {}
        _ = is_cut.changed() => {}
    }
}
