//! What was found, judged: pure functions from the finding of a probe to a line with what to do.
//!
//! No clock, no network, no environment. What came from outside is cleaned before it is a line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Url;

use super::probe::StateDirectory;
use crate::api::probe::Hello;
use crate::api::proxy::Proxy;
use crate::config::redact::{redact, shown};
use crate::config::{ConfigError, Credential, Origin, Profile, Settings};
use crate::domain::failure::NotSent;
use crate::domain::wire::time_out;
use crate::domain::{Failure, text, when};
use crate::store::Opened;
use crate::theme::Depth;

use super::probe::ListFindings;

/// What is looked at, in this order. The names are part of the machine form and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Config,
    Profile,
    Secret,
    Signature,
    Proxy,
    Dns,
    Tcp,
    Tls,
    Http,
    Clock,
    Access,
    List,
    State,
    Private,
    Journal,
    Terminal,
    Colour,
    Locale,
    Size,
}

/// What cannot be looked at when it is not known whom to call.
pub(super) const UNREACHED: [Check; 9] = [
    Check::Signature,
    Check::Proxy,
    Check::Dns,
    Check::Tcp,
    Check::Tls,
    Check::Http,
    Check::Clock,
    Check::Access,
    Check::List,
];

impl Check {
    pub(super) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Ok,
    /// The dashboard works, but somebody should look at this.
    Warn,
    /// The dashboard does not work, or not safely.
    Fail,
    /// Not tried.
    Skip,
}

impl Level {
    pub(super) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// One line: what was found and, where something is to be done, what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CheckLine {
    pub(super) check: Check,
    pub(super) level: Level,
    pub(super) what: String,
    pub(super) next: Option<String>,
}

impl CheckLine {
    pub(super) fn ok(check: Check, what: impl AsRef<str>) -> Self {
        Self::new(check, Level::Ok, what.as_ref(), None)
    }

    fn warn(check: Check, what: impl AsRef<str>, next: impl AsRef<str>) -> Self {
        Self::new(check, Level::Warn, what.as_ref(), Some(next.as_ref()))
    }

    pub(super) fn fail(check: Check, what: impl AsRef<str>, next: impl AsRef<str>) -> Self {
        Self::new(check, Level::Fail, what.as_ref(), Some(next.as_ref()))
    }

    pub(super) fn skip(check: Check, what: impl AsRef<str>) -> Self {
        Self::new(check, Level::Skip, what.as_ref(), None)
    }

    fn new(check: Check, level: Level, what: &str, next: Option<&str>) -> Self {
        // What is shown here goes into tickets, and a key may have been typed where something else belongs.
        let clean = |words: &str| text::clean(&redact(words.trim_end_matches('.'))).into_owned();
        Self { check, level, what: clean(what), next: next.map(clean) }
    }

    /// What is wrong on this side says both in one sentence: "what; what to do".
    fn of_failure(check: Check, failure: &Failure) -> Self {
        let words = failure.words();
        let here = matches!(failure, Failure::Local { .. });
        match words.what.split_once("; ").filter(|_| here) {
            Some((what, next)) => Self::fail(check, what, next),
            None => Self::fail(check, words.what, words.next),
        }
    }
}

/// Not tried, because something before it failed.
pub(super) fn skipped(check: Check, because: Check) -> CheckLine {
    CheckLine::skip(check, format!("not tried: {} failed", because.name()))
}

/// The words of settings say "what; what to do"; here these are two.
fn split(words: &str) -> (&str, &str) {
    words.split_once("; ").unwrap_or((words, "write it as config.toml.example shows"))
}

