//! The file of a database: that it is ours alone, that it is still there, that nobody else reads it.
//!
//! The lock is on the file itself, so it holds under every name: a symbolic link, a hard link. It is an
//! flock, which Linux keeps apart from the fcntl locks that SQLite takes. But closing any descriptor of
//! a file drops all fcntl locks that this process has on it, those of SQLite as well: so no file is
//! opened here that this process holds already, and ours is closed after the last connection.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::lock::lock;
use super::error::OpenError;

/// Only its owner reads and writes it: it holds what was pushed to whom.
const PRIVATE: u32 = 0o600;

/// What group and others may do.
const OTHERS: u32 = 0o077;

/// Elsewhere flock and fcntl may be of one kind, and ours would keep SQLite out: there the lock lies
/// beside the file, where a hard link in another folder goes unnoticed.
const ON_ITSELF: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// What a file is, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Inode {
    device: u64,
    number: u64,
}

impl Inode {
    fn of(file: &fs::Metadata) -> Self {
        Self { device: file.dev(), number: file.ino() }
    }

    fn at(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|file| Self::of(&file))
    }
}

/// The files that this process holds.
static HELD: Mutex<BTreeSet<Inode>> = Mutex::new(BTreeSet::new());

/// A database file that belongs to this process until this is dropped.
#[derive(Debug)]
pub(super) struct Held {
    /// As it was named, to see that the name still means this file.
    name: PathBuf,
    /// Without links: where SQLite puts its journal beside.
    real: PathBuf,
    inode: Inode,
    journal: Option<Inode>,
    /// The greatest length that was seen; it never shrinks by itself.
    length: AtomicU64,
    _lock: File,
}

impl Drop for Held {
    fn drop(&mut self) {
        // The lock itself is given back after this: whoever comes in between is only refused.
        lock(&HELD).remove(&self.inode);
    }
}

impl Held {
    /// Takes the file for this process, and makes it if there is none. The system gives it back
    /// however the process ends.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let unusable = |error: io::Error| OpenError::new(error.to_string());
        let mut held = lock(&HELD);
        if let Ok(there) = fs::metadata(path) {
            if !there.is_file() {
                return Err(OpenError::new("it is not a regular file"));
            }
            if held.contains(&Inode::of(&there)) {
                return Err(in_use());
            }
        }
        let file = open(path).map_err(unusable)?;
        let inode = Inode::of(&file.metadata().map_err(unusable)?);
        let real = fs::canonicalize(path).map_err(unusable)?;
        let file = if ON_ITSELF { file } else { open(&beside(&real, "-lock")).map_err(unusable)? };
        match file.try_lock() {
            Ok(()) => {}
            // A second process on the same file would dispatch everything a second time.
            Err(TryLockError::WouldBlock) => return Err(in_use()),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let name = std::path::absolute(path).map_err(unusable)?;
        held.insert(inode);
        Ok(Self { name, real, inode, journal: None, length: AtomicU64::new(0), _lock: file })
    }

    /// Where SQLite opens it.
    pub(super) fn path(&self) -> &Path {
        &self.real
    }

    /// Takes note of the journal that SQLite writes first: without it the last writes are lost.
    pub(super) fn note_journal(&mut self) {
        self.journal = Inode::at(&beside(&self.real, "-wal"));
    }

    /// Whether the next start finds what is written now: neither file nor journal were removed,
    /// replaced or emptied since.
    pub(super) fn is_in_place(&self) -> bool {
        let Ok(there) = fs::metadata(&self.name) else { return false };
        Inode::of(&there) == self.inode
            && there.len() >= self.length.fetch_max(there.len(), Ordering::Relaxed)
            && Inode::at(&beside(&self.real, "-wal")) == self.journal
    }

    /// As it was named.
    pub(super) fn name(&self) -> &Path {
        &self.name
    }

    /// Takes from others what they may do with the file and what SQLite keeps beside it; says so.
    pub(super) fn make_private(&self) -> Vec<String> {
        let files = ["", "-wal", "-shm"].map(|end| beside(&self.real, end));
        files.iter().filter_map(|file| make_private(file)).collect()
    }
}

