//! What each meaning looks like: the only place where colours are named.
//!
//! Views ask for a meaning (`warn`, `muted`), never for a colour. A theme is a file with a table for each
//! background and each number of colours; without colour every meaning is still told by a word and by
//! bold, underline or reverse. The background and the text of the terminal stay as they are.

mod depth;
mod file;
mod meaning;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier, Style};

use crate::config::{BackgroundChoice, ConfigError, ThemeChoice};
use crate::domain::profile::Environment;

pub use depth::{Depth, Ground};
pub use meaning::Meaning;

use file::ThemeFile;
use meaning::Styles;

/// The styles in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    styles: Styles,
}

impl Theme {
    /// The built-in theme at this depth, for dark backgrounds.
    pub fn new(depth: Depth) -> Self {
        Self::of(&ThemeFile::default_theme(), depth, Ground::Dark)
    }

    fn of(file: &ThemeFile, depth: Depth, ground: Ground) -> Self {
        Self { styles: file.styles(depth, ground) }
    }

    /// The look of a meaning.
    pub fn style(&self, meaning: Meaning) -> Style {
        self.styles.get(meaning)
    }

    /// The terminal's own foreground and background.
    pub fn plain(&self) -> Style {
        Style::new()
    }

    /// What has the focus: the border of a pane, the title of an overlay, a key in a hint.
    pub fn accent(&self) -> Style {
        self.style(Meaning::Accent)
    }

    /// What went well.
    pub fn ok(&self) -> Style {
        self.style(Meaning::Ok)
    }

    /// What to look at: happening now, old, soon.
    pub fn warn(&self) -> Style {
        self.style(Meaning::Warn)
    }

    /// What went wrong, or is not known.
    pub fn danger(&self) -> Style {
        self.style(Meaning::Danger)
    }

    /// What stands back: borders, labels, the head of a table.
    pub fn muted(&self) -> Style {
        self.style(Meaning::Muted)
    }

    /// What stands out without meaning good or bad: a changed cell, a heading.
    pub fn bold(&self) -> Style {
        self.style(Meaning::Bold)
    }

    /// The selected row, or a text that the first key replaces; it is laid over the styles of its cells.
    pub fn selected(&self) -> Style {
        self.style(Meaning::Selected)
    }

    /// The mark before a row.
    pub fn mark(&self) -> Style {
        self.style(Meaning::Mark)
    }

    /// A row of the past; it is laid over the styles of its cells.
    pub fn past(&self) -> Style {
        self.style(Meaning::Past)
    }

    /// What is cancelled: crossed out.
    pub fn struck(&self) -> Style {
        self.style(Meaning::Struck)
    }

    /// The mark of what reaches everyone.
    pub fn everyone(&self) -> Style {
        self.style(Meaning::Everyone)
    }

    /// The field that has the keys, on a ground of its own where there are colours.
    pub fn field(&self) -> Style {
        self.style(Meaning::Field)
    }

    /// A word that is searched for, where it stands; it is laid over the style of its cells.
    pub fn found(&self) -> Style {
        self.style(Meaning::Found)
    }

    /// The look of a cell whose change is fresh: bold. A bold colour of the 16 is a brighter one in many terminals,
    /// which may be hard to read: such a one is underlined.
    pub fn changed(&self, style: Style) -> Style {
        let is_named = style.fg.is_some_and(|fg| fg != Color::Reset && !is_fixed(fg));
        style.add_modifier(if is_named { Modifier::UNDERLINED } else { Modifier::BOLD })
    }

    /// Makes a cell that lies behind an overlay stand back: nothing there calls for attention, and what is selected there
    /// is not what a key would mean now. Only a badge keeps its ground.
    pub fn put_behind(&self, cell: &mut Cell) {
        let is_badge = |environment| self.badge(environment).bg.is_some_and(|bg| bg == cell.bg);
        if !Environment::ALL.into_iter().any(is_badge) {
            let loud = Modifier::BOLD | Modifier::UNDERLINED | Modifier::REVERSED;
            cell.set_style(Style::new().fg(Color::Reset).bg(Color::Reset).remove_modifier(loud));
            cell.set_style(self.style(Meaning::Behind));
        }
    }

    /// Whether a cell has a ground of its own, as a badge has.
    pub fn has_ground(cell: &Cell) -> bool {
        cell.bg != Color::Reset || cell.modifier.contains(Modifier::REVERSED)
    }

    /// The badge of the environment in the header and on reviews.
    pub fn badge(&self, environment: Environment) -> Style {
        self.style(match environment {
            Environment::Sandbox => Meaning::Sandbox,
            Environment::Test => Meaning::Test,
            Environment::Prod => Meaning::Prod,
        })
    }
}

/// A theme for the number of colours that the terminal has, in both forms: which one it takes, it may say
/// later.
#[derive(Clone, Debug)]
pub struct Themes {
    dark: Theme,
    light: Theme,
    /// The background that is taken as long as the terminal has said nothing.
    assumed: Ground,
    /// Whether what it says counts.
    listens: bool,
}

impl Themes {
    /// The theme that is meant, from its file or built in.
    ///
    /// # Errors
    /// When there is no such theme, or what is wrong in its file.
    pub fn read(choice: &ThemeChoice, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let file = match (choice.own_file()?, &choice.name) {
            (Some((path, text)), _) => ThemeFile::parse(&path, &text)?.over(&ThemeFile::default_theme()),
            (None, None) => ThemeFile::default_theme(),
            (None, Some(name)) => ThemeFile::built_in(&name.value)
                .ok_or_else(|| choice.unknown(&file::BUILT_IN.map(|(name, _)| name)))?,
        };
        let depth = Depth::of(&env);
        let (assumed, listens) = match choice.background.value {
            BackgroundChoice::Dark => (Ground::Dark, false),
            BackgroundChoice::Light => (Ground::Light, false),
            BackgroundChoice::Auto => (Ground::of(env), depth != Depth::None),
        };
        let [dark, light] = [Ground::Dark, Ground::Light].map(|ground| Theme::of(&file, depth, ground));
        Ok(Self { dark, light, assumed, listens })
    }

    /// The built-in theme at this depth, on a dark background until the terminal says another.
    #[cfg(test)]
    pub(crate) fn new(depth: Depth) -> Self {
        let file = ThemeFile::default_theme();
        let [dark, light] = [Ground::Dark, Ground::Light].map(|ground| Theme::of(&file, depth, ground));
        Self { dark, light, assumed: Ground::Dark, listens: true }
    }

    /// Whether the terminal is to be asked for its background.
    pub fn listens(&self) -> bool {
        self.listens
    }

    /// The one for a terminal that has said this of its background.
    pub fn on(&self, is_light: Option<bool>) -> &Theme {
        let said = is_light.filter(|_| self.listens).map(Ground::from_light);
        match said.unwrap_or(self.assumed) {
            Ground::Dark => &self.dark,
            Ground::Light => &self.light,
        }
    }
}

/// Whether every palette shows it alike.
fn is_fixed(color: Color) -> bool {
    matches!(color, Color::Rgb(..) | Color::Indexed(16..))
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