pub(super) fn config(loaded: Result<&Settings, &ConfigError>) -> Vec<CheckLine> {
    match loaded {
        Err(err) => err
            .faults
            .iter()
            .map(|fault| {
                let (what, next) = split(&fault.words);
                let place = fault.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
                CheckLine::fail(Check::Config, format!("{place}{what}"), next)
            })
            .collect(),
        Ok(Settings { file: Some(file), .. }) => {
            let who = match &file.origin {
                Origin::Default => String::new(),
                origin @ (Origin::System | Origin::File(_) | Origin::Env(_) | Origin::Flag(_)) => {
                    format!(" (named by {origin})")
                }
            };
            vec![CheckLine::ok(Check::Config, format!("{}{who}", file.value.display()))]
        }
        Ok(Settings { file: None, .. }) => {
            vec![CheckLine::ok(Check::Config, "there is none, and none is needed")]
        }
    }
}

pub(super) fn profile(settings: &Settings) -> CheckLine {
    let Some(profile) = &settings.profile else {
        return CheckLine::ok(Check::Profile, "none: the dashboard opens on the embedded sandbox");
    };
    let Profile { name, environment, sdkappid, identifier, endpoint, .. } = profile;
    let what = format!(
        "{} ({}): {} for SDKAppID {} at {}",
        shown(&name.value),
        environment.value.name(),
        shown(&identifier.value),
        sdkappid.value,
        endpoint.value
    );
    CheckLine::ok(Check::Profile, what)
}

pub(super) fn secret(profile: &Profile, read: Result<&Credential, &ConfigError>) -> CheckLine {
    match read {
        Ok(_) => CheckLine::ok(Check::Secret, format!("{}: read", profile.secret.value.key())),
        Err(err) => {
            let words = err.to_string();
            let (what, next) = split(&words);
            // For a person who reads on it is "type: …"; here the command stands alone.
            CheckLine::fail(Check::Secret, what, next.trim_start_matches("type: "))
        }
    }
}

/// A signature, by its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed {
    pub(super) until: DateTime<Utc>,
    /// Whether it was made elsewhere.
    pub(super) given: bool,
}

pub(super) fn signature(
    signed: Result<&Signed, &Failure>,
    identifier: &str,
    sdkappid: u64,
    now: DateTime<Utc>,
) -> CheckLine {
    let signed = match signed {
        Ok(signed) => signed,
        Err(failure) => return CheckLine::of_failure(Check::Signature, failure),
    };
    let left = signed.until - now;
    if !signed.given {
        let until = time_out(signed.until);
        let what = format!("made here for {identifier} and {sdkappid}, renewed ahead of {until} UTC");
        return CheckLine::ok(Check::Signature, what);
    }
    let what = format!("given, for {identifier} and {sdkappid}, ends {}", when::from_now(signed.until, now));
    if left > TimeDelta::hours(1) {
        return CheckLine::ok(Check::Signature, format!("{what}, at {} UTC", time_out(signed.until)));
    }
    CheckLine::warn(
        Check::Signature,
        what,
        "put a new usersig into the profile, or the secret key, from which pushdeck makes its own",
    )
}

/// `is_set`: whether the environment names any proxy.
pub(super) fn proxy(proxy: Option<&Proxy>, is_set: bool, base: &Url) -> CheckLine {
    let host = base.host_str().unwrap_or_default();
    match proxy {
        Some(proxy) if !proxy.is_spoken() => CheckLine::fail(
            Check::Proxy,
            format!(
                "the system names the {} proxy {proxy}, and only HTTP proxies are supported",
                proxy.scheme
            ),
            format!(
                "write HTTPS_PROXY=http://HOST:PORT if there is one, or except this host: NO_PROXY={host}"
            ),
        ),
        Some(proxy) => CheckLine::ok(Check::Proxy, format!("calls go through {proxy}, as the system says")),
        None if is_set => CheckLine::ok(Check::Proxy, format!("the one that is set is not for {host}")),
        None => CheckLine::ok(Check::Proxy, "none"),
    }
}

