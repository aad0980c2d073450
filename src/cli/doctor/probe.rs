//! What `pushdeck doctor` asks of network and disk. Each probe gives what it found and judges nothing.
//!
//! Nothing here waits longer than the client itself would.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio::net::TcpStream;

use crate::api::probe::{self, Hello};
use crate::api::{Client, Connection, Context, Timeouts};
use crate::config::{Env, paths};
use crate::domain::catalog::INVALID_REQUEST;
use crate::domain::failure::NotSent;
use crate::domain::{Failure, Priority, Query};
use crate::store::{self, Opened, Store};

/// Shorter ranges to try then, in days.
const SHORTER: [i64; 2] = [7, 1];

/// The variables that may name a proxy.
pub(super) const PROXY_VARIABLES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The addresses of a host, as the system's resolver knows them.
pub(super) async fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
    let limit = Timeouts::default().connect;
    let none = |detail: String| Failure::NotSent { reason: NotSent::Dns, detail };
    let found = tokio::time::timeout(limit, tokio::net::lookup_host((host, port))).await;
    let found = found.map_err(|_| none(format!("no answer within {} s", limit.as_secs())))?;
    let found: Vec<SocketAddr> = found.map_err(|err| none(err.to_string()))?.collect();
    if found.is_empty() { Err(none("the answer is empty".to_owned())) } else { Ok(found) }
}

/// The first of the addresses that takes a connection, and how long that took.
pub(super) async fn connect(addresses: &[SocketAddr]) -> Result<(SocketAddr, Duration), Failure> {
    let limit = Timeouts::default().connect;
    let began = Instant::now();
    let trying = async {
        let mut last = None;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(_) => return Ok(*address),
                Err(err) => last = Some(format!("{address}: {err}")),
            }
        }
        Err(Failure::NotSent { reason: NotSent::Refused, detail: last.unwrap_or_default() })
    };
    let late = || Failure::NotSent {
        reason: NotSent::ConnectTimeout,
        detail: format!("none within {} s", limit.as_secs()),
    };
    let address = tokio::time::timeout(limit, trying).await.map_err(|_| late())??;
    Ok((address, began.elapsed()))
}

/// Whether anybody answers, without a signature in the question.
pub(super) async fn hello(base: &str, ca_file: Option<&Path>, context: &Context) -> Result<Hello, Failure> {
    probe::hello(base, ca_file, Timeouts::default(), context).await
}

/// What a real list call has shown.
pub(super) struct ListFindings {
    /// How many tasks there are.
    pub(super) total: u64,
    /// Within how many days around the present, where the service refuses the range that the table starts
    /// with.
    pub(super) days: Option<i64>,
}

/// A real list call, of the range that the table starts with or of a shorter one where the service takes
/// no longer.
pub(super) async fn list(connection: &Connection, context: &Context) -> Result<ListFindings, Failure> {
    let client = Client::new(connection, Timeouts::default(), context.clone())?;
    let now = client.service_now();
    let query = Query::around(now, 1);
    let first =
        client.list(&query, Priority::Page).await.map(|page| ListFindings { total: page.total, days: None });
    if first.as_ref().err().and_then(Failure::code) != Some(INVALID_REQUEST) {
        return first;
    }
    for days in SHORTER {
        let range = query.range.shortened(TimeDelta::days(days), now);
        if let Ok(page) = client.list(&Query { range, ..query.clone() }, Priority::Page).await {
            return Ok(ListFindings { total: page.total, days: Some(days) });
        }
    }
    first
}

/// What was found of the state directory: that it can be used, and what in it was open to others until
/// now; or why it cannot be used.
pub(super) type StateDirectory = Result<Vec<Opened>, String>;

/// The state directory, and whether a file can be made in it. It is made where it is not there yet, and
/// closed to others, as the dashboard would; `None` without a home directory.
pub(super) fn state_directory(env: &Env) -> Option<(PathBuf, StateDirectory)> {
    let folder = paths::state_dir(env)?;
    let tried = Store::open(&folder.join(store::FILE)).map(|store| store.opened().to_vec());
    // What is wrong with the database is the journal's line; here only whether its place can be used.
    let trial = folder.join(format!(".doctor-{}", std::process::id()));
    let written = fs::write(&trial, b"").and_then(|()| fs::remove_file(&trial));
    let result = match (written, tried) {
        (Ok(()), tried) => Ok(tried.unwrap_or_default()),
        (Err(_), Err(err)) => Err(err.to_string()),
        (Err(err), Ok(_)) => Err(err.to_string()),
    };
    Some((folder, result))
}

/// How many writes of this profile are open in the journal.
pub(super) fn journal(folder: &Path, key: Option<&str>) -> Result<usize, String> {
    let store = Store::open(&folder.join(store::FILE)).map_err(|err| err.to_string())?;
    let open = store.open_intents(key.unwrap_or_default()).map_err(|err| err.to_string())?;
    Ok(open.len())
}
