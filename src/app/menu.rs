//! The menu of what can be done here: every action of the table or the detail that does something, with its
//! key, and for what cannot be done now the reason, from the functions that refuse its key. It writes nothing
//! and opens what the key would (U3).

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an action that can always be done has no reason against it"
)]

use crate::keymap::{Action, Binding, Keymap, Scope};

use super::board::select;
use super::list::Rows;
use super::next::{Go, Next};
use super::reload::obstacle;
use super::shared::Shared;
use super::{list, task_actions, writes};

/// The menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionMenu {
    /// The table or the detail, over which it lies.
    pub scope: Scope,
    /// The row that Enter takes, among [`ActionMenu::items`].
    pub at: usize,
    /// The first row that is shown.
    top: usize,
}

/// Widest menu.
const WIDEST: u16 = 76;

impl ActionMenu {
    /// The menu for where the operator is.
    pub(super) fn open(scopes: &[Scope]) -> Self {
        Self { scope: scopes.first().copied().unwrap_or(Scope::Tasks), at: 0, top: 0 }
    }

    /// What it offers: first what is done with the task, then the rest in the order of the key table.
    pub fn items<'k>(&self, keys: &'k Keymap) -> Vec<&'k Binding> {
        let all = [self.scope, Scope::Global].into_iter().flat_map(|scope| keys.of_scope(scope));
        let offered = all.filter(|binding| is_offered(binding.action));
        let (of_task, rest): (Vec<_>, Vec<_>) = offered.partition(|binding| binding.action.is_of_task());
        of_task.into_iter().chain(rest).collect()
    }

    /// Where it lies, with its border, and where its rows stand.
    pub fn rows(&self, shared: &Shared) -> Rows {
        Rows::in_overlay(shared, WIDEST, self.items(&shared.setup.keys).len(), self.top, self.at)
    }

    /// A key in the menu: its own, or one of the screen over which it lies.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        let rows = self.rows(shared);
        match action {
            Action::Back | Action::Close | Action::Menu => return Next::close(),
            Action::Run => {
                let chosen = self.items(&shared.setup.keys).get(self.at).map(|binding| binding.action);
                return chosen.map_or_else(Next::stay, |action| run(shared, action));
            }
            _ => {}
        }
        let Some(at) = list::moved(action, self.at, rows.all, rows.count()) else {
            return run(shared, action);
        };
        self.at = at;
        self.top = self.rows(shared).top;
        Next::stay()
    }
}

/// Whether the menu has a row for it: moving about, and the menu itself, are nothing to be done.
fn is_offered(action: Action) -> bool {
    use Action as A;
    !action.moves() && !matches!(action, A::Menu | A::Back | A::Close | A::SwitchPane)
}

/// Does what was chosen as its key would; where that is refused, says why and stays.
fn run(shared: &mut Shared, action: Action) -> Next {
    match why_not(shared, action) {
        Some(why) => {
            shared.warn(format!("{}: {why}", action.help()));
            Next::stay()
        }
        None => Go::Run(action).into(),
    }
}

