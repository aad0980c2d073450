//! The board of all profiles: the tasks of every app in one order of time, with the app they belong to. It only
//! reads: a key that writes goes to the board of that app first (W8).
//!
//! It holds no tasks. What is in sight is composed from the states of the apps after every message.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

mod app_status;
mod merged;
pub mod row;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use ratatui::layout::{Position, Rect};

use crate::domain::TaskId;
use crate::keymap::Action;

use super::board::table::ROWS_BEFORE;
use super::board::viewport::Viewport;
use super::effect::Effect;
use super::frame::inside;
use super::next::Next;
use super::shared::Shared;
use super::switch::{AppNumber, SwitchTo};

pub use app_status::AppStatus;
use merged::{Merged, MergedKey};
pub use row::OverviewRow;

/// The board of all profiles.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The app that was on the screen before.
    pub(super) came_from: AppNumber,
    /// The chosen task, with the profile of its app.
    chosen: Option<(String, TaskId)>,
    /// Its row.
    at: usize,
    top: usize,
    /// Where it goes: it follows the present until the operator goes somewhere.
    goes_to: Option<GoesTo>,
    /// Profiles that cannot be opened; why.
    closed: Vec<(String, String)>,
    /// How many tasks there are.
    pub count: usize,
    /// The row above which the present lies.
    now_line: usize,
    /// The rows in sight.
    pub rows: Vec<OverviewRow>,
    /// What is said of each app.
    pub apps: Vec<AppStatus>,
}

/// Where the board goes by itself.
#[derive(Clone, Copy, Debug)]
enum GoesTo {
    /// To the next task to come, for as long as the operator goes nowhere.
    Present,
    /// To the first task from a time on, once.
    Time(DateTime<Utc>),
}

impl Default for Overview {
    fn default() -> Self {
        Self {
            came_from: AppNumber(0),
            chosen: None,
            at: 0,
            top: 0,
            goes_to: Some(GoesTo::Present),
            closed: Vec::new(),
            count: 0,
            now_line: 0,
            rows: Vec::new(),
            apps: Vec::new(),
        }
    }
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverviewAreas {
    /// What is said of the apps, a line each.
    pub apps: Rect,
    /// The table with its border.
    pub table: Rect,
    /// The head of its columns.
    pub head: Rect,
    /// Its rows.
    pub rows: Rect,
}

/// Lines of the table that stay, whatever number of apps there is.
const LEAST_TABLE: u16 = 8;

impl Overview {
    /// Where it stands on the screen as it is; `None` where there is no room.
    pub fn areas(&self, shared: &Shared) -> Option<OverviewAreas> {
        let areas = shared.areas()?;
        let top = areas.query.y;
        let body = Rect { y: top, height: areas.message.y.saturating_sub(top), ..areas.header };
        let lines = u16::try_from(self.apps.len()).unwrap_or(u16::MAX);
        let lines = lines.min(body.height.saturating_sub(LEAST_TABLE));
        let table = Rect { y: body.y + lines, height: body.height - lines, ..body };
        let inner = inside(table);
        let rows = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
        let apps = Rect { height: lines, ..body };
        Some(OverviewAreas { apps, table, head: Rect { height: 1, ..inner }, rows })
    }

    fn viewport(&self, shared: &Shared) -> Viewport {
        let lines = self.areas(shared).map_or(1, |areas| usize::from(areas.rows.height).max(1));
        let now_line = (lines > 2).then_some(self.now_line);
        Viewport { lines, above: 0, row_height: 1, now_line }
    }

    /// The first row in sight, the chosen one, and the one above which the present lies, where it has a line.
    pub fn position(&self, shared: &Shared) -> (usize, usize, Option<usize>) {
        (self.top, self.at, self.viewport(shared).now_line)
    }

    /// The row at a position.
    pub(super) fn row_at(&self, shared: &Shared, position: Position) -> Option<usize> {
        let rows = self.areas(shared)?.rows;
        let line = usize::from(position.y.checked_sub(rows.y)?);
        let is_inside = position.y < rows.bottom();
        self.viewport(shared).row_at(line, self.top, self.count).filter(|_| is_inside)
    }

    /// Chooses a row.
    pub(super) fn choose(&mut self, row: usize) {
        (self.at, self.chosen, self.goes_to) = (row.min(self.count.saturating_sub(1)), None, None);
    }

    /// Goes to the first task from a time on.
    pub(super) fn go_to_time(&mut self, at: DateTime<Utc>) {
        self.goes_to = Some(GoesTo::Time(at));
    }

