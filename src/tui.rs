//! The select loop.
