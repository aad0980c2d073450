//! The table as it is built in, and what the config may make of it.

mod rebinding;

use std::collections::{HashMap, HashSet};

use crossterm::event::KeyModifiers;

use super::*;

#[test]
fn a_key_means_one_thing_in_a_scope() {
    let mut seen = HashSet::new();
    for binding in KEYMAP {
        let by_name_only = matches!(binding.action, Action::Reload | Action::Drafts | Action::Stop);
        assert_eq!(binding.keys.is_empty(), by_name_only, "{:?}", binding.action);
        for key in binding.keys {
            assert!(
                seen.insert((binding.scope, *key)),
                "{} is bound twice in {:?}",
                key.label(),
                binding.scope
            );
        }
    }
}

#[test]
fn an_action_stands_once_in_a_scope_and_help_texts_tell_actions_apart() {
    let mut seen = HashSet::new();
    let mut texts: HashMap<&str, Action> = HashMap::new();
    for binding in KEYMAP {
        assert!(seen.insert((binding.scope, binding.action)), "{:?} {:?}", binding.scope, binding.action);
        let first = texts.entry(binding.action.help()).or_insert(binding.action);
        assert_eq!(*first, binding.action, "two actions say \"{}\"", binding.action.help());
    }
}

#[test]
fn keys_that_belong_to_others_are_never_bound() {
    for binding in KEYMAP {
        for key in binding.keys {
            let taken = key.mods.contains(KeyModifiers::CONTROL)
                && matches!(key.code, KeyCode::Char('a' | 'b' | 'h' | 'j' | 'k' | ' ' | '\\'));
            assert!(!taken, "{} belongs to terminals, tmux or input methods", key.label());
            assert!(!key.mods.contains(KeyModifiers::ALT), "nothing may need Alt");
            assert!(
                key.code != KeyCode::Char('d') || key.mods.contains(KeyModifiers::CONTROL),
                "d never deletes"
            );
        }
    }
}

#[test]
fn no_single_lower_case_key_writes_and_enter_never_sends() {
    for binding in KEYMAP {
        if binding.action == Action::Cancel {
            assert_eq!(binding.keys, &[Key::char('D')]);
        }
        if binding.scope == Scope::Review || binding.scope == Scope::Form {
            assert!(!binding.keys.contains(&ENTER), "Enter is bound in {:?}", binding.scope);
        }
    }
}

#[test]
fn terminals_may_report_shift_as_they_like() {
    let shifted = KeyEvent::new(KeyCode::Char('D'), KeyModifiers::SHIFT);
    let plain = KeyEvent::new(KeyCode::Char('D'), KeyModifiers::NONE);
    for event in [shifted, plain] {
        assert_eq!(Keymap::default().lookup(&[Scope::Tasks], &event), Some(Action::Cancel));
    }
    let backtab = KeyEvent::new(KeyCode::Tab, KeyModifiers::SHIFT);
    assert_eq!(Keymap::default().lookup(&[Scope::Form], &backtab), Some(Action::PreviousField));
}

#[test]
fn nothing_hides_a_key_that_means_the_same_everywhere() {
    let keymap = Keymap::default();
    for row in KEYMAP.iter().filter(|row| row.scope != Scope::Global) {
        for key in row.keys.iter().filter(|key| !(row.scope.takes_text() && key.is_printable())) {
            let everywhere = keymap.lookup(&[Scope::Global], &KeyEvent::new(key.code, key.mods));
            assert_eq!(everywhere, None, "{} in {:?}", key.label(), row.scope);
        }
        assert!(
            !(row.scope.takes_text() && row.keys.iter().any(|key| key.is_printable())),
            "{:?}",
            row.scope
        );
    }
}
