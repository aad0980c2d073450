//! The connection to the service, with everything real: TLS, HTTP/2, proxies, and the commands that check
//! it, `pushdeck doctor` and `pushdeck usersig`.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail by panicking")]

mod doctor;
mod program;
mod proxy;
mod through_proxy;
mod tls;
mod transport;
mod usersig;
