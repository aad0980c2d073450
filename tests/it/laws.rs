//! The invariants that can be read off the source (listed in the docs of `lib.rs`).

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a law that cannot be read is a law broken")]

use std::collections::{BTreeMap, BTreeSet};
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
    ("theme", &["domain", "config"]),
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

pub(crate) fn sources() -> Vec<(String, PathBuf, String)> {
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

/// The part of a file before its modules of tests; nothing of a file that is only tests.
pub(crate) fn shipped<'a>(path: &Path, text: &'a str) -> &'a str {
    let of_tests = |name: &std::ffi::OsStr| name == "tests" || name == "testing";
    // A checkout may itself lie in a folder called `tests`.
    let path = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    if path.file_stem().is_some_and(of_tests) || path.parent().is_some_and(|dir| dir.iter().any(of_tests)) {
        return "";
    }
    let opens_module = |behind: &str| {
        let line = behind.lines().next().unwrap_or_default();
        line.split(' ').any(|word| word == "mod") && line.ends_with('{')
    };
    let attribute = "#[cfg(test)]\n";
    let mut modules =
        text.match_indices(attribute).filter(|(at, _)| opens_module(&text[at + attribute.len()..]));
    modules.next().map_or(text, |(at, _)| &text[..at])
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

/// The files of a module, by the path of their module, each without its tests, comments and texts.
fn files_of(top: &str) -> BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let of_top = sources().into_iter().filter(|(floor, ..)| floor == top);
    of_top
        .map(|(_, path, text)| {
            let inside = path.strip_prefix(&src).unwrap().with_extension("");
            let name = inside.iter().map(|part| part.to_str().unwrap()).collect::<Vec<_>>().join("::");
            (name, code_of(shipped(&path, &text)))
        })
        .filter(|(_, code)| !code.trim().is_empty())
        .collect()
}

/// A text of Rust with a blank for every comment, string and character.
fn code_of(text: &str) -> String {
    taken_apart(text).0
}

/// The strings of a text of Rust, as they are written between their quotes.
pub(crate) fn strings_of(text: &str) -> Vec<String> {
    taken_apart(text).1
}

fn taken_apart(text: &str) -> (String, Vec<String>) {
    let (mut code, mut strings, mut rest) = (String::new(), Vec::new(), text);
    while let Some(c) = rest.chars().next() {
        let begins = !code.ends_with(is_of_name);
        let skipped = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").unwrap() + 2,
            '"' => string_length(rest),
            'b' | 'r' if begins => raw_string_length(rest),
            '\'' => character_length(rest),
            _ => 0,
        };
        if skipped > 0 && (c == '"' || c == 'b' || c == 'r') {
            strings.push(rest[..skipped].trim_matches(['b', 'r', '#']).trim_matches('"').to_owned());
        }
        code.push(if skipped == 0 { c } else { ' ' });
        rest = &rest[skipped.max(c.len_utf8())..];
    }
    (code, strings)
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How many bytes the string has that begins here.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    panic!("a string without an end: {text}");
}

/// The same of a raw string; 0 when none begins here.
fn raw_string_length(text: &str) -> usize {
    let Some(behind) = text.strip_prefix("br").or_else(|| text.strip_prefix('r')) else { return 0 };
    let inner = behind.trim_start_matches('#');
    let end = format!("\"{}", "#".repeat(behind.len() - inner.len()));
    let Some(inner) = inner.strip_prefix('"') else { return 0 };
    text.len() - inner.len() + inner.find(&end).unwrap() + end.len()
}

