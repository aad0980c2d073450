//! Times for people: entry that cannot be misread, stamps with their zone, countdowns and ages.
//!
//! The present and the zone are arguments. An entry that could mean two things is refused with the
//! two things in words, never guessed. What is written here is read here, too.

mod day;
mod entry;
mod problem;
mod range;
#[cfg(test)]
mod tests;
mod wall_clock;
mod words;

pub use entry::{on_scheduled, parse, parse_change, read_span};
pub use problem::WhenProblem;
pub use range::{parse_range, range, range_in_short};
pub use wall_clock::{day_begin, day_of};
pub use words::{
    age, clock, day_time, distance, editable, exact_span, from_now, moved, offset_and_year, portable,
    shown_by_clock, span, stamp, whole, zone_label,
};
