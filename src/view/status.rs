//! The two lines under the header: how many of what is on this page, and what was asked for it.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::State;
use crate::app::board::Column;
use crate::app::board::passes::Reach;
use crate::app::board::texts::who;
use crate::app::board::viewport::Viewport;
use crate::app::connection::Health;
use crate::domain::schedule::TaskState;
use crate::domain::{Audience, Phase, query::Range, text, when};
use crate::keymap::{Action, Scope};
use crate::theme::Theme;

use super::cells::{Segment, fits, line, put};
use super::screens::screens;

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
    let mut said = screens(state, theme, leaves::SCREENS);
    said.extend(next_to_come(state, theme));
    let gap = if said.is_empty() { "" } else { "   " };
    let counts = counts(state, theme);
    if counts.is_empty() && !state.board.has_answer {
        said.push(Segment::new(gap, "no tasks loaded", theme.muted(), 0));
    } else if let Some(of_what) = of_what(state).filter(|_| !counts.is_empty()) {
        said.push(Segment::new(gap, of_what, theme.muted(), leaves::OF_WHAT));
    } else if !counts.is_empty() {
        said.push(Segment::new("", gap, theme.muted(), leaves::OF_WHAT));
    }
    for (at, (count, word, style, goes)) in counts.into_iter().enumerate() {
        let gap = if at == 0 { " " } else { " · " };
        said.push(Segment::new(gap, format!("{} {word}", text::grouped(count)), style, goes));
    }
    line(said, Vec::new(), theme.muted(), inset(area), buf);
}

/// What the counts are of, where they are not of the whole range as it is now.
fn of_what(state: &State) -> Option<String> {
    match state.board.sync.reach(state.now) {
        Reach::Whole(_) => None,
        Reach::Recalled(at) => Some(format!("as of {} ago:", age_of(at, state))),
        Reach::Part { .. } | Reach::Nothing => Some("at least:".to_owned()),
    }
}

fn age_of(at: DateTime<Utc>, state: &State) -> String {
    when::age((state.server_now() - at).max(TimeDelta::zero()))
}

/// In which order pieces leave the line of what is at stake; the next task never does.
mod leaves {
    pub(super) const SENT: u8 = 1;
    pub(super) const TITLE: u8 = 2;
    pub(super) const DISPATCHING: u8 = 3;
    pub(super) const SCREENS: u8 = 4;
    pub(super) const UNCLEAR: u8 = 5;
    pub(super) const PENDING: u8 = 6;
    pub(super) const FAILED: u8 = 7;
    pub(super) const UNKNOWN: u8 = 8;
    pub(super) const OF_WHAT: u8 = 8;
    pub(super) const OVERDUE: u8 = 8;
}

/// Cells of the title of the next task.
const NEXT_TITLE: usize = 28;

