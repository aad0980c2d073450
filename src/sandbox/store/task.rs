//! A task as it is stored, and what is done to one.

use rusqlite::{OptionalExtension, Row, params};

use super::connection::Database;
use crate::domain::Kind;
use crate::domain::text::fold;

/// What a task is at the moment (documents, *List scheduled tasks*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum TaskStage {
    Pending,
    Dispatching,
    Dispatched,
}

impl TaskStage {
    pub(in crate::sandbox) fn wire(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Dispatching => "dispatching",
            Self::Dispatched => "dispatched",
        }
    }

    fn number(self) -> i64 {
        match self {
            Self::Pending => 0,
            Self::Dispatching => 1,
            Self::Dispatched => 2,
        }
    }

    fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Pending,
            1 => Self::Dispatching,
            _ => Self::Dispatched,
        }
    }
}

/// What a task says, as it is written.
#[derive(Debug)]
pub(in crate::sandbox) struct TaskText<'a> {
    /// `Content` as JSON.
    pub(in crate::sandbox) content: &'a str,
    pub(in crate::sandbox) title: &'a str,
    pub(in crate::sandbox) desc: &'a str,
}

/// A task to be added.
#[derive(Debug)]
pub(in crate::sandbox) struct NewRow<'a> {
    pub(in crate::sandbox) sdkappid: i64,
    pub(in crate::sandbox) kind: &'a Kind,
    /// Unix seconds.
    pub(in crate::sandbox) create_at: i64,
    /// Unix seconds.
    pub(in crate::sandbox) sched_at: i64,
    pub(in crate::sandbox) words: TaskText<'a>,
    /// Made at the start: it does not count against the quota.
    pub(in crate::sandbox) seeded: bool,
    /// How its dispatch ended, when that is over.
    pub(in crate::sandbox) end: Option<DispatchResult<'a>>,
}

