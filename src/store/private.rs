//! What is kept is for its owner alone. What was open to others, by an older version, a restored backup
//! or a hand, is closed when it is opened, and said.

use std::fmt;
use std::fs::{self, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The file beside the database, of the tasks as they were read last.
pub const SNAPSHOT_FILE: &str = "snapshot.db";
/// A directory with this bit belongs to everybody, such as `/tmp`.
const STICKY: u32 = 0o1000;

/// A file or directory that was open to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Which.
    pub path: PathBuf,
    /// What its mode was.
    pub mode: u32,
    /// Why it still is, if it could not be closed.
    pub trouble: Option<String>,
}

impl Opened {
    /// One sentence about all of them, about one that stays open first; `None` when there are none.
    pub fn summary(opened: &[Self]) -> Option<String> {
        let first = opened.iter().find(|opened| opened.trouble.is_some()).or(opened.first())?;
        let more = opened.len() - 1;
        Some(if more == 0 { first.to_string() } else { format!("{first}, and {more} more") })
    }
}

impl fmt::Display for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, mode, trouble } = self;
        let path = path.display();
        match trouble {
            None => write!(f, "{path} was open to other users (mode {mode:03o}) and is yours alone now"),
            Some(why) => {
                write!(f, "{path} is open to other users (mode {mode:03o}) and cannot be closed: {why}")
            }
        }
    }
}

/// Closes the directory of a database, the database and the last snapshot with their side files, and the lock
/// files. What is not there yet is made closed.
pub(super) fn close(database: &Path) -> Vec<Opened> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    let inside = folder.map(|folder| folder.join(super::process::FOLDER));
    let snapshots = database.with_file_name(SNAPSHOT_FILE);
    let files =
        [database, &snapshots].into_iter().flat_map(|file| ["", "-wal", "-shm"].map(|end| beside(file, end)));
    // The directory first: then nobody else can put another file in the place of one of these.
    let folder = folder.and_then(|folder| close_one(folder, fs::metadata(folder)));
    let within = inside.into_iter().chain(files);
    folder
        .into_iter()
        .chain(within.filter_map(|path| close_one(&path, fs::symlink_metadata(&path))))
        .collect()
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// A link within the directory leads to something else, which is no business of ours.
fn close_one(path: &Path, found: io::Result<Metadata>) -> Option<Opened> {
    let meta = found.ok().filter(|meta| !meta.is_symlink())?;
    let mode = meta.mode() & 0o7777;
    let for_others = mode & 0o077;
    if for_others == 0 || mode & STICKY != 0 {
        return None;
    }
    // What belongs to somebody else is his to close, also under root's hands.
    let trouble = if meta.uid() == rustix::process::geteuid().as_raw() {
        fs::set_permissions(path, Permissions::from_mode(mode & !0o077)).err().map(|err| err.to_string())
    } else {
        Some(format!("it belongs to another user (uid {})", meta.uid()))
    };
    Some(Opened { path: path.to_owned(), mode: mode & 0o777, trouble })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{FILE, Store};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn what_was_open_to_others_is_closed_at_the_next_start_and_said_once() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("pushdeck");
        let path = folder.join(FILE);
        let store = Store::open(&path).unwrap();
        assert_eq!(store.opened(), []);
        store.keep_snapshot("acme", chrono::DateTime::UNIX_EPOCH, &["{}"]).unwrap();
        let snapshots = folder.join(crate::store::SNAPSHOT_FILE);
        assert_eq!(mode(&snapshots), 0o600);
        let set = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        let side = |end: &str| folder.join(format!("{FILE}{end}"));
        let locks = folder.join("processes");
        for (path, mode) in [
            (&folder, 0o755),
            (&locks, 0o750),
            (&path, 0o644),
            (&side("-wal"), 0o664),
            (&side("-shm"), 0o606),
            (&snapshots, 0o660),
        ] {
            set(path, mode);
        }
        let again = Store::open(&path).unwrap();
        let said: Vec<(u32, bool)> =
            again.opened().iter().map(|opened| (opened.mode, opened.trouble.is_none())).collect();
        let modes = [0o755, 0o750, 0o644, 0o664, 0o606, 0o660];
        assert_eq!(said, modes.map(|mode| (mode, true)));
        assert_eq!(
            again.opened()[0].to_string(),
            format!("{} was open to other users (mode 755) and is yours alone now", folder.display())
        );
        assert_eq!((mode(&folder), mode(&locks)), (0o700, 0o700));
        for file in [&path, &side("-wal"), &side("-shm"), &snapshots] {
            assert_eq!(mode(file), 0o600, "{}", file.display());
        }
        assert_eq!(Store::open(&path).unwrap().opened(), []);
    }

    #[test]
    fn a_directory_of_everybody_and_a_link_to_another_place_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let shared = dir.path().join("shared");
        fs::create_dir(&shared).unwrap();
        fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
        let other = dir.path().join("other");
        fs::write(&other, "x").unwrap();
        fs::set_permissions(&other, Permissions::from_mode(0o644)).unwrap();
        std::os::unix::fs::symlink(&other, shared.join("state.db-wal")).unwrap();
        assert_eq!(close(&shared.join("state.db")), []);
        assert_eq!((mode(&shared), mode(&other)), (0o777, 0o644));
    }

    #[test]
    fn what_belongs_to_somebody_else_is_said_and_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.db");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        // Only root can give a file away.
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
            let said = close(&path);
            let said = said.last().unwrap().to_string();
            assert!(said.ends_with("cannot be closed: it belongs to another user (uid 12345)"));
            assert_eq!(mode(&path), 0o640);
        }
    }
}
