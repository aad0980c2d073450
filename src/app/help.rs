//! The help page: every key, drawn from the key table.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing here")]

use ratatui::layout::Rect;

use crate::keymap::{Action, Binding, Keymap, Scope};

use super::next::Next;
use super::shared::Shared;

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
    fn order(&self) -> Vec<Scope> {
        let rest = Scope::ALL.into_iter().filter(|scope| *scope != self.scope);
        std::iter::once(self.scope).chain(rest).collect()
    }

    /// The page in columns of about the same length. A scope stays in one piece.
    pub fn columns<'k>(&self, keys: &'k Keymap, count: usize) -> Vec<Vec<HelpLine<'k>>> {
        let lines = |scope| scope_lines(keys, scope);
        let scopes: Vec<Vec<HelpLine<'_>>> = self.order().into_iter().map(lines).collect();
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
}

/// One line of the page.
#[derive(Clone, Copy, Debug)]
pub enum HelpLine<'k> {
    /// The name of a scope.
    Heading(Scope),
    /// Keys and what they do.
    Keys(&'k Binding),
    /// Between two scopes.
    Blank,
}

fn scope_lines(keys: &Keymap, scope: Scope) -> Vec<HelpLine<'_>> {
    let keys = keys.of_scope(scope).map(HelpLine::Keys);
    std::iter::once(HelpLine::Heading(scope)).chain(keys).chain([HelpLine::Blank]).collect()
}

/// Cells of one column.
const COLUMN: u16 = 54;

/// Where the page lies on a screen of this size, with its border, and how many columns it has.
pub fn page_area(size: (u16, u16)) -> (Rect, usize) {
    let (width, height) = size;
    let columns = if width >= 2 * COLUMN + 6 { 2 } else { 1 };
    let wanted = COLUMN * columns + 4;
    let across = wanted.min(width);
    // The header and the hint line stay in sight.
    let area = Rect::new((width - across) / 2, 1, across, height.saturating_sub(2));
    (area, usize::from(columns))
}

/// The farthest scroll: the last line of the longest column stands on the last line of the page.
pub fn longest_scroll(page: &HelpPage, keys: &Keymap, size: (u16, u16)) -> u16 {
    let (area, columns) = page_area(size);
    // The blank behind the last scope is nothing to scroll to.
    let longest = page.columns(keys, columns).iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    u16::try_from(longest).unwrap_or(u16::MAX).saturating_sub(area.height.saturating_sub(2))
}

impl HelpPage {
    /// The page for where the operator is.
    pub(super) fn open(scopes: &[Scope]) -> Self {
        Self { scope: scopes.first().copied().unwrap_or(Scope::Global), scroll: 0 }
    }

    /// A key on the page.
    pub(super) fn on_action(&mut self, shared: &mut Shared, action: Action) -> Next {
        let (size, height) = (shared.size, shared.size.1);
        let most = longest_scroll(self, &shared.setup.keys, size);
        let scroll = self.scroll.min(most);
        let moved = match action {
            Action::Down => scroll.saturating_add(1),
            Action::Up => scroll.saturating_sub(1),
            Action::PageDown => scroll.saturating_add(height / 2),
            Action::PageUp => scroll.saturating_sub(height / 2),
            Action::First => 0,
            Action::Last => most,
            Action::Back | Action::Close | Action::Help => return Next::close(),
            _ => scroll,
        };
        self.scroll = moved.min(most);
        Next::stay()
    }
}
