//! The hard limit of the service: 5 calls a second for each command (section 1.5 of the fact sheet).
//!
//! Nobody knows when, between sending and answer, the service counts a call, nor where its second
//! begins. So a slot is taken from the moment a call is let go until a whole second after its answer
//! came or it was given up; however the service counts, it never sees a sixth. Lanes are strict: a
//! higher one goes before any lower one, however many wait. No lock is held over an await.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::domain::Lane;
use crate::domain::wire::Command;

/// Calls in one second, for each command.
pub const CALLS: usize = 5;

/// How long a slot rests after its call: the second, and a little for a clock that runs otherwise.
pub const REST: Duration = Duration::from_millis(1_020);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Busy,
    RestsUntil(Instant),
}

/// The slots of one command. Pure: time is an argument.
#[derive(Debug)]
pub struct Window {
    slots: [Option<Slot>; CALLS],
}

/// When the next call may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
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
    pub fn release(&mut self, now: Instant) -> Release {
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

    /// The call in this slot was answered or given up.
    pub fn finish(&mut self, number: usize, now: Instant) {
        if let Some(slot) = self.slots.get_mut(number) {
            *slot = Some(Slot::RestsUntil(now + REST));
        }
    }
}

/// The queue before one command.
#[derive(Debug, Default)]
struct Queue {
    window: Window,
    /// Who waits, in the order of service: by lane, then by arrival.
    waiting: BTreeMap<(Lane, u64), Arc<Notify>>,
    arrivals: u64,
}

impl Queue {
    fn wake_first(&self) {
        if let Some(first) = self.waiting.values().next() {
            first.notify_one();
        }
    }
}

#[derive(Debug, Default)]
struct Door(Mutex<Queue>);

impl Door {
    fn open(&self) -> MutexGuard<'_, Queue> {
        // Every change of a queue is whole before the guard goes, so a panic elsewhere spoils none.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The gate before the service: every call passes it, and waits here when the second is full.
#[derive(Debug, Default)]
pub struct Gate {
    doors: [Arc<Door>; Command::ALL.len()],
}

/// A call that was let go. Dropping it says that the call was answered or given up.
#[derive(Debug)]
#[must_use = "dropping it ends the call"]
pub struct Permit {
    door: Arc<Door>,
    slot: usize,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut queue = self.door.open();
        queue.window.finish(self.slot, now());
        queue.wake_first();
    }
}

/// A place in the queue; leaving it, served or not, lets the next one look.
struct Place {
    door: Arc<Door>,
    key: (Lane, u64),
    turn: Arc<Notify>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queue = self.door.open();
        queue.waiting.remove(&self.key);
        queue.wake_first();
    }
}

impl Place {
    /// A slot, if it is this place's turn and one is free.
    fn look(&self) -> Option<Release> {
        let mut queue = self.door.open();
        let is_first = queue.waiting.keys().next() == Some(&self.key);
        is_first.then(|| queue.window.release(now()))
    }
}

impl Gate {
    /// Waits for the turn of a call. Dropping the future gives the place up.
    pub async fn pass(&self, command: Command, lane: Lane) -> Permit {
        let place = self.queue_up(command, lane);
        loop {
            match place.look() {
                Some(Release::Now(slot)) => return Permit { door: Arc::clone(&place.door), slot },
                Some(Release::At(at)) => {
                    let at = tokio::time::Instant::from_std(at);
                    // Whichever comes first; the next look decides.
                    tokio::select! {
                        () = tokio::time::sleep_until(at) => {}
                        () = place.turn.notified() => {}
                    }
                }
                Some(Release::WhenOneEnds) | None => place.turn.notified().await,
            }
        }
    }

    fn queue_up(&self, command: Command, lane: Lane) -> Place {
        let [add, modify, delete, get, list] = &self.doors;
        let door = match command {
            Command::Add => add,
            Command::Modify => modify,
            Command::Delete => delete,
            Command::Get => get,
            Command::List => list,
        };
        let turn = Arc::new(Notify::new());
        let mut queue = door.open();
        queue.arrivals += 1;
        let key = (lane, queue.arrivals);
        queue.waiting.insert(key, Arc::clone(&turn));
        Place { door: Arc::clone(door), key, turn }
    }
}

