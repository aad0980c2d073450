//! The board of all profiles: a line for each app, and one table of their tasks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use crate::app::State;
use crate::app::overview::{AppStatus, Overview, OverviewAreas, OverviewRow};
use crate::domain::{Outcome, text, when};
use crate::theme::Theme;

use super::cells::{Segment, border, line, put};
use super::header;

/// Draws the whole board.
pub(super) fn render(state: &State, page: &Overview, theme: &Theme, buf: &mut Buffer) {
    let Some((areas, whole)) = page.areas(state).zip(state.areas()) else { return };
    header::of_overview(state, theme, whole.header, buf);
    tally(state, page, theme, whole.tally, buf);
    let apps = areas.apps;
    let widest = page.apps.iter().map(|app| text::width(&app.profile)).max().unwrap_or(0);
    for (app, y) in page.apps.iter().zip(apps.y..apps.bottom()) {
        app_line(app, widest, theme, Rect { y, height: 1, ..apps }, buf);
    }
    Clear.render(areas.table.intersection(buf.area), buf);
    let is_on_top = state.layers.len() == 1;
    let style = if is_on_top { theme.accent() } else { theme.muted() };
    let at_least = if page.apps.iter().all(|app| app.is_complete) { "" } else { "at least " };
    let title = format!(" Tasks of all profiles · {at_least}{} ", text::grouped(page.count as u64));
    border(&title, style, areas.table, buf);
    table(state, page, &areas, theme, buf);
}

/// Which screens there are, and what waits to be read where.
fn tally(state: &State, page: &Overview, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let said = super::screens::screens(state, theme, 0);
    let live = page.apps.iter().filter(|app| app.is_live).count();
    let all = page.apps.len();
    let style = if live == all { theme.muted() } else { theme.warn() };
    let right = vec![Segment::new("", format!("{live} of {all} live"), style, 1)];
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    line(said, right, theme.muted(), inner, buf);
}

/// Room of a badge, and the gap behind it.
const BADGE: u16 = 10;

/// What is said of an app.
fn app_line(app: &AppStatus, widest: usize, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let badge = format!(" {} ", app.environment.name().to_uppercase());
    put(buf, area.x + 1, area.y, BADGE - 1, &badge, theme.badge(app.environment));
    let rest = Rect { x: area.x + 1 + BADGE, width: area.width.saturating_sub(BADGE + 2), ..area };
    let style = if app.is_live { theme.ok() } else { theme.danger() };
    let mut said = vec![
        Segment::new("", text::pad(&app.profile, widest), theme.bold(), 0),
        Segment::new("  ", text::pad(&app.connection, 11), style, 0),
    ];
    // What is wrong counts for more than how many there are.
    let more = [(app.trouble.as_deref(), theme.danger()), (Some(app.counts.as_str()), theme.plain())];
    let mut room = usize::from(rest.width).saturating_sub(widest + 13);
    for (words, style) in more.into_iter().filter_map(|(words, style)| Some((words?, style))) {
        let words = text::cut(words, room.saturating_sub(2)).into_owned();
        if !words.is_empty() {
            room = room.saturating_sub(text::width(&words) + 2);
            said.push(Segment::new("  ", words, style, 0));
        }
    }
    line(said, Vec::new(), theme.muted(), rest, buf);
}

/// Where the columns stand: first cell and width.
struct Columns {
    app: (u16, u16),
    status: u16,
    due: u16,
    at: Option<u16>,
    who: Option<u16>,
    title: u16,
}

/// Room of the columns.
const STATUS: u16 = 7;
const DUE: u16 = 9;
const AT: u16 = 17;
const WHO: u16 = 16;
/// Widest name of an app.
const APP: u16 = 14;
/// A title needs so much room beside another column.
const TITLE: u16 = 20;

impl Columns {
    fn fit(page: &Overview, area: Rect) -> Self {
        let names = page.apps.iter().map(|app| text::width(&app.profile)).max().unwrap_or(0);
        let app = u16::try_from(names).unwrap_or(APP).clamp(3, APP);
        let status = area.x + 2 + app + 1;
        let due = status + STATUS;
        let mut x = due + DUE;
        let mut take = |width: u16| {
            let fits = area.right().saturating_sub(x) >= width + 1 + TITLE;
            fits.then(|| {
                x += width + 1;
                x - width - 1
            })
        };
        let (at, who) = (take(AT), take(WHO));
        Self { app: (area.x + 2, app), status, due, at, who, title: x }
    }
}

