//! The local filter: typed terms and plain words, all of which must fit, over the tasks that are held.
//!
//! A term that is not understood hides nothing and is named. Nothing here reads a clock: what counts from now is
//! judged by the [`FilterContext`] of every row, and what names a day is read anew by [`Filter::renewed`].

mod clauses;
mod context;
mod highlights;
mod read;
mod run;
mod saved;
mod term;
#[cfg(test)]
mod tests;
mod time;

pub use clauses::Filter;
pub use context::FilterContext;
pub use run::Run;
pub use saved::SavedFilter;
