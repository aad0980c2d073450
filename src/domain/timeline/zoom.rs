//! Stretches of the calendar: where an hour, a day, a week or a month begins in a zone, and where the next one does.
//!
//! They follow the wall clock there: a day in which the clocks change has 23 or 25 hours, and one that was left out
//! has none. Each begins where the one before ends.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};

use super::super::when::{day_begin, day_of, offset_and_year};
use super::super::zone::Zone;

/// What one bar of the timeline stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Zoom {
    /// An hour of the wall clock.
    Hour,
    /// A day.
    #[default]
    Day,
    /// A week, from Monday on.
    Week,
    /// A month.
    Month,
}

impl Zoom {
    /// All, the shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Its name: `hours`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hour => "hours",
            Self::Day => "days",
            Self::Week => "weeks",
            Self::Month => "months",
        }
    }

    /// The next shorter one.
    #[must_use]
    pub fn closer(self) -> Option<Self> {
        match self {
            Self::Hour => None,
            Self::Day => Some(Self::Hour),
            Self::Week => Some(Self::Day),
            Self::Month => Some(Self::Week),
        }
    }

    /// The next longer one.
    #[must_use]
    pub fn wider(self) -> Option<Self> {
        match self {
            Self::Hour => Some(Self::Day),
            Self::Day => Some(Self::Week),
            Self::Week => Some(Self::Month),
            Self::Month => None,
        }
    }

    /// Where the stretch begins in which a time lies.
    pub fn begin(self, at: DateTime<Utc>, zone: Zone) -> DateTime<Utc> {
        let day = day_of(at, zone);
        if self == Self::Hour {
            return hour_begin(at, Self::Day.begin(at, zone), zone);
        }
        let of_day = |day: NaiveDate| self.first_day(day).and_then(|first| day_begin(first, zone));
        let mut begin = of_day(day).unwrap_or(at);
        if begin > at {
            begin = day.pred_opt().and_then(of_day).map_or(at, |before| before.min(at));
        }
        // Where the clocks are put back over midnight a day begins twice: the first time counts.
        let next = self.next(begin, zone);
        if next <= at { next } else { begin }
    }

    /// Where the stretch after it begins; `begin` is where it begins itself.
    pub fn next(self, begin: DateTime<Utc>, zone: Zone) -> DateTime<Utc> {
        if self == Self::Hour {
            return hour_end(begin, zone);
        }
        let mut first = self.first_day(day_of(begin, zone));
        // A day that was left out ends where it begins.
        for _ in 0..3 {
            first = first.and_then(|first| self.first_day_after(first));
            if let Some(next) = first.and_then(|first| day_begin(first, zone)).filter(|next| *next > begin) {
                return next;
            }
        }
        // Beyond the calendar.
        begin + TimeDelta::days(1)
    }

    /// Where the stretch before it begins.
    pub fn begin_before(self, begin: DateTime<Utc>, zone: Zone) -> DateTime<Utc> {
        self.begin(begin - TimeDelta::seconds(1), zone)
    }

    /// So many stretches later, or earlier.
    pub fn step(self, begin: DateTime<Utc>, by: i32, zone: Zone) -> DateTime<Utc> {
        let mut begin = begin;
        for _ in 0..by.unsigned_abs() {
            begin = if by > 0 { self.next(begin, zone) } else { self.begin_before(begin, zone) };
        }
        begin
    }

    fn first_day(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Hour | Self::Day => Some(day),
            Self::Week => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
            Self::Month => day.with_day(1),
        }
    }

    fn first_day_after(self, first: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Hour | Self::Day => first.checked_add_days(Days::new(1)),
            Self::Week => first.checked_add_days(Days::new(7)),
            Self::Month => first.checked_add_months(Months::new(1)),
        }
    }
}

const HOUR: i64 = 3600;

/// Where the hour ends that begins there: when the wall clock shows a full hour next.
fn hour_end(begin: DateTime<Utc>, zone: Zone) -> DateTime<Utc> {
    let ahead = i64::from(offset_and_year(begin, zone).0);
    let into = (begin.timestamp() + ahead).rem_euclid(HOUR);
    begin + TimeDelta::seconds(HOUR - into)
}

/// Counted from where the day begins, so that every hour begins where the one before ends, also where the clocks are
/// put by half an hour.
fn hour_begin(at: DateTime<Utc>, day: DateTime<Utc>, zone: Zone) -> DateTime<Utc> {
    let mut begin = day;
    // No day has more than 26 hours.
    for _ in 0..60 {
        let next = hour_end(begin, zone);
        if next > at {
            break;
        }
        begin = next;
    }
    begin
}