/// Why an action cannot be done now, as its key would say.
pub fn why_not(shared: &Shared, action: Action) -> Option<String> {
    if let Some(why) = obstacle::keeps_from(shared, action) {
        return Some(why.to_owned());
    }
    match action {
        Action::Reload => obstacle::obstacle(shared).map(str::to_owned),
        Action::Acknowledge => writes::nothing_to_acknowledge(shared).map(str::to_owned),
        Action::NextPage => select::no_page(shared, true),
        Action::PreviousPage => select::no_page(shared, false),
        other => task_actions::why_not(shared, other),
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;
    use crate::app::testing::{board, connecting, feed, in_doubt, key, typed, with_page};
    use crate::app::{Effect, Layer, State};

    const SIZE: (u16, u16) = (120, 40);

    fn menu(state: &State) -> &ActionMenu {
        let Some(Layer::Menu(menu)) = state.layers.last() else { panic!("{:?}", state.layers) };
        menu
    }

    fn note(state: &State) -> &str {
        state.note.as_ref().map_or("", |note| note.text.as_str())
    }

    /// Moves to an action and takes it.
    fn take(state: &mut State, action: Action) -> Vec<Effect> {
        let at =
            menu(state).items(&state.setup.keys).iter().position(|binding| binding.action == action).unwrap();
        feed(state, std::iter::repeat_n(key(KeyCode::Down), at).chain([key(KeyCode::Enter)]))
    }

    #[test]
    fn it_offers_what_can_be_done_with_the_task_first_and_moves_nothing() {
        for (opened, scope) in [(vec![], Scope::Tasks), (vec![key(KeyCode::Enter)], Scope::Detail)] {
            let mut state = board(SIZE);
            feed(&mut state, opened);
            feed(&mut state, typed("x"));
            assert_eq!(menu(&state).scope, scope);
            let items: Vec<Action> =
                menu(&state).items(&state.setup.keys).iter().map(|binding| binding.action).collect();
            assert!(items.first().is_some_and(|first| first.is_of_task()), "{items:?}");
            assert!(items.contains(&Action::Cancel) && items.contains(&Action::Help), "{items:?}");
            assert!(!items.contains(&Action::Down) && !items.contains(&Action::Menu), "{items:?}");
            for close in [key(KeyCode::Esc), typed("q").remove(0), typed("x").remove(0)] {
                let mut state = state.clone();
                let below = state.layers.len() - 1;
                assert_eq!(feed(&mut state, [close]), []);
                assert_eq!(state.layers.len(), below);
            }
        }
    }

    #[test]
    fn whatever_it_runs_does_what_the_key_does() {
        let (mut here, none) = (board(SIZE), with_page(SIZE, Vec::new()));
        feed(&mut here, typed("x"));
        let items: Vec<Binding> = menu(&here).items(&here.setup.keys).into_iter().cloned().collect();
        // A task of each state, no task at all, nothing loaded, and writes whose outcome is not known.
        let mut states = vec![none, connecting(SIZE).0, in_doubt(SIZE)];
        for keys in ["g", "gj", "gjj", "gjjj", "gjjjj", "G"] {
            let mut state = board(SIZE);
            feed(&mut state, typed(keys));
            states.push(state);
        }
        for state in states {
            for binding in &items {
                let Some(pressed) = binding.keys.first() else { continue };
                let mut by_key = state.clone();
                let event = crossterm::event::KeyEvent::new(pressed.code, pressed.mods);
                let effects = feed(&mut by_key, [crate::app::Message::Key(event)]);
                let mut by_menu = state.clone();
                feed(&mut by_menu, typed("x"));
                let refused = why_not(&by_menu, binding.action);
                let menu_effects = take(&mut by_menu, binding.action);
                let named = format!("{:?}: {refused:?}", binding.action);
                if refused.is_some() {
                    assert_eq!((effects, by_key.layers.len()), (Vec::new(), 0), "the key does it: {named}");
                    assert_eq!((menu_effects, by_menu.layers.len()), (Vec::new(), 1), "{named}");
                    let why = refused.as_deref().unwrap_or_default();
                    assert!(note(&by_key).contains(why) && note(&by_menu).contains(why), "{named}");
                } else {
                    let kinds = |all: &[Effect]| all.iter().map(std::mem::discriminant).collect::<Vec<_>>();
                    assert_eq!(kinds(&effects), kinds(&menu_effects), "{named}");
                    assert_eq!(by_key.layers.len(), by_menu.layers.len(), "{named}");
                }
            }
        }
    }

    #[test]
    fn a_key_of_the_screen_below_does_in_the_menu_what_it_does_there() {
        let mut state = board(SIZE);
        let effects = feed(&mut state, typed("xD"));
        assert!(matches!(effects.as_slice(), [Effect::Get { .. }]), "{effects:?}");
        assert!(state.review().is_some() && state.layers.len() == 1 && state.writes.is_empty());
        let mut state = board(SIZE);
        feed(&mut state, typed("gxe"));
        assert!(note(&state).contains("already dispatched"), "{}", note(&state));
        assert!(matches!(state.layers[..], [Layer::Menu(_)]), "it stays");
    }

    #[test]
    fn the_chosen_row_stays_in_sight_at_every_size() {
        for size in [(120, 40), (80, 24), (40, 12), (30, 8)] {
            let mut state = board(size);
            feed(&mut state, typed("x"));
            let count = menu(&state).items(&state.setup.keys).len();
            for keys in ["j".repeat(count + 3), "k".repeat(count + 3), "G".to_owned(), "g".to_owned()] {
                for pressed in typed(&keys) {
                    feed(&mut state, [pressed]);
                    let rows = menu(&state).rows(&state);
                    let at = menu(&state).at;
                    assert!(at < count && (rows.top..rows.top + rows.count()).contains(&at), "{size:?}");
                }
            }
        }
    }
}
