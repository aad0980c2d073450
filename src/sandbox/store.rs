//! The sandbox's tasks in SQLite: in memory, or in a file that survives the process.
//!
//! Synchronous: called on threads that may wait, never across an await. It knows states and orders,
//! not the rules of the wire. One process owns a file at a time; of its connections one writes.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row, params};

mod due;
mod file;
mod list;
mod served;
mod shelf;

pub(super) use due::{Leaving, OutcomeRule, Pushed};
use file::Held;
pub(super) use list::{TimeField, Wanted};
use shelf::Card;

use crate::domain::Kind;

/// What a task is at the moment (documents, *List scheduled tasks*).
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

/// Why a database could not be opened.
#[derive(Debug)]
pub(super) struct OpenError {
    pub(super) words: String,
    /// What to do about it, if it is a file.
    pub(super) advice: &'static str,
}

impl OpenError {
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), advice: "name another file" }
    }

    pub(super) fn unknown() -> Self {
        Self::new("it could not be opened")
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(err: rusqlite::Error) -> Self {
        let busy = err.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy);
        Self::new(if busy { "another process is using it".to_owned() } else { err.to_string() })
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// Marks the file as ours ("pdsb"), so that no other database is written to by mistake.
const APPLICATION: i64 = 0x7064_7362;

/// What SQL alone cannot do.
type Code = fn(&Connection) -> rusqlite::Result<()>;

/// Step `n` brings a database from `user_version` n to n + 1: first the SQL, then the code.
const MIGRATIONS: &[(&str, Code)] = &[
    (include_str!("store/1_tasks.sql"), |_| Ok(())),
    (include_str!("store/2_tallies.sql"), |_| Ok(())),
    (include_str!("store/3_shelves.sql"), shelf::fill),
    (include_str!("store/4_served.sql"), |_| Ok(())),
];

/// The database.
#[derive(Debug)]
pub(super) struct Store {
    db: Connection,
    /// The file, if it is one. Last, for it must be given back after all connections to it are closed.
    file: Option<Arc<Held>>,
    /// What was put right with the file.
    notes: Vec<String>,
}

impl Store {
    /// Opens or makes the database; `first_id` is the first `TaskID` of a new one.
    pub(super) fn open(path: Option<&Path>, first_id: i64) -> Result<Self, OpenError> {
        let (db, file) = match path {
            None => (Connection::open_in_memory()?, None),
            Some(path) => {
                let mut held = Held::take(path)?;
                let db = open_file(held.path())?;
                held.note_journal();
                (db, Some(Arc::new(held)))
            }
        };
        db.set_prepared_statement_cache_capacity(64);
        let mut store = Self { db, file, notes: Vec::new() };
        store.migrate(first_id)?;
        // Not before it is known to be ours.
        if let Some(file) = &store.file {
            served::note(&store.db, file.path())?;
            store.notes = file.make_private();
        }
        Ok(store)
    }

    /// Another connection to the file, to read beside the writer; `None` for a database in memory.
    pub(super) fn reader(&self) -> Result<Option<Self>, OpenError> {
        let Some(file) = &self.file else { return Ok(None) };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(file.path(), flags)?;
        db.busy_timeout(Duration::from_secs(2))?;
        db.pragma_update(None, "cache_size", READER_CACHE)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(Some(Self { db, file: Some(Arc::clone(file)), notes: Vec::new() }))
    }

    /// What was put right with the file when it was opened, for the operator.
    pub(super) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The file of the database when the next start would not find what is written now.
    pub(super) fn displaced(&self) -> Option<&Path> {
        self.file.as_ref().filter(|file| !file.is_in_place()).map(|file| file.name())
    }

    fn migrate(&mut self, first_id: i64) -> Result<(), OpenError> {
        let number =
            |name: &str| self.db.query_row(&format!("pragma {name}"), [], |row| row.get::<_, i64>(0));
        let (version, application) = (number("user_version")?, number("application_id")?);
        let tables: i64 = self.db.query_row("select count(*) from sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 && application != APPLICATION {
            return Err(OpenError::new("it is the database of another program"));
        }
        let known = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version..));
        let Some(missing) = known else {
            return Err(OpenError::new("it was written by a newer pushdeck"));
        };
        if missing.is_empty() {
            return Ok(());
        }
        let work = self.db.transaction()?;
        for (sql, code) in missing {
            work.execute_batch(sql)?;
            code(&work)?;
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

    /// The same inside a transaction that stands; a failure takes back only this part.
    pub(super) fn partly<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.change("savepoint part", [])?;
        let value = work(self);
        if value.is_err() {
            self.change("rollback to part", [])?;
        }
        self.change("release part", [])?;
        value
    }

    /// Takes back the part whose work panicked.
    pub(super) fn abandon(&self) {
        for step in ["rollback to part", "release part"] {
            // Without such a part there is nothing to take back.
            let _ = self.change(step, []);
        }
    }

    /// Begins what [`Store::commit`] ends.
    pub(super) fn begin(&self) -> rusqlite::Result<()> {
        self.change("begin immediate", []).map(drop)
    }

    /// Makes everything since [`Store::begin`] last, or takes it back; whether it lasts. What is
    /// written to a file that was removed or replaced does not.
    pub(super) fn commit(&self) -> bool {
        let done = self.displaced().is_none() && self.change("commit", []).is_ok();
        if !done && !self.db.is_autocommit() {
            // What cannot be undone now is undone when the file is opened again.
            let _ = self.change("rollback", []);
        }
        // It may have gone meanwhile.
        done && self.displaced().is_none()
    }

    fn change(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.db.prepare_cached(sql)?.execute(params)
    }

    /// Adds a task and gives its `TaskID`.
    pub(super) fn add(&self, new: &NewRow<'_>) -> rusqlite::Result<i64> {
        let card = self.insert(new)?;
        shelf::put(&self.db, card, new.words.title, new.words.desc)?;
        Ok(card.id)
    }

    /// To add a great many tasks, and nothing else meanwhile.
    pub(super) fn adding(&self) -> Adding<'_> {
        Adding { store: self, filling: shelf::Filling::new(&self.db) }
    }

    /// Adds the row; the words must be put on a shelf as well.
    fn insert(&self, new: &NewRow<'_>) -> rusqlite::Result<Card> {
        let Words { content, title, desc } = new.words;
        let (state, success, failure, push_id) = match new.end {
            None => (State::Pending, false, "", ""),
            Some(End::Sent(push_id)) => (State::Dispatched, true, "", push_id),
            Some(End::Failed(failure)) => (State::Dispatched, false, failure, ""),
        };
        self.change(
            "insert into task (sdkappid, kind, create_at, sched_at, content, title, descr, state, success,
                failure, push_id)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                new.sdkappid,
                new.kind.wire(),
                new.create_at,
                new.sched_at,
                content,
                title,
                desc,
                state.number(),
                success,
                failure,
                push_id
            ],
        )?;
        let (sdkappid, create_at, sched_at) = (new.sdkappid, new.create_at, new.sched_at);
        Ok(Card { id: self.db.last_insert_rowid(), sdkappid, create_at, sched_at })
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
            "update task set sched_at = ?2, content = ?3, title = ?4, descr = ?5 where id = ?1",
            params![id, sched_at, content, title, desc],
        )?;
        shelf::change(&self.db, id, sched_at, title, desc)
    }

    /// Removes a task for good.
    pub(super) fn delete(&self, id: i64) -> rusqlite::Result<()> {
        self.change("delete from task where id = ?1", [id])?;
        self.change("delete from outcome_rule where task_id = ?1", [id])?;
        shelf::remove(&self.db, vec![id])
    }

    /// Pending and dispatching tasks of an application, without those that were seeded.
    pub(super) fn active(&self, sdkappid: i64) -> rusqlite::Result<i64> {
        let sql = "select active - quota_extra from app where sdkappid = ?1";
        let active = self.db.prepare_cached(sql)?.query_row([sdkappid], |row| row.get(0)).optional()?;
        Ok(active.unwrap_or(0))
    }

    /// How many tasks of an application were deleted so far.
    pub(super) fn deleted(&self, sdkappid: i64) -> rusqlite::Result<i64> {
        let sql = "select deleted from app where sdkappid = ?1";
        let deleted = self.db.prepare_cached(sql)?.query_row([sdkappid], |row| row.get(0)).optional()?;
        Ok(deleted.unwrap_or(0))
    }

    /// At most `most` tasks of an application with ids above `after`, by id.
    pub(super) fn after(&self, sdkappid: i64, after: i64, most: i64) -> rusqlite::Result<Vec<Stored>> {
        let sql = format!("select {COLUMNS} from task where id > ?2 and +sdkappid = ?1 order by id limit ?3");
        let mut tasks = self.db.prepare_cached(&sql)?;
        let rows = tasks.query_map([sdkappid, after, most], stored)?;
        rows.collect()
    }

    /// Whether no application was ever served.
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

