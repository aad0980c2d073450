//! What a process of an operator is told by its environment, where it finds its things, and how it
//! speaks to the parent.

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

/// Where a process of the operator finds its things.
pub(crate) struct Folder(pub(crate) PathBuf);

/// Names of the environment.
pub(crate) const FOLDER: &str = "PUSHDECK_CHAOS_FOLDER";
pub(crate) const KEY: &str = "PUSHDECK_CHAOS_KEY";
pub(crate) const DICE: &str = "PUSHDECK_CHAOS_DICE";
pub(crate) const RUN: &str = "PUSHDECK_CHAOS_RUN";
/// Given to a run that is there to settle what is open.
pub(crate) const TIDY: &str = "PUSHDECK_CHAOS_TIDY";

impl Folder {
    pub(crate) fn plan(&self) -> PathBuf {
        self.0.join("plan.json")
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.0.join("ledger")
    }

    /// The state directory is that of both operators of the app.
    pub(crate) fn store(&self) -> PathBuf {
        self.0.parent().unwrap().join("state").join(pushdeck::store::FILE)
    }

    pub(crate) fn owners(&self) -> PathBuf {
        self.0.parent().unwrap().join("owners")
    }
}

/// Tells the parent what happens: one line each, so that it can count. Where all is kept, with the time too.
pub(crate) fn tell(what: &str) {
    println!("@ {what}");
    if env::var_os("PUSHDECK_CHAOS_KEEP").is_some() {
        note_down(what);
    }
}

pub(crate) fn note_down(what: &str) {
    let path = PathBuf::from(env::var(FOLDER).unwrap()).join("said");
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    writeln!(file, "{} {} {what}", now().format("%H:%M:%S%.3f"), env::var(RUN).unwrap()).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "the processes under test have the real clock")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

pub(crate) fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}
