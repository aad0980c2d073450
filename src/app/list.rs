//! Lists in overlays: where their rows stand, which of them are in sight, and how keys move through them.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use ratatui::layout::{Position, Rect};

use crate::keymap::Action;

use super::frame::{centred, inside};
use super::shared::Shared;

/// Where the rows of a list stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The overlay, with its border.
    pub frame: Rect,
    /// The rows, one a line.
    pub area: Rect,
    /// The first row that is shown.
    pub top: usize,
    /// How many there are in all.
    pub all: usize,
}

impl Rows {
    /// The rows of a list that fills an overlay in the middle of the ground, at most so wide. `top` was the
    /// first in sight; the chosen row is kept there.
    pub(super) fn in_overlay(shared: &Shared, widest: u16, all: usize, top: usize, at: usize) -> Self {
        let ground = shared.areas().map(|areas| areas.ground()).unwrap_or_default();
        let height = u16::try_from(all).unwrap_or(u16::MAX).saturating_add(2);
        Self::within(centred(ground, widest, height), all, top, at)
    }

    /// The same in this overlay.
    pub(super) fn within(frame: Rect, all: usize, top: usize, at: usize) -> Self {
        Self::below(frame, 0, all, top, at)
    }

    /// The same below other lines of it.
    pub(super) fn below(frame: Rect, above: u16, all: usize, top: usize, at: usize) -> Self {
        let inner = inside(frame);
        let area =
            Rect { y: inner.y.saturating_add(above), height: inner.height.saturating_sub(above), ..inner };
        let room = usize::from(area.height).max(1);
        let top = top.min(at).max((at + 1).saturating_sub(room)).min(all.saturating_sub(room));
        Self { frame, area, top, all }
    }

    /// Rows that are in sight.
    pub fn count(&self) -> usize {
        usize::from(self.area.height).min(self.all.saturating_sub(self.top))
    }

    /// The row at a position.
    pub fn at(&self, position: Position) -> Option<usize> {
        // The whole line within the border.
        let line = Rect { x: self.frame.x, width: self.frame.width, ..self.area };
        let row = self.top + usize::from(position.y.saturating_sub(line.y));
        (line.contains(position) && row < self.all).then_some(row)
    }
}

/// The row to which an action moves; `None` for one that does not move.
pub(super) fn moved(action: Action, at: usize, all: usize, screenful: usize) -> Option<usize> {
    let step = screenful.saturating_sub(1).max(1);
    let at = match action {
        Action::Down => at + 1,
        Action::Up => at.saturating_sub(1),
        Action::PageDown => at + step,
        Action::PageUp => at.saturating_sub(step),
        Action::First => 0,
        Action::Last => all,
        _ => return None,
    };
    Some(at.min(all.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_a_row_only_within_the_list() {
        let rows = Rows::within(Rect::new(10, 5, 20, 6), 10, 3, 4);
        assert_eq!((rows.top, rows.count()), (3, 4));
        let at = |x, y| rows.at(Position::new(x, y));
        assert_eq!([at(11, 6), at(29, 9), at(15, 7)], [Some(3), Some(6), Some(4)]);
        assert_eq!([at(11, 5), at(11, 10), at(9, 6), at(30, 6), at(u16::MAX, u16::MAX)], [None; 5]);
        let short = Rows::within(Rect::new(0, 0, 20, 9), 2, 0, 1);
        assert_eq!([short.at(Position::new(3, 2)), short.at(Position::new(3, 3))], [Some(1), None]);
    }

    #[test]
    fn the_chosen_row_is_in_sight_and_no_line_stays_empty_without_need() {
        for (top, at, is) in [(0, 9, 6), (9, 0, 0), (9, 9, 6), (2, 4, 2)] {
            assert_eq!(Rows::within(Rect::new(0, 0, 20, 6), 10, top, at).top, is, "{top} {at}");
        }
        assert_eq!(Rows::within(Rect::ZERO, 0, 0, 0).count(), 0);
    }
}
