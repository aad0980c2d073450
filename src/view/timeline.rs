//! The timeline: rows of bars, the line that says now, the axis, and what is said of the chosen bar.

mod bars;
pub mod bucket_list;

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use crate::app::State;
use crate::app::timeline::bucket_list::BucketRow;
use crate::app::timeline::held::{Reached, reached};
use crate::app::timeline::plot::{BarRow, Plot};
use crate::app::timeline::{BarName, Made, TimelinePage, now_words, words};
use crate::domain::query::Range;
use crate::domain::schedule::KindCode;
use crate::domain::timeline::{Bucket, StateCounts};
use crate::domain::{Outcome, Zone, text, when};
use crate::theme::Theme;

use super::cells::{Segment, line, put};
use super::overlay::overlay;

/// What is drawn, and where.
struct Drawing<'a> {
    state: &'a State,
    theme: &'a Theme,
    made: &'a Made,
    plot: Plot,
    chosen: usize,
    now: Option<usize>,
    /// Where all tasks are held.
    whole: Option<Range>,
}

/// Draws the timeline over the body.
pub(super) fn render(state: &State, page: &TimelinePage, theme: &Theme, buf: &mut Buffer) {
    let made = page.made(state);
    let Some(plot) = page.plot(state, &made) else { return };
    let now = made.timeline.at(state.server_now());
    let chosen = page.chosen(state, &made);
    let drawing = Drawing { state, theme, made: &made, plot, chosen, now, whole: page.whole(state) };
    drawing.ground(buf);
    for row in &drawing.plot.rows {
        drawing.row(*row, buf);
    }
    drawing.now_line(buf);
    drawing.axis(buf);
    drawing.select(buf);
    drawing.said_of_chosen(page, buf);
}