fn table(state: &State, page: &Overview, areas: &OverviewAreas, theme: &Theme, buf: &mut Buffer) {
    let columns = Columns::fit(page, areas.rows);
    head(state, &columns, areas.head, theme, buf);
    let (top, at, now_line) = page.position(state);
    if page.rows.is_empty() {
        let area = areas.rows;
        put(buf, area.x, area.y, area.width, "no tasks here yet", theme.muted());
    }
    let mut y = areas.rows.y;
    for (row, number) in page.rows.iter().zip(top..) {
        if now_line == Some(number) {
            y = now(state, areas.rows, y, theme, buf);
        }
        let area = Rect { y, height: 1, ..areas.rows };
        draw(state, row, &columns, theme, area, buf);
        if number == at {
            put(buf, area.x, y, 1, "▸", theme.accent());
            buf.set_style(area, theme.selected());
        }
        y += 1;
    }
    if now_line == Some(page.count) && top + page.rows.len() == page.count && y < areas.rows.bottom() {
        now(state, areas.rows, y, theme, buf);
    }
}

/// Between what is over and what is to come.
fn now(state: &State, area: Rect, y: u16, theme: &Theme, buf: &mut Buffer) -> u16 {
    let words = format!("─ {} ", crate::app::timeline::now_words(state));
    let rest = "─".repeat(usize::from(area.width).saturating_sub(text::width(&words)));
    let x = put(buf, area.x, y, area.width, &words, theme.accent());
    put(buf, x, y, area.right().saturating_sub(x), &rest, theme.muted());
    y + 1
}

fn head(state: &State, columns: &Columns, area: Rect, theme: &Theme, buf: &mut Buffer) {
    let style = theme.muted();
    let label = when::zone_label(state.server_now(), state.zone);
    let mut cell = |x: u16, room: u16, words: &str| {
        put(buf, x, area.y, room.min(area.right().saturating_sub(x)), words, style);
    };
    cell(columns.app.0, columns.app.1, "APP");
    cell(columns.status, STATUS, "STATUS");
    cell(columns.due, DUE, &text::pad_left("IN", usize::from(DUE) - 1));
    if let Some(x) = columns.at {
        cell(x, AT, &format!("SCHEDULED ({label})"));
    }
    if let Some(x) = columns.who {
        cell(x, WHO, "WHO");
    }
    cell(columns.title, area.width, "TITLE");
}

fn draw(state: &State, row: &OverviewRow, columns: &Columns, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (plain, status) = styles(row, theme);
    let due_style = match row.phase {
        Some(phase) if phase.is_urgent() => theme.danger(),
        Some(_) => theme.warn(),
        None => plain,
    };
    let mut cell = |x: u16, room: u16, words: &str, style: Style| {
        put(buf, x, area.y, room.min(area.right().saturating_sub(x)), words, style);
    };
    cell(columns.app.0, columns.app.1, &text::cut(&row.profile, usize::from(columns.app.1)), plain);
    cell(columns.status, STATUS, row.status, status);
    cell(columns.due, DUE, &text::pad_left(&row.due, usize::from(DUE) - 1), due_style);
    if let Some(x) = columns.at {
        let at = row.at.map(|at| at.with_timezone(&state.zone).format("%a %d %b %H:%M").to_string());
        cell(x, AT, &at.unwrap_or_default(), plain);
    }
    if let Some(x) = columns.who {
        let style = if row.text.is_everyone && plain == theme.plain() { theme.everyone() } else { plain };
        cell(x, WHO, &text::cut(&row.text.who, usize::from(WHO)), style);
    }
    let (title, style) = match row.text.title.trim() {
        "" => ("(no title)", theme.muted()),
        title => (title, plain),
    };
    cell(columns.title, area.width, title, style);
}

/// The look of a row, and of its status.
fn styles(row: &OverviewRow, theme: &Theme) -> (Style, Style) {
    let plain = match row.outcome {
        _ if row.is_in_doubt => theme.plain(),
        _ if row.is_cancelled => theme.struck(),
        Outcome::Sent | Outcome::Failed => theme.past(),
        Outcome::Pending | Outcome::Dispatching | Outcome::Unclear(_) => theme.plain(),
    };
    let status = match row.outcome {
        _ if row.is_in_doubt => theme.danger(),
        _ if row.is_cancelled => theme.struck(),
        Outcome::Failed => theme.danger(),
        Outcome::Dispatching | Outcome::Unclear(_) => theme.warn(),
        Outcome::Pending | Outcome::Sent => plain,
    };
    (plain, status)
}
