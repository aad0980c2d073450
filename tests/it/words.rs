//! The words of the house: one word for one thing, a word that a newcomer knows. What this table has
//! told apart once does not come back under its old name.

#![expect(clippy::unwrap_used, reason = "a law that cannot be read is a law broken")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a word must not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// Nowhere: not in code, comments, tests, documents, nor in what the operator reads.
    Text,
    /// In no name of a type, a trait, a function, a module, a constant or a file, as a part of it either:
    /// the word is ordinary English besides.
    Name,
    /// As [`Scope::Name`], but only where it is all of the name: inside of longer ones it says what it means.
    WholeName,
}

use Scope::{Name, Text, WholeName};

/// A word that must not stand there, and the one to use instead.
const WORDS: &[(&str, Scope, &str)] = &[
    // Words that this house alone gave a meaning.
    ("crew", Text, "task set"),
    ("deaf", Text, "ignoring input; input guard"),
    ("desk", Text, "context, dependencies"),
    ("errand", Text, "job"),
    ("farewell", Text, "connection, guard"),
    ("kin", Text, "duplicate candidates"),
    ("lane", Text, "priority"),
    ("misdeed", Text, "fault"),
    ("overtake", Text, "supersede"),
    ("overtaken", Text, "superseded"),
    ("owed", Text, "pending reply"),
    ("papers", Text, "documentation, output, buffer"),
    ("phantom", Text, "pending row"),
    ("rogue", Text, "mock server"),
    ("shelf", Text, "search index"),
    ("twin", Text, "duplicate"),
    ("twins", Text, "duplicate candidates"),
    ("being looked into", Text, "checking what happened"),
    ("looked into", Text, "checked"),
    ("looks into", Text, "checks what happened"),
    ("cannot be told", Text, "is not known"),
    ("fact sheet", Text, "the page of the documents, or the file in docs/"),
    ("of the hand", Text, "a rule of docs/rules.md by its name (U…, W…)"),
    // Ordinary English, which named a part of the program.
    ("aside", Name, "staged, archived, rotated"),
    ("beat", Name, "tick"),
    ("claim", Name, "candidate"),
    ("claims", Name, "duplicate candidates"),
    ("complain", Name, "print error"),
    ("door", Name, "rate limiter, permit"),
    ("ease", Name, "throttle, backoff"),
    ("face", Name, "view mode"),
    ("gate", Name, "rate limiter, admission"),
    ("grade", Name, "confirmation level"),
    ("guest", Name, "connection"),
    ("hands", Name, "context, dependencies"),
    ("plant", Name, "seed, fixture"),
    ("proof", Name, "verification"),
    ("spot", Name, "form field, position"),
    ("welcome", Name, "accept"),
    // Ordinary English that a longer name may hold: `three_way`, `on_its_way`, `looks_like_key`,
    // `is_in_place`, `outside_job`, `a_link_to_another_place`.
    ("card", WholeName, "search index"),
    ("ending", WholeName, "outcome"),
    ("fold", WholeName, "section"),
    ("link", WholeName, "connection status"),
    ("look", WholeName, "search, poll, match"),
    ("looks", WholeName, "search, match"),
    ("outside", WholeName, "context, dependencies"),
    ("place", WholeName, "queue, permit; position, area"),
    ("remember", WholeName, "record"),
    ("way", WholeName, "transport, round trip time"),
    ("world", WholeName, "context, dependencies"),
];

/// Where a word may stand all the same: a piece of the line that has it, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("lane", "(was \"lane\")", "the changelog tells who reads logs what a key was called"),
    ("fold", "pub fn fold(", "`domain::text::fold` is the case folding of Unicode"),
    ("card", "pub fn card(", "the notification as a phone shows it, which is called a card there"),
    ("card", "const CARD:", "as above: the widest card"),
];

struct Breach {
    at: String,
    word: &'static str,
    instead: &'static str,
}

