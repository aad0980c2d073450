//! Where things stand on the screen, for a size: decided here once, because `update` must know how
//! many rows a screenful is and `view` must draw exactly that many.

use ratatui::layout::Rect;

/// Where the operator wants the detail pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// Where there is room: right, else below, else nowhere.
    #[default]
    Auto,
    /// To the right of the table.
    Right,
    /// Below the table.
    Below,
    /// Nowhere.
    Off,
}

/// The areas of the main screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// Profile, environment, connection, clock.
    pub header: Rect,
    /// How many of what; empty on low screens.
    pub tally: Rect,
    /// Range, order, keyword, filter, page.
    pub query: Rect,
    /// The table with its border.
    pub table: Rect,
    /// The detail pane with its border, if it is shown.
    pub detail: Option<Rect>,
    /// What just happened, and what waits to be acknowledged.
    pub message: Rect,
    /// Keys.
    pub hint: Rect,
    /// Lines a task takes: 2 on narrow screens.
    pub row_height: u16,
}

/// Least size at which anything but a plea for room is drawn.
pub const LEAST: (u16, u16) = (30, 8);

/// Columns under which a task takes two lines.
const NARROW: u16 = 60;

/// The areas for a size; `None` when there is no room for anything.
pub(super) fn areas(size: (u16, u16), placement: Placement) -> Option<Areas> {
    let (width, height) = size;
    if width < LEAST.0 || height < LEAST.1 {
        return None;
    }
    let tally_lines = u16::from(height >= 16);
    let body_top = 2 + tally_lines;
    let body = Rect::new(0, body_top, width, height - body_top - 2);
    let (table, detail) = split(body, placement);
    Some(Areas {
        header: Rect::new(0, 0, width, 1),
        tally: Rect::new(0, 1, width, tally_lines),
        query: Rect::new(0, 1 + tally_lines, width, 1),
        table,
        detail,
        message: Rect::new(0, height - 2, width, 1),
        hint: Rect::new(0, height - 1, width, 1),
        row_height: if table.width < NARROW { 2 } else { 1 },
    })
}

fn split(body: Rect, placement: Placement) -> (Rect, Option<Rect>) {
    let right = || {
        let detail = (body.width * 3 / 8).clamp(34, 60);
        let table = body.width - detail;
        let there = Rect { x: body.x + table, width: detail, ..body };
        (Rect { width: table, ..body }, Some(there))
    };
    let below = || {
        let detail = (body.height / 2).clamp(6, 16);
        let table = body.height - detail;
        let there = Rect { y: body.y + table, height: detail, ..body };
        (Rect { height: table, ..body }, Some(there))
    };
    match placement {
        Placement::Auto if body.width >= 110 => right(),
        Placement::Auto if body.height >= 26 && body.width >= NARROW => below(),
        Placement::Right if body.width >= 80 => right(),
        Placement::Below if body.height >= 12 => below(),
        Placement::Auto | Placement::Right | Placement::Below | Placement::Off => (body, None),
    }
}

/// The room inside of a border, with a free cell at each side.
pub fn inside(area: Rect) -> Rect {
    Rect::new(
        area.x.saturating_add(2),
        area.y.saturating_add(1),
        area.width.saturating_sub(4),
        area.height.saturating_sub(2),
    )
}

/// A rectangle of at most this size in the middle of `area`.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

impl Areas {
    /// The ground of overlays: between header and message.
    pub fn ground(&self) -> Rect {
        let top = self.header.bottom();
        Rect { y: top, height: self.message.y.saturating_sub(top), ..self.header }
    }

    /// Lines for tasks on the table: without its border and its head.
    pub fn row_lines(&self) -> usize {
        let head = u16::from(self.row_height == 1);
        usize::from(self.table.height.saturating_sub(2 + head))
    }

    /// Tasks that fit on the table.
    pub fn rows(&self) -> usize {
        self.row_lines() / usize::from(self.row_height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_gives_areas_inside_the_screen_or_none() {
        for width in 1..=200 {
            for height in 1..=60 {
                for placement in [Placement::Auto, Placement::Right, Placement::Below, Placement::Off] {
                    let Some(areas) = areas((width, height), placement) else {
                        assert!(width < LEAST.0 || height < LEAST.1);
                        continue;
                    };
                    let screen = Rect::new(0, 0, width, height);
                    let all =
                        [areas.header, areas.tally, areas.query, areas.table, areas.message, areas.hint];
                    for area in all.into_iter().chain(areas.detail) {
                        assert_eq!(area.intersection(screen), area, "{width}x{height} {placement:?}");
                    }
                    assert!(areas.rows() >= 1, "{width}x{height} {placement:?}");
                }
            }
        }
    }

    #[test]
    fn the_detail_pane_goes_below_then_away() {
        let there = |size| areas(size, Placement::Auto).unwrap().detail.map(|d| (d.x > 0, d.y > 3));
        assert_eq!(there((120, 40)), Some((true, false)));
        assert_eq!(there((80, 40)), Some((false, true)));
        assert_eq!(there((80, 24)), None);
    }
}
