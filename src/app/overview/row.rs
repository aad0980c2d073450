//! What a row of the board of all profiles says: read from its app, by the clock of that app's service.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::domain::schedule::HeldTask;
use crate::domain::{Outcome, Phase, TaskId, text, when};

use super::super::board::texts::RowText;
use super::super::request::Moment;
use super::super::shared::Shared;

/// A row.
#[derive(Clone, Debug)]
pub struct OverviewRow {
    /// The profile of its app.
    pub profile: String,
    /// The task.
    pub id: TaskId,
    /// What became of it.
    pub outcome: Outcome,
    /// The same in a word of fixed width, or how far beyond its time it is.
    pub status: &'static str,
    /// How near to its time it is.
    pub phase: Option<Phase>,
    /// Whether a write to it is in doubt.
    pub is_in_doubt: bool,
    /// Whether it was cancelled here.
    pub is_cancelled: bool,
    /// The countdown to it, or its age.
    pub due: String,
    /// When it fires.
    pub at: Option<DateTime<Utc>>,
    /// Who gets it, whose title.
    pub text: RowText,
}

impl OverviewRow {
    pub(super) fn of(app: &Shared, held: &HeldTask, doubted: &HashSet<TaskId>, now: Moment) -> Option<Self> {
        let task = app.board.task(held.id)?;
        let now = app.connection.server_now(now);
        let outcome = task.outcome();
        let is_in_doubt = doubted.contains(&task.id);
        let is_cancelled = !is_in_doubt && app.board.own.is_cancelled(task.id);
        let phase = Phase::of_task(&task, now).filter(|_| !is_in_doubt && !is_cancelled);
        let status = match phase.and_then(Phase::word) {
            _ if is_in_doubt => "?UNK",
            _ if is_cancelled => "CANC",
            Some(word) => word,
            None => outcome.word(),
        };
        let is_over_or_under_way = is_cancelled || outcome == Outcome::Dispatching;
        let due = match task.scheduled_at {
            _ if is_over_or_under_way => "—".to_owned(),
            None => "?".to_owned(),
            Some(at) => when::distance(at, now),
        };
        Some(Self {
            profile: text::clean(&app.setup.profile).into_owned(),
            id: task.id,
            outcome,
            status,
            phase,
            is_in_doubt,
            is_cancelled,
            due,
            at: task.scheduled_at,
            text: RowText::of(&task),
        })
    }
}
