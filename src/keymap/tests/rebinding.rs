//! The keys of the config: what is accepted, what is refused and in which words, and that whatever is
//! accepted keeps the rules (U1–U3, U5).

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;

use super::super::*;
use crate::config::file;

fn with(text: &str) -> Result<Keymap, String> {
    let file = file::parse(Path::new("c.toml"), text, None).map_err(|err| err.to_string())?;
    Keymap::with(&file.keys).map_err(|err| err.to_string())
}

fn refused(text: &str) -> String {
    with(text).expect_err(text)
}

fn pressed(keymap: &Keymap, scope: Scope, key: &str) -> Option<Action> {
    let Key { code, mods } = Key::read(key).unwrap();
    keymap.lookup(&[scope, Scope::Global], &KeyEvent::new(code, mods))
}

#[test]
fn without_a_word_in_the_config_the_table_is_the_one_that_is_built_in() {
    assert_eq!(with("").unwrap(), Keymap::default());
    assert_eq!(with("[keys]\n[keys.tasks]\n").unwrap(), Keymap::default());
}

#[test]
fn every_key_that_is_built_in_may_be_written_as_help_shows_it_and_stays_what_it_is() {
    let mut text = String::new();
    for scope in Scope::ALL {
        writeln!(text, "[keys.{}]", scope.name()).unwrap();
        for binding in Keymap::default().of_scope(scope) {
            let labels: Vec<String> = binding.keys.iter().map(|key| format!("'{}'", key.label())).collect();
            writeln!(text, "{} = [{}]", binding.action.name(), labels.join(", ")).unwrap();
        }
    }
    assert_eq!(with(&text).unwrap(), Keymap::default());
}

#[test]
fn a_list_takes_the_place_of_the_keys_of_an_action_in_that_scope_alone() {
    let keys =
        with("[keys.tasks]\nedit = ['ctrl-e', 'F4']\nzone = []\nnew = 'e'\n[keys.global]\nhelp = 'F1'")
            .unwrap();
    let at = |scope, key| pressed(&keys, scope, key);
    assert_eq!(at(Scope::Tasks, "ctrl-e"), Some(Action::Edit));
    assert_eq!(at(Scope::Tasks, "f4"), Some(Action::Edit));
    assert_eq!(at(Scope::Tasks, "e"), Some(Action::New));
    assert_eq!(at(Scope::Tasks, "z"), None);
    assert_eq!(at(Scope::Detail, "z"), Some(Action::Zone));
    assert_eq!(at(Scope::Form, "F1"), Some(Action::Help));
    assert_eq!(at(Scope::Tasks, "?"), None);
    assert_eq!(keys.key(Scope::Tasks, Action::Edit), "ctrl-e");
    assert_eq!(keys.key(Scope::Tasks, Action::Zone), ":zone", "the palette still knows it");
    assert_eq!(keys.key(Scope::Global, Action::Help), "F1");
}

#[test]
fn what_is_done_by_name_is_named_with_the_key_of_the_palette() {
    assert_eq!(Keymap::default().command(Action::Reload), ":reload");
    let keys = with("[keys.global]\npalette = 'F2'").unwrap();
    assert_eq!(keys.command(Action::Reload), "F2 reload");
    assert_eq!(keys.key(Scope::Global, Action::Drafts), "F2 drafts");
}

#[test]
fn a_key_may_be_written_by_any_of_its_names_and_in_any_letter_case() {
    for (written, label) in [
        ("CTRL-R", "ctrl-r"),
        ("ctrl-R", "ctrl-r"),
        ("alt-x", "alt-x"),
        ("shift-tab", "shift-Tab"),
        ("Backtab", "shift-Tab"),
        ("Space", "space"),
        (" ", "space"),
        ("up", "↑"),
        ("↑", "↑"),
        ("ctrl-up", "ctrl-↑"),
        ("pagedown", "PgDn"),
        ("del", "Delete"),
        ("f12", "F12"),
        ("-", "-"),
        ("f", "f"),
        ("F", "F"),
        ("Ж", "Ж"),
    ] {
        assert_eq!(Key::read(written).map(Key::label).as_deref(), Ok(label), "{written}");
    }
}

