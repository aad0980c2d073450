//! The config file: text to checked profiles, with everything that is wrong in it at once.
//!
//! A fault names its line, its key, what is allowed and what was probably meant. Values of secret
//! keys, and addresses (which may hold a password), are never repeated in one.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use secrecy::SecretString;
use toml::Spanned;
use toml::de::DeValue;

use super::endpoint;
use super::fault::{ConfigError, SettingFault};
use super::keys::ScopeKeys;
use super::origin::{Origin, Sourced};
use super::profile::{Profile, SecretSource};
use super::reader::{FileReader, Table, advice, article, read_toml, told};
use super::theme::BackgroundChoice;
use super::{redact, secret, zone};
use crate::domain::filter::SavedFilter;
use crate::domain::profile::{ALL_PROFILES, Environment, REGIONS, Region, region};
use crate::domain::when::read_span;
use crate::domain::{Zone, text};
use crate::usersig;

/// The keys at the top of the file.
const TOP_KEYS: [&str; 5] = ["default_profile", "profiles", "ui", "keys", "filters"];

/// The keys of `[ui]`.
const UI_KEYS: [&str; 5] = ["refresh_seconds", "mouse", "notify", "theme", "background"];

/// The keys of a profile.
const PROFILE_KEYS: [&str; 19] = [
    "environment",
    "region",
    "endpoint",
    "sdkappid",
    "identifier",
    SECRET_KEYS[0],
    SECRET_KEYS[1],
    SECRET_KEYS[2],
    SECRET_KEYS[3],
    SECRET_KEYS[4],
    "timezone",
    "page_size",
    "history",
    "from_account",
    "audience",
    "limits",
    "allow_http",
    "ca_file",
    "filters",
];

/// The keys of a profile's `audience`: how many users a push reaches, which the service does not say.
const AUDIENCE_KEYS: [&str; 1] = ["all"];

/// The keys of a profile that say where its secret is; exactly one of them stands in each.
const SECRET_KEYS: [&str; 5] =
    ["secret_key_env", "secret_key_file", "secret_key_command", "secret_key", "usersig"];

const KEY_FOR_A_PATH: &str = "\"secret_key_file\" must be the path of a file, but this looks like a key itself; put \
                              the key into a file that only you can read, and write its path";

/// Rows a page when nobody says.
pub const PAGE_SIZE: u32 = 100;

/// How far back tasks may have been created that are looked for, when nobody says.
pub const HISTORY: TimeDelta = TimeDelta::days(90);

/// The shortest and the longest `history`: a day holds the tasks of today, and no service is so old as ten years.
const HISTORY_BOUNDS: (TimeDelta, TimeDelta) = (TimeDelta::days(1), TimeDelta::days(3650));

/// A config file, read and checked.
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    /// The profile to take when nobody names one.
    pub default_profile: Option<Sourced<String>>,
    /// All profiles, by name.
    pub profiles: Vec<Profile>,
    /// Seconds between two refreshes.
    pub refresh_seconds: Option<Sourced<u64>>,
    /// Whether bell and desktop tell what ended.
    pub notify: Option<Sourced<bool>>,
    /// Whether the mouse is reported.
    pub mouse: Option<Sourced<bool>>,
    /// The name of the theme.
    pub theme: Option<Sourced<String>>,
    /// What the background of the terminal is.
    pub background: Option<Sourced<BackgroundChoice>>,
    /// The keys, as they are written.
    pub keys: Vec<ScopeKeys>,
    /// The saved filters.
    pub filters: Option<Vec<SavedFilter>>,
}

/// Reads the text of a config file. `home` stands for `~` in paths.
///
/// # Errors
/// Everything that is wrong, in the order of the lines.
pub fn parse(path: &Path, text: &str, home: Option<&Path>) -> Result<ConfigFile, ConfigError> {
    read_toml(path, text, home, root)
}

fn root(reader: &mut FileReader<'_>, top: &Table<'_, '_>) -> ConfigFile {
    reader.unknown_keys(top, &TOP_KEYS);
    let mut file =
        ConfigFile { default_profile: reader.string(top, "default_profile"), ..ConfigFile::default() };
    let profiles = reader.table(top, "profiles", "[profiles]");
    for (name, value) in profiles.iter().flat_map(|table| table.entries.iter()) {
        let title = format!("[profiles.{}]", told(name.get_ref()));
        let DeValue::Table(table) = value.get_ref() else {
            let words = format!("{title} must be a table of its own, not {}", article(value.get_ref()));
            reader.fault(value.span(), words);
            continue;
        };
        let table = Table { entries: table, title, span: name.span() };
        if let Some(profile) = reader.profile(name, &table) {
            file.profiles.push(profile);
        }
    }
    reader.default_exists(&file, profiles.as_ref());
    if let Some(ui) = reader.table(top, "ui", "[ui]") {
        reader.unknown_keys(&ui, &UI_KEYS);
        file.refresh_seconds = reader.integer(&ui, "refresh_seconds", 1..=60);
        file.mouse = reader.boolean(&ui, "mouse");
        file.notify = reader.boolean(&ui, "notify");
        file.theme = reader.string(&ui, "theme");
        let backgrounds = BackgroundChoice::ALL.map(BackgroundChoice::name);
        file.background = reader.word(&ui, "background", &backgrounds, BackgroundChoice::named);
    }
    file.keys = reader.keys(top);
    file.filters = reader.filters(top);
    file
}

