//! The review before a write: gives the lines that `app` composed their look. Its foot, which says
//! what to type, is always in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Color;

use crate::app::State;
use crate::app::lines::{Line, Tone};
use crate::app::review::{Review, lines, page};
use crate::domain::text;
use crate::theme::Theme;

use super::cells::{put, style_of};
use super::overlay::{badged, centred};

#[cfg(test)]
mod tests;

/// Border and padding: cells across, lines down.
const FRAME: (u16, u16) = (4, 2);

/// Draws the review in the middle of `area`, as high as its text asks for.
pub(super) fn render(
    state: &State,
    review: &Review,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let width = area.width.min(page::WIDEST + FRAME.0);
    let most = area.height.saturating_sub(FRAME.1);
    let page = page::page(state, review, (width.saturating_sub(FRAME.0), most));
    let count = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
    let foot_height = count(page.foot.len());
    let wanted = count(page.text.lines.len()).saturating_add(foot_height).saturating_add(FRAME.1 + 1);
    let outer = centred(area, width, wanted);
    let environment = state.setup.environment;
    let inner = badged(&lines::title(state, review), environment, outer, buf, theme);
    if lines::is_grave(state, review) {
        redden(outer, theme, buf);
    }
    if inner.is_empty() {
        return None;
    }
    let foot_height = foot_height.min(inner.height);
    let foot_top = inner.bottom() - foot_height;
    let room = inner.height - foot_height;
    write(&page.text.lines, page.scroll, Rect { height: room, ..inner }, theme, buf);
    let cursor = write(&page.foot, 0, Rect { y: foot_top, height: foot_height, ..inner }, theme, buf);
    let below = count(page.below());
    if below > 0 && outer.width > 24 {
        let words = format!(" ↓ {} ", text::counted(u64::from(below), "more line", "more lines"));
        let room = u16::try_from(text::width(&words)).unwrap_or(0);
        let x = outer.right().saturating_sub(room + 2);
        put(buf, x, outer.bottom().saturating_sub(1), room, &words, theme.warn());
    }
    cursor
}

/// Writes lines, and says where the cursor stands in them.
fn write(lines: &[Line], skip: usize, area: Rect, theme: &Theme, buf: &mut Buffer) -> Option<Position> {
    let mut cursor = None;
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(skip)) {
        let mut x = area.x;
        for part in line {
            if part.tone == Tone::Cursor {
                cursor = Some(Position::new(x.min(area.right().saturating_sub(1)), y));
            }
            x = put(buf, x, y, area.right().saturating_sub(x), &part.text, style_of(part.tone, theme));
        }
    }
    cursor
}

/// Gives the frame, with its title but without the badge, the look of danger.
fn redden(outer: Rect, theme: &Theme, buf: &mut Buffer) {
    let edge = theme.accent();
    for position in outer.intersection(buf.area).positions() {
        let inside = position.y > outer.y
            && position.y + 1 < outer.bottom()
            && position.x > outer.x
            && position.x + 1 < outer.right();
        if !inside
            && let Some(cell) = buf.cell_mut(position)
            && cell.bg == edge.bg.unwrap_or(Color::Reset)
        {
            cell.set_style(theme.danger());
        }
    }
}
