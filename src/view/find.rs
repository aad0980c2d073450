//! The form of a server-side find.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::State;
use crate::app::find::{FIELDS, Find};
use crate::domain::{text, when};
use crate::theme::Theme;

use super::cells::put;
use super::overlay::{centred, overlay};
use super::text_field;

/// Room of the labels.
const LABEL: u16 = 9;
/// Rows with a line of help under each field, and a foot.
const ROOMY: u16 = 10;

/// Draws the fields, each with what it takes or what is wrong with it; on a low screen only for the
/// field that has the keys.
pub(super) fn render(
    state: &State,
    find: &Find,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let roomy = area.height >= ROOMY;
    let height = if roomy { ROOMY } else { 6 };
    let inner = overlay("Find on the server", centred(area, 80, height), buf, theme);
    let mut y = inner.y;
    let mut cursor = None;
    for (i, ((label, help), field)) in FIELDS.iter().zip(&find.entries).enumerate() {
        if y >= inner.bottom() {
            return cursor;
        }
        let focused = i == find.focus;
        let style = if focused { theme.accent() } else { theme.muted() };
        put(buf, inner.x, y, LABEL.min(inner.width), label, style);
        let beside =
            Rect { x: inner.x.saturating_add(LABEL), y, width: inner.width.saturating_sub(LABEL), height: 1 };
        cursor = cursor.or(text_field::line(field, focused, theme, beside, buf));
        y += 1;
        if roomy {
            under(find, i, help, theme, (Rect { y, ..beside }, inner), buf);
            y += 1;
        }
    }
    if !roomy {
        let (_, help) = FIELDS.get(find.focus).copied().unwrap_or_default();
        let whole = Rect { y, height: 1, ..inner };
        under(find, find.focus, help, theme, (whole, inner), buf);
        return cursor;
    }
    y += 1;
    if y < inner.bottom() {
        let zone = when::zone_label(state.server_now(), state.zone);
        let foot = format!("times are {} ({zone}) · asking costs one call", state.zone.name());
        put(buf, inner.x, y, inner.width, &foot, theme.muted());
    }
    cursor
}

/// What is wrong with a field, else what it takes.
fn under(find: &Find, i: usize, help: &str, theme: &Theme, (area, whole): (Rect, Rect), buf: &mut Buffer) {
    if area.y >= whole.bottom() {
        return;
    }
    match &find.problem {
        Some((at, problem)) if *at == i => {
            let words = format!("! {}", text::clean(problem));
            // Words that need it take the room under the label, too.
            let long = text::width(&words) > usize::from(area.width) && area.x > whole.x;
            let area = if long { Rect { y: area.y, ..whole } } else { area };
            put(buf, area.x, area.y, area.width, &words, theme.danger());
        }
        Some(_) | None => {
            put(buf, area.x, area.y, area.width, help, theme.muted());
        }
    }
}