/// What fires next, when and to whom; where the table is elsewhere with the age of what is known.
fn next_to_come(state: &State, theme: &Theme) -> Vec<Segment> {
    let now = state.server_now();
    let Some(task) = state.board.next_to_come(now).and_then(|held| state.board.task(held.id)) else {
        return Vec::new();
    };
    let due = task.scheduled_at.map_or_else(String::new, |at| when::distance(at, now));
    let is_everyone = matches!(task.audience(), Audience::Everyone);
    let who_style = if is_everyone { theme.everyone() } else { theme.plain() };
    let title = text::clean(&task.title).into_owned();
    let title = text::cut(&title, NEXT_TITLE).into_owned();
    let mut said = vec![
        Segment::new("   ", "NEXT", theme.muted(), 0),
        Segment::new(" ", due, theme.bold(), 0),
        Segment::new(" ", who(&task.audience_in_short(), is_everyone), who_style, 0),
    ];
    if !title.trim().is_empty() {
        said.push(Segment::new(" ", format!("\"{title}\""), theme.plain(), leaves::TITLE));
    }
    if matches!(state.board.sync.reach(state.now), Reach::Part { .. } | Reach::Nothing) {
        // Something nearer may still come.
        said.push(Segment::new(" ", "so far", theme.warn(), leaves::OF_WHAT));
    }
    if let Some(seen) = state.connection.last_good() {
        let age = state.now.running.saturating_sub(seen);
        if age > state.setup.refresh * OLD_AFTER {
            let age = when::age(TimeDelta::from_std(age).unwrap_or_default());
            said.push(Segment::new(" ", format!("(seen {age} ago)"), theme.warn(), 0));
        }
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
    let board = &state.board;
    let [pending, dispatching, sent, failed, unclear] = board.counts;
    let (mut late, mut stuck) = (board.overdue.late, board.overdue.stuck);
    let mut of = [pending, dispatching, sent, failed, 0, unclear];
    // What is in doubt is counted as that, and not as what the list says of it.
    for id in state.doubted() {
        let held = board.schedule.slot(id).and_then(|slot| board.schedule.get(slot));
        let Some(held) = held.filter(|held| held.scheduled_at().is_none_or(|at| board.range.holds(at)))
        else {
            continue;
        };
        let slot = if held.state == TaskState::Unclear { 5 } else { held.state as usize };
        if let Some(count) = of.get_mut(slot) {
            *count = count.saturating_sub(1);
        }
        of[4] += 1;
        match Phase::of(held.state, held.scheduled, state.server_now().timestamp()) {
            Some(Phase::Late) => late = late.saturating_sub(1),
            Some(Phase::Stuck) => stuck = stuck.saturating_sub(1),
            Some(Phase::Soon | Phase::Imminent) | None => {}
        }
    }
    of[0] = of[0].saturating_sub(late);
    of[1] = of[1].saturating_sub(stuck);
    of[4] += state.creates_in_doubt().count() as u64;
    let words = [
        ("pending", theme.plain(), leaves::PENDING),
        ("dispatching", theme.warn(), leaves::DISPATCHING),
        ("sent", theme.past(), leaves::SENT),
        ("failed", theme.danger(), leaves::FAILED),
        ("unknown", theme.danger(), leaves::UNKNOWN),
        ("unclear", theme.warn(), leaves::UNCLEAR),
    ];
    let shown = words.into_iter().enumerate().map(|(slot, (word, style, goes))| {
        let count = of.get(slot).copied().unwrap_or(0);
        (count, word, style, goes)
    });
    let overdue =
        [(late, "late", theme.danger(), leaves::OVERDUE), (stuck, "stuck", theme.danger(), leaves::OVERDUE)];
    overdue.into_iter().chain(shown).filter(|(count, ..)| *count > 0).collect()
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
    let arrow = if board.sort.ascending { "↑" } else { "↓" };
    let sort = format!("{} {arrow}", column_word(board.sort.column));
    let mut left = vec![
        Segment::new("", ends(board.range, state, Weekdays::Said), theme.plain(), 3),
        Segment::new(" · ", sort, theme.plain(), 2),
    ];
    if !board.keyword.is_empty() {
        // What the server was asked stands in quotes, what is hidden here behind its slash.
        let keyword = text::clean(&board.keyword);
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
        *first = Segment::new("", ends(board.range, state, Weekdays::Left), theme.plain(), 3);
    }
    line(left, right, theme.muted(), room, buf);
}

/// What a column is called where the order is named.
fn column_word(column: Column) -> &'static str {
    match column {
        Column::Status => "status",
        Column::Scheduled => "scheduled",
        Column::Who => "who",
        Column::Title => "title",
        Column::Sender => "sender",
        Column::Created => "created",
    }
}

