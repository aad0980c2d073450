//! Settings: where they come from and what they mean.
//!
//! Defaults, then the file, then the environment, then flags; every value knows where it came from.
//! The environment and the system's zone are arguments, so that nothing here depends on the process
//! it runs in. Nothing here shows a secret, and none is read before it is needed.

mod command;
mod endpoint;
mod fault;
pub mod file;
mod filters;
mod keys;
mod layers;
mod limits;
mod origin;
pub mod paths;
pub mod profile;
mod reader;
pub mod redact;
pub mod secret;
mod theme;
mod zone;

pub use crate::usersig::Credential;
pub use fault::{ConfigError, SettingFault};
pub use keys::{ActionKeys, ScopeKeys};
pub use layers::{Flags, Settings, load};
pub use origin::{Location, Origin, Sourced};
pub use paths::Env;
pub use profile::{Profile, SecretSource};
pub(crate) use reader::{FileReader, Table, advice, article, read_toml, told};
pub use secret::resolve_secret;
pub use theme::{BackgroundChoice, ThemeChoice};
