//! Cells as what a terminal is told, in few bytes: it goes to the next cell by the shorter way, and of a style only what
//! differs from the one before is said. Before the first cell and behind the last one the terminal writes in its own
//! colours.

use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::domain::text;

/// So many cells between two that changed are written as they are, where the way over them is longer.
const GAP: u16 = 3;

/// What a modifier is switched on and off by. The two that share their end come first.
const MODIFIERS: [(Modifier, u8, u8); 8] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// How cells are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Paint {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Paint {
    fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// What turns this into another one; empty where they are the same.
    fn turned_into(self, to: Self) -> String {
        if self == to {
            return String::new();
        }
        if to == Self::default() {
            return "\u{1b}[m".to_owned();
        }
        let mut codes = String::new();
        let mut add = |code: &str| {
            codes.push(if codes.is_empty() { '[' } else { ';' });
            codes.push_str(code);
        };
        let mut on = self.modifier;
        for (modifier, _, off) in MODIFIERS {
            if on.contains(modifier) && !to.modifier.contains(modifier) {
                add(&off.to_string());
                let ended = MODIFIERS.iter().filter(|(_, _, other)| *other == off);
                ended.for_each(|(ended, _, _)| on.remove(*ended));
            }
        }
        for (modifier, code, _) in MODIFIERS {
            if to.modifier.contains(modifier) && !on.contains(modifier) {
                add(&code.to_string());
            }
        }
        if self.fg != to.fg {
            add(&colour(to.fg, 30));
        }
        if self.bg != to.bg {
            add(&colour(to.bg, 40));
        }
        format!("\u{1b}{codes}m")
    }
}

/// The codes of a colour; `base` is that of the first of the sixteen: 30 for a text, 40 for its ground.
fn colour(colour: Color, base: u8) -> String {
    let named = match colour {
        Color::Reset => return (base + 9).to_string(),
        Color::Indexed(number) => return format!("{};5;{number}", base + 8),
        Color::Rgb(red, green, blue) => return format!("{};2;{red};{green};{blue}", base + 8),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
    };
    (base + named).to_string()
}

/// Where the terminal writes next, and how.
struct Pen<'a> {
    /// All of the frame: what stands between cells that changed.
    frame: &'a Buffer,
    /// `None` where terminals may differ about it.
    place: Option<(u16, u16)>,
    paint: Paint,
}

/// Writes cells of a frame. About most characters all terminals agree how wide they are. After any other the place of the
/// next one is said, so that a terminal that sees it otherwise shifts nothing; and the cells for which it is meant are
/// emptied before, so that nothing old is left in them.
///
/// # Errors
/// When it cannot be written.
pub(super) fn draw<'a>(
    cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
    frame: &Buffer,
    to: &mut Vec<u8>,
) -> io::Result<()> {
    let mut pen = Pen { frame, place: None, paint: Paint::default() };
    for (x, y, cell) in cells {
        pen.go_to(x, y, to)?;
        pen.take(Paint::of(cell), to)?;
        let width = u16::try_from(text::width(cell.symbol())).unwrap_or(1);
        if is_sure(cell) {
            to.write_all(cell.symbol().as_bytes())?;
            pen.place = Some((x.saturating_add(width), y));
            continue;
        }
        to.extend(std::iter::repeat_n(b' ', width.into()));
        pen.place = None;
        pen.go_to(x, y, to)?;
        to.write_all(cell.symbol().as_bytes())?;
        pen.place = None;
    }
    pen.take(Paint::default(), to)
}

