//! The next time at which a push collides with nothing.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::super::query::Range;
use super::super::schedule::{AudienceKey, ContentKey, HeldTask, KindCode, Schedule, TaskState};
use super::super::task::TaskId;
use super::super::timeline::Zoom;
use super::super::zone::Zone;
use super::clock::{WallClock, time};
use super::policy::{DAY, Policy};
use super::rule::{CollisionRule, goes_out, is_wide};

/// A push that is to go out at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPush {
    /// Its type.
    pub kind: KindCode,
    /// What it says.
    pub content: ContentKey,
    /// Whom it reaches.
    pub audience: AudienceKey,
    /// The task that it is a change of, which it does not collide with.
    pub instead_of: Option<TaskId>,
}

/// So many days ahead are searched.
const HORIZON: i64 = 60;
/// Slots are whole minutes.
const MINUTE: i64 = 60;

/// The first whole minute from a time on at which this push would collide with nothing; `None` where there is none
/// within sixty days.
pub fn next_free_slot(
    schedule: &Schedule,
    push: NewPush,
    after: DateTime<Utc>,
    policy: &Policy,
    zone: Zone,
) -> Option<DateTime<Utc>> {
    let whole = |at: i64| (at + MINUTE - 1).div_euclid(MINUTE) * MINUTE;
    let first = whole(after.timestamp());
    let last = first + HORIZON * DAY;
    let around = Around::of(schedule, push, (first, last), policy, zone);
    let mut at = first;
    while at <= last {
        let Some((_, until)) = around.obstacle(at) else { return Some(time(at)) };
        at = whole(until.max(at + 1));
    }
    None
}

/// With what this push would collide at a time; `None` where it is free.
pub fn obstacle(
    schedule: &Schedule,
    push: NewPush,
    at: DateTime<Utc>,
    policy: &Policy,
    zone: Zone,
) -> Option<CollisionRule> {
    let at = at.timestamp();
    let around = Around::of(schedule, push, (at, at), policy, zone);
    around.obstacle(at).map(|(rule, _)| rule)
}

/// What stands around the times that are looked at, read once.
struct Around {
    push: NewPush,
    policy: Policy,
    zone: Zone,
    clock: WallClock,
    /// Times of pending pushes to everyone or by tag.
    wide: Vec<i64>,
    /// Times of what says the same to the same people.
    same: Vec<i64>,
    /// Of each day, pushes to everyone or by tag, and those to the same audience.
    days: HashMap<i64, (u32, u32)>,
}

impl Around {
    fn of(
        schedule: &Schedule,
        push: NewPush,
        (first, last): (i64, i64),
        policy: &Policy,
        zone: Zone,
    ) -> Self {
        let within = policy.same_content_within.map_or(0, |within| within.num_seconds().clamp(0, 40 * DAY));
        let reach = within.max(2 * DAY);
        let range = Range { begin: time(first - reach), end: time(last + reach) };
        let clock = WallClock::of(zone, first - reach, last + reach);
        let (wide, same, days) = Default::default();
        let mut around = Self { push, policy: *policy, zone, clock, wide, same, days };
        let held = schedule.between(range).iter().filter_map(|slot| schedule.get(*slot));
        for held in held.filter(|held| goes_out(held.state) && Some(held.id) != push.instead_of) {
            around.take(held);
        }
        around
    }

    fn take(&mut self, held: &HeldTask) {
        let (day, _) = self.clock.day(held.scheduled);
        let of_day = self.days.entry(day).or_default();
        if is_wide(held.kind) {
            of_day.0 += 1;
            if held.state == TaskState::Pending {
                self.wide.push(held.scheduled);
            }
        }
        if held.audience == self.push.audience {
            of_day.1 += 1;
        }
        let both_named = held.kind == KindCode::User && self.push.kind == KindCode::User;
        let same_people = !both_named || held.audience == self.push.audience;
        if held.content == self.push.content && held.content.has_words() && same_people {
            self.same.push(held.scheduled);
        }
    }

    /// The rule against a time, and the first second at which it may be over.
    fn obstacle(&self, at: i64) -> Option<(CollisionRule, i64)> {
        let (day, second) = self.clock.day(at);
        let (wide, same) = self.days.get(&day).copied().unwrap_or_default();
        let is_wide = is_wide(self.push.kind);
        let is_full = |count: u32, most: Option<u32>| most.is_some_and(|most| count >= most);
        let next_day = || {
            let begin = Zoom::Day.begin(time(at), self.zone);
            Zoom::Day.next(begin, self.zone).timestamp()
        };
        if is_wide && let Some(other) = near(&self.wide, at, 1) {
            return Some((CollisionRule::SameSecond, other + 2));
        }
        if is_wide && is_full(wide, self.policy.daily_allowance) {
            return Some((CollisionRule::DailyAllowance, next_day()));
        }
        if let Some(within) = self.policy.same_content_within.map(|within| within.num_seconds())
            && let Some(other) = near(&self.same, at, within - 1)
        {
            return Some((CollisionRule::SameContent, other + within));
        }
        if is_full(same, self.policy.most_per_audience_a_day) {
            return Some((CollisionRule::SameAudience, next_day()));
        }
        if let Some(left) = self.policy.quiet_hours.and_then(|quiet| quiet.left(second)) {
            // Where the clocks change meanwhile it is looked at again behind that.
            return Some((CollisionRule::QuietHours, at + left.min(self.until_change(at))));
        }
        let change = self.clock.change_at(at)?;
        Some((CollisionRule::ClockChange, change.at + change.by.abs()))
    }

    /// Seconds until the clocks are put, if that is near.
    fn until_change(&self, at: i64) -> i64 {
        let change = self.clock.next_change(at);
        change.map_or(i64::MAX, |change| change - at)
    }
}

/// The last of these times that is at most so many seconds away.
fn near(times: &[i64], at: i64, away: i64) -> Option<i64> {
    let behind = times.partition_point(|time| *time <= at + away);
    times.get(behind.checked_sub(1)?).copied().filter(|time| *time >= at - away)
}
