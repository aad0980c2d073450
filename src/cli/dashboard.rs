//! `pushdeck`: settings to one plan, then the dashboard on it.

use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;

use super::{Exit, World};
use crate::config::{self, ConfigError, Credential, Env, Flags, Origin, Profile, Settings, paths};
use crate::domain::profile::Environment;
use crate::store;

/// The app of the embedded sandbox; it means nothing elsewhere.
const SANDBOX_APP: u64 = 1_400_000_001;

/// The name that the embedded sandbox has on screen.
const SANDBOX_NAME: &str = "sandbox";

/// Its only administrator.
const SANDBOX_ADMINISTRATOR: &str = "administrator";

/// Everything that is settled before anything starts.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the screens need.
    pub setup: Setup,
    /// Where the calls go.
    pub target: Target,
    /// The local database; `None` keeps drafts and journal in memory, as there is no home directory.
    pub store: Option<PathBuf>,
    /// Under which name drafts and journal are kept: profile, app and host, so that a renamed or
    /// re-pointed profile never meets the open writes of another app.
    pub store_key: String,
}

/// What the screens need.
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
    /// Sender of new tasks.
    pub from_account: String,
    /// The zone in which times are shown and typed.
    pub zone: Tz,
    /// Rows a page, 1 to 100.
    pub page_size: u32,
    /// Time between two refreshes.
    pub refresh: Duration,
    /// Something to say once at the start: why this is a sandbox, or who chose the profile.
    pub notice: Option<String>,
}

/// Where the calls go.
#[derive(Clone, Debug)]
pub enum Target {
    /// A server inside this process, started with the dashboard and gone with it.
    Embedded,
    /// Somewhere else.
    Service(Connection),
}

/// What the calls need.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Base URL without a path.
    pub endpoint: String,
    /// The app.
    pub sdkappid: u64,
    /// The administrator who signs.
    pub identifier: String,
    /// What he signs with.
    pub credential: Credential,
}

/// Reads settings and secret. May wait ten seconds for a `secret_key_command`.
///
/// # Errors
/// Everything that is wrong with them.
pub fn plan(flags: &Flags, env: &Env, system_zone: Option<&str>) -> Result<Plan, ConfigError> {
    let settings = config::load(flags, env, system_zone)?;
    let store = paths::state_dir(env).map(|dir| dir.join(store::FILE));
    match &settings.profile {
        Some(profile) => service(&settings, profile, env, store),
        None => Ok(embedded(&settings, flags, store)),
    }
}

fn service(
    settings: &Settings,
    profile: &Profile,
    env: &Env,
    store: Option<PathBuf>,
) -> Result<Plan, ConfigError> {
    let credential = config::resolve_secret(profile, env)?;
    let endpoint = &profile.endpoint.value;
    let host = endpoint.split_once("://").map_or(endpoint.as_str(), |(_, host)| host);
    let name = &profile.name.value;
    let notice = match &profile.name.origin {
        origin @ Origin::Env(_) => Some(format!("profile {name}, chosen by {origin}")),
        Origin::Default | Origin::System | Origin::File(_) | Origin::Flag(_) => None,
    };
    let setup = Setup {
        profile: name.clone(),
        environment: profile.environment.value,
        place: profile.region.map_or(host, |region| region.label).to_owned(),
        sdkappid: profile.sdkappid.value,
        from_account: profile.from_account.value.clone(),
        zone: settings.timezone.value,
        page_size: profile.page_size.value,
        refresh: settings.refresh.value,
        notice,
    };
    let store_key = format!("{name} {} {host}", setup.sdkappid);
    let target = Target::Service(Connection {
        endpoint: endpoint.clone(),
        sdkappid: setup.sdkappid,
        identifier: profile.identifier.value.clone(),
        credential,
    });
    Ok(Plan { setup, target, store, store_key })
}

fn embedded(settings: &Settings, flags: &Flags, store: Option<PathBuf>) -> Plan {
    let why = match &settings.file {
        _ if flags.sandbox => "asked for by --sandbox",
        Some(_) => "the config file has no profile",
        None => "there is no config file",
    };
    let setup = Setup {
        profile: SANDBOX_NAME.to_owned(),
        environment: Environment::Sandbox,
        place: "embedded".to_owned(),
        sdkappid: SANDBOX_APP,
        from_account: SANDBOX_ADMINISTRATOR.to_owned(),
        zone: settings.timezone.value,
        page_size: config::file::PAGE_SIZE,
        refresh: settings.refresh.value,
        notice: Some(format!("embedded sandbox with demo data: {why}; nothing is sent to anybody")),
    };
    Plan { setup, target: Target::Embedded, store, store_key: "(embedded)".to_owned() }
}

/// Opens the dashboard and stays until it is closed.
pub(super) async fn run(flags: &Flags, mut world: World<'_>) -> Exit {
    if !world.stdout_is_terminal {
        world.complain(
            &"standard output is not a terminal, and the dashboard needs one; start pushdeck without a pipe or a \
              redirection, and over ssh with: ssh -t HOST pushdeck",
        );
        return Exit::Usage;
    }
    let plan = match plan(flags, &world.env, world.system_zone.as_deref()) {
        Ok(plan) => plan,
        Err(err) => {
            world.complain(&err);
            return Exit::Usage;
        }
    };
    match open(plan).await {
        Ok(()) => Exit::Done,
        Err(words) => {
            world.complain(&words);
            Exit::Failed
        }
    }
}

async fn open(plan: Plan) -> Result<(), String> {
    let _ = plan;
    Err("dashboard not connected".to_owned())
}
