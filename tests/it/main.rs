//! Journeys: the real binary in a pseudo-terminal, against the sandbox over real HTTP.

mod bad_input;
mod browse;
mod live;
mod service;
mod terminal;
mod write;
