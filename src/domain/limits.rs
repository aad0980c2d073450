//! What a service's list takes and how it reads a range, as far as its answers have shown (W9).
//!
//! Nothing of it is documented, so nothing is assumed: a limit is what was refused and what was taken.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::query::{Order, Page, Query, Range};
use super::text;

/// What was learnt; kept by app as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListLimits {
    /// The longest range that was taken, in seconds.
    longest_taken: Option<i64>,
    /// The shortest range that was refused, in seconds.
    shortest_refused: Option<i64>,
    /// The greatest `Want` that was taken.
    want_taken: Option<u32>,
    /// The smallest `Want` that was refused, or whose answer was too large.
    want_refused: Option<u32>,
    /// The largest page that came, since one came short although more rows followed.
    largest_page: Option<u32>,
    /// When the order is by scheduled time.
    scheduled: Evidence,
    /// When the order is by creation time.
    created: Evidence,
}

/// Which tasks an order has shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Evidence {
    /// One that is scheduled outside of the range.
    outside_scheduled: bool,
    /// One that was created outside of it.
    outside_created: bool,
    /// Whether it was looked for.
    #[serde(skip)]
    is_probed: bool,
}

/// Which time of a task a range concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeOf {
    /// Not known yet.
    Unknown,
    /// Not known, and what there is does not tell.
    Unclear,
    /// The scheduled time, or either: what is due in the range is shown.
    Scheduled,
    /// The creation time: what is due is shown only if it was created in the range.
    Created,
}

impl ListLimits {
    /// What another run has learnt; nothing where it cannot be read.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// To be kept.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The question as far as it is known to be taken.
    #[must_use]
    pub fn fit(&self, query: &Query, now: DateTime<Utc>) -> Query {
        let mut fitted = query.clone();
        if let Some(refused) = self.want_refused
            && query.page_size >= refused
        {
            fitted.page_size = self.want_taken.unwrap_or(refused / 2).clamp(1, query.page_size);
        }
        if let Some(longest) = self.longest()
            && query.range.length() > longest
        {
            fitted.range = query.range.shortened(longest, now);
            // The rows of another range are other rows.
            fitted.offset = 0;
        }
        fitted
    }

    /// The longest range to ask for, once a longer one was refused.
    pub fn longest(&self) -> Option<Duration> {
        let refused = self.shortest_refused?;
        Some(Duration::seconds(self.longest_taken.unwrap_or(refused / 2)))
    }

    /// The longest range that was taken so far.
    pub fn longest_taken(&self) -> Option<Duration> {
        self.longest_taken.map(Duration::seconds)
    }

    /// "the service takes ranges up to about 7 days", once a longer one was refused.
    pub fn range_words(&self) -> Option<String> {
        self.longest().map(|longest| format!("the service takes ranges up to about {}", in_words(longest)))
    }

    /// The most rows of a page, where that is fewer than were asked for.
    pub fn rows_a_page(&self) -> Option<u32> {
        let taken = self.want_refused.and(self.want_taken);
        [self.largest_page, taken].into_iter().flatten().min()
    }

    /// So long a range was refused, and a shorter one taken for the same question.
    pub fn refused_range(&mut self, range: Range) {
        let seconds = range.length().num_seconds();
        self.shortest_refused = Some(self.shortest_refused.map_or(seconds, |known| known.min(seconds)));
        self.longest_taken = self.longest_taken.filter(|taken| *taken < seconds);
    }

    /// So many rows were refused, and fewer taken for the same question.
    pub fn refused_want(&mut self, want: u32) {
        self.want_refused = Some(self.want_refused.map_or(want, |known| known.min(want)));
        self.want_taken = self.want_taken.filter(|taken| *taken < want);
    }

    /// Learns from an answer.
    pub fn saw(&mut self, asked: &Query, page: &Page) {
        let seconds = asked.range.length().num_seconds();
        self.longest_taken = Some(self.longest_taken.map_or(seconds, |known| known.max(seconds)));
        self.shortest_refused = self.shortest_refused.filter(|refused| *refused > seconds);
        self.want_taken = Some(self.want_taken.map_or(asked.page_size, |known| known.max(asked.page_size)));
        self.want_refused = self.want_refused.filter(|refused| *refused > asked.page_size);
        let came = page.tasks.len() as u64;
        let is_short = (1..u64::from(asked.page_size)).contains(&came) && asked.offset + came < page.total;
        if is_short || self.largest_page.is_some_and(|known| came > u64::from(known)) {
            let came = u32::try_from(came).unwrap_or(u32::MAX);
            self.largest_page = Some(self.largest_page.map_or(came, |known| known.max(came)));
        }
        // The wire has whole seconds.
        let outside = |at: DateTime<Utc>| {
            let (begin, end) = (asked.range.begin.timestamp(), asked.range.end.timestamp());
            !(begin..=end).contains(&at.timestamp())
        };
        let evidence = self.evidence_mut(asked.order);
        for task in &page.tasks {
            let (Some(scheduled), Some(created)) = (task.scheduled_at, task.created_at) else { continue };
            match (outside(scheduled), outside(created)) {
                (true, false) => evidence.outside_scheduled = true,
                (false, true) => evidence.outside_created = true,
                // Inside by both it tells nothing, outside by both it makes no sense.
                (false, false) | (true, true) => {}
            }
        }
    }

