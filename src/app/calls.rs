//! The API log: the last attempts at calls, the newest at the bottom, and one of them with
//! everything that is known of it.
//!
//! It follows the newest until the operator moves up. An attempt is known by its number, never by
//! its row, so that it stays chosen while others come. What the full queue of the worker dropped is
//! missing here; `--log` has it.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

pub mod lines;
pub mod log;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::domain::call::Call;
use crate::domain::{Zone, curl, text, when};
use crate::keymap::Action;

use super::clip::{Clip, ClipLabel};
use super::effect::Effect;
use super::frame::inside;
use super::lines::{Line, Memo};
use super::next::{Destination, Next};
use super::shared::Shared;

pub use log::Calls;

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
#[derive(Clone, Debug)]
pub struct OneCall {
    /// The attempt.
    pub call: Arc<Call>,
    /// Lines scrolled off the top.
    pub scroll: u16,
    text: Memo<(Zone, i32, usize)>,
}

/// The room for list and single attempt, inside of their border; none when the screen has no room.
fn room(shared: &Shared) -> Rect {
    shared.areas().map(|areas| inside(areas.ground())).unwrap_or_default()
}

/// Attempts that fit on the list, below its head.
pub fn rows(shared: &Shared) -> usize {
    usize::from(room(shared).height.saturating_sub(1))
}

impl CallList {
    /// A key in the list.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        if matches!(action, Action::Back | Action::Close | Action::Calls) {
            return Next::close();
        }
        let rows = rows(shared);
        let calls = &shared.calls;
        let screenful = (rows as u64).saturating_sub(1).max(1);
        let Some(at) = self.chosen(calls) else { return Next::stay() };
        match action {
            Action::Down => self.choose(at + 1, calls, rows),
            Action::Up => self.choose(at.saturating_sub(1), calls, rows),
            Action::PageDown => self.choose(at + screenful, calls, rows),
            Action::PageUp => self.choose(at.saturating_sub(screenful), calls, rows),
            Action::First => self.choose(0, calls, rows),
            Action::Last => self.choose(u64::MAX, calls, rows),
            Action::Open => return Next::open(Destination::Call(at)),
            Action::CopyCurl => {
                if let Some(call) = calls.get(at).cloned() {
                    return copy(shared, &call).into();
                }
            }
            _ => {}
        }
        Next::stay()
    }
}

impl OneCall {
    /// Its text, for the screen as it is.
    pub fn lines(&self, shared: &Shared) -> Arc<[Line]> {
        let width = usize::from(room(shared).width);
        // The year is written where it is not this one.
        let (_, year) = when::offset_and_year(shared.now.utc, shared.zone);
        self.text.get((shared.zone, year, width), || lines::lines(shared, &self.call, width))
    }

    /// The farthest scroll.
    pub fn longest_scroll(&self, shared: &Shared) -> u16 {
        u16::try_from(self.lines(shared).len()).unwrap_or(u16::MAX).saturating_sub(room(shared).height)
    }

    /// The attempt with this number, while it is kept.
    pub(super) fn open(shared: &Shared, number: u64) -> Option<Self> {
        shared.calls.get(number).cloned().map(|call| Self { call, scroll: 0, text: Memo::default() })
    }

    /// A key at one attempt.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        let longest = self.longest_scroll(shared);
        let scroll = self.scroll.min(longest);
        let screenful = room(shared).height.saturating_sub(1).max(1);
        let moved = match action {
            Action::Down => scroll.saturating_add(1),
            Action::Up => scroll.saturating_sub(1),
            Action::PageDown => scroll.saturating_add(screenful),
            Action::PageUp => scroll.saturating_sub(screenful),
            Action::First => 0,
            Action::Last => longest,
            Action::CopyCurl => return copy(shared, &self.call).into(),
            Action::Back | Action::Close => return Next::close(),
            _ => return Next::stay(),
        };
        self.scroll = moved.min(longest);
        Next::stay()
    }
}

/// The call as a line for a shell, and what is to be known about it.
fn copy(shared: &mut Shared, call: &Call) -> Vec<Effect> {
    let Some(line) = curl::line(call) else {
        let (whole, kept) = (text::grouped(call.bytes_sent), text::grouped(Call::MOST_BODY as u64));
        shared.warn(format!("not copied: the log keeps only {kept} of the body's {whole} bytes"));
        return Vec::new();
    };
    let warns = call.command.writes();
    let warning = if warns { " (running it WRITES AGAIN)" } else { "" };
    let what = format!("{} as curl{warning}", call.command.name());
    let remark = Some("USERSIG is filled by: pushdeck usersig".to_owned());
    let label = ClipLabel { what, remark, warns };
    vec![Effect::Copy(Box::new(Clip { text: line, label }))]
}