/// The same of a character; 0 when a lifetime begins here.
fn character_length(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let behind = at + escaped.len_utf8();
            behind + text[behind..].find('\'').unwrap() + 1
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

/// Every path that a `use` names, its groups taken apart, each with the name that it is given.
fn used(code: &str) -> Vec<(String, String)> {
    fn take_apart(prefix: &str, tree: &str, found: &mut Vec<(String, String)>) {
        let tree = tree.trim();
        let Some(at) = tree.find('{') else {
            let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
            let path: String = format!("{prefix}{path}").split_whitespace().collect();
            // `a::{self}` is `a`.
            let path = path.strip_suffix("::self").unwrap_or(&path);
            let last = path.rsplit("::").next().unwrap_or_default();
            found.push((path.to_owned(), if name.is_empty() { last } else { name.trim() }.to_owned()));
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
    for (at, _) in code.match_indices("use ") {
        let begins = code[..at].chars().next_back().is_none_or(char::is_whitespace);
        if let Some(end) = code[at..].find(';').filter(|_| begins) {
            take_apart("", &code[at + 4..at + end], &mut found);
        }
    }
    found
}

/// Every path of two names or more, wherever it stands, but for those of a visibility.
fn written_out(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut end = 0;
    for (at, _) in code.match_indices("::") {
        // The rest of a path that was read already.
        if at < end {
            continue;
        }
        let before = &code[..at];
        let start = before
            .rfind(|c| !is_of_name(c))
            .map_or(0, |at| at + before[at..].chars().next().unwrap().len_utf8());
        let is_path = |c: &char| is_of_name(*c) || *c == ':';
        let path: String = code[start..].chars().take_while(is_path).collect();
        end = start + path.len();
        // What stands in the group of a `use` is read there.
        let path = if code[end..].starts_with('<') { path.trim_end_matches("::") } else { &path };
        if path.contains("::") && start < at && !path.ends_with("::") && !code[..start].ends_with("(in ") {
            found.push(path.to_owned());
        }
    }
    found
}

/// Every path that a file takes: those of its `use` lines, and those that are written out, also from a
/// child or from a module that a `use` brought in (`a::f()` after `use super::a`).
fn paths_of(code: &str) -> Vec<String> {
    let used = used(code);
    let mut paths: Vec<String> = used.iter().map(|(path, _)| path.clone()).collect();
    for path in written_out(code) {
        let (first, rest) = path.split_once("::").unwrap();
        let brought = used.iter().filter(|(_, name)| name == first);
        paths.extend(brought.map(|(whole, _)| format!("{whole}::{rest}")));
        paths.push(path);
    }
    paths
}

/// Which file of the same module a path in `from` leads to.
fn leads_to(files: &BTreeMap<String, String>, from: &str, path: &str) -> Option<String> {
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

/// The imports that lead back to the file they stand in, each as "file -> file".
fn in_circles(files: &BTreeMap<String, String>) -> Vec<String> {
    let mut leads: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for (name, code) in files {
        let to = paths_of(code).into_iter().filter_map(|path| leads_to(files, name, &path));
        leads.insert(name, to.filter(|to| to != name).collect());
    }
    let comes_back = |from: &String, to: &String| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![to]);
        while let Some(next) = todo.pop() {
            if seen.insert(next) {
                todo.extend(&leads[next]);
            }
        }
        seen.contains(from)
    };
    let imports = leads.iter().flat_map(|(from, all)| all.iter().map(|to| (*from, to)));
    imports.filter(|(from, to)| comes_back(from, to)).map(|(from, to)| format!("{from} -> {to}")).collect()
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for (top, _) in MAY_USE {
        let files = files_of(top);
        assert!(!files.is_empty(), "the files of {top} were not found");
        assert_eq!(in_circles(&files), [""; 0], "files of {top} import each other in a circle");
    }
}

/// What `use super::*` brings in cannot be read off the line.
#[test]
fn no_file_takes_everything_of_another() {
    for (top, _) in MAY_USE {
        let files = files_of(top);
        for (name, code) in &files {
            for (path, _) in used(code).iter().filter(|(path, _)| path.ends_with("::*")) {
                let to = leads_to(&files, name, path);
                assert!(to.is_none_or(|to| to == *name), "{name} uses {path}");
            }
        }
    }
}

fn files(texts: &[(&str, &str)]) -> BTreeMap<String, String> {
    texts.iter().map(|(name, text)| ((*name).to_owned(), code_of(text))).collect()
}

#[test]
fn the_reader_of_imports_sees_groups_paths_and_parents() {
    let code = "use super::{a::{B, c}, d as e, f::{self, G}};\npub use h::I;";
    let paths = ["super::a::B", "super::a::c", "super::d", "super::f", "super::f::G", "h::I"];
    let names = ["B", "c", "e", "f", "G", "I"];
    assert_eq!(
        used(code),
        std::iter::zip(paths, names).map(|(p, n)| (p.into(), n.into())).collect::<Vec<_>>()
    );
    assert_eq!(
        written_out("x(super::super::f::g(), crate::h) + a::b::<u8>()"),
        ["super::super::f::g", "crate::h", "a::b"]
    );
    assert_eq!(written_out("pub(in crate::h) fn i()"), [""; 0]);
    let files = files(&["m", "m::a", "m::a::b", "m::c"].map(|name| (name, "")));
    let to = |from: &str, path: &str| leads_to(&files, from, path);
    assert_eq!(to("m::a::b", "super::super::c::X"), Some("m::c".to_owned()));
    assert_eq!(to("m::a", "b::X"), Some("m::a::b".to_owned()), "a child by its name");
    assert_eq!(to("m::c", "crate::m::a::X"), Some("m::a".to_owned()));
    assert_eq!(to("m::c", "std::fmt"), Some("m::c".to_owned()), "what is nobody's leads nowhere else");
}

#[test]
fn the_reader_of_imports_sees_a_child_by_its_bare_name_and_a_module_that_was_brought_in() {
    let circle = |parent: &str, child: &str| {
        in_circles(&files(&[
            ("m", parent),
            ("m::a", child),
            ("m::a::b", ""),
            ("m::c", "use super::a::b::X;"),
        ]))
    };
    let both = ["m -> m::a", "m::a -> m"];
    assert_eq!(circle("mod a;\nfn f() { a::g(1) }", "use super::X;"), both);
    assert_eq!(circle("mod a;\npub use a::{G, H};", "fn f(x: super::X) {}"), both);
    assert_eq!(circle("mod a;\nfn f() { x::a::g(other_a::h()) }", "use super::X;"), [""; 0]);
    assert_eq!(circle("mod a;\n/// See `a::g`.\nconst X: &str = \"a::g\";", "use super::X;"), [""; 0]);
    let brought = [
        ("m", ""),
        ("m::a", "use super::c as d;\nfn f() { d::e::g() }"),
        ("m::c", ""),
        ("m::c::e", "use crate::m::a;"),
    ];
    assert_eq!(in_circles(&files(&brought)), ["m::a -> m::c::e", "m::c::e -> m::a"]);
}

#[test]
fn the_reader_of_imports_skips_comments_strings_and_characters() {
    let text = r##"a<'x>("b\"//", r#"c"/*"#, br"d", '"', '\'', '\u{1b}', b'e') // f::g
        + /* h */ i;"##;
    let code: String = code_of(text).split_whitespace().collect();
    assert_eq!(code, "a<'x>(,,,,,,b)+i;");
}
