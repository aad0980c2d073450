//! What each meaning looks like: the only place where colours are named.
//!
//! Views ask for a meaning (`warn`, `muted`), never for a colour. The palette is an embedded file;
//! without colour every meaning is still told by a word and by bold, dim, underline or reverse.

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::domain::profile::Environment;

/// The palette that is built in.
const DEFAULT: &str = include_str!("../assets/themes/default.toml");

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// 256 colours or more.
    #[default]
    Full,
    /// The 16 of the terminal's palette.
    Sixteen,
    /// None: `NO_COLOR`, or a terminal that has none.
    None,
}

impl Depth {
    /// What the environment says: `NO_COLOR` (any value but an empty one), `COLORTERM`, `TERM`.
    pub fn of(env: impl Fn(&str) -> Option<String>) -> Self {
        let term = env("TERM").unwrap_or_default();
        if env("NO_COLOR").is_some_and(|value| !value.is_empty()) || term == "dumb" || term.ends_with("-m") {
            return Self::None;
        }
        if env("COLORTERM").is_some() || term.contains("256") || term.contains("direct") {
            return Self::Full;
        }
        Self::Sixteen
    }
}

/// The styles in use.
#[derive(Clone, Debug, Default)]
pub struct Theme {
    palette: ThemeStyles,
}

impl Theme {
    /// The built-in palette at this depth.
    pub fn new(depth: Depth) -> Self {
        // A test reads the embedded file; a fault in it would cost the colours, not the program.
        let palettes = toml::from_str::<Palettes>(DEFAULT).unwrap_or_default();
        let palette = match depth {
            Depth::Full => palettes.full,
            Depth::Sixteen => palettes.sixteen,
            Depth::None => palettes.none,
        };
        Self { palette }
    }

    /// The terminal's own foreground and background.
    pub fn plain(&self) -> Style {
        self.palette.plain.style()
    }

    /// What has the focus: the border of a pane, the title of an overlay, a key in a hint.
    pub fn accent(&self) -> Style {
        self.palette.accent.style()
    }

    /// What went well.
    pub fn ok(&self) -> Style {
        self.palette.ok.style()
    }

    /// What to look at: happening now, old, soon.
    pub fn warn(&self) -> Style {
        self.palette.warn.style()
    }

    /// What went wrong, or is not known.
    pub fn danger(&self) -> Style {
        self.palette.danger.style()
    }

    /// What stands back: borders, labels, the head of a table.
    pub fn muted(&self) -> Style {
        self.palette.muted.style()
    }

    /// What stands out without meaning good or bad: a changed cell, a heading.
    pub fn bold(&self) -> Style {
        self.palette.bold.style()
    }

    /// The selected row; it is laid over the styles of its cells.
    pub fn selected(&self) -> Style {
        self.palette.selected.style()
    }

    /// The mark before a row.
    pub fn mark(&self) -> Style {
        self.palette.mark.style()
    }

    /// The badge of the environment in the header and on reviews.
    pub fn badge(&self, environment: Environment) -> Style {
        match environment {
            Environment::Sandbox => self.palette.sandbox.style(),
            Environment::Test => self.palette.test.style(),
            Environment::Prod => self.palette.prod.style(),
        }
    }
}

/// The file: one palette for each depth.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Palettes {
    full: ThemeStyles,
    sixteen: ThemeStyles,
    none: ThemeStyles,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeStyles {
    plain: StyleEntry,
    accent: StyleEntry,
    ok: StyleEntry,
    warn: StyleEntry,
    danger: StyleEntry,
    muted: StyleEntry,
    bold: StyleEntry,
    selected: StyleEntry,
    mark: StyleEntry,
    sandbox: StyleEntry,
    test: StyleEntry,
    prod: StyleEntry,
}

/// One meaning, as the file has it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "the four switches of a terminal, each by itself")]
struct StyleEntry {
    #[serde(deserialize_with = "color")]
    fg: Option<Color>,
    #[serde(deserialize_with = "color")]
    bg: Option<Color>,
    bold: bool,
    dim: bool,
    underlined: bool,
    reversed: bool,
}

fn color<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Color>, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map(Some).map_err(|_| serde::de::Error::custom(format!("{name} is not a colour")))
}

impl StyleEntry {
    fn style(self) -> Style {
        let mut style = Style { fg: self.fg, bg: self.bg, ..Style::new() };
        for (on, modifier) in [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.underlined, Modifier::UNDERLINED),
            (self.reversed, Modifier::REVERSED),
        ] {
            if on {
                style = style.add_modifier(modifier);
            }
        }
        if self.bg.is_some() || self.reversed {
            // On a background of its own dim text cannot be read.
            style = style.remove_modifier(Modifier::DIM);
        }
        style
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_style(theme: &Theme) -> Vec<Style> {
        let mut all = vec![
            theme.plain(),
            theme.accent(),
            theme.ok(),
            theme.warn(),
            theme.danger(),
            theme.muted(),
            theme.bold(),
            theme.selected(),
            theme.mark(),
        ];
        all.extend(Environment::ALL.map(|environment| theme.badge(environment)));
        all
    }

    #[test]
    fn the_embedded_palette_is_read_whole() {
        toml::from_str::<Palettes>(DEFAULT).unwrap();
    }

    #[test]
    fn badges_have_the_colours_that_the_product_promises() {
        for depth in [Depth::Full, Depth::Sixteen] {
            let theme = Theme::new(depth);
            let colours = |environment| (theme.badge(environment).fg, theme.badge(environment).bg);
            assert_eq!(colours(Environment::Sandbox), (Some(Color::Black), Some(Color::Cyan)));
            assert_eq!(colours(Environment::Test), (Some(Color::Black), Some(Color::Yellow)));
            assert_eq!(colours(Environment::Prod), (Some(Color::White), Some(Color::Red)));
        }
    }

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        let depth = |pairs: &[(&str, &str)]| {
            Depth::of(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(depth(&[("TERM", "xterm-256color")]), Depth::Full);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Depth::Full);
        assert_eq!(depth(&[("TERM", "linux")]), Depth::Sixteen);
        assert_eq!(depth(&[("TERM", "xterm-kitty"), ("COLORTERM", "truecolor")]), Depth::Full);
    }

    #[test]
    fn without_colour_no_style_has_a_colour_and_what_matters_still_differs() {
        let theme = Theme::new(Depth::None);
        for style in every_style(&theme) {
            assert_eq!((style.fg, style.bg), (None, None));
        }
        for style in [theme.selected(), theme.danger(), theme.warn(), theme.muted(), theme.accent()] {
            assert_ne!(style, theme.plain());
        }
    }
}
