//! The terms of a filter that are about time: `in<2h`, `at="last night"`, `created<7d`.

use chrono::{DateTime, Duration, Utc};

use super::super::schedule::NO_TIME;
use super::super::when::{self, WhenProblem};
use super::super::zone::Zone;
use super::context::{Facts, FilterContext};

/// Which time of a task is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Scheduled,
    Created,
}

/// One end of a stretch of time, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeBound {
    /// There is none.
    Open,
    /// Since 1970.
    At(i64),
    /// So long from now; behind now where it is negative.
    FromNow(i64),
    /// The first whole second that is not past.
    Now,
}

impl TimeBound {
    fn shifted(self, seconds: i64) -> Self {
        match self {
            Self::At(at) => Self::At(at.saturating_add(seconds)),
            Self::FromNow(span) => Self::FromNow(span.saturating_add(seconds)),
            Self::Open | Self::Now => self,
        }
    }
}

/// A stretch of time, both ends included, in which a task's time must lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimeTerm {
    pub(super) which: Which,
    pub(super) from: TimeBound,
    pub(super) to: TimeBound,
}

impl TimeTerm {
    pub(super) fn fits(&self, facts: &Facts, context: &FilterContext<'_>) -> bool {
        let at = match self.which {
            Which::Scheduled => facts.scheduled,
            Which::Created => facts.created,
        };
        let (second, is_part) = context.now;
        let edge = |edge: TimeBound, open: i64| match edge {
            TimeBound::Open => open,
            TimeBound::At(at) => at,
            TimeBound::FromNow(span) => second.saturating_add(span),
            TimeBound::Now => second.saturating_add(i64::from(is_part)),
        };
        at != NO_TIME && edge(self.from, i64::MIN) <= at && at <= edge(self.to, i64::MAX)
    }

    /// Whether it lies within the other one, at any time.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        let ends_before = |mine: TimeBound, theirs: TimeBound| match (mine, theirs) {
            (_, TimeBound::Open) => true,
            (TimeBound::At(mine), TimeBound::At(theirs))
            | (TimeBound::FromNow(mine), TimeBound::FromNow(theirs)) => mine <= theirs,
            (mine, theirs) => mine == theirs,
        };
        let begins_behind = |mine: TimeBound, theirs: TimeBound| match (mine, theirs) {
            (_, TimeBound::Open) => true,
            (TimeBound::At(mine), TimeBound::At(theirs))
            | (TimeBound::FromNow(mine), TimeBound::FromNow(theirs)) => mine >= theirs,
            (mine, theirs) => mine == theirs,
        };
        self.which == other.which && begins_behind(self.from, other.from) && ends_before(self.to, other.to)
    }

    pub(super) fn counts_from_now(&self) -> bool {
        [self.from, self.to].iter().any(|edge| matches!(edge, TimeBound::FromNow(_) | TimeBound::Now))
    }
}

/// `in<2h` and `in>2h`: due within, due later than.
pub(super) fn due(span: Duration, later: bool) -> TimeTerm {
    let end = TimeBound::FromNow(span.num_seconds());
    let (from, to) = if later { (end.shifted(1), TimeBound::Open) } else { (TimeBound::Now, end) };
    TimeTerm { which: Which::Scheduled, from, to }
}

/// `created<7d` and `created>7d`: within the last days, longer ago.
pub(super) fn aged(span: Duration, older: bool) -> TimeTerm {
    let edge = TimeBound::FromNow(-span.num_seconds());
    let (from, to) = if older { (TimeBound::Open, edge.shifted(-1)) } else { (edge, TimeBound::Open) };
    TimeTerm { which: Which::Created, from, to }
}

/// `<` is before the beginning of what is named, `>` from there on, `=` within it.
///
/// # Errors
/// What is wrong with the entry.
pub(super) fn named(
    which: Which,
    sign: char,
    entry: &str,
    zone: Zone,
    now: DateTime<Utc>,
) -> Result<TimeTerm, WhenProblem> {
    let (begin, end) = edges(entry, zone, now)?;
    let (from, to) = match sign {
        '<' => (TimeBound::Open, begin.shifted(-1)),
        '>' => (begin, TimeBound::Open),
        _ => (begin, end),
    };
    Ok(TimeTerm { which, from, to })
}

/// The two ends of what an entry names. An end that goes along with the clock, as that of `-12h` and of `last 24h`,
/// counts from now.
fn edges(entry: &str, zone: Zone, now: DateTime<Utc>) -> Result<(TimeBound, TimeBound), WhenProblem> {
    let second = Duration::seconds(1);
    let now = when::whole(now);
    let range = when::parse_range(entry, now, zone)?;
    let later = now.checked_add_signed(second).and_then(|now| when::parse_range(entry, now, zone).ok());
    let edge = |at: DateTime<Utc>, later: Option<DateTime<Utc>>| {
        if later.is_some_and(|later| later - at == second) {
            TimeBound::FromNow((at - now).num_seconds())
        } else {
            TimeBound::At(at.timestamp())
        }
    };
    Ok((edge(range.begin, later.map(|range| range.begin)), edge(range.end, later.map(|range| range.end))))
}
