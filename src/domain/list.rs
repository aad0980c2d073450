//! Lists as they are typed: items with commas, blanks or line ends between them, and pairs of name and
//! value in the same way.
//!
//! There is one reading for every place where a list is typed, and nothing is guessed: an item that
//! holds a separator stands in quotes, as JSON writes a text, and whatever is ambiguous is a
//! fault in words. What [`write()`] writes, `read` reads back as it was.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::text;

/// Whether this character stands between two items and is part of none: every blank and line end, and
/// the commas and semicolons of Latin, Chinese and Arabic.
pub fn separates(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ',' | ';' | '，' | '、' | '；' | '､' | '﹐' | '﹑' | '﹔' | '\u{060C}' | '\u{061B}')
}

/// The items of a typed list, in order, repeats and all.
///
/// # Errors
/// The rule that the text breaks, in words that follow the field's name.
pub(super) fn read(text: &str) -> Result<Vec<String>, String> {
    let mut scan = Scan { rest: text };
    let mut items = Vec::new();
    while scan.skip(separates) {
        items.push(scan.word(separates)?);
    }
    Ok(items)
}

/// The pairs of a typed list of `name=value`, in order. Blanks around the sign are nothing.
///
/// # Errors
/// The rule that the text breaks, in words that follow the field's name.
pub(super) fn read_pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut scan = Scan { rest: text };
    let mut pairs: Vec<(String, String)> = Vec::new();
    let blank = |c: char| matches!(c, ' ' | '\t' | '\u{3000}');
    while scan.skip(separates) {
        let name = scan.word(|c| c == '=' || separates(c))?;
        scan.skip(blank);
        let Some(behind) = scan.rest.strip_prefix('=') else {
            return Err(format!("{} is not name=value; \"…\" goes around what holds a blank", quoted(&name)));
        };
        scan.rest = behind;
        let apart = scan.rest.starts_with(blank);
        scan.skip(blank);
        let value = scan.word(separates)?;
        if apart && value.contains('=') {
            return Err(format!("the value of {} is not clear; \"…\" goes around it", quoted(&name)));
        }
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err(format!("{} appears twice", quoted(&name)));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// A list as text, one item a line.
pub fn write<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let lines: Vec<String> = items.into_iter().map(|item| item_text(item, false)).collect();
    lines.join("\n")
}

/// Pairs as text, one a line.
pub(super) fn write_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let line = |(name, value): (&str, &str)| {
        let value = if value.is_empty() { String::new() } else { item_text(value, false) };
        format!("{}={value}", item_text(name, true))
    };
    pairs.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Items that stand more than once, each with how often, in the order of their first place.
pub fn repeats<'a>(items: &[&'a str]) -> Vec<(&'a str, usize)> {
    let mut counts: HashMap<&str, usize> = HashMap::with_capacity(items.len());
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    let mut found = Vec::new();
    for item in items {
        match counts.remove(item) {
            Some(count) if count > 1 => found.push((*item, count)),
            Some(_) | None => {}
        }
    }
    found
}

/// An item as it is typed: plain where that cannot be misread, else in quotes.
fn item_text(item: &str, is_name: bool) -> String {
    let odd = |c: char| separates(c) || text::acts(c) || (is_name && c == '=');
    if item.is_empty() || item.starts_with(['"', '[', '{']) || item.contains(odd) {
        quoted(item)
    } else {
        item.to_owned()
    }
}

/// A text in quotes, as JSON writes it; what cannot be seen is written by its number.
fn quoted(item: &str) -> String {
    let mut out = String::from("\"");
    for c in item.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if text::acts(c) || (c.is_whitespace() && c != ' ') => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a text cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What of a typed list is still to be read.
struct Scan<'a> {
    rest: &'a str,
}

impl Scan<'_> {
    /// Passes over what fits; says whether anything is left.
    fn skip(&mut self, fits: impl Fn(char) -> bool) -> bool {
        self.rest = self.rest.trim_start_matches(fits);
        !self.rest.is_empty()
    }

    /// The next word: up to a character that ends it, or what stands in quotes.
    fn word(&mut self, ends: impl Fn(char) -> bool) -> Result<String, String> {
        if !self.rest.starts_with('"') {
            let end = self.rest.find(&ends).unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok(word.to_owned());
        }
        let Some((inside, rest)) = self.rest.split_at_checked(closing(self.rest)) else {
            return Err(format!("a quote is not closed: {}", text::cut(&text::clean(self.rest), 24)));
        };
        let Ok(word) = serde_json::from_str::<String>(inside) else {
            let shown = text::clean(inside);
            return Err(format!("{shown} is not a text in quotes; \\\" and \\\\ stand for \" and \\"));
        };
        if rest.starts_with(|c| !ends(c)) {
            return Err(format!("after {} a comma or a blank is missing", text::clean(inside)));
        }
        self.rest = rest;
        Ok(word)
    }
}