/// This file holds the words that it looks for.
const THIS_FILE: &str = "tests/it/words.rs";

/// Every file of the project that people read, by its path inside of it.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<PathBuf> =
        ["README.md", "CHANGELOG.md", "config.toml.example"].map(PathBuf::from).to_vec();
    let mut folders: Vec<PathBuf> = ["src", "tests", "docs", "benches"].map(PathBuf::from).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            let read = ["rs", "md", "sql", "toml", "snap"];
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| read.iter().any(|read| ext == *read)) {
                found.push(path);
            }
        }
    }
    found.retain(|path| path != Path::new(THIS_FILE));
    assert!(found.len() > 200, "the files were not found");
    found
}

/// What of a text counts: of the changelog only what is not released, for the rest tells how it was.
fn counted<'a>(path: &Path, text: &'a str) -> &'a str {
    if path != Path::new("CHANGELOG.md") {
        return text;
    }
    let unreleased = text.split_once("## Unreleased").map_or("", |(_, rest)| rest);
    unreleased.split_once("\n## ").map_or(unreleased, |(section, _)| section)
}

/// Whether a line holds these words as whole words, in any letter case. `_` divides words.
fn holds(line: &str, words: &str) -> bool {
    let line = line.to_lowercase();
    line.match_indices(words).any(|(at, _)| {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let (before, behind) = line.split_at(at);
        !is_letter(before.chars().next_back()) && !is_letter(behind.chars().nth(words.chars().count()))
    })
}

/// The name that a line of Rust declares: of an item, or of a variant on a line of its own.
fn declared(line: &str) -> Option<&str> {
    const KEYWORDS: [&str; 8] = ["struct", "enum", "trait", "type", "fn", "mod", "const", "static"];
    let code = line.split("//").next().unwrap_or_default();
    let item = code.split_whitespace().skip_while(|token| !KEYWORDS.contains(token));
    // `const fn` has two of them before its name.
    let name = item.clone().find(|token| !KEYWORDS.contains(token)).or_else(|| {
        let first = code.split_whitespace().next()?;
        (first.starts_with(char::is_uppercase) && !code.contains("=>")).then_some(first)
    })?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    name.get(..end).filter(|name| !name.is_empty())
}

/// `put_aside`, `PutAside`, `PUT_ASIDE` → `put`, `aside`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if c == '_' || c == '-' || c == '.' || (c.is_uppercase() && was_lower) {
            parts.push(String::new());
        }
        was_lower = c.is_lowercase();
        if c.is_alphanumeric() {
            parts.last_mut().unwrap().extend(c.to_lowercase());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn is_named(name: &str, word: &str, scope: Scope) -> bool {
    let parts = parts(name);
    match scope {
        Text => false,
        // The names of tests are sentences.
        Name => parts.len() < 5 && parts.iter().any(|part| part == word),
        WholeName => parts == [word],
    }
}

fn is_excepted(word: &str, line: &str) -> bool {
    EXCEPTIONS.iter().any(|(of, piece, _)| *of == word && line.contains(piece))
}

/// Every breach of a file.
fn breaches(path: &Path, text: &str) -> Vec<Breach> {
    let mut found = Vec::new();
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    for &(word, scope, instead) in WORDS {
        if is_named(stem, word, if scope == Text { Name } else { scope }) {
            found.push(Breach { at: format!("{} (its name)", path.display()), word, instead });
        }
    }
    let is_rust = path.extension().is_some_and(|ext| ext == "rs");
    for (number, line) in (1..).zip(text.lines()) {
        let name = if is_rust { declared(line) } else { None };
        for &(word, scope, instead) in WORDS {
            let is_breach = match scope {
                Text => {
                    holds(line, word) || name.is_some_and(|name| parts(name).iter().any(|part| part == word))
                }
                Name | WholeName => name.is_some_and(|name| is_named(name, word, scope)),
            };
            if is_breach && !is_excepted(word, line) {
                found.push(Breach { at: format!("{}:{number}", path.display()), word, instead });
            }
        }
    }
    found
}

#[test]
fn no_old_word_comes_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    for path in files() {
        let text = fs::read_to_string(root.join(&path)).unwrap();
        let counted = counted(&path, &text);
        // The lines before what counts keep their numbers.
        let before = text.find(counted).and_then(|at| text.get(..at)).unwrap_or_default();
        let blank = "\n".repeat(before.matches('\n').count());
        for Breach { at, word, instead } in breaches(&path, &format!("{blank}{counted}")) {
            writeln!(all, "{at}: \"{word}\"; write instead: {instead}").unwrap();
        }
    }
    assert!(all.is_empty(), "words that are not used here:\n{all}");
}

