//! The file of a log: open to its owner only, and rotated when it has grown large.
//!
//! Several pushdecks may append to one file. Whoever writes holds a shared lock on the file that has
//! the name at that moment, and whoever rotates it the exclusive one; so no line goes to a file that
//! has been rotated away for good, and no file is rotated twice. Where there are no locks, it only grows.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::fs::OFlags;

use crate::config::paths;

/// A file of this size is rotated, in bytes.
const LARGE: u64 = 10 * 1024 * 1024;
/// So many rotated files are kept: `FILE.1` is the newest of them.
const KEPT: u32 = 3;
/// How often and how long another one's lock is waited for. Who holds it longer is suspended.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// The open file.
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    /// Where it lies, without symbolic links. `None` for what is no regular file: that only grows.
    path: Option<PathBuf>,
    /// The size at which it is rotated; it rises when that failed, so that it is not tried at every line.
    limit: u64,
}

impl LogFile {
    /// Opens or makes it. Also says what was mended, if anything was.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Option<String>)> {
        Self::with_limit(path, LARGE)
    }

    fn with_limit(path: &Path, limit: u64) -> io::Result<(Self, Option<String>)> {
        let file = append_to(path)?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Ok((Self { file, path: None, limit }, None));
        }
        let mended = close_to_others(path, &file, meta.mode() & 0o777);
        let path = fs::canonicalize(path)?;
        // Those that were rotated while they were open to others.
        let older = (1..=KEPT).filter_map(|number| {
            let older = numbered(&path, number);
            let (file, meta) = paths::open_file(&older).ok()?;
            close_to_others(&older, &file, meta.mode() & 0o777)
        });
        let mended: Vec<String> = mended.into_iter().chain(older).collect();
        let mended = Some(mended.join("; ")).filter(|words| !words.is_empty());
        Ok((Self { file, path: Some(path), limit }, mended))
    }

    /// Takes the shared lock of the file that has the name now; `false` when it cannot be had.
    fn lock_current(&mut self) -> bool {
        let Some(path) = self.path.clone() else { return false };
        for _ in 0..TRIES {
            match self.file.try_lock_shared() {
                Ok(()) if is_at(&self.file, &path) => return true,
                Ok(()) => {
                    // Somebody rotated it, or took it away. Where no new one can be made, the old one goes on.
                    let Ok(file) = append_to(&path) else { return true };
                    self.file = file;
                }
                Err(fs::TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(fs::TryLockError::Error(_)) => return false,
            }
        }
        false
    }

    /// Rotates the file if it is large and still has the name. Who cannot get the lock leaves it to
    /// those who hold it.
    fn rotate(&mut self) {
        let Some(path) = self.path.clone() else { return };
        let is_large = |file: &File| file.metadata().is_ok_and(|meta| meta.len() >= self.limit);
        if !is_large(&self.file) || self.file.try_lock().is_err() {
            return;
        }
        if is_at(&self.file, &path) {
            let moved = move_all(&path).and_then(|()| append_to(&path));
            match moved {
                Ok(file) => {
                    // Others find it gone as soon as they have the lock of the old one.
                    self.file = file;
                    return;
                }
                Err(_) => self.limit = self.limit.saturating_add(LARGE),
            }
        }
        // It is let go at the end of the process at the latest.
        let _ = self.file.unlock();
    }
}

impl Write for LogFile {
    /// Writes all of it, so that a line is whole in one file.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.rotate();
        let is_locked = self.lock_current();
        let written = self.file.write_all(line);
        if is_locked {
            // The next line would find it held by nobody else than this process.
            let _ = self.file.unlock();
        }
        written.map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Opens without waiting: a named pipe that nobody reads is refused by the system.
fn append_to(path: &Path) -> io::Result<File> {
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or(0);
    let file = OpenOptions::new().append(true).create(true).mode(0o600).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        // A terminal or a pipe must take whole lines like everything else.
        rustix::fs::fcntl_setfl(&file, OFlags::APPEND)?;
    }
    Ok(file)
}

/// Whether this is the file that lies there now.
fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(own), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
    (own.dev(), own.ino()) == (there.dev(), there.ino())
}

/// `FILE` becomes `FILE.1`, that one `FILE.2`, and so on; the oldest is gone.
fn move_all(path: &Path) -> io::Result<()> {
    for number in (1..KEPT).rev() {
        match fs::rename(numbered(path, number), numbered(path, number + 1)) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => return Err(err),
            Ok(()) | Err(_) => {}
        }
    }
    fs::rename(path, numbered(path, 1))
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

