//! Several apps for tests: acme with the tasks of the board, and beta beside it.

use crate::app::{AppEffect, AppNumber, Apps, ProfileEntry, Setup, State};
use crate::domain::profile::Environment;

use super::{Service, board, setup, tasks};

/// The profiles of the config: the last one cannot be opened.
pub(crate) fn profiles() -> Vec<ProfileEntry> {
    let one = |name: &str, environment, sdkappid| ProfileEntry {
        name: name.to_owned(),
        environment,
        place: "Singapore".to_owned(),
        sdkappid,
    };
    vec![
        one("acme", Environment::Prod, 1_400_000_001),
        one("beta", Environment::Test, 1_400_000_002),
        one("沙箱", Environment::Sandbox, 1_400_000_003),
    ]
}

/// The settings of beta.
pub(crate) fn setup_of_beta() -> Setup {
    Setup {
        profile: "beta".to_owned(),
        environment: Environment::Test,
        sdkappid: 1_400_000_002,
        app: "beta".into(),
        profiles: profiles(),
        ..setup()
    }
}

/// With acme alone.
pub(crate) fn one_app(size: (u16, u16)) -> Apps {
    let mut first = board(size);
    first.setup.profiles = profiles();
    Apps::new(first)
}

/// Acme on the screen, and beta beside it: both have read their tasks, which have the same numbers.
pub(crate) fn two_apps(size: (u16, u16)) -> Apps {
    let mut apps = one_app(size);
    let effects = apps.opened("beta", Ok(setup_of_beta()));
    answer(&mut apps, effects);
    apps
}

/// Answers the questions of beta as its service would, until none is left.
pub(crate) fn answer(apps: &mut Apps, mut effects: Vec<AppEffect>) {
    let service = Service::new(tasks());
    while let Some((app, effect)) = effects.pop() {
        for message in service.reply(&effect) {
            assert_ne!(app, AppNumber::OVERVIEW, "the board of all profiles asks nothing");
            effects.extend(apps.take(Some(app), message));
        }
    }
}

/// What is on the screen of two apps after these keys; the third profile cannot be opened.
pub(crate) fn on_two_apps(size: (u16, u16), keys: &str) -> State {
    let mut apps = two_apps(size);
    for message in super::typed(keys) {
        let message = if message == super::typed("⏎")[0] {
            super::key(crossterm::event::KeyCode::Enter)
        } else {
            message
        };
        let effects = apps.take(None, message);
        let is_opened =
            effects.iter().any(|(_, effect)| matches!(effect, crate::app::Effect::OpenProfile(_)));
        answer(&mut apps, effects);
        if is_opened {
            apps.opened("沙箱", Err("the environment variable SANDBOX_KEY is not set".to_owned()));
        }
    }
    apps.shown().clone()
}
