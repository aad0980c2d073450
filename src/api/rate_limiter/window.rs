//! When a call may go: the slots of one API, and what is known of the round trip to the service.
//!
//! Pure: time is an argument.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Calls in one second, for each API (documents, *Push REST API list*; W1).
pub(super) const CALLS: usize = 5;

/// How long a slot rests after its call was counted: the second, and a little for a clock that runs
/// otherwise.
pub(super) const REST: Duration = Duration::from_millis(1_020);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Busy,
    RestsUntil(Instant),
}

/// The slots of one API.
#[derive(Debug)]
pub(super) struct Window {
    slots: [Option<Slot>; CALLS],
}

/// When the next call may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    /// Now, in this slot; [`Window::finish`] takes it back.
    Now(usize),
    /// Not before then, and not later either.
    At(Instant),
    /// All calls are under way; one has to end first.
    WhenOneEnds,
}

impl Default for Window {
    fn default() -> Self {
        Self { slots: [None; CALLS] }
    }
}

impl Window {
    /// Takes a slot if one is free.
    pub(super) fn release(&mut self, now: Instant) -> Release {
        let mut soonest: Option<Instant> = None;
        for (number, slot) in self.slots.iter_mut().enumerate() {
            match *slot {
                Some(Slot::Busy) => {}
                Some(Slot::RestsUntil(until)) if now < until => {
                    soonest = Some(soonest.map_or(until, |at| at.min(until)));
                }
                Some(Slot::RestsUntil(_)) | None => {
                    *slot = Some(Slot::Busy);
                    return Release::Now(number);
                }
            }
        }
        soonest.map_or(Release::WhenOneEnds, Release::At)
    }

    /// The call in this slot is over, and the service counted it at this moment at the latest.
    pub(super) fn finish(&mut self, number: usize, counted: Instant) {
        if let Some(slot) = self.slots.get_mut(number) {
            *slot = Some(Slot::RestsUntil(counted + REST));
        }
    }
}

/// How many of the last answers are remembered.
const ANSWERS: usize = 64;
/// Before there were so many, the round trip is not known. The first ones set up connections.
const ENOUGH: usize = 16;
/// The share of the shortest round trip that is believed: the next answer may be a little faster.
const BELIEVED_PERCENT: u32 = 90;

/// The shortest time from sending to answer lately.
///
/// Two calls of the same round trip time are counted as far apart as they were sent; only
/// what a call took *longer* than that can have brought its counting closer to a later call's.
/// Without this knowledge a slot would rest for the whole round trip as well, and a distant service would
/// get a good deal fewer than five calls a second.
#[derive(Debug, Default)]
pub(super) struct Rtt {
    took: VecDeque<Duration>,
}

impl Rtt {
    /// An answer came after this time.
    pub(super) fn answered(&mut self, took: Duration) {
        if self.took.len() == ANSWERS {
            self.took.pop_front();
        }
        self.took.push_back(took);
    }

    /// The part of a call's time that cannot have moved its counting.
    pub(super) fn shortest(&self) -> Duration {
        let shortest = self.took.iter().min().filter(|_| self.took.len() >= ENOUGH);
        shortest.map_or(Duration::ZERO, |rtt| *rtt * BELIEVED_PERCENT / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn a_slot_is_taken_until_a_second_after_the_counting() {
        let mut window = Window::default();
        let start = Instant::now();
        for slot in 0..CALLS {
            assert_eq!(window.release(start), Release::Now(slot));
        }
        assert_eq!(window.release(start + ms(60_000)), Release::WhenOneEnds);
        window.finish(3, start + ms(200));
        window.finish(1, start + ms(300));
        assert_eq!(window.release(start + ms(1_100)), Release::At(start + ms(200) + REST));
        assert_eq!(window.release(start + ms(200) + REST), Release::Now(3));
    }

    #[test]
    fn the_way_is_the_shortest_of_many_answers_and_nothing_of_few() {
        let mut rtt = Rtt::default();
        for took in 0..15 {
            rtt.answered(ms(200 + took));
            assert_eq!(rtt.shortest(), ms(0));
        }
        rtt.answered(ms(900));
        assert_eq!(rtt.shortest(), ms(180));
        rtt.answered(ms(100));
        assert_eq!(rtt.shortest(), ms(90), "a faster answer counts at once");
        for _ in 0..ANSWERS {
            rtt.answered(ms(300));
        }
        assert_eq!(rtt.shortest(), ms(270), "one that became longer is learned");
    }
}