impl Pen<'_> {
    fn take(&mut self, paint: Paint, to: &mut Vec<u8>) -> io::Result<()> {
        to.write_all(self.paint.turned_into(paint).as_bytes())?;
        self.paint = paint;
        Ok(())
    }

    /// Goes to a cell: not at all, over what stands between, or by its place.
    fn go_to(&mut self, x: u16, y: u16, to: &mut Vec<u8>) -> io::Result<()> {
        let ahead = self.place.filter(|(from, row)| *row == y && *from <= x).map(|(from, _)| from);
        let mut by_place = String::new();
        match ahead {
            Some(from) if self.is_written(from, x, y) => {
                for x in from..x {
                    by_place.push_str(self.frame[(x, y)].symbol());
                }
            }
            Some(from) if from + 1 == x => by_place.push_str("\u{1b}[C"),
            // It cannot fail: the text has room.
            Some(from) => _ = write!(by_place, "\u{1b}[{}C", x - from),
            None => _ = write!(by_place, "\u{1b}[{};{}H", y.saturating_add(1), x.saturating_add(1)),
        }
        to.write_all(by_place.as_bytes())
    }

    /// Whether the cells from one to before another paint as what was written last, and all terminals agree about them.
    fn is_written(&self, from: u16, until: u16, y: u16) -> bool {
        let is_alike = |x| {
            let cell = &self.frame[(x, y)];
            let mut chars = cell.symbol().chars();
            let width = chars.next().and_then(text::alone);
            Paint::of(cell) == self.paint && width == Some(1) && chars.next().is_none()
        };
        until - from <= GAP && (from..until).all(is_alike)
    }
}

