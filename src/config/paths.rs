//! Where settings and state live, by the XDG rules, from an environment that is an argument.
//!
//! Only [`Env::process`], [`system_zone`] and [`open_file`] look at the machine; they create nothing.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

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
    pub(super) fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The home directory.
    pub(super) fn home(&self) -> Option<&Path> {
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
pub(super) fn config_file(env: &Env) -> Option<PathBuf> {
    Some(env.xdg("XDG_CONFIG_HOME", ".config")?.join(FOLDER).join("config.toml"))
}

/// Where journal, drafts and log are kept; `None` without a home directory.
pub fn state_dir(env: &Env) -> Option<PathBuf> {
    Some(env.xdg("XDG_STATE_HOME", ".local/state")?.join(FOLDER))
}

/// Why a file was not opened.
#[derive(Debug)]
pub enum NotOpened {
    /// The system's reason.
    Failed(io::Error),
    /// It is something else, named here with its article.
    Other(&'static str),
}

impl NotOpened {
    /// The same in words about the file of this name.
    pub(super) fn words(&self, name: &str) -> String {
        match self {
            Self::Failed(err) => format!("cannot read {name}: {err}"),
            Self::Other(what) => format!("{name} is {what}, not a file"),
        }
    }
}

/// Opens a regular file for reading, and nothing else: a named pipe or a device could keep whoever
/// reads it waiting for ever.
///
/// # Errors
/// What it is, or why it cannot be read. It is decided on what was opened, not on what had the name before.
pub fn open_file(path: &Path) -> Result<(File, Metadata), NotOpened> {
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(NotOpened::Failed)?;
    let meta = file.metadata().map_err(NotOpened::Failed)?;
    let kind = meta.file_type();
    let other = if kind.is_file() {
        return Ok((file, meta));
    } else if kind.is_dir() {
        "a directory"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else {
        "something else"
    };
    Err(NotOpened::Other(other))
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
