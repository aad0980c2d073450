//! `pushdeck usersig`: makes a signature for scripts, or says what a given one is.
//!
//! The one place where a signature is shown, on purpose and only the one just made: it is the whole
//! of standard output. A signature that was given is never repeated, and a key is never shown.

use std::io::Read;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::args::UsersigArgs;
use super::clock::present;
use super::console::{Console, Exit};
use crate::config::redact::shown;
use crate::config::{self, ConfigError, Credential, Flags, Profile};
use crate::domain::wire::time_out;
use crate::domain::{text, when};
use crate::usersig::{self, Document, Reject, UserSig};

/// More than any signature has; what is longer on standard input is something else.
const MOST_INPUT: u64 = 16 * 1024;

/// One of the documents of the service (trtc.io) allows no more; the others 50 years.
const TEN_YEARS: u64 = 10 * 366 * 86_400;

pub(super) fn run(args: UsersigArgs, flags: &Flags, mut console: Console<'_>) -> Exit {
    if args.stray.is_some() {
        // What was typed there is not repeated: it may be a signature.
        console.print_error(
            &"pushdeck usersig takes no argument of its own; to decode a signature, write --decode SIG",
        );
        return Exit::Usage;
    }
    match args.decode {
        Some(given) => decode(&given, flags, &mut console),
        None => make(flags, args.expire, &mut console),
    }
}

fn make(flags: &Flags, lifetime: u64, console: &mut Console<'_>) -> Exit {
    let made = match key(flags, console) {
        Ok(Some(Keyed { profile, key: Some(key) })) => {
            let now = present();
            let who = &profile.identifier.value;
            usersig::sign(&key, profile.sdkappid.value, who, now.timestamp(), lifetime, None)
                .map(|sig| (sig, said_of(&profile, now, lifetime)))
                .map_err(|err| err.words().to_owned())
        }
        Ok(Some(Keyed { profile, key: None })) => Err(format!(
            "profile \"{}\" has a UserSig and no key to make one from; give it a secret key instead",
            profile.name.value
        )),
        Ok(None) => Err("there is no profile to make a UserSig for; write a config file after \
                         config.toml.example, or name one with --config FILE"
            .to_owned()),
        Err(err) => Err(err.to_string()),
    };
    match made {
        Ok((sig, words)) => print(&sig, &words, console),
        Err(words) => {
            console.print_error(&words);
            Exit::Usage
        }
    }
}

fn print(sig: &UserSig, words: &[String], console: &mut Console<'_>) -> Exit {
    for line in words {
        console.say(line);
    }
    match writeln!(console.out, "{}", sig.expose()).and_then(|()| console.out.flush()) {
        Ok(()) => Exit::Done,
        Err(err) => {
            console.print_error(&format!("cannot write to standard output: {err}"));
            Exit::Failed
        }
    }
}

/// What there is to say about a signature beside it.
fn said_of(profile: &Profile, now: DateTime<Utc>, lifetime: u64) -> Vec<String> {
    let span = TimeDelta::seconds(i64::try_from(lifetime).unwrap_or(i64::MAX / 1000));
    let until = now.checked_add_signed(span).map(time_out).unwrap_or_default();
    let mut words = vec![
        format!(
            "UserSig of {} for SDKAppID {} (profile {}, {}); it is valid for {}, until {until} UTC.",
            shown(&profile.identifier.value),
            profile.sdkappid.value,
            profile.name.value,
            profile.environment.value.name(),
            when::span(span),
        ),
        "Whoever has it is this administrator until then. pushdeck makes its own and needs none.".to_owned(),
    ];
    if lifetime > TEN_YEARS {
        words.push(
            "One of the documents allows no more than 10 years, so the service may refuse it.".to_owned(),
        );
    }
    words
}

/// A profile, and its key where it has one.
struct Keyed {
    profile: Profile,
    key: Option<SecretString>,
}

/// `None` when no profile counts.
fn key(flags: &Flags, console: &Console<'_>) -> Result<Option<Keyed>, ConfigError> {
    let settings = config::load(flags, &console.env, console.system_zone.as_deref())?;
    let Some(profile) = settings.profile else { return Ok(None) };
    let key = match config::resolve_secret(&profile, &console.env)? {
        Credential::Key(key) => Some(key),
        Credential::Sig(_) => None,
    };
    Ok(Some(Keyed { profile, key }))
}

