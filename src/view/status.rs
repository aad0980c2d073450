//! The two lines under the header: how many of what is on this page, and what was asked for it.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::State;
use crate::app::board::texts::who;
use crate::app::connection::Health;
use crate::domain::limits::RangeOf;
use crate::domain::{Audience, Outcome, query::Range, text, when};
use crate::keymap::{Action, Scope};
use crate::theme::Theme;

use super::cells::{Segment, fits, line, put};

/// Draws how many tasks of this page are in which state; while nothing can be asked, why.
pub(super) fn tally(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    if let Some(trouble) = trouble(state) {
        let words = trouble.line(area.width.saturating_sub(2));
        put(buf, inset(area).x, area.y, inset(area).width, &words, theme.danger());
        return;
    }
    let mut said = next_to_come(state, theme);
    let board = &state.board;
    let all = board.shown_query.is_some() && board.ends() == (true, true);
    // A count says of what it is; of the range as a whole only its number of tasks is known.
    let of_what = if all { "all here:" } else { "this page:" };
    let gap = if said.is_empty() { "" } else { "   " };
    let counts = counts(state, theme);
    if counts.is_empty() && board.shown_query.is_none() {
        said.push(Segment::new(gap, "no tasks loaded", theme.muted(), 0));
    } else if !counts.is_empty() {
        said.push(Segment::new(gap, of_what, theme.muted(), leaves::OF_WHAT));
    }
    for (at, (count, word, style, goes)) in counts.into_iter().enumerate() {
        let gap = if at == 0 { " " } else { " · " };
        said.push(Segment::new(gap, format!("{} {word}", text::grouped(count)), style, goes));
    }
    line(said, Vec::new(), theme.muted(), inset(area), buf);
}

/// In which order pieces leave the line of what is at stake; the next task never does.
mod leaves {
    pub(super) const SENT: u8 = 1;
    pub(super) const TITLE: u8 = 2;
    pub(super) const DISPATCHING: u8 = 3;
    pub(super) const UNCLEAR: u8 = 4;
    pub(super) const PENDING: u8 = 5;
    pub(super) const FAILED: u8 = 6;
    pub(super) const UNKNOWN: u8 = 7;
    pub(super) const OF_WHAT: u8 = 7;
}

/// Cells of the title of the next task.
const NEXT_TITLE: usize = 28;

/// What fires next, when and to whom; where the table is elsewhere with the age of what is known.
fn next_to_come(state: &State, theme: &Theme) -> Vec<Segment> {
    let now = state.server_now();
    let Some((task, seen)) = state.board.next_to_come(now) else { return Vec::new() };
    let due = task.scheduled_at.map_or_else(String::new, |at| when::from_now(at, now));
    let due = due.strip_prefix("in ").unwrap_or(&due).to_owned();
    let is_everyone = matches!(task.audience(), Audience::Everyone);
    let who_style = if is_everyone { theme.everyone() } else { theme.plain() };
    let title = text::clean(&task.title).into_owned();
    let title = text::cut(&title, NEXT_TITLE).into_owned();
    let mut said = vec![
        Segment::new("", "NEXT", theme.muted(), 0),
        Segment::new(" ", due, theme.bold(), 0),
        Segment::new(" ", who(&task.audience_in_short(), is_everyone), who_style, 0),
    ];
    if !title.trim().is_empty() {
        said.push(Segment::new(" ", format!("\"{title}\""), theme.plain(), leaves::TITLE));
    }
    let age = state.now.running.saturating_sub(seen);
    if age > state.setup.refresh * OLD_AFTER {
        let age = when::age(TimeDelta::from_std(age).unwrap_or_default());
        said.push(Segment::new(" ", format!("(seen {age} ago)"), theme.warn(), 0));
    }
    said
}

/// After so many refreshes what is known of the next task is called old.
const OLD_AFTER: u32 = 4;

/// Why nothing can be asked, and what to do next: two sentences.
pub(super) struct Trouble {
    pub(super) what: String,
    pub(super) next: String,
}

/// The trouble with the connection; `None` while all is well.
pub(super) fn trouble(state: &State) -> Option<Trouble> {
    let words = state.connection.failure.as_ref()?.words();
    match state.connection.health(state.now, state.expected_pace()) {
        Health::Auth
        | Health::Stopped
        | Health::Offline { .. }
        | Health::Refused { .. }
        | Health::Busy { .. } => Some(Trouble {
            what: format!("{}.", words.what.trim_end_matches('.')),
            next: format!("{}.", upper_first(words.next.trim_end_matches('.'))),
        }),
        Health::Connecting | Health::Live(_) | Health::Stale(_) => None,
    }
}

impl Trouble {
    /// One line: both sentences where they fit, else what happened.
    fn line(&self, room: u16) -> String {
        let both = format!("! {} {}", self.what, self.next);
        if text::width(&both) <= usize::from(room) { both } else { format!("! {}", self.what) }
    }

    /// The second sentence, when the line of this width has no room for it; then it stands in the
    /// border of the table.
    pub(super) fn left_over(&self, width: u16) -> Option<&str> {
        let both = text::width(&self.what) + text::width(&self.next) + 3;
        (both > usize::from(width.saturating_sub(2))).then_some(self.next.as_str())
    }
}

