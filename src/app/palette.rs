//! The palette: every action that means something here, by name.
//!
//! It offers what the key table has, and nothing that a key could not do as well; what writes still
//! goes through its review. What was run lately comes first, and is recalled by the arrow up.

use crossterm::event::{KeyCode, KeyEvent};

use crate::domain::TaskId;
use crate::keymap::{Action, Binding, Keymap, Scope};

pub mod history;

use history::History;

use super::board::by_id::{go_to_id, typed_id};
use super::frame::{centred, inside};
use super::list::Rows;
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
    /// Whether a text lies below that is not done with.
    over_text: bool,
    /// The line of the history that was recalled, the newest being 0.
    recalled: Option<usize>,
}

impl Palette {
    /// The task that digits go to; it is the one offer then. Nobody is taken away from a text by that.
    pub fn task(&self) -> Option<TaskId> {
        typed_id(&self.entry.text()).filter(|_| !self.over_text)
    }

    /// The actions that fit what was typed, the best first; while nothing is, those that were run lately. What
    /// only leads about comes last.
    pub fn offers<'k>(&self, keys: &'k Keymap, history: &History) -> Vec<&'k Binding> {
        if self.task().is_some() {
            return Vec::new();
        }
        let typed = self.entry.text().trim().to_lowercase();
        let here = self.scopes.iter().copied().flat_map(|scope| keys.of_scope(scope));
        let ranked = here.filter_map(|binding| rank(binding, &typed).map(|rank| (rank, binding)));
        let place = |(rank, binding): (u8, &'k Binding)| {
            let name = binding.action.name();
            let recent = history.recent(&name).filter(|_| typed.is_empty());
            ((recent.unwrap_or(usize::MAX), rank, binding.action.leads_about()), binding)
        };
        let mut placed: Vec<_> = ranked.map(place).collect();
        placed.sort_by_key(|(place, _)| *place);
        placed.into_iter().map(|(_, binding)| binding).collect()
    }

    /// Takes another line of the history into the field, or none.
    fn recall(&mut self, history: &History, at: Option<usize>) {
        let line = at.and_then(|at| history.line(at));
        if at.is_none() || line.is_some() {
            self.entry = TextField::line(line.unwrap_or_default()).at_most(LONGEST);
            (self.recalled, self.at) = (at, 0);
        }
    }

    /// The arrows: through the history where the line is empty or was recalled, else through the offers.
    fn move_by(&mut self, history: &History, up: bool, offers: usize) {
        match (self.recalled, up) {
            (Some(at), true) => self.recall(history, Some(at + 1)),
            (Some(at), false) => self.recall(history, at.checked_sub(1)),
            (None, true) if self.entry.is_empty() && self.at == 0 => self.recall(history, Some(0)),
            (None, true) => self.at = self.at.saturating_sub(1),
            (None, false) => self.at = (self.at + 1).min(offers.saturating_sub(1)),
        }
    }
}

/// How well an action fits, 0 being best.
fn rank(binding: &Binding, typed: &str) -> Option<u8> {
    let name = binding.action.name();
    let fits = |words: &str| typed.split_whitespace().all(|part| words.contains(part));
    match () {
        () if binding.action == Action::Palette => None,
        () if typed.is_empty() => Some(0),
        () if name == typed => Some(0),
        () if name.starts_with(typed) => Some(1),
        () if fits(&name.replace('-', " ")) || name.contains(typed) => Some(2),
        () if binding.action.moves() => None,
        () if fits(&binding.action.help().to_lowercase()) => Some(3),
        () => None,
    }
}

/// With fewer lines than this all of them are needed.
const LOW: u16 = 8;
/// Widest palette, and its rows of actions at the most.
const SIZE: (u16, u16) = (76, 14);

impl Palette {
    /// Where it lies, and where its rows stand, below the line in which one types.
    pub fn rows(&self, shared: &Shared) -> Rows {
        let ground = shared.areas().map(|areas| areas.ground()).unwrap_or_default();
        // The height does not follow what fits, so that nothing jumps while one types.
        let frame = centred(ground, SIZE.0, SIZE.1 + 4);
        let all = self.offers(&shared.setup.keys, &shared.history).len();
        let inner = inside(frame);
        // A blank line between them, where lines are not short.
        let above = if inner.height < LOW { 1 } else { 2 };
        Rows::below(frame, above, all, 0, self.at)
    }
}

/// Bytes that fit: no name is as long.
const LONGEST: usize = 128;

impl Palette {
    /// The palette for where the operator is.
    pub(super) fn open(scopes: &[Scope], over_text: bool) -> Self {
        let entry = TextField::line("").at_most(LONGEST);
        Self { entry, at: 0, scopes: scopes.to_vec(), over_text, recalled: None }
    }

