//! The tasks of an app as they were read last, for the next start.
//!
//! A file of its own beside the database: however long it takes to write, no entry of the journal waits for it, and
//! whoever throws it away loses no word. One transaction leads from one snapshot to the next, so whoever reads gets
//! the whole of one of them, also when several pushdecks write, or one is killed while it does.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Rows, Transaction, TransactionBehavior, params};
use serde::Deserialize;

use super::{Cause, Kept, Store, StoreError, cause, schema, time, time_text};
use crate::domain::wire;

/// How long it is waited for another pushdeck that writes its snapshot: a first one of 100,000 tasks takes seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// An app that nobody looked at for so long is forgotten.
const FORGOTTEN: TimeDelta = TimeDelta::days(90);

/// What is left of the side file once it was taken into the file itself, in bytes.
const SIDE_FILE: u32 = 1 << 20;

impl Store {
    /// Keeps tasks, as JSON, in place of those that were kept of this app; of what is there already nothing is
    /// written. In memory nothing is kept.
    ///
    /// # Errors
    /// Whatever keeps it from the disk, after half a minute at the most; then what was there before stays.
    pub fn keep_snapshot(
        &self,
        profile: &str,
        read_at: DateTime<Utc>,
        tasks: &[impl AsRef<str>],
    ) -> Result<Kept, StoreError> {
        let Some(path) = &self.snapshots else { return Ok(Kept::default()) };
        let fail = |cause| StoreError { path: path.clone(), cause };
        schema::make_file(path).map_err(|err| fail(Cause::Folder(err)))?;
        let db = open(path)?;
        let replaced = || {
            let step = Transaction::new_unchecked(&db, TransactionBehavior::Immediate)?;
            let kept = replace(&step, profile, read_at, tasks)?;
            step.commit()?;
            Ok(kept)
        };
        replaced().map_err(|err| fail(cause(&err)))
    }

    /// Gives the tasks that were kept of this app one by one, with the time at which they were read: first those that
    /// are due nearest to the present. It goes on as long as it is told to.
    ///
    /// # Errors
    /// Whatever keeps it from being read; what was given until then is right.
    pub fn read_snapshot(
        &self,
        profile: &str,
        present: DateTime<Utc>,
        take: impl FnMut(Arc<str>, DateTime<Utc>) -> bool,
    ) -> Result<(), StoreError> {
        let Some(path) = self.snapshots.as_ref().filter(|path| path.exists()) else { return Ok(()) };
        let db = open(path)?;
        let read = || {
            let step = Transaction::new_unchecked(&db, TransactionBehavior::Deferred)?;
            give(&step, profile, present.timestamp(), take)
        };
        read().map_err(|err| StoreError { path: path.clone(), cause: cause(&err) })
    }
}

fn open(path: &Path) -> Result<Connection, StoreError> {
    let fail = |cause| StoreError { path: path.to_owned(), cause };
    let ready = || {
        let mut db = Connection::open(path)?;
        let found = schema::prepare(&mut db, &schema::SNAPSHOT)?;
        db.busy_timeout(PATIENCE)?;
        // A power cut may cost the last snapshot and never more: it is not worth the wait for the disk.
        db.pragma_update(None, "synchronous", "NORMAL")?;
        db.pragma_update(None, "journal_size_limit", SIDE_FILE)?;
        Ok((db, found))
    };
    let (db, found) = ready().map_err(|err| fail(cause(&err)))?;
    if found > schema::SNAPSHOT.version() {
        return Err(fail(Cause::Newer(found, schema::SNAPSHOT.version())));
    }
    Ok(db)
}

