//! `&State` to cells.

pub mod form;
pub mod overlay;
pub mod review;
