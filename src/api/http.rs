//! The HTTP library, set up for one address, and what is read of an answer before it is known what it says.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Url;

use super::{ca, fault, proxy};
use crate::domain::Failure;
use crate::domain::wire::Command;

/// No honest answer is larger: 100 tasks of 10 KB make one megabyte, 500 accounts each another two.
pub(super) const MOST_BODY: usize = 4 * 1024 * 1024;

/// How long a call is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Name, connection and TLS together.
    pub connect: Duration,
    /// All of it, to the last byte of the answer. The service gives up after 3 s.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(10) }
    }
}

/// The base URL, if it is one to which a path can be added.
pub(super) fn base_of(text: &str) -> Result<Url, Failure> {
    let wrong = |why: &str| Failure::Local { detail: format!("the endpoint is not a usable address: {why}") };
    let url = Url::parse(text.trim()).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it must not hold a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it must end before any ? or #"));
    }
    Ok(url)
}

pub(super) fn endpoint(base: &Url, command: Command) -> Url {
    let mut url = base.clone();
    // Only a URL without a host refuses, and `base_of` let none through.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["v4", "timpush", command.name()]);
    }
    url
}

/// The HTTP library, set up for this address. Reads the authorities to trust from the disk.
pub(super) fn http_client(
    base: &Url,
    ca_file: Option<&Path>,
    timeouts: Timeouts,
) -> Result<reqwest::Client, Failure> {
    install_crypto();
    let authorities = ca_file.map(ca::read).transpose()?.unwrap_or_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("pushdeck/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total)
        // Shorter than what servers keep, so that a call seldom meets a connection just closed.
        .pool_idle_timeout(Duration::from_secs(20))
        // Without it a dead HTTP/2 connection stays in use, and every call on it waits in vain.
        .http2_keep_alive_interval(Duration::from_secs(5))
        .http2_keep_alive_timeout(timeouts.connect)
        // The signature is in the URL and must go nowhere else.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never());
    if base.scheme() == "http" {
        // Otherwise a machine without a CA store could not even reach the sandbox.
        builder = builder.tls_certs_only(Vec::new());
    } else {
        builder = builder.tls_certs_merge(authorities);
    }
    if proxy::is_loopback(base) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| fault::of_build(&error.without_url()))
}

/// Makes ring the process's cryptography, if none was chosen before.
fn install_crypto() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error says that another thread was faster, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// The service's clock, as its answer shows it.
pub(super) fn date_of(response: &reqwest::Response) -> Option<DateTime<Utc>> {
    let date = response.headers().get(reqwest::header::DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(date).ok().map(|at| at.to_utc())
}

/// The body of an answer; `came` counts what came of it, also when it does not come whole.
pub(super) async fn read_body(
    mut response: reqwest::Response,
    total: Duration,
    came: &mut u64,
) -> Result<Vec<u8>, Failure> {
    let status = response.status().as_u16();
    if response.content_length().is_some_and(|promised| promised > MOST_BODY as u64) {
        return Err(Failure::too_large(status));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| fault::of_body(&e.without_url(), total))? {
        *came += chunk.len() as u64;
        if body.len() + chunk.len() > MOST_BODY {
            return Err(Failure::too_large(status));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
