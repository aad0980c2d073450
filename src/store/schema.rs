//! The tables of both files and how they come to be: steps, counted by `user_version`.
//!
//! A step that was released never changes; a change is a new step.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

/// How long one pushdeck waits for another that is writing. Writes take milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the tables of a file come to be: step `n` leads from version `n` to `n + 1`.
pub(super) struct Steps(&'static [&'static str]);

/// Of the database.
pub(super) const STATE: Steps = Steps(&[
    "
CREATE TABLE drafts (
    profile  TEXT NOT NULL,
    slot     TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    draft    TEXT NOT NULL,
    PRIMARY KEY (profile, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    -- A number is never used twice, even when entries are removed one day.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    profile    TEXT NOT NULL,
    begun_at   TEXT NOT NULL,
    command    TEXT NOT NULL,
    -- Text: a TaskID may be larger than SQLite's integers.
    task_id    TEXT,
    body       TEXT NOT NULL,
    msg_random INTEGER,
    closed_at  TEXT,
    outcome    TEXT,
    CHECK ((closed_at IS NULL) = (outcome IS NULL))
) STRICT;

CREATE INDEX journal_by_profile ON journal (profile, id);
CREATE INDEX journal_open ON journal (profile, id) WHERE closed_at IS NULL;
",
    // What the answers of a service have taught about it (W9), such as its longest range.
    "
CREATE TABLE facts (
    profile TEXT NOT NULL,
    name    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (profile, name)
) STRICT, WITHOUT ROWID;
",
    // To whom entries and drafts belong, and what became of a draft. No owner: from before this step.
    "
ALTER TABLE journal ADD COLUMN owner TEXT NOT NULL DEFAULT '';

CREATE TABLE owned_drafts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    profile    TEXT NOT NULL,
    slot       TEXT NOT NULL,
    owner      TEXT NOT NULL,
    -- current: the form goes on with it; sent: by an intent whose outcome is not known; created: it is
    -- used up; aside: kept for the list of drafts only.
    state      TEXT NOT NULL CHECK (state IN ('current', 'sent', 'created', 'aside')),
    saved_at   TEXT NOT NULL,
    draft      TEXT NOT NULL,
    intent     INTEGER REFERENCES journal (id) ON DELETE SET NULL,
    -- The task that was made from it once.
    created_as TEXT
) STRICT;

INSERT INTO owned_drafts (profile, slot, owner, state, saved_at, draft)
    SELECT profile, slot, '', 'current', saved_at, draft FROM drafts;
DROP TABLE drafts;
ALTER TABLE owned_drafts RENAME TO drafts;

CREATE UNIQUE INDEX drafts_current ON drafts (profile, slot, owner) WHERE state = 'current';
CREATE INDEX drafts_by_intent ON drafts (intent) WHERE intent IS NOT NULL;
",
]);

/// Of the tasks as they were read last.
pub(super) const SNAPSHOT: Steps = Steps(&["
CREATE TABLE apps (
    id      INTEGER PRIMARY KEY,
    profile TEXT NOT NULL UNIQUE,
    read_at TEXT NOT NULL
) STRICT;

CREATE TABLE tasks (
    app       INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    -- Unix seconds; none where the task has no time that can be read.
    scheduled INTEGER,
    task      TEXT NOT NULL
) STRICT;

CREATE INDEX tasks_by_time ON tasks (app, scheduled);
"]);

impl Steps {
    /// The version that this program writes.
    #[expect(clippy::cast_possible_wrap, reason = "a handful of steps")]
    pub(super) const fn version(&self) -> i64 {
        self.0.len() as i64
    }
}

/// Makes the directory and an empty file that nobody else can read; SQLite gives its side files the
/// mode of the file.
pub(super) fn make_file(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    Ok(())
}

/// Sets the connection up and brings the tables to the version of the steps. Returns the version found,
/// and changes nothing when that is a later one.
pub(super) fn prepare(connection: &mut Connection, steps: &Steps) -> rusqlite::Result<i64> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let found = version(connection)?;
    if found > steps.version() {
        return Ok(found);
    }
    write_ahead(connection)?;
    // FULL: in WAL mode every commit is on the disk before it returns.
    connection.pragma_update(None, "synchronous", "FULL")?;
    if found == steps.version() {
        return Ok(found);
    }
    let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read again inside the transaction: another pushdeck may have been quicker.
    let found = version(&step)?;
    for statements in steps.0.iter().skip(usize::try_from(found).unwrap_or(0)) {
        step.execute_batch(statements)?;
    }
    if found < steps.version() {
        step.pragma_update(None, "user_version", steps.version())?;
    }
    step.commit()?;
    Ok(found)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Changing to WAL needs the file alone, and SQLite does not wait for that by itself.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(err)
                if err.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < deadline =>
            {
                std::thread::sleep(Duration::from_millis(10));
            }
            other => return other,
        }
    }
}

/// The tables as an earlier version left them.
#[cfg(test)]
pub(super) fn of_version(version: usize) -> String {
    let steps: String = STATE.0.iter().take(version).copied().collect();
    format!("{steps}\nPRAGMA user_version = {version};")
}
