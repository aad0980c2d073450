//! The tasks of one bar: one a line, `!` before those that collide, and under them what is wrong with the chosen one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::timeline::bucket_list::BucketList;
use crate::app::timeline::held::schedule;
use crate::domain::text;
use crate::theme::Theme;

use super::super::cells::put;
use super::super::overlay::{at_the_foot, overlay};
use super::{clock_of, task_row};

/// The pointer, and the mark of what collides.
const MARKS: u16 = 4;

/// Draws the list.
pub(in super::super) fn render(state: &State, list: &BucketList, theme: &Theme, buf: &mut Buffer) {
    let rows = list.rows(state);
    let all = text::counted(rows.all as u64, "task", "tasks");
    overlay(&format!("{} · {all}", list.stretch), rows.frame, buf, theme);
    if rows.all == 0 {
        put(buf, rows.area.x, rows.area.y, rows.area.width, "nothing fires here any more", theme.muted());
        return;
    }
    let in_sight = list.in_sight(state, &rows);
    let clock = clock_of(list.range, state.zone);
    for (listed, y) in in_sight.iter().zip(rows.area.y..rows.area.bottom()) {
        let line = Rect { y, height: 1, ..rows.area };
        let cells = Rect { x: line.x + MARKS, width: line.width.saturating_sub(MARKS), ..line };
        task_row(&listed.row, clock, theme, cells, buf);
        if !listed.collisions.is_empty() {
            put(buf, line.x + 2, y, 1, "!", theme.warn());
        }
        if list.is_chosen(listed.row.id) {
            put(buf, line.x, y, 1, "▸", theme.accent());
            buf.set_style(line, theme.selected());
        }
    }
    let foot = list.foot(&rows);
    let of_chosen = in_sight.iter().find(|listed| list.is_chosen(listed.row.id));
    let wrong = of_chosen.map_or(&[][..], |listed| &listed.collisions);
    let zone = state.setup.zone;
    let words: Vec<String> =
        wrong.iter().map(|one| one.words(schedule(state), &state.setup.limits, zone)).collect();
    let lines = text::wrap(&words.join(" · "), usize::from(foot.width.saturating_sub(2)));
    for (at, (words, y)) in lines.iter().zip(foot.y..foot.bottom()).enumerate() {
        if at == 0 && !words.is_empty() {
            put(buf, foot.x, y, 1, "!", theme.warn());
        }
        put(buf, foot.x + 2, y, foot.width.saturating_sub(2), words, theme.warn());
    }
    if rows.all > rows.count() {
        let (first, end) = (rows.top + 1, rows.top + rows.count());
        let words = format!(" {first}–{end} of {} ", text::grouped(rows.all as u64));
        at_the_foot(&words, theme.muted(), rows.frame, buf);
    }
}
