//! Where the timeline stands on the screen: bars, axis, and what is said of the chosen bar. On small screens less is
//! shown, in a fixed order: the tasks of the chosen bar leave first, then room between the rows, the line of now, the
//! larger unit under the axis; at last all types share one row.

use ratatui::layout::{Position, Rect};

use crate::domain::timeline::Zoom;

use super::super::frame::inside;
use super::super::shared::Shared;

/// Room of the names of the rows.
const LABEL: u16 = 10;
/// From this height on the types have rows of their own.
const SEPARATE: u16 = 6;
/// From this height on there is a border around it.
const BORDERED: u16 = 8;
/// Tallest row.
const TALLEST: u16 = 7;

/// One row of bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarRow {
    /// Of which type or app, by its number in the counts; `None` for all of them together.
    pub row: Option<usize>,
    /// Its first line.
    pub y: u16,
    /// Its lines.
    pub height: u16,
}

/// Where everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plot {
    /// All of it.
    pub frame: Rect,
    /// Whether there is a border around it, or only a title.
    pub is_bordered: bool,
    /// The room inside.
    pub inner: Rect,
    /// The first cell of the first bar.
    pub left: u16,
    /// Cells of a bar, with the gap behind it.
    pub step: u16,
    /// How many bars there are.
    pub count: usize,
    /// The line that names now.
    pub now: Option<u16>,
    /// The rows of bars.
    pub rows: Vec<BarRow>,
    /// The line under them.
    pub axis: u16,
    /// The larger unit under that.
    pub units: Option<u16>,
    /// What is said of the chosen bar.
    pub chosen: u16,
    /// Its collisions and its tasks.
    pub below: Rect,
}

/// The ground of a screen that takes the place of the table: below the lines of the header.
fn ground(shared: &Shared) -> Option<Rect> {
    let areas = shared.areas()?;
    let top = areas.query.y;
    Some(Rect { y: top, height: areas.message.y.saturating_sub(top), ..areas.header })
}

impl Plot {
    /// For the screen as it is, with these rows; `None` where there is no room for anything.
    pub fn of(shared: &Shared, zoom: Zoom, rows: &[usize]) -> Option<Self> {
        Self::within(ground(shared)?, zoom, rows)
    }

    fn within(frame: Rect, zoom: Zoom, rows: &[usize]) -> Option<Self> {
        let is_bordered = frame.height >= BORDERED;
        let inner = if is_bordered {
            inside(frame)
        } else {
            let room = frame.width.saturating_sub(2);
            Rect { x: frame.x + 1, y: frame.y + 1, width: room, height: frame.height.saturating_sub(1) }
        };
        // The names keep their room whatever types there are, so that no bar moves with them.
        let label = if inner.height >= SEPARATE { LABEL } else { 0 };
        let step = if zoom == Zoom::Month { 4 } else { 3 };
        let count = usize::from(inner.width.saturating_sub(label) / step);
        if count == 0 || inner.height < 4 {
            return None;
        }
        let is_separate = label > 0 && usize::from(inner.height) >= rows.len() + 3;
        let rows: Vec<Option<usize>> =
            if is_separate { rows.iter().copied().map(Some).collect() } else { vec![None] };
        let share = Share::of(inner.height, u16::try_from(rows.len()).unwrap_or(1));
        let mut y = inner.y;
        let mut take = |lines: u16| {
            let at = y;
            y += lines;
            at
        };
        let now = (share.now > 0).then(|| take(share.now));
        let rows = rows.into_iter().map(|row| {
            let at = take(share.row + share.gap);
            BarRow { row, y: at, height: share.row }
        });
        let rows: Vec<BarRow> = rows.collect();
        let axis = take(1);
        let units = (share.units > 0).then(|| take(share.units));
        take(share.blank);
        let chosen = take(1);
        let below = Rect { y, height: inner.bottom().saturating_sub(y), ..inner };
        let left = inner.x + label;
        Some(Self { frame, is_bordered, inner, left, step, count, now, rows, axis, units, chosen, below })
    }

    /// The first cell of a bar.
    pub fn x(&self, bucket: usize) -> u16 {
        u16::try_from(bucket).unwrap_or(u16::MAX).saturating_mul(self.step).saturating_add(self.left)
    }

