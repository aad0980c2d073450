//! What the documents of the service leave open, and what the sandbox takes instead.
//!
//! [`Options`] is the one place of their names, values, defaults and meanings: flags and help are
//! derived from it by clap, the options file by serde, and `docs/sandbox.md` has a row for each.

mod value;

use std::collections::BTreeSet;
use std::ops::RangeBounds;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{Arg, ArgAction, RangedI64ValueParser, StringValueParser, TypedValueParser as _};
use clap::{Parser, ValueEnum};
use secrecy::SecretString;
use serde::Deserialize;

use value::Names;

use super::clock::Clock;
use crate::domain::rules::Strictness;

/// More than any calendar of the wire holds.
const MOST_DAYS: i64 = 4_000_000;

/// Ids stay below 2^53, so that every JSON reader can hold them.
const MOST_ID: i64 = (1 << 53) - 1;

/// How the sandbox reads what the documents leave open.
#[derive(Clone, Debug, Deserialize, Parser)]
#[command(next_help_heading = "How it reads what the documents leave open", mut_args(with_words))]
#[serde(default, deny_unknown_fields, expecting = "a table [sandbox]")]
#[expect(clippy::struct_excessive_bools, reason = "one for each documented switch")]
#[expect(clippy::doc_markdown, reason = "the words of a flag are its help")]
pub struct Options {
    /// The database file; `None` keeps everything in memory.
    #[arg(skip)]
    #[serde(skip)]
    pub db: Option<PathBuf>,
    /// Fixes every random number that is given out; `None` draws them anew at each start.
    #[arg(skip)]
    #[serde(skip)]
    pub random_seed: Option<u64>,
    /// Serve the control interface under `/_sandbox/`.
    #[arg(skip)]
    #[serde(skip)]
    pub control: bool,
    /// Further names and addresses (in lower case, without a port) by which that may be called.
    #[arg(skip)]
    #[serde(skip)]
    pub control_hosts: BTreeSet<String>,
    /// What keeps hostile clients bounded.
    #[arg(skip)]
    #[serde(skip)]
    pub limits: ConnectionLimits,
    /// Further applications, each with its own key and limits.
    #[arg(skip)]
    pub apps: Vec<AppOptions>,