#[test]
fn what_is_no_key_says_what_to_write_instead() {
    for (written, words) in [
        ("entr", "did you mean \"Enter\"?"),
        ("F13", "F1 to F12"),
        ("", "no key has this name"),
        ("hyper-x", "no key has this name"),
        ("ctrl-", "no key has this name"),
        ("ctrl-i", "the same key as Tab"),
        ("ctrl-M", "the same key as Enter"),
        ("ctrl-[", "the same key as Esc"),
        ("ctrl-1", "the letters a to z"),
        ("ctrl-Enter", "plain Enter"),
        ("alt-O", "letters and digits"),
        ("ctrl-alt-x", "not both"),
        ("shift-d", "write \"D\""),
        ("shift-up", "shift counts only with Tab"),
        ("\u{7}", "no character"),
        ("\u{301}", "no character"),
        ("\u{202e}", "no character"),
    ] {
        let why = Key::read(written).expect_err(written);
        assert!(why.contains(words), "{written:?}: {why}");
    }
}

#[test]
fn unknown_names_are_refused_with_line_and_the_nearest() {
    let said = refused("[keys.taks]\nnew = 'n'");
    assert!(
        said.starts_with("c.toml:1:7: there is no [keys.taks]; did you mean \"tasks\"? Allowed: tasks, "),
        "{said}"
    );
    let said = refused("[keys.tasks]\n  cancle = 'D'");
    assert!(
        said.starts_with(
            "c.toml:2:3: there is no action \"cancle\" in [keys.tasks]; did you mean \"cancel\"?"
        ),
        "{said}"
    );
    let said = refused("[keys.tasks]\ndiscard = 'F5'");
    assert_eq!(said, "c.toml:2:1: \"discard\" is no action of [keys.tasks]; it belongs to [keys.form]");
    let said = refused("[keys.tasks]\nnew = ['n', 'Entr']");
    assert!(
        said.starts_with(
            "c.toml:2:13: \"Entr\" cannot be bound: no key has this name; did you mean \"Enter\"?"
        ),
        "{said}"
    );
    for (text, words) in [
        ("keys = 1", "must be a table [keys]"),
        ("[keys]\ntasks = 'n'", "\"tasks\" in [keys] must be a table of its own, such as [keys.tasks]"),
        ("[keys.tasks]\nnew = 1", "\"new\" must be a key in quotes, or a list of them"),
        ("[keys.tasks]\nnew = ['n', 1]", "this is a whole number"),
    ] {
        assert!(refused(text).contains(words), "{}", refused(text));
    }
}

#[test]
fn a_clash_names_both_actions_and_stands_at_the_key_of_the_config() {
    assert_eq!(
        refused("[keys.tasks]\nnew = 'e'"),
        "c.toml:2:7: \"e\" cannot be \"new\" in [keys.tasks]: it is \"edit\" there; give one of them another key"
    );
    let both = refused("[keys.tasks]\nnew = 'F5'\nedit = 'f5'");
    assert_eq!(
        both,
        "c.toml:3:8: \"F5\" cannot be \"edit\" in [keys.tasks]: it is \"new\" there; give one of them another key"
    );
    let everywhere = refused("[keys.tasks]\nnew = '?'");
    assert!(
        everywhere.contains("\"?\" cannot be \"new\" in [keys.tasks]: it is \"help\" in [keys.global]"),
        "{everywhere}"
    );
    let hides = refused("[keys.global]\nhelp = 'n'");
    assert!(hides.contains("it is \"new\" in [keys.tasks]"), "{hides}");
    let in_text = refused("[keys.global]\nhelp = 'ctrl-s'");
    assert!(in_text.contains("it is \"review\" in [keys.form]"), "{in_text}");
    let twice = refused("[keys.tasks]\nnew = ['n', 'n']");
    assert!(twice.contains("\"n\" stands twice for \"new\""), "{twice}");
    // Two swap their keys.
    let swapped = with("[keys.tasks]\nnew = 'e'\nedit = 'n'").unwrap();
    assert_eq!(pressed(&swapped, Scope::Tasks, "n"), Some(Action::Edit));
}