fn decode(given: &SecretString, flags: &Flags, console: &mut Console<'_>) -> Exit {
    let sig = match given.expose_secret() {
        "-" => match from_input(console.input) {
            Ok(sig) => sig,
            Err(words) => {
                console.print_error(&words);
                return Exit::Usage;
            }
        },
        _ => given.clone(),
    };
    let keyed = match key(flags, console) {
        Ok(keyed) => keyed,
        // Who names a profile wants it; who names none can do without.
        Err(err) if flags.profile.is_some() || flags.config.is_some() => {
            console.print_error(&err);
            return Exit::Usage;
        }
        Err(err) => {
            console.say(&format!("not compared with a profile: {err}"));
            None
        }
    };
    match inspect(sig.expose_secret().trim(), keyed.as_ref(), present()) {
        Err(reject) => {
            console.print_error(&format!("{reject} ({})", reject.code()));
            Exit::Failed
        }
        Ok(found) => {
            let written =
                writeln!(console.out, "{}", found.lines.join("\n")).and_then(|()| console.out.flush());
            if found.good && written.is_ok() { Exit::Done } else { Exit::Failed }
        }
    }
}

fn from_input(input: &mut dyn Read) -> Result<SecretString, String> {
    let mut text = String::new();
    input
        .take(MOST_INPUT)
        .read_to_string(&mut text)
        .map_err(|err| format!("cannot read the signature from standard input: {err}"))?;
    if text.trim().is_empty() {
        return Err("standard input is empty; it must hold the signature".to_owned());
    }
    Ok(SecretString::from(text))
}

/// What a signature turned out to be.
struct Inspection {
    lines: Vec<String>,
    good: bool,
}

/// Pure: a signature, what to compare it with, and the time, to what there is to say.
fn inspect(sig: &str, keyed: Option<&Keyed>, now: DateTime<Utc>) -> Result<Inspection, Reject> {
    let document = usersig::decode(sig)?;
    let (state, holds) = state(&document, now);
    let (compared, fits) = match keyed {
        None => ("not compared: no profile here".to_owned(), true),
        Some(keyed) => compare(sig, &document, keyed),
    };
    let lifetime = TimeDelta::try_seconds(document.expire);
    let lines = [
        ("identifier", text::clean(&shown(&document.identifier)).into_owned()),
        ("sdkappid", document.sdkappid.to_string()),
        ("made", time(document.time)),
        ("lifetime", lifetime.map_or_else(|| "for ever".to_owned(), when::span)),
        ("end", time(document.expires_at())),
        ("state", state),
        ("profile", compared),
    ];
    let lines = lines.map(|(name, value)| format!("{name:<10}  {value}")).to_vec();
    Ok(Inspection { lines, good: holds && fits })
}

fn time(seconds: i64) -> String {
    let at = DateTime::from_timestamp(seconds, 0);
    at.map_or_else(|| "beyond every calendar".to_owned(), |at| format!("{} UTC", time_out(at)))
}

fn state(document: &Document, now: DateTime<Utc>) -> (String, bool) {
    if document.is_expired(now.timestamp()) {
        let since = DateTime::from_timestamp(document.expires_at(), 0).map(|at| when::from_now(at, now));
        let since = since.unwrap_or_else(|| "long ago".to_owned());
        return (format!("past: it ended {since} (70001); make a new one"), false);
    }
    let left = document.expires_at().saturating_sub(now.timestamp());
    let left_words = TimeDelta::try_seconds(left).map_or_else(|| "never".to_owned(), when::span);
    let words = if left <= 3600 { "ends within the hour, in" } else { "valid for another" };
    (format!("{words} {left_words}"), true)
}

