//! Settings: where they come from and what they mean.
//!
//! Defaults, then the file, then the environment, then flags; every value knows where it came from.
//! The environment and the system's zone are arguments, so that nothing here depends on the process
//! it runs in. Nothing here shows a secret, and none is read before it is needed.

mod command;
mod endpoint;
pub mod file;
pub mod layers;
pub mod paths;
pub mod profile;
mod reader;
pub mod redact;
pub mod secret;
mod zone;

use std::fmt;
use std::path::PathBuf;

pub use crate::usersig::Credential;
pub use layers::{Flags, Settings, load};
pub use paths::Env;
pub use profile::{Profile, SecretSource};
pub use secret::resolve_secret;

/// A spot in the config file, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file, as it was named.
    pub path: PathBuf,
    /// The line; 0 when the whole file is meant.
    pub line: usize,
    /// The character in that line.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        if self.line == 0 { write!(f, "{path}") } else { write!(f, "{path}:{}:{}", self.line, self.column) }
    }
}

/// Which layer gave a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The system's own setting, such as its time zone.
    System,
    /// The config file.
    File(Location),
    /// A variable of the environment.
    Env(&'static str),
    /// A flag on the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::System => f.write_str("the system"),
            Self::File(place) => write!(f, "{place}"),
            Self::Env(name) => write!(f, "{name} in the environment"),
            Self::Flag(name) => write!(f, "{name} on the command line"),
        }
    }
}

/// An effective value with the layer that gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// What counts.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value with its layer.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

/// One thing that is wrong with the settings, in words that say what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, when it is in a file.
    pub place: Option<Location>,
    /// What is wrong and what to do; never holds a secret.
    pub words: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Also a path or a name may be a key in the wrong place.
        match &self.place {
            Some(place) => f.write_str(&redact::redact(&format!("{place}: {}", self.words))),
            None => f.write_str(&redact::redact(&self.words)),
        }
    }
}

/// Everything that is wrong with the settings, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub faults: Vec<Fault>,
}

impl ConfigError {
    /// One fault that belongs to no line of a file.
    pub fn new(words: impl Into<String>) -> Self {
        Self { faults: vec![Fault { place: None, words: words.into() }] }
    }

    /// One fault at a known spot.
    pub fn at(place: Location, words: impl Into<String>) -> Self {
        Self { faults: vec![Fault { place: Some(place), words: words.into() }] }
    }

    /// One fault of a value that is known by its origin.
    pub fn of(origin: &Origin, words: impl Into<String>) -> Self {
        match origin {
            Origin::File(place) => Self::at(place.clone(), words),
            Origin::Default | Origin::System | Origin::Env(_) | Origin::Flag(_) => Self::new(words),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
