//! The sandbox's tasks in SQLite: in memory, or in a file that survives the process.
//!
//! Synchronous: called on blocking threads only, never across an await. It knows states and orders,
//! not the rules of the wire. One process owns a file at a time.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use crate::domain::Kind;
use crate::domain::text::fold;

/// What a task is at the moment (section 3.1 of the fact sheet).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Dispatching,
    Dispatched,
}

impl State {
    pub(super) fn wire(self) -> &'static str {
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
pub(super) struct Words<'a> {
    /// `Content` as JSON.
    pub(super) content: &'a str,
    pub(super) title: &'a str,
    pub(super) desc: &'a str,
}

/// A task to be added.
#[derive(Debug)]
pub(super) struct NewRow<'a> {
    pub(super) sdkappid: i64,
    pub(super) kind: &'a Kind,
    /// Unix seconds.
    pub(super) create_at: i64,
    /// Unix seconds.
    pub(super) sched_at: i64,
    pub(super) words: Words<'a>,
    /// How its dispatch ended, when that is over.
    pub(super) end: Option<End<'a>>,
}

/// How a dispatch ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum End<'a> {
    /// With this `PushTaskID`.
    Sent(&'a str),
    /// With this `DispatchErr`.
    Failed(&'a str),
}

/// A task as it is stored.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) sdkappid: i64,
    pub(super) kind: String,
    pub(super) create_at: i64,
    pub(super) sched_at: i64,
    pub(super) content: String,
    pub(super) title: String,
    pub(super) desc: String,
    pub(super) state: State,
    pub(super) success: bool,
    pub(super) failure: String,
    pub(super) push_id: String,
}

/// A task whose dispatch is to be ended.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) id: i64,
    pub(super) sdkappid: i64,
    pub(super) kind: String,
    pub(super) content: String,
    /// The failure that a rule wants for it.
    pub(super) failure: Option<String>,
}

/// Which times of a task a list compares and sorts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeField {
    Create,
    Sched,
}

impl TimeField {
    fn column(self) -> &'static str {
        match self {
            Self::Create => "create_at",
            Self::Sched => "sched_at",
        }
    }
}

/// One question of `list_sched_task`; times are Unix seconds, ends inclusive.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) sdkappid: i64,
    /// `None` when either time may lie inside.
    pub(super) range_of: Option<TimeField>,
    pub(super) begin: i64,
    pub(super) end: i64,
    pub(super) keyword: String,
    pub(super) order: TimeField,
    pub(super) ascending: bool,
    pub(super) offset: i64,
    pub(super) want: i64,
}

/// Why a database could not be opened.
#[derive(Debug)]
pub(super) struct OpenError(pub(super) String);

impl OpenError {
    pub(super) fn unknown() -> Self {
        Self("it could not be opened".to_owned())
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(err: rusqlite::Error) -> Self {
        let busy = err.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy);
        Self(if busy { "another process is using it".to_owned() } else { err.to_string() })
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Marks the file as ours ("pdsb"), so that no other database is written to by mistake.
const APPLICATION: i64 = 0x7064_7362;

/// Step `n` brings a database from `user_version` n to n + 1.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];

/// The database.
#[derive(Debug)]
pub(super) struct Store {
    db: Connection,
}

impl Store {
    /// Opens or makes the database; `first_id` is the first `TaskID` of a new one.
    pub(super) fn open(path: Option<&Path>, first_id: i64) -> Result<Self, OpenError> {
        let db = match path {
            None => Connection::open_in_memory()?,
            Some(path) => open_file(path)?,
        };
        db.set_prepared_statement_cache_capacity(64);
        let mut store = Self { db };
        store.migrate(first_id)?;
        Ok(store)
    }

    fn migrate(&mut self, first_id: i64) -> Result<(), OpenError> {
        let number =
            |name: &str| self.db.query_row(&format!("pragma {name}"), [], |row| row.get::<_, i64>(0));
        let (version, application) = (number("user_version")?, number("application_id")?);
        let tables: i64 = self.db.query_row("select count(*) from sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 && application != APPLICATION {
            return Err(OpenError("it is the database of another program".to_owned()));
        }
        let known = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version..));
        let Some(missing) = known else {
            return Err(OpenError("it was written by a newer pushdeck".to_owned()));
        };
        if missing.is_empty() {
            return Ok(());
        }
        let work = self.db.transaction()?;
        for step in missing {
            work.execute_batch(step)?;
        }
        if version == 0 {
            work.execute("insert into sqlite_sequence (name, seq) values ('task', ?1)", [first_id - 1])?;
        }
        work.execute_batch(&format!(
            "pragma application_id = {APPLICATION}; pragma user_version = {}",
            MIGRATIONS.len()
        ))?;
        work.commit()?;
        Ok(())
    }

