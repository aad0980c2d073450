//! The layers: defaults, then the file, then the environment, then flags.
//!
//! Says which profile counts and who chose it. No profile means the embedded sandbox; the caller
//! tells the operator so.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::zeroize::Zeroizing;

use crate::domain::Zone;
use crate::domain::filter::SavedFilter;

use super::fault::ConfigError;
use super::file::{self, ConfigFile};
use super::keys::ScopeKeys;
use super::origin::{Location, Origin, Sourced};
use super::paths::{self, Env};
use super::profile::Profile;
use super::theme::{BackgroundChoice, ThemeChoice};

/// The variable that names the config file.
const CONFIG_VARIABLE: &str = "PUSHDECK_CONFIG";

/// The variable that names the profile.
const PROFILE_VARIABLE: &str = "PUSHDECK_PROFILE";

/// The variable that names the theme.
const THEME_VARIABLE: &str = "PUSHDECK_THEME";

/// The variable that says what the background of the terminal is.
const BACKGROUND_VARIABLE: &str = "PUSHDECK_BACKGROUND";

/// Time between two refreshes when nobody says.
const REFRESH: Duration = Duration::from_secs(2);

/// What the command line says about settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config FILE`
    pub config: Option<PathBuf>,
    /// `--profile NAME`
    pub profile: Option<String>,
    /// `--theme NAME`
    pub theme: Option<String>,
    /// `--background auto|dark|light`
    pub background: Option<BackgroundChoice>,
    /// `--sandbox`: no profile counts, and only a file named by `--config` is read.
    pub sandbox: bool,
}

/// What counts in the end.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The file that was read, and who named it.
    pub file: Option<Sourced<PathBuf>>,
    /// The app to work on; `None` is the embedded sandbox.
    pub profile: Option<Profile>,
    /// Every profile of the file, in its order; none with the embedded sandbox.
    pub profiles: Vec<Profile>,
    /// Time between two refreshes.
    pub refresh: Sourced<Duration>,
    /// Whether bell and desktop tell what ended.
    pub notify: Sourced<bool>,
    /// Whether the mouse is reported; else the terminal selects text with it.
    pub mouse: Sourced<bool>,
    /// What it looks like.
    pub theme: ThemeChoice,
    /// The zone of the profile, or the system's.
    pub timezone: Sourced<Zone>,
    /// The keys, as they are written.
    pub keys: Vec<ScopeKeys>,
    /// The saved filters: those of the profile, those at the top of the file, or those that are built in.
    pub filters: Vec<SavedFilter>,
}

/// Puts the layers together. `system_zone` is what [`paths::system_zone`] says.
///
/// # Errors
/// Everything that is wrong with the file, or a profile that is not there.
pub fn load(flags: &Flags, env: &Env, system_zone: Option<&str>) -> Result<Settings, ConfigError> {
    let named = search(flags, env);
    let (path, file) = match named {
        Some(named) if !flags.sandbox || flags.config.is_some() => read(named, env)?,
        Some(_) | None => (None, ConfigFile::default()),
    };
    let theme = theme(flags, env, &file, path.as_ref())?;
    let fallback = default_zone(env, system_zone);
    let notify = file.notify.clone().unwrap_or(Sourced::new(true, Origin::Default));
    let mouse = file.mouse.clone().unwrap_or(Sourced::new(true, Origin::Default));
    let refresh = file.refresh_seconds.as_ref().map_or(Sourced::new(REFRESH, Origin::Default), |seconds| {
        Sourced::new(Duration::from_secs(seconds.value), seconds.origin.clone())
    });
    let keys = file.keys.clone();
    let of_file = file.filters.clone();
    let profiles = if flags.sandbox { Vec::new() } else { file.profiles.clone() };
    let profile = if flags.sandbox { None } else { choose(flags, env, file, path.as_ref())? };
    let timezone = profile.as_ref().and_then(|profile| profile.timezone.clone()).unwrap_or(fallback);
    let of_profile = profile.as_ref().and_then(|profile| profile.filters.clone());
    let filters = of_profile.or(of_file).unwrap_or_else(SavedFilter::built_in);
    Ok(Settings { file: path, profile, profiles, refresh, mouse, notify, theme, timezone, keys, filters })
}