pub(super) fn dns(host: &str, found: Result<&[SocketAddr], &Failure>, proxy: Option<&Proxy>) -> CheckLine {
    match found {
        Ok(addresses) => {
            let mut shown: Vec<String> = Vec::new();
            for address in addresses.iter().map(|address| address.ip().to_string()) {
                if !shown.contains(&address) {
                    shown.push(address);
                }
            }
            if shown == [host] {
                return CheckLine::ok(Check::Dns, format!("{host} is an address already"));
            }
            let whose = if proxy.is_some() { "the proxy " } else { "" };
            CheckLine::ok(Check::Dns, format!("{whose}{host} has {}", shown.join(", ")))
        }
        Err(failure) => CheckLine::of_failure(Check::Dns, &as_seen_here(failure, proxy)),
    }
}

pub(super) fn tcp(connected: Result<&(SocketAddr, Duration), &Failure>, proxy: Option<&Proxy>) -> CheckLine {
    match connected {
        Ok((address, took)) => CheckLine::ok(Check::Tcp, format!("{address} answers in {}", millis(*took))),
        Err(failure) => CheckLine::of_failure(Check::Tcp, &as_seen_here(failure, proxy)),
    }
}

/// With a proxy every connection of this machine is one to the proxy.
fn as_seen_here(failure: &Failure, proxy: Option<&Proxy>) -> Failure {
    match (failure, proxy) {
        (Failure::NotSent { detail, .. }, Some(proxy)) => {
            Failure::NotSent { reason: NotSent::ProxyGone, detail: format!("{proxy}: {detail}") }
        }
        _ => failure.clone(),
    }
}

/// Where a failed question was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopped {
    /// Before TLS began.
    Before,
    /// By TLS itself, or by what TLS needs on this machine.
    InTls,
    /// After it.
    After,
}

fn stopped(failure: &Failure) -> Stopped {
    match failure {
        Failure::NotSent { reason, .. } => match reason {
            NotSent::Tls | NotSent::Untrusted | NotSent::WrongName | NotSent::OutOfDate => Stopped::InTls,
            NotSent::Dns
            | NotSent::Refused
            | NotSent::ConnectTimeout
            | NotSent::Proxy
            | NotSent::ProxyLogin
            | NotSent::ProxyGone
            | NotSent::Withdrawn => Stopped::Before,
        },
        // No CA store, or a bad ca_file.
        Failure::Local { .. } => Stopped::InTls,
        Failure::TimedOut { .. }
        | Failure::Cut { .. }
        | Failure::Unreadable { .. }
        | Failure::Refused { .. } => Stopped::After,
    }
}

pub(super) fn tls(base: &Url, said: Result<&Hello, &Failure>, ca_file: Option<&Path>) -> CheckLine {
    let host = base.host_str().unwrap_or_default();
    if base.scheme() == "http" {
        let local = host == "localhost" || host.starts_with("127.") || host == "[::1]";
        return if local {
            CheckLine::ok(Check::Tls, "not used: plain http to this machine")
        } else {
            CheckLine::warn(
                Check::Tls,
                "not used: plain http to another machine, where anybody in between can read the signature",
                "write https:// in the endpoint and take allow_http out of the profile",
            )
        };
    }
    match said {
        Err(failure) => match stopped(failure) {
            Stopped::InTls => CheckLine::of_failure(Check::Tls, failure),
            Stopped::Before => CheckLine::skip(Check::Tls, "not tried: there was no connection"),
            Stopped::After => CheckLine::ok(Check::Tls, accepted(host, ca_file)),
        },
        Ok(_) => CheckLine::ok(Check::Tls, accepted(host, ca_file)),
    }
}

fn accepted(host: &str, ca_file: Option<&Path>) -> String {
    let by = ca_file.map(|file| format!(", with the ca_file {}", file.display())).unwrap_or_default();
    format!("the certificate of {host} is good{by}")
}

