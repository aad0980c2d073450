//! The form of a task: new, from another, edit, change time.
use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;

use crate::domain::{Draft, Task};
use crate::keymap::Action;

use super::effect::Effect;
use super::message::ReqId;
use super::state::State;

/// The form.
#[derive(Clone, Debug)]
pub struct Form {
    /// What was typed so far.
    pub draft: Draft,
}

/// Opens the form for a new task.
pub fn open_new(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}
/// Opens the form with another task's content.
pub fn open_from(_state: &mut State, _task: &Task) -> Vec<Effect> {
    Vec::new()
}
/// Opens the form for a change.
pub fn open_edit(_state: &mut State, _task: &Task) -> Vec<Effect> {
    Vec::new()
}
/// Opens the form for a change of the time only.
pub fn open_time(_state: &mut State, _task: &Task) -> Vec<Effect> {
    Vec::new()
}
/// A key in the form.
pub fn on_key(_state: &mut State, _event: KeyEvent, _action: Option<Action>) -> Vec<Effect> {
    Vec::new()
}
/// A paste into the field that has the keys.
pub fn on_paste(_state: &mut State, _text: &str) {}
/// Time went on: a draft that changed is kept on disk.
pub fn on_tick(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}
/// Keeps the draft before leaving.
pub fn keep_draft_now(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}
/// The draft on disk came.
pub fn on_draft_loaded(
    _state: &mut State,
    _req: ReqId,
    _result: Result<Option<(Draft, DateTime<Utc>)>, String>,
) -> Vec<Effect> {
    Vec::new()
}
/// The draft is on disk, or not.
pub fn on_draft_kept(_state: &mut State, _req: ReqId, _result: Result<(), String>) {}