impl Drawing<'_> {
    fn buckets(&self) -> &[Bucket] {
        &self.made.timeline.buckets
    }

    /// Clears the ground, and draws the title with what there is in all.
    fn ground(&self, buf: &mut Buffer) {
        let Plot { frame, is_bordered, .. } = self.plot;
        let (zone, now) = (self.state.zone, self.state.server_now());
        let (Some(first), Some(last)) = (self.buckets().first(), self.buckets().last()) else { return };
        let titles = words::titles(self.made.timeline.zoom, first, last, zone, now);
        let room = usize::from(frame.width.saturating_sub(4));
        let title = titles.iter().find(|title| text::width(title) <= room).or(titles.last());
        let title = title.map_or("", String::as_str);
        if is_bordered {
            overlay(title, frame, buf, self.theme);
        } else {
            Clear.render(frame.intersection(buf.area), buf);
            let edge = "─".repeat(usize::from(frame.width));
            put(buf, frame.x, frame.y, frame.width, &edge, self.theme.accent());
            let room = frame.width.saturating_sub(2);
            put(buf, frame.x + 1, frame.y, room, &format!(" {title} "), self.theme.accent());
        }
        let all = format!(" {} ", self.in_all());
        let room = u16::try_from(text::width(&all)).unwrap_or(u16::MAX);
        let used = u16::try_from(text::width(title)).unwrap_or(u16::MAX).saturating_add(8);
        if is_bordered && frame.width > room.saturating_add(used) {
            put(buf, frame.right() - room - 2, frame.y, room, &all, self.theme.muted());
        }
    }

    fn in_all(&self) -> String {
        let tasks = text::counted(self.made.timeline.all().all().into(), "task", "tasks");
        let is_whole = self.buckets().iter().all(|bucket| self.is_whole(bucket));
        let tasks = match self.made.timeline.all().all() {
            _ if is_whole => tasks,
            0 => "nothing is read yet".to_owned(),
            _ => format!("at least {tasks}"),
        };
        match self.made.collisions.found.len() as u64 {
            0 => tasks,
            found => format!("{tasks} · {}", text::counted(found, "collision", "collisions")),
        }
    }

    /// Whether all tasks of a bar are held.
    fn is_whole(&self, bucket: &Bucket) -> bool {
        reached(self.whole, bucket.range()) == Reached::Whole
    }

    fn row(&self, row: BarRow, buf: &mut Buffer) {
        let BarRow { row: of, y, height } = row;
        let most = self.buckets().iter().map(|bucket| counts(bucket, of).all()).max().unwrap_or(0);
        if let Some(name) = of.and_then(|of| self.made.names.get(of)) {
            self.label(name, most, row, buf);
        }
        let foot = y + height - 1;
        // A single task fills no more than two lines.
        let scale = most.max(u32::from(height.div_ceil(2)));
        for (at, bucket) in self.buckets().iter().enumerate() {
            let (x, width) = (self.plot.x(at), self.plot.step - 1);
            let bar = bars::bar(&counts(bucket, of), scale, height);
            for (cell, y) in bar.iter().zip((y..=foot).rev()) {
                let style = cell.style(self.theme);
                put(buf, x, y, 1, cell.first(), style);
                for x in x + 1..x + width {
                    put(buf, x, y, 1, cell.rest(), style);
                }
            }
            // Nothing is said of what is not read.
            if bar.is_empty() && self.is_whole(bucket) {
                put(buf, x, foot, 1, "·", self.theme.muted());
            }
        }
    }

    /// The name of a row at its foot, and above it what its tallest bar stands for.
    fn label(&self, name: &BarName, most: u32, row: BarRow, buf: &mut Buffer) {
        let (name, style) = match name {
            BarName::Kind(KindCode::All) => ("‼ ALL", self.theme.everyone()),
            BarName::Kind(KindCode::Tag) => ("by tag", self.theme.plain()),
            BarName::Kind(KindCode::User) => ("accounts", self.theme.plain()),
            BarName::Kind(KindCode::Other) => ("other", self.theme.plain()),
            BarName::App(profile) => (profile.as_str(), self.theme.plain()),
        };
        let (x, room) = (self.plot.inner.x, self.plot.left.saturating_sub(self.plot.inner.x + 1));
        let foot = row.y + row.height - 1;
        put(buf, x, foot, room, &text::cut(name, usize::from(room)), style);
        if row.height > 1 && most > 0 {
            let words = format!("most {}", text::grouped(most.into()));
            put(buf, x, foot - 1, room, &words, self.theme.muted());
        }
    }

    /// The line of now: through every row where no bar stands, and named above them.
    fn now_line(&self, buf: &mut Buffer) {
        let Plot { inner, left, .. } = self.plot;
        if let Some(now) = self.now {
            let x = self.plot.x(now);
            for y in self.plot.rows.iter().flat_map(|row| row.y..row.y + row.height) {
                let is_free = buf.cell(Position::new(x, y)).is_some_and(|cell| " ·".contains(cell.symbol()));
                if is_free {
                    put(buf, x, y, 1, "│", self.theme.accent());
                }
            }
        }
        let Some(y) = self.plot.now else { return };
        let words = now_words(self.state);
        let room = u16::try_from(text::width(&words)).unwrap_or(u16::MAX).saturating_add(2);
        match self.now {
            Some(now) => {
                let x = self.plot.x(now);
                let fits = x.saturating_add(room) <= inner.right();
                // At the right end it stands before its line.
                let (from, words) = if fits {
                    (x, format!("╷ {words}"))
                } else {
                    (x.saturating_sub(room - 1), format!("{words} ╷"))
                };
                put(buf, from.max(inner.x), y, room, &words, self.theme.accent());
            }
            None if self.buckets().first().is_some_and(|first| first.begin > self.state.server_now()) => {
                put(buf, left, y, inner.right().saturating_sub(left), "◂ now", self.theme.muted());
            }
            None => {
                put(buf, inner.right().saturating_sub(5), y, 5, "now ▸", self.theme.muted());
            }
        }
    }

    /// What each bar stands for, with `!` behind where something collides; the larger unit under it.
    fn axis(&self, buf: &mut Buffer) {
        let (zoom, zone) = (self.made.timeline.zoom, self.state.zone);
        let mut before = String::new();
        let mut free = self.plot.left;
        for (at, bucket) in self.buckets().iter().enumerate() {
            let (x, axis) = (self.plot.x(at), self.plot.axis);
            let (label, unit) = words::axis(zoom, bucket.begin, zone);
            let room = self.plot.step - 1;
            let style = if self.now == Some(at) { self.theme.accent() } else { self.theme.muted() };
            put(buf, x, axis, room, &label, style);
            if self.made.colliding(at) > 0 {
                put(buf, x + room, axis, 1, "!", self.theme.warn());
            }
            let Some(y) = self.plot.units else { continue };
            if unit != before && x >= free {
                let room = self.plot.inner.right().saturating_sub(x);
                if room as usize >= text::width(&unit) {
                    free = put(buf, x, y, room, &unit, self.theme.muted()).saturating_add(1);
                }
                before = unit;
            }
        }
    }

    /// The chosen bar: its column has the ground of what is selected.
    fn select(&self, buf: &mut Buffer) {
        let x = self.plot.x(self.chosen);
        let top = self.plot.rows.first().map_or(self.plot.axis, |row| row.y);
        let column = Rect::new(x, top, self.plot.step - 1, self.plot.axis + 1 - top);
        buf.set_style(column.intersection(buf.area), self.theme.selected());
    }

    fn said_of_chosen(&self, page: &TimelinePage, buf: &mut Buffer) {
        let Some(bucket) = self.buckets().get(self.chosen) else { return };
        self.chosen_line(bucket, buf);
        let mut y = self.plot.below.y;
        self.collisions(page, &mut y, buf);
        let bottom = self.plot.below.bottom();
        let most = usize::from(bottom.saturating_sub(y));
        if most == 0 {
            return;
        }
        let rows = page.tasks(self.state, bucket.range(), most);
        let all = bucket.all().all() as usize;
        // Where not all fit, the last line says how many more there are.
        let shown = if all > most { most - 1 } else { all };
        for (row, y) in rows.iter().take(shown).zip(y..) {
            let area = Rect { x: self.plot.inner.x + 2, y, width: self.plot.inner.width - 2, height: 1 };
            task_row(row, clock_of(bucket.range(), self.state.zone), self.theme, area, buf);
        }
        if all > shown {
            let words = format!("… and {} more", text::grouped((all - shown) as u64));
            let (x, room) = (self.plot.inner.x + 2, self.plot.inner.width - 2);
            put(buf, x, bottom - 1, room, &words, self.theme.muted());
        }
    }

    /// When the chosen bar is, how much of what is in it, and what of it is not known.
    fn chosen_line(&self, bucket: &Bucket, buf: &mut Buffer) {
        let (zoom, zone, plain) = (self.made.timeline.zoom, self.state.zone, self.theme.plain());
        let counts = bucket.all();
        let style = if counts.all() == 0 { self.theme.muted() } else { plain };
        let stretch = words::stretch(zoom, bucket, zone);
        let row = Rect { y: self.plot.chosen, height: 1, ..self.plot.inner };
        // As much of the counts as there is room for beside when it is.
        let is_unread = counts.all() == 0 && reached(self.whole, bucket.range()) == Reached::Nothing;
        let counted = if is_unread { Vec::new() } else { words::counted(&counts) };
        let least = counted.last().map_or(0, |words| text::width(words));
        // Where there is no room for the zone, the title has it.
        let bare = stretch.trim_end_matches(&when::zone_label(bucket.begin, zone)).trim_end();
        let is_wide = text::width(&stretch) + least + 5 <= usize::from(row.width);
        let stretch = if is_wide { &stretch } else { bare };
        let room = usize::from(row.width).saturating_sub(text::width(stretch) + 5);
        let more: Vec<String> = if self.is_whole(bucket) {
            words::clocks(zoom, bucket).into_iter().collect()
        } else {
            words::not_read(self.state, self.whole, bucket)
        };
        let more = fitting(&more, room.saturating_sub(least + 3)).unwrap_or_default();
        let taken = if more.is_empty() { 0 } else { text::width(more) + 3 };
        let said_of_all = fitting(&counted, room.saturating_sub(taken));
        let mut said = vec![
            Segment::new("", "▸", self.theme.accent(), 0),
            Segment::new(" ", stretch, self.theme.bold(), 0),
        ];
        if let Some(words) = said_of_all {
            said.push(Segment::new(" · ", words, style, 0));
        }
        if !more.is_empty() {
            said.push(Segment::new(" · ", more, self.theme.warn(), 1));
        }
        line(said, Vec::new(), self.theme.muted(), row, buf);
    }

    /// What collides in the chosen bar, as far as there is room; the last line says how much more.
    fn collisions(&self, page: &TimelinePage, y: &mut u16, buf: &mut Buffer) {
        let Plot { inner, below, .. } = self.plot;
        let all = self.made.colliding(self.chosen) + usize::from(self.made.collisions.quota.is_some());
        // At most half of the room, but one line in any case.
        let most = usize::from(below.height.div_ceil(2)).min(6);
        let shown = if all > most { most.saturating_sub(1).max(usize::from(most > 0)) } else { all };
        for words in page.collision_words(self.state, self.made, self.chosen, shown) {
            put(buf, inner.x, *y, 1, "!", self.theme.warn());
            put(buf, inner.x + 2, *y, inner.width - 2, &words, self.theme.warn());
            *y += 1;
        }
        if all > shown && shown < most {
            let more = text::counted((all - shown) as u64, "more collision", "more collisions");
            let words = format!("… and {more}");
            put(buf, inner.x + 2, *y, inner.width - 2, &words, self.theme.warn());
            *y += 1;
        }
    }
}

