//! What a terminal is like: how many colours it shows, by what the environment says, and its background.

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits: every colour is as it is named.
    True,
    /// 256, of which all but the first 16 are the same everywhere.
    #[default]
    Indexed,
    /// The 16 of the terminal's palette.
    Sixteen,
    /// None: `NO_COLOR`, or a terminal that has none.
    None,
}

/// What the terminal's own background is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// Light text stands on it.
    #[default]
    Dark,
    /// Dark text does.
    Light,
}

impl Ground {
    /// What the environment says: some terminals leave the numbers of their colours in `COLORFGBG`.
    pub fn of(env: impl Fn(&str) -> Option<String>) -> Self {
        let colours = env("COLORFGBG").unwrap_or_default();
        let background = colours.rsplit(';').next().unwrap_or_default();
        Self::from_light(background == "7" || background == "15")
    }

    pub(super) fn from_light(is_light: bool) -> Self {
        if is_light { Self::Light } else { Self::Dark }
    }
}

impl Depth {
    /// All, the richest first.
    pub const ALL: [Self; 4] = [Self::True, Self::Indexed, Self::Sixteen, Self::None];

    /// What the environment says: `NO_COLOR` (any value but an empty one), `COLORTERM`, `TERM`.
    pub fn of(env: impl Fn(&str) -> Option<String>) -> Self {
        let term = env("TERM").unwrap_or_default();
        if env("NO_COLOR").is_some_and(|value| !value.is_empty()) || term == "dumb" || term.ends_with("-m") {
            return Self::None;
        }
        let colours = env("COLORTERM");
        if colours.as_deref().is_some_and(|value| value == "truecolor" || value == "24bit")
            || term.ends_with("-direct")
            || term.contains("truecolor")
        {
            return Self::True;
        }
        if colours.is_some() || term.contains("256") || MODERN.iter().any(|name| term.contains(name)) {
            return Self::Indexed;
        }
        Self::Sixteen
    }
}

/// Terminals of 256 colours whose name does not say so.
const MODERN: [&str; 6] = ["alacritty", "foot", "ghostty", "kitty", "wezterm", "contour"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_may_say_what_the_background_is() {
        for (value, is) in [
            ("0;15", Ground::Light),
            ("15;0", Ground::Dark),
            ("0;default;7", Ground::Light),
            ("", Ground::Dark),
        ] {
            let ground = Ground::of(|name| (name == "COLORFGBG").then(|| value.to_owned()));
            assert_eq!(ground, is, "{value}");
        }
        assert_eq!(Ground::of(|_| None), Ground::Dark);
    }

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        let depth = |pairs: &[(&str, &str)]| {
            Depth::of(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(depth(&[("TERM", "xterm-256color")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "xterm-direct"), ("NO_COLOR", "1")]), Depth::None);
        for sixteen in ["linux", "xterm", "screen", "vt220", ""] {
            assert_eq!(depth(&[("TERM", sixteen)]), Depth::Sixteen, "{sixteen}");
        }
        assert_eq!(depth(&[("TERM", "xterm-kitty")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "xterm-kitty"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(&[("TERM", "tmux-256color"), ("COLORTERM", "24bit")]), Depth::True);
        assert_eq!(depth(&[("TERM", "xterm"), ("COLORTERM", "yes")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "xterm-direct")]), Depth::True);
        assert_eq!(depth(&[("TERM", "xterm-m"), ("COLORTERM", "truecolor")]), Depth::None);
    }
}
