//! Names, values, defaults and meanings of the options, and how they are set by name.

use std::collections::BTreeSet;

use super::super::clock::{Clock, VirtualClock};
use super::{ErrorStyle, ListTimeField, ModifyContent, Options, WantOverflow};
use crate::domain::wire::time_in;

/// One option of the file and the command line.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// As in the file; the flag has `-` in the place of `_`.
    pub name: &'static str,
    /// What may be written, and where it goes.
    pub shape: Shape,
    /// The default, as it would be written.
    pub default: &'static str,
    /// One sentence without its full stop.
    pub help: &'static str,
}

type Slot<T> = fn(&mut Options) -> &mut T;

/// What may be written for an option.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// `true` or `false`.
    Switch(Slot<bool>),
    /// A whole number from the first to the second.
    Number(i64, i64, Slot<i64>),
    /// The same.
    Natural(i64, i64, Slot<u64>),
    /// The same.
    Size(i64, i64, Slot<usize>),
    /// One of these words.
    Word(&'static [&'static str], fn(&mut Options, &str)),
    /// A list of texts, or `"any"`.
    Names(Slot<Option<BTreeSet<String>>>),
    /// `real`, `virtual`, or a time at which a virtual clock starts.
    Clock,
}

/// A value of the right kind, not yet of the right range.
#[derive(Clone, Debug)]
pub(super) enum Given {
    Switch(bool),
    Number(i64),
    Text(String),
    Names(BTreeSet<String>),
}

impl Entry {
    /// The entry of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ENTRIES.iter().find(|entry| entry.name == name)
    }

    /// What may be written, in words.
    pub fn allowed(&self) -> String {
        match self.shape {
            Shape::Switch(_) => "true or false".to_owned(),
            Shape::Number(min, max, _) | Shape::Natural(min, max, _) | Shape::Size(min, max, _) => {
                if max == i64::MAX || max == MOST_DAYS {
                    format!("a whole number, {min} or more")
                } else {
                    format!("a whole number from {min} to {max}")
                }
            }
            Shape::Word(words, _) => words.join(" or "),
            Shape::Names(_) => "any or a list of texts".to_owned(),
            Shape::Clock => "real, virtual, or a time such as 2030-01-01 00:00:00 (UTC)".to_owned(),
        }
    }

    /// Sets the option from the text of a flag; lists are divided by commas.
    ///
    /// # Errors
    /// What would be allowed.
    pub fn set(&self, options: &mut Options, text: &str) -> Result<(), String> {
        let given = match self.shape {
            Shape::Switch(_) => text.parse().ok().map(Given::Switch),
            Shape::Number(..) | Shape::Natural(..) | Shape::Size(..) => text.parse().ok().map(Given::Number),
            Shape::Names(_) if text != "any" => {
                let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
                Some(Given::Names(names.map(str::to_owned).collect()))
            }
            Shape::Word(..) | Shape::Clock | Shape::Names(_) => Some(Given::Text(text.to_owned())),
        };
        given
            .and_then(|given| self.put(options, given))
            .ok_or_else(|| format!("it must be {}", self.allowed()))
    }

    /// `None` when that is not allowed.
    pub(super) fn put(&self, options: &mut Options, given: Given) -> Option<()> {
        let within = |number: i64, min: i64, max: i64| (min..=max).contains(&number).then_some(number);
        match (self.shape, given) {
            (Shape::Switch(slot), Given::Switch(on)) => *slot(options) = on,
            (Shape::Number(min, max, slot), Given::Number(n)) => *slot(options) = within(n, min, max)?,
            (Shape::Natural(min, max, slot), Given::Number(n)) => {
                *slot(options) = u64::try_from(within(n, min, max)?).ok()?;
            }
            (Shape::Size(min, max, slot), Given::Number(n)) => {
                *slot(options) = usize::try_from(within(n, min, max)?).ok()?;
            }
            (Shape::Word(words, set), Given::Text(word)) => {
                set(options, words.iter().find(|known| **known == word)?);
            }
            (Shape::Names(slot), Given::Names(names)) => *slot(options) = Some(names),
            (Shape::Names(slot), Given::Text(word)) if word == "any" => *slot(options) = None,
            (Shape::Clock, Given::Text(text)) => options.clock = clock(&text)?,
            (
                Shape::Switch(_)
                | Shape::Number(..)
                | Shape::Natural(..)
                | Shape::Size(..)
                | Shape::Word(..)
                | Shape::Names(_)
                | Shape::Clock,
                Given::Switch(_) | Given::Number(_) | Given::Text(_) | Given::Names(_),
            ) => return None,
        }
        Some(())
    }
}

