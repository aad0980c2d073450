//! The task table: only the rows that are on screen are laid out.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use chrono::{DateTime, Utc};

use crate::app::PendingWrite;
use crate::app::board::Column;
use crate::app::board::columns::{Columns, Times};
use crate::app::board::offer::offer;
use crate::app::board::reading::ReadTask;
use crate::app::board::texts::{RowText, who};
use crate::app::board::viewport::Viewport;
use crate::app::detail::lines::tone_of;
use crate::app::filter::saved;
use crate::app::frame::Areas;
use crate::app::writes;
use crate::app::{Layer, State, Verdict, Write};
use crate::domain::{Audience, Outcome, Phase, Task, TaskId, text, when};
use crate::keymap::{Action, Scope};
use crate::theme::Theme;

use super::cells::{self, put, style_of};
use super::highlight::put_highlighted;
use super::{status, tabs};

/// Draws the table with its border, or why it is empty.
pub fn render(state: &State, theme: &Theme, areas: &Areas, buf: &mut Buffer) {
    let focused = state.layers.is_empty() && !state.detail.focused;
    let border = if focused { theme.accent() } else { theme.muted() };
    cells::border(&title(state), border, areas.table, buf);
    tab_strip(state, theme, areas.table, buf);
    let trouble = status::trouble(state).filter(|_| state.board.count() > 0);
    if let Some(next) = trouble.as_ref().and_then(|trouble| trouble.left_over(areas.header.width)) {
        let next = text::cut(next, usize::from(areas.table.width.saturating_sub(4))).into_owned();
        cells::foot(&format!(" {next} "), false, theme.danger(), areas.table, buf);
    }
    if trouble.is_none()
        && let Some(remarks) = remarks(state, areas.table.width.saturating_sub(4))
    {
        let is_bad = state.board.sync.coverage().is_some_and(|coverage| coverage.failed().next().is_some());
        let style = if is_bad { theme.warn() } else { theme.muted() };
        cells::foot(&format!(" {remarks} "), false, style, areas.table, buf);
    }
    let inner = inside(areas.table);
    let pending_rows: Vec<Row<'_>> =
        state.creates_in_doubt().map(|write| Row::of_create(state, write)).collect();
    if state.board.count() == 0 && pending_rows.is_empty() {
        empty(state, theme, inner, buf);
        return;
    }
    let drawn = Drawn { state, theme, inner, two_lines: areas.row_height == 2 };
    drawn.all(pending_rows, buf);
}

/// The saved filters, in the border behind its title.
fn tab_strip(state: &State, theme: &Theme, table: Rect, buf: &mut Buffer) {
    let title = u16::try_from(text::width(&title(state))).unwrap_or(u16::MAX);
    let begin = title.saturating_add(1);
    let width = table.width.saturating_sub(begin.saturating_add(1));
    if width >= LEAST_STRIP && !state.setup.filters.is_empty() {
        let all = state.board.has_answer.then(|| state.board.in_range());
        let area = Rect { x: table.x + begin, y: table.y, width, height: 1 };
        tabs::render(&saved::tabs(state, all), theme, area, buf);
    }
}

/// Cells under which there is no room for the saved filters.
const LEAST_STRIP: u16 = 40;

/// The room within the border; the last column stays free.
fn inside(table: Rect) -> Rect {
    let (width, height) = (table.width.saturating_sub(3), table.height.saturating_sub(2));
    Rect::new(table.x.saturating_add(1), table.y.saturating_add(1), width, height)
}

/// What the range leaves out, at the greatest length for which there is room.
fn remarks(state: &State, room: u16) -> Option<String> {
    let all = status::range_remarks(state);
    let joined = |lengths: [usize; 2]| {
        let forms = all.iter().zip(lengths).filter_map(|(forms, length)| forms.get(length)).cloned();
        forms.collect::<Vec<_>>().join(" · ")
    };
    let mut ways = [[0, 0], [1, 0], [1, 1], [2, 1]].into_iter().map(joined);
    let shortest = joined([2, 2]);
    let words = ways.find(|words| text::width(words) <= usize::from(room)).unwrap_or(shortest);
    (!words.is_empty()).then(|| text::cut(&words, usize::from(room)).into_owned())
}

