//! Who may call, and how often: steps 3 to 9 of the pipeline (`docs/sandbox.md`).
//!
//! Knows nothing of tasks. What is refused here was never counted and never touched the store.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Mutex;

use secrecy::SecretString;
use serde_json::Value;

use super::lock::lock;
use super::lockout::Lockout;
use super::options::Options;
use super::rules::Refusal;
use crate::domain::JsonObject;
use crate::domain::wire::Command;
use crate::usersig;

/// One application that the sandbox serves.
#[derive(Debug)]
pub(super) struct App {
    pub(super) sdkappid: u64,
    pub(super) key: SecretString,
    /// Identifiers with administrator rights.
    pub(super) admins: Vec<String>,
    /// Most active tasks; 0 is no limit.
    pub(super) max_active_tasks: i64,
    /// The accounts that exist; `None` is all of them.
    pub(super) known_accounts: Option<BTreeSet<String>>,
    /// The names of attributes that exist; `None` is all of them.
    pub(super) known_attributes: Option<BTreeSet<String>>,
    /// Most pushes to all and by tag a day, where limits are enforced; 0 is no limit.
    pub(super) push_limit_per_day: i64,
}

impl App {
    /// As the store keeps its number; applications are checked at the start to fit.
    pub(super) fn number(&self) -> i64 {
        i64::try_from(self.sdkappid).unwrap_or(i64::MAX)
    }
}

/// The parameters of the URL, of the right form but not yet believed.
pub(super) struct Parameters {
    pub(super) sdkappid: u64,
    identifier: String,
    usersig: String,
}

/// Reads the query of the URL (steps 3 and 4). Names are exact; of a repeated one the last counts.
pub(super) fn parameters(query: &str, options: &Options) -> Result<Parameters, Refusal> {
    let pairs = query_pairs(query).ok_or_else(|| {
        Refusal::new(60002, "the query of the URL could not be parsed: bad percent-encoding")
    })?;
    let get = |name: &str| pairs.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let wrong = |what: &str| Refusal::new(60025, format!("wrong URL parameter: {what}"));

    let sdkappid = get("sdkappid").ok_or_else(|| Refusal::new(60012, "sdkappid is missing from the URL"))?;
    let sdkappid = digits(sdkappid).ok_or_else(|| wrong("sdkappid must be a number"))?;
    let identifier = get("identifier").ok_or_else(|| wrong("identifier is missing"))?;
    let usersig = get("usersig").ok_or_else(|| wrong("usersig is missing"))?;
    if get("contenttype") != Some("json") {
        return Err(wrong("contenttype must be json"));
    }
    match get("random") {
        None if options.require_random => return Err(wrong("random is missing")),
        Some(random) if digits(random).is_none_or(|n| n > u64::from(u32::MAX)) => {
            return Err(wrong("random must be an unsigned 32-bit integer"));
        }
        None | Some(_) => {}
    }
    Ok(Parameters { sdkappid, identifier: identifier.to_owned(), usersig: usersig.to_owned() })
}

/// Only digits: `parse` alone would take a sign.
fn digits(text: &str) -> Option<u64> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// The pairs of a query, decoded; `None` for broken percent-encoding or bad UTF-8.
fn query_pairs(query: &str) -> Option<Vec<(String, String)>> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((decoded(name)?, decoded(value)?))
        })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            plain => plain,
        });
    }
    String::from_utf8(out).ok()
}

/// Reads the body (step 5): strict JSON, an object.
pub(super) fn body(bytes: &[u8]) -> Result<JsonObject, Refusal> {
    let refuse = |why: String| Refusal::new(60003, format!("the request body is not valid JSON: {why}"));
    if bytes.is_empty() {
        return Err(refuse("it is empty".to_owned()));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(refuse("it must be an object".to_owned())),
        Err(err) => Err(refuse(err.to_string())),
    }
}

/// Application, signature, rights (steps 6 to 8). `now` is Unix milliseconds; with a `lockout` those
/// who sign wrongly too often are sent away. Gives the application's place in the list.
pub(super) fn admit(
    parameters: &Parameters,
    apps: &[App],
    now: i64,
    lockout: Option<&Mutex<Lockout>>,
) -> Result<usize, Refusal> {
    let Parameters { sdkappid, identifier, usersig } = parameters;
    let (at, app) = apps
        .iter()
        .enumerate()
        .find(|(_, app)| app.sdkappid == *sdkappid)
        .ok_or_else(|| Refusal::new(70020, format!("SDKAppID {sdkappid} not found")))?;
    if lockout.is_some_and(|lockout| lock(lockout).holds(*sdkappid, identifier, now)) {
        let words = format!("UserSig verification of {identifier} failed too often, wait a minute");
        return Err(Refusal::new(70050, words));
    }
    usersig::verify(usersig, &app.key, *sdkappid, identifier, now.div_euclid(1000)).map_err(|reject| {
        if let Some(lockout) = lockout {
            lock(lockout).failed(*sdkappid, identifier, now);
        }
        Refusal::new(reject.code(), format!("The UserSig in use {}", reject.words()))
    })?;
    if !app.admins.contains(identifier) {
        return Err(Refusal::new(60010, format!("{identifier} is not an App administrator")));
    }
    Ok(at)
}

