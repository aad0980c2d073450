//! Why a call did not succeed, typed, and in words an operator can act on.
//!
//! Never holds a URL with its query, a signature or a key (I8).

use std::time::Duration;

use super::catalog::{self, Class};
use super::text;

/// The status by which a proxy asks for a login on a call without TLS.
const PROXY_LOGIN: u16 = 407;

/// What is said of an answer that is not read to its end, or not kept.
const TOO_LARGE: &str = "it is larger than 4 MiB, or would take too much memory";

/// Why a request certainly did not reach the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotSent {
    /// The host name has no address.
    Dns,
    /// Nobody listens there, or the way is blocked.
    Refused,
    /// No connection within the time-out.
    ConnectTimeout,
    /// The secure connection could not be set up: the other side speaks no TLS, or another kind.
    Tls,
    /// The service's certificate is signed by nobody whom this machine trusts.
    Untrusted,
    /// The certificate is for another name.
    WrongName,
    /// The certificate is over, or has not begun.
    OutOfDate,
    /// The proxy refused to pass it on.
    Proxy,
    /// The proxy wants a user name and a password.
    ProxyLogin,
    /// The proxy itself cannot be reached.
    ProxyGone,
    /// The program is stopping, or the question was replaced by a newer one.
    Withdrawn,
}

/// Why a call did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The request did not reach the service: sending it again repeats nothing.
    NotSent {
        /// Why.
        reason: NotSent,
        /// The library's words, without any URL.
        detail: String,
    },
    /// No whole answer within the time-out. A write may have been done.
    TimedOut {
        /// How long was waited.
        after: Duration,
    },
    /// The connection ended before a whole answer. A write may have been done.
    Cut {
        /// The library's words, without any URL.
        detail: String,
    },
    /// An answer that is not the documented JSON. A write may have been done.
    Unreadable {
        /// The HTTP status it came with.
        status: u16,
        /// What is wrong with it, and how it begins.
        detail: String,
    },
    /// The service answered with an error code.
    Refused {
        /// `ErrorCode`.
        code: i64,
        /// `ErrorInfo`.
        info: String,
        /// `InvalidUserID`, with 90108.
        invalid_accounts: Vec<String>,
    },
    /// Something on this side: no signature, no connection settings.
    Local {
        /// What and what to do.
        detail: String,
    },
}

/// What happened and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// One sentence: what happened.
    pub what: String,
    /// One sentence: what to do next.
    pub next: String,
}

impl Failure {
    /// An answer that is larger than is read, or would take more memory than is given to it.
    pub fn too_large(status: u16) -> Self {
        Self::Unreadable { status, detail: TOO_LARGE.to_owned() }
    }

    /// Whether it is [`Self::too_large`]: fewer rows at once may be read.
    pub fn is_too_large(&self) -> bool {
        matches!(self, Self::Unreadable { detail, .. } if detail == TOO_LARGE)
    }

    /// Whether, after this, a *write* may or may not have been done (W2).
    pub fn leaves_write_unknown(&self) -> bool {
        match self {
            Self::NotSent { .. } | Self::Local { .. } => false,
            Self::TimedOut { .. } | Self::Cut { .. } | Self::Unreadable { .. } => true,
            Self::Refused { code, .. } => {
                // Of an undocumented code nothing is known, so nothing may be concluded from it.
                catalog::find(*code).is_none_or(|entry| entry.class == Class::Server)
            }
        }
    }

    /// Whether the polling has to stop until somebody mends the configuration (W5).
    pub fn stops_polling(&self) -> bool {
        match self {
            Self::Refused { code: 60026, .. } => true,
            Self::Refused { code, .. } => catalog::find(*code)
                .is_some_and(|entry| matches!(entry.class, Class::Auth | Class::NotAdmin | Class::Service)),
            Self::Local { .. } => true,
            Self::NotSent { .. } | Self::TimedOut { .. } | Self::Cut { .. } | Self::Unreadable { .. } => {
                false
            }
        }
    }

    /// Whether the service has answered, and would answer the same again: asking on is of no use.
    pub fn is_answer(&self) -> bool {
        match self {
            Self::Refused { code, .. } => catalog::find(*code).is_some_and(|entry| match entry.class {
                Class::InvalidRequest | Class::InvalidAccount | Class::State => true,
                Class::RateLimit
                | Class::Quota
                | Class::Auth
                | Class::NotAdmin
                | Class::Service
                | Class::Server => false,
            }),
            Self::NotSent { .. }
            | Self::Local { .. }
            | Self::TimedOut { .. }
            | Self::Cut { .. }
            | Self::Unreadable { .. } => false,
        }
    }

