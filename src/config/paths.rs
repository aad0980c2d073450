//! Where settings and state live, by the XDG rules, from an environment that is an argument.
//!
//! Only [`Env::process`] and [`system_zone`] look at the machine; they create nothing.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// The folder of this program under each of the XDG directories.
const FOLDER: &str = "pushdeck";

/// A copy of an environment. It may hold keys, so `Debug` shows names only.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<OsString, OsString>);

impl Env {
    /// The environment of this process, with `HOME` looked up in the password file when it is unset.
    pub fn process() -> Self {
        let mut vars: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
        if vars.get(OsStr::new("HOME")).is_none_or(|home| home.is_empty())
            && let Ok(home) = etcetera::home_dir()
        {
            vars.insert("HOME".into(), home.into());
        }
        Self(vars)
    }

    /// A made-up environment.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The value of a variable; an empty one counts as unset.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Like [`Env::get`], for values that must be text; other bytes are replaced.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.to_string_lossy().into_owned())
    }

    /// All variables, for a child process.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The home directory.
    pub fn home(&self) -> Option<&Path> {
        self.get("HOME").map(Path::new)
    }

    /// An XDG directory: the variable when it is an absolute path, else the place under home.
    fn xdg(&self, name: &str, under_home: &str) -> Option<PathBuf> {
        let given = self.get(name).map(Path::new).filter(|path| path.is_absolute());
        given.map(Path::to_owned).or_else(|| Some(self.home()?.join(under_home)))
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Where the config file is looked for when nobody names one; `None` without a home directory.
pub fn config_file(env: &Env) -> Option<PathBuf> {
    Some(env.xdg("XDG_CONFIG_HOME", ".config")?.join(FOLDER).join("config.toml"))
}

/// Where journal, drafts and log are kept; `None` without a home directory.
pub fn state_dir(env: &Env) -> Option<PathBuf> {
    Some(env.xdg("XDG_STATE_HOME", ".local/state")?.join(FOLDER))
}

/// The IANA name of the system's time zone, where it has one.
pub fn system_zone() -> Option<String> {
    iana_time_zone::get_timezone().ok()
}

#[cfg(test)]
mod tests {
    use etcetera::BaseStrategy;

    use super::*;

    #[test]
    fn the_xdg_variables_win_when_they_are_absolute() {
        let env =
            Env::of([("HOME", "/home/op"), ("XDG_CONFIG_HOME", "/etc/xdg"), ("XDG_STATE_HOME", "state")]);
        assert_eq!(config_file(&env), Some("/etc/xdg/pushdeck/config.toml".into()));
        assert_eq!(state_dir(&env), Some("/home/op/.local/state/pushdeck".into()));
        let env = Env::of([("HOME", "/home/op"), ("XDG_CONFIG_HOME", "")]);
        assert_eq!(config_file(&env), Some("/home/op/.config/pushdeck/config.toml".into()));
        assert_eq!(config_file(&Env::default()), None);
    }

    #[test]
    fn the_places_are_those_of_the_xdg_strategy_of_etcetera() {
        let xdg = etcetera::base_strategy::Xdg::new().unwrap();
        let env = Env::process();
        assert_eq!(config_file(&env), Some(xdg.config_dir().join("pushdeck/config.toml")));
        assert_eq!(state_dir(&env), xdg.state_dir().map(|dir| dir.join("pushdeck")));
    }

    #[test]
    fn an_environment_does_not_show_its_values() {
        let env = Env::of([("ACME_IM_KEY", "5up3rs3cr3t")]);
        assert_eq!(format!("{env:?}"), r#"{"ACME_IM_KEY"}"#);
    }
}
