//! The help page: every key, drawn from the key table.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an action or key that means nothing here does nothing here"
)]

use crate::keymap::{self, Action, Scope};

use super::effect::Effect;
use super::state::{Layer, State};

/// The help page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpPage {
    /// The scope it was asked in; its keys come first.
    pub scope: Scope,
    /// Lines scrolled off the top.
    pub scroll: u16,
}

impl HelpPage {
    /// The scopes in the order of the page: where it was asked first.
    pub fn order(&self) -> Vec<Scope> {
        let rest = Scope::ALL.into_iter().filter(|scope| *scope != self.scope);
        std::iter::once(self.scope).chain(rest).collect()
    }

    /// Lines of the page: a heading and a blank for each scope.
    pub fn lines(&self) -> usize {
        self.order().iter().map(|scope| keymap::of_scope(*scope).count() + 2).sum()
    }
}

/// Opens the page for where the operator is.
pub fn open(state: &mut State) {
    let scope = state.scopes().first().copied().unwrap_or(Scope::Global);
    state.layers.push(Layer::Help(HelpPage { scope, scroll: 0 }));
}

/// A key on the page.
pub fn on_action(state: &mut State, action: Action) -> Vec<Effect> {
    let height = state.size.1;
    let Some(Layer::Help(page)) = state.layers.last_mut() else { return Vec::new() };
    let most = u16::try_from(page.lines()).unwrap_or(u16::MAX).saturating_sub(height / 2);
    match action {
        Action::Down => page.scroll = page.scroll.saturating_add(1),
        Action::Up => page.scroll = page.scroll.saturating_sub(1),
        Action::PageDown => page.scroll = page.scroll.saturating_add(height / 2),
        Action::PageUp => page.scroll = page.scroll.saturating_sub(height / 2),
        Action::First => page.scroll = 0,
        Action::Last => page.scroll = most,
        Action::Back | Action::Close | Action::Help => {
            state.layers.pop();
            return Vec::new();
        }
        _ => {}
    }
    page.scroll = page.scroll.min(most);
    Vec::new()
}
