//! A faithful server of the same five calls: axum on SQLite, for the demo, for tests and for training.
//!
//! It is a shell: it listens, waits and reads the clock. It shares only `domain` and `usersig` with
//! the client (I3), and it reads request bodies in its own way, so that a mistake on one side shows
//! on the other. It never lets a key or a signature out, save in [`profile_toml`], whose purpose
//! that is. What it does where the documents are silent is said in [`Options`].

mod admission;
mod answer;
mod calls;
mod clock;
mod control;
mod counters;
mod credentials;
mod dispatch;
mod engine;
mod faults;
mod listener;
mod lock;
mod lockout;
mod options;
mod options_file;
mod peers;
mod routes;
mod rules;
mod running;
mod seed;
mod shared;
mod start;
mod store;
#[cfg(test)]
mod tests;

pub use clock::{Clock, VirtualClock};
pub use control::{Truth, host_name};
pub use counters::{Count, Counters};
pub use credentials::{
    Credentials, DEFAULT_IDENTIFIER, DEFAULT_SDKAPPID, ProfileKey, make_key, profile_toml,
};
pub use faults::{Fault, FaultKind, When};
pub use options::{
    AppOptions, ConnectionLimits, ErrorStyle, ListTimeField, ModifyContent, Options, WantOverflow,
};
pub use options_file::KeyLookup;
pub use running::Running;
pub use seed::Seed;
pub use start::{Bound, StartError, bind, start};
