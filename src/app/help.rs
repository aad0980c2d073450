//! The help page: every key, drawn from the key table. It is searched by typing, and does what is chosen
//! where that can be done.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};

use crate::keymap::{Action, Binding, Keymap, Scope};

use super::frame::{centred, inside};
use super::list;
use super::next::{Go, Next};
use super::shared::Shared;
use super::text_field::TextField;

/// The help page.
#[derive(Clone, Debug)]
pub struct HelpPage {
    /// The scopes of where it was asked, innermost first; their keys come first, and can be run.
    scopes: Vec<Scope>,
    /// What is searched, once somebody searches.
    pub search: Option<TextField>,
    /// The chosen one of all keys that are listed.
    pub at: usize,
    /// Lines scrolled off the top.
    top: usize,
}

/// One line of the page.
#[derive(Clone, Copy, Debug)]
pub enum HelpLine<'k> {
    /// The name of a scope.
    Heading(Scope),
    /// Keys and what they do; their number among all that are listed.
    Keys(usize, &'k Binding),
    /// Between two scopes.
    Blank,
}

/// Cells of one column.
const COLUMN: u16 = 54;
/// Bytes of a search.
const LONGEST: usize = 128;

/// Where the page lies, with its border, and how many columns it has. Header, message and hints stay in sight.
pub fn page_area(shared: &Shared) -> (Rect, usize) {
    let ground = shared.areas().map(|areas| areas.ground()).unwrap_or_default();
    let columns = if ground.width >= 2 * COLUMN + 6 { 2 } else { 1 };
    (centred(ground, COLUMN * columns + 4, ground.height), usize::from(columns))
}

impl HelpPage {
    /// The scopes in the order of the page: where it was asked first, then what counts everywhere.
    fn order(&self) -> Vec<Scope> {
        let rest = Scope::ALL.into_iter().filter(|scope| !self.scopes.contains(scope));
        self.scopes.iter().copied().chain(rest).collect()
    }

    /// What is listed of a scope: what acts before what only moves.
    fn of_scope<'k>(&self, keys: &'k Keymap, scope: Scope) -> Vec<&'k Binding> {
        let typed = self.search.as_ref().map(TextField::text).unwrap_or_default();
        let listed = keys.of_scope(scope).filter(|binding| fits(binding, typed.trim()));
        let (moves, acts): (Vec<_>, Vec<_>) = listed.partition(|binding| binding.action.leads_about());
        acts.into_iter().chain(moves).collect()
    }

    /// The page in columns of about the same length. A scope stays in one piece.
    pub fn columns<'k>(&self, keys: &'k Keymap, count: usize) -> Vec<Vec<HelpLine<'k>>> {
        let mut number = 0;
        let mut scopes: Vec<Vec<HelpLine<'_>>> = Vec::new();
        for scope in self.order() {
            let listed = self.of_scope(keys, scope);
            if listed.is_empty() {
                continue;
            }
            let lines = listed.into_iter().map(|binding| {
                number += 1;
                HelpLine::Keys(number - 1, binding)
            });
            let lines = std::iter::once(HelpLine::Heading(scope)).chain(lines).chain([HelpLine::Blank]);
            scopes.push(lines.collect());
        }
        let whole: usize = scopes.iter().map(Vec::len).sum();
        let enough = whole.div_ceil(count.max(1));
        let mut columns: Vec<Vec<HelpLine<'_>>> = vec![Vec::new()];
        for scope in scopes {
            let more = columns.len() < count;
            if let Some(column) = columns.last_mut()
                && (column.is_empty() || !more || column.len() + scope.len() / 2 <= enough)
            {
                column.extend(scope);
            } else {
                columns.push(scope);
            }
        }
        columns
    }

    /// Lines of the page that there is room for.
    pub fn room(&self, shared: &Shared) -> usize {
        let (area, _) = page_area(shared);
        let line_of_search = usize::from(self.search.is_some());
        usize::from(inside(area).height).saturating_sub(line_of_search)
    }

    /// The first line that is shown: the chosen one is in sight, with the name of its scope where that stands
    /// just above it.
    pub fn scroll(&self, columns: &[Vec<HelpLine<'_>>], room: usize) -> usize {
        // The blank behind the last scope is nothing to scroll to.
        let longest = columns.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
        let is_chosen = |line: &HelpLine<'_>| matches!(line, HelpLine::Keys(number, _) if *number == self.at);
        let line = columns.iter().find_map(|column| column.iter().position(is_chosen)).unwrap_or(0);
        let above = if line == 1 { 0 } else { line };
        let room = room.max(1);
        self.top.min(above).max((line + 1).saturating_sub(room)).min(longest.saturating_sub(room))
    }
}

