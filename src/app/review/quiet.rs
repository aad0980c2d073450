//! The input guard of the review (U2): nothing is heard for 400 ms after the frame that shows it, and a
//! confirmation counts only when 400 ms of quiet stood before its first and after its last character.
//!
//! It knows times and keys, not what they mean. Time comes by ticks, and keys wait in a queue behind
//! them: so quiet is believed only at the second tick after it, when no key stood between the two.

use std::time::Duration;

/// So long nothing is heard after the first frame, and so long no key may come before and after a
/// confirmation.
const QUIET: Duration = Duration::from_millis(400);
/// The second tick follows the first so soon.
const SECOND_TICK: Duration = Duration::from_millis(10);

/// The input guard.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct InputGuard {
    /// Since when it is to be on the screen: earlier frames show something else.
    begun: Duration,
    /// When the frame that it counts from came to the terminal; `None` before.
    drawn: Option<Duration>,
    /// Since when no key came; `None` while no clock was read since the last one.
    quiet_since: Option<Duration>,
    /// Whether the quiet has lasted, as far as one tick can tell.
    lasted: bool,
    /// Whether it has lasted, and no key waited behind that tick.
    listens: bool,
    /// Whether it listened when the key came that is looked at now.
    listened: bool,
}

impl InputGuard {
    /// A guard that waits for the first frame of the state as it is now, or later.
    pub(super) fn since(now: Duration) -> Self {
        Self { begun: now, ..Self::default() }
    }

    /// Whether a frame of the state at that time shows what is to be read now, and not what was before.
    pub(super) fn shows(&self, rendered: Duration) -> bool {
        rendered >= self.begun
    }

    /// What is to be read is on the screen now: what was typed before that was typed blind. `rendered` is
    /// the time of the state that the screen shows. Says whether this is the first frame that shows it.
    pub(super) fn on_drawn(&mut self, now: Duration, rendered: Duration) -> bool {
        if !self.shows(rendered) {
            return false;
        }
        let is_first = self.drawn.is_none();
        if is_first {
            self.drawn = Some(now);
        }
        self.quiet_since.get_or_insert(now);
        is_first
    }

    /// A key or a paste came, whatever it means.
    pub(super) fn on_key(&mut self) {
        self.listened = self.listens;
        (self.listens, self.lasted, self.quiet_since) = (false, false, None);
    }

    /// Time went on.
    pub(super) fn on_tick(&mut self, now: Duration) {
        if self.drawn.is_none() {
            return;
        }
        // A key is at most as old as the clock that is read next.
        let since = *self.quiet_since.get_or_insert(now);
        if now >= since + QUIET {
            self.listens = std::mem::replace(&mut self.lasted, true);
        }
    }

    /// Whether keys still do nothing at all.
    pub(super) fn is_closed(&self, now: Duration) -> bool {
        self.drawn.is_none_or(|at| now < at + QUIET)
    }

    /// Whether it was quiet for long enough.
    pub(super) fn listens(&self) -> bool {
        self.listens
    }

    /// Whether it was quiet for long enough before the key that is looked at now.
    pub(super) fn listened(&self) -> bool {
        self.listened
    }

    /// How soon it may change.
    pub(super) fn wake_in(&self, now: Duration) -> Option<Duration> {
        if self.listens {
            return None;
        }
        if self.lasted {
            return Some(SECOND_TICK);
        }
        let left = (self.quiet_since? + QUIET).saturating_sub(now);
        Some(left.max(Duration::from_millis(1)))
    }
}
