//! Where a value of the settings came from: the layer, and the position in the file.

use std::fmt;
use std::path::PathBuf;

/// A position in the config file, counted from 1.
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
    pub(super) fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}
