//! The timeline: what fires when, as bars by hour, day, week or month, a row for each type; and what collides.
//!
//! A bar is known by a time in it, never by its place, so that it stays chosen when the bars stand for something else.
//! Counting goes through the tasks of the shown stretch once after a change, and never for a key.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

mod all_apps;
pub mod bucket_list;
pub mod held;
mod made;
pub mod plot;
#[cfg(test)]
mod tests;
pub mod words;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::layout::Position;

use crate::domain::collision::Collisions;
use crate::domain::query::Range;
use crate::domain::timeline::Zoom;
use crate::domain::{Zone, when};
use crate::keymap::Action;

use super::effect::Effect;
use super::lines::Memo;
use super::next::{Destination, Go, Next};
use super::shared::Shared;
use super::switch::SwitchTo;
use super::task_actions;
use all_apps::AllApps;
use bucket_list::BucketRow;
use held::{as_far_as_read, schedule, whole_range};
use made::{ALWAYS, MadeFor};
pub use made::{BarName, Made};
use plot::Plot;

/// How far ahead a collision is looked for.
const FARTHEST: TimeDelta = TimeDelta::days(400);

/// The timeline.
#[derive(Clone, Debug, Default)]
pub struct TimelinePage {
    /// What a bar stands for.
    pub zoom: Zoom,
    /// A time in the chosen bar; `None` is now.
    at: Option<DateTime<Utc>>,
    /// A time in the first bar; `None` has now at a quarter of the width.
    first: Option<DateTime<Utc>>,
    made: Memo<MadeFor, Made>,
    opening: Memo<(Zoom, Zone, DateTime<Utc>, usize), DateTime<Utc>>,
    tasks: Memo<(u64, Range, usize, Zone), [BucketRow]>,
    /// What is shown on the board of all profiles, which holds no tasks itself.
    all: Option<AllApps>,
}

impl TimelinePage {
    /// How many bars there is room for.
    fn count(&self, shared: &Shared) -> usize {
        Plot::of(shared, self.zoom, &ALWAYS.map(|kind| kind as usize)).map_or(1, |plot| plot.count)
    }

    /// Where the first bar begins.
    fn first(&self, shared: &Shared, count: usize) -> DateTime<Utc> {
        let zone = shared.zone;
        if let Some(first) = self.first {
            return self.zoom.begin(first, zone);
        }
        let now = self.zoom.begin(shared.server_now(), zone);
        let before = i32::try_from(count / 4).unwrap_or(0);
        *self.opening.get((self.zoom, zone, now, count), || self.zoom.step(now, -before, zone))
    }

    /// What is shown: counted anew where something changed.
    pub fn made(&self, shared: &Shared) -> Arc<Made> {
        if let Some(all) = &self.all {
            return Arc::clone(&all.made);
        }
        let count = self.count(shared);
        let made_for = MadeFor {
            version: schedule(shared).version(),
            zoom: self.zoom,
            first: self.first(shared, count),
            count,
            zones: (shared.zone, shared.setup.zone),
            policy: shared.setup.limits,
        };
        self.made.get(made_for.clone(), || Made::of(schedule(shared), &made_for))
    }

    /// Where it stands; `None` where there is no room.
    pub fn plot(&self, shared: &Shared, made: &Made) -> Option<Plot> {
        Plot::of(shared, self.zoom, &made.rows())
    }

    /// The chosen bar.
    pub fn chosen(&self, shared: &Shared, made: &Made) -> usize {
        let at = self.at.unwrap_or_else(|| shared.server_now());
        let is_behind = made.timeline.buckets.last().is_some_and(|last| last.end <= at);
        let edge = if is_behind { made.timeline.buckets.len().saturating_sub(1) } else { 0 };
        made.timeline.at(at).unwrap_or(edge)
    }

    /// The first tasks of the chosen bar, so many.
    pub fn tasks(&self, shared: &Shared, range: Range, most: usize) -> Arc<[BucketRow]> {
        if let Some(all) = &self.all {
            return Arc::clone(&all.tasks);
        }
        let schedule = schedule(shared);
        self.tasks.get((schedule.version(), range, most, shared.zone), || {
            bucket_list::read_rows(schedule, schedule.between(range), 0, most)
        })
    }

    /// Composes what is shown of several apps.
    pub(super) fn compose_all(&mut self, shared: &Shared, apps: &[&Shared]) {
        let count = self.count(shared);
        let bars = (self.zoom, self.first(shared, count), count, shared.zone);
        let (made, mut all) = all_apps::make(self.all.take(), bars, apps);
        let chosen = self.chosen(shared, &made);
        all.tell(chosen, apps);
        self.all = Some(all);
    }

    /// What collides in a bar, in words, what the service refuses first: so much of it at the most.
    pub fn collision_words(&self, shared: &Shared, made: &Made, bucket: usize, most: usize) -> Vec<String> {
        if let Some(all) = &self.all {
            return all.words.iter().take(most).cloned().collect();
        }
        let (schedule, policy, zone) = (schedule(shared), &shared.setup.limits, shared.setup.zone);
        let found = made.collisions_of(bucket).map(|one| one.words(schedule, policy, zone));
        made.collisions.quota_words().into_iter().chain(found).take(most).collect()
    }

    /// Where all tasks are held.
    pub fn whole(&self, shared: &Shared) -> Option<Range> {
        self.all.as_ref().map_or_else(|| held::whole_range(shared), |all| all.whole)
    }

