//! The rules by which tasks collide, and a collision in words.

use chrono::TimeDelta;

use super::super::schedule::{KindCode, Schedule, Slot, TaskState};
use super::super::text::grouped;
use super::super::when::{clock as time_of_day, exact_span, zone_label};
use super::super::zone::Zone;
use super::clock::{WallClock, time};
use super::policy::{DAY, Policy, QuietHours};

/// Why something collides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CollisionRule {
    /// Two pushes to everyone or by tag within a second (90024).
    SameSecond,
    /// More pushes to everyone or by tag than a day has (90047).
    DailyAllowance,
    /// Nearly the same text to people who get it twice.
    SameContent,
    /// One push too many for the same audience on that day.
    SameAudience,
    /// It wakes people up.
    QuietHours,
    /// The clocks change around it: its wall clock time does not exist, or exists twice.
    ClockChange,
}

impl CollisionRule {
    /// All of them, what is refused by the service first.
    pub const ALL: [Self; 6] = [
        Self::SameSecond,
        Self::DailyAllowance,
        Self::SameContent,
        Self::SameAudience,
        Self::QuietHours,
        Self::ClockChange,
    ];

    /// The error that the service answers with, where it does.
    pub fn code(self) -> Option<u32> {
        match self {
            Self::SameSecond => Some(90024),
            Self::DailyAllowance => Some(90047),
            Self::SameContent | Self::SameAudience | Self::QuietHours | Self::ClockChange => None,
        }
    }

    /// The document that the rule comes from, by its number; a rule of the profile has none.
    pub fn document(self) -> Option<&'static str> {
        match self {
            Self::SameSecond | Self::DailyAllowance => Some("269/137903"),
            Self::SameContent | Self::SameAudience | Self::QuietHours | Self::ClockChange => None,
        }
    }

    /// What it is about, in a few words.
    pub fn short(self) -> &'static str {
        match self {
            Self::SameSecond => "within a second of another",
            Self::DailyAllowance => "over the day's allowance",
            Self::SameContent => "nearly the same text as another",
            Self::SameAudience => "too many to the same audience",
            Self::QuietHours => "in the quiet hours",
            Self::ClockChange => "while the clocks change",
        }
    }
}

/// A task to come that collides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collision {
    /// With what.
    pub rule: CollisionRule,
    /// The task; of two the later one.
    pub slot: Slot,
    /// Its scheduled time.
    pub at: i64,
    /// The earlier one of two, and its scheduled time.
    pub with: Option<(Slot, i64)>,
    /// The how manieth of its day it is, where that is the rule.
    pub number: u32,
}

impl Collision {
    /// It, in words: which task, what is wrong, and by which figure or error.
    pub fn words(&self, schedule: &Schedule, policy: &Policy, zone: Zone) -> String {
        let id = |slot: Slot| schedule.get(slot).map_or_else(String::new, |held| format!("#{}", held.id));
        let task = id(self.slot);
        let with = self.with.map(|(slot, at)| (id(slot), exact_span(TimeDelta::seconds(self.at - at))));
        let (other, apart) = with.unwrap_or_default();
        let most = |most: Option<u32>| grouped(most.unwrap_or_default().into());
        match self.rule {
            CollisionRule::SameSecond => {
                format!("{task} and {other} within a second: one a second is taken (90024)")
            }
            CollisionRule::DailyAllowance => format!(
                "{task} is push {} of the day to all or by tag; {} are allowed (90047)",
                grouped(self.number.into()),
                most(policy.daily_allowance)
            ),
            CollisionRule::SameContent => {
                format!("{task} says nearly the same as {other}, {apart} before it")
            }
            CollisionRule::SameAudience => format!(
                "{task} is push {} of the day to the same audience; {} are enough",
                grouped(self.number.into()),
                most(policy.most_per_audience_a_day)
            ),
            CollisionRule::QuietHours => {
                let quiet = policy.quiet_hours.map(QuietHours::words).unwrap_or_default();
                format!("{task} in the quiet hours {quiet} {}", zone_label(time(self.at), zone))
            }
            CollisionRule::ClockChange => format!("{task}: {}", change_words(self.at, zone)),
        }
    }
}

/// What the clocks do around a time.
fn change_words(at: i64, zone: Zone) -> String {
    let Some(change) = WallClock::of(zone, at - DAY, at + DAY).change_at(at) else { return String::new() };
    let by = change.by.abs();
    let before = |at: i64| time_of_day(time(at - 1), zone);
    // As the clock went on that does not change there.
    let label = |at: i64| zone_label(time(at), zone);
    let last = before(change.at);
    let (from, to) = (label(change.at - 1), label(change.at));
    let span = exact_span(TimeDelta::seconds(by));
    if change.by > 0 {
        format!("after {last} {from} the clocks go forward by {span}, to {to}")
    } else {
        format!("after {last} {from} the clocks go back by {span}, to {to}: that time comes twice")
    }
}

/// Whether a push of this type counts as one to everyone or by tag.
pub(super) fn is_wide(kind: KindCode) -> bool {
    matches!(kind, KindCode::All | KindCode::Tag)
}

/// Whether it went out, goes out, or will.
pub(super) fn goes_out(state: TaskState) -> bool {
    matches!(state, TaskState::Pending | TaskState::Dispatching | TaskState::Sent)
}
