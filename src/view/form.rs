//! The form of a task: labels in one column, values beside, what is wrong under the field that has
//! it, and on wide screens the notification as a phone would show it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::State;
use crate::app::form::{Form, FormField, Purpose};
use crate::app::lines::card;
use crate::domain::{Audience, text, when};
use crate::theme::Theme;

use super::cells::{put, style_of};
use super::overlay::{badged, centred};
use super::text_field;

mod rows;
#[cfg(test)]
mod tests;

use rows::FormRow;

/// Widest form.
const WIDEST: u16 = 124;
/// From this width on the preview has its own column.
const WITH_PREVIEW: u16 = 100;
/// The column of the preview: the widest card.
const PREVIEW: u16 = 42;
/// From this height on there is air between groups and above the foot.
const ROOMY: u16 = 20;

/// Draws the form on the whole of `area`, or in its middle on a very wide screen.
pub(super) fn render(
    state: &State,
    form: &Form,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let outer = centred(area, WIDEST, area.height);
    let inner = badged(&title(state, form), state.setup.environment, outer, buf, theme);
    if inner.is_empty() {
        return None;
    }
    let roomy = area.height >= ROOMY;
    let foot = foot(form, inner, roomy, theme, buf);
    let mut body = Rect { height: inner.height.saturating_sub(foot), ..inner };
    if area.width >= WITH_PREVIEW {
        let column = Rect { x: inner.right().saturating_sub(PREVIEW), width: PREVIEW, ..body };
        preview(state, form, theme, column, buf);
        body.width = body.width.saturating_sub(PREVIEW + 3);
    }
    let rows = rows::all(state, form, theme, body.width, roomy);
    let top = first_row(&rows, form.focus, usize::from(body.height));
    let mut cursor = None;
    for (y, row) in (body.y..body.bottom()).zip(rows.iter().skip(top)) {
        cursor = cursor.or(draw(row, theme, Rect { y, height: 1, ..body }, buf));
    }
    cursor
}

fn title(state: &State, form: &Form) -> String {
    let setup = &state.setup;
    let what = match &form.purpose {
        Purpose::New => "New task".to_owned(),
        Purpose::From(id) => format!("New task from #{id}"),
        Purpose::Edit(task) => format!("Edit #{}", task.id),
        Purpose::Time(task) => format!("Change the time of #{}", task.id),
    };
    let what = match form.created_as {
        Some(id) => format!("{what} · created as #{id}"),
        None => what,
    };
    let place = format!("{what} · {}", setup.profile);
    let (now, zone) = (state.server_now(), setup.zone);
    if form.shown_problems(now, zone).is_empty() {
        return place;
    }
    let count = form.problems(now, zone).len().max(1) as u64;
    format!("{place} · ! {}", text::counted(count, "problem", "problems"))
}

/// Draws what the field takes at the bottom; returns the lines that took.
fn foot(form: &Form, inner: Rect, roomy: bool, theme: &Theme, buf: &mut Buffer) -> u16 {
    let most = if roomy { 3 } else { 1 };
    let help = format!("{}: {}", form.focus.label(), form.focus.help());
    let mut lines = text::wrap(&help, usize::from(inner.width));
    if lines.len() > most {
        lines = lines.split_off(0).into_iter().take(most).collect();
        if let Some(last) = lines.last_mut() {
            *last = text::cut(&format!("{last} …"), usize::from(inner.width)).into_owned();
        }
    }
    let taken = u16::try_from(lines.len()).unwrap_or(0).min(inner.height.saturating_sub(1));
    let top = inner.bottom().saturating_sub(taken);
    for (y, line) in (top..inner.bottom()).zip(&lines) {
        put(buf, inner.x, y, inner.width, line, theme.muted());
    }
    taken + u16::from(roomy)
}

/// The first row on screen, so that the field that has the keys stands about the middle.
fn first_row(rows: &[FormRow], focus: FormField, height: usize) -> usize {
    let has_keys = |row: &FormRow| row.field == Some(focus);
    let first = rows.iter().position(has_keys).unwrap_or(0);
    let last = rows.iter().rposition(has_keys).unwrap_or(first);
    let middle = usize::midpoint(first, last);
    middle.saturating_sub(height / 2).min(rows.len().saturating_sub(height)).min(first)
}

/// Draws a row, and says where its cursor stands.
fn draw(row: &FormRow, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let mut right = area.right();
    let mut x = area.x;
    if let Some(beside) = &row.beside {
        let cells = u16::try_from(text::width(beside)).unwrap_or(u16::MAX);
        let from = right.saturating_sub(cells).max(x);
        put(buf, from, area.y, cells.min(area.width), beside, theme.muted());
        right = from.saturating_sub(2).max(x);
    }
    for (words, style) in &row.parts {
        x = put(buf, x, area.y, right.saturating_sub(x), words, *style);
    }
    let (line, column) = row.cursor.as_ref()?;
    let beside = Rect { x, width: right.saturating_sub(x), ..area };
    text_field::cursor_line(line, *column, theme, beside, buf)
}

/// The notification, who gets it and when.
fn preview(state: &State, form: &Form, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let width = usize::from(area.width);
    let content = form.content();
    // A card shows a few lines; what lies behind them is not worth a wrap at every key.
    let shown = |path: &str| -> String {
        content.text(path).chars().take(width * usize::from(area.height)).collect()
    };
    let (title, desc) = (shown("OfflinePushInfo.Title"), shown("OfflinePushInfo.Desc"));
    let mut lines: Vec<Vec<(String, Style)>> = card(&state.setup.profile, &title, &desc, width)
        .into_iter()
        .map(|line| line.into_iter().map(|part| (part.text, style_of(part.tone, theme))).collect())
        .collect();
    lines.push(Vec::new());
    let mut say = |words: &str, style: Style| {
        lines.extend(text::wrap(words, width).into_iter().map(|line| vec![(line, style)]));
    };
    match &form.draft.kind {
        None => say("goes to nobody yet", theme.muted()),
        Some(kind) => {
            let audience = content.audience(kind);
            let style = if matches!(audience, Audience::Unclear(_)) { theme.muted() } else { theme.bold() };
            say(&format!("to {}", audience.in_words(&state.setup.profile)), style);
        }
    }
    let (now, zone) = (state.server_now(), state.setup.zone);
    match form.draft.read_time(now, zone) {
        Ok(at) => {
            let style = if at <= now { theme.danger() } else { theme.bold() };
            say(&when::stamp(at, zone, now), style);
            say(&when::from_now(at, now), theme.plain());
        }
        Err(_) => say("no time yet", theme.muted()),
    }
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        let mut x = area.x;
        for (words, style) in line {
            x = put(buf, x, y, area.right().saturating_sub(x), &words, style);
        }
    }
}
