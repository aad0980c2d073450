//! One pass over tasks in their order in time, which finds what collides.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::super::schedule::{HeldTask, KindCode, Slot, TaskState};
use super::clock::{SameDay, WallClock};
use super::policy::Policy;
use super::rule::{Collision, CollisionRule, goes_out, is_wide};

/// Keys are hashes already.
#[derive(Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

type Keyed<T> = HashMap<u64, T, BuildHasherDefault<AsItIs>>;

/// A task that came before, and its time.
type Seen = (Slot, i64);

/// The last tasks that said something.
#[derive(Clone, Copy)]
struct LastSaid {
    /// Of any type.
    any: Seen,
    /// Not to named accounts.
    wide: Option<Seen>,
}

pub(super) struct CollisionPass {
    policy: Policy,
    clock: WallClock,
    pub(super) found: Vec<Collision>,
    /// The last pending push to everyone or by tag.
    last_wide: Option<Seen>,
    now: SameDay,
    wide_of_day: u32,
    audiences_of_day: Keyed<u32>,
    repeated: Repeated,
    said: Keyed<LastSaid>,
    said_to: Keyed<Seen>,
}

/// Which keys may come more than once: told by a bit for each, so that what is said only once costs next to nothing.
#[derive(Default)]
pub(super) struct Repeated {
    once: Vec<u64>,
    again: Vec<u64>,
}

impl Repeated {
    /// Of these keys.
    pub(super) fn of(keys: impl Iterator<Item = u64>, count: usize) -> Self {
        let words = (count / 4).next_power_of_two();
        let mut repeated = Self { once: vec![0; words], again: vec![0; words] };
        for key in keys {
            let (word, bit) = repeated.bit(key);
            if let Some((once, again)) = repeated.once.get_mut(word).zip(repeated.again.get_mut(word)) {
                *again |= *once & bit;
                *once |= bit;
            }
        }
        repeated
    }

    fn bit(&self, key: u64) -> (usize, u64) {
        let word = usize::try_from(key >> 32).unwrap_or(0) & (self.once.len().max(1) - 1);
        (word, 1 << (key & 63))
    }

    fn may_hold(&self, key: u64) -> bool {
        let (word, bit) = self.bit(key);
        self.again.get(word).is_some_and(|again| again & bit != 0)
    }
}

impl CollisionPass {
    pub(super) fn new(policy: Policy, clock: WallClock, repeated: Repeated) -> Self {
        Self {
            policy,
            clock,
            found: Vec::new(),
            last_wide: None,
            now: SameDay::default(),
            wide_of_day: 0,
            audiences_of_day: Keyed::default(),
            repeated,
            said: Keyed::default(),
            said_to: Keyed::default(),
        }
    }

    /// The next task.
    pub(super) fn take(&mut self, slot: Slot, held: &HeldTask) {
        if !goes_out(held.state) {
            return;
        }
        if !self.now.holds(held.scheduled) {
            let before = std::mem::replace(&mut self.now, self.clock.stretch(held.scheduled));
            if before.day != self.now.day {
                self.wide_of_day = 0;
                self.audiences_of_day.clear();
            }
        }
        self.same_second(slot, held);
        self.allowance(slot, held);
        self.same_content(slot, held);
        self.same_audience(slot, held);
        if held.state == TaskState::Pending {
            let second = held.scheduled - self.now.midnight;
            if self.policy.quiet_hours.is_some_and(|quiet| quiet.left(second).is_some()) {
                self.collides(CollisionRule::QuietHours, slot, held, None, 0);
            }
            if self.now.is_near_change && self.clock.change_at(held.scheduled).is_some() {
                self.collides(CollisionRule::ClockChange, slot, held, None, 0);
            }
        }
    }

    fn collides(
        &mut self,
        rule: CollisionRule,
        slot: Slot,
        held: &HeldTask,
        with: Option<Seen>,
        number: u32,
    ) {
        self.found.push(Collision { rule, slot, at: held.scheduled, with, number });
    }

    fn same_second(&mut self, slot: Slot, held: &HeldTask) {
        if held.state != TaskState::Pending || !is_wide(held.kind) {
            return;
        }
        let before = self.last_wide.replace((slot, held.scheduled));
        if let Some(before) = before.filter(|(_, at)| held.scheduled - at <= 1) {
            self.collides(CollisionRule::SameSecond, slot, held, Some(before), 0);
        }
    }

    fn allowance(&mut self, slot: Slot, held: &HeldTask) {
        let Some(most) = self.policy.daily_allowance else { return };
        if !is_wide(held.kind) {
            return;
        }
        self.wide_of_day += 1;
        if held.state == TaskState::Pending && self.wide_of_day > most {
            self.collides(CollisionRule::DailyAllowance, slot, held, None, self.wide_of_day);
        }
    }

    fn same_content(&mut self, slot: Slot, held: &HeldTask) {
        let Some(within) = self.policy.same_content_within else { return };
        if !held.content.has_words() || !self.repeated.may_hold(held.content.0) {
            return;
        }
        let (key, seen) = (held.content.0, (slot, held.scheduled));
        let is_named = held.kind == KindCode::User;
        let last = self.said.get(&key).copied();
        let before = if is_named {
            let to_them = self.said_to.insert(key ^ held.audience.0.rotate_left(1), seen);
            // The later one of both.
            last.and_then(|last| last.wide).into_iter().chain(to_them).max_by_key(|(slot, at)| (*at, *slot))
        } else {
            last.map(|last| last.any)
        };
        let wide = if is_named { last.and_then(|last| last.wide) } else { Some(seen) };
        self.said.insert(key, LastSaid { any: seen, wide });
        let near = before.filter(|(_, at)| held.scheduled - at < within.num_seconds());
        if held.state == TaskState::Pending && near.is_some() {
            self.collides(CollisionRule::SameContent, slot, held, near, 0);
        }
    }

    fn same_audience(&mut self, slot: Slot, held: &HeldTask) {
        let Some(most) = self.policy.most_per_audience_a_day else { return };
        let number = self.audiences_of_day.entry(held.audience.0).or_insert(0);
        *number += 1;
        let number = *number;
        if held.state == TaskState::Pending && number > most {
            self.collides(CollisionRule::SameAudience, slot, held, None, number);
        }
    }
}
