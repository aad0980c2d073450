//! Laws of collisions: what the one pass finds is what comparing each task with each finds.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use proptest::prelude::*;

use super::super::schedule::testing::{Told, schedule};
use super::super::schedule::{AudienceKey, ContentKey, HeldTask, KindCode};
use super::super::when::day_of;
use super::rule::is_wide;
use super::*;

fn shanghai() -> Zone {
    Zone::named("Asia/Shanghai").unwrap()
}

fn berlin() -> Zone {
    Zone::named("Europe/Berlin").unwrap()
}

/// Midnight in Shanghai, Saturday 21 November 2026.
const MIDNIGHT: i64 = 1_795_190_400;

fn all(range: (i64, i64)) -> Range {
    Range { begin: time(range.0), end: time(range.1) }
}

fn found(schedule: &Schedule, policy: &Policy, zone: Zone) -> Vec<(CollisionRule, u64, Option<u64>, u32)> {
    let range = all((MIDNIGHT - 400 * DAY, MIDNIGHT + 400 * DAY));
    let id = |slot: Slot| schedule.get(slot).unwrap().id.0;
    let collisions = Collisions::of(schedule, range, policy, zone);
    collisions
        .found
        .iter()
        .map(|one| (one.rule, id(one.slot), one.with.map(|(slot, _)| id(slot)), one.number))
        .collect()
}

fn words(schedule: &Schedule, policy: &Policy, zone: Zone) -> Vec<String> {
    let range = all((MIDNIGHT - 400 * DAY, MIDNIGHT + 400 * DAY));
    let collisions = Collisions::of(schedule, range, policy, zone);
    collisions.found.iter().map(|one| one.words(schedule, policy, zone)).collect()
}

#[test]
fn nothing_is_said_where_nothing_is_known() {
    let told =
        (0..50).map(|id| Told { id, at: MIDNIGHT + 60 * i64::try_from(id).unwrap(), ..Told::default() });
    assert_eq!(found(&schedule(told), &Policy::default(), shanghai()), []);
}

#[test]
fn two_pushes_to_everyone_or_by_tag_within_a_second_are_told_and_named() {
    let told = [
        Told { id: 1, at: MIDNIGHT, ..Told::default() },
        Told { id: 2, at: MIDNIGHT, kind: "User", ..Told::default() },
        Told { id: 3, at: MIDNIGHT, kind: "Tag", ..Told::default() },
        Told { id: 4, at: MIDNIGHT + 1, ..Told::default() },
        Told { id: 5, at: MIDNIGHT + 3, ..Told::default() },
        Told { id: 6, at: MIDNIGHT + 3, status: "dispatched", ..Told::default() },
    ];
    let schedule = schedule(told);
    let rule = CollisionRule::SameSecond;
    let policy = Policy::default();
    assert_eq!(found(&schedule, &policy, shanghai()), [(rule, 3, Some(1), 0), (rule, 4, Some(3), 0)]);
    let said = words(&schedule, &policy, shanghai());
    assert!(said[0].starts_with("#3 and #1 within a second") && said[0].contains("90024"), "{said:?}");
    assert_eq!((rule.code(), rule.document()), (Some(90024), Some("269/137903")));
}

#[test]
fn a_day_has_so_many_pushes_and_what_went_out_uses_them_up() {
    let policy = Policy { daily_allowance: Some(2), ..Policy::default() };
    let evening = MIDNIGHT + 20 * 3600;
    let told = [
        Told { id: 1, at: MIDNIGHT, status: "dispatched", ..Told::default() },
        Told { id: 2, at: MIDNIGHT + 60, status: "dispatched", failed: true, ..Told::default() },
        Told { id: 3, at: evening, kind: "User", ..Told::default() },
        Told { id: 4, at: evening + 60, ..Told::default() },
        Told { id: 5, at: evening + 120, kind: "Tag", ..Told::default() },
        Told { id: 6, at: MIDNIGHT + DAY, ..Told::default() },
    ];
    let schedule = schedule(told);
    assert_eq!(found(&schedule, &policy, shanghai()), [(CollisionRule::DailyAllowance, 5, None, 3)]);
    let said = words(&schedule, &policy, shanghai());
    assert_eq!(said, ["#5 is push 3 of the day to all or by tag; 2 are allowed (90047)"]);
    // Days are those of the app: in UTC the evening of one day is the morning of another.
    assert_eq!(found(&schedule, &policy, Zone::UTC), [(CollisionRule::DailyAllowance, 6, None, 3)]);
}