/// Which rows of how many, how much was read, and what waits for a quiet moment.
fn page(state: &State, theme: &Theme) -> Vec<Segment> {
    let board = &state.board;
    let mut said = Vec::new();
    let waiting = board.waiting_changes();
    if waiting > 0 {
        let changes = text::counted(waiting as u64, "change", "changes");
        let key = state.key(Scope::Tasks, Action::Refresh);
        said.push(Segment::new("   ", format!(" {changes} · {key} to apply "), theme.selected(), 0));
    }
    said.extend(progress(state, theme));
    if !board.has_answer {
        said.push(Segment::new("   ", "nothing loaded yet", theme.muted(), 1));
        return said;
    }
    let count = board.count();
    if board.filter.is_on() {
        said.push(Segment::new("   ", format!("{} match", text::grouped(count as u64)), theme.accent(), 4));
    }
    let shown = Viewport::of(state).rows_from(board.top, count);
    let rows = if count == 0 {
        "rows 0".to_owned()
    } else {
        format!("rows {}–{}", text::grouped(board.top as u64 + 1), text::grouped((board.top + shown) as u64))
    };
    let gap = if board.filter.is_on() { " · " } else { "   " };
    said.push(Segment::new(gap, rows, theme.plain(), 2));
    // Without a filter the rows are all of them, those among them that were cancelled here.
    let of = if board.filter.is_on() { board.in_range() } else { count as u64 };
    let of = text::grouped(of);
    match board.sync.reach(state.now) {
        Reach::Whole(_) => said.push(Segment::new(" ", format!("of {of}"), theme.plain(), 1)),
        Reach::Recalled(at) => {
            said.push(Segment::new(" ", format!("of {of}"), theme.plain(), 1));
            said.push(Segment::new(" ", format!("as of {} ago", age_of(at, state)), theme.warn(), 0));
        }
        Reach::Part { missing, windows } => {
            // All may be read, and the pass not be over yet.
            let comma = if missing > 0 { "," } else { "" };
            said.push(Segment::new(" ", format!("of at least {of}{comma}"), theme.plain(), 1));
            if missing > 0 {
                let words = text::counted(windows as u64, "window", "windows");
                said.push(Segment::new(" ", format!("{missing} of {words} missing"), theme.warn(), 3));
            }
        }
        Reach::Nothing => said.push(Segment::new(" ", format!("of at least {of}"), theme.plain(), 1)),
    }
    said
}

/// Cells of the bar of a reading.
const BAR: u64 = 10;
/// A reading that takes less has no bar.
const BAR_AFTER: std::time::Duration = std::time::Duration::from_secs(1);

/// How far the first reading of the range is, and how long it will take.
fn progress(state: &State, theme: &Theme) -> Option<Segment> {
    let sync = &state.board.sync;
    if sync.complete().is_some() {
        return None;
    }
    let (coverage, took) = sync.progress(state.now)?;
    if took < BAR_AFTER {
        return None;
    }
    let (percent, left) = match coverage.progress() {
        (came, Some(all)) if all > 0 && came > 0 => {
            let came = came.min(all);
            // As much time for each row that is missing as for those that came.
            let left = u128::from(all - came) * took.as_millis() / u128::from(came);
            let left = i64::try_from(left.div_ceil(1000)).unwrap_or(i64::MAX);
            let left = when::age(TimeDelta::try_seconds(left).unwrap_or(TimeDelta::MAX));
            (came * 100 / all, format!(" · {left} left"))
        }
        (_, Some(_)) => return None,
        // Not all windows were counted: how long it takes cannot be said yet.
        (_, None) => (coverage.percent_of_windows(), String::new()),
    };
    let full = percent * BAR / 100;
    let bar = format!("{}{}", "█".repeat(count_of(full)), "░".repeat(count_of(BAR - full)));
    Some(Segment::new("   ", format!("reading {bar} {percent} %{left}"), theme.muted(), 5))
}

fn count_of(cells: u64) -> usize {
    usize::try_from(cells).unwrap_or(0)
}

