//! How long the worker waits for what.

use std::time::Duration;

/// How long things are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// When a write of unknown outcome is first searched for, counted from the moment its answer failed
    /// to come. A change or a cancel is settled by the last of them.
    pub searches: [Duration; 4],
    /// How often after that, until a create that is not there may be believed not to be, or until the
    /// service answers at all.
    pub search_every: Duration,
    /// "Not there" is believed of a create after this, or after three times the longest delay with
    /// which the list has shown our own creates, whichever is more (W2).
    pub least_doubt: Duration,
    /// When the list is asked for a task that was just created, to learn that delay.
    pub delay_searches: &'static [Duration],
    /// Within this a call that was let go is answered or given up, with all its attempts. A write of
    /// another run is not called "not done" before.
    pub longest_call: Duration,
    /// How often the journal is asked what other pushdecks have open, and which of them are dead.
    pub others: Duration,
    /// How long writes and drafts are waited for at exit: a call's longest time, and a little; less
    /// than the loop waits, so that the last answers still reach it.
    pub shutdown_grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            searches: [2, 5, 10, 20].map(Duration::from_secs),
            search_every: Duration::from_secs(15),
            least_doubt: Duration::from_mins(1),
            delay_searches: const {
                &[
                    Duration::from_millis(500),
                    Duration::from_secs(2),
                    Duration::from_secs(5),
                    Duration::from_secs(10),
                    Duration::from_secs(20),
                    Duration::from_secs(40),
                    Duration::from_secs(80),
                    Duration::from_mins(2),
                ]
            },
            longest_call: Duration::from_secs(30),
            others: Duration::from_secs(15),
            shutdown_grace: Duration::from_secs(11),
        }
    }
}
