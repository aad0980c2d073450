//! The options file: TOML with a `[sandbox]` table and further applications in `[[sandbox.apps]]`.
//!
//! Serde reads it; here its words become a line with the place, the key and what would be allowed.
//! What was written is never repeated, for it may be a key.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use clap::Parser as _;
use secrecy::{ExposeSecret as _, SecretString};
use toml::de::{DeInteger, DeTable, DeValue};

use super::options::Options;
use crate::domain::text;

/// Finds the secret key that an environment variable of this name holds.
///
/// # Errors
/// Why there is none.
pub type KeyLookup<'a> = &'a dyn Fn(&str) -> Result<SecretString, String>;

impl Options {
    /// The defaults with what an options file says. `path` is for the messages only.
    ///
    /// # Errors
    /// The first thing that is wrong with the file, and where.
    pub fn from_file(path: &Path, text: &str, keys: KeyLookup<'_>) -> Result<Self, String> {
        read(text, keys).map_err(|OptionFault { at, words }| {
            let (line, column) = text::line_and_column(text, at);
            format!("{}:{line}:{column}: {words}", path.display())
        })
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    sandbox: Options,
}

struct OptionFault {
    at: usize,
    words: String,
}

impl OptionFault {
    fn new(span: Option<Range<usize>>, words: impl fmt::Display) -> Self {
        Self { at: span.map_or(0, |span| span.start), words: words.to_string() }
    }
}

fn read(text: &str, keys: KeyLookup<'_>) -> Result<Options, OptionFault> {
    let table = DeTable::parse(text).map_err(|error| OptionFault::new(error.span(), error.message()))?;
    let table = table.get_ref();
    check_ranges(table)?;
    let file: File = toml::from_str(text).map_err(|error| misfit(table, &error))?;
    let mut options = file.sandbox;
    let tables = table.get("sandbox").and_then(|sandbox| sandbox.get_ref().get("apps")?.get_ref().as_array());
    let mut seen = BTreeSet::new();
    for (app, table) in options.apps.iter_mut().zip(tables.into_iter().flatten()) {
        if let Some(name) = table.get_ref().get("key_env") {
            let fault = |words| OptionFault::new(Some(name.span()), format!("\"key_env\": {words}"));
            app.key = keys(app.key.expose_secret()).map_err(fault)?;
        }
        if !seen.insert(app.sdkappid) {
            let words = format!("a second application with the sdkappid {}", app.sdkappid);
            return Err(OptionFault::new(Some(table.span()), words));
        }
    }
    Ok(options)
}

/// Holds every number against the flag of the same name: serde knows no ranges.
fn check_ranges(table: &DeTable<'_>) -> Result<(), OptionFault> {
    for (name, value) in table {
        let name = name.get_ref().as_ref();
        if let Some(words) = value.get_ref().as_integer().and_then(|number| refused(name, number)) {
            return Err(OptionFault::new(Some(value.span()), format!("\"{}\": {words}", text::clean(name))));
        }
        tables_in(value.get_ref()).try_for_each(check_ranges)?;
    }
    Ok(())
}

/// Why the flag of that name, if there is one, does not take that number.
fn refused(name: &str, number: &DeInteger<'_>) -> Option<String> {
    let number = i128::from_str_radix(number.as_str(), number.radix()).ok()?;
    let flag = format!("--{}={number}", name.replace('_', "-"));
    let error = Options::try_parse_from(["sandbox", &flag]).err()?;
    Some(error.source()?.to_string())
}

fn tables_in<'t, 'i>(value: &'t DeValue<'i>) -> impl Iterator<Item = &'t DeTable<'i>> {
    let items = value.as_array().into_iter().flatten();
    value.as_table().into_iter().chain(items.filter_map(|item| item.get_ref().as_table()))
}

/// What serde says, without the value that it repeats before `expected`.
fn misfit(table: &DeTable<'_>, error: &toml::de::Error) -> OptionFault {
    let message = error.message();
    let at = error.span().map_or(0, |span| span.start);
    let key = text::clean(key_at(table, at).unwrap_or_default());
    let (wrong, expected) = message.rsplit_once(", expected ").unwrap_or((message, ""));
    let words = if wrong.starts_with("unknown field") {
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let near = text::nearest(&key, known.iter().copied());
        let near = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
        format!("unknown key \"{key}\"{near} (there are: {})", known.join(", "))
    } else if message.ends_with("field `key`") {
        "an application needs either a \"key\" or a \"key_env\"".to_owned()
    } else if let Some(name) = message.strip_prefix("missing field ") {
        format!("an application needs a {}", name.replace('`', "\""))
    } else {
        let allowed = match expected {
            "" => message.to_owned(),
            "i64" | "u64" | "usize" => "it must be a whole number".to_owned(),
            "a nonzero u64" => "it must be a whole number, 1 or more".to_owned(),
            "a boolean" => "it must be true or false".to_owned(),
            "a sequence" => "it must be a list".to_owned(),
            other => format!("it must be {other}"),
        };
        format!("\"{key}\": {allowed}")
    };
    OptionFault { at, words }
}

/// The innermost key that stands there, or whose value does.
fn key_at<'t>(table: &'t DeTable<'_>, at: usize) -> Option<&'t str> {
    table.iter().find_map(|(name, value)| {
        let here = name.span().contains(&at) || value.span().contains(&at);
        let inner = tables_in(value.get_ref()).find_map(|table| key_at(table, at));
        inner.or_else(|| here.then(|| name.get_ref().as_ref()))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn read(text: &str) -> Result<Options, String> {
        let keys = |name: &str| match name {
            "SECOND_KEY" => Ok(SecretString::from("second")),
            other => Err(format!("the environment variable {other} is not set")),
        };
        Options::from_file(Path::new("o.toml"), text, &keys)
    }

    #[test]
    fn every_option_can_be_written_as_its_default_is_printed() {
        let mut text = "[sandbox]\n".to_owned();
        for arg in Options::command().get_arguments() {
            let default = arg.get_default_values()[0].to_str().unwrap();
            let bare = default.parse::<i64>().is_ok() || default.parse::<bool>().is_ok();
            let value = if bare { default.to_owned() } else { format!("\"{default}\"") };
            text = format!("{text}{} = {value}\n", arg.get_id());
        }
        assert_eq!(format!("{:?}", read(&text).unwrap()), format!("{:?}", Options::default()));
    }

    #[test]
    fn every_number_has_the_range_of_its_flag() {
        for arg in Options::command().get_arguments() {
            let name = arg.get_id();
            let default = arg.get_default_values()[0].to_str().unwrap();
            let wrong = if default.parse::<i64>().is_ok() { "-7" } else { "7" };
            let fault = read(&format!("[sandbox]\n{name} = {wrong}")).unwrap_err();
            assert!(fault.starts_with("o.toml:2:") && fault.contains(&format!("\"{name}\": ")), "{fault}");
            assert_eq!(wrong == "-7", fault.contains("-7 is not in "), "{fault}");
        }
    }

    #[test]
    fn options_and_further_applications_are_taken_over() {
        let options = read(
            "[sandbox]\nrate_limit_per_second = 0\nknown_accounts = [\"u1\"]\nmodify_content = \"replace\"\n\
             clock = \"2030-01-01 00:00:00\"\n\
             [[sandbox.apps]]\nsdkappid = 7\nkey = \"first\"\n\
             [[sandbox.apps]]\nsdkappid = 8\nkey_env = \"SECOND_KEY\"\nadmins = [\"a\", \"b\"]\n\
             max_active_tasks = 3\nknown_accounts = \"any\"\npush_limit_per_day = 10\n",
        )
        .unwrap();
        assert_eq!(options.rate_limit_per_second, 0);
        assert_eq!(options.known_accounts, Some(BTreeSet::from(["u1".to_owned()])));
        assert_eq!(options.clock.now().timestamp(), 1_893_456_000);
        let [one, two] = options.apps.as_slice() else { panic!("{:?}", options.apps) };
        assert_eq!(
            (one.sdkappid, one.key.expose_secret(), one.admins.as_slice()),
            (7, "first", &["administrator".to_owned()][..])
        );
        assert_eq!((one.max_active_tasks, &one.known_accounts), (None, &None));
        assert_eq!((two.key.expose_secret(), two.admins.len(), two.max_active_tasks), ("second", 2, Some(3)));
        assert_eq!((&two.known_accounts, two.push_limit_per_day), (&Some(None), Some(10)));
    }

    #[test]
    fn a_fault_names_its_place_what_is_allowed_and_the_nearest_name() {
        for (text, expected) in [
            (
                "[sandbox]\nrate_limit_per_secund = 0",
                "o.toml:2:1: unknown key \"rate_limit_per_secund\"; did you mean \"rate_limit_per_second\"?",
            ),
            ("[sandbox]\nrequest_id = \"yes\"", "o.toml:2:14: \"request_id\": it must be true or false"),
            ("[sandbox]\n\nlist_max_want = 0", "o.toml:3:17: \"list_max_want\": 0 is not in 1..=10000"),
            (
                "[sandbox]\nlist_max_want = 99999999999999999999",
                "o.toml:2:17: \"list_max_want\": number too large",
            ),
            (
                "[sandbox]\nmodify_content = \"merge\"",
                "o.toml:2:18: \"modify_content\": it must be merge-deep or merge-top or replace",
            ),
            ("[sandbox]\nknown_accounts = \"u1\"", "\"known_accounts\": it must be any or a list of texts"),
            ("[sandbox]\nknown_accounts = [1]", "o.toml:2:18: \"known_accounts\": it must be any or"),
            (
                "[sandbox]\nclock = \"tomorrow\"",
                "it must be real, virtual, or a time such as 2030-01-01 00:00:00 (UTC)",
            ),
            ("[sandbox]\nlist_time_field = 4", "o.toml:2:19: \"list_time_field\": it must be a string"),
            ("[sandbox]\nclock = 2030-01-01T00:00:00Z", "o.toml:2:9: \"clock\": it must be a string"),
            ("[sandbo]\n", "o.toml:1:2: unknown key \"sandbo\"; did you mean \"sandbox\"?"),
            ("sandbox = 1", "o.toml:1:11: \"sandbox\": it must be a table [sandbox]"),
            ("[sandbox]\napps = 1", "\"apps\": it must be a list"),
            ("[sandbox\n", "o.toml:1:9: "),
            ("[[sandbox.apps]]\nkey = \"k\"", "o.toml:1:1: an application needs a \"sdkappid\""),
            (
                "[[sandbox.apps]]\nsdkappid = 0\nkey = \"k\"",
                "\"sdkappid\": it must be a whole number, 1 or more",
            ),
            ("[[sandbox.apps]]\nsdkappid = 1", "needs either a \"key\" or a \"key_env\""),
            (
                "[[sandbox.apps]]\nsdkappid = 1\nkey_env = \"NO\"",
                "\"key_env\": the environment variable NO is not set",
            ),
            (
                "[[sandbox.apps]]\nsdkappid = 1\nkey = \"k\"\nadmin = [\"a\"]",
                "unknown key \"admin\"; did you mean \"admins\"?",
            ),
            (
                "[[sandbox.apps]]\nsdkappid = 1\nkey = \"k\"\nadmins = [\"two words\"]",
                "o.toml:4:10: \"admins\": it must be a list of UserIDs",
            ),
            (
                "[[sandbox.apps]]\nsdkappid = 1\nkey = \"k\"\nmax_active_tasks = -1",
                "o.toml:4:20: \"max_active_tasks\": -1 is not in 0..",
            ),
            (
                "[[sandbox.apps]]\nsdkappid = 1\nkey = \"k\"\nadmins = []",
                "\"admins\": it must be a list of UserIDs",
            ),
            (
                "[[sandbox.apps]]\nsdkappid = 1\nkey = \"k\"\n[[sandbox.apps]]\nsdkappid = 1\nkey = \"k\"",
                "a second application with the sdkappid 1",
            ),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.starts_with("o.toml:") && fault.contains(expected), "{text}\n{fault}");
        }
    }

    #[test]
    fn a_key_is_never_repeated() {
        for app in [
            "sdkappid = 0\nkey = \"5up3rs3cr3t\"\nkey_env = \"SECOND_KEY\"",
            "sdkappid = 0\nkey = \"5up3rs3cr3t\"",
            "sdkappid = \"5up3rs3cr3t\"\nkey = \"k\"",
            "sdkappid = 1\nkey = [\"5up3rs3cr3t\"]",
            "sdkappid = 1\nkey = \"k\"\nadmins = \"5up3rs3cr3t, expected 5up3rs3cr3t\"",
            "sdkappid = 1\nkye = \"5up3rs3cr3t\"",
            "sdkappid = 1\nkey = \"5up3rs3cr3t",
        ] {
            let fault = read(&format!("[[sandbox.apps]]\n{app}")).unwrap_err();
            assert!(!fault.contains("5up3r"), "{fault}");
        }
        let options = read("[[sandbox.apps]]\nsdkappid = 1\nkey = \"5up3rs3cr3t\"").unwrap();
        assert!(!format!("{options:?}").contains("5up3r"));
    }
}
