//! By which names the control interface may be called.
//!
//! A web page can make a browser call this machine under a name of its own (DNS rebinding), and then
//! it is no other origin to the browser. The `Host` tells: it is the page's name. Pure.

use std::collections::BTreeSet;
use std::net::IpAddr;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

/// Whether every name under which this request calls is one of this machine's: a loopback name or
/// address, the address that took the connection, or one of `more` (in lower case).
///
/// # Errors
/// What to do about it, in words.
pub(super) fn check(
    uri: &Uri,
    headers: &HeaderMap,
    local: Option<IpAddr>,
    more: &BTreeSet<String>,
) -> Result<(), String> {
    let named = headers.get_all(header::HOST).iter().map(|value| Authority::try_from(value.as_bytes()).ok());
    // A request to a proxy names it in its first line as well.
    let named: Vec<Option<Authority>> = named.chain(uri.authority().cloned().map(Some)).collect();
    if named.is_empty() {
        return Err("the control interface answers only requests with a Host".to_owned());
    }
    for authority in named {
        let host = authority.as_ref().and_then(|authority| host(authority.as_str()));
        let Some(host) = host else {
            return Err("the Host of this request cannot be read".to_owned());
        };
        if !is_own(&host, local) && !more.contains(&host) {
            return Err(format!(
                "the control interface does not answer to the name {host}; call it by localhost, or start the \
                 sandbox with --control-host {host}"
            ));
        }
    }
    Ok(())
}

/// The name or address in a `Host`, without its port, in lower case.
fn host(text: &str) -> Option<String> {
    let authority: Authority = text.parse().ok()?;
    let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
    // Nobody honest sends user names here.
    (!host.is_empty() && !text.contains('@')).then_some(host)
}

/// Reads a name or an address by which the control interface may be called, as
/// [`Options`](crate::sandbox::Options) hold it.
///
/// # Errors
/// What it must look like.
pub fn host_name(text: &str) -> Result<String, String> {
    let name = host(text).filter(|name| text.trim_end_matches('.').eq_ignore_ascii_case(name));
    name.ok_or_else(|| "it must be a name or an address, without a port".to_owned())
}

fn is_own(host: &str, local: Option<IpAddr>) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    match bare.parse::<IpAddr>() {
        Ok(address) => {
            let address = address.to_canonical();
            address.is_loopback() || local.is_some_and(|local| local.to_canonical() == address)
        }
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(hosts: &[&str], local: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, host.parse().unwrap());
        }
        let more = BTreeSet::from(["bench.example".to_owned(), "10.0.0.9".to_owned()]);
        let local = local.map(|text| text.parse().unwrap());
        check(&"/_sandbox/".parse().unwrap(), &headers, local, &more).is_ok()
    }

    #[test]
    fn the_names_of_this_machine_pass_with_and_without_a_port() {
        for host in [
            "localhost",
            "localhost:8400",
            "LocalHost.:1",
            "app.localhost",
            "127.0.0.1:8400",
            "127.1.2.3",
            "[::1]",
            "[::1]:8400",
            "[::ffff:127.0.0.1]:1",
            "bench.example:8400",
            "BENCH.example.",
            "10.0.0.9:1",
        ] {
            assert!(passes(&[host], None), "{host}");
        }
        assert!(passes(&["192.168.7.5:8400"], Some("192.168.7.5")), "where it listens");
        assert!(passes(&["192.168.7.5"], Some("::ffff:192.168.7.5")));
        assert!(passes(&["[fe80::1]:1"], Some("fe80::1")));
    }

    #[test]
    fn every_other_name_is_refused() {
        for host in [
            "evil.example",
            "evil.example:8400",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evillocalhost",
            "x.bench.example",
            "0.0.0.0:8400",
            "[::]:8400",
            "2130706433",
            "127.1",
            "192.168.7.6",
            "evil@localhost",
            "localhost@evil.example",
            "local host",
            "",
            ".",
            ":8400",
        ] {
            assert!(!passes(&[host], Some("192.168.7.5")), "{host}");
        }
        assert!(!passes(&[], None), "none at all");
        assert!(!passes(&["localhost", "evil.example"], None), "all of them must fit");
        let uri: Uri = "http://evil.example/_sandbox/".parse().unwrap();
        let headers = HeaderMap::from_iter([(header::HOST, "localhost".parse().unwrap())]);
        assert!(check(&uri, &headers, None, &BTreeSet::new()).is_err(), "in the first line");
    }
}
