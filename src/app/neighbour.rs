//! What the app on the screen tells of the other apps that are open beside it.

use crate::domain::profile::Environment;

/// Another app that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its profile.
    pub profile: String,
    /// What is at stake there.
    pub environment: Environment,
    /// The state of its connection, in a word.
    pub connection: &'static str,
    /// Whether that is how it should be.
    pub is_live: bool,
    /// Its tasks of its range.
    pub tasks: u64,
    /// Whether these are all of them.
    pub is_complete: bool,
    /// Writes under way.
    pub under_way: usize,
    /// Writes in doubt and results that wait to be acknowledged.
    pub to_read: usize,
}
