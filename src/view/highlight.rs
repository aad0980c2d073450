//! A text in which the words that are searched for stand out.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::text;
use crate::theme::Theme;

use super::cells::put;

/// Writes `words`, which were cleaned, cut to `room` cells, with these bytes of them standing out, and returns the
/// column behind them. The bytes are in order; a character of which some are meant stands out as a whole.
pub fn put_highlighted(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    room: u16,
    (words, found): (&str, &[Range<usize>]),
    style: Style,
    theme: &Theme,
) -> u16 {
    let end = put(buf, x, y, room, words, style);
    if found.is_empty() || end <= x {
        return end;
    }
    let shown = text::cut(words, usize::from(room));
    // What was left out is not there: the mark in its place is none of the words.
    let kept = if shown.len() == words.len() && *shown == *words {
        shown.len()
    } else {
        shown.len() - '…'.len_utf8()
    };
    let mut x = x;
    let mut found = found.iter().peekable();
    for (at, grapheme) in words.get(..kept).unwrap_or_default().grapheme_indices(true) {
        while found.next_if(|range| range.end <= at).is_some() {}
        let Some(next) = found.peek() else { break };
        let is_found = next.start < at + grapheme.len();
        let cells = u16::try_from(text::width(grapheme)).unwrap_or(u16::MAX);
        for x in x..x.saturating_add(cells).min(end) {
            if is_found && let Some(cell) = buf.cell_mut(Position::new(x, y)) {
                cell.set_style(theme.found());
            }
        }
        x = x.saturating_add(cells);
    }
    end
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Modifier;

    use super::*;
    use crate::theme::Depth;

    /// The text as it is drawn, what stands out between brackets.
    fn drawn(words: &str, found: &[(usize, usize)], room: u16) -> String {
        let found: Vec<_> = found.iter().map(|(from, to)| *from..*to).collect();
        let theme = Theme::new(Depth::None);
        let mut buf = Buffer::empty(Rect::new(0, 0, 30, 1));
        let end = put_highlighted(&mut buf, (0, 0), room, (words, &found), Style::new(), &theme);
        let mut out = String::new();
        let mut inside = false;
        let mut x = 0;
        while x < end {
            let cell = buf.cell(Position::new(x, 0)).unwrap();
            let is_found = cell.modifier.contains(Modifier::UNDERLINED);
            if is_found != inside {
                out.push(if is_found { '[' } else { ']' });
            }
            inside = is_found;
            out.push_str(cell.symbol());
            x += u16::try_from(text::width(cell.symbol())).unwrap().max(1);
        }
        if inside {
            out.push(']');
        }
        out
    }

    #[test]
    fn what_is_found_stands_out_without_colour_and_is_cut_with_the_text() {
        assert_eq!(drawn("Flash sale", &[(6, 10)], 30), "Flash [sale]");
        assert_eq!(drawn("Flash sale", &[(0, 2), (6, 10)], 9), "[Fl]ash [sa]…");
        assert_eq!(drawn("Flash sale", &[(6, 10)], 6), "Flash…");
        assert_eq!(drawn("Flash sale", &[(0, 10)], 0), "");
        assert_eq!(drawn("股票早报", &[(3, 9)], 30), "股[票早]报");
        assert_eq!(drawn("股票早报", &[(3, 9)], 5), "股[票]…");
        // A mark belongs to its letter.
        assert_eq!(drawn("cafe\u{301}s", &[(3, 4)], 30), "caf[e\u{301}]s");
        assert_eq!(drawn("no…", &[(0, 2)], 30), "[no]…");
    }
}