/// The theme: the flags, the variables, the file. One's own lie beside the config file, or where that would be.
fn theme(
    flags: &Flags,
    env: &Env,
    file: &ConfigFile,
    path: Option<&Sourced<PathBuf>>,
) -> Result<ThemeChoice, ConfigError> {
    let from_env = |name: &'static str| Some(Sourced::new(env.text(name)?, Origin::Env(name)));
    let named = flags.theme.clone().map(|name| Sourced::new(name, Origin::Flag("--theme")));
    let name = named.or_else(|| from_env(THEME_VARIABLE)).or_else(|| file.theme.clone());
    let flag = flags.background.map(|background| Sourced::new(background, Origin::Flag("--background")));
    let background = match (flag, from_env(BACKGROUND_VARIABLE)) {
        (Some(flag), _) => Some(flag),
        (None, Some(word)) => Some(background_of(&word)?),
        (None, None) => file.background.clone(),
    };
    let background = background.unwrap_or(Sourced::new(BackgroundChoice::default(), Origin::Default));
    let config = path.map(|path| path.value.clone()).or_else(|| paths::config_file(env));
    let folder = config.and_then(|config| Some(config.parent()?.join("themes")));
    Ok(ThemeChoice { name, background, folder })
}

fn background_of(word: &Sourced<String>) -> Result<Sourced<BackgroundChoice>, ConfigError> {
    let Some(background) = BackgroundChoice::named(&word.value) else {
        let advice = super::reader::advice(&word.value, &BackgroundChoice::ALL.map(BackgroundChoice::name));
        let given = super::reader::told(&word.value);
        return Err(ConfigError::new(format!("{} cannot be \"{given}\"{advice}", word.origin)));
    };
    Ok(Sourced::new(background, word.origin.clone()))
}

/// Which file to read: the flag, the variable, the XDG directory.
fn search(flags: &Flags, env: &Env) -> Option<Sourced<PathBuf>> {
    if let Some(path) = &flags.config {
        return Some(Sourced::new(path.clone(), Origin::Flag("--config")));
    }
    if let Some(path) = env.get(CONFIG_VARIABLE) {
        return Some(Sourced::new(path.into(), Origin::Env(CONFIG_VARIABLE)));
    }
    paths::config_file(env).map(|path| Sourced::new(path, Origin::Default))
}

/// A file that somebody named must be there; the one in the XDG directory need not.
fn read(named: Sourced<PathBuf>, env: &Env) -> Result<(Option<Sourced<PathBuf>>, ConfigFile), ConfigError> {
    let bytes = match std::fs::read(&named.value) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(err) if err.kind() == ErrorKind::NotFound && named.origin == Origin::Default => {
            return Ok((None, ConfigFile::default()));
        }
        Err(err) => {
            let by_default = named.origin == Origin::Default;
            let who = if by_default { String::new() } else { format!(" (named by {})", named.origin) };
            let path = named.value.display();
            return Err(ConfigError::new(format!("cannot read the config file {path}{who}: {err}")));
        }
    };
    let Ok(text) = std::str::from_utf8(&bytes) else {
        let place = Location { path: named.value, line: 0, column: 0 };
        return Err(ConfigError::at(place, "the config file is not text (UTF-8)"));
    };
    let file = file::parse(&named.value, text, env.home())?;
    Ok((Some(named), file))
}

