//! The API log: one line an attempt, the newest at the bottom, and one attempt with everything.
//!
//! It lies over the whole body. Only failures have a colour, so that a night's one is found at a
//! glance.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::State;
use crate::app::calls::lines::milliseconds;
use crate::app::calls::log::failed;
use crate::app::calls::{Attempt, CallList, OneCall, rows};
use crate::domain::call::{Call, End};
use crate::domain::{Zone, text, when};
use crate::keymap::{Action, Scope};
use crate::theme::Theme;

use super::cells::{put, style_of};
use super::overlay::{at_the_foot, overlay};

/// What a column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Time,
    Command,
    Priority,
    Attempt,
    Milliseconds,
    Sent,
    Received,
    Code,
    Words,
}

/// A column of the list.
struct CallColumn {
    cell: Cell,
    head: &'static str,
    /// What is left over goes to the words.
    width: u16,
    /// Whether its cells stand at its right end.
    right: bool,
    /// When it leaves: 1 first; 0 never.
    leaves: u8,
}

const COLUMNS: [CallColumn; 9] = [
    CallColumn { cell: Cell::Time, head: "TIME", width: 8, right: false, leaves: 0 },
    CallColumn { cell: Cell::Command, head: "CALL", width: 6, right: false, leaves: 0 },
    CallColumn { cell: Cell::Priority, head: "PRIORITY", width: 10, right: false, leaves: 2 },
    CallColumn { cell: Cell::Attempt, head: "TRY", width: 3, right: true, leaves: 4 },
    CallColumn { cell: Cell::Milliseconds, head: "MS", width: 6, right: true, leaves: 5 },
    CallColumn { cell: Cell::Sent, head: "OUT", width: 6, right: true, leaves: 1 },
    CallColumn { cell: Cell::Received, head: "IN", width: 9, right: true, leaves: 3 },
    CallColumn { cell: Cell::Code, head: "CODE", width: 5, right: true, leaves: 0 },
    CallColumn { cell: Cell::Words, head: "WORDS", width: 0, right: false, leaves: 0 },
];

/// Room that the words have before another column leaves.
const WORDS: u16 = 24;
/// The pointer of the chosen row.
const POINTER: u16 = 2;
/// From this width on two cells stand between columns.
const WIDE: u16 = 100;

/// Draws the list, or why it is empty.
pub(super) fn render(state: &State, list: CallList, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let listed = list.listed(&state.calls);
    let inner = overlay(&title(state, list, &listed), area, buf, theme);
    let Some(chosen) = list.chosen(&listed) else {
        empty(state, list, theme, inner, buf);
        return;
    };
    let clock = Clock::of(state, &listed);
    let columns = fit(inner.width, clock.head().len());
    for (column, x, width) in &columns {
        let head = if column.cell == Cell::Time { clock.head() } else { column.head.to_owned() };
        put_cell(*x, *width, column.right, &head, theme.muted(), Rect { height: 1, ..inner }, buf);
    }
    let window = list.window(&listed, rows(state));
    for (y, at) in (inner.y.saturating_add(1)..inner.bottom()).zip(window) {
        let Some(Attempt { call, .. }) = listed.get(at) else { continue };
        let row = Rect { y, height: 1, ..inner };
        for (column, x, width) in &columns {
            let (words, style) = shown(call, column.cell, &clock, theme);
            put_cell(*x, *width, column.right, &words, style, row, buf);
        }
        if at == chosen {
            put(buf, row.x, y, 1, "▸", theme.accent());
            buf.set_style(row, theme.selected());
        }
    }
    let newer = list.newer(&listed, rows(state)) as u64;
    if newer > 0 {
        let key = state.key(Scope::Calls, Action::Last);
        at_the_foot(&format!(" {} newer · {key} ", text::grouped(newer)), theme.plain(), area, buf);
    }
}

/// Draws one attempt.
pub(super) fn render_one(state: &State, one: &OneCall, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let call = &one.call;
    let title = match call.attempt {
        1 => call.command.name().to_owned(),
        number => format!("{} · attempt {number}", call.command.name()),
    };
    let inner = overlay(&title, area, buf, theme);
    let text = one.lines(state);
    let longest = one.longest_scroll(state);
    let scroll = one.scroll.min(longest);
    for (y, line) in (inner.y..inner.bottom()).zip(text.iter().skip(usize::from(scroll))) {
        let mut x = inner.x;
        for part in line {
            x = put(buf, x, y, inner.right().saturating_sub(x), &part.text, style_of(part.tone, theme));
        }
    }
    if longest > 0 {
        let last = (usize::from(scroll) + usize::from(inner.height)).min(text.len());
        let words = format!(" {}–{last} of {} ", scroll + 1, text.len());
        at_the_foot(&words, theme.muted(), area, buf);
    }
}

