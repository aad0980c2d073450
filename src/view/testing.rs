//! What the tests of the views share: a state drawn, and read as text.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::testing::feed;
use crate::app::{Message, State};
use crate::domain::text;
use crate::theme::{Depth, Theme};

/// The whole screen of a state.
pub(crate) fn drawn(state: &State, depth: Depth) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, state.size.0, state.size.1));
    super::render(state, &Theme::new(depth), buf.area, &mut buf);
    buf
}

/// The rows of a screen as text, without the blanks at their ends.
pub(crate) fn rows(buf: &Buffer) -> Vec<String> {
    let mut rows = Vec::new();
    for y in 0..buf.area.height {
        let mut row = String::new();
        let mut x = 0;
        while x < buf.area.width {
            let symbol = buf[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(text::width(symbol)).unwrap().max(1);
        }
        rows.push(row.trim_end().to_owned());
    }
    rows
}

/// The screen of a state as text.
pub(crate) fn screen(state: &State) -> String {
    rows(&drawn(state, Depth::Full)).join("\n")
}

/// Draws scenes at every size from 1×1 to 130×45 and hands each screen to `check`. Every size meets
/// the scenes that `which` picks out of their count, so that every scene meets sizes of all kinds.
pub(crate) fn at_every_size(
    mut scenes: Vec<(&'static str, State)>,
    which: impl Fn(usize, usize) -> Vec<usize>,
    check: impl Fn(&str, (u16, u16), &Buffer),
) {
    let theme = Theme::new(Depth::Full);
    let count = scenes.len();
    for width in 1..=130_u16 {
        for height in 1..=45_u16 {
            // Of the larger sizes a third, every width and every height among them.
            let is_small = width <= 44 && height <= 14;
            if !is_small && (width + height) % 3 != 0 {
                continue;
            }
            for at in which(usize::from(width) * 7 + usize::from(height), count) {
                let (name, state) = &mut scenes[at];
                feed(state, [Message::Resized { columns: width, rows: height }]);
                let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
                super::render(state, &theme, buf.area, &mut buf);
                check(name, (width, height), &buf);
            }
        }
    }
}
