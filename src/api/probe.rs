//! One question to the service that proves nothing about the caller and needs no signature: does
//! anybody answer there, how, and what time is it there?
//!
//! For `pushdeck doctor`. It sends no secret, and what it learns says nothing of app or key.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::time::Instant;

use super::client::Context;
use super::fault::{self, Transport};
use super::http::{self, Timeouts};
use crate::domain::wire::Command;
use crate::domain::{Failure, call};

/// How somebody answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Hello {
    /// `HTTP/2.0`, as the library writes it.
    pub version: String,
    /// The HTTP status; the service itself answers 200 to everything.
    pub status: u16,
    /// The `Date` header minus this machine's clock.
    pub skew: Option<TimeDelta>,
    /// From the first byte of the connection to the head of the answer.
    pub took: Duration,
}

/// Asks an address, with nothing in the question that could be refused but the question itself.
///
/// # Errors
/// Why nobody answered.
pub async fn hello(
    base_url: &str,
    ca_file: Option<&Path>,
    timeouts: Timeouts,
    context: &Context,
) -> Result<Hello, Failure> {
    let base = http::base_of(base_url)?;
    let client = http::http_client(&base, ca_file, timeouts)?;
    let (sent, began) = (context.now(), Instant::now());
    let asked = client.post(http::endpoint(&base, Command::List)).json(&json!({})).send().await;
    let took = began.elapsed();
    let answer =
        asked.map_err(|error| fault::of_send(&error.without_url(), timeouts.total, &Transport::to(&base)))?;
    let date = http::date_of(&answer);
    Ok(Hello {
        version: format!("{:?}", answer.version()),
        status: answer.status().as_u16(),
        skew: date.map(|date: DateTime<Utc>| call::skew(date, sent, took)),
        took,
    })
}
