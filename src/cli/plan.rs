//! The settings to one plan: what is settled before the dashboard opens, and what is left to be read beside it.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use crate::api::Connection;
use crate::api::signer::Signer;
use crate::app::{ProfileEntry, Setup};
use crate::config::{
    self, ConfigError, Credential, Env, Flags, Origin, Profile, SecretSource, Settings, ThemeChoice, paths,
};
use crate::domain::collision::Policy;
use crate::domain::profile::Environment;
use crate::keymap::Keymap;
use crate::worker::{ReadConfig, Reload};
use crate::{sandbox, store};

/// The name that the embedded sandbox has on screen.
const SANDBOX_NAME: &str = "sandbox";

/// Under which name the drafts and the journal of the embedded sandbox are kept.
const EMBEDDED_KEY: &str = "(embedded)";

/// Everything that is settled before anything starts.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// What they look like.
    pub theme: ThemeChoice,
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

/// Where the calls go.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A server inside this process, started with the dashboard and gone with it.
    Embedded,
    /// Somewhere else.
    Service(Box<ProfileTarget>),
}

/// The service of a profile, and its key where that is at hand.
#[derive(Clone, Debug)]
pub(super) struct ProfileTarget {
    profile: Profile,
    env: Env,
    /// `None` while it is in a file, or a command has yet to say it: either may take its time.
    credential: Option<Credential>,
}

impl ProfileTarget {
    /// Refuses what is wrong with a key that is at hand, and leaves one that is not for later.
    fn of(profile: &Profile, env: &Env) -> Result<Self, ConfigError> {
        let is_at_hand = match profile.secret.value {
            SecretSource::Env(_) | SecretSource::Key(_) | SecretSource::Sig(_) => true,
            SecretSource::File(_) | SecretSource::Command(_) => false,
        };
        let credential = is_at_hand.then(|| config::resolve_secret(profile, env)).transpose()?;
        Ok(Self { profile: profile.clone(), env: env.clone(), credential })
    }

    /// Reads the key where that is left to do, which may take ten seconds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn connect(self) -> Result<Connection, ConfigError> {
        let Self { profile, env, credential } = self;
        let credential = match credential {
            Some(credential) => credential,
            None => config::resolve_secret(&profile, &env)?,
        };
        Ok(Connection {
            base_url: profile.endpoint.value,
            sdkappid: profile.sdkappid.value,
            identifier: profile.identifier.value,
            credential,
            ca_file: profile.ca_file.map(|file| file.value),
        })
    }

    /// Refuses a key that is at hand and not of this app, or has ended (W4).
    ///
    /// # Errors
    /// Why.
    pub(super) fn check(&self, now: DateTime<Utc>) -> Result<(), String> {
        let Some(credential) = &self.credential else { return Ok(()) };
        let Profile { sdkappid, identifier, .. } = &self.profile;
        Signer::new(sdkappid.value, &identifier.value, credential, now).map_err(|err| err.words().what)?;
        Ok(())
    }
}

pub(super) const NOTHING_TO_READ: &str =
    "this is the embedded sandbox; to use a profile, leave and start pushdeck without --sandbox";

/// Reads the settings, and the key where it is at hand. One that is in a file or is said by a command is read
/// by [`ProfileTarget::connect`].
///
/// # Errors
/// Everything that is wrong with them.
pub(super) fn plan(flags: &Flags, env: &Env, system_zone: Option<&str>) -> Result<Plan, ConfigError> {
    let settings = config::load(flags, env, system_zone)?;
    let store = paths::state_dir(env).map(|dir| dir.join(store::FILE));
    let keys = Keymap::with(&settings.keys)?;
    match &settings.profile {
        Some(profile) => service(&settings, profile, keys, env, store),
        None => Ok(embedded(&settings, keys, flags, store)),
    }
}