fn title(state: &State, list: CallList, listed: &[&Attempt]) -> String {
    let (count, made) = (listed.len() as u64, text::grouped(state.calls.made()));
    let of_all = state.calls.made() > count;
    let count = match (list.writes_only, of_all) {
        (true, _) => format!("writes: {} of {made}", text::grouped(count)),
        (false, _) if count == 0 => return "API log".to_owned(),
        (false, true) => {
            format!("{} of {made} attempts", text::grouped(count))
        }
        (false, false) => text::counted(count, "attempt", "attempts"),
    };
    match failed(listed) {
        0 => format!("API log · {count}"),
        failed => format!("API log · {count}, {} failed", text::grouped(failed as u64)),
    }
}

fn empty(state: &State, list: CallList, theme: &Theme, inner: Rect, buf: &mut Buffer) {
    let (what, then) = if list.writes_only {
        let key = state.key(Scope::Calls, Action::WritesOnly);
        ("No write was made since the start.", format!("{key} shows every call."))
    } else {
        let (back, refresh) =
            (state.key(Scope::Calls, Action::Back), state.key(Scope::Tasks, Action::Refresh));
        let then = format!(
            "Every attempt at a call stands here once its answer came, or once it was given up. {back} goes \
             back, {refresh} there asks now."
        );
        ("No call is finished yet.", then)
    };
    let lines = [(what, theme.bold()), (then.as_str(), theme.plain())];
    let width = usize::from(inner.width.min(70));
    let lines = lines
        .iter()
        .flat_map(|(words, style)| text::wrap(words, width).into_iter().map(move |line| (line, *style)));
    for (y, (line, style)) in (inner.y + inner.height / 4..inner.bottom()).zip(lines) {
        put(buf, inner.x, y, inner.width, &line, style);
    }
}

/// The columns for a width, with their first cells and their widths; the words take what is left.
fn fit(width: u16, time: usize) -> Vec<(&'static CallColumn, u16, u16)> {
    let gap = if width >= WIDE { 2 } else { 1 };
    let of = |column: &CallColumn| {
        let head = if column.cell == Cell::Time { time } else { 0 };
        column.width.max(u16::try_from(head).unwrap_or(u16::MAX))
    };
    let last = COLUMNS.iter().map(|column| column.leaves).max().unwrap_or(0);
    let left_after =
        |gone: u8| COLUMNS.iter().filter(move |column| column.leaves == 0 || column.leaves > gone);
    let taken = |gone: u8| left_after(gone).map(|column| of(column) + gap).sum::<u16>() - gap + POINTER;
    let gone = (0..=last).find(|gone| taken(*gone) + WORDS <= width).unwrap_or(last);
    let words = width.saturating_sub(taken(gone));
    let mut x = POINTER;
    left_after(gone)
        .map(|column| {
            let width = if column.cell == Cell::Words { words } else { of(column) };
            let placed = (column, x, width);
            x += width + gap;
            placed
        })
        .collect()
}

/// Writes one cell of a row.
fn put_cell(x: u16, width: u16, right: bool, words: &str, style: Style, row: Rect, buf: &mut Buffer) {
    let room = width.min(row.width.saturating_sub(x));
    let words = if right { text::pad_left(words, usize::from(room)) } else { words.to_owned() };
    put(buf, row.x.saturating_add(x), row.y, room, &words, style);
}

fn shown(call: &Call, what: Cell, clock: &Clock, theme: &Theme) -> (String, Style) {
    let outcome = match &call.end {
        End::Done | End::GivenUp => theme.muted(),
        End::Failed(_) => theme.danger(),
    };
    let short = call.command.word();
    match what {
        Cell::Time => (clock.time(call), theme.plain()),
        Cell::Command => (short.to_owned(), theme.plain()),
        Cell::Priority => (call.priority.word().to_owned(), theme.plain()),
        Cell::Attempt => (call.attempt.to_string(), theme.plain()),
        Cell::Milliseconds => (text::grouped(milliseconds(call)), theme.plain()),
        Cell::Sent => (text::grouped(call.bytes_sent), theme.plain()),
        Cell::Received => (text::grouped(call.bytes_received), theme.plain()),
        Cell::Code => (call.code().map_or_else(|| "—".to_owned(), |code| code.to_string()), outcome),
        Cell::Words => {
            let task = call.task.map(|task| format!(" · #{task}")).unwrap_or_default();
            (call.words() + &task, outcome)
        }
    }
}

/// How the times are written: with the zone in the head, or behind each where the clocks changed.
struct Clock {
    zone: Zone,
    label: Option<String>,
}

impl Clock {
    fn of(state: &State, listed: &[&Attempt]) -> Self {
        let zone = state.zone;
        let mut labels = listed.iter().map(|attempt| when::zone_label(attempt.call.sent, zone));
        let first = labels.next();
        let label = first.filter(|first| labels.all(|label| label == *first));
        Self { zone, label }
    }

    fn head(&self) -> String {
        match &self.label {
            Some(label) => format!("TIME {label}"),
            None => "TIME          ".to_owned(),
        }
    }

    fn time(&self, call: &Call) -> String {
        let clock = when::clock(call.sent, self.zone);
        match &self.label {
            Some(_) => clock,
            None => format!("{clock} {}", when::zone_label(call.sent, self.zone)),
        }
    }
}
