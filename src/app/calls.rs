//! The API log: the last attempts at calls, the newest at the bottom, and one of them with
//! everything that is known of it.
//!
//! It follows the newest until the operator moves up. An attempt is known by its number, never by
//! its row, so that it stays chosen while others come or go. Writes are kept apart, so that polling does not
//! push them out, and may be shown alone. What the full queue of the worker dropped is
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
use super::list::Rows;
use super::next::{Destination, Next};
use super::shared::Shared;

pub use log::{Attempt, Calls};

/// The list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallList {
    /// The chosen attempt; `None` is the newest, whichever that is.
    chosen: Option<u64>,
    /// The first that is shown, when not the newest is chosen.
    top: u64,
    /// Whether only writes are shown.
    pub writes_only: bool,
}

impl CallList {
    /// The attempts that are listed, oldest first.
    pub fn listed(self, calls: &Calls) -> Vec<&Attempt> {
        calls.listed(self.writes_only)
    }

    /// The row of the chosen attempt; of the next newer one where it is not listed, else of the last.
    pub fn chosen(self, listed: &[&Attempt]) -> Option<usize> {
        let last = listed.len().checked_sub(1)?;
        Some(self.chosen.map_or(last, |chosen| row_of(listed, chosen).min(last)))
    }

    /// The rows that are shown where there is room for so many.
    pub fn window(self, listed: &[&Attempt], rows: usize) -> Range<usize> {
        let Some(chosen) = self.chosen(listed) else { return 0..0 };
        let rows = rows.max(1);
        // No row stays empty while there is something to show.
        let last_top = listed.len().saturating_sub(rows);
        let top = if self.chosen.is_none() { last_top } else { row_of(listed, self.top).min(last_top) };
        let top = top.clamp((chosen + 1).saturating_sub(rows), chosen);
        top..(top + rows).min(listed.len())
    }

    /// How many came that are below the last row.
    pub fn newer(self, listed: &[&Attempt], rows: usize) -> usize {
        listed.len() - self.window(listed, rows).end
    }

    fn choose(&mut self, row: usize, listed: &[&Attempt], rows: usize) {
        let number_of = |row: usize| listed.get(row).map(|attempt| attempt.number);
        // Whoever is at the newest follows it.
        let chosen = number_of(row).filter(|_| row + 1 < listed.len());
        let top = self.window(listed, rows).start;
        *self = Self { chosen, top: number_of(top).unwrap_or(0), ..*self };
        self.top = number_of(self.window(listed, rows).start).unwrap_or(0);
    }
}

/// The row of this attempt, or of the next newer one.
fn row_of(listed: &[&Attempt], number: u64) -> usize {
    listed.partition_point(|attempt| attempt.number < number)
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
    /// Where its rows stand.
    pub(super) fn rows(self, shared: &Shared) -> Rows {
        let window = self.window(&self.listed(&shared.calls), rows(shared));
        let frame = shared.areas().map(|areas| areas.ground()).unwrap_or_default();
        let inner = room(shared);
        // Below the head.
        let area = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
        Rows { frame, area, top: window.start, all: window.end }
    }

    /// Chooses the attempt of a row.
    pub(super) fn choose_row(&mut self, shared: &Shared, row: usize) {
        self.choose(row, &self.listed(&shared.calls), rows(shared));
    }

    /// A key in the list.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        if matches!(action, Action::Back | Action::Close | Action::Calls) {
            return Next::close();
        }
        if action == Action::WritesOnly {
            // The chosen one stays so; where it is not listed, the one after it stands for it.
            self.writes_only = !self.writes_only;
            return Next::stay();
        }
        let rows = rows(shared);
        let listed = self.listed(&shared.calls);
        let screenful = rows.saturating_sub(1).max(1);
        let Some(at) = self.chosen(&listed) else { return Next::stay() };
        match action {
            Action::Down => self.choose(at + 1, &listed, rows),
            Action::Up => self.choose(at.saturating_sub(1), &listed, rows),
            Action::PageDown => self.choose(at + screenful, &listed, rows),
            Action::PageUp => self.choose(at.saturating_sub(screenful), &listed, rows),
            Action::First => self.choose(0, &listed, rows),
            Action::Last => self.choose(usize::MAX, &listed, rows),
            Action::Open | Action::CopyCurl => {
                let Some(attempt) = listed.get(at) else { return Next::stay() };
                if action == Action::Open {
                    return Next::open(Destination::Call(attempt.number));
                }
                let call = Arc::clone(&attempt.call);
                return copy(shared, &call).into();
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