/// Whether every terminal takes this for as many cells as we do.
fn is_sure(cell: &Cell) -> bool {
    let mut chars = cell.symbol().chars();
    matches!((chars.next().map(text::alone), chars.next()), (Some(Some(_)), None))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    const SIZE: (u16, u16) = (12, 3);

    fn turned(from: Style, to: Style) -> String {
        let paint = |style: Style| {
            let mut cell = Cell::default();
            cell.set_style(style);
            Paint::of(&cell)
        };
        paint(from).turned_into(paint(to)).replace('\u{1b}', "^")
    }

    #[test]
    fn of_a_style_only_what_differs_is_said() {
        let plain = Style::new();
        let (red, bold) = (plain.fg(Color::Red), plain.add_modifier(Modifier::BOLD));
        let dim = plain.add_modifier(Modifier::DIM);
        for (from, to, told) in [
            (plain, plain, ""),
            (plain, red, "^[31m"),
            (red, plain, "^[m"),
            (red, red.bg(Color::Indexed(238)), "^[48;5;238m"),
            (red.bg(Color::Indexed(238)), red, "^[49m"),
            (red, red.add_modifier(Modifier::BOLD), "^[1m"),
            (red.add_modifier(Modifier::BOLD), red, "^[22m"),
            (bold, bold.fg(Color::Rgb(1, 2, 3)), "^[38;2;1;2;3m"),
            (bold, dim, "^[22;2m"),
            (bold.add_modifier(Modifier::DIM), bold, "^[22;1m"),
            (plain, plain.fg(Color::White).bg(Color::DarkGray), "^[97;100m"),
            (plain.add_modifier(Modifier::REVERSED), red.add_modifier(Modifier::UNDERLINED), "^[27;4;31m"),
        ] {
            assert_eq!(turned(from, to), told, "{from:?} to {to:?}");
        }
    }

    fn written(before: &Buffer, after: &Buffer) -> String {
        let mut bytes = Vec::new();
        draw(before.diff_iter(after), after, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn buffer(lines: [&str; 3]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        for (y, line) in (0..).zip(lines) {
            buffer.set_string(0, y, line, Style::new());
        }
        buffer
    }

    #[test]
    fn the_shorter_way_leads_to_the_next_cell() {
        let before = buffer(["abcdefghijkl", "股票早报", ""]);
        for (after, told) in [
            (["Xbcdefghijkl", "股票早报", ""], "^[1;1HX"),
            (["XbcYefghijkl", "股票早报", ""], "^[1;1HXbcY"),
            (["XbcdeYghijkl", "股票早报", ""], "^[1;1HX^[4CY"),
            (["abcdefghijkX", "股票早报", "Y"], "^[1;12HX^[3;1HY"),
            // A character of two cells is never written for the sake of a gap.
            (["abcdefghijkl", "中票报报", ""], "^[2;1H中^[2C报"),
        ] {
            assert_eq!(written(&before, &buffer(after)).replace('\u{1b}', "^"), told, "{after:?}");
        }
    }

    /// Ours, and what the terminal makes of it.
    const COLOURS: [(Color, vt100::Color); 5] = [
        (Color::Reset, vt100::Color::Default),
        (Color::Red, vt100::Color::Idx(1)),
        (Color::White, vt100::Color::Idx(15)),
        (Color::Indexed(200), vt100::Color::Idx(200)),
        (Color::Rgb(9, 8, 7), vt100::Color::Rgb(9, 8, 7)),
    ];

    fn any_cell() -> impl Strategy<Value = (&'static str, Color, Color, Modifier)> {
        let symbol = prop::sample::select(vec!["a", "b", " ", "─", "股", "·"]);
        let colour = || prop::sample::select(COLOURS.map(|(ours, _)| ours).to_vec());
        let modifier = prop::sample::select(vec![
            Modifier::empty(),
            Modifier::BOLD,
            Modifier::DIM,
            Modifier::BOLD | Modifier::UNDERLINED,
            Modifier::REVERSED,
            Modifier::ITALIC,
        ]);
        (symbol, colour(), colour(), modifier)
    }

    fn any_buffer() -> impl Strategy<Value = Buffer> {
        prop::collection::vec(any_cell(), usize::from(SIZE.0 * SIZE.1)).prop_map(|cells| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
            let mut is_taken = false;
            for (at, (symbol, fg, bg, modifier)) in (0..).zip(cells) {
                let (x, y) = (at % SIZE.0, at / SIZE.0);
                // A wide one takes the cell behind it, too.
                if std::mem::take(&mut is_taken) && x > 0 {
                    continue;
                }
                let style = Style::new().fg(fg).bg(bg).add_modifier(modifier);
                let (end, _) = buffer.set_stringn(x, y, symbol, 2, style);
                is_taken = end == x + 2;
            }
            buffer
        })
    }

    proptest! {
        #[test]
        fn what_a_terminal_shows_after_the_difference_is_the_frame(before in any_buffer(), after in any_buffer()) {
            let cells = |count| std::num::NonZero::new(count).unwrap();
            let mut terminal = vt100::Parser::new(cells(SIZE.1), cells(SIZE.0), 0);
            let blank = Buffer::empty(before.area);
            for step in [written(&blank, &before), written(&before, &after)] {
                terminal.process(step.as_bytes());
            }
            let colour = |colour| COLOURS.iter().find(|(ours, _)| *ours == colour).unwrap().1;
            for (x, y) in (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (x, y))) {
                let is_behind_wide = |buffer: &Buffer| x > 0 && text::width(buffer[(x - 1, y)].symbol()) == 2;
                // How a terminal paints what is left of a wide one is its own affair.
                if is_behind_wide(&after) || (is_behind_wide(&before) && before[(x, y)] == after[(x, y)]) {
                    continue;
                }
                let (cell, shown) = (&after[(x, y)], terminal.screen().cell(y, x).unwrap());
                prop_assert_eq!(shown.contents().trim_end(), cell.symbol().trim_end(), "{} {}", x, y);
                prop_assert_eq!((shown.fgcolor(), shown.bgcolor()), (colour(cell.fg), colour(cell.bg)));
                let has = |modifier| cell.modifier.contains(modifier);
                prop_assert_eq!(
                    (shown.bold(), shown.dim(), shown.italic(), shown.underline(), shown.inverse()),
                    (
                        has(Modifier::BOLD),
                        has(Modifier::DIM),
                        has(Modifier::ITALIC),
                        has(Modifier::UNDERLINED),
                        has(Modifier::REVERSED)
                    )
                );
            }
        }
    }
}
