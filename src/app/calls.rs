//! The API log: the last attempts at calls, the newest at the bottom, and one of them with
//! everything that is known of it.
//!
//! It follows the newest until the operator moves up. An attempt is known by its number, never by
//! its row, so that it stays chosen while others come. What the full queue of the worker dropped is
//! missing here; `--log` has it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an action or key that means nothing here does nothing here"
)]

pub mod lines;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::domain::call::{Call, End};
use crate::domain::{curl, text};
use crate::keymap::Action;

use super::effect::Effect;
use super::state::{Layer, State};

/// How many attempts are kept.
pub const KEPT: usize = 500;

/// The last attempts, numbered from 1.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    kept: VecDeque<Arc<Call>>,
    made: u64,
}

impl Calls {
    /// Adds the newest; the oldest goes when there are too many.
    pub fn push(&mut self, call: Arc<Call>) {
        self.made += 1;
        self.kept.push_back(call);
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }

    /// The attempt with this number, while it is kept.
    pub fn get(&self, number: u64) -> Option<&Arc<Call>> {
        let at = number.checked_sub(self.oldest())?;
        self.kept.get(usize::try_from(at).ok()?)
    }

    /// All that are kept, oldest first.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &Arc<Call>> {
        self.kept.iter()
    }

    /// How many were made since the start.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// How many of those that are kept failed.
    pub fn failed(&self) -> usize {
        self.kept.iter().filter(|call| matches!(call.end, End::Failed(_))).count()
    }

    /// The number of the oldest that is kept.
    fn oldest(&self) -> u64 {
        self.made + 1 - self.kept.len() as u64
    }
}

/// The list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallList {
    /// The chosen attempt; `None` is the newest, whichever that is.
    chosen: Option<u64>,
    /// The first that is shown, when not the newest is chosen.
    top: u64,
}

impl CallList {
    /// The number of the chosen attempt; `None` when there is none at all.
    pub fn chosen(&self, calls: &Calls) -> Option<u64> {
        if calls.kept.is_empty() {
            return None;
        }
        Some(self.chosen.map_or(calls.made, |chosen| chosen.clamp(calls.oldest(), calls.made)))
    }

    /// The numbers that are shown where there is room for so many rows.
    pub fn window(&self, calls: &Calls, rows: usize) -> Range<u64> {
        let Some(chosen) = self.chosen(calls) else { return 0..0 };
        let rows = (rows as u64).max(1);
        // No row stays empty while there is something to show.
        let last_top = (calls.made + 1).saturating_sub(rows);
        let top = if self.chosen.is_none() { last_top } else { self.top.min(last_top) };
        let top = top.clamp((chosen + 1).saturating_sub(rows), chosen).max(calls.oldest());
        top..(top + rows).min(calls.made + 1)
    }

    /// How many came that are below the last row.
    pub fn newer(&self, calls: &Calls, rows: usize) -> u64 {
        (calls.made + 1).saturating_sub(self.window(calls, rows).end.max(1))
    }

    fn choose(&mut self, number: u64, calls: &Calls, rows: usize) {
        let number = number.max(calls.oldest());
        // Whoever is at the newest follows it.
        let chosen = (number < calls.made).then_some(number);
        *self = Self { chosen, top: self.window(calls, rows).start };
        self.top = self.window(calls, rows).start;
    }
}

/// One attempt with everything that is known of it. It stays, also when the list forgets it.
#[derive(Clone, Debug, PartialEq)]
pub struct OneCall {
    /// The attempt.
    pub call: Arc<Call>,
    /// Lines scrolled off the top.
    pub scroll: u16,
}

/// Where list and single attempt lie, with their border; `None` when the screen has no room.
pub fn place(state: &State) -> Option<Rect> {
    let areas = state.areas()?;
    let top = areas.header.bottom();
    Some(Rect { y: top, height: areas.message.y.saturating_sub(top), ..areas.header })
}

/// The room inside of the border.
fn room(state: &State) -> Rect {
    let place = place(state).unwrap_or_default();
    Rect::new(
        place.x.saturating_add(2),
        place.y.saturating_add(1),
        place.width.saturating_sub(4),
        place.height.saturating_sub(2),
    )
}

