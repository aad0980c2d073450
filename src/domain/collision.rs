//! Collisions: what of the tasks to come will be refused, or was hardly meant, told before it fails.
//!
//! Only tasks that are still pending collide; what went out counts where it uses up a day, or said the same a
//! short time before. Everything is found in one pass over the tasks of a stretch, by numbers that were made when
//! they were taken up ([`ContentKey`](super::schedule::ContentKey)). What the documents and the profile do not say is
//! not judged.

mod clock;
mod free;
mod pass;
mod policy;
mod rule;

use super::query::Range;
use super::schedule::{Schedule, Slot, TaskState};
use super::text::grouped;
use super::zone::Zone;
use clock::{WallClock, time};
use pass::{CollisionPass, Repeated};
use policy::DAY;
use rule::goes_out;

pub use clock::ClockChange;
pub use free::{NewPush, next_free_slot, obstacle};
pub use policy::{Policy, QuietHours};
pub use rule::{Collision, CollisionRule};

/// What collides in a stretch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collisions {
    /// All of it, in the order of time.
    pub found: Vec<Collision>,
    /// Tasks that wait, and how many may, where that is near (90109).
    pub quota: Option<(u32, u32)>,
}

/// From so many hundredths of the quota on it is near.
const NEAR: u64 = 90;

impl Collisions {
    /// What collides in a stretch; days and hours are those of `zone`.
    pub fn of(schedule: &Schedule, range: Range, policy: &Policy, zone: Zone) -> Self {
        let within = policy.same_content_within.map_or(1, |within| within.num_seconds().clamp(1, 40 * DAY));
        let (begin, end) = (range.begin.timestamp(), range.end.timestamp());
        let around = Range { begin: time(begin - within.max(2 * DAY)), end: time(end + within) };
        let clock = WallClock::of(zone, around.begin.timestamp(), around.end.timestamp() + DAY);
        let slots = schedule.between(around);
        let mut pass = CollisionPass::new(*policy, clock, repeated(schedule, slots, policy));
        for slot in slots {
            if let Some(held) = schedule.get(*slot) {
                pass.take(*slot, held);
            }
        }
        let mut found = pass.found;
        let is_inside = |at: i64| begin <= at && at <= end;
        found.retain(|found| is_inside(found.at) || found.with.is_some_and(|(_, at)| is_inside(at)));
        Self { found, quota: near_quota(schedule, policy) }
    }

    /// That the quota is near, in words.
    pub fn quota_words(&self) -> Option<String> {
        let (waiting, most) = self.quota?;
        let (waiting, most) = (grouped(waiting.into()), grouped(most.into()));
        Some(format!("{waiting} tasks wait, of {most} that may: a new one may be refused (90109)"))
    }
}

/// Which texts may come more than once.
fn repeated(schedule: &Schedule, slots: &[Slot], policy: &Policy) -> Repeated {
    if policy.same_content_within.is_none() {
        return Repeated::default();
    }
    let held = slots.iter().filter_map(|slot| schedule.get(*slot));
    let said = held.filter(|held| goes_out(held.state) && held.content.has_words());
    Repeated::of(said.map(|held| held.content.0), slots.len())
}

fn near_quota(schedule: &Schedule, policy: &Policy) -> Option<(u32, u32)> {
    let most = policy.task_quota?;
    let waits = |slot: &&Slot| {
        schedule
            .get(**slot)
            .is_some_and(|held| matches!(held.state, TaskState::Pending | TaskState::Dispatching))
    };
    let waiting = u32::try_from(schedule.by_time().iter().filter(waits).count()).unwrap_or(u32::MAX);
    (u64::from(waiting) * 100 >= u64::from(most) * NEAR).then_some((waiting, most))
}

#[cfg(test)]
mod tests;
