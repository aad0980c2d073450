//! How often what was called, for tests that ask whether a client keeps the limits.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::wire::Command;

/// The calls of one command of one application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Calls with a good signature of an administrator, those over the limit included.
    pub calls: u64,
    /// Those of them that were refused for their rate (60007).
    pub over_limit: u64,
    /// Those of them that failed for another reason; scripted faults are not counted here.
    pub failed: u64,
    /// Those of them that met a scripted fault.
    pub faults: u64,
}

/// All calls since the start or the last reset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Requests that arrived, whatever they were, but for the control interface.
    pub requests: u64,
    /// Requests that were refused before the rate was looked at: path, form, signature, rights.
    pub turned_away: u64,
    /// By application and command.
    pub apps: BTreeMap<u64, BTreeMap<&'static str, Count>>,
}

impl Counters {
    /// The figures of one command.
    pub fn of(&self, app: u64, command: Command) -> Count {
        self.apps.get(&app).and_then(|commands| commands.get(command.name())).copied().unwrap_or_default()
    }

    pub(super) fn at(&mut self, app: u64, command: Command) -> &mut Count {
        self.apps.entry(app).or_default().entry(command.name()).or_default()
    }
}
