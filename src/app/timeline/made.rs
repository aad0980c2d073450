//! What the timeline shows: its bars, what each row of them stands for, and what collides in them.

use chrono::{DateTime, Utc};

use crate::domain::Zone;
use crate::domain::collision::{Collision, CollisionRule, Collisions, Policy};
use crate::domain::schedule::{KindCode, Schedule};
use crate::domain::timeline::{KINDS, Timeline, Zoom};

/// Types that always have a row; another has one where there is a task of it.
pub(super) const ALWAYS: [KindCode; 3] = [KindCode::All, KindCode::Tag, KindCode::User];

/// What a row of bars stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BarName {
    /// A type.
    Kind(KindCode),
    /// An app, by its profile.
    App(String),
}

/// Of what the timeline was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MadeFor {
    pub(super) version: u64,
    pub(super) zoom: Zoom,
    pub(super) first: DateTime<Utc>,
    pub(super) count: usize,
    pub(super) zones: (Zone, Zone),
    pub(super) policy: Policy,
}

/// What was counted, and what collides.
#[derive(Clone, Debug)]
pub struct Made {
    /// The bars.
    pub timeline: Timeline,
    /// What collides in them.
    pub collisions: Collisions,
    /// Of each bar, the numbers of its collisions.
    pub(super) of_bucket: Vec<Vec<u32>>,
    /// What each row of its counts stands for.
    pub names: Vec<BarName>,
}

impl Made {
    pub(super) fn of(schedule: &Schedule, made_for: &MadeFor) -> Self {
        let MadeFor { zoom, first, count, zones: (shown, own), policy, .. } = made_for;
        let timeline = Timeline::of(schedule, *zoom, *first, *count, *shown);
        let collisions = timeline.range().map(|range| Collisions::of(schedule, range, policy, *own));
        let collisions = collisions.unwrap_or_default();
        let of_bucket = by_bucket(&timeline, &collisions);
        Self { timeline, collisions, of_bucket, names: KINDS.map(BarName::Kind).to_vec() }
    }

    /// The collisions of a bar, what the service refuses first.
    pub fn collisions_of(&self, bucket: usize) -> impl Iterator<Item = &Collision> {
        let numbers = self.of_bucket.get(bucket).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|number| self.collisions.found.get(*number as usize))
    }

    /// How much collides in a bar.
    pub fn colliding(&self, bucket: usize) -> usize {
        self.of_bucket.get(bucket).map_or(0, Vec::len)
    }

    /// The numbers of the rows that are shown: every app, or the types that there are.
    pub fn rows(&self) -> Vec<usize> {
        let is_shown = |name: &BarName| match name {
            BarName::Kind(kind) => ALWAYS.contains(kind) || self.timeline.has(*kind),
            BarName::App(_) => true,
        };
        (0..).zip(&self.names).filter(|(_, name)| is_shown(name)).map(|(row, _)| row).collect()
    }
}

/// Of each bar, the numbers of its collisions: what the service refuses first. There may be as many as tasks.
pub(super) fn by_bucket(timeline: &Timeline, collisions: &Collisions) -> Vec<Vec<u32>> {
    let begin = timeline.range().map_or(0, |range| range.begin.timestamp());
    let ends: Vec<i64> = timeline.buckets.iter().map(|bucket| bucket.end.timestamp()).collect();
    let mut of_bucket: Vec<Vec<u32>> = vec![Vec::new(); ends.len()];
    // A time beyond the last bar has the number behind it.
    let bucket = |at: i64| if at < begin { ends.len() } else { ends.partition_point(|end| *end <= at) };
    for rule in CollisionRule::ALL {
        for (number, one) in (0..).zip(&collisions.found).filter(|(_, one)| one.rule == rule) {
            let later = bucket(one.at);
            let earlier = one.with.map_or(later, |(_, at)| bucket(at));
            if let Some(all) = of_bucket.get_mut(later) {
                all.push(number);
            }
            if earlier != later
                && let Some(all) = of_bucket.get_mut(earlier)
            {
                all.push(number);
            }
        }
    }
    of_bucket
}
