//! The local database: drafts, and the journal of every write; and beside it the tasks as they were read last.
//!
//! SQLite files in the state directory, safe with several pushdecks at once and after `kill -9`:
//! what a call has returned from is on the disk. Every entry and every draft belongs to one process,
//! and only what belongs to a dead one is taken over. Calls block, at most a second for a database
//! that another program holds; async callers use `spawn_blocking`.
//! Never put a secret, a signature or a URL with a query in here.

mod draft;
mod drafts;
mod journal;
mod owners;
mod private;
mod process;
mod schema;
mod snapshot;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde_json::Value;

use crate::domain::TaskId;

use process::Process;

pub use private::{Opened, SNAPSHOT_FILE};

/// The file in the state directory.
pub const FILE: &str = "state.db";

/// What it took to keep a snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Tasks that were there already, to the byte.
    pub same: usize,
    /// Tasks that are new or have changed.
    pub written: usize,
    /// Tasks that are gone, or were another way before.
    pub removed: usize,
}

/// The journal's number of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(pub i64);

/// A write that is about to be sent, as it goes into the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct NewIntent {
    /// The command on the wire, such as `add_sched_task`.
    pub command: String,
    /// The task, unless it is a create.
    pub task: Option<TaskId>,
    /// The body of the request, without anything secret.
    pub body: Value,
    /// The `MsgRandom` that was chosen for a create.
    pub msg_random: Option<u32>,
}

/// How a write ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// When that was known.
    pub at: DateTime<Utc>,
    /// In what.
    pub outcome: Value,
}

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Its number; later entries have higher ones.
    pub id: IntentId,
    /// When it was about to be sent.
    pub begun: DateTime<Utc>,
    /// What was to be sent.
    pub what: NewIntent,
    /// How it ended; `None` while that is not known.
    pub closed: Option<Closed>,
    /// Whether it belongs to another process: unless that one is dead, it alone closes it.
    pub elsewhere: bool,
}