#[test]
fn nearly_the_same_text_is_told_where_people_get_it_twice() {
    let policy = Policy { same_content_within: Some(TimeDelta::hours(24)), ..Policy::default() };
    let user = |id, at, accounts| Told { id, at, kind: "User", accounts, ..Told::default() };
    let (anna, bela) = (&["anna"][..], &["bela"][..]);
    let told = [
        user(1, MIDNIGHT, anna),
        user(2, MIDNIGHT + 60, bela),
        user(3, MIDNIGHT + 7200, anna),
        Told { id: 4, at: MIDNIGHT + 9000, title: "SALE!", desc: "of it: all, 30", ..Told::default() },
        Told { id: 5, at: MIDNIGHT + 9060, title: "Other", ..Told::default() },
        user(6, MIDNIGHT + 9120, bela),
        user(7, MIDNIGHT + 9120 + DAY, bela),
    ];
    let schedule = schedule(told);
    let rule = CollisionRule::SameContent;
    assert_eq!(
        found(&schedule, &policy, shanghai()),
        [(rule, 3, Some(1), 0), (rule, 4, Some(3), 0), (rule, 6, Some(4), 0)]
    );
    assert_eq!(words(&schedule, &policy, shanghai())[0], "#3 says nearly the same as #1, 2h before it");
}

#[test]
fn the_same_audience_more_often_than_is_wanted_on_a_day_is_told() {
    let policy = Policy { most_per_audience_a_day: Some(1), ..Policy::default() };
    let told = [
        Told { id: 1, at: MIDNIGHT, kind: "Tag", accounts: &["a", "b"], ..Told::default() },
        Told { id: 2, at: MIDNIGHT + 60, kind: "Tag", accounts: &["b", "a"], ..Told::default() },
        Told { id: 3, at: MIDNIGHT + 120, kind: "Tag", accounts: &["a"], ..Told::default() },
        Told { id: 4, at: MIDNIGHT + DAY, kind: "Tag", accounts: &["a"], ..Told::default() },
    ];
    let schedule = schedule(told);
    assert_eq!(found(&schedule, &policy, shanghai()), [(CollisionRule::SameAudience, 2, None, 2)]);
    let said = words(&schedule, &policy, shanghai());
    assert_eq!(said, ["#2 is push 2 of the day to the same audience; 1 are enough"]);
}

#[test]
fn quiet_hours_are_those_of_the_app() {
    let policy = Policy { quiet_hours: QuietHours::read("22:00-08:00"), ..Policy::default() };
    let hours = [0, 7, 8, 21, 22, 23];
    let told = (1..).zip(hours).map(|(id, hour)| Told { id, at: MIDNIGHT + hour * 3600, ..Told::default() });
    let schedule = schedule(told);
    let ids = |zone| found(&schedule, &policy, zone).iter().map(|one| one.1).collect::<Vec<_>>();
    assert_eq!(ids(shanghai()), [1, 2, 5, 6]);
    assert_eq!(ids(Zone::UTC), [2, 3], "16:00, 23:00 the day before, 0:00, 13:00, 14:00, 15:00");
    assert_eq!(words(&schedule, &policy, shanghai())[0], "#1 in the quiet hours 22:00–08:00 +08");
}

