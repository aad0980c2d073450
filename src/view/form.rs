//! The form of a task: one column of labels in words, the values beside them, and beside those what is to be
//! known of them; in the lower edge what the field takes. Nothing moves when any of this comes or goes.
//!
//! On wide screens the notification stands beside it as a phone would show it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::State;
use crate::app::form::{Form, FormField, Purpose};
use crate::app::lines::card;
use crate::domain::{Audience, text, when};
use crate::keymap::{Action, Scope};
use crate::theme::Theme;

use super::cells::{foot, put, style_of};
use super::overlay::{badged, centred};
use super::text_field;

mod rows;
#[cfg(test)]
mod tests;

use rows::{ComposedForm, FormRow};

/// Widest form.
const WIDEST: u16 = 124;
/// Height of the form while no group is open: all of it, for the type with the most fields.
const FOLDED: u16 = 20;
/// Height of the form for the time alone.
const ONLY_TIME: u16 = 14;
/// Cells of the upper edge that no title has: the badge, corners and gaps.
const BADGE: u16 = 17;
/// From this width on the preview has its own column.
const WITH_PREVIEW: u16 = 100;
/// The column of the preview: the widest card.
const PREVIEW: u16 = 42;
/// From this height on there is air above the groups, and a second line for the help.
const ROOMY: u16 = 20;

/// Draws the form in the middle of `area`, and says where its cursor stands; a group that is opened makes it
/// longer, downwards.
pub(super) fn render(
    state: &State,
    form: &Form,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let outer = frame(form, area);
    let inner = badged(&title(state, form, outer), state.setup.environment, outer, buf, theme);
    if inner.is_empty() {
        return None;
    }
    let roomy = outer.height >= ROOMY;
    let mut column = inner;
    if outer.width >= WITH_PREVIEW {
        column.width = column.width.saturating_sub(PREVIEW + 3);
    }
    let ComposedForm { rows, unsaid } = rows::all(state, form, theme, column.width, roomy);
    let help = Help::new(state, form, unsaid, theme, outer, inner, roomy);
    column.height = inner.height.saturating_sub(help.height());
    if outer.width >= WITH_PREVIEW {
        let beside = Rect { x: inner.right().saturating_sub(PREVIEW), width: PREVIEW, ..column };
        preview(state, form, theme, beside, buf);
    }
    let top = first_row(&rows, form.focus, usize::from(column.height));
    let mut cursor = None;
    for (y, row) in (column.y..column.bottom()).zip(rows.iter().skip(top)) {
        cursor = cursor.or(draw(row, theme, Rect { y, height: 1, ..column }, buf));
    }
    help.draw(theme, buf);
    keys(state, theme, outer, buf);
    cursor
}

/// Where it stands: its upper edge stays while groups open and fold.
fn frame(form: &Form, area: Rect) -> Rect {
    let only_time = matches!(form.purpose, Purpose::Time(_));
    let folded = centred(area, WIDEST, if only_time { ONLY_TIME } else { FOLDED });
    let y = area.y + (area.height - folded.height) / 3;
    let height = if form.open.is_empty() { folded.height } else { area.bottom() - y };
    Rect { y, height, ..folded }
}

fn title(state: &State, form: &Form, outer: Rect) -> String {
    let what = match &form.purpose {
        Purpose::New => "New push".to_owned(),
        Purpose::From(id) => format!("New push from #{id}"),
        Purpose::Edit(task) => format!("Edit #{}", task.id),
        Purpose::Time(task) => format!("Change the time of #{}", task.id),
    };
    let what = match form.created_as {
        Some(id) => format!("{what} · created as #{id}"),
        None => what,
    };
    let Some([draft, key]) = form.draft_state(state.now.utc, &state.setup.keys) else { return what };
    // Where there is little room, that it is a draft counts for more than what it is for.
    let room = usize::from(outer.width.saturating_sub(BADGE));
    let wordings = [format!("{what} · {draft}, {key}"), format!("{what} · {draft}")];
    wordings.into_iter().find(|words| text::width(words) <= room).unwrap_or(draft)
}