    /// Refuse a URL without random (60025)
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub require_random: bool,
    /// Calls a second for each command of an app, in a sliding window (60007); 0 is no limit
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = within::<usize>(0..=1_000_000))]
    pub rate_limit_per_second: usize,
    /// Answer 70050 for a minute to an identifier whose signature failed ten times within a minute
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub auth_lockout: bool,
    /// Put a RequestId into answers
    #[arg(long, action = ArgAction::Set, default_value_t = true)]
    pub request_id: bool,
    /// Most bytes of a body (60003)
    #[arg(long, value_name = "N", default_value_t = 1_048_576, value_parser = within::<usize>(1..=16 << 20))]
    pub max_body_bytes: usize,

    /// A task must be scheduled at least this many seconds ahead (90110)
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = within::<i64>(0..))]
    pub min_lead_seconds: i64,
    /// A task may be scheduled at most this many days ahead (90110); 0 is no limit
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = within::<i64>(0..=MOST_DAYS))]
    pub max_horizon_days: i64,
    /// Most pending and dispatching tasks of an app, demo tasks not counted (90109); 0 is no limit
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = within::<i64>(0..))]
    pub max_active_tasks: i64,
    /// The first TaskID of a new database
    #[arg(long, value_name = "N", default_value_t = 1_000_000_001, value_parser = within::<i64>(1..=MOST_ID))]
    pub first_task_id: i64,
    /// Add a MsgRandom to content that has none
    #[arg(long, action = ArgAction::Set, default_value_t = true)]
    pub inject_msg_random: bool,
    /// Put another MsgRandom in the place of the one that a create sent
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub rewrite_msg_random: bool,
    /// The accounts that exist; others are refused (90108)
    #[arg(long, value_name = "any|A,B,...", default_value = "any", value_parser = names())]
    #[serde(deserialize_with = "value::names")]
    pub known_accounts: Names,
    /// Delete dispatched tasks that many days after their SchedAt; 0 keeps them for ever
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = within::<i64>(0..=MOST_DAYS))]
    pub retention_days: i64,

    /// Which time of a task the range of a list filters
    #[arg(long, default_value = "createat")]
    #[serde(deserialize_with = "value::word")]
    pub list_time_field: ListTimeField,
    /// The longest range of a list (90104); 0 is no limit
    #[arg(long, value_name = "N", default_value_t = 31, value_parser = within::<i64>(0..=MOST_DAYS))]
    pub list_max_range_days: i64,
    /// The greatest Want of a list
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = within::<i64>(1..=10_000))]
    pub list_max_want: i64,
    /// What a greater Want does: it is cut down silently, or refused (90104)
    #[arg(long, default_value = "clamp")]
    #[serde(deserialize_with = "value::word")]
    pub list_want_overflow: WantOverflow,
    /// Tasks that were created less than this long ago are not listed yet
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = within::<u64>(0..=86_400_000))]
    pub list_lag_ms: u64,

    /// Content must have a From_Account
    #[arg(long, action = ArgAction::Set, default_value_t = true)]
    pub require_from_account: bool,
    /// Condition and To_Account must fit the Type
    #[arg(long, action = ArgAction::Set, default_value_t = true)]
    pub strict_type_content: bool,
    /// The code of a fault in Content: always 90104, or the code of the push API
    #[arg(long, default_value = "sched")]
    #[serde(deserialize_with = "value::word")]
    pub content_error_style: ErrorStyle,
    /// The attribute names that exist; others in AttrsAnd and AttrsOr are refused (90104, or 90033)
    #[arg(long, value_name = "any|A,B,...", default_value = "any", value_parser = names())]
    #[serde(deserialize_with = "value::names")]
    pub known_attributes: Names,
    /// Check types and values of the documented fields of OfflinePushInfo
    #[arg(long, action = ArgAction::Set, default_value_t = true)]
    pub check_push_fields: bool,
    /// Most bytes of Content without To_Account as compact JSON (90104, or 90056); 0 is no limit
    #[arg(long, value_name = "N", default_value_t = 10_240, value_parser = within::<usize>(0..=16 << 20))]
    pub max_content_bytes: usize,
    /// What the Content of a modify does to what is there; in a merge null removes a key
    #[arg(long, default_value = "merge-deep")]
    #[serde(deserialize_with = "value::word")]
    pub modify_content: ModifyContent,
    /// A delete must name the Type of the task
    #[arg(long, action = ArgAction::Set, default_value_t = true)]
    pub delete_check_type: bool,

    /// Milliseconds between two polls for due tasks
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = within::<u64>(1..=3_600_000))]
    pub tick_ms: u64,
    /// Milliseconds that a task stays dispatching
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = within::<u64>(0..=86_400_000))]
    pub dispatch_duration_ms: u64,
    /// Let a dispatch to all or by tag fail above one a second (90024) and above push_limit_per_day (90047)
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub enforce_push_limits: bool,
    /// With enforce_push_limits: most pushes to all or by tag of an app on a day (UTC); 0 is no limit
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = within::<i64>(0..))]
    pub push_limit_per_day: i64,
    /// A task missed while the process was down is still sent when it is at most this old
    #[arg(long, value_name = "N", default_value_t = 3600, value_parser = within::<i64>(0..))]
    pub misfire_grace_seconds: i64,

    /// The machine's clock, or a virtual one that only the control interface moves
    #[arg(long, value_name = "real|virtual|TIME", default_value = "real")]
    #[serde(deserialize_with = "value::clock")]
    pub clock: Clock,
    /// Milliseconds that every answer waits before it is sent: a slow network
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = within::<u64>(0..=3_600_000))]
    pub delay_ms: u64,
}

impl Default for Options {
    /// What stands when neither flag nor file says otherwise.
    fn default() -> Self {
        // Each default stands with its flag; one that the flag itself refuses would end the process here.
        Self::parse_from(["sandbox"])
    }
}

impl Options {
    /// The defaults, but with `dispatching` long enough that somebody who looks every 2 s sees it.
    pub fn demo() -> Self {
        Self { dispatch_duration_ms: 2500, ..Self::default() }
    }

    /// Which of the limits of `Content` are enforced.
    pub(super) fn content(&self) -> Strictness {
        Strictness {
            from_account: self.require_from_account,
            type_content: self.strict_type_content,
            push_fields: self.check_push_fields,
            max_bytes: self.max_content_bytes,
        }
    }
}

/// The words that a flag takes stand in its usage, and a switch needs none to be on.
fn with_words(arg: Arg) -> Arg {
    let words: Vec<String> =
        arg.get_possible_values().iter().map(|word| word.get_name().to_owned()).collect();
    if words.is_empty() {
        return arg;
    }
    let is_switch = words == ["true", "false"];
    let arg = arg.value_name(words.join("|")).hide_possible_values(true);
    if is_switch { arg.num_args(0..=1).require_equals(true).default_missing_value("true") } else { arg }
}

