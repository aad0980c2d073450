//! What is asked of `list_sched_task`: order, range, keyword, page.

use chrono::{DateTime, Duration, Utc};

use super::Task;

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
    /// The longest range that is asked for at once. The service's own maximum is not documented;
    /// 31 days is what its sample spans.
    pub const LONGEST: Duration = Duration::days(31);

    /// Where the table starts: 7 days back to 23 days ahead.
    pub fn around(now: DateTime<Utc>) -> Self {
        Self { begin: now - Duration::days(7), end: now + Duration::days(23) }
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
    /// The page asked for, from 0.
    pub page: u32,
    /// `Want`: rows a page, 1 to 100.
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
            page: 0,
            page_size,
        }
    }

    /// `Offset`.
    pub fn offset(&self) -> u64 {
        u64::from(self.page) * u64::from(self.page_size)
    }
}

/// One answer of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// `Total`: matches in all, whatever the page.
    pub total: u64,
    /// `Tasks`: the page, in the order of the service.
    pub tasks: Vec<Task>,
}

impl Page {
    /// How many pages there are; at least one, so that "page 1 of 1" can be said of nothing.
    pub fn pages(&self, page_size: u32) -> u32 {
        let pages = self.total.div_ceil(u64::from(page_size.max(1))).max(1);
        u32::try_from(pages).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_so_that_none_is_lost() {
        let page = |total| Page { total, tasks: Vec::new() };
        assert_eq!(page(0).pages(50), 1);
        assert_eq!(page(50).pages(50), 1);
        assert_eq!(page(51).pages(50), 2);
        assert_eq!(page(128).pages(20), 7);
        assert_eq!(page(5).pages(0), 5);
    }

    #[test]
    fn a_range_moves_by_its_own_length_and_never_overflows() {
        let range = Range::around(DateTime::UNIX_EPOCH);
        assert_eq!(range.moved(1).begin, range.end);
        assert_eq!(range.moved(1).moved(-1), range);
        assert!(range.end - range.begin <= Range::LONGEST);
        let late =
            Range { begin: DateTime::<Utc>::MAX_UTC - Duration::days(1), end: DateTime::<Utc>::MAX_UTC };
        assert_eq!(late.moved(1), late);
    }
}
