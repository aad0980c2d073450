//! Text for a terminal: whatever it was, it shows what it says, in the cells that it was given.

use pushdeck::domain::text::{clean, clean_lines, cut, pad, pad_left, width, wrap};
use unicode_segmentation::UnicodeSegmentation;

use super::answers::is_plain;
use super::input::{Input, spelled};

/// Characters that terminals stumble over.
const WORDS: &[&str] = &[
    "a",
    "Z",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "\u{1b}[2J",
    "\u{9b}31m",
    "\u{7}",
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "。",
    "股",
    "票",
    "ｱ",
    "ー",
    "e\u{301}",
    "\u{301}",
    "\u{300}\u{301}\u{302}",
    "\u{200d}",
    "\u{fe0f}",
    "\u{fe0e}",
    "👩",
    "👨",
    "🏽",
    "🇨",
    "🇳",
    "1\u{fe0f}\u{20e3}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "\u{2028}",
    "…",
    "│",
    "مرحبا",
    "لا",
    "\u{e33}",
    "ก\u{e33}",
    "\u{1160}",
    "\u{1100}",
    "각",
    "\u{ad}",
    "\u{3164}",
    "\u{e0041}",
    "word",
    "-",
    "#",
    "\u{2e3b}",
    "क्ष",
    "\u{fdfd}",
    "\u{115f}",
];

pub(crate) fn hold(bytes: &[u8]) {
    let mut input = Input(bytes);
    let cells = input.below(60);
    let rest = input.0;
    fits(&String::from_utf8_lossy(rest), cells);
    fits(&spelled(rest, WORDS), cells);
}

fn fits(text: &str, cells: usize) {
    let cleaned = clean(text);
    assert!(is_plain(&cleaned), "{cleaned:?}");
    assert_eq!(clean(&cleaned), cleaned, "cleaned twice is otherwise");
    assert!(cleaned.len() <= text.len() * 3, "cleaning makes it longer");
    for line in clean_lines(text) {
        assert!(is_plain(&line), "{line:?}");
    }
    let short = cut(&cleaned, cells);
    assert!(width(&short) <= cells, "{short:?} in {cells} cells");
    assert_eq!(cut(&short, cells), short, "cut twice is otherwise");
    for filled in [pad(&cleaned, cells), pad_left(&cleaned, cells)] {
        assert_eq!(width(&filled), cells, "{filled:?} in {cells} cells");
    }
    let lines = wrap(&cleaned, cells);
    for line in &lines {
        let is_one = line.graphemes(true).count() == 1;
        assert!(width(line) <= cells || is_one, "{line:?} in {cells} cells");
    }
    if cells > 0 {
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(&cleaned), "wrapping lost something");
    }
}