fn service(
    settings: &Settings,
    profile: &Profile,
    keys: Keymap,
    env: &Env,
    store: Option<PathBuf>,
) -> Result<Plan, ConfigError> {
    let name = &profile.name.value;
    let store_key = store_key(profile);
    let notice = match &profile.name.origin {
        origin @ Origin::Env(_) => Some(format!("profile {name}, chosen by {origin}")),
        Origin::Default | Origin::System | Origin::File(_) | Origin::Flag(_) => None,
    };
    let setup = Setup {
        profile: name.clone(),
        environment: profile.environment.value,
        place: place_of(profile),
        sdkappid: profile.sdkappid.value,
        from_account: profile.from_account.value.clone(),
        audience_all: profile.audience_all.as_ref().map(|size| size.value),
        limits: profile.limits,
        zone: settings.timezone.value,
        history: profile.history.value,
        page_size: profile.page_size.value,
        refresh: settings.refresh.value,
        mouse: settings.mouse.value,
        notify: settings.notify.value,
        notice,
        keys,
        filters: settings.filters.clone(),
        profiles: settings.profiles.iter().map(entry).collect(),
        app: store_key.as_str().into(),
    };
    let target = Target::Service(Box::new(ProfileTarget::of(profile, env)?));
    Ok(Plan { theme: settings.theme.clone(), setup, target, store, store_key })
}

/// A profile to which one can go.
fn entry(profile: &Profile) -> ProfileEntry {
    ProfileEntry {
        name: profile.name.value.clone(),
        environment: profile.environment.value,
        place: place_of(profile),
        sdkappid: profile.sdkappid.value,
    }
}

/// The region of a profile, or its host.
fn place_of(profile: &Profile) -> String {
    profile.region.map_or(host_of(&profile.endpoint.value), |region| region.label).to_owned()
}

/// Under which name drafts and journal of a profile are kept.
pub(super) fn store_key(profile: &Profile) -> String {
    format!("{} {} {}", profile.name.value, profile.sdkappid.value, host_of(&profile.endpoint.value))
}

fn host_of(endpoint: &str) -> &str {
    endpoint.split_once("://").map_or(endpoint, |(_, host)| host)
}

fn embedded(settings: &Settings, keys: Keymap, flags: &Flags, store: Option<PathBuf>) -> Plan {
    let why = match &settings.file {
        _ if flags.sandbox => "asked for by --sandbox",
        Some(_) => "the config file has no profile",
        None => "there is no config file",
    };
    let setup = Setup {
        app: EMBEDDED_KEY.into(),
        profile: SANDBOX_NAME.to_owned(),
        environment: Environment::Sandbox,
        place: "embedded".to_owned(),
        sdkappid: sandbox::DEFAULT_SDKAPPID,
        from_account: sandbox::DEFAULT_IDENTIFIER.to_owned(),
        audience_all: None,
        limits: Policy::default(),
        zone: settings.timezone.value,
        history: config::file::HISTORY,
        page_size: config::file::PAGE_SIZE,
        refresh: settings.refresh.value,
        mouse: settings.mouse.value,
        notify: settings.notify.value,
        notice: Some(format!("embedded sandbox, {why}: nothing is sent to anybody")),
        keys,
        filters: settings.filters.clone(),
        profiles: Vec::new(),
    };
    let store_key = EMBEDDED_KEY.to_owned();
    Plan { theme: settings.theme.clone(), setup, target: Target::Embedded, store, store_key }
}