/// The profile that counts: the flag, the variable, `default_profile`, or the only one there is.
fn choose(
    flags: &Flags,
    env: &Env,
    file: ConfigFile,
    path: Option<&Sourced<PathBuf>>,
) -> Result<Option<Profile>, ConfigError> {
    let from_env = || Some(Sourced::new(env.text(PROFILE_VARIABLE)?, Origin::Env(PROFILE_VARIABLE)));
    let from_flag = flags.profile.clone().map(|name| Sourced::new(name, Origin::Flag("--profile")));
    let wanted = from_flag.or_else(from_env).or(file.default_profile);
    let names: Vec<String> = file.profiles.iter().map(|profile| profile.name.value.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let Some(wanted) = wanted else {
        if names.len() > 1 {
            let all = names.join(", ");
            let words = format!(
                "several profiles and none chosen; write default_profile = \"{}\" at the top of the file, or give \
                 --profile NAME; there is: {all}",
                names.first().unwrap_or(&"")
            );
            return Err(match path {
                Some(path) => {
                    ConfigError::at(Location { path: path.value.clone(), line: 0, column: 0 }, words)
                }
                None => ConfigError::new(words),
            });
        }
        return Ok(file.profiles.into_iter().next());
    };
    if let Some(profile) = file.profiles.iter().find(|profile| profile.name.value == wanted.value) {
        return Ok(Some(Profile { name: wanted, ..profile.clone() }));
    }
    let who = wanted.origin.to_string();
    Err(match path {
        Some(path) => {
            let place = Location { path: path.value.clone(), line: 0, column: 0 };
            ConfigError::at(place, file::no_profile(&wanted.value, &names, &who))
        }
        None => ConfigError::new(no_file(&wanted.value, &who, env)),
    })
}

fn no_file(name: &str, who: &str, env: &Env) -> String {
    let name = super::reader::told(name);
    let place = paths::config_file(env).map(|path| format!(" {}", path.display())).unwrap_or_default();
    format!(
        "there is no profile \"{name}\" (named by {who}), because there is no config file{place}; write one after \
         config.toml.example, or name one with --config FILE"
    )
}

/// `TZ`, the system's zone, or UTC when neither is a name we know.
fn default_zone(env: &Env, system_zone: Option<&str>) -> Sourced<Zone> {
    let known = |name: &str| name.trim_start_matches(':').parse::<Zone>().ok();
    if let Some(zone) = env.text("TZ").as_deref().and_then(known) {
        return Sourced::new(zone, Origin::Env("TZ"));
    }
    match system_zone.and_then(known) {
        Some(zone) => Sourced::new(zone, Origin::System),
        None => Sourced::new(Zone::UTC, Origin::Default),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const TWO: &str = r#"
        [ui]
        refresh_seconds = 5
        [profiles.acme]
        environment = "prod"
        region = "singapore"
        sdkappid = 1400000001
        identifier = "administrator"
        secret_key_env = "ACME_IM_KEY"
        timezone = "Asia/Tokyo"
        [profiles.beta]
        environment = "test"
        region = "china"
        sdkappid = 1400000002
        identifier = "administrator"
        secret_key_env = "BETA_IM_KEY"
    "#;

    /// A home directory with a config file in its XDG place.
    struct Home(tempfile::TempDir);

    impl Home {
        fn with(text: &str) -> Self {
            let home = tempfile::tempdir().unwrap();
            let dir = home.path().join(".config/pushdeck");
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join("config.toml"), text).unwrap();
            Self(home)
        }

        fn config(&self) -> PathBuf {
            self.0.path().join(".config/pushdeck/config.toml")
        }

        fn env(&self, more: &[(&str, &str)]) -> Env {
            let home = self.0.path().to_str().unwrap();
            Env::of([("HOME", home)].into_iter().chain(more.iter().copied()))
        }
    }

    fn named(profile: &str) -> Flags {
        Flags { profile: Some(profile.to_owned()), ..Flags::default() }
    }

    fn chosen(settings: &Settings) -> (String, String) {
        let name = settings.profile.as_ref().unwrap().name.clone();
        (name.value, name.origin.to_string())
    }

    #[test]
    fn without_a_file_there_is_no_profile_and_the_zone_is_the_systems() {
        let home = tempfile::tempdir().unwrap();
        let env = Env::of([("HOME", home.path().to_str().unwrap())]);
        let settings = load(&Flags::default(), &env, Some("Europe/Berlin")).unwrap();
        assert!(settings.profile.is_none() && settings.file.is_none());
        assert_eq!(settings.timezone, Sourced::new(Zone::named("Europe/Berlin").unwrap(), Origin::System));
        assert_eq!(settings.refresh, Sourced::new(REFRESH, Origin::Default));
        let settings = load(&Flags::default(), &env, Some("Nowhere/Land")).unwrap();
        assert_eq!(settings.timezone, Sourced::new(Zone::UTC, Origin::Default));
        let env = Env::of([("TZ", ":Asia/Seoul")]);
        let settings = load(&Flags::default(), &env, None).unwrap();
        assert_eq!(settings.timezone, Sourced::new(Zone::named("Asia/Seoul").unwrap(), Origin::Env("TZ")));
    }

    #[test]
    fn flags_come_before_the_environment_and_that_before_the_file() {
        let home = Home::with(&format!("default_profile = \"acme\"\n{TWO}"));
        let settings = load(&Flags::default(), &home.env(&[]), None).unwrap();
        let origin = format!("{}:1:19", home.config().display());
        assert_eq!(chosen(&settings), ("acme".to_owned(), origin));
        assert_eq!(settings.timezone.value, Zone::named("Asia/Tokyo").unwrap());
        assert_eq!(settings.refresh.value, Duration::from_secs(5));
        assert_eq!(settings.mouse, Sourced::new(true, Origin::Default));

        let env = home.env(&[(PROFILE_VARIABLE, "beta")]);
        let settings = load(&Flags::default(), &env, Some("Asia/Seoul")).unwrap();
        let origin = "PUSHDECK_PROFILE in the environment".to_owned();
        assert_eq!(chosen(&settings), ("beta".to_owned(), origin));
        assert_eq!(settings.timezone, Sourced::new(Zone::named("Asia/Seoul").unwrap(), Origin::System));

        let settings = load(&named("acme"), &env, None).unwrap();
        assert_eq!(chosen(&settings), ("acme".to_owned(), "--profile on the command line".to_owned()));
    }

    #[test]
    fn the_file_is_searched_by_flag_then_variable_then_xdg() {
        let home = Home::with("x = 1");
        let (by_flag, by_env) = (home.0.path().join("flag.toml"), home.0.path().join("env.toml"));
        fs::write(&by_flag, "[ui]\nrefresh_seconds = 7\nmouse = false\n").unwrap();
        fs::write(&by_env, "[ui]\nrefresh_seconds = 8\n").unwrap();
        let env = home.env(&[(CONFIG_VARIABLE, by_env.to_str().unwrap())]);
        let flags = Flags { config: Some(by_flag.clone()), ..Flags::default() };
        let settings = load(&flags, &env, None).unwrap();
        assert_eq!(settings.file, Some(Sourced::new(by_flag, Origin::Flag("--config"))));
        assert_eq!((settings.refresh.value, settings.mouse.value), (Duration::from_secs(7), false));
        let settings = load(&Flags::default(), &env, None).unwrap();
        assert_eq!(settings.file, Some(Sourced::new(by_env, Origin::Env(CONFIG_VARIABLE))));
        let found = load(&Flags::default(), &home.env(&[]), None).unwrap_err().to_string();
        assert!(found.starts_with(&format!("{}:1:1: unknown key \"x\"", home.config().display())), "{found}");
    }

    #[test]
    fn a_file_that_somebody_named_must_be_there() {
        let flags = Flags { config: Some("/nowhere/c.toml".into()), ..Flags::default() };
        let found = load(&flags, &Env::default(), None).unwrap_err().to_string();
        let start = "cannot read the config file /nowhere/c.toml (named by --config on the command line): No such file";
        assert!(found.starts_with(start), "{found}");
        let env = Env::of([(CONFIG_VARIABLE, "/nowhere/c.toml")]);
        let found = load(&Flags::default(), &env, None).unwrap_err().to_string();
        assert!(found.contains("(named by PUSHDECK_CONFIG in the environment): No such file"), "{found}");
    }

    #[test]
    fn the_only_profile_needs_no_default_and_several_do() {
        let one = TWO.split("[profiles.beta]").next().unwrap();
        let home = Home::with(one);
        assert_eq!(chosen(&load(&Flags::default(), &home.env(&[]), None).unwrap()).0, "acme");
        let home = Home::with(TWO);
        let found = load(&Flags::default(), &home.env(&[]), None).unwrap_err().to_string();
        let path = home.config();
        assert_eq!(
            found,
            format!(
                "{}: several profiles and none chosen; write default_profile = \"acme\" at the top of the file, or \
                 give --profile NAME; there is: acme, beta",
                path.display()
            )
        );
    }

    #[test]
    fn a_profile_that_is_not_there_is_named_with_the_nearest() {
        let home = Home::with(TWO);
        let found = load(&named("bete"), &home.env(&[]), None).unwrap_err().to_string();
        let words = "there is no profile \"bete\" (named by --profile on the command line); did you mean \"beta\"? \
                     Allowed: acme, beta";
        assert_eq!(found, format!("{}: {words}", home.config().display()));
        let found = load(&named("beta"), &Env::of([("HOME", "/nowhere")]), None).unwrap_err().to_string();
        assert_eq!(
            found,
            "there is no profile \"beta\" (named by --profile on the command line), because there is no config file \
             /nowhere/.config/pushdeck/config.toml; write one after config.toml.example, or name one with --config FILE"
        );
    }

    #[test]
    fn the_sandbox_flag_works_whatever_the_config_says() {
        let home = Home::with("this is no config");
        let flags = Flags { sandbox: true, ..Flags::default() };
        let settings = load(&flags, &home.env(&[(PROFILE_VARIABLE, "acme")]), None).unwrap();
        assert!(settings.profile.is_none() && settings.file.is_none());
    }

    #[test]
    fn a_file_that_is_not_text_is_refused() {
        let home = Home::with("");
        fs::write(home.config(), b"a = \"\xff\"").unwrap();
        let found = load(&Flags::default(), &home.env(&[]), None).unwrap_err().to_string();
        assert_eq!(found, format!("{}: the config file is not text (UTF-8)", home.config().display()));
    }
}
