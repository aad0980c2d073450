//! A connection to the database: opening it, one transaction around many pieces of work.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Params};

use super::error::OpenError;
use super::file::Held;
use super::served;
use super::totals::Totals;

/// Marks the file as ours ("pdsb"), so that no other database is written to by mistake.
const APPLICATION: i64 = 0x7064_7362;

/// Another number for every other schema.
const VERSION: i64 = 5;

const SCHEMA: &str = include_str!("schema.sql");

/// The database.
#[derive(Debug)]
pub(in crate::sandbox) struct Database {
    pub(super) db: Connection,
    /// The file, if it is one. Last, for it must be given back after all connections to it are closed.
    file: Option<Arc<Held>>,
    /// What was put right with the file.
    notes: Vec<String>,
    pub(super) totals: RefCell<Totals>,
}

impl Database {
    /// Opens or makes the database; `first_id` is the first `TaskID` of a new one.
    pub(in crate::sandbox) fn open(path: Option<&Path>, first_id: i64) -> Result<Self, OpenError> {
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
        let mut store = Self { db, file, notes: Vec::new(), totals: RefCell::default() };
        store.prepare(first_id)?;
        // Not before it is known to be ours.
        if let Some(file) = &store.file {
            served::note(&store.db, file.path())?;
            store.notes = file.make_private();
        }
        Ok(store)
    }

    /// Another connection to the file, to read beside the writer; `None` for a database in memory.
    pub(in crate::sandbox) fn reader(&self) -> Result<Option<Self>, OpenError> {
        let Some(file) = &self.file else { return Ok(None) };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(file.path(), flags)?;
        db.busy_timeout(Duration::from_secs(2))?;
        db.pragma_update(None, "cache_size", READER_CACHE)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(Some(Self { db, file: Some(Arc::clone(file)), notes: Vec::new(), totals: RefCell::default() }))
    }

    /// What was put right with the file when it was opened, for the operator.
    pub(in crate::sandbox) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The file of the database when the next start would not find what is written now.
    pub(in crate::sandbox) fn displaced(&self) -> Option<&Path> {
        self.file.as_ref().filter(|file| !file.is_in_place()).map(|file| file.name())
    }

    /// Makes the tables of a new database; one that was written by another version is left alone.
    fn prepare(&mut self, first_id: i64) -> Result<(), OpenError> {
        let number =
            |name: &str| self.db.query_row(&format!("pragma {name}"), [], |row| row.get::<_, i64>(0));
        let (version, application) = (number("user_version")?, number("application_id")?);
        let tables: i64 = self.db.query_row("select count(*) from sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 && application != APPLICATION {
            return Err(OpenError::new("it is the database of another program"));
        }
        if tables > 0 && version == VERSION {
            return Ok(());
        }
        if tables > 0 {
            return Err(OpenError::new("it was written by another version of pushdeck"));
        }
        let work = self.db.transaction()?;
        work.execute_batch(SCHEMA)?;
        work.execute("insert into sqlite_sequence (name, seq) values ('task', ?1)", [first_id - 1])?;
        work.execute_batch(&format!(
            "pragma application_id = {APPLICATION}; pragma user_version = {VERSION}"
        ))?;
        work.commit()?;
        Ok(())
    }

    /// Everything inside is done or nothing is.
    pub(in crate::sandbox) fn atomically<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.db.unchecked_transaction()?;
        let value = work(self)?;
        transaction.commit()?;
        Ok(value)
    }

    /// The same inside a transaction that stands; a failure takes back only this part.
    pub(in crate::sandbox) fn partly<T, E: From<rusqlite::Error>>(
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
    pub(in crate::sandbox) fn abandon(&self) {
        for step in ["rollback to part", "release part"] {
            // Without such a part there is nothing to take back.
            let _ = self.change(step, []);
        }
    }

    /// Begins what [`Database::commit`] ends.
    pub(in crate::sandbox) fn begin(&self) -> rusqlite::Result<()> {
        self.change("begin immediate", []).map(drop)
    }

    /// Makes everything since [`Database::begin`] last, or takes it back; whether it lasts. What is
    /// written to a file that was removed or replaced does not.
    pub(in crate::sandbox) fn commit(&self) -> bool {
        let done = self.displaced().is_none() && self.change("commit", []).is_ok();
        if !done && !self.db.is_autocommit() {
            // What cannot be undone now is undone when the file is opened again.
            let _ = self.change("rollback", []);
        }
        // It may have gone meanwhile.
        done && self.displaced().is_none()
    }

    pub(super) fn change(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.db.prepare_cached(sql)?.execute(params)
    }
}

/// KiB, negative as SQLite wants it. A reader holds the index of 100,000 tasks in which keywords are found.
const READER_CACHE: i64 = -24 * 1024;
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
