//! The connection as the operator sees it: how fresh the data is, what is wrong, when it is tried
//! again, how much of the budget is used, how far the clocks are apart.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::Failure;
use crate::domain::call::{self, Address, Call};
use crate::domain::catalog;
use crate::domain::throttle::Throttle;
use crate::domain::wire::Command;

use super::request::Moment;

/// Data older than this many refreshes is called stale.
const STALE_AFTER: u32 = 4;
/// The longest pause between two tries while the network is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The longest such pause when the service has only had too many calls.
const BUSY_PAUSE: Duration = Duration::from_secs(4);
/// Over how long the use of the budget is averaged.
const USE_WINDOW: Duration = Duration::from_secs(4);
/// When somebody should get another signature, if pushdeck cannot make one.
const GIVEN_ENDS_SOON: TimeDelta = TimeDelta::hours(1);
/// A skew below this is the jitter of the way, not of the clocks.
const SKEW_SHOWN: i64 = 2;

/// What the header says of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// No answer yet, no failure yet.
    Connecting,
    /// Data of this age.
    Live(Duration),
    /// Data of this age, which is too much.
    Stale(Duration),
    /// The network is away; the next try is in this time.
    Offline {
        /// Until the next try; zero while one is under way.
        retry_in: Duration,
        /// Age of what is shown, if anything is.
        age: Option<Duration>,
    },
    /// The service takes no more calls for now: somebody else works on the same app.
    Busy {
        /// Until the next try; zero while one is under way.
        retry_in: Duration,
        /// Age of what is shown, if anything is.
        age: Option<Duration>,
    },
    /// The service answers, but it does not take the question; the next try is in this time.
    Refused {
        /// Until the next try; zero while one is under way.
        retry_in: Duration,
        /// Age of what is shown, if anything is.
        age: Option<Duration>,
    },
    /// Signature, key or rights are wrong: nothing is asked until `r`.
    Auth,
    /// Something on this side is wrong: nothing is asked until `r`.
    Stopped,
}

impl Health {
    /// The state in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Connecting => "CONNECTING",
            Self::Live(_) => "LIVE",
            Self::Stale(_) => "STALE",
            Self::Offline { .. } => "OFFLINE",
            Self::Busy { .. } => "BUSY",
            Self::Refused { .. } => "REFUSED",
            Self::Auth => "AUTH",
            Self::Stopped => "STOPPED",
        }
    }

    /// The age of what is shown, if anything is.
    pub fn age(&self) -> Option<Duration> {
        match self {
            Self::Live(age) | Self::Stale(age) => Some(*age),
            Self::Offline { age, .. } | Self::Busy { age, .. } | Self::Refused { age, .. } => *age,
            Self::Connecting | Self::Auth | Self::Stopped => None,
        }
    }
}

/// The connection's history, as far as it matters now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectionStatus {
    /// When the last good answer came.
    last_good: Option<Moment>,
    /// Why the last try failed; `None` after a success.
    pub failure: Option<Failure>,
    /// Failures in a row.
    pub failures: u32,
    /// When the next try is due, by [`Moment::running`].
    pub(super) retry_at: Option<Duration>,
    /// Until when an answer has asked for no further calls (`Retry-After`), by [`Moment::running`].
    pub asked_to_wait: Option<Duration>,
    /// Whether asking has stopped until the operator says `r`.
    pub stopped: bool,
    /// How far the service's clock is ahead of this machine's.
    pub skew: Option<TimeDelta>,
    /// End of the signature in use.
    pub signed_until: Option<DateTime<Utc>>,
    /// Where the last call went, and in whose name.
    pub(super) address: Option<Arc<Address>>,
    /// Whether the end of a signature that cannot be renewed is still to be said.
    warn_of_end: bool,
    calls: VecDeque<(Duration, Command)>,
    /// As the rate limiter has it, in the order of [`Command::ALL`].
    throttles: [Throttle; Command::ALL.len()],
}

impl ConnectionStatus {
    /// A good answer came.
    pub(super) fn succeeded(&mut self, now: Moment) {
        self.last_good = Some(now);
        self.failure = None;
        self.failures = 0;
        self.retry_at = None;
        self.stopped = false;
    }

    /// No good answer came: stop when asking again cannot help, else wait longer each time.
    pub(super) fn failed(&mut self, failure: Failure, now: Moment) {
        self.failures = self.failures.saturating_add(1);
        if failure.stops_polling() {
            self.stopped = true;
        }
        // How far the background gives way is the budget's to say, not a trouble of the way.
        let longest = if too_many(&failure) { BUSY_PAUSE } else { LONGEST_PAUSE };
        let pause = Duration::from_secs(1 << self.failures.min(5)).min(longest);
        let asked = self.asked_to_wait.unwrap_or_default();
        self.retry_at = Some((now.running + pause).max(asked));
        self.failure = Some(failure);
    }

    /// Another signature is in use. A `given` one cannot be renewed here.
    pub(super) fn signed(&mut self, until: DateTime<Utc>, given: bool) {
        self.signed_until = Some(until);
        self.warn_of_end = given;
    }

