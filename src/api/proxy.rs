//! Which proxy a call goes through: what the system says, read by the very rules by which the HTTP
//! library reads it.
//!
//! A proxy is shown by scheme, host and port; its user name and password never leave here.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

/// A proxy, without the credentials for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// `http`, `https` or a kind of `socks`.
    pub scheme: String,
    /// Its host name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl Proxy {
    /// Whether calls can go through it: SOCKS is not spoken here.
    pub fn is_spoken(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "https")
    }
}

/// The proxy for this address, by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` or what the
/// system has in their place. Never one for this machine itself.
pub fn of(base_url: &str) -> Option<Proxy> {
    let base = Url::parse(base_url.trim()).ok()?;
    between(&base, &Matcher::from_system())
}

fn between(base: &Url, matcher: &Matcher) -> Option<Proxy> {
    if is_loopback(base) {
        return None;
    }
    let destination: Uri = base.as_str().parse().ok()?;
    let proxy = matcher.intercept(&destination)?;
    let uri = proxy.uri();
    let scheme = uri.scheme_str().unwrap_or("http").to_owned();
    let usual = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => 1080,
    };
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').to_owned();
    Some(Proxy { host, port: uri.port_u16().unwrap_or(usual), scheme })
}

/// Whether an address is this machine.
pub(super) fn is_loopback(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(base: &str, matcher: &Matcher) -> Option<String> {
        between(&Url::parse(base).unwrap(), matcher).map(|proxy| proxy.to_string())
    }

    #[test]
    fn a_proxy_is_shown_without_its_credentials() {
        let matcher = Matcher::builder().https("http://op:5up3r@proxy.corp:3128").build();
        let proxy = between(&Url::parse("https://im.example").unwrap(), &matcher).unwrap();
        assert_eq!(proxy.to_string(), "proxy.corp:3128");
        assert!(!format!("{proxy:?}").contains("5up3r"));
    }

    #[test]
    fn exceptions_and_this_machine_go_around_the_proxy() {
        let matcher = Matcher::builder().all("proxy.corp").no("im.example, 10.0.0.0/8").build();
        for around in ["https://im.example", "https://a.im.example", "https://10.1.2.3", "http://127.0.0.1:1"]
        {
            assert_eq!(through(around, &matcher), None, "{around}");
        }
        for around in ["https://localhost", "https://a.localhost", "https://[::1]:1"] {
            assert_eq!(through(around, &matcher), None, "{around}");
        }
        assert_eq!(through("https://push.example", &matcher), Some("proxy.corp:80".to_owned()));
        assert_eq!(through("http://11.0.0.1", &matcher), Some("proxy.corp:80".to_owned()));
    }

    #[test]
    fn a_proxy_that_is_not_spoken_to_is_known_as_such() {
        for (proxy, spoken, shown) in [
            ("socks5://proxy.corp", false, "proxy.corp:1080"),
            ("https://proxy.corp", true, "proxy.corp:443"),
            ("http://[::1]:3128", true, "[::1]:3128"),
        ] {
            let matcher = Matcher::builder().all(proxy).build();
            let found = between(&Url::parse("https://im.example").unwrap(), &matcher).unwrap();
            assert_eq!((found.is_spoken(), found.to_string().as_str()), (spoken, shown), "{proxy}");
        }
    }
}
