//! The file of a theme: text to looks, with everything that is wrong in it at once.
//!
//! What a file leaves out is as in the built-in theme `default`.

use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::DeValue;

use super::depth::{Depth, Ground};
use super::meaning::{Meaning, Styles};
use crate::config::{ConfigError, FileReader, Table, article, read_toml, told};

/// The built-in themes; the first is taken when nobody names one, and has what the others leave out.
pub(super) const BUILT_IN: [(&str, &str); 4] = [
    ("default", include_str!("../../assets/themes/default.toml")),
    ("solarized", include_str!("../../assets/themes/solarized.toml")),
    ("high-contrast", include_str!("../../assets/themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../assets/themes/colour-blind.toml")),
];

/// The tables of a file.
const TABLES: [&str; 3] = ["dark", "light", "none"];
/// Those of a background, by the number of colours.
const DEPTHS: [&str; 3] = ["true", "256", "16"];
/// What a look is made of, beside the two colours.
const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
    ("crossed_out", Modifier::CROSSED_OUT),
];
const STYLE_KEYS: [&str; 7] =
    ["fg", "bg", MODIFIERS[0].0, MODIFIERS[1].0, MODIFIERS[2].0, MODIFIERS[3].0, MODIFIERS[4].0];

/// What a file says, each table by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ThemeFile {
    dark: [Styles; DEPTHS.len()],
    light: [Styles; DEPTHS.len()],
    none: Styles,
}

impl ThemeFile {
    /// The built-in theme of this name, whole; `None` when there is none.
    pub(super) fn built_in(name: &str) -> Option<Self> {
        let of = |(name, text): (&str, &str)| {
            // A test reads the embedded files; a fault in one would cost the colours, not the program.
            Self::parse(Path::new(name), text).unwrap_or_default()
        };
        let [default, others @ ..] = BUILT_IN;
        if name == default.0 {
            return Some(of(default));
        }
        let found = others.into_iter().find(|(known, _)| *known == name)?;
        Some(of(found).over(&of(default)))
    }

    /// The theme that is taken when nobody names one.
    pub(super) fn default_theme() -> Self {
        Self::built_in(BUILT_IN[0].0).unwrap_or_default()
    }

    /// This file, with what it leaves out as it is there.
    pub(super) fn over(&self, other: &Self) -> Self {
        let both = |mine: &[Styles; DEPTHS.len()], theirs: &[Styles; DEPTHS.len()]| {
            let mut all = theirs.clone();
            for (styles, mine) in all.iter_mut().zip(mine) {
                *styles = mine.or(styles);
            }
            all
        };
        Self {
            dark: both(&self.dark, &other.dark),
            light: both(&self.light, &other.light),
            none: self.none.or(&other.none),
        }
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the lines.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        read_toml(path, text, None, read)
    }

    /// The looks for a background and a number of colours.
    pub(super) fn styles(&self, depth: Depth, ground: Ground) -> Styles {
        let [of_true, of_256, of_16] = match ground {
            Ground::Dark => &self.dark,
            Ground::Light => &self.light,
        };
        match depth {
            Depth::True => of_true.clone(),
            Depth::Indexed => of_256.clone(),
            Depth::Sixteen => of_16.clone(),
            Depth::None => self.none.clone(),
        }
    }
}

fn read(reader: &mut FileReader<'_>, top: &Table<'_, '_>) -> ThemeFile {
    let mut file = ThemeFile::default();
    reader.unknown_keys(top, &TABLES);
    for (name, of_ground) in [("dark", &mut file.dark), ("light", &mut file.light)] {
        let Some(ground) = reader.table(top, name, &format!("[{name}]")) else { continue };
        reader.unknown_keys(&ground, &DEPTHS);
        for (depth, styles) in DEPTHS.into_iter().zip(of_ground) {
            if let Some(table) = reader.table(&ground, depth, &format!("[{name}.{depth}]")) {
                *styles = all_of(reader, &table);
            }
        }
    }
    if let Some(table) = reader.table(top, "none", "[none]") {
        file.none = all_of(reader, &table);
        if Meaning::ALL.into_iter().any(|meaning| has_colour(file.none.get(meaning))) {
            reader.fault(
                table.span,
                "[none] is for terminals without colours; leave \"fg\" and \"bg\" out there",
            );
        }
    }
    file
}

fn has_colour(style: Style) -> bool {
    style.fg.is_some() || style.bg.is_some()
}

/// The looks of one table.
fn all_of(reader: &mut FileReader<'_>, table: &Table<'_, '_>) -> Styles {
    reader.unknown_keys(table, &Meaning::ALL.map(Meaning::name));
    let mut styles = Styles::default();
    for meaning in Meaning::ALL {
        let title = format!("{} in {}", meaning.name(), table.title);
        if let Some(entry) = reader.table(table, meaning.name(), &title) {
            styles.set(meaning, style(reader, &entry));
        }
    }
    styles
}

fn style(reader: &mut FileReader<'_>, entry: &Table<'_, '_>) -> Style {
    reader.unknown_keys(entry, &STYLE_KEYS);
    let mut style = Style { fg: color(reader, entry, "fg"), bg: color(reader, entry, "bg"), ..Style::new() };
    for (name, modifier) in MODIFIERS {
        if reader.boolean(entry, name).is_some_and(|on| on.value) {
            style = style.add_modifier(modifier);
        }
    }
    style
}

fn color(reader: &mut FileReader<'_>, entry: &Table<'_, '_>, key: &str) -> Option<Color> {
    let value = entry.get(key)?;
    let read = color_of(value);
    if read.is_none() {
        let given = match value.get_ref() {
            DeValue::String(name) => format!("\"{}\"", told(name)),
            DeValue::Integer(number) => told(&number.to_string()).into_owned(),
            other @ (DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_)) => article(other).to_owned(),
        };
        let words = format!(
            "\"{key}\" of {} cannot be {given}: a colour is \"#rrggbb\", a number from 0 to 255, or a name of the 16 \
             such as \"cyan\" or \"lightred\"",
            entry.title
        );
        reader.fault(value.span(), words);
    }
    read
}

fn color_of(value: &Spanned<DeValue<'_>>) -> Option<Color> {
    match value.get_ref() {
        DeValue::String(name) => name.parse().ok(),
        DeValue::Integer(number) => {
            u8::from_str_radix(number.as_str(), number.radix()).ok().map(Color::Indexed)
        }
        DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    }
}
