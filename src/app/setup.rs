//! What the config settles: before the first screen, and when it is read again.

use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::Zone;
use crate::domain::collision::Policy;
use crate::domain::filter::SavedFilter;
use crate::domain::profile::{AppKey, Environment};
use crate::keymap::Keymap;

/// What was settled before the first screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Name of the profile, which the operator also types to confirm.
    pub profile: String,
    /// What is at stake.
    pub environment: Environment,
    /// Region or host, for the header.
    pub place: String,
    /// The app.
    pub sdkappid: u64,
    /// The same app with its profile and host, which every write carries (W8).
    pub app: AppKey,
    /// Sender of new tasks.
    pub from_account: String,
    /// How many users a push to everyone reaches, where the config says; the service never does.
    pub audience_all: Option<u64>,
    /// What the app allows, as far as the config says; the service never does.
    pub limits: Policy,
    /// The app's zone.
    pub zone: Zone,
    /// How far back tasks may have been created that are looked for, where a range of the list is of the creation
    /// time.
    pub history: TimeDelta,
    /// Rows a page.
    pub page_size: u32,
    /// Time between two refreshes.
    pub refresh: Duration,
    /// Whether bell and desktop tell what ended.
    pub notify: bool,
    /// Whether the mouse is reported from the start.
    pub mouse: bool,
    /// Something to say once at the start, such as "no config file: embedded sandbox".
    pub notice: Option<String>,
    /// Which key does what.
    pub keys: Keymap,
    /// The filters that have a name, in the order of their tabs.
    pub filters: Vec<SavedFilter>,
    /// Every profile of the config, this one among them, in the order of the file.
    pub profiles: Vec<ProfileEntry>,
}

/// A profile to which one can go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileEntry {
    /// Its name.
    pub name: String,
    /// What is at stake there.
    pub environment: Environment,
    /// Region or host.
    pub place: String,
    /// The app.
    pub sdkappid: u64,
}

/// The config, read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reloaded {
    /// As at the start.
    pub setup: Setup,
    /// Whether app, host and profile are those of before.
    pub same_place: bool,
}
