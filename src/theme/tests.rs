use std::path::{Path, PathBuf};

use super::*;
use crate::config::{Env, Flags};

const GROUNDS: [Ground; 2] = [Ground::Dark, Ground::Light];

fn built_in() -> impl Iterator<Item = (&'static str, ThemeFile)> {
    file::BUILT_IN.into_iter().map(|(name, _)| (name, ThemeFile::built_in(name).unwrap()))
}

#[test]
fn every_built_in_theme_is_read_whole_and_says_how_each_meaning_looks() {
    for (name, text) in file::BUILT_IN {
        ThemeFile::parse(Path::new(name), text).unwrap_or_else(|err| panic!("{err}"));
    }
    for (name, file) in built_in() {
        for ground in GROUNDS {
            for depth in Depth::ALL {
                let styles = file.styles(depth, ground);
                for meaning in Meaning::ALL {
                    assert!(styles.has(meaning), "{name}: {} at {depth:?} on {ground:?}", meaning.name());
                }
            }
        }
    }
}

#[test]
fn badges_have_the_colours_that_the_product_promises() {
    let file = ThemeFile::default_theme();
    for ground in GROUNDS {
        for (depth, promised) in [
            (
                Depth::Sixteen,
                [(Color::Black, Color::Cyan), (Color::Black, Color::LightYellow), (Color::White, Color::Red)],
            ),
            (
                Depth::Indexed,
                [16, 16, 231]
                    .map(Color::Indexed)
                    .into_iter()
                    .zip([44, 220, 160].map(Color::Indexed))
                    .collect::<Vec<_>>()
                    .try_into()
                    .unwrap(),
            ),
        ] {
            let theme = Theme::of(&file, depth, ground);
            for (environment, (fg, bg)) in Environment::ALL.into_iter().zip(promised) {
                let badge = theme.badge(environment);
                assert_eq!((badge.fg, badge.bg), (Some(fg), Some(bg)), "{environment:?} at {depth:?}");
            }
        }
    }
}

#[test]
fn without_colour_no_style_has_a_colour_and_what_matters_still_differs() {
    let theme = Theme::new(Depth::None);
    for meaning in Meaning::ALL {
        let style = theme.style(meaning);
        assert_eq!((style.fg, style.bg), (None, None));
    }
    for style in [theme.selected(), theme.danger(), theme.warn(), theme.accent(), theme.struck()] {
        assert_ne!(style, theme.plain());
    }
}

/// Looks that are laid over others, each cell keeping what they do not say.
const LAID_OVER: [Meaning; 4] = [Meaning::Selected, Meaning::Past, Meaning::Muted, Meaning::Struck];

/// Every style of a theme, and every two of which one may be laid over the other.
fn every_style(theme: &Theme) -> Vec<(String, Style)> {
    let mut all = Vec::new();
    for meaning in Meaning::ALL {
        let style = theme.style(meaning);
        all.push((meaning.name().to_owned(), style));
        all.push((format!("{}, changed", meaning.name()), theme.changed(style)));
        for over in LAID_OVER {
            // Only the selected row is laid over what has a ground.
            if style.bg.is_none() || over == Meaning::Selected {
                let name = format!("{} over {}", over.name(), meaning.name());
                all.push((name, style.patch(theme.style(over))));
            }
        }
        let mut cell = Cell::default();
        cell.set_style(style);
        theme.put_behind(&mut cell);
        all.push((format!("{} behind an overlay", meaning.name()), cell.style()));
    }
    all
}

#[test]
fn every_text_of_every_theme_can_be_read_at_every_depth_on_every_ground() {
    for (theme, file) in built_in() {
        let least = if theme == "high-contrast" { 7.0 } else { testing::LEAST };
        for ground in GROUNDS {
            for depth in Depth::ALL {
                // Of 16 colours those are taken that can be read; there are no better ones.
                let least = if depth == Depth::Sixteen { testing::LEAST } else { least };
                for (name, style) in every_style(&Theme::of(&file, depth, ground)) {
                    let at = format!("{theme}: {name} at {depth:?} on {ground:?}: {style:?}");
                    let measured = testing::least_contrast(style, depth, ground);
                    let measured = measured.unwrap_or_else(|why| panic!("{at}: {why}"));
                    assert!(measured.is_none_or(|ratio| ratio >= least), "{at} has {measured:?}");
                }
            }
        }
    }
}

/// A folder with a config file and one theme.
fn with_theme(config: &str, theme: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("themes")).unwrap();
    std::fs::write(dir.path().join("themes/mine.toml"), theme).unwrap();
    let path = dir.path().join("c.toml");
    std::fs::write(&path, config).unwrap();
    (dir, path)
}

fn read(config: PathBuf, flags: Flags, env: &[(&str, &str)]) -> Result<Themes, String> {
    let flags = Flags { config: Some(config), ..flags };
    let env = Env::of([&[("TERM", "xterm-256color")], env].concat());
    let settings = crate::config::load(&flags, &env, None).map_err(|err| err.to_string())?;
    Themes::read(&settings.theme, |name| env.text(name)).map_err(|err| err.to_string())
}

#[test]
fn a_theme_of_ones_own_changes_what_it_says_and_leaves_the_rest() {
    let (_dir, config) =
        with_theme("[ui]\ntheme = \"mine\"\n", "[dark.256]\naccent = { fg = 213, italic = true }\n");
    let themes = read(config, Flags::default(), &[]).unwrap();
    let accent = themes.on(None).accent();
    assert_eq!((accent.fg, accent.add_modifier), (Some(Color::Indexed(213)), Modifier::ITALIC));
    let default = Themes::new(Depth::Indexed);
    assert_eq!(themes.on(None).warn(), default.on(None).warn());
    assert_eq!(themes.on(Some(true)), default.on(Some(true)));
}

