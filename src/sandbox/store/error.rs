//! Why a database could not be opened.

use std::fmt;

/// Why, and what to do about it.
#[derive(Debug)]
pub(in crate::sandbox) struct OpenError {
    pub(in crate::sandbox) words: String,
    /// What to do about it, if it is a file.
    pub(in crate::sandbox) advice: &'static str,
}

impl OpenError {
    pub(in crate::sandbox) fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), advice: "name another file" }
    }

    pub(in crate::sandbox) fn unknown() -> Self {
        Self::new("it could not be opened")
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(err: rusqlite::Error) -> Self {
        let busy = err.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy);
        Self::new(if busy { "another process is using it".to_owned() } else { err.to_string() })
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}
