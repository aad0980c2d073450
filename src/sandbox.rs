//! A faithful server of the same five calls.
