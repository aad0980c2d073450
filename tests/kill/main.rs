//! The real sandbox on a file, killed at random moments: nothing acknowledged may be lost, nothing
//! may be half there, nothing may be dispatched twice.
//!
//! Several connections create, change, delete and read tasks, and half of the tasks are due at once,
//! so that the dispatcher works at the same time. `SIGKILL` comes after a random number of requests
//! and answers, or while the process starts. After each start the whole database is compared with
//! what was acknowledged.
//!
//! `cargo test` gives it a short dose of 20 kills, some seconds. The full dose, before a release and
//! after any change of store, engine or dispatcher:
//!
//! ```sh
//! PUSHDECK_KILLS=200 cargo test --test kill -- --nocapture
//! ```
//!
//! `PUSHDECK_KILL_SEED` repeats a run; a failed run prints its seed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what goes wrong here is the failure of the test"
)]

use std::env;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

mod file;
mod known;
mod process;
mod writer;

use file::File;

/// Kills when nobody says how many.
const SHORT_DOSE: usize = 20;

/// Kills of one database; then a new one begins, so that comparing stays quick.
const KILLS_OF_A_FILE: usize = 25;

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let kills: usize = env::var("PUSHDECK_KILLS").map_or(SHORT_DOSE, |text| text.parse().unwrap());
    let given = env::var("PUSHDECK_KILL_SEED").ok();
    let seed: u64 = given.map_or_else(|| rand::rng().random(), |text| text.parse().unwrap());
    println!("PUSHDECK_KILL_SEED={seed}");
    let workers = 2;
    let threads: Vec<_> = (0..workers)
        .map(|worker| {
            let mine = kills / workers + usize::from(worker < kills % workers);
            let rng = StdRng::seed_from_u64(seed ^ (worker as u64) << 32);
            std::thread::spawn(move || kills_of_one_worker(mine, rng))
        })
        .collect();
    // All of them are waited for, so that no process is left behind when one has failed.
    let ended: Vec<_> = threads.into_iter().map(std::thread::JoinHandle::join).collect();
    let mut all = Figures::default();
    for worker in ended {
        // Its panic has been printed; the seed repeats it.
        all.add(&worker.unwrap_or_else(|_| panic!("failed with PUSHDECK_KILL_SEED={seed}")));
    }
    println!("{all:?}");
    assert_eq!(all.kills, kills);
    // A handful of kills may well come while the process starts.
    if kills >= SHORT_DOSE {
        assert!(all.acknowledged > kills && all.in_flight > 0, "too little happened: {all:?}");
        assert!(all.sent > 0 && all.interrupted > 0, "no kill met the dispatcher at work: {all:?}");
    }
}

/// What happened, to show that the test tested something.
#[derive(Debug, Default)]
struct Figures {
    kills: usize,
    /// Writes that were answered.
    acknowledged: usize,
    /// Writes under way when the kill came.
    in_flight: usize,
    /// Those of them that had been done.
    in_flight_done: usize,
    sent: usize,
    interrupted: usize,
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.acknowledged += other.acknowledged;
        self.in_flight += other.in_flight;
        self.in_flight_done += other.in_flight_done;
        self.sent += other.sent;
        self.interrupted += other.interrupted;
    }
}

fn kills_of_one_worker(kills: usize, mut rng: StdRng) -> Figures {
    let mut figures = Figures::default();
    while figures.kills < kills {
        let dir = tempfile::tempdir().unwrap();
        let mut file = File::new(dir.path(), rng.random());
        for _ in 0..KILLS_OF_A_FILE.min(kills - figures.kills) {
            file.live_and_die(&mut rng);
            figures.kills += 1;
        }
        file.end_well();
        figures.add(&file.figures);
    }
    figures
}
