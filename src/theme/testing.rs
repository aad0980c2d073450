//! What the tests measure: the contrast of texts, as WCAG 2 measures it, on every ground that a style may stand on.

use ratatui::style::{Color, Modifier, Style};

use super::file::{BUILT_IN, ThemeFile};
use super::{Depth, Ground, Theme};

/// The least for a text of usual size.
pub(crate) const LEAST: f64 = 4.5;

type Rgb = [u8; 3];

/// Every built-in theme at every depth for every background.
pub(crate) fn every_built_in() -> Vec<(&'static str, Depth, Ground, Theme)> {
    let mut all = Vec::new();
    for (name, _) in BUILT_IN {
        let file = ThemeFile::built_in(name).unwrap_or_default();
        for depth in Depth::ALL {
            for ground in [Ground::Dark, Ground::Light] {
                all.push((name, depth, ground, Theme::of(&file, depth, ground)));
            }
        }
    }
    all
}

/// Black, and the backgrounds of themes for terminals that are in wide use.
const DARK: [Rgb; 10] = [
    [0, 0, 0],
    [0x1e, 0x1e, 0x1e],
    [0x00, 0x2b, 0x36],
    [0x28, 0x2a, 0x36],
    [0x2e, 0x34, 0x40],
    [0x28, 0x2c, 0x34],
    [0x30, 0x0a, 0x24],
    [0x28, 0x28, 0x28],
    [0x1a, 0x1b, 0x26],
    [0x1d, 0x1f, 0x21],
];
/// White, and the same of light ones.
const LIGHT: [Rgb; 7] = [
    [255, 255, 255],
    [0xfd, 0xf6, 0xe3],
    [0xee, 0xe8, 0xd5],
    [0xfb, 0xf1, 0xc7],
    [0xfa, 0xfa, 0xfa],
    [0xef, 0xf1, 0xf5],
    [0xe1, 0xe2, 0xe7],
];

/// The first 16 colours of xterm and of VGA.
const PALETTES: [[Rgb; 16]; 2] = [
    [
        [0, 0, 0],
        [205, 0, 0],
        [0, 205, 0],
        [205, 205, 0],
        [0, 0, 238],
        [205, 0, 205],
        [0, 205, 205],
        [229, 229, 229],
        [127, 127, 127],
        [255, 0, 0],
        [0, 255, 0],
        [255, 255, 0],
        [92, 92, 255],
        [255, 0, 255],
        [0, 255, 255],
        [255, 255, 255],
    ],
    [
        [0, 0, 0],
        [170, 0, 0],
        [0, 170, 0],
        [170, 85, 0],
        [0, 0, 170],
        [170, 0, 170],
        [0, 170, 170],
        [170, 170, 170],
        [85, 85, 85],
        [255, 85, 85],
        [85, 255, 85],
        [255, 255, 85],
        [85, 85, 255],
        [255, 85, 255],
        [85, 255, 255],
        [255, 255, 255],
    ],
];

/// The least contrast that a text of this style can have, or why it is not known; `None` where terminal
/// and operator alone chose both colours.
pub(crate) fn least_contrast(style: Style, depth: Depth, ground: Ground) -> Result<Option<f64>, String> {
    let has = |modifier| style.add_modifier.contains(modifier);
    if has(Modifier::DIM) {
        return Err("nobody knows what a terminal makes of dim".to_owned());
    }
    let own = |color: Option<Color>| color.filter(|color| *color != Color::Reset);
    let (text, under) = match (own(style.fg), own(style.bg)) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err("a ground without a colour of the text".to_owned()),
        (Some(_), None) if has(Modifier::REVERSED) => return Err("a text on its own colour".to_owned()),
        pair => pair,
    };
    let mut least = f64::MAX;
    for palette in &PALETTES {
        for bright in [false, true] {
            // Many terminals show a bold colour of the first eight as the bright one of the same name.
            let bold = bright && has(Modifier::BOLD);
            let text = text.map(|color| rgb(color, palette, depth, bold)).transpose()?;
            let grounds = match under {
                Some(color) => vec![rgb(color, palette, depth, false)?],
                None => grounds(depth, ground),
            };
            for under in grounds {
                least = least.min(contrast(text.unwrap_or_default(), under));
            }
        }
    }
    Ok(Some(least))
}

/// What a style without a ground may stand on. With 16 colours it is one of them.
fn grounds(depth: Depth, ground: Ground) -> Vec<Rgb> {
    match (depth, ground) {
        (Depth::Sixteen, Ground::Dark) => vec![[0, 0, 0]],
        (Depth::Sixteen, Ground::Light) => vec![[255, 255, 255]],
        (Depth::True | Depth::Indexed | Depth::None, Ground::Dark) => DARK.to_vec(),
        (Depth::True | Depth::Indexed | Depth::None, Ground::Light) => LIGHT.to_vec(),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the names are looked up before")]
fn rgb(color: Color, palette: &[Rgb; 16], depth: Depth, bright: bool) -> Result<Rgb, String> {
    let named = |index: usize| match depth {
        Depth::Sixteen => Ok(palette[if bright && index < 8 { index + 8 } else { index }]),
        Depth::True | Depth::Indexed | Depth::None => {
            Err(format!("{color} is what the palette of the terminal makes of it"))
        }
    };
    if let Some(index) = NAMES.iter().position(|name| *name == color) {
        return named(index);
    }
    match color {
        Color::Rgb(r, g, b) if depth == Depth::True => Ok([r, g, b]),
        Color::Rgb(..) => Err(format!("{color} has 24 bits")),
        Color::Indexed(index @ 16..) if depth != Depth::Sixteen => Ok(of_256(index)),
        Color::Indexed(index) => named(usize::from(index)),
        _ => Err(format!("{color} is no colour")),
    }
}

const NAMES: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

fn of_256(index: u8) -> Rgb {
    if index >= 232 {
        return [8 + 10 * (index - 232); 3];
    }
    let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
    let index = index - 16;
    [step(index / 36), step(index / 6 % 6), step(index % 6)]
}

fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(rgb: Rgb) -> f64 {
    let [r, g, b] = rgb.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[test]
fn contrast_is_what_wcag_says_it_is() {
    let near = |a: f64, b: f64| (a - b).abs() < 0.01;
    assert!(near(contrast([0; 3], [255; 3]), 21.0));
    assert!(near(contrast([0x76; 3], [255; 3]), 4.54));
    assert!(near(contrast([255, 0, 0], [255; 3]), 4.0));
    assert_eq!((of_256(16), of_256(231), of_256(244)), ([0; 3], [255; 3], [128; 3]));
    assert_eq!(of_256(80), [0x5f, 0xd7, 0xd7]);
}