fn upper_first(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// One cell of room at both ends.
fn inset(area: Rect) -> Rect {
    Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area }
}

/// How many of what is on the page, what matters most last.
fn counts(state: &State, theme: &Theme) -> Vec<(u64, &'static str, Style, u8)> {
    let doubted = state.doubted();
    let mut of: BTreeMap<usize, u64> = BTreeMap::new();
    let standing = state.board.tasks.iter().filter(|task| !state.board.own.is_cancelled(task.id));
    for task in standing {
        let slot = match task.outcome() {
            _ if doubted.contains(&task.id) => 4,
            Outcome::Pending => 0,
            Outcome::Dispatching => 1,
            Outcome::Sent => 2,
            Outcome::Failed => 3,
            Outcome::Unclear(_) => 5,
        };
        *of.entry(slot).or_default() += 1;
    }
    let creates = state.creates_in_doubt().count();
    *of.entry(4).or_default() += creates as u64;
    let words = [
        ("pending", theme.plain(), leaves::PENDING),
        ("dispatching", theme.warn(), leaves::DISPATCHING),
        ("sent", theme.past(), leaves::SENT),
        ("failed", theme.danger(), leaves::FAILED),
        ("unknown", theme.danger(), leaves::UNKNOWN),
        ("unclear", theme.warn(), leaves::UNCLEAR),
    ];
    let shown = words.into_iter().enumerate().map(|(slot, (word, style, goes))| {
        let count = of.get(&slot).copied().unwrap_or(0);
        (count, word, style, goes)
    });
    shown.filter(|(count, ..)| *count > 0).collect()
}

/// Draws what is asked and which rows of it these are. `trouble_here` says that there is no other
/// line for what is wrong.
pub(super) fn query(state: &State, theme: &Theme, area: Rect, trouble_here: bool, buf: &mut Buffer) {
    let right = page(state, theme);
    if trouble_here && let Some(trouble) = trouble(state) {
        let room = area.width.saturating_sub(2);
        put(buf, area.x + 1, area.y, room, &trouble.line(room), theme.danger());
        return;
    }
    let board = &state.board;
    let arrow = if board.query.ascending { "↑" } else { "↓" };
    let sort = format!("{} {arrow}", board.query.order.word());
    let mut left = vec![
        Segment::new("", asked_range(state, Weekdays::Said), theme.plain(), 3),
        Segment::new(" · ", sort, theme.plain(), 2),
    ];
    if !board.query.keyword.is_empty() {
        // What the server was asked stands in quotes, what is hidden here behind its slash.
        let keyword = text::clean(&board.query.keyword);
        left.push(Segment::new(" · ", "find ", theme.muted(), 6));
        left.push(Segment::new("", format!("\"{keyword}\""), theme.bold(), 6));
    }
    let filter = &board.filter;
    if !filter.text.trim().is_empty() {
        left.push(Segment::new(" · ", "filter ", theme.muted(), 7));
        left.push(Segment::new("", format!("/{}", text::clean(&filter.text)), theme.accent(), 7));
    }
    if let Some(problem) = &filter.problem {
        left.push(Segment::new("  ", format!("! {}", text::clean(problem)), theme.danger(), 0));
    }
    let room = inset(area);
    if !fits(&left, &right, room)
        && let Some(first) = left.first_mut()
    {
        *first = Segment::new("", asked_range(state, Weekdays::Left), theme.plain(), 3);
    }
    line(left, right, theme.muted(), room, buf);
}

/// Which rows of how many, and what waits for a quiet moment.
fn page(state: &State, theme: &Theme) -> Vec<Segment> {
    let board = &state.board;
    let mut said = Vec::new();
    let waiting = board.waiting_changes();
    if waiting > 0 {
        let changes = text::counted(waiting as u64, "change", "changes");
        let key = state.key(Scope::Tasks, Action::Refresh);
        said.push(Segment::new("   ", format!(" {changes} · {key} to apply "), theme.selected(), 0));
    }
    if board.shown_query.is_none() {
        said.push(Segment::new("   ", "nothing loaded yet", theme.muted(), 1));
        return said;
    }
    if board.filter.is_on() {
        let shown = format!("shows {} of {}", board.rows().len(), board.tasks.len());
        said.push(Segment::new("   ", shown, theme.accent(), 4));
    }
    let offset = board.shown_query.as_ref().map_or(0, |query| query.offset);
    let of = text::grouped(board.total);
    let rows = if board.came == 0 {
        "rows 0".to_owned()
    } else {
        format!("rows {}–{}", text::grouped(offset + 1), text::grouped(offset + board.came))
    };
    said.push(Segment::new("   ", rows, theme.plain(), 0));
    said.push(Segment::new(" ", format!("of {of}"), theme.plain(), 1));
    said
}

/// The range that is asked for, and of which time where that is not the scheduled one.
fn asked_range(state: &State, weekdays: Weekdays) -> String {
    let range = ends(state.board.query.range, state, weekdays);
    if is_of_creation(state) { format!("created {range}") } else { range }
}