    /// The code, where the service gave one.
    pub fn code(&self) -> Option<i64> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            Self::NotSent { .. }
            | Self::TimedOut { .. }
            | Self::Cut { .. }
            | Self::Unreadable { .. }
            | Self::Local { .. } => None,
        }
    }

    /// What the operator reads.
    pub fn words(&self) -> Words {
        let with = |what: &str, detail: &str, next: &str| Words {
            what: if detail.is_empty() {
                what.to_owned()
            } else {
                format!("{what} ({})", text::clean(detail))
            },
            next: next.to_owned(),
        };
        match self {
            Self::NotSent { reason, detail } => {
                let (what, next) = not_sent(*reason);
                with(what, detail, next)
            }
            Self::TimedOut { after } => Words {
                what: format!("no answer within {} s", after.as_secs()),
                next: "check the network, then ask again".to_owned(),
            },
            Self::Cut { detail } => {
                with("the connection ended before the answer was whole", detail, "ask again")
            }
            Self::Unreadable { detail, .. } if self.is_too_large() => Words {
                what: format!("the answer was not read: {detail}"),
                next: "ask for fewer rows a page (page_size in the profile)".to_owned(),
            },
            Self::Unreadable { status, detail } => Words {
                what: format!(
                    "the answer (HTTP {status}) is not the service's JSON: {}",
                    text::clean(detail)
                ),
                next: if *status == PROXY_LOGIN {
                    not_sent(NotSent::ProxyLogin).1.to_owned()
                } else {
                    "check that the endpoint is the service and not a proxy's page".to_owned()
                },
            },
            Self::Refused { code, info, invalid_accounts } => refused(*code, info, invalid_accounts),
            Self::Local { detail } => Words {
                what: text::clean(detail).into_owned(),
                next: "fix it, then reload the config".to_owned(),
            },
        }
    }
}

/// What happened and what to do next, for each way of not getting there.
fn not_sent(reason: NotSent) -> (&'static str, &'static str) {
    match reason {
        NotSent::Dns => (
            "the service's host name has no address",
            "check region or endpoint in the profile, and this machine's DNS",
        ),
        NotSent::Refused => (
            "nobody answers at the service's address",
            "check the endpoint, and whether a firewall is in the way",
        ),
        NotSent::ConnectTimeout => (
            "no connection to the service in time",
            "check the network, and whether a firewall or proxy is in the way",
        ),
        NotSent::Tls => (
            "no secure connection to the service",
            "check that the endpoint speaks https, and whether a proxy or firewall breaks TLS",
        ),
        NotSent::Untrusted => (
            "the service's certificate is not trusted here",
            "if a company proxy or a CA of your own signed it, name that CA's certificate with ca_file in the profile",
        ),
        NotSent::WrongName => (
            "the service's certificate is for another name",
            "check the host in the endpoint; if it is right, somebody else answers there: ask who runs that server",
        ),
        NotSent::OutOfDate => (
            "the service's certificate is not valid today",
            "check this machine's clock; if it is right, the certificate of that server has to be renewed",
        ),
        NotSent::Proxy => (
            "the proxy did not pass the call on",
            "check HTTPS_PROXY, and let the proxy's owner allow this host, or except it with NO_PROXY",
        ),
        NotSent::ProxyLogin => (
            "the proxy wants a user name and a password",
            "put them into HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT), or except this host with NO_PROXY",
        ),
        NotSent::ProxyGone => (
            "the proxy cannot be reached",
            "check HTTPS_PROXY in the environment, or except this host with NO_PROXY",
        ),
        NotSent::Withdrawn => ("not sent", "ask again"),
    }
}

fn refused(code: i64, info: &str, invalid_accounts: &[String]) -> Words {
    let info = text::clean(info);
    let Some(entry) = catalog::find(code) else {
        let own = if info.is_empty() { "it gives no text".into() } else { info };
        return Words {
            what: format!("the service answered {code}: {own}"),
            next: "this code is not documented; contact support with the time and the code".to_owned(),
        };
    };
    let mut what = format!("{} ({code})", entry.meaning);
    if !invalid_accounts.is_empty() {
        let names: Vec<_> = invalid_accounts.iter().map(|name| text::clean(name)).collect();
        what = format!("{what}: {}", names.join(", "));
    } else if !info.is_empty() {
        what = format!("{what}: {info}");
    }
    let mut next = entry.hint.to_owned();
    if code == 70016 || code == 60026 {
        next = format!("Is this app in that region? {next}");
    }
    Words { what, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: i64) -> Failure {
        Failure::Refused { code, info: String::new(), invalid_accounts: Vec::new() }
    }

    #[test]
    fn only_what_may_have_been_done_is_unknown() {
        for code in [60008, 90105] {
            assert!(refused(code).leaves_write_unknown(), "{code}");
        }
        for code in [60007, 70009, 90104, 90106, 90107, 90108, 90109, 90110] {
            assert!(!refused(code).leaves_write_unknown(), "{code}");
        }
        assert!(Failure::TimedOut { after: Duration::from_secs(10) }.leaves_write_unknown());
        let not_sent = Failure::NotSent { reason: NotSent::Refused, detail: String::new() };
        assert!(!not_sent.leaves_write_unknown());
    }

    #[test]
    fn an_undocumented_code_may_hide_a_write_that_was_done() {
        let odd =
            Failure::Refused { code: 12_345, info: "odd \u{1b}[2J".into(), invalid_accounts: Vec::new() };
        assert!(odd.leaves_write_unknown());
        assert_eq!(odd.words().what, "the service answered 12345: odd \u{FFFD}[2J");
    }

    #[test]
    fn invalid_accounts_are_named() {
        let failure = Failure::Refused {
            code: 90108,
            info: "some accounts are invalid".into(),
            invalid_accounts: vec!["bela".into(), "carl".into()],
        };
        let words = failure.words();
        assert!(words.what.ends_with("(90108): bela, carl"), "{}", words.what);
        assert!(words.next.starts_with("Drop or import"));
    }

    #[test]
    fn wrong_keys_regions_and_rights_stop_the_polling() {
        for code in [70001, 70003, 70009, 70016, 70050, 60010, 60026] {
            assert!(refused(code).stops_polling(), "{code}");
        }
        for code in [60007, 60008, 90104, 90105] {
            assert!(!refused(code).stops_polling(), "{code}");
        }
    }
}
