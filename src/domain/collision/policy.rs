//! What an app allows, as far as the profile says so: the service tells none of these figures.

use chrono::{NaiveTime, TimeDelta};

/// What must not happen in an app. What is not known is not judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Pushes to everyone or by tag that a day has (269/137903: 10 or 100, by edition).
    pub daily_allowance: Option<u32>,
    /// Tasks that may wait at the same time (90109).
    pub task_quota: Option<u32>,
    /// When nobody wants to be woken, by the app's own clock.
    pub quiet_hours: Option<QuietHours>,
    /// Nearly the same text to the same people is a mistake within this time.
    pub same_content_within: Option<TimeDelta>,
    /// So many pushes a day to the same audience are enough.
    pub most_per_audience_a_day: Option<u32>,
}

/// A stretch of every day; it may lie over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// Their first second.
    pub from: NaiveTime,
    /// The first second behind them.
    pub until: NaiveTime,
}

impl QuietHours {
    /// Reads `22:00-08:00`; both ends the same would be the whole day, which is no rule.
    pub fn read(text: &str) -> Option<Self> {
        let (from, until) = text.split_once(['-', '–'])?;
        let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
        let quiet = Self { from: time(from)?, until: time(until)? };
        (quiet.from != quiet.until).then_some(quiet)
    }

    /// `22:00–08:00`.
    pub fn words(self) -> String {
        format!("{}–{}", self.from.format("%H:%M"), self.until.format("%H:%M"))
    }

    /// Whether this second of the day lies in them; if so, how many seconds later they are over.
    pub(super) fn left(self, second: i64) -> Option<i64> {
        let [from, until] = [self.from, self.until].map(|time| i64::from(seconds(time)));
        let is_inside =
            if from < until { (from..until).contains(&second) } else { second >= from || second < until };
        is_inside.then(|| (until - second).rem_euclid(DAY))
    }
}

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

fn seconds(time: NaiveTime) -> u32 {
    chrono::Timelike::num_seconds_from_midnight(&time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_are_read_and_may_lie_over_midnight() {
        let night = QuietHours::read("22:00-08:00").unwrap();
        assert_eq!(
            (night, night.words().as_str()),
            (QuietHours::read("22:00 – 8:00").unwrap(), "22:00–08:00")
        );
        let left = |hour: i64, minute: i64| night.left(hour * 3600 + minute * 60);
        assert_eq!(
            [left(22, 0), left(23, 30), left(0, 0), left(7, 59)],
            [Some(36_000), Some(30_600), Some(28_800), Some(60)]
        );
        assert_eq!([left(8, 0), left(21, 59), left(12, 0)], [None; 3]);
        let lunch = QuietHours::read("12:00-13:30").unwrap();
        assert_eq!(
            [lunch.left(12 * 3600), lunch.left(13 * 3600 + 1800), lunch.left(0)],
            [Some(5400), None, None]
        );
        for wrong in ["22:00", "22-8", "25:00-08:00", "08:00-08:00", "", "-"] {
            assert_eq!(QuietHours::read(wrong), None, "{wrong}");
        }
    }
}
