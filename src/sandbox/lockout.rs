//! 70050: who signs wrongly too often has to wait (`auth_lockout`).
//!
//! Counted for each application and identifier. Knows nothing of keys and signatures.

use std::collections::HashMap;

/// So many failures within [`WINDOW`] lock out.
const FAILURES: usize = 10;

/// In which the failures count, and how long the lock lasts; milliseconds.
const WINDOW: i64 = 60_000;

/// Most pairs that are remembered: identifiers are the caller's invention.
const REMEMBERED: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Lockout {
    /// Times of failures, Unix milliseconds, oldest first.
    failures: HashMap<(u64, String), Vec<i64>>,
}

impl Lockout {
    /// Whether that caller is locked out; `now` is Unix milliseconds.
    pub(super) fn holds(&self, app: u64, identifier: &str, now: i64) -> bool {
        let failures = self.failures.get(&(app, identifier.to_owned()));
        failures.is_some_and(|times| {
            times.len() >= FAILURES && times.last().is_some_and(|last| recent(*last, now))
        })
    }

    /// Counts a wrong signature.
    pub(super) fn failed(&mut self, app: u64, identifier: &str, now: i64) {
        if self.failures.len() >= REMEMBERED {
            self.failures.retain(|_, times| times.last().is_some_and(|last| recent(*last, now)));
        }
        if self.failures.len() >= REMEMBERED {
            self.failures.clear();
        }
        let times = self.failures.entry((app, identifier.to_owned())).or_default();
        times.retain(|at| recent(*at, now));
        times.push(now);
    }
}

/// A time in the future is left from before the clock was put back.
fn recent(at: i64, now: i64) -> bool {
    at <= now && now - at < WINDOW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_in_a_minute_lock_that_caller_out_for_a_minute() {
        let mut lockout = Lockout::default();
        for n in 0..10 {
            assert!(!lockout.holds(1, "a", n * 1000));
            lockout.failed(1, "a", n * 1000);
        }
        assert!(lockout.holds(1, "a", 9000) && lockout.holds(1, "a", 68_999));
        assert!(!lockout.holds(1, "b", 9000) && !lockout.holds(2, "a", 9000), "nobody else");
        assert!(!lockout.holds(1, "a", 69_000), "a minute after the last failure");
        assert!(!lockout.holds(1, "a", 0), "a clock put back blocks nobody");
    }

    #[test]
    fn failures_that_are_far_apart_lock_nobody_out() {
        let mut lockout = Lockout::default();
        for n in 0..100 {
            lockout.failed(1, "a", n * 6_700);
            assert!(!lockout.holds(1, "a", n * 6_700));
        }
    }

    #[test]
    fn identifiers_without_end_are_not_remembered_without_end() {
        let mut lockout = Lockout::default();
        for n in 0..5000 {
            lockout.failed(1, &n.to_string(), 0);
        }
        assert!(lockout.failures.len() <= REMEMBERED);
    }
}
