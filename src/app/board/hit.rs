//! What of the table stands at a position of the screen: as `view` draws it, for a press of the mouse.

use ratatui::layout::Position;

use crate::domain::TaskId;

use super::super::shared::Shared;
use super::column::Column;
use super::columns::{Cells, Columns, Times};
use super::viewport::Viewport;

/// What stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum TableHit {
    /// The row of a task.
    Row(TaskId),
    /// The head of a column.
    Head(Column),
}

/// What of the table stands at a position; `None` where there is nothing.
pub(in crate::app) fn at(shared: &Shared, position: Position) -> Option<TableHit> {
    let areas = shared.areas()?;
    let table = areas.table;
    // Within the border.
    let x = position.x.checked_sub(table.x.checked_add(1)?)?;
    let y = position.y.checked_sub(table.y.checked_add(1)?)?;
    if x >= table.width.saturating_sub(2) || y >= table.height.saturating_sub(2) {
        return None;
    }
    let has_head = areas.row_height == 1;
    let is_empty = shared.board.count() == 0 && shared.creates_in_doubt().next().is_none();
    if has_head && y == 0 {
        return if is_empty { None } else { head(shared, table.width.saturating_sub(3), x) };
    }
    let line = usize::from(y) - usize::from(has_head);
    let view = Viewport::of(shared);
    let line = line.checked_sub(view.above * view.row_height)?;
    let row = view.row_at(line, shared.board.top, shared.board.count())?;
    shared.board.row(row).map(|held| TableHit::Row(held.id))
}

/// The head of the column that stands there.
fn head(shared: &Shared, width: u16, x: u16) -> Option<TableHit> {
    let times = Times::of(shared);
    let columns = Columns::fit(width, &times, shared.board.widest_who());
    let is_at = |(begin, width): Cells| (begin..begin.saturating_add(width)).contains(&x);
    // The countdown is the scheduled time, seen from now.
    let columns = [
        (Some(columns.due), Column::Scheduled),
        (Some(columns.scheduled), Column::Scheduled),
        (columns.created, Column::Created),
        (Some(columns.status), Column::Status),
        (Some(columns.who), Column::Who),
        (Some(columns.title), Column::Title),
        (columns.sender, Column::Sender),
    ];
    let found = columns.into_iter().find(|(cells, _)| cells.is_some_and(is_at));
    found.map(|(_, column)| TableHit::Head(column))
}