    /// Everything inside is done or nothing is.
    pub(super) fn atomically<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.db.unchecked_transaction()?;
        let value = work(self)?;
        transaction.commit()?;
        Ok(value)
    }

    fn change(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.db.prepare_cached(sql)?.execute(params)
    }

    /// Adds a task and gives its `TaskID`.
    pub(super) fn add(&self, new: &NewRow<'_>) -> rusqlite::Result<i64> {
        let Words { content, title, desc } = new.words;
        let (state, success, failure, push_id) = match new.end {
            None => (State::Pending, false, "", ""),
            Some(End::Sent(push_id)) => (State::Dispatched, true, "", push_id),
            Some(End::Failed(failure)) => (State::Dispatched, false, failure, ""),
        };
        self.change(
            "insert into task (sdkappid, kind, create_at, sched_at, content, title, descr, title_folded,
                descr_folded, state, success, failure, push_id)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
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
                state.number(),
                success,
                failure,
                push_id
            ],
        )?;
        Ok(self.db.last_insert_rowid())
    }

    /// The task of that application with that id.
    pub(super) fn get(&self, sdkappid: i64, id: i64) -> rusqlite::Result<Option<Stored>> {
        let sql = format!("select {COLUMNS} from task where id = ?1 and sdkappid = ?2");
        self.db.prepare_cached(&sql)?.query_row([id, sdkappid], stored).optional()
    }

    /// Writes what a modify changed.
    pub(super) fn modify(&self, id: i64, sched_at: i64, words: &Words<'_>) -> rusqlite::Result<()> {
        let Words { content, title, desc } = *words;
        self.change(
            "update task set sched_at = ?2, content = ?3, title = ?4, descr = ?5, title_folded = ?6,
                descr_folded = ?7 where id = ?1",
            params![id, sched_at, content, title, desc, fold(title), fold(desc)],
        )?;
        Ok(())
    }

    /// Removes a task for good.
    pub(super) fn delete(&self, id: i64) -> rusqlite::Result<()> {
        self.change("delete from task where id = ?1", [id])?;
        self.change("delete from failure_rule where task_id = ?1", [id])?;
        Ok(())
    }

    /// Pending and dispatching tasks of an application, without those that were seeded.
    pub(super) fn active(&self, sdkappid: i64) -> rusqlite::Result<i64> {
        let sql = "select (select count(*) from task where sdkappid = ?1 and state < 2)
            - coalesce((select quota_extra from app where sdkappid = ?1), 0)";
        self.db.prepare_cached(sql)?.query_row([sdkappid], |row| row.get(0))
    }

    /// How many tasks fit, and the wanted page of them.
    pub(super) fn list(&self, wanted: &Wanted) -> rusqlite::Result<(i64, Vec<Stored>)> {
        let range = match wanted.range_of {
            Some(field) => format!("{} between ?2 and ?3", field.column()),
            None => "(create_at between ?2 and ?3 or sched_at between ?2 and ?3)".to_owned(),
        };
        let folded = fold(&wanted.keyword);
        let found = if folded.is_empty() {
            // Every question has the same parameters.
            "?4 = ''"
        } else {
            "(instr(title_folded, ?4) > 0 or instr(descr_folded, ?4) > 0)"
        };
        let fits = format!("sdkappid = ?1 and {range} and {found}");
        let (app, begin, end) = (wanted.sdkappid, wanted.begin, wanted.end);

        let count = format!("select count(*) from task where {fits}");
        let total =
            self.db.prepare_cached(&count)?.query_row(params![app, begin, end, folded], |row| row.get(0))?;

        let (column, way) = (wanted.order.column(), if wanted.ascending { "asc" } else { "desc" });
        // The ids come out of an index alone, so that a deep page does not read the rows before it.
        let page = format!(
            "select {COLUMNS} from task where id in (
                select id from task where {fits} order by {column} {way}, id {way} limit ?5 offset ?6)
             order by {column} {way}, id {way}"
        );
        let mut page = self.db.prepare_cached(&page)?;
        let rows = page.query_map(params![app, begin, end, folded, wanted.want, wanted.offset], stored)?;
        Ok((total, rows.collect::<Result<_, _>>()?))
    }

    /// Pending tasks that are due begin to be dispatched; how many. Times are Unix milliseconds.
    pub(super) fn start_due(&self, now_ms: i64) -> rusqlite::Result<usize> {
        self.change(
            "update task set state = 1, started_ms = ?1 where state = 0 and sched_at <= ?2",
            [now_ms, now_ms.div_euclid(1000)],
        )
    }

    /// Tasks that have been dispatching since `since_ms` or longer, oldest first.
    pub(super) fn leaving(&self, since_ms: i64, now_ms: i64) -> rusqlite::Result<Vec<Leaving>> {
        let mut tasks = self.db.prepare_cached(
            "select id, sdkappid, kind, content, (select failure from failure_rule
                where task_id = task.id or title = task.title order by id limit 1)
             from task where state = 1 and (started_ms <= ?1 or started_ms > ?2) order by sched_at, id",
        )?;
        let rows = tasks.query_map([since_ms, now_ms], |row| {
            Ok(Leaving {
                id: row.get(0)?,
                sdkappid: row.get(1)?,
                kind: row.get(2)?,
                content: row.get(3)?,
                failure: row.get(4)?,
            })
        })?;
        rows.collect()
    }

    /// Since when the task that is dispatching longest is, Unix milliseconds.
    pub(super) fn dispatching_since(&self) -> rusqlite::Result<Option<i64>> {
        let sql = "select min(started_ms) from task where state = 1";
        self.db.prepare_cached(sql)?.query_row([], |row| row.get(0))
    }

    /// Ends a dispatch.
    pub(super) fn end(&self, id: i64, end: End<'_>) -> rusqlite::Result<()> {
        let (success, failure, push_id) = match end {
            End::Sent(push_id) => (true, "", push_id),
            End::Failed(failure) => (false, failure, ""),
        };
        self.change(
            "update task set state = 2, success = ?2, failure = ?3, push_id = ?4 where id = ?1",
            params![id, success, failure, push_id],
        )?;
        Ok(())
    }

    /// At start: what was being dispatched when the last process ended has failed, for it must
    /// never go out twice; what was missed by more than the grace has failed too.
    pub(super) fn recover(&self, oldest: i64) -> rusqlite::Result<()> {
        self.change("update task set state = 2, failure = 'interrupted' where state = 1", [])?;
        self.change(
            "update task set state = 2, failure = 'missed schedule' where state = 0 and sched_at < ?1",
            [oldest],
        )?;
        Ok(())
    }

    /// The next dispatch of this task fails with this text.
    pub(super) fn fail_task(&self, id: i64, failure: &str) -> rusqlite::Result<()> {
        self.change("insert into failure_rule (task_id, failure) values (?1, ?2)", params![id, failure])?;
        Ok(())
    }

    /// Every dispatch of a task with this title fails with this text.
    pub(super) fn fail_title(&self, title: &str, failure: &str) -> rusqlite::Result<()> {
        self.change("insert into failure_rule (title, failure) values (?1, ?2)", params![title, failure])?;
        Ok(())
    }

    /// Whether no task was ever added.
    pub(super) fn is_new(&self) -> rusqlite::Result<bool> {
        self.db.query_row("select not exists (select 1 from app)", [], |row| row.get(0))
    }

    /// Notes the application; `seeded` tasks are added to its quota.
    pub(super) fn note_app(&self, sdkappid: i64, seeded: i64) -> rusqlite::Result<()> {
        self.change(
            "insert into app (sdkappid, quota_extra) values (?1, ?2)
             on conflict (sdkappid) do update set quota_extra = quota_extra + excluded.quota_extra",
            [sdkappid, seeded],
        )?;
        Ok(())
    }
}

const COLUMNS: &str =
    "id, sdkappid, kind, create_at, sched_at, content, title, descr, state, success, failure, push_id";

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        id: row.get(0)?,
        sdkappid: row.get(1)?,
        kind: row.get(2)?,
        create_at: row.get(3)?,
        sched_at: row.get(4)?,
        content: row.get(5)?,
        title: row.get(6)?,
        desc: row.get(7)?,
        state: State::from_number(row.get(8)?),
        success: row.get(9)?,
        failure: row.get(10)?,
        push_id: row.get(11)?,
    })
}

fn open_file(path: &Path) -> Result<Connection, OpenError> {
    let db = Connection::open(path)?;
    // Whoever holds the file holds it until it ends: waiting for long is of no use.
    db.busy_timeout(Duration::from_millis(200))?;
    // A second process on the same file would dispatch everything a second time.
    db.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
    db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    db.pragma_update(None, "synchronous", "normal")?;
    // The lock is taken by the first write, not by the pragma.
    db.execute_batch("begin exclusive; commit")?;
    Ok(db)
}