#[test]
fn what_the_rules_forbid_is_refused_and_says_why() {
    for (text, words) in [
        ("[keys.tasks]\ncancel = 'c'", "it takes something away"),
        ("[keys.tasks]\ncancel = '4'", "it takes something away"),
        ("[keys.tasks]\ncancel = 'Enter'", "it takes something away"),
        ("[keys.tasks]\ncancel = 'alt-D'", "it takes something away"),
        ("[keys.tasks]\ncancel = 'd'", "d never deletes"),
        ("[keys.tasks]\nnew = 'x'", "x only ever opens a menu"),
        ("[keys.tasks]\nnew = 'ctrl-b'", "belongs to terminals"),
        ("[keys.tasks]\nnew = 'ctrl-space'", "belongs to terminals"),
        ("[keys.tasks]\nnew = 'ctrl-\\'", "belongs to terminals"),
        ("[keys.tasks]\nnew = 'ctrl-c'", "kept for \"quit\""),
        ("[keys.tasks]\nnew = 'Esc'", "only ever goes back"),
        ("[keys.form]\nreview = 'R'", "in [keys.form] it is text"),
        ("[keys.form]\nreview = 'Enter'", "Enter never confirms"),
        ("[keys.review]\nrefresh = 'Enter'", "Enter never confirms"),
        ("[keys.review]\nrefresh = 'y'", "in [keys.review] it is text"),
        ("[keys.filter]\nback = 'ctrl-w'", "it moves or edits there"),
        ("[keys.global]\nhelp = 'ctrl-w'", "it moves or edits where text is typed"),
        ("[keys.detail]\nback = []", "nothing leads out of this screen"),
        ("[keys.global]\npalette = []", "\"palette\" needs a key"),
        ("[keys.global]\nquit = 'Q'", "needs a key that is no text"),
        ("[keys.form]\nreview = []", "the palette cannot be opened in [keys.form]"),
    ] {
        let said = refused(text);
        assert!(said.starts_with("c.toml:2:") && said.contains(words), "{text}: {said}");
    }
    for text in [
        "[keys.tasks]\ncancel = ['X', 'F8', 'Delete', 'ctrl-x']",
        "[keys.tasks]\ndown = 'd'\nup = 'u'",
        "[keys.global]\nquit = ['Q', 'ctrl-q']",
        "[keys.tasks]\nclose = []",
    ] {
        assert_eq!(with(text).err(), None, "{text}");
    }
}

#[test]
fn the_keys_of_the_example_are_accepted() {
    let text = include_str!("../../../config.toml.example");
    let keys = text.split("# [keys.tasks]").nth(1).unwrap().split("\n\n").next().unwrap();
    let keymap = with(&format!("[keys.tasks]{}", keys.replace("\n# ", "\n"))).unwrap();
    assert_eq!(keymap.key(Scope::Global, Action::Help), "F1");
    assert_eq!(keymap.key(Scope::Tasks, Action::Zone), ":zone");
    assert_eq!(pressed(&keymap, Scope::Tasks, "Delete"), Some(Action::Cancel));
}

#[test]
fn everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file() {
    let said = refused("[keys.tasks]\nnew = 'x'\nedit = 'Entr'\n[keys.nowhere]\n[keys.detail]\nback = []");
    let lines: Vec<&str> = said.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(lines, ["c.toml:2:7", "c.toml:3:8", "c.toml:4:7", "c.toml:6:1"]);
}

/// Keys that a config may name, all but hopeless ones.
fn any_key() -> impl Strategy<Value = String> {
    let signs = prop::char::range('!', '~').prop_map(String::from);
    let ctrl = prop::char::range('a', 'z').prop_map(|c| format!("ctrl-{c}"));
    let alt = prop::char::range('a', 'z').prop_map(|c| format!("alt-{c}"));
    let function = (1..13).prop_map(|number| format!("F{number}"));
    let named = prop::sample::select(vec![
        "Enter",
        "Esc",
        "Tab",
        "shift-Tab",
        "space",
        "up",
        "down",
        "left",
        "right",
        "PgUp",
        "PgDn",
        "Home",
        "End",
        "Insert",
        "Delete",
        "Backspace",
        "ctrl-space",
        "ctrl-\\",
        "ctrl-up",
    ]);
    prop_oneof![signs, ctrl, alt, function, named.prop_map(str::to_owned)]
}

