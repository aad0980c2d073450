//! reqwest's errors as ours: whether the request left this machine decides what may be done next.
//!
//! In doubt a request counts as sent. The library prints URLs, and pages of gateways quote them, so
//! words are taken from the causes only and are scrubbed of everything that looks like a signature.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::domain::Failure;
use crate::domain::failure::NotSent;
use crate::usersig::UserSig;

/// No words of a library need more room than this.
const MOST_WORDS: usize = 200;

/// What a failed `send` means. `total` is the time-out that was set.
pub(super) fn of_send(error: &reqwest::Error, total: Duration, is_https: bool) -> Failure {
    let causes = causes(error);
    let detail = words(&causes);
    if error.is_connect() {
        return Failure::NotSent { reason: why_no_connection(error, &causes, is_https), detail };
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
    let detail = format!(
        "no HTTP client could be made ({}); is a CA store installed, such as the package ca-certificates?",
        words(&causes(error))
    );
    Failure::Local { detail }
}

fn why_no_connection(error: &reqwest::Error, causes: &[&(dyn Error + 'static)], is_https: bool) -> NotSent {
    if error.is_dns() {
        return NotSent::Dns;
    }
    if causes.iter().any(|cause| cause.is::<rustls::Error>()) {
        return NotSent::Tls;
    }
    if error.is_timeout() {
        return NotSent::ConnectTimeout;
    }
    // The type is not public under this library's name; its words begin so in every case.
    if causes.iter().any(|cause| cause.to_string().starts_with("tunnel error")) {
        return NotSent::Proxy;
    }
    let is_of_tcp = causes.iter().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|io| {
        matches!(
            io.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::NetworkDown
                | io::ErrorKind::AddrNotAvailable
                | io::ErrorKind::PermissionDenied
        )
    });
    // A connection that broke while it was made secure has no kind of its own.
    if is_https && !is_of_tcp { NotSent::Tls } else { NotSent::Refused }
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

/// The failure without anything of the signature. A gateway's page may quote the URL it was asked
/// for, cut off at any place.
pub(super) fn scrub(failure: Failure, sig: &UserSig) -> Failure {
    let clean = |text: String| scrub_text(&text, sig.expose());
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

/// The same for any text.
pub(super) fn scrub_text(text: &str, sig: &str) -> String {
    let text = text.replace(sig, "[signature]").replace(&sig.replace('*', "%2A"), "[signature]");
    match text.to_ascii_lowercase().find("usersig=") {
        // Whatever follows is the signature or is not worth the risk.
        Some(at) => text.get(..at).map(|kept| format!("{kept}[signature]")).unwrap_or_default(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_url_loses_its_signature_wherever_it_is_cut() {
        let sig = UserSig::new("eJw*abc-def_");
        let scrubbed = |text: &str| {
            let failure = Failure::Unreadable { status: 404, detail: text.to_owned() };
            format!("{:?}", scrub(failure, &sig))
        };
        for text in [
            "Cannot POST /v4/x?identifier=a&usersig=eJw*abc-def_&random=1",
            "Cannot POST /v4/x?UserSig=eJw*a",
            "the value eJw%2Aabc-def_ is wrong",
            "eJw*abc-def_",
        ] {
            let shown = scrubbed(text);
            assert!(!shown.contains("eJw"), "{shown}");
            assert!(shown.contains("[signature]"), "{shown}");
        }
        assert!(scrubbed("bad gateway").contains("bad gateway"));
    }
}
