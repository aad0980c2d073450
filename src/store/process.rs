//! Which process a row of the database belongs to, and whether that process lives.
//!
//! Every process that opens the database holds a lock on a file of its own for as long as it lives:
//! the system lets go of it at the end, whatever that was, and never before, also of a process that
//! is suspended. A process is dead exactly when its lock can be taken, or its file is gone. One
//! that cannot be checked counts as alive.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The folder of the lock files, beside the database.
pub(super) const FOLDER: &str = "processes";
/// The name of a process that could not take a lock begins so: nobody can prove it dead.
const UNLOCKED: &str = "unlocked-";
/// A fresh file that somebody else takes for a dead one's is made again under another name.
const TRIES: u32 = 8;

/// This process, as the owner of rows.
#[derive(Debug)]
pub(super) struct Process {
    token: String,
    /// The folder, and the lock that is held; `None` without a lock.
    held: Option<(PathBuf, Mutex<File>)>,
    trouble: Option<String>,
}

/// Whether another process lives.
#[derive(Debug)]
pub(super) enum Life {
    /// Its lock is held, or nothing can be told.
    Alive,
    /// It is over. Holds its lock, if there is still a file: nobody else finds it dead meanwhile.
    Dead(Option<File>),
}

impl Process {
    /// Takes the lock of a new process beside this database. Without a lock it goes on all the same:
    /// [`Process::trouble`] says why.
    pub(super) fn begin(database: &Path) -> Self {
        let folder = database.parent().unwrap_or(Path::new("")).join(FOLDER);
        match hold(&folder) {
            Ok((token, file)) => Self { token, held: Some((folder, Mutex::new(file))), trouble: None },
            Err(err) => Self {
                token: format!("{UNLOCKED}{}", random_name()),
                held: None,
                trouble: Some(format!("{}: {err}", folder.display())),
            },
        }
    }

    /// The only process that there is, for a database in memory.
    pub(super) fn alone() -> Self {
        Self { token: random_name(), held: None, trouble: None }
    }

    /// Its name in the database.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Whether there may be others beside it.
    pub(super) fn is_one_of_several(&self) -> bool {
        self.held.is_some() || self.trouble.is_some()
    }

    /// Why it holds no lock, if it should and does not.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Sees to it that the lock still lies where the others look for it: somebody may have tidied up.
    pub(super) fn renew(&self) -> io::Result<()> {
        let Some((folder, held)) = &self.held else { return Ok(()) };
        let path = file_of(folder, &self.token);
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_at(&held, &path)? {
            make_folder(folder)?;
            *held = take(&path)?.ok_or_else(|| io::Error::other("somebody else holds its lock"))?;
        }
        Ok(())
    }

