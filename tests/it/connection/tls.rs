//! Servers that speak TLS, with the certificates of `tests/data/tls`.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A file of the tests' certificates.
pub(crate) fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls").join(name)
}

/// The authority that signed all of them.
pub(crate) fn authority() -> PathBuf {
    file("ca.pem")
}

/// A server; it lives as long as the test's runtime.
pub(crate) struct Tls {
    pub(crate) address: SocketAddr,
    /// What was agreed on for each connection that became secure: `h2`, `http/1.1` or nothing.
    agreed: Arc<Mutex<Vec<String>>>,
}

/// What is behind the TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behind {
    /// An empty list, told over HTTP/2 or HTTP/1.1, whatever the client prefers.
    EmptyList,
    /// The same by a server that is older than HTTP/2.
    OldEmptyList,
    /// A server without TLS, such as the sandbox.
    Server(SocketAddr),
}

impl Tls {
    /// Listens under `127.0.0.1` with this certificate.
    pub(crate) async fn start(certificate: &str, behind: Behind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let agreed = Arc::new(Mutex::new(Vec::new()));
        let (acceptor, notes) = (acceptor(certificate, behind), Arc::clone(&agreed));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, notes) = (acceptor.clone(), Arc::clone(&notes));
                tokio::spawn(async move {
                    // A client that does not like the certificate says so and goes.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let protocol = stream.get_ref().1.alpn_protocol().unwrap_or_default();
                        let protocol = String::from_utf8(protocol.to_vec()).unwrap();
                        notes.lock().unwrap().push(protocol.clone());
                        serve(stream, &protocol, behind).await;
                    }
                });
            }
        });
        Self { address, agreed }
    }

    /// The address under a name that the certificate has.
    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// What was agreed on for each secure connection so far.
    pub(crate) fn agreed(&self) -> Vec<String> {
        self.agreed.lock().unwrap().clone()
    }
}

fn acceptor(certificate: &str, behind: Behind) -> TlsAcceptor {
    let pem = |name: &str| std::fs::read(file(name)).unwrap();
    let chain = vec![CertificateDer::from_pem_slice(&pem(&format!("{certificate}.pem"))).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(&pem("server.key")).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
    config.alpn_protocols = match behind {
        Behind::EmptyList => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        Behind::OldEmptyList | Behind::Server(_) => vec![b"http/1.1".to_vec()],
    };
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(mut stream: TlsStream<TcpStream>, protocol: &str, behind: Behind) {
    if let Behind::Server(address) = behind {
        let mut server = TcpStream::connect(address).await.unwrap();
        // Either side may end it at any time.
        let _ = copy_bidirectional(&mut stream, &mut server).await;
        return;
    }
    let answer = service_fn(|_: Request<hyper::body::Incoming>| async {
        let body = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","Total":0,"Tasks":[]}"#;
        Ok::<_, Infallible>(Response::new(Body::from(body)))
    });
    let stream = TokioIo::new(stream);
    // An error is a client that went away, which is its right.
    if protocol == "h2" {
        let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .serve_connection(stream, answer)
            .await;
    } else {
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(stream, answer).await;
    }
}