    /// The bar at a position.
    pub(super) fn bucket_at(&self, position: Position) -> Option<usize> {
        let is_in_plot = (self.inner.y..=self.units.unwrap_or(self.axis)).contains(&position.y);
        let bucket = usize::from(position.x.checked_sub(self.left)? / self.step);
        (is_in_plot && bucket < self.count).then_some(bucket)
    }
}

/// How the lines are shared out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Share {
    now: u16,
    row: u16,
    gap: u16,
    units: u16,
    blank: u16,
    below: u16,
}

impl Share {
    /// Of so many lines among so many rows of bars. One more line for the axis, and one for the chosen bar.
    fn of(height: u16, rows: u16) -> Self {
        let mut left = height.saturating_sub(2 + rows);
        let mut share = Self { row: 1, ..Self::default() };
        let mut take = |lines: u16| {
            let is_there = left >= lines;
            if is_there {
                left -= lines;
            }
            u16::from(is_there) * lines
        };
        if rows == 1 {
            // There is no room but for what matters: where many fire.
            share.row += take(1);
        }
        share.below += take(1);
        share.units = take(1);
        share.now = take(1);
        if take(rows) > 0 {
            share.row += 1;
        }
        share.blank = take(1);
        share.below += take(1);
        if take(rows) > 0 {
            share.row += 1;
        }
        if take(rows) > 0 {
            share.gap = 1;
        }
        share.below += take(3);
        while share.row < TALLEST {
            if take(rows) == 0 {
                break;
            }
            share.row += 1;
            share.below += take(2);
        }
        share.below += left;
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [usize; 4] = [0, 1, 2, 3];

    #[test]
    fn every_size_gives_lines_that_follow_each_other_within_the_frame() {
        for width in 30..=220 {
            for height in 5..=58 {
                for (kinds, zoom) in [(&KINDS[..3], Zoom::Day), (&KINDS[..], Zoom::Month)] {
                    let frame = Rect::new(0, 1, width, height);
                    let plot = Plot::within(frame, zoom, kinds).unwrap();
                    let size = format!("{width}x{height} {plot:?}");
                    assert_eq!(plot.inner.intersection(frame), plot.inner, "{size}");
                    let mut lines: Vec<u16> = plot.now.into_iter().collect();
                    lines.extend(plot.rows.iter().flat_map(|row| row.y..row.y + row.height));
                    lines.extend([Some(plot.axis), plot.units, Some(plot.chosen)].into_iter().flatten());
                    lines.extend(plot.below.top()..plot.below.bottom());
                    assert!(lines.is_sorted_by(|a, b| a < b), "{size}");
                    assert!(
                        lines.iter().all(|y| plot.inner.top() <= *y && *y < plot.inner.bottom()),
                        "{size}"
                    );
                    assert_eq!(
                        lines.last().copied(),
                        Some(plot.inner.bottom() - 1),
                        "no line is lost: {size}"
                    );
                    assert!(plot.x(plot.count - 1) + plot.step <= plot.inner.right(), "{size}");
                    assert_eq!(plot.bucket_at(Position::new(plot.x(1), plot.axis)), Some(1));
                }
            }
        }
    }

    #[test]
    fn a_higher_screen_shows_no_less() {
        let shown = |height: u16| {
            let plot = Plot::within(Rect::new(0, 1, 120, height), Zoom::Day, &KINDS[..3]).unwrap();
            let row = plot.rows.first().map_or(0, |row| row.height);
            (plot.rows.len(), row, plot.units.is_some(), plot.now.is_some(), plot.below.height)
        };
        for height in 8..58 {
            let (low, high) = (shown(height), shown(height + 1));
            let grows = low.0 <= high.0 && low.1 <= high.1 && low.2 <= high.2 && low.3 <= high.3;
            assert!(grows, "{height}: {low:?} {high:?}");
        }
        assert_eq!(shown(8), (3, 1, false, false, 1));
        assert_eq!((shown(40).1, shown(58).1, shown(40).4 >= 8), (6, 7, true), "{:?}", shown(40));
    }
}