    /// Whether the process of that name lives.
    pub(super) fn life_of(&self, token: &str) -> Life {
        if token == self.token {
            return Life::Alive;
        }
        // Rows from before there were owners.
        if token.is_empty() {
            return Life::Dead(None);
        }
        let Some((folder, _)) = &self.held else { return Life::Alive };
        if token.starts_with(UNLOCKED) || !is_name(token) {
            return Life::Alive;
        }
        match OpenOptions::new().read(true).write(true).open(file_of(folder, token)) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => Life::Dead(None),
            Err(_) => Life::Alive,
            Ok(file) => match file.try_lock() {
                Ok(()) => Life::Dead(Some(file)),
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => Life::Alive,
            },
        }
    }

    /// Takes the lock files of dead processes away that `is_needed` no longer by any row.
    pub(super) fn tidy(&self, is_needed: impl Fn(&str) -> bool) {
        let Some((folder, _)) = &self.held else { return };
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(token) = name.to_str().and_then(|name| name.strip_suffix(".lock")) else { continue };
            // A file that is gone already has no lock to hold.
            let Life::Dead(Some(lock)) = self.life_of(token) else { continue };
            if !is_needed(token) && is_at(&lock, &entry.path()).unwrap_or(false) {
                // Its lock is held here until it is gone, so no new process can have taken it. One
                // that stays is found again by the next.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

impl Drop for Process {
    /// What is gone counts as dead. A file that stays does so too, once its lock is let go.
    fn drop(&mut self) {
        let Some((folder, held)) = &self.held else { return };
        let path = file_of(folder, &self.token);
        let held = held.lock().unwrap_or_else(PoisonError::into_inner);
        if is_at(&held, &path).unwrap_or(false) {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Makes a file of a new name and takes its lock.
fn hold(folder: &Path) -> io::Result<(String, File)> {
    make_folder(folder)?;
    for _ in 0..TRIES {
        let token = random_name();
        if let Some(file) = take(&file_of(folder, &token))? {
            return Ok((token, file));
        }
    }
    Err(io::Error::other("others take every lock file away"))
}

/// Makes the file and takes its lock; `None` when somebody else was quicker: between the two steps it
/// looks like that of a dead process.
fn take(path: &Path) -> io::Result<Option<File>> {
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(is_at(&file, path)?.then_some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(err)) => Err(err),
    }
}

/// Whether this is the file that lies there now.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let there = match std::fs::metadata(path) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(false),
        there => there?,
    };
    let own = file.metadata()?;
    Ok((own.dev(), own.ino()) == (there.dev(), there.ino()))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn file_of(folder: &Path, token: &str) -> PathBuf {
    folder.join(format!("{token}.lock"))
}

fn random_name() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Whether it is a name as [`random_name`] makes them: no path can hide in it.
fn is_name(token: &str) -> bool {
    token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.db");
        (dir, path)
    }

    fn is_dead(process: &Process, token: &str) -> bool {
        matches!(process.life_of(token), Life::Dead(_))
    }

    fn files(dir: &tempfile::TempDir) -> usize {
        std::fs::read_dir(dir.path().join(FOLDER)).unwrap().count()
    }

    #[test]
    fn a_process_is_alive_as_long_as_it_holds_its_lock_and_not_longer() {
        let (dir, path) = database();
        let (one, other) = (Process::begin(&path), Process::begin(&path));
        assert!(!is_dead(&one, other.token()) && !is_dead(&one, one.token()));
        let token = other.token().to_owned();
        drop(other);
        assert!(is_dead(&one, &token) && is_dead(&one, ""));
        assert_eq!(files(&dir), 1, "it took its file with it");
    }

    #[test]
    fn of_two_who_look_at_a_dead_one_only_one_finds_it_dead_at_a_time() {
        let (dir, path) = database();
        let (one, other) = (Process::begin(&path), Process::begin(&path));
        // As after SIGKILL: the file is there and nobody holds it.
        let dead = random_name();
        std::fs::write(file_of(&dir.path().join(FOLDER), &dead), "").unwrap();
        let found = one.life_of(&dead);
        assert!(matches!(found, Life::Dead(Some(_))) && !is_dead(&other, &dead));
        drop(found);
        assert!(is_dead(&other, &dead));
        other.tidy(|_| true);
        assert_eq!(files(&dir), 3, "rows still name it");
        other.tidy(|_| false);
        assert_eq!(files(&dir), 2, "those who live keep theirs");
        assert!(!is_dead(&other, one.token()) && is_dead(&one, &dead));
    }

    #[test]
    fn what_has_no_lock_or_no_honest_name_is_never_called_dead() {
        let (_dir, path) = database();
        let one = Process::begin(&path);
        for odd in ["unlocked-0123", "../state", "x", "/etc/passwd"] {
            assert!(!is_dead(&one, odd), "{odd}");
        }
        // A folder that cannot be made.
        let file = tempfile::NamedTempFile::new().unwrap();
        let without = Process::begin(&file.path().join("state.db"));
        assert!(without.trouble().is_some() && without.token().starts_with(UNLOCKED));
        assert!(!is_dead(&without, &random_name()) && !is_dead(&one, without.token()));
        without.renew().unwrap();
    }

    #[test]
    fn a_lock_file_that_was_tidied_away_by_others_is_put_back() {
        let (dir, path) = database();
        let (one, other) = (Process::begin(&path), Process::begin(&path));
        std::fs::remove_dir_all(dir.path().join(FOLDER)).unwrap();
        assert!(is_dead(&other, one.token()));
        one.renew().unwrap();
        assert!(!is_dead(&other, one.token()));
        one.renew().unwrap();
        assert!(!is_dead(&other, one.token()));
    }

    #[test]
    fn many_begin_and_tidy_at_once_and_nobody_loses_the_own_lock() {
        let (dir, path) = database();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let process = Process::begin(&path);
                        process.tidy(|_| false);
                        assert_eq!(process.trouble(), None);
                        let own = file_of(&dir.path().join(FOLDER), process.token());
                        assert!(own.exists(), "a living one's file was taken away");
                    }
                });
            }
        });
        assert_eq!(files(&dir), 0);
    }
}