    /// A profile cannot be opened.
    pub(super) fn cannot_be_opened(&mut self, profile: &str, why: &str) {
        self.closed.retain(|(other, _)| other != profile);
        self.closed.push((profile.to_owned(), why.to_owned()));
    }

    /// A key on the board.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        let screenful = self.viewport(shared).most_rows();
        match action {
            Action::Down => self.choose(self.at + 1),
            Action::Up => self.choose(self.at.saturating_sub(1)),
            Action::First => self.choose(0),
            Action::Last => self.choose(self.count),
            Action::PageDown => self.choose(self.at + screenful),
            Action::PageUp => self.choose(self.at.saturating_sub(screenful)),
            Action::HalfDown => self.choose(self.at + screenful.div_ceil(2)),
            Action::HalfUp => self.choose(self.at.saturating_sub(screenful.div_ceil(2))),
            Action::Now => self.goes_to = Some(GoesTo::Present),
            Action::Zone => shared.switch_zone(),
            Action::Refresh => return switch(SwitchTo::Refresh),
            Action::Back | Action::Close => return switch(SwitchTo::Back),
            _ => return self.act_there(shared, action),
        }
        Next::stay()
    }

    /// Nothing is done from here: the key goes on to the board of the app.
    fn act_there(&self, shared: &mut Shared, action: Action) -> Next {
        let Some((profile, id)) = &self.chosen else {
            shared.say("there is no task here");
            return Next::stay();
        };
        let id = Some(*id);
        let action = (action != Action::GoTo).then_some(action);
        switch(SwitchTo::Task { profile: profile.clone(), id, action })
    }

    /// Composes what is in sight from the states of the apps.
    pub(super) fn compose(&mut self, shared: &Shared, apps: &[&Shared]) {
        self.closed.retain(|(profile, _)| !apps.iter().any(|app| app.setup.profile == *profile));
        self.apps = app_status::compose(&shared.setup.profiles, &self.closed, apps);
        let parts = apps.iter().map(|app| {
            let board = &app.board;
            (&board.schedule, board.schedule.between(board.range))
        });
        let merged = Merged::of(parts.collect());
        self.count = merged.len();
        self.now_line = merged.rank(key_of_time(shared.server_now()));
        self.follow(&merged, apps);
        let viewport = self.viewport(shared);
        let top = if self.goes_to.is_some() { self.at.saturating_sub(ROWS_BEFORE) } else { self.top };
        self.top = viewport.top_for(self.at, top.min(viewport.last_top(self.count)));
        self.goes_to.take_if(|to| matches!(to, GoesTo::Time(_)));
        let in_sight = viewport.rows_from(self.top, self.count);
        let doubted: Vec<HashSet<TaskId>> = apps.iter().map(|app| app.doubted()).collect();
        let rows = merged.from(self.top).take(in_sight);
        let rows = rows
            .filter_map(|(app, held)| OverviewRow::of(apps.get(app)?, held, doubted.get(app)?, shared.now));
        self.rows = rows.collect();
    }

    /// Keeps the chosen task chosen, wherever its row is now.
    fn follow(&mut self, merged: &Merged<'_>, apps: &[&Shared]) {
        let last = self.count.saturating_sub(1);
        let row = match self.goes_to {
            Some(GoesTo::Present) => Some(self.now_line),
            Some(GoesTo::Time(at)) => Some(merged.rank(key_of_time(at))),
            None => self.row_of_chosen(merged, apps),
        };
        self.at = row.unwrap_or(self.at).min(last);
        self.chosen = merged.from(self.at).next().and_then(|(app, held)| {
            let profile = apps.get(app)?.setup.profile.clone();
            Some((profile, held.id))
        });
    }

    fn row_of_chosen(&self, merged: &Merged<'_>, apps: &[&Shared]) -> Option<usize> {
        let (profile, id) = self.chosen.as_ref()?;
        let app = apps.iter().position(|app| app.setup.profile == *profile)?;
        merged.key_of(app, *id).map(|key| merged.rank(key))
    }
}

/// Before everything that is scheduled in this second or later.
fn key_of_time(now: DateTime<Utc>) -> MergedKey {
    (now.timestamp() + i64::from(now.timestamp_subsec_nanos() > 0), 0, TaskId(0))
}

fn switch(to: SwitchTo) -> Next {
    vec![Effect::Switch(to)].into()
}
