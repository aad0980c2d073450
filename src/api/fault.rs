//! reqwest's errors as ours: whether the request left this machine decides what may be done next.
//!
//! In doubt a request counts as sent. The library prints URLs, and pages of gateways quote them, so
//! words are taken from the causes only and are scrubbed of everything that looks like a signature.

use std::borrow::Cow;
use std::error::Error;
use std::io;
use std::time::Duration;

use chrono::DateTime;
use reqwest::Url;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;
use serde_json::Value;

use super::proxy::{self, Proxy};
use super::scrub::Scrubber;
use crate::domain::failure::NotSent;
use crate::domain::wire::{Answer, ListedRow, time_out};
use crate::domain::{Failure, JsonObject};

/// No words of a library need more room than this.
const MOST_WORDS: usize = 200;

/// What is shown in the place of a signature.
pub(super) const SIGNATURE: &str = "[signature]";

/// What is shown in the place of a secret key.
pub(super) const KEY: &str = "[secret key]";

/// Certificates of great services have hundreds of names.
const MOST_NAMES: usize = 5;

/// How a request was to go.
pub(super) struct Transport {
    is_https: bool,
    proxy: Option<Proxy>,
}

impl Transport {
    /// The transport to this address, as the system says now.
    pub(super) fn to(base: &Url) -> Self {
        Self { is_https: base.scheme() == "https", proxy: proxy::of(base.as_str()) }
    }
}

/// What a failed `send` means. `total` is the time-out that was set.
pub(super) fn of_send(error: &reqwest::Error, total: Duration, transport: &Transport) -> Failure {
    let causes = causes(error);
    let detail = words(&causes);
    if error.is_connect() {
        return no_connection(error, &causes, detail, transport);
    }
    if error.is_timeout() {
        return Failure::TimedOut { after: total };
    }
    if error.is_builder() {
        return Failure::Local { detail: format!("the request could not be made: {detail}") };
    }
    Failure::Cut { detail }
}

/// What a failed read of the body means.
pub(super) fn of_body(error: &reqwest::Error, total: Duration) -> Failure {
    if error.is_timeout() {
        return Failure::TimedOut { after: total };
    }
    Failure::Cut { detail: words(&causes(error)) }
}

/// Why there is no client at all.
pub(super) fn of_build(error: &reqwest::Error) -> Failure {
    let why = words(&causes(error));
    // The library has no type for it.
    let detail = if why.contains("No CA certificates were loaded") {
        "this machine has no CA store, so no certificate can be checked; install one, such as the package \
         ca-certificates, or name a PEM file with ca_file in the profile"
            .to_owned()
    } else {
        format!("the HTTP client could not be set up: {why}")
    };
    Failure::Local { detail }
}

fn no_connection(
    error: &reqwest::Error,
    causes: &[&(dyn Error + 'static)],
    detail: String,
    transport: &Transport,
) -> Failure {
    let tls = causes.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>());
    // The type is not public under this library's name; its words begin so in every case.
    let tunnel = causes.iter().map(ToString::to_string).find(|words| words.starts_with("tunnel error"));
    let (reason, detail) = if let Some(tunnel) = tunnel {
        (why_no_tunnel(&tunnel), detail)
    } else if error.is_dns() {
        (NotSent::Dns, detail)
    } else if let Some(rustls::Error::InvalidCertificate(fault)) = tls {
        of_certificate(fault)
    } else if tls.is_some() {
        (NotSent::Tls, detail)
    } else if error.is_timeout() {
        (NotSent::ConnectTimeout, detail)
    } else if transport.is_https && !is_of_tcp(causes) {
        // A connection that broke while it was made secure has no kind of its own.
        (NotSent::Tls, detail)
    } else {
        (NotSent::Refused, detail)
    };
    match &transport.proxy {
        None => Failure::NotSent { reason, detail },
        Some(proxy) => by_proxy(reason, proxy, detail, transport.is_https),
    }
}

/// What was met on a transport through a proxy. Without TLS there is no tunnel, and every connection is one
/// to the proxy.
fn by_proxy(reason: NotSent, proxy: &Proxy, detail: String, is_https: bool) -> Failure {
    let is_of_proxy = !is_https && matches!(reason, NotSent::Dns | NotSent::Refused);
    let reason = if is_of_proxy { NotSent::ProxyGone } else { reason };
    let detail = match reason {
        NotSent::Proxy | NotSent::ProxyLogin | NotSent::ProxyGone if !proxy.is_spoken() => {
            format!("{proxy}: {} proxies are not supported", proxy.scheme)
        }
        NotSent::Proxy | NotSent::ProxyLogin | NotSent::ProxyGone => format!("{proxy}: {detail}"),
        NotSent::Dns
        | NotSent::Refused
        | NotSent::ConnectTimeout
        | NotSent::Tls
        | NotSent::Untrusted
        | NotSent::WrongName
        | NotSent::OutOfDate
        | NotSent::Withdrawn => format!("by the proxy {proxy}: {detail}"),
    };
    Failure::NotSent { reason, detail }
}

fn why_no_tunnel(words: &str) -> NotSent {
    if words.contains("authorization required") {
        NotSent::ProxyLogin
    } else if words.contains("failed to create underlying connection") {
        NotSent::ProxyGone
    } else {
        NotSent::Proxy
    }
}

/// What is wrong with a certificate, in few words and without numbers that nobody reads.
fn of_certificate(fault: &CertificateError) -> (NotSent, String) {
    let day = |time: &UnixTime| {
        let at = i64::try_from(time.as_secs()).ok().and_then(|at| DateTime::from_timestamp(at, 0));
        at.map(|at| format!("{} UTC", time_out(at))).unwrap_or_default()
    };
    if let CertificateError::ExpiredContext { not_after, .. } = fault {
        return (NotSent::OutOfDate, format!("it expired at {}", day(not_after)));
    }
    if let CertificateError::NotValidYetContext { not_before, .. } = fault {
        return (NotSent::OutOfDate, format!("it begins at {}", day(not_before)));
    }
    if let CertificateError::NotValidForNameContext { expected, presented } = fault {
        // `DnsName("host")` and the like.
        let names: Vec<&str> = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name)).collect();
        let names: Vec<&str> = names.into_iter().take(MOST_NAMES).collect();
        let asked = expected.to_str();
        return (NotSent::WrongName, format!("asked for {asked}, it is for {}", names.join(", ")));
    }
    // The kinds without a date or names come from other checkers; the rest is about whom to trust.
    let reason = if matches!(fault, CertificateError::Expired | CertificateError::NotValidYet) {
        NotSent::OutOfDate
    } else if matches!(fault, CertificateError::NotValidForName) {
        NotSent::WrongName
    } else {
        NotSent::Untrusted
    };
    let detail = if matches!(fault, CertificateError::UnknownIssuer) {
        "no CA that this machine trusts has signed it".to_owned()
    } else {
        fault.to_string()
    };
    (reason, detail)
}