/// What is not known of the range without being asked to, for as long as it is so: each in three lengths.
pub(super) fn range_remarks(state: &State) -> Vec<[String; 3]> {
    let mut said = Vec::new();
    let Some(coverage) = state.board.sync.coverage() else { return said };
    if let Some(since) = coverage.created_since {
        let day = one_end(since, state, false);
        said.push([
            format!("created before {day}: not looked at (history of the profile)"),
            format!("created before {day}: not looked at"),
            format!("created before {day}: not read"),
        ]);
    }
    if let Some((window, why)) = coverage.failed().next() {
        let range = range_words(window.range, state);
        said.push([
            format!("{range} could not be read: {}", text::clean(why)),
            format!("{range} could not be read"),
            format!("{range}: not read"),
        ]);
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
    use crate::app::testing::{Service, board, feed, later, now, setup, tasks};
    use crate::app::{Effect, Message, State};
    use crate::domain::coverage::{TimeWindow, WindowState};
    use crate::domain::limits::RangeOf;
    use crate::domain::query::Range;
    use crate::domain::schedule::Row;
    use crate::domain::{Coverage, Order, Page};

    /// The board while its range is being read: these windows, by this time.
    fn reading(size: (u16, u16), reading: RangeOf, states: &[WindowState]) -> State {
        let (mut state, effects) = State::start(setup(), now(), size);
        let [list, Effect::Sync { req, wanted }] = effects.as_slice() else { panic!("{effects:?}") };
        let service = Service::new(tasks());
        service.answer(&mut state, vec![list.clone()]);
        let order = if reading == RangeOf::Created { Order::Created } else { Order::Scheduled };
        let windows =
            states.iter().map(|state| TimeWindow { order, range: wanted.range, state: state.clone() });
        let created_since = (order == Order::Created).then(|| now().utc - TimeDelta::days(90));
        let coverage = Coverage { range: wanted.range, reading, windows: windows.collect(), created_since };
        let page = Page::new(1942, tasks());
        let read = Message::SyncRead { req: *req, page, coverage: Box::new(coverage) };
        feed(&mut state, [read, Message::Ticked(later(4))]);
        state
    }

    #[test]
    fn what_is_missing_is_said_until_nothing_is() {
        let fresh = WindowState::Fresh { at: now().utc, total: 10 };
        let half = WindowState::Reading { came: 971, total: 1942 };
        let drawn = screen(&reading((180, 40), RangeOf::Scheduled, &[fresh.clone(), half]));
        assert!(drawn.contains("of at least 10, 1 of 2 windows missing"), "{drawn}");
        assert!(drawn.contains("reading █████░░░░░ 50 % · 4s left"), "{drawn}");
        assert!(drawn.contains("at least:"), "{drawn}");
        let drawn = screen(&board((180, 40)));
        assert!(
            drawn.contains("of 10") && !drawn.contains("at least") && !drawn.contains("reading"),
            "{drawn}"
        );
        let failed = WindowState::Failed("changes faster than it can be read".to_owned());
        let drawn = screen(&reading((180, 40), RangeOf::Scheduled, &[fresh, failed]));
        assert!(drawn.contains("could not be read: changes faster"), "{drawn}");
    }

    #[test]
    fn how_far_back_creation_was_looked_at_stands_in_sight() {
        let fresh = WindowState::Fresh { at: now().utc, total: 10 };
        for size in [(180, 40), (120, 40), (80, 24)] {
            let drawn = screen(&reading(size, RangeOf::Created, std::slice::from_ref(&fresh)));
            assert!(drawn.contains("created before 23 Aug: not"), "{size:?}: {drawn}");
        }
    }

    #[test]
    fn what_the_last_run_has_seen_is_shown_at_once_with_its_age() {
        let (mut state, _) = State::start(setup(), now(), (180, 40));
        let rows = tasks().iter().map(Row::of).collect();
        let read_at = now().utc - TimeDelta::hours(3);
        feed(&mut state, [Message::Recalled { rows, read_at }]);
        let drawn = screen(&state);
        assert!(drawn.contains("Flash sale") && drawn.contains("of 10 as of 3h ago"), "{drawn}");
        assert_eq!(state.board.range, Range::around(now().utc));
    }
}
