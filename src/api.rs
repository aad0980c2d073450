//! HTTP: one async method for each of the five calls.
//!
//! The only floor that talks to the service. Every attempt passes the [`budget`], is judged by the
//! one table in [`retry`], and is signed by [`signer`]. No URL, signature or key leaves here in an
//! error, a record or a `Debug` (I8).

pub mod budget;
mod ca;
pub mod client;
mod fault;
pub mod probe;
pub mod proxy;
pub mod retry;
#[cfg(test)]
pub(crate) mod rogue;
mod scrub;
pub mod signer;

pub use client::{Client, Connection, Event, Outside, Timeouts};
pub use signer::Credential;
