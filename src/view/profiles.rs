//! The list of profiles: what is at stake, the app, and what is to be read there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::State;
use crate::app::neighbour::Neighbour;
use crate::app::profiles::{ProfileList, ProfileRow, is_here, rows};
use crate::domain::profile::ALL_PROFILES;
use crate::domain::text;
use crate::theme::Theme;

use super::cells::{Segment, line, put};
use super::overlay::overlay;

/// Room of a badge, and the gap behind it.
const BADGE: u16 = 10;

/// Draws the list, the chosen one in sight.
pub(super) fn render(state: &State, list: ProfileList, theme: &Theme, buf: &mut Buffer) {
    let placed = list.rows(state);
    let inner = overlay("Profiles", placed.frame, buf, theme);
    let rows = rows(state);
    let widest = |words: fn(&ProfileRow<'_>) -> String| {
        rows.iter().map(|row| text::width(&words(row))).max().unwrap_or(0)
    };
    let widths = (widest(name), widest(app_words));
    for (y, (number, row)) in (inner.y..inner.bottom()).zip(rows.iter().enumerate().skip(placed.top)) {
        let area = Rect { y, height: 1, ..inner };
        draw(state, row, widths, theme, area, buf);
        if number == list.at {
            put(buf, area.x, y, 1, "▸", theme.accent());
            buf.set_style(area, theme.selected());
        }
    }
}

fn name(row: &ProfileRow<'_>) -> String {
    match row {
        ProfileRow::All => ALL_PROFILES.to_owned(),
        ProfileRow::One(profile, _) => text::clean(&profile.name).into_owned(),
    }
}

fn draw(
    state: &State,
    row: &ProfileRow<'_>,
    widths: (usize, usize),
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let is_here = is_here(state, row);
    let x = area.x + 2;
    if let ProfileRow::One(profile, _) = row {
        let badge = format!(" {} ", profile.environment.name().to_uppercase());
        put(buf, x, area.y, BADGE, &badge, theme.badge(profile.environment));
    }
    let rest = Rect { x: x + BADGE, width: area.width.saturating_sub(BADGE + 2), ..area };
    let name = text::pad(&name(row), widths.0);
    let mut left = vec![Segment::new("", name, if is_here { theme.bold() } else { theme.plain() }, 0)];
    let (words, style) = match row {
        ProfileRow::All => ("every app in one table; reads only".to_owned(), theme.muted()),
        ProfileRow::One(_, neighbour) => {
            left.push(Segment::new("  ", text::pad(&app_words(row), widths.1), theme.muted(), 2));
            said(*neighbour, is_here, theme)
        }
    };
    left.push(Segment::new("  ", words, style, 1));
    line(left, Vec::new(), theme.muted(), rest, buf);
}

fn app_words(row: &ProfileRow<'_>) -> String {
    let ProfileRow::One(profile, _) = row else { return String::new() };
    format!("{} · {}", profile.sdkappid, text::clean(&profile.place))
}

/// What is known of an app.
fn said(neighbour: Option<&Neighbour>, is_here: bool, theme: &Theme) -> (String, Style) {
    let Some(neighbour) = neighbour else {
        let words = if is_here { "on the screen" } else { "not open" };
        return (words.to_owned(), theme.muted());
    };
    let tasks = text::counted(neighbour.tasks, "task", "tasks");
    let at_least = if neighbour.is_complete { "" } else { "at least " };
    let open = format!("{} · {at_least}{tasks}", neighbour.connection);
    if neighbour.to_read > 0 {
        return (format!("{open} · {} to read", neighbour.to_read), theme.warn());
    }
    let style = if neighbour.is_live { theme.plain() } else { theme.danger() };
    (open, style)
}
