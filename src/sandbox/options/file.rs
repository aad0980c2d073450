//! The options file: TOML with a `[sandbox]` table and further applications in `[[sandbox.apps]]`.
//!
//! Every fault is told with its place and with what would be allowed. A key is never repeated.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::table::Given;
use super::{AppOptions, ENTRIES, Entry, Options};
use crate::domain::text;

/// Finds the secret key that an environment variable of this name holds.
///
/// # Errors
/// Why there is none.
pub type KeyLookup<'a> = &'a dyn Fn(&str) -> Result<SecretString, String>;

/// Everything that is wrong with an options file, a line for each fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError(pub Vec<String>);

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for FileError {}

/// What stands in an application's table.
const APP_KEYS: &[&str] = &[
    "sdkappid",
    "key",
    "key_env",
    "admins",
    "max_active_tasks",
    "known_accounts",
    "known_attributes",
    "push_limit_per_day",
];

impl Options {
    /// Takes over what an options file says; what it does not name stays as it is. `path` is for
    /// the messages only.
    ///
    /// # Errors
    /// Everything that is wrong with the file; nothing is taken over then.
    pub fn read_file(&mut self, path: &Path, text: &str, keys: KeyLookup<'_>) -> Result<(), FileError> {
        let mut reader = Reader { path: path.to_owned(), text, faults: Vec::new() };
        let mut options = self.clone();
        match DeTable::parse(text) {
            Ok(table) => reader.top(table.get_ref(), &mut options, keys),
            Err(error) => reader.fault(error.span().unwrap_or(0..0), error.message()),
        }
        if reader.faults.is_empty() {
            *self = options;
            return Ok(());
        }
        reader.faults.sort();
        Err(FileError(reader.faults.into_iter().map(|(_, words)| words).collect()))
    }
}