#[test]
fn a_time_around_a_change_of_the_clocks_is_told() {
    let wall = |day: &str, time: &str| {
        let wall = day.parse::<chrono::NaiveDate>().unwrap().and_time(time.parse::<NaiveTime>().unwrap());
        berlin().from_local_datetime(&wall).earliest().unwrap().timestamp()
    };
    let spring = wall("2027-03-28", "03:00:00");
    let autumn = wall("2026-10-25", "02:59:59") + 1;
    for (change, by) in [(spring, "forward by 1h"), (autumn, "back by 1h")] {
        let told = [-3601, -3600, -1, 0, 3599, 3600];
        let told =
            (1..).zip(told).map(|(id, by)| Told { id, at: change + by, kind: "User", ..Told::default() });
        let schedule = schedule(told);
        let found = found(&schedule, &Policy::default(), berlin());
        assert_eq!(found.iter().map(|one| one.1).collect::<Vec<_>>(), [2, 3, 4, 5], "{by}");
        let said = words(&schedule, &Policy::default(), berlin());
        assert!(said.iter().all(|words| words.contains(by)), "{said:?}");
        assert_eq!(words(&schedule, &Policy::default(), shanghai()), [""; 0]);
    }
    let told = Told { id: 7, at: spring, kind: "User", ..Told::default() };
    let said = words(&schedule([told]), &Policy::default(), berlin());
    assert_eq!(said, ["#7: after 01:59:59 +01 the clocks go forward by 1h, to +02"]);
}

#[test]
fn that_the_quota_is_near_is_told_with_its_figure() {
    let policy = Policy { task_quota: Some(10), ..Policy::default() };
    let of = |count: u64| {
        let told = (0..count).map(|id| Told {
            id,
            at: MIDNIGHT + 60 * i64::try_from(id).unwrap(),
            ..Told::default()
        });
        Collisions::of(&schedule(told), all((0, 1)), &policy, shanghai()).quota_words()
    };
    assert_eq!(of(8), None);
    assert_eq!(of(9).unwrap(), "9 tasks wait, of 10 that may: a new one may be refused (90109)");
}

/// One of a few texts, audiences, types and states, at one of a few thousand seconds.
type Few = (i64, usize, usize, usize, usize);

fn few() -> impl Strategy<Value = Vec<Few>> {
    let at = prop_oneof![0i64..20, 0i64..3 * DAY, (0i64..40).prop_map(|n| n * 3600)];
    prop::collection::vec((at, 0usize..3, 0usize..4, 0usize..3, 0usize..2), 0..24)
}

const KINDS: [&str; 3] = ["All", "Tag", "User"];
const STATES: [(&str, bool); 4] =
    [("pending", false), ("pending", false), ("dispatched", false), ("dispatched", true)];
const TITLES: [&str; 3] = ["Sale", "Order shipped", "30"];
const ACCOUNTS: [&[&str]; 2] = [&["anna", "bela"], &["carl"]];

fn told(few: &[Few], from: i64) -> Vec<Told<'static>> {
    let told = |(id, (at, kind, state, title, who)): (u64, &Few)| {
        let (status, failed) = STATES[*state];
        let (kind, title, accounts) = (KINDS[*kind], TITLES[*title], ACCOUNTS[*who]);
        let desc = if title == "30" { "" } else { "All of it" };
        Told { id, at: from + at, kind, status, failed, title, desc, accounts }
    };
    (1..).zip(few).map(told).collect()
}

fn policies() -> impl Strategy<Value = Policy> {
    let most = || prop::option::of(0u32..4);
    let quiet =
        prop_oneof![Just(None), Just(QuietHours::read("22:00-08:00")), Just(QuietHours::read("12:00-13:00"))];
    let within = prop::option::of((1i64..30).prop_map(TimeDelta::hours));
    (most(), most(), quiet, within).prop_map(|(daily, audience, quiet_hours, same_content_within)| Policy {
        daily_allowance: daily,
        most_per_audience_a_day: audience,
        quiet_hours,
        same_content_within,
        task_quota: None,
    })
}

fn wall_second(at: i64, zone: Zone) -> i64 {
    let there = time(at).with_timezone(&zone);
    i64::from(chrono::Timelike::num_seconds_from_midnight(&there))
}

fn same_people(one: &HeldTask, other: &HeldTask) -> bool {
    let both_named = one.kind == KindCode::User && other.kind == KindCode::User;
    !both_named || one.audience == other.audience
}

