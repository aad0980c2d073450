//! The database as a whole: whose it is, who reads beside the writer.

use super::{Database, ListQuery, ListRange, NewRow, TimeField};

#[test]
fn a_database_of_another_version_or_program_is_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    drop(Database::open(Some(&path), 1).unwrap());
    assert!(Database::open(Some(&path), 1).is_ok(), "and again");
    for (change, words) in [
        ("pragma user_version = 4", "it was written by another version of pushdeck"),
        ("pragma user_version = 6", "it was written by another version of pushdeck"),
        ("pragma application_id = 7", "it is the database of another program"),
    ] {
        rusqlite::Connection::open(&path).unwrap().execute_batch(change).unwrap();
        let before = std::fs::read(&path).unwrap();
        assert_eq!(Database::open(Some(&path), 1).unwrap_err().words, words);
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_database_is_read_beside_the_writer_and_only_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let writer = Database::open(Some(&path), 5).unwrap();
    let reader = writer.reader().unwrap().unwrap();
    let new = NewRow::pending(7, 9, "t");
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
    let store = Database::open(Some(&file("")), 1).unwrap();
    private();
    assert!(store.notes().is_empty());
    drop(store);
    set_permissions(file(""), Permissions::from_mode(0o644)).unwrap();
    let store = Database::open(Some(&file("")), 1).unwrap();
    private();
    assert!(store.notes()[0].contains("a.db was open to others (mode 0644)"), "{:?}", store.notes());
}

#[test]
fn a_refused_second_opener_leaves_the_locks_of_the_first_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let store = Database::open(Some(&path), 5).unwrap();
    std::fs::hard_link(&path, dir.path().join("h.db")).unwrap();
    for name in ["a.db", "h.db"] {
        assert!(Database::open(Some(&dir.path().join(name)), 5).is_err());
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

#[test]
fn a_total_that_was_counted_is_counted_again_when_another_connection_or_this_one_changes_a_task() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Database::open(Some(&dir.path().join("a.db")), 5).unwrap();
    let reader = writer.reader().unwrap().unwrap();
    let range = ListRange { sdkappid: 7, field: Some(TimeField::Sched), begin: 0, end: 99, created_by: None };
    let (keyword, order) = (String::new(), TimeField::Sched);
    let query = ListQuery { range, keyword, order, ascending: true, offset: 0, want: 1 };
    let total = |store: &Database| store.atomically(|store| store.list(&query)).unwrap().0;
    let row = |sched_at| NewRow::pending(7, sched_at, "t");
    for (sched_at, expected) in [(9, 1), (100, 1), (99, 2)] {
        let before = (total(&writer), total(&reader));
        writer.begin().unwrap();
        writer.add(&row(sched_at)).unwrap();
        assert_eq!((total(&reader), before.0), (before.1, before.1), "not before it lasts");
        assert!(writer.commit());
        assert_eq!((total(&writer), total(&reader)), (expected, expected));
    }
    writer.modify(6, 0, &row(0).words).unwrap();
    assert_eq!((total(&writer), total(&reader)), (3, 3), "moved into the range");
    writer.delete(5).unwrap();
    assert_eq!((total(&writer), total(&reader)), (2, 2));
    // What is taken back was counted with, but only inside of it.
    let seen = writer.partly(|store| {
        store.add(&row(1))?;
        Err::<(), _>(rusqlite::Error::ExecuteReturnedResults)
    });
    assert!(seen.is_err());
    assert_eq!(total(&writer), 2);
}