/// What was open to others is closed, and said: it names tasks, times and codes.
fn close_to_others(path: &Path, file: &File, mode: u32) -> Option<String> {
    let for_others = mode & 0o077;
    if for_others == 0 {
        return None;
    }
    let start = format!("the log {}", path.display());
    Some(match file.set_permissions(fs::Permissions::from_mode(mode & 0o700)) {
        Ok(()) => format!("{start} was open to other users (mode {mode:03o}); it is yours alone now"),
        Err(err) => {
            format!("{start} is open to other users (mode {mode:03o}), which cannot be fixed: {err}")
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn read_all(path: &Path) -> String {
        let files = (1..=KEPT).rev().map(|number| numbered(path, number)).chain([path.to_owned()]);
        files.filter_map(|file| fs::read_to_string(file).ok()).collect()
    }

    fn size(path: &Path) -> u64 {
        fs::metadata(path).map_or(0, |meta| meta.len())
    }

    #[test]
    fn a_file_that_has_grown_large_is_rotated_and_the_oldest_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        let (mut log, mended) = LogFile::with_limit(&path, 40).unwrap();
        assert_eq!(mended, None);
        for number in 0..100 {
            log.write_all(format!("line {number:04}\n").as_bytes()).unwrap();
        }
        // Four lines of ten bytes make a file large, the newest files are kept, and no line is split.
        let lines: Vec<String> = (84..100).map(|number| format!("line {number:04}")).collect();
        assert_eq!(read_all(&path).lines().collect::<Vec<_>>(), lines);
        for number in 1..=KEPT {
            assert_eq!(size(&numbered(&path, number)), 40);
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn many_who_append_to_one_file_lose_no_line_of_each_other_while_it_is_rotated() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        let (writers, lines) = (8, 200);
        // Large enough that what is kept holds all lines, small enough that it is rotated meanwhile.
        let limit = 8 * 200 * 12 / 3;
        std::thread::scope(|scope| {
            for writer in 0..writers {
                let path = &path;
                scope.spawn(move || {
                    let (mut log, _) = LogFile::with_limit(path, limit).unwrap();
                    for line in 0..lines {
                        log.write_all(format!("w{writer} line {line:03}\n").as_bytes()).unwrap();
                    }
                });
            }
        });
        let text = read_all(&path);
        let expected: BTreeSet<String> =
            (0..writers).flat_map(|w| (0..lines).map(move |l| format!("w{w} line {l:03}"))).collect();
        assert_eq!(text.lines().count(), writers * lines);
        assert_eq!(text.lines().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
        assert!(size(&numbered(&path, 1)) >= limit, "it was rotated");
    }

    #[test]
    fn who_holds_the_lock_and_sleeps_holds_up_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        let (mut log, _) = LogFile::with_limit(&path, 10).unwrap();
        log.write_all(b"one line that is large\n").unwrap();
        let asleep = File::open(&path).unwrap();
        asleep.lock().unwrap();
        log.write_all(b"two\n").unwrap();
        assert_eq!(read_all(&path), "one line that is large\ntwo\n");
        assert!(!numbered(&path, 1).exists());
        asleep.unlock().unwrap();
        log.write_all(b"three\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "three\n");
    }

    #[test]
    fn a_file_that_others_took_away_or_that_cannot_be_moved_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        let (mut log, _) = LogFile::with_limit(&path, 10).unwrap();
        log.write_all(b"gone\n").unwrap();
        fs::rename(&path, dir.path().join("old")).unwrap();
        log.write_all(b"new\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
        // A directory with something in it in the place of every file to come.
        for number in 1..=KEPT {
            fs::create_dir_all(numbered(&path, number).join("x")).unwrap();
        }
        for _ in 0..10 {
            log.write_all(b"a line that makes it large\n").unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 11);
        assert!(log.limit > LARGE, "it is not tried at every line");
    }

    #[test]
    fn a_file_that_was_open_to_others_is_closed_and_said_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        fs::write(&path, "old\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let (_, mended) = LogFile::open(&path).unwrap();
        assert!(
            mended.unwrap().ends_with("run.log was open to other users (mode 644); it is yours alone now")
        );
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(LogFile::open(&path).unwrap().1, None);
    }

    #[test]
    fn what_is_no_regular_file_is_written_to_but_never_moved_or_waited_for() {
        let (mut log, mended) = LogFile::with_limit(Path::new("/dev/null"), 0).unwrap();
        assert_eq!(mended, None);
        log.write_all(b"a line\n").unwrap();
        assert!(!Path::new("/dev/null.1").exists());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        // Opened as usual, it would never come back: nobody reads.
        assert!(LogFile::open(&path).is_err());
    }
}
