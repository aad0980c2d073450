//! Fuzz targets: what comes from outside may be anything, and never breaks a promise.
//!
//! Every target is a function of bytes that asserts what must hold for all of them. `cargo test` runs each
//! on its stored inputs (`__fuzz__/<target>/corpus`, found crashes beside it) and on some generated ones, the
//! same at every run, in about a second. Hours of it, on random ones, with every target for that many seconds:
//!
//! ```text
//! PUSHDECK_FUZZ_SECONDS=3600 cargo test --release --test fuzz
//! ```
//!
//! A failure prints the input, made as small as it gets, and a `BOLERO_RANDOM_SEED` that repeats it; kept
//! under `__fuzz__/<target>/crashes` it is run for ever. The same targets run guided by coverage with
//! `cargo bolero test`: see `docs/ARCHITECTURE.md`.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    reason = "what goes wrong here is the failure of the test"
)]

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

mod answers;
mod filter;
mod input;
mod keys;
mod query;
mod samples;
mod screen;
mod text;
mod times;
mod usersig;

/// How long each target runs, when it is to run for long.
fn seconds() -> Option<Duration> {
    std::env::var("PUSHDECK_FUZZ_SECONDS").ok().map(|text| Duration::from_secs(text.parse().unwrap()))
}

/// So many inputs, the same at every run.
fn generated(count: u64) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(|number| {
        let mut rng = StdRng::seed_from_u64(number);
        let longest = [8, 64, 512][rng.random_range(0..3)];
        let mut bytes = vec![0; rng.random_range(0..=longest)];
        rng.fill(bytes.as_mut_slice());
        bytes
    })
}

/// Names the input that a target fell over.
struct Named<'a>(&'a [u8]);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the input is {:?}", self.0);
        }
    }
}

/// One target: its stored inputs, and so many generated ones.
macro_rules! target {
    ($(#[$doc:meta])* $test:ident, $name:literal, $body:path, $iterations:literal) => {
        $(#[$doc])*
        #[test]
        fn $test() {
            let target = bolero::check!(name = $name);
            let target = match seconds() {
                Some(time) => target.with_test_time(time),
                None => target.with_iterations(0),
            };
            target.for_each(|bytes: &[u8]| $body(bytes));
            for bytes in generated($iterations) {
                let _named = Named(&bytes);
                $body(&bytes);
            }
        }
    };
}

target!(
    any_answer_is_read_or_refused_and_nothing_of_it_acts_on_the_terminal,
    "answers",
    answers::hold,
    1_000
);
target!(any_text_is_cleaned_once_and_fits_the_cells_it_is_given, "text", text::hold, 1_500);
target!(any_time_entry_is_taken_or_refused_and_any_instant_can_be_shown, "times", times::hold, 1_500);
target!(any_signature_is_proven_or_refused, "usersig", usersig::hold, 300);
target!(any_query_is_asked_with_numbers_that_fit, "query", query::hold, 1_500);
target!(any_filter_is_read_and_hides_only_what_it_names, "filter", filter::hold, 1_000);
target!(any_keys_are_heard_without_a_fall_and_a_burst_of_them_writes_nothing, "keys", keys::hold, 60);
target!(any_answer_is_drawn_at_any_size_without_a_control_character, "screen", screen::hold, 60);
