//! Drafts: the text of a form, by profile and slot, and to whom it belongs.
//!
//! A process goes on only with its own drafts and with those of the dead. A draft that was sent is
//! none to go on with until it is known that nothing came of it; one that became a task is kept for a
//! while, marked so.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use super::process::Life;
use super::{Store, StoreError, draft, odd, time, time_text};
use crate::domain::kept::{DraftId, DraftState, FoundDraft, KeptDraft};
use crate::domain::{Draft, TaskId};

/// How long a draft that is used up or archived is kept.
const KEPT: TimeDelta = TimeDelta::days(30);

/// A row as the list reads it.
struct DraftRow {
    id: i64,
    slot: String,
    owner: String,
    state: String,
    at: DateTime<Utc>,
    text: String,
    created_as: Option<TaskId>,
    is_open: bool,
}

const ENTRIES: &str = "SELECT drafts.id, slot, drafts.owner, state, saved_at, draft, created_as, \
     journal.id IS NOT NULL AND journal.closed_at IS NULL \
     FROM drafts LEFT JOIN journal ON journal.id = drafts.intent";

impl Store {
    /// Keeps a draft, in place of this process's older one in the same slot.
    pub fn save_draft(
        &self,
        profile: &str,
        slot: &str,
        draft: &Draft,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let text = draft::write(draft).map_err(|err| self.other(&err))?;
        let own = self.process.token();
        self.process.renew().map_err(|err| self.other(&format!("its lock file: {err}")))?;
        self.change(|db| {
            // The very text that is being sent is not made a draft again by a save that comes late.
            let sql = "SELECT EXISTS (SELECT 1 FROM drafts WHERE profile = ? AND slot = ? AND owner = ? \
                 AND state = 'sent' AND draft = ?)";
            if db.prepare_cached(sql)?.query_row(params![profile, slot, own, text], |row| row.get(0))? {
                return Ok(());
            }
            let sql = "INSERT INTO drafts (profile, slot, owner, state, saved_at, draft) \
                 VALUES (?, ?, ?, 'current', ?, ?) \
                 ON CONFLICT (profile, slot, owner) WHERE state = 'current' \
                 DO UPDATE SET intent = iif(draft = excluded.draft, intent, NULL), \
                 saved_at = excluded.saved_at, draft = excluded.draft";
            // Another text is not the one that was sent.
            db.prepare_cached(sql)?.execute(params![profile, slot, own, time_text(at), text])?;
            Ok(())
        })
    }

    /// What there is for a form that opens: the newest draft of this process or of a dead one, which
    /// is this process's from now on. Those of the living stay where they are.
    pub fn load_draft(&self, profile: &str, slot: &str) -> Result<FoundDraft, StoreError> {
        let own = self.process.token();
        let rows = self.run(|db| {
            let sql = format!(
                "{ENTRIES} WHERE drafts.profile = ? AND slot = ? AND state = 'current' \
                 ORDER BY saved_at DESC, drafts.id DESC"
            );
            let rows: Vec<DraftRow> =
                db.prepare_cached(&sql)?.query_map([profile, slot], entry)?.collect::<Result<_, _>>()?;
            Ok(rows)
        })?;
        let mut found = FoundDraft::default();
        for row in rows {
            let life = if row.owner == own { Life::Dead(None) } else { self.process.life_of(&row.owner) };
            let is_mine = match &life {
                Life::Alive => false,
                Life::Dead(_) if found.draft.is_some() => continue,
                Life::Dead(_) if row.owner == own => true,
                Life::Dead(_) => self.change(|db| adopt(db, &row, own))?,
            };
            if is_mine {
                let draft = self.read_draft(&row)?;
                found.draft = Some((draft, row.at));
                found.created_as = row.created_as;
            } else {
                found.elsewhere = true;
            }
        }
        found.sent = self.run(|db| {
            let sql = "SELECT EXISTS (SELECT 1 FROM drafts JOIN journal ON journal.id = drafts.intent \
                 WHERE drafts.profile = ? AND slot = ? AND drafts.owner = ? AND state = 'sent' \
                 AND closed_at IS NULL)";
            db.prepare_cached(sql)?.query_row([profile, slot, own], |row| row.get(0))
        })?;
        Ok(found)
    }

    /// Forgets this process's draft in a slot, if there is one.
    pub fn drop_draft(&self, profile: &str, slot: &str) -> Result<(), StoreError> {
        let own = self.process.token();
        self.change(|db| {
            let sql = "DELETE FROM drafts WHERE profile = ? AND slot = ? AND owner = ? AND state = 'current'";
            db.prepare_cached(sql)?.execute([profile, slot, own]).map(|_| ())
        })
    }