pub(super) fn http(said: Result<&Hello, &Failure>) -> CheckLine {
    match said {
        Err(failure) if stopped(failure) == Stopped::InTls => skipped(Check::Http, Check::Tls),
        Err(failure) => CheckLine::of_failure(Check::Http, failure),
        Ok(Hello { version, status, took, .. }) => {
            let what = format!("{version}, status {status} after {}", millis(*took));
            if *status == 200 {
                return CheckLine::ok(Check::Http, what);
            }
            let what = format!("{what}: the service itself always says 200");
            let next = Failure::Unreadable { status: *status, detail: String::new() }.words().next;
            // A gateway in trouble may let the next call pass; these never do.
            let for_good = *status == 407 || (300..400).contains(status);
            let line = if for_good { CheckLine::fail } else { CheckLine::warn };
            line(Check::Http, &what, &next)
        }
    }
}

/// `skew`: the service's clock minus this machine's.
pub(super) fn clock(skew: Option<TimeDelta>) -> CheckLine {
    let Some(skew) = skew else {
        return CheckLine::warn(
            Check::Clock,
            "the answer has no Date header, so the clocks cannot be compared",
            "compare this machine's clock with a good one",
        );
    };
    if skew.abs() <= TimeDelta::seconds(2) {
        return CheckLine::ok(Check::Clock, "this machine and the service agree to within 2 s");
    }
    let direction = if skew > TimeDelta::zero() { "behind" } else { "ahead of" };
    CheckLine::warn(
        Check::Clock,
        format!("this machine is {} {direction} the service", when::span(skew.abs())),
        "set it, for instance by: timedatectl set-ntp true; until then pushdeck goes by the service's clock",
    )
}

/// The lines of a real list call: whether the service takes who we are, and what it gave.
pub(super) fn listed(
    result: Result<&ListFindings, &Failure>,
    identifier: &str,
    sdkappid: u64,
) -> [CheckLine; 2] {
    match result {
        Ok(ListFindings { total, days }) => {
            let range = match days {
                // Which time of a task has to lie in it is the service's to say, and it does not.
                None => "in its range from 7 days back to 23 days ahead".to_owned(),
                Some(days) => {
                    let days = text::counted(days.unsigned_abs(), "day", "days");
                    format!("in its range of {days} around the present; it refuses a range of 30 days")
                }
            };
            [
                CheckLine::ok(Check::Access, format!("{identifier} may call for {sdkappid} here")),
                CheckLine::ok(
                    Check::List,
                    format!("the service counts {} {range}", text::counted(*total, "task", "tasks")),
                ),
            ]
        }
        Err(failure) if failure.stops_polling() => {
            [CheckLine::of_failure(Check::Access, failure), skipped(Check::List, Check::Access)]
        }
        Err(failure) => [
            CheckLine::skip(Check::Access, "not known: the list call failed"),
            CheckLine::of_failure(Check::List, failure),
        ],
    }
}

pub(super) fn state(found: Option<&(PathBuf, StateDirectory)>) -> CheckLine {
    match found {
        None => CheckLine::warn(
            Check::State,
            "there is no home directory, so drafts and journal are gone with the program",
            "set HOME or XDG_STATE_HOME",
        ),
        Some((folder, Ok(_))) => CheckLine::ok(Check::State, format!("{} can be written", folder.display())),
        Some((folder, Err(why))) => CheckLine::fail(
            Check::State,
            format!("nothing can be kept in {}: {why}", folder.display()),
            "make it yours and writable, free space on its disk, or name another place with XDG_STATE_HOME",
        ),
    }
}

