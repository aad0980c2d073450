//! What is asked of `list_sched_task`: order, range, keyword, page.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use super::task::Task;

/// `OrderBy`. The documents differ in letter case; lower case is what the newest one says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// By creation time.
    Created,
    /// By scheduled time.
    #[default]
    Scheduled,
}

impl Order {
    /// The value of `OrderBy` on the wire.
    pub fn wire(self) -> &'static str {
        match self {
            Self::Created => "createat",
            Self::Scheduled => "schedat",
        }
    }

    /// The word on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Scheduled => "scheduled",
        }
    }

    /// The time of a task by which it orders.
    pub fn time_of(self, task: &Task) -> Option<DateTime<Utc>> {
        match self {
            Self::Created => task.created_at,
            Self::Scheduled => task.scheduled_at,
        }
    }
}

/// A stretch of time, both ends inclusive, whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// `BeginTime`.
    pub begin: DateTime<Utc>,
    /// `EndTime`.
    pub end: DateTime<Utc>,
}

impl Range {
    /// Where the table starts: 7 days back to 23 days ahead. The longest range that the service takes is
    /// not documented; 31 days is what its sample spans.
    pub fn around(now: DateTime<Utc>) -> Self {
        Self { begin: now - Duration::days(7), end: now + Duration::days(23) }
    }

    /// From one end to the other.
    pub fn length(self) -> Duration {
        self.end - self.begin
    }

    /// At most so long: what lies around `now` is kept, with the same share before it and after it; of a
    /// range that lies elsewhere its beginning.
    #[must_use]
    pub fn shortened(self, to: Duration, now: DateTime<Utc>) -> Self {
        let length = self.length();
        if length <= to {
            return self;
        }
        if !self.holds(now) {
            return Self { begin: self.begin, end: self.begin + to };
        }
        let (before, whole) = ((now - self.begin).num_seconds(), length.num_seconds().max(1));
        let share = i128::from(to.num_seconds()) * i128::from(before) / i128::from(whole);
        let begin = now - Duration::seconds(i64::try_from(share).unwrap_or(0));
        Self { begin, end: begin + to }
    }

    /// The same length, `steps` lengths later (or earlier, when negative).
    #[must_use]
    pub fn moved(self, steps: i32) -> Self {
        let moved = |at: DateTime<Utc>| at.checked_add_signed((self.end - self.begin).checked_mul(steps)?);
        match (moved(self.begin), moved(self.end)) {
            (Some(begin), Some(end)) => Self { begin, end },
            // There is no such time.
            _ => self,
        }
    }

    /// Whether a time lies inside.
    pub fn holds(self, at: DateTime<Utc>) -> bool {
        self.begin <= at && at <= self.end
    }
}

/// One question to the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// `OrderBy`.
    pub order: Order,
    /// `Asc`.
    pub ascending: bool,
    /// `BeginTime` and `EndTime`.
    pub range: Range,
    /// `Keyword`; empty is none.
    pub keyword: String,
    /// `Offset`: the first row asked for, from 0.
    pub offset: u64,
    /// `Want`: the most rows asked for, 1 to 100. The service may give fewer.
    pub page_size: u32,
}

impl Query {
    /// The first page of what the table starts with: by scheduled time, earliest first,
    /// [`Range::around`] this moment.
    pub fn around(now: DateTime<Utc>, page_size: u32) -> Self {
        Self {
            order: Order::Scheduled,
            ascending: true,
            range: Range::around(now),
            keyword: String::new(),
            offset: 0,
            page_size,
        }
    }
}

/// One answer of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// `Total`: matches in all, whatever the page.
    pub total: u64,
    /// `Tasks`: the page, in the order of the service.
    pub tasks: Vec<Arc<Task>>,
}

impl Page {
    /// A page of these tasks.
    pub fn new<T: Into<Arc<Task>>>(total: u64, tasks: impl IntoIterator<Item = T>) -> Self {
        Self { total, tasks: tasks.into_iter().map(Into::into).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_range_keeps_what_lies_around_now() {
        let now = DateTime::UNIX_EPOCH + Duration::days(100);
        let short = Range::around(now).shortened(Duration::days(6), now);
        assert_eq!(now - short.begin, Duration::seconds(6 * 86_400 * 7 / 30));
        assert_eq!(short.length(), Duration::days(6));
        assert_eq!(short.shortened(Duration::days(7), now), short);
        let past = Range { begin: now - Duration::days(90), end: now - Duration::days(30) };
        let end = past.begin + Duration::days(7);
        assert_eq!(past.shortened(Duration::days(7), now), Range { end, ..past });
    }

    #[test]
    fn a_range_moves_by_its_own_length_and_never_overflows() {
        let range = Range::around(DateTime::UNIX_EPOCH);
        assert_eq!(range.moved(1).begin, range.end);
        assert_eq!(range.moved(1).moved(-1), range);
        assert!(range.length() <= Duration::days(31));
        let late =
            Range { begin: DateTime::<Utc>::MAX_UTC - Duration::days(1), end: DateTime::<Utc>::MAX_UTC };
        assert_eq!(late.moved(1), late);
    }
}
