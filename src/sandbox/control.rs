//! Control over a running sandbox: its faults, its clock, its outcomes, and a look behind the wire.
//!
//! Once for programs in the same process, and the same over HTTP for others. Nothing here is part of
//! the service that is imitated, and nothing here passes signature or rate.

mod forms;
mod hosts;
mod http;
mod in_process;
mod operations;

pub use hosts::host_name;
pub(super) use http::{PREFIX, answer};
pub use operations::Truth;
