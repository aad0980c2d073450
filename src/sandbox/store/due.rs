//! What the dispatcher asks of the store: what is due, what is over, how it shall end.
//!
//! In batches, oldest first, so that a great many tasks hold nobody up for long.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::connection::Database;
use super::task::DispatchResult;

/// A task whose dispatch is to be ended.
#[derive(Debug)]
pub(in crate::sandbox) struct Dispatching {
    pub(in crate::sandbox) id: i64,
    pub(in crate::sandbox) sdkappid: i64,
    pub(in crate::sandbox) kind: String,
    pub(in crate::sandbox) content: String,
    pub(in crate::sandbox) title: String,
    /// When its dispatch began, Unix milliseconds.
    pub(in crate::sandbox) started_ms: i64,
}

/// How dispatches shall end. What is given must fit; nothing given fits every dispatch. Of several
/// rules that fit the one that was set first decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox) struct OutcomeRule {
    /// Only tasks of this application.
    #[serde(rename = "app")]
    pub(in crate::sandbox) sdkappid: Option<u64>,
    /// Only this task.
    pub(in crate::sandbox) task: Option<i64>,
    /// Only tasks with this title.
    pub(in crate::sandbox) title: Option<String>,
    /// Only tasks with this account among the recipients.
    pub(in crate::sandbox) account: Option<String>,
    /// `DispatchErr`; `None` is a success, and must be written as null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(in crate::sandbox) failure: Option<String>,
    /// For how many dispatches; `None` for all.
    pub(in crate::sandbox) times: Option<u32>,
}

/// The pushes of an application that count against the limits of the push APIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::sandbox) struct PushCount {
    /// Unix seconds of the start of the day last pushed on.
    pub(in crate::sandbox) day: i64,
    /// How many on that day.
    pub(in crate::sandbox) count: i64,
    /// Unix seconds of the last.
    pub(in crate::sandbox) second: i64,
}

