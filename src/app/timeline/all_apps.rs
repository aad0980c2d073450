//! The timeline of all profiles: a row of bars for each app, and what is said of the chosen bar. It is composed from the
//! states of the apps, for the board of all profiles holds no tasks itself.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::collision::{Collision, Collisions, Policy};
use crate::domain::query::Range;
use crate::domain::schedule::Schedule;
use crate::domain::timeline::{Bucket, Timeline, Zoom};
use crate::domain::{Zone, text};

use super::super::shared::Shared;
use super::bucket_list::BucketRow;
use super::held::{schedule, whole_range};
use super::made::{BarName, Made, by_bucket};

/// So many tasks and collisions of a bar are made ready; no screen shows more.
const MOST: usize = 60;

/// What is shown.
#[derive(Clone, Debug)]
pub(super) struct AllApps {
    pub(super) made: Arc<Made>,
    made_for: MadeForAll,
    /// Of each collision, the number of its app.
    app_of: Vec<usize>,
    /// The tasks of the chosen bar.
    pub(super) tasks: Arc<[BucketRow]>,
    /// What collides in it.
    pub(super) words: Vec<String>,
    /// Where all tasks of all apps are held.
    pub(super) whole: Option<Range>,
}

/// Of what it was made.
#[derive(Clone, Debug, PartialEq)]
struct MadeForAll {
    /// Of each app: its profile, its tasks, what it allows, its zone.
    apps: Vec<(String, u64, Policy, Zone)>,
    bars: (Zoom, DateTime<Utc>, usize, Zone),
}

impl MadeForAll {
    fn make(&self, schedules: &[&Schedule]) -> (Made, Vec<usize>) {
        let timeline = Timeline::by_app(schedules.iter().copied(), self.bars);
        let range = timeline.range();
        let mut found: Vec<(usize, Collision)> = Vec::new();
        for (app, (schedule, (_, _, policy, zone))) in schedules.iter().zip(&self.apps).enumerate() {
            let of_app =
                range.map(|range| Collisions::of(schedule, range, policy, *zone)).unwrap_or_default();
            found.extend(of_app.found.into_iter().map(|one| (app, one)));
        }
        found.sort_by_key(|(_, one)| one.at);
        let (apps, found) = found.into_iter().unzip();
        let collisions = Collisions { found, quota: None };
        let of_bucket = by_bucket(&timeline, &collisions);
        let names = self.apps.iter().map(|(profile, ..)| BarName::App(profile.clone())).collect();
        (Made { timeline, collisions, of_bucket, names }, apps)
    }
}

/// Counts the bars of several apps, unless nothing of them changed.
pub(super) fn make(
    before: Option<AllApps>,
    bars: (Zoom, DateTime<Utc>, usize, Zone),
    apps: &[&Shared],
) -> (Arc<Made>, AllApps) {
    let of_app = |app: &&Shared| {
        let profile = text::clean(&app.setup.profile).into_owned();
        (profile, schedule(app).version(), app.setup.limits, app.setup.zone)
    };
    let made_for = MadeForAll { apps: apps.iter().map(of_app).collect(), bars };
    let all = before.filter(|all| all.made_for == made_for).unwrap_or_else(|| {
        let schedules: Vec<&Schedule> = apps.iter().map(|app| schedule(app)).collect();
        let (made, app_of) = made_for.make(&schedules);
        AllApps {
            made: Arc::new(made),
            made_for,
            app_of,
            tasks: Arc::default(),
            words: Vec::new(),
            whole: None,
        }
    });
    (Arc::clone(&all.made), all)
}

impl AllApps {
    /// Makes ready what is said of a bar.
    pub(super) fn tell(&mut self, bucket: usize, apps: &[&Shared]) {
        let range = self.made.timeline.buckets.get(bucket).map(Bucket::range);
        self.tasks = range.map(|range| tasks(apps, range)).unwrap_or_default().into();
        self.words = self.collisions_of(bucket, apps);
        self.whole = apps.iter().map(|app| whole_range(app)).reduce(common).flatten();
    }

    /// What collides in a bar, each with its app.
    fn collisions_of(&self, bucket: usize, apps: &[&Shared]) -> Vec<String> {
        let numbers = self.made.of_bucket.get(bucket).map_or(&[][..], Vec::as_slice);
        let of_number = |number: &u32| {
            let one = self.made.collisions.found.get(*number as usize)?;
            let app = apps.get(*self.app_of.get(*number as usize)?)?;
            let words = one.words(schedule(app), &app.setup.limits, app.setup.zone);
            Some(format!("{}: {words}", text::clean(&app.setup.profile)))
        };
        numbers.iter().take(MOST).filter_map(of_number).collect()
    }
}

/// What lies in both.
fn common(one: Option<Range>, other: Option<Range>) -> Option<Range> {
    let (one, other) = one.zip(other)?;
    let both = Range { begin: one.begin.max(other.begin), end: one.end.min(other.end) };
    (both.begin < both.end).then_some(both)
}

/// The first tasks of a stretch, of all apps, in the order of time.
fn tasks(apps: &[&Shared], range: Range) -> Vec<BucketRow> {
    let of_app = |app: &&Shared| {
        let (schedule, profile) = (schedule(app), text::clean(&app.setup.profile).into_owned());
        let slots = schedule.between(range).iter().take(MOST);
        let rows = slots.filter_map(|slot| BucketRow::of(schedule, *slot));
        rows.map(|row| BucketRow { app: Some(profile.clone()), ..row }).collect::<Vec<_>>()
    };
    let mut rows: Vec<BucketRow> = apps.iter().flat_map(of_app).collect();
    rows.sort_by_key(|row| row.at);
    rows.truncate(MOST);
    rows
}