/// Whether drafts and journal were open to other users of this machine, which opening it has closed.
pub(super) fn private(found: Option<&(PathBuf, StateDirectory)>) -> CheckLine {
    let opened = match found {
        None => {
            return CheckLine::skip(Check::Private, "in memory only, so others can read nothing");
        }
        Some((_, Err(_))) => return skipped(Check::Private, Check::State),
        Some((_, Ok(opened))) => opened,
    };
    let Some(what) = Opened::summary(opened) else {
        return CheckLine::ok(Check::Private, "drafts and journal are yours alone");
    };
    let next = match opened.iter().find(|opened| opened.trouble.is_some()) {
        Some(stays) => format!("make it yours: chown -R $(id -u) {}", stays.path.display()),
        None => "nothing is left to do; others may have read the texts of pushes in it".to_owned(),
    };
    CheckLine::warn(Check::Private, what, next)
}

/// `found`: how many writes are open, or why the journal cannot be read.
pub(super) fn journal(found: Result<usize, String>) -> CheckLine {
    match found {
        Ok(0) => CheckLine::ok(Check::Journal, "can be read; no write is open"),
        Ok(open) => CheckLine::warn(
            Check::Journal,
            format!(
                "{} of unknown outcome",
                text::counted(u64::try_from(open).unwrap_or(u64::MAX), "write is", "writes are")
            ),
            "open the dashboard, which checks what happened",
        ),
        Err(why) => {
            let (what, next) =
                why.split_once("; ").unwrap_or((&why, "move the file away; a new one is made"));
            CheckLine::fail(Check::Journal, what, next)
        }
    }
}

/// The lines of the terminal. `env` gives a variable, `size` columns and rows where there is a terminal.
pub(super) fn terminal(env: &dyn Fn(&str) -> Option<String>, size: Option<(u16, u16)>) -> [CheckLine; 4] {
    let advice = "export TERM=xterm-256color, or what your terminal is";
    let term = match env("TERM") {
        None => CheckLine::warn(Check::Terminal, "TERM is not set", advice),
        Some(term) if term == "dumb" => {
            CheckLine::warn(Check::Terminal, "TERM is dumb: the dashboard may not be drawn", advice)
        }
        Some(term) => CheckLine::ok(Check::Terminal, format!("TERM is {term}")),
    };
    let colour = match Depth::of(env) {
        Depth::True => "24 bits",
        Depth::Indexed => "256",
        Depth::Sixteen => "16; COLORTERM=truecolor asks for more, where the terminal has them",
        Depth::None => "none, as NO_COLOR or TERM says; every state has a word too",
    };
    [term, CheckLine::ok(Check::Colour, colour), locale(env), self::size(size)]
}

fn locale(env: &dyn Fn(&str) -> Option<String>) -> CheckLine {
    let said = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| Some((name, env(name).filter(|value| !value.is_empty())?)));
    let next = "export LC_ALL=C.UTF-8, or another locale with UTF-8, here and on the hosts in between (ssh)";
    match said {
        Some((name, value)) => {
            let folded = value.to_lowercase();
            if folded.contains("utf-8") || folded.contains("utf8") {
                CheckLine::ok(Check::Locale, format!("{name} is {value}"))
            } else {
                let what =
                    format!("{name} is {value}, which is not UTF-8: borders and titles may be garbled");
                CheckLine::warn(Check::Locale, what, next)
            }
        }
        None => CheckLine::warn(
            Check::Locale,
            "no locale is set, so it may not be UTF-8: borders and titles may be garbled",
            next,
        ),
    }
}

fn size(size: Option<(u16, u16)>) -> CheckLine {
    let Some((columns, rows)) = size else {
        return CheckLine::skip(Check::Size, "standard output is not a terminal here");
    };
    let what = format!("{columns} columns, {rows} rows");
    match (columns, rows) {
        (80.., 24..) => CheckLine::ok(Check::Size, what),
        (30.., 8..) => CheckLine::ok(Check::Size, format!("{what}: all works, less is seen than on 80×24")),
        _ => CheckLine::warn(
            Check::Size,
            format!("{what}: too small for the dashboard"),
            "enlarge it to 30×8 or more",
        ),
    }
}

fn millis(took: Duration) -> String {
    format!("{} ms", took.as_millis())
}

#[cfg(test)]
mod tests;