/// Each task with each.
fn naive(schedule: &Schedule, policy: &Policy, zone: Zone) -> Vec<(CollisionRule, u64, Option<u64>, u32)> {
    let all: Vec<&HeldTask> = schedule.by_time().iter().map(|slot| schedule.get(*slot).unwrap()).collect();
    let out: Vec<&HeldTask> = all.into_iter().filter(|held| goes_out(held.state)).collect();
    let mut found = Vec::new();
    for (place, held) in out.iter().enumerate().filter(|(_, held)| held.state == TaskState::Pending) {
        let (before, id) = (&out[..place], held.id.0);
        let day = |held: &HeldTask| day_of(time(held.scheduled), zone);
        let last = |fits: &dyn Fn(&HeldTask) -> bool| before.iter().rev().find(|other| fits(other));
        let wide = |other: &HeldTask| is_wide(other.kind);
        let count = |fits: &dyn Fn(&HeldTask) -> bool| {
            let earlier = before.iter().filter(|other| day(other) == day(held) && fits(other)).count();
            u32::try_from(earlier).unwrap() + 1
        };
        if wide(held)
            && let Some(other) = last(&|other| wide(other) && other.state == TaskState::Pending)
            && held.scheduled - other.scheduled <= 1
        {
            found.push((CollisionRule::SameSecond, id, Some(other.id.0), 0));
        }
        let number = count(&wide);
        if wide(held) && policy.daily_allowance.is_some_and(|most| number > most) {
            found.push((CollisionRule::DailyAllowance, id, None, number));
        }
        let says = |other: &HeldTask| other.content == held.content && same_people(other, held);
        if let Some(within) = policy.same_content_within
            && held.content.has_words()
            && let Some(other) = last(&says)
            && held.scheduled - other.scheduled < within.num_seconds()
        {
            found.push((CollisionRule::SameContent, id, Some(other.id.0), 0));
        }
        let number = count(&|other| other.audience == held.audience);
        if policy.most_per_audience_a_day.is_some_and(|most| number > most) {
            found.push((CollisionRule::SameAudience, id, None, number));
        }
        if policy.quiet_hours.is_some_and(|quiet| quiet.left(wall_second(held.scheduled, zone)).is_some()) {
            found.push((CollisionRule::QuietHours, id, None, 0));
        }
        if changes_around(held.scheduled, zone) {
            found.push((CollisionRule::ClockChange, id, None, 0));
        }
    }
    found
}

/// Whether the wall clock is put within its own step of a time.
fn changes_around(at: i64, zone: Zone) -> bool {
    let ahead = |at: i64| i64::from(super::super::when::offset_and_year(time(at), zone).0);
    (at - 7200..=at + 7200).step_by(60).any(|minute| {
        let by = (ahead(minute) - ahead(minute - 60)).abs();
        // The change lies on a full minute.
        by != 0 && (minute - minute.rem_euclid(60) - by..minute - minute.rem_euclid(60) + by).contains(&at)
    })
}

/// A few days around an ordinary midnight and around a change of the clocks.
fn starts() -> impl Strategy<Value = (i64, Zone)> {
    // Sunday 29 March 2026, and Sunday 25 October 2026, 1:00 UTC.
    prop_oneof![
        Just((MIDNIGHT, shanghai())),
        Just((1_774_746_000 - DAY, berlin())),
        Just((1_792_890_000 - DAY, berlin())),
    ]
}

