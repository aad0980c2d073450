//! When rows must stay where they are (U4).

use std::time::Duration;

use super::super::shared::Shared;

/// Rows stay where they are for so long after a key.
const HOLD: Duration = Duration::from_millis(1500);

/// Whether rows must stay where they are.
pub(in crate::app) fn is_held(shared: &Shared) -> bool {
    let just_pressed = shared.last_key.is_some_and(|at| shared.now.running < at + HOLD);
    shared.lies_over.dialog || just_pressed
}
