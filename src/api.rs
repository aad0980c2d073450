//! HTTP: one async method for each of the five calls.
//!
//! The only floor that talks to the service. Every attempt passes the `rate_limiter`, is judged by the
//! one table in [`retry`], and is signed by [`signer`]. No URL, signature or key leaves here in an
//! error, a record or a `Debug` (I8).

mod ca;
pub mod client;
mod fault;
mod http;
#[cfg(test)]
pub(crate) mod mock_server;
pub mod probe;
pub mod proxy;
mod rate_limiter;
pub mod retry;
mod scrub;
pub mod signer;

pub use crate::usersig::Credential;
pub use client::{Client, Connection, Context, Event};
pub use http::Timeouts;