/// Whether a key is among what is searched: one character is a key, more are words of what stands there.
fn fits(binding: &Binding, typed: &str) -> bool {
    let mut chars = typed.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return binding.keys.iter().any(|key| key.is_printable() && key.code == KeyCode::Char(c));
    }
    let words = [binding.labels(), &binding.action.name(), binding.action.help(), binding.action.hint()];
    let words = words.join(" ").to_lowercase();
    typed.to_lowercase().split_whitespace().all(|part| words.contains(part))
}

impl HelpPage {
    /// The page for where the operator is.
    pub(super) fn open(scopes: &[Scope]) -> Self {
        Self { scopes: scopes.to_vec(), search: None, at: 0, top: 0 }
    }

    /// The scope of its keys; while it is searched printable ones are text.
    pub(super) fn scope(&self) -> Scope {
        if self.search.is_some() { Scope::Search } else { Scope::Help }
    }

    /// The keys that are listed, in the order of the page.
    fn listed<'k>(&self, keys: &'k Keymap) -> Vec<&'k Binding> {
        self.order().into_iter().flat_map(|scope| self.of_scope(keys, scope)).collect()
    }

    /// The key that is listed at a position.
    pub(super) fn number_at(&self, shared: &Shared, position: Position) -> Option<usize> {
        let (place, count) = page_area(shared);
        let inner = inside(place.intersection(shared.areas()?.ground()));
        let above = u16::from(self.search.is_some());
        let width = (inner.width / u16::try_from(count).ok()?.max(1)).max(1);
        let line = usize::from(position.y.checked_sub(inner.y.saturating_add(above))?);
        if !inner.contains(position) {
            return None;
        }
        let columns = self.columns(&shared.setup.keys, count);
        let scroll = self.scroll(&columns, self.room(shared));
        let column = columns.get(usize::from((position.x - inner.x) / width))?;
        match column.get(scroll + line)? {
            HelpLine::Keys(number, _) => Some(*number),
            HelpLine::Heading(_) | HelpLine::Blank => None,
        }
    }

    /// A key on the page.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        let listed = self.listed(&shared.setup.keys);
        match action {
            Action::Back if self.search.is_some() => self.search_for(None),
            Action::Back | Action::Close | Action::Help => return Next::close(),
            Action::Search if self.search.is_none() => {
                self.search_for(Some(TextField::line("").at_most(LONGEST)));
            }
            Action::Run => {
                let Some(binding) = listed.get(self.at) else { return Next::stay() };
                if self.scopes.contains(&binding.scope) {
                    return Go::Run(binding.action).into();
                }
                let (key, place) = (binding.label(), binding.scope.title());
                let words =
                    format!("{key} means \"{}\" in {place}, and that is not open", binding.action.help());
                shared.say(words);
            }
            _ => {
                let (_, columns) = page_area(shared);
                let room = self.room(shared);
                if let Some(at) = list::moved(action, self.at, listed.len(), room) {
                    self.at = at;
                }
                let columns = self.columns(&shared.setup.keys, columns);
                self.top = self.scroll(&columns, room);
            }
        }
        Next::stay()
    }

    /// Searches for something else, or not at all any more.
    fn search_for(&mut self, search: Option<TextField>) {
        (self.search, self.at, self.top) = (search, 0, 0);
    }

    /// A key while it is searched.
    pub(super) fn on_key(&mut self, shared: &mut Shared, event: KeyEvent, action: Option<Action>) -> Next {
        if let Some(action) = action {
            return self.on_action(shared, action);
        }
        let Some(search) = &mut self.search else { return Next::stay() };
        if event.code == KeyCode::Backspace && search.is_empty() {
            self.search_for(None);
        } else if search.key(event) {
            (self.at, self.top) = (0, 0);
        }
        shared.say_left_out(self.search.as_ref().and_then(TextField::left_out));
        Next::stay()
    }

    /// A paste, while it is searched.
    pub(super) fn on_paste(&mut self, shared: &mut Shared, pasted: &str) {
        let Some(search) = &mut self.search else { return shared.drop_paste() };
        search.paste(pasted);
        shared.say_left_out(search.left_out());
        (self.at, self.top) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{board, feed, key, press, rebound, type_in};
    use crate::app::{Effect, Layer, Message, State};

    const SIZES: [(u16, u16); 4] = [(120, 40), (80, 24), (40, 12), (30, 8)];

    fn page(state: &State) -> &HelpPage {
        let Some(Layer::Help(page)) = state.layers.last() else { panic!("{:?}", state.layers) };
        page
    }

    fn listed(state: &State) -> Vec<(Scope, Action)> {
        let listed = page(state).listed(&state.setup.keys);
        listed.iter().map(|binding| (binding.scope, binding.action)).collect()
    }

    fn note(state: &State) -> &str {
        state.note.as_ref().map_or("", |note| note.text.as_str())
    }

    /// The lines that are in sight, of all columns.
    fn in_sight(state: &State) -> Vec<(Option<usize>, bool)> {
        let (page, keys) = (page(state), &state.setup.keys);
        let columns = page.columns(keys, page_area(state).1);
        let room = page.room(state);
        let scroll = page.scroll(&columns, room);
        let shown = columns.into_iter().flat_map(|column| column.into_iter().skip(scroll).take(room));
        let number = |line: HelpLine<'_>| match line {
            HelpLine::Keys(number, _) => (Some(number), false),
            HelpLine::Heading(_) => (None, true),
            HelpLine::Blank => (None, false),
        };
        shown.map(number).collect()
    }

    #[test]
    fn what_acts_here_comes_first_then_what_moves_then_what_counts_everywhere_then_the_rest() {
        let mut state = board((120, 40));
        type_in(&mut state, "?");
        let listed = listed(&state);
        assert_eq!(listed[0], (Scope::Tasks, Action::Open));
        let moves = listed.iter().position(|(_, action)| action.leads_about()).unwrap();
        let of_here = listed.iter().take_while(|(scope, _)| *scope == Scope::Tasks).count();
        assert!(listed[moves..of_here].iter().all(|(_, action)| action.leads_about()), "{listed:?}");
        assert_eq!(listed[of_here].0, Scope::Global);
        let all: usize = Scope::ALL.into_iter().map(|scope| state.setup.keys.of_scope(scope).count()).sum();
        assert_eq!(listed.len(), all, "nothing is missing");
    }

    #[test]
    fn enter_does_what_is_chosen_as_its_key_would() {
        let mut state = board((120, 40));
        type_in(&mut state, "?/cancel the");
        assert_eq!(listed(&state)[0], (Scope::Tasks, Action::Cancel));
        let effects = press(&mut state, KeyCode::Enter);
        assert!(matches!(effects.as_slice(), [Effect::Get { .. }]), "{effects:?}");
        assert!(state.review().is_some() && state.layers.len() == 1, "a review, and no help under it");
        let mut state = board((120, 40));
        type_in(&mut state, "?jj");
        let (_, chosen) = listed(&state)[2];
        let mut by_key = board((120, 40));
        press(&mut state, KeyCode::Enter);
        let pressed = by_key.setup.keys.of_scope(Scope::Tasks).find(|b| b.action == chosen).unwrap().keys[0];
        feed(&mut by_key, [Message::Key(KeyEvent::new(pressed.code, pressed.mods))]);
        assert_eq!(format!("{:?}", state.layers), format!("{:?}", by_key.layers));
    }

    #[test]
    fn what_belongs_to_another_place_says_where_and_stays() {
        let mut state = board((120, 40));
        type_in(&mut state, "?/discard");
        assert_eq!(listed(&state), [(Scope::Form, Action::Discard)]);
        assert_eq!(press(&mut state, KeyCode::Enter), []);
        assert!(note(&state).contains("in Form, and that is not open"), "{}", note(&state));
        assert_eq!(state.layers.len(), 1);
    }

    #[test]
    fn a_search_takes_words_of_keys_names_and_texts_and_one_character_is_a_key() {
        let mut state = board((120, 40));
        type_in(&mut state, "?/D");
        assert!(listed(&state).iter().all(|(_, action)| *action == Action::Cancel), "{:?}", listed(&state));
        assert!(!listed(&state).is_empty());
        for (typed, action) in [
            ("ctrl-r", Action::Refresh),
            ("edit-time", Action::EditTime),
            ("time only", Action::EditTime),
            ("API", Action::Calls),
        ] {
            let mut state = board((120, 40));
            type_in(&mut state, "?/");
            type_in(&mut state, typed);
            assert!(
                listed(&state).iter().any(|(_, found)| *found == action),
                "{typed}: {:?}",
                listed(&state)
            );
        }
        type_in(&mut state, " nothing such");
        assert_eq!(listed(&state), []);
        assert_eq!(press(&mut state, KeyCode::Enter), []);
        assert_eq!(state.layers.len(), 1);
    }

    #[test]
    fn esc_leaves_the_search_then_the_page_and_keys_are_text_only_while_it_is_searched() {
        let mut state = board((80, 24));
        type_in(&mut state, "?/q?");
        assert_eq!(page(&state).search.as_ref().unwrap().text(), "q?");
        press(&mut state, KeyCode::Esc);
        assert!(page(&state).search.is_none());
        press(&mut state, KeyCode::Esc);
        assert!(state.layers.is_empty());
        for close in ["?q", "??"] {
            type_in(&mut state, close);
            assert!(state.layers.is_empty(), "{close}");
        }
        type_in(&mut state, "?/a");
        feed(&mut state, [key(KeyCode::Backspace), key(KeyCode::Backspace)]);
        assert!(page(&state).search.is_none(), "one backspace too many");
        feed(&mut state, [Message::Pasted("cancel".to_owned())]);
        assert!(note(&state).contains("paste"), "{}", note(&state));
        type_in(&mut state, "/");
        feed(&mut state, [Message::Pasted("cancel\n".to_owned())]);
        assert_eq!(page(&state).search.as_ref().unwrap().text(), "cancel");
    }

    #[test]
    fn the_chosen_key_is_always_in_sight_and_the_first_has_its_heading() {
        for size in SIZES {
            for search in ["", "/e", "/re"] {
                let mut state = board(size);
                type_in(&mut state, "?");
                type_in(&mut state, search);
                let count = listed(&state).len();
                let all = |code, times: usize| std::iter::repeat_n(key(code), times);
                let walk = all(KeyCode::Down, count + 2)
                    .chain(all(KeyCode::PageUp, 3))
                    .chain(all(KeyCode::PageDown, 4))
                    .chain(all(KeyCode::Up, count + 2));
                for message in walk {
                    feed(&mut state, [message]);
                    let at = page(&state).at;
                    assert!(at < count.max(1), "{size:?}");
                    assert!(
                        count == 0 || in_sight(&state).contains(&(Some(at), false)),
                        "{size:?} {search} {at}"
                    );
                }
                assert!(count == 0 || in_sight(&state)[0].1, "{size:?} {search}: {:?}", in_sight(&state));
            }
        }
    }

    #[test]
    fn the_key_of_help_closes_it_also_while_it_is_searched() {
        let mut state = board((80, 24));
        state.setup.keys = rebound("[keys.global]\nhelp = 'F1'");
        for search in ["", "/ca"] {
            press(&mut state, KeyCode::F(1));
            type_in(&mut state, search);
            assert_eq!(state.layers.len(), 1);
            press(&mut state, KeyCode::F(1));
            assert!(state.layers.is_empty(), "{search}");
        }
        // Over a form, where printable keys are text, it offers and does what the form can.
        type_in(&mut state, "n");
        press(&mut state, KeyCode::F(1));
        type_in(&mut state, "/next-field");
        let before = state.form().unwrap().focus;
        press(&mut state, KeyCode::Enter);
        assert!(state.layers.len() == 1 && state.form().is_some_and(|form| form.focus != before));
    }
}
