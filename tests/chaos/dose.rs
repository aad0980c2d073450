//! How much chaos, and how fast: a short dose for every `cargo test`, the full one in real time.

use std::env;
use std::time::Duration;

use pushdeck::api::Timeouts;
use pushdeck::worker::Pace;

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dose {
    /// Apps of a variant, each with two operators.
    pub(crate) apps: u64,
    /// Fewest writes that one operator intends.
    pub(crate) writes: usize,
    /// Stories that one tells at the same time.
    pub(crate) at_once: usize,
    /// How often each operator is killed, and how often stopped for a while.
    pub(crate) kills: usize,
    pub(crate) stops: usize,
    /// How often the whole list of faults is gone through, for each kind of call.
    pub(crate) rounds: usize,
    /// The longest lag of the list, in seconds of a real run. The delay is learnt in steps that double, and
    /// three times as long is waited: a short dose stays below a step.
    pub(crate) longest_lag: u32,
    /// All times are divided by this: those of the client, of the service's lag and delays, of outages.
    /// Only what they are to each other counts.
    pub(crate) speed: u32,
}

const SHORT: Dose =
    Dose { apps: 1, writes: 16, at_once: 3, kills: 1, stops: 1, rounds: 1, longest_lag: 38, speed: 20 };

const FULL: Dose =
    Dose { apps: 11, writes: 120, at_once: 12, kills: 2, stops: 2, rounds: 5, longest_lag: 60, speed: 1 };

impl Dose {
    pub(crate) fn asked_for() -> Self {
        match env::var("PUSHDECK_CHAOS").as_deref() {
            Ok("full") => FULL,
            Ok(other) => panic!("PUSHDECK_CHAOS is \"full\" or not there, not {other:?}"),
            Err(_) => SHORT,
        }
    }

    pub(crate) fn is_full(self) -> bool {
        self.speed == 1
    }

    /// So many seconds of a real run.
    pub(crate) fn seconds(self, real: u32) -> Duration {
        Duration::from_secs(real.into()) / self.speed
    }
}

/// The worker's times, so much faster.
pub(crate) fn pace(speed: u32) -> Pace {
    let usual = Pace::default();
    let searches: Vec<Duration> = usual.delay_searches.iter().map(|after| *after / speed).collect();
    Pace {
        searches: usual.searches.map(|at| at / speed),
        search_every: usual.search_every / speed,
        least_doubt: usual.least_doubt / speed,
        // It is needed until the process ends.
        delay_searches: Vec::leak(searches),
        longest_call: usual.longest_call / speed,
        others: usual.others / speed,
        // What is still under way at the end is let finish on a slow machine too.
        shutdown_grace: usual.shutdown_grace,
    }
}

/// The client's patience, so much shorter. A connection is given time also where all is busy.
pub(crate) fn timeouts(speed: u32) -> Timeouts {
    let usual = Timeouts::default();
    Timeouts { connect: (usual.connect / speed).max(Duration::from_secs(1)), total: usual.total / speed }
}