/// Why the database cannot be used.
#[derive(Debug)]
pub struct StoreError {
    path: PathBuf,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Folder(std::io::Error),
    Damaged(String),
    /// Its format, and the one that this program knows.
    Newer(i64, i64),
    Busy,
    Other(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.cause {
            Cause::Folder(err) => write!(f, "cannot make {path}: {err}"),
            Cause::Damaged(why) => write!(
                f,
                "{path} cannot be read ({why}); it was left as it is: move it away, and a new one is made at the \
                 next start"
            ),
            Cause::Newer(version, known) => write!(
                f,
                "{path} was written by a newer pushdeck (format {version}, this one knows {known}); use that one"
            ),
            Cause::Busy => write!(f, "{path} is held by another program; close that one and try again"),
            Cause::Other(why) => write!(f, "{path}: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// How long a call waits in all for others to be done with the database.
const PATIENCE: Duration = Duration::from_secs(1);

/// The database, open.
pub struct Store {
    path: PathBuf,
    /// Where the tasks are kept as they were read last.
    snapshots: Option<PathBuf>,
    connection: Mutex<Connection>,
    process: Process,
    opened: Vec<Opened>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.path).finish()
    }
}

impl Store {
    /// Opens the database file, and makes it and its directory when they are not there. Only the
    /// owner can read either, whatever their modes were: see [`Store::opened`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let fail = |cause| StoreError { path: path.to_owned(), cause };
        let opened = private::close(path);
        schema::make_file(path).map_err(|err| fail(Cause::Folder(err)))?;
        let connection = Connection::open(path).map_err(|err| fail(cause(&err)))?;
        let snapshots = Some(path.with_file_name(SNAPSHOT_FILE));
        Ok(Self { snapshots, opened, ..Self::ready(path, connection, Process::begin(path))? })
    }

    /// A database that is gone when it is dropped, for tests and for when there is no state directory.
    pub fn open_in_memory() -> Result<Self, StoreError> {
        let path = Path::new(":memory:");
        let connection = Connection::open_in_memory()
            .map_err(|err| StoreError { path: path.into(), cause: cause(&err) })?;
        Self::ready(path, connection, Process::alone())
    }

    fn ready(path: &Path, mut connection: Connection, process: Process) -> Result<Self, StoreError> {
        let fail = |cause| StoreError { path: path.to_owned(), cause };
        let found = schema::prepare(&mut connection, &schema::STATE).map_err(|err| fail(cause(&err)))?;
        if found > schema::STATE.version() {
            return Err(fail(Cause::Newer(found, schema::STATE.version())));
        }
        connection.busy_timeout(PATIENCE).map_err(|err| fail(cause(&err)))?;
        let (path, connection) = (path.to_owned(), Mutex::new(connection));
        Ok(Self { path, snapshots: None, connection, process, opened: Vec::new() })
    }

    /// What of it was open to other users until it was opened here.
    pub fn opened(&self) -> &[Opened] {
        &self.opened
    }

    /// Whether other processes may work on the same database.
    pub fn is_shared(&self) -> bool {
        self.process.is_one_of_several()
    }

    /// Why nobody can tell whether this process lives, if that is so: its place has no locks.
    pub fn lock_trouble(&self) -> Option<&str> {
        self.process.trouble()
    }

    /// What was learned of the service under this name.
    pub fn fact(&self, profile: &str, name: &str) -> Result<Option<String>, StoreError> {
        self.run(|db| {
            db.prepare_cached("SELECT value FROM facts WHERE profile = ? AND name = ?")?
                .query_row(params![profile, name], |row| row.get(0))
                .optional()
        })
    }

    /// Keeps what was learned of the service, in place of what was known before.
    pub fn put_fact(&self, profile: &str, name: &str, value: &str) -> Result<(), StoreError> {
        self.run(|db| {
            db.prepare_cached("INSERT OR REPLACE INTO facts (profile, name, value) VALUES (?, ?, ?)")?
                .execute(params![profile, name, value])
        })?;
        Ok(())
    }

    /// Several statements as one, on the disk or not at all. It waits a second in all: for other
    /// threads, and for other programs.
    fn change<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let began = Instant::now();
        let db = loop {
            match self.connection.try_lock() {
                Ok(db) => break db,
                Err(TryLockError::Poisoned(db)) => break db.into_inner(),
                Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(TryLockError::WouldBlock) => return Err(self.failed(Cause::Busy)),
            }
        };
        let changed = db.busy_timeout(PATIENCE.saturating_sub(began.elapsed())).and_then(|()| {
            let step = Transaction::new_unchecked(&db, TransactionBehavior::Immediate)?;
            let done = work(&step)?;
            step.commit()?;
            Ok(done)
        });
        // A patience that cannot be put back is one that only changes how long others wait.
        let _ = db.busy_timeout(PATIENCE);
        changed.map_err(|err| self.failed(cause(&err)))
    }

    fn run<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        work(&self.lock()).map_err(|err| self.failed(cause(&err)))
    }

    fn failed(&self, cause: Cause) -> StoreError {
        StoreError { path: self.path.clone(), cause }
    }

    /// A thread that panicked while it held the lock left no half statement behind: SQLite sees to that.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn other(&self, why: &impl fmt::Display) -> StoreError {
        self.failed(Cause::Other(why.to_string()))
    }
}

fn cause(err: &rusqlite::Error) -> Cause {
    match err.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Cause::Damaged(err.to_string()),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Cause::Busy,
        Some(_) | None => Cause::Other(err.to_string()),
    }
}

fn time_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let text: String = row.get(column)?;
    let at = DateTime::parse_from_rfc3339(&text).map_err(|err| odd(column, err))?;
    Ok(at.with_timezone(&Utc))
}

