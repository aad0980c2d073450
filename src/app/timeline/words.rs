//! What is said of a bar, and what stands under it: its stretch of time, its tasks, its collisions.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::domain::query::Range;
use crate::domain::schedule::TaskState;
use crate::domain::timeline::{Bucket, StateCounts, Zoom};
use crate::domain::{Zone, text, when};
use crate::keymap::{Action, Scope};

use super::super::shared::Shared;
use super::held::{Reached, reached};

/// The words of a state, in the order in which they are counted.
const STATES: [(TaskState, &str); 5] = [
    (TaskState::Sent, "sent"),
    (TaskState::Failed, "failed"),
    (TaskState::Unclear, "unclear"),
    (TaskState::Dispatching, "dispatching"),
    (TaskState::Pending, "pending"),
];

/// The stretch of a bar: `Sat 21 Nov 14:00–15:00 +08`, `Sat 21 Nov +08`, `16 Nov → 22 Nov +08`, `Nov 2026 +08`.
pub fn stretch(zoom: Zoom, bucket: &Bucket, zone: Zone) -> String {
    let there = |at: DateTime<Utc>, form: &str| at.with_timezone(&zone).format(form).to_string();
    let last = bucket.end - TimeDelta::seconds(1);
    let label = when::zone_label(bucket.begin, zone);
    let words = match zoom {
        // Its end is written as its beginning would go on: where the clocks are put there it is another time.
        Zoom::Hour => {
            let end = bucket.begin.with_timezone(&zone).naive_local() + (bucket.end - bucket.begin);
            format!("{}–{}", there(bucket.begin, "%a %-d %b %H:%M"), end.format("%H:%M"))
        }
        Zoom::Day => there(bucket.begin, "%a %-d %b"),
        Zoom::Week => format!("{} → {}", there(bucket.begin, "%-d %b"), there(last, "%-d %b")),
        Zoom::Month => there(bucket.begin, "%b %Y"),
    };
    format!("{words} {label}")
}

/// `10 tasks: 2 sent · 1 failed · 7 pending`, and with less room `10 tasks · 1 failed`, `10 tasks`.
pub fn counted(counts: &StateCounts) -> Vec<String> {
    let all = counts.all();
    if all == 0 {
        return vec!["no task".to_owned()];
    }
    let states = STATES.iter().filter(|(state, _)| counts.of(*state) > 0);
    let states = states.map(|(state, word)| format!("{} {word}", text::grouped(counts.of(*state).into())));
    let states = states.collect::<Vec<_>>().join(" · ");
    let all = text::counted(all.into(), "task", "tasks");
    let failed = counts.of(TaskState::Failed);
    let failed = (failed > 0).then(|| format!("{all} · {} failed", text::grouped(failed.into())));
    [Some(format!("{all}: {states}")), failed, Some(all)].into_iter().flatten().collect()
}

/// What the clocks do in a bar; nothing where they go on as ever, or where it is longer than a day.
pub fn clocks(zoom: Zoom, bucket: &Bucket) -> Option<String> {
    let way = match bucket.clocks_by {
        0 => return None,
        by if by > 0 => "forward",
        _ => "back",
    };
    match zoom {
        Zoom::Hour => Some(format!("the clocks go {way}")),
        Zoom::Day => {
            let span = when::exact_span(bucket.end - bucket.begin);
            let span = if span == "1d" { String::new() } else { format!(", it has {}", hours(bucket)) };
            Some(format!("the clocks go {way}{span}"))
        }
        Zoom::Week | Zoom::Month => None,
    }
}

fn hours(bucket: &Bucket) -> String {
    let length = bucket.end - bucket.begin;
    let (hours, minutes) = (length.num_hours(), length.num_minutes() % 60);
    if minutes == 0 { format!("{hours} hours") } else { format!("{hours} hours {minutes} minutes") }
}

/// What is said of a bar of which nothing was read.
const NOTHING: &str = "not read";

/// That not all of a bar is read, or nothing of it: how far it is, and which key leads on; the widest wording first.
/// Nothing where all of it is.
pub fn not_read(shared: &Shared, whole: Option<Range>, bucket: &Bucket) -> Vec<String> {
    let short = match reached(whole, bucket.range()) {
        Reached::Whole => return Vec::new(),
        Reached::Nothing if bucket.all().all() == 0 => NOTHING,
        Reached::Part | Reached::Nothing => "not all is read",
    };
    let Some(Range { begin, end }) = whole else { return vec![format!("{short} yet"), short.to_owned()] };
    let there = |at: DateTime<Utc>| at.with_timezone(&shared.zone).format("%-d %b").to_string();
    let [back, forward] = [Action::RangeBack, Action::RangeForward].map(|to| shared.key(Scope::Tasks, to));
    let range = format!("{} → {}", there(begin), there(end));
    let words = if short == NOTHING {
        format!("{short}: outside of {range}")
    } else {
        format!("only {range} is read")
    };
    vec![format!("{words}; {back} {forward} on the table move that"), words, short.to_owned()]
}