fn in_use() -> OpenError {
    OpenError::new("another sandbox is using this file, maybe under another name (a link)")
}

fn open(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).mode(PRIVATE).open(path)
}

/// The path of what SQLite keeps beside a database: its name and `-wal`, `-shm`.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    PathBuf::from(name)
}

fn make_private(path: &Path) -> Option<String> {
    // A link that somebody else put there leads to a file that is none of ours.
    let there = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mode = there.permissions().mode() & 0o777;
    if mode & OTHERS == 0 {
        return None;
    }
    let (path_shown, was) = (path.display(), format!("was open to others (mode {mode:04o})"));
    Some(match fs::set_permissions(path, Permissions::from_mode(PRIVATE)) {
        Ok(()) => format!("{path_shown} {was}; it is private now (mode {PRIVATE:04o})"),
        Err(error) => format!("{path_shown} {was}, and cannot be made private: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_held_once_under_whatever_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let held = Held::take(&path).unwrap();
        let (symbolic, hard) = (dir.path().join("s.db"), dir.path().join("h.db"));
        std::os::unix::fs::symlink(&path, &symbolic).unwrap();
        fs::hard_link(&path, &hard).unwrap();
        for name in [&path, &symbolic, &hard] {
            assert!(Held::take(name).unwrap_err().to_string().contains("under another name"), "{name:?}");
        }
        drop(held);
        for name in [&path, &symbolic, &hard] {
            assert!(Held::take(name).is_ok(), "{name:?} is free again");
        }
    }

    #[test]
    fn whoever_locks_the_file_from_elsewhere_keeps_us_out_and_is_not_disturbed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        // A description of its own stands for another process.
        let other = open(&path).unwrap();
        other.try_lock().unwrap();
        if ON_ITSELF {
            assert!(Held::take(&path).is_err());
        }
        drop(other);
        assert!(Held::take(&path).is_ok());
    }

    #[test]
    fn what_is_no_regular_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path(), Path::new("/dev/null")] {
            assert!(Held::take(path).unwrap_err().to_string().contains("not a regular file"));
        }
    }

    #[test]
    fn a_new_file_is_private_and_an_open_one_is_made_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let held = Held::take(&path).unwrap();
        assert_eq!((mode(&path), held.make_private()), (PRIVATE, Vec::new()));
        let elsewhere = dir.path().join("elsewhere");
        fs::write(&elsewhere, "").unwrap();
        std::os::unix::fs::symlink(&elsewhere, dir.path().join("a.db-shm")).unwrap();
        fs::write(dir.path().join("a.db-wal"), "").unwrap();
        for (file, mode) in [("a.db", 0o644), ("a.db-wal", 0o640), ("elsewhere", 0o644)] {
            fs::set_permissions(dir.path().join(file), Permissions::from_mode(mode)).unwrap();
        }
        let said = held.make_private();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].ends_with("a.db was open to others (mode 0644); it is private now (mode 0600)"));
        assert_eq!((mode(&path), mode(&dir.path().join("a.db-wal"))), (PRIVATE, PRIVATE));
        assert_eq!(mode(&elsewhere), 0o644, "a link is not followed");
    }

    #[test]
    fn a_file_that_was_removed_replaced_or_emptied_is_not_in_place() {
        let dir = tempfile::tempdir().unwrap();
        let (path, link) = (dir.path().join("a.db"), dir.path().join("s.db"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let mut held = Held::take(&link).unwrap();
        fs::write(&path, "long").unwrap();
        fs::write(dir.path().join("a.db-wal"), "").unwrap();
        held.note_journal();
        assert!(held.is_in_place());
        let away = dir.path().join("away");
        for name in ["a.db", "a.db-wal", "s.db"] {
            let file = dir.path().join(name);
            fs::rename(&file, &away).unwrap();
            assert!(!held.is_in_place(), "{name} was removed");
            fs::write(&file, "other").unwrap();
            assert!(!held.is_in_place(), "{name} was replaced");
            fs::rename(&away, &file).unwrap();
            assert!(held.is_in_place(), "{name} was put back");
        }
        fs::write(&path, "").unwrap();
        assert!(!held.is_in_place(), "it was emptied");
    }
}
