//! The sandbox's tasks in SQLite: in memory, or in a file that survives the process.
//!
//! Synchronous: called on threads that may wait, never across an await. It knows stages and orders,
//! not the rules of the wire. One process owns a file at a time; of its connections one writes.

mod connection;
mod due;
mod error;
mod file;
mod list;
mod query;
mod served;
mod task;
#[cfg(test)]
mod tests;
mod totals;

pub(super) use connection::Database;
pub(super) use due::{Dispatching, OutcomeRule, PushCount};
pub(super) use error::OpenError;
pub(super) use query::{ListQuery, ListRange, TimeField};
pub(super) use task::{DispatchResult, NewRow, TaskRow, TaskStage, TaskText};
