//! Text for a terminal: cleaning, width, cutting, folding, numbers.
//!
//! Whatever came over the wire passes through [`clean`] before a terminal sees it (I9).

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::json::JsonObject;

/// Cells that `text` takes on a terminal.
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    let alone = text.chars().map(alone).sum::<Option<usize>>();
    // Character by character as a reader sees them: each is drawn into cells of its own, also those that the
    // measure of a whole text would join, such as an Arabic lam and alef.
    alone.unwrap_or_else(|| text.graphemes(true).map(UnicodeWidthStr::width).sum())
}

/// The cells of a character that stands for itself whatever stands beside it: ASCII, and most of what
/// Chinese, Japanese and western texts are written in. `None` for one that may join another, such as a mark
/// or a part of an emoji. A text of nothing else is measured, cut and drawn character by character.
pub fn alone(c: char) -> Option<usize> {
    match c {
        ' '..='~' | '·' | 'À'..='ɏ' | '–' | '—' | '‘'..='”' | '•' | '…' | '─'..='╿' | '▁'..='█' => {
            Some(1)
        }
        '\u{3001}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30A1}'..='\u{30FA}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{FF01}'..='\u{FF60}' => Some(2),
        _ => None,
    }
}

/// Whether each byte is a character of one cell: most of what is shown is so, and is measured, cut and drawn
/// without looking for characters that belong together.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Whether a terminal would act on this character instead of showing it: controls, and the
/// invisible marks that reorder or join what stands around them.
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Whether a reader would see anything of it.
pub(super) fn shows(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !acts(c))
}

/// Whether terminals disagree about the width of this character, so that what follows it would
/// stand in another cell than planned: what joins, colours or restyles the emoji before it. Without
/// it the emoji stand side by side, each as wide everywhere.
fn unsettles(c: char, before: Option<char>) -> bool {
    let after_a_picture = before.is_some_and(|b| b >= '\u{2190}');
    match c {
        // Variations, and characters that show nothing, to which terminals give one cell, two or none.
        '\u{AD}'
        | '\u{34F}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FFA0}'
        | '\u{E0100}'..='\u{E01EF}' => true,
        '\u{200D}' | '\u{1F3FB}'..='\u{1F3FF}' => after_a_picture,
        _ => false,
    }
}

/// No text is shown at greater length, in characters: what a frame and a key cost must not grow with
/// what somebody sends. Nothing that the documents allow is so long: 500 accounts of 32 bytes, with what
/// stands between them, are 17,000.
pub const MOST_SHOWN: usize = 20_480;

/// No JSON is shown at greater length, in bytes.
const MOST_JSON: usize = 64 * 1024;

/// Marks over or under one character that are shown; every language gets along with fewer.
const MOST_MARKS: usize = 4;

/// The first characters of a text; where some are left out, `…` stands in their place.
pub fn head(text: &str, chars: usize) -> Cow<'_, str> {
    // A character has a byte at least.
    if text.len() <= chars {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(chars) {
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// Whether it is written from right to left.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// Whether a terminal that turns such text around may turn around what stands beside it as well.
pub fn turns(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_right_to_left)
}

/// The mark behind a text that [`turns`]: it shows nothing, and what follows keeps its place.
pub const LEFT_TO_RIGHT: char = '\u{200E}';

/// Whether it takes no cell of its own: a mark on what stands before it.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && UnicodeWidthChar::width(c) == Some(0)
}

/// One line that is safe to print: line ends and tabs become a blank, every other control
/// character and every direction mark becomes `�`, so that the reader sees something was there. Of
/// marks that are piled up a few are kept, and of a text that is very long its beginning.
pub fn clean(text: &str) -> Cow<'_, str> {
    let text = head(text, MOST_SHOWN);
    if text.chars().all(|c| c.is_ascii() && !c.is_ascii_control())
        || !text.chars().any(|c| acts(c) || unsettles(c, Some(char::MAX)) || is_mark(c))
    {
        return text;
    }
    let unix = text.replace("\r\n", "\n");
    let shown = unix.chars().map(|c| match c {
        '\n' | '\r' | '\t' => ' ',
        c if acts(c) => '\u{FFFD}',
        c => c,
    });
    let mut cleaned = String::with_capacity(unix.len());
    let mut before = None;
    let mut marks = 0;
    for c in shown {
        // By what stands before it on the screen: what was left out is not there.
        if unsettles(c, before) {
            continue;
        }
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if marks <= MOST_MARKS {
            before = Some(c);
            cleaned.push(c);
        }
    }
    Cow::Owned(cleaned)
}