proptest! {
    #[test]
    fn one_pass_finds_what_comparing_each_with_each_finds(
        few in few(), policy in policies(), (from, zone) in starts(),
    ) {
        let schedule = schedule(told(&few, from));
        let range = all((from - 9 * DAY, from + 9 * DAY));
        let id = |slot: Slot| schedule.get(slot).unwrap().id.0;
        let collisions = Collisions::of(&schedule, range, &policy, zone);
        let one_pass: Vec<_> = collisions
            .found
            .iter()
            .map(|one| (one.rule, id(one.slot), one.with.map(|(slot, _)| id(slot)), one.number))
            .collect();
        prop_assert_eq!(&one_pass, &naive(&schedule, &policy, zone));
        for one in &collisions.found {
            prop_assert!(!one.words(&schedule, &policy, zone).contains("##"));
        }
        // A part of the stretch tells what touches it, and nothing else.
        let part = all((from + 3600, from + DAY));
        let inside = |at: i64| part.holds(time(at));
        let of_part = Collisions::of(&schedule, part, &policy, zone);
        let touching: Vec<Collision> = collisions
            .found
            .iter()
            .filter(|one| inside(one.at) || one.with.is_some_and(|(_, at)| inside(at)))
            .copied()
            .collect();
        prop_assert_eq!(of_part.found, touching);
    }

    #[test]
    fn the_next_free_slot_is_the_first_minute_at_which_nothing_collides(
        few in few(), policy in policies(), (from, zone) in starts(), after in 0i64..2 * DAY, kind in 0usize..3,
    ) {
        let schedule = schedule(told(&few, from));
        let push = NewPush {
            kind: [KindCode::All, KindCode::Tag, KindCode::User][kind],
            content: ContentKey::of("Sale", "All of it"),
            audience: AudienceKey::of(&super::super::content::Audience::Accounts(vec!["carl".to_owned()])),
            instead_of: None,
        };
        let held = schedule.by_time().iter().map(|slot| schedule.get(*slot).unwrap());
        let out = held.filter(|held| goes_out(held.state)).map(|held| (held, day_of(time(held.scheduled), zone)));
        let out: Vec<_> = out.collect();
        let is_free = |at: i64| is_free(&out, push, at, &policy, zone);
        let first = (from + after + 59).div_euclid(60) * 60;
        let slot = next_free_slot(&schedule, push, time(from + after), &policy, zone).map(|at| at.timestamp());
        let naive = (first..first + 5 * DAY).step_by(60).find(|at| is_free(*at));
        prop_assert_eq!(slot.filter(|at| *at < first + 5 * DAY), naive);
        prop_assert_eq!(obstacle(&schedule, push, time(first), &policy, zone).is_none(), is_free(first));
    }
}

/// Whether a push collides with nothing that goes out, by the words of the rules. Each stands with its day.
fn is_free(out: &[(&HeldTask, NaiveDate)], push: NewPush, at: i64, policy: &Policy, zone: Zone) -> bool {
    let day = day_of(time(at), zone);
    let of_day = |of: &&(&HeldTask, NaiveDate)| of.1 == day;
    let wide_of_day = out.iter().filter(of_day).filter(|(held, _)| is_wide(held.kind)).count();
    let to_them = out.iter().filter(of_day).filter(|(held, _)| held.audience == push.audience).count();
    let full = |count: usize, most: Option<u32>| most.is_some_and(|most| count >= most as usize);
    let apart = |held: &HeldTask| (held.scheduled - at).abs();
    let near = |held: &HeldTask| is_wide(held.kind) && held.state == TaskState::Pending && apart(held) <= 1;
    let said = |held: &HeldTask| {
        let both_named = held.kind == KindCode::User && push.kind == KindCode::User;
        held.content == push.content
            && (!both_named || held.audience == push.audience)
            && policy.same_content_within.is_some_and(|within| apart(held) < within.num_seconds())
    };
    let quiet = policy.quiet_hours.is_some_and(|quiet| quiet.left(wall_second(at, zone)).is_some());
    !(is_wide(push.kind)
        && (out.iter().any(|(held, _)| near(held)) || full(wide_of_day, policy.daily_allowance)))
        && !out.iter().any(|(held, _)| said(held))
        && !full(to_them, policy.most_per_audience_a_day)
        && !quiet
        && !changes_around(at, zone)
}

#[test]
fn a_change_of_a_task_does_not_collide_with_the_task_itself() {
    let told = [
        Told { id: 1, at: MIDNIGHT, ..Told::default() },
        Told { id: 2, at: MIDNIGHT + 120, ..Told::default() },
    ];
    let schedule = schedule(told);
    let push = NewPush {
        kind: KindCode::All,
        content: ContentKey::default(),
        audience: AudienceKey::default(),
        instead_of: None,
    };
    let next = |push: NewPush, after: i64| {
        next_free_slot(&schedule, push, time(after), &Policy::default(), shanghai())
            .map(|at| at.timestamp() - MIDNIGHT)
    };
    assert_eq!(next(push, MIDNIGHT - 30), Some(60));
    let change = NewPush { instead_of: Some(super::super::task::TaskId(1)), ..push };
    assert_eq!((next(change, MIDNIGHT - 30), next(change, MIDNIGHT + 70)), (Some(0), Some(180)));
    let never = Policy { daily_allowance: Some(0), ..Policy::default() };
    assert_eq!(next_free_slot(&schedule, push, DateTime::<Utc>::UNIX_EPOCH, &never, shanghai()), None);
}
