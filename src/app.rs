//! Everything that is decided, nothing that is done: state, messages in, effects out.

pub mod effect;
pub mod message;
pub mod remote;

pub use effect::{Effect, Lane, Write};
pub use message::{Call, Message, Moment, ReqId, Verdict, Written};
pub use remote::Remote;
