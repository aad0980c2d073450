//! The review before a write: gives the lines that `app` composed their look. Its foot, which says
//! what to type, is always in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::State;
use crate::app::lines::{Line, Tone};
use crate::app::review::{Review, lines, page};
use crate::domain::text;
use crate::theme::Theme;

use super::cells::{put, style_of};
use super::overlay::{badged, centred, titled};

#[cfg(test)]
mod tests;

/// Draws the review in the middle of `area`, as high as its text asks for; on low ground over all of it, with
/// nothing around it but its title.
pub(super) fn render(
    state: &State,
    review: &Review,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let (across, down) = page::around(area.height);
    let width = area.width.min(page::WIDEST + across);
    let most = area.height.saturating_sub(down);
    let page = page::page(state, review, (width.saturating_sub(across), most));
    let count = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
    let foot_height = count(page.foot.len());
    let is_bare = page::is_bare(area.height);
    let wanted = count(page.text.lines.len()).saturating_add(foot_height).saturating_add(down + 1);
    let outer = if is_bare { area } else { centred(area, width, wanted) };
    let environment = state.setup.environment;
    let title = lines::title(state, review, is_bare);
    let inner = if is_bare {
        titled(&title, environment, outer, buf, theme)
    } else {
        badged(&title, environment, outer, buf, theme)
    };
    if lines::is_grave(state, review) {
        let edge = if is_bare { Rect { height: outer.height.min(1), ..outer } } else { outer };
        redden(edge, theme, buf);
    }
    if inner.is_empty() {
        return None;
    }
    let foot_height = foot_height.min(inner.height);
    let foot_top = inner.bottom() - foot_height;
    let room = (inner.height - foot_height).min(count(page.room));
    write(&page.text.lines, page.scroll, Rect { height: room, ..inner }, theme, buf);
    let cursor = write(&page.foot, 0, Rect { y: foot_top, height: foot_height, ..inner }, theme, buf);
    let below = count(page.below());
    if below > 0 && outer.width > 24 && !is_bare {
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
    for position in outer.intersection(buf.area).positions() {
        let inside = position.y > outer.y
            && position.y + 1 < outer.bottom()
            && position.x > outer.x
            && position.x + 1 < outer.right();
        if !inside
            && let Some(cell) = buf.cell_mut(position)
            && !Theme::has_ground(cell)
        {
            cell.set_style(theme.danger());
        }
    }
}
