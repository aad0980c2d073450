//! The invariants that can be read off the source (listed in the docs of `lib.rs`).

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a law that cannot be read is a law broken")]

use std::fs;
use std::path::{Path, PathBuf};

/// Who may use whom: a floor and the floors below it. A module missing here fails the test.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("usersig", &[]),
    ("api", &["domain", "usersig"]),
    ("config", &["domain", "usersig"]),
    ("store", &["domain", "usersig"]),
    ("keymap", &["domain", "usersig", "api", "config", "store"]),
    ("app", &["domain", "usersig", "keymap"]),
    ("worker", &["domain", "usersig", "api", "config", "store", "app", "keymap"]),
    ("view", &["domain", "app", "keymap", "theme"]),
    ("theme", &["domain"]),
    ("term", &["domain", "app", "keymap"]),
    (
        "tui",
        &["domain", "usersig", "config", "app", "keymap", "worker", "view", "term", "theme", "api", "store"],
    ),
    ("sandbox", &["domain", "usersig"]),
    (
        "cli",
        &[
            "domain", "usersig", "api", "config", "store", "app", "keymap", "worker", "view", "term",
            "theme", "tui", "sandbox",
        ],
    ),
];

fn sources() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let inside = path.strip_prefix(&src).unwrap().with_extension("");
                let floor = inside.iter().next().unwrap().to_str().unwrap().to_owned();
                let text = fs::read_to_string(&path).unwrap();
                found.push((floor, path, text));
            }
        }
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}

/// The part of a file that is not its tests; nothing of a file that is only tests.
fn shipped<'a>(path: &Path, text: &'a str) -> &'a str {
    let of_tests = |name: &std::ffi::OsStr| name == "tests" || name == "testing";
    if path.file_stem().is_some_and(of_tests) || path.parent().is_some_and(|dir| dir.iter().any(of_tests)) {
        return "";
    }
    text.find("#[cfg(test)]\nmod tests {").map_or(text, |at| &text[..at])
}

/// Every module of this crate that a text names: `crate::name`, also inside `crate::{a, b}`.
fn named(text: &str) -> Vec<String> {
    let ident = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(ident(rest));
            continue;
        };
        let mut depth = 0;
        let mut item = String::new();
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => found.push(ident(std::mem::take(&mut item).trim())),
                c if depth == 0 => item.push(c),
                _ => {}
            }
        }
        found.push(ident(item.trim()));
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn i10_a_floor_uses_only_what_stands_below_it() {
    for (floor, path, text) in sources() {
        if floor == "lib" || floor == "main" {
            continue;
        }
        let rule = MAY_USE.iter().find(|(name, _)| *name == floor);
        let (_, below) = rule.unwrap_or_else(|| panic!("{floor} has no place in the house"));
        for name in named(shipped(&path, &text)) {
            assert!(name == floor || below.contains(&name.as_str()), "{} uses {name}", path.display());
        }
    }
}

#[test]
fn i10_the_reader_of_use_lines_sees_groups_and_paths() {
    let text = "use crate::a::B;\nuse crate::{c, d::{E, f}, g};\nlet x = crate::h::i();";
    assert_eq!(named(text), ["a", "c", "d", "g", "h"]);
}

#[test]
fn i1_the_pure_floors_hold_no_async_no_clock_no_environment_no_file() {
    let banned = [
        "async fn",
        "async move",
        ".await",
        "tokio::",
        "Utc::now",
        "Local::now",
        "SystemTime",
        "Instant::now",
        "std::env",
        "env::var",
        "std::fs",
        "File::",
        "std::net",
        "std::process",
        "std::thread",
        "rand::rng",
    ];
    for (floor, path, text) in sources() {
        if !["domain", "usersig", "app", "keymap"].contains(&floor.as_str()) {
            continue;
        }
        let code = shipped(&path, &text);
        let code =
            code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for word in banned {
            assert!(!code.contains(word), "{} holds `{word}`", path.display());
        }
    }
}

#[test]
fn i2_the_view_takes_the_state_by_shared_reference() {
    for (floor, path, text) in sources() {
        if floor == "view" {
            assert!(!shipped(&path, &text).contains("&mut State"), "{}", path.display());
        }
    }
}

#[test]
fn i3_only_the_worker_and_the_command_line_call_the_service() {
    for (floor, path, text) in sources() {
        let named = named(shipped(&path, &text));
        if named.iter().any(|name| name == "api") {
            assert!(["api", "worker", "cli", "tui"].contains(&floor.as_str()), "{} uses api", path.display());
        }
        if floor == "sandbox" {
            assert!(named.iter().all(|name| ["sandbox", "domain", "usersig"].contains(&name.as_str())));
        }
    }
}

/// A signature begins with the head of zlib in base64; so much of the alphabet behind it is no accident.
#[test]
fn i8_no_snapshot_and_no_paper_holds_a_signature() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<PathBuf> =
        ["src", "docs", "assets", "README.md", "CHANGELOG.md", "config.toml.example"]
            .map(|name| root.join(name))
            .into();
    let mut seen = 0;
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let in_alphabet = |c: &char| c.is_ascii_alphanumeric() || "*-_".contains(*c);
        let long = |(at, _): &(usize, &str)| text[*at..].chars().take_while(in_alphabet).count() > 60;
        assert!(!text.match_indices("eJ").any(|found| long(&found)), "{}", path.display());
        seen += 1;
    }
    assert!(seen > 200, "the files were not found: {seen}");
}

#[test]
fn i6_no_channel_is_unbounded() {
    for (_, path, text) in sources() {
        for word in ["unbounded_channel", "mpsc::channel()"] {
            assert!(!text.contains(word), "{} holds {word}", path.display());
        }
    }
}

#[test]
fn the_readme_shows_the_key_table_as_it_is() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let table = pushdeck::keymap::markdown();
    assert!(
        readme.contains(table.trim_end()),
        "the key table in README.md is not the one of the program:\n{table}"
    );
}