struct Reader<'a> {
    path: PathBuf,
    text: &'a str,
    faults: Vec<(usize, String)>,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn fault(&mut self, span: Range<usize>, words: impl fmt::Display) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        self.faults.push((span.start, format!("{}:{line}:{column}: {words}", self.path.display())));
    }

    fn unknown(&mut self, span: Range<usize>, name: &str, known: &[&str], place: &str) {
        let nearest = text::nearest(name, known.iter().copied());
        let near = nearest.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
        let name = text::clean(name);
        self.fault(
            span,
            format!("unknown key \"{name}\" in {place}{near} (there are: {})", known.join(", ")),
        );
    }

    fn top(&mut self, table: &DeTable<'_>, options: &mut Options, keys: KeyLookup<'_>) {
        for (name, value) in table {
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("sandbox", DeValue::Table(table)) => self.sandbox(table, options, keys),
                ("sandbox", _) => self.fault(value.span(), "\"sandbox\" must be a table [sandbox]"),
                (other, _) => self.unknown(name.span(), other, &["sandbox"], "the file"),
            }
        }
    }

    fn sandbox(&mut self, table: &DeTable<'_>, options: &mut Options, keys: KeyLookup<'_>) {
        let known: Vec<&str> = ENTRIES.iter().map(|entry| entry.name).chain(["apps"]).collect();
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "apps" => self.apps(value, options, keys),
                name_text => match Entry::named(name_text) {
                    Some(entry) => self.option(entry, value, options),
                    None => self.unknown(name.span(), name_text, &known, "[sandbox]"),
                },
            }
        }
    }

    fn option(&mut self, entry: &Entry, value: &Value<'_>, options: &mut Options) {
        let given = match value.get_ref() {
            DeValue::Boolean(on) => Some(Given::Switch(*on)),
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok().map(Given::Number)
            }
            DeValue::String(text) => Some(Given::Text(text.to_string())),
            DeValue::Array(_) => names(value.get_ref()).map(Given::Names),
            DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
        };
        if given.and_then(|given| entry.put(options, given)).is_none() {
            let what = shown(value.get_ref());
            self.fault(value.span(), format!("\"{}\" is {what}; it must be {}", entry.name, entry.allowed()));
        }
    }

    fn apps(&mut self, value: &Value<'_>, options: &mut Options, keys: KeyLookup<'_>) {
        let DeValue::Array(items) = value.get_ref() else {
            self.fault(value.span(), "\"apps\" must be tables [[sandbox.apps]]");
            return;
        };
        for item in items {
            let DeValue::Table(table) = item.get_ref() else {
                self.fault(item.span(), "\"apps\" must be tables [[sandbox.apps]]");
                continue;
            };
            let Some(app) = self.app(table, item.span(), keys) else { continue };
            if options.apps.iter().any(|other| other.sdkappid == app.sdkappid) {
                self.fault(item.span(), format!("a second application with the sdkappid {}", app.sdkappid));
                continue;
            }
            options.apps.push(app);
        }
    }

    fn app(&mut self, table: &DeTable<'_>, span: Range<usize>, keys: KeyLookup<'_>) -> Option<AppOptions> {
        let before = self.faults.len();
        for key in table.keys().filter(|key| !APP_KEYS.contains(&key.get_ref().as_ref())) {
            self.unknown(key.span(), key.get_ref(), APP_KEYS, "[[sandbox.apps]]");
        }
        // What both tables know is read by the same rules.
        let mut shared = Options::default();
        let mut given = |reader: &mut Self, name: &str| {
            let (Some(value), Some(entry)) = (table.get(name), Entry::named(name)) else { return false };
            reader.option(entry, value, &mut shared);
            true
        };
        let quota = given(self, "max_active_tasks");
        let accounts = given(self, "known_accounts");
        let attributes = given(self, "known_attributes");
        let pushes = given(self, "push_limit_per_day");
        let sdkappid = self.sdkappid(table, span.clone());
        let key = self.key(table, span, keys);
        let admins = self.admins(table);
        if self.faults.len() > before {
            return None;
        }
        Some(AppOptions {
            sdkappid: sdkappid?,
            key: key?,
            admins: admins?,
            max_active_tasks: quota.then_some(shared.max_active_tasks),
            known_accounts: accounts.then_some(shared.known_accounts),
            known_attributes: attributes.then_some(shared.known_attributes),
            push_limit_per_day: pushes.then_some(shared.push_limit_per_day),
        })
    }

    fn sdkappid(&mut self, table: &DeTable<'_>, span: Range<usize>) -> Option<u64> {
        let Some(value) = table.get("sdkappid") else {
            self.fault(span, "an application needs a \"sdkappid\"");
            return None;
        };
        let number = match value.get_ref().as_integer() {
            Some(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            None => None,
        };
        let number = number.and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0);
        if number.is_none() {
            self.fault(value.span(), "\"sdkappid\" must be a whole number, 1 or more");
        }
        number
    }

    fn key(&mut self, table: &DeTable<'_>, span: Range<usize>, keys: KeyLookup<'_>) -> Option<SecretString> {
        match (table.get("key"), table.get("key_env")) {
            (Some(value), None) => {
                let key = value.get_ref().as_str().filter(|key| !key.is_empty());
                if key.is_none() {
                    self.fault(value.span(), "\"key\" must be a text that is not empty");
                }
                key.map(SecretString::from)
            }
            (None, Some(value)) => {
                let Some(name) = value.get_ref().as_str() else {
                    self.fault(value.span(), "\"key_env\" must be the name of an environment variable");
                    return None;
                };
                keys(name).map_err(|words| self.fault(value.span(), format!("\"key_env\": {words}"))).ok()
            }
            (None, None) | (Some(_), Some(_)) => {
                self.fault(span, "an application needs either a \"key\" or a \"key_env\"");
                None
            }
        }
    }

    fn admins(&mut self, table: &DeTable<'_>) -> Option<Vec<String>> {
        let Some(value) = table.get("admins") else {
            return Some(vec![super::super::DEFAULT_IDENTIFIER.to_owned()]);
        };
        let admins = names(value.get_ref()).filter(|names| {
            !names.is_empty() && names.iter().all(|name| !name.is_empty() && name.len() <= 32)
        });
        if admins.is_none() {
            self.fault(value.span(), "\"admins\" must be a list of UserIDs of 1 to 32 bytes");
        }
        admins.map(|names| names.into_iter().collect())
    }
}

fn names(value: &DeValue<'_>) -> Option<BTreeSet<String>> {
    let DeValue::Array(items) = value else { return None };
    items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
}

