//! The form, by topic. Here stands what the topics share.

use crate::app::State;
use crate::domain::Task;
use crossterm::event::KeyCode;
use serde_json::json;
use std::time::Duration;

use super::super::update::update;
use super::*;
use crate::app::testing::{self, feed, press, setup, type_in};
use crate::app::{Message, Moment};
use crate::domain::kept::FoundDraft;
use crate::domain::wire::{read_task, time_in};

mod drafts;
mod effort;
mod given;
mod keys;
mod lists;
mod odd;
mod requests;

/// 14:03:22 in Shanghai.
const NOW: &str = "2026-11-21 06:03:22";

fn moment(ms: u64) -> Moment {
    let running = Duration::from_millis(ms);
    Moment { utc: time_in(NOW).unwrap() + running, running }
}

fn start() -> State {
    State::start(setup(), moment(0), (100, 30)).0
}

fn tick(state: &mut State, ms: u64) -> Vec<Effect> {
    update(state, Message::Ticked(moment(ms)))
}

fn ctrl(state: &mut State, c: char) -> Vec<Effect> {
    feed(state, [testing::ctrl(c)])
}

/// A new form, on a disk that has answered that it holds nothing.
fn new_form(state: &mut State) {
    let effects = press(state, KeyCode::Char('n'));
    let [Effect::LoadDraft { req, .. }] = effects[..] else { panic!("{effects:?}") };
    update(state, Message::DraftLoaded { req, result: Ok(FoundDraft::default()) });
}

fn go_to(state: &mut State, label: &str) {
    if !form(state).fields().iter().any(|field| field.label() == label) {
        // It is in a group that is folded away.
        ctrl(state, 'o');
    }
    for _ in 0..80 {
        if form(state).focus.label() == label {
            return;
        }
        press(state, KeyCode::Tab);
    }
    panic!("no field {label}");
}

fn form(state: &State) -> &Form {
    state.form().expect("a form")
}

fn note(state: &State) -> &str {
    state.note.as_ref().map_or("", |note| note.text.as_str())
}

fn drafts_of(effects: &[Effect]) -> Vec<&'static str> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::SaveDraft { .. } => Some("save"),
            Effect::DropDraft { .. } => Some("drop"),
            Effect::LoadDraft { .. } => Some("load"),
            Effect::ArchiveDraft { .. } => Some("archived"),
            Effect::List { .. }
            | Effect::Sync { .. }
            | Effect::KeepSnapshot { .. }
            | Effect::Get { .. }
            | Effect::Write { .. }
            | Effect::Settle { .. }
            | Effect::Search { .. }
            | Effect::Reload { .. }
            | Effect::Adopt { .. }
            | Effect::ListDrafts { .. }
            | Effect::RestoreDraft { .. }
            | Effect::Copy(_)
            | Effect::Notify { .. }
            | Effect::CaptureMouse(_)
            | Effect::Repaint
            | Effect::Suspend
            | Effect::Switch(_)
            | Effect::OpenProfile(_)
            | Effect::TakeTerminal
            | Effect::Quit => None,
        })
        .collect()
}

fn task(content: serde_json::Value) -> Task {
    let info = json!({"TaskID": 1_004_821, "Type": "Tag", "SchedAt": "2026-11-22 01:00:00", "Status": "pending",
        "Content": content});
    read_task(info.as_object().unwrap()).unwrap()
}

fn tag_task() -> Task {
    task(json!({"From_Account": "administrator", "MsgRandom": 5, "Condition": {"TagsOr": ["vip"]},
        "OfflinePushInfo": {"Title": "old", "Desc": "text", "New": [1.50]}}))
}

fn reopened(state: &mut State) {
    press(state, KeyCode::Char('n'));
}
