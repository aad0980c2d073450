//! The list of profiles: where one can go, and what is to be read there. Each app that is open stays so, and goes on.

use crate::domain::profile::ALL_PROFILES;
use crate::keymap::Action;

use super::effect::Effect;
use super::list::{self, Rows};
use super::neighbour::Neighbour;
use super::next::{Go, Next};
use super::setup::ProfileEntry;
use super::shared::Shared;
use super::switch::SwitchTo;

/// Widest list.
const WIDEST: u16 = 90;

/// The list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProfileList {
    /// The chosen row.
    pub at: usize,
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub enum ProfileRow<'s> {
    /// All of them on one board.
    All,
    /// One, and what is known of its app where it is open beside the one on the screen.
    One(&'s ProfileEntry, Option<&'s Neighbour>),
}

/// The rows.
pub fn rows(shared: &Shared) -> Vec<ProfileRow<'_>> {
    let neighbour = |name: &str| shared.neighbours.iter().find(|neighbour| neighbour.profile == name);
    let profiles = &shared.setup.profiles;
    let profiles = profiles.iter().map(|profile| ProfileRow::One(profile, neighbour(&profile.name)));
    [ProfileRow::All].into_iter().chain(profiles).collect()
}

/// Whether a row is what is on the screen.
pub fn is_here(shared: &Shared, row: &ProfileRow<'_>) -> bool {
    match row {
        ProfileRow::All => shared.setup.profile == ALL_PROFILES,
        ProfileRow::One(profile, _) => shared.setup.profile == profile.name,
    }
}

impl ProfileList {
    /// The list, with what is on the screen chosen; where there is no other profile that is said.
    pub(super) fn open(shared: &mut Shared) -> Option<Self> {
        if shared.setup.profiles.len() < 2 {
            let none = shared.setup.profiles.is_empty();
            let what = if none { "the config has no profile" } else { "the config has no other profile" };
            shared.say(format!("{what}; config.toml.example shows how one is written"));
            return None;
        }
        let at = rows(shared).iter().position(|row| is_here(shared, row)).unwrap_or(0);
        Some(Self { at })
    }

    /// Where it lies, and where its rows stand.
    pub fn rows(&self, shared: &Shared) -> Rows {
        Rows::in_overlay(shared, WIDEST, rows(shared).len(), 0, self.at)
    }

    /// A key in the list.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        let all = self.rows(shared);
        if let Some(at) = list::moved(action, self.at, all.all, all.count()) {
            self.at = at;
        } else if action == Action::Choose {
            let rows = rows(shared);
            let to = match rows.get(self.at) {
                Some(ProfileRow::All) => SwitchTo::All,
                Some(ProfileRow::One(profile, _)) => SwitchTo::Profile(profile.name.clone()),
                None => return Next::close(),
            };
            return Next { effects: vec![Effect::Switch(to)], go: Go::Close };
        } else if matches!(action, Action::Back | Action::Close | Action::Profiles) {
            return Next::close();
        }
        Next::stay()
    }
}