fn title(state: &State) -> String {
    let theirs = state.writes.iter().filter(|write| write.elsewhere.is_some()).count() as u64;
    if theirs > 0 {
        let counted = text::counted(theirs, "write", "writes");
        return format!(" Tasks · {counted} being checked in another pushdeck ");
    }
    " Tasks ".to_owned()
}

/// The mark of a task whose last write failed, or never became clear.
const FAILED: &str = "!";
/// The mark of a task that is watched.
const WATCHED: &str = "◉";
/// Everybody, where there is hardly room.
const EVERYONE_SHORT: &str = "‼ ALL";
/// The status of a task that was cancelled here: the list does not bring it any more.
const CANCELLED: &str = "CANC";

/// How far a row calls for attention.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// It is to come, or something is wrong with it.
    Full,
    /// It is over.
    Past,
    /// It was cancelled.
    Struck,
}

/// One row, ready to be written.
struct Row<'a> {
    id: Option<TaskId>,
    weight: Weight,
    status: &'static str,
    status_style: Option<Outcome>,
    /// How near to its time it is, or how far beyond.
    phase: Option<Phase>,
    /// Whether the last write to it failed, or never became clear.
    failed: bool,
    due: String,
    scheduled_at: Option<DateTime<Utc>>,
    created_at: Option<DateTime<Utc>>,
    who: Cow<'a, str>,
    is_everyone: bool,
    sender: Cow<'a, str>,
    title: Cow<'a, str>,
}

impl<'a> Row<'a> {
    fn of_task(state: &State, task: &Task, text: &'a RowText, in_doubt: bool) -> Self {
        let outcome = task.outcome();
        let is_cancelled = !in_doubt && state.board.own.is_cancelled(task.id);
        let weight = match &outcome {
            _ if is_cancelled => Weight::Struck,
            Outcome::Sent | Outcome::Failed if !in_doubt => Weight::Past,
            Outcome::Sent | Outcome::Failed => Weight::Full,
            Outcome::Pending | Outcome::Dispatching | Outcome::Unclear(_) => Weight::Full,
        };
        let is_open = !in_doubt && !is_cancelled;
        let phase = Phase::of_task(task, state.server_now()).filter(|_| is_open);
        let status = match weight {
            _ if in_doubt => "?UNK",
            Weight::Struck => CANCELLED,
            Weight::Full | Weight::Past => phase.and_then(Phase::word).unwrap_or(outcome.word()),
        };
        Self {
            id: Some(task.id),
            weight,
            status,
            due: if is_cancelled { "—".to_owned() } else { due(task, state.server_now()) },
            status_style: (!in_doubt).then_some(outcome),
            phase,
            failed: state.failed.contains_key(&task.id),
            scheduled_at: task.scheduled_at,
            created_at: task.created_at,
            who: Cow::Borrowed(&text.who),
            is_everyone: text.is_everyone,
            sender: Cow::Borrowed(&text.sender),
            title: Cow::Borrowed(&text.title),
        }
    }

    /// A row for a task that may or may not be there.
    fn of_create(state: &State, write: &PendingWrite) -> Self {
        let what = match &write.verdict {
            _ if write.elsewhere.is_some() => "created? another pushdeck checks it".to_owned(),
            Some(Verdict::Several(ids)) => {
                let ids: Vec<String> = ids.iter().map(|id| format!("#{id}")).collect();
                format!("created more than once, choose which to cancel: {}", ids.join(" "))
            }
            Some(Verdict::CannotTell(_)) => "created? could not be determined".to_owned(),
            Some(Verdict::Done(_) | Verdict::NotDone) | None => {
                format!("created? {}", writes::progress(state, write))
            }
        };
        let Write::Create(new) = &write.write else {
            return Self::blank(what);
        };
        let title = text::clean(new.content.text("OfflinePushInfo.Title"));
        let audience = new.content.audience(&new.kind);
        let is_everyone = matches!(audience, Audience::Everyone);
        Self {
            due: when::distance(new.scheduled_at, state.server_now()),
            scheduled_at: Some(new.scheduled_at),
            who: who(&audience.short(), is_everyone).into(),
            is_everyone,
            sender: text::clean(new.content.text("From_Account")).into_owned().into(),
            ..Self::blank(format!("{title} · {what}"))
        }
    }

