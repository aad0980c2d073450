//! Journeys: the real binary in a pseudo-terminal, against the sandbox over real HTTP; beside them what it
//! takes to reach the service (`connection`), how the process of `pushdeck sandbox` ends (`sandbox`), and the
//! invariants that stand in the source (`laws`).

#![expect(clippy::unwrap_used, reason = "a journey that cannot go on fails")]

mod api_log;
mod appearance;
mod bad_input;
mod browse;
mod budget;
mod clipboard;
mod connection;
mod doubt;
mod filter;
mod find;
mod form;
mod keys;
mod laws;
mod lists;
mod live;
mod now;
mod pointer;
mod profiles;
mod rebinding;
mod reload;
mod review;
mod rows;
mod sandbox;
mod schedule;
mod secrets;
mod service;
mod signals;
mod spelled_keys;
mod start;
mod terminal;
mod timeline;
mod tmux;
mod two;
mod watch;
mod words;
mod write;