/// Whether it is of the profile; its end is looked at elsewhere, so the time here is within it.
fn compare(sig: &str, document: &Document, keyed: &Keyed) -> (String, bool) {
    let Keyed { profile, key } = keyed;
    let (name, app, who) = (&profile.name.value, profile.sdkappid.value, profile.identifier.value.as_str());
    let verdict = match key {
        Some(key) => usersig::verify(sig, key, app, who, document.time).map(|_| "made with its key"),
        None if document.sdkappid != app => Err(Reject::WrongApp),
        None if document.identifier != who => Err(Reject::WrongIdentifier),
        None => Ok("of its app and identifier; it has no key to verify it with"),
    };
    match verdict {
        Ok(words) => (format!("{name}: {words}"), true),
        Err(reject) => {
            let wanted = match reject {
                Reject::WrongApp => format!(", not for {app}"),
                Reject::WrongIdentifier => format!(", not for {}", shown(who)),
                Reject::BadMac | Reject::Expired | Reject::Malformed => String::new(),
            };
            (format!("{name}: it {}{wanted} ({})", reject.words(), reject.code()), false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::wire::time_in;

    const KEY: &str = "5up3rs3cr3t";

    fn now() -> DateTime<Utc> {
        time_in("2026-11-21 06:00:00").unwrap()
    }

    fn keyed(secret: &str) -> Keyed {
        let text = format!(
            "[profiles.acme]\nenvironment = \"test\"\nregion = \"singapore\"\nsdkappid = 1400000001\n\
             identifier = \"administrator\"\n{secret} = \"x\"\n"
        );
        let file = config::file::parse(std::path::Path::new("c.toml"), &text, None).unwrap();
        let key = (secret == "secret_key").then(|| SecretString::from(KEY));
        Keyed { profile: file.profiles[0].clone(), key }
    }

    fn sig(app: u64, who: &str, key: &str, lifetime: u64) -> UserSig {
        usersig::sign(&SecretString::from(key), app, who, now().timestamp(), lifetime, None).unwrap()
    }

    fn inspected(sig: &UserSig, keyed: Option<&Keyed>, minutes_later: i64) -> (String, bool) {
        let found = inspect(sig.expose(), keyed, now() + TimeDelta::minutes(minutes_later)).unwrap();
        let text = found.lines.join("\n");
        assert!(!text.contains(sig.expose()) && !text.contains(KEY), "{text}");
        (text, found.good)
    }

    #[test]
    fn a_good_signature_is_shown_with_its_times_and_verified() {
        let (text, good) =
            inspected(&sig(1_400_000_001, "administrator", KEY, 86_400), Some(&keyed("secret_key")), 30);
        assert!(good);
        assert_eq!(
            text,
            "identifier  administrator\nsdkappid    1400000001\nmade        2026-11-21 06:00:00 UTC\n\
             lifetime    1d 00h\nend         2026-11-22 06:00:00 UTC\nstate       valid for another 23h 30m\n\
             profile     acme: made with its key"
        );
    }

    #[test]
    fn what_does_not_fit_is_named_with_the_services_code() {
        for (made, words) in [
            (
                sig(7, "administrator", KEY, 60),
                "it was made for another SDKAppID, not for 1400000001 (70014)",
            ),
            (
                sig(1_400_000_001, "bela", KEY, 60),
                "it was made for another identifier, not for administrator (70013)",
            ),
            (
                sig(1_400_000_001, "administrator", "other", 60),
                "was not made with the key of this SDKAppID (70009)",
            ),
        ] {
            let (text, good) = inspected(&made, Some(&keyed("secret_key")), 0);
            assert!(!good && text.contains(words), "{text}");
        }
        assert_eq!(inspect("nonsense", None, now()).err(), Some(Reject::Malformed));
    }

    #[test]
    fn without_a_key_app_and_identifier_are_compared_and_without_a_profile_nothing() {
        let (text, good) =
            inspected(&sig(1_400_000_001, "administrator", "other", 60), Some(&keyed("usersig")), 0);
        assert!(good && text.ends_with("it has no key to verify it with"), "{text}");
        let (text, good) = inspected(&sig(7, "administrator", KEY, 60), Some(&keyed("usersig")), 0);
        assert!(!good && text.ends_with("(70014)"), "{text}");
        let (text, good) = inspected(&sig(7, "administrator", KEY, 60), None, 0);
        assert!(good && text.ends_with("not compared: no profile here"), "{text}");
    }

    #[test]
    fn the_end_is_told_from_far_from_near_and_from_behind() {
        let made = sig(1_400_000_001, "administrator", KEY, 7_200);
        for (minutes, words, good) in [
            (59, "state       valid for another 1h 01m", true),
            (60, "state       ends within the hour, in 1h 00m", true),
            (120, "state       ends within the hour, in 0s", true),
            (121, "state       past: it ended 1m ago (70001); make a new one", false),
        ] {
            let (text, was_good) = inspected(&made, Some(&keyed("secret_key")), minutes);
            assert!(text.contains(words), "{minutes}: {text}");
            assert!(text.ends_with("made with its key"), "whose it is does not end with it: {text}");
            assert_eq!(was_good, good);
        }
    }

    #[test]
    fn a_made_one_is_announced_by_whose_it_is_and_until_when() {
        let words = said_of(&keyed("secret_key").profile, now(), 180 * 86_400);
        assert_eq!(
            words[0],
            "UserSig of administrator for SDKAppID 1400000001 (profile acme, test); it is valid for 180d 00h, until \
             2027-05-20 06:00:00 UTC."
        );
        assert_eq!(words.len(), 2);
        assert_eq!(said_of(&keyed("secret_key").profile, now(), TEN_YEARS + 1).len(), 3);
    }
}
