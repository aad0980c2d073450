//! How background reading gives way when somebody else works on the same app.
//!
//! One rule for the budget, which obeys it, and for the header, which shows it. Pure: time is an
//! argument, counted from any beginning that stays the same.

use std::time::Duration;

/// Pauses between two background calls of one API, by step; the first is none.
const GAPS: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// How long it stays quiet before one step is taken back.
const RECOVERS: Duration = Duration::from_secs(10);

/// Refusals within this time are about the same moment and count once.
const ONE_MOMENT: Duration = Duration::from_secs(1);

/// How far the background calls of one API have been slowed down by 60007.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throttle {
    /// The step taken last, and when.
    last: Option<(u8, Duration)>,
}

impl Throttle {
    /// The service said "too many calls" at this time: two steps slower.
    pub fn refused(&mut self, now: Duration) {
        if self.last.is_some_and(|(_, at)| now < at + ONE_MOMENT) {
            return;
        }
        let top = u8::try_from(GAPS.len() - 1).unwrap_or(u8::MAX);
        let step = self.step(now).saturating_add(2).min(top);
        self.last = Some((step, now));
    }

    /// The pause that two background calls keep now.
    pub fn gap(&self, now: Duration) -> Duration {
        GAPS.get(usize::from(self.step(now))).copied().unwrap_or_default()
    }

    fn step(&self, now: Duration) -> u8 {
        let Some((step, at)) = self.last else { return 0 };
        let quiet = now.saturating_sub(at).as_secs() / RECOVERS.as_secs();
        step.saturating_sub(u8::try_from(quiet).unwrap_or(u8::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_refusal_slows_down_and_quiet_recovers_step_by_step() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.gap(s(0)), s(0));
        throttle.refused(s(100));
        let gaps: Vec<_> = [100, 109, 110, 119, 120, 500].map(|at| throttle.gap(s(at)).as_millis()).into();
        assert_eq!(gaps, [1000, 1000, 500, 500, 0, 0]);
    }

    #[test]
    fn refusals_of_one_moment_count_once_and_further_ones_slow_down_to_a_bound() {
        let mut throttle = Throttle::default();
        throttle.refused(s(5));
        throttle.refused(s(5) + Duration::from_millis(900));
        assert_eq!(throttle.gap(s(6)), s(1));
        for at in 7..30 {
            throttle.refused(s(at));
        }
        assert_eq!(throttle.gap(s(30)), s(8));
        assert_eq!(throttle.gap(s(29 + 50)), s(0), "all five steps are taken back");
    }
}
