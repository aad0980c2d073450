//! Words into cells: a piece of text, a line of pieces that give way, and the look of a meaning.
//!
//! Every file of `view` writes with these, so this one takes nothing from the others. It expects words
//! that were cleaned (I9), and never writes beyond the room it is given.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::lines::Tone;
use crate::domain::text;
use crate::theme::Theme;

/// Writes `words`, cut to `room` cells, and returns the column behind them.
pub(super) fn put(buf: &mut Buffer, x: u16, y: u16, room: u16, words: &str, style: Style) -> u16 {
    if room == 0 || !buf.area.contains(Position::new(x, y)) {
        return x;
    }
    let words = text::cut(words, usize::from(room));
    if words.chars().any(|c| text::alone(c).is_none()) {
        return put_graphemes(buf, (x, y), room, &words, style);
    }
    let mut x = x;
    for c in words.chars() {
        let is_wide = text::alone(c) == Some(2);
        if is_wide && !buf.area.contains(Position::new(x + 1, y)) {
            break;
        }
        let Some(cell) = buf.cell_mut(Position::new(x, y)) else { break };
        cell.set_char(c).set_style(style);
        x += 1;
        // The second cell of a wide character has nothing of its own.
        if is_wide && let Some(cell) = buf.cell_mut(Position::new(x, y)) {
            cell.reset();
            x += 1;
        }
    }
    x
}

/// Writes words of any script as far as there is room, and returns the column behind them. Behind words that are
/// written from right to left the terminal is told to go on from left to right: it would turn around a border and
/// the next column with them.
pub(super) fn put_graphemes(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    room: u16,
    words: &str,
    style: Style,
) -> u16 {
    let end = x.saturating_add(room).min(buf.area.right());
    let (mut x, mut last) = (x, None);
    for grapheme in words.graphemes(true).filter(|grapheme| !grapheme.contains(char::is_control)) {
        let cells = u16::try_from(text::width(grapheme)).unwrap_or(u16::MAX);
        if cells == 0 {
            continue;
        }
        let next = x.saturating_add(cells);
        if next > end {
            break;
        }
        last = Some(x);
        for x in x..next {
            // Only the first cell of a wide one has something of its own.
            if let Some(cell) = buf.cell_mut(Position::new(x, y)) {
                cell.reset();
            }
        }
        if let Some(cell) = buf.cell_mut(Position::new(x, y)) {
            cell.set_symbol(grapheme).set_style(style);
        }
        x = next;
    }
    if let Some(last) = last.filter(|_| text::turns(words))
        && let Some(cell) = buf.cell_mut(Position::new(last, y))
    {
        let symbol = format!("{}{}", cell.symbol(), text::LEFT_TO_RIGHT);
        cell.set_symbol(&symbol);
    }
    x
}

/// Draws a border with `title` in its upper edge, and touches nothing inside: a table fills it whole.
pub(super) fn border(title: &str, style: Style, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.width < 2 || area.height < 2 {
        return;
    }
    let (left, top, right, bottom) = (area.x, area.y, area.right() - 1, area.bottom() - 1);
    let mut set = |x, y, symbol| {
        if let Some(cell) = buf.cell_mut(Position::new(x, y)) {
            cell.set_char(symbol).set_style(style);
        }
    };
    for x in left + 1..right {
        set(x, top, '─');
        set(x, bottom, '─');
    }
    for y in top + 1..bottom {
        set(left, y, '│');
        set(right, y, '│');
    }
    for (x, y, corner) in [(left, top, '┌'), (right, top, '┐'), (left, bottom, '└'), (right, bottom, '┘')]
    {
        set(x, y, corner);
    }
    put(buf, left + 1, top, area.width - 2, title, style);
}

/// Writes into the lower edge of a border, at its left end or at its right.
pub(super) fn foot(words: &str, at_right: bool, style: Style, area: Rect, buf: &mut Buffer) {
    let room = area.width.saturating_sub(2);
    if area.height < 2 {
        return;
    }
    let words = text::cut(words, usize::from(room));
    let width = u16::try_from(text::width(&words)).unwrap_or(room);
    let x = if at_right { area.right() - 1 - width } else { area.x + 1 };
    put(buf, x, area.bottom() - 1, width, &words, style);
}

/// The look of a meaning.
pub(super) fn style_of(tone: Tone, theme: &Theme) -> Style {
    match tone {
        Tone::Plain | Tone::Cursor => theme.plain(),
        Tone::Muted => theme.muted(),
        Tone::Bold => theme.bold(),
        Tone::Good => theme.ok(),
        Tone::Watch => theme.warn(),
        Tone::Bad => theme.danger(),
    }
}

/// A piece of one line that may leave when there is no room.
pub(super) struct Segment {
    /// What stands between it and the piece before it.
    pub(super) gap: &'static str,
    /// The words, cleaned.
    pub(super) words: String,
    /// Its look.
    pub(super) style: Style,
    /// When it leaves: 1 first; 0 never.
    pub(super) leaves: u8,
}

impl Segment {
    pub(super) fn new(gap: &'static str, words: impl Into<String>, style: Style, leaves: u8) -> Self {
        Self { gap, words: words.into(), style, leaves }
    }
}

/// Writes `left` from the left and `right` up to the right end of one line. Pieces leave in their
/// order until the rest fits.
pub(super) fn line(
    mut left: Vec<Segment>,
    mut right: Vec<Segment>,
    gaps: Style,
    area: Rect,
    buf: &mut Buffer,
) {
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width);
    while length(&left) + length(&right) + usize::from(!right.is_empty()) > room {
        let first = left.iter().chain(&right).map(|s| s.leaves).filter(|leaves| *leaves > 0).min();
        let Some(first) = first else { break };
        left.retain(|segment| segment.leaves != first);
        right.retain(|segment| segment.leaves != first);
    }
    let end = area.right();
    let mut x = area.x;
    x = write(&left, x, end, gaps, area.y, buf);
    let start = end.saturating_sub(u16::try_from(length(&right)).unwrap_or(u16::MAX));
    let start = if left.is_empty() { start.max(x) } else { start.max(x.saturating_add(1)) };
    write(&right, start, end, gaps, area.y, buf);
}

/// Whether pieces from both ends of a line fit, all of them.
pub(super) fn fits(left: &[Segment], right: &[Segment], area: Rect) -> bool {
    length(left) + length(right) + usize::from(!right.is_empty()) <= usize::from(area.width)
}

fn length(segments: &[Segment]) -> usize {
    let whole = segments.iter().enumerate();
    whole.map(|(i, s)| text::width(&s.words) + if i > 0 { text::width(s.gap) } else { 0 }).sum()
}

fn write(segments: &[Segment], mut x: u16, end: u16, gaps: Style, y: u16, buf: &mut Buffer) -> u16 {
    for (i, segment) in segments.iter().enumerate() {
        if i > 0 {
            x = put(buf, x, y, end.saturating_sub(x), segment.gap, gaps);
        }
        x = put(buf, x, y, end.saturating_sub(x), &segment.words, segment.style);
    }
    x
}