/// Tokio's clock, so that tests can move it; outside tests it is the system's monotonic one.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMAND: Command = Command::List;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn a_slot_is_taken_until_a_second_after_the_answer() {
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

    /// One call of the generated traffic: when it comes, in which lane, how long its answer takes,
    /// at which part of that time the service counts it (in thousandths), and whether the caller
    /// has gone away before its turn.
    #[derive(Clone, Debug)]
    struct Arrival {
        at: u64,
        lane: Lane,
        took: u64,
        counted: u64,
        patience: Option<u64>,
    }

    fn arrival() -> impl Strategy<Value = Arrival> {
        let lane = (0..Lane::ALL.len()).prop_map(|i| Lane::ALL[i]);
        let patience = proptest::option::weighted(0.2, 0u64..3_000);
        (0u64..6_000, lane, 0u64..1_500, 0u64..=1_000, patience)
            .prop_map(|(at, lane, took, counted, patience)| Arrival { at, lane, took, counted, patience })
    }

    /// What became of one call.
    #[derive(Clone, Copy, Debug)]
    struct Passed {
        lane: Lane,
        arrived: Instant,
        released: Instant,
        finished: Instant,
        counted: Instant,
    }

    async fn run(arrivals: Vec<Arrival>) -> (Vec<Passed>, Instant) {
        let gate = Arc::new(Gate::default());
        let start = tokio::time::Instant::now();
        let calls: Vec<_> = arrivals
            .into_iter()
            .map(|arrival| {
                let gate = Arc::clone(&gate);
                tokio::spawn(async move {
                    tokio::time::sleep_until(start + ms(arrival.at)).await;
                    let arrived = now();
                    let turn = gate.pass(COMMAND, arrival.lane);
                    let permit = match arrival.patience {
                        None => turn.await,
                        Some(patience) => tokio::time::timeout(ms(patience), turn).await.ok()?,
                    };
                    let released = now();
                    tokio::time::sleep(ms(arrival.took)).await;
                    drop(permit);
                    let counted = released + ms(arrival.took * arrival.counted / 1_000);
                    Some(Passed { lane: arrival.lane, arrived, released, finished: now(), counted })
                })
            })
            .collect();
        let mut passed = Vec::new();
        for call in calls {
            passed.extend(call.await.unwrap());
        }
        passed.sort_by_key(|call| call.released);
        (passed, start.into_std())
    }

    /// Slots taken at a moment.
    fn taken_at(passed: &[Passed], at: Instant) -> usize {
        passed.iter().filter(|call| call.released <= at && at < call.finished + REST).count()
    }

    /// Tokio's timer counts whole milliseconds and may fire one late.
    const TICK: Duration = Duration::from_millis(2);

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_traffic_breaks_the_limit_the_lanes_or_stands_idle(
            arrivals in proptest::collection::vec(arrival(), 1..60)
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time().start_paused(true).build().unwrap();
            let (passed, _) = runtime.block_on(run(arrivals));

            // Never a sixth in a second, wherever the second begins and however they are counted.
            for times in [
                passed.iter().map(|call| call.released).collect::<Vec<_>>(),
                passed.iter().map(|call| call.finished).collect(),
                passed.iter().map(|call| call.counted).collect(),
            ] {
                let mut times = times;
                times.sort();
                for six in times.windows(CALLS + 1) {
                    prop_assert!(six[CALLS] - six[0] > ms(1_000), "{six:?}");
                }
            }
            // Nobody of a lower lane goes while a higher one waits.
            for call in &passed {
                for other in &passed {
                    let waited = other.arrived + TICK < call.released && call.released + TICK < other.released;
                    prop_assert!(!(waited && other.lane < call.lane), "{call:?} before {other:?}");
                }
            }
            // Nobody waits while a slot is free: shortly after a slot came free, it is taken again.
            for freed in passed.iter().map(|call| call.finished + REST + TICK) {
                let taken = taken_at(&passed, freed);
                let waits = |call: &&Passed| call.arrived + TICK < freed && freed < call.released;
                if let Some(call) = passed.iter().find(waits) {
                    prop_assert!(taken >= CALLS, "{taken} taken while {call:?} waited");
                }
            }
            // Nor does anyone wait to whom no other call stands in the way.
            for call in &passed {
                let taken = taken_at(&passed, call.arrived);
                prop_assert!(taken >= CALLS || call.released <= call.arrived + TICK, "{taken}, {call:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_goes_before_thousands_that_refresh() {
        let gate = Arc::new(Gate::default());
        let mut held = Vec::new();
        for _ in 0..CALLS {
            held.push(gate.pass(COMMAND, Lane::Background).await);
        }
        let (order, mut served) = tokio::sync::mpsc::channel(4_000);
        for lane in std::iter::repeat_n(Lane::Background, 3_000).chain([Lane::Page, Lane::Write]) {
            let (gate, order) = (Arc::clone(&gate), order.clone());
            tokio::spawn(async move {
                let permit = gate.pass(COMMAND, lane).await;
                order.send(lane).await.unwrap();
                drop(permit);
            });
            tokio::task::yield_now().await;
        }
        drop(held);
        assert_eq!(served.recv().await, Some(Lane::Write));
        assert_eq!(served.recv().await, Some(Lane::Page));
        assert_eq!(served.recv().await, Some(Lane::Background));
    }

    #[tokio::test(start_paused = true)]
    async fn commands_do_not_wait_for_each_other() {
        let gate = Gate::default();
        let mut held = Vec::new();
        for command in Command::ALL {
            for _ in 0..CALLS {
                held.push(gate.pass(command, Lane::Page).await);
            }
        }
        let blocked = tokio::time::timeout(ms(5_000), gate.pass(COMMAND, Lane::Write)).await;
        assert!(blocked.is_err(), "a sixth call went while five were under way");
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_away_leaves_the_place_to_the_next() {
        let gate = Arc::new(Gate::default());
        let mut held = Vec::new();
        for _ in 0..CALLS {
            held.push(gate.pass(COMMAND, Lane::Page).await);
        }
        let first = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.pass(COMMAND, Lane::Write).await }
        });
        tokio::task::yield_now().await;
        let second = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.pass(COMMAND, Lane::Page).await }
        });
        tokio::task::yield_now().await;
        drop(held);
        first.abort();
        let permit =
            tokio::time::timeout(REST + TICK, second).await.expect("the place was not freed").unwrap();
        drop(permit);
    }
}
