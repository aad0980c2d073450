//! No text spells a key: what names one asks the key table for it, so that it names the operator's own (U8).
//! The strings of the shipped code are read for what looks like a key.

use pushdeck::keymap::{Keymap, Scope};

use crate::laws::{shipped, sources, strings_of};

/// The modules whose texts an operator reads at the screen.
const FLOORS: [&str; 7] = ["app", "view", "domain", "worker", "tui", "term", "cli"];

/// Names of keys: words that mean nothing else in a text.
const NAMES: [&str; 9] = ["Esc", "Enter", "Tab", "shift-Tab", "PgUp", "PgDn", "Backspace", "←/→", "←"];

/// What looks like a key and is none, or is none of the table: a piece of the string, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("ctrl-u empties", "a key of every text field, where nothing else can be bound to it"),
    ("Enter goes in", "in the form Enter is no key of the table: the next field, a new line, a group"),
    ("in the place of -; flags", "a sign in the help of a command"),
    ("Enter confirms nothing", "the key that can never be bound in the review"),
];

/// What in a string looks like a key that is spelled.
fn spelled(text: &str, commands: &[String]) -> Option<String> {
    // A line that goes on below is one line, and what is filled in is no text.
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "\\").collect();
    let bare =
        |word: &str| word.trim_matches(|c: char| ".,;()\"“”".contains(c)).trim_end_matches(':').to_owned();
    for (at, word) in words.iter().enumerate() {
        let word = bare(word);
        let is_named = NAMES.contains(&word.as_str()) || commands.contains(&word);
        let is_with =
            ["ctrl-", "alt-"].iter().any(|with| word.strip_prefix(with).is_some_and(|key| key.len() == 1));
        // A character alone, and what it does: "N makes a new one".
        let next = words.get(at + 1).map(|next| bare(next)).unwrap_or_default();
        let is_verb = next.len() > 3 && next.ends_with('s') && next.chars().all(|c| c.is_ascii_lowercase());
        let mut chars = word.chars();
        let is_alone = matches!((chars.next(), chars.next()), (Some(c), None) if c.is_ascii_graphic() && !c.is_ascii_digit() && c != 'a');
        if is_named || is_with || (is_alone && is_verb) {
            return Some(format!("{word} {next}"));
        }
    }
    None
}

#[test]
fn no_text_spells_a_key() {
    let keymap = Keymap::default();
    let of_all = Scope::ALL.into_iter().flat_map(|scope| keymap.of_scope(scope));
    let mut commands: Vec<String> = of_all.map(|binding| keymap.command(binding.action)).collect();
    commands.dedup();
    let mut found = Vec::new();
    for (floor, path, text) in sources() {
        if !FLOORS.contains(&floor.as_str()) {
            continue;
        }
        for string in strings_of(shipped(&path, &text)) {
            let is_excepted = EXCEPTIONS.iter().any(|(piece, _)| string.contains(piece));
            if let Some(key) = spelled(&string, &commands).filter(|_| !is_excepted) {
                found.push(format!("{}: \"{key}\" in \"{string}\"", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "these texts spell a key; ask `Shared::key` for it:\n{}", found.join("\n"));
}

#[test]
fn every_exception_is_needed() {
    let all: Vec<String> = sources()
        .iter()
        .filter(|(floor, ..)| FLOORS.contains(&floor.as_str()))
        .flat_map(|(_, path, text)| strings_of(shipped(path, text)))
        .collect();
    for (piece, why) in EXCEPTIONS {
        assert!(all.iter().any(|string| string.contains(piece)), "\"{piece}\" ({why}) stands nowhere");
    }
}

#[test]
fn the_reader_sees_keys_and_leaves_words() {
    let commands = [":reload".to_owned()];
    for text in [
        "Esc goes back",
        "· N makes a new one",
        "{what} · ctrl-r asks",
        "or :reload tries",
        "(q leaves)",
        "→ or ←",
    ] {
        assert!(spelled(text, &commands).is_some(), "{text}");
    }
    for text in ["{key} goes back", "a cancelled task", "sent in {seconds} s", "what: {words}", "12 s · next"]
    {
        assert_eq!(spelled(text, &commands), None, "{text}");
    }
}
