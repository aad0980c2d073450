//! The saved filters as tabs in one line: what each is called, and how many tasks it shows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::filter::saved::Tab;
use crate::domain::text;
use crate::theme::Theme;

use super::cells::{Segment, line};

/// Draws the tabs. Where there is no room for all, the last ones leave first, and the one that is on never.
pub fn render(tabs: &[Tab<'_>], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let segment = |(number, tab): (usize, &Tab<'_>)| {
        let words = match tab.count {
            Some(count) => format!("{} {}", tab.name, text::grouped(count)),
            None => tab.name.to_owned(),
        };
        let leaves = u8::try_from(tabs.len() - number).unwrap_or(u8::MAX);
        let (style, leaves) = if tab.is_on { (theme.accent(), 0) } else { (theme.muted(), leaves) };
        Segment::new(" · ", words, style, leaves)
    };
    line(tabs.iter().enumerate().map(segment).collect(), Vec::new(), theme.muted(), area, buf);
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Cell;

    use super::*;
    use crate::theme::Depth;

    fn drawn(on: usize, width: u16) -> String {
        let all = [
            ("All", Some(1942)),
            ("Next hour", Some(3)),
            ("Failed last night", None),
            ("Everyone", Some(12)),
        ];
        let tabs: Vec<Tab<'_>> =
            (0..).zip(all).map(|(number, (name, count))| Tab { name, count, is_on: number == on }).collect();
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        render(&tabs, &Theme::new(Depth::Indexed), buf.area, &mut buf);
        let accent = Theme::new(Depth::Indexed).accent().fg;
        let is_on = |cell: &&Cell| Some(cell.fg) == accent;
        let marked: String = buf.content.iter().filter(is_on).map(Cell::symbol).collect();
        let shown = text::cut(all[on].0, usize::from(width));
        assert!(marked.starts_with(&*shown) || width < 12, "{marked}");
        let whole: String = buf.content.iter().map(Cell::symbol).collect();
        whole.trim_end().to_owned()
    }

    #[test]
    fn the_last_tabs_leave_first_and_the_one_that_is_on_never() {
        assert_eq!(drawn(0, 80), "All 1 942 · Next hour 3 · Failed last night · Everyone 12");
        assert_eq!(drawn(0, 50), "All 1 942 · Next hour 3 · Failed last night");
        assert_eq!(drawn(3, 50), "All 1 942 · Next hour 3 · Everyone 12");
        assert_eq!(drawn(3, 20), "Everyone 12");
        assert_eq!(drawn(0, 2), "A…");
        for width in 1..90 {
            for on in 0..4 {
                drawn(on, width);
            }
        }
    }
}