/// Where the quotes that the text begins with end: behind the closing one, or nowhere.
fn closing(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    usize::MAX
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn items(text: &str) -> Vec<String> {
        read(text).unwrap_or_else(|why| panic!("{text:?}: {why}"))
    }

    #[test]
    fn commas_semicolons_blanks_and_lines_of_every_script_stand_between_items() {
        for text in [
            "mona, li_wei",
            "mona li_wei",
            "mona,li_wei,",
            " mona ;; li_wei",
            "mona，li_wei",
            "mona、li_wei",
            "mona；li_wei",
            "mona\nli_wei\n",
            "mona\r\n\r\nli_wei",
            "mona\u{3000}li_wei",
            "mona\t\u{a0}li_wei",
            "mona\u{060C} li_wei",
            "\"mona\" \"li_wei\"",
        ] {
            assert_eq!(items(text), ["mona", "li_wei"], "{text:?}");
        }
        assert_eq!(items(" ,\n"), [""; 0]);
    }

    #[test]
    fn an_item_with_a_separator_inside_stands_in_quotes() {
        assert_eq!(items(r#""VIP gold", "a,b""#), ["VIP gold", "a,b"]);
        assert_eq!(items(r#"a"b it's"#), ["a\"b", "it's"], "a quote inside is a character");
        assert_eq!(write(["VIP gold", "a，b", "", "[x", "\"", "x\u{202e}y\n"]), {
            "\"VIP gold\"\n\"a，b\"\n\"\"\n\"[x\"\n\"\\\"\"\n\"x\\u202ey\\n\""
        });
    }

    #[test]
    fn what_cannot_be_told_apart_is_a_fault_in_words() {
        for (text, fault) in [
            ("\"VIP gold", "a quote is not closed: \"VIP gold"),
            ("\"a\"b", "after \"a\" a comma or a blank is missing"),
            ("\"a\\x\"", "\"a\\x\" is not a text in quotes; \\\" and \\\\ stand for \" and \\"),
        ] {
            assert_eq!(read(text), Err(fault.to_owned()));
        }
        for (text, fault) in [
            ("tier=gold, DE", "\"DE\" is not name=value; \"…\" goes around what holds a blank"),
            ("tier=a, tier=b", "\"tier\" appears twice"),
            ("tier= a=b", "the value of \"tier\" is not clear; \"…\" goes around it"),
        ] {
            assert_eq!(read_pairs(text), Err(fault.to_owned()));
        }
    }

    #[test]
    fn pairs_take_the_same_separators() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let both = vec![pair("tier", "gold"), pair("country", "DE")];
        for text in ["tier=gold, country=DE", "tier = gold；country= DE", "tier=gold\ncountry=DE"] {
            assert_eq!(read_pairs(text), Ok(both.clone()), "{text}");
        }
        assert_eq!(read_pairs("a=\nb=c=d"), Ok(vec![pair("a", ""), pair("b", "c=d")]));
        assert_eq!(read_pairs(r#"city="New York","#), Ok(vec![pair("city", "New York")]));
    }

    #[test]
    fn repeats_are_counted_in_the_order_of_their_first_place() {
        assert_eq!(repeats(&["b", "a", "b", "c", "a", "b"]), [("b", 3), ("a", 2)]);
        assert_eq!(repeats(&["a", "b"]), []);
    }

    fn item() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Z0-9_-]{1,32}",
            "[\"\\\\\\[{=,; a\u{3000}，]{1,6}",
            any::<String>().prop_filter("an item is not empty", |text| !text.is_empty()),
        ]
    }

    fn separator() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            ",", ", ", "，", "、", "；", ";", " ", "\n", "\r\n", "\t", " ,\n", "\u{3000}",
        ])
    }

    proptest! {
        #[test]
        fn any_items_between_any_separators_are_read_as_they_are(
            list in prop::collection::vec((item(), separator()), 0..12),
            before in separator(),
        ) {
            let items: Vec<String> = list.iter().map(|(item, _)| item.clone()).collect();
            let typed: String =
                list.iter().map(|(item, separator)| item_text(item, false) + separator).collect();
            prop_assert_eq!(read(&typed), Ok(items.clone()));
            prop_assert_eq!(read(&format!("{before}{typed}")), Ok(items.clone()));
            let written = write(items.iter().map(String::as_str));
            prop_assert_eq!(read(&written), Ok(items.clone()));
            let like_json = written.starts_with(['[', '{']);
            prop_assert!(!like_json);
        }

        #[test]
        fn any_text_is_read_the_same_after_it_was_written_again(text in ".{0,60}") {
            if let Ok(items) = read(&text) {
                prop_assert_eq!(read(&write(items.iter().map(String::as_str))), Ok(items));
            }
            if let Ok(pairs) = read_pairs(&text) {
                let written = write_pairs(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
                prop_assert_eq!(read_pairs(&written), Ok(pairs));
            }
        }

        #[test]
        fn any_pairs_between_any_separators_are_read_as_they_are(
            list in prop::collection::btree_map(item(), (item(), separator()), 0..10),
        ) {
            let pairs: Vec<(String, String)> =
                list.iter().map(|(name, (value, _))| (name.clone(), value.clone())).collect();
            let typed = |(name, (value, separator)): (&String, &(String, &str))| {
                format!("{}={}{separator}", item_text(name, true), item_text(value, false))
            };
            let typed = list.iter().map(typed).collect::<Vec<_>>().concat();
            prop_assert_eq!(read_pairs(&typed), Ok(pairs));
        }
    }
}
