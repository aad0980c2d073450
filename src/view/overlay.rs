//! The frame of everything that lies over the board: cleared ground, accent border, a title, room.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use crate::app::frame::inside;
use crate::domain::profile::Environment;
use crate::domain::text;
use crate::theme::Theme;

use super::cells::{border, put};

pub(super) use crate::app::frame::centred;

/// Draws the frame on `area` over whatever stands there and returns the room inside.
pub(super) fn overlay(title: &str, area: Rect, buf: &mut Buffer, theme: &Theme) -> Rect {
    let area = cleared(area, buf);
    if area.width < 6 || area.height < 3 {
        return area;
    }
    let title = text::clean(title);
    let title = text::cut(&title, usize::from(area.width) - 4);
    border(&format!(" {title} "), theme.accent(), area, buf);
    inside(area)
}

/// Draws the frame like [`overlay`], with the badge of the environment in its upper right corner:
/// where something can be written, it is plain where.
pub(super) fn badged(
    title: &str,
    environment: Environment,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Rect {
    let (badge, room) = badge(environment);
    let clean = text::clean(title);
    let title = text::cut(&clean, usize::from(area.width.saturating_sub(room + 8)));
    let inner = overlay(&title, area, buf, theme);
    if area.width > room + 8 && area.height > 2 {
        put(buf, area.right() - room - 2, area.y, room, &badge, theme.badge(environment));
    }
    inner
}

/// Clears the ground and draws nothing but the upper edge of a frame, with title and badge: for ground so low
/// that a whole frame would take the place of what is to be read. Returns the room below it.
pub(super) fn titled(
    title: &str,
    environment: Environment,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Rect {
    let area = cleared(area, buf);
    if area.height < 2 || area.width < 6 {
        return area;
    }
    let edge = "─".repeat(usize::from(area.width));
    put(buf, area.x, area.y, area.width, &edge, theme.accent());
    let (badge, room) = badge(environment);
    let clean = text::clean(title);
    let title = text::cut(&clean, usize::from(area.width.saturating_sub(room + 6)));
    put(buf, area.x + 1, area.y, area.width - 1, &format!(" {title} "), theme.accent());
    if area.width > room + 8 {
        put(buf, area.right() - room - 1, area.y, room, &badge, theme.badge(environment));
    }
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 1)
}

/// The part of `area` that there is, with nothing on it.
fn cleared(area: Rect, buf: &mut Buffer) -> Rect {
    let area = area.intersection(buf.area);
    if !area.is_empty() {
        end_before(area, buf);
        Clear.render(area, buf);
    }
    area
}

/// The badge of an environment, and the cells that it takes.
fn badge(environment: Environment) -> (String, u16) {
    let badge = format!(" {} ", environment.name().to_uppercase());
    let room = u16::try_from(text::width(&badge)).unwrap_or(0);
    (badge, room)
}

/// Lets what lies behind an overlay stand back.
pub(super) fn dim(area: Rect, theme: &Theme, buf: &mut Buffer) {
    for position in area.intersection(buf.area).positions() {
        if let Some(cell) = buf.cell_mut(position) {
            theme.put_behind(cell);
        }
    }
}

/// A quiet word in the lower right of the frame.
pub(super) fn at_the_foot(words: &str, style: Style, area: Rect, buf: &mut Buffer) {
    let room = u16::try_from(text::width(words)).unwrap_or(u16::MAX);
    if area.height > 2 && area.width > room.saturating_add(4) {
        put(buf, area.right() - room - 2, area.bottom() - 1, room, words, style);
    }
}

/// Makes what stands left of `area` end there: a wide character that reaches into it would hide its first column,
/// and letters from right to left would take that along.
fn end_before(area: Rect, buf: &mut Buffer) {
    for y in area.top()..area.bottom() {
        let mut turns = false;
        let mut x = 0;
        while x < area.x {
            let Some(cell) = buf.cell_mut(Position::new(x, y)) else { break };
            let cells = u16::try_from(text::width(cell.symbol())).unwrap_or(1).max(1);
            let next = x.saturating_add(cells);
            turns = (turns || text::turns(cell.symbol())) && !cell.symbol().ends_with(text::LEFT_TO_RIGHT);
            if next > area.x {
                cell.set_symbol(" ");
            } else if next == area.x && turns {
                let symbol = format!("{}{}", cell.symbol(), text::LEFT_TO_RIGHT);
                cell.set_symbol(&symbol);
            }
            x = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Depth;

    #[test]
    fn a_frame_clears_what_lies_beneath_and_leaves_one_cell_of_room() {
        let mut buf = Buffer::with_lines(["股票早报股票早报", "股票早报股票早报", "股票早报股票早报"]);
        let inner = overlay("Sort", Rect::new(3, 0, 12, 3), &mut buf, &Theme::new(Depth::Indexed));
        assert_eq!(inner, Rect::new(5, 1, 8, 1));
        let row = |y: u16| (0..16).map(|x| buf[(x, y)].symbol()).collect::<Vec<_>>().concat();
        assert_eq!(row(0), "股  ┌ Sort ────┐ ");
        assert_eq!(row(1), "股  │          │ ");
    }

    #[test]
    fn a_frame_fits_any_area() {
        let theme = Theme::new(Depth::None);
        for width in 0..10 {
            for height in 0..6 {
                let mut buf = Buffer::empty(Rect::new(0, 0, 8, 4));
                let area = Rect::new(2, 1, width, height);
                let inner = overlay("a long title \u{1b}[2J", area, &mut buf, &theme);
                assert_eq!(inner.intersection(buf.area), inner);
                dim(area, &theme, &mut buf);
                assert_eq!(centred(area, 4, 4).intersection(area), centred(area, 4, 4));
            }
        }
    }
}