fn within<T: TryFrom<i64> + Clone + Send + Sync>(range: impl RangeBounds<i64>) -> RangedI64ValueParser<T> {
    RangedI64ValueParser::new().range(range)
}

/// A list that is divided by commas, or `any`.
fn names() -> impl clap::builder::TypedValueParser<Value = Names> {
    StringValueParser::new().map(|text| {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        (text != "any").then(|| names.map(str::to_owned).collect())
    })
}

/// An application beside the first. What is `None` here is as for the first.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "tables [[sandbox.apps]]")]
pub struct AppOptions {
    /// Its number.
    #[serde(deserialize_with = "value::sdkappid")]
    pub sdkappid: u64,
    /// Its secret key, as text.
    #[serde(alias = "key_env", deserialize_with = "value::secret")]
    pub key: SecretString,
    /// The UserIDs of its App administrators.
    #[serde(default = "value::default_admins", deserialize_with = "value::admins")]
    pub admins: Vec<String>,
    /// As [`Options::max_active_tasks`].
    pub max_active_tasks: Option<i64>,
    /// As [`Options::known_accounts`]; `Some(None)` is all of them.
    #[serde(default, deserialize_with = "value::own_names")]
    pub known_accounts: Option<Names>,
    /// As [`Options::known_attributes`]; `Some(None)` is all of them.
    #[serde(default, deserialize_with = "value::own_names")]
    pub known_attributes: Option<Names>,
    /// As [`Options::push_limit_per_day`].
    pub push_limit_per_day: Option<i64>,
}

/// What keeps hostile clients bounded. Not part of the documented behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Most connections at a time. When one more comes, the one that is idle longest is closed.
    pub connections: usize,
    /// How long the head of a request may take, and how long a connection may be idle.
    pub head: Duration,
    /// How long the body of a request may take.
    pub body: Duration,
    /// How long a stop waits for calls under way.
    pub stop: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connections: 512, head: seconds(120), body: seconds(30), stop: seconds(5) }
    }
}

/// Which time `BeginTime` and `EndTime` are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WantOverflow {
    /// It is cut down silently.
    Clamp,
    /// It is refused with 90104.
    Reject,
}

/// The code under which a fault in `Content` is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ErrorStyle {
    /// Always 90104, as the pages of the five commands have it.
    Sched,
    /// The code of the push APIs where there is one.
    Push,
}

/// What the `Content` of a modify does to what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModifyContent {
    /// Objects merge key by key at every depth, `null` removes a key.
    MergeDeep,
    /// Only the keys of `Content` itself merge.
    MergeTop,
    /// It takes the place of the old one.
    Replace,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn set(name: &str, value: &str) -> Result<Options, clap::Error> {
        Options::try_parse_from(["sandbox", &format!("--{}={value}", name.replace('_', "-"))])
    }

    #[test]
    fn every_option_can_be_changed_by_its_flag_and_refuses_nonsense() {
        for arg in Options::command().get_arguments() {
            let name = arg.get_id().as_str();
            let words = arg.get_possible_values();
            let default = arg.get_default_values()[0].to_str().unwrap();
            let other = match (default, words.iter().find(|word| word.get_name() != default)) {
                (_, Some(word)) => word.get_name(),
                ("any", None) => "u1, u2",
                ("real", None) => "2030-01-01 00:00:00",
                (_, None) => "7",
            };
            let changed = set(name, other).unwrap();
            assert_ne!(format!("{changed:?}"), format!("{:?}", Options::default()), "{name}");
            assert_eq!(set(name, "-7").is_ok(), default == "any", "{name}");
        }
    }

    #[test]
    fn the_page_of_the_sandbox_names_every_option_with_its_default_and_its_meaning() {
        let page = include_str!("../../docs/sandbox.md");
        for arg in Options::command().get_arguments() {
            let name = arg.get_id();
            let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
            let row = row.unwrap_or_else(|| panic!("{name} is missing"));
            let default = arg.get_default_values()[0].to_str().unwrap();
            assert!(row.ends_with(&format!("| `{default}` | {} |", arg.get_help().unwrap())), "{row}");
        }
    }

    #[test]
    fn a_list_is_divided_by_commas_and_any_is_no_list() {
        let known = |value: &str| set("known_accounts", value).unwrap().known_accounts;
        assert_eq!(known("u1, u2,,u1"), Some(BTreeSet::from(["u1".to_owned(), "u2".to_owned()])));
        assert_eq!(known("any"), None);
    }

    #[test]
    fn content_is_held_to_the_same_limits_as_in_the_form_unless_told_otherwise() {
        assert_eq!(Options::default().content(), Strictness::default());
    }
}
