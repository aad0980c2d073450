//! The palette: every action that means something here, by name.
//!
//! It offers what the key table has, and nothing that a key could not do as well; what writes still
//! goes through its review.

use crossterm::event::{KeyCode, KeyEvent};

use crate::keymap::{Action, Binding, Keymap, Scope};

use super::next::{Go, Next};
use super::shared::Shared;
use super::text_field::TextField;

/// The palette.
#[derive(Clone, Debug)]
pub struct Palette {
    /// What was typed.
    pub entry: TextField,
    /// The row that Enter takes, among [`Palette::offers`].
    pub at: usize,
    /// Where it was opened.
    scopes: Vec<Scope>,
}

impl Palette {
    /// The actions that fit what was typed, the best first.
    pub fn offers<'k>(&self, keys: &'k Keymap) -> Vec<&'k Binding> {
        let typed = self.entry.text().trim().to_lowercase();
        let here = self.scopes.iter().copied().flat_map(|scope| keys.of_scope(scope));
        let mut ranked: Vec<(u8, &Binding)> =
            here.filter_map(|binding| rank(binding, &typed).map(|rank| (rank, binding))).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, binding)| binding).collect()
    }
}

/// How well an action fits, 0 being best; moving about is not worth a place unless it is asked for.
fn rank(binding: &Binding, typed: &str) -> Option<u8> {
    let name = binding.action.name();
    let fits = |words: &str| typed.split_whitespace().all(|part| words.contains(part));
    match () {
        () if binding.action == Action::Palette => None,
        () if typed.is_empty() => (!binding.action.moves()).then_some(0),
        () if name == typed => Some(0),
        () if name.starts_with(typed) => Some(1),
        () if fits(&name.replace('-', " ")) || name.contains(typed) => Some(2),
        () if binding.action.moves() => None,
        () if fits(&binding.action.help().to_lowercase()) => Some(3),
        () => None,
    }
}

/// Bytes that fit: no name is as long.
const LONGEST: usize = 128;

impl Palette {
    /// The palette for where the operator is.
    pub(super) fn open(scopes: &[Scope]) -> Self {
        Self { entry: TextField::line("").at_most(LONGEST), at: 0, scopes: scopes.to_vec() }
    }

    /// A key in the palette.
    pub(super) fn on_key(&mut self, shared: &mut Shared, event: KeyEvent, action: Option<Action>) -> Next {
        let offers = self.offers(&shared.setup.keys);
        if action == Some(Action::Down) {
            self.at = (self.at + 1).min(offers.len().saturating_sub(1));
        } else if action == Some(Action::Up) {
            self.at = self.at.saturating_sub(1);
        } else if action == Some(Action::Run) {
            let chosen = offers.get(self.at).map(|binding| binding.action);
            return chosen.map_or_else(Next::stay, |action| Go::Run(action).into());
        } else if action == Some(Action::Back) || (event.code == KeyCode::Backspace && self.entry.is_empty())
        {
            return Next::close();
        } else {
            if self.entry.key(event) {
                self.at = 0;
            }
            shared.say_left_out(self.entry.left_out());
        }
        Next::stay()
    }

    /// A paste into the palette.
    pub(super) fn on_paste(&mut self, shared: &mut Shared, pasted: &str) {
        self.entry.paste(pasted);
        self.at = 0;
        shared.say_left_out(self.entry.left_out());
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;
    use crate::app::testing::{board, feed, key, later, typed};
    use crate::app::{Effect, Layer, Message, State, Verdict};

    fn offers(state: &State) -> Vec<Action> {
        let Some(Layer::Palette(palette)) = state.layers.last() else { panic!("no palette") };
        palette.offers(&state.setup.keys).iter().map(|binding| binding.action).collect()
    }

    #[test]
    fn it_offers_what_can_be_done_here_and_runs_it_as_its_key_would() {
        let mut state = board((120, 40));
        feed(&mut state, typed(":"));
        let all = offers(&state);
        assert!(all.contains(&Action::New) && all.contains(&Action::Reload) && !all.contains(&Action::Down));
        assert!(!all.contains(&Action::Review), "that is for the form");
        feed(&mut state, typed("sort"));
        assert_eq!(offers(&state), [Action::Sort]);
        feed(&mut state, [key(KeyCode::Enter)]);
        assert!(matches!(state.layers.as_slice(), [Layer::Sort(_)]));
    }

    #[test]
    fn names_come_before_help_texts_and_the_choice_follows_the_arrows() {
        let mut state = board((120, 40));
        feed(&mut state, typed(":re"));
        let found = offers(&state);
        assert_eq!(
            found.iter().take(3).collect::<Vec<_>>(),
            [&Action::Refresh, &Action::Reload, &Action::Repaint],
            "in the order of the table"
        );
        feed(&mut state, [key(KeyCode::Down), key(KeyCode::Down), key(KeyCode::Up)]);
        let effects = feed(&mut state, [key(KeyCode::Enter)]);
        assert!(matches!(effects.as_slice(), [Effect::Reload { .. }]), "{effects:?}");
    }

    #[test]
    fn a_cancel_from_the_palette_only_opens_its_review() {
        let mut state = board((120, 40));
        let effects = feed(&mut state, [typed(":cancel"), vec![key(KeyCode::Enter)]].concat());
        assert!(matches!(effects.as_slice(), [Effect::Get { .. }]), "{effects:?}");
        assert!(state.review().is_some() && state.writes.is_empty());
    }

    #[test]
    fn keys_are_text_in_it_and_esc_or_one_backspace_too_many_closes_it() {
        for last in [KeyCode::Esc, KeyCode::Backspace] {
            let mut state = board((80, 24));
            feed(&mut state, typed(":D?:"));
            assert!(offers(&state).is_empty());
            assert!(feed(&mut state, [key(KeyCode::Enter)]).is_empty());
            feed(&mut state, [key(KeyCode::Backspace), key(KeyCode::Backspace), key(KeyCode::Backspace)]);
            assert_eq!(state.layers.len(), 1);
            feed(&mut state, [key(last)]);
            assert!(state.layers.is_empty());
        }
    }

    #[test]
    fn a_large_paste_is_cut_and_said() {
        let mut state = board((120, 40));
        feed(&mut state, [typed(":"), vec![Message::Pasted("re\n".repeat(1 << 18))]].concat());
        let Some(Layer::Palette(palette)) = state.layers.last() else { panic!("no palette") };
        assert_eq!((palette.entry.len(), palette.entry.rows().len()), (LONGEST, 1));
        assert!(state.shared.note.is_some_and(|note| note.text.starts_with("cut at 128 bytes: ")));
    }

    #[test]
    fn nothing_is_read_anew_while_a_write_is_open() {
        let mut state = crate::app::testing::in_doubt((120, 40));
        let reload = || [typed(":reload"), vec![key(KeyCode::Enter)]].concat();
        assert!(feed(&mut state, reload()).is_empty());
        assert!(state.note.as_ref().is_some_and(|note| note.bad));
        for write in &mut state.writes {
            write.verdict = Some(Verdict::CannotTell(String::new()));
        }
        assert!(matches!(feed(&mut state, reload()).as_slice(), [Effect::Reload { .. }]));
        assert!(feed(&mut state, reload()).is_empty(), "one at a time");
        feed(&mut state, [Message::Ticked(later(1))]);
    }
}