/// The sliding window of a second, for each application and command (step 9).
#[derive(Debug, Default)]
pub(super) struct Rate {
    windows: HashMap<(u64, Command), VecDeque<i64>>,
}

impl Rate {
    /// Counts a call, or refuses it; a refused one is not counted. `now` is Unix milliseconds,
    /// `limit` 0 is none.
    pub(super) fn take(&mut self, app: u64, command: Command, now: i64, limit: usize) -> Result<(), Refusal> {
        if limit == 0 {
            return Ok(());
        }
        let window = self.windows.entry((app, command)).or_default();
        // A time in the future is left from before the clock was put back.
        window.retain(|at| now - at < 1000 && *at <= now);
        if window.len() >= limit {
            return Err(Refusal::new(60007, format!("{} is called too often", command.name())));
        }
        window.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(query: &str, options: &Options) -> i64 {
        parameters(query, options).map_or_else(|refusal| refusal.code, |_| 0)
    }

    #[test]
    fn parameters_are_checked_by_name_and_form() {
        let all = "sdkappid=7&identifier=a&usersig=s&random=1&contenttype=json";
        let with = |from: &str, to: &str| all.replace(from, to);
        let free = Options::default();
        for (query, expected) in [
            (all.to_owned(), 0),
            (with("&random=1", ""), 0),
            (with("random=1", "random=4294967295"), 0),
            (with("usersig=s", "usersig="), 0),
            (with("sdkappid=7", "sdkappid=1&sdkappid=7"), 0),
            (with("sdkappid", "Sdkappid"), 60012),
            (String::new(), 60012),
            (with("=7", "=+7"), 60025),
            (with("=7", "="), 60025),
            (with("=7", "=99999999999999999999"), 60025),
            (with("identifier", "Identifier"), 60025),
            (with("usersig", "UserSig"), 60025),
            (with("=json", "=JSON"), 60025),
            (with("&contenttype=json", ""), 60025),
            (with("random=1", "random=4294967296"), 60025),
            (with("random=1", "random=-1"), 60025),
            (with("usersig=s", "usersig=%2"), 60002),
            (with("usersig=s", "usersig=%ff"), 60002),
        ] {
            assert_eq!(code(&query, &free), expected, "{query}");
        }
        let strict = Options { require_random: true, ..Options::default() };
        assert_eq!(code(&with("&random=1", ""), &strict), 60025);
    }

    #[test]
    fn a_percent_encoded_star_is_a_star() {
        let read =
            parameters("sdkappid=7&identifier=a&usersig=x%2Ay%2az*&contenttype=json", &Options::default());
        assert_eq!(read.map(|p| p.usersig).ok().as_deref(), Some("x*y*z*"));
    }

    #[test]
    fn the_body_is_strict_json_and_an_object() {
        for wrong in [
            &b""[..],
            b" ",
            b"[]",
            b"5",
            b"{\"a\":1} x",
            b"{\"a\":1, // no\n\"b\":2}",
            b"{'a':1}",
            b"{\"a\":1,}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":NaN}",
            b"{\"a\":\"\\ud800\"}",
        ] {
            assert_eq!(body(wrong).unwrap_err().code, 60003, "{wrong:?}");
        }
        assert_eq!(body(b"{\"a\":1,\"a\":2}").unwrap().get("a").and_then(Value::as_i64), Some(2));
        assert!(body(b" {} \n").is_ok());
    }

    #[test]
    fn nesting_without_end_is_refused_and_not_followed() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{{\"a\":{}1{}}}", open.repeat(200_000), close.repeat(200_000));
            assert_eq!(body(deep.as_bytes()).unwrap_err().code, 60003);
        }
    }

    #[test]
    fn the_window_slides_and_is_kept_by_command() {
        let mut rate = Rate::default();
        for at in [0, 100, 200, 300, 400] {
            assert_eq!(rate.take(1, Command::Get, at, 5), Ok(()));
        }
        assert_eq!(rate.take(1, Command::Get, 999, 5).unwrap_err().code, 60007);
        assert_eq!(rate.take(1, Command::List, 999, 5), Ok(()));
        assert_eq!(rate.take(2, Command::Get, 999, 5), Ok(()));
        assert_eq!(rate.take(1, Command::Get, 1000, 5), Ok(()), "the first is a second old");
        assert_eq!(rate.take(1, Command::Get, 1001, 5).unwrap_err().code, 60007);
        assert_eq!(rate.take(1, Command::Get, -5000, 5), Ok(()), "a clock put back blocks nobody");
        for _ in 0..50 {
            assert_eq!(rate.take(1, Command::Add, 0, 0), Ok(()), "0 is no limit");
        }
    }
}