    /// Keeps a text that was thrown away, for the list of drafts only.
    pub fn archive_draft(
        &self,
        profile: &str,
        slot: &str,
        draft: &Draft,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let text = draft::write(draft).map_err(|err| self.other(&err))?;
        let own = self.process.token();
        self.change(|db| {
            let sql = "INSERT INTO drafts (profile, slot, owner, state, saved_at, draft) \
                 VALUES (?, ?, ?, 'aside', ?, ?)";
            db.prepare_cached(sql)?.execute(params![profile, slot, own, time_text(at), text]).map(|_| ())
        })
    }

    /// Every draft of a profile, the newest first. Those that are used up for long go.
    pub fn list_drafts(&self, profile: &str, now: DateTime<Utc>) -> Result<Vec<KeptDraft>, StoreError> {
        let rows: Vec<DraftRow> = self.run(|db| {
            let sql = format!(
                "{ENTRIES} WHERE drafts.profile = ? AND (state IN ('current', 'sent') OR saved_at >= ?) \
                 ORDER BY saved_at DESC, drafts.id DESC"
            );
            db.prepare_cached(&sql)?.query_map([profile, &long_ago(now)], entry)?.collect()
        })?;
        rows.into_iter()
            .map(|row| {
                let state = self.state_of(&row);
                let draft = self.read_draft(&row)?;
                Ok(KeptDraft { id: DraftId(row.id), slot: row.slot, draft, at: row.at, state })
            })
            .collect()
    }

    /// Makes a draft of the list the one that the form of its slot goes on with; what lay there is put
    /// aside. A text that became a task stays in the list.
    ///
    /// # Errors
    /// Also when it is gone, belongs to another process that lives, or is being sent.
    pub fn restore_draft(&self, id: DraftId, at: DateTime<Utc>) -> Result<KeptDraft, StoreError> {
        let sql = format!("{ENTRIES} WHERE drafts.id = ?");
        let row = self.run(|db| db.prepare_cached(&sql)?.query_row([id.0], entry).optional())?;
        let row = row.ok_or_else(|| self.other(&"this draft is gone"))?;
        let state = self.state_of(&row);
        let own = self.process.token();
        match state {
            DraftState::Elsewhere => return Err(self.other(&"this draft is open in another pushdeck")),
            DraftState::Sent => {
                return Err(self.other(&"this text was sent and its outcome is being checked"));
            }
            DraftState::Current | DraftState::Unknown | DraftState::Created(_) | DraftState::Archived => {}
        }
        let draft = self.read_draft(&row)?;
        let done = self.change(|db| match state {
            DraftState::Created(_) => {
                make_room(db, row.id, own)?;
                let sql = "INSERT INTO drafts (profile, slot, owner, state, saved_at, draft, created_as) \
                     SELECT profile, slot, ?, 'current', ?, draft, created_as FROM drafts WHERE id = ?";
                db.prepare_cached(sql)?.execute(params![own, time_text(at), row.id]).map(|n| n == 1)
            }
            DraftState::Current
            | DraftState::Elsewhere
            | DraftState::Sent
            | DraftState::Unknown
            | DraftState::Archived => adopt(db, &row, own),
        })?;
        if !done {
            return Err(self.other(&"another pushdeck was quicker with this draft"));
        }
        Ok(KeptDraft { id, slot: row.slot, draft, at: row.at, state })
    }

    fn state_of(&self, row: &DraftRow) -> DraftState {
        match (row.state.as_str(), row.created_as) {
            ("created", Some(task)) => DraftState::Created(task),
            ("sent", _) if row.is_open => DraftState::Sent,
            ("sent", _) => DraftState::Unknown,
            ("current", _) if row.owner == self.process.token() => DraftState::Current,
            ("current", _) => match self.process.life_of(&row.owner) {
                Life::Alive => DraftState::Elsewhere,
                Life::Dead(_) => DraftState::Current,
            },
            _ => DraftState::Archived,
        }
    }

