//! The client over TLS: which version of HTTP, how many connections, whom it trusts, and what it
//! says where it does not.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use pushdeck::api::{Client, Connection, Context, Credential, Timeouts};
use pushdeck::domain::failure::NotSent;
use pushdeck::domain::{Failure, Priority, Query};
use secrecy::SecretString;

use super::tls::{Behind, Tls, authority, file};

/// Long enough never to matter on a slow machine.
const PATIENT: Timeouts = Timeouts { connect: Duration::from_mins(1), total: Duration::from_mins(1) };

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn client(url: &str, ca_file: Option<PathBuf>) -> Result<Client, Failure> {
    let connection = Connection {
        base_url: url.to_owned(),
        sdkappid: 1_400_000_001,
        identifier: "administrator".to_owned(),
        credential: Credential::Key(SecretString::from("5up3rs3cr3t")),
        ca_file,
    };
    Client::new(&connection, PATIENT, Context::new(now, || 7))
}

fn query() -> Query {
    Query::around(now(), 50)
}

/// Why a list cannot be had over TLS.
async fn refusal(url: &str, ca_file: Option<PathBuf>) -> (Option<NotSent>, String) {
    let failure = match client(url, ca_file) {
        Ok(client) => client.list(&query(), Priority::Page).await.unwrap_err(),
        Err(failure) => failure,
    };
    let words = failure.words();
    let all = format!("{}; {}", words.what, words.next);
    assert!(!all.contains("usersig") && !all.contains("://localhost"), "{all}");
    let reason = if let Failure::NotSent { reason, .. } = failure { Some(reason) } else { None };
    (reason, all)
}

#[tokio::test]
async fn http_2_is_agreed_on_over_tls_and_one_connection_carries_all_calls() {
    let server = Tls::start("server", Behind::EmptyList).await;
    let client = client(&server.url(), Some(authority())).unwrap();
    for _ in 0..4 {
        assert_eq!(client.list(&query(), Priority::Page).await.unwrap().total, 0);
    }
    assert_eq!(server.agreed(), ["h2"]);
}

#[tokio::test]
async fn a_server_that_is_older_than_http_2_is_spoken_to_over_one_kept_connection_too() {
    let server = Tls::start("server", Behind::OldEmptyList).await;
    let client = client(&server.url(), Some(authority())).unwrap();
    for _ in 0..4 {
        assert_eq!(client.list(&query(), Priority::Page).await.unwrap().total, 0);
    }
    assert_eq!(server.agreed(), ["http/1.1"]);
}

#[tokio::test]
async fn an_authority_that_nobody_named_is_not_trusted_and_the_way_out_is_said() {
    let server = Tls::start("server", Behind::EmptyList).await;
    // The authority of another house is no help.
    for ca_file in [Some(file("expired.pem")), None] {
        let (reason, words) = refusal(&server.url(), ca_file.clone()).await;
        if ca_file.is_none() && words.contains("no CA store") {
            // This machine has none, which is what the next test is about.
            continue;
        }
        assert_eq!(reason, Some(NotSent::Untrusted), "{words}");
        assert!(words.starts_with("the service's certificate is not trusted here ("), "{words}");
        assert!(words.contains("ca_file"), "{words}");
    }
    assert!(server.agreed().is_empty());
}

#[tokio::test]
async fn a_certificate_for_another_name_names_both() {
    let server = Tls::start("elsewhere", Behind::EmptyList).await;
    let (reason, words) = refusal(&server.url(), Some(authority())).await;
    assert_eq!(reason, Some(NotSent::WrongName), "{words}");
    assert!(words.contains("(asked for localhost, it is for elsewhere.test)"), "{words}");
    assert!(words.contains("check the host in the endpoint"), "{words}");
}

#[tokio::test]
async fn an_expired_certificate_says_since_when_and_asks_for_a_look_at_the_clock() {
    let server = Tls::start("expired", Behind::EmptyList).await;
    let (reason, words) = refusal(&server.url(), Some(authority())).await;
    assert_eq!(reason, Some(NotSent::OutOfDate), "{words}");
    assert!(words.contains("(it expired at 2021-01-01 00:00:00 UTC)"), "{words}");
    assert!(words.contains("check this machine's clock"), "{words}");
}

#[tokio::test]
async fn a_ca_file_that_cannot_be_used_is_named_before_anything_is_sent() {
    let server = Tls::start("server", Behind::EmptyList).await;
    let (reason, words) = refusal(&server.url(), Some(file("server.key"))).await;
    assert_eq!(reason, None);
    let name = file("server.key");
    let start = format!("ca_file {} holds a private key and no certificate", name.display());
    assert!(words.starts_with(&start), "{words}");
    assert!(server.agreed().is_empty());
}