/// What a row has of a bar.
fn counts(bucket: &Bucket, row: Option<usize>) -> StateCounts {
    row.map_or_else(|| bucket.all(), |row| bucket.row(row))
}

/// The widest wording for which there is room, or the shortest.
fn fitting(wordings: &[String], room: usize) -> Option<&str> {
    let fits = wordings.iter().find(|words| text::width(words) <= room);
    fits.or(wordings.last()).map(String::as_str)
}

/// The look of what became of a task.
fn style_of_outcome(outcome: &Outcome, theme: &Theme) -> Style {
    match outcome {
        Outcome::Pending => theme.plain(),
        Outcome::Dispatching => theme.warn(),
        Outcome::Sent => theme.muted(),
        Outcome::Failed | Outcome::Unclear(_) => theme.danger(),
    }
}

/// How the times of a stretch are written: with their day where it is longer than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ClockForm {
    zone: Zone,
    has_days: bool,
}

/// No day has so many hours.
const LONGEST_DAY: TimeDelta = TimeDelta::hours(27);

fn clock_of(range: Range, zone: Zone) -> ClockForm {
    ClockForm { zone, has_days: range.length() > LONGEST_DAY }
}

impl ClockForm {
    /// The time, and the cells that it takes.
    fn words(self, at: Option<DateTime<Utc>>, is_wide: bool) -> (String, u16) {
        let Self { zone, has_days } = self;
        let there =
            |form: &str| at.map_or_else(String::new, |at| at.with_timezone(&zone).format(form).to_string());
        match (has_days, is_wide) {
            (false, _) => (at.map_or_else(String::new, |at| when::clock(at, zone)), 8),
            (true, true) => (there("%a %d %b %H:%M:%S"), 19),
            (true, false) => (there("%d %b %H:%M"), 12),
        }
    }
}