/// A value as a message may repeat it.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Boolean(on) => on.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::String(text) => format!("\"{}\"", text::cut(&text::clean(text), 40)),
        DeValue::Datetime(_) => "a date without quotes".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(text: &str) -> Result<Options, Vec<String>> {
        let mut options = Options::default();
        let keys = |name: &str| match name {
            "SECOND_KEY" => Ok(SecretString::from("second")),
            other => Err(format!("the environment variable {other} is not set")),
        };
        options.read_file(Path::new("o.toml"), text, &keys).map_err(|error| error.0)?;
        Ok(options)
    }

    #[test]
    fn every_option_can_be_written_as_its_default_is_printed() {
        let mut text = "[sandbox]\n".to_owned();
        for entry in ENTRIES {
            let bare = entry.default.parse::<i64>().is_ok() || entry.default.parse::<bool>().is_ok();
            let value = if bare { entry.default.to_owned() } else { format!("\"{}\"", entry.default) };
            text = format!("{text}{} = {value}\n", entry.name);
        }
        assert_eq!(format!("{:?}", read(&text).unwrap()), format!("{:?}", Options::default()));
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
                "o.toml:2:1: unknown key \"rate_limit_per_secund\" in [sandbox]; did you mean \"rate_limit_per_second\"?",
            ),
            (
                "[sandbox]\nrequest_id = \"yes\"",
                "o.toml:2:14: \"request_id\" is \"yes\"; it must be true or false",
            ),
            (
                "[sandbox]\n\nlist_max_want = 0",
                "o.toml:3:17: \"list_max_want\" is 0; it must be a whole number from 1 to 10000",
            ),
            (
                "[sandbox]\nlist_max_want = 99999999999999999999",
                "o.toml:2:17: \"list_max_want\" is 99999999999999999999; it must be",
            ),
            (
                "[sandbox]\nmodify_content = \"merge\"",
                "o.toml:2:18: \"modify_content\" is \"merge\"; it must be merge-deep or merge-top or replace",
            ),
            ("[sandbox]\nknown_accounts = \"u1\"", "it must be any or a list of texts"),
            ("[sandbox]\nknown_accounts = [1]", "is a list; it must be any or a list of texts"),
            (
                "[sandbox]\nclock = \"tomorrow\"",
                "it must be real, virtual, or a time such as 2030-01-01 00:00:00 (UTC)",
            ),
            ("[sandbox]\nclock = 2030-01-01T00:00:00Z", "is a date without quotes"),
            ("[sandbo]\n", "unknown key \"sandbo\" in the file; did you mean \"sandbox\"?"),
            ("sandbox = 1", "must be a table [sandbox]"),
            ("[sandbox]\napps = 1", "must be tables [[sandbox.apps]]"),
            ("[sandbox\n", "o.toml:1:9: "),
            ("[[sandbox.apps]]\nkey = \"k\"", "o.toml:1:1: an application needs a \"sdkappid\""),
            ("[[sandbox.apps]]\nsdkappid = 0\nkey = \"k\"", "\"sdkappid\" must be a whole number, 1 or more"),
            ("[[sandbox.apps]]\nsdkappid = 1", "needs either a \"key\" or a \"key_env\""),
            (
                "[[sandbox.apps]]\nsdkappid = 1\nkey_env = \"NO\"",
                "\"key_env\": the environment variable NO is not set",
            ),
            (
                "[[sandbox.apps]]\nsdkappid = 1\nkey = \"k\"\nadmin = [\"a\"]",
                "unknown key \"admin\" in [[sandbox.apps]]; did you mean \"admins\"?",
            ),
            (
                "[[sandbox.apps]]\nsdkappid = 1\nkey = \"k\"\nadmins = []",
                "\"admins\" must be a list of UserIDs",
            ),
            (
                "[[sandbox.apps]]\nsdkappid = 1\nkey = \"k\"\n[[sandbox.apps]]\nsdkappid = 1\nkey = \"k\"",
                "a second application with the sdkappid 1",
            ),
        ] {
            let faults = read(text).unwrap_err();
            assert!(faults.len() == 1 && faults[0].contains(expected), "{text}\n{faults:?}");
        }
        let faults = read("[sandbox]\ntick_ms = 0\nfoo = 1\nlist_max_want = \"x\"").unwrap_err();
        assert_eq!(faults.len(), 3, "every fault is told at once: {faults:?}");
    }

    #[test]
    fn a_key_is_never_repeated() {
        let text = "[[sandbox.apps]]\nsdkappid = 0\nkey = \"5up3rs3cr3t\"\nkey_env = \"SECOND_KEY\"";
        assert!(!read(text).unwrap_err().concat().contains("5up3r"));
        let options = read("[[sandbox.apps]]\nsdkappid = 1\nkey = \"5up3rs3cr3t\"").unwrap();
        assert!(!format!("{options:?}").contains("5up3r"));
    }
}