fn is_of_tcp(causes: &[&(dyn Error + 'static)]) -> bool {
    causes.iter().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|io| {
        matches!(
            io.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::NetworkDown
                | io::ErrorKind::AddrNotAvailable
                | io::ErrorKind::PermissionDenied
        )
    })
}

/// Everything below the error itself, the nearest first. An `io::Error` hides what it wraps from
/// `source`, so it is asked directly.
fn causes(error: &reqwest::Error) -> Vec<&(dyn Error + 'static)> {
    let mut list = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        list.push(cause);
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| cause.source());
    }
    list
}

/// The words of the deepest cause: "Connection refused", not "error sending request for url (…)".
fn words(causes: &[&(dyn Error + 'static)]) -> String {
    let deepest = causes.iter().rev().find(|cause| !cause.is::<reqwest::Error>());
    let text = deepest.map(ToString::to_string).unwrap_or_default();
    // Belt and braces: no cause is known to hold a URL.
    if text.contains("://") || text.contains("usersig") {
        return "the library's words held a URL and were dropped".to_owned();
    }
    text.chars().take(MOST_WORDS).collect()
}

/// An answer or a failure without anything of the secrets: gateways and services quote what they were
/// asked, and not always to the letter.
pub(super) fn scrub(result: Result<Answer, Failure>, secrets: &Scrubber) -> Result<Answer, Failure> {
    match result {
        Ok(mut answer) => {
            // What is known already went through here when it was new. A secret that was made since then cannot
            // stand in it.
            let rows = answer.rows.iter_mut().filter_map(ListedRow::new_object);
            answer.task_info.iter_mut().chain(rows).for_each(|task| scrub_object(task, secrets));
            Ok(answer)
        }
        Err(failure) => Err(scrub_failure(failure, secrets)),
    }
}

fn scrub_failure(failure: Failure, secrets: &Scrubber) -> Failure {
    let clean = |text: String| scrub_text(&text, secrets);
    match failure {
        Failure::Unreadable { status, detail } => Failure::Unreadable { status, detail: clean(detail) },
        Failure::Refused { code, info, invalid_accounts } => {
            let invalid_accounts = invalid_accounts.into_iter().map(clean).collect();
            Failure::Refused { code, info: clean(info), invalid_accounts }
        }
        Failure::Cut { detail } => Failure::Cut { detail: clean(detail) },
        Failure::NotSent { reason, detail } => Failure::NotSent { reason, detail: clean(detail) },
        Failure::Local { detail } => Failure::Local { detail: clean(detail) },
        Failure::TimedOut { after } => Failure::TimedOut { after },
    }
}

/// The same for any text about a call.
pub(super) fn scrub_text(text: &str, secrets: &Scrubber) -> String {
    let text = secrets.text(text);
    match text.to_ascii_lowercase().find("usersig=") {
        // Whatever follows is the signature or is not worth the risk.
        Some(at) => text.get(..at).map(|kept| format!("{kept}{SIGNATURE}")).unwrap_or_default(),
        None => text.into_owned(),
    }
}

/// Of what a task says only the secrets themselves go: it is written back as it is (W7).
fn scrub_object(object: &mut JsonObject, secrets: &Scrubber) {
    object.values_mut().for_each(|value| scrub_value(value, secrets));
    if object.keys().any(|name| matches!(secrets.text(name), Cow::Owned(_))) {
        let old = std::mem::take(object);
        object.extend(old.into_iter().map(|(name, value)| (secrets.text(&name).into_owned(), value)));
    }
}

fn scrub_value(value: &mut Value, secrets: &Scrubber) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(clean) = secrets.text(text) {
                *text = clean;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| scrub_value(value, secrets)),
        Value::Object(object) => scrub_object(object, secrets),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::wire::{KnownRows, read_answer};

    fn secrets(sig: &str) -> Scrubber {
        Scrubber::new([(sig, SIGNATURE), ("0123456789abcdef0123456789abcdef", KEY)])
    }

    fn scrubbed(sig: &str, text: &str) -> String {
        let failure = Failure::Unreadable { status: 404, detail: text.to_owned() };
        format!("{:?}", scrub(Err(failure), &secrets(sig)).unwrap_err())
    }

    #[test]
    fn a_quoted_url_loses_its_signature_wherever_it_is_cut() {
        for text in [
            "Cannot POST /v4/x?identifier=a&usersig=eJw*abc-def_&random=1",
            "Cannot POST /v4/x?UserSig=eJw*a",
            "the value eJw%2Aabc-def_ is wrong",
            "eJw*abc-def_",
        ] {
            let shown = scrubbed("eJw*abc-def_", text);
            assert!(!shown.contains("eJw"), "{shown}");
            assert!(shown.contains("[signature]"), "{shown}");
        }
        assert!(scrubbed("eJw*abc-def_", "bad gateway").contains("bad gateway"));
    }

    #[test]
    fn a_signature_that_is_quoted_inexactly_is_lost_in_every_kind_of_failure() {
        let sig = "eJwtzLEKwjAUheFXKVlF0hubNBQcREHEdlEL3SrJTb1oJTRVCsV3t9Ye";
        let cut = sig.get(1..sig.len() - 1).unwrap();
        let split = cut.replace("FXKV", "FX KV").replace("SrJT", "Sr\\nJT");
        for text in [cut.to_owned(), split.clone(), format!("key 01234567 89abcdef {split}")] {
            for failure in [
                Failure::Unreadable { status: 502, detail: text.clone() },
                Failure::Refused { code: 70003, info: text.clone(), invalid_accounts: vec![text.clone()] },
                Failure::Cut { detail: text.clone() },
                Failure::NotSent { reason: NotSent::Tls, detail: text.clone() },
                Failure::Local { detail: text.clone() },
            ] {
                let shown = format!("{:?}", scrub(Err(failure), &secrets(sig)).unwrap_err());
                assert!(shown.contains("[signature]"), "{shown}");
                let plain: String = shown.chars().filter(char::is_ascii_alphanumeric).collect();
                let told = sig.as_bytes().windows(16).any(|run| plain.contains(str::from_utf8(run).unwrap()));
                assert!(!told && !shown.contains("89abcdef"), "{shown}");
            }
        }
    }

    #[test]
    fn a_good_answer_loses_it_too_and_nothing_else() {
        let sig = "eJwtzLEKwjAUheFXKVlF0hubNBQcREHEdlEL3SrJTb1oJTRVCsV3t9Ye";
        let Value::Object(task) = json!({
            "Title": "see ?usersig=x",
            "Ext": sig.replace('U', "U "),
            "TaskID": 12_345_678_901_234_567_890_u64,
            sig: [null, true, 1.50],
        }) else {
            panic!()
        };
        let body = json!({ "ErrorCode": 0, "TaskInfo": task, "Tasks": [task, task] }).to_string();
        let answer = read_answer(200, body.as_bytes(), 2, &KnownRows::default()).unwrap();
        let expected = json!({
            "Title": "see ?usersig=x",
            "Ext": "[signature]",
            "TaskID": 12_345_678_901_234_567_890_u64,
            "[signature]": [null, true, 1.50],
        });
        let mut clean = scrub(Ok(answer.clone()), &secrets(sig)).unwrap();
        let tasks: Vec<_> =
            clean.rows.iter_mut().filter_map(ListedRow::new_object).chain(&mut clean.task_info).collect();
        assert_eq!(tasks.len(), 3);
        for task in tasks {
            assert_eq!(Value::Object(task.clone()).to_string(), expected.to_string());
        }
        let other = scrub(Ok(answer.clone()), &secrets("eJwKlM0nopQrStUvWxYz1234567890")).unwrap();
        assert_eq!(other, answer);
    }
}