    fn read_draft(&self, row: &DraftRow) -> Result<Draft, StoreError> {
        draft::read(&row.text).map_err(|err| self.other(&format!("draft \"{}\": {err}", row.slot)))
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<DraftRow> {
    let task: Option<String> = row.get(6)?;
    Ok(DraftRow {
        id: row.get(0)?,
        slot: row.get(1)?,
        owner: row.get(2)?,
        state: row.get(3)?,
        at: time(row, 4)?,
        text: row.get(5)?,
        created_as: task.map(|task| task.parse().map(TaskId).map_err(|err| odd(6, err))).transpose()?,
        is_open: row.get(7)?,
    })
}

/// Puts what this process has in the slot of that draft into the archive.
fn make_room(db: &Connection, id: i64, own: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE drafts SET state = 'aside' WHERE state = 'current' AND owner = ?2 AND id <> ?1 \
         AND (profile, slot) = (SELECT profile, slot FROM drafts WHERE id = ?1)";
    db.prepare_cached(sql)?.execute(params![id, own]).map(|_| ())
}

/// Makes a draft this process's current one, unless somebody else was quicker.
fn adopt(db: &Connection, row: &DraftRow, own: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM drafts WHERE id = ? AND owner = ? AND state = ?)";
    if !db.prepare_cached(sql)?.query_row(params![row.id, row.owner, row.state], |row| row.get(0))? {
        return Ok(false);
    }
    make_room(db, row.id, own)?;
    let sql = "UPDATE drafts SET intent = iif(state = 'current', intent, NULL), state = 'current', owner = ? \
         WHERE id = ?";
    db.prepare_cached(sql)?.execute(params![own, row.id]).map(|_| true)
}

/// A draft that is used up since then goes.
fn long_ago(now: DateTime<Utc>) -> String {
    time_text(now.checked_sub_signed(KEPT).unwrap_or(DateTime::<Utc>::MIN_UTC))
}

/// The text was handed over to a write: from here on it belongs to that.
pub(super) fn hand_over(
    db: &Connection,
    (profile, slot, own): (&str, &str, &str),
    text: &str,
    at: DateTime<Utc>,
    intent: i64,
) -> rusqlite::Result<()> {
    let sql = "UPDATE drafts SET state = 'sent', intent = ?, saved_at = ? \
         WHERE profile = ? AND slot = ? AND owner = ? AND state = 'current' AND draft = ?";
    let at = time_text(at);
    if db.prepare_cached(sql)?.execute(params![intent, at, profile, slot, own, text])? == 0 {
        let sql = "INSERT INTO drafts (profile, slot, owner, state, saved_at, draft, intent) \
             VALUES (?, ?, ?, 'sent', ?, ?, ?)";
        db.prepare_cached(sql)?.execute(params![profile, slot, own, at, text, intent])?;
    }
    Ok(())
}

/// The write that a draft was handed over to is over.
pub(super) fn settle(
    db: &Connection,
    intent: i64,
    at: DateTime<Utc>,
    outcome: &Value,
) -> rusqlite::Result<()> {
    let (long_ago, at) = (long_ago(at), time_text(at));
    match After::of(outcome) {
        After::Unknown => Ok(()),
        After::Created(task) => {
            // A copy that was saved meanwhile is the same text: it must not come back.
            let sql = "DELETE FROM drafts WHERE state = 'current' AND (profile, slot, owner, draft) IN \
                 (SELECT profile, slot, owner, draft FROM drafts WHERE intent = ? AND state = 'sent')";
            db.prepare_cached(sql)?.execute([intent])?;
            let sql = "UPDATE drafts SET state = 'created', created_as = ?, saved_at = ? \
                 WHERE intent = ? AND state IN ('sent', 'current', 'aside')";
            // Also one that was given back because nothing was found at first, and that nobody changed.
            db.prepare_cached(sql)?.execute(params![task.to_string(), at, intent])?;
            let sql = "DELETE FROM drafts WHERE state IN ('created', 'aside') AND saved_at < ?";
            db.prepare_cached(sql)?.execute([long_ago])?;
            Ok(())
        }
        After::Changed => {
            let sql = "DELETE FROM drafts WHERE intent = ? AND state = 'sent'";
            db.prepare_cached(sql)?.execute([intent]).map(|_| ())
        }
        After::NotDone => {
            // Where a newer text is under way, that one is what the form goes on with.
            // It stays known by its write: "not done" is not certain, and the task may still appear.
            let sql = "UPDATE drafts SET state = iif(EXISTS (SELECT 1 FROM drafts AS newer \
                 WHERE newer.state = 'current' AND newer.profile = drafts.profile \
                 AND newer.slot = drafts.slot AND newer.owner = drafts.owner), 'aside', 'current') \
                 WHERE intent = ? AND state = 'sent'";
            db.prepare_cached(sql)?.execute([intent]).map(|_| ())
        }
    }
}

/// What an outcome means for the draft.
enum After {
    /// It is used up.
    Created(TaskId),
    /// A change of a task stands: the task shows it.
    Changed,
    /// Nothing came of it.
    NotDone,
    /// That will never be known.
    Unknown,
}

impl After {
    fn of(outcome: &Value) -> Self {
        let task = |value: Option<&Value>| value?.as_str()?.parse().ok().map(TaskId);
        let made = match outcome.get("result").and_then(Value::as_str) {
            Some("created") => task(outcome.get("task")),
            Some("several") => task(outcome.pointer("/tasks/0")),
            Some("modified") => return Self::Changed,
            Some("cannot tell") => return Self::Unknown,
            _ => return Self::NotDone,
        };
        made.map_or(Self::Unknown, Self::Created)
    }
}

#[cfg(test)]
mod tests;