impl FileReader<'_> {
    fn default_exists(&mut self, file: &ConfigFile, profiles: Option<&Table<'_, '_>>) {
        let Some(default) = &file.default_profile else { return };
        let names: Vec<&str> =
            profiles.iter().flat_map(|table| table.entries.keys()).map(|k| k.get_ref().as_ref()).collect();
        if !names.contains(&default.value.as_str())
            && let Origin::File(place) = &default.origin
        {
            let words = no_profile(&default.value, &names, "default_profile");
            self.faults.push((0, SettingFault { place: Some(place.clone()), words }));
        }
    }

    fn profile(&mut self, name: &Spanned<toml::de::DeString<'_>>, table: &Table<'_, '_>) -> Option<Profile> {
        let before = self.faults.len();
        self.unknown_keys(table, &PROFILE_KEYS);
        let title = name.get_ref().as_ref();
        if title.trim() != title || title.is_empty() || text::clean(title) != title {
            self.fault(
                name.span(),
                "a profile's name must be text that can be typed, without blanks around it",
            );
        }
        if title == ALL_PROFILES {
            self.fault(name.span(), "that is the name of the board of all profiles; give this one another");
        }
        if redact::looks_like_key(title) {
            let words = "a profile's name is shown everywhere, and this looks like a key; write another name";
            self.fault(name.span(), words);
        }
        let environment = self.environment(table);
        let allow_http = self.boolean(table, "allow_http").unwrap_or(Sourced::new(false, Origin::Default));
        let (endpoint, region) = self.address(table, allow_http.value, environment.as_ref()).unzip();
        let sdkappid = self.integer(table, "sdkappid", 1..=u64::MAX);
        if table.get("sdkappid").is_none() {
            self.missing(table, "\"sdkappid\"; write the SDKAppID of the app, such as sdkappid = 1400000001");
        }
        let identifier = self.identifier(table);
        let secret = self.secret(table);
        let timezone = self.timezone(table);
        let page_size = self.page_size(table);
        let history = self.history(table);
        let from_account = self.user_id(table, "from_account");
        let audience_all = self.audience_all(table);
        let limits = self.limits(table);
        let ca_file = self.string(table, "ca_file");
        let ca_file = ca_file.map(|file| Sourced::new(self.resolved(&file.value), file.origin));
        let filters = self.filters(table);
        if self.faults.len() > before {
            return None;
        }
        let identifier = identifier?;
        let from_account =
            from_account.unwrap_or_else(|| Sourced::new(identifier.value.clone(), Origin::Default));
        Some(Profile {
            name: self.sourced(title.to_owned(), name.span()),
            environment: environment?,
            endpoint: endpoint?,
            region: region?,
            sdkappid: sdkappid?,
            identifier,
            secret: secret?,
            timezone,
            page_size,
            history,
            from_account,
            audience_all,
            limits,
            allow_http,
            ca_file,
            filters,
        })
    }

    fn environment(&mut self, table: &Table<'_, '_>) -> Option<Sourced<Environment>> {
        let allowed = Environment::ALL.map(Environment::name);
        if table.get("environment").is_none() {
            self.missing(table, "\"environment\"; write environment = \"sandbox\", \"test\" or \"prod\"");
        }
        self.word(table, "environment", &allowed, |word| {
            Environment::ALL.into_iter().find(|environment| environment.name() == word)
        })
    }

    fn page_size(&mut self, table: &Table<'_, '_>) -> Sourced<u32> {
        let given = self.integer(table, "page_size", 1..=100);
        let given = given.and_then(|size| Some(Sourced::new(u32::try_from(size.value).ok()?, size.origin)));
        given.unwrap_or(Sourced::new(PAGE_SIZE, Origin::Default))
    }

    fn history(&mut self, table: &Table<'_, '_>) -> Sourced<TimeDelta> {
        let default = Sourced::new(HISTORY, Origin::Default);
        let Some(given) = self.string(table, "history") else { return default };
        let (least, most) = HISTORY_BOUNDS;
        let words = match read_span(&given.value) {
            Some(span) if (least..=most).contains(&span) => return Sourced::new(span, given.origin),
            Some(_) => {
                let (least, most) = (least.num_days(), most.num_days());
                format!("is \"{}\"; it must be from {least}d to {most}d", told(&given.value))
            }
            None => {
                let given = told(&given.value);
                format!("cannot be \"{given}\"; write a number and its unit, such as \"90d\" or \"12 weeks\"")
            }
        };
        self.fault(table.get("history").map_or(0..0, Spanned::span), format!("\"history\" {words}"));
        default
    }

    fn audience_all(&mut self, table: &Table<'_, '_>) -> Option<Sourced<u64>> {
        let title = format!("{}.audience]", table.title.trim_end_matches(']'));
        let audience = self.table(table, "audience", &title)?;
        self.unknown_keys(&audience, &AUDIENCE_KEYS);
        self.integer(&audience, "all", 1..=u64::MAX)
    }

    fn identifier(&mut self, table: &Table<'_, '_>) -> Option<Sourced<String>> {
        if table.get("identifier").is_none() {
            self.missing(table, "\"identifier\"; write the UserID of an app administrator");
        }
        self.user_id(table, "identifier")
    }

    fn user_id(&mut self, table: &Table<'_, '_>, key: &str) -> Option<Sourced<String>> {
        let id = self.string(table, key)?;
        if !usersig::is_user_id(&id.value) {
            let words = format!("\"{key}\" must be a UserID: at most 32 bytes, without blanks");
            self.fault(table.get(key)?.span(), words);
            return None;
        }
        Some(id)
    }

    fn timezone(&mut self, table: &Table<'_, '_>) -> Option<Sourced<Zone>> {
        let name = self.string(table, "timezone")?;
        if let Some(zone) = zone::read(&name.value) {
            return Some(Sourced::new(zone, name.origin));
        }
        let words = format!(
            "\"timezone\" cannot be \"{}\"{}: UTC or an IANA name, such as Asia/Shanghai",
            told(&name.value),
            zone::advice(&name.value)
        );
        self.fault(table.get("timezone")?.span(), words);
        None
    }

    /// Where the service is: by region or by endpoint.
    fn address(
        &mut self,
        table: &Table<'_, '_>,
        allow_http: bool,
        environment: Option<&Sourced<Environment>>,
    ) -> Option<(Sourced<String>, Option<&'static Region>)> {
        let sandbox = environment.is_some_and(|environment| environment.value == Environment::Sandbox);
        match (table.get("region"), table.get("endpoint")) {
            (Some(_), Some(endpoint)) => {
                self.fault(
                    endpoint.span(),
                    format!("{} has both region and endpoint; keep one", table.title),
                );
                None
            }
            (None, None) => {
                let names = REGIONS.map(|region| region.name).join(", ");
                let words = format!("\"region\" or \"endpoint\"; write region = one of {names}");
                self.missing(table, &words);
                None
            }
            (Some(value), None) => {
                let names = REGIONS.map(|region| region.name);
                let region = self.word(table, "region", &names, region)?;
                if sandbox {
                    self.fault(value.span(), endpoint::REAL_SANDBOX);
                    return None;
                }
                let endpoint = format!("https://{}", region.value.domain);
                Some((Sourced::new(endpoint, region.origin), Some(region.value)))
            }
            (None, Some(value)) => {
                let given = self.string(table, "endpoint")?;
                match endpoint::read(&given.value, allow_http, sandbox) {
                    Ok(endpoint) => Some((Sourced::new(endpoint, given.origin), None)),
                    Err(words) => {
                        self.fault(value.span(), words);
                        None
                    }
                }
            }
        }
    }

    fn secret(&mut self, table: &Table<'_, '_>) -> Option<Sourced<SecretSource>> {
        let given: Vec<&'static str> =
            SECRET_KEYS.into_iter().filter(|key| table.get(key).is_some()).collect();
        let [key] = given.as_slice() else {
            if let Some(value) = given.last().and_then(|key| table.get(key)) {
                let words = format!("{} has {}; keep exactly one", table.title, given.join(" and "));
                self.fault(value.span(), words);
            } else {
                let words = format!("secret; write one of {}", SECRET_KEYS.join(", "));
                self.missing(table, &words);
            }
            return None;
        };
        let Sourced { value, origin } = self.string(table, key)?;
        let source = match *key {
            "secret_key_env" => {
                if let Some(words) = secret::bad_variable(&value) {
                    self.fault(table.get(key)?.span(), format!("\"secret_key_env\" {words}"));
                    return None;
                }
                SecretSource::Env(value)
            }
            "secret_key_file" => {
                if !value.contains('.') && !value.starts_with(['/', '~']) && redact::looks_like_key(&value) {
                    self.fault(table.get(key)?.span(), KEY_FOR_A_PATH);
                    return None;
                }
                SecretSource::File(self.resolved(&value))
            }
            "secret_key_command" => SecretSource::Command(value),
            "secret_key" => SecretSource::Key(SecretString::from(value)),
            _ => SecretSource::Sig(SecretString::from(value)),
        };
        Some(Sourced::new(source, origin))
    }

    /// `~/x` is under home; what is not absolute is beside the config file.
    fn resolved(&self, given: &str) -> PathBuf {
        if let Some(rest) = given.strip_prefix("~/")
            && let Some(home) = self.home
        {
            return home.join(rest);
        }
        self.path.parent().unwrap_or(Path::new("")).join(given)
    }
}

/// What to say when a profile is named that is not there.
pub(super) fn no_profile(name: &str, names: &[&str], who: &str) -> String {
    let start = format!("there is no profile \"{}\" (named by {who})", told(name));
    if names.is_empty() { format!("{start}: the file has none") } else { start + &advice(name, names) }
}

#[cfg(test)]
mod tests;
