//! What the documents of the service leave open, and what the sandbox takes instead.
//!
//! Each field is one row of the table in `docs/sandbox.md`; the defaults are the ones printed there.
//! [`ENTRIES`] is the one table of their names, values and meanings: file, flags and help are made
//! from it.

mod file;
mod table;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

pub use file::{FileError, KeyLookup};
pub use table::{ENTRIES, Entry, Shape};

use super::Clock;
use crate::domain::rules::Strictness;

/// How the sandbox reads what the documents leave open.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one for each documented switch")]
pub struct Options {
    /// The database file; `None` keeps everything in memory.
    pub db: Option<PathBuf>,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Fixes every random number that is given out; `None` draws them anew at each start.
    pub random_seed: Option<u64>,
    /// Milliseconds that every finished answer waits before it is sent: a slow network.
    pub delay_ms: u64,
    /// Further applications, each with its own key and limits.
    pub apps: Vec<AppOptions>,
    /// Serve the control interface under `/_sandbox/`.
    pub control: bool,
    /// Further names and addresses (in lower case, without a port) by which that may be called.
    pub control_hosts: BTreeSet<String>,
    /// What keeps hostile clients bounded.
    pub limits: Limits,

    /// Refuse a URL without `random`.
    pub require_random: bool,
    /// Calls a second for each command of an application; 0 is no limit.
    pub rate_limit_per_second: usize,
    /// Answer 70050 for a minute to whoever signs wrongly ten times within a minute.
    pub auth_lockout: bool,
    /// Put a `RequestId` into answers.
    pub request_id: bool,
    /// Most bytes of a body.
    pub max_body_bytes: usize,

    /// A task must be at least this many seconds ahead.
    pub min_lead_seconds: i64,
    /// A task may be at most this many days ahead; 0 is no limit.
    pub max_horizon_days: i64,
    /// Most pending and dispatching tasks of an application, seeded ones not counted; 0 is no limit.
    pub max_active_tasks: i64,
    /// The first `TaskID` of a new database.
    pub first_task_id: i64,
    /// Add a `MsgRandom` to content that has none.
    pub inject_msg_random: bool,
    /// The accounts that exist; `None` is all of them.
    pub known_accounts: Option<BTreeSet<String>>,
    /// Dispatched tasks are deleted that many days after their scheduled time; 0 is never.
    pub retention_days: i64,
    /// A create puts another `MsgRandom` in the place of the one that was sent.
    pub rewrite_msg_random: bool,

    /// Which time the range of a list filters.
    pub list_time_field: ListTimeField,
    /// The longest range of a list; 0 is no limit.
    pub list_max_range_days: i64,
    /// The greatest `Want`.
    pub list_max_want: i64,
    /// What happens to a greater one.
    pub list_want_overflow: WantOverflow,
    /// Tasks that were created less than this long ago are not listed yet.
    pub list_lag_ms: u64,

    /// Which of the limits of `Content` are enforced.
    pub content: Strictness,
    /// The code under which a fault in `Content` is answered.
    pub content_error_style: ErrorStyle,
    /// The names of attributes that exist; `None` is all of them.
    pub known_attributes: Option<BTreeSet<String>>,
    /// What the `Content` of a modify does to what is there.
    pub modify_content: ModifyContent,
    /// A delete must name the type of the task.
    pub delete_check_type: bool,

    /// Milliseconds between two looks for due tasks.
    pub tick_ms: u64,
    /// Milliseconds that a task stays `dispatching`.
    pub dispatch_duration_ms: u64,
    /// A task missed while the process was down is still sent when it is at most this old.
    pub misfire_grace_seconds: i64,
    /// Apply the limits of the push APIs to pushes to all and by tag: one a second, and
    /// `push_limit_per_day`.
    pub enforce_push_limits: bool,
    /// Most such pushes of an application on a day (UTC); 0 is no limit.
    pub push_limit_per_day: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            db: None,
            clock: Clock::Real,
            random_seed: None,
            delay_ms: 0,
            apps: Vec::new(),
            control: false,
            control_hosts: BTreeSet::new(),
            limits: Limits::default(),
            require_random: false,
            rate_limit_per_second: 5,
            auth_lockout: false,
            request_id: true,
            max_body_bytes: 1 << 20,
            min_lead_seconds: 1,
            max_horizon_days: 0,
            max_active_tasks: 100,
            first_task_id: 1_000_000_001,
            inject_msg_random: true,
            known_accounts: None,
            retention_days: 0,
            rewrite_msg_random: false,
            list_time_field: ListTimeField::OrderBy,
            list_max_range_days: 31,
            list_max_want: 100,
            list_want_overflow: WantOverflow::Clamp,
            list_lag_ms: 0,
            content: Strictness::default(),
            content_error_style: ErrorStyle::Sched,
            known_attributes: None,
            modify_content: ModifyContent::MergeDeep,
            delete_check_type: true,
            tick_ms: 1000,
            dispatch_duration_ms: 500,
            misfire_grace_seconds: 3600,
            enforce_push_limits: false,
            push_limit_per_day: 100,
        }
    }
}

impl Options {
    /// The defaults, but with `dispatching` long enough that somebody who looks every 2 s sees it.
    pub fn demo() -> Self {
        Self { dispatch_duration_ms: 2500, ..Self::default() }
    }
}

/// An application beside the first. What is `None` here is as for the first.
#[derive(Clone, Debug)]
pub struct AppOptions {
    /// Its number.
    pub sdkappid: u64,
    /// Its secret key, as text.
    pub key: SecretString,
    /// The UserIDs of its App administrators.
    pub admins: Vec<String>,
    /// As [`Options::max_active_tasks`].
    pub max_active_tasks: Option<i64>,
    /// As [`Options::known_accounts`]; `Some(None)` is all of them.
    pub known_accounts: Option<Option<BTreeSet<String>>>,
    /// As [`Options::known_attributes`]; `Some(None)` is all of them.
    pub known_attributes: Option<Option<BTreeSet<String>>>,
    /// As [`Options::push_limit_per_day`].
    pub push_limit_per_day: Option<i64>,
}

/// What keeps hostile clients bounded. Not part of the documented behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most connections at a time. When one more comes, the one that is idle longest is closed.
    pub connections: usize,
    /// How long the head of a request may take, and how long a connection may be idle.
    pub head: Duration,
    /// How long the body of a request may take.
    pub body: Duration,
    /// How long a stop waits for calls under way.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connections: 512, head: seconds(120), body: seconds(30), stop: seconds(5) }
    }
}

/// Which time `BeginTime` and `EndTime` are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListTimeField {
    /// The one that `OrderBy` names.
    OrderBy,
    /// Always the time of creation.
    CreateAt,
    /// Always the scheduled time.
    SchedAt,
    /// One of the two inside is enough.
    Either,
}

/// What a `Want` above the greatest does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantOverflow {
    /// It is cut down silently.
    Clamp,
    /// It is refused with 90104.
    Reject,
}

/// The code under which a fault in `Content` is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorStyle {
    /// Always 90104, as the pages of the five commands have it.
    Sched,
    /// The code of the push APIs where there is one.
    Push,
}

/// What the `Content` of a modify does to what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModifyContent {
    /// Objects merge key by key at every depth, `null` removes a key.
    MergeDeep,
    /// Only the keys of `Content` itself merge.
    MergeTop,
    /// It takes the place of the old one.
    Replace,
}