/// What the keys of the form do, in its lower edge, as far as there is room.
fn keys(state: &State, theme: &Theme, outer: Rect, buf: &mut Buffer) {
    let key = |action| state.key(Scope::Form, action);
    let all = [
        format!("{} next", key(Action::NextField)),
        format!("{} review", key(Action::Review)),
        format!("{} keeps the draft", key(Action::Back)),
    ];
    let room = usize::from(outer.width.saturating_sub(4));
    let fits = |words: &String| text::width(words) + 2 <= room;
    let shown =
        (1..=all.len()).rev().map(|count| all.iter().take(count).cloned().collect::<Vec<_>>().join(" · "));
    if let Some(words) = shown.into_iter().find(fits) {
        foot(&format!(" {words} "), false, theme.muted(), outer, buf);
    }
}

/// What the field takes, or what is wrong with it where there was no room beside it: a line across the form,
/// and where there is room one below that is kept for it.
struct Help {
    lines: Vec<String>,
    style: Style,
    /// Lines below the one across.
    below: u16,
    outer: Rect,
    inner: Rect,
}

impl Help {
    fn new(
        state: &State,
        form: &Form,
        unsaid: Option<(String, Style)>,
        theme: &Theme,
        outer: Rect,
        inner: Rect,
        roomy: bool,
    ) -> Self {
        let is_help = unsaid.is_none();
        let (words, style) =
            unsaid.unwrap_or_else(|| (form.help(state.setup.zone, &state.setup.keys), theme.muted()));
        let across = usize::from(outer.width.saturating_sub(6));
        let mut lines = text::wrap(&text::clean(&words), across);
        let kept = usize::from(roomy);
        // What is wrong is read whole also where no line is kept for it.
        let most = if is_help { 1 + kept } else { (1 + kept).max(3) };
        let most = most.min(usize::from(inner.height.saturating_sub(1)));
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                *last = text::cut(&format!("{last} …"), across).into_owned();
            }
        }
        let below = lines.len().saturating_sub(1).max(kept).min(most.saturating_sub(1));
        Self { lines, style, below: u16::try_from(below).unwrap_or(0), outer, inner }
    }

    /// Lines that it takes of the room inside.
    fn height(&self) -> u16 {
        (1 + self.below).min(self.inner.height.saturating_sub(1))
    }

    fn draw(&self, theme: &Theme, buf: &mut Buffer) {
        if self.height() == 0 {
            return;
        }
        let (outer, y) = (self.outer, self.inner.bottom() - self.height());
        let across = format!("├{}┤", "─".repeat(usize::from(outer.width.saturating_sub(2))));
        put(buf, outer.x, y, outer.width, &across, theme.accent());
        let mut lines = self.lines.iter();
        if let Some(first) = lines.next() {
            put(buf, outer.x + 2, y, outer.width.saturating_sub(4), &format!(" {first} "), self.style);
        }
        for (y, line) in (y + 1..self.inner.bottom()).zip(lines) {
            put(buf, outer.x + 3, y, outer.width.saturating_sub(6), line, self.style);
        }
    }
}

/// The first row on screen, so that the field that has the keys stands about the middle.
fn first_row(rows: &[FormRow], focus: FormField, height: usize) -> usize {
    let has_keys = |row: &FormRow| row.fields.contains(&focus);
    let first = rows.iter().position(has_keys).unwrap_or(0);
    let last = rows.iter().rposition(has_keys).unwrap_or(first);
    let middle = usize::midpoint(first, last);
    let top = middle.saturating_sub(height / 2).min(rows.len().saturating_sub(height));
    top.max((last + 1).saturating_sub(height)).min(first)
}

/// Draws a row, and says where its cursor stands.
fn draw(row: &FormRow, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let mut right = area.right();
    let mut x = area.x;
    if let Some((at, words, style)) = &row.beside {
        let from = area.x.saturating_add(u16::try_from(*at).unwrap_or(u16::MAX)).min(right);
        put(buf, from, area.y, right - from, words, *style);
        right = from.saturating_sub(2).max(x);
    }
    for (words, style) in &row.parts {
        x = put(buf, x, area.y, right.saturating_sub(x), words, *style);
    }
    let cursor = row.cursor.as_ref()?;
    let beside = Rect { x, width: right.saturating_sub(x), ..area };
    buf.set_style(beside, theme.field());
    let position = text_field::cursor_line(&cursor.line, cursor.column, theme, beside, buf);
    if cursor.selected {
        text_field::selected(theme, beside, buf);
    }
    position
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
            match &audience {
                Audience::Unclear(_) => say("goes to nobody yet", theme.muted()),
                Audience::Everyone | Audience::Matching(_) | Audience::Accounts(_) => {
                    say(&format!("to {}", audience.in_words(&state.setup.profile)), theme.bold());
                }
            }
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
