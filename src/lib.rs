//! pushdeck: the terminal dashboard for scheduled push tasks on Tencent Cloud Chat (TIMPush).

pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod keymap;
pub mod sandbox;
pub mod store;
pub mod term;
pub mod theme;
pub mod tui;
pub mod usersig;
pub mod view;
pub mod worker;