/// The lines of a text, each safe to print. Line ends keep their meaning, a tab is four blanks.
pub fn clean_lines(text: &str) -> Vec<String> {
    head(text, MOST_SHOWN).lines().map(|line| clean(&line.replace('\t', "    ")).into_owned()).collect()
}

/// A value as JSON, up to the length at which any is shown; says whether that is all of it.
pub fn json_head(value: &Value, pretty: bool) -> (String, bool) {
    let mut room = MOST_JSON;
    let shown = shortened(value, &mut room);
    let json = if pretty { serde_json::to_string_pretty(&shown) } else { serde_json::to_string(&shown) };
    (json.unwrap_or_default(), room > 0)
}

/// As much of a value as there is room for, in bytes. What does not fit is left out, or cut; then there
/// is no room left. It costs no more than that, however large the value is.
fn shortened(value: &Value, room: &mut usize) -> Value {
    *room = room.saturating_sub(8);
    match value {
        Value::String(words) => {
            let shown = words.get(..words.floor_char_boundary(*room)).unwrap_or_default();
            *room = room.saturating_sub(words.len());
            let cut = if shown.len() < words.len() { "…" } else { "" };
            Value::String(format!("{shown}{cut}"))
        }
        Value::Array(items) => {
            let mut shown = Vec::new();
            for item in items {
                if *room == 0 {
                    break;
                }
                shown.push(shortened(item, room));
            }
            Value::Array(shown)
        }
        Value::Object(fields) => Value::Object(shortened_fields(fields, room)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn shortened_fields(fields: &JsonObject, room: &mut usize) -> JsonObject {
    let mut shown = JsonObject::new();
    for (key, value) in fields {
        if *room == 0 {
            break;
        }
        let key = key.get(..key.floor_char_boundary(*room)).unwrap_or_default().to_owned();
        *room = room.saturating_sub(key.len());
        shown.insert(key, shortened(value, room));
    }
    shown
}

/// [`json_head`] of an object, over several lines.
pub fn json_object_head(object: &JsonObject) -> (String, bool) {
    let mut room = MOST_JSON;
    let shown = shortened_fields(object, &mut room);
    (serde_json::to_string_pretty(&shown).unwrap_or_default(), room > 0)
}

/// At most `cells` cells of `text`, ended by `…` where something was left out. Never splits a
/// grapheme, so the result may be one cell short where a wide one would not fit.
pub fn cut(text: &str, cells: usize) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    if cells == 0 {
        return Cow::Borrowed("");
    }
    if is_plain(text) {
        return Cow::Owned(format!("{}…", text.get(..cells - 1).unwrap_or_default()));
    }
    let mut used = 0;
    let mut end = 0;
    for grapheme in characters(text) {
        used += width(grapheme);
        if used > cells - 1 {
            break;
        }
        end += grapheme.len();
    }
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default()))
}

/// The pieces of a text that are not to be cut: what a reader takes for one character.
fn characters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        // Where two that stand alone meet, a piece ends.
        let second = rest.chars().nth(1);
        let end = match second {
            _ if alone(first).is_none() => None,
            Some(second) if alone(second).is_none() => None,
            Some(_) | None => Some(first.len_utf8()),
        };
        let end = end.or_else(|| rest.graphemes(true).next().map(str::len))?;
        let (piece, behind) = rest.split_at_checked(end)?;
        rest = behind;
        Some(piece)
    })
}

/// `text` cut to `cells` and filled with blanks up to exactly `cells`.
pub fn pad(text: &str, cells: usize) -> String {
    let cut = cut(text, cells);
    let gap = cells.saturating_sub(width(&cut));
    format!("{cut}{}", " ".repeat(gap))
}

/// Like [`pad`], with the blanks in front.
pub fn pad_left(text: &str, cells: usize) -> String {
    let cut = cut(text, cells);
    let gap = cells.saturating_sub(width(&cut));
    format!("{}{cut}", " ".repeat(gap))
}