/// Room of the state, of who gets it, and from which width on it is shown.
const STATUS: u16 = 6;
const WHO: u16 = 16;
const APP: u16 = 10;
const WIDE: u16 = 50;

/// One task: when, what became of it, who gets it, its title.
fn task_row(row: &BucketRow, clock: ClockForm, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let style = style_of_outcome(&row.outcome, theme);
    let (clock, cells) = clock.words(row.at, area.width >= WIDE);
    let end = area.right();
    let mut x = area.x;
    let mut column = |words: &str, width: u16, style: Style, buf: &mut Buffer| {
        put(buf, x, area.y, width.min(end.saturating_sub(x)), words, style);
        x = x.saturating_add(width + 1).min(end);
    };
    column(&clock, cells, theme.muted(), buf);
    if let Some(app) = &row.app {
        column(&text::cut(app, usize::from(APP)), APP, style, buf);
    }
    column(row.outcome.word(), STATUS, style, buf);
    if area.width >= WIDE {
        let mark = if row.is_everyone { "‼ " } else { "" };
        let who_style = if row.is_everyone { theme.everyone() } else { style };
        column(&text::cut(&format!("{mark}{}", row.who), usize::from(WHO)), WHO, who_style, buf);
    }
    let title = if row.title.trim().is_empty() { "(no title)" } else { &row.title };
    column(title, area.width, style, buf);
}