    /// How long a given signature still holds, once, when that is not long. After its end the signer
    /// says so itself.
    pub(super) fn given_ends_soon(&mut self, now: Moment) -> Option<TimeDelta> {
        let left = self.signed_until? - self.server_now(now);
        let soon = self.warn_of_end && left <= GIVEN_ENDS_SOON && left > TimeDelta::zero();
        self.warn_of_end &= !soon;
        soon.then_some(left)
    }

    /// The operator wants a try now, whatever went before.
    pub(super) fn try_now(&mut self) {
        self.stopped = false;
        self.retry_at = None;
        self.asked_to_wait = None;
    }

    /// Whether a question may be asked by itself now.
    pub(super) fn may_ask(&self, now: Moment) -> bool {
        !self.stopped && self.retry_at.is_none_or(|at| now.running >= at)
    }

    /// When the last answer came, by [`Moment::running`].
    pub fn last_good(&self) -> Option<Duration> {
        self.last_good.map(|good| good.running)
    }

    /// What the header says.
    pub fn health(&self, now: Moment, refresh: Duration) -> Health {
        let age = self.last_good.map(|good| now.running.saturating_sub(good.running));
        if self.stopped {
            let ours = matches!(self.failure, Some(Failure::Local { .. }));
            return if ours { Health::Stopped } else { Health::Auth };
        }
        if let Some(failure) = &self.failure {
            let retry_in = self.retry_at.map_or(Duration::ZERO, |at| at.saturating_sub(now.running));
            return if too_many(failure) {
                Health::Busy { retry_in, age }
            } else if failure.is_answer() {
                Health::Refused { retry_in, age }
            } else {
                Health::Offline { retry_in, age }
            };
        }
        match age {
            None => Health::Connecting,
            Some(age) if age > refresh * STALE_AFTER => Health::Stale(age),
            Some(age) => Health::Live(age),
        }
    }

    /// A call was made: counts for the budget, and its `Date` tells the service's clock. Says
    /// whether the background has only now begun to give way.
    pub(super) fn called(&mut self, call: &Call, now: Moment) -> bool {
        let throttle = &mut self.throttles[call.command.index()];
        let was_free = throttle.gap(now.running).is_zero();
        let is_refused = call.code().is_some_and(catalog::is_rate_limit);
        if is_refused {
            throttle.refused(now.running);
        }
        if let Some(wait) = call.retry_after {
            self.asked_to_wait = Some(now.running + wait);
        }
        self.calls.push_back((now.running, call.command));
        self.address = Some(Arc::clone(&call.address));
        self.forget_old_calls(now);
        if let Some(date) = call.server_date {
            self.skew = Some(call::skew(date, call.sent, call.took));
        }
        is_refused && was_free
    }

    /// The API whose background calls give way most, and the pause between two of them.
    pub fn slowed(&self, now: Moment) -> Option<(Command, Duration)> {
        let gaps =
            Command::ALL.into_iter().zip(&self.throttles).map(|(c, throttle)| (c, throttle.gap(now.running)));
        gaps.filter(|(_, gap)| !gap.is_zero()).max_by_key(|(_, gap)| *gap)
    }

    /// Forgets calls that no longer count for the use of the budget.
    pub(super) fn forget_old_calls(&mut self, now: Moment) {
        while self.calls.front().is_some_and(|(at, _)| now.running.saturating_sub(*at) > USE_WINDOW) {
            self.calls.pop_front();
        }
    }

    /// Calls a second of each of the five APIs, in the order of [`Command::ALL`].
    pub fn used(&self) -> [f64; Command::ALL.len()] {
        Command::ALL.map(|command| {
            let calls = self.calls.iter().filter(|(_, made)| *made == command).count();
            f64::from(u32::try_from(calls).unwrap_or(u32::MAX)) / USE_WINDOW.as_secs_f64()
        })
    }

    /// Calls a second of the busiest of them.
    pub fn busiest(&self) -> f64 {
        self.used().into_iter().fold(0.0, f64::max)
    }

    /// The service's time; this machine's as long as no answer told another.
    pub(super) fn server_now(&self, now: Moment) -> DateTime<Utc> {
        match self.shown_skew() {
            Some(skew) => now.utc + skew,
            None => now.utc,
        }
    }

    /// The skew, when it is large enough to matter.
    pub fn shown_skew(&self) -> Option<TimeDelta> {
        self.skew.filter(|skew| skew.num_seconds().abs() >= SKEW_SHOWN)
    }
}