impl Database {
    /// At most `most` pending tasks that are due begin to be dispatched, oldest first; how many.
    /// Times are Unix milliseconds.
    pub(in crate::sandbox) fn start_due(&self, now_ms: i64, most: i64) -> rusqlite::Result<usize> {
        self.change(
            "update task set stage = 1, started_ms = ?1 where id in (select id from task
                where stage = 0 and sched_at <= ?2 order by sched_at, id limit ?3)",
            [now_ms, now_ms.div_euclid(1000), most],
        )
    }

    /// At most `most` tasks that have been dispatching since `since_ms` or longer, oldest first.
    pub(in crate::sandbox) fn leaving(
        &self,
        since_ms: i64,
        now_ms: i64,
        most: i64,
    ) -> rusqlite::Result<Vec<Dispatching>> {
        let mut tasks = self.db.prepare_cached(
            "select id, sdkappid, kind, content, title, started_ms from task
             where stage = 1 and (started_ms <= ?1 or started_ms > ?2) order by sched_at, id limit ?3",
        )?;
        let rows = tasks.query_map([since_ms, now_ms, most], |row| {
            Ok(Dispatching {
                id: row.get(0)?,
                sdkappid: row.get(1)?,
                kind: row.get(2)?,
                content: row.get(3)?,
                title: row.get(4)?,
                started_ms: row.get(5)?,
            })
        })?;
        rows.collect()
    }

    /// Since when the task that is dispatching longest is, Unix milliseconds.
    pub(in crate::sandbox) fn dispatching_since(&self) -> rusqlite::Result<Option<i64>> {
        let sql = "select min(started_ms) from task where stage = 1";
        self.db.prepare_cached(sql)?.query_row([], |row| row.get(0))
    }

    /// For when the next pending task is scheduled, Unix seconds.
    pub(in crate::sandbox) fn next_due(&self) -> rusqlite::Result<Option<i64>> {
        let sql = "select sched_at from task where stage = 0 order by sched_at, id limit 1";
        self.db.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()
    }

    /// Ends a dispatch.
    pub(in crate::sandbox) fn end(&self, id: i64, result: DispatchResult<'_>) -> rusqlite::Result<()> {
        let (success, failure, push_id) = result.columns();
        self.change(
            "update task set stage = 2, success = ?2, failure = ?3, push_id = ?4 where id = ?1",
            params![id, success, failure, push_id],
        )?;
        Ok(())
    }

    /// At start: what was being dispatched when the last process ended has failed, for it must
    /// never go out twice; what was missed by more than the grace has failed too.
    pub(in crate::sandbox) fn recover(&self, oldest: i64) -> rusqlite::Result<()> {
        self.change("update task set stage = 2, failure = 'interrupted' where stage = 1", [])?;
        self.change(
            "update task set stage = 2, failure = 'missed schedule' where stage = 0 and sched_at < ?1",
            [oldest],
        )?;
        Ok(())
    }

    /// Deletes at most `most` dispatched tasks that were scheduled before; how many.
    pub(in crate::sandbox) fn forget(&self, before: i64, most: i64) -> rusqlite::Result<usize> {
        self.change(
            "delete from task where id in (select id from task
                where stage = 2 and sched_at < ?1 order by sched_at, id limit ?2)",
            [before, most],
        )
    }

    /// Adds a rule behind the others and gives its number.
    pub(in crate::sandbox) fn add_rule(&self, rule: &OutcomeRule) -> rusqlite::Result<i64> {
        self.change(
            "insert into outcome_rule (sdkappid, task_id, title, account, failure, remaining)
             values (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                rule.sdkappid.map(|app| i64::try_from(app).unwrap_or(i64::MAX)),
                rule.task,
                rule.title,
                rule.account,
                rule.failure,
                rule.times
            ],
        )?;
        Ok(self.db.last_insert_rowid())
    }

    /// All rules and their numbers, in the order in which they are looked at.
    pub(in crate::sandbox) fn rules(&self) -> rusqlite::Result<Vec<(i64, OutcomeRule)>> {
        let mut rules = self.db.prepare_cached(
            "select id, sdkappid, task_id, title, account, failure, remaining from outcome_rule order by id",
        )?;
        let rows = rules.query_map([], |row| {
            let rule = OutcomeRule {
                sdkappid: row.get::<_, Option<i64>>(1)?.and_then(|app| u64::try_from(app).ok()),
                task: row.get(2)?,
                title: row.get(3)?,
                account: row.get(4)?,
                failure: row.get(5)?,
                times: row.get(6)?,
            };
            Ok((row.get(0)?, rule))
        })?;
        rows.collect()
    }

    /// Counts a dispatch that a rule decided; a rule that is used up goes.
    pub(in crate::sandbox) fn rule_used(&self, id: i64) -> rusqlite::Result<()> {
        self.change("update outcome_rule set remaining = remaining - 1 where id = ?1", [id])?;
        self.change("delete from outcome_rule where id = ?1 and remaining <= 0", [id])?;
        Ok(())
    }

    /// Removes all rules; how many there were.
    pub(in crate::sandbox) fn forget_rules(&self) -> rusqlite::Result<usize> {
        self.change("delete from outcome_rule", [])
    }

    /// What an application has pushed.
    pub(in crate::sandbox) fn pushed(&self, sdkappid: i64) -> rusqlite::Result<PushCount> {
        let sql = "select push_day, push_count, push_second from app where sdkappid = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(PushCount { day: row.get(0)?, count: row.get(1)?, second: row.get(2)? })
        };
        Ok(self.db.prepare_cached(sql)?.query_row([sdkappid], read).optional()?.unwrap_or_default())
    }

    /// Notes what an application has pushed.
    pub(in crate::sandbox) fn note_pushed(&self, sdkappid: i64, pushed: PushCount) -> rusqlite::Result<()> {
        self.change(
            "update app set push_day = ?2, push_count = ?3, push_second = ?4 where sdkappid = ?1",
            [sdkappid, pushed.day, pushed.count, pushed.second],
        )?;
        Ok(())
    }
}
