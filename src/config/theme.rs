//! Which theme is meant, and the file of one's own: `themes/NAME.toml` beside the config file.
//!
//! What a theme says is read by `theme`; here it is found.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::fault::ConfigError;
use super::origin::{Origin, Sourced};
use super::reader::told;

/// What the terminal's background is said to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BackgroundChoice {
    /// The terminal is asked.
    #[default]
    Auto,
    /// Light text stands on it.
    Dark,
    /// Dark text does.
    Light,
}

impl BackgroundChoice {
    /// All, as they are written in the file.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Dark, Self::Light];

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|background| background.name() == name)
    }
}

/// The theme that is meant.
#[derive(Clone, Debug)]
pub struct ThemeChoice {
    /// Its name; `None` is the built-in one that is taken when nobody names one.
    pub name: Option<Sourced<String>>,
    /// For which background.
    pub background: Sourced<BackgroundChoice>,
    /// Where the operator's own themes are; `None` without a home directory.
    pub folder: Option<PathBuf>,
}

impl ThemeChoice {
    /// The file of the operator's own theme of this name, with its text; `None` where there is none.
    ///
    /// # Errors
    /// When the name is none, or the file cannot be read.
    pub fn own_file(&self) -> Result<Option<(PathBuf, String)>, ConfigError> {
        let Some(name) = &self.name else { return Ok(None) };
        let is_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if !name.value.chars().all(is_name) {
            let words = format!(
                "the theme cannot be \"{}\" ({}): a name has letters, digits, - and _, and is no path",
                told(&name.value),
                name.origin
            );
            return Err(ConfigError::of(&name.origin, words));
        }
        let Some(path) = self.folder.as_ref().map(|folder| folder.join(format!("{}.toml", name.value)))
        else {
            return Ok(None);
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some((path, text))),
            Err(err) if err.kind() == ErrorKind::NotFound => Ok(None),
            Err(err) => {
                let words = format!("cannot read the theme {}: {err}", path.display());
                Err(ConfigError::of(&name.origin, words))
            }
        }
    }

    /// What is said when there is no such theme, neither built in nor one's own.
    pub fn unknown(&self, built_in: &[&str]) -> ConfigError {
        let Some(name) = &self.name else { return ConfigError::new("there is no theme") };
        let advice = super::reader::advice(&name.value, built_in);
        let own = self.folder.as_ref().map_or_else(String::new, |folder| {
            format!("; one of your own would be {}", folder.join(format!("{}.toml", name.value)).display())
        });
        let who = match &name.origin {
            origin @ (Origin::Env(_) | Origin::Flag(_)) => format!(" ({origin})"),
            Origin::Default | Origin::System | Origin::File(_) => String::new(),
        };
        ConfigError::of(
            &name.origin,
            format!("there is no theme \"{}\"{who}{advice}{own}", told(&name.value)),
        )
    }
}
