//! Under which path a database is served. SQLite looks for its journal by the path: after a crash
//! the last writes are found again by that one only, not by a hard link or after the file alone was
//! moved. And a journal that is left behind would undo later what was written under another path.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};

use super::error::OpenError;
use super::file::beside;

/// Notes in the file itself that it is served under this path.
///
/// # Errors
/// Its last writes are in the journal of another path.
pub(super) fn note(db: &Connection, path: &Path) -> Result<(), OpenError> {
    let noted = db.query_row("select path from served", [], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    let before = noted.map(|bytes| PathBuf::from(OsString::from_vec(bytes)));
    if before.as_deref() == Some(path) {
        return Ok(());
    }
    if let Some(journal) = before.and_then(|before| left_behind(&before, path)) {
        return Err(OpenError {
            words: format!("its last writes are in {}, where a crash left them", journal.display()),
            advice: "name it as it was named then",
        });
    }
    let work = db.unchecked_transaction()?;
    work.execute("delete from served", [])?;
    work.execute("insert into served (path) values (?1)", [path.as_os_str().as_bytes()])?;
    work.commit()?;
    // Out of the journal: it must be read under any path. It fails only while others use the file.
    db.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    Ok(())
}

/// The journal of the path before, when it still holds something of this file.
fn left_behind(before: &Path, now: &Path) -> Option<PathBuf> {
    let journal = beside(before, "-wal");
    let holds = fs::metadata(&journal).is_ok_and(|journal| journal.len() > 0);
    let inode = |path: &Path| fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    // Another file has that path by now: the journal is that one's.
    let is_of_another = inode(before).is_some_and(|file| Some(file) != inode(now));
    (holds && !is_of_another).then_some(journal)
}

#[cfg(test)]
mod tests {
    use super::super::{Database, NewRow};

    fn add(store: &Database, title: &str) {
        store.begin().unwrap();
        store.add(&NewRow::pending(7, 9, title)).unwrap();
        assert!(store.commit());
    }

    fn titles(store: &Database) -> Vec<String> {
        store.after(7, 0, 99).unwrap().into_iter().map(|task| task.title).collect()
    }

    #[test]
    fn after_a_crash_the_last_writes_are_not_left_behind_by_another_name() {
        let dir = tempfile::tempdir().unwrap();
        let [alive, crashed, hard, moved] =
            ["alive.db", "crashed.db", "hard.db", "moved.db"].map(|name| dir.path().join(name));
        let store = Database::open(Some(&alive), 1).unwrap();
        add(&store, "a");
        // What a kill leaves: both files as they are at this moment.
        for end in ["", "-wal"] {
            std::fs::copy(super::beside(&alive, end), super::beside(&crashed, end)).unwrap();
        }
        drop(store);
        std::fs::remove_file(&alive).unwrap();
        std::fs::rename(&crashed, &alive).unwrap();
        std::fs::rename(super::beside(&crashed, "-wal"), super::beside(&alive, "-wal")).unwrap();

        std::fs::hard_link(&alive, &hard).unwrap();
        let refused = Database::open(Some(&hard), 1).unwrap_err();
        assert!(refused.words.contains("alive.db-wal, where a crash left them"), "{refused}");
        std::fs::rename(&alive, &moved).unwrap();
        assert!(Database::open(Some(&moved), 1).is_err(), "moved without its journal");
        std::fs::rename(&moved, &alive).unwrap();

        assert_eq!(titles(&Database::open(Some(&alive), 1).unwrap()), ["a"]);
        let store = Database::open(Some(&hard), 1).unwrap();
        add(&store, "b");
        drop(store);
        assert_eq!(
            titles(&Database::open(Some(&alive), 1).unwrap()),
            ["a", "b"],
            "ended well, any name will do"
        );
    }

    #[test]
    fn the_journal_of_another_database_that_took_the_path_is_none_of_ours() {
        let dir = tempfile::tempdir().unwrap();
        let (path, moved) = (dir.path().join("a.db"), dir.path().join("b.db"));
        drop(Database::open(Some(&path), 1).unwrap());
        std::fs::rename(&path, &moved).unwrap();
        let other = Database::open(Some(&path), 1).unwrap();
        add(&other, "other");
        assert_eq!(titles(&Database::open(Some(&moved), 1).unwrap()), [""; 0]);
    }
}
