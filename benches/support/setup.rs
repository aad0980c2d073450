//! The settings with which a dashboard is measured, and fed by the fuzz targets: those of an app that everybody knows
//! from the tests.

use std::error::Error;
use std::time::Duration;

use chrono::TimeDelta;
use pushdeck::app::Setup;
use pushdeck::domain::collision::Policy;
use pushdeck::domain::profile::Environment;
use pushdeck::keymap::Keymap;

/// The app `acme` in Shanghai, without saved filters.
pub(crate) fn setup() -> Result<Setup, Box<dyn Error>> {
    Ok(Setup {
        profile: "acme".to_owned(),
        environment: Environment::Prod,
        place: "Singapore".to_owned(),
        sdkappid: 1_400_000_001,
        from_account: "administrator".to_owned(),
        audience_all: None,
        limits: Policy::default(),
        zone: "Asia/Shanghai".parse()?,
        history: TimeDelta::days(90),
        page_size: 50,
        refresh: Duration::from_secs(2),
        mouse: true,
        notify: true,
        notice: None,
        keys: Keymap::default(),
        filters: Vec::new(),
        profiles: Vec::new(),
        app: "acme".into(),
    })
}