/// The config of some rows of the table with other keys.
fn any_config() -> impl Strategy<Value = String> {
    let row = (0..KEYMAP.len(), prop::collection::vec(any_key(), 0..3));
    prop::collection::vec(row, 1..4).prop_map(|rows| {
        let mut text = String::new();
        for scope in Scope::ALL {
            writeln!(text, "[keys.{}]", scope.name()).unwrap();
            let mut seen = Vec::new();
            for (at, keys) in &rows {
                let row = &KEYMAP[*at];
                if row.scope == scope && !seen.contains(&row.action) {
                    seen.push(row.action);
                    let keys: Vec<String> = keys.iter().map(|key| format!("{key:?}")).collect();
                    writeln!(text, "{} = [{}]", row.action.name(), keys.join(", ")).unwrap();
                }
            }
        }
        text
    })
}

fn is_small_or_sign(key: &Key) -> bool {
    matches!(key.code, KeyCode::Char(c) if key.is_printable() && !c.is_uppercase())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_is_accepted_keeps_the_rules(text in any_config()) {
        let Ok(keymap) = with(&text) else { return Ok(()) };
        for scope in Scope::ALL {
            let mut seen = std::collections::HashSet::new();
            for binding in keymap.of_scope(scope) {
                let named = |key: &Key| Key { code: key.code, mods: key.mods }.label();
                for key in &binding.keys {
                    prop_assert!(seen.insert(*key), "{} means two things in {scope:?}", named(key));
                    // Nothing hides what means the same everywhere.
                    let event = KeyEvent::new(key.code, key.mods);
                    let everywhere = keymap.lookup(&[Scope::Global], &event);
                    let is_text = scope.takes_text() && key.is_printable();
                    prop_assert!(scope == Scope::Global || is_text || everywhere.is_none(), "{} in {scope:?}", named(key));
                    // U1, U3
                    prop_assert!(!(binding.action == Action::Cancel && is_small_or_sign(key)));
                    prop_assert!(!(binding.action == Action::Cancel && key.code == KeyCode::Enter));
                    prop_assert!(key.label() != "d" || !binding.action.takes_away());
                    let belongs = ["ctrl-h", "ctrl-j", "ctrl-k", "ctrl-a", "ctrl-b", "ctrl-space", "ctrl-\\"];
                    prop_assert!(!belongs.contains(&named(key).as_str()));
                    // U2, U5
                    prop_assert!(!is_text, "{} is text in {scope:?}", named(key));
                    let enter = key.code == KeyCode::Enter;
                    prop_assert!(!(enter && matches!(scope, Scope::Form | Scope::Review)));
                }
                let must = binding.action == Action::Back || scope.takes_text();
                prop_assert!(!must || !binding.keys.is_empty(), "{:?} in {scope:?}", binding.action);
            }
        }
        let ctrl_c = KeyEvent::new(KeyCode::Char('c'), crossterm::event::KeyModifiers::CONTROL);
        let leaves = keymap.lookup(&[Scope::Global], &ctrl_c);
        prop_assert!(leaves.is_none() || leaves == Some(Action::Quit));
        prop_assert!(!keymap.key(Scope::Global, Action::Help).is_empty());
    }

    #[test]
    fn no_text_breaks_the_reading_of_a_key(text in any::<String>(), more in "((ctrl|alt|shift)-)*.{0,3}") {
        for written in [text, more] {
            if let Ok(key) = Key::read(&written) {
                prop_assert_eq!(Key::read(&key.label()), Ok(key), "{}", written);
                prop_assert!(crate::domain::text::width(&key.label()) > 0);
            }
        }
    }

    #[test]
    fn no_text_breaks_the_reading_of_a_config(scope in ".*", action in ".*", key in ".*") {
        let text = format!("[keys.{scope:?}]\n{action:?} = [{key:?}]");
        let _ = with(&text);
        let _ = with(&format!("[keys.tasks]\nnew = [{key:?}]"));
    }
}
