//! What the board of all profiles says of each app: how its connection is, and how much of it is held.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::profile::Environment;
use crate::domain::{text, when};

use super::super::board::passes::Reach;
use super::super::connection::Health;
use super::super::setup::ProfileEntry;
use super::super::shared::Shared;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppStatus {
    /// The profile.
    pub profile: String,
    /// What is at stake there.
    pub environment: Environment,
    /// The state of its connection, with its age.
    pub connection: String,
    /// Whether that is how it should be.
    pub is_live: bool,
    /// How many tasks of what state, and what is missing of them.
    pub counts: String,
    /// Whether all of its tasks of its range are held.
    pub is_complete: bool,
    /// What calls for attention: writes in doubt, failures of the connection.
    pub trouble: Option<String>,
}

/// The lines, in the order of the config; an app that is not in it any more stands behind.
pub(super) fn compose(
    profiles: &[ProfileEntry],
    closed: &[(String, String)],
    apps: &[&Shared],
) -> Vec<AppStatus> {
    let mut lines: Vec<AppStatus> = profiles
        .iter()
        .map(|profile| match apps.iter().find(|app| app.setup.profile == profile.name) {
            Some(app) => of_open(app),
            None => of_closed(profile, closed),
        })
        .collect();
    let is_unnamed = |app: &&&Shared| !profiles.iter().any(|profile| profile.name == app.setup.profile);
    lines.extend(apps.iter().filter(is_unnamed).map(|app| of_open(app)));
    lines
}

fn of_closed(profile: &ProfileEntry, closed: &[(String, String)]) -> AppStatus {
    let why = closed.iter().find(|(name, _)| *name == profile.name);
    AppStatus {
        profile: text::clean(&profile.name).into_owned(),
        environment: profile.environment,
        connection: if why.is_some() { "NOT OPEN" } else { "OPENING" }.to_owned(),
        is_live: false,
        is_complete: false,
        counts: String::new(),
        trouble: why.map(|(_, why)| text::clean(why).into_owned()),
    }
}

fn of_open(app: &Shared) -> AppStatus {
    let neighbour = app.as_neighbour();
    let health = app.connection.health(app.now, app.expected_pace());
    let age = health.age().and_then(|age| TimeDelta::from_std(age).ok());
    let age = age.map_or_else(String::new, |age| format!(" {}", when::age(age)));
    let failure = app.connection.failure.as_ref().filter(|_| !matches!(health, Health::Live(_)));
    let to_read = (neighbour.to_read > 0)
        .then(|| format!("{} to read", text::counted(neighbour.to_read as u64, "result", "results")));
    let failure = failure.map(|failure| failure.words().what);
    let trouble: Vec<String> = to_read.into_iter().chain(failure).collect();
    AppStatus {
        profile: text::clean(&app.setup.profile).into_owned(),
        environment: app.setup.environment,
        connection: format!("{}{age}", health.word()),
        is_live: neighbour.is_live,
        is_complete: neighbour.is_complete,
        counts: counts(app),
        trouble: (!trouble.is_empty()).then(|| trouble.join(" · ")),
    }
}

/// `128 tasks: 86 pending · 7 failed`, with what is not known of it before.
fn counts(app: &Shared) -> String {
    let board = &app.board;
    let all = text::counted(board.in_range(), "task", "tasks");
    let [pending, dispatching, _, failed, unclear] = board.counts;
    let shown =
        [(pending, "pending"), (dispatching, "dispatching"), (failed, "failed"), (unclear, "unclear")];
    let shown = shown.into_iter().filter(|(count, _)| *count > 0);
    let states: Vec<String> = shown.map(|(count, word)| format!("{} {word}", text::grouped(count))).collect();
    let at_least = match board.sync.reach(app.now) {
        Reach::Whole(_) => "",
        Reach::Recalled(_) => "as of the last time: ",
        Reach::Part { .. } | Reach::Nothing => "at least ",
    };
    let day = |at: DateTime<Utc>| at.with_timezone(&app.zone).format("%-d %b").to_string();
    let separator = if states.is_empty() { "" } else { " · " };
    let range = format!("{} → {}", day(board.range.begin), day(board.range.end));
    format!("{at_least}{all}{separator}{} · {range}", states.join(" · "))
}