/// Attempts that fit on the list, below its head.
pub fn rows(state: &State) -> usize {
    usize::from(room(state).height.saturating_sub(1))
}

/// The farthest scroll of one attempt.
pub fn longest_scroll(state: &State, call: &Call) -> u16 {
    let room = room(state);
    let lines = lines::lines(state, call, usize::from(room.width)).len();
    u16::try_from(lines).unwrap_or(u16::MAX).saturating_sub(room.height)
}

/// Opens the list on the newest, or comes back to the one that is open below.
pub fn open(state: &mut State) {
    match state.layers.iter().position(|layer| matches!(layer, Layer::Calls(_))) {
        Some(at) => state.layers.truncate(at + 1),
        None => state.layers.push(Layer::Calls(CallList::default())),
    }
}

/// A key in the list.
pub fn on_list_action(state: &mut State, action: Action) -> Vec<Effect> {
    let rows = rows(state);
    let Some(Layer::Calls(list)) = state.layers.last_mut() else { return Vec::new() };
    let calls = &state.calls;
    let screenful = (rows as u64).saturating_sub(1).max(1);
    match action {
        Action::Back | Action::Close | Action::Calls => {
            state.layers.pop();
            return Vec::new();
        }
        _ => {}
    }
    let Some(at) = list.chosen(calls) else { return Vec::new() };
    match action {
        Action::Down => list.choose(at + 1, calls, rows),
        Action::Up => list.choose(at.saturating_sub(1), calls, rows),
        Action::PageDown => list.choose(at + screenful, calls, rows),
        Action::PageUp => list.choose(at.saturating_sub(screenful), calls, rows),
        Action::First => list.choose(0, calls, rows),
        Action::Last => list.choose(u64::MAX, calls, rows),
        Action::Open => {
            if let Some(call) = calls.get(at).cloned() {
                state.layers.push(Layer::Call(OneCall { call, scroll: 0 }));
            }
        }
        Action::CopyCurl => {
            if let Some(call) = calls.get(at).cloned() {
                return copy(state, &call);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// A key at one attempt.
pub fn on_one_action(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Layer::Call(one)) = state.layers.last() else { return Vec::new() };
    let call = Arc::clone(&one.call);
    let longest = longest_scroll(state, &call);
    let scroll = one.scroll.min(longest);
    let screenful = room(state).height.saturating_sub(1).max(1);
    let moved = match action {
        Action::Down => scroll.saturating_add(1),
        Action::Up => scroll.saturating_sub(1),
        Action::PageDown => scroll.saturating_add(screenful),
        Action::PageUp => scroll.saturating_sub(screenful),
        Action::First => 0,
        Action::Last => longest,
        Action::CopyCurl => return copy(state, &call),
        Action::Back | Action::Close => {
            state.layers.pop();
            return Vec::new();
        }
        Action::Calls => {
            open(state);
            return Vec::new();
        }
        _ => return Vec::new(),
    };
    if let Some(Layer::Call(one)) = state.layers.last_mut() {
        one.scroll = moved.min(longest);
    }
    Vec::new()
}

/// Gives the call to the terminal as a line for a shell, and says what is to be known about it.
fn copy(state: &mut State, call: &Call) -> Vec<Effect> {
    let Some(line) = curl::line(call) else {
        let (whole, kept) = (text::grouped(call.bytes_sent), text::grouped(Call::MOST_BODY as u64));
        state.warn(format!("not copied: of the body's {whole} bytes the log keeps {kept}"));
        return Vec::new();
    };
    if line.len() > Effect::MOST_COPIED {
        state.warn("not copied: it is longer than terminals take");
        return Vec::new();
    }
    let name = call.command.name();
    if call.command.writes() {
        state.warn(format!(
            "{name} copied as curl, if the terminal allows it: whoever runs it WRITES AGAIN. \
             USERSIG is filled by: pushdeck usersig"
        ));
    } else {
        state.say(format!(
            "{name} copied as curl, if the terminal allows it; USERSIG is filled by: pushdeck usersig"
        ));
    }
    vec![Effect::Copy(line)]
}