pub(super) fn is_of_creation(state: &State) -> bool {
    state.limits.range_of(state.board.query.order) == RangeOf::Created
}

/// What the range leaves out without being asked to, for as long as it does: each in three lengths.
pub(super) fn range_remarks(state: &State) -> Vec<[String; 3]> {
    let board = &state.board;
    let mut said = Vec::new();
    match state.limits.range_of(board.query.order) {
        RangeOf::Created => {
            let day = one_end(board.query.range.begin, state, false);
            said.push([
                format!(
                    "this service filters by creation time: tasks created before {day} are not shown, \
                     whenever they are due"
                ),
                format!("tasks created before {day} are not shown, whenever due"),
                format!("created before {day}: not shown"),
            ]);
        }
        RangeOf::Unclear => said.push([
            "whether this service filters by scheduled or by creation time is not known yet".to_owned(),
            "range by scheduled or by creation time? not known yet".to_owned(),
            "range of which time? not known".to_owned(),
        ]),
        RangeOf::Unknown | RangeOf::Scheduled => {}
    }
    if board.is_narrowed
        && let Some(words) = state.limits.range_words()
    {
        let short = words.replace("the service takes ranges", "ranges").replace("about ", "");
        said.push([words, short.clone(), short]);
    }
    said
}

/// `14 Nov → 14 Dec`, with the time of day where the range is short and the year where it is
/// another.
pub(super) fn range_words(range: Range, state: &State) -> String {
    ends(range, state, Weekdays::Left)
}

/// Whether the ends of a range have their weekdays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weekdays {
    /// They have.
    Said,
    /// There is no room for them.
    Left,
}

fn ends(range: Range, state: &State, weekdays: Weekdays) -> String {
    let short = range.length() < TimeDelta::days(3);
    let label = if short { format!(" {}", when::zone_label(range.end, state.zone)) } else { String::new() };
    let end = |at: DateTime<Utc>| {
        let weekday = at.with_timezone(&state.zone).format("%a ").to_string();
        let weekday = if weekdays == Weekdays::Said { weekday } else { String::new() };
        format!("{weekday}{}", one_end(at, state, short))
    };
    format!("{} → {}{label}", end(range.begin), end(range.end))
}

fn one_end(at: DateTime<Utc>, state: &State, with_time: bool) -> String {
    let this_year = state.server_now().with_timezone(&state.zone).year();
    let local = at.with_timezone(&state.zone);
    let day = if local.year() == this_year { "%-d %b" } else { "%-d %b %Y" };
    let time = if with_time { " %H:%M" } else { "" };
    local.format(&format!("{day}{time}")).to_string()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::testing::screen;
    use crate::app::testing::{board, feed, later};
    use crate::app::{Message, State};
    use crate::domain::{ListLimits, Order, Page, Query};

    /// The board of a service that was seen to list by creation, in ranges of seven days.
    fn narrow_and_by_creation(size: (u16, u16)) -> State {
        let mut state = board(size);
        let query = state.board.query.clone();
        let mut limits = ListLimits::default();
        limits.refused_range(query.range);
        let week = query.range.shortened(TimeDelta::days(7), state.now.utc);
        let mut task = crate::domain::Task::clone(&state.board.tasks[0]);
        task.scheduled_at = Some(state.now.utc + TimeDelta::days(50));
        limits.saw(&Query { range: week, ..query.clone() }, &Page { total: 1, tasks: vec![task.into()] });
        feed(&mut state, [Message::Learnt { limits: Box::new(limits), is_new: false }]);
        let req = state.board.remote.asking.unwrap();
        let query = Query { range: week, ..state.board.query.clone() };
        let page = Page { total: 128, tasks: state.board.tasks.clone() };
        feed(&mut state, [Message::Narrowed { req, query }, Message::Listed { req, result: Ok(page) }]);
        state
    }

    #[test]
    fn what_the_range_leaves_out_stands_in_sight_for_as_long_as_it_does() {
        let mut state = narrow_and_by_creation((180, 40));
        for seconds in [0, 100] {
            feed(&mut state, [Message::Ticked(later(seconds))]);
            let drawn = screen(&state);
            for words in [
                "created Thu 19 Nov → Thu 26 Nov",
                "tasks created before 19 Nov are not shown, whenever due",
                "the service takes ranges up to about 7 days",
            ] {
                assert!(drawn.contains(words), "{words}: {drawn}");
            }
        }
        for size in [(80, 24), (120, 40)] {
            let drawn = screen(&narrow_and_by_creation(size));
            assert!(drawn.contains("created before 19 Nov"), "{size:?}: {drawn}");
        }
    }

    #[test]
    fn that_it_is_not_known_what_a_range_concerns_is_said_too() {
        let mut state = board((120, 40));
        assert!(!screen(&state).contains("not known yet"));
        let mut limits = ListLimits::default();
        limits.probed(Order::Scheduled);
        feed(&mut state, [Message::Learnt { limits: Box::new(limits), is_new: true }]);
        assert!(screen(&state).contains("by creation time? not known yet"), "{}", screen(&state));
    }
}