fn odd(column: usize, err: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(err))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use serde_json::json;

    use super::*;
    use crate::domain::{Content, Draft, Kind};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_240_000 + seconds, 123_456_789).unwrap()
    }

    fn create(title: &str) -> NewIntent {
        NewIntent {
            command: "add_sched_task".to_owned(),
            task: None,
            body: json!({"Type": "All", "Content": {"OfflinePushInfo": {"Title": title}}}),
            msg_random: Some(u32::MAX),
        }
    }

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pushdeck").join(FILE);
        (dir, path)
    }

    #[test]
    fn a_draft_comes_back_with_everything_it_began_with() {
        let store = Store::open_in_memory().unwrap();
        let base = r#"{"Novel":{"b":1.50,"a":[12345678901234567890123,null]},"From_Account":7}"#;
        let mut draft = Draft {
            kind: Some(Kind::Other("Odd".to_owned())),
            scheduled: "tomorrow 9a".to_owned(),
            base: Content(serde_json::from_str(base).unwrap()),
            ..Draft::default()
        };
        draft.put("OfflinePushInfo.Title", "股票早报 🔥\n\u{1b}[2J");
        store.save_draft("acme", "new", &draft, at(0)).unwrap();
        let (found, saved) = store.load_draft("acme", "new").unwrap().draft.unwrap();
        assert_eq!((&found, saved), (&draft, at(0)));
        assert_eq!(serde_json::to_string(&found.base.0).unwrap(), base);
    }

    #[test]
    fn drafts_are_kept_by_profile_and_slot_and_the_last_one_counts() {
        let store = Store::open_in_memory().unwrap();
        let (one, two) = (Draft::new("one"), Draft::new("two"));
        store.save_draft("acme", "new", &one, at(0)).unwrap();
        store.save_draft("acme", "edit 7", &two, at(1)).unwrap();
        store.save_draft("beta", "new", &two, at(2)).unwrap();
        store.save_draft("acme", "new", &two, at(3)).unwrap();
        assert_eq!(store.load_draft("acme", "new").unwrap().draft, Some((two.clone(), at(3))));
        store.drop_draft("acme", "new").unwrap();
        store.drop_draft("acme", "new").unwrap();
        assert_eq!(store.load_draft("acme", "new").unwrap().draft, None);
        assert_eq!(store.load_draft("acme", "edit 7").unwrap().draft, Some((two.clone(), at(1))));
        assert_eq!(store.load_draft("beta", "new").unwrap().draft, Some((two, at(2))));
    }

    #[test]
    fn what_was_learned_of_a_service_is_kept_by_app_and_the_last_word_counts() {
        let store = Store::open_in_memory().unwrap();
        store.put_fact("acme", "longest_range_days", "31").unwrap();
        store.put_fact("acme", "longest_range_days", "7").unwrap();
        assert_eq!(store.fact("acme", "longest_range_days").unwrap().as_deref(), Some("7"));
        assert_eq!(store.fact("beta", "longest_range_days").unwrap(), None);
    }

    #[test]
    fn an_intent_stays_open_until_its_first_verdict() {
        let store = Store::open_in_memory().unwrap();
        let modify = NewIntent {
            command: "modify_sched_task".to_owned(),
            task: Some(TaskId(u64::MAX)),
            body: json!({"SchedAt": "2026-11-21 06:00:00"}),
            msg_random: None,
        };
        let first = store.begin_intent("acme", at(0), &create("a")).unwrap();
        let second = store.begin_intent("acme", at(1), &modify).unwrap();
        store.begin_intent("beta", at(2), &create("b")).unwrap();
        let open: Vec<_> = store.open_intents("acme").unwrap().into_iter().map(|intent| intent.id).collect();
        assert_eq!(open, [first, second]);

        assert!(store.close_intent(first, at(3), &json!({"created": 7})).unwrap());
        assert!(!store.close_intent(first, at(4), &json!({"result": "not done"})).unwrap());
        let left = Intent { id: second, begun: at(1), what: modify, closed: None, elsewhere: false };
        assert_eq!(store.open_intents("acme").unwrap(), std::slice::from_ref(&left));
        let closed = Some(Closed { at: at(3), outcome: json!({"created": 7}) });
        let done = Intent { id: first, begun: at(0), what: create("a"), closed, elsewhere: false };
        assert_eq!(store.journal("acme", 10).unwrap(), [left.clone(), done]);
        assert_eq!(store.journal("acme", 1).unwrap(), std::slice::from_ref(&left));
        assert_eq!(store.intents_since("acme", "modify_sched_task", at(1)).unwrap(), [left]);
        assert_eq!(store.intents_since("acme", "modify_sched_task", at(2)).unwrap(), []);
        assert_eq!(store.intents_since("acme", "add_sched_task", at(0)).unwrap().len(), 1);
    }

    #[test]
    fn two_stores_on_one_file_see_each_others_entries() {
        let (_dir, path) = folder();
        let (here, there) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
        let first = here.begin_intent("acme", at(0), &create("a")).unwrap();
        let second = there.begin_intent("acme", at(1), &create("b")).unwrap();
        assert!(second > first);
        assert!(!there.close_intent(first, at(2), &json!("done")).unwrap(), "it belongs to the other");
        let elsewhere = |store: &Store| -> Vec<bool> {
            store.open_intents("acme").unwrap().into_iter().map(|intent| intent.elsewhere).collect()
        };
        assert_eq!((elsewhere(&here), elsewhere(&there)), (vec![false, true], vec![true, false]));
        assert!(here.close_intent(first, at(2), &json!("done")).unwrap());
        assert_eq!(there.open_intents("acme").unwrap().len(), 1);
        assert!(there.intent(first).unwrap().unwrap().closed.is_some());
    }

    #[test]
    fn many_pushdecks_may_start_at_once_on_no_file_at_all() {
        let (_dir, path) = folder();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    let store = Store::open(path).unwrap();
                    for _ in 0..5 {
                        store.begin_intent("acme", at(n), &create("a")).unwrap();
                    }
                });
            }
        });
        assert_eq!(Store::open(&path).unwrap().open_intents("acme").unwrap().len(), 40);
    }

    #[test]
    fn what_was_written_is_there_after_the_process_died() {
        const VARIABLE: &str = "PUSHDECK_TEST_DIE_AFTER_WRITING_TO";
        if let Some(path) = std::env::var_os(VARIABLE) {
            // The child: dies without closing anything.
            let store = Store::open(Path::new(&path)).unwrap();
            store.save_draft("acme", "new", &Draft::new("x"), at(0)).unwrap();
            store.begin_intent("acme", at(1), &create("a")).unwrap();
            std::process::abort();
        }
        let (_dir, path) = folder();
        let name = "store::tests::what_was_written_is_there_after_the_process_died";
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env(VARIABLE, &path)
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(!status.success());
        let store = Store::open(&path).unwrap();
        assert_eq!(store.load_draft("acme", "new").unwrap().draft, Some((Draft::new("x"), at(0))));
        assert_eq!(store.open_intents("acme").unwrap().len(), 1);
    }

    #[test]
    fn a_damaged_file_is_named_and_left_as_it_is() {
        let (_dir, path) = folder();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let junk = "this is no database ".repeat(500);
        std::fs::write(&path, &junk).unwrap();
        let found = Store::open(&path).unwrap_err().to_string();
        assert!(found.starts_with(&format!("{} cannot be read (", path.display())), "{found}");
        assert!(found.ends_with("move it away, and a new one is made at the next start"), "{found}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), junk);
    }

    #[test]
    fn a_file_of_a_later_version_is_refused_and_left_as_it_is() {
        let (_dir, path) = folder();
        drop(Store::open(&path).unwrap());
        let other = Connection::open(&path).unwrap();
        other.pragma_update(None, "user_version", 99).unwrap();
        let found = Store::open(&path).unwrap_err().to_string();
        let known = schema::STATE.version();
        let words =
            format!("was written by a newer pushdeck (format 99, this one knows {known}); use that one");
        assert!(found.ends_with(&words), "{found}");
    }

    #[test]
    fn a_directory_that_cannot_be_made_says_why() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        let path = dir.path().join("file/pushdeck").join(FILE);
        let found = Store::open(&path).unwrap_err().to_string();
        assert!(found.starts_with(&format!("cannot make {}: ", path.display())), "{found}");
    }

    #[test]
    fn nobody_else_can_read_the_database_and_every_commit_goes_to_the_disk() {
        let (_dir, path) = folder();
        let store = Store::open(&path).unwrap();
        store.begin_intent("acme", at(0), &create("a")).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
        let pragma = |name: &str| {
            let value = |row: &Row<'_>| row.get::<_, rusqlite::types::Value>(0);
            format!("{:?}", store.lock().pragma_query_value(None, name, value).unwrap())
        };
        assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
        assert_eq!(pragma("synchronous"), "Integer(2)");
    }
}
