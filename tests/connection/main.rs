//! The way to the service, with everything real: TLS, HTTP/2, proxies, and the commands that look
//! into it, `pushdeck doctor` and `pushdeck usersig`.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail by panicking")]

mod tls;
mod transport;