fn too_many(failure: &Failure) -> bool {
    failure.code().is_some_and(catalog::is_rate_limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::call::End;
    use crate::domain::failure::NotSent;

    fn at(seconds: u64) -> Moment {
        Moment {
            utc: DateTime::UNIX_EPOCH + Duration::from_secs(seconds),
            running: Duration::from_secs(seconds),
        }
    }

    fn refused() -> Failure {
        Failure::NotSent { reason: NotSent::Refused, detail: String::new() }
    }

    #[test]
    fn pauses_grow_to_thirty_seconds_and_a_success_ends_them() {
        let mut connection = ConnectionStatus::default();
        let mut pauses = Vec::new();
        for _ in 0..7 {
            connection.failed(refused(), at(100));
            pauses.push(connection.retry_at.unwrap().as_secs() - 100);
        }
        assert_eq!(pauses, [2, 4, 8, 16, 30, 30, 30]);
        assert!(!connection.may_ask(at(129)) && connection.may_ask(at(130)));
        connection.succeeded(at(131));
        assert_eq!(connection.health(at(132), Duration::from_secs(2)), Health::Live(Duration::from_secs(1)));
    }

    #[test]
    fn a_wrong_key_stops_the_asking_until_the_operator_tries() {
        let mut connection = ConnectionStatus::default();
        connection.failed(
            Failure::Refused { code: 70009, info: String::new(), invalid_accounts: Vec::new() },
            at(1),
        );
        assert_eq!(connection.health(at(500), Duration::from_secs(2)), Health::Auth);
        assert!(!connection.may_ask(at(500)));
        connection.try_now();
        assert!(connection.may_ask(at(500)));
    }

    #[test]
    fn too_many_calls_are_no_outage_and_the_background_gives_way_for_a_while() {
        let mut connection = ConnectionStatus::default();
        connection.succeeded(at(98));
        let failure = Failure::Refused { code: 60007, info: String::new(), invalid_accounts: Vec::new() };
        let refused = call::testing::call(Command::List, End::of(&failure));
        assert!(!connection.called(&call::testing::call(Command::List, End::Done), at(99)));
        assert!(connection.called(&refused, at(100)), "it begins");
        assert!(!connection.called(&refused, at(102)), "it goes on");
        for _ in 0..9 {
            connection.failed(failure.clone(), at(100));
        }
        let age = Some(Duration::from_secs(3));
        let retry_in = Duration::from_secs(3);
        assert_eq!(connection.health(at(101), Duration::from_secs(2)), Health::Busy { retry_in, age });
        assert_eq!(connection.slowed(at(103)), Some((Command::List, Duration::from_secs(4))));
        assert_eq!(connection.slowed(at(112)), Some((Command::List, Duration::from_secs(2))));
        assert_eq!(connection.slowed(at(150)), None);
    }

    #[test]
    fn what_is_wrong_on_this_side_is_not_called_a_wrong_key() {
        let mut connection = ConnectionStatus::default();
        connection.failed(Failure::Local { detail: "no key".into() }, at(1));
        assert_eq!(connection.health(at(2), Duration::from_secs(2)), Health::Stopped);
    }

    #[test]
    fn a_service_that_asks_for_time_is_given_it_and_the_header_says_how_long() {
        let mut connection = ConnectionStatus::default();
        let failure = Failure::Unreadable { status: 503, detail: "later".into() };
        let busy = Call {
            retry_after: Some(Duration::from_secs(40)),
            ..call::testing::call(Command::List, End::of(&failure))
        };
        connection.called(&busy, at(100));
        connection.failed(failure, at(101));
        let health = connection.health(at(101), Duration::from_secs(2));
        assert_eq!(health, Health::Offline { retry_in: Duration::from_secs(39), age: None });
        assert!(!connection.may_ask(at(139)) && connection.may_ask(at(140)));
        connection.try_now();
        assert!(connection.may_ask(at(102)), "the operator may ask at any time");
    }

    #[test]
    fn a_question_that_the_service_does_not_take_is_no_outage() {
        let mut connection = ConnectionStatus::default();
        connection.failed(
            Failure::Refused { code: 90104, info: String::new(), invalid_accounts: Vec::new() },
            at(1),
        );
        assert!(matches!(connection.health(at(1), Duration::from_secs(2)), Health::Refused { .. }));
    }

    #[test]
    fn old_data_is_called_stale() {
        let mut connection = ConnectionStatus::default();
        assert_eq!(connection.health(at(0), Duration::from_secs(2)), Health::Connecting);
        connection.succeeded(at(10));
        assert_eq!(connection.health(at(19), Duration::from_secs(2)), Health::Stale(Duration::from_secs(9)));
    }

    #[test]
    fn the_services_clock_counts_once_it_is_known_to_differ() {
        let mut connection = ConnectionStatus::default();
        let call = |date| Call {
            sent: at(100).utc,
            took: Duration::from_millis(200),
            server_date: Some(date),
            ..crate::app::testing::call(Command::List, End::Done)
        };
        connection.called(&call(at(101).utc), at(100));
        assert_eq!((connection.shown_skew(), connection.server_now(at(100))), (None, at(100).utc));
        connection.called(&call(at(160).utc), at(100));
        assert_eq!(connection.shown_skew().map(|s| s.num_seconds()), Some(60));
        assert!((connection.busiest() - 0.5).abs() < f64::EPSILON);
    }
}