#[test]
fn the_reader_of_words_sees_text_and_names_and_nothing_else() {
    let at = |path: &str, text: &str| {
        breaches(Path::new(path), text).into_iter().map(|breach| breach.word).collect::<Vec<_>>()
    };
    assert_eq!(at("src/a.rs", "/// Who is owed an answer.\nstruct Desk;"), ["owed", "desk"]);
    assert_eq!(at("src/a.rs", "pub(super) const fn put_aside() {}"), ["aside"]);
    assert_eq!(at("src/a.rs", "struct PutAside;\nconst PUT_ASIDE: u8 = 0;"), ["aside", "aside"]);
    assert_eq!(at("src/a.rs", "enum A {\n    Aside,\n    Link(u8),\n}"), ["aside", "link"]);
    assert_eq!(at("src/sandbox/gate.rs", ""), ["gate"]);
    assert_eq!(at("src/a.rs", "fn way() {}\nlet text = \"the rogue way\";"), ["way", "rogue"]);
    assert_eq!(
        at("docs/a.md", "A Twin-size desk, being looked into."),
        ["desk", "twin", "being looked into", "looked into"]
    );
    assert_eq!(at("src/a.rs", "// On the way; aside from that, a welcome link.\nfn three_way() {}"), [""; 0]);
    assert_eq!(at("src/a.rs", "fn airplane() {}\nstruct Planet; // skin, kind"), [""; 0]);
    assert_eq!(at("src/domain/text.rs", "pub fn fold(text: &str) -> String {"), [""; 0]);
}

#[test]
fn every_exception_is_needed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (word, piece, why) in EXCEPTIONS {
        let is_there = files().iter().any(|path| {
            fs::read_to_string(root.join(path)).unwrap().lines().any(|line| line.contains(piece))
        });
        assert!(is_there && WORDS.iter().any(|(known, _, _)| known == word), "{word}: {why}");
    }
}

/// The part of a file that is shipped, and nothing of one that is for tests only.
fn shipped<'a>(path: &Path, text: &'a str) -> &'a str {
    let for_tests = ["tests", "testing", "mock_server"];
    let inside = path.with_extension("");
    if !path.starts_with("src") || inside.iter().any(|part| for_tests.iter().any(|name| part == *name)) {
        return "";
    }
    text.split_once("#[cfg(test)]\nmod tests {").map_or(text, |(shipped, _)| shipped)
}

#[test]
fn a_type_that_other_files_see_shares_its_name_with_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files() {
        let text = fs::read_to_string(root.join(&path)).unwrap();
        for line in shipped(&path, &text).lines().filter(|line| line.starts_with("pub")) {
            let is_type =
                line.split_whitespace().any(|word| ["struct", "enum", "trait", "type"].contains(&word));
            if let Some(name) = declared(line).filter(|_| is_type) {
                types.entry(name.to_owned()).or_default().push(path.display().to_string());
            }
        }
    }
    assert!(types.len() > 100, "the types were not found");
    types.retain(|_, places| places.len() > 1);
    assert!(types.is_empty(), "one name for several things: {types:#?}");
}