/// What stands under a bar, and under the first of a larger unit.
pub fn axis(zoom: Zoom, at: DateTime<Utc>, zone: Zone) -> (String, String) {
    let there = at.with_timezone(&zone);
    let form = |form: &str| there.format(form).to_string();
    match zoom {
        Zoom::Hour => (form("%H"), form("%a %-d %b")),
        Zoom::Day | Zoom::Week => (form("%d"), form("%b %Y")),
        Zoom::Month => (form("%b"), there.year().to_string()),
    }
}

/// What the bars stand for, from when to when they go, and by whose clock; the widest wording first.
pub fn titles(zoom: Zoom, first: &Bucket, last: &Bucket, zone: Zone, now: DateTime<Utc>) -> [String; 4] {
    let year = |at: DateTime<Utc>| at.with_timezone(&zone).year();
    let end = last.end - TimeDelta::seconds(1);
    let is_this_year = year(first.begin) == year(now) && year(end) == year(now);
    let (long, short) = match zoom {
        Zoom::Month => ("%b %Y", "%b"),
        _ if is_this_year => ("%-d %b", "%-d %b"),
        Zoom::Hour | Zoom::Day | Zoom::Week => ("%-d %b %Y", "%-d %b"),
    };
    let there = |at: DateTime<Utc>, form: &str| at.with_timezone(&zone).format(form).to_string();
    let (word, label) = (zoom.word(), when::zone_label(first.begin, zone));
    let range = |form: &str| format!("{} → {}", there(first.begin, form), there(end, form));
    [
        format!("Timeline · {word} · {} · {}", range(long), zone.name()),
        format!("Timeline · {word} · {} {label}", range(long)),
        format!("{word} · {} {label}", range(long)),
        format!("{word} · {} {label}", range(short)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Schedule;
    use crate::domain::timeline::Timeline;
    use crate::domain::timeline::testing::counts;
    use crate::domain::wire::time_in;

    fn bars(zoom: Zoom, first: &str, count: usize, zone: &'static str) -> (Vec<Bucket>, Zone) {
        let zone = Zone::named(zone).unwrap();
        (Timeline::of(&Schedule::default(), zoom, time_in(first).unwrap(), count, zone).buckets, zone)
    }

    #[test]
    fn a_bar_is_named_by_the_wall_clock_with_its_zone() {
        for (zoom, words) in [
            (Zoom::Hour, "Sat 21 Nov 14:00–15:00 +08"),
            (Zoom::Day, "Sat 21 Nov +08"),
            (Zoom::Week, "16 Nov → 22 Nov +08"),
            (Zoom::Month, "Nov 2026 +08"),
        ] {
            let (bars, zone) = bars(zoom, "2026-11-21 06:03:22", 1, "Asia/Shanghai");
            assert_eq!(stretch(zoom, &bars[0], zone), words);
        }
    }

    #[test]
    fn the_hour_that_comes_twice_is_told_apart_and_a_longer_day_says_so() {
        let (hours, zone) = bars(Zoom::Hour, "2026-10-25 00:00:00", 2, "Europe/Berlin");
        let words: Vec<String> = hours.iter().map(|hour| stretch(Zoom::Hour, hour, zone)).collect();
        assert_eq!(words, ["Sun 25 Oct 02:00–03:00 +02", "Sun 25 Oct 02:00–03:00 +01"]);
        assert_eq!(clocks(Zoom::Hour, &hours[1]).as_deref(), Some("the clocks go back"));
        let (days, _) = bars(Zoom::Day, "2026-10-25 00:00:00", 2, "Europe/Berlin");
        assert_eq!(clocks(Zoom::Day, &days[0]).as_deref(), Some("the clocks go back, it has 25 hours"));
        assert_eq!(clocks(Zoom::Day, &days[1]), None);
        let (spring, _) = bars(Zoom::Day, "2026-03-29 12:00:00", 1, "Europe/Berlin");
        assert_eq!(clocks(Zoom::Day, &spring[0]).as_deref(), Some("the clocks go forward, it has 23 hours"));
    }

    #[test]
    fn with_less_room_what_failed_is_told_before_the_rest() {
        assert_eq!(counted(&counts([0; 5])), ["no task"]);
        assert_eq!(
            counted(&counts([7, 0, 2, 1, 0])),
            ["10 tasks: 2 sent · 1 failed · 7 pending", "10 tasks · 1 failed", "10 tasks"]
        );
        assert_eq!(counted(&counts([1, 0, 0, 0, 0])), ["1 task: 1 pending", "1 task"]);
    }
}