    fn blank(title: String) -> Self {
        Self {
            id: None,
            weight: Weight::Full,
            status: "?UNK",
            status_style: None,
            phase: None,
            failed: false,
            due: "—".to_owned(),
            scheduled_at: None,
            created_at: None,
            who: Cow::default(),
            is_everyone: false,
            sender: Cow::default(),
            title: title.into(),
        }
    }
}

/// The countdown to a task that is to come, the age of one that is over.
fn due(task: &Task, now: DateTime<Utc>) -> String {
    match task.outcome() {
        Outcome::Dispatching => "—".to_owned(),
        Outcome::Pending | Outcome::Sent | Outcome::Failed | Outcome::Unclear(_) => {
            task.scheduled_at.map_or_else(|| "?".to_owned(), |at| when::distance(at, now))
        }
    }
}

/// What the rows are drawn with.
struct Drawn<'a> {
    state: &'a State,
    theme: &'a Theme,
    inner: Rect,
    two_lines: bool,
}

impl Drawn<'_> {
    /// Tasks that may or may not be there, the rows of the page, and the line that says now.
    fn all(&self, mut pending_rows: Vec<Row<'_>>, buf: &mut Buffer) {
        let board = &self.state.board;
        let doubted = self.state.doubted();
        let view = Viewport::of(self.state);
        pending_rows.truncate(view.above);
        let times = Times::of(self.state);
        let columns = Columns::fit(self.inner.width, &times, board.widest_who());
        let mut y = self.inner.y;
        if !self.two_lines {
            self.head(&columns, &times, y, buf);
            y += 1;
        }
        for row in pending_rows {
            y = self.one(&row, &columns, &times, y, buf);
        }
        let count = board.count();
        let shown = board.top..board.top + view.rows_from(board.top, count);
        let (first, read) = board.on_screen();
        for (row, ReadTask { task, text }) in (first..).zip(read).take_while(|(row, _)| shown.contains(row)) {
            if view.now_line == Some(row) {
                y = self.now_line(y, buf);
            }
            let row = Row::of_task(self.state, task, text, doubted.contains(&task.id));
            y = self.one(&row, &columns, &times, y, buf);
        }
        if view.now_line == Some(count) && shown.end == count && y < self.inner.bottom() {
            self.now_line(y, buf);
        }
    }

    /// One row, whatever its height, and the line behind it.
    fn one(&self, row: &Row<'_>, columns: &Columns, times: &Times, y: u16, buf: &mut Buffer) -> u16 {
        if y >= self.inner.bottom() {
            return y;
        }
        let board = &self.state.board;
        let selected = row.id.is_some() && row.id == board.selected;
        if selected {
            put(buf, self.inner.x, y, 1, "▸", self.theme.accent());
        }
        if row.id.is_some_and(|id| board.pins.has(id)) {
            put(buf, self.inner.x + 1, y, 1, WATCHED, self.theme.accent());
        }
        if row.failed {
            put(buf, self.inner.x + 1, y, 1, FAILED, self.theme.danger());
        }
        if self.two_lines {
            self.two_line_row(row, times, y, buf);
        } else {
            self.row(row, columns, times, y, buf);
        }
        let height = if self.two_lines { 2 } else { 1 };
        // Up to the border, with the cell of room that the text leaves free.
        let height = height.min(self.inner.bottom() - y);
        let area = Rect { y, height, width: self.inner.width + 1, ..self.inner };
        if selected {
            buf.set_style(area, self.theme.selected());
        }
        y + height
    }

    /// Between what is over and what is to come.
    fn now_line(&self, y: u16, buf: &mut Buffer) -> u16 {
        let (now, zone) = (self.state.server_now(), self.state.zone);
        let clock = when::clock(now, zone);
        let minutes = clock.rsplit_once(':').map_or(clock.as_str(), |(minutes, _)| minutes);
        let words = format!("─ now {minutes} {} ", when::zone_label(now, zone));
        // Up to the border, as the selected row.
        let width = self.inner.width + 1;
        let rest = "─".repeat(usize::from(width).saturating_sub(text::width(&words)));
        let x = put(buf, self.inner.x, y, width, &words, self.theme.accent());
        put(buf, x, y, (self.inner.right() + 1).saturating_sub(x), &rest, self.theme.muted());
        y + 1
    }

    fn head(&self, columns: &Columns, times: &Times, y: u16, buf: &mut Buffer) {
        let style = self.theme.muted();
        let x = self.inner.x;
        let mut cell = |at: (u16, u16), words: &str, left: bool| {
            let words = if left { text::pad_left(words, usize::from(at.1)) } else { words.to_owned() };
            put(buf, x + at.0, y, at.1, &words, style);
        };
        cell(columns.status, "STATUS", false);
        cell(columns.due, "IN", true);
        let whole = times.head("SCHEDULED");
        let fits = text::width(&whole) <= usize::from(columns.scheduled.1);
        cell(columns.scheduled, &if fits { whole } else { times.head("TIME") }, false);
        cell(columns.who, "WHO", false);
        cell(columns.title, "TITLE", false);
        if let Some(at) = columns.sender {
            cell(at, "SENDER", false);
        }
        if let Some(at) = columns.created {
            cell(at, &times.head("CREATED"), false);
        }
    }

    /// The look of a cell: bold while its change is fresh.
    fn style(&self, row: &Row<'_>, column: Column) -> Style {
        let fresh = row.id.is_some_and(|id| self.state.board.is_marked(id, column, self.state.now));
        let style = match column {
            Column::Status => self.status_style(row),
            Column::Who if row.is_everyone && row.weight == Weight::Full => self.theme.everyone(),
            Column::Scheduled | Column::Who | Column::Title | Column::Sender | Column::Created => {
                self.text_style(row)
            }
        };
        if fresh { self.theme.changed(style) } else { style }
    }

    fn text_style(&self, row: &Row<'_>) -> Style {
        match row.weight {
            Weight::Full => self.theme.plain(),
            Weight::Past => self.theme.past(),
            Weight::Struck => self.theme.struck(),
        }
    }

    fn due_style(&self, row: &Row<'_>) -> Style {
        match row.phase {
            Some(phase) if phase.is_urgent() => self.theme.danger(),
            Some(_) => self.theme.warn(),
            None if row.weight == Weight::Full => self.theme.plain(),
            None => self.theme.past(),
        }
    }

    /// What went well is quiet.
    fn status_style(&self, row: &Row<'_>) -> Style {
        match &row.status_style {
            _ if row.weight == Weight::Struck => self.theme.past(),
            Some(_) if row.phase.and_then(Phase::word).is_some() => self.theme.danger(),
            Some(Outcome::Sent) => self.theme.past(),
            Some(outcome) => style_of(tone_of(outcome), self.theme),
            None => self.theme.danger(),
        }
    }

    fn row(&self, row: &Row<'_>, columns: &Columns, times: &Times, y: u16, buf: &mut Buffer) {
        let x = self.inner.x;
        let mut cell = |at: (u16, u16), words: &str, style: Style| {
            put(buf, x + at.0, y, at.1, words, style);
        };
        cell(columns.status, row.status, self.style(row, Column::Status));
        cell(columns.due, &text::pad_left(&row.due, usize::from(columns.due.1)), self.due_style(row));
        let scheduled = times.cell(row.scheduled_at, columns.seconds, columns.weekday);
        cell(columns.scheduled, &scheduled, self.style(row, Column::Scheduled));
        let is_narrow = text::width(&row.who) > usize::from(columns.who.1);
        let who = if row.is_everyone && is_narrow { EVERYONE_SHORT } else { &row.who };
        let mut found = |at: (u16, u16), words: &str, style: Style| {
            self.words((x + at.0, y), at.1, words, style, buf);
        };
        found(columns.who, who, self.style(row, Column::Who));
        found(columns.title, &row.title, self.style(row, Column::Title));
        if let Some(at) = columns.sender {
            found(at, &row.sender, self.theme.muted());
        }
        if let Some(at) = columns.created {
            put(buf, x + at.0, y, at.1, &times.cell(row.created_at, false, true), self.theme.muted());
        }
    }

    /// Words of a row; those that the filter asks for stand out.
    fn words(&self, at: (u16, u16), room: u16, words: &str, style: Style, buf: &mut Buffer) -> u16 {
        let found = self.state.board.filter.highlights(words);
        put_highlighted(buf, at, room, (words, &found), style, self.theme)
    }

    /// A task on a narrow screen: when, then what and who.
    fn two_line_row(&self, row: &Row<'_>, times: &Times, y: u16, buf: &mut Buffer) {
        let Rect { x, width, .. } = self.inner;
        let right = self.inner.right();
        put(buf, x + 2, y, 6, row.status, self.style(row, Column::Status));
        put(buf, x + 9, y, 8, &text::pad_left(&row.due, 8), self.due_style(row));
        let room = width.saturating_sub(19);
        let scheduled = times.short(row.scheduled_at, usize::from(room));
        put(buf, x + 19, y, room, &scheduled, self.style(row, Column::Scheduled));
        let y = y + 1;
        if y >= self.inner.bottom() {
            return;
        }
        let who_room = (width * 2 / 5).min(18);
        let who = text::cut(&row.who, usize::from(who_room));
        let who_width = u16::try_from(text::width(&who)).unwrap_or(who_room);
        put(buf, right.saturating_sub(who_width), y, who_width, &who, self.style(row, Column::Who));
        let room = width.saturating_sub(2 + who_width + 2);
        self.words((x + 2, y), room, &row.title, self.style(row, Column::Title), buf);
    }
}

