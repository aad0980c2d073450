//! Laws of the budget, under a clock that the tests move.

use proptest::prelude::*;

use super::window::{CALLS, REST};
use super::*;

const COMMAND: Command = Command::List;

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// One call of the generated traffic: when it comes, in which priority, how long its answer takes,
/// at which part of that time the service counts it (in thousandths), and whether the caller
/// has gone away before its turn.
#[derive(Clone, Debug)]
struct Arrival {
    at: u64,
    priority: Priority,
    took: u64,
    counted: u64,
    patience: Option<u64>,
}

fn arrival() -> impl Strategy<Value = Arrival> {
    let priority = (0..Priority::ALL.len()).prop_map(|i| Priority::ALL[i]);
    let patience = proptest::option::weighted(0.2, 0u64..3_000);
    (0u64..6_000, priority, 0u64..1_500, 0u64..=1_000, patience)
        .prop_map(|(at, priority, took, counted, patience)| Arrival { at, priority, took, counted, patience })
}

/// What became of one call.
#[derive(Clone, Copy, Debug)]
struct Passed {
    priority: Priority,
    arrived: Instant,
    released: Instant,
    finished: Instant,
    counted: Instant,
}

async fn run(arrivals: Vec<Arrival>) -> (Vec<Passed>, Instant) {
    let limiter = Arc::new(RateLimiter::default());
    let start = tokio::time::Instant::now();
    let calls: Vec<_> = arrivals
        .into_iter()
        .map(|arrival| {
            let limiter = Arc::clone(&limiter);
            tokio::spawn(async move {
                tokio::time::sleep_until(start + ms(arrival.at)).await;
                let arrived = now();
                let turn = limiter.pass(COMMAND, arrival.priority);
                let permit = match arrival.patience {
                    None => turn.await,
                    Some(patience) => tokio::time::timeout(ms(patience), turn).await.ok()?,
                };
                let released = now();
                tokio::time::sleep(ms(arrival.took)).await;
                drop(permit);
                let counted = released + ms(arrival.took * arrival.counted / 1_000);
                Some(Passed { priority: arrival.priority, arrived, released, finished: now(), counted })
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
        // Nobody of a lower priority goes while a higher one waits.
        for call in &passed {
            for other in &passed {
                let waited = other.arrived + TICK < call.released && call.released + TICK < other.released;
                prop_assert!(!(waited && other.priority < call.priority), "{call:?} before {other:?}");
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
async fn a_write_goes_before_ten_thousand_that_refresh() {
    let limiter = Arc::new(RateLimiter::default());
    let mut held = Vec::new();
    for _ in 0..CALLS {
        held.push(limiter.pass(COMMAND, Priority::Background).await);
    }
    let (order, mut served) = tokio::sync::mpsc::channel(10_002);
    for priority in std::iter::repeat_n(Priority::Background, 10_000).chain([Priority::Page, Priority::Write])
    {
        let (limiter, order) = (Arc::clone(&limiter), order.clone());
        tokio::spawn(async move {
            let permit = limiter.pass(COMMAND, priority).await;
            order.send(priority).await.unwrap();
            drop(permit);
        });
        tokio::task::yield_now().await;
    }
    drop(held);
    assert_eq!(served.recv().await, Some(Priority::Write));
    assert_eq!(served.recv().await, Some(Priority::Page));
    assert_eq!(served.recv().await, Some(Priority::Background));
}

#[tokio::test(start_paused = true)]
async fn commands_do_not_wait_for_each_other() {
    let limiter = RateLimiter::default();
    let mut held = Vec::new();
    for command in Command::ALL {
        for _ in 0..CALLS {
            held.push(limiter.pass(command, Priority::Page).await);
        }
    }
    let blocked = tokio::time::timeout(ms(5_000), limiter.pass(COMMAND, Priority::Write)).await;
    assert!(blocked.is_err(), "a sixth call went while five were under way");
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_leaves_the_place_to_the_next() {
    let limiter = Arc::new(RateLimiter::default());
    let mut held = Vec::new();
    for _ in 0..CALLS {
        held.push(limiter.pass(COMMAND, Priority::Page).await);
    }
    let first = tokio::spawn({
        let limiter = Arc::clone(&limiter);
        async move { limiter.pass(COMMAND, Priority::Write).await }
    });
    tokio::task::yield_now().await;
    let second = tokio::spawn({
        let limiter = Arc::clone(&limiter);
        async move { limiter.pass(COMMAND, Priority::Page).await }
    });
    tokio::task::yield_now().await;
    drop(held);
    first.abort();
    let permit = tokio::time::timeout(REST + TICK, second).await.expect("the place was not freed").unwrap();
    drop(permit);
}

/// One call of a fixed round trip time: how much later than it might it is counted, and answered.
#[derive(Clone, Copy, Debug)]
struct Trip {
    at: u64,
    priority: Priority,
    late: u64,
    slow: u64,
}

/// Most trips take about as long; some are held up anywhere.
fn jitter() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0u64..=10, 1 => 0u64..1_500]
}

fn trip() -> impl Strategy<Value = Trip> {
    let priority = (0..Priority::ALL.len()).prop_map(|i| Priority::ALL[i]);
    (0u64..10_000, priority, jitter(), jitter()).prop_map(|(at, priority, late, slow)| Trip {
        at,
        priority,
        late,
        slow,
    })
}

/// Sends one call with a round trip of so many milliseconds; tells when it was counted.
async fn travel(limiter: &RateLimiter, priority: Priority, there: u64, back: u64) -> Instant {
    let permit = limiter.pass(COMMAND, priority).await;
    tokio::time::sleep(ms(there)).await;
    let counted = now();
    tokio::time::sleep(ms(back)).await;
    permit.answered();
    counted
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the round trip is, and wherever on it the calls are counted.
    #[test]
    fn a_long_way_that_is_known_lets_no_sixth_call_through(
        trips in proptest::collection::vec(trip(), 30..100),
        (there, back) in (0u64..400, 0u64..400),
    ) {
        let mut counted = paused().block_on(async move {
            let limiter = Arc::new(RateLimiter::default());
            let start = tokio::time::Instant::now();
            let calls: Vec<_> = trips.into_iter().map(|trip| {
                let limiter = Arc::clone(&limiter);
                tokio::spawn(async move {
                    tokio::time::sleep_until(start + ms(trip.at)).await;
                    travel(&limiter, trip.priority, there + trip.late, back + trip.slow).await
                })
            }).collect();
            let mut counted = Vec::new();
            for call in calls {
                counted.push(call.await.unwrap());
            }
            counted
        });
        counted.sort();
        for six in counted.windows(CALLS + 1) {
            prop_assert!(six[CALLS] - six[0] > ms(1_000), "{six:?}");
        }
    }
}

/// Background calls let through in one minute, once the round trip is known; 300 are allowed.
fn in_a_minute(rtt: u64, jitter: u64) -> usize {
    paused().block_on(async move {
        let limiter = Arc::new(RateLimiter::default());
        let callers: Vec<_> = (0..40u64)
            .map(|caller| {
                let limiter = Arc::clone(&limiter);
                tokio::spawn(async move {
                    let mut counted = Vec::new();
                    for call in 0..30 {
                        let late = (caller * 7 + call * 13) % (jitter + 1);
                        counted.push(travel(&limiter, Priority::Background, rtt / 2 + late, rtt / 2).await);
                    }
                    counted
                })
            })
            .collect();
        let mut counted = Vec::new();
        for caller in callers {
            counted.extend(caller.await.unwrap());
        }
        counted.sort();
        let (from, to) = (counted[0] + ms(20_000), counted[0] + ms(80_000));
        counted.iter().filter(|at| from <= **at && **at < to).count()
    })
}

#[test]
fn background_reading_uses_ninety_five_percent_when_nobody_else_asks() {
    for rtt in [0, 20, 100, 200, 300] {
        let calls = in_a_minute(rtt, 4);
        assert!((285..=300).contains(&calls), "{calls} in a minute with a round trip of {rtt} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn after_too_many_calls_only_the_background_gives_way_and_recovers() {
    let limiter = RateLimiter::default();
    limiter.pass(COMMAND, Priority::Page).await.refused();
    tokio::time::sleep(ms(2_000)).await;
    let began = now();
    let mut at = Vec::new();
    for _ in 0..30 {
        travel(&limiter, Priority::Background, 0, 0).await;
        at.push(now().saturating_duration_since(began).as_secs());
    }
    let between = |from: u64, to: u64| at.iter().filter(|s| (from..to).contains(s)).count();
    assert_eq!(between(0, 7), 7, "one a second: {at:?}");
    assert!((15..=20).contains(&between(9, 18)), "then two: {at:?}");
    let began = now();
    for _ in 0..CALLS {
        drop(limiter.pass(COMMAND, Priority::Page).await);
    }
    assert!(now().saturating_duration_since(began) <= REST + TICK, "who waits is not slowed down");
    let other = now();
    drop(limiter.pass(Command::Get, Priority::Background).await);
    drop(limiter.pass(Command::Get, Priority::Background).await);
    assert_eq!(now(), other, "nor is another API");
}