fn clock(text: &str) -> Option<Clock> {
    match text {
        "real" => Some(Clock::Real),
        "virtual" => Some(Clock::Virtual(VirtualClock::new(Clock::Real.now()))),
        time => time_in(time).map(|start| Clock::Virtual(VirtualClock::new(start))),
    }
}

/// More than any calendar of the wire holds.
const MOST_DAYS: i64 = 4_000_000;

/// Ids stay below 2^53, so that every JSON reader can hold them.
const MOST_ID: i64 = (1 << 53) - 1;

/// Every option, in the order of `docs/sandbox.md`.
pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "require_random",
        shape: Shape::Switch(|o| &mut o.require_random),
        default: "false",
        help: "Refuse a URL without random (60025)",
    },
    Entry {
        name: "rate_limit_per_second",
        shape: Shape::Size(0, 1_000_000, |o| &mut o.rate_limit_per_second),
        default: "5",
        help: "Calls a second for each command of an app, in a sliding window (60007); 0 is no limit",
    },
    Entry {
        name: "auth_lockout",
        shape: Shape::Switch(|o| &mut o.auth_lockout),
        default: "false",
        help: "Answer 70050 for a minute to an identifier whose signature failed ten times within a minute",
    },
    Entry {
        name: "request_id",
        shape: Shape::Switch(|o| &mut o.request_id),
        default: "true",
        help: "Put a RequestId into answers",
    },
    Entry {
        name: "max_body_bytes",
        shape: Shape::Size(1, 16 << 20, |o| &mut o.max_body_bytes),
        default: "1048576",
        help: "Most bytes of a body (60003)",
    },
    Entry {
        name: "min_lead_seconds",
        shape: Shape::Number(0, i64::MAX, |o| &mut o.min_lead_seconds),
        default: "1",
        help: "A task must be scheduled at least this many seconds ahead (90110)",
    },
    Entry {
        name: "max_horizon_days",
        shape: Shape::Number(0, MOST_DAYS, |o| &mut o.max_horizon_days),
        default: "0",
        help: "A task may be scheduled at most this many days ahead (90110); 0 is no limit",
    },
    Entry {
        name: "max_active_tasks",
        shape: Shape::Number(0, i64::MAX, |o| &mut o.max_active_tasks),
        default: "100",
        help: "Most pending and dispatching tasks of an app, demo tasks not counted (90109); 0 is no limit",
    },
    Entry {
        name: "first_task_id",
        shape: Shape::Number(1, MOST_ID, |o| &mut o.first_task_id),
        default: "1000000001",
        help: "The first TaskID of a new database",
    },
    Entry {
        name: "inject_msg_random",
        shape: Shape::Switch(|o| &mut o.inject_msg_random),
        default: "true",
        help: "Add a MsgRandom to content that has none",
    },
    Entry {
        name: "rewrite_msg_random",
        shape: Shape::Switch(|o| &mut o.rewrite_msg_random),
        default: "false",
        help: "Put another MsgRandom in the place of the one that a create sent",
    },
    Entry {
        name: "known_accounts",
        shape: Shape::Names(|o| &mut o.known_accounts),
        default: "any",
        help: "The accounts that exist; others are refused (90108)",
    },
    Entry {
        name: "retention_days",
        shape: Shape::Number(0, MOST_DAYS, |o| &mut o.retention_days),
        default: "0",
        help: "Delete dispatched tasks that many days after their SchedAt; 0 keeps them for ever",
    },
    Entry {
        name: "list_time_field",
        shape: Shape::Word(&["orderby", "createat", "schedat", "either"], |o, word| {
            o.list_time_field = match word {
                "createat" => ListTimeField::CreateAt,
                "schedat" => ListTimeField::SchedAt,
                "either" => ListTimeField::Either,
                _ => ListTimeField::OrderBy,
            };
        }),
        default: "orderby",
        help: "Which time of a task the range of a list filters",
    },
    Entry {
        name: "list_max_range_days",
        shape: Shape::Number(0, MOST_DAYS, |o| &mut o.list_max_range_days),
        default: "31",
        help: "The longest range of a list (90104); 0 is no limit",
    },
    Entry {
        name: "list_max_want",
        shape: Shape::Number(1, 10_000, |o| &mut o.list_max_want),
        default: "100",
        help: "The greatest Want of a list",
    },
    Entry {
        name: "list_want_overflow",
        shape: Shape::Word(&["clamp", "reject"], |o, word| {
            o.list_want_overflow = if word == "reject" { WantOverflow::Reject } else { WantOverflow::Clamp };
        }),
        default: "clamp",
        help: "What a greater Want does: it is cut down silently, or refused (90104)",
    },
    Entry {
        name: "list_lag_ms",
        shape: Shape::Natural(0, 86_400_000, |o| &mut o.list_lag_ms),
        default: "0",
        help: "Tasks that were created less than this long ago are not listed yet",
    },
    Entry {
        name: "require_from_account",
        shape: Shape::Switch(|o| &mut o.content.from_account),
        default: "true",
        help: "Content must have a From_Account",
    },
    Entry {
        name: "strict_type_content",
        shape: Shape::Switch(|o| &mut o.content.type_content),
        default: "true",
        help: "Condition and To_Account must fit the Type",
    },
    Entry {
        name: "content_error_style",
        shape: Shape::Word(&["sched", "push"], |o, word| {
            o.content_error_style = if word == "push" { ErrorStyle::Push } else { ErrorStyle::Sched };
        }),
        default: "sched",
        help: "The code of a fault in Content: always 90104, or the code of the push API",
    },
    Entry {
        name: "known_attributes",
        shape: Shape::Names(|o| &mut o.known_attributes),
        default: "any",
        help: "The attribute names that exist; others in AttrsAnd and AttrsOr are refused (90104, or 90033)",
    },
    Entry {
        name: "check_push_fields",
        shape: Shape::Switch(|o| &mut o.content.push_fields),
        default: "true",
        help: "Check types and values of the documented fields of OfflinePushInfo",
    },
    Entry {
        name: "max_content_bytes",
        shape: Shape::Size(0, 16 << 20, |o| &mut o.content.max_bytes),
        default: "10240",
        help: "Most bytes of Content without To_Account as compact JSON (90104, or 90056); 0 is no limit",
    },
    Entry {
        name: "modify_content",
        shape: Shape::Word(&["merge-deep", "merge-top", "replace"], |o, word| {
            o.modify_content = match word {
                "merge-top" => ModifyContent::MergeTop,
                "replace" => ModifyContent::Replace,
                _ => ModifyContent::MergeDeep,
            };
        }),
        default: "merge-deep",
        help: "What the Content of a modify does to what is there; in a merge null removes a key",
    },
    Entry {
        name: "delete_check_type",
        shape: Shape::Switch(|o| &mut o.delete_check_type),
        default: "true",
        help: "A delete must name the Type of the task",
    },
    Entry {
        name: "tick_ms",
        shape: Shape::Natural(1, 3_600_000, |o| &mut o.tick_ms),
        default: "1000",
        help: "Milliseconds between two looks for due tasks",
    },
    Entry {
        name: "dispatch_duration_ms",
        shape: Shape::Natural(0, 86_400_000, |o| &mut o.dispatch_duration_ms),
        default: "500",
        help: "Milliseconds that a task stays dispatching",
    },
    Entry {
        name: "enforce_push_limits",
        shape: Shape::Switch(|o| &mut o.enforce_push_limits),
        default: "false",
        help: "Let a dispatch to all or by tag fail above one a second (90024) and above push_limit_per_day (90047)",
    },
    Entry {
        name: "push_limit_per_day",
        shape: Shape::Number(0, i64::MAX, |o| &mut o.push_limit_per_day),
        default: "100",
        help: "With enforce_push_limits: most pushes to all or by tag of an app on a day (UTC); 0 is no limit",
    },
    Entry {
        name: "misfire_grace_seconds",
        shape: Shape::Number(0, i64::MAX, |o| &mut o.misfire_grace_seconds),
        default: "3600",
        help: "A task missed while the process was down is still sent when it is at most this old",
    },
    Entry {
        name: "clock",
        shape: Shape::Clock,
        default: "real",
        help: "The machine's clock, or a virtual one that only the control interface moves",
    },
    Entry {
        name: "delay_ms",
        shape: Shape::Natural(0, 3_600_000, |o| &mut o.delay_ms),
        default: "0",
        help: "Milliseconds that every answer waits before it is sent: a slow network",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_defaults_are_the_defaults() {
        for entry in ENTRIES {
            let mut set = Options::default();
            assert_eq!(entry.set(&mut set, entry.default), Ok(()), "{}", entry.name);
            assert_eq!(format!("{set:?}"), format!("{:?}", Options::default()), "{}", entry.name);
        }
    }

    #[test]
    fn every_option_can_be_changed_by_its_name_and_refuses_nonsense() {
        for entry in ENTRIES {
            let other = match entry.shape {
                Shape::Switch(_) => if entry.default == "true" { "false" } else { "true" }.to_owned(),
                Shape::Number(_, max, _) | Shape::Natural(_, max, _) | Shape::Size(_, max, _) => {
                    max.to_string()
                }
                Shape::Word(words, _) => (*words.last().unwrap()).to_owned(),
                Shape::Names(_) => "u1, u2".to_owned(),
                Shape::Clock => "2030-01-01 00:00:00".to_owned(),
            };
            let mut set = Options::default();
            assert_eq!(entry.set(&mut set, &other), Ok(()), "{}", entry.name);
            assert_ne!(format!("{set:?}"), format!("{:?}", Options::default()), "{}", entry.name);
            let nonsense = if matches!(entry.shape, Shape::Names(_)) { continue } else { "-7" };
            let refused = entry.set(&mut set, nonsense).unwrap_err();
            assert_eq!(refused, format!("it must be {}", entry.allowed()));
        }
        assert!(Entry::named("rate_limit_per_second").is_some() && Entry::named("rate").is_none());
    }

    #[test]
    fn the_page_of_the_sandbox_names_every_option_with_its_default_and_its_meaning() {
        let page = include_str!("../../../docs/sandbox.md");
        for Entry { name, default, help, .. } in ENTRIES {
            let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
            let row = row.unwrap_or_else(|| panic!("{name} is missing"));
            assert!(row.ends_with(&format!("| `{default}` | {help} |")), "{row}");
        }
    }

    #[test]
    fn a_list_is_divided_by_commas_and_any_is_no_list() {
        let mut options = Options::default();
        let entry = Entry::named("known_accounts").unwrap();
        entry.set(&mut options, "u1, u2,,u1").unwrap();
        assert_eq!(options.known_accounts, Some(BTreeSet::from(["u1".to_owned(), "u2".to_owned()])));
        entry.set(&mut options, "any").unwrap();
        assert_eq!(options.known_accounts, None);
    }
}
