//! Laws of the timeline: nothing is counted twice or left out, whatever the clocks do.

use chrono::{NaiveDate, NaiveTime};
use proptest::prelude::*;

use super::super::schedule::testing::{Told, schedule};
use super::*;

/// Zones in which the clocks do what a calendar stumbles over.
const ODD: [&str; 10] = [
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Casablanca",
];

fn zone(name: &'static str) -> Zone {
    Zone::named(name).unwrap()
}

fn at(name: &'static str, day: &str, time: &str) -> DateTime<Utc> {
    let day: NaiveDate = day.parse().unwrap();
    let wall = day.and_time(time.parse::<NaiveTime>().unwrap());
    chrono::TimeZone::from_local_datetime(&zone(name), &wall).earliest().unwrap().to_utc()
}

fn hours(zoom: Zoom, day: &str, name: &'static str) -> i64 {
    let noon = at(name, day, "12:00:00");
    let begin = zoom.begin(noon, zone(name));
    (zoom.next(begin, zone(name)) - begin).num_hours()
}

#[test]
fn a_day_has_as_many_hours_as_the_wall_clock_shows() {
    assert_eq!(hours(Zoom::Day, "2026-03-29", "Europe/Berlin"), 23);
    assert_eq!(hours(Zoom::Day, "2026-10-25", "Europe/Berlin"), 25);
    assert_eq!(hours(Zoom::Day, "2026-10-26", "Europe/Berlin"), 24);
    assert_eq!(hours(Zoom::Week, "2026-10-25", "Europe/Berlin"), 7 * 24 + 1);
    assert_eq!(hours(Zoom::Month, "2026-11-21", "Asia/Shanghai"), 30 * 24);
    // A zone that skips midnight, and a day that did not come.
    assert_eq!(hours(Zoom::Day, "2018-11-04", "America/Sao_Paulo"), 23);
    assert_eq!(hours(Zoom::Day, "2011-12-29", "Pacific/Apia"), 24);
}

#[test]
fn the_night_of_the_change_is_known_by_its_hour_and_its_day() {
    let berlin = zone("Europe/Berlin");
    let none = Schedule::default();
    let night = at("Europe/Berlin", "2026-10-25", "00:00:00");
    let hours = Timeline::of(&none, Zoom::Hour, night, 25, berlin);
    let changed: Vec<(usize, i32)> = hours
        .buckets
        .iter()
        .enumerate()
        .filter(|(_, bucket)| bucket.clocks_by != 0)
        .map(|(at, bucket)| (at, bucket.clocks_by))
        .collect();
    assert_eq!(changed, [(3, -3600)], "the hour that comes a second time");
    assert_eq!(hours.buckets[24].end, at("Europe/Berlin", "2026-10-26", "00:00:00"));
    let days = Timeline::of(&none, Zoom::Day, at("Europe/Berlin", "2026-03-27", "09:00:00"), 4, berlin);
    assert_eq!(days.buckets.iter().map(|bucket| bucket.clocks_by).collect::<Vec<_>>(), [0, 0, 3600, 0]);
}

#[test]
fn weeks_begin_on_monday_and_months_on_their_first_day() {
    let shanghai = zone("Asia/Shanghai");
    let noon = at("Asia/Shanghai", "2026-11-21", "14:00:00");
    assert_eq!(Zoom::Week.begin(noon, shanghai), at("Asia/Shanghai", "2026-11-16", "00:00:00"));
    assert_eq!(Zoom::Month.begin(noon, shanghai), at("Asia/Shanghai", "2026-11-01", "00:00:00"));
    let begin = Zoom::Month.begin(noon, shanghai);
    assert_eq!(Zoom::Month.step(begin, -11, shanghai), at("Asia/Shanghai", "2025-12-01", "00:00:00"));
    assert_eq!(Zoom::Month.step(begin, 2, shanghai), at("Asia/Shanghai", "2027-01-01", "00:00:00"));
}

#[test]
fn tasks_are_counted_by_type_and_by_state() {
    let noon = at("Asia/Shanghai", "2026-11-21", "12:00:00").timestamp();
    let told = [
        Told { id: 1, at: noon, ..Told::default() },
        Told { id: 2, at: noon + 60, status: "dispatched", failed: true, kind: "Tag", ..Told::default() },
        Told { id: 3, at: noon + 3599, status: "dispatched", kind: "Voip", ..Told::default() },
        Told { id: 4, at: noon + 3600, status: "paused", kind: "User", ..Told::default() },
    ];
    let first = DateTime::from_timestamp(noon, 0).unwrap();
    let made = Timeline::of(&schedule(told), Zoom::Hour, first, 2, zone("Asia/Shanghai"));
    let [hour, next] = &made.buckets[..] else { panic!("{made:?}") };
    assert_eq!(hour.of(KindCode::All).of(TaskState::Pending), 1);
    assert_eq!(hour.of(KindCode::Tag).of(TaskState::Failed), 1);
    assert_eq!(hour.of(KindCode::Other).of(TaskState::Sent), 1);
    assert_eq!((hour.all().all(), next.of(KindCode::User).of(TaskState::Unclear)), (3, 1));
    assert!(made.has(KindCode::User) && made.most(KindCode::All) == 1);
}