/// Breaks one line into lines of at most `cells` cells, at blanks where there are any.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    if cells == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    // Cells of the line so far, so that it is not measured again for every word.
    let mut used = 0;
    for word in unbroken(text) {
        let room = width(word);
        if used + room <= cells {
            line.push_str(word);
            used += room;
            continue;
        }
        if !line.trim().is_empty() {
            lines.push(line.trim_end().to_owned());
        }
        line.clear();
        used = 0;
        for grapheme in characters(word.trim_start()) {
            let room = width(grapheme);
            if used + room > cells && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(grapheme);
            used += room;
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The pieces between which a line may be broken: at blanks, and between wide characters. A sign
/// stays with what stands before it.
fn unbroken(text: &str) -> Vec<&str> {
    let is_sign = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
    let is_narrow = |s: &str| width(s) <= s.chars().count();
    let mut pieces: Vec<&str> = Vec::new();
    // Where the last piece begins, and whether all of it is narrow.
    let mut last = (0, true);
    for (at, word) in text.split_word_bound_indices() {
        let narrow = is_narrow(word);
        let before = text.get(last.0..at).unwrap_or_default();
        let blank = before.ends_with(char::is_whitespace) || word.starts_with(char::is_whitespace);
        let joined = word.starts_with(is_sign) || (last.1 && narrow);
        if at == 0 || (!blank && joined) {
            last.1 &= narrow;
        } else {
            pieces.push(before);
            last = (at, narrow);
        }
    }
    pieces.extend(text.get(last.0..).filter(|rest| !rest.is_empty()));
    pieces
}

/// The same JSON, with what a terminal would act on spelled as escapes. Outside of its texts JSON holds
/// none of that but line ends.
pub fn visible_json(json: &str) -> String {
    let mut out = String::new();
    for c in json.chars() {
        if acts(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// One argument for a shell, whatever it holds.
pub(super) fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The same, as it is where a shell takes it so.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+@%:,".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { shell_quoted(text) }
}

/// `1942` as `1 942`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// `1 task`, `3 tasks`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// Unicode simple case folding, character by character: the form in which `Keyword` is compared.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars()
        .map(|c| {
            unicode_case_mapping::case_folded(c).and_then(|folded| char::from_u32(folded.get())).unwrap_or(c)
        })
        .collect()
}

/// Line and column of a byte of a text, both from 1; the column counts characters.
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    (before.matches('\n').count() + 1, column)
}

/// The known name nearest to `name`, when it is near enough to be what was meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&fold(name), candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_direction_marks_never_reach_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb"), "a\u{FFFD}[2Jb");
        assert_eq!(clean("x\u{202E}y"), "x\u{FFFD}y");
        assert_eq!(clean("two\nlines\tand"), "two lines and");
        assert!(matches!(clean("早报 🔥"), Cow::Borrowed(_)));
    }

    #[test]
    fn emoji_take_the_same_cells_in_every_terminal() {
        assert_eq!(clean("family 👨‍👩‍👧 sale"), "family 👨👩👧 sale");
        assert_eq!(clean("❤️ 👍🏽 🇸🇬"), "❤ 👍 🇸🇬");
        // Joiners of scripts are letters' own business.
        assert_eq!(clean("क्\u{200d}ष"), "क्\u{200d}ष");
    }

    #[test]
    fn what_shows_nothing_is_left_out_and_every_character_has_the_cells_it_is_drawn_into() {
        assert_eq!(clean("1\u{FE0F}\u{20E3} so\u{AD}ft \u{3164}葛\u{E0100}"), "1\u{20E3} soft 葛");
        // A lam and an alef are drawn into two cells, though some measure them as one.
        assert_eq!((width("\u{644}\u{627}"), width("شالا")), (2, 4));
        for whole in ["각", "ที่นี่", "क्षि", "🇸🇬", "שלום"] {
            assert_eq!(width(whole), whole.graphemes(true).map(width).sum::<usize>(), "{whole}");
        }
        assert!(turns("abc שלום") && turns("سلام") && !turns("早报 🔥 é"));
    }

    #[test]
    fn marks_that_are_piled_up_and_texts_without_end_are_cut() {
        let zalgo = format!("a{}b", "\u{0301}".repeat(500));
        assert_eq!(clean(&zalgo), format!("a{}b", "\u{0301}".repeat(4)));
        // What a language needs is kept: Vietnamese, Thai, Devanagari.
        for whole in ["ế", "ที่นี่", "क्षि", "e\u{0301}\u{0323}"] {
            assert_eq!(clean(whole), whole);
        }
        let long = "报".repeat(5_000_000);
        assert_eq!(clean(&long).chars().count(), MOST_SHOWN + 1);
        assert_eq!(clean_lines(&"a\n".repeat(5_000_000)).len(), MOST_SHOWN / 2 + 1);
        for large in [
            serde_json::json!(["x".repeat(3_000_000)]),
            serde_json::json!(vec![0; 500_000]),
            serde_json::json!({ "报".repeat(1_000_000): { "a": vec!["b"; 100_000] } }),
        ] {
            let (json, is_whole) = json_head(&large, false);
            assert!(json.len() < MOST_JSON + 100 && !is_whole, "{}", json.len());
        }
        let small = serde_json::json!([1, { "a": "b" }]);
        assert_eq!(json_head(&small, false), (r#"[1,{"a":"b"}]"#.to_owned(), true));
        assert_eq!(head("abc", 2), "ab…");
        assert!(matches!(head("报报", 2), Cow::Borrowed("报报")));
    }

    #[test]
    fn what_stands_alone_is_a_character_by_itself_beside_every_other() {
        let all: Vec<char> = (' '..char::MAX).filter(|c| alone(*c).is_some()).collect();
        assert!(all.len() > 28_000);
        for c in &all {
            assert_eq!(alone(*c), UnicodeWidthChar::width(*c), "{c:?}");
        }
        // Each beside its neighbours in both directions, and beside one of each kind.
        let each: Vec<char> = all.iter().copied().step_by(97).collect();
        for pair in all
            .windows(2)
            .flat_map(|pair| [[pair[0], pair[1]], [pair[1], pair[0]]])
            .chain(each.iter().flat_map(|a| each.iter().map(|b| [*a, *b])))
        {
            let both = String::from_iter(pair);
            assert_eq!(both.graphemes(true).count(), 2, "{both:?}");
            assert_eq!(Some(both.width()), pair.into_iter().map(alone).sum(), "{both:?}");
        }
    }

    #[test]
    fn pieces_are_graphemes() {
        for text in
            ["", "a", "早报 🔥 e\u{301}x", "🇸🇬🇨🇳a", "क्षि早", "a\u{200d}b", "ที่นี่ …", "👨‍👩‍👧", "早\u{FE00}报"]
        {
            assert_eq!(characters(text).collect::<Vec<_>>(), text.graphemes(true).collect::<Vec<_>>());
        }
    }

    #[test]
    fn cutting_counts_cells_and_keeps_wide_characters_whole() {
        assert_eq!(cut("股票早报", 8), "股票早报");
        assert_eq!(cut("股票早报", 7), "股票早…");
        assert_eq!(cut("股票早报", 6), "股票…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(pad("股票早报", 6), "股票… ");
        assert_eq!(width(&pad("Flash sale 🔥", 30)), 30);
    }

    #[test]
    fn wrapping_keeps_every_word_and_the_width() {
        assert_eq!(wrap("Everything 30 % off today", 12), ["Everything", "30 % off", "today"]);
        assert_eq!(wrap("股票早报今日", 4), ["股票", "早报", "今日"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("not known; (try) again", 10), ["not known;", "(try)", "again"]);
        assert_eq!(wrap("not known; again", 9), ["not", "known;", "again"]);
        assert_eq!(wrap("早报，今日", 4), ["早", "报，", "今日"]);
    }

    #[test]
    fn numbers_read_like_numbers() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1942), "1 942");
        assert_eq!(grouped(1_234_567), "1 234 567");
    }

    #[test]
    fn folding_is_simple_folding() {
        assert_eq!(fold("STRASSE Σς Ⅷ"), "strasse σσ ⅷ");
        assert_eq!(fold("ß"), "ß");
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        assert_eq!(nearest("regoin", ["region", "endpoint"]), Some("region"));
        assert_eq!(nearest("colour", ["region", "endpoint"]), None);
    }
}
