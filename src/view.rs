//! `&State` to cells.