/// Around changes of the clocks, and anywhere.
fn times() -> impl Strategy<Value = i64> {
    let changes = vec![
        at("Europe/Berlin", "2026-03-29", "01:59:59").timestamp(),
        at("Europe/Berlin", "2026-10-25", "02:00:00").timestamp(),
        at("Australia/Lord_Howe", "2026-04-05", "01:30:00").timestamp(),
        at("America/Havana", "2026-11-01", "00:00:00").timestamp(),
        at("America/Sao_Paulo", "2018-11-04", "01:00:00").timestamp(),
        at("Pacific/Apia", "2011-12-29", "23:00:00").timestamp(),
    ];
    let near = (prop::sample::select(changes), -200_000i64..200_000).prop_map(|(at, by)| at + by);
    prop_oneof![near, 1_200_000_000i64..4_000_000_000]
}

proptest! {
    #[test]
    fn buckets_cover_their_stretch_without_a_gap_and_hold_the_time_they_were_asked_for(
        seconds in times(),
        zoom in prop::sample::select(Zoom::ALL.to_vec()),
        name in prop::sample::select(ODD.to_vec()),
        count in 1usize..40,
    ) {
        let (zone, first) = (zone(name), DateTime::from_timestamp(seconds, 0).unwrap());
        let made = Timeline::of(&Schedule::default(), zoom, first, count, zone);
        prop_assert_eq!(made.buckets.len(), count);
        prop_assert_eq!(made.at(first), Some(0), "{:?}", made.buckets.first());
        for pair in made.buckets.windows(2) {
            prop_assert_eq!(pair[0].end, pair[1].begin);
            prop_assert_eq!(zoom.begin(pair[1].begin, zone), pair[1].begin);
            prop_assert_eq!(zoom.begin(pair[1].end - TimeDelta::seconds(1), zone), pair[1].begin);
        }
        for bucket in &made.buckets {
            prop_assert!(bucket.begin < bucket.end);
        }
        let last = made.buckets.last().unwrap();
        prop_assert_eq!(zoom.step(last.begin, 1 - i32::try_from(count).unwrap(), zone), made.buckets[0].begin);
    }

    #[test]
    fn every_task_of_the_stretch_is_in_exactly_one_bucket_and_no_other_is(
        tasks in prop::collection::vec((0i64..2_000_000, 0usize..4, 0usize..4), 0..40),
        first in 0i64..2_000_000,
        zoom in prop::sample::select(Zoom::ALL.to_vec()),
        name in prop::sample::select(ODD.to_vec()),
        count in 1usize..30,
    ) {
        const START: i64 = 1_792_800_000;
        let kinds = ["All", "Tag", "User", "Voip"];
        let states = [("pending", false), ("dispatching", false), ("dispatched", false), ("dispatched", true)];
        let told = (1..).zip(&tasks).map(|(id, (at, kind, state))| {
            let (status, failed) = states[*state];
            Told { id, at: START + at, kind: kinds[*kind], status, failed, ..Told::default() }
        });
        let schedule = schedule(told);
        let first = DateTime::from_timestamp(START + first, 0).unwrap();
        let made = Timeline::of(&schedule, zoom, first, count, zone(name));
        let mut seen = 0;
        for bucket in &made.buckets {
            for (place, kind) in KINDS.into_iter().enumerate() {
                for (number, (_, failed)) in states.into_iter().enumerate() {
                    let inside = |(at, of, state): &&(i64, usize, usize)| {
                        let at = DateTime::from_timestamp(START + at, 0).unwrap();
                        *of == place && *state == number && bucket.holds(at)
                    };
                    let state = [TaskState::Pending, TaskState::Dispatching, TaskState::Sent, TaskState::Failed][number];
                    let naive = u32::try_from(tasks.iter().filter(inside).count()).unwrap();
                    prop_assert_eq!(bucket.of(kind).of(state), naive, "{:?} {} {:?}", kind, failed, bucket);
                    seen += naive;
                }
            }
        }
        prop_assert_eq!(made.all().all(), seen);
        let range = made.range().unwrap();
        prop_assert_eq!(u32::try_from(schedule.between(range).len()).unwrap(), seen);
    }
}
