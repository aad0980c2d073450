//! The journal: every write, before it is sent and when it is over, and what becomes of its draft.
//!
//! A process closes only its own entries. Those of the dead are taken over in `owners`.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use super::{Closed, Intent, IntentId, NewIntent, Store, StoreError, draft, drafts, odd, time, time_text};
use crate::domain::TaskId;
use crate::domain::kept::DraftOrigin;

/// What [`intent`] reads.
const INTENTS: &str =
    "SELECT id, begun_at, command, task_id, body, msg_random, closed_at, outcome, owner FROM journal";

impl Store {
    /// Writes down what is about to be sent. It is on the disk when this returns.
    pub fn begin_intent(
        &self,
        profile: &str,
        at: DateTime<Utc>,
        what: &NewIntent,
    ) -> Result<IntentId, StoreError> {
        self.begin_intent_from(profile, at, what, None)
    }

    /// The same for what was made from a draft: that one is no draft to go on with any more, until it
    /// is known that nothing came of it.
    ///
    /// # Errors
    /// Whatever keeps it from the disk, after a second at the most: then nothing may be sent.
    pub fn begin_intent_from(
        &self,
        profile: &str,
        at: DateTime<Utc>,
        what: &NewIntent,
        origin: Option<&DraftOrigin>,
    ) -> Result<IntentId, StoreError> {
        let task = what.task.map(|task| task.to_string());
        let text = origin.map(|origin| draft::write(&origin.draft)).transpose();
        let text = text.map_err(|err| self.other(&err))?;
        self.process.renew().map_err(|err| self.other(&format!("its lock file: {err}")))?;
        let owner = self.process.token();
        self.change(|db| {
            let id = db
                .prepare_cached(
                    "INSERT INTO journal (profile, begun_at, command, task_id, body, msg_random, owner) \
                     VALUES (?, ?, ?, ?, ?, ?, ?)",
                )?
                .insert(params![
                    profile,
                    time_text(at),
                    what.command,
                    task,
                    what.body.to_string(),
                    what.msg_random,
                    owner
                ])?;
            if let (Some(origin), Some(text)) = (origin, text) {
                drafts::hand_over(db, (profile, &origin.slot, owner), &text, at, id)?;
            }
            Ok(IntentId(id))
        })
    }

    /// Writes down how a write ended, and what becomes of its draft; says whether that was news. What is
    /// known stays; only "not done", which is no more than "not found", gives way to what is known later.
    /// What another process has open is left alone.
    pub fn close_intent(&self, id: IntentId, at: DateTime<Utc>, outcome: &Value) -> Result<bool, StoreError> {
        let owner = self.process.token();
        self.change(|db| {
            let changed = db
                .prepare_cached(
                    "UPDATE journal SET closed_at = ?, outcome = ? WHERE id = ? \
                     AND iif(closed_at IS NULL, owner IN ('', ?), outcome ->> '$.result' = 'not done')",
                )?
                .execute(params![time_text(at), outcome.to_string(), id.0, owner])?;
            if changed > 0 {
                drafts::settle(db, id.0, at, outcome)?;
            }
            Ok(changed > 0)
        })
    }

    /// One entry of the journal.
    pub fn intent(&self, id: IntentId) -> Result<Option<Intent>, StoreError> {
        let sql = format!("{INTENTS} WHERE id = ?");
        let own = self.process.token();
        self.run(|db| db.prepare_cached(&sql)?.query_row([id.0], |row| intent(row, own)).optional())
    }

    /// The writes of a profile whose end is not known, oldest first: those that a crash cut off,
    /// and those that another pushdeck is sending right now.
    pub fn open_intents(&self, profile: &str) -> Result<Vec<Intent>, StoreError> {
        self.intents("closed_at IS NULL", "ASC", profile, i64::MAX)
    }

    /// The writes of a profile by one command that were begun at that time or later, oldest first.
    pub fn intents_since(
        &self,
        profile: &str,
        command: &str,
        since: DateTime<Utc>,
    ) -> Result<Vec<Intent>, StoreError> {
        // Times are written with the same length and zone, so as texts they stand in their order.
        let sql = format!("{INTENTS} WHERE profile = ? AND command = ? AND begun_at >= ? ORDER BY id");
        let given = params![profile, command, time_text(since)];
        let own = self.process.token();
        self.run(|db| db.prepare_cached(&sql)?.query_map(given, |row| intent(row, own))?.collect())
    }

    /// The last entries of a profile's journal, newest first.
    pub fn journal(&self, profile: &str, limit: u32) -> Result<Vec<Intent>, StoreError> {
        self.intents("TRUE", "DESC", profile, i64::from(limit))
    }

    fn intents(
        &self,
        filter: &str,
        order: &str,
        profile: &str,
        limit: i64,
    ) -> Result<Vec<Intent>, StoreError> {
        let sql = format!("{INTENTS} WHERE profile = ? AND {filter} ORDER BY id {order} LIMIT ?");
        let own = self.process.token();
        self.run(|db| {
            db.prepare_cached(&sql)?.query_map(params![profile, limit], |row| intent(row, own))?.collect()
        })
    }
}

fn intent(row: &Row<'_>, own: &str) -> rusqlite::Result<Intent> {
    let owner: String = row.get(8)?;
    let task: Option<String> = row.get(3)?;
    let closed = match row.get::<_, Option<String>>(6)? {
        Some(_) => Some(Closed { at: time(row, 6)?, outcome: json(row, 7)? }),
        None => None,
    };
    Ok(Intent {
        id: IntentId(row.get(0)?),
        begun: time(row, 1)?,
        what: NewIntent {
            command: row.get(2)?,
            task: task.map(|task| task.parse().map(TaskId).map_err(|err| odd(3, err))).transpose()?,
            body: json(row, 4)?,
            msg_random: row.get(5)?,
        },
        closed,
        elsewhere: !owner.is_empty() && owner != own,
    })
}

fn json(row: &Row<'_>, column: usize) -> rusqlite::Result<Value> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|err| odd(column, err))
}
