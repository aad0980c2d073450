//! Everything that is decided, nothing that is done: state, messages in, effects out.
//!
//! [`update()`] is a pure function of state and message (I1): it never waits, reads no clock and
//! touches no file. What has to be done leaves as an [`Effect`]; what came of it arrives as a
//! [`Message`]. One file per screen or overlay, named as in `view`.

pub mod apps;
pub mod board;
pub mod calls;
pub mod clip;
mod compare;
pub mod connection;
pub mod copy;
pub mod detail;
pub mod drafts;
mod effect;
pub mod filter;
pub mod find;
pub mod form;
pub mod frame;
pub mod help;
pub mod hints;
pub mod layer;
pub mod lines;
pub mod list;
pub mod menu;
pub mod message;
pub mod mouse;
pub mod neighbour;
mod next;
pub mod overview;
pub mod palette;
pub mod pending;
mod pointer;
pub mod presence;
pub mod profiles;
pub mod reload;
mod remote;
pub mod reply;
pub mod request;
pub mod review;
pub mod setup;
pub mod shared;
pub mod sort;
pub mod state;
pub mod stop;
mod switch;
mod task_actions;
mod terminal;
#[cfg(test)]
pub(crate) mod testing;
pub mod text_field;
pub mod timeline;
pub mod update;
pub mod write;
pub mod writes;

pub use crate::domain::call::Call;
pub use apps::{AppEffect, Apps};
pub use clip::{Clip, ClipLabel, Copied};
pub use compare::differs;
pub use effect::{Effect, Priority, Wanted};
pub use layer::Layer;
pub use message::Message;
pub use mouse::{Mouse, MouseKind};
pub use pending::PendingWrite;
pub use remote::Remote;
pub use reply::PendingReply;
pub use request::{Moment, ReqId};
pub use setup::{ProfileEntry, Reloaded, Setup};
pub use shared::{Note, Shared};
pub use state::State;
pub use switch::{AppNumber, SwitchTo};
pub use terminal::{TerminalAnswer, TerminalTraits};
pub use update::update;
pub use write::{OpenWrite, Sight, Stop, Terms, Verdict, Waived, Write, Written};