    /// It was looked for which time a range concerns, in this order.
    pub fn probed(&mut self, order: Order) {
        self.evidence_mut(order).is_probed = true;
    }

    /// Whether it should be looked for.
    pub fn needs_probe(&self, order: Order) -> bool {
        let evidence = self.evidence(order);
        !evidence.is_probed && !evidence.outside_created
    }

    /// Which time of a task a range concerns, in this order.
    pub fn range_of(&self, order: Order) -> RangeOf {
        let evidence = self.evidence(order);
        match (evidence.outside_created, evidence.outside_scheduled) {
            (true, _) => RangeOf::Scheduled,
            (false, true) => RangeOf::Created,
            (false, false) if evidence.is_probed => RangeOf::Unclear,
            (false, false) => RangeOf::Unknown,
        }
    }

    fn evidence(&self, order: Order) -> &Evidence {
        match order {
            Order::Scheduled => &self.scheduled,
            Order::Created => &self.created,
        }
    }

    fn evidence_mut(&mut self, order: Order) -> &mut Evidence {
        match order {
            Order::Scheduled => &mut self.scheduled,
            Order::Created => &mut self.created,
        }
    }
}

/// "7 days", "12 hours".
pub fn in_words(length: Duration) -> String {
    let (days, hours) = (length.num_days().unsigned_abs(), length.num_hours().unsigned_abs());
    match (days, hours) {
        (0, 0) => text::counted(length.num_minutes().unsigned_abs(), "minute", "minutes"),
        (0, _) => text::counted(hours, "hour", "hours"),
        (_, _) => text::counted(days, "day", "days"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::read_task;
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::days(20_000)
    }

    fn page(total: u64, days: &[(i64, i64)]) -> Page {
        let task = |(created, due): &(i64, i64)| {
            let at = |days: i64| super::super::wire::time_out(now() + Duration::days(days));
            let info = format!(r#"{{"TaskID":1,"CreateAt":"{}","SchedAt":"{}"}}"#, at(*created), at(*due));
            read_task(&serde_json::from_str(&info).unwrap()).unwrap()
        };
        Page::new(total, days.iter().map(task))
    }

    #[test]
    fn a_short_page_is_a_cap_only_when_more_rows_follow() {
        let mut limits = ListLimits::default();
        let query = Query::around(now(), 50);
        limits.saw(&query, &page(3, &[(-1, 1); 3]));
        assert_eq!(limits.rows_a_page(), None);
        limits.saw(&query, &page(100, &[(-1, 1); 20]));
        limits.saw(&Query { offset: 95, ..query.clone() }, &page(100, &[(-1, 1); 5]));
        assert_eq!(limits.rows_a_page(), Some(20));
        limits.saw(&query, &page(100, &[(-1, 1); 50]));
        assert_eq!(limits.rows_a_page(), Some(50), "the cap was lifted");
    }

    #[test]
    fn what_was_refused_is_not_asked_for_again_unless_the_operator_does() {
        let mut limits = ListLimits::default();
        let query = Query::around(now(), 50);
        assert_eq!(limits.fit(&query, now()), query);
        limits.refused_range(query.range);
        limits.refused_want(50);
        let seven = query.range.shortened(Duration::days(7), now());
        limits.saw(&Query { range: seven, page_size: 20, ..query.clone() }, &Page::default());
        let limits = ListLimits::read(&limits.write());
        let fitted = limits.fit(&Query { offset: 100, ..query.clone() }, now());
        assert_eq!((fitted.range, fitted.page_size, fitted.offset), (seven, 20, 0));
        assert_eq!(limits.range_words().unwrap(), "the service takes ranges up to about 7 days");
        // It is taken after all.
        let mut limits = limits;
        limits.saw(&query, &Page::default());
        assert_eq!((limits.range_words(), limits.rows_a_page()), (None, None));
    }

    #[test]
    fn which_time_a_range_concerns_shows_in_tasks_whose_other_time_lies_outside() {
        let query = Query::around(now(), 50);
        let reading = |days: &[(i64, i64)]| {
            let mut limits = ListLimits::default();
            limits.saw(&query, &page(1, days));
            limits.range_of(Order::Scheduled)
        };
        assert_eq!(reading(&[(-1, 1)]), RangeOf::Unknown);
        assert_eq!(reading(&[(-20, 2)]), RangeOf::Scheduled);
        assert_eq!(reading(&[(-1, 40)]), RangeOf::Created);
        assert_eq!(reading(&[(-1, 40), (-20, 2)]), RangeOf::Scheduled, "either: what is due is shown");
        let mut limits = ListLimits::default();
        limits.probed(Order::Scheduled);
        assert_eq!(limits.range_of(Order::Scheduled), RangeOf::Unclear);
        assert_eq!(limits.range_of(Order::Created), RangeOf::Unknown);
    }

    #[test]
    fn what_cannot_be_read_is_as_if_nothing_was_learnt() {
        assert_eq!(ListLimits::read("?"), ListLimits::default());
        assert_eq!(ListLimits::read("{}"), ListLimits::default());
    }
}
