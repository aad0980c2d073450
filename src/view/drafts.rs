//! The list of drafts: the form, the title, the age, and what became of each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::drafts::{DraftList, form_of, mark_of};
use crate::domain::kept::{DraftState, KeptDraft};
use crate::domain::{text, when};
use crate::theme::Theme;

use super::cells::put;
use super::overlay::overlay;

/// Room of the form's name.
const FORM: u16 = 20;
/// Room of the age.
const AGE: u16 = 9;
/// Room of what became of it.
const MARK: u16 = 24;
/// A title needs so much room beside the other columns, or the form's name leaves, and then the age.
const TITLE: u16 = 16;
/// The least that is shown of a title.
const LEAST: u16 = 8;

/// Draws the drafts, the chosen one in sight, or why there are none.
pub(super) fn render(state: &State, list: &DraftList, theme: &Theme, buf: &mut Buffer) {
    let rows = list.rows(state);
    let inner = overlay("Drafts", rows.frame, buf, theme);
    if inner.is_empty() {
        return;
    }
    let (words, style) = match &list.drafts {
        None => ("reading…".to_owned(), theme.muted()),
        Some(Err(why)) => (text::clean(why).into_owned(), theme.danger()),
        Some(Ok(drafts)) if drafts.is_empty() => (
            "no draft is kept; what you type in a form is, from the first second on".to_owned(),
            theme.muted(),
        ),
        Some(Ok(drafts)) => {
            for (y, (i, kept)) in (inner.y..inner.bottom()).zip(drafts.iter().enumerate().skip(rows.top)) {
                row(state, kept, i == list.at, theme, Rect { y, height: 1, ..inner }, buf);
            }
            return;
        }
    };
    for (y, line) in (inner.y..inner.bottom()).zip(text::wrap(&words, usize::from(inner.width))) {
        put(buf, inner.x, y, inner.width, &line, style);
    }
}

fn row(state: &State, kept: &KeptDraft, chosen: bool, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let x = put(buf, area.x, area.y, area.width, if chosen { "▸ " } else { "  " }, theme.accent());
    let left = area.right().saturating_sub(x);
    let age_room = if left >= AGE + MARK + TITLE { AGE } else { 0 };
    let form = if left >= FORM + AGE + MARK + TITLE { FORM } else { 0 };
    let column =
        |words: &str, room: u16| text::pad(&text::cut(words, usize::from(room) - 1), usize::from(room));
    let mut x = x;
    if form > 0 {
        x = put(buf, x, area.y, form, &column(&form_of(&kept.slot), form), theme.muted());
    }
    let title = text::clean(kept.draft.entry("OfflinePushInfo.Title")).into_owned();
    let (title, style) = if title.trim().is_empty() {
        ("(no title)".to_owned(), theme.muted())
    } else {
        (title, theme.plain())
    };
    let room = area.right().saturating_sub(x).saturating_sub(age_room + MARK).max(LEAST.min(left));
    let mut x = put(buf, x, area.y, room, &column(&title, room.max(1)), style);
    if age_room > 0 {
        let age = format!("{} ago", when::age(state.now.utc - kept.at));
        x = put(buf, x, area.y, area.right().saturating_sub(x), &column(&age, AGE), theme.muted());
    }
    let tone = match kept.state {
        DraftState::Created(_) | DraftState::Archived | DraftState::Current => theme.muted(),
        DraftState::Sent | DraftState::Unknown | DraftState::Elsewhere => theme.warn(),
    };
    put(buf, x, area.y, area.right().saturating_sub(x), &mark_of(kept.state), tone);
    if chosen {
        buf.set_style(area, theme.selected());
    }
}
