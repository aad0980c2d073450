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
/// Rows with a line under each field, and a foot of two.
const ROOMY: u16 = 11;

/// Draws the fields, each with how it is understood or what is wrong with it; on a low screen only for the field
/// that has the keys.
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
    let is_over = |field: usize| field == 2 && find.takes_both_ends(state.server_now(), state.zone);
    // The line under the field that has the keys counts for more than the fields that have them not.
    let shown = if roomy { FIELDS.len() } else { usize::from(inner.height.saturating_sub(1)).max(1) };
    let first = find.focus.min(FIELDS.len().saturating_sub(shown));
    let mut y = inner.y;
    let mut cursor = None;
    let fields = FIELDS.iter().zip(&find.entries).enumerate().skip(first).take(shown);
    for (i, ((label, _), field)) in fields {
        if y >= inner.bottom() {
            return cursor;
        }
        let focused = i == find.focus;
        let style = if focused { theme.accent() } else { theme.muted() };
        put(buf, inner.x, y, LABEL.min(inner.width), label, style);
        let beside =
            Rect { x: inner.x.saturating_add(LABEL), y, width: inner.width.saturating_sub(LABEL), height: 1 };
        if is_over(i) && !focused {
            put(buf, beside.x, y, beside.width, &text::clean(&field.text()), theme.muted());
        } else {
            cursor = cursor.or(text_field::line(field, focused, theme, beside, buf));
        }
        y += 1;
        if roomy {
            under(state, find, i, theme, (Rect { y, ..beside }, inner), buf);
            y += 1;
        }
    }
    let whole = Rect { y, height: 1, ..inner };
    if !roomy {
        under(state, find, find.focus, theme, (whole, inner), buf);
        return cursor;
    }
    let zone = when::zone_label(state.server_now(), state.zone);
    // What a field takes is said once: here, where the line under it says something else.
    let is_said =
        !find.has_problem(find.focus) && find.echo(find.focus, state.server_now(), state.zone).is_none();
    let foot = [
        if is_said { String::new() } else { help(find.focus).to_owned() },
        format!("times are {} ({zone}) · asking costs one call", state.zone.name()),
    ];
    for (y, words) in (y + 1..inner.bottom()).zip(foot) {
        put(buf, inner.x, y, inner.width, &words, theme.muted());
    }
    cursor
}

fn help(field: usize) -> &'static str {
    FIELDS.get(field).map_or("", |(_, help)| help)
}

/// What is wrong with a field, else how it is understood, else what it takes.
fn under(state: &State, find: &Find, i: usize, theme: &Theme, (area, whole): (Rect, Rect), buf: &mut Buffer) {
    if area.y >= whole.bottom() {
        return;
    }
    let (words, style) = match &find.problem {
        Some((at, problem)) if *at == i => (format!("! {}", text::clean(problem)), theme.danger()),
        Some(_) | None => match find.echo(i, state.server_now(), state.zone) {
            Some([long, short]) => {
                let fits = text::width(&long) <= usize::from(whole.width);
                (if fits { long } else { short }, theme.plain())
            }
            None => (help(i).to_owned(), theme.muted()),
        },
    };
    // Words that need it take the room under the label, too.
    let long = text::width(&words) > usize::from(area.width) && area.x > whole.x;
    let area = if long { Rect { y: area.y, ..whole } } else { area };
    put(buf, area.x, area.y, area.width, &words, style);
}