    /// A key in the timeline.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        match action {
            Action::Earlier => self.move_by(shared, -1),
            Action::Later => self.move_by(shared, 1),
            Action::RangeBack => self.turn(shared, -1),
            Action::RangeForward => self.turn(shared, 1),
            Action::ZoomIn => self.set_zoom(shared, self.zoom.closer()),
            Action::ZoomOut => self.set_zoom(shared, self.zoom.wider()),
            Action::Now => (self.at, self.first) = (None, None),
            Action::NextCollision => self.next_collision(shared),
            Action::Open => return self.open_bucket(shared),
            Action::Back | Action::Close => return Next::close(),
            Action::Refresh if self.all.is_some() => {
                return vec![Effect::Switch(SwitchTo::Refresh)].into();
            }
            other => return task_actions::on_action(shared, other),
        }
        Next::stay()
    }

    /// Chooses the bar so many later; the others move only where it leaves the screen.
    fn move_by(&mut self, shared: &Shared, by: i32) {
        let (made, zone) = (self.made(shared), shared.zone);
        let Some(bucket) = made.timeline.buckets.get(self.chosen(shared, &made)) else { return };
        let to = self.zoom.step(bucket.begin, by, zone);
        self.choose(shared, &made, to);
    }

    fn choose(&mut self, shared: &Shared, made: &Made, to: DateTime<Utc>) {
        let buckets = &made.timeline.buckets;
        let Some((first, last)) = buckets.first().zip(buckets.last()) else { return };
        let all_but_one = i32::try_from(buckets.len()).unwrap_or(i32::MAX) - 1;
        self.first = Some(if to < first.begin {
            to
        } else if to >= last.end {
            self.zoom.step(self.zoom.begin(to, shared.zone), -all_but_one, shared.zone)
        } else {
            first.begin
        });
        self.at = Some(to);
    }

    /// To the screenful before, or behind; the chosen bar keeps its place on the screen.
    fn turn(&mut self, shared: &Shared, pages: i32) {
        let (made, zone) = (self.made(shared), shared.zone);
        let buckets = &made.timeline.buckets;
        let Some((first, chosen)) = buckets.first().zip(buckets.get(self.chosen(shared, &made))) else {
            return;
        };
        let by = i32::try_from(buckets.len()).unwrap_or(i32::MAX).saturating_mul(pages);
        self.first = Some(self.zoom.step(first.begin, by, zone));
        self.at = Some(self.zoom.step(chosen.begin, by, zone));
    }

    /// The same time in bars of another length, at the same place of the screen.
    fn set_zoom(&mut self, shared: &mut Shared, zoom: Option<Zoom>) {
        let Some(zoom) = zoom else {
            shared.say(format!("bars of {} are all there is", self.zoom.word()));
            return;
        };
        let place = self.chosen(shared, &self.made(shared));
        self.zoom = zoom;
        // What follows now goes on to.
        if let Some(at) = self.at {
            let place = i32::try_from(place.min(self.count(shared).saturating_sub(1))).unwrap_or(0);
            self.first = Some(zoom.step(zoom.begin(at, shared.zone), -place, shared.zone));
        }
    }

    /// To the next bar in which something collides.
    fn next_collision(&mut self, shared: &mut Shared) {
        let made = self.made(shared);
        let chosen = self.chosen(shared, &made);
        let buckets = &made.timeline.buckets;
        if let Some(next) = (chosen + 1..buckets.len()).find(|bucket| made.colliding(*bucket) > 0) {
            self.choose_bucket(shared, next);
            return;
        }
        let Some(begin) = buckets.get(chosen).map(|bucket| bucket.end) else { return };
        if self.all.is_some() {
            shared.say("nothing collides behind this bar on this screen");
            return;
        }
        let ahead = Range { begin, end: begin + FARTHEST };
        let found = Collisions::of(schedule(shared), ahead, &shared.setup.limits, shared.setup.zone).found;
        let next = found.iter().find(|one| one.at >= begin.timestamp());
        if let Some(at) = next.and_then(|one| DateTime::from_timestamp(one.at, 0)) {
            self.choose(shared, &made, at);
        } else {
            let as_far = as_far_as_read(shared, ahead.end);
            shared.say(format!("nothing collides behind this bar{as_far}"));
        }
    }

    fn open_bucket(&self, shared: &mut Shared) -> Next {
        let made = self.made(shared);
        let Some(bucket) = made.timeline.buckets.get(self.chosen(shared, &made)) else { return Next::stay() };
        let stretch = words::stretch(self.zoom, bucket, shared.zone);
        if bucket.all().all() == 0 {
            let not_read = words::not_read(shared, whole_range(shared), bucket).into_iter().next();
            shared.say(match not_read {
                Some(not_read) => format!("{stretch}: {not_read}"),
                None => format!("nothing fires in this bar: {stretch}"),
            });
            return Next::stay();
        }
        if self.all.is_some() {
            let to = vec![Effect::Switch(SwitchTo::Time(bucket.begin))];
            return Next { effects: to, go: Go::Close };
        }
        Next::open(Destination::Bucket(bucket.range(), stretch))
    }

    /// The bar at a position.
    pub(super) fn bucket_at(&self, shared: &Shared, position: Position) -> Option<usize> {
        self.plot(shared, &self.made(shared))?.bucket_at(position)
    }

    /// Chooses a bar by its place.
    pub(super) fn choose_bucket(&mut self, shared: &Shared, bucket: usize) {
        let made = self.made(shared);
        if let Some(bucket) = made.timeline.buckets.get(bucket) {
            self.choose(shared, &made, bucket.begin);
        }
    }
}

/// How far away a time is, for the line of now: `now 14:03 +08`.
pub fn now_words(shared: &Shared) -> String {
    let (now, zone) = (shared.server_now(), shared.zone);
    let clock = now.with_timezone(&zone).format("%H:%M");
    format!("now {clock} {}", when::zone_label(now, zone))
}