/// Adds task after task.
#[derive(Debug)]
pub(super) struct Adding<'a> {
    store: &'a Store,
    filling: shelf::Filling<'a>,
}

impl Adding<'_> {
    /// Adds a task and gives its `TaskID`.
    pub(super) fn add(&mut self, new: &NewRow<'_>) -> rusqlite::Result<i64> {
        let card = self.store.insert(new)?;
        self.filling.put(card, new.words.title, new.words.desc)?;
        Ok(card.id)
    }

    /// Must come last, or no keyword finds the last of them.
    pub(super) fn done(self) -> rusqlite::Result<()> {
        self.filling.done()
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

/// KiB, negative as SQLite wants it.
const READER_CACHE: i64 = -6 * 1024;
const WRITER_CACHE: i64 = -16 * 1024;

fn open_file(path: &Path) -> Result<Connection, OpenError> {
    let db = Connection::open(path)?;
    db.busy_timeout(Duration::from_millis(200))?;
    db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    // What was answered is on the disk, whatever happens to process or machine.
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "cache_size", WRITER_CACHE)?;
    // Pages; fewer and larger checkpoints hold calls up less.
    db.pragma_update_and_check(None, "wal_autocheckpoint", 4000, |_| Ok(()))?;
    db.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |_| Ok(()))?;
    // Somebody else may hold it by other means: better to say so now.
    db.execute_batch("begin immediate; commit")?;
    Ok(db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_the_first_version_is_taken_over_with_tallies_quota_and_rules() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(MIGRATIONS[0].0).unwrap();
        old.execute_batch(&format!(
            "pragma application_id = {APPLICATION}; pragma user_version = 1;
             insert into app values (7, 1);
             insert into task (sdkappid, kind, create_at, sched_at, content, title, descr, title_folded, descr_folded, state)
             values (7, 'All', 0, 7200, '{{}}', 'T', '', 't', '', 0), (7, 'All', 5, 9000, '{{}}', 'U', '', 'u', '', 1),
                    (7, 'All', 5, 9000, '{{}}', 'V', '', 'v', '', 2);
             insert into failure_rule (task_id, failure) values (1, 'bad'); "
        ))
        .unwrap();
        drop(old);
        let store = Store::open(Some(&path), 1).unwrap();
        assert_eq!(store.active(7).unwrap(), 1, "one of the two active ones was seeded");
        let (range_of, order) = (Some(TimeField::Sched), TimeField::Sched);
        let everything = Wanted {
            sdkappid: 7,
            range_of,
            begin: 0,
            end: 100_000,
            keyword: String::new(),
            order,
            ascending: true,
            offset: 0,
            want: 9,
            created_by: None,
        };
        let (total, page) = store.list(&everything).unwrap();
        assert_eq!((total, page.len()), (3, 3));
        assert_eq!(store.rules().unwrap()[0].failure.as_deref(), Some("bad"));
        drop(store);
        assert_eq!(Store::open(Some(&path), 1).unwrap().list(&everything).unwrap().0, 3, "and again");
    }

    #[test]
    fn a_database_of_the_second_version_is_taken_over_and_searched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.db");
        let old = Connection::open(&path).unwrap();
        for (sql, _) in &MIGRATIONS[..2] {
            old.execute_batch(sql).unwrap();
        }
        old.execute_batch(&format!(
            "pragma application_id = {APPLICATION}; pragma user_version = 2; insert into app (sdkappid) values (7);"
        ))
        .unwrap();
        let titles = ["Flash SALE", "快递已送达 📦", "100 % off"];
        for id in 1..=300_i64 {
            let title = titles[usize::try_from(id % 3).unwrap()];
            old.execute(
                "insert into task (id, sdkappid, kind, create_at, sched_at, content, title, descr, title_folded, descr_folded)
                 values (?1, 7, 'All', 0, 3600 * ?1, '{}', ?2, '', ?3, '')",
                params![id * 2, title, crate::domain::text::fold(title)],
            )
            .unwrap();
        }
        drop(old);
        let store = Store::open(Some(&path), 1).unwrap();
        let found = |keyword: &str| {
            let wanted = Wanted {
                sdkappid: 7,
                range_of: Some(TimeField::Sched),
                begin: 0,
                end: 3600 * 1000,
                keyword: keyword.to_owned(),
                order: TimeField::Sched,
                ascending: true,
                offset: 0,
                want: 1000,
                created_by: None,
            };
            let (total, page) = store.list(&wanted).unwrap();
            assert_eq!(page.len(), usize::try_from(total).unwrap());
            page.into_iter().map(|task| (task.id, task.title)).collect::<Vec<_>>()
        };
        assert_eq!(
            (found("").len(), found("sale").len(), found("快递").len(), found("% ").len()),
            (300, 100, 100, 100)
        );
        assert_eq!(found("递已")[0], (2, "快递已送达 📦".to_owned()));
        store.modify(2, 3600, &Words { content: "{}", title: "股票早报", desc: "" }).unwrap();
        store.delete(8).unwrap();
        assert_eq!((found("递已").len(), found("早报").len(), found("").len()), (98, 1, 299));
        let check: String = store.db.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }

    #[test]
    fn a_database_is_read_beside_the_writer_and_only_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let writer = Store::open(Some(&path), 5).unwrap();
        let reader = writer.reader().unwrap().unwrap();
        let words = Words { content: "{}", title: "t", desc: "" };
        let new = NewRow { sdkappid: 7, kind: &Kind::All, create_at: 0, sched_at: 9, words, end: None };
        writer.begin().unwrap();
        let id = writer.add(&new).unwrap();
        assert!(reader.get(7, id).unwrap().is_none(), "not before it lasts");
        assert!(writer.commit());
        assert_eq!((id, reader.get(7, id).unwrap().unwrap().sched_at), (5, 9));
        assert!(reader.add(&new).is_err());
    }

    #[test]
    fn everything_that_belongs_to_a_database_is_private_also_what_was_not() {
        use std::fs::{Permissions, metadata, set_permissions};
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let file = |end: &str| dir.path().join(format!("a.db{end}"));
        let private = || {
            for end in ["", "-wal", "-shm"] {
                assert_eq!(metadata(file(end)).unwrap().permissions().mode() & 0o777, 0o600, "{end}");
            }
        };
        let store = Store::open(Some(&file("")), 1).unwrap();
        private();
        assert!(store.notes().is_empty());
        drop(store);
        set_permissions(file(""), Permissions::from_mode(0o644)).unwrap();
        let store = Store::open(Some(&file("")), 1).unwrap();
        private();
        assert!(store.notes()[0].contains("a.db was open to others (mode 0644)"), "{:?}", store.notes());
    }

    #[test]
    fn a_refused_second_opener_leaves_the_locks_of_the_first_as_they_are() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let store = Store::open(Some(&path), 5).unwrap();
        std::fs::hard_link(&path, dir.path().join("h.db")).unwrap();
        for name in ["a.db", "h.db"] {
            assert!(Store::open(Some(&dir.path().join(name)), 5).is_err());
        }
        // The system's own table, where it has one: without the lock of SQLite any other program that
        // closes the file would think itself the last, and take the journal away.
        if std::fs::exists("/proc/locks").unwrap() {
            use std::os::unix::fs::MetadataExt;
            let inode = format!(":{}", std::fs::metadata(&path).unwrap().ino());
            let listed = |kind: &str| {
                let table = std::fs::read_to_string("/proc/locks").unwrap();
                table.lines().any(|line| line.contains(kind) && line.split(' ').any(|w| w.ends_with(&inode)))
            };
            // The table comes in pieces, by the number of the line: when another program lets a lock go
            // meanwhile, a line is passed over. A lock that is gone is in none of many readings.
            for kind in ["POSIX", "FLOCK"] {
                assert!((0..100).any(|_| listed(kind)), "{kind} {inode}");
            }
        }
        drop(store);
    }
}
