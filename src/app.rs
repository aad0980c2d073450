//! Everything that is decided, nothing that is done: state, messages in, effects out.
//!
//! [`update()`] is a pure function of state and message (I1): it never waits, reads no clock and
//! touches no file. What has to be done leaves as an [`Effect`]; what came of it arrives as a
//! [`Message`]. One file per screen or overlay, named as in `view`.

pub mod board;
pub mod calls;
pub mod connection;
pub mod detail;
pub mod drafts;
pub mod effect;
pub mod filter;
pub mod find;
pub mod form;
pub mod frame;
pub mod help;
pub mod message;
pub mod palette;
pub mod reload;
pub mod remote;
pub mod review;
pub mod sort;
pub mod state;
#[cfg(test)]
pub(crate) mod testing;
pub mod text_field;
pub mod update;

pub use effect::{Effect, Priority, Terms, Waived, Write};
pub use message::{Call, Message, Moment, OpenWrite, ReqId, Sight, Stop, Verdict, Written};
pub use reload::Reloaded;
pub use remote::Remote;
pub use state::{Layer, Note, Setup, State};
pub use update::update;
