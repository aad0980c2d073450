//! What a scheduled push *is*: pure values and rules. Every floor may use this one.
//!
//! Nothing here reads a clock, a file or the environment, and nothing here awaits: time, zone and
//! randomness arrive as arguments (I1). Limits come from the service's documents; where the
//! documents are silent, the function says so.

pub mod call;
pub mod catalog;
pub mod collision;
pub mod content;
pub mod coverage;
pub mod curl;
pub mod draft;
pub mod duplicate;
pub mod failure;
pub mod fields;
pub mod filter;
pub mod json;
pub mod kept;
pub mod kind;
pub mod limits;
pub mod list;
pub mod pass;
pub mod phase;
pub mod priority;
pub mod profile;
pub mod query;
pub mod rules;
pub mod schedule;
pub mod task;
pub mod text;
pub mod throttle;
pub mod timeline;
pub mod vendors;
pub mod when;
pub mod wire;
pub mod zone;

pub use call::Call;
pub use content::{Audience, Content};
pub use coverage::Coverage;
pub use draft::{Change, Draft, NewTask};
pub use failure::Failure;
pub use filter::Filter;
pub use json::JsonObject;
pub use kind::Kind;
pub use limits::ListLimits;
pub use phase::Phase;
pub use priority::Priority;
pub use query::{Order, Page, Query};
pub use rules::Problem;
pub use schedule::Schedule;
pub use task::{Outcome, Status, Task, TaskId};
pub use zone::Zone;
