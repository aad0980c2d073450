//! What the operator asks for anew.

use crate::domain::Priority;

use super::super::effect::Effect;
use super::super::shared::Shared;
use super::rows::show_waiting;
use super::{sync, watch};

/// Looks at once at what is due and on the screen.
pub fn reload(shared: &mut Shared) -> Vec<Effect> {
    shared.board.watch.again();
    watch::poll(shared, Priority::Page)
}

/// Everything anew: what waited is shown at once.
pub(in crate::app) fn read_again(shared: &mut Shared) -> Vec<Effect> {
    show_waiting(shared);
    let mut effects = reload(shared);
    effects.extend(sync::begin(shared, Priority::Background));
    effects
}
