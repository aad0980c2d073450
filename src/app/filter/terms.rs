//! What the local filter is: the value of floor 0, by the name that the table knows it.

pub use crate::domain::filter::Filter;
