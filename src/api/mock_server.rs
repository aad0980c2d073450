//! A server for tests that does to a request whatever it is told, over real TCP, and remembers
//! every request it got. It shares no code with the client.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::{Connection, Credential};

pub(crate) const APP: u64 = 1_400_000_001;
pub(crate) const WHO: &str = "administrator";
pub(crate) const KEY: &str = "not a real key, only for tests";

/// What is done to one request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// The connection is closed without a word.
    Close,
    /// Something that is not HTTP.
    Garbage,
    /// A whole answer with this status, content type and body.
    Page(u16, &'static str),
    /// A good head, half of the promised body, then the end.
    HalfBody,
    /// Nothing, for as long as the client cares to wait.
    Hang,
    /// "Look over there."
    Redirect(String),
    /// A body without an end.
    Endless,
    /// "Continue", again and again, and never an answer.
    Continue,
    /// A body of this length, if anybody reads so far.
    Long(usize),
    /// A refusal with this status and `Retry-After`.
    Wait(u16, &'static str),
    /// The service's JSON.
    Json(Value),
    /// The same with a `Date` header.
    JsonAt(Value, &'static str),
    /// What the client asked for, quoted in a page, as some gateways do.
    Quote,
    /// The service's JSON, but not before the test says so.
    JsonWhen(Arc<Notify>, Value),
    /// The request is carried to a real server this many times, and the last answer comes back.
    Relay(SocketAddr, usize),
    /// The same, only that no answer comes back.
    RelayAndCut(SocketAddr, usize),
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) command: String,
    pub(crate) target: String,
    pub(crate) body: Value,
    raw: Vec<u8>,
}

impl Request {
    /// A value of the query; the test's own reading of the URL.
    pub(crate) fn query(&self, name: &str) -> String {
        let (_, query) = self.target.split_once('?').unwrap();
        let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        value.unwrap().replace("%2A", "*")
    }
}

/// The server; it lives as long as the test's runtime.
pub(crate) struct MockServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl MockServer {
    /// `act` is told which request this is, from 0.
    pub(crate) async fn start(act: impl Fn(usize, &Request) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, act) = (Arc::clone(&requests), Arc::new(act));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, act) = (Arc::clone(&seen), Arc::clone(&act));
                tokio::spawn(async move {
                    // An error is a client that went away, which is its right.
                    let _ = serve(stream, &seen, &*act).await;
                });
            }
        });
        Self { address, requests }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many requests of this command came.
    pub(crate) fn count(&self, command: &str) -> usize {
        self.requests().iter().filter(|request| request.command == command).count()
    }

    pub(crate) fn connection(&self) -> Connection {
        connection(&self.url())
    }
}

/// A connection to any address, with the tests' identity.
pub(crate) fn connection(base_url: &str) -> Connection {
    Connection {
        base_url: base_url.to_owned(),
        sdkappid: APP,
        identifier: WHO.to_owned(),
        credential: Credential::Key(SecretString::from(KEY)),
        ca_file: None,
    }
}

/// A success of the service around these fields.
pub(crate) fn ok(mut fields: Value) -> Value {
    fields["ActionStatus"] = "OK".into();
    fields["ErrorCode"] = 0.into();
    fields["ErrorInfo"] = "".into();
    fields
}

/// A refusal of the service.
pub(crate) fn fail(code: i64) -> Value {
    serde_json::json!({"ActionStatus": "FAIL", "ErrorCode": code, "ErrorInfo": "no", "TaskID": 0})
}

async fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Request>>,
    act: &(dyn Fn(usize, &Request) -> Act + Send + Sync),
) -> std::io::Result<()> {
    let request = read_request(&mut stream).await?;
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    match act(number, &request) {
        Act::Close => Ok(()),
        Act::Garbage => stream.write_all(b"\x00\x01 is this not HTTP?\r\n\r\n").await,
        Act::Page(status, body) => answer(&mut stream, status, "", body).await,
        Act::HalfBody => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"ErrorCode\":0,").await
        }
        Act::Hang => std::future::pending().await,
        Act::Redirect(to) => answer(&mut stream, 307, &format!("Location: {to}\r\n"), "").await,
        Act::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            let piece = vec![b' '; 1 << 20];
            loop {
                stream.write_all(&piece).await?;
            }
        }
        Act::Continue => {
            let piece = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
            loop {
                stream.write_all(&piece).await?;
            }
        }
        Act::Long(length) => answer(&mut stream, 200, "", &" ".repeat(length)).await,
        Act::Wait(status, after) => {
            answer(&mut stream, status, &format!("Retry-After: {after}\r\n"), "<html>later</html>").await
        }
        Act::Json(body) => answer(&mut stream, 200, "", &body.to_string()).await,
        Act::JsonAt(body, date) => {
            answer(&mut stream, 200, &format!("Date: {date}\r\n"), &body.to_string()).await
        }
        Act::JsonWhen(go, body) => {
            go.notified().await;
            answer(&mut stream, 200, "", &body.to_string()).await
        }
        Act::Relay(to, times) => {
            let said = relay(&request, to, times).await?;
            stream.write_all(&said).await
        }
        Act::RelayAndCut(to, times) => relay(&request, to, times).await.map(|_| ()),
        Act::Quote => {
            let page = format!("?{}", request.target.rsplit('&').nth(2).unwrap_or_default());
            answer(&mut stream, 404, "", &page).await
        }
    }
}

async fn relay(request: &Request, to: SocketAddr, times: usize) -> std::io::Result<Vec<u8>> {
    let mut said = Vec::new();
    for _ in 0..times {
        said.clear();
        let mut stream = TcpStream::connect(to).await?;
        let first_line = request.raw.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        stream.write_all(&request.raw[..first_line]).await?;
        stream.write_all(b"Connection: close\r\n").await?;
        stream.write_all(&request.raw[first_line..]).await?;
        stream.read_to_end(&mut said).await?;
    }
    Ok(said)
}

async fn answer(stream: &mut TcpStream, status: u16, headers: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await
}

async fn read_request(stream: &mut TcpStream) -> std::io::Result<Request> {
    let mut bytes = Vec::new();
    let head_ends = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        read_more(stream, &mut bytes).await?;
    };
    let head = String::from_utf8(bytes[..head_ends].to_vec()).unwrap();
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    while bytes.len() < head_ends + length.unwrap_or(0) {
        read_more(stream, &mut bytes).await?;
    }
    let first_line = head.lines().next().unwrap();
    assert!(first_line.starts_with("POST /v4/timpush/"), "{first_line}");
    assert!(head.to_lowercase().contains("content-type: application/json"), "{head}");
    let target = first_line.split(' ').nth(1).unwrap().to_owned();
    let path = target.split('?').next().unwrap();
    Ok(Request {
        command: path.rsplit('/').next().unwrap().to_owned(),
        body: serde_json::from_slice(&bytes[head_ends..]).unwrap(),
        target: target.clone(),
        raw: bytes,
    })
}

async fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    let mut piece = [0; 4096];
    match stream.read(&mut piece).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        read => {
            bytes.extend_from_slice(&piece[..read]);
            Ok(())
        }
    }
}
