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
    // A checkout may itself lie in a folder called `tests`.
    let path = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
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
        let (_, below) = rule.unwrap_or_else(|| panic!("{floor} is missing in MAY_USE"));
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
fn i8_no_snapshot_and_no_document_holds_a_signature() {
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

/// The files of a module, by the path of their module, each without its tests and comments.
fn files_of(top: &str) -> std::collections::BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let of_top = sources().into_iter().filter(|(floor, ..)| floor == top);
    of_top
        .map(|(_, path, text)| {
            let inside = path.strip_prefix(&src).unwrap().with_extension("");
            let name = inside.iter().map(|part| part.to_str().unwrap()).collect::<Vec<_>>().join("::");
            let code = shipped(&path, &text).lines().map(|line| line.split("//").next().unwrap_or_default());
            (name, code.collect::<Vec<_>>().join("\n"))
        })
        .filter(|(_, code)| !code.trim().is_empty())
        .collect()
}

/// Every path that a `use` names, its groups taken apart.
fn used(text: &str) -> Vec<String> {
    fn take_apart(prefix: &str, tree: &str, found: &mut Vec<String>) {
        let tree = tree.trim();
        let Some(at) = tree.find('{') else {
            let path = tree.split(" as ").next().unwrap_or_default();
            found.push(format!("{prefix}{path}").split_whitespace().collect());
            return;
        };
        let prefix = format!("{prefix}{}", tree[..at].trim());
        let inner = &tree[at + 1..tree.rfind('}').unwrap_or(tree.len())];
        let (mut depth, mut item) = (0, String::new());
        for c in inner.chars().chain([',']) {
            match c {
                ',' if depth == 0 => {
                    let item = std::mem::take(&mut item);
                    if !item.trim().is_empty() {
                        take_apart(&prefix, &item, found);
                    }
                    continue;
                }
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            item.push(c);
        }
    }
    let mut found = Vec::new();
    for (at, _) in text.match_indices("use ") {
        let begins = text[..at].chars().next_back().is_none_or(char::is_whitespace);
        if let Some(end) = text[at..].find(';').filter(|_| begins) {
            take_apart("", &text[at + 4..at + end], &mut found);
        }
    }
    found
}

/// Paths that begin with `crate`, `super` or `self`, wherever they stand, but for those of a visibility.
fn written_out(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in text.match_indices(start) {
            let before = &text[..at];
            let in_path =
                before.ends_with("::") || before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if !in_path && !before.ends_with("(in ") {
                let path = text[at..].chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c));
                let path: String = path.collect();
                // What stands in the group of a `use` is read there.
                if !path.ends_with("::") {
                    found.push(path);
                }
            }
        }
    }
    found
}

/// Which file of the same module a path in `from` leads to.
fn leads_to(files: &std::collections::BTreeMap<String, String>, from: &str, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
    let mut base: Vec<&str> = from.split("::").collect();
    let rest = match parts.first()? {
        &"crate" => {
            base.clear();
            &parts[1..]
        }
        &"super" | &"self" => {
            let ups = parts.iter().take_while(|part| ["super", "self"].contains(*part)).count();
            let supers = parts[..ups].iter().filter(|part| **part == "super").count();
            base.truncate(base.len().saturating_sub(supers));
            &parts[ups..]
        }
        _ => &parts[..],
    };
    base.extend(rest);
    (1..=base.len()).rev().map(|many| base[..many].join("::")).find(|name| files.contains_key(name))
}

/// The files whose imports lead back to themselves.
fn in_circles(top: &str) -> Vec<String> {
    use std::collections::{BTreeMap, BTreeSet};
    let files = files_of(top);
    assert!(files.len() > 3, "the files of {top} were not found");
    let mut leads: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, code) in &files {
        let paths = used(code).into_iter().chain(written_out(code));
        let to = paths.filter_map(|path| leads_to(&files, name, &path)).filter(|to| to != name);
        leads.insert(name, to.collect());
    }
    let comes_back = |name: &&&str| {
        let mut seen = BTreeSet::new();
        let mut todo: Vec<&String> = leads[**name].iter().collect();
        while let Some(next) = todo.pop() {
            if seen.insert(next) {
                todo.extend(&leads[next.as_str()]);
            }
        }
        seen.contains(&(**name).to_owned())
    };
    leads.keys().filter(comes_back).map(|name| (*name).to_owned()).collect()
}

/// Modules whose files still import each other. One that has lost its circles has to leave this list.
const STILL_CIRCULAR: &[&str] = &["sandbox"];

#[test]
fn no_files_import_each_other_in_a_circle() {
    for top in ["app", "view", "worker", "sandbox"] {
        let circular = in_circles(top);
        if STILL_CIRCULAR.contains(&top) {
            assert!(!circular.is_empty(), "{top} has no circle any more: take it from STILL_CIRCULAR");
        } else {
            assert_eq!(circular, [""; 0], "files of {top} import each other in a circle");
        }
    }
}

#[test]
fn the_reader_of_imports_sees_groups_paths_and_parents() {
    let code = "use super::{a::{B, c}, d as e};\nlet x = super::super::f::g();\npub(in crate::h) fn i() {}";
    assert_eq!(used(code), ["super::a::B", "super::a::c", "super::d"]);
    assert_eq!(written_out("x(super::super::f::g(), crate::h)"), ["crate::h", "super::super::f::g"]);
    assert_eq!(written_out("pub(in crate::h) fn i()"), [""; 0]);
    let files = ["m", "m::a", "m::a::b", "m::c"].map(|name| (name.to_owned(), String::new())).into();
    let to = |from: &str, path: &str| leads_to(&files, from, path);
    assert_eq!(to("m::a::b", "super::super::c::X"), Some("m::c".to_owned()));
    assert_eq!(to("m::a", "b::X"), Some("m::a::b".to_owned()), "a child by its name");
    assert_eq!(to("m::c", "crate::m::a::X"), Some("m::a".to_owned()));
    assert_eq!(to("m::c", "std::fmt"), Some("m::c".to_owned()), "what is nobody's leads nowhere else");
}