    /// A key in the palette.
    pub(super) fn on_key(&mut self, shared: &mut Shared, event: KeyEvent, action: Option<Action>) -> Next {
        let offers = self.offers(&shared.setup.keys, &shared.history);
        if let Some(action @ (Action::Down | Action::Up)) = action {
            let count = offers.len();
            self.move_by(&shared.history, action == Action::Up, count);
        } else if action == Some(Action::Run) {
            if let Some(id) = self.task() {
                shared.history.record(&id.to_string());
                return Next { effects: go_to_id(shared, id), go: Go::CloseAll };
            }
            let Some(chosen) = offers.get(self.at).map(|binding| binding.action) else { return Next::stay() };
            shared.history.record(&chosen.name());
            return Go::Run(chosen).into();
        } else if action == Some(Action::Back) || (event.code == KeyCode::Backspace && self.entry.is_empty())
        {
            return Next::close();
        } else {
            if self.entry.key(event) {
                (self.at, self.recalled) = (0, None);
            }
            shared.say_left_out(self.entry.left_out());
        }
        Next::stay()
    }

    /// A paste into the palette.
    pub(super) fn on_paste(&mut self, shared: &mut Shared, pasted: &str) {
        self.entry.paste(pasted);
        (self.at, self.recalled) = (0, None);
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
        palette.offers(&state.setup.keys, &state.history).iter().map(|binding| binding.action).collect()
    }

    #[test]
    fn it_offers_what_can_be_done_here_and_runs_it_as_its_key_would() {
        let mut state = board((120, 40));
        feed(&mut state, typed(":"));
        let all = offers(&state);
        assert!(all.contains(&Action::New) && all.contains(&Action::Reload));
        assert!(!all.contains(&Action::Review), "that is for the form");
        let about = all.iter().position(|action| action.leads_about()).unwrap();
        assert!(all[about..].iter().all(|action| action.leads_about()), "{all:?}");
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
    fn what_was_run_lately_comes_first_and_is_recalled_by_the_arrow_up() {
        let mut state = board((120, 40));
        let run = |state: &mut State, name: &str| {
            feed(state, [typed(":"), typed(name), vec![key(KeyCode::Enter), key(KeyCode::Esc)]].concat());
        };
        for name in ["zone", "help", "sort", "help"] {
            run(&mut state, name);
        }
        let text = |state: &State| {
            let Some(Layer::Palette(palette)) = state.layers.last() else { panic!("no palette") };
            palette.entry.text()
        };
        feed(&mut state, typed(":"));
        assert_eq!(offers(&state)[..3], [Action::Help, Action::Sort, Action::Zone]);
        for (pressed, shown) in [
            (KeyCode::Up, "help"),
            (KeyCode::Up, "sort"),
            (KeyCode::Up, "zone"),
            (KeyCode::Up, "zone"),
            (KeyCode::Down, "sort"),
            (KeyCode::Down, "help"),
            (KeyCode::Down, ""),
            (KeyCode::Down, ""),
        ] {
            feed(&mut state, [key(pressed)]);
            assert_eq!(text(&state), shown);
        }
        // Back on the offers: the arrows choose among them.
        feed(&mut state, [key(KeyCode::Enter)]);
        assert!(matches!(state.layers.as_slice(), [Layer::Sort(_)]), "{:?}", state.layers);
        // What is recalled is text like any other.
        feed(&mut state, [key(KeyCode::Esc)]);
        feed(&mut state, [typed(":"), vec![key(KeyCode::Up), key(KeyCode::Up)], typed("x")].concat());
        assert_eq!(text(&state), "helpx");
        feed(&mut state, [key(KeyCode::Backspace), key(KeyCode::Down), key(KeyCode::Enter)]);
        assert!(matches!(state.layers.as_slice(), [Layer::Help(_)]), "{:?}", state.layers);
    }

    #[test]
    fn an_empty_history_recalls_nothing() {
        let mut state = board((120, 40));
        feed(&mut state, [typed(":"), vec![key(KeyCode::Up)]].concat());
        let Some(Layer::Palette(palette)) = state.layers.last() else { panic!("no palette") };
        assert_eq!((palette.entry.text().as_str(), palette.at), ("", 0));
    }

    #[test]
    fn over_a_form_it_does_what_the_form_can() {
        let mut state = board((120, 40));
        state.setup.keys = crate::app::testing::rebound("[keys.global]\npalette = 'F2'");
        feed(&mut state, [typed("n"), vec![key(KeyCode::F(2))], typed("next-field")].concat());
        assert_eq!(offers(&state), [Action::NextField]);
        let before = state.form().unwrap().focus;
        feed(&mut state, [key(KeyCode::Enter)]);
        assert!(state.layers.len() == 1 && state.form().is_some_and(|form| form.focus != before));
        // To go to a task would take the form away.
        feed(&mut state, [vec![key(KeyCode::F(2))], typed("1234567891")].concat());
        let Some(Layer::Palette(palette)) = state.layers.last() else { panic!("no palette") };
        assert_eq!(palette.task(), None);
        assert_eq!(feed(&mut state, [key(KeyCode::Enter)]), []);
        assert!(state.form().is_some());
    }

    #[test]
    fn digits_offer_the_task_of_that_number_alone() {
        let mut state = board((120, 40));
        feed(&mut state, typed(":1234567891"));
        assert_eq!(offers(&state), []);
        // It is loaded: no call is needed.
        assert_eq!(feed(&mut state, [key(KeyCode::Enter)]), []);
        assert_eq!((state.board.selected.map(|id| id.0), state.layers.len()), (Some(1_234_567_891), 0));
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