/// Leads from the snapshot that is there to this one. A task that is another than it was is one that went and one
/// that came.
fn replace(
    db: &Connection,
    profile: &str,
    read_at: DateTime<Utc>,
    tasks: &[impl AsRef<str>],
) -> rusqlite::Result<Kept> {
    let forgotten = read_at.checked_sub_signed(FORGOTTEN).unwrap_or(read_at);
    db.execute(
        "DELETE FROM apps WHERE read_at < ? AND profile <> ?",
        params![time_text(forgotten), profile],
    )?;
    let sql = "INSERT INTO apps (profile, read_at) VALUES (?, ?) \
               ON CONFLICT (profile) DO UPDATE SET read_at = excluded.read_at RETURNING id";
    let app: i64 = db.query_row(sql, params![profile, time_text(read_at)], |row| row.get(0))?;

    let mut missing: HashSet<&str> = tasks.iter().map(AsRef::as_ref).collect();
    let wanted = missing.len();
    let mut gone: Vec<i64> = Vec::new();
    let mut there = db.prepare("SELECT rowid, task FROM tasks WHERE app = ?")?;
    let mut rows = there.query([app])?;
    while let Some(row) = rows.next()? {
        if !text(row).is_some_and(|task| missing.remove(task)) {
            gone.push(row.get(0)?);
        }
    }
    let kept = Kept { same: wanted - missing.len(), written: missing.len(), removed: gone.len() };
    let mut remove = db.prepare("DELETE FROM tasks WHERE rowid = ?")?;
    for rowid in gone {
        remove.execute([rowid])?;
    }
    let mut add = db.prepare("INSERT INTO tasks (app, scheduled, task) VALUES (?, ?, ?)")?;
    for task in tasks.iter().map(AsRef::as_ref).filter(|task| missing.remove(task)) {
        add.execute(params![app, scheduled(task), task])?;
    }
    Ok(kept)
}

/// When it is due; only what sorts it is read of it.
fn scheduled(task: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Scheduled {
        #[serde(rename = "SchedAt")]
        at: String,
    }
    let Scheduled { at } = serde_json::from_str(task).ok()?;
    wire::time_in(&at).map(|at| at.timestamp())
}

fn give(
    db: &Connection,
    profile: &str,
    present: i64,
    mut take: impl FnMut(Arc<str>, DateTime<Utc>) -> bool,
) -> rusqlite::Result<()> {
    let of_app = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, time(row, 1)?));
    let found = db.query_row("SELECT id, read_at FROM apps WHERE profile = ?", [profile], of_app);
    let Some((app, read_at)) = found.optional()? else { return Ok(()) };
    let select = |rest: &str| {
        db.prepare(&format!("SELECT scheduled, task FROM tasks WHERE app = ? AND scheduled {rest}"))
    };
    let (mut ahead, mut behind) =
        (select(">= ? ORDER BY scheduled")?, select("< ? ORDER BY scheduled DESC")?);
    let mut ahead = ahead.query([app, present])?;
    let mut behind = behind.query([app, present])?;
    let (mut next, mut last) = (following(&mut ahead, present)?, following(&mut behind, present)?);
    loop {
        let is_next = match (&next, &last) {
            (Some((to_next, _)), Some((since_last, _))) => to_next <= since_last,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => break,
        };
        let (slot, rows) = if is_next { (&mut next, &mut ahead) } else { (&mut last, &mut behind) };
        let following = following(rows, present)?;
        if let Some((_, task)) = std::mem::replace(slot, following)
            && !take(task, read_at)
        {
            return Ok(());
        }
    }
    let mut timeless = select("IS NULL")?;
    let mut rows = timeless.query([app])?;
    while let Some(row) = rows.next()? {
        if text(row).is_some_and(|task| !take(task.into(), read_at)) {
            break;
        }
    }
    Ok(())
}

/// The next row that is a text, and how far from the present it is due.
fn following(rows: &mut Rows<'_>, present: i64) -> rusqlite::Result<Option<(u64, Arc<str>)>> {
    while let Some(row) = rows.next()? {
        if let Some(task) = text(row) {
            return Ok(Some((row.get::<_, i64>(0)?.abs_diff(present), task.into())));
        }
    }
    Ok(None)
}

/// The task of a row, which stands behind its number or its time.
fn text<'row>(row: &'row Row<'_>) -> Option<&'row str> {
    match row.get_ref(1) {
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).ok(),
        Ok(ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_)) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests;
