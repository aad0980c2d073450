//! The apps that are open, by number, and where the operator goes among them.

use chrono::{DateTime, Utc};

use crate::domain::TaskId;
use crate::keymap::Action;

/// The number of an open app, by which its answers find it; they are counted from 0 in the order of opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppNumber(pub usize);

impl AppNumber {
    /// The board of all profiles, which no worker belongs to.
    pub const OVERVIEW: Self = Self(usize::MAX);
}

/// Where the operator goes among the apps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SwitchTo {
    /// To the app of a profile, as it was left.
    Profile(String),
    /// To the board of all profiles.
    All,
    /// From there back to the app that was on the screen before.
    Back,
    /// To a task of an app, where an action is carried out that is not one of the board of all profiles.
    Task {
        /// The profile of the app.
        profile: String,
        /// The task; `None` is the table as it was left.
        id: Option<TaskId>,
        /// What is to be done there.
        action: Option<Action>,
    },
    /// On the board of all profiles to the first task from a time on.
    Time(DateTime<Utc>),
    /// Nowhere: every app asks the service now.
    Refresh,
}

impl SwitchTo {
    /// The profile of the app to which it goes.
    pub(super) fn profile(&self) -> Option<&str> {
        match self {
            Self::Profile(profile) | Self::Task { profile, .. } => Some(profile),
            Self::All | Self::Back | Self::Time(_) | Self::Refresh => None,
        }
    }
}
