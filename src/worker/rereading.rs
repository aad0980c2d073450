//! How the config is read again.

use std::fmt;
use std::sync::Arc;

use crate::api::Connection;
use crate::app::Setup;

/// What the config says now.
#[derive(Clone, Debug)]
pub struct ReadConfig {
    /// For the screens.
    pub setup: Setup,
    /// Where the calls go, and who makes them.
    pub connection: Connection,
    /// The name under which drafts and journal are kept; another one is another app or host.
    pub store_key: String,
}

type ReadConfigAgain = dyn Fn() -> Result<ReadConfig, String> + Send + Sync;

/// How the config is read again; it may wait.
#[derive(Clone)]
pub struct Reload(Arc<ReadConfigAgain>);

impl Reload {
    /// By calling this, on a thread that may wait.
    pub fn by(read: impl Fn() -> Result<ReadConfig, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// Reads it; may wait.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self) -> Result<ReadConfig, String> {
        (self.0)()
    }

    /// Not at all, for this reason.
    pub fn never(why: &'static str) -> Self {
        Self::by(move || Err(why.to_owned()))
    }
}

impl fmt::Debug for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reload")
    }
}
