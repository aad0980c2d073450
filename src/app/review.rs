//! The review: the only place from which anything is written.
use crossterm::event::KeyEvent;

use crate::domain::{Failure, Task};
use crate::keymap::Action;

use super::effect::Effect;
use super::message::{ReqId, Verdict, Written};
use super::state::State;

/// The review.
#[derive(Clone, Debug)]
pub struct Review {}

/// Opens the review of a cancel.
pub fn open_cancel(_state: &mut State, _task: &Task) -> Vec<Effect> {
    Vec::new()
}
/// A key in the review.
pub fn on_key(_state: &mut State, _event: KeyEvent, _action: Option<Action>) -> Vec<Effect> {
    Vec::new()
}
/// Time went on.
pub fn on_tick(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}
/// A fresh copy came, or did not.
pub fn on_got(_state: &mut State, _req: ReqId, _result: Result<Task, Failure>) -> Vec<Effect> {
    Vec::new()
}
/// A write was done, or certainly not.
pub fn on_wrote(_state: &mut State, _req: ReqId, _result: Result<Written, Failure>) -> Vec<Effect> {
    Vec::new()
}
/// A write's outcome is not known.
pub fn on_unknown(_state: &mut State, _req: ReqId, _failure: Failure) -> Vec<Effect> {
    Vec::new()
}
/// A write's outcome was found out.
pub fn on_settled(_state: &mut State, _req: ReqId, _verdict: Verdict) -> Vec<Effect> {
    Vec::new()
}
