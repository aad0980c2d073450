//! `endpoint`: what may stand there, and why not the rest.
//!
//! A faulty address is never repeated: it may hold a password or a signature.

use std::net::IpAddr;

use super::redact;
use crate::domain::profile::REGIONS;

/// Refuses to call a data center of the service a sandbox.
pub(super) const REAL_SANDBOX: &str = "this is the real service, but environment is \"sandbox\", where nothing leaves \
                            this machine; write environment = \"test\" or \"prod\"";

/// A base URL in its short form, or what is wrong with it.
pub(super) fn read(given: &str, allow_http: bool, sandbox: bool) -> Result<String, &'static str> {
    let has_scheme = given.contains("://");
    let url = reqwest::Url::parse(given).ok().filter(|_| has_scheme);
    let Some(url) = url else {
        return Err(if has_scheme {
            "\"endpoint\" is no address; write it like \"https://host\" or \"http://127.0.0.1:8080\""
        } else {
            "\"endpoint\" has no scheme; write it like \"https://host\" or \"http://127.0.0.1:8080\""
        });
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err("\"endpoint\" must begin with https:// or http://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("\"endpoint\" must not hold a user name or a password; write scheme, host and port only");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(
            "\"endpoint\" must end after the host and port: the program adds path and query; write it \
                    like \"https://host\" or \"http://127.0.0.1:8080\"",
        );
    }
    let host = url.host_str().unwrap_or("");
    if redact::looks_like_key(host) {
        return Err(
            "\"endpoint\" must be an address, but this looks like a key itself; write it like \"https://host\"",
        );
    }
    let loopback = is_loopback(host);
    if url.scheme() == "http" && !loopback && !allow_http {
        return Err("\"endpoint\" is plain http to another machine, where anybody in between can read the \
                    signature; write https://, or allow_http = true if you mean it");
    }
    if sandbox && REGIONS.iter().any(|region| region.domain == host) {
        return Err(REAL_SANDBOX);
    }
    Ok(url.origin().ascii_serialization())
}

/// Whether a host, as it stands in a URL, is this machine.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_address_comes_out_in_its_short_form() {
        for (given, short) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://localhost:80", "http://localhost"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("HTTPS://Im.Example:443", "https://im.example"),
        ] {
            assert_eq!(read(given, false, true).as_deref(), Ok(short), "{given}");
        }
        assert_eq!(read("http://10.0.0.5:80", true, false).as_deref(), Ok("http://10.0.0.5"));
    }

    #[test]
    fn a_bad_address_says_what_to_write() {
        for (given, words) in [
            ("127.0.0.1:8080", "has no scheme; write it like"),
            ("localhost:8080", "has no scheme; write it like"),
            ("im.example", "has no scheme; write it like"),
            ("http://", "is no address; write it like"),
            ("http://[::1", "is no address; write it like"),
            ("https://host:99999", "is no address; write it like"),
            ("ftp://im.example", "must begin with https:// or http://"),
            ("https://im.example/v4/timpush", "must end after the host and port"),
            ("https://im.example/?usersig=x", "must end after the host and port"),
            ("https://im.example/#a", "must end after the host and port"),
            ("https://op:pw@im.example", "must not hold a user name or a password"),
            ("http://im.example", "is plain http to another machine"),
            ("http://0.0.0.0:80", "is plain http to another machine"),
            ("https://5bd2850fff3ecb11d7c805251c51ee463a25727b", "looks like a key itself"),
        ] {
            let found = read(given, false, false).unwrap_err();
            assert!(found.contains(words), "{given}: {found}");
        }
    }
}
