//! What the tests of the views share: a state drawn, and read as text.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use crate::app::frame::Areas;
use crate::app::testing::feed;
use crate::app::{Layer, Message, State};
use crate::domain::text;
use crate::theme::{Depth, Theme};

/// The whole screen of a state.
pub(super) fn drawn(state: &State, depth: Depth) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, state.size.0, state.size.1));
    super::render(state, &Theme::new(depth), buf.area, &mut buf);
    buf
}

/// The rows of a screen as text, without the blanks at their ends.
pub(super) fn rows(buf: &Buffer) -> Vec<String> {
    rows_of(buf, buf.area)
}

/// The rows of a part of a screen.
fn rows_of(buf: &Buffer, part: Rect) -> Vec<String> {
    let mut rows = Vec::new();
    for y in part.top()..part.bottom() {
        let mut row = String::new();
        let mut x = part.left();
        while x < part.right() {
            let symbol = buf[(x, y)].symbol();
            // The mark behind text from right to left shows nothing; `tests/wide.rs` looks for it.
            row.push_str(symbol.trim_end_matches(text::LEFT_TO_RIGHT));
            x += u16::try_from(text::width(symbol)).unwrap().max(1);
        }
        rows.push(row.trim_end().to_owned());
    }
    rows
}

/// The screen of a state as text.
pub(super) fn screen(state: &State) -> String {
    rows(&drawn(state, Depth::Indexed)).join("\n")
}

/// What a scene is about, as text below its size and place: the layer on top, or where there is none
/// everything between header and hints; with the message, if there is one. Header and hints of all scenes
/// stand in [`lines_of`], so that a snapshot of this changes only with what it shows.
pub(super) fn body(state: &State) -> String {
    let areas = state.areas().unwrap();
    let buf = drawn(state, Depth::Indexed);
    let mut part = match state.layers.last() {
        None | Some(Layer::Filter(_) | Layer::Overview(_)) => areas.ground(),
        Some(layer) => covered(state, layer, &areas),
    };
    // A long message takes the row above its own, too, so nothing between is left out.
    if !rows_of(&buf, areas.message).concat().is_empty() {
        part = part.union(areas.message);
    }
    let Rect { x, y, width, height } = part;
    format!("{width}x{height} at {x},{y}\n{}", rows_of(&buf, part).join("\n"))
}

/// What a layer draws over: found on ground that no view draws.
fn covered(state: &State, layer: &Layer, areas: &Areas) -> Rect {
    let ground = Cell::new("\u{1}");
    let mut buf = Buffer::filled(Rect::new(0, 0, state.size.0, state.size.1), ground.clone());
    super::over(state, layer, &Theme::new(Depth::None), areas, &mut buf);
    let touched = buf.area.positions().filter(|&at| buf[at].symbol() != ground.symbol());
    touched.map(|at| Rect::new(at.x, at.y, 1, 1)).reduce(Rect::union).unwrap()
}

/// One area of every scene at every size, each wording once, below the scenes that show it.
pub(super) fn lines_of(
    scenes: impl Fn((u16, u16)) -> Vec<(&'static str, State)>,
    sizes: &[(u16, u16)],
    area: impl Fn(&Areas) -> Rect,
) -> String {
    let mut blocks = Vec::new();
    for &size in sizes {
        let mut wordings: Vec<(String, Vec<&str>)> = Vec::new();
        for (name, state) in scenes(size) {
            let line = rows_of(&drawn(&state, Depth::Indexed), area(&state.areas().unwrap())).join("\n");
            match wordings.iter_mut().find(|(other, _)| *other == line) {
                Some((_, names)) => names.push(name),
                None => wordings.push((line, vec![name])),
            }
        }
        for (line, names) in wordings {
            blocks.push(format!("{}x{} {}\n{line}", size.0, size.1, names.join(", ")));
        }
    }
    blocks.join("\n\n")
}

/// Draws scenes at every size from 1×1 to 130×45 and hands each screen to `check`. Every size meets
/// the scenes that `which` picks out of their count, so that every scene meets sizes of all kinds.
pub(super) fn at_every_size(
    mut scenes: Vec<(&'static str, State)>,
    which: impl Fn(usize, usize) -> Vec<usize>,
    check: impl Fn(&str, (u16, u16), &Buffer),
) {
    let theme = Theme::new(Depth::Indexed);
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