/// How a dispatch ended.
#[derive(Clone, Copy, Debug)]
pub(in crate::sandbox) enum DispatchResult<'a> {
    /// With this `PushTaskID`.
    Sent(&'a str),
    /// With this `DispatchErr`.
    Failed(&'a str),
}

impl<'a> DispatchResult<'a> {
    /// As the columns `success`, `failure` and `push_id` hold it.
    pub(super) fn columns(self) -> (bool, &'a str, &'a str) {
        match self {
            Self::Sent(push_id) => (true, "", push_id),
            Self::Failed(failure) => (false, failure, ""),
        }
    }
}

#[cfg(test)]
impl<'a> NewRow<'a> {
    /// A pending task to everyone, created at the second 0.
    pub(in crate::sandbox) fn pending(sdkappid: i64, sched_at: i64, title: &'a str) -> Self {
        let words = TaskText { content: "{}", title, desc: "" };
        Self { sdkappid, kind: &Kind::All, create_at: 0, sched_at, words, seeded: false, end: None }
    }
}

/// A task as it is stored.
#[derive(Debug)]
pub(in crate::sandbox) struct TaskRow {
    pub(in crate::sandbox) id: i64,
    pub(in crate::sandbox) sdkappid: i64,
    pub(in crate::sandbox) kind: String,
    pub(in crate::sandbox) create_at: i64,
    pub(in crate::sandbox) sched_at: i64,
    pub(in crate::sandbox) content: String,
    pub(in crate::sandbox) title: String,
    pub(in crate::sandbox) desc: String,
    pub(in crate::sandbox) stage: TaskStage,
    pub(in crate::sandbox) success: bool,
    pub(in crate::sandbox) failure: String,
    pub(in crate::sandbox) push_id: String,
}

impl Database {
    /// Adds a task and gives its `TaskID`.
    pub(in crate::sandbox) fn add(&self, new: &NewRow<'_>) -> rusqlite::Result<i64> {
        let TaskText { content, title, desc } = new.words;
        let stage = if new.end.is_some() { TaskStage::Dispatched } else { TaskStage::Pending };
        let (success, failure, push_id) = new.end.map_or((false, "", ""), DispatchResult::columns);
        self.change(
            "insert into task (sdkappid, kind, create_at, sched_at, content, title, descr, title_folded,
                descr_folded, seeded, stage, success, failure, push_id)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            params![
                new.sdkappid,
                new.kind.wire(),
                new.create_at,
                new.sched_at,
                content,
                title,
                desc,
                fold(title),
                fold(desc),
                new.seeded,
                stage.number(),
                success,
                failure,
                push_id
            ],
        )?;
        Ok(self.db.last_insert_rowid())
    }

    /// The task of that application with that id.
    pub(in crate::sandbox) fn get(&self, sdkappid: i64, id: i64) -> rusqlite::Result<Option<TaskRow>> {
        let sql = format!("select {COLUMNS} from task where id = ?1 and sdkappid = ?2");
        self.db.prepare_cached(&sql)?.query_row([id, sdkappid], task_row).optional()
    }

    /// Writes what a modify changed.
    pub(in crate::sandbox) fn modify(
        &self,
        id: i64,
        sched_at: i64,
        words: &TaskText<'_>,
    ) -> rusqlite::Result<()> {
        let TaskText { content, title, desc } = *words;
        self.change(
            "update task set sched_at = ?2, content = ?3, title = ?4, descr = ?5, title_folded = ?6,
                descr_folded = ?7 where id = ?1",
            params![id, sched_at, content, title, desc, fold(title), fold(desc)],
        )?;
        Ok(())
    }

    /// Removes a task for good.
    pub(in crate::sandbox) fn delete(&self, id: i64) -> rusqlite::Result<()> {
        self.change("delete from task where id = ?1", [id])?;
        self.change("delete from outcome_rule where task_id = ?1", [id])?;
        Ok(())
    }

    /// Pending and dispatching tasks of an application, without those that were seeded.
    pub(in crate::sandbox) fn active(&self, sdkappid: i64) -> rusqlite::Result<i64> {
        let sql = "select count(*) from task where sdkappid = ?1 and stage < 2 and seeded = 0";
        self.db.prepare_cached(sql)?.query_row([sdkappid], |row| row.get(0))
    }

    /// How many tasks of an application were deleted so far.
    pub(in crate::sandbox) fn deleted(&self, sdkappid: i64) -> rusqlite::Result<i64> {
        let sql = "select deleted from app where sdkappid = ?1";
        let deleted = self.db.prepare_cached(sql)?.query_row([sdkappid], |row| row.get(0)).optional()?;
        Ok(deleted.unwrap_or(0))
    }

    /// At most `most` tasks of an application with ids above `after`, by id.
    pub(in crate::sandbox) fn after(
        &self,
        sdkappid: i64,
        after: i64,
        most: i64,
    ) -> rusqlite::Result<Vec<TaskRow>> {
        let sql = format!("select {COLUMNS} from task where id > ?2 and +sdkappid = ?1 order by id limit ?3");
        let mut tasks = self.db.prepare_cached(&sql)?;
        let rows = tasks.query_map([sdkappid, after, most], task_row)?;
        rows.collect()
    }

    /// Whether no application was ever served.
    pub(in crate::sandbox) fn is_new(&self) -> rusqlite::Result<bool> {
        self.db.query_row("select not exists (select 1 from app)", [], |row| row.get(0))
    }

    /// Notes that the application is served.
    pub(in crate::sandbox) fn note_app(&self, sdkappid: i64) -> rusqlite::Result<()> {
        self.change("insert or ignore into app (sdkappid) values (?1)", [sdkappid])?;
        Ok(())
    }
}

pub(super) const COLUMNS: &str =
    "id, sdkappid, kind, create_at, sched_at, content, title, descr, stage, success, failure, push_id";

pub(super) fn task_row(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    Ok(TaskRow {
        id: row.get(0)?,
        sdkappid: row.get(1)?,
        kind: row.get(2)?,
        create_at: row.get(3)?,
        sched_at: row.get(4)?,
        content: row.get(5)?,
        title: row.get(6)?,
        desc: row.get(7)?,
        stage: TaskStage::from_number(row.get(8)?),
        success: row.get(9)?,
        failure: row.get(10)?,
        push_id: row.get(11)?,
    })
}
