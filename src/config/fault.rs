//! What is wrong with the settings, in words that hold no key.

use std::fmt;

use super::origin::{Location, Origin};
use super::redact::redact;

/// One thing that is wrong with the settings, in words that say what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFault {
    /// Where, when it is in a file.
    pub place: Option<Location>,
    /// What is wrong and what to do; never holds a secret.
    pub words: String,
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Also a path or a name may be a key in the wrong place.
        match &self.place {
            Some(place) => f.write_str(&redact(&format!("{place}: {}", self.words))),
            None => f.write_str(&redact(&self.words)),
        }
    }
}

/// Everything that is wrong with the settings, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub faults: Vec<SettingFault>,
}

impl ConfigError {
    /// One fault that belongs to no line of a file.
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self { faults: vec![SettingFault { place: None, words: words.into() }] }
    }

    /// One fault at a known position.
    pub(super) fn at(place: Location, words: impl Into<String>) -> Self {
        Self { faults: vec![SettingFault { place: Some(place), words: words.into() }] }
    }

    /// One fault of a value that is known by its origin.
    pub(super) fn of(origin: &Origin, words: impl Into<String>) -> Self {
        Self::of_all(vec![(origin.clone(), words.into())])
    }

    /// Faults of values that are known by their origins, in the order of the file.
    pub fn of_all(mut found: Vec<(Origin, String)>) -> Self {
        let line = |origin: &Origin| {
            if let Origin::File(place) = origin { (place.line, place.column) } else { (0, 0) }
        };
        found.sort_by_key(|(origin, _)| line(origin));
        let fault = |(origin, words): (Origin, String)| match origin {
            Origin::File(place) => SettingFault { place: Some(place), words },
            Origin::Default | Origin::System | Origin::Env(_) | Origin::Flag(_) => {
                SettingFault { place: None, words }
            }
        };
        Self { faults: found.into_iter().map(fault).collect() }
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
