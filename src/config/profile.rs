//! What is known of one app, checked. It says where the secret is and does not hold it, unless the
//! config file does.

use std::fmt;
use std::path::PathBuf;

use chrono::TimeDelta;
use secrecy::SecretString;

use super::origin::Sourced;
use crate::domain::Zone;
use crate::domain::collision::Policy;
use crate::domain::filter::SavedFilter;
use crate::domain::profile::{Environment, Region};

/// Where a secret comes from. `Debug` names the kind only: a command may hold a password.
#[derive(Clone)]
pub enum SecretSource {
    /// `secret_key_env`: the name of a variable.
    Env(String),
    /// `secret_key_file`: a file that only its owner can read.
    File(PathBuf),
    /// `secret_key_command`: its first line of output.
    Command(String),
    /// `secret_key`: the key itself.
    Key(SecretString),
    /// `usersig`: a signature made elsewhere.
    Sig(SecretString),
}

impl SecretSource {
    /// The key of the config file that this stands for.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Env(_) => "secret_key_env",
            Self::File(_) => "secret_key_file",
            Self::Command(_) => "secret_key_command",
            Self::Key(_) => "secret_key",
            Self::Sig(_) => "usersig",
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// Everything that is known of one app, checked.
#[derive(Clone, Debug)]
pub struct Profile {
    /// What the operator calls the app; the origin says who chose it.
    pub name: Sourced<String>,
    /// How careful one has to be.
    pub environment: Sourced<Environment>,
    /// Base URL without a path: `https://host` or `http://host:port`.
    pub endpoint: Sourced<String>,
    /// The data center, unless an endpoint was given.
    pub region: Option<&'static Region>,
    /// The app.
    pub sdkappid: Sourced<u64>,
    /// The administrator who signs.
    pub identifier: Sourced<String>,
    /// Where the secret comes from; it is read by [`super::resolve_secret`].
    pub secret: Sourced<SecretSource>,
    /// The zone that the file gives; the one that counts is [`super::Settings::timezone`].
    pub timezone: Option<Sourced<Zone>>,
    /// Rows a page, 1 to 100.
    pub page_size: Sourced<u32>,
    /// How far back tasks may have been created that are looked for, 1 to 3650 days.
    pub history: Sourced<TimeDelta>,
    /// The sender of new tasks.
    pub from_account: Sourced<String>,
    /// How many users a push to all reaches, as the file says.
    pub audience_all: Option<Sourced<u64>>,
    /// What the app allows, as the file says.
    pub limits: Policy,
    /// Whether plain http may go to other machines.
    pub allow_http: Sourced<bool>,
    /// A PEM file of further authorities to trust, besides the system's.
    pub ca_file: Option<Sourced<PathBuf>>,
    /// The saved filters that it has instead of those at the top of the file.
    pub filters: Option<Vec<SavedFilter>>,
}