/// Why there are no rows, and which key helps.
fn empty(state: &State, theme: &Theme, inner: Rect, buf: &mut Buffer) {
    let width = inner.width.saturating_sub(4).min(70);
    let mut lines: Vec<(String, Style)> = Vec::new();
    let (what, next, bad) = why_empty(state);
    let what_style = if bad { theme.danger() } else { theme.bold() };
    lines.extend(text::wrap(&what, usize::from(width)).into_iter().map(|line| (line, what_style)));
    for next in next {
        lines.extend(text::wrap(&next, usize::from(width)).into_iter().map(|line| (line, theme.plain())));
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = inner.y + inner.height.saturating_sub(height) / 3;
    for (y, (line, style)) in (top..inner.bottom()).zip(lines) {
        put(buf, inner.x + 2, y, inner.width.saturating_sub(3), &line, style);
    }
}

/// What happened, what to do, and whether it is trouble.
fn why_empty(state: &State) -> (String, Vec<String>, bool) {
    let board = &state.board;
    let key = |action| state.key(Scope::Tasks, action);
    if let Some(trouble) = status::trouble(state)
        && board.in_range() == 0
    {
        let next = vec![trouble.next, format!("{} tries now.", key(Action::Refresh))];
        return (format!("No tasks: {}", trouble.what), next, true);
    }
    if !board.has_answer {
        return ("Asking for the first page …".to_owned(), Vec::new(), false);
    }
    // While a filter is typed the key is that of its line.
    let is_typed = matches!(state.layers.last(), Some(Layer::Filter(_)));
    let enter = if is_typed { state.key(Scope::Filter, Action::KeepFilter) } else { key(Action::Open) };
    let offered = offer(state).into_iter().map(|offer| {
        let [words, ..] = offer.wordings();
        format!("{enter} {words}.")
    });
    if board.in_range() > 0 {
        let all = text::counted(board.in_range(), "task", "tasks");
        let what = format!("The filter hides all {all}.");
        let next = format!("{} removes the filter · {} changes it", key(Action::Back), key(Action::Filter));
        return (what, offered.chain([next]).collect(), false);
    }
    let range = status::range_words(board.range, state);
    if board.sync.complete().is_none() {
        let what = format!("Reading the tasks from {range} …");
        return (what, offered.collect(), false);
    }
    if board.keyword.is_empty() {
        let next = vec![
            format!("{} makes a new one", key(Action::New)),
            format!(
                "{} {} move the range · {} sets it",
                key(Action::RangeBack),
                key(Action::RangeForward),
                key(Action::Find)
            ),
        ];
        return (format!("No tasks from {range}."), next, false);
    }
    let keyword = text::clean(&board.keyword);
    let next = [
        format!("{} removes the keyword · {} searches for another", key(Action::Back), key(Action::Find)),
        format!("{} {} move the range", key(Action::RangeBack), key(Action::RangeForward)),
    ];
    let what = format!("No task from {range} holds \"{keyword}\" in title or text.");
    (what, offered.chain(next).collect(), false)
}