#[test]
fn flag_environment_and_file_name_the_theme_in_this_order() {
    let (_dir, config) = with_theme("[ui]\ntheme = \"solarized\"\nbackground = \"light\"\n", "");
    let of = |name: &str, ground| Theme::of(&ThemeFile::built_in(name).unwrap(), Depth::Indexed, ground);
    let flags = |theme: Option<&str>, background| Flags {
        theme: theme.map(str::to_owned),
        background,
        ..Flags::default()
    };
    let env = [("PUSHDECK_THEME", "high-contrast"), ("PUSHDECK_BACKGROUND", "dark")];
    let read = |flags, env: &[(&str, &str)]| read(config.clone(), flags, env).unwrap();
    let themes = read(Flags::default(), &[]);
    assert_eq!((themes.on(Some(false)), themes.listens()), (&of("solarized", Ground::Light), false));
    assert_eq!(read(Flags::default(), &env).on(Some(true)), &of("high-contrast", Ground::Dark));
    let themes = read(flags(Some("colour-blind"), Some(BackgroundChoice::Auto)), &env);
    assert_eq!((themes.on(Some(true)), themes.listens()), (&of("colour-blind", Ground::Light), true));
    assert_eq!(themes.on(None), &of("colour-blind", Ground::Dark));
    let hint = [("COLORFGBG", "0;15")];
    assert_eq!(
        read(flags(Some("default"), Some(BackgroundChoice::Auto)), &hint).on(None),
        &of("default", Ground::Light)
    );
    let themes = read(flags(None, Some(BackgroundChoice::Auto)), &[("NO_COLOR", "1")]);
    assert!(!themes.listens(), "without colours there is nothing to be asked");
}

#[test]
fn what_is_wrong_with_a_theme_is_said_with_its_line_and_key() {
    let said = |theme: &str| {
        let (dir, config) = with_theme("[ui]\ntheme = \"mine\"\n", theme);
        let said = read(config, Flags::default(), &[]).map(|_| ()).unwrap_err();
        said.replace(&dir.path().display().to_string(), "DIR")
    };
    let words = said(
        "[dark.256]\nacent = { fg = 1 }\naccent = { fg = \"blu\" }\nok = { fg = 300 }\nwarn = 7\n[lihgt]\n",
    );
    for piece in [
        "DIR/themes/mine.toml:2:1: unknown key \"acent\" in [dark.256]; did you mean \"accent\"?",
        "DIR/themes/mine.toml:3:17: \"fg\" of accent in [dark.256] cannot be \"blu\": a colour is \"#rrggbb\"",
        "DIR/themes/mine.toml:4:13: \"fg\" of ok in [dark.256] cannot be 300",
        "DIR/themes/mine.toml:5:8: \"warn\" must be a table",
        "DIR/themes/mine.toml:6:2: unknown key \"lihgt\"; did you mean \"light\"?",
    ] {
        assert!(words.contains(piece), "{piece}\n{words}");
    }
    assert!(said("[none]\nok = { fg = \"red\" }\n").contains("[none] is for terminals without colours"));
    assert!(said("[none\n").contains("DIR/themes/mine.toml:1:"));
}

#[test]
fn a_theme_that_is_not_there_is_refused_with_those_that_are() {
    let said = |config: &str, flags, env: &[(&str, &str)]| {
        let (dir, path) = with_theme(config, "");
        let said = read(path, flags, env).map(|_| ()).unwrap_err();
        said.replace(&dir.path().display().to_string(), "DIR")
    };
    assert_eq!(
        said("[ui]\ntheme = \"solarised\"\n", Flags::default(), &[]),
        "DIR/c.toml:2:9: there is no theme \"solarised\"; did you mean \"solarized\"? Allowed: default, solarized, \
         high-contrast, colour-blind; one of your own would be DIR/themes/solarised.toml"
    );
    let flags = Flags { theme: Some("../mine".to_owned()), ..Flags::default() };
    let words = said("", flags, &[]);
    assert!(words.contains("cannot be \"../mine\" (--theme on the command line)"), "{words}");
    let words = said("[ui]\nbackground = \"lite\"\n", Flags::default(), &[]);
    assert!(words.contains("DIR/c.toml:2:14: \"background\" cannot be \"lite\""), "{words}");
    let words = said("", Flags::default(), &[("PUSHDECK_BACKGROUND", "darkk")]);
    assert!(
        words.starts_with(
            "PUSHDECK_BACKGROUND in the environment cannot be \"darkk\"; did you mean \"dark\"?"
        ),
        "{words}"
    );
}

#[test]
fn behind_an_overlay_nothing_but_a_badge_keeps_a_ground() {
    for (_, depth, ground, theme) in testing::every_built_in() {
        for meaning in Meaning::ALL {
            let mut cell = Cell::default();
            cell.set_style(theme.style(meaning));
            theme.put_behind(&mut cell);
            let is_badge = matches!(meaning, Meaning::Sandbox | Meaning::Test | Meaning::Prod);
            let at = format!("{} at {depth:?} on {ground:?}: {cell:?}", meaning.name());
            assert_eq!(cell.bg != Color::Reset, is_badge && depth != Depth::None, "{at}");
            assert!(!cell.modifier.contains(Modifier::REVERSED), "{at}");
        }
    }
}
