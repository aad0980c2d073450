use super::*;

#[test]
fn the_built_in_theme_is_read_whole_and_says_how_each_meaning_looks() {
    let file = ThemeFile::built_in();
    for ground in [Ground::Dark, Ground::Light] {
        for depth in Depth::ALL {
            let styles = file.styles(depth, ground);
            for meaning in Meaning::ALL {
                assert!(styles.has(meaning), "{} at {depth:?} on {ground:?}", meaning.name());
            }
        }
    }
}

#[test]
fn badges_have_the_colours_that_the_product_promises() {
    let file = ThemeFile::built_in();
    for ground in [Ground::Dark, Ground::Light] {
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
    let file = ThemeFile::built_in();
    for ground in [Ground::Dark, Ground::Light] {
        for depth in Depth::ALL {
            for (name, style) in every_style(&Theme::of(&file, depth, ground)) {
                let at = format!("{name} at {depth:?} on {ground:?}: {style:?}");
                let measured =
                    testing::least_contrast(style, depth, ground).unwrap_or_else(|why| panic!("{at}: {why}"));
                assert!(measured.is_none_or(|ratio| ratio >= testing::LEAST), "{at} has {measured:?}");
            }
        }
    }
}