/// How `:reload` reads the settings again: as at the start, but always those of the profile in use.
pub(super) fn rereading(flags: &Flags, env: Env, system_zone: Option<String>, profile: String) -> Reload {
    let flags = Flags { profile: Some(profile), ..flags.clone() };
    Reload::by(move || {
        let Plan { mut setup, target, store_key, .. } =
            plan(&flags, &env, system_zone.as_deref()).map_err(|err| err.to_string())?;
        setup.notice = None;
        match target {
            Target::Service(service) => {
                let connection = service.connect().map_err(|err| err.to_string())?;
                Ok(ReadConfig { setup, connection, store_key })
            }
            Target::Embedded => Err(NOTHING_TO_READ.to_owned()),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::TimeDelta;

    use crate::domain::Zone;

    use super::*;

    const CONFIG: &str = r#"
        [ui]
        refresh_seconds = 5
        mouse = false
        [profiles.acme]
        environment = "prod"
        region = "singapore"
        sdkappid = 1400000009
        identifier = "ops"
        secret_key_env = "ACME_IM_KEY"
        timezone = "Asia/Tokyo"
        page_size = 20
        history = "30d"
        from_account = "shop"
        audience.all = 1_200_000
        limits.daily_allowance = 100
        [profiles.local]
        environment = "sandbox"
        endpoint = "http://127.0.0.1:8080"
        sdkappid = 1400000001
        identifier = "administrator"
        usersig = "5up3rs3cr3t"
    "#;

    fn with_config(profile: &str, env: &[(&str, &str)]) -> Result<Plan, String> {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("c.toml");
        std::fs::write(&config, CONFIG).unwrap();
        let flags = Flags {
            config: Some(config),
            profile: Some(profile.to_owned()),
            sandbox: false,
            ..Flags::default()
        };
        plan(&flags, &Env::of(env.iter().copied()), None).map_err(|err| err.to_string())
    }

    #[test]
    fn a_profile_becomes_a_plan() {
        let plan = with_config("acme", &[("ACME_IM_KEY", "5up3rs3cr3t"), ("HOME", "/home/op")]).unwrap();
        let setup = Setup {
            profile: "acme".to_owned(),
            environment: Environment::Prod,
            place: "Singapore".to_owned(),
            sdkappid: 1_400_000_009,
            from_account: "shop".to_owned(),
            audience_all: Some(1_200_000),
            limits: Policy { daily_allowance: Some(100), ..Policy::default() },
            zone: Zone::named("Asia/Tokyo").unwrap(),
            history: TimeDelta::days(30),
            page_size: 20,
            refresh: Duration::from_secs(5),
            mouse: false,
            notify: true,
            notice: None,
            keys: Keymap::default(),
            filters: crate::domain::filter::SavedFilter::built_in(),
            profiles: vec![
                ProfileEntry {
                    name: "acme".to_owned(),
                    environment: Environment::Prod,
                    place: "Singapore".to_owned(),
                    sdkappid: 1_400_000_009,
                },
                ProfileEntry {
                    name: "local".to_owned(),
                    environment: Environment::Sandbox,
                    place: "127.0.0.1:8080".to_owned(),
                    sdkappid: 1_400_000_001,
                },
            ],
            app: "acme 1400000009 adminapisgp.im.qcloud.com".into(),
        };
        assert_eq!(plan.setup, setup);
        assert_eq!(plan.store, Some("/home/op/.local/state/pushdeck/state.db".into()));
        assert_eq!(plan.store_key, "acme 1400000009 adminapisgp.im.qcloud.com");
        assert!(!format!("{plan:?}").contains("5up3r"));
        let Target::Service(service) = plan.target else { panic!("not embedded") };
        let connection = service.connect().unwrap();
        assert_eq!(connection.base_url, "https://adminapisgp.im.qcloud.com");
        assert_eq!((connection.sdkappid, connection.identifier.as_str()), (1_400_000_009, "ops"));
        assert!(matches!(connection.credential, Credential::Key(_)));
    }

    #[test]
    fn an_endpoint_is_shown_by_its_host_and_a_given_signature_stays_one() {
        let plan = with_config("local", &[]).unwrap();
        assert_eq!((plan.setup.place.as_str(), plan.store), ("127.0.0.1:8080", None));
        let Target::Service(service) = plan.target else { panic!("not embedded") };
        assert!(matches!(service.connect().unwrap().credential, Credential::Sig(_)));
    }

    #[test]
    fn a_missing_secret_is_said_before_anything_opens() {
        let found = with_config("acme", &[]).unwrap_err();
        assert!(found.contains("the environment variable ACME_IM_KEY is not set"), "{found}");
    }

    #[test]
    fn without_a_profile_it_is_the_embedded_sandbox_and_says_why() {
        let flags = Flags { sandbox: true, ..Flags::default() };
        for (flags, why) in [(flags, "asked for by --sandbox"), (Flags::default(), "there is no config file")]
        {
            let plan = plan(&flags, &Env::of([("HOME", "/nowhere")]), Some("Asia/Shanghai")).unwrap();
            assert!(matches!(plan.target, Target::Embedded));
            assert_eq!(
                (plan.setup.environment, plan.setup.zone),
                (Environment::Sandbox, Zone::named("Asia/Shanghai").unwrap())
            );
            let notice = plan.setup.notice.unwrap();
            assert_eq!(notice, format!("embedded sandbox, {why}: nothing is sent to anybody"));
        }
    }
}
