//! HTTP: one async method for each of the five calls.
